import json
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samsyn.analysis.compare import (
    Caution,
    CompareError,
    DifferenceInDifferences,
    Fault,
    Missing,
    Verdict,
    difference_in_differences,
)

TOWN = [[52, 48, 50, 30, 28], [40, 43, 41, 40, 42], [61, 58, 60, 63, 57], [35, 36, 33, 37, 34]]


def judge(counts: object, **settings: object) -> DifferenceInDifferences:
    arguments = {"target": 0, "n_before": 3, "comparison_fixed_before": True} | settings
    return difference_in_differences(counts, **arguments)  # type: ignore[arg-type]


def oracle(counts: NDArray[np.float64], exposures: NDArray[np.float64], n_before: int) -> tuple[float, float, float]:
    """Estimate, standard error at dispersion 1 and Pearson's χ², by statsmodels."""
    areas, periods = counts.shape
    columns = []
    for area in range(areas):
        for period in range(periods):
            own = [float(area == k) for k in range(areas)]
            time = [float(period == k) for k in range(1, periods)]
            columns.append([float(area == 0 and period >= n_before), *own, *time])
    fit = sm.GLM(
        counts.ravel(), np.array(columns), family=sm.families.Poisson(), offset=np.log(exposures.ravel())
    ).fit()
    return float(fit.params[0]), float(fit.bse[0]), float(fit.pearson_chi2)


@pytest.mark.parametrize("seed", range(4))
def test_the_ratio_and_its_dispersion_equal_those_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.negative_binomial(10, 0.2, size=(5, 6)).astype(float)
    exposures = rng.uniform(0.5, 2, size=(5, 6))
    result = judge(counts, exposures=exposures)
    estimate, error, pearson = oracle(counts, exposures, 3)
    assert result.ratio == pytest.approx(math.exp(estimate), rel=1e-6)
    assert result.degrees_of_freedom == 4 * 5 - 1
    assert result.dispersion is not None
    assert result.dispersion >= pearson / 19 * (1 - 1e-9)
    assert result.low is not None
    # The half-width is the model's own error times the root of the dispersion times at least t's quantile.
    assert estimate - math.log(result.low) >= 2.093 * error * math.sqrt(result.dispersion) * (1 - 1e-3)


def test_two_areas_and_two_periods_give_the_plain_ratio_of_ratios() -> None:
    result = judge([[100, 60], [200, 180]], n_before=1)
    assert result.ratio == pytest.approx((60 / 100) / (180 / 200))
    assert result.comparison_ratio == pytest.approx(0.9)
    assert result.target_ratio == pytest.approx(0.6)
    # The classical standard error of a log odds ratio.
    error = math.sqrt(1 / 100 + 1 / 60 + 1 / 200 + 1 / 180)
    assert result.low == pytest.approx(2 / 3 * math.exp(-1.959964 * error), rel=1e-6)
    assert Caution.NO_HISTORY in result.cautions
    assert Caution.PRE_TREND_UNKNOWN in result.cautions


def test_a_fall_only_where_something_was_done_is_clear() -> None:
    assert judge(TOWN).verdict is Verdict.CLEAR_DECREASE


def test_a_fall_everywhere_is_no_change() -> None:
    falling = np.array([[50, 52, 48, 25, 26], [41, 40, 42, 20, 21], [60, 61, 58, 30, 29]])
    result = judge(falling)
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert result.target_ratio == pytest.approx(0.51, abs=0.01)
    assert result.ratio == pytest.approx(1.0, abs=0.06)


def test_comparison_areas_picked_afterwards_are_not_judged_by() -> None:
    result = judge(TOWN, comparison_fixed_before=False)
    assert result.missing == (Missing.COMPARISON_FIXED_BEFORE,)
    assert result.judgement.text("en").startswith("cannot be judged (lacks comparison areas")


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ([[52, 48, 50, 30]], Missing.COMPARISON_AREAS),
        ([[52, 48, 50, 30], [0, 0, 0, 0]], Missing.COMPARISON_AREAS),
        ([[52, 48, 50, 30], [5, 4, 6, 0]], Missing.COMPARISON_AREAS),
        ([[52, None, 50, 30], [40, 43, 41, 40]], Missing.PERIODS),
        ([[0, 0, 0, 30], [40, 43, 41, 40]], Missing.EVENTS),
        ([[3, 4, 3, 0], [40, 43, 41, 40]], Missing.EVENTS),
    ],
)
def test_it_says_what_is_missing(counts: list[list[int | None]], missing: Missing) -> None:
    result = judge(counts)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert result.missing == (missing,)
    assert result.p is None


def test_areas_with_a_missing_period_or_without_events_are_left_out_and_told() -> None:
    whole = judge(TOWN)
    more = judge([*TOWN, [9, None, 8, 7, 9], [0, 0, 0, 0, 0]])
    assert more.left_out == (4, 5)
    assert Caution.AREAS_LEFT_OUT in more.cautions
    assert (more.ratio, more.low, more.p) == (whole.ratio, whole.low, whole.p)


def test_a_verdict_is_not_clear_when_a_comparison_area_changed_as_much() -> None:
    restless = [*TOWN[:3], [60, 61, 62, 25, 24]]
    result = judge(restless)
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert Caution.COMPARISONS_CHANGED_AS_MUCH in result.cautions
    assert result.permutation_p is not None
    assert result.permutation_p >= 0.5


def test_each_comparison_area_is_played_against_the_others() -> None:
    result = judge(TOWN)
    assert result.placebo_ratios[0] is None
    rest = judge([TOWN[1], TOWN[2], TOWN[3]])
    assert result.placebo_ratios[1] == pytest.approx(rest.ratio, rel=1e-6)
    assert result.permutation_p == 1 / 4


def test_another_trend_already_before_is_told() -> None:
    rising = [[20, 40, 80, 160, 320], [50, 51, 49, 50, 52], [60, 61, 58, 60, 59], [44, 46, 45, 44, 47]]
    result = judge(rising)
    assert Caution.PRE_TREND_DIFFERS in result.cautions
    assert result.pre_trend is not None
    assert result.pre_trend.ratio == pytest.approx(2.0, rel=0.05)
    calm = judge(TOWN)
    assert calm.pre_trend is not None
    assert calm.pre_trend.low < 1 < calm.pre_trend.high


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1 / 365.25, 1000.0]))
def test_order_and_units_do_not_matter(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.uniform(2, 60), size=(4, 5))
    exposures = rng.uniform(0.5, 2, size=(4, 5))
    plain = judge(counts, exposures=exposures)
    order = np.concatenate(([0], rng.permutation(np.arange(1, 4))))
    other = judge(counts[order], exposures=exposures[order] * scale)
    moved = judge(counts[::-1], exposures=exposures[::-1], target=3)
    for each in (other, moved):
        assert each.verdict is plain.verdict
        assert each.missing == plain.missing
        assert each.ratio == pytest.approx(plain.ratio, rel=1e-6)
        assert each.p == pytest.approx(plain.p, rel=1e-4)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=4),
    st.sampled_from([0.8, 0.95]),
)
def test_every_table_of_counts_gets_an_answer_that_agrees_with_itself(
    counts: list[list[int]], confidence: float
) -> None:
    result = judge(counts, n_before=2, confidence=confidence)
    json.dumps(result.as_dict(), allow_nan=False)
    if result.p is None or result.low is None or result.high is None:
        assert result.missing
        return
    outside = not result.low <= 1 <= result.high
    assert result.verdict.is_clear == outside == (result.p < 1 - confidence)


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"target": 4}, Fault.NOT_A_POSITION, "target"),
        ({"n_before": 0}, Fault.NOT_A_POSITION, "n_before"),
        ({"n_before": 5}, Fault.NOT_A_POSITION, "n_before"),
        ({"exposures": [[1.0]]}, Fault.SHAPES_DIFFER, "exposures"),
        ({"exposures": np.zeros((4, 5))}, Fault.EXPOSURE_NOT_POSITIVE, "exposures"),
        ({"dispersion": 0.5}, Fault.NOT_A_DISPERSION, "dispersion"),
        ({"confidence": 1}, Fault.NOT_A_PROBABILITY, "confidence"),
    ],
)
def test_it_refuses_what_does_not_fit(arguments: dict[str, object], code: Fault, field: str) -> None:
    with pytest.raises(CompareError) as caught:
        judge(TOWN, **arguments)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ([[1, 2, 3, -1]], Fault.NEGATIVE),
        ([[1, 2, 3, 1.5]], Fault.NOT_AN_INTEGER),
        ([[1, 2, 3, math.inf]], Fault.NOT_A_NUMBER),
        ([[1, 2, 3, 10**10]], Fault.TOO_LARGE),
        ([["1", "2", "3", "4"]], Fault.NOT_A_NUMBER),
        ([1, 2, 3, 4], Fault.SHAPES_DIFFER),
    ],
)
def test_it_refuses_what_is_no_table_of_counts(counts: object, code: Fault) -> None:
    with pytest.raises(CompareError) as caught:
        judge(counts)
    assert caught.value.code is code
