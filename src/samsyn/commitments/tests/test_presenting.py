"""What an outcome's page says: chart, sentences, method, corrections."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from samsyn.commitments.enums import Fulfilment, OutcomeKind
from samsyn.commitments.models import Outcome, OutcomeCorrection
from samsyn.commitments.presenting import outcome_context, shown_changes
from samsyn.commitments.tests.factories import CommitmentFactory, OutcomeFactory, TargetFactory
from samsyn.commitments.verdicts import reading_of

pytestmark = pytest.mark.django_db


def _shown(language: str = "sv", **situation: Any) -> dict[str, Any]:
    outcome = OutcomeFactory.create(**situation)
    with translation.override(language):
        return outcome_context(reading_of(outcome.commitment, outcome), language)


def test_the_counts_of_2020_are_drawn_and_said_as_in_the_real_report() -> None:
    shown = _shown(counted=True)
    assert shown["pair"] == {
        "before": "185",
        "after": "162",
        "before_caption": "anmälda brott 2019",
        "after_caption": "anmälda brott 2020",
    }
    assert shown["chart"].estimate.label == "−12,7\u202f%"
    assert shown["chart_title"] == "Förändring per dag från 2019 till 2020"
    assert shown["chart_zero"] == "samma nivå som 2019"
    assert shown["chart_sentence"] == (
        "Rutan visar var den verkliga förändringen rimligen ligger: "
        "från 29,7 procent färre till 8,4 procent fler. Den går över nollstrecket."
    )
    assert "p = 0,23" in shown["method"]


def test_periods_of_equal_length_are_not_said_to_be_compared_per_day() -> None:
    shown = _shown(counted=True, period_end=date(2020, 12, 30))
    assert shown["chart_title"] == "Förändring från 2019 till 2020"


def test_shares_are_drawn_in_percentage_points_with_the_counts_behind_them() -> None:
    shown = _shown(shares=True)
    assert shown["pair"]["after"] == "25\u202f%"
    assert shown["pair"]["after_caption"] == "2020 (250 av 1\u202f000)"
    assert shown["chart_title"] == "Förändring i procentenheter från 2019 till 2020"
    assert "procentenheter högre till" in shown["chart_sentence"]
    assert "Den når inte nollstrecket." in shown["chart_sentence"]
    assert "p < 0,001" in shown["method"]


def test_from_nothing_to_something_has_no_change_in_per_cent_to_draw() -> None:
    shown = _shown(counted=True, baseline_value=Decimal(0))
    assert shown["chart"] is None
    assert "chart_sentence" not in shown


def test_shares_without_counts_have_neither_chart_nor_method() -> None:
    shown = _shown(
        shares=True,
        baseline_numerator=None,
        baseline_denominator=None,
        value_numerator=None,
        value_denominator=None,
    )
    assert shown["chart"] is None
    assert shown["method"] == ""
    assert "Antalen bakom procenten är inte angivna." in shown["text"]


def test_what_was_not_done_gives_reason_and_who_decided() -> None:
    shown = _shown(fulfilment=Fulfilment.NOT_MET, reason="Pengarna tog slut.", decided_by="Styrgruppen")
    assert shown["text"] == "Pengarna tog slut."
    assert shown["facts"] == [{"term": "Beslutat av", "value": "Styrgruppen"}]


def test_fulfilment_stands_beside_a_verdict_of_change_and_keeps_its_reason() -> None:
    shown = _shown(counted=True, fulfilment=Fulfilment.LATE, reason="Covid.", new_date=date(2021, 9, 1))
    assert [fact["term"] for fact in shown["facts"]] == ["Gjordes det som lovats?", "Skäl", "Ny tidpunkt"]
    assert shown["facts"][0]["code"] == "late"
    assert shown["facts"][2]["value"] == "1 september 2021"


def test_nothing_reported_is_not_the_same_as_zero() -> None:
    commitment = CommitmentFactory.create()
    shown = outcome_context(reading_of(commitment, None), "sv")
    assert shown["reading"].word == "Inte rapporterat än"
    assert shown["chart"] is None
    assert "det är inte samma sak som noll" in shown["text"]


def test_own_words_say_which_language_they_are_in() -> None:
    words = {"en": {"made_by": "person", "fields": {"own_words": "The rounds are done."}}}
    assert _shown(own_words="Rundorna är gjorda.")["quote"]["lang"] == ""
    assert _shown("en", own_words="Rundorna är gjorda.")["quote"]["lang"] == "sv"
    translated = _shown("en", own_words="Rundorna är gjorda.", translations=words)["quote"]
    assert translated["text"] == "The rounds are done."
    assert translated["lang"] == ""


def test_works_are_shown_in_the_readers_language_when_each_has_its_line() -> None:
    def english(lines: str) -> list[str]:
        words = {"en": {"made_by": "person", "fields": {"works": lines}}}
        return list(_shown("en", works=["Lyktor", "Häckar"], translations=words)["works"])

    assert english("Lamps\nHedges") == ["Lamps", "Hedges"]
    assert english("Lamps") == ["Lyktor", "Häckar"]


def test_corrections_are_shown_with_before_and_after() -> None:
    outcome = OutcomeFactory.create(counted=True)
    OutcomeCorrection.objects.create(
        outcome=outcome,
        order=0,
        corrected_date=date(2021, 3, 3),
        note="Fel tal.",
        changes={"value": ["162", "161"]},
    )
    shown = outcome_context(reading_of(outcome.commitment, outcome), "sv")
    assert str(shown["corrections"][0]["note"]) == "Fel tal."
    (change,) = shown["corrections"][0]["changes"]
    assert (change.label, change.before, change.after) == ("tal efter", "162", "161")


@pytest.mark.parametrize(
    ("name", "pair", "label", "before", "after"),
    [
        ("value", ["16.2000", None], "tal efter", "16,2", "tomt"),
        ("value", ["", "1417"], "tal efter", "tomt", "1\u202f417"),
        ("fulfilment", ["MET", "LATE"], "uppfyllelse", "Uppfyllt", "Senare än planerat"),
        ("fulfilment", ["GONE", "MET"], "uppfyllelse", "GONE", "Uppfyllt"),
        ("new_date", ["2021-09-01", "skräp"], "ny tidpunkt", "1 september 2021", "skräp"),
        ("is_published", [False, True], "publikt", "nej", "ja"),
        ("value_numerator", [None, 1417], "antal efter", "tomt", "1\u202f417"),
        ("works", [[], ["Rond", {"place": "Torsred"}]], "utförda arbeten", "tomt", "Rond; Torsred"),
        ("no_such_field", ["a", "b"], "no_such_field", "a", "b"),
    ],
)
def test_changes_are_read_in_words(name: str, pair: list[Any], label: str, before: str, after: str) -> None:
    (change,) = shown_changes(Outcome, {name: pair}, "sv")
    assert (change.label, change.before, change.after) == (label, before, after)


def test_a_limit_beside_zero_is_not_written_as_zero() -> None:
    """The sentence and the verdict must not contradict each other."""
    commitment = CommitmentFactory.create()
    TargetFactory.create(commitment=commitment, decrease=True)
    for after in range(120, 185):
        outcome = Outcome(
            commitment=commitment, kind=OutcomeKind.COUNT, baseline_value=Decimal(185), value=Decimal(after)
        )
        shown = outcome_context(reading_of(commitment, outcome), "sv")
        is_clear = shown["reading"].code == "clear_decrease"
        assert ("Den når inte nollstrecket." in shown["chart_sentence"]) is is_clear
        assert "ingen förändring" not in shown["chart_sentence"]
