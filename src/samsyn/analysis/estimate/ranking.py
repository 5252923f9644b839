"""What most people chose: ranks with their uncertainty, and ties shown as ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.design import Design, Selection
from samsyn.analysis.estimate.differences import holm
from samsyn.analysis.estimate.direct import Estimate, influence_of_mean, share
from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Booleans, Floats, answers_of, probability
from samsyn.analysis.estimate.intervals import t_p_value

SAME_SHARE = 1e-12
"""Weighted shares closer than this differ by rounding alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedChoice:
    """
    One choice among several that could be ticked; made by `rank_choices`.

    `rank` is shared by choices with equal shares: 1, 2, 2, 4. `best_rank` and `worst_rank` are where it may stand when
    chance is allowed for; None for answers that chose themselves. `ties` are the choices that cannot be told from it.
    """

    METHOD: ClassVar[str] = "pairwise-t-holm"
    METHOD_VERSION: ClassVar[int] = 1

    label: str
    rank: int
    n_chosen: int
    share: float
    estimate: Estimate | None
    best_rank: int | None
    worst_rank: int | None
    ties: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        hidden = self.estimate is not None and not self.estimate.can_be_shown
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "label": self.label,
            "rank": None if hidden else self.rank,
            "n_chosen": self.n_chosen,
            "share": None if hidden else self.share,
            "estimate": None if self.estimate is None else self.estimate.as_dict(),
            "best_rank": None if hidden else self.best_rank,
            "worst_rank": None if hidden else self.worst_rank,
            "ties": [] if hidden else list(self.ties),
        }


def rank_choices(
    chosen: ArrayLike, labels: Sequence[str], design: Design, *, confidence: float = 0.95
) -> tuple[RankedChoice, ...]:
    r"""
    Rank the choices of a question where several could be ticked.

    Parameters
    ----------
    chosen
        Shape (n, k), in the order of the design: 1 where the person ticked the choice, 0 where not; the columns in the
        order of the labels. Leave out those who skipped the whole question.
    labels
        k names.
    design
        How the answers were drawn. For answers that chose themselves ranks and ties of exactly equal shares are given,
        no intervals: they hold among those who answered.
    confidence
        Of each share's interval, and of all the pairwise comparisons together.

    Returns
    -------
    tuple of RankedChoice
        The most chosen first; equal shares by label.

    Raises
    ------
    EstimateError
        Arrays of different lengths, fewer than two labels, or a value that is neither 0 nor 1.

    Notes
    -----
    Each pair is tested by the t test of the difference within persons, adjusted over all pairs (Holm 1979, pp. 65-70).
    The best rank is one more than the number of choices clearly above, the worst is k less those clearly below; the
    ranges hold jointly (the idea of Klein, Wright & Wieczorek 2020, pp. 589-606). Do not print the ranks without
    the ranges: two choices in one range are a tie.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> chosen = [[1, 1, 0]] * 52 + [[1, 0, 0]] * 30 + [[0, 1, 1]] * 28 + [[0, 0, 1]] * 10
    >>> for each in rank_choices(chosen, ["belysning", "trafik", "klotter"], survey_design([1.0] * 120)):
    ...     print(f"{each.label} {each.share:.2f}, rank {each.best_rank} to {each.worst_rank}")
    belysning 0.68, rank 1 to 2
    trafik 0.67, rank 1 to 2
    klotter 0.32, rank 3 to 3
    """
    confidence = probability(confidence, "confidence")
    table = np.asarray(chosen, dtype=float)
    k = len(labels)
    if table.shape != (design.n, k):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, "chosen", table.shape)
    if k < 2 or len(set(labels)) < k:
        raise EstimateError(Fault.TOO_FEW_CATEGORIES, "labels", k)
    for column in table.T:
        answers_of(column, "chosen", design.n)
    if np.isnan(table).any():
        raise EstimateError(Fault.NOT_YES_OR_NO, "chosen")
    everybody = np.ones(design.n, dtype=bool)
    parts = [influence_of_mean(column, design.weights, everybody) for column in table.T]
    shares = np.array([value for value, _ in parts])
    # Same shares, same rank: one more than the choices that lie above.
    ranks = [1 + int((shares > each + SAME_SHARE).sum()) for each in shares]
    above = np.zeros((k, k), dtype=bool)
    is_sample = design.selection is Selection.PROBABILITY
    if is_sample:
        above = _clearly_above(shares, np.stack([u for _, u in parts], axis=1), design, 1 - confidence)
    found = []
    for i, label in enumerate(labels):
        tied = [
            j
            for j in range(k)
            if j != i and (not (above[i, j] or above[j, i]) if is_sample else abs(shares[i] - shares[j]) <= SAME_SHARE)
        ]
        found.append(
            RankedChoice(
                label=label,
                rank=ranks[i],
                n_chosen=int(table[:, i].sum()),
                share=float(shares[i]),
                estimate=share(table[:, i], design, confidence=confidence) if is_sample else None,
                best_rank=1 + int(above[:, i].sum()) if is_sample else None,
                worst_rank=k - int(above[i].sum()) if is_sample else None,
                ties=tuple(sorted(labels[j] for j in tied)),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.rank, each.label)))


def _clearly_above(shares: Floats, influence: Floats, design: Design, alpha: float) -> Booleans:
    """Return which choice (row) is clearly above which (column), over all pairs at once."""
    k = len(shares)
    covariance = design.covariance(influence)
    df = design.degrees_of_freedom()
    pairs = list(combinations(range(k), 2))
    p_values = []
    for i, j in pairs:
        variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        # Ticked by exactly the same people: nothing tells them apart.
        is_testable = df >= 1 and variance > SAME_SHARE**2
        p_values.append(t_p_value((shares[i] - shares[j]) / np.sqrt(variance), df) if is_testable else 1.0)
    above = np.zeros((k, k), dtype=bool)
    for (i, j), p in zip(pairs, holm(p_values), strict=True):
        if p < alpha:
            first, second = (i, j) if shares[i] > shares[j] else (j, i)
            above[first, second] = True
    return above
