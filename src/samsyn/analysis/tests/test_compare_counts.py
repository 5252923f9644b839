import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from samsyn.analysis.compare import (
    MAX_COUNT,
    SMALLEST_P,
    CompareError,
    CountComparison,
    Fault,
    Missing,
    Verdict,
    compare_counts,
)

counts = st.one_of(st.integers(0, 30), st.integers(0, 5_000), st.integers(0, MAX_COUNT))
exposures = st.floats(0.5, 50)
confidences = st.one_of(st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]), st.floats(0.01, 0.999))
dispersions = st.one_of(st.none(), st.floats(1, 20))


@pytest.mark.parametrize(
    ("exposures", "expected"),
    [
        ((1, 1), (0.876, 0.705, 1.087, 0.238, 148, 226)),
        ((365, 366), (0.873, 0.703, 1.084, 0.228, 148, 227)),
    ],
)
def test_trollhattans_162_after_185_is_no_reliable_change(
    exposures: tuple[int, int], expected: tuple[float, ...]
) -> None:
    result = compare_counts(185, 162, exposure_before=exposures[0], exposure_after=exposures[1])
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert result.difference == -23
    found = (
        result.ratio,
        result.low,
        result.high,
        result.p,
        result.decrease_threshold,
        result.increase_threshold,
    )
    assert found == pytest.approx(expected, abs=5e-4)


def test_interval_equals_that_of_r_poisson_test() -> None:
    # R's own example, breast cancer in Fredericia against three other towns:
    # poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)) gives 1.971488, 0.8584264 to 4.2772659.
    result = compare_counts(21, 11, exposure_before=3011, exposure_after=800)
    assert result.ratio == pytest.approx(1.971488, abs=5e-7)
    assert result.low == pytest.approx(0.8584264, abs=5e-8)
    assert result.high == pytest.approx(4.2772659, abs=5e-8)


def test_p_is_twice_the_smaller_tail_where_r_gives_the_minimum_likelihood_p() -> None:
    # R prints p = 0.07967 for the example above; the central p is larger.
    tail = stats.binom.sf(10, 32, 800 / 3811)
    result = compare_counts(21, 11, exposure_before=3011, exposure_after=800)
    assert result.p == pytest.approx(2 * tail, rel=1e-12)
    assert result.p == pytest.approx(0.11202, abs=5e-6)


@pytest.mark.parametrize(("before", "after"), [(3, 9), (12, 4), (40, 61), (700, 640)])
def test_limits_solve_the_binomial_tail_equations(before: int, after: int) -> None:
    result = compare_counts(before, after, exposure_before=3, exposure_after=2, confidence=0.9)
    assert result.low is not None
    assert result.high is not None
    n = before + after
    low, high = (limit * 2 / 3 / (1 + limit * 2 / 3) for limit in (result.low, result.high))
    assert stats.binom.sf(after - 1, n, low) == pytest.approx(0.05, rel=1e-9)
    assert stats.binom.cdf(after, n, high) == pytest.approx(0.05, rel=1e-9)


def test_nothing_in_either_period_cannot_be_judged() -> None:
    result = compare_counts(0, 0)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert result.missing == (Missing.EVENTS,)
    assert (result.ratio, result.low, result.high, result.p) == (None, None, None, 1.0)
    assert result.percent_change is None


@pytest.mark.parametrize(("after", "verdict"), [(5, Verdict.NO_RELIABLE_CHANGE), (6, Verdict.CLEAR_INCREASE)])
def test_from_zero_the_ratio_and_upper_limit_cannot_be_given(after: int, verdict: Verdict) -> None:
    result = compare_counts(0, after)
    assert result.verdict is verdict
    assert (result.ratio, result.high, result.percent_high) == (None, None, None)
    # With no event before, the limit solves π**after = 0.025.
    pi = 0.025 ** (1 / after)
    assert result.low == pytest.approx(pi / (1 - pi), rel=1e-12)
    assert result.increase_threshold == 6
    assert result.decrease_threshold is None


@pytest.mark.parametrize(
    ("before", "verdict", "threshold"),
    [(5, Verdict.NO_RELIABLE_CHANGE, None), (6, Verdict.CLEAR_DECREASE, 0)],
)
def test_small_numbers_cannot_show_a_decrease(before: int, verdict: Verdict, threshold: int | None) -> None:
    result = compare_counts(before, 0)
    assert result.verdict is verdict
    assert result.decrease_threshold == threshold
    assert (result.ratio, result.low, result.percent_change) == (0.0, 0.0, -100.0)


def test_a_leap_year_is_exposure_and_not_an_increase() -> None:
    result = compare_counts(365_000, 366_000, exposure_before=365, exposure_after=366)
    assert result.ratio == pytest.approx(1.0, abs=1e-12)
    assert result.expected_after == pytest.approx(366_000)
    assert result.difference == 1_000


def test_dispersion_of_one_is_the_exact_method() -> None:
    unknown, one = compare_counts(185, 140), compare_counts(185, 140, dispersion=1)
    assert (unknown.low, unknown.high, unknown.p, unknown.method) == (one.low, one.high, one.p, one.method)
    assert (unknown.dispersion, one.dispersion) == (None, 1.0)


def test_dispersion_widens_the_interval_and_can_take_a_verdict_back() -> None:
    exact, wide = compare_counts(185, 140), compare_counts(185, 140, dispersion=3)
    assert exact.verdict is Verdict.CLEAR_DECREASE
    assert wide.verdict is Verdict.NO_RELIABLE_CHANGE
    assert exact.low is not None
    assert wide.low is not None
    assert exact.high is not None
    assert wide.high is not None
    assert wide.low < exact.low
    assert exact.high < wide.high
    assert wide.method != exact.method


@given(before=counts, after=counts, t=exposures, u=exposures, confidence=confidences, dispersion=dispersions)
def test_verdict_interval_and_p_never_disagree(
    before: int, after: int, t: float, u: float, confidence: float, dispersion: float | None
) -> None:
    result = compare_counts(
        before, after, exposure_before=t, exposure_after=u, confidence=confidence, dispersion=dispersion
    )
    above = result.low is not None and result.low > 1
    below = result.high is not None and result.high < 1
    assert not (above and below)
    assert (result.verdict is Verdict.CLEAR_INCREASE) == above
    assert (result.verdict is Verdict.CLEAR_DECREASE) == below
    assert (result.p < 1 - confidence) == (above or below)
    assert SMALLEST_P <= result.p <= 1


@pytest.mark.parametrize(
    ("before", "after", "confidence"),
    [(2, 7, 0.8203125), (3, 11, 0.942626953125), (4, 12, 0.923187255859375)],
)
def test_a_tail_of_exactly_half_alpha_is_not_clear_in_either_direction(
    before: int, after: int, confidence: float
) -> None:
    # The beta quantile misses 1 by a few bits here, on the side of a clear change.
    up, down = (compare_counts(*pair, confidence=confidence) for pair in ((before, after), (after, before)))
    assert (up.verdict, up.low) == (Verdict.NO_RELIABLE_CHANGE, 1.0)
    assert down.verdict is Verdict.NO_RELIABLE_CHANGE
    assert down.high is not None
    assert down.high >= 1.0


@given(before=counts, after=counts, t=exposures, u=exposures, confidence=confidences, dispersion=dispersions)
def test_interval_contains_the_estimate(
    before: int, after: int, t: float, u: float, confidence: float, dispersion: float | None
) -> None:
    result = compare_counts(
        before, after, exposure_before=t, exposure_after=u, confidence=confidence, dispersion=dispersion
    )
    if result.ratio is not None:
        assert result.low is not None
        assert result.high is not None
        assert result.low <= result.ratio * (1 + 1e-12)
        assert result.ratio <= result.high * (1 + 1e-12)


@given(before=counts, after=counts, t=exposures, u=exposures)
def test_swapping_the_periods_inverts_everything(before: int, after: int, t: float, u: float) -> None:
    there = compare_counts(before, after, exposure_before=t, exposure_after=u)
    back = compare_counts(after, before, exposure_before=u, exposure_after=t)
    opposite = {
        Verdict.CLEAR_INCREASE: Verdict.CLEAR_DECREASE,
        Verdict.CLEAR_DECREASE: Verdict.CLEAR_INCREASE,
    }
    # A tail at the very edge may round to either side.
    if not math.isclose(there.p, 0.05, rel_tol=1e-9):
        assert back.verdict is opposite.get(there.verdict, there.verdict)
    assert back.p == pytest.approx(there.p, rel=1e-6)
    if there.high is None:
        assert not back.low
    elif there.high:
        assert back.low == pytest.approx(1 / there.high, rel=1e-9)


@given(before=counts, t=exposures, u=exposures, confidence=confidences, dispersion=dispersions)
def test_thresholds_are_exactly_where_the_verdict_flips(
    before: int, t: float, u: float, confidence: float, dispersion: float | None
) -> None:
    def verdict(after: int) -> Verdict:
        return compare(after).verdict

    def compare(after: int) -> CountComparison:
        return compare_counts(
            before, after, exposure_before=t, exposure_after=u, confidence=confidence, dispersion=dispersion
        )

    limits = compare(0)
    decrease, increase = limits.decrease_threshold, limits.increase_threshold
    if decrease is None:
        assert verdict(0) is not Verdict.CLEAR_DECREASE
    else:
        assert verdict(decrease) is Verdict.CLEAR_DECREASE
        if decrease < MAX_COUNT:
            assert verdict(decrease + 1) is not Verdict.CLEAR_DECREASE
    if increase is None:
        assert verdict(MAX_COUNT) is not Verdict.CLEAR_INCREASE
    else:
        assert verdict(increase) is Verdict.CLEAR_INCREASE
        assert verdict(increase - 1) is not Verdict.CLEAR_INCREASE


@given(before=st.integers(0, 500), after=st.integers(0, 500))
def test_more_events_after_never_lower_the_interval(before: int, after: int) -> None:
    fewer, more = compare_counts(before, after), compare_counts(before, after + 1)
    assert (more.low or 0) >= (fewer.low or 0)
    if fewer.high is not None and more.high is not None:
        assert more.high > fewer.high


@given(before=st.integers(0, 500), after=st.integers(0, 500), confidence=st.floats(0.5, 0.98))
def test_higher_confidence_never_narrows_the_interval(before: int, after: int, confidence: float) -> None:
    narrow = compare_counts(before, after, confidence=confidence)
    wide = compare_counts(before, after, confidence=confidence + 0.01)
    assert (wide.low or 0) <= (narrow.low or 0)
    assert (wide.high or math.inf) >= (narrow.high or math.inf)
    if narrow.verdict is Verdict.NO_RELIABLE_CHANGE:
        assert wide.verdict is Verdict.NO_RELIABLE_CHANGE


@given(
    before=counts, after=counts, t=exposures, u=exposures, scale=st.sampled_from([1 / 365.25, 24.0, 1000.0])
)
def test_the_unit_of_exposure_does_not_matter(
    before: int, after: int, t: float, u: float, scale: float
) -> None:
    days = compare_counts(before, after, exposure_before=t, exposure_after=u)
    other = compare_counts(before, after, exposure_before=t * scale, exposure_after=u * scale)
    assert other.p == pytest.approx(days.p, rel=1e-6)
    assert (other.high is None) == (days.high is None)
    if days.high is not None:
        assert other.high == pytest.approx(days.high, rel=1e-9)


@pytest.mark.parametrize("mean", [2, 10, 50, 185])
def test_chance_alone_gets_a_clear_verdict_no_oftener_than_promised(mean: float) -> None:
    rng = np.random.default_rng(20201231)
    n = 4_000
    pairs = rng.poisson(mean, size=(n, 2))
    false = sum(
        compare_counts(int(a), int(b)).verdict in (Verdict.CLEAR_INCREASE, Verdict.CLEAR_DECREASE)
        for a, b in pairs
    )
    monte_carlo_error = 3 * math.sqrt(0.05 * 0.95 / n)
    assert false / n <= 0.05 + monte_carlo_error


@pytest.mark.parametrize("dispersion", [1.5, 2, 4])
def test_known_dispersion_keeps_the_promise_for_counts_that_vary_more(dispersion: float) -> None:
    rng = np.random.default_rng(20201231)
    n, mean = 4_000, 100
    pairs = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, size=(n, 2))
    clear = (Verdict.CLEAR_INCREASE, Verdict.CLEAR_DECREASE)
    ignored = sum(compare_counts(int(a), int(b)).verdict in clear for a, b in pairs)
    used = sum(compare_counts(int(a), int(b), dispersion=dispersion).verdict in clear for a, b in pairs)
    monte_carlo_error = 3 * math.sqrt(0.05 * 0.95 / n)
    assert used / n <= 0.05 + monte_carlo_error
    assert ignored / n > 0.08


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"before": -1}, Fault.NEGATIVE, "before"),
        ({"after": -1}, Fault.NEGATIVE, "after"),
        ({"before": 1.5}, Fault.NOT_AN_INTEGER, "before"),
        ({"before": 185.0}, Fault.NOT_AN_INTEGER, "before"),
        ({"before": math.nan}, Fault.NOT_A_NUMBER, "before"),
        ({"after": math.inf}, Fault.NOT_A_NUMBER, "after"),
        ({"after": "162"}, Fault.NOT_A_NUMBER, "after"),
        ({"after": None}, Fault.NOT_A_NUMBER, "after"),
        ({"after": True}, Fault.NOT_A_NUMBER, "after"),
        ({"after": 10**9 + 1}, Fault.TOO_LARGE, "after"),
        ({"after": 10**400}, Fault.NOT_A_NUMBER, "after"),
        ({"exposure_before": 0}, Fault.EXPOSURE_NOT_POSITIVE, "exposure_before"),
        ({"exposure_after": -365}, Fault.EXPOSURE_NOT_POSITIVE, "exposure_after"),
        ({"exposure_after": math.nan}, Fault.NOT_A_NUMBER, "exposure_after"),
        ({"exposure_after": 60_000}, Fault.EXPOSURES_TOO_DIFFERENT, "exposure_after"),
        (
            {"exposure_before": 1e308, "exposure_after": 1e-308},
            Fault.EXPOSURES_TOO_DIFFERENT,
            "exposure_after",
        ),
        (
            {"exposure_before": 1e-308, "exposure_after": 1e308},
            Fault.EXPOSURES_TOO_DIFFERENT,
            "exposure_after",
        ),
        ({"confidence": 0}, Fault.NOT_A_PROBABILITY, "confidence"),
        ({"confidence": 1}, Fault.NOT_A_PROBABILITY, "confidence"),
        ({"confidence": 95}, Fault.NOT_A_PROBABILITY, "confidence"),
        ({"dispersion": 0.9}, Fault.NOT_A_DISPERSION, "dispersion"),
        ({"dispersion": math.inf}, Fault.NOT_A_NUMBER, "dispersion"),
    ],
)
def test_it_refuses_what_is_not_a_count_or_an_exposure(
    arguments: dict[str, float], code: Fault, field: str
) -> None:
    with pytest.raises(CompareError) as caught:
        compare_counts(**({"before": 185, "after": 162} | arguments))  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)
    assert isinstance(caught.value, ValueError)


def test_it_takes_numpy_integers_and_answers_plain_ones() -> None:
    result = compare_counts(np.int64(185), np.int32(162))  # type: ignore[arg-type]
    assert type(result.before) is int
    assert json.loads(json.dumps(result.as_dict()))["data"]["after"] == 162


def test_the_answer_can_be_computed_again_from_its_json() -> None:
    first = compare_counts(185, 0, exposure_before=365, exposure_after=366, confidence=0.9, dispersion=2)
    answer = json.loads(json.dumps(first.as_dict(), allow_nan=False))
    again = compare_counts(**answer["data"], **answer["settings"])
    assert again == first
    assert answer["method_version"] == 1
