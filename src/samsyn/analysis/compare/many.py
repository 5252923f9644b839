"""Many verdicts at once: the rate of false ones among the clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.verdict import Caution, Judged, Judgement, Verdict

Adjustment = Literal["bh", "by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedVerdict:
    """
    One of many verdicts; made by `adjust_for_many`.

    `alone` is the judgement as it was. `q` is its p-value adjusted for how many were judged; None if it was not judged.
    """

    alone: Judgement
    q: float | None
    rate: float
    adjustment: Adjustment
    n_judged: int

    @property
    def verdict(self) -> Verdict:
        """The verdict that holds: clear only when it was clear alone and `q` is at most `rate`."""
        if self.alone.verdict.is_clear and (self.q is None or self.q > self.rate):
            return Verdict.NO_RELIABLE_CHANGE
        return self.alone.verdict

    @property
    def judgement(self) -> Judgement:
        """The judgement with the verdict that holds. The interval and p are still those of the number alone."""
        if self.verdict is self.alone.verdict:
            return self.alone
        return replace(self.alone, verdict=self.verdict, cautions=(*self.alone.cautions, Caution.LOOKED_AT_MANY))

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "verdict": self.verdict.value,
            "q": self.q,
            "adjustment": self.adjustment,
            "rate": self.rate,
            "n_judged": self.n_judged,
            "text": {language: self.judgement.text(language) for language in ("sv", "en")},
        }


def adjust_for_many(
    answers: Sequence[Judged], *, adjustment: Adjustment = "bh", rate: float = 0.05
) -> tuple[AdjustedVerdict, ...]:
    r"""
    Adjust verdicts that are looked at together, so that few of the clear ones are false.

    Parameters
    ----------
    answers
        Anything with a `judgement`: every verdict on the page, the unclear ones too.
    adjustment
        ``"bh"`` (Benjamini & Hochberg 1995, pp. 289-300) when the numbers are independent or rise and fall together;
        ``"by"`` (Benjamini & Yekutieli 2001, pp. 1165-1188) when they overlap in any way: areas within areas, one
        comparison area used for many.
    rate
        The share of false ones among the clear that is accepted on average.

    Returns
    -------
    tuple of AdjustedVerdict
        In the same order. What could not be judged is passed on and not counted.

    Raises
    ------
    CompareError
        The rate is no probability, or the adjustment is neither of the two.

    Notes
    -----
    With m sorted p-values, :math:`q_{(i)} = \min_{j \ge i} \min(1,\ c\,m\,p_{(j)} / j)`, c = 1 for BH and
    :math:`\sum_{j=1}^m 1/j` for BY; computed by `scipy.stats.false_discovery_control`.

    Do not give it only the verdicts that looked interesting: m is how many were looked at. Do not use it to judge one
    promise that was fixed beforehand.

    Examples
    --------
    >>> from samsyn.analysis.compare import compare_counts
    >>> pairs = [(100, 60), (100, 72), (100, 98), (100, 101), (0, 0)]
    >>> for each in adjust_for_many([compare_counts(*pair) for pair in pairs]):
    ...     print(each.alone.verdict.value, each.verdict.value, None if each.q is None else round(each.q, 3))
    CLEAR_DECREASE CLEAR_DECREASE 0.008
    CLEAR_DECREASE NO_RELIABLE_CHANGE 0.078
    NO_RELIABLE_CHANGE NO_RELIABLE_CHANGE 1.0
    NO_RELIABLE_CHANGE NO_RELIABLE_CHANGE 1.0
    CANNOT_BE_JUDGED CANNOT_BE_JUDGED None
    """
    # Loaded here: it makes the import three times as slow, and one verdict alone does not need it.
    from scipy.stats import false_discovery_control

    rate = checks.probability(rate, "rate")
    if adjustment not in ("bh", "by"):
        raise CompareError(Fault.NOT_AN_ADJUSTMENT, "adjustment", adjustment)
    alone = [answer.judgement for answer in answers]
    judged = [i for i, each in enumerate(alone) if each.verdict is not Verdict.CANNOT_BE_JUDGED and each.p is not None]
    q: list[float | None] = [None] * len(alone)
    if judged:
        adjusted = false_discovery_control(np.array([alone[i].p for i in judged], dtype=np.float64), method=adjustment)
        for i, value in zip(judged, adjusted, strict=True):
            q[i] = max(checks.SMALLEST_P, float(value))
    return tuple(
        AdjustedVerdict(alone=each, q=value, rate=rate, adjustment=adjustment, n_judged=len(judged))
        for each, value in zip(alone, q, strict=True)
    )
