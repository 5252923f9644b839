"""Compare the months after something was done with the trend and seasons before: interrupted time series."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, stdtr, stdtrit

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault, Floats
from samsyn.analysis.compare.loglinear import Fit, fit_series, newey_west
from samsyn.analysis.compare.verdict import (
    Caution,
    Judgement,
    Measure,
    Missing,
    Verdict,
    settle_limits,
    verdict_of,
)

MIN_MONTHS_BEFORE = 24
MIN_MONTHS_AFTER = 12
SHORT_SERIES = 36
"""With fewer months before than this the trend is uncertain, and that is said."""

Variance = Literal["quasi-poisson", "negative-binomial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoincidentEvent:
    """Something else that may have moved the figures, with its first and last month."""

    name: str
    first: date
    last: date


PANDEMIC = CoincidentEvent(name="pandemin", first=date(2020, 3, 1), last=date(2022, 2, 1))
"""From the first recommendations in Sweden to the month when the last restrictions were lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedSeries:
    """
    A series with an interruption; made by `interrupted_time_series`.

    `ratio` is the level after over what trend and seasons before would have given, averaged over the months after.
    Without a slope it is the step. `slope_ratio` is how many times steeper each month became. `expected_after` is
    the number of events the model without the interruption gives for the months after that were counted.
    """

    METHOD: ClassVar[str] = "interrupted-time-series-loglinear"
    METHOD_VERSION: ClassVar[int] = 1

    first_month: date
    n_before: int
    counts: tuple[float | None, ...]
    confidence: float
    with_slope: bool
    variance: Variance
    n_months_before: int
    n_months_after: int
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    trend_ratio: float | None = None
    slope_ratio: float | None = None
    slope_p: float | None = None
    expected_after: float | None = None
    observed_after: int | None = None
    dispersion: float | None = None
    alpha: float | None = None
    degrees_of_freedom: int | None = None
    error_inflation: float | None = None
    autocorrelation: float | None = None
    autocorrelation_p: float | None = None
    coincident: tuple[tuple[str, int, int], ...]
    verdict: Verdict
    missing: tuple[Missing, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is the ratio."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.RATIO,
            method=self.METHOD,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            estimate=self.ratio,
            low=self.low,
            high=self.high,
            p=self.p,
            missing=self.missing,
            cautions=self.cautions,
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "interrupted_time_series",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "with_slope": self.with_slope, "variance": self.variance},
            "data": {
                "counts": list(self.counts),
                "first_month": self.first_month.isoformat(),
                "n_before": self.n_before,
            },
            **self.judgement.as_dict(),
            "n_months_before": self.n_months_before,
            "n_months_after": self.n_months_after,
            "trend_ratio": self.trend_ratio,
            "slope_ratio": self.slope_ratio,
            "slope_p": self.slope_p,
            "expected_after": self.expected_after,
            "observed_after": self.observed_after,
            "dispersion": self.dispersion,
            "alpha": self.alpha,
            "degrees_of_freedom": self.degrees_of_freedom,
            "error_inflation": self.error_inflation,
            "autocorrelation": self.autocorrelation,
            "autocorrelation_p": self.autocorrelation_p,
            "coincident": [
                {"name": name, "months_before": before, "months_after": after}
                for name, before, after in self.coincident
            ],
        }


def interrupted_time_series(
    counts: npt.ArrayLike,
    *,
    first_month: date,
    n_before: int,
    exposures: npt.ArrayLike | None = None,
    with_slope: bool = False,
    variance: Variance = "quasi-poisson",
    events: Sequence[CoincidentEvent] = (PANDEMIC,),
    confidence: float = 0.95,
) -> InterruptedSeries:
    r"""
    Compare the months after an interruption with what trend and seasons before would have given.

    Parameters
    ----------
    counts
        Events each calendar month, shape (months,), in order without gaps; nan or None where a month is missing.
    first_month
        The first month; its day does not matter.
    n_before
        How many of the months came before the interruption. A month in which it began half-way is best left missing.
    exposures
        What the events could happen in, same shape. None is the number of days in each month.
    with_slope
        Whether the trend may also change. `ratio` is then the effect averaged over the months after.
    variance
        ``"quasi-poisson"`` (variance = dispersion · mean) or ``"negative-binomial"`` (mean + alpha · mean²).
    events
        What else happened; each one that touches the series is told, with how many months of it lie on each side.
    confidence
        Confidence level of the two-sided interval, between 0 and 1.

    Returns
    -------
    InterruptedSeries
        CANNOT_BE_JUDGED with fewer than 24 counted months before or 12 after (`MONTHS_BEFORE`, `MONTHS_AFTER`), or
        without events on one of the sides (`EVENTS`).

    Raises
    ------
    CompareError
        The counts are no series of counts, the exposures do not fit them, or a setting is out of range.

    Notes
    -----
    .. math::
        \log \mu_t = \log E_t + \beta_0 + \beta_1 t + \beta_2 [t \ge t_0] + \beta_3 (t - t_0)_+
        + \sum_{k=1}^{2} (s_k \sin(2\pi k m_t / 12) + c_k \cos(2\pi k m_t / 12))

    with :math:`m_t` the calendar month (Bernal, Cummins & Gasparrini 2017, pp. 348-355; Wagner et al. 2002,
    pp. 299-309). The dispersion is Pearson's χ² over its degrees of freedom, at least 1; alpha solves Pearson's χ² =
    degrees of freedom (Breslow 1984, p. 40). The standard error is the larger of that and the one of Newey & West
    (1987, pp. 703-708), with :math:`L = \lfloor 4 (n/100)^{2/9} \rfloor` lags, enlarged by :math:`n / (n - k)` and by
    the residuals' first autocorrelation r where that is positive, :math:`\sqrt{(1 + r)/(1 - r)}`. Before that, r is
    raised by :math:`k(1 + r)/n`, since a fit with k columns takes some of it away. Student's t with n - k degrees of
    freedom replaces the normal. `autocorrelation_p` is that of Ljung & Box (1978, pp. 297-303) over six lags.

    Do not use it when the interruption was set where the series had its peak, when it came in gradually, when what is
    counted or how it is reported changed at the same time, or for yearly figures. It does not say what caused the
    change: use comparison areas for that (`difference_in_differences`).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson([40.0] * 36 + [26.0] * 18)
    >>> result = interrupted_time_series(counts, first_month=date(2014, 1, 1), n_before=36)
    >>> f"{result.ratio:.2f} ({result.low:.2f} to {result.high:.2f})", result.judgement.text("sv")
    ('0.59 (0.48 to 0.73)', 'tydlig minskning')
    >>> interrupted_time_series(counts[:40], first_month=date(2014, 1, 1), n_before=36).judgement.text("en")
    'cannot be judged (lacks at least 12 months after)'
    """
    y = checks.counts(counts, "counts", ndim=1)
    n = len(y)
    n_before = checks.index(n_before, "n_before", below=n + 1)
    confidence = checks.probability(confidence, "confidence")
    if variance not in ("quasi-poisson", "negative-binomial"):
        raise CompareError(Fault.NOT_A_VARIANCE, "variance", variance)
    months = [_month_after(first_month, step) for step in range(n)]
    exposed = (
        np.array([calendar.monthrange(month.year, month.month)[1] for month in months], dtype=np.float64)
        if exposures is None
        else checks.exposures(exposures, "exposures", like=y)
    )
    known = ~np.isnan(y)
    is_after = np.arange(n) >= n_before
    n_months_before, n_months_after = int((known & ~is_after).sum()), int((known & is_after).sum())
    coincident = _touching(events, months, n_before)
    missing: list[Missing] = []
    if n_months_before < MIN_MONTHS_BEFORE:
        missing.append(Missing.MONTHS_BEFORE)
    if n_months_after < MIN_MONTHS_AFTER:
        missing.append(Missing.MONTHS_AFTER)
    if not missing and (y[known & ~is_after].sum() == 0 or y[known & is_after].sum() == 0):
        missing.append(Missing.EVENTS)
    kept = tuple(None if math.isnan(each) else float(each) for each in y)
    base: dict[str, Any] = {
        "first_month": first_month.replace(day=1),
        "n_before": n_before,
        "counts": kept,
        "confidence": confidence,
        "with_slope": with_slope,
        "variance": variance,
        "n_months_before": n_months_before,
        "n_months_after": n_months_after,
        "coincident": coincident,
    }
    if missing:
        return InterruptedSeries(**base, verdict=Verdict.CANNOT_BE_JUDGED, missing=tuple(missing))

    design = _design(months, n_before, with_slope=with_slope)
    x, offset = design[known], np.log(exposed[known])
    df = len(x) - x.shape[1]
    fit, alpha, phi = _fit(y[known], x, offset, variance, df)
    pearson_residuals = (y[known] - fit.means) / np.sqrt(fit.means * (1 + alpha * fit.means))
    rho, ljung_box_p = _autocorrelation(pearson_residuals, np.flatnonzero(known))
    scores = np.zeros((n, x.shape[1]))
    scores[known] = x * ((y[known] - fit.means) / (1 + alpha * fit.means))[:, None]
    lags = max(1, int(4 * (n / 100) ** (2 / 9)))
    robust = fit.inverse_information @ newey_west(scores, lags) @ fit.inverse_information * len(x) / df

    # Residuals look less correlated than the errors were, the more so the more columns were fitted.
    raised = min(0.9, max(0.0, rho + x.shape[1] * (1 + rho) / len(x)))
    correlated = math.sqrt((1 + raised) / (1 - raised))

    def test(contrast: Floats) -> tuple[float, float, float, float]:
        """Estimate, standard error, p, and how many times the error is larger than the plain one."""
        estimate = float(contrast @ fit.coefficients)
        plain = math.sqrt(phi * float(contrast @ fit.inverse_information @ contrast))
        error = max(plain * correlated, math.sqrt(max(0.0, float(contrast @ robust @ contrast))))
        p = max(checks.SMALLEST_P, min(1.0, 2 * float(stdtr(df, -abs(estimate / error)))))
        return estimate, error, p, error / plain

    n_after = n - n_before
    effect = np.zeros(x.shape[1])
    effect[2] = 1
    if with_slope:
        effect[3] = (n_after - 1) / 2
    estimate, error, p, inflation = test(effect)
    slope_ratio = slope_p = None
    if with_slope:
        slope = np.zeros(x.shape[1])
        slope[3] = 1
        change, _, slope_p, _ = test(slope)
        slope_ratio = math.exp(change)
    verdict = verdict_of(p, estimate, 0.0, confidence)
    quantile = -float(stdtrit(df, (1 - confidence) / 2))
    reach = quantile * error
    low, high = settle_limits(math.exp(estimate - reach), math.exp(estimate + reach), 1.0, verdict)
    undisturbed = design.copy()
    undisturbed[:, 2] = 0
    if with_slope:
        undisturbed[:, 3] = 0
    counted_after = known & is_after
    expected = np.exp(np.log(exposed) + undisturbed @ fit.coefficients)[counted_after].sum()
    cautions = []
    if coincident:
        cautions.append(Caution.COINCIDENT_EVENT)
    if ljung_box_p < 0.05:
        cautions.append(Caution.RESIDUALS_CORRELATE)
    if n_months_before < SHORT_SERIES:
        cautions.append(Caution.SHORT_SERIES)
    return InterruptedSeries(
        **base,
        ratio=math.exp(estimate),
        low=low,
        high=high,
        p=p,
        trend_ratio=math.exp(float(fit.coefficients[1])),
        slope_ratio=slope_ratio,
        slope_p=slope_p,
        expected_after=float(expected),
        observed_after=int(y[counted_after].sum()),
        dispersion=phi if variance == "quasi-poisson" else None,
        alpha=alpha if variance == "negative-binomial" else None,
        degrees_of_freedom=df,
        error_inflation=inflation,
        autocorrelation=rho,
        autocorrelation_p=ljung_box_p,
        verdict=verdict,
        cautions=tuple(cautions),
    )


def _month_after(first: date, steps: int) -> date:
    years, month = divmod(first.month - 1 + steps, 12)
    return date(first.year + years, month + 1, 1)


def _design(months: Sequence[date], n_before: int, *, with_slope: bool) -> Floats:
    """Columns: level, trend, step, slope where asked for, two harmonics of the year."""
    time = np.arange(len(months), dtype=np.float64)
    after = time >= n_before
    angle = 2 * np.pi * np.array([month.month for month in months]) / 12
    columns = [np.ones_like(time), time - time.mean(), after.astype(np.float64)]
    if with_slope:
        columns.append(np.where(after, time - n_before, 0.0))
    columns += [np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    return np.stack(columns, axis=1)


def _fit(y: Floats, x: Floats, offset: Floats, variance: Variance, df: int) -> tuple[Fit, float, float]:
    """The fit, alpha and the dispersion; one of the two carries the variance above the mean."""
    fit = fit_series(y, x, offset)
    phi = max(1.0, fit.pearson / df)
    if variance == "quasi-poisson" or fit.pearson <= df:
        return fit, 0.0, phi if variance == "quasi-poisson" else 1.0
    # Pearson's χ² falls as alpha rises, so halving finds where it equals its degrees of freedom.
    low, high = 0.0, 1.0
    while fit_series(y, x, offset, alpha=high).pearson > df and high < 1e3:
        low, high = high, high * 4
    for _ in range(40):
        middle = (low + high) / 2
        if fit_series(y, x, offset, alpha=middle).pearson > df:
            low = middle
        else:
            high = middle
    return fit_series(y, x, offset, alpha=high), high, 1.0


def _autocorrelation(residuals: Floats, at: npt.NDArray[np.intp]) -> tuple[float, float]:
    """First autocorrelation, and the p-value of Ljung and Box over six lags; missing months count as zero."""
    full = np.zeros(int(at[-1] - at[0]) + 1)
    full[at - at[0]] = residuals
    power = float(full @ full)
    if power == 0:
        return 0.0, 1.0
    n = len(residuals)
    correlations = [float(full[lag:] @ full[:-lag]) / power for lag in range(1, 7)]
    statistic = n * (n + 2) * sum(r * r / (n - lag) for lag, r in enumerate(correlations, start=1))
    return correlations[0], float(chdtrc(6, statistic))


def _touching(
    events: Sequence[CoincidentEvent], months: Sequence[date], n_before: int
) -> tuple[tuple[str, int, int], ...]:
    """Name of each event within the series, with how many of its months lie before and after."""
    found = []
    for event in events:
        inside = [event.first.replace(day=1) <= month <= event.last for month in months]
        before, after = sum(inside[:n_before]), sum(inside[n_before:])
        if before or after:
            found.append((event.name, before, after))
    return tuple(found)
