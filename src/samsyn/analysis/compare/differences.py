"""Compare an area's change with the change in areas that were chosen beforehand: difference in differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault, Floats
from samsyn.analysis.compare.loglinear import fit_panels
from samsyn.analysis.compare.verdict import (
    Caution,
    Judgement,
    Measure,
    Missing,
    Verdict,
    settle_limits,
    verdict_of,
)

MAX_CELLS = 2_000_000
"""How many numbers of a design are held at a time when the comparison areas play the target."""

FEW_EVENTS = 10
"""With fewer events than this in the area, before or after, only very large changes can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreTrend:
    """
    How the target's trend differed from the comparison areas' before anything was done.

    `ratio` is how many times faster the target grew each period; 1 is the same trend.
    """

    ratio: float
    low: float
    high: float
    p: float

    def as_dict(self) -> dict[str, float]:
        """Ready for JSON."""
        return {"ratio": self.ratio, "low": self.low, "high": self.high, "p": self.p}


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceInDifferences:
    """
    An area's change set against comparison areas; made by `difference_in_differences`.

    `ratio` is the target's change (after over before) divided by the comparison areas'. `placebo_ratios` is the same
    for each comparison area in turn played against the others, in the order of the areas; None for the target and
    for areas left out. `dispersion` is the value used.
    """

    METHOD: ClassVar[str] = "difference-in-differences-loglinear"
    METHOD_VERSION: ClassVar[int] = 1

    target: int
    n_before: int
    counts: tuple[tuple[float | None, ...], ...]
    confidence: float
    given_dispersion: float | None
    dispersion: float | None = None
    degrees_of_freedom: int | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    target_ratio: float | None = None
    comparison_ratio: float | None = None
    pre_trend: PreTrend | None = None
    placebo_ratios: tuple[float | None, ...]
    permutation_p: float | None = None
    left_out: tuple[int, ...]
    verdict: Verdict
    missing: tuple[Missing, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is the ratio of ratios."""
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
            "kind": "difference_in_differences",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "dispersion": self.given_dispersion},
            "data": {
                "counts": [list(row) for row in self.counts],
                "target": self.target,
                "n_before": self.n_before,
            },
            **self.judgement.as_dict(),
            "target_ratio": self.target_ratio,
            "comparison_ratio": self.comparison_ratio,
            "dispersion": self.dispersion,
            "degrees_of_freedom": self.degrees_of_freedom,
            "pre_trend": None if self.pre_trend is None else self.pre_trend.as_dict(),
            "placebo_ratios": list(self.placebo_ratios),
            "permutation_p": self.permutation_p,
            "left_out": list(self.left_out),
        }


def difference_in_differences(
    counts: npt.ArrayLike,
    *,
    target: int,
    n_before: int,
    comparison_fixed_before: bool,
    exposures: npt.ArrayLike | None = None,
    dispersion: float | None = None,
    confidence: float = 0.95,
) -> DifferenceInDifferences:
    r"""
    Compare one area's change with the change in comparison areas, by a log-linear model.

    Parameters
    ----------
    counts
        Events, shape (areas, periods), periods in order of time; whole numbers, nan or None where missing.
    target
        Row of the area where something was done.
    n_before
        How many of the periods came before it was done.
    comparison_fixed_before
        Whether the comparison areas were chosen before anybody had looked at the figures. If not, nothing is judged.
    exposures
        Days or inhabitants, same shape as `counts`, any unit. None is the same everywhere.
    dispersion
        Variance over mean as history shows. The figures' own dispersion is used when it is larger.
    confidence
        Confidence level of the two-sided interval, between 0 and 1.

    Returns
    -------
    DifferenceInDifferences
        CANNOT_BE_JUDGED when the comparison areas were not fixed before (`COMPARISON_FIXED_BEFORE`), when none is
        left with events both before and after (`COMPARISON_AREAS`), when the target lacks a period (`PERIODS`) or has
        no events before or after (`EVENTS`). Comparison areas with a missing period or without events are left out.

    Raises
    ------
    CompareError
        The counts are no table of counts, the exposures do not fit them, or a setting is out of range.

    Notes
    -----
    With an effect for each area and each period, and :math:`\delta` for the target after,

    .. math:: \log \mu_{it} = \log E_{it} + \alpha_i + \beta_t + \delta\,[i = \text{target}, t > n_{before}]

    `ratio` is :math:`e^{\delta}` (Card & Krueger 1994, pp. 772-793, for the idea; McCullagh & Nelder 1989, ch. 6 and
    9, for the model). Its standard error is multiplied by the root of the largest of: 1, the given dispersion,
    Pearson's χ² of the model over its degrees of freedom, and the same for the comparison areas' own changes. The last
    is large when areas that had nothing done to them changed differently from one another. Student's t with the model's
    degrees of freedom replaces the normal.

    Each comparison area in turn then plays the target against the others (permutation over areas; Abadie, Diamond &
    Hainmueller 2010, pp. 493-505). The interval is inverted from both tests at once: its half-width is the standard
    error times the larger of the t quantile and the standardised change that only the fewest of the comparison areas
    (as many as the level allows, at least the first of them) exceed. So a verdict is never clear when a comparison area
    changed as much.

    Do not use it when the comparison areas were picked afterwards, when what was done also moved events into or out of
    them, when `pre_trend` differs, or when the target was chosen because its figure was high
    (`compare_chosen_area`). It does not say what caused the difference.

    Examples
    --------
    >>> counts = [[52, 48, 50, 30, 28], [40, 43, 41, 40, 42], [61, 58, 60, 63, 57], [35, 36, 33, 37, 34]]
    >>> result = difference_in_differences(counts, target=0, n_before=3, comparison_fixed_before=True)
    >>> f"{result.ratio:.2f} ({result.low:.2f} to {result.high:.2f})", result.judgement.text("en")
    ('0.58 (0.39 to 0.84)', 'clear decrease')
    >>> difference_in_differences(counts, target=0, n_before=3, comparison_fixed_before=False).judgement.text("sv")
    'går inte att bedöma (saknar jämförelseområden som valdes innan någon såg siffrorna)'
    """
    table = checks.counts(counts, "counts", ndim=2)
    exposed = checks.exposures(exposures, "exposures", like=table)
    n_areas, n_periods = table.shape
    target = checks.index(target, "target", below=n_areas)
    if n_periods < 2:
        raise CompareError(Fault.TOO_FEW, "counts", n_periods)
    n_before = checks.index(n_before, "n_before", below=n_periods)
    if n_before == 0:
        raise CompareError(Fault.NOT_A_POSITION, "n_before", n_before)
    confidence = checks.probability(confidence, "confidence")
    if dispersion is not None:
        dispersion = checks.dispersion(dispersion, "dispersion")

    whole = ~np.isnan(table.sum(axis=1))
    before = np.where(whole, table[:, :n_before].sum(axis=1), 0)
    after = np.where(whole, table[:, n_before:].sum(axis=1), 0)
    others = np.arange(n_areas) != target
    usable = whole & others & (before + after > 0)
    missing: list[Missing] = []
    if not comparison_fixed_before:
        missing.append(Missing.COMPARISON_FIXED_BEFORE)
    if not whole[target]:
        missing.append(Missing.PERIODS)
    elif before[target] == 0 or after[target] == 0:
        missing.append(Missing.EVENTS)
    if before[usable].sum() == 0 or after[usable].sum() == 0:
        missing.append(Missing.COMPARISON_AREAS)
    left_out = tuple(int(each) for each in np.flatnonzero(others & ~usable))
    base: dict[str, Any] = {
        "target": target,
        "n_before": n_before,
        "counts": tuple(tuple(None if math.isnan(cell) else float(cell) for cell in row) for row in table),
        "confidence": confidence,
        "given_dispersion": dispersion,
        "left_out": left_out,
    }
    if missing:
        return DifferenceInDifferences(
            **base, placebo_ratios=(None,) * n_areas, verdict=Verdict.CANNOT_BE_JUDGED, missing=tuple(missing)
        )

    rows = np.concatenate(([target], np.flatnonzero(usable)))
    y, log_exposure = table[rows], np.log(exposed[rows])
    # Periods in which nothing happened anywhere carry no information about change.
    alive = y.sum(axis=0) > 0
    is_after = np.arange(n_periods)[alive] >= n_before
    y, log_exposure = y[:, alive], log_exposure[:, alive]
    log_ratio, unit_error, pearson, df = _fit_target(y, log_exposure, is_after)
    phi = max(1.0, dispersion or 1.0)
    if df:
        phi = max(phi, pearson / df)
    n_comparisons = len(rows) - 1
    if n_comparisons > 1:
        pooled = np.stack([y[1:, ~is_after].sum(axis=1), y[1:, is_after].sum(axis=1)], axis=1)
        weights = np.stack(
            [np.exp(log_exposure[1:, ~is_after]).sum(axis=1), np.exp(log_exposure[1:, is_after]).sum(axis=1)], axis=1
        )
        alike = fit_panels(pooled[None], _period_effects(n_comparisons, 2)[None], np.log(weights)[None])
        phi = max(phi, float(alike.pearson[0]) / (n_comparisons - 1))
    error = unit_error * math.sqrt(phi)
    z = log_ratio / error
    placebo_logs, placebo_z = _placebos(y, log_exposure, is_after, phi)
    tail = (1 - confidence) / 2
    # Few degrees of freedom make the tails of t heavier; without any, the dispersion is only what was given.
    quantile = -float(stdtrit(df, tail)) if df else -float(ndtri(tail))
    p = 2 * float(stdtr(df, -abs(z))) if df else 2 * float(ndtr(-abs(z)))
    permutation_p = None
    if placebo_z:
        sizes = np.sort(np.abs(placebo_z))[::-1]
        permutation_p = (1 + int((sizes >= abs(z)).sum())) / (len(sizes) + 1)
        # As many comparison areas may have changed more as the level allows; with few areas that is none.
        n_allowed = max(0, math.ceil((1 - confidence) * (len(sizes) + 1)) - 2)
        bar = float(sizes[min(n_allowed, len(sizes) - 1)])
        if abs(z) <= bar:
            p = max(p, permutation_p, math.nextafter(1 - confidence, 1.0))
        quantile = max(quantile, bar)
    p = max(checks.SMALLEST_P, min(1.0, p))
    verdict = verdict_of(p, log_ratio, 0.0, confidence)
    low, high = settle_limits(
        math.exp(log_ratio - quantile * error), math.exp(log_ratio + quantile * error), 1.0, verdict
    )

    pre_trend = _pre_trend(table[rows][:, :n_before], np.log(exposed[rows])[:, :n_before], dispersion, confidence)
    cautions = []
    if df == 0 and dispersion is None:
        cautions.append(Caution.NO_HISTORY)
    if pre_trend is None:
        cautions.append(Caution.PRE_TREND_UNKNOWN)
    elif pre_trend.p < 1 - confidence:
        cautions.append(Caution.PRE_TREND_DIFFERS)
    if placebo_z and np.abs(placebo_z).max() >= abs(z):
        cautions.append(Caution.COMPARISONS_CHANGED_AS_MUCH)
    if left_out:
        cautions.append(Caution.AREAS_LEFT_OUT)
    if min(before[target], after[target]) < FEW_EVENTS:
        cautions.append(Caution.FEW_EVENTS)
    placebo_ratios: list[float | None] = [None] * n_areas
    for row, value in zip(rows[1:], placebo_logs or [None] * n_comparisons, strict=True):
        placebo_ratios[int(row)] = None if value is None else math.exp(value)
    exposure_before, exposure_after = exposed[:, :n_before].sum(axis=1), exposed[:, n_before:].sum(axis=1)
    target_ratio = float(after[target] / before[target] * exposure_before[target] / exposure_after[target])
    return DifferenceInDifferences(
        **base,
        dispersion=phi,
        degrees_of_freedom=df,
        ratio=math.exp(log_ratio),
        low=low,
        high=high,
        p=p,
        target_ratio=target_ratio,
        comparison_ratio=target_ratio / math.exp(log_ratio),
        pre_trend=pre_trend,
        placebo_ratios=tuple(placebo_ratios),
        permutation_p=permutation_p,
        verdict=verdict,
        cautions=tuple(cautions),
    )


def _period_effects(n_areas: int, n_periods: int) -> Floats:
    """Indicators for every period but the first, alike in all areas: (areas, periods, periods - 1)."""
    return np.broadcast_to(np.eye(n_periods)[:, 1:], (n_areas, n_periods, n_periods - 1)).copy()


def _fit_target(y: Floats, log_exposure: Floats, is_after: npt.NDArray[np.bool_]) -> tuple[float, float, float, int]:
    """Log ratio of the first row, its standard error at dispersion 1, Pearson's χ², degrees of freedom."""
    n_areas, n_periods = y.shape
    logs, errors, pearson = _fit_targets(y[None], log_exposure[None], is_after)
    return float(logs[0]), float(errors[0]), float(pearson[0]), (n_areas - 1) * (n_periods - 1) - 1


def _fit_targets(
    y: Floats, log_exposure: Floats, is_after: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """For many panels (b, areas, periods): what the first row did more than the others, its error, Pearson's χ²."""
    n_panels, n_areas, n_periods = y.shape
    design = np.zeros((n_panels, n_areas, n_periods, n_periods))
    design[:, 0, is_after, 0] = 1
    design[..., 1:] = _period_effects(n_areas, n_periods)
    fits = fit_panels(y, design, log_exposure)
    return fits.coefficients[:, 0], np.sqrt(fits.inverse_information[:, 0, 0]), fits.pearson


def _placebos(
    y: Floats, log_exposure: Floats, is_after: npt.NDArray[np.bool_], phi: float
) -> tuple[list[float | None], list[float]]:
    """Each comparison area played against the others: its log ratio, and the same over its standard error."""
    n = len(y) - 1
    if n < 2:
        return [], []
    logs: list[float | None] = [None] * n
    standardised: list[float] = []
    possible = []
    for k in range(n):
        order = np.concatenate(([k + 1], [i for i in range(1, n + 1) if i != k + 1]))
        part = y[order]
        halves = [(part[0, half].sum(), part[1:, half].sum()) for half in (~is_after, is_after)]
        if all(own > 0 and others > 0 for own, others in halves):
            possible.append((k, order, part.sum(axis=0) > 0))
    # Many at a time, as memory allows; one whose periods are not all alive without it is fitted alone.
    whole = [(k, order) for k, order, seen in possible if seen.all()]
    size = max(1, MAX_CELLS // (n * y.shape[1] ** 2))
    for start in range(0, len(whole), size):
        some = whole[start : start + size]
        orders = np.array([order for _, order in some])
        values, errors, _ = _fit_targets(y[orders], log_exposure[orders], is_after)
        for (k, _), value, error in zip(some, values, errors, strict=True):
            logs[k] = float(value)
            standardised.append(float(value) / (float(error) * math.sqrt(phi)))
    for k, order, seen in possible:
        if not seen.all():
            value, error, _, _ = _fit_target(y[order][:, seen], log_exposure[order][:, seen], is_after[seen])
            logs[k] = value
            standardised.append(value / (error * math.sqrt(phi)))
    return logs, standardised


def _pre_trend(y: Floats, log_exposure: Floats, dispersion: float | None, confidence: float) -> PreTrend | None:
    """The target's growth each period over the comparison areas', before; None with fewer than three periods."""
    seen = np.flatnonzero(y.sum(axis=0) > 0)
    rows = y[:, seen].sum(axis=1) > 0
    if len(seen) < 3 or not rows[0] or rows.sum() < 2:
        return None
    y, log_exposure = y[np.ix_(rows, seen)], log_exposure[np.ix_(rows, seen)]
    n_areas, n_periods = y.shape
    slope = np.zeros((n_areas, n_periods, 1))
    slope[0, :, 0] = seen - seen.mean()
    design = np.concatenate((slope, _period_effects(n_areas, n_periods)), axis=2)
    fit = fit_panels(y[None], design[None], log_exposure[None])
    df = (n_areas - 1) * (n_periods - 1) - 1
    # The model's own misfit after the change must not hide a difference that was there before it.
    phi = max(1.0, dispersion or 1.0, float(fit.pearson[0]) / df if df else 1.0)
    error = math.sqrt(float(fit.inverse_information[0, 0, 0]) * phi)
    value = float(fit.coefficients[0, 0])
    if not fit.converged[0] or error == 0:
        return None
    p = 2 * float(stdtr(df, -abs(value / error))) if df else 2 * float(ndtr(-abs(value / error)))
    quantile = -float(stdtrit(df, (1 - confidence) / 2)) if df else -float(ndtri((1 - confidence) / 2))
    return PreTrend(
        ratio=math.exp(value),
        low=math.exp(value - quantile * error),
        high=math.exp(value + quantile * error),
        p=max(checks.SMALLEST_P, p),
    )
