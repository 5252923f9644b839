"""Every fault of the form: what is refused, with which sentence, and what is allowed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samsyn.commitments.enums import OutcomeKind
from samsyn.commitments.models import Commitment, Outcome
from samsyn.commitments.tests import factories
from samsyn.commitments.verdicts import verdict_of
from samsyn.desk.fields import NumberField
from samsyn.desk.forms import OutcomeForm

NEW = "/arbete/dokument/medborgarlofte-2020/synlig-polis/utfall/nytt/"
SHARE = {"kind": "PERCENTAGE", "baseline_value": "", "value": "25"}


def _form(commitment: Commitment, data: dict[str, Any], outcome: Outcome | None = None) -> OutcomeForm:
    query = QueryDict(mutable=True)
    query.update(data)
    return OutcomeForm(query, commitment=commitment, outcome=outcome, today=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"value": "många"}, "value", "Skriv talet med siffror, till exempel 1 417 eller 16,2."),
        ({"value": "1.417"}, "value", "Skriv 1417 om du menar tusental"),
        ({"value": "1 41 7"}, "value", "Skriv talet med siffror"),
        ({"value": "16,2 %"}, "value", "Skriv talet med siffror"),
        ({"value": "1e5"}, "value", "Skriv talet med siffror"),
        ({"value": "NaN"}, "value", "Skriv talet med siffror"),
        ({"value": "2 000 000 000"}, "value", "Talet är större än en miljard."),
        ({"value": "9" * 5000}, "value", "Skriv talet med siffror"),
        ({"value": "162,5"}, "value", "Ett antal är ett helt tal."),
        ({"value": "-3"}, "value", "Ett antal är ett helt tal."),
        ({"baseline_value": "185,5"}, "baseline_value", "Ett antal är ett helt tal."),
        ({"value": ""}, "value", "Skriv talet efter också, eller ta bort talet före."),
        (SHARE | {"value": "162"}, "value", "En andel är mellan 0 och 100 procent."),
        (SHARE | {"value": "-1"}, "value", "En andel är mellan 0 och 100 procent."),
        (SHARE | {"value_numerator": "30", "value_denominator": "20"}, "value_numerator", "Skriv högst 20."),
        (SHARE | {"value_denominator": "0"}, "value_denominator", "Skriv hur många det gällde, minst 1"),
        (SHARE | {"value_numerator": "5,5"}, "value_numerator", "Skriv ett helt tal utan decimaler"),
        (SHARE | {"value_numerator": "-5"}, "value_numerator", "Skriv ett tal som är noll eller större."),
        (
            SHARE | {"value_numerator": "34", "value_denominator": "210"},
            "value",
            "34 av 210 är 16,2 procent. Rätta det ena.",
        ),
        (
            SHARE | {"value": "", "value_numerator": "34", "value_denominator": "210"},
            "value",
            "34 av 210 är 16,2 procent. Skriv det här.",
        ),
        ({"value_numerator": "3"}, "value_numerator", "Antal av hur många hör ihop med en andel."),
        ({"baseline_denominator": "3"}, "baseline_denominator", "Antal av hur många hör ihop med en andel."),
        ({"period_start": "2020/01/01"}, "period_start", "Skriv dagen som ÅÅÅÅ-MM-DD"),
        ({"period_start": "2021-02-29"}, "period_start", "Skriv dagen som ÅÅÅÅ-MM-DD"),
        ({"period_start": "0202-01-01"}, "period_start", "Kontrollera årtalet."),
        (
            {"period_start": "2020-12-31", "period_end": "2020-01-01"},
            "period_end",
            "Sista dagen är före den första.",
        ),
        (
            {"baseline_start": "1920-01-01", "baseline_end": "2020-01-01"},
            "baseline_end",
            "Perioden är längre än tjugo år.",
        ),
        ({"reported_date": "2026-11-23"}, "reported_date", "Dagen är inte här än."),
        ({"fulfilment": "LATE", "new_date_text": "våren"}, "reason", "Skriv skälet."),
        ({"fulfilment": "LATE", "reason": "Covid"}, "new_date_text", "Skriv den nya tidpunkten"),
        ({"fulfilment": "NOT_MET", "decided_by": "Styrgruppen"}, "reason", "Skriv skälet."),
        ({"fulfilment": "NOT_MET", "reason": "Pengar"}, "decided_by", "Skriv vem som beslutade det"),
        ({"fulfilment": ""}, "fulfilment", "Välj ett av svaren."),
        ({"title": "x" * 301}, "title", "Texten är 301 tecken lång. Korta den till högst 300 tecken."),
        ({"own_words": "x" * 10_001}, "own_words", "Texten är 10001 tecken lång."),
        ({"title": "dold\u202etext"}, "title", "Texten innehåller styrtecken"),
        ({"note": "nul\x00l"}, "note", "Texten innehåller styrtecken"),
        ({"unit": "brott\x07"}, "unit", "Texten innehåller styrtecken"),
    ],
)
def test_each_fault_stands_by_its_field_and_everything_typed_stays(
    bob: Client,
    commitment: Commitment,
    written: dict[str, Any],
    changes: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    data = {**written, **changes}
    form = _form(commitment, data)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert sentence in str(form.errors[field][0]).replace("\u202f", " ")

    with time_machine.travel(datetime.fromisoformat("2026-11-22T12:00:00+01:00"), tick=False):
        response = bob.post(NEW, data)
    text = response.content.decode()
    assert response.status_code == 400
    assert "En sak behöver rättas" in text
    assert "<title>Fel:" in text.replace("\n", "")
    assert not Outcome.objects.exists()
    kept = data["title"] if "own_words" in changes else data["own_words"]
    assert kept in text
    if "value" in changes and len(changes["value"]) < 20 and changes["value"]:
        assert f'value="{changes["value"]}"' in text


def test_the_summary_lists_faults_in_the_order_of_the_page(bob: Client, written: dict[str, Any]) -> None:
    text = bob.post(NEW, {**written, "fulfilment": "LATE", "value": "många"}).content.decode()
    assert "3 saker behöver rättas" in text
    assert (
        text.index('href="#id_reason"')
        < text.index('href="#id_new_date_text"')
        < text.index('href="#id_value"')
    )
    assert text.index('id="id_reason"') < text.index('id="id_new_date_text"') < text.index('id="id_value"')


@pytest.mark.parametrize("name", ["kind", "fulfilment", "fulfilment_basis"])
def test_choices_that_do_not_exist_are_refused(
    commitment: Commitment, written: dict[str, Any], name: str
) -> None:
    assert name in _form(commitment, {**written, name: "HITTEPÅ"}).errors


def test_an_empty_form_asks_for_one_line(commitment: Commitment) -> None:
    form = _form(commitment, {"kind": "PROSE", "fulfilment": "NOT_STATED", "fulfilment_basis": "STATED"})
    assert form.errors == {"title": ["Skriv vad som hände. En rad räcker."]}


@pytest.mark.parametrize(
    "changes",
    [
        {"baseline_value": ""},
        {"value": "", "value_text": "färre än förut"},
        {"value": "0", "baseline_value": "0"},
        {"period_start": "2020-01-01", "period_end": "2020-12-31"},
        {"fulfilment": "LATE", "reason": "Covid", "new_date": "2027-01-01"},
        {"fulfilment": "NOT_MET", "reason": "Pengar", "decided_by": "Styrgruppen"},
        {"title": "Åäö – ”citat” & <märken> 😀"},
        {"own_words": "Rad ett.\r\nRad två.\tMed tabb."},
        {"reported_date": "2026-11-22"},
        SHARE | {"value": "16,2", "value_numerator": "34", "value_denominator": "210"},
        SHARE | {"value": "16", "value_numerator": "34", "value_denominator": "210"},
        SHARE | {"value": "100"},
    ],
)
def test_honest_use_passes(commitment: Commitment, written: dict[str, Any], changes: dict[str, str]) -> None:
    assert _form(commitment, {**written, **changes}).errors == {}


def test_the_quick_way_is_a_line_and_an_answer(bob: Client) -> None:
    data = {
        "title": "Alla fyra rundor är gjorda.",
        "kind": "COUNT",
        "fulfilment": "MET",
        "fulfilment_basis": "STATED",
    }
    assert bob.post(NEW, data).status_code == 302
    assert Outcome.objects.get().title == "Alla fyra rundor är gjorda."


def test_texts_are_stored_as_typed_with_plain_line_ends(bob: Client, written: dict[str, Any]) -> None:
    bob.post(NEW, {**written, "own_words": "Rad ett.\r\nA\u030angest"})
    assert Outcome.objects.get().own_words == "Rad ett.\nÅngest"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("16,2", Decimal("16.2")),
        ("16.2", Decimal("16.2")),
        ("1 417", Decimal(1417)),
        ("1\u00a0417", Decimal(1417)),
        ("1\u202f417,25", Decimal("1417.25")),
        ("1417", Decimal(1417)),
        ("−3,5", Decimal("-3.5")),
        ("-3,5", Decimal("-3.5")),
        ("0.417", Decimal("0.417")),
        (" 12 ", Decimal(12)),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, number: Decimal | None) -> None:
    assert NumberField(label="").clean(typed) == number


@pytest.mark.parametrize(
    ("stored", "shown"),
    [(Decimal("16.2000"), "16,2"), (Decimal("162.0000"), "162"), (Decimal("0.0000"), "0"), (None, None)],
)
def test_stored_numbers_are_shown_as_people_write_them(stored: Decimal | None, shown: str | None) -> None:
    assert NumberField(label="").prepare_value(stored) == shown


def test_a_saved_draft_opens_as_it_was_written(bob: Client, written: dict[str, Any]) -> None:
    location = bob.post(NEW, {**written, "period_start": "2020-01-01", "value_text": "färre"})["Location"]
    text = bob.get(location).content.decode()
    for value in ("Anmälningarna blev färre", "185", "162", "2020-01-01", "färre"):
        assert f'value="{value}"' in text


def test_a_new_form_suggests_what_the_commitment_counts(bob: Client) -> None:
    text = bob.get(NEW).content.decode()
    assert 'value="anmälda brott"' in text
    assert '<option value="COUNT" selected>' in text


def test_a_kind_from_a_file_is_kept(commitment: Commitment, bob: Client) -> None:
    outcome = factories.OutcomeFactory.create(commitment=commitment, kind=OutcomeKind.WORKS)
    form = OutcomeForm(commitment=commitment, outcome=outcome, today=date(2026, 11, 22))
    assert ("WORKS", "Utförda arbeten") in form.fields["kind"].choices  # type: ignore[attr-defined]
    assert ("WORKS", "Utförda arbeten") not in _form(commitment, {}).fields["kind"].choices  # type: ignore[attr-defined]


def test_each_answer_has_its_sign_beside_its_word(bob: Client) -> None:
    text = bob.get(NEW).content.decode()
    assert text.count('type="radio"') == 7
    for code in ("met", "exceeded", "done_differently", "late", "not_met", "not_reported", "not_stated"):
        assert f"samsyn-tone--{code}" in text


_numbers = st.one_of(st.just(""), st.decimals(0, 10**9, places=2).map(lambda n: str(n).replace(".", ",")))
_wholes = st.one_of(st.just(""), st.integers(0, 10**9).map(str))
_days = st.one_of(st.just(""), st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat))
NUMBERS = ("baseline_value", "value")
WHOLES = ("baseline_numerator", "baseline_denominator", "value_numerator", "value_denominator")
DAYS = ("baseline_start", "baseline_end", "period_start", "period_end")


@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["COUNT", "PERCENTAGE", "ABOUT", "INDEX", "PROSE"])}
        | dict.fromkeys(NUMBERS, st.one_of(_numbers, _wholes))
        | dict.fromkeys(WHOLES, st.one_of(st.just(""), _wholes))
        | dict.fromkeys(DAYS, st.one_of(st.just(""), _days))
    )
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_outcome_that_the_form_lets_through_breaks_its_verdict(
    commitment: Commitment, typed: dict[str, str]
) -> None:
    form = _form(commitment, {"title": "x", "fulfilment": "MET", "fulfilment_basis": "STATED", **typed})
    if form.is_valid():
        verdict = verdict_of(Outcome(commitment=commitment, **form.outcome_data()), aims_at_change=True)
        assert verdict is not None
        assert verdict.sentence
