import json
import math
from datetime import date
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from samsyn.analysis.compare import (
    Caution,
    CoincidentEvent,
    CompareError,
    Fault,
    InterruptedSeries,
    Missing,
    Verdict,
    interrupted_time_series,
)
from samsyn.analysis.compare.loglinear import newey_west
from samsyn.analysis.compare.series import _design

FIRST = date(2010, 1, 1)


def judge(counts: Any, *, n_before: int = 36, **settings: Any) -> InterruptedSeries:
    arguments: dict[str, Any] = {"first_month": FIRST, "n_before": n_before} | settings
    return interrupted_time_series(counts, **arguments)


def months(n: int) -> list[date]:
    return [date(2010 + step // 12, step % 12 + 1, 1) for step in range(n)]


def seasonal(n: int = 60, *, mean: float = 40, step: float = 1.0, seed: int = 1) -> Any:
    time = np.arange(n)
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * np.exp(0.2 * np.sin(2 * np.pi * time / 12)) * np.where(time >= 36, step, 1.0))


@pytest.mark.parametrize("with_slope", [False, True])
def test_the_fit_equals_that_of_statsmodels(with_slope: bool) -> None:
    counts = seasonal(step=0.7)
    exposures = np.linspace(1, 1.1, 60)
    result = judge(counts, with_slope=with_slope, exposures=exposures)
    design = _design(months(60), 36, with_slope=with_slope)
    fit = sm.GLM(counts, design, family=sm.families.Poisson(), offset=np.log(exposures)).fit()
    effect = fit.params[2] + (fit.params[3] * 23 / 2 if with_slope else 0.0)
    assert result.ratio == pytest.approx(math.exp(effect), rel=1e-7)
    assert result.trend_ratio == pytest.approx(math.exp(fit.params[1]), rel=1e-9)
    assert result.dispersion == pytest.approx(max(1.0, fit.pearson_chi2 / fit.df_resid), rel=1e-7)
    assert result.expected_after == pytest.approx(float((counts[36:].sum()) / math.exp(effect)), rel=0.05)


def test_negative_binomial_alpha_makes_pearsons_chi_square_equal_its_degrees_of_freedom() -> None:
    rng = np.random.default_rng(4)
    counts = rng.negative_binomial(8, 8 / 48, size=60)
    result = judge(counts, variance="negative-binomial")
    assert result.alpha is not None
    fit = sm.GLM(
        counts,
        _design(months(60), 36, with_slope=False),
        family=sm.families.NegativeBinomial(alpha=result.alpha),
        offset=np.log([31 if m.month in (1, 3, 5, 7, 8, 10, 12) else 30 for m in months(60)]),
    ).fit()
    assert fit.pearson_chi2 == pytest.approx(fit.df_resid, rel=0.02)
    assert result.dispersion is None


def test_the_long_run_covariance_equals_that_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = rng.normal(size=80)
    ols = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 4})
    bread = np.linalg.inv(x.T @ x)
    ours = bread @ newey_west(x * np.asarray(ols.resid)[:, None], 4) @ bread
    assert ours == pytest.approx(np.asarray(ols.cov_params()), rel=1e-9)


def test_a_step_is_found_and_seasons_are_not_taken_for_one() -> None:
    assert judge(seasonal(step=0.6)).verdict is Verdict.CLEAR_DECREASE
    assert judge(seasonal(step=1.6)).verdict is Verdict.CLEAR_INCREASE
    # Twelve months that start in the season's trough.
    assert judge(seasonal(48), n_before=30).verdict is Verdict.NO_RELIABLE_CHANGE


def test_a_fall_that_only_follows_the_trend_is_no_change() -> None:
    falling = np.round(80 * np.exp(-0.015 * np.arange(60)))
    result = judge(falling)
    assert falling[36:].mean() < 0.7 * falling[:36].mean()
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert result.ratio == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("n_before", "n_after", "missing"),
    [
        (23, 12, (Missing.MONTHS_BEFORE,)),
        (24, 11, (Missing.MONTHS_AFTER,)),
        (10, 5, (Missing.MONTHS_BEFORE, Missing.MONTHS_AFTER)),
        (24, 0, (Missing.MONTHS_AFTER,)),
    ],
)
def test_too_few_months_cannot_be_judged(n_before: int, n_after: int, missing: tuple[Missing, ...]) -> None:
    result = judge([20] * (n_before + n_after), n_before=n_before)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert result.missing == missing


def test_only_zeros_on_one_side_cannot_be_judged() -> None:
    assert judge([20] * 36 + [0] * 12).missing == (Missing.EVENTS,)


def test_missing_months_are_left_out_and_counted() -> None:
    counts = seasonal(step=0.6).astype(float)
    counts[[3, 17, 36]] = np.nan
    result = judge(counts)
    assert (result.n_months_before, result.n_months_after) == (34, 23)
    assert result.verdict is Verdict.CLEAR_DECREASE
    assert judge([None] * 13 + [20] * 23 + [20] * 12).missing == (Missing.MONTHS_BEFORE,)


def test_the_pandemic_is_told_where_the_series_touches_it() -> None:
    result = interrupted_time_series([30] * 60, first_month=date(2017, 1, 1), n_before=42)
    assert result.coincident == (("pandemin", 4, 18),)
    assert Caution.COINCIDENT_EVENT in result.cautions
    assert judge([30] * 60).coincident == ()
    own = CoincidentEvent(name="ny lag", first=date(2012, 12, 15), last=date(2013, 2, 1))
    assert judge([30] * 60, events=[own]).coincident == (("ny lag", 1, 2),)


def test_neighbouring_months_that_resemble_each_other_widen_the_interval_and_are_told() -> None:
    rng = np.random.default_rng(5)
    wave = np.zeros(120)
    for t in range(1, 120):
        wave[t] = 0.8 * wave[t - 1] + rng.normal(0, 0.2)
    result = judge(rng.poisson(60 * np.exp(wave)), n_before=80)
    assert Caution.RESIDUALS_CORRELATE in result.cautions
    assert result.error_inflation is not None
    assert result.error_inflation > 1.3
    assert result.autocorrelation is not None
    assert result.autocorrelation > 0.3


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000), st.booleans())
def test_the_unit_of_exposure_does_not_matter_and_all_parts_agree(seed: int, scale: float, with_slope: bool) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.uniform(0.3, 50), size=48)
    exposures = rng.uniform(0.5, 2, size=48)
    plain, scaled = (
        judge(counts, n_before=30, exposures=each, with_slope=with_slope) for each in (exposures, exposures * scale)
    )
    assert plain.verdict is scaled.verdict
    assert plain.missing == scaled.missing
    json.dumps(plain.as_dict(), allow_nan=False)
    if plain.p is not None and plain.low is not None and plain.high is not None:
        assert plain.ratio == pytest.approx(scaled.ratio, rel=1e-5)
        assert plain.verdict.is_clear == (not plain.low <= 1 <= plain.high) == (plain.p < 1 - plain.confidence)


def test_it_refuses_another_variance_and_a_wrong_shape() -> None:
    with pytest.raises(CompareError) as caught:
        judge([20] * 60, variance="poisson")
    assert caught.value.code is Fault.NOT_A_VARIANCE
    with pytest.raises(CompareError) as caught:
        judge([[20] * 60])
    assert caught.value.code is Fault.SHAPES_DIFFER
    with pytest.raises(CompareError) as caught:
        judge([20] * 60, n_before=61)
    assert caught.value.code is Fault.NOT_A_POSITION
