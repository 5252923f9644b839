"""
Tell whether a number has changed between two periods, or whether chance alone explains the difference.

`compare_counts` judges counts (185 reports one year, 162 the next), `compare_shares` judges shares whose
numerators and denominators are known, and `judge_shares_without_denominator` says what is missing when they
are not. Each answer carries its interval, its verdict as a code, and every setting needed to compute it
again.

`docs/algorithms/verdicts.md` explains guarantees and limits in prose.
"""

from __future__ import annotations

import enum
import math
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

# scipy.stats would make the import three times as slow and twice as large, for the same functions.
from scipy.special import betainc, betainccinv, betaincinv, ndtr, ndtri

from samsyn.analysis.errors import AnalysisError

__all__ = [
    "CompareError",
    "CountComparison",
    "Fault",
    "Missing",
    "NotJudged",
    "ShareComparison",
    "Verdict",
    "cases_needed",
    "compare_counts",
    "compare_shares",
    "decimals_to_show",
    "judge_shares_without_denominator",
    "not_judged",
]

MAX_COUNT = 10**9
"""Larger counts than this are a mistake in the file, and would strain the precision of the tails."""

MAX_EXPOSURE_RATIO = 10_000.0
"""Two periods that differ by more than this are in different units."""

MAX_DISPERSION = 1_000.0
"""Counts that vary more than this cannot be judged by any interval."""

MIN_SHARE_DIFFERENCE = 1e-6
"""Smaller differences between shares are not worth planning for, and their sample sizes mean nothing."""

SMALLEST_P = sys.float_info.min
"""No p-value is reported as zero: an event that happened was possible."""


class Verdict(enum.StrEnum):
    """What the numbers allow us to say. The words on the screen belong to the pages that show them."""

    CLEAR_INCREASE = "CLEAR_INCREASE"
    CLEAR_DECREASE = "CLEAR_DECREASE"
    NO_RELIABLE_CHANGE = "NO_RELIABLE_CHANGE"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"


class Missing(enum.StrEnum):
    """What a comparison lacks when it cannot be judged."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    NUMERATOR_BEFORE = "NUMERATOR_BEFORE"
    DENOMINATOR_BEFORE = "DENOMINATOR_BEFORE"
    NUMERATOR_AFTER = "NUMERATOR_AFTER"
    DENOMINATOR_AFTER = "DENOMINATOR_AFTER"
    EVENTS = "EVENTS"
    """Nothing happened in either period, so no ratio can be formed."""


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_AN_INTEGER = "NOT_AN_INTEGER"
    NEGATIVE = "NEGATIVE"
    TOO_LARGE = "TOO_LARGE"
    EXPOSURE_NOT_POSITIVE = "EXPOSURE_NOT_POSITIVE"
    EXPOSURES_TOO_DIFFERENT = "EXPOSURES_TOO_DIFFERENT"
    DENOMINATOR_NOT_POSITIVE = "DENOMINATOR_NOT_POSITIVE"
    NUMERATOR_ABOVE_DENOMINATOR = "NUMERATOR_ABOVE_DENOMINATOR"
    NOT_A_DISPERSION = "NOT_A_DISPERSION"
    NOT_A_SHARE = "NOT_A_SHARE"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    SHARES_TOO_CLOSE = "SHARES_TOO_CLOSE"
    NOTHING_MISSING = "NOTHING_MISSING"


class CompareError(AnalysisError):
    """An argument that cannot be compared; `code` is a `Fault`."""

    code: Fault


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
        }


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
    before = _count(before, "before")
    after = _count(after, "after")
    exposure_before = _exposure(exposure_before, "exposure_before")
    exposure_after = _exposure(exposure_after, "exposure_after")
    # Divided once and kept within bounds, so that no later step can overflow.
    exposure_ratio = exposure_after / exposure_before
    if not 1 / MAX_EXPOSURE_RATIO <= exposure_ratio <= MAX_EXPOSURE_RATIO:
        raise CompareError(Fault.EXPOSURES_TOO_DIFFERENT, "exposure_after", exposure_after)
    confidence = _probability(confidence, "confidence")
    null = _Null(
        exposure_ratio=exposure_ratio,
        dispersion=1.0 if dispersion is None else _dispersion(dispersion, "dispersion"),
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
        high = _settle(high, 1.0, below=verdict is Verdict.CLEAR_DECREASE)
    if low is not None:
        low = -_settle(-low, -1.0, below=verdict is Verdict.CLEAR_INCREASE)

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
        p=max(SMALLEST_P, min(1.0, 2 * min(lower_tail, upper_tail))),
        difference=after - before,
        expected_after=before * exposure_ratio,
        verdict=verdict,
        missing=missing,
        decrease_threshold=null.decrease_threshold(before),
        increase_threshold=null.increase_threshold(before),
    )


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
    numerator_before = _count(numerator_before, "numerator_before")
    denominator_before = _denominator(denominator_before, "denominator_before")
    numerator_after = _count(numerator_after, "numerator_after")
    denominator_after = _denominator(denominator_after, "denominator_after")
    if numerator_before > denominator_before:
        raise CompareError(Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_before", numerator_before)
    if numerator_after > denominator_after:
        raise CompareError(Fault.NUMERATOR_ABOVE_DENOMINATOR, "numerator_after", numerator_after)
    confidence = _probability(confidence, "confidence")
    share_before = numerator_before / denominator_before
    share_after = numerator_after / denominator_after
    error_before = error_after = 0.0
    if rounded_to is not None:
        rounded_to = _share(rounded_to, "rounded_to")
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
        p=max(SMALLEST_P, _settle(_p_by_inversion(limits), alpha, below=is_clear)),
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
    p1 = _share(share_before, "share_before")
    p2 = _share(share_after, "share_after")
    power = _probability(power, "power")
    confidence = _probability(confidence, "confidence")
    if abs(p2 - p1) < MIN_SHARE_DIFFERENCE:
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
    share_before = _share(share_before, "share_before")
    share_after = _share(share_after, "share_after")
    power = _probability(power, "power")
    confidence = _probability(confidence, "confidence")
    missing = []
    for field, denominator, lack in (
        ("denominator_before", denominator_before, Missing.DENOMINATOR_BEFORE),
        ("denominator_after", denominator_after, Missing.DENOMINATOR_AFTER),
    ):
        if denominator is None:
            missing.append(lack)
        else:
            _denominator(denominator, field)
    if not missing:
        raise CompareError(Fault.NOTHING_MISSING, "denominator_after", denominator_after)

    difference = share_after - share_before
    difference_low = difference_high = None
    if rounded_to is not None:
        # Half a step for each of the two shares.
        rounded_to = _share(rounded_to, "rounded_to")
        difference_low = max(-1.0, difference - rounded_to)
        difference_high = min(1.0, difference + rounded_to)
    needed = None
    if abs(difference) >= MIN_SHARE_DIFFERENCE:
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


def decimals_to_show(limit: float, no_change: float, *, at_least: int = 0) -> int:
    """
    Say how many decimals keep a shown limit on its own side of no change.

    A clear increase whose lower limit is 0.0134 must not be shown as "0.0 to 0.4": the page would contradict
    itself. A limit that lies on no change exactly, or closer than six decimals can tell, gets `at_least`.

    >>> decimals_to_show(0.0134, 0.0, at_least=1)
    2
    >>> decimals_to_show(-3.0, 0.0, at_least=1)
    1
    """
    for decimals in range(at_least, 7):
        if round(limit, decimals) != no_change:
            return decimals
    return at_least


@dataclass(frozen=True, slots=True)
class _Null:
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
        return min(_last_true(is_clear, math.ceil(before * self.exposure_ratio) + 1), MAX_COUNT)

    def increase_threshold(self, before: int) -> int | None:
        """The smallest later count with an upper tail below half alpha; the tail falls with the count."""

        def is_unclear(after: int) -> bool:
            return self.tails(before, after)[1] >= self.half_alpha

        upper = math.ceil(before * self.exposure_ratio) + 1
        while is_unclear(upper):
            upper *= 2
            if upper > MAX_COUNT:
                upper = MAX_COUNT + 1
                break
        threshold = _last_true(is_unclear, upper) + 1
        return threshold if threshold <= MAX_COUNT else None


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
        return SMALLEST_P
    for _ in range(60):
        middle = (inside + outside) / 2
        if excludes_zero(middle):
            inside = middle
        else:
            outside = middle
    return 2 * float(ndtr(-inside))


def _settle(value: float, bound: float, *, below: bool) -> float:
    """
    Keep a number on the side of a bound that the verdict has already decided.

    Limits, p-values and verdicts are computed along different ways, which can differ in the last bit. Where a
    limit falls on its bound to within that bit, the three would contradict each other on the page.
    """
    return min(value, math.nextafter(bound, -math.inf)) if below else max(value, bound)


def _as_percent_change(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * (ratio - 1)


def _number(value: float, field: str) -> float:
    if isinstance(value, bool | str | bytes):
        raise CompareError(Fault.NOT_A_NUMBER, field, value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise CompareError(Fault.NOT_A_NUMBER, field, value) from None
    if not math.isfinite(number):
        raise CompareError(Fault.NOT_A_NUMBER, field, value)
    return number


def _count(value: int, field: str) -> int:
    _number(value, field)
    try:
        # Takes NumPy's integers, and no float: 162.0 cases may be a mean that happened to be whole.
        count = operator.index(value)
    except TypeError:
        raise CompareError(Fault.NOT_AN_INTEGER, field, value) from None
    if count < 0:
        raise CompareError(Fault.NEGATIVE, field, value)
    if count > MAX_COUNT:
        raise CompareError(Fault.TOO_LARGE, field, value)
    return count


def _denominator(value: int, field: str) -> int:
    denominator = _count(value, field)
    if denominator == 0:
        raise CompareError(Fault.DENOMINATOR_NOT_POSITIVE, field, value)
    return denominator


def _exposure(value: float, field: str) -> float:
    exposure = _number(value, field)
    if exposure <= 0:
        raise CompareError(Fault.EXPOSURE_NOT_POSITIVE, field, value)
    return exposure


def _dispersion(value: float, field: str) -> float:
    dispersion = _number(value, field)
    if not 1 <= dispersion <= MAX_DISPERSION:
        raise CompareError(Fault.NOT_A_DISPERSION, field, value)
    return dispersion


def _share(value: float, field: str) -> float:
    share = _number(value, field)
    if not 0 <= share <= 1:
        raise CompareError(Fault.NOT_A_SHARE, field, value)
    return share


def _probability(value: float, field: str) -> float:
    probability = _number(value, field)
    if not 0 < probability < 1:
        raise CompareError(Fault.NOT_A_PROBABILITY, field, value)
    return probability
