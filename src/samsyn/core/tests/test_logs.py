"""The log tells what happened, and nothing about anybody."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core import logs
from samsyn.core.logs import FORMATTERS, JsonFormatter, PlainFormatter, scrub

PLANTED = [
    "anna.berg@example.se",
    "Åsa.Öberg+trygg@räddningen.se",
    "o'brien@mail.example.co.uk",
    "anna%40example.se",
    "070-123 45 67",
    "0701234567",
    "+46701234567",
    "+46 (0)70 123 45 67",
    "0046 70 123 45 67",
    "0520-49 70 00",
    "08-123 456 78",
    "19900101-2384",
    "900101-2384",
    "199001012384",
    "9001012384",
    "900161-2384",
    "121212+1212",
]
KEYS = [
    ("/konto/aterstall/kR3x9_Zq71mPsVb2wNc8TtY5/", "kR3x9_Zq71mPsVb2wNc8TtY5"),
    ("GET /svar?token=hemligt123&sida=2", "hemligt123"),
    ("sessionid=abcd1234efgh; path=/", "abcd1234efgh"),
    ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
    ("Basic dTE6cDEyMzQ1Ng==", "dTE6cDEyMzQ1Ng=="),
    ("postgresql://samsyn:lösen@db.example/samsyn", "lösen"),
    ("{'password': 'sommar2026'}", "sommar2026"),
    ('SAMSYN_SECRET_KEY="q1w2e3r4t5"', "q1w2e3r4t5"),
]
# What an administrator needs to read as it is.
HONEST = [
    "Message 1234567 was sent after its claim had run out, and may go twice",
    "The job core.live_events failed",
    "Unexpected error, reference 9f3a11c0",
    "A lane is stuck: samsyn-outbox, samsyn-schedule",
    "2026-11-25 00:56:47 UTC",
    "127.0.0.1:9464 is taken",
    "Took 12034567 ms for 100000 rows in 45 files",
    "File /srv/samsyn/src/samsyn/core/importing/reading.py, line 120, in read",
    "version 0.1.0 build 20261125",
    "municipality 1488, area 14880012",
    "/loften/medborgarlofte-2020-trollhattan/synlig-polis/",
]


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    return logging.LogRecord("samsyn.prov", logging.ERROR, "prov.py", 7, message, args, more.get("exc_info"))


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("around", ["{}", "Till {}, misslyckades", "(<{}>)", '"{}"', "a={}&b=1", "rad 1\n{}\nrad 3"])
def test_what_leads_to_a_person_is_taken_out(planted: str, around: str) -> None:
    found = scrub(around.format(planted))
    assert planted not in found
    assert "[" in found


@pytest.mark.parametrize(("text", "key"), KEYS)
def test_what_opens_a_door_is_taken_out(text: str, key: str) -> None:
    assert key not in scrub(text)


@pytest.mark.parametrize("text", HONEST)
def test_what_an_administrator_needs_stays(text: str) -> None:
    assert scrub(text) == text


@given(st.text())
def test_no_text_breaks_it_and_twice_is_as_once(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


def test_a_json_line_is_one_object_with_its_reference() -> None:
    it = record("Unexpected error, reference %s\nfrom %s", "9f3a11c0", "anna@example.se")
    it.reference = "9f3a11c0"
    it.created = datetime(2026, 11, 25, 1, 2, 3, 456000, tzinfo=UTC).timestamp()
    line = JsonFormatter().format(it)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-11-25T01:02:03.456+00:00",
        "level": "ERROR",
        "logger": "samsyn.prov",
        "event": "Unexpected error, reference 9f3a11c0\nfrom [e-post]",
        "reference": "9f3a11c0",
    }


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_the_words_of_a_fault_are_scrubbed_in_its_trace_too(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("anna@example.se har 070-123 45 67")
    except ValueError:
        line = formatter.format(record("Fel", exc_info=sys.exc_info()))
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "anna" not in line.replace("planted", "")
    assert "123 45" not in line


@pytest.mark.parametrize("form", sorted(FORMATTERS))
def test_the_settings_write_no_other_way(form: str) -> None:
    wanted = logs.configuration(form)
    assert {handler["formatter"] for handler in wanted["handlers"].values()} == {"chosen"}
    assert wanted["formatters"]["chosen"]["()"] == FORMATTERS[form]
