"""
Compare two shares, plan for a change between them, and say what is missing when they cannot be compared.

`NotJudged` is here since shares without denominators are what most often cannot be judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from scipy.special import ndtr, ndtri

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.verdict import Judgement, Measure, Missing, Verdict, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareComparison:
    """
    Two shares compared; made by `compare_shares`.

    Shares, `difference` and its limits are fractions of one: 0.002 is 0.2 percentage points.
    """

    METHOD: ClassVar[str] = "newcombe-hybrid-score"
    METHOD_VERSION: ClassVar[int] = 1

    numerator_before: int
    denominator_before: int
    numerator_after: int
    denominator_after: int
    confidence: float
    rounded_to: float | None
    share_before: float
    share_after: float
    difference: float
    low: float
    high: float
    p: float
    verdict: Verdict

    @property
    def numerator_difference(self) -> int:
        """How many more cases of the kind asked for there were after than before."""
        return self.numerator_after - self.numerator_before

    @property
    def share_and_number_disagree(self) -> bool:
        """Whether the share rose while the number fell, or the reverse: a page must then show both."""
        return self.difference * self.numerator_difference < 0

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is the difference."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.DIFFERENCE,
            method=self.METHOD,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            estimate=self.difference,
            low=self.low,
            high=self.high,
            p=self.p,
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "shares",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "rounded_to": self.rounded_to},
            "data": {
                "numerator_before": self.numerator_before,
                "denominator_before": self.denominator_before,
                "numerator_after": self.numerator_after,
                "denominator_after": self.denominator_after,
            },
            "verdict": self.verdict.value,
            "missing": [],
            "share_before": self.share_before,
            "share_after": self.share_after,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "p": self.p,
            "numerator_difference": self.numerator_difference,
            "share_and_number_disagree": self.share_and_number_disagree,
            "words": self.judgement.as_dict()["words"],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """
    A comparison that lacks something; made by `not_judged` and `judge_shares_without_denominator`.

    The share fields are None unless two shares were stated. `difference_low` and `difference_high` are how
    far rounding alone leaves the difference open; they are no confidence interval.
    """

    METHOD: ClassVar[str] = "not-judged"
    METHOD_VERSION: ClassVar[int] = 1

    missing: tuple[Missing, ...]
    share_before: float | None = None
    share_after: float | None = None
    rounded_to: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    cases_needed: int | None = None
    power: float | None = None
    confidence: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Always CANNOT_BE_JUDGED, so that the three answers can be read alike."""
        return Verdict.CANNOT_BE_JUDGED

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; there is no estimate."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.DIFFERENCE,
            method=self.METHOD,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            missing=self.missing,
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "not_judged",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "power": self.power, "rounded_to": self.rounded_to},
            "data": {"share_before": self.share_before, "share_after": self.share_after},
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "difference": self.difference,
            "difference_low": self.difference_low,
            "difference_high": self.difference_high,
            "cases_needed": self.cases_needed,
            "words": self.judgement.as_dict()["words"],
        }


def compare_shares(
    numerator_before: int,
    denominator_before: int,
    numerator_after: int,
    denominator_after: int,
    *,
    confidence: float = 0.95,
    rounded_to: float | None = None,
) -> ShareComparison:
    r"""
    Compare two independent shares by Newcombe's hybrid score interval for their difference.

    Parameters
    ----------
    numerator_before, denominator_before, numerator_after, denominator_after
        Cases of the kind asked for, and all cases, in each period; whole numbers, denominators from 1.
    confidence
        Confidence level of the two-sided interval, between 0 and 1.
    rounded_to
        The step of the published shares, when the numerators were worked back from them: 0.001 for one
        decimal of a percent. None when the numerators were counted.

    Returns
    -------
    ShareComparison
        `difference` is share after minus share before. The verdict is clear when the interval excludes 0, and
        `p` is below 1 - `confidence` exactly then.

    Raises
    ------
    CompareError
        A number is negative or not whole, a denominator is 0, a numerator exceeds its denominator, the
        confidence is not between 0 and 1, or the step is not a share.

    Notes
    -----
    With Wilson's limits :math:`l_i, u_i` for each share (Wilson 1927, pp. 209-212), the limits are

    .. math::
        d - \sqrt{(p_2 - l_2)^2 + (u_1 - p_1)^2}, \quad d + \sqrt{(u_2 - p_2)^2 + (p_1 - l_1)^2}

    which is method 10 of Newcombe (1998, pp. 873-890), without continuity correction. The p-value is the
    interval turned round: one minus the confidence at which a limit meets 0. The method is approximate: the
    false verdicts are near the nominal rate, not below it for certain.

    Rounding is taken at its worst: each share may be off by half a step, and its numerator by half a case.
    As both limits rise with the later share and fall with the earlier, the ends of that range give the
    widest limits.

    Do not use it for answers from people who chose themselves to answer, for the same persons asked twice,
    for weighted surveys, or when a change of definition separates the periods.

    Examples
    --------
    >>> result = compare_shares(48, 80, 56, 70)
    >>> f"{result.difference:.4f} ({result.low:.4f} to {result.high:.4f})"
    '0.2000 (0.0524 to 0.3339)'
    >>> compare_shares(480, 3000, 486, 3000).verdict.value
    'NO_RELIABLE_CHANGE'
    """
    numerator_before = checks.count(numerator_before, "numerator_before")
    denominator_before = checks.denominator(denominator_before, "denominator_before")
    numerator_after = checks.count(numerator_after, "numerator_after")
    denominator_after = checks.denominator(denominator_after, "denominator_after")
    if numerator_before > denominator_before:
        raise CompareError(Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_before", numerator_before)
    if numerator_after > denominator_after:
        raise CompareError(Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_after", numerator_after)
    confidence = checks.probability(confidence, "confidence")
    share_before = numerator_before / denominator_before
    share_after = numerator_after / denominator_after
    error_before = error_after = 0.0
    if rounded_to is not None:
        rounded_to = checks.share(rounded_to, "rounded_to")
        error_before = (rounded_to + 1 / denominator_before) / 2
        error_after = (rounded_to + 1 / denominator_after) / 2

    def limits(z: float) -> tuple[float, float]:
        low, _ = _newcombe_limits(
            min(1.0, share_before + error_before),
            denominator_before,
            max(0.0, share_after - error_after),
            denominator_after,
            z,
        )
        _, high = _newcombe_limits(
            max(0.0, share_before - error_before),
            denominator_before,
            min(1.0, share_after + error_after),
            denominator_after,
            z,
        )
        return low, high

    alpha = 1 - confidence
    z = -float(ndtri(alpha / 2))
    low, high = limits(z)
    if low > 0:
        verdict = Verdict.CLEAR_INCREASE
    elif high < 0:
        verdict = Verdict.CLEAR_DECREASE
    else:
        verdict = Verdict.NO_RELIABLE_CHANGE
    is_clear = verdict is not Verdict.NO_RELIABLE_CHANGE

    return ShareComparison(
        numerator_before=numerator_before,
        denominator_before=denominator_before,
        numerator_after=numerator_after,
        denominator_after=denominator_after,
        confidence=confidence,
        rounded_to=rounded_to,
        share_before=share_before,
        share_after=share_after,
        difference=share_after - share_before,
        low=low,
        high=high,
        p=max(checks.SMALLEST_P, settle(_p_by_inversion(limits), alpha, below=is_clear)),
        verdict=verdict,
    )


def cases_needed(
    share_before: float, share_after: float, *, power: float = 0.8, confidence: float = 0.95
) -> int:
    r"""
    Say how many cases each period must have for a change between two shares to be seen.

    Parameters
    ----------
    share_before, share_after
        The two shares as fractions of one, 0.16 for 16 %.
    power
        Probability of seeing the change if it is real.
    confidence
        Confidence level of the comparison it is planned for, two-sided.

    Returns
    -------
    int
        Cases in each of the two periods (or groups), rounded up.

    Raises
    ------
    CompareError
        A share is outside 0 to 1, the two are closer than 10⁻⁶, or power or confidence is not a probability.

    Notes
    -----
    The two-proportion formula with equal groups and without continuity correction, the pooled variance under
    the null and the separate variances under the alternative (Casagrande, Pike & Smith 1978, pp. 483-486;
    Fleiss, Levin & Paik 2003, ch. 4), with :math:`\bar p = (p_1 + p_2)/2`:

    .. math::
        n = \frac{\left(z_{1-\alpha/2}\sqrt{2 \bar p (1 - \bar p)}
            + z_{power}\sqrt{p_1(1 - p_1) + p_2(1 - p_2)}\right)^2}{(p_2 - p_1)^2}

    Do not use it after the fact to explain away a result: it plans a comparison, it does not judge one.

    Examples
    --------
    >>> cases_needed(0.16, 0.162)
    530109
    """
    p1 = checks.share(share_before, "share_before")
    p2 = checks.share(share_after, "share_after")
    power = checks.probability(power, "power")
    confidence = checks.probability(confidence, "confidence")
    if abs(p2 - p1) < checks.MIN_SHARE_DIFFERENCE:
        raise CompareError(Fault.SHARES_TOO_CLOSE, "share_after", share_after)
    mean = (p1 + p2) / 2
    z_confidence = -float(ndtri((1 - confidence) / 2))
    z_power = float(ndtri(power))
    under_null = math.sqrt(2 * mean * (1 - mean))
    under_alternative = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    # A power below 2.5 % would make the sum negative and its square misleading.
    root = max(0.0, z_confidence * under_null + z_power * under_alternative)
    return max(1, math.ceil((root / (p2 - p1)) ** 2))


def judge_shares_without_denominator(
    share_before: float,
    share_after: float,
    *,
    denominator_before: int | None = None,
    denominator_after: int | None = None,
    rounded_to: float | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
) -> NotJudged:
    """
    Say what is missing to judge two stated shares, and how many cases such a change would take to see.

    Parameters
    ----------
    share_before, share_after
        The stated shares as fractions of one, 0.16 for 16 %.
    denominator_before, denominator_after
        The one that is known, if either is.
    rounded_to
        The step the shares were rounded to, 0.001 for one decimal of a percent. None when unknown.
    power, confidence
        As in `cases_needed`.

    Returns
    -------
    NotJudged
        Always CANNOT_BE_JUDGED. `cases_needed` is None when the stated shares are equal.

    Raises
    ------
    CompareError
        As in `cases_needed`; also when both denominators are known, for then `compare_shares` can judge.

    Notes
    -----
    Do not turn the answer into "no change": nothing has been tested.

    Examples
    --------
    >>> result = judge_shares_without_denominator(0.16, 0.162, rounded_to=0.001)
    >>> result.verdict.value, result.cases_needed
    ('CANNOT_BE_JUDGED', 530109)
    >>> [item.value for item in result.missing]
    ['DENOMINATOR_BEFORE', 'DENOMINATOR_AFTER']
    >>> f"{result.difference_low:.3f} to {result.difference_high:.3f}"
    '0.001 to 0.003'
    """
    share_before = checks.share(share_before, "share_before")
    share_after = checks.share(share_after, "share_after")
    power = checks.probability(power, "power")
    confidence = checks.probability(confidence, "confidence")
    missing = []
    for field, denominator, lack in (
        ("denominator_before", denominator_before, Missing.DENOMINATOR_BEFORE),
        ("denominator_after", denominator_after, Missing.DENOMINATOR_AFTER),
    ):
        if denominator is None:
            missing.append(lack)
        else:
            checks.denominator(denominator, field)
    if not missing:
        raise CompareError(Fault.NOTHING_MISSING, "denominator_after", denominator_after)

    difference = share_after - share_before
    difference_low = difference_high = None
    if rounded_to is not None:
        # Half a step for each of the two shares.
        rounded_to = checks.share(rounded_to, "rounded_to")
        difference_low = max(-1.0, difference - rounded_to)
        difference_high = min(1.0, difference + rounded_to)
    needed = None
    if abs(difference) >= checks.MIN_SHARE_DIFFERENCE:
        needed = cases_needed(share_before, share_after, power=power, confidence=confidence)
    return NotJudged(
        missing=tuple(missing),
        share_before=share_before,
        share_after=share_after,
        rounded_to=rounded_to,
        difference=difference,
        difference_low=difference_low,
        difference_high=difference_high,
        cases_needed=needed,
        power=power,
        confidence=confidence,
    )


def not_judged(*missing: Missing) -> NotJudged:
    """
    Answer CANNOT_BE_JUDGED and say what is missing, when there is nothing yet to compute from.

    :raises CompareError: nothing was named as missing

    >>> not_judged(Missing.BEFORE).as_dict()["missing"]
    ['BEFORE']
    """
    if not missing:
        raise CompareError(Fault.NOTHING_MISSING, "missing")
    return NotJudged(missing=missing)


def _wilson_limits(share: float, n: int, z: float) -> tuple[float, float]:
    """Wilson's score interval; the share need not be a whole number of cases."""
    centre = share + z * z / (2 * n)
    half_width = z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    scale = 1 + z * z / n
    # Rounding can put a limit a hair outside the share when the share is 0 or 1.
    return (
        min(share, max(0.0, (centre - half_width) / scale)),
        max(share, min(1.0, (centre + half_width) / scale)),
    )


def _newcombe_limits(share_1: float, n_1: int, share_2: float, n_2: int, z: float) -> tuple[float, float]:
    """Limits for the second share minus the first."""
    low_1, high_1 = _wilson_limits(share_1, n_1, z)
    low_2, high_2 = _wilson_limits(share_2, n_2, z)
    difference = share_2 - share_1
    return (
        difference - math.hypot(share_2 - low_2, high_1 - share_1),
        difference + math.hypot(high_2 - share_2, share_1 - low_1),
    )


def _p_by_inversion(limits: Callable[[float], tuple[float, float]]) -> float:
    """One minus the confidence at which an interval, growing with z, first reaches 0."""

    def excludes_zero(z: float) -> bool:
        low, high = limits(z)
        return low > 0 or high < 0

    if not excludes_zero(0.0):
        return 1.0
    # Beyond z = 40 the p-value is below every number a float can hold.
    inside, outside = 0.0, 40.0
    if excludes_zero(outside):
        return checks.SMALLEST_P
    for _ in range(60):
        middle = (inside + outside) / 2
        if excludes_zero(middle):
            inside = middle
        else:
            outside = middle
    return 2 * float(ndtr(-inside))
