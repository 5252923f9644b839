"""A trend in shares over several periods: the Cochran-Armitage test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.verdict import (
    Caution,
    Judgement,
    Measure,
    Missing,
    Verdict,
    settle_limits,
    verdict_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTrend:
    """
    A trend in shares; made by `trend_in_shares`.

    `slope` is the change of the share for each step of the score (a year), a fraction of one. `departure_p` is small
    when the shares do not follow a straight line.
    """

    METHOD: ClassVar[str] = "cochran-armitage"
    METHOD_VERSION: ClassVar[int] = 1

    numerators: tuple[float | None, ...]
    denominators: tuple[float | None, ...]
    scores: tuple[float, ...]
    confidence: float
    dispersion: float | None
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    p: float | None = None
    departure_chi2: float | None = None
    departure_df: int | None = None
    departure_p: float | None = None
    dispersion_seen: float | None = None
    verdict: Verdict
    missing: tuple[Missing, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is the slope."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.DIFFERENCE,
            method=self.METHOD,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            estimate=self.slope,
            low=self.low,
            high=self.high,
            p=self.p,
            missing=self.missing,
            cautions=self.cautions,
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "share_trend",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "dispersion": self.dispersion},
            "data": {
                "numerators": list(self.numerators),
                "denominators": list(self.denominators),
                "scores": list(self.scores),
            },
            **self.judgement.as_dict(),
            "z": self.z,
            "departure_chi2": self.departure_chi2,
            "departure_df": self.departure_df,
            "departure_p": self.departure_p,
            "dispersion_seen": self.dispersion_seen,
        }


def trend_in_shares(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike,
    *,
    scores: npt.ArrayLike | None = None,
    dispersion: float | None = None,
    confidence: float = 0.95,
) -> ShareTrend:
    r"""
    Judge whether a share rises or falls over three periods or more.

    Parameters
    ----------
    numerators, denominators
        Cases of the kind asked for, and all cases, each period, shape (periods,); nan or None where missing.
    scores
        When the periods were, in any unit, in the same order: 2019, 2020, 2022. None is 0, 1, 2, …
    dispersion
        How many times more such shares vary between periods than chance alone. None when it is not known.
    confidence
        Confidence level of the two-sided interval.

    Returns
    -------
    ShareTrend
        CANNOT_BE_JUDGED with fewer than three whole periods (`PERIODS`), or when all cases or none were of the kind
        (`EVENTS`).

    Raises
    ------
    CompareError
        A numerator exceeds its denominator, a denominator is 0, the arrays do not fit, or all scores are equal.

    Notes
    -----
    With :math:`\bar p` the share of all and :math:`\bar x` the mean score weighted by :math:`n_i` (Armitage 1955,
    pp. 375-386; Cochran 1954, pp. 417-451; Agresti 2002, pp. 181-182),

    .. math::
        b = \frac{\sum n_i (x_i - \bar x) p_i}{\sum n_i (x_i - \bar x)^2}, \qquad
        z = b \Big/ \sqrt{\frac{\phi\,\bar p (1 - \bar p)}{\sum n_i (x_i - \bar x)^2}}

    The interval is b and z's own standard error, so that it and p agree. What Pearson's χ² of the whole table has above
    :math:`z^2` is the departure from a line, with periods - 2 degrees of freedom; over them it is `dispersion_seen`.

    Do not use it when the question or the way to count changed in between, for weighted surveys, for the same persons
    asked again, or with fewer than about five expected cases each period.

    Examples
    --------
    >>> result = trend_in_shares([160, 168, 181, 190], [1000, 1000, 1000, 1000], scores=[2019, 2020, 2021, 2022])
    >>> f"{100 * result.slope:.2f} ({100 * result.low:.2f} to {100 * result.high:.2f}), p = {result.p:.3f}"
    '1.03 (-0.02 to 2.08), p = 0.055'
    >>> result.judgement.text("sv")
    'ingen säker förändring'
    """
    y = checks.counts(numerators, "numerators", ndim=1)
    n = checks.counts(denominators, "denominators", ndim=1)
    if y.shape != n.shape:
        raise CompareError(Fault.SHAPES_DIFFER, "denominators", n.shape)
    x = np.arange(len(y), dtype=np.float64) if scores is None else checks.numbers(scores, "scores", ndim=1)
    if x.shape != y.shape:
        raise CompareError(Fault.SHAPES_DIFFER, "scores", x.shape)
    if not np.isfinite(x).all():
        raise CompareError(Fault.NOT_A_NUMBER, "scores")
    confidence = checks.probability(confidence, "confidence")
    phi = 1.0 if dispersion is None else checks.dispersion(dispersion, "dispersion")
    known = ~(np.isnan(y) | np.isnan(n))
    if (n[known] == 0).any():
        raise CompareError(Fault.DENOMINATOR_NOT_POSITIVE, "denominators", 0)
    if (y[known] > n[known]).any():
        raise CompareError(Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerators")
    base: dict[str, Any] = {
        "numerators": tuple(None if math.isnan(each) else float(each) for each in y),
        "denominators": tuple(None if math.isnan(each) else float(each) for each in n),
        "scores": tuple(float(each) for each in x),
        "confidence": confidence,
        "dispersion": None if dispersion is None else phi,
    }
    missing: list[Missing] = []
    if known.sum() < 3:
        missing.append(Missing.PERIODS)
    elif y[known].sum() in (0, n[known].sum()):
        missing.append(Missing.EVENTS)
    if missing:
        return ShareTrend(**base, verdict=Verdict.CANNOT_BE_JUDGED, missing=tuple(missing))
    y, n, x = y[known], n[known], x[known]
    if np.ptp(x) == 0:
        raise CompareError(Fault.SCORES_ALL_EQUAL, "scores")
    mean = float(y.sum() / n.sum())
    centred = x - (n * x).sum() / n.sum()
    spread = float((n * centred**2).sum())
    slope = float((centred * y).sum()) / spread
    error = math.sqrt(phi * mean * (1 - mean) / spread)
    z = slope / error
    p = max(checks.SMALLEST_P, min(1.0, 2 * float(ndtr(-abs(z)))))
    verdict = verdict_of(p, slope, 0.0, confidence)
    quantile = -float(ndtri((1 - confidence) / 2))
    low, high = settle_limits(slope - quantile * error, slope + quantile * error, 0.0, verdict)
    whole = float(((y - n * mean) ** 2 / (n * mean * (1 - mean))).sum())
    departure, df = max(0.0, whole - z * z * phi), len(y) - 2
    departure_p = float(chdtrc(df, departure / phi))
    cautions = []
    if dispersion is None:
        cautions.append(Caution.NO_HISTORY)
    if departure_p < 0.05:
        cautions.append(Caution.NOT_LINEAR)
    return ShareTrend(
        **base,
        slope=slope,
        low=low,
        high=high,
        z=z,
        p=p,
        departure_chi2=departure,
        departure_df=df,
        departure_p=departure_p,
        dispersion_seen=departure / df,
        verdict=verdict,
        cautions=tuple(cautions),
    )
