"""The scan statistic written down straight from its definition: slow, plain and sharing no code with the fast one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Cylinder = tuple[frozenset[int], int, int]


def statistic(c: float, e: float, n: float) -> float:
    if c <= e or e <= 0:
        return 0.0
    return c * math.log(c / e) + (0.0 if c == n else (n - c) * math.log((n - c) / (n - e)))


def circles(where: Table, mass: Table, max_share: float, max_distance: float) -> set[frozenset[int]]:
    found = set()
    for centre, edge in product(range(len(where)), repeat=2):
        radius = math.dist(where[centre], where[edge])
        inside = frozenset(i for i in range(len(where)) if math.dist(where[centre], where[i]) <= radius + 1e-9)
        if radius <= max_distance and sum(mass[i] for i in inside) <= max_share * sum(mass) + 1e-9:
            found.add(inside)
    return found


def windows(n_times: int, shortest: int, longest: int, *, only_now: bool) -> Iterator[tuple[int, int]]:
    for first, last in product(range(n_times), repeat=2):
        if shortest <= last - first + 1 <= longest and (last == n_times - 1 or not only_now):
            yield first, last


def expectation(counts: Table, expected: Table | None) -> Table:
    n = counts.sum()
    if expected is not None:
        return expected * n / expected.sum()
    table: Table = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    return table


def best(
    counts: Table,
    where: Table,
    expected: Table,
    *,
    max_share: float = 0.5,
    max_distance: float = math.inf,
    min_window: int = 1,
    max_window: int,
    min_cases: int = 2,
    only_now: bool,
) -> tuple[float, set[Cylinder]]:
    """The largest statistic, and every cylinder that has it."""
    most = 0.0
    having: set[Cylinder] = set()
    for inside in circles(where, expected.sum(axis=1), max_share, max_distance):
        rows = sorted(inside)
        for first, last in windows(counts.shape[1], min_window, max_window, only_now=only_now):
            c = counts[rows, first : last + 1].sum()
            value = statistic(c, expected[rows, first : last + 1].sum(), counts.sum()) if c >= min_cases else 0.0
            if value > most + 1e-9:
                most, having = value, set()
            if value > 0 and abs(value - most) <= 1e-9:
                having.add((inside, first, last))
    return most, having
