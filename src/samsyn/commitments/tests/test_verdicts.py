"""What is said of an outcome: the computed verdict of change, and beside it whether it was done as promised."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

import samsyn
from samsyn.analysis.compare import CountComparison, ShareComparison, Verdict
from samsyn.commitments import queries
from samsyn.commitments.enums import Fulfilment, LinkBasis, OutcomeKind, Trait
from samsyn.commitments.models import Commitment, CommitmentDocument, Outcome
from samsyn.commitments.presenting import outcome_context
from samsyn.commitments.tests import factories
from samsyn.commitments.tests.files import read_in
from samsyn.commitments.verdicts import ChangeVerdict, Reading, reading_of, verdict_of
from samsyn.organisations.models import Municipality

YEARS = {
    "baseline_start": date(2019, 1, 1),
    "baseline_end": date(2019, 12, 31),
    "period_start": date(2020, 1, 1),
    "period_end": date(2020, 12, 31),
}


def outcome(**fields: Any) -> Outcome:
    """Return an outcome that is not in the database."""
    return Outcome(commitment=Commitment(document=CommitmentDocument()), **fields)


def change(before: Any, after: Any, **fields: Any) -> ChangeVerdict:
    """Return the verdict of a change from one number to another."""
    kind = fields.pop("kind", OutcomeKind.COUNT)
    found = verdict_of(outcome(kind=kind, baseline_value=_decimal(before), value=_decimal(after), **fields))
    assert found is not None
    return found


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def numbers(found: ChangeVerdict) -> CountComparison:
    """Return the two counts compared."""
    assert isinstance(found.comparison, CountComparison)
    return found.comparison


# --- the five commitments of 2020 ---------------------------------------------------------------------


@pytest.fixture
def of_2020(town: Municipality) -> Municipality:
    """Trollhättan with its real documents."""
    factories.OrganisationFactory(key="trollhattans-stad")
    file = Path(samsyn.__file__).parent / "demo/data/commitments-trollhattan.json"
    assert read_in(file.read_bytes())["accepted"]
    return town


def _readings(town: Municipality, language: str) -> dict[str, Reading]:
    document = queries.published_document(town, "medborgarlofte-2020")
    with translation.override(language):
        return {reading.commitment.key: reading for reading in queries.readings_of(document)}


WORDS = {
    "sv": {
        "mangdbrottsutredningar": ("Går inte att bedöma", "Antalen bakom procenten saknas.", "16 → 16,2 %"),
        "synlig-polis": ("Ingen säker förändring", "Slumpen kan ge en så stor skillnad.", "185 → 162"),
        "trygghetsronder": ("Mer än lovat", "4 i stället för 2. Löftet har fler delar.", "4 ronder"),
        "kontaktcenter": (
            "Senare än planerat",
            "Skäl: tidplanen har förändrats något till följd av covid-19.",
            "september 2021",
        ),
        "fakta-och-objektiv-bild": ("Inte rapporterat än", "Uppföljningen nämner inte det här.", ""),
    },
    "en": {
        "mangdbrottsutredningar": (
            "Cannot be judged",
            "The numbers behind the percentages are missing.",
            "16 → 16.2%",
        ),
        "synlig-polis": ("No reliable change", "Chance can give a difference this large.", "185 → 162"),
        "trygghetsronder": ("More than promised", "4 instead of 2. The promise has more parts.", "4 rounds"),
        "kontaktcenter": (
            "Later than planned",
            "Reason: the timetable has changed somewhat as a result of covid-19.",
            "September 2021",
        ),
        "fakta-och-objektiv-bild": ("Not reported yet", "The follow-up does not mention this.", ""),
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_the_five_of_2020_are_told_in_these_words(of_2020: Municipality, language: str) -> None:
    with translation.override(language):
        told = {
            key: (reading.word, reading.reason, reading.figure) for key, reading in _readings(of_2020, language).items()
        }
    assert told == WORDS[language]


SENTENCES = {
    "sv": {
        "mangdbrottsutredningar": "Antalen bakom procenten är inte angivna. Det här saknas: hur många ärenden det "
        "gällde före, hur många ärenden det gällde efter. För att en skillnad på 0,2 procentenheter ska synas "
        "säkert behövs omkring 530\u202f000 ärenden om året.",
        "synlig-polis": "Antalet anmälda brott blev 23 färre, 12,7 procent räknat per dag. Slumpen ensam kan ge en "
        "så stor skillnad. Om det hade blivit 148 eller färre hade vi kallat det en tydlig minskning.",
    },
    "en": {
        "mangdbrottsutredningar": "The numbers behind the percentages are not stated. This is missing: how many "
        "cases it was out of before, how many cases it was out of after. To be sure of a difference of 0.2 "
        "percentage points, about 530,000 cases a year are needed.",
        "synlig-polis": "The number of reported offences fell by 23, or 12.7 per cent counted per day. Chance alone "
        "can give a difference this large. At 148 or fewer we would have called it a clear decrease.",
    },
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_two_that_have_numbers_before_and_after_are_explained(of_2020: Municipality, language: str) -> None:
    with translation.override(language):
        told = {key: r.change.sentence for key, r in _readings(of_2020, language).items() if r.change}
    assert told == SENTENCES[language]


def test_the_leads_of_2020_say_the_number_and_what_it_is_worth(of_2020: Municipality) -> None:
    readings = _readings(of_2020, "sv")
    assert [r.change.lead for r in readings.values() if r.change] == [
        "Antalen bakom procenten är inte angivna.",
        "Antalet anmälda brott blev 23 färre, men så stor skillnad kan uppstå av slumpen.",
    ]
    assert readings["synlig-polis"].captions == [
        "anmälda brott, 2019 och 2020",
        "−12,7 % per dag (från −29,7 till +8,4)",
    ]
    assert readings["trygghetsronder"].captions == ["2 var lovade"]
    assert readings["fakta-och-objektiv-bild"].captions == [
        "inget utfall är registrerat",
        "det är inte samma sak som noll",
    ]


# --- counts --------------------------------------------------------------------------------------------


def test_185_to_162_with_equal_years_is_no_reliable_change() -> None:
    found = change(185, 162)
    assert not found.per_day
    assert found.verdict == Verdict.NO_RELIABLE_CHANGE
    assert (round(numbers(found).low or 0, 3), round(numbers(found).high or 0, 3)) == (0.705, 1.087)


def test_185_to_162_by_days_allows_for_the_leap_year() -> None:
    found = change(185, 162, **YEARS)
    assert found.per_day
    assert found.verdict == Verdict.NO_RELIABLE_CHANGE
    assert (round(numbers(found).low or 0, 3), round(numbers(found).high or 0, 3)) == (0.703, 1.084)
    assert numbers(found).exposure_after == 366


def test_periods_of_one_length_are_not_said_to_be_counted_by_day() -> None:
    years = YEARS | {"period_start": date(2021, 1, 1), "period_end": date(2021, 12, 31)}
    found = change(185, 162, **years)
    assert not found.per_day
    assert "per dag" not in found.sentence


def test_148_is_the_first_number_that_would_have_been_clear() -> None:
    assert change(185, 149, **YEARS).verdict == Verdict.NO_RELIABLE_CHANGE
    assert change(185, 148, **YEARS).verdict == Verdict.CLEAR_DECREASE
    assert "148 eller färre" in change(185, 149, **YEARS).sentence
    assert change(185, 148, unit="brott").sentence == (
        "Antalet brott blev 37 färre, 20,0 procent. Det är mer än slumpen ensam brukar ge."
    )


def test_an_increase_says_what_would_have_been_clear() -> None:
    assert change(185, 200).verdict == Verdict.NO_RELIABLE_CHANGE
    assert "226 eller fler" in change(185, 200).sentence
    assert change(185, 226).verdict == Verdict.CLEAR_INCREASE


def test_zero_is_a_number() -> None:
    assert change(6, 0).verdict == Verdict.CLEAR_DECREASE
    assert change(5, 0).verdict == Verdict.NO_RELIABLE_CHANGE


def test_from_zero_there_is_a_verdict_but_no_percentage() -> None:
    found = change(0, 6, unit="bränder")
    assert found.verdict == Verdict.CLEAR_INCREASE
    assert numbers(found).percent_change is None
    assert found.sentence == "Antalet bränder blev 6 fler. Det är mer än slumpen ensam brukar ge."
    assert change(0, 5).verdict == Verdict.NO_RELIABLE_CHANGE


def test_from_zero_to_zero_there_is_nothing_to_compare() -> None:
    found = change(0, 0)
    assert found.verdict == Verdict.CANNOT_BE_JUDGED
    assert found.sentence == "Det här saknas: händelser att jämföra: det var noll båda gångerna."


def test_the_same_number_twice_is_said_to_be_the_same() -> None:
    assert change(50, 50, unit="brott").sentence.startswith("Antalet brott var lika stort båda gångerna.")


# --- what is missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        (None, 162, ["ett tal för tiden före"]),
        (185, None, ["ett tal för tiden efter"]),
        (None, None, ["ett tal för tiden före", "ett tal för tiden efter"]),
    ],
)
def test_a_promise_of_change_says_which_number_is_missing(before: Any, after: Any, missing: list[str]) -> None:
    reported = outcome(kind=OutcomeKind.COUNT, baseline_value=_decimal(before), value=_decimal(after))
    found = verdict_of(reported, aims_at_change=True)
    assert found is not None
    assert found.verdict == Verdict.CANNOT_BE_JUDGED
    assert found.missing == missing
    assert found.sentence == f"Det här saknas: {', '.join(missing)}."


def test_a_number_alone_is_no_change_where_none_was_promised() -> None:
    assert verdict_of(outcome(kind=OutcomeKind.COUNT, value=Decimal(4))) is None


@pytest.mark.parametrize("kind", [OutcomeKind.INDEX, OutcomeKind.ABOUT, OutcomeKind.RANGE])
def test_a_number_whose_uncertainty_nobody_told_is_not_judged(kind: OutcomeKind) -> None:
    assert change(2500, 2000, kind=kind).verdict == Verdict.CANNOT_BE_JUDGED


# --- shares --------------------------------------------------------------------------------------------


def share(before: Any, after: Any, **fields: Any) -> ChangeVerdict:
    return change(before, after, kind=OutcomeKind.PERCENTAGE, **fields)


def of_1000(before: int, after: int) -> dict[str, int]:
    return {
        "baseline_numerator": before,
        "baseline_denominator": 1000,
        "value_numerator": after,
        "value_denominator": 1000,
    }


def test_a_share_with_its_numbers_is_judged() -> None:
    found = share(16, 16.2, **of_1000(160, 162))
    assert found.verdict == Verdict.NO_RELIABLE_CHANGE
    assert found.sentence == ("Andelen blev 0,2 procentenheter högre. Slumpen ensam kan ge en så stor skillnad.")


def test_a_clear_fall_of_a_share() -> None:
    found = share(25, 16, **of_1000(250, 160))
    assert found.verdict == Verdict.CLEAR_DECREASE
    assert found.sentence == ("Andelen blev 9,0 procentenheter lägre. Det är mer än slumpen ensam brukar ge.")


def test_denominators_alone_are_enough_within_the_rounding_of_the_shares() -> None:
    of_many = {"baseline_denominator": 300_000, "value_denominator": 300_000}
    stated = share(16, 16.2, **of_many)
    assert isinstance(stated.comparison, ShareComparison)
    assert stated.comparison.rounded_to == pytest.approx(0.001)
    assert stated.verdict == Verdict.NO_RELIABLE_CHANGE
    counted = share(16, 16.2, baseline_numerator=48_000, value_numerator=48_600, **of_many)
    assert counted.verdict == Verdict.CLEAR_INCREASE


@pytest.mark.parametrize(
    ("after", "cases"),
    [(16.2, "530\u202f000"), (17, "22\u202f000"), (18, "5\u202f500"), (20, "1\u202f400"), (50, "29")],
)
def test_how_many_cases_would_be_needed_is_told_with_two_digits(after: float, cases: str) -> None:
    assert f"behövs omkring {cases} ärenden om året" in share(16, after).sentence


def test_a_denominator_of_zero_is_no_denominator() -> None:
    found = share(16, 16.2, baseline_denominator=0, value_denominator=1000)
    assert found.missing == ["hur många ärenden det gällde före"]


def test_one_denominator_alone_is_not_enough_and_the_other_is_asked_for() -> None:
    found = share(16, 16.2, baseline_denominator=1000)
    assert found.verdict == Verdict.CANNOT_BE_JUDGED
    assert found.missing == ["hur många ärenden det gällde efter"]


def test_a_share_above_a_hundred_is_not_judged() -> None:
    assert share(90, 120).verdict == Verdict.CANNOT_BE_JUDGED


# --- two questions, two answers ------------------------------------------------------------------------

_any_number = st.one_of(st.none(), st.decimals(-(10**12), 10**12, places=4, allow_nan=False))
_count = st.one_of(st.none(), st.integers(0, 10**18))
_day = st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2060, 1, 1)))
outcomes = st.builds(
    lambda part, earlier, **fields: outcome(
        **fields,
        value_numerator=part and part[0],
        value_denominator=part and part[1],
        baseline_numerator=earlier and earlier[0],
        baseline_denominator=earlier and earlier[1],
    ),
    part=st.one_of(st.none(), st.tuples(_count, st.none()), st.tuples(st.just(3), st.integers(3, 10**18))),
    earlier=st.one_of(st.none(), st.tuples(st.none(), _count), st.tuples(st.just(0), st.integers(0, 10**18))),
    kind=st.sampled_from(OutcomeKind.values),
    baseline_value=st.one_of(_any_number, st.integers(0, 200).map(Decimal)),
    value=st.one_of(_any_number, st.integers(0, 200).map(Decimal)),
    baseline_start=_day,
    baseline_end=_day,
    period_start=_day,
    period_end=_day,
)


@given(outcome=outcomes, aims=st.booleans())
@example(outcome=outcome(kind="COUNT", baseline_value=Decimal(2 * 10**9), value=Decimal(1)), aims=False)
@example(outcome=outcome(kind="PERCENTAGE", baseline_value=Decimal(16), value=Decimal(16)), aims=False)
@example(
    outcome=outcome(
        kind="COUNT",
        baseline_value=Decimal(1),
        value=Decimal(2),
        baseline_start=date(1990, 1, 1),
        baseline_end=date(2050, 1, 1),
        period_start=date(2060, 1, 1),
        period_end=date(2060, 1, 1),
    ),
    aims=False,
)
def test_whatever_stands_in_an_outcome_there_is_an_answer_and_never_an_error(outcome: Outcome, aims: bool) -> None:
    found = verdict_of(outcome, aims_at_change=aims)
    if found is not None:
        assert found.word
        assert found.sentence
        assert found.lead
        assert found.short
        assert isinstance(found.interval_text, str)
        assert bool(found.missing) == (found.verdict == Verdict.CANNOT_BE_JUDGED)


@given(outcome=outcomes, first=st.sampled_from(Fulfilment.values), second=st.sampled_from(Fulfilment.values))
def test_fulfilment_never_changes_the_verdict(outcome: Outcome, first: str, second: str) -> None:
    answers = []
    for fulfilment in (first, second):
        outcome.fulfilment = fulfilment
        found = verdict_of(outcome)
        answers.append(found and (found.verdict, found.sentence, found.comparison))
    assert answers[0] == answers[1]


@given(outcome=outcomes, fulfilment=st.sampled_from(Fulfilment.values), basis=st.sampled_from(LinkBasis.values))
def test_the_verdict_never_changes_the_fulfilment(outcome: Outcome, fulfilment: str, basis: str) -> None:
    outcome.fulfilment, outcome.fulfilment_basis = fulfilment, basis
    verdict_of(outcome)
    assert (outcome.fulfilment, outcome.fulfilment_basis) == (fulfilment, basis)


@pytest.mark.django_db
@pytest.mark.parametrize("fulfilment", [Fulfilment.MET, Fulfilment.NOT_MET])
def test_a_list_shows_both_answers(fulfilment: Fulfilment) -> None:
    reading = _reading(counted=True, fulfilment=fulfilment)
    assert reading.word == "Ingen säker förändring"
    assert reading.fulfilment_word == str(fulfilment.label)


# --- where there is no change to speak of ----------------------------------------------------------------


def promise(**fields: Any) -> Commitment:
    """Return a commitment without targets."""
    made: Commitment = factories.CommitmentFactory.create(**fields)
    return made


def _reading(commitment: Commitment | None = None, **fields: Any) -> Reading:
    commitment = commitment or promise()
    reported: Outcome = factories.OutcomeFactory.create(commitment=commitment, **fields)
    return reading_of(commitment, reported)


@pytest.mark.django_db
def test_what_is_late_leads_with_its_reason_and_its_new_time() -> None:
    reading = _reading(late=True)
    assert (reading.word, reading.reason, reading.figure) == (
        "Senare än planerat",
        "Skäl: Tidplanen ändrades.",
        "september 2021",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("fulfilment", [Fulfilment.MET, Fulfilment.NOT_STATED])
def test_zero_of_what_is_done_on_demand_is_no_failure(fulfilment: Fulfilment) -> None:
    commitment = promise(traits=[Trait.ON_DEMAND])
    reading = _reading(commitment, kind=OutcomeKind.COUNT, value=Decimal(0), unit="möten", fulfilment=fulfilment)
    assert reading.change is None
    assert reading.figure == "0 möten"
    assert reading.word == str(fulfilment.label)
    shown = outcome_context(reading, "sv")
    assert "inte uppfyllt" not in repr(shown).casefold()


@pytest.mark.django_db
def test_without_a_target_the_outcome_stands_by_itself() -> None:
    reading = _reading(kind=OutcomeKind.COUNT, value=Decimal(17), unit="möten", fulfilment=Fulfilment.NOT_STATED)
    assert (reading.figure, reading.captions, reading.word) == ("17 möten", [], "Anges inte")


@pytest.mark.django_db
def test_a_number_with_a_target_says_what_was_promised() -> None:
    commitment = promise()
    factories.TargetFactory(commitment=commitment, operator="EQ", value=Decimal(2))
    reading = _reading(commitment, kind=OutcomeKind.COUNT, value=Decimal(4), fulfilment=Fulfilment.EXCEEDED)
    assert reading.reason == "4 i stället för 2."
    assert reading.captions == ["2 var lovade"]


@pytest.mark.django_db
def test_no_outcome_is_neither_zero_nor_failure() -> None:
    reading = reading_of(promise(), None)
    assert (reading.code, reading.word, reading.figure) == ("not_reported", "Inte rapporterat än", "")
    assert "det är inte samma sak som noll" in reading.captions


@pytest.mark.django_db
def test_a_leap_day_alone_is_no_crime_wave() -> None:
    day = date(2019, 1, 1)
    reported = outcome(
        kind=OutcomeKind.COUNT,
        baseline_value=Decimal(36500),
        value=Decimal(36600),
        baseline_start=day,
        baseline_end=day + timedelta(days=364),
        period_start=date(2020, 1, 1),
        period_end=date(2020, 12, 31),
    )
    found = verdict_of(reported)
    assert found is not None
    assert numbers(found).ratio == pytest.approx(1)


@pytest.mark.django_db
def test_what_somebody_does_is_not_tested_against_chance() -> None:
    reading = _reading(
        kind=OutcomeKind.DONE, baseline_value=Decimal(12), value=Decimal(20), fulfilment=Fulfilment.MET
    )
    assert (reading.change, reading.code, reading.word) == (None, "met", "Uppfyllt")
