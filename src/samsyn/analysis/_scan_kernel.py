"""
The inner loops of `samsyn.analysis.scan`: the largest statistic in each replicate, over every cylinder.

The expected count E of a cylinder is the same in every replicate, and the statistic rises with the count c. So for
each cylinder there is a smallest count that can beat a given statistic, and nearly all the work is comparing
integers with it. Counts are summed over time beforehand, so that a window's count is one subtraction, and circles
are grown area by area in the outermost loop, so that each area is added once.

`raise_maxima` (Numba) and `raise_maxima_in_numpy` answer the same. Both verify every count that reaches its
threshold by the statistic itself, so how coarse the table of thresholds is changes the speed alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[Any]
Indices = NDArray[np.int64]

MAX_INT16_TOTAL = 32_000
"""With more cases than this a count no longer fits 16 bits with room for its threshold."""

TABLE_SIZE = 8_192
WARM_UP = 3

MAX_ELEMENTS = 250_000
"""So many circles times windows are looked at together: more would leave the processor's cache."""

STALENESS = 0.25
"""The table is made anew when the lowest maximum has risen by this much; an old one is only less sharp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinders:
    """
    Every circle and window to look in, and the expected count up to each point of time.

    Points of time lie between the time steps: n steps have n + 1 points, and a window goes from one point to a later.
    """

    expected: Floats
    """(places, points): the expected count of all steps before the point, times `scale`."""
    order: Indices
    """(places, places): for each centre all places from near to far."""
    n_taken: Indices
    """(places,): how many places the centre's largest circle holds."""
    closes: NDArray[np.bool_]
    """(places, places): whether a circle ends there; places equally far away enter together."""
    scale: float
    total: int
    first_end: int
    min_window: int
    max_window: int
    min_cases: int
    most_expected: float
    """No cylinder expects more than this; at least 1."""

    def windows(self) -> tuple[Indices, Indices]:
        """All windows as start and end points; the shortest first, and the earlier of two as long."""
        n_points = self.expected.shape[1]
        lengths = range(self.min_window, self.max_window + 1)
        ends = [np.arange(max(self.first_end, length), n_points) for length in lengths]
        starts = [end - length for end, length in zip(ends, lengths, strict=True)]
        return np.concatenate(starts), np.concatenate(ends)


def log_likelihood_ratio(count: Floats, expected: Floats, total: float) -> Floats:
    """
    c·log(c/E) + (N−c)·log((N−c)/(N−E)) where c > E > 0, else 0; arrays of one shape.

    >>> log_likelihood_ratio(np.array([9.0, 3.0]), np.array([3.0, 3.0]), 100.0).round(4).tolist()
    [4.077, 0.0]
    """
    rest, expected_rest = total - count, total - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = count * np.log(count / expected)
        outside = np.where(rest > 0, rest * np.log(rest / expected_rest), 0.0)
        ratio = inside + outside
    return np.where((count > expected) & (expected > 0), ratio, 0.0)


def smallest_counts(expected: Floats, *, floor: float, total: int, min_cases: int) -> Indices:
    """
    For each expected count, the smallest count whose statistic exceeds the floor; 1-D.

    >>> smallest_counts(np.array([1.0, 10.0]), floor=5.0, total=1000, min_cases=2).tolist()
    [6, 22]
    """
    below = np.maximum(np.floor(expected), min_cases - 1)
    above = np.full(len(expected), float(total))
    while np.any(above - below > 1):
        middle = np.floor((below + above) / 2)
        beats = log_likelihood_ratio(middle, expected, float(total)) > floor
        above = np.where(beats, middle, above)
        below = np.where(beats, below, middle)
    # Where E is 0, every count there is beats the floor.
    return np.where(expected > 0, above, min_cases).astype(np.int64)


def raise_maxima(prefix: Counts, cylinders: Cylinders, maxima: Floats) -> None:
    """Raise each replicate's maximum to the largest statistic of its cylinders, by compiled code."""
    from samsyn.analysis import _scan_loops

    each = cylinders
    table = np.empty(TABLE_SIZE, prefix.dtype)
    bins_per_case = (TABLE_SIZE - 1) / each.most_expected
    of_count = np.arange(each.total + 1.0)
    of_count[1:] *= np.log(of_count[1:])
    entropy = of_count + of_count[::-1]
    # The smallest circles first: a small part of the work, after which few counts reach their thresholds.
    for largest_circle in (WARM_UP, len(each.order)):
        n_taken = np.minimum(each.n_taken, largest_circle)
        _scan_loops.raise_maxima(
            prefix, each.expected, each.order, n_taken, each.closes, each.scale, each.total, each.first_end,
            each.min_window, each.max_window, each.min_cases, bins_per_case, table, entropy, maxima,
        )  # fmt: skip


def raise_maxima_in_numpy(prefix: Counts, cylinders: Cylinders, maxima: Floats) -> None:
    """Do the same where Numba is not installed: the same answer, ten times slower or more."""
    each, n_points = cylinders, prefix.shape[1]
    bins_per_case = 1_023 / each.most_expected
    bins = np.arange(1_024) / bins_per_case
    table = np.full(len(bins), each.min_cases)
    built_for = -1.0
    for centre in range(len(each.order)):
        zone = np.zeros(prefix.shape[1:], np.int64)
        zone_expected = np.zeros(n_points)
        for j in range(each.n_taken[centre]):
            zone += prefix[each.order[centre, j]]
            zone_expected += each.expected[each.order[centre, j]]
            if not each.closes[centre, j]:
                continue
            floor = float(maxima.min())
            if built_for < 0 or floor > built_for + STALENESS:
                table = smallest_counts(bins, floor=floor, total=each.total, min_cases=each.min_cases)
                built_for = floor
            for length in range(each.min_window, each.max_window + 1):
                ends = np.arange(max(each.first_end, length), n_points)
                if not len(ends):
                    break
                inside = (zone_expected[ends] - zone_expected[ends - length]) / each.scale
                least = table[np.minimum(len(table) - 1, (inside * bins_per_case).astype(np.int64))]
                counts = zone[ends] - zone[ends - length]
                windows, replicates = np.nonzero(counts >= least[:, None])
                if len(windows):
                    reaching = counts[windows, replicates].astype(float)
                    ratios = log_likelihood_ratio(reaching, inside[windows], float(each.total))
                    np.maximum.at(maxima, replicates, ratios)


def best_windows(prefix: Counts, cylinders: Cylinders) -> tuple[Floats, Indices, Indices]:
    """
    Return each circle's largest statistic in the data themselves, and its window as start and end points.

    `prefix` is (places, times + 1) here; the answers are (centres, places), 0 where no circle ends.
    """
    each = cylinders
    largest = np.zeros(each.order.shape)
    window = np.zeros(each.order.shape, np.int64)
    starts, ends = each.windows()
    for centre in range(len(each.order)):
        circles = np.flatnonzero(each.closes[centre, : each.n_taken[centre]])
        if not len(circles):
            continue
        taken = each.order[centre, : each.n_taken[centre]]
        zone = np.cumsum(prefix[taken], axis=0, dtype=float)[circles]
        zone_expected = np.cumsum(each.expected[taken], axis=0)[circles]
        best = np.zeros(len(circles))
        best_window = np.zeros(len(circles), np.int64)
        step = max(1, MAX_ELEMENTS // len(circles))
        for begin in range(0, len(starts), step):
            start, end = starts[begin : begin + step], ends[begin : begin + step]
            counts = (zone[:, end] - zone[:, start]).ravel()
            inside = ((zone_expected[:, end] - zone_expected[:, start]) / each.scale).ravel()
            candidates = np.flatnonzero((counts > inside) & (counts >= each.min_cases))
            ratios = np.zeros((len(circles), len(start)))
            ratios.ravel()[candidates] = log_likelihood_ratio(counts[candidates], inside[candidates], float(each.total))
            windows = ratios.argmax(axis=1)
            values = ratios[np.arange(len(circles)), windows]
            best_window = np.where(values > best, windows + begin, best_window)
            best = np.maximum(values, best)
        largest[centre, circles] = best
        window[centre, circles] = best_window
    return largest, starts[window], ends[window]
