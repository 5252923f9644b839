"""How much such counts vary when nothing has changed: over-dispersion from their history."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, ndtri, stdtrit

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.loglinear import fit_series

MIN_PERIODS = 4
"""Three periods and a mean leave two numbers to estimate a variance from: no more than a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispersionEstimate:
    """
    Variance over mean as history shows; made by `estimate_dispersion`.

    `value` is at least 1. `low` and `high` are its interval, also at least 1. `for_comparing` is what `compare_counts`
    should be given: `value` enlarged for resting on few periods.
    """

    METHOD: ClassVar[str] = "pearson-chi-square-over-df"
    METHOD_VERSION: ClassVar[int] = 1

    n_periods: int
    with_trend: bool
    confidence: float
    pearson: float
    degrees_of_freedom: int
    raw: float
    value: float
    low: float
    high: float
    for_comparing: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "dispersion",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "with_trend": self.with_trend},
            "n_periods": self.n_periods,
            "pearson": self.pearson,
            "degrees_of_freedom": self.degrees_of_freedom,
            "raw": self.raw,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "for_comparing": self.for_comparing,
        }


def estimate_dispersion(
    counts: npt.ArrayLike,
    *,
    exposures: npt.ArrayLike | None = None,
    with_trend: bool = False,
    confidence: float = 0.95,
) -> DispersionEstimate:
    r"""
    Estimate how much more counts vary than chance alone, from periods in which nothing is known to have changed.

    Parameters
    ----------
    counts
        Events each period, shape (periods,), in order of time; nan or None where missing.
    exposures
        Days or inhabitants in the same order. None is the same in all.
    with_trend
        Whether a steady rise or fall in percent is first taken away. Without it a trend counts as variation, which
        makes the answer larger and verdicts rarer.
    confidence
        For the interval, and for what `for_comparing` is to keep.

    Returns
    -------
    DispersionEstimate

    Raises
    ------
    CompareError
        Fewer than four periods with a count, or five with a trend (`TOO_FEW`); no events at all.

    Notes
    -----
    :math:`\phi = X^2 / (n - k)`, Pearson's :math:`X^2 = \sum (y_t - \mu_t)^2 / \mu_t` with k fitted numbers (McCullagh
    & Nelder 1989, p. 200). Its interval takes :math:`X^2 / \phi` as χ² with n - k degrees of freedom, rough for
    means below five. `for_comparing` is :math:`\phi\,(t_{n-k} / z)^2`: with it a normal interval becomes as wide as
    Student's t makes it.

    Do not use it over a change that is known (a new law, another way to count), nor on the two figures that are to be
    compared.

    Examples
    --------
    >>> result = estimate_dispersion([185, 162, 210, 174, 150, 199, 181, 168])
    >>> f"{result.value:.2f} ({result.low:.2f} to {result.high:.2f}), for comparing {result.for_comparing:.2f}"
    '2.14 (1.00 to 8.86), for comparing 3.11'
    """
    y = checks.counts(counts, "counts", ndim=1)
    n = checks.exposures(exposures, "exposures", like=y)
    confidence = checks.probability(confidence, "confidence")
    known = ~np.isnan(y)
    n_periods = int(known.sum())
    if n_periods < MIN_PERIODS + with_trend or y[known].sum() == 0:
        raise CompareError(Fault.TOO_FEW, "counts", n_periods)
    time = np.flatnonzero(known) - np.flatnonzero(known).mean()
    columns = [np.ones(n_periods)] + ([time / max(1.0, np.abs(time).max())] if with_trend else [])
    fit = fit_series(y[known], np.stack(columns, axis=1), np.log(n[known]))
    df = n_periods - len(columns)
    raw = fit.pearson / df
    value = min(checks.MAX_DISPERSION, max(1.0, raw))
    tail = (1 - confidence) / 2
    stretch = (float(stdtrit(df, tail)) / float(ndtri(tail))) ** 2
    return DispersionEstimate(
        n_periods=n_periods,
        with_trend=with_trend,
        confidence=confidence,
        pearson=fit.pearson,
        degrees_of_freedom=df,
        raw=raw,
        value=value,
        low=max(1.0, fit.pearson / float(chdtri(df, tail))),
        high=max(1.0, fit.pearson / float(chdtri(df, 1 - tail))),
        for_comparing=min(checks.MAX_DISPERSION, value * stretch),
    )


def pooled_dispersion(tables: npt.ArrayLike) -> float:
    r"""
    Return one dispersion for several series of the same kind: their Pearson's χ² added, over their degrees of freedom.

    `tables` has shape (series, periods); each series has its own mean. Series without events are left out. At least 1.
    Do not pool series that vary differently (burglary and shoplifting).

    >>> round(pooled_dispersion([[10, 14, 6, 12], [40, 55, 38, 61]]), 2)
    1.86
    """
    y = checks.counts(tables, "tables", ndim=2)
    if np.isnan(y).any():
        raise CompareError(Fault.NOT_A_NUMBER, "tables")
    y = y[y.sum(axis=1) > 0]
    df = len(y) * (y.shape[1] - 1)
    if df < MIN_PERIODS - 1:
        raise CompareError(Fault.TOO_FEW, "tables", df)
    means = y.mean(axis=1, keepdims=True)
    value = float(((y - means) ** 2 / means).sum()) / df
    return min(checks.MAX_DISPERSION, max(1.0, value)) if math.isfinite(value) else 1.0
