"""The residents' pages of the demo town: what stands on each, in both languages, and how each is sent."""

import html
import json
import re
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

import samsyn
from samsyn.commitments.models import Commitment, Outcome
from samsyn.commitments.tests.files import read_in
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.usefixtures("town")
PROMISE = "/loften/medborgarlofte-2020/"
THREAD = PROMISE + "synlig-polis/"
SCHEMA = Path(samsyn.__file__).parents[2] / "docs/schemas/commitments.json"

# Address, and what must stand there in Swedish and in English.
PAGES: dict[str, tuple[list[str], list[str]]] = {
    "/": (["Ingen säker förändring", "Mer än lovat"], ["No reliable change", "More than promised"]),
    "/loften/": (["Medborgarlöfte", "Åtgärdsplan"], ["2020", "2022"]),
    PROMISE: (["Synlig polis i offentlig miljö", "Trygghetsronder i två områden"], ["Visible police in public places"]),
    PROMISE + "sa-gick-det/": (
        [
            "185 → 162",
            "Ingen säker förändring",
            "Går inte att bedöma",
            "Mer än lovat",
            "Senare än planerat",
            "Inte rapporterat än",
        ],
        [
            "185 → 162",
            "No reliable change",
            "Cannot be judged",
            "More than promised",
            "Later than planned",
            "Not reported yet",
        ],
    ),
    THREAD: (["185", "162", "Våld utomhus", "148 eller färre"], ["185", "162", "148 or fewer"]),
    PROMISE + "kontaktcenter/": (["Senare än planerat", "september 2021"], ["Later than planned", "September 2021"]),
    "/dialoger/": (["2019"], ["2019"]),
    "/dialoger/medborgardialog-2019/": (["De som ville svarade"], ["Safety rounds"]),
    "/laget/": (["Anmälda brott"], ["Brå"]),
    "/laget/nyheter/": (["Polisen"], ["olice"]),
    "/omraden/": (["RegSO 2025"], ["RegSO 2025"]),
    "/vem-gor-vad/": (["Det här gör kommunen"], ["114 14"]),
    "/sok/?q=polis": (["träffar", "Synlig polis i offentlig miljö"], ["Visible police in public places"]),
    "/oppna-data/": (["JSON", "CSV"], ["JSON", "CSV"]),
    "/tillganglighet/": (["Tillgänglighet"], ["ccessib"]),
    "/personuppgifter/": (["kak"], ["cookie"]),
}
FILES = [
    "/loften/rss.xml",
    "/oppna-data/loften.json",
    "/oppna-data/omraden.json",
    "/oppna-data/brott.csv",
    "/oppna-data/folkmangd.csv",
]


def text(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200, url
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("url", PAGES)
def test_a_page_says_what_it_should(url: str, language: str) -> None:
    body = text(url if language == "sv" else f"/en{url}")
    assert f'<html lang="{language}"' in body
    for words in PAGES[url][language == "en"]:
        assert words.casefold() in body.casefold(), words
    assert "Ring 112" in body or "112" in body


@pytest.mark.parametrize("url", [*PAGES, *FILES])
def test_a_visitor_gets_no_cookie(url: str) -> None:
    browser = Client()
    browser.get(url)
    browser.get(f"/en{url}")
    assert not browser.cookies


@pytest.mark.parametrize("url", [*PAGES, *FILES, "/finns-inte/", "/loften/finns-inte/", "/healthz"])
def test_every_answer_is_sent_with_what_keeps_readers_safe(url: str) -> None:
    response = Client().get(url)
    policy = response["Content-Security-Policy"]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    assert "unsafe" not in policy
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == ["'self'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("url", PAGES)
def test_no_page_asks_for_what_its_own_policy_forbids(url: str) -> None:
    body = Client().get(url).content.decode()
    assert not re.search(r"\sstyle=", body)
    assert not re.search(r"\son[a-z]+=", body)
    assert not re.search(r"<script(?![^>]*\bsrc=)", body)
    assert "<style" not in body
    for address in re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]+)"', body):
        assert address.startswith(("/", "data:", "#", "http://testserver/")), address


@pytest.mark.parametrize("url", [*PAGES, *FILES])
def test_head_answers_without_a_body_and_post_is_refused(url: str) -> None:
    head = Client().head(url)
    assert (head.status_code, head.content) == (200, b"")
    if url != "/loften/rss.xml":
        assert Client().post(url).status_code == 405


# --- the thread, both ways ------------------------------------------------------------------------------


def test_from_a_promise_one_link_leads_back_to_what_people_said() -> None:
    body = text(THREAD)
    assert 'href="/dialoger/medborgardialog-2019/"' in body
    assert "Ledde till" in text("/dialoger/medborgardialog-2019/")


def test_from_what_people_said_one_link_leads_on_to_the_promise() -> None:
    body = text("/dialoger/medborgardialog-2019/")
    assert f'href="{THREAD}"' in body
    assert f'href="{PROMISE}"' in body


def test_a_priority_without_a_promise_says_so() -> None:
    assert "Inget löfte pekar tillbaka hit i källan." in text("/dialoger/medborgardialog-2019/")


def test_what_the_source_lacks_is_said_to_lack() -> None:
    assert "Saknas i källan. Här är tråden bruten: ingen orsak är kopplad till åtgärden." in text(THREAD)
    rounds = text(PROMISE + "trygghetsronder/")
    assert "Saknas i källan: löftet säger inte vilket problem det svarar på." in rounds
    assert "saknas i källan" in text(PROMISE)


def test_a_link_that_somebody_read_out_of_the_wording_is_marked() -> None:
    assert "Kopplingen står inte i källan." in text(THREAD)
    assert "läst ur ordalydelsen" in text("/dialoger/medborgardialog-2019/")


def test_what_has_no_outcome_is_not_told_as_zero() -> None:
    body = text(PROMISE + "fakta-och-objektiv-bild/")
    assert "Inget utfall är registrerat. Det är inte samma sak som noll." in body


def test_a_self_selected_answer_has_no_margin_of_error() -> None:
    assert "Därför anges ingen felmarginal." in text("/dialoger/medborgardialog-2019/")


def test_a_correction_is_shown_with_its_reason() -> None:
    outcome = Outcome.objects.get(key="anmalt-vald-2020")
    outcome.corrections.create(
        order=0, corrected_date=date(2021, 3, 1), note="Räknat om av Brå", changes={"value": ["160", "162"]}
    )
    body = text(THREAD)
    assert "Räknat om av Brå" in body
    assert "1 mars 2021" in body


# --- the feed and the files -----------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "word"), [("", "Ingen säker förändring"), ("/en", "No reliable change")])
def test_the_feed_is_rss_with_the_honest_word_first(prefix: str, word: str) -> None:
    response = Client().get(f"{prefix}/loften/rss.xml")
    assert response["Content-Type"].startswith("application/rss+xml")
    channel = ET.fromstring(response.content).find("channel")
    assert channel is not None
    for name in ("title", "link", "description", "language"):
        assert channel.findtext(name)
    items = channel.findall("item")
    assert len(items) == 4
    assert any((item.findtext("title") or "").startswith(word) for item in items)
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == len(guids)
    assert "medborgarlofte-2020/synlig-polis/anmalt-vald-2020" in guids
    for item in items:
        link = item.findtext("link") or ""
        assert link.startswith("http://testserver/")
        assert Client().get(link.removeprefix("http://testserver")).status_code == 200
        assert parsedate_to_datetime(item.findtext("pubDate") or "").date() == date(2021, 1, 21)
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"


def test_the_open_file_keeps_to_the_published_schema_and_can_be_read_in(town: Municipality) -> None:
    response = Client().get("/oppna-data/loften.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="samsyn-trollhattan-loften.json"'
    file = json.loads(response.content)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema, format_checker=FormatChecker(["date"])).iter_errors(file))
    result = read_in(response.content)
    assert (result["accepted"], result["created"], result["updated"]) == (True, 0, 0), result


def test_the_other_open_files_are_what_they_are_called() -> None:
    assert json.loads(Client().get("/oppna-data/omraden.json").content)["type"] == "FeatureCollection"
    for name in ("brott", "folkmangd"):
        content = Client().get(f"/oppna-data/{name}.csv").content
        assert content.startswith(b"\xef\xbb\xbf")
        assert len(content.splitlines()) > 10


@pytest.mark.parametrize("name", ["loften.csv", "loften.xlsx", "konton.json", "commitments.json", "brott.json"])
def test_no_other_file_is_given(name: str) -> None:
    assert Client().get(f"/oppna-data/{name}").status_code == 404


# --- searching ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["POLIS", "polis synlig", "offentlig MILJÖ", "public places"])
def test_a_promise_is_found_whatever_the_case_the_order_or_the_language(query: str) -> None:
    assert f'href="{THREAD}"' in text(f"/sok/?q={query}")


@pytest.mark.parametrize("query", ["", "   ", "%00", "%25", "_", "'", '"><script>', "x" * 5000, "finnsingenstans"])
def test_a_search_for_nothing_or_anything_is_answered(query: str) -> None:
    response = Client().get(f"/sok/?q={query}")
    assert response.status_code == 200
    assert b'"><script>' not in response.content


@pytest.mark.parametrize("number", ["0", "-1", "2", "999999", "abc", "1e9", "9" * 30, ""])
def test_a_page_number_that_is_none_is_answered(number: str) -> None:
    assert Client().get(f"{PROMISE}?sida={number}").status_code == 200
    assert Client().get(f"/laget/nyheter/?sida={number}").status_code == 200


def test_the_start_page_keeps_to_what_is_followed_up_when_a_later_document_gets_a_first_outcome(
    client: Client, town: Municipality
) -> None:
    later = Commitment.objects.filter(document__key="medborgarlofte-2021").first()
    assert later is not None
    Outcome.objects.create(commitment=later, key="forsta", order=0, kind="PROSE", title="Ett", is_published=True)
    assert "Så gick det: Medborgarlöfte 2020" in client.get("/").content.decode()


def test_search_finds_what_residents_said(client: Client, town: Municipality) -> None:
    assert "Medborgardialogen 2019" in client.get("/sok/", {"q": "MÖRKT"}).content.decode()
