"""
Say, week by week and for many areas at once, whether a count is higher than its own history lets expect.

`farrington` compares with the same season of earlier years. Where there is less than three years of history, `ears` and
`gamma_poisson` compare with the last few periods; they are simple methods and say so. What cannot be judged is said
to be so: a quiet answer is never given for want of data.

`docs/algorithms/outbreak.md` explains guarantees and limits in prose.
"""

from __future__ import annotations

import enum
import math
import operator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

# scipy.stats would make the import three times as slow, for the same functions.
from scipy.special import betainc, ndtr, ndtri, pdtrc, stdtrit

from samsyn.analysis._outbreak_fit import robust_fit
from samsyn.analysis.errors import AnalysisError

__all__ = [
    "Ears",
    "Fault",
    "Missing",
    "OutbreakError",
    "OutbreakResult",
    "Setting",
    "Verdict",
    "ears",
    "farrington",
    "gamma_poisson",
]

Floats = NDArray[np.float64]

MAX_CELLS = 5_000_000
MIN_YEARS = 3
RECENT_PERIODS = 4
MIN_RECENT_EVENTS = 5
MIN_DEGREES_OF_FREEDOM = 30
NO_THRESHOLD_ABOVE = 10**7


class Setting(enum.StrEnum):
    """Which of the two published settings of Farrington's method is used."""

    ORIGINAL = "ORIGINAL"
    """Farrington et al. 1996: the same weeks of earlier years, trend where it is clear, two-thirds power threshold."""
    IMPROVED = "IMPROVED"
    """Noufaily et al. 2013: all weeks, ten seasons, trend always, negative binomial threshold."""


class Ears(enum.StrEnum):
    """Which of the three EARS statistics is used."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


class Verdict(enum.StrEnum):
    """What the numbers allow us to say. The words on the screen belong to the pages that show them."""

    ALARM = "ALARM"
    NO_ALARM = "NO_ALARM"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"


class Missing(enum.StrEnum):
    """What an area's period lacks when it cannot be judged."""

    COUNT = "COUNT"
    """The count itself is missing."""
    HISTORY = "HISTORY"
    """There are too few earlier counts."""
    EVENTS = "EVENTS"
    """Fewer than 5 events in the last 4 periods: such numbers move by single events."""
    EARLIER_EVENTS = "EARLIER_EVENTS"
    """Nothing happened in the periods compared with, so no expectation can be formed."""
    VARIATION = "VARIATION"
    """The periods compared with are all alike, so their standard deviation is 0."""
    FIT = "FIT"
    """The regression found no solution."""


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_AN_INTEGER = "NOT_AN_INTEGER"
    NEGATIVE = "NEGATIVE"
    WRONG_SHAPE = "WRONG_SHAPE"
    TOO_LARGE = "TOO_LARGE"
    TOO_SMALL = "TOO_SMALL"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    NOT_A_DISPERSION = "NOT_A_DISPERSION"
    NOT_A_WINDOW = "NOT_A_WINDOW"


class OutbreakError(AnalysisError):
    """An argument that cannot be used; `code` is a `Fault`."""

    code: Fault


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutbreakResult:
    """
    What was found; made by `farrington`, `ears` and `gamma_poisson`.

    Every array is (areas, evaluated periods), the last period last; NaN where it cannot be judged. `threshold` is the
    highest count without an alarm. `score` is how far the count is on the way from what was expected to the
    threshold: above 1 is an alarm when one area is looked at alone. `p` is the probability of so high a count when
    nothing is going on, `adjusted_p` the same after the false discovery rate over the areas of that period (Benjamini
    and Hochberg); both are NaN for EARS, which has none. `is_simple` marks a method to be shown as *enkel metod*.
    """

    METHOD_VERSION: ClassVar[int] = 1

    method: str
    is_simple: bool
    settings: dict[str, Any]
    observed: Floats
    expected: Floats
    threshold: Floats
    score: Floats
    p: Floats
    adjusted_p: Floats
    dispersion: Floats
    verdicts: tuple[tuple[Verdict, ...], ...]
    missing: tuple[tuple[Missing | None, ...], ...]

    @property
    def n_alarms(self) -> int:
        """How many alarms there are in all."""
        return sum(row.count(Verdict.ALARM) for row in self.verdicts)

    def ranked(self) -> list[tuple[int, int]]:
        """The alarms as area and period, highest score first."""
        found = [
            (area, period)
            for area, row in enumerate(self.verdicts)
            for period, verdict in enumerate(row)
            if verdict is Verdict.ALARM
        ]
        return sorted(found, key=lambda place: (-self.score[place], place))

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        arrays = ("observed", "expected", "threshold", "score", "p", "adjusted_p", "dispersion")
        return {
            "kind": "outbreak",
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "is_simple": self.is_simple,
            "settings": self.settings,
            "n_alarms": self.n_alarms,
            "ranked": [list(place) for place in self.ranked()],
            **{
                name: [[None if math.isnan(value) else value for value in row] for row in getattr(self, name).tolist()]
                for name in arrays
            },
            "verdicts": [[verdict.value for verdict in row] for row in self.verdicts],
            "missing": [[None if lack is None else lack.value for lack in row] for row in self.missing],
        }


def farrington(
    counts: ArrayLike,
    *,
    setting: Setting = Setting.IMPROVED,
    periods_per_year: int = 52,
    years: int = 5,
    half_window: int = 3,
    n_evaluated: int = 1,
    n_excluded: int = 26,
    alpha: float = 0.005,
    max_false_discovery: float = 0.05,
    allow_for_estimation: bool = True,
) -> OutbreakResult:
    r"""
    Compare each area's last periods with the same season of earlier years by Farrington's method.

    Parameters
    ----------
    counts
        Events by area and period, shape (areas, periods) or (periods,), oldest first, without gaps; NaN is missing.
    setting
        The original method or the improved one.
    periods_per_year
        52 for weeks, 12 for months, 4 for quarters. Years of 53 weeks shift the season by a week.
    years
        How many earlier years are compared with, from 3. Fewer are used where the series is shorter.
    half_window
        How many periods on each side belong to the same season: 3 weeks, 0 for quarters.
    n_evaluated
        How many periods, counted from the last, are judged; each from its own earlier periods alone.
    n_excluded
        How many periods just before the judged one are left out, so that an outbreak that has begun is not taken
        for normal. The improved setting only; 26 weeks, 2 quarters.
    alpha
        Probability of exceeding the threshold when nothing is going on; 0.005 in both papers.
    max_false_discovery
        The share of false alarms tolerated among the alarms of one period over all areas.
    allow_for_estimation
        Whether the improved setting's threshold is widened because mean and dispersion are estimated. False is as
        published.

    Returns
    -------
    OutbreakResult
        ALARM where the count exceeds the threshold, at least 5 events fell in the last 4 periods, and the p-value
        stands after the false discovery rate over areas. CANNOT_BE_JUDGED where the count is missing, there are less
        than 3 years before it, fewer than 5 events fell in the last 4 periods, or the season had none.

    Raises
    ------
    OutbreakError
        A count is negative or not whole, or an argument is out of range.

    Notes
    -----
    A quasi-Poisson regression :math:`\log \mu_t = \alpha + \beta t + \delta_{j(t)}` with variance
    :math:`\phi \mu_t`, :math:`\phi \ge 1`. It is fitted twice: after the first fit, past outbreaks are weighed down by
    :math:`s^{-2}` where the Anscombe residual

    .. math:: s = \frac{3}{2 \sqrt{\phi}} \frac{y^{2/3} - \mu^{2/3}}{\mu^{1/6} \sqrt{1 - h}}

    is above 1 (Farrington et al. 1996, JRSS A 159, pp. 550-553) or 2.58 (Noufaily et al. 2013, Statistics in Medicine
    32, pp. 1209-1213). The original has no season but takes only periods within `half_window` of this one in earlier
    years, drops a trend that is not clear at 5 % or that leads above all earlier counts, and has the threshold
    :math:`\mu_0 (1 + \tfrac{2}{3} z \sqrt{\tau / \mu_0})^{3/2}`, :math:`\tau = \phi + V(\hat\mu_0) / \mu_0`. The
    improved setting takes all periods but the last `n_excluded`, with a factor of ten levels: this season, and nine
    spans over the rest of the year. Its threshold is the negative binomial quantile with mean :math:`\mu_0` and
    variance :math:`\phi \mu_0`, as published. That is exceeded up to twice as often as stated where counts are
    uneven; so with `allow_for_estimation` the variance is :math:`\tau \mu_0`, with the dispersion of the first fit
    where it is larger, since weighing down high counts makes quiet series look more even than they are.

    Do not use it on series in which the way of counting changed, on a last period that is not over, or on preliminary
    figures beside final ones. Do not read an alarm as a cause, or as more than a reason to look.

    Examples
    --------
    Six years of quarters around 100, and a last one of 160:

    >>> rng = np.random.default_rng(1)
    >>> series = rng.poisson(100, 24)
    >>> series[-1] = 160
    >>> found = farrington(series, periods_per_year=4, half_window=0, n_excluded=2)
    >>> found.verdicts[0][0].value, round(found.expected[0, 0]), round(found.threshold[0, 0])
    ('ALARM', 99, 132)
    """
    table = _count_table(counts)
    setting = Setting(setting)
    periods_per_year = _integer(periods_per_year, "periods_per_year", at_least=2)
    years = _integer(years, "years", at_least=MIN_YEARS)
    half_window = _integer(half_window, "half_window", at_least=0)
    if 2 * half_window + 1 > periods_per_year:
        raise OutbreakError(Fault.NOT_A_WINDOW, "half_window", half_window)
    n_excluded = _integer(n_excluded, "n_excluded", at_least=0)
    evaluated = _evaluated(n_evaluated, table)
    alpha = _probability(alpha, "alpha")
    max_false_discovery = _probability(max_false_discovery, "max_false_discovery")
    found = _Found(table, evaluated)
    for column, now in enumerate(evaluated):
        if now < MIN_YEARS * periods_per_year:
            found.lack(column, Missing.HISTORY, np.ones(len(table), bool))
            continue
        if setting is Setting.ORIGINAL:
            baseline = _original_baseline(now, periods_per_year, years, half_window)
            _judge_original(found, column, table, now, baseline, periods_per_year, alpha)
        else:
            baseline = np.arange(
                max(0, now - years * periods_per_year - half_window), max(0, now - max(1, n_excluded + 1) + 1)
            )
            season = _season(now - baseline, periods_per_year, half_window)
            _judge_improved(
                found, column, table, now, baseline, season, periods_per_year, alpha, widened=allow_for_estimation
            )
    found.require_recent_events()
    return found.result(
        method=f"farrington-{setting.value.lower()}" + ("-as-published" if not allow_for_estimation else ""),
        is_simple=False,
        max_false_discovery=max_false_discovery,
        settings={
            "setting": setting.value,
            "periods_per_year": periods_per_year,
            "years": years,
            "half_window": half_window,
            "n_evaluated": len(evaluated),
            "n_excluded": n_excluded,
            "alpha": alpha,
            "max_false_discovery": max_false_discovery,
            "allow_for_estimation": bool(allow_for_estimation),
        },
    )


def ears(counts: ArrayLike, *, kind: Ears = Ears.C2, n_baseline: int = 7, n_evaluated: int = 1) -> OutbreakResult:
    r"""
    Compare each area's last periods with the mean and standard deviation of the few before (EARS C1, C2, C3).

    Parameters
    ----------
    counts
        Events by area and period, shape (areas, periods) or (periods,), oldest first; NaN is missing.
    kind
        C1 takes the `n_baseline` periods just before; C2 leaves two between, so that an outbreak's beginning is not
        taken for normal; C3 adds up three days' C2 above 1.
    n_baseline, n_evaluated
        How many periods are compared with, from 3, and how many are judged.

    Returns
    -------
    OutbreakResult
        A simple method. ALARM when C1 or C2 is above 3, or C3 above 2. There is no p-value, hence no correction for
        many areas.

    Raises
    ------
    OutbreakError
        A count is negative or not whole, or an argument is out of range.

    Notes
    -----
    :math:`C = (y - \bar y) / s` with the sample standard deviation; :math:`C3 = \sum_{i=0}^{2} \max(0, C2_{t-i} - 1)`
    (Hutwagner et al. 2003, Journal of Urban Health 80, suppl. 1, pp. i89-i96). The mean and deviation of seven counts
    are so uncertain that quiet series are above the threshold in one to four periods of a hundred, not in one of a
    thousand.

    Do not use it where three years of history exist, where the season matters, or on many areas at once without
    saying how many false alarms to expect.

    Examples
    --------
    >>> found = ears([4, 6, 5, 7, 5, 4, 6, 5, 6, 12], kind=Ears.C2)
    >>> found.verdicts[0][0].value, round(float(found.score[0, 0]), 2), found.is_simple
    ('ALARM', 2.01, True)
    """
    table = _count_table(counts)
    kind = Ears(kind)
    n_baseline = _integer(n_baseline, "n_baseline", at_least=3)
    evaluated = _evaluated(n_evaluated, table)
    found = _Found(table, evaluated)
    lag = 0 if kind is Ears.C1 else 2
    for column, now in enumerate(evaluated):
        back = range(3) if kind is Ears.C3 else range(1)
        total = np.zeros(len(table))
        for days in back:
            then = now - days
            base = table[:, max(0, then - lag - n_baseline) : max(0, then - lag)]
            is_short = np.full(len(table), base.shape[1] < n_baseline) | np.isnan(base).any(axis=1)
            found.lack(column, Missing.HISTORY, is_short | (np.isnan(table[:, then]) if days else False))
            if base.shape[1] < n_baseline:
                break
            mean, deviation = base.mean(axis=1), base.std(axis=1, ddof=1)
            found.lack(column, Missing.VARIATION, deviation == 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                statistic = (table[:, then] - mean) / deviation
            if days == 0:
                limit = 2.0 if kind is Ears.C3 else 3.0
                found.expected[:, column] = mean
                found.threshold[:, column] = mean + limit * deviation
            total += np.maximum(0, statistic - 1) if kind is Ears.C3 else statistic
        else:
            if kind is Ears.C3:
                # Its threshold is on the sum of three periods and says nothing of one count.
                found.threshold[:, column] = np.nan
            found.score[:, column] = total / limit
    found.require_recent_events()
    return found.result(
        method=f"ears-{kind.value.lower()}",
        is_simple=True,
        max_false_discovery=None,
        settings={"kind": kind.value, "n_baseline": n_baseline, "n_evaluated": len(evaluated)},
    )


def gamma_poisson(
    counts: ArrayLike,
    *,
    n_baseline: int = 26,
    n_evaluated: int = 1,
    dispersion: float | None = None,
    alpha: float = 0.005,
    max_false_discovery: float = 0.05,
) -> OutbreakResult:
    r"""
    Compare each area's last periods with the predictive distribution that the periods before lead to.

    Parameters
    ----------
    counts
        Events by area and period, shape (areas, periods) or (periods,), oldest first; NaN is missing.
    n_baseline, n_evaluated
        How many periods just before are compared with, from 3, and how many are judged.
    dispersion
        Variance divided by mean of such counts, from 1. None estimates one for all areas from their baselines
        together, where they have at least 30 degrees of freedom; otherwise it is 1.
    alpha, max_false_discovery
        As in `farrington`.

    Returns
    -------
    OutbreakResult
        A simple method.

    Raises
    ------
    OutbreakError
        A count is negative or not whole, or an argument is out of range.

    Notes
    -----
    With n earlier counts of sum S and Jeffreys' prior, the rate is gamma with shape :math:`S + 1/2` and rate n, and the
    next count negative binomial with mean :math:`\mu = (S + 1/2) / n` and variance :math:`\mu (1 + 1/n)` (Gelman et al.
    2013, Bayesian Data Analysis, pp. 43-46). With a dispersion :math:`\phi` the variance is taken as
    :math:`\phi \mu (1 + 1/n)`.

    Do not use it where the season matters, or a trend.

    Examples
    --------
    >>> found = gamma_poisson([4, 6, 5, 7, 5, 4, 6, 5, 6, 14], n_baseline=9)
    >>> found.verdicts[0][0].value, float(found.threshold[0, 0]), round(float(found.p[0, 0]), 4)
    ('ALARM', 13.0, 0.0026)
    """
    table = _count_table(counts)
    n_baseline = _integer(n_baseline, "n_baseline", at_least=3)
    evaluated = _evaluated(n_evaluated, table)
    alpha = _probability(alpha, "alpha")
    max_false_discovery = _probability(max_false_discovery, "max_false_discovery")
    if dispersion is not None:
        dispersion = _number(dispersion, "dispersion")
        if not 1 <= dispersion <= 1_000:
            raise OutbreakError(Fault.NOT_A_DISPERSION, "dispersion", dispersion)
    found = _Found(table, evaluated)
    for column, now in enumerate(evaluated):
        base = table[:, max(0, now - n_baseline) : now]
        found.lack(column, Missing.HISTORY, np.isnan(base).any(axis=1) | (base.shape[1] < n_baseline))
        if base.shape[1] < n_baseline:
            continue
        phi = _pooled_dispersion(base) if dispersion is None else dispersion
        mean = (base.sum(axis=1) + 0.5) / n_baseline
        found.judge_by_counts(column, mean, np.full(len(table), phi * (1 + 1 / n_baseline)), alpha)
        found.dispersion[:, column] = phi
    found.require_recent_events()
    return found.result(
        method="gamma-poisson",
        is_simple=True,
        max_false_discovery=max_false_discovery,
        settings={
            "n_baseline": n_baseline,
            "n_evaluated": len(evaluated),
            "dispersion": dispersion,
            "alpha": alpha,
            "max_false_discovery": max_false_discovery,
        },
    )


class _Found:
    """The answer while it is put together."""

    def __init__(self, table: Floats, evaluated: list[int]) -> None:
        shape = (len(table), len(evaluated))
        self.table = table
        self.evaluated = evaluated
        self.observed = table[:, evaluated]
        self.expected, self.threshold, self.score, self.p, self.dispersion = (np.full(shape, np.nan) for _ in range(5))
        self.missing: NDArray[np.object_] = np.full(shape, None, dtype=object)
        for column in range(len(evaluated)):
            self.lack(column, Missing.COUNT, np.isnan(self.observed[:, column]))

    def lack(self, column: int, what: Missing, where: NDArray[np.bool_]) -> None:
        """Say that these areas lack something; what was said first stands."""
        rows = where & np.array([lack is None for lack in self.missing[:, column]])
        self.missing[rows, column] = what

    def judge_by_counts(self, column: int, mean: Floats, spread: Floats, alpha: float) -> None:
        """Judge by negative binomial counts with variance `spread` times the mean, or Poisson where that is 1."""
        observed = np.nan_to_num(self.observed[:, column])
        threshold = _quantile(mean, spread, alpha)
        self.expected[:, column] = mean
        self.threshold[:, column] = threshold
        self.p[:, column] = _upper_tail(observed, mean, spread)
        self.score[:, column] = (observed - mean) / np.maximum(threshold - mean, 1e-9)

    def require_recent_events(self) -> None:
        """Leave out what has fewer than 5 events in the last 4 periods."""
        for column, now in enumerate(self.evaluated):
            recent = np.nansum(self.table[:, max(0, now - RECENT_PERIODS + 1) : now + 1], axis=1)
            self.lack(column, Missing.EVENTS, recent < MIN_RECENT_EVENTS)

    def result(
        self, *, method: str, is_simple: bool, max_false_discovery: float | None, settings: dict[str, Any]
    ) -> OutbreakResult:
        is_judged = np.array([[lack is None for lack in row] for row in self.missing])
        arrays = {
            name: np.where(is_judged, getattr(self, name), np.nan)
            for name in ("expected", "threshold", "score", "p", "dispersion")
        }
        adjusted = np.full(self.p.shape, np.nan)
        is_alarm = arrays["score"] > 1
        if max_false_discovery is not None:
            for column in range(adjusted.shape[1]):
                rows = np.flatnonzero(is_judged[:, column])
                adjusted[rows, column] = _false_discovery(arrays["p"][rows, column])
            is_alarm &= adjusted <= max_false_discovery
        verdicts = np.where(is_judged, np.where(is_alarm, Verdict.ALARM, Verdict.NO_ALARM), Verdict.CANNOT_BE_JUDGED)
        return OutbreakResult(
            method=method,
            is_simple=is_simple,
            settings=settings,
            observed=self.observed,
            adjusted_p=adjusted,
            verdicts=tuple(tuple(Verdict(each) for each in row) for row in verdicts),
            missing=tuple(tuple(row) for row in self.missing),
            **arrays,
        )


def _original_baseline(now: int, periods_per_year: int, years: int, half_window: int) -> NDArray[np.int64]:
    around = np.arange(-half_window, half_window + 1)
    baseline = np.concatenate([now - year * periods_per_year + around for year in range(years, 0, -1)])
    return baseline[baseline >= 0]


def _season(back: NDArray[np.int64], periods_per_year: int, half_window: int) -> NDArray[np.int64]:
    """The level of each period: 0 within the half window of this one in any year, else which span of the rest."""
    after = (-back + half_window) % periods_per_year - (2 * half_window + 1)
    rest = periods_per_year - 2 * half_window - 1
    n_spans = min(9, rest)
    return np.where(after < 0, 0, 1 + after * n_spans // max(1, rest))


def _judge_original(
    found: _Found,
    column: int,
    table: Floats,
    now: int,
    baseline: NDArray[np.int64],
    periods_per_year: int,
    alpha: float,
) -> None:
    counts, weights = _baseline_counts(found, column, table, baseline)
    years_back = (baseline - now) / periods_per_year
    with_trend, without = (
        robust_fit(counts, np.column_stack(columns), weights, 1.0)[0]
        for columns in ((np.ones(len(baseline)), years_back), (np.ones(len(baseline)),))
    )
    mean, variance = with_trend.predict(np.array([1.0, 0.0]))
    error = np.sqrt(with_trend.dispersion * with_trend.covariance[:, 1, 1])
    degrees = np.maximum(np.count_nonzero(weights, axis=1) - 2, 1)
    is_clear = np.abs(with_trend.coefficients[:, 1]) > error * _student_quantile(degrees)
    is_kept = is_clear & (mean <= counts.max(axis=1)) & with_trend.has_converged
    flat_mean, flat_variance = without.predict(np.array([1.0]))
    mean = np.where(is_kept, mean, flat_mean)
    variance = np.where(is_kept, variance, flat_variance)
    phi = np.where(is_kept, with_trend.dispersion, without.dispersion)
    found.lack(column, Missing.EARLIER_EVENTS, counts.sum(axis=1) == 0)
    found.lack(column, Missing.FIT, ~(with_trend.has_converged | without.has_converged))
    tau = phi + variance * mean
    z = -float(ndtri(alpha))
    observed = np.nan_to_num(found.observed[:, column])
    # Two-thirds powers of such counts are nearly normal.
    distance = 1.5 * ((observed / mean) ** (2 / 3) - 1) * np.sqrt(mean / tau)
    threshold = mean * (1 + 2 / 3 * z * np.sqrt(tau / mean)) ** 1.5
    found.expected[:, column], found.dispersion[:, column] = mean, phi
    found.p[:, column] = ndtr(-distance)
    found.threshold[:, column] = np.floor(threshold)
    found.score[:, column] = (observed - mean) / (threshold - mean)


def _judge_improved(
    found: _Found,
    column: int,
    table: Floats,
    now: int,
    baseline: NDArray[np.int64],
    season: NDArray[np.int64],
    periods_per_year: int,
    alpha: float,
    *,
    widened: bool,
) -> None:
    counts, weights = _baseline_counts(found, column, table, baseline)
    levels = np.arange(1, season.max(initial=0) + 1)
    design = np.column_stack(
        (np.ones(len(baseline)), (baseline - now) / periods_per_year, season[:, None] == levels)
    ).astype(float)
    of_season = (counts * (weights > 0))[:, season == 0].sum(axis=1)
    found.lack(column, Missing.EARLIER_EVENTS, of_season == 0)
    found.lack(column, Missing.HISTORY, np.count_nonzero(weights, axis=1) < 2 * design.shape[1])
    fit, before_weighing = robust_fit(counts, design, weights, 2.58)
    found.lack(column, Missing.FIT, ~fit.has_converged)
    row = np.zeros(design.shape[1])
    row[0] = 1.0
    mean, variance = fit.predict(row)
    dispersion = fit.dispersion
    if widened:
        # Weighing down what is high makes uneven but quiet counts look more even than they are.
        dispersion = np.maximum(dispersion, before_weighing)
    spread = dispersion + (np.minimum(variance * mean, 1e6) if widened else 0.0)
    found.judge_by_counts(column, mean, spread, alpha)
    found.dispersion[:, column] = dispersion


def _baseline_counts(found: _Found, column: int, table: Floats, baseline: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The counts compared with, 0 where missing, and weights that leave those out."""
    counts = table[:, baseline]
    weights = np.where(np.isnan(counts), 0.0, 1.0)
    found.lack(column, Missing.HISTORY, weights.sum(axis=1) < MIN_YEARS)
    return np.nan_to_num(counts), weights


def _student_quantile(degrees: NDArray[np.int64]) -> Floats:
    return np.asarray(stdtrit(degrees, 0.975), float)


def _pooled_dispersion(base: Floats) -> float:
    """One dispersion for all areas; rows with a missing count are left out."""
    known = base[~np.isnan(base).any(axis=1)]
    mean = known.mean(axis=1)
    n = base.shape[1]
    if int(np.count_nonzero(mean)) * (n - 1) < MIN_DEGREES_OF_FREEDOM:
        return 1.0
    # A ratio of sums, since areas with next to no events would pull a mean of ratios down.
    return max(1.0, float(np.sum((known - mean[:, None]) ** 2) / np.sum(mean * (n - 1))))


def _upper_tail(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """P(Y ≥ count)."""
    below = np.maximum(count - 1, 0)
    size, share = _shape(mean, spread)
    tail = np.where(spread > 1, _negative_binomial_tail(below, size, share), pdtrc(below, mean))
    return np.asarray(np.where(count > 0, tail, 1.0), float)


def _quantile(mean: Floats, spread: Floats, alpha: float) -> Floats:
    """The smallest count that is exceeded with probability `alpha` at most."""
    low = np.full(mean.shape, -1.0)
    high: Floats = np.ceil(mean + 20 * np.sqrt(spread * mean) + 20 * spread + 20)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        is_enough = _upper_tail(middle + 1, mean, spread) <= alpha
        high = np.where(is_enough, middle, high)
        low = np.where(is_enough, low, middle)
    return np.asarray(high, float)


def _shape(mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """A negative binomial's size and share for variance `spread` times the mean; anything where that is 1."""
    more = np.where(spread > 1, spread - 1, 1.0)
    return mean / more, 1 / (1 + more)


def _negative_binomial_tail(count: Floats, size: Floats, share: Floats) -> Floats:
    """
    P(Y > count) for a negative binomial of any real size; SciPy's own takes whole sizes.

    >>> round(float(_negative_binomial_tail(np.array(2.0), np.array(1.5), np.array(0.5))), 4)
    0.2156
    """
    return np.asarray(betainc(count + 1, np.maximum(size, 1e-12), 1 - share), float)


def _false_discovery(p: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p-values (1995, JRSS B 57, pp. 289-300)."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted


def _evaluated(n_evaluated: int, table: Floats) -> list[int]:
    n = _integer(n_evaluated, "n_evaluated", at_least=1)
    if n > table.shape[1]:
        raise OutbreakError(Fault.TOO_LARGE, "n_evaluated", n_evaluated)
    return list(range(table.shape[1] - n, table.shape[1]))


def _count_table(counts: ArrayLike) -> Floats:
    try:
        table = np.asarray(counts, dtype=float)
    except (TypeError, ValueError):
        raise OutbreakError(Fault.NOT_A_NUMBER, "counts") from None
    if table.ndim == 1:
        table = table[None, :]
    if table.ndim != 2 or not table.size:
        raise OutbreakError(Fault.WRONG_SHAPE, "counts", table.shape)
    if table.size > MAX_CELLS or np.nanmax(table, initial=0) > NO_THRESHOLD_ABOVE:
        raise OutbreakError(Fault.TOO_LARGE, "counts")
    known = table[~np.isnan(table)]
    if np.any(known < 0):
        raise OutbreakError(Fault.NEGATIVE, "counts")
    if np.any(known != np.floor(known)):
        raise OutbreakError(Fault.NOT_AN_INTEGER, "counts")
    return table


def _number(value: float, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise OutbreakError(Fault.NOT_A_NUMBER, field, value) from None
    if not math.isfinite(number):
        raise OutbreakError(Fault.NOT_A_NUMBER, field, value)
    return number


def _probability(value: float, field: str) -> float:
    number = _number(value, field)
    if not 0 < number < 1:
        raise OutbreakError(Fault.NOT_A_PROBABILITY, field, value)
    return number


def _integer(value: int, field: str, *, at_least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise OutbreakError(Fault.NOT_AN_INTEGER, field, value) from None
    if number < at_least:
        raise OutbreakError(Fault.TOO_SMALL, field, value)
    return number
