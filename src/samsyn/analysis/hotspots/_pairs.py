"""The counting of pairs over random orders: compiled when numba is there, else NumPy with the same answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint32]
Times = NDArray[Any]

MAX_PAIRS_A_TURN = 32_000
"""So many pairs fit in the 16-bit counters."""


def count_close_pairs(
    times: Times,
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    starts: NDArray[np.int64],
    limits: Times,
    repetitions: int,
    rng: np.random.Generator,
    *,
    compiled: bool | None = None,
) -> NDArray[np.int32]:
    """
    Count, for each random order of the times, the pairs that are close in time among those close in space.

    Pairs `starts[s]` up to `starts[s + 1]` belong to distance band s. Gives an array of (bands, limits,
    repetitions) with the pairs at most each limit apart; times and limits have the same type.

    The orders lie side by side, one a column, so that one pair is compared in many of them by one instruction;
    a pair's two rows are read once.
    """
    shuffle, compare = _kernels() if compiled is None or compiled else (shuffle_columns, compare_columns)
    n, n_bands = len(times), len(starts) - 1
    answer = np.empty((n_bands, len(limits), repetitions), np.int32)
    width = max(8, min(256, 4_000_000 // max(1, n)))
    for start in range(0, repetitions, width):
        # Always the full width, so that the same seed gives the same orders whatever the number of them.
        bits = rng.integers(0, 2**32, size=(n, width), dtype=np.uint32)
        columns = np.repeat(times[:, None], width, axis=1)
        shuffle(columns, bits)
        counted = np.zeros((n_bands, len(limits), width), np.int32)
        compare(columns, first, second, starts, limits, counted)
        stop = min(start + width, repetitions)
        answer[:, :, start:stop] = counted[:, :, : stop - start]
    return answer


def shuffle_columns(columns: Times, bits: Bits) -> None:
    """
    Shuffle each column by Fisher and Yates, with 32 random bits a step.

    Bits times the number of choices, shifted down, favours no choice by more than n in 2³².
    """
    each = np.arange(columns.shape[1])
    for row in range(len(columns) - 1, 0, -1):
        other = ((bits[row].astype(np.uint64) * np.uint64(row + 1)) >> np.uint64(32)).astype(np.intp)
        kept = columns[row].copy()
        columns[row] = columns[other, each]
        columns[other, each] = kept


def compare_columns(
    columns: Times,
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    starts: NDArray[np.int64],
    limits: Times,
    counted: NDArray[np.int32],
) -> None:
    """Add to `counted` the pairs of each band that are at most each limit apart, column by column."""
    for band in range(len(starts) - 1):
        for start in range(starts[band], starts[band + 1], 1_000):
            stop = min(start + 1_000, starts[band + 1])
            apart = np.abs(columns[first[start:stop]] - columns[second[start:stop]])
            for place, limit in enumerate(limits):
                counted[band, place] += np.count_nonzero(apart <= limit, axis=0).astype(np.int32)


def _shuffle_loops(columns: Any, bits: Any) -> None:
    """`shuffle_columns` as loops, to be compiled."""
    for row in range(len(columns) - 1, 0, -1):
        choices = np.uint64(row + 1)
        for column in range(columns.shape[1]):
            other = (np.uint64(bits[row, column]) * choices) >> np.uint64(32)
            kept = columns[row, column]
            columns[row, column] = columns[other, column]
            columns[other, column] = kept


def _compare_loops(columns: Any, first: Any, second: Any, starts: Any, limits: Any, counted: Any) -> None:
    """`compare_columns` as loops, to be compiled; the innermost ones become vector instructions."""
    width = columns.shape[1]
    apart = np.empty(width, columns.dtype)
    few = np.zeros((len(limits), width), np.int16)
    for band in range(len(starts) - 1):
        for start in range(starts[band], starts[band + 1], MAX_PAIRS_A_TURN):
            few[:] = 0
            for pair in range(start, min(start + MAX_PAIRS_A_TURN, starts[band + 1])):
                one, other = columns[first[pair]], columns[second[pair]]
                for column in range(width):
                    apart[column] = max(one[column], other[column]) - min(one[column], other[column])
                for place in range(len(limits)):
                    limit, counter = limits[place], few[place]
                    for column in range(width):
                        counter[column] += apart[column] <= limit
            for place in range(len(limits)):
                for column in range(width):
                    counted[band, place, column] += few[place, column]


@cache
def _kernels() -> tuple[Callable[..., None], Callable[..., None]]:
    """The compiled pair, or the NumPy one where numba is not installed."""
    try:
        # Importing numba takes half a second, so only those who count pairs wait for it.
        from numba import njit
    except ImportError:
        return shuffle_columns, compare_columns
    try:
        # Two seconds of compiling are kept on disk for the next process.
        return njit(cache=True, nogil=True)(_shuffle_loops), njit(cache=True, nogil=True)(_compare_loops)
    except RuntimeError:
        # Neither the package's folder nor the user's can be written to.
        return njit(nogil=True)(_shuffle_loops), njit(nogil=True)(_compare_loops)
