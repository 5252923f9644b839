"""The demo's own files: whole, translated, without persons, and no more than the sources say."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from samsyn.commitments import exchange
from samsyn.commitments.enums import LinkBasis, Trait, WordingSource
from samsyn.commitments.exchange import Node
from samsyn.commitments.models import Commitment
from samsyn.commitments.verdicts import reading_of
from samsyn.core.importing.runner import run_import
from samsyn.core.translations import TranslatedModel
from samsyn.organisations.enums import GuideGroup, OrganisationKind
from samsyn.organisations.models import GuideEntry, Municipality, Organisation, PageReview

DATA = Path(__file__).parents[1] / "data"
COMMITMENTS = DATA / "commitments-trollhattan.json"
FILES = ["commitments-trollhattan.json", "guide-trollhattan.json", "municipality-trollhattan.json"]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# Surnames and editors' signatures in the sources, as digests: the names themselves are nowhere here.
PERSONS = {
    "2c45edd73c85c6ec", "eb3168e591d5c6b6", "729634c45154ee8a", "421d58455be011f9", "d3a7d879760fd399",
    "e7c0e96d7f714d40", "fec35bb9f0db5a03", "eaefcaf17dff409b", "58b243517bb4e892", "c1638e8c17df6dcc",
}  # fmt: skip
FICTIONAL_PHONES = {f"070-174 06 {last:02}" for last in range(5, 100)}

WORDINGS_2020 = {
    "mangdbrottsutredningar": "Polisen ökar antalet redovisade mängdbrottsutredningar till åklagare jämfört "
    "med föregående år.",
    "synlig-polis": "Genom ökad polisiär närvaro och synlighet minska antalet anmälningar gällande våld i "
    "offentlig miljö.",
    "trygghetsronder": "Trygghetsronder genomförs i två geografiska områden. Även barn och unga deltar i "
    "ronderna.",
    "kontaktcenter": "Trollhättans Stad har för avsikt att öka tillgängligheten för invånarna genom "
    "inrättande av ett kontaktcenter, arbetet pågår under hela 2020.",
    "fakta-och-objektiv-bild": "Det är också en angelägen uppgift för båda parter att sprida information och "
    "kunskap och en mer objektiv bild av t ex kriminalitet.",
}


@cache
def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _by_key(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for item in items}


def _dialogue(key: str) -> dict[str, Any]:
    return _by_key(_read("commitments-trollhattan.json")["dialogues"])[key]


def _document(key: str) -> dict[str, Any]:
    return _by_key(_read("commitments-trollhattan.json")["documents"])[key]


def _commitment(key: str, document: str = "medborgarlofte-2020") -> dict[str, Any]:
    return _by_key(_document(document)["commitments"])[key]


def _outcome(key: str) -> dict[str, Any]:
    (outcome,) = _commitment(key)["outcomes"]
    return dict(outcome)


def _responsible(commitment: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["task"], row["text"]) for row in commitment.get("responsibilities", [])]


def _problems(commitment: dict[str, Any]) -> list[str]:
    return [link["problem"] for link in commitment.get("problems", [])]


def _items(node: Node, items: list[dict[str, Any]], path: str) -> Iterator[tuple[Node, dict[str, Any], str]]:
    for index, item in enumerate(items):
        here = f"{path}[{index}]"
        yield node, item, here
        for name, child in node.children.items():
            yield from _items(child, item.get(name, []), f"{here}.{name}")


def _all_items() -> Iterator[tuple[Node, dict[str, Any], str]]:
    for name, node in exchange.TOP.items():
        yield from _items(node, _read("commitments-trollhattan.json")[name], name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _missing_english(item: dict[str, Any], translated: tuple[str, ...], path: str) -> list[str]:
    version = item.get("translations", {}).get("en", {})
    filled = {name for name in translated if item.get(name)}
    faults = [f"{path}.{name}" for name in filled if not version.get("fields", {}).get(name)]
    # A translation of something that is not there would be text of our own beside a real document.
    faults += [f"{path}.{name} too much" for name in version.get("fields", {}).keys() - filled]
    if filled and (version.get("made_by"), version.get("date")) != ("machine", "2026-11-22"):
        faults.append(f"{path}.translations.en is not marked as a machine's")
    if version.get("reviewed_date"):
        faults.append(f"{path}.translations.en says that a person has reviewed it")
    return faults


# --- form --------------------------------------------------------------------------------------


def test_commitments_keep_to_the_published_schema() -> None:
    validator = Draft202012Validator(exchange.schema(), format_checker=FormatChecker(["date"]))
    assert [error.message for error in validator.iter_errors(_read("commitments-trollhattan.json"))] == []


def test_the_schema_check_refuses_a_date_that_is_none() -> None:
    validator = Draft202012Validator(exchange.schema(), format_checker=FormatChecker(["date"]))
    document = {**_document("medborgarlofte-2020"), "period_end": "2020-02-30"}
    file = {"format": exchange.FORMAT, "municipality": "1488", "documents": [document]}
    assert [error.validator for error in validator.iter_errors(file)] == ["format"]


def test_keys_are_unique_in_every_list() -> None:
    seen: set[tuple[str, str]] = set()
    for node, item, path in _all_items():
        if node.match == "key":
            where = (path.rpartition("[")[0], item["key"])
            assert where not in seen, f"{path}: {item['key']} stands twice"
            seen.add(where)


def test_every_text_has_an_english_translation_marked_as_a_machines() -> None:
    faults: list[str] = []
    for node, item, path in _all_items():
        if issubclass(node.model, TranslatedModel):
            faults += _missing_english(item, node.model.TRANSLATED, path)
    for index, entry in enumerate(_read("guide-trollhattan.json")["entries"]):
        faults += _missing_english(entry, GuideEntry.TRANSLATED, f"entries[{index}]")
    assert faults == []


def test_traits_are_known() -> None:
    for node, item, path in _all_items():
        if node.model is Commitment:
            assert set(item.get("traits", [])) <= set(Trait.values), path


def test_every_source_has_a_title_a_publisher_and_real_dates() -> None:
    sources = 0
    for _node, item, path in _all_items():
        source = item.get("source")
        if source is None:
            continue
        sources += 1
        assert source["title"], path
        assert source["publisher"] in {"Polisen", "Trollhättans Stad"}, path
        assert source.keys() <= {"title", "publisher", "url", "section", "published_date", "reviewed_date"}, (
            path
        )
        for name in source.keys() & {"published_date", "reviewed_date"}:
            date.fromisoformat(source[name])
    assert sources > 30


def test_every_dialogue_document_commitment_and_outcome_names_its_source() -> None:
    for node, item, path in _all_items():
        if "source" in node.fields and node.match == "key" and node.model._meta.model_name != "indicator":
            assert item.get("source"), path


def test_everything_real_is_published_and_nothing_is_marked_as_an_example() -> None:
    for node, item, path in _all_items():
        if "is_published" in node.fields:
            assert item["is_published"] is True, path
        assert "is_example" not in item, path


# --- persons -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_no_person_of_the_sources_is_named(name: str) -> None:
    words = {word for text in _texts(_read(name)) for word in re.findall(r"\w+", text.lower())}
    assert [word for word in words if hashlib.sha256(word.encode()).hexdigest()[:16] in PERSONS] == []


@pytest.mark.parametrize("name", FILES)
def test_phone_numbers_are_public_services_or_kept_for_fiction(name: str) -> None:
    found = {
        number for text in _texts(_read(name)) for number in re.findall(r"\b0\d{1,3}[-–][\d ]{5,}\d", text)
    }
    assert found <= FICTIONAL_PHONES
    phones = {entry["phone"] for entry in _read("guide-trollhattan.json")["entries"] if "phone" in entry}
    assert phones <= FICTIONAL_PHONES | {"112", "114 14"}


# --- dialogues ---------------------------------------------------------------------------------


def test_the_2019_dialogue_says_who_answered_and_how_they_were_chosen() -> None:
    dialogue = _dialogue("medborgardialog-2019")
    assert dialogue["n_respondents"] == 1417
    assert dialogue["selection"] == "SELF_SELECTED"
    assert not dialogue.keys() & {"n_sample", "n_invited", "response_rate", "supplier"}
    kinds = ["WEB_SURVEY", "DIALOGUE_DAY", "SAFETY_ROUND", "INVITED_GROUPS", "STAFF"]
    assert [method["kind"] for method in dialogue["methods"]] == kinds
    assert dialogue["methods"][2]["place_text"] == "Halvorstorp/Sandhem/Stavre och Sjuntorp"
    assert dialogue["methods"][3]["invited"] == [
        "grannsamverkansområden",
        "trygghetsvandrare",
        "de kommunala råden",
    ]


def test_the_2019_priorities_stand_in_the_sources_order_with_what_is_in_them() -> None:
    assert [(p["title"], p.get("contents")) for p in _dialogue("medborgardialog-2019")["priorities"]] == [
        ("Tillgänglighet", "journummer, stöd och hjälp och polisiär närvaro"),
        ("Våld utomhus", None),
        ("Organiserad brottslighet", None),
        ("Mängdbrott", "stöld/inbrott/skadegörelse"),
        ("Narkotika/dopning", None),
    ]


def test_the_2019_findings_have_words_but_no_numbers() -> None:
    findings = _dialogue("medborgardialog-2019")["findings"]
    assert [finding["dimension"] for finding in findings] == ["SEX", "TIME_OF_DAY", "AREA", "CONCEPT"]
    assert findings[0]["text"] == "Fler kvinnor än män känner sig otrygga."
    assert not [finding for finding in findings if "value" in finding or "n" in finding]


def test_the_autumn_2020_survey_keeps_both_sources_and_no_number() -> None:
    dialogue = _dialogue("trygghetsenkat-hosten-2020")
    assert dialogue["selection"] == "NOT_STATED"
    assert "n_respondents" not in dialogue
    assert not dialogue.get("is_series_break")
    assert "ingen jämförelse görs" in dialogue["break_text"]
    contradicted = [claim for claim in dialogue["claims"] if claim.get("is_contradicted")]
    assert len(contradicted) == 2
    assert "öppnar polisen länken" in contradicted[0]["text"]
    assert contradicted[0]["source"]["published_date"] == "2020-09-28"
    assert "skickades ut under hösten" in contradicted[1]["text"]


def test_the_random_sample_of_2022_is_a_break_in_the_series() -> None:
    dialogue = _dialogue("trygghetsundersokning-2022")
    assert (dialogue["selection"], dialogue["n_sample"], dialogue["n_respondents"]) == ("RANDOM", 900, 525)
    assert dialogue["response_rate"] == pytest.approx(100 * 525 / 900, abs=0.05)
    assert dialogue["is_series_break"] is True


# --- documents ---------------------------------------------------------------------------------


def test_documents_are_tied_as_the_sources_say() -> None:
    links = {
        (key, link["kind"], link.get("other"))
        for key in ("overenskommelse-2010", "medborgarlofte-2020", "medborgarlofte-2021", "atgardsplan-2022")
        for link in _document(key).get("links", [])
    }
    assert links == {
        ("medborgarlofte-2020", "COMPLEMENTS", "overenskommelse-2010"),
        ("medborgarlofte-2021", "FOLLOWS", "medborgarlofte-2020"),
        ("medborgarlofte-2021", "COMPLEMENTS", None),
        ("atgardsplan-2022", "BASED_ON", "overenskommelse-2010"),
    }
    dialogues = [(row["dialogue"], row["basis"]) for row in _document("medborgarlofte-2020")["dialogues"]]
    assert dialogues == [("medborgardialog-2019", "STATED")]


def test_documents_that_are_not_wholly_here_say_what_is_missing() -> None:
    for document in _read("commitments-trollhattan.json")["documents"]:
        assert document["completeness"] == "PARTIAL"
        assert len(document["completeness_note"]) > 40


def test_no_document_has_a_signing_date_that_no_source_states() -> None:
    for document in _read("commitments-trollhattan.json")["documents"]:
        assert "signed_date" not in document
        assert not [row for row in document.get("signatures", []) if "signed_date" in row]
        assert not [row for row in document["parties"] if "signed_date" in row]


def test_the_agreement_is_open_and_has_no_invented_first_day() -> None:
    agreement = _document("overenskommelse-2010")
    assert (agreement["kind"], agreement["period_text"], agreement["period_precision"]) == (
        "AGREEMENT", "Sedan 2010", "OPEN",
    )  # fmt: skip
    assert not agreement.keys() & {"period_start", "period_end", "commitments"}


def test_the_2020_promise_has_its_five_commitments_word_for_word() -> None:
    commitments = _document("medborgarlofte-2020")["commitments"]
    assert {c["key"]: c["wording"] for c in commitments} == WORDINGS_2020
    assert [c["key"] for c in commitments] == list(WORDINGS_2020)
    listed, running = WordingSource.LISTED, WordingSource.RUNNING_TEXT
    assert [c["wording_source"] for c in commitments] == [listed, listed, listed, listed, running]


@pytest.mark.parametrize(
    ("key", "scope", "doing", "follow_up", "evaluation"),
    [
        ("mangdbrottsutredningar", "Löpande", "Gruppchef", "Lokalpolisområde Östra Fyrbodal", "Kommunpolis"),
        ("synlig-polis", "Löpande", "Gruppchef", "Lokalpolisområde Östra Fyrbodal", "Kommunpolis"),
        (
            "trygghetsronder", "2 stycken under 2020.", "Hållbarhetsstrateg", "Trollhättans stad",
            "Trollhättans stad, Trygghetsgruppen/Lokala BRÅ",
        ),
        (
            "kontaktcenter", "I drift under 2021.", "Stadsdirektören", "Trollhättans stad",
            "Trollhättans stad, kommunstyrelsens förvaltning",
        ),
    ],
)  # fmt: skip
def test_scope_and_responsible_of_2020_stand_as_in_the_source(
    key: str, scope: str, doing: str, follow_up: str, evaluation: str
) -> None:
    commitment = _commitment(key)
    assert commitment["scope_text"] == scope
    assert _responsible(commitment) == [
        ("DOING", doing),
        ("FOLLOW_UP", follow_up),
        ("EVALUATION", evaluation),
    ]


def test_the_targets_of_2020_say_no_more_than_the_promise() -> None:
    (more,) = _commitment("mangdbrottsutredningar")["targets"]
    assert (more["operator"], more["compared_with"], more.get("value")) == ("INCREASE", "föregående år", None)
    (fewer,) = _commitment("synlig-polis")["targets"]
    assert (fewer["operator"], fewer.get("compared_with"), fewer.get("value")) == ("DECREASE", None, None)
    rounds, children = _commitment("trygghetsronder")["targets"]
    assert (rounds["operator"], rounds["value"], rounds["per"], rounds["unit"]) == (
        "EQ", 2, "PERIOD", "trygghetsronder",
    )  # fmt: skip
    assert (children["operator"], children["within"]) == ("DONE", rounds["key"])
    (opened,) = _commitment("kontaktcenter")["targets"]
    assert (opened["operator"], opened["deadline_text"]) == ("DONE", "I drift under 2021")
    assert "targets" not in _commitment("fakta-och-objektiv-bild")


def test_the_problems_of_2020_are_the_five_priorities_and_two_get_no_promise() -> None:
    document = _document("medborgarlofte-2020")
    priorities = [p["key"] for p in _dialogue("medborgardialog-2019")["priorities"]]
    assert [p["key"] for p in document["problems"]] == priorities
    assert [p["priority"] for p in document["problems"]] == [
        f"medborgardialog-2019/{key}" for key in priorities
    ]
    answered = {problem for c in document["commitments"] for problem in _problems(c)}
    assert set(priorities) - answered == {"organiserad-brottslighet", "narkotika-dopning"}


def test_the_links_of_2020_are_readings_and_say_what_they_are_read_from() -> None:
    assert {key: _problems(_commitment(key)) for key in WORDINGS_2020} == {
        "mangdbrottsutredningar": ["mangdbrott"],
        "synlig-polis": ["vald-utomhus"],
        "trygghetsronder": [],
        "kontaktcenter": ["tillganglighet"],
        "fakta-och-objektiv-bild": [],
    }
    for key in WORDINGS_2020:
        for link in _commitment(key).get("problems", []):
            assert link["basis"] == LinkBasis.READING
            assert link["note"].startswith("Läst ur")


def test_no_cause_is_stated_anywhere() -> None:
    assert [path for _node, item, path in _all_items() if item.get("cause_text")] == []


def test_the_2020_promise_says_to_whom_and_when_it_is_followed_up() -> None:
    document = _document("medborgarlofte-2020")
    assert document["follow_up_deadline_text"] == "senast första kvartalet 2021"
    assert document["follow_up_deadline"] == "2021-03-31"
    assert "follow_up_reported_date" not in document
    for office in ("kommunstyrelsens presidium", "stadsdirektören", "lokalpolisområdeschef i östra Fyrbodal"):
        assert office in document["follow_up_forum"]
    (contact,) = document["contacts"]
    assert contact["role_title"] == "Kommunpolis i Trollhättan"
    assert "channel" not in contact
    (evaluation,) = document["evaluations"]
    assert evaluation["reported_date"] == "2021-01-21"


def test_the_2020_promise_defines_its_words() -> None:
    statements = _document("medborgarlofte-2020")["statements"]
    definitions = {s["heading"]: s["text"] for s in statements if s["kind"] == "DEFINITION"}
    assert definitions == {
        "Medborgare": "Som medborgare betraktas de som bor, verkar eller vistas inom området eller kommunen.",
        "Säkerhet": "Den faktiska risken att utsättas för brott och ordningsstörningar.",
        "Trygghet": "Individens upplevelse av säkerheten/risken.",
    }


# --- outcomes ----------------------------------------------------------------------------------


def test_volume_crime_has_shares_without_numbers_behind_them() -> None:
    outcome = _outcome("mangdbrottsutredningar")
    assert (outcome["kind"], outcome["baseline_value"], outcome["value"]) == ("PERCENTAGE", 16, 16.2)
    assert outcome["fulfilment"] == "NOT_STATED"
    assert not [name for name in outcome if name.endswith(("numerator", "denominator"))]
    assert "Löftet gäller antal, svaret gäller andel." in outcome["note"]
    assert outcome["own_words"] == (
        "Redovisningsandelen till åklagaren avseende mängdbrott begångna i Trollhättan har ökat, men ytterst "
        "marginellt - från 16 procent 2019 till 16,2 procent 2020."
    )


def test_reported_violence_has_counts_periods_and_a_caveat_marked_as_ours() -> None:
    outcome = _outcome("synlig-polis")
    assert (outcome["kind"], outcome["baseline_value"], outcome["value"]) == ("COUNT", 185, 162)
    assert (outcome["baseline_start"], outcome["baseline_end"]) == ("2019-01-01", "2019-12-31")
    assert (outcome["period_start"], outcome["period_end"]) == ("2020-01-01", "2020-12-31")
    assert (outcome["unit"], outcome["fulfilment"]) == ("anmälda brott", "NOT_STATED")
    assert "pandemiår" in outcome["caveat"]
    assert "vår anmärkning" in outcome["note"]
    assert outcome["own_words"] == (
        "Antalet anmälda brott avseende våld i offentlig miljö uppgick till 162 under 2020, vilket är en "
        "minskning jämfört med 2019 då antalet uppgick till 185 st."
    )


def test_four_rounds_were_held_in_named_districts() -> None:
    outcome = _outcome("trygghetsronder")
    assert (outcome["kind"], outcome["value"]) == ("DONE", 4)
    assert (outcome["fulfilment"], outcome["fulfilment_basis"]) == ("EXCEEDED", "READING")
    for district in ("Strömslund", "Torsred", "Källstorp", "Hälltorp"):
        assert district in outcome["scope_text"]
        assert f"Trygghetsrond i {district}" in outcome["works"]
    assert "barn och unga var med på ronderna framgår inte" in outcome["note"]
    assert "andra än de som fick ronder 2019" in outcome["note"]


def test_the_contact_centre_is_late_with_its_reason_and_new_time() -> None:
    outcome = _outcome("kontaktcenter")
    assert (outcome["kind"], outcome["fulfilment"], outcome["fulfilment_basis"]) == (
        "MILESTONE",
        "LATE",
        "STATED",
    )
    assert outcome["new_date_text"] == "september 2021"
    assert "new_date" not in outcome  # the source gives a month, no day
    assert "covid-19" in outcome["reason"]
    assert "inte registrerat här" in outcome["note"]


def test_only_four_commitments_have_outcomes() -> None:
    with_outcomes = {
        (document["key"], commitment["key"])
        for document in _read("commitments-trollhattan.json")["documents"]
        for commitment in document.get("commitments", [])
        if commitment.get("outcomes")
    }
    assert with_outcomes == {
        ("medborgarlofte-2020", key) for key in WORDINGS_2020 if key != "fakta-och-objektiv-bild"
    }


# --- 2021 and 2022 -----------------------------------------------------------------------------


def test_2021_is_whole_and_says_that_it_comes_from_a_news_text() -> None:
    document = _document("medborgarlofte-2021")
    assert {c["wording_source"] for c in document["commitments"]} == {"SUMMARY"}
    assert len(document["commitments"]) == 7
    assert _commitment("lagfora-bakom-narkotikan", "medborgarlofte-2021")["wording"] == (
        "Polisens mål är att lagföra dem som ligger bakom narkotikahanteringen och relaterad grov "
        "brottslighet."
    )
    assert _commitment("drogforebyggande-i-skolan", "medborgarlofte-2021")["wording"] == (
        "I årets medborgarlöfte lovar Trollhättans stad att arbeta drogförebyggande både i grundskolan och "
        "gymnasieskolorna."
    )
    assert not [c["key"] for c in document["commitments"] if c.get("targets")]


def test_the_2022_plan_has_four_themes_six_actions_and_three_signing_offices() -> None:
    plan = _document("atgardsplan-2022")
    assert (len(plan["themes"]), len(plan["commitments"]), len(plan["signatures"])) == (4, 6, 3)
    assert {signature["date_text"] for signature in plan["signatures"]} == {"på tisdagen"}
    assert plan["source"]["reviewed_date"] == "2022-05-04"
    # The source does not say which action belongs to which theme.
    assert not [c["key"] for c in plan["commitments"] if "theme" in c]


# --- guide and municipality --------------------------------------------------------------------


def test_guide_rows_fit_their_model() -> None:
    entries = _read("guide-trollhattan.json")["entries"]
    assert len({entry["key"] for entry in entries}) == len(entries)
    known = {"key", "group", "order", "title", "text", "who", "phone", "is_example", "translations"}
    for entry in entries:
        assert entry.keys() <= known, entry["key"]
        GuideEntry(municipality=Municipality(code="1488"), search_text="-", **entry).clean_fields(
            exclude=["municipality"]
        )
    assert {entry["group"] for entry in entries} == set(GuideGroup.values)


def test_guide_rows_are_in_order_within_their_group() -> None:
    orders: dict[str, list[int]] = {}
    for entry in _read("guide-trollhattan.json")["entries"]:
        orders.setdefault(entry["group"], []).append(entry["order"])
    assert all(found == list(range(len(found))) for found in orders.values())


def test_what_comes_from_another_town_or_is_made_up_is_marked_as_an_example() -> None:
    for entry in _read("guide-trollhattan.json")["entries"]:
        if entry["group"] in {"HOSTS_MAY", "HOSTS_MAY_NOT"} or entry.get("phone", "112")[0] == "0":
            assert entry.get("is_example") is True, entry["key"]


def test_guide_says_who_decides_what_the_municipality_cannot() -> None:
    who = {e["key"]: e["who"] for e in _read("guide-trollhattan.json")["entries"] if e["group"] == "NOT_OURS"}
    assert who["nationell-lagstiftning"] == "Riksdagen"
    assert who["polisens-insatser"] == "Polismyndigheten"


def test_the_municipality_fits_its_models() -> None:
    file = _read("municipality-trollhattan.json")
    Municipality(**file["municipality"]).clean_fields()
    assert (file["municipality"]["code"], file["municipality"]["official_name"]) == (
        "1488",
        "Trollhättans Stad",
    )
    assert file["municipality"]["contact_centre_phone"] in FICTIONAL_PHONES
    organisations = {row["key"]: row["kind"] for row in file["organisations"]}
    assert organisations == {
        "trollhattans-stad": OrganisationKind.MUNICIPALITY,
        "polisen": OrganisationKind.POLICE,
    }
    hours = [(row["weekday"], row["opens_at"], row["closes_at"]) for row in file["opening_hours"]]
    assert hours == [(day, "08:00", "16:30") for day in range(5)]


def test_only_the_page_with_its_real_old_date_is_overdue() -> None:
    reviews = _read("municipality-trollhattan.json")["page_reviews"]
    assert len({review["page"] for review in reviews}) == len(reviews)
    rows = [PageReview(**{**r, "reviewed_date": date.fromisoformat(r["reviewed_date"])}) for r in reviews]
    assert [row.page for row in rows if row.is_overdue(NOW.date())] == ["who_does_what"]
    assert all(row.reviewed_date <= NOW.date() for row in rows)


# --- into the database -------------------------------------------------------------------------


@pytest.fixture
def town() -> Municipality:
    file = _read("municipality-trollhattan.json")
    municipality = Municipality.objects.create(**file["municipality"])
    for row in file["organisations"]:
        Organisation.objects.create(municipality=municipality, **row)
    return municipality


@pytest.mark.django_db
def test_the_file_goes_in_comes_out_and_changes_nothing_the_second_time(town: Municipality) -> None:
    first = run_import("commitments", COMMITMENTS, municipality=town.code, now=NOW)
    assert (first.accepted, first.file_errors, first.row_errors) == (True, [], [])
    assert first.counts.created == 7
    file = _read("commitments-trollhattan.json")
    out = exchange.export(town)
    for name, node in exchange.TOP.items():
        wanted = {item["key"]: exchange.normalise(node, item) for item in file[name]}
        assert {item["key"]: item for item in out[name]} == wanted
    second = run_import("commitments", COMMITMENTS, municipality=town.code, now=NOW)
    assert (second.counts.created, second.counts.updated, second.counts.unchanged) == (0, 0, 7)


@pytest.mark.django_db
def test_the_outcomes_of_2020_read_as_the_numbers_allow(town: Municipality) -> None:
    run_import("commitments", COMMITMENTS, municipality=town.code, now=NOW)
    commitments = Commitment.objects.filter(document__key="medborgarlofte-2020").prefetch_related(
        "targets", "outcomes"
    )
    read = {c.key: reading_of(c, c.outcomes.first()) for c in commitments}
    assert {key: reading.code for key, reading in read.items()} == {
        "mangdbrottsutredningar": "cannot_be_judged",
        "synlig-polis": "no_reliable_change",
        "trygghetsronder": "exceeded",
        "kontaktcenter": "late",
        "fakta-och-objektiv-bild": "not_reported",
    }
    assert read["trygghetsronder"].reason == "4 i stället för 2. Löftet har fler delar."
    assert read["kontaktcenter"].figure == "september 2021"
