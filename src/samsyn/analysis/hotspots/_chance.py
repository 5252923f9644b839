"""What random repetition gives: p-values, their adjustment for many, and random orders."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

from samsyn.analysis.hotspots._checks import Floats, Integers


class Fdr(enum.StrEnum):
    """How p-values of many areas are adjusted so that the share of false finds is held."""

    BY = "BY"
    """Benjamini and Yekutieli (2001): holds whatever the areas have to do with each other."""
    BH = "BH"
    """Benjamini and Hochberg (1995): for tests that don't overlap, or lean the same way; finds more."""


def two_sided(n_at_least: Integers, n_at_most: Integers, repetitions: int) -> Floats:
    """Twice the smaller tail, at most 1: unfolded, the observed value counted among the repetitions."""
    smaller = np.minimum(n_at_least, n_at_most)
    return np.minimum(1.0, 2.0 * (1.0 + smaller) / (repetitions + 1.0))


def adjusted(p: Floats, fdr: Fdr) -> Floats:
    """Adjusted p-values in the order given; an area is found where its own is at most the level."""
    n = len(p)
    if n == 0:
        return p.copy()
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, n + 1)
    penalty = float(np.sum(1.0 / ranks)) if fdr is Fdr.BY else 1.0
    scaled = p[order] * (n * penalty) / ranks
    answer = np.empty(n)
    answer[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return answer


def random_firsts(n: int, k: int, repetitions: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """
    Return the first `k` of a random order of 0 … n-1, once a row.

    Fisher and Yates' shuffle, stopped after k steps and done for many rows at once. A row needs not be set in
    order again between two batches: what is uniformly shuffled may have been in any order before.
    """
    answer = np.empty((repetitions, k), dtype=np.int32)
    batch = max(1, min(repetitions, 4_000_000 // n))
    rows = np.tile(np.arange(n, dtype=np.int32), (batch, 1))
    each = np.arange(batch)
    for start in range(0, repetitions, batch):
        for place in range(k):
            other = rng.integers(place, n, size=batch)
            kept = rows[:, place].copy()
            rows[:, place] = rows[each, other]
            rows[each, other] = kept
        stop = min(start + batch, repetitions)
        answer[start:stop] = rows[: stop - start, :k]
    return answer
