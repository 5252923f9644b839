"""What verdicts rest on: dispersion, adjustment for many, trends in shares and power."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from samsyn.analysis.compare import (
    Caution,
    CompareError,
    Fault,
    Missing,
    NotJudged,
    Verdict,
    adjust_for_many,
    compare_counts,
    compare_shares,
    estimate_dispersion,
    not_judged,
    pooled_dispersion,
    power_of_counts,
    power_of_shares,
    smallest_change_in_counts,
    smallest_change_in_shares,
    trend_in_shares,
)

DATA = Path(__file__).parent / "data"


def offences(key: str) -> list[int]:
    """Reported offences in Trollhättan 1996-2025. Source: Brå, official statistics."""
    with (DATA / "bra-anmalda-brott-trollhattan-ar.csv").open(encoding="utf-8") as file:
        return [int(row["count"]) for row in csv.DictReader(file, delimiter=";") if row["key"] == key]


# --- dispersion ---------------------------------------------------------------------------------------------------


def test_dispersion_equals_statsmodels_pearson_over_df() -> None:
    counts = offences("person")[-12:-2]
    time = np.arange(10.0)
    fit = sm.GLM(counts, sm.add_constant(time), family=sm.families.Poisson()).fit()
    assert estimate_dispersion(counts, with_trend=True).raw == pytest.approx(fit.pearson_chi2 / 8, rel=1e-8)
    mean = np.mean(counts)
    assert estimate_dispersion(counts).raw == pytest.approx(np.var(counts, ddof=1) / mean)


def test_a_real_towns_offences_vary_many_times_more_than_chance() -> None:
    total = estimate_dispersion(offences("total")[-12:-2])
    assert total.value == pytest.approx(31.6, abs=0.05)
    before, after = offences("total")[-2:]
    assert (before, after) == (6200, 5905)
    alone = compare_counts(before, after, exposure_before=366, exposure_after=365)
    by_history = compare_counts(
        before, after, exposure_before=366, exposure_after=365, dispersion=total.for_comparing
    )
    assert alone.verdict is Verdict.CLEAR_DECREASE
    assert by_history.verdict is Verdict.NO_RELIABLE_CHANGE


def test_the_dispersions_interval_covers_the_true_value_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        found = estimate_dispersion(rng.negative_binomial(40, 1 / 2, size=10))
        covered += found.low <= 2 <= found.high
    assert covered / 400 == pytest.approx(0.95, abs=0.04)


def test_less_than_chance_is_taken_as_chance() -> None:
    found = estimate_dispersion([50, 50, 51, 50, 49])
    assert found.raw < 1
    assert found.value == found.low == found.high == 1.0
    assert found.for_comparing > 1


def test_missing_periods_are_left_out_and_too_few_are_refused() -> None:
    assert estimate_dispersion([10, np.nan, 14, 9, 12]) == estimate_dispersion([10, 14, 9, 12])
    for counts in ([10, 14, 9], [0, 0, 0, 0]):
        with pytest.raises(CompareError) as caught:
            estimate_dispersion(counts)
        assert caught.value.code is Fault.TOO_FEW


@settings(max_examples=30)
@given(st.lists(st.integers(0, 200), min_size=4, max_size=12).filter(any), st.floats(0.01, 100), st.randoms())
def test_dispersion_ignores_order_and_units(counts: list[int], scale: float, random: object) -> None:
    plain = estimate_dispersion(counts)
    moved = estimate_dispersion(counts[::-1], exposures=[scale] * len(counts))
    assert moved.raw == pytest.approx(plain.raw, rel=1e-6)


def test_a_pooled_dispersion_is_the_series_own_when_there_is_one() -> None:
    counts = [10, 14, 6, 12, 25]
    assert pooled_dispersion([counts]) == pytest.approx(estimate_dispersion(counts).value)
    assert pooled_dispersion([counts, [0] * 5]) == pooled_dispersion([counts])


# --- many at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("adjustment", "name"), [("bh", "fdr_bh"), ("by", "fdr_by")])
def test_adjusted_p_values_equal_those_of_statsmodels(adjustment: str, name: str) -> None:
    pairs = [(100, after) for after in (40, 60, 70, 72, 80, 99, 101, 130, 150)]
    answers = [compare_counts(*pair) for pair in pairs]
    adjusted = adjust_for_many(answers, adjustment=adjustment)  # type: ignore[arg-type]  # a parameter of the test
    expected = multipletests([each.p for each in answers], method=name)[1]
    assert [each.q for each in adjusted] == pytest.approx(list(expected), rel=1e-9)


def test_a_verdict_that_does_not_hold_among_many_is_taken_back_with_a_reason() -> None:
    answers = [compare_counts(100, 72), *(compare_counts(100, 100) for _ in range(19))]
    first = adjust_for_many(answers)[0]
    assert first.alone.verdict is Verdict.CLEAR_DECREASE
    assert first.verdict is first.judgement.verdict is Verdict.NO_RELIABLE_CHANGE
    assert Caution.LOOKED_AT_MANY in first.judgement.cautions
    assert adjust_for_many(answers[:1])[0].verdict is Verdict.CLEAR_DECREASE


def test_what_cannot_be_judged_is_passed_on_and_not_counted() -> None:
    answers: list[object] = [compare_counts(100, 60), not_judged(Missing.AFTER), compare_shares(48, 80, 56, 70)]
    first, second, third = adjust_for_many(answers)  # type: ignore[arg-type]  # of three kinds
    assert second.verdict is Verdict.CANNOT_BE_JUDGED
    assert second.q is None
    assert first.n_judged == third.n_judged == 2
    assert adjust_for_many([]) == ()
    assert adjust_for_many([NotJudged(missing=(Missing.AFTER,))])[0].q is None


def test_it_refuses_another_adjustment() -> None:
    with pytest.raises(CompareError) as caught:
        adjust_for_many([], adjustment="bonferroni")  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code is Fault.NOT_AN_ADJUSTMENT


# --- trends in shares ---------------------------------------------------------------------------------------------


def test_the_trend_equals_agrestis_alcohol_and_malformation_example() -> None:
    # Agresti, Categorical Data Analysis (2nd ed. 2002), table 5.3 and p. 182: z² = 6.57, P = 0.010.
    present, absent = [48, 38, 5, 1, 1], [17066, 14464, 788, 126, 37]
    totals = np.add(present, absent)
    result = trend_in_shares(present, totals, scores=[0, 0.5, 1.5, 4, 7])
    assert result.z is not None
    assert result.z**2 == pytest.approx(6.57, abs=0.005)
    assert result.p == pytest.approx(0.0104, abs=0.00005)
    # The whole table's χ² is 12.08, of which 5.51 is the departure from a line.
    assert result.departure_chi2 == pytest.approx(12.08 - 6.57, abs=0.01)
    assert result.verdict is Verdict.CLEAR_INCREASE


def test_the_trend_equals_statsmodels_ordinal_association() -> None:
    counts, totals = np.array([16, 25, 19, 40]), np.array([100, 120, 90, 150])
    table = sm.stats.Table(np.stack([totals - counts, counts], axis=1))
    expected = table.test_ordinal_association(np.arange(4.0), np.array([0.0, 1.0]))
    result = trend_in_shares(counts, totals)
    assert result.z is not None
    # Its variance divides by n - 1 instead of n.
    assert result.z * math.sqrt((460 - 1) / 460) == pytest.approx(expected.zscore, rel=1e-9)


def test_dispersion_widens_the_trends_interval() -> None:
    calm, restless = (trend_in_shares([10, 20, 30], [100] * 3, dispersion=each) for each in (None, 4))
    assert calm.verdict is Verdict.CLEAR_INCREASE
    assert restless.verdict is Verdict.NO_RELIABLE_CHANGE
    assert Caution.NO_HISTORY in calm.cautions


@pytest.mark.parametrize(
    ("numerators", "denominators", "missing"),
    [
        ([1, 2], [10, 10], Missing.PERIODS),
        ([1, None, 3], [10, 10, 10], Missing.PERIODS),
        ([0, 0, 0], [10, 10, 10], Missing.EVENTS),
        ([10, 10, 10], [10, 10, 10], Missing.EVENTS),
    ],
)
def test_a_trend_that_cannot_be_judged_says_what_is_missing(
    numerators: list[int], denominators: list[int], missing: Missing
) -> None:
    assert trend_in_shares(numerators, denominators).missing == (missing,)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([1, 2, 11], [10, 10, 10]), Fault.NUMERATOR_ABOVE_DENOMINATOR),
        (([0, 2, 1], [0, 10, 10]), Fault.DENOMINATOR_NOT_POSITIVE),
        (([1, 2, 1], [10, 10]), Fault.SHAPES_DIFFER),
    ],
)
def test_a_trend_of_what_is_no_share_is_refused(arguments: tuple[list[int], list[int]], code: Fault) -> None:
    with pytest.raises(CompareError) as caught:
        trend_in_shares(*arguments)
    assert caught.value.code is code
    with pytest.raises(CompareError) as caught:
        trend_in_shares([1, 2, 3], [10, 10, 10], scores=[2020, 2020, 2020])
    assert caught.value.code is Fault.SCORES_ALL_EQUAL


@settings(max_examples=40)
@given(st.lists(st.integers(0, 50), min_size=3, max_size=6), st.floats(0.1, 10), st.floats(-2000, 2000))
def test_the_unit_and_origin_of_time_do_not_matter_to_a_trend(counts: list[int], unit: float, origin: float) -> None:
    totals = [50] * len(counts)
    plain = trend_in_shares(counts, totals)
    moved = trend_in_shares(counts[::-1], totals, scores=[origin + unit * i for i in range(len(counts))][::-1])
    assert moved.missing == plain.missing
    if plain.p is not None:
        assert moved.p == pytest.approx(plain.p, rel=1e-6)
        assert moved.slope == pytest.approx((plain.slope or 0) / unit, rel=1e-6, abs=1e-9)


# --- power --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "dispersion"), [(0.7, None), (0.7, 2.5), (1.4, None), (1.4, 2.5)])
def test_power_is_how_often_such_a_change_is_called_clear(ratio: float, dispersion: float | None) -> None:
    rng = np.random.default_rng(8)
    phi, mean = dispersion or 1.0, 185 * ratio
    drawn = rng.poisson(mean, 3000) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, 3000)
    limits = compare_counts(185, 0, dispersion=dispersion)
    assert limits.decrease_threshold is not None
    assert limits.increase_threshold is not None
    clear = drawn <= limits.decrease_threshold if ratio < 1 else drawn >= limits.increase_threshold
    assert power_of_counts(185, ratio, dispersion=dispersion) == pytest.approx(clear.mean(), abs=0.03)


def test_without_change_the_power_is_the_rate_of_false_verdicts() -> None:
    limits = compare_counts(185, 0)
    assert limits.decrease_threshold is not None
    assert limits.increase_threshold is not None
    expected = stats.poisson.cdf(limits.decrease_threshold, 185) + stats.poisson.sf(limits.increase_threshold - 1, 185)
    assert power_of_counts(185, 1.0) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)
@given(st.integers(6, 3000), st.sampled_from([None, 1.5, 4.0]), st.sampled_from([0.5, 0.8, 0.9]))
def test_the_smallest_change_is_where_the_power_is_reached(before: int, dispersion: float | None, power: float) -> None:
    found = smallest_change_in_counts(before, dispersion=dispersion, power=power)
    for ratio in (found.decrease, found.increase):
        if ratio is not None:
            assert power_of_counts(before, ratio, dispersion=dispersion) == pytest.approx(power, abs=1e-6)
    assert found.increase is not None
    assert found.increase > 1


def test_more_dispersion_hides_more() -> None:
    calm, restless = smallest_change_in_counts(185), smallest_change_in_counts(185, dispersion=4)
    assert calm.decrease is not None
    assert restless.decrease is not None
    assert restless.decrease < calm.decrease < 1


def test_power_of_shares_equals_rs_power_prop_test() -> None:
    # R's manual page: power.prop.test(n = 50, p1 = .50, p2 = .75) gives power = 0.740.
    assert power_of_shares(0.5, 0.75, cases=50) == pytest.approx(0.740, abs=0.0005)


@settings(max_examples=25)
@given(st.floats(0.02, 0.98), st.integers(50, 100_000))
def test_the_smallest_share_seen_needs_just_those_cases(share: float, cases: int) -> None:
    found = smallest_change_in_shares(share, cases=cases)
    for after in (found.decrease, found.increase):
        if after is not None:
            assert power_of_shares(share, after, cases=cases) == pytest.approx(0.8, abs=0.01)


def test_power_of_a_change_from_nothing_or_of_a_negative_ratio_is_refused() -> None:
    with pytest.raises(CompareError) as caught:
        power_of_counts(0, 0.5)
    assert caught.value.code is Fault.TOO_FEW
    with pytest.raises(CompareError) as caught:
        power_of_counts(10, -0.5)
    assert caught.value.code is Fault.NOT_A_RATIO
