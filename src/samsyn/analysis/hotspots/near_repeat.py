"""Whether a deed is followed by another one near by and soon: Knox's test in bands."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from samsyn.analysis.hotspots import _checks
from samsyn.analysis.hotspots._checks import Floats, Integers
from samsyn.analysis.hotspots._pairs import count_close_pairs
from samsyn.analysis.hotspots.errors import Fault, HotspotsError

MAX_PAIRS = 20_000_000
"""More pairs than this close in space ask for shorter bands, not for a larger computer."""

MAX_TIME_IN_16_BITS = 32_000


class Repeat(enum.StrEnum):
    """What may be said of one band of distance and time."""

    MORE_THAN_CHANCE = "MORE_THAN_CHANCE"
    NOT_BEYOND_CHANCE = "NOT_BEYOND_CHANCE"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"
    """No pair is so near, or no pair so soon after: nothing else could have been seen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NearRepeats:
    """
    Pairs by distance and time; made by `near_repeats`.

    The tables have one row a distance band and one column a time band, and count each pair once. `p` is one
    band's own; what is said of a band (`repeats`) rests on `p_adjusted`, which holds for the whole table.
    """

    METHOD: ClassVar[str] = "knox-bands-permuted-times-max-t"
    METHOD_VERSION: ClassVar[int] = 1

    distance_bands_m: tuple[float, ...]
    day_bands: tuple[float, ...]
    n_events: int
    n_duplicates: int
    largest_pile: int
    observed: Integers
    expected: Floats
    p: Floats
    p_adjusted: Floats
    repeats: tuple[tuple[Repeat, ...], ...]
    alpha: float
    permutations: int

    @property
    def ratio(self) -> Floats:
        """Observed over expected: 1.5 is half again as many pairs as chance gives; NaN where none is expected."""
        nothing = np.full(self.expected.shape, np.nan)
        np.divide(self.observed, self.expected, out=nothing, where=self.expected > 0)
        return nothing

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting but the seed, which the caller holds, ready for JSON."""
        ratio = self.ratio
        bands = []
        for row, distance in enumerate(self.distance_bands_m):
            for column, days in enumerate(self.day_bands):
                bands.append(
                    {
                        "metres_above": self.distance_bands_m[row - 1] if row else None,
                        "metres_to": distance,
                        "days_above": self.day_bands[column - 1] if column else None,
                        "days_to": days,
                        "observed": int(self.observed[row, column]),
                        "expected": float(self.expected[row, column]),
                        "ratio": None if np.isnan(ratio[row, column]) else float(ratio[row, column]),
                        "p": float(self.p[row, column]),
                        "p_adjusted": float(self.p_adjusted[row, column]),
                        "repeat": self.repeats[row][column].value,
                    }
                )
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "distance_bands_m": list(self.distance_bands_m),
                "day_bands": list(self.day_bands),
                "alpha": self.alpha,
                "permutations": self.permutations,
            },
            "n_events": self.n_events,
            "n_duplicates": self.n_duplicates,
            "largest_pile": self.largest_pile,
            "bands": bands,
        }


def near_repeats(
    points: ArrayLike,
    days: ArrayLike,
    *,
    rng: np.random.Generator,
    distance_bands_m: Sequence[float] = (100, 200, 300, 400),
    day_bands: Sequence[float] = (7, 14, 21, 28),
    case_ids: Sequence[str] | None = None,
    permutations: int = 9_999,
    alpha: float = 0.05,
) -> NearRepeats:
    r"""
    Count pairs of events near in space and time, and tell which bands hold more of them than chance gives.

    Parameters
    ----------
    points
        (n, 2) array of east and north in metres (SWEREF 99 TM). Not centroids of areas or municipalities.
    days
        n numbers in the same order: the day of the deed, counted from any day; parts of days are allowed.
    rng
        Source of chance: the same seed gives the same answer, whatever the order of the events.
    distance_bands_m, day_bands
        Upper limits of the bands, in metres and days, themselves included, rising. The first band begins at 0; with
        a first limit of 0 it holds the very same place, or day. One limit of each is Knox's own test.
    case_ids
        n identities of cases, if they are known: then two records are one only if they share it too.
    permutations
        Random orders of the days, from 99.
    alpha
        The level held for the whole table, between 0 and 1.

    Returns
    -------
    NearRepeats
        With `n_duplicates` records that were left out, and `largest_pile`, the most events at one single point: a
        large pile is often a default point of the geocoding, or the police station, and makes false repeats.

    Raises
    ------
    HotspotsError
        Degrees instead of metres, fewer than three events, bands that don't rise, more than 20 million pairs
        within the longest distance, or a setting that is out of range.

    Notes
    -----
    Records with the same place and time (and case) are the same deed registered twice and count once; left in, they
    would fill the first band. The rest make :math:`N = n(n-1)/2` pairs. With :math:`S_s` of them in distance band
    s and :math:`T_t` in time band t, the number in both is compared with what comes of giving the same days to
    the events in random order (Knox 1964, pp. 25-29; Johnson et al. 2007, pp. 201-219). Its mean is exact,
    :math:`E_{st} = S_s T_t / N`, and

    .. math:: p_{st} = (1 + \#\{b: O^b_{st} \ge O_{st}\}) / (B + 1)

    asks one question, whether there are *more* pairs, and is one-sided on purpose. The table has many bands:
    `p_adjusted` compares each standardised excess with the largest one of the whole table in each random order
    (max-T; Westfall & Young 1993, ch. 2), so that a table without any repeat shows one in at most `alpha` of
    cases, however its bands hang together.

    Pairs near in space are found once by a k-d tree; for each order only times are compared.

    Do not use it when events are known only to the week or month and bands are days; over years in which places
    or the town's own shape changed (growth in one district looks like repeats); nor to predict who will be struck.

    Examples
    --------
    >>> rng = np.random.default_rng(12)
    >>> points = rng.uniform(0, 5000, (150, 2))
    >>> days = rng.integers(0, 365, 150)
    >>> repeated = np.vstack([points, points[:20] + 30])
    >>> soon = np.concatenate([days, days[:20] + 3])
    >>> result = near_repeats(repeated, soon, rng=rng, permutations=999)
    >>> int(result.observed[0, 0]), float(result.expected[0, 0].round(2))
    (21, 1.25)
    >>> result.repeats[0][0].value, result.repeats[3][3].value
    ('MORE_THAN_CHANCE', 'NOT_BEYOND_CHANCE')
    >>> near_repeats(np.vstack([points, points[:5]]), [*days, *days[:5]], rng=rng, permutations=99).n_duplicates
    5
    """
    array = _checks.places(points, "points")
    when = _checks.numbers(days, "days", n=len(array))
    distances = _checks.rising(distance_bands_m, "distance_bands_m")
    limits = _checks.rising(day_bands, "day_bands")
    permutations = _checks.repetitions(permutations, "permutations")
    alpha = _checks.probability(alpha, "alpha")
    if case_ids is not None and len(case_ids) != len(array):
        raise HotspotsError(Fault.WRONG_SHAPE, "case_ids", len(case_ids))

    n_records = len(array)
    array, when = _without_duplicates(array, when, case_ids)
    n = len(array)
    if n < 3:
        raise HotspotsError(Fault.TOO_FEW, "points", n)
    _, at_one_point = np.unique(array, axis=0, return_counts=True)

    first, second, starts = _pairs_by_band(array, distances)
    times, whole_limits = _compact(when, limits)
    apart = np.abs(times[first] - times[second])
    reached = np.array(
        [
            [np.count_nonzero(apart[start:stop] <= limit) for limit in whole_limits]
            for start, stop in pairwise(starts.tolist())
        ],
        dtype=np.int64,
    )
    random = count_close_pairs(times, first, second, starts, whole_limits, permutations, rng)
    observed = np.diff(reached, axis=1, prepend=0)
    drawn = np.diff(random, axis=1, prepend=np.int32(0))

    in_time = np.diff(_pairs_in_time(when, limits), prepend=0)
    expected = np.diff(starts)[:, None] * in_time[None, :] / (n * (n - 1) / 2)
    p = (1.0 + np.count_nonzero(drawn >= observed[:, :, None], axis=2)) / (permutations + 1.0)
    p_adjusted = _by_the_largest(observed, drawn, expected)
    is_open = expected > 0
    repeats = tuple(
        tuple(
            Repeat.CANNOT_BE_JUDGED
            if not judged
            else Repeat.MORE_THAN_CHANCE
            if value <= alpha
            else Repeat.NOT_BEYOND_CHANCE
            for value, judged in zip(values, row, strict=True)
        )
        for values, row in zip(p_adjusted, is_open, strict=True)
    )
    return NearRepeats(
        distance_bands_m=tuple(map(float, distances)),
        day_bands=tuple(map(float, limits)),
        n_events=n,
        n_duplicates=n_records - n,
        largest_pile=int(at_one_point.max()),
        observed=observed,
        expected=expected,
        p=p,
        p_adjusted=p_adjusted,
        repeats=repeats,
        alpha=alpha,
        permutations=permutations,
    )


def _without_duplicates(array: Floats, when: Floats, case_ids: Sequence[str] | None) -> tuple[Floats, Floats]:
    """Each record once, in an order of their own, so that the answer doesn't hang on the order they came in."""
    keys = [array[:, 1], array[:, 0], when]
    if case_ids is not None:
        keys.insert(0, np.unique(np.array([str(case) for case in case_ids]), return_inverse=True)[1].astype(float))
    order = np.lexsort(keys)
    rows = np.column_stack(keys)[order]
    new = np.ones(len(rows), bool)
    new[1:] = (np.diff(rows, axis=0) != 0).any(axis=1)
    kept = order[new]
    return array[kept], when[kept]


def _pairs_by_band(array: Floats, distances: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32], Integers]:
    """All pairs at most the longest distance apart, grouped by band, and where each band starts."""
    tree = KDTree(array)
    # A hair longer, so that rounding in the tree cannot lose a pair that lies on the limit.
    reach = float(distances[-1]) * (1 + 1e-9)
    if (int(tree.count_neighbors(tree, reach)) - len(array)) // 2 > MAX_PAIRS:
        raise HotspotsError(Fault.TOO_MANY, "distance_bands_m", float(distances[-1]))
    pairs = tree.query_pairs(reach, output_type="ndarray").reshape(-1, 2)
    length = np.hypot(*(array[pairs[:, 0]] - array[pairs[:, 1]]).T)
    band: Integers = np.asarray(np.searchsorted(distances, length, side="left"))
    pairs, band = pairs[band < len(distances)], band[band < len(distances)]
    order = np.lexsort((pairs[:, 1], pairs[:, 0], band))
    starts = np.searchsorted(band[order], np.arange(len(distances) + 1)).astype(np.int64)
    return pairs[order, 0].astype(np.int32), pairs[order, 1].astype(np.int32), starts


def _compact(when: Floats, limits: Floats) -> tuple[NDArray[Any], NDArray[Any]]:
    """Times and limits in 16 bits where whole days allow it, which compares four times as many at once."""
    since = when - when.min()
    if (since == np.floor(since)).all() and since.max() <= MAX_TIME_IN_16_BITS:
        return since.astype(np.int16), np.minimum(np.floor(limits), MAX_TIME_IN_16_BITS).astype(np.int16)
    return since, limits


def _pairs_in_time(when: Floats, limits: Floats) -> Integers:
    """How many of all pairs are at most each limit apart in time."""
    since = np.sort(when - when.min())
    if (since == np.floor(since)).all():
        limits = np.floor(limits)
    answer = []
    for limit in limits:
        # Differences decide, not sums: adding the limit to a time could round it past its neighbour.
        reach = np.searchsorted(since, since + limit * (1 + 1e-12) + 1e-12, side="right")
        answer.append(int(np.sum(reach - np.arange(len(since)) - 1)))
    return np.array(answer, dtype=np.int64)


def _by_the_largest(observed: Integers, drawn: NDArray[np.int32], expected: Floats) -> Floats:
    """Adjusted p by the largest standardised excess of the table, the observed table among the drawn."""
    repetitions = drawn.shape[2]
    away = np.concatenate([observed[:, :, None], drawn], axis=2) - expected[:, :, None]
    spread: Floats = np.asarray(np.sqrt(np.mean(away**2, axis=2)))
    scaled = np.full(away.shape, -np.inf)
    np.divide(away, spread[:, :, None], out=scaled, where=spread[:, :, None] > 0)
    largest = np.sort(scaled.reshape(-1, repetitions + 1).max(axis=0))
    own: Floats = np.asarray(scaled[:, :, 0])
    # The observed table is the first of the B + 1, and so counts itself.
    reached = repetitions + 1 - np.searchsorted(largest, own - 1e-9, side="left")
    return np.where(spread > 0, reached / (repetitions + 1.0), 1.0)
