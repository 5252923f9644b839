import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from samsyn.analysis.compare import CompareError, Fault, Verdict, compare_shares

confidences = st.one_of(st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]), st.floats(0.01, 0.999))
steps = st.sampled_from([None, 0.0, 0.001, 0.01])


@st.composite
def fractions(draw: st.DrawFn) -> tuple[int, int]:
    denominator = draw(st.one_of(st.integers(1, 40), st.integers(1, 1_000_000)))
    return draw(st.integers(0, denominator)), denominator


# Newcombe 1998, table II, examples (a) to (h), the column of method 10: first share minus second.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("first", "second", "low", "high"), NEWCOMBE)
def test_limits_equal_newcombes_table(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    result = compare_shares(*second, *first)
    assert result.low == pytest.approx(low, abs=5e-5)
    assert result.high == pytest.approx(high, abs=5e-5)


def test_p_is_one_minus_the_confidence_at_which_the_interval_reaches_zero() -> None:
    p = compare_shares(48, 80, 56, 70).p
    at_the_edge = compare_shares(48, 80, 56, 70, confidence=1 - p)
    assert at_the_edge.low == pytest.approx(0, abs=1e-12)
    # Near Pearson's chi-square without correction, which tests the same question.
    table = [[48, 32], [56, 14]]
    assert p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, abs=0.005)


def test_equal_shares_have_p_one() -> None:
    result = compare_shares(16, 100, 16, 100)
    assert (result.difference, result.p, result.verdict) == (0.0, 1.0, Verdict.NO_RELIABLE_CHANGE)


def test_nobody_before_and_everybody_after_is_a_clear_increase_with_a_positive_p() -> None:
    result = compare_shares(0, 10**9, 10**9, 10**9)
    assert result.verdict is Verdict.CLEAR_INCREASE
    assert 0 < result.p < 1e-300
    assert result.high == 1.0


def test_a_rising_share_of_a_falling_total_is_told() -> None:
    result = compare_shares(300, 1000, 200, 500)
    assert result.difference > 0
    assert result.numerator_difference == -100
    assert result.share_and_number_disagree
    assert not compare_shares(300, 1000, 200, 1000).share_and_number_disagree


def test_rounding_widens_the_interval_by_the_worst_case() -> None:
    counted = compare_shares(1600, 10_000, 1720, 10_000)
    rounded = compare_shares(1600, 10_000, 1720, 10_000, rounded_to=0.01)
    assert counted.verdict is Verdict.CLEAR_INCREASE
    assert rounded.verdict is Verdict.NO_RELIABLE_CHANGE
    assert rounded.difference == counted.difference
    # Each share may be off by half a percentage point and half a case.
    assert counted.low - rounded.low == pytest.approx(0.0101, abs=2e-4)
    assert rounded.high - counted.high == pytest.approx(0.0101, abs=2e-4)


@given(before=st.integers(0, 60), after=st.integers(0, 80), step=st.sampled_from([0.01, 0.05]))
def test_every_count_that_rounds_to_the_published_share_gets_an_interval_inside(
    before: int, after: int, step: float
) -> None:
    def published(numerator: int, denominator: int) -> int:
        share = step * round(numerator / denominator / step)
        return min(denominator, round(share * denominator))

    true = compare_shares(before, 60, after, 80)
    told = compare_shares(published(before, 60), 60, published(after, 80), 80, rounded_to=step)
    assert told.low <= true.low + 1e-12
    assert told.high >= true.high - 1e-12


@given(before=fractions(), after=fractions(), confidence=confidences, step=steps)
def test_verdict_interval_and_p_never_disagree(
    before: tuple[int, int], after: tuple[int, int], confidence: float, step: float | None
) -> None:
    result = compare_shares(*before, *after, confidence=confidence, rounded_to=step)
    assert (result.verdict is Verdict.CLEAR_INCREASE) == (result.low > 0)
    assert (result.verdict is Verdict.CLEAR_DECREASE) == (result.high < 0)
    assert (result.p < 1 - confidence) == (result.verdict is not Verdict.NO_RELIABLE_CHANGE)
    assert 0 < result.p <= 1


@given(before=fractions(), after=fractions(), confidence=confidences, step=steps)
def test_interval_contains_the_estimate_and_stays_within_one(
    before: tuple[int, int], after: tuple[int, int], confidence: float, step: float | None
) -> None:
    result = compare_shares(*before, *after, confidence=confidence, rounded_to=step)
    assert -1 - 1e-12 <= result.low <= result.difference <= result.high <= 1 + 1e-12


@given(before=fractions(), after=fractions(), step=steps)
def test_swapping_the_periods_turns_the_interval_round(
    before: tuple[int, int], after: tuple[int, int], step: float | None
) -> None:
    there = compare_shares(*before, *after, rounded_to=step)
    back = compare_shares(*after, *before, rounded_to=step)
    assert back.low == pytest.approx(-there.high, abs=1e-12)
    assert back.high == pytest.approx(-there.low, abs=1e-12)
    assert back.p == pytest.approx(there.p, rel=1e-6, abs=1e-300)


@given(before=fractions(), after=fractions())
def test_counting_the_others_turns_the_interval_round(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    these = compare_shares(*before, *after)
    others = compare_shares(before[1] - before[0], before[1], after[1] - after[0], after[1])
    assert others.low == pytest.approx(-these.high, abs=1e-9)


@given(before=fractions(), after=st.integers(0, 199))
def test_one_more_case_after_never_lowers_the_interval(before: tuple[int, int], after: int) -> None:
    fewer, more = compare_shares(*before, after, 200), compare_shares(*before, after + 1, 200)
    assert more.low >= fewer.low - 1e-12
    assert more.high >= fewer.high - 1e-12


@pytest.mark.parametrize(("share", "n"), [(0.02, 200), (0.16, 500), (0.5, 100)])
def test_chance_alone_gets_a_clear_verdict_about_as_often_as_promised(share: float, n: int) -> None:
    rng = np.random.default_rng(20201231)
    rounds = 4_000
    pairs = rng.binomial(n, share, size=(rounds, 2))
    false = sum(
        compare_shares(int(a), n, int(b), n).verdict is not Verdict.NO_RELIABLE_CHANGE for a, b in pairs
    )
    # The method is approximate: exact sums over all outcomes give at most 5.6 % in the documented cases.
    monte_carlo_error = 3 * math.sqrt(0.05 * 0.95 / rounds)
    assert false / rounds <= 0.056 + monte_carlo_error


@pytest.mark.parametrize(
    ("fractions", "settings", "code", "field"),
    [
        ((16, 0, 16, 100), {}, Fault.DENOMINATOR_NOT_POSITIVE, "denominator_before"),
        ((16, 100, 0, 0), {}, Fault.DENOMINATOR_NOT_POSITIVE, "denominator_after"),
        ((101, 100, 16, 100), {}, Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_before"),
        ((16, 100, 101, 100), {}, Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_after"),
        ((-1, 100, 16, 100), {}, Fault.NEGATIVE, "numerator_before"),
        ((16, 100, 16.2, 100), {}, Fault.NOT_AN_INTEGER, "numerator_after"),
        ((16, 100, 16, math.nan), {}, Fault.NOT_A_NUMBER, "denominator_after"),
        ((16, 100, 16, 100), {"confidence": 1.0}, Fault.NOT_A_PROBABILITY, "confidence"),
        ((16, 100, 16, 100), {"rounded_to": -0.1}, Fault.NOT_A_SHARE, "rounded_to"),
    ],
)
def test_it_refuses_what_is_not_a_share(
    fractions: tuple[int, int, int, int], settings: dict[str, float], code: Fault, field: str
) -> None:
    with pytest.raises(CompareError) as caught:
        compare_shares(*fractions, **settings)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)


def test_the_answer_can_be_computed_again_from_its_json() -> None:
    first = compare_shares(160, 1000, 190, 1100, confidence=0.9, rounded_to=0.001)
    answer = json.loads(json.dumps(first.as_dict(), allow_nan=False))
    assert compare_shares(**answer["data"], **answer["settings"]) == first
