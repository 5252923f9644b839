from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from samsyn.ui.formats import Number, format_day, format_number, format_percent_change


@pytest.mark.parametrize(
    ("value", "decimals", "swedish", "english"),
    [
        (1417, None, "1\u202f417", "1,417"),
        (1234567, None, "1\u202f234\u202f567", "1,234,567"),
        (185, None, "185", "185"),
        (16.2, None, "16,2", "16.2"),
        (16.0, None, "16", "16"),
        (Decimal("16.0"), None, "16,0", "16.0"),
        (-12.7, None, "\u221212,7", "\u221212.7"),
        (0.05, 1, "0,1", "0.1"),
        (2.5, 0, "3", "3"),
        (-0.04, 1, "0,0", "0.0"),
        (1e-7, None, "0,0000001", "0.0000001"),
        (0, None, "0", "0"),
    ],
)
def test_a_number_is_written_as_the_language_writes_it(
    value: Number, decimals: int | None, swedish: str, english: str
) -> None:
    assert format_number(value, language="sv", decimals=decimals) == swedish
    assert format_number(value, language="en", decimals=decimals) == english


@pytest.mark.parametrize(
    ("percent", "swedish", "english"),
    [
        (-12.7, "\u221212,7\u202f%", "\u221212.7%"),
        (8.4, "+8,4\u202f%", "+8.4%"),
        (0, "0,0\u202f%", "0.0%"),
        (1250, "+1\u202f250,0\u202f%", "+1,250.0%"),
    ],
)
def test_a_change_always_has_its_sign_and_zero_has_none(percent: Number, swedish: str, english: str) -> None:
    assert format_percent_change(percent, language="sv") == swedish
    assert format_percent_change(percent, language="en") == english


def test_a_day_is_written_out_with_its_month() -> None:
    assert format_day(date(2021, 1, 21), language="sv") == "21 januari 2021"
    assert format_day(date(2021, 1, 21), language="en") == "21 January 2021"


def render(source: str, **context: object) -> str:
    return Template("{% load samsyn_ui %}" + source).render(Context(context))


def test_the_filters_follow_the_active_language() -> None:
    source = "{{ n|number }} {{ change|percent_change }} {{ day|sv_date }}"
    values = {"n": 1417, "change": -12.7, "day": date(2021, 1, 21)}
    with translation.override("sv"):
        assert render(source, **values) == "1\u202f417 \u221212,7\u202f% 21 januari 2021"
    with translation.override("en"):
        assert render(source, **values) == "1,417 \u221212.7% 21 January 2021"


def test_an_instant_is_shown_as_the_day_it_is_in_sweden() -> None:
    with translation.override("sv"):
        assert render("{{ at|sv_date }}", at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == "1 juli 2026"


def test_what_is_missing_is_shown_as_nothing_and_never_as_zero() -> None:
    assert render("[{{ x|number }}{{ x|percent_change }}{{ x|sv_date }}]", x=None) == "[]"
