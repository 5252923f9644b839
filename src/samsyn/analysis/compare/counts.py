"""Compare two counts of events, by the exact conditional test for two Poisson rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

# scipy.stats would make the import three times as slow and twice as large, for the same functions.
from scipy.special import betainc, betainccinv, betaincinv

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.verdict import Caution, Judgement, Measure, Missing, Verdict, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class CountComparison:
    """
    Two counts compared; made by `compare_counts`.

    `low` and `high` are limits for `ratio`; None is an open limit, "cannot be given". The percent fields
    are the same three numbers as change in percent. `expected_after` is the count the second period would
    have had at the first period's rate. The thresholds are None when no count at all would have been clear.
    """

    METHOD_VERSION: ClassVar[int] = 1

    before: int
    after: int
    exposure_before: float
    exposure_after: float
    confidence: float
    dispersion: float | None
    ratio: float | None
    low: float | None
    high: float | None
    p: float
    difference: int
    expected_after: float
    verdict: Verdict
    missing: tuple[Missing, ...]
    decrease_threshold: int | None
    increase_threshold: int | None

    @property
    def method(self) -> str:
        """The method's id: exact, or with effective counts when a dispersion above 1 was given."""
        # Dividing by a dispersion of 1 changes nothing, so 1 and unknown are the exact method.
        is_exact = self.dispersion is None or self.dispersion == 1
        return "poisson-conditional-exact" if is_exact else "poisson-conditional-effective-counts"

    @property
    def percent_change(self) -> float | None:
        """The ratio as change in percent; None when the ratio is undefined."""
        return _as_percent_change(self.ratio)

    @property
    def percent_low(self) -> float | None:
        """The lower limit as change in percent; None when it cannot be given."""
        return _as_percent_change(self.low)

    @property
    def percent_high(self) -> float | None:
        """The upper limit as change in percent; None when it cannot be given."""
        return _as_percent_change(self.high)

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is the ratio."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.RATIO,
            method=self.method,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            estimate=self.ratio,
            low=self.low,
            high=self.high,
            p=self.p,
            missing=self.missing,
            cautions=(Caution.NO_HISTORY,) if self.dispersion is None else (),
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "counts",
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "dispersion": self.dispersion},
            "data": {
                "before": self.before,
                "after": self.after,
                "exposure_before": self.exposure_before,
                "exposure_after": self.exposure_after,
            },
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "ratio": self.ratio,
            "low": self.low,
            "high": self.high,
            "p": self.p,
            "difference": self.difference,
            "expected_after": self.expected_after,
            "percent_change": self.percent_change,
            "percent_low": self.percent_low,
            "percent_high": self.percent_high,
            "decrease_threshold": self.decrease_threshold,
            "increase_threshold": self.increase_threshold,
            "words": self.judgement.as_dict()["words"],
        }


def compare_counts(
    before: int,
    after: int,
    *,
    exposure_before: float = 1.0,
    exposure_after: float = 1.0,
    confidence: float = 0.95,
    dispersion: float | None = None,
) -> CountComparison:
    r"""
    Compare two counts of events by the exact conditional test for two Poisson rates.

    Parameters
    ----------
    before, after
        Number of events in the first and the second period; whole numbers from 0.
    exposure_before, exposure_after
        What the events could happen in, in the same unit for both: days (365 and 366), inhabitants, tests
        made.
    confidence
        Confidence level of the two-sided interval, between 0 and 1.
    dispersion
        Variance divided by mean of such counts, from 1, as their history shows (Pearson's χ² over its
        degrees of freedom). None when no history has been looked at: the interval is then the narrowest
        possible.

    Returns
    -------
    CountComparison
        `ratio` is (after / exposure_after) / (before / exposure_before). When `before` is 0 the ratio and the
        upper limit are None. When both counts are 0 the verdict is CANNOT_BE_JUDGED.

    Raises
    ------
    CompareError
        A count is negative, not a whole number or above 10⁹; an exposure is not positive and finite, or the
        two differ by more than a factor 10 000; the confidence is not strictly between 0 and 1; the
        dispersion is not between 1 and 1 000.

    Notes
    -----
    Given the total :math:`n = a + b`, the later count is binomial with
    :math:`\pi / (1 - \pi) = RR \cdot T_b / T_a` (Przyborowski & Wilenski 1940, pp. 313-323). The limits for
    :math:`\pi` are those of Clopper & Pearson (1934, pp. 404-413), beta quantiles, carried back to the ratio:

    .. math:: \pi_L = B^{-1}(\alpha/2;\ b, a + 1), \quad \pi_U = B^{-1}(1 - \alpha/2;\ b + 1, a)

    The p-value is twice the smaller tail, at most 1. This central p-value and the interval come from the same
    two tails and cannot contradict each other; the minimum-likelihood p of R's ``poisson.test`` can
    (Fay 2010, pp. 53-58). The test is conservative: a false verdict is rarer than 1 - `confidence`.

    With a dispersion :math:`\phi` above 1, :math:`a / \phi` and :math:`b / \phi` stand in for the counts in
    the beta quantiles, as effective sample sizes do for surveys (Korn & Graubard 1998, pp. 193-201). It is
    then no longer exact, but false verdicts stay below the nominal rate for negative binomial counts of
    that dispersion.

    Do not leave `dispersion` out when events come in clusters (one night, forty cars) or earlier years
    varied more than chance. Do not use it to judge a place that was chosen because its figure was high, nor
    for sums of money, scores or averages.

    Examples
    --------
    >>> result = compare_counts(185, 162, exposure_before=365, exposure_after=366)
    >>> f"{result.ratio:.3f} ({result.low:.3f} to {result.high:.3f}), p = {result.p:.2f}"
    '0.873 (0.703 to 1.084), p = 0.23'
    >>> result.verdict.value, result.decrease_threshold
    ('NO_RELIABLE_CHANGE', 148)
    """
    before = checks.count(before, "before")
    after = checks.count(after, "after")
    exposure_before = checks.exposure(exposure_before, "exposure_before")
    exposure_after = checks.exposure(exposure_after, "exposure_after")
    # Divided once and kept within bounds, so that no later step can overflow.
    exposure_ratio = exposure_after / exposure_before
    if not 1 / checks.MAX_EXPOSURE_RATIO <= exposure_ratio <= checks.MAX_EXPOSURE_RATIO:
        raise CompareError(Fault.EXPOSURES_TOO_DIFFERENT, "exposure_after", exposure_after)
    confidence = checks.probability(confidence, "confidence")
    null = CountNull(
        exposure_ratio=exposure_ratio,
        dispersion=1.0 if dispersion is None else checks.dispersion(dispersion, "dispersion"),
        half_alpha=(1 - confidence) / 2,
    )

    lower_tail, upper_tail = null.tails(before, after)
    low, high = null.ratio_limits(before, after)
    if lower_tail < null.half_alpha:
        verdict = Verdict.CLEAR_DECREASE
    elif upper_tail < null.half_alpha:
        verdict = Verdict.CLEAR_INCREASE
    else:
        verdict = Verdict.NO_RELIABLE_CHANGE
    if high is not None:
        high = settle(high, 1.0, below=verdict is Verdict.CLEAR_DECREASE)
    if low is not None:
        low = -settle(-low, -1.0, below=verdict is Verdict.CLEAR_INCREASE)

    missing: tuple[Missing, ...] = ()
    if before == after == 0:
        verdict, missing = Verdict.CANNOT_BE_JUDGED, (Missing.EVENTS,)

    return CountComparison(
        before=before,
        after=after,
        exposure_before=exposure_before,
        exposure_after=exposure_after,
        confidence=confidence,
        dispersion=None if dispersion is None else null.dispersion,
        ratio=after / before / exposure_ratio if before else None,
        low=low,
        high=high,
        p=max(checks.SMALLEST_P, min(1.0, 2 * min(lower_tail, upper_tail))),
        difference=after - before,
        expected_after=before * exposure_ratio,
        verdict=verdict,
        missing=missing,
        decrease_threshold=null.decrease_threshold(before),
        increase_threshold=null.increase_threshold(before),
    )


@dataclass(frozen=True, slots=True)
class CountNull:
    """The hypothesis of an unchanged rate, and when it is given up."""

    exposure_ratio: float
    dispersion: float
    half_alpha: float

    def tails(self, before: int, after: int) -> tuple[float, float]:
        """P(X ≤ after) and P(X ≥ after), given the total."""
        a, b = before / self.dispersion, after / self.dispersion
        # Each beta tail gets the small probability itself: 1 - π would lose the digits that decide.
        lower = float(betainc(a, b + 1, 1 / (1 + self.exposure_ratio))) if before else 1.0
        upper = float(betainc(b, a + 1, self.exposure_ratio / (1 + self.exposure_ratio))) if after else 1.0
        return lower, upper

    def ratio_limits(self, before: int, after: int) -> tuple[float | None, float | None]:
        """Clopper-Pearson limits for the later share of the total, as ratios of rates; None is open."""
        if before == after == 0:
            return None, None
        a, b = before / self.dispersion, after / self.dispersion
        low, high = 0.0, None
        if after:
            odds = betaincinv(b, a + 1, self.half_alpha) / betainccinv(a + 1, b, self.half_alpha)
            low = float(odds) / self.exposure_ratio
        if before:
            odds = betainccinv(b + 1, a, self.half_alpha) / betaincinv(a, b + 1, self.half_alpha)
            high = float(odds) / self.exposure_ratio
        return low, high

    def decrease_threshold(self, before: int) -> int | None:
        """The largest later count with a lower tail below half alpha; the tail rises with the count."""

        def is_clear(after: int) -> bool:
            return self.tails(before, after)[0] < self.half_alpha

        if not is_clear(0):
            return None
        return min(_last_true(is_clear, math.ceil(before * self.exposure_ratio) + 1), checks.MAX_COUNT)

    def increase_threshold(self, before: int) -> int | None:
        """The smallest later count with an upper tail below half alpha; the tail falls with the count."""

        def is_unclear(after: int) -> bool:
            return self.tails(before, after)[1] >= self.half_alpha

        upper = math.ceil(before * self.exposure_ratio) + 1
        while is_unclear(upper):
            upper *= 2
            if upper > checks.MAX_COUNT:
                upper = checks.MAX_COUNT + 1
                break
        threshold = _last_true(is_unclear, upper) + 1
        return threshold if threshold <= checks.MAX_COUNT else None


def _last_true(predicate: Callable[[int], bool], upper: int) -> int:
    """The last number below `upper` for which a predicate holds, when it is true up to some point."""
    lower = 0
    while upper - lower > 1:
        middle = (lower + upper) // 2
        if predicate(middle):
            lower = middle
        else:
            upper = middle
    return lower


def _as_percent_change(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * (ratio - 1)
