"""
Replicates for `samsyn.analysis.scan`: tables that could have come about if there were no cluster.

Each function here returns a function that takes a generator and answers one table of counts, places by steps in one
row, for the last `n_points` − 1 time steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Replicates = Callable[[np.random.Generator], NDArray[Any]]


def split_into_clumps(
    counts: Indices, expected: Floats, dispersion: float, rng: np.random.Generator
) -> tuple[Indices, Indices, Indices]:
    """
    Divide the cases of each cell into clumps that came together; return each clump's place, time and size.

    Negative binomial counts of a common dispersion are Poisson numbers of clumps with logarithmic sizes. Given
    a cell's count, its clumps are those of a Chinese restaurant process with θ = E / (dispersion − 1): the k-th case
    starts a clump with probability θ / (θ + k − 1), and otherwise joins the clump of an earlier case, any of them.

    With a dispersion of 1 each case is a clump of its own, and nothing is drawn.
    """
    cells = np.flatnonzero(counts)
    in_cell = counts.flat[cells]
    cell_of = np.repeat(cells, in_cell)
    n_cases = len(cell_of)
    if dispersion > 1:
        first = np.repeat(np.cumsum(in_cell) - in_cell, in_cell)
        rank = np.arange(n_cases) - first
        theta = np.repeat(expected.flat[cells] / (dispersion - 1), in_cell)
        starts = rng.random(n_cases) * (theta + rank) < theta
        joined = first + np.floor(rng.random(n_cases) * rank).astype(np.int64)
        clump_of = np.arange(n_cases)
        for k in range(1, int(in_cell.max())):
            later = np.flatnonzero((rank == k) & ~starts)
            clump_of[later] = clump_of[joined[later]]
        heads, sizes = np.unique(clump_of, return_counts=True)
        cell_of = cell_of[heads]
    else:
        sizes = np.ones(n_cases, np.int64)
    places, times = np.unravel_index(cell_of, counts.shape)
    return places.astype(np.int64), times.astype(np.int64), sizes


def permuted(
    places: Indices, times: Indices, sizes: Indices, *, n_places: int, n_times: int, n_points: int
) -> Replicates:
    """
    Shuffle the clumps' times over the clumps.

    Each place keeps its cases, and each time its number of clumps. When all clumps are single cases, each time keeps
    its cases too. When they are not, the times' totals vary somewhat from replicate to replicate while the
    expectation does not: the p-values are a little too large, never too small.
    """
    n_steps = n_points - 1
    first = n_times - n_steps
    is_single = bool(np.all(sizes == 1))
    # Only clumps that get a time within the windows need to be drawn: as many as there are now.
    steps = times[times >= first] - first

    def replicate(rng: np.random.Generator) -> NDArray[Any]:
        drawn = rng.choice(len(places), len(steps), replace=False) if first else rng.permutation(len(places))
        weights = None if is_single else sizes[drawn]
        cells = places[drawn] * n_steps + steps
        return np.bincount(cells, weights, minlength=n_places * n_steps)

    return replicate


def unevenly_drawn(expected: Floats, n_cases: int, dispersion: float, *, n_points: int) -> Replicates:
    """
    Deal all cases out over the cells by what is expected in each, more unevenly when the dispersion is above 1.

    Independent negative binomial counts of a common dispersion, given their sum, are Dirichlet-multinomial with
    weights E / (dispersion − 1). All time before the last `n_points` − 1 steps is one cell a place.
    """
    n_places, n_times = expected.shape
    n_steps = n_points - 1
    first = n_times - n_steps
    cells = np.hstack((expected[:, :first].sum(axis=1, keepdims=True), expected[:, first:])).ravel()
    shares = cells / cells.sum()

    def replicate(rng: np.random.Generator) -> NDArray[Any]:
        own = shares
        if dispersion > 1:
            gamma = rng.standard_gamma(cells / (dispersion - 1))
            own = gamma / gamma.sum()
        return rng.multinomial(n_cases, own).reshape(n_places, n_steps + 1)[:, 1:].ravel()

    return replicate
