"""
The compiled loop of the scan statistic, called through `samsyn.analysis._scan_kernel`.

It stands in a module of its own so that Numba is imported only when something is scanned. The functions are written
at the module's top level because only then can Numba keep their machine code from one process to the next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samsyn.analysis._jit import jit

Floats = NDArray[np.float64]
Counts = NDArray[Any]
Indices = NDArray[np.int64]

STALENESS = 0.2
"""The table is made anew when the lowest maximum has risen by this much; an old one is only less sharp."""

CHUNK = 64
"""So many replicates are looked at together when one of them may hold a new maximum."""

ROUNDING = 1e-5
"""More than the quick statistic can be off by."""


@jit
def statistic(count: float, expected: float, total: float) -> float:
    """The log likelihood ratio of a count above its expectation."""
    value = count * math.log(count / expected)
    if count < total:
        value += (total - count) * math.log((total - count) / (total - expected))
    return value


@jit
def fill_table(table: NDArray[Any], floor: float, total: int, min_cases: int, bins_per_case: float) -> None:
    """Find, for each bin of E, the smallest count whose statistic at the bin's lower edge exceeds the floor."""
    count = min_cases
    for i in range(table.shape[0]):
        expected = i / bins_per_case
        # Where E is 0, every count there is beats the floor.
        while count < total and expected > 0:
            if count > expected and statistic(count, expected, total) > floor:
                break
            count += 1
        table[i] = count


@jit
def raise_maxima(
    prefix: Counts,  # (places, times + 1, replicates): cases up to each time
    expected: Floats,  # (places, times + 1): the same for the expected count, times `scale`
    order: Indices,  # (places, places): each centre's places from near to far
    n_taken: Indices,  # (places,): how many of them its largest circle holds
    closes: NDArray[np.bool_],  # (places, places): whether a circle ends there; ties enter together
    scale: float,
    total: int,
    first_end: int,
    min_window: int,
    max_window: int,
    min_cases: int,
    bins_per_case: float,
    table: Counts,  # room for the thresholds
    entropy: Floats,  # (total + 1,): c·log(c) + (N−c)·log(N−c)
    maxima: Floats,  # (replicates,): raised in place
) -> None:
    n_points, n_replicates = prefix.shape[1], prefix.shape[2]
    zone = np.empty((n_points, n_replicates), prefix.dtype)
    zone_expected = np.empty(n_points)
    last_bin = table.shape[0] - 1
    n_chunks = (n_replicates + CHUNK - 1) // CHUNK
    chunk_floors = np.empty(n_chunks)
    for chunk in range(n_chunks):
        chunk_floors[chunk] = maxima[chunk * CHUNK : (chunk + 1) * CHUNK].min()
    built_for = -1.0
    for centre in range(order.shape[0]):
        zone[:] = 0
        zone_expected[:] = 0.0
        for j in range(n_taken[centre]):
            place = order[centre, j]
            for t in range(n_points):
                zone_expected[t] += expected[place, t]
                for b in range(n_replicates):
                    zone[t, b] = prefix.dtype.type(zone[t, b] + prefix[place, t, b])
            if not closes[centre, j]:
                continue
            floor = chunk_floors.min()
            if built_for < 0 or floor > built_for + STALENESS:
                fill_table(table, floor, total, min_cases, bins_per_case)
                built_for = floor
            for end in range(first_end, n_points):
                at_end = zone[end]
                last = end - min_window
                # Four windows at a time share the reading of their end.
                for start in range(max(0, end - max_window), last + 1, 4):
                    start_1 = min(start + 1, last)
                    start_2 = min(start + 2, last)
                    start_3 = min(start + 3, last)
                    from_0, from_1, from_2, from_3 = zone[start], zone[start_1], zone[start_2], zone[start_3]
                    most_0 = most_1 = most_2 = most_3 = prefix.dtype.type(0)
                    for b in range(n_replicates):
                        value = at_end[b]
                        most_0 = max(most_0, prefix.dtype.type(value - from_0[b]))
                        most_1 = max(most_1, prefix.dtype.type(value - from_1[b]))
                        most_2 = max(most_2, prefix.dtype.type(value - from_2[b]))
                        most_3 = max(most_3, prefix.dtype.type(value - from_3[b]))
                    for begin in range(start, min(start + 4, last + 1)):
                        most = most_3
                        if begin == start:
                            most = most_0
                        elif begin == start_1:
                            most = most_1
                        elif begin == start_2:
                            most = most_2
                        inside = (zone_expected[end] - zone_expected[begin]) / scale
                        least = table[min(last_bin, int(inside * bins_per_case))]
                        if most < least:
                            continue
                        if inside <= 0:
                            continue
                        log_inside, log_outside = math.log(inside), math.log(total - inside)
                        at_begin = zone[begin]
                        for chunk in range(n_chunks):
                            chunk_start = chunk * CHUNK
                            chunk_end = min(chunk_start + CHUNK, n_replicates)
                            most = prefix.dtype.type(0)
                            for b in range(chunk_start, chunk_end):
                                most = max(most, prefix.dtype.type(at_end[b] - at_begin[b]))
                            if most < least or most <= inside:
                                continue
                            # Quick and rounded first: only what may be a new maximum is computed in full.
                            roughly = entropy[most] - most * log_inside - (total - most) * log_outside
                            if roughly <= chunk_floors[chunk] - ROUNDING:
                                continue
                            for b in range(chunk_start, chunk_end):
                                count = at_end[b] - at_begin[b]
                                if count < least or count <= inside:
                                    continue
                                roughly = entropy[count] - count * log_inside - (total - count) * log_outside
                                if roughly > maxima[b] - ROUNDING:
                                    maxima[b] = max(maxima[b], statistic(count, inside, total))
                            chunk_floors[chunk] = maxima[chunk_start:chunk_end].min()
