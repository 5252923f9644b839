"""What all answers have in common: one judgement, with words in two languages."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from samsyn.analysis import compare
from samsyn.analysis.compare import Caution, Missing, Verdict
from samsyn.analysis.compare.verdict import Judged
from samsyn.analysis.compare.words import CAUTIONS, METHODS, MISSING, VERDICTS

ANSWERS: dict[str, Callable[[], Judged]] = {
    "counts": lambda: compare.compare_counts(185, 120),
    "counts with history": lambda: compare.compare_counts(185, 120, dispersion=2),
    "shares": lambda: compare.compare_shares(48, 80, 56, 70),
    "not judged": lambda: compare.not_judged(Missing.BEFORE),
    "differences": lambda: compare.difference_in_differences(
        [[50, 52, 20], [40, 41, 43], [61, 60, 59]], target=0, n_before=2, comparison_fixed_before=True
    ),
    "series": lambda: compare.interrupted_time_series([40] * 36 + [22] * 12, first_month=date(2012, 1, 1), n_before=36),
    "chosen": lambda: compare.compare_chosen_area([30, 18, 22, 20, 17, 25], chosen=0, after=9),
    "trend": lambda: compare.trend_in_shares([10, 20, 30], [100, 100, 100]),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_a_judgement_whose_verdict_interval_and_p_agree(answer: str) -> None:
    judgement = ANSWERS[answer]().judgement
    if judgement.p is None:
        assert judgement.verdict is Verdict.CANNOT_BE_JUDGED
        return
    assert judgement.low is not None
    assert judgement.high is not None
    assert judgement.confidence is not None
    outside = not judgement.low <= judgement.measure.no_change <= judgement.high
    assert judgement.verdict.is_clear == outside == (judgement.p < 1 - judgement.confidence)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_speaks_both_languages_and_is_json(answer: str) -> None:
    judgement = ANSWERS[answer]().judgement
    words = json.loads(json.dumps(judgement.as_dict(), allow_nan=False))["words"]
    assert set(words) == {"sv", "en"}
    assert words["sv"]["verdict"].startswith(judgement.word("sv"))
    assert words["sv"]["method"] != words["en"]["method"]


def test_what_is_missing_stands_in_brackets() -> None:
    assert compare.not_judged(Missing.BEFORE, Missing.AFTER).judgement.text("sv") == (
        "går inte att bedöma (saknar ett tal för tiden före; ett tal för tiden efter)"
    )
    assert compare.not_judged(Missing.HISTORY).judgement.text("en") == (
        "cannot be judged (lacks older figures that show how much the number usually varies)"
    )


def test_every_code_has_its_words_in_both_languages() -> None:
    for codes, words in ((Verdict, VERDICTS), (Missing, MISSING), (Caution, CAUTIONS)):
        assert set(codes) == set(words)
    for swedish, english in (*VERDICTS.values(), *MISSING.values(), *CAUTIONS.values(), *METHODS.values()):
        assert swedish
        assert english
        assert swedish != english
