"""What could be seen at all: power, and the smallest change that would be judged clear."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from scipy.special import betainc, ndtr, ndtri, pdtr, pdtrc

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.counts import compare_counts
from samsyn.analysis.compare.shares import cases_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestChange:
    """
    The smallest true changes that would be judged clear with a stated power.

    For counts `decrease` and `increase` are ratios of rates, 0.7 for thirty percent fewer; for shares they are the
    share itself after. None where no change of that kind could be seen so often.
    """

    METHOD_VERSION: ClassVar[int] = 1

    method: str
    power: float
    confidence: float
    decrease: float | None
    increase: float | None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "kind": "smallest_change",
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "settings": {"power": self.power, "confidence": self.confidence},
            "decrease": self.decrease,
            "increase": self.increase,
        }


def power_of_counts(
    before: int,
    ratio: float,
    *,
    exposure_before: float = 1.0,
    exposure_after: float = 1.0,
    dispersion: float | None = None,
    confidence: float = 0.95,
) -> float:
    r"""
    Say how often `compare_counts` would call a change clear, in its own direction, if the true rate ratio were `ratio`.

    Parameters
    ----------
    before
        Count of the first period, already known.
    ratio
        True rate after over the rate shown before; from 0, and 1 is no change.
    exposure_before, exposure_after, dispersion, confidence
        As in `compare_counts`. The count after is Poisson, or negative binomial with that dispersion.

    Returns
    -------
    float
        The probability of a clear decrease for a ratio below 1, of a clear increase above 1; of either at 1.

    Raises
    ------
    CompareError
        As in `compare_counts`; the ratio is negative or `before` is 0, for then no rate was shown.

    Notes
    -----
    The thresholds of `compare_counts` are known from the first period alone, so this is an exact tail probability:
    :math:`P(Y \le \text{threshold})` with mean `before` · exposure ratio · `ratio`. The rate before is taken as shown;
    where it was a chance peak, the ratio is to the peak.

    Do not use it after the fact with the ratio that was found: it then says nothing that p did not.

    Examples
    --------
    >>> f"{power_of_counts(185, 0.8):.2f}, {power_of_counts(185, 0.8, dispersion=2):.2f}"
    '0.52, 0.20'
    """
    limits = compare_counts(
        before,
        0,
        exposure_before=exposure_before,
        exposure_after=exposure_after,
        dispersion=dispersion,
        confidence=confidence,
    )
    ratio = checks.number(ratio, "ratio")
    if ratio < 0:
        raise CompareError(Fault.NOT_A_RATIO, "ratio", ratio)
    if limits.before == 0:
        raise CompareError(Fault.TOO_FEW, "before", before)
    phi = limits.dispersion or 1.0
    mean = limits.expected_after * ratio
    fall = 0.0 if limits.decrease_threshold is None else _at_most(limits.decrease_threshold, mean, phi)
    rise = 0.0 if limits.increase_threshold is None else _at_least(limits.increase_threshold, mean, phi)
    if ratio < 1:
        return fall
    return rise if ratio > 1 else fall + rise


def smallest_change_in_counts(
    before: int,
    *,
    exposure_before: float = 1.0,
    exposure_after: float = 1.0,
    dispersion: float | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
) -> SmallestChange:
    """
    Say how large a true change must be for `compare_counts` to call it clear with a stated power.

    Parameters
    ----------
    before, exposure_before, exposure_after, dispersion, confidence
        As in `power_of_counts`.
    power
        How often the change is to be called clear.

    Returns
    -------
    SmallestChange
        The ratios at which `power_of_counts` is `power`, found by halving. `decrease` is None when even no event at all
        would not be clear, or not so often.

    Raises
    ------
    CompareError
        As in `power_of_counts`; the power is no probability.

    Notes
    -----
    Do not promise less than this and call it measurable.

    Examples
    --------
    >>> found = smallest_change_in_counts(185)
    >>> f"{found.decrease:.2f}, {found.increase:.2f}"
    '0.75, 1.29'
    >>> smallest_change_in_counts(5).decrease is None
    True
    """
    power = checks.probability(power, "power")

    def seen(ratio: float) -> float:
        return power_of_counts(
            before,
            ratio,
            exposure_before=exposure_before,
            exposure_after=exposure_after,
            dispersion=dispersion,
            confidence=confidence,
        )

    decrease = increase = None
    if seen(0.0) >= power:
        decrease = _boundary(lambda ratio: seen(ratio) >= power, 0.0, math.nextafter(1.0, 0.0))
    top = 2.0
    while seen(top) < power and top < checks.MAX_EXPOSURE_RATIO:
        top *= 2
    if seen(top) >= power:
        increase = _boundary(lambda ratio: seen(ratio) >= power, top, math.nextafter(1.0, 2.0))
    return SmallestChange(
        method="poisson-conditional-exact", power=power, confidence=confidence, decrease=decrease, increase=increase
    )


def power_of_shares(share_before: float, share_after: float, *, cases: int, confidence: float = 0.95) -> float:
    r"""
    Say how often a change between two shares would be seen, with so many cases in each period.

    Parameters
    ----------
    share_before, share_after
        The two true shares, fractions of one.
    cases
        Cases each period.
    confidence
        Confidence level of the comparison, two-sided.

    Returns
    -------
    float
        The probability that a change is seen in its own direction.

    Raises
    ------
    CompareError
        A share is outside 0 to 1, or `cases` is not a whole number from 1.

    Notes
    -----
    The formula of `cases_needed` turned round (Fleiss, Levin & Paik 2003, ch. 4):

    .. math:: \Phi\left(\frac{|p_2 - p_1| \sqrt{n} - z_{1-\alpha/2}\sqrt{2 \bar p(1 - \bar p)}}
        {\sqrt{p_1(1 - p_1) + p_2(1 - p_2)}}\right)

    Do not use it for fewer than about five expected cases of either kind.

    Examples
    --------
    >>> f"{power_of_shares(0.16, 0.2, cases=1447):.3f}"
    '0.800'
    """
    p1, p2 = checks.share(share_before, "share_before"), checks.share(share_after, "share_after")
    cases = checks.denominator(cases, "cases")
    confidence = checks.probability(confidence, "confidence")
    mean = (p1 + p2) / 2
    under_null = math.sqrt(2 * mean * (1 - mean))
    under_alternative = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    reach = abs(p2 - p1) * math.sqrt(cases) + float(ndtri((1 - confidence) / 2)) * under_null
    if under_alternative == 0:
        return float(reach > 0)
    return float(ndtr(reach / under_alternative))


def smallest_change_in_shares(
    share_before: float, *, cases: int, power: float = 0.8, confidence: float = 0.95
) -> SmallestChange:
    """
    Say how far a share must move to be seen with a stated power, with so many cases in each period.

    Parameters
    ----------
    share_before
        The share now, a fraction of one.
    cases, confidence
        As in `power_of_shares`.
    power
        How often the change is to be seen.

    Returns
    -------
    SmallestChange
        `decrease` and `increase` are the shares after at which `cases_needed` is `cases`; None when not even 0 or 1
        would be seen so often.

    Raises
    ------
    CompareError
        As in `power_of_shares`; the power is no probability.

    Notes
    -----
    Do not use it for self-selected answers: their error is not one of numbers.

    Examples
    --------
    >>> found = smallest_change_in_shares(0.16, cases=1000)
    >>> f"{found.decrease:.3f}, {found.increase:.3f}"
    '0.117, 0.209'
    """
    p = checks.share(share_before, "share_before")
    cases = checks.denominator(cases, "cases")
    power = checks.probability(power, "power")
    confidence = checks.probability(confidence, "confidence")

    def is_seen(after: float) -> bool:
        if abs(after - p) < checks.MIN_SHARE_DIFFERENCE:
            return False
        return cases_needed(p, after, power=power, confidence=confidence) <= cases

    return SmallestChange(
        method="two-proportions",
        power=power,
        confidence=confidence,
        decrease=_boundary(is_seen, 0.0, p) if is_seen(0.0) else None,
        increase=_boundary(is_seen, 1.0, p) if is_seen(1.0) else None,
    )


def _at_most(threshold: int, mean: float, dispersion: float) -> float:
    if mean == 0:
        return 1.0
    if dispersion == 1:
        return float(pdtr(threshold, mean))
    return float(betainc(mean / (dispersion - 1), threshold + 1, 1 / dispersion))


def _at_least(threshold: int, mean: float, dispersion: float) -> float:
    if threshold <= 0:
        return 1.0
    if mean == 0:
        return 0.0
    if dispersion == 1:
        return float(pdtrc(threshold - 1, mean))
    return float(betainc(threshold, mean / (dispersion - 1), 1 - 1 / dispersion))


def _boundary(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where a predicate that holds at one end stops to hold on the way to the other."""
    for _ in range(60):
        middle = (inside + outside) / 2
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside
