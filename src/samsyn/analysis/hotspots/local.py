"""Where high and low values gather: Getis and Ord's Gi* and Anselin's local Moran."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.hotspots import _chance, _checks
from samsyn.analysis.hotspots._chance import Fdr
from samsyn.analysis.hotspots._checks import Floats, Integers
from samsyn.analysis.hotspots.errors import Fault, HotspotsError, Missing
from samsyn.analysis.hotspots.neighbours import Neighbours


class Spot(enum.StrEnum):
    """What may be said of an area. The words on the screen belong to the pages that show them."""

    HOT = "HOT"
    """Gi*: the area and its neighbours together are higher than chance would put side by side."""
    COLD = "COLD"
    HIGH_AMONG_HIGH = "HIGH_AMONG_HIGH"
    """Local Moran: the area is above the mean, and its neighbours are higher than chance would make them."""
    LOW_AMONG_LOW = "LOW_AMONG_LOW"
    HIGH_AMONG_LOW = "HIGH_AMONG_LOW"
    LOW_AMONG_HIGH = "LOW_AMONG_HIGH"
    NOT_BEYOND_CHANCE = "NOT_BEYOND_CHANCE"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalStatistics:
    """
    One statistic an area, tested and adjusted for being many; made by `local_g_star` and `local_moran`.

    `statistic`, `z`, `p` and `p_adjusted` are rows of n numbers in the order of the values, NaN where the
    area cannot be judged; `missing` then says why. `p` is one area's own, for those who ask; what an area is
    called (`spots`) rests on `p_adjusted` alone.
    """

    METHOD_VERSION: ClassVar[int] = 1

    method: str
    statistic: Floats
    z: Floats
    p: Floats
    p_adjusted: Floats
    spots: tuple[Spot, ...]
    missing: tuple[Missing | None, ...]
    alpha: float
    fdr: Fdr
    permutations: int

    @property
    def n_judged(self) -> int:
        """How many areas were judged, and thus adjusted for."""
        return sum(lack is None for lack in self.missing)

    @property
    def one_area_could_be_found(self) -> bool:
        """
        Whether the permutations are many enough for a single area to be found.

        Permutations give no p below 2 / (permutations + 1), and the adjustment multiplies it by the number of
        areas. If this is False, nothing found means nothing.
        """
        smallest = np.ones(max(1, self.n_judged))
        smallest[0] = 2 / (self.permutations + 1)
        return bool(_chance.adjusted(smallest, self.fdr)[0] <= self.alpha)

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting but the seed, which the caller holds, ready for JSON."""
        return {
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "settings": {"alpha": self.alpha, "fdr": self.fdr.value, "permutations": self.permutations},
            "n_judged": self.n_judged,
            "one_area_could_be_found": self.one_area_could_be_found,
            "areas": [
                {
                    "spot": spot.value,
                    "missing": None if lack is None else lack.value,
                    **{
                        name: None if np.isnan(row[area]) else float(row[area])
                        for name, row in (
                            ("statistic", self.statistic),
                            ("z", self.z),
                            ("p", self.p),
                            ("p_adjusted", self.p_adjusted),
                        )
                    },
                }
                for area, (spot, lack) in enumerate(zip(self.spots, self.missing, strict=True))
            ],
        }


def local_g_star(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    rng: np.random.Generator,
    permutations: int | None = None,
    alpha: float = 0.05,
    fdr: Fdr = Fdr.BY,
) -> LocalStatistics:
    r"""
    Find areas that lie, together with their neighbours, among unusually high or low values.

    Parameters
    ----------
    values
        n numbers, one an area: `smooth_rates(...).deviates` for rates, or counts where areas are alike. NaN is
        unknown: the area cannot be judged and is left out of its neighbours' sums.
    neighbours
        Who is whose neighbour, numbered as the values.
    rng
        Source of chance: the same seed gives the same answer, whatever the order of the areas.
    permutations
        Random orders of the values, from 99. None takes so many that the smallest p there can be is half of
        what a single area needs to be found, from 9,999 to 499,999.
    alpha
        The share of the areas found that may be false, between 0 and 1.
    fdr
        How p is adjusted for many areas; windows that overlap call for `Fdr.BY`.

    Returns
    -------
    LocalStatistics
        `statistic` is the mean over the area and its neighbours, in the unit of the values; `z` is Gi*.

    Raises
    ------
    HotspotsError
        The rows differ in length, a value is infinite, or a setting is out of range.

    Notes
    -----
    With binary weights, the area itself included (:math:`W_i` areas) and no row standardisation (Ord & Getis
    1995, pp. 286-306):

    .. math::
        G_i^* = \frac{\sum_{j \in i^*} x_j - W_i \bar x}{s \sqrt{(n W_i - W_i^2) / (n - 1)}},
        \quad s^2 = \tfrac{1}{n}\sum x_j^2 - \bar x^2

    The p-value compares the sum with those of as many areas drawn at random from *all*, the area itself among
    those that move: this is the randomisation from which the denominator above comes. It is two-sided and
    unfolded: twice the smaller tail. (A p that is folded to the nearer tail and not doubled, as some programs
    print, errs twice as often as it says.) Replicates are sums of the first :math:`W_i` values of random
    orders, so all areas with equally many neighbours share them.

    Do not use it on raw rates of areas with very different populations; nor to call an area dangerous: it
    says that reports gather, not why. Not on fewer than some ten areas, where few arrangements exist.

    Examples
    --------
    Six points and their values, with the distances of a well-known example taken a hundred times:

    >>> from samsyn.analysis.hotspots import neighbours_within
    >>> points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]) * 100
    >>> rng = np.random.default_rng(7)
    >>> result = local_g_star([2, 3, 3.2, 5, 8, 7], neighbours_within(points, 1500), rng=rng)
    >>> result.z.round(3)
    array([-1.397, -0.289,  0.651, -0.289,  1.235,  2.024])
    >>> set(result.spots) == {Spot.NOT_BEYOND_CHANCE}
    True
    """

    def judge(x: Floats, mean: float, near: Neighbours, repetitions: int) -> _Judged:
        n = len(x)
        window = near.counts + 1
        sums = x + _sums(x, near)
        variance = float(np.mean(x**2)) * (n * window - window**2) / (n - 1)
        least, most = _against_all(x, window, sums, rng, repetitions)
        return _Judged(
            statistic=mean + sums / window,
            z=np.divide(sums, np.sqrt(variance), out=np.zeros(n), where=variance > 0),
            p=_chance.two_sided(least, most, repetitions),
            sign=np.sign(sums),
        )

    return _judge_all(
        values,
        neighbours,
        judge,
        name=lambda _own, around: Spot.HOT if around > 0 else Spot.COLD,
        method="getis-ord-g-star-permutation",
        permutations=permutations,
        alpha=alpha,
        fdr=fdr,
    )


def local_moran(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    rng: np.random.Generator,
    permutations: int | None = None,
    alpha: float = 0.05,
    fdr: Fdr = Fdr.BY,
) -> LocalStatistics:
    r"""
    Find areas whose neighbours are unusually high or low, and say whether the area is like them.

    Parameters
    ----------
    values, neighbours, rng, permutations, alpha, fdr
        As in `local_g_star`.

    Returns
    -------
    LocalStatistics
        `statistic` is local Moran's I (no unit); `z` tells how far the neighbours' mean is from what is expected
        when all other areas change places.

    Raises
    ------
    HotspotsError
        As in `local_g_star`.

    Notes
    -----
    With row-standardised weights, the area itself excluded (Anselin 1995, pp. 93-115, with
    :math:`m_2 = \sum z_j^2 / n`):

    .. math:: I_i = \frac{z_i}{m_2} \cdot \frac{1}{k_i} \sum_{j \in i} z_j, \quad z_j = x_j - \bar x

    Programs that divide by :math:`n - 1` in :math:`m_2` give :math:`I_i (n - 1) / n`. The p-value is
    conditional: the area keeps its value while the others change places (Anselin 1995). Since the own
    value is then a constant, the test asks about the neighbours alone. It is two-sided and unfolded.

    The difference to `local_g_star`: there the area's own value is part of what is tested, so a single extreme
    area is found; here it is not, and `HIGH_AMONG_LOW` can be told. Choose before looking.

    Do not use it on raw rates of areas with very different populations, nor for areas that have no neighbours.

    Examples
    --------
    >>> from samsyn.analysis.hotspots import neighbours_within
    >>> squares = [(column, row) for row in range(8) for column in range(8)]
    >>> values = [9 if column < 3 and row < 3 else column % 2 for column, row in squares]
    >>> near = neighbours_within(np.array(squares) * 500, 750)
    >>> result = local_moran(values, near, rng=np.random.default_rng(1))
    >>> [squares[area] for area, spot in enumerate(result.spots) if spot is Spot.HIGH_AMONG_HIGH]
    [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2)]
    >>> float(result.statistic[9].round(2)), float(result.z[9].round(2)), float(result.p[9].round(5))
    (5.96, 7.77, 8e-05)
    """

    def judge(x: Floats, _mean: float, near: Neighbours, repetitions: int) -> _Judged:
        n, counts = len(x), near.counts
        sums = _sums(x, near)
        others = n - 1
        expected = -x / others
        spread = (np.sum(x**2) - x**2) / others - expected**2
        variance = spread * counts * (1 - (counts - 1) / max(1, others - 1))
        least, most = _against_others(x, counts, sums, rng, repetitions)
        away = sums - counts * expected
        return _Judged(
            statistic=x * sums / counts / float(np.mean(x**2)),
            z=np.divide(away, np.sqrt(np.maximum(variance, 0)), out=np.zeros(n), where=variance > 1e-12),
            p=_chance.two_sided(least, most, repetitions),
            sign=np.sign(away),
        )

    def name(own: float, around: float) -> Spot:
        if around > 0:
            return Spot.HIGH_AMONG_HIGH if own > 0 else Spot.LOW_AMONG_HIGH
        return Spot.HIGH_AMONG_LOW if own > 0 else Spot.LOW_AMONG_LOW

    return _judge_all(
        values,
        neighbours,
        judge,
        name=name,
        method="local-moran-conditional-permutation",
        permutations=permutations,
        alpha=alpha,
        fdr=fdr,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What a statistic says of the areas that can be judged."""

    statistic: Floats
    z: Floats
    p: Floats
    sign: Floats


def _judge_all(
    values: ArrayLike,
    neighbours: Neighbours,
    judge: Callable[[Floats, float, Neighbours, int], _Judged],
    *,
    name: Callable[[float, float], Spot],
    method: str,
    permutations: int | None,
    alpha: float,
    fdr: Fdr,
) -> LocalStatistics:
    """Leave out what cannot be judged, judge the rest, and put the answers back in order."""
    x = _checks.numbers(values, "values", may_be_missing=True)
    if neighbours.n != len(x):
        raise HotspotsError(Fault.WRONG_SHAPE, "neighbours", neighbours.n)
    alpha = _checks.probability(alpha, "alpha")
    fdr = Fdr(fdr)
    n = len(x)
    if permutations is None:
        permutations = _enough(n, alpha, fdr)
    permutations = _checks.repetitions(permutations, "permutations")
    missing: list[Missing | None] = [Missing.VALUE if unknown else None for unknown in np.isnan(x)]
    # Areas without a known neighbour are left out of the whole: their values would move in the permutations.
    keep = ~np.isnan(x)
    near = neighbours.among(keep)
    alone = np.flatnonzero(keep)[near.counts == 0]
    for area in alone:
        missing[area] = Missing.NEIGHBOURS
    keep[alone] = False
    near = neighbours.among(keep)
    kept = np.flatnonzero(keep)
    rows = {field: np.full(n, np.nan) for field in ("statistic", "z", "p", "p_adjusted")}
    spots = [Spot.CANNOT_BE_JUDGED] * n
    if len(kept) and np.ptp(x[kept]) <= 1e-12 * float(np.abs(x[kept]).max()):
        for area in kept:
            missing[area] = Missing.VARIATION
    elif len(kept):
        mean = float(x[kept].mean())
        centred = x[kept] - mean
        judged = judge(centred, mean, near, permutations)
        p_adjusted = _chance.adjusted(judged.p, fdr)
        for field, row in (
            ("statistic", judged.statistic),
            ("z", judged.z),
            ("p", judged.p),
            ("p_adjusted", p_adjusted),
        ):
            rows[field][kept] = row
        for place, area in enumerate(kept):
            found = p_adjusted[place] <= alpha
            spots[area] = name(centred[place], judged.sign[place]) if found else Spot.NOT_BEYOND_CHANCE
    return LocalStatistics(
        method=method,
        spots=tuple(spots),
        missing=tuple(missing),
        alpha=alpha,
        fdr=fdr,
        permutations=permutations,
        **rows,
    )


def _enough(n: int, alpha: float, fdr: Fdr) -> int:
    """Permutations that let a single area of n be found, with room to spare."""
    single = np.ones(max(1, n))
    single[0] = 1e-12
    times = float(_chance.adjusted(single, fdr)[0]) / 1e-12
    return min(499_999, max(9_999, math.ceil(4 * times / alpha) - 1))


def _sums(x: Floats, near: Neighbours) -> Floats:
    """Sum of the neighbours' values, 0 for an area without any."""
    running = np.concatenate([[0.0], np.cumsum(x[near.targets])])
    answer: Floats = running[near.starts[1:]] - running[near.starts[:-1]]
    return answer


def _against_all(
    x: Floats, window: Integers, sums: Floats, rng: np.random.Generator, repetitions: int
) -> tuple[Integers, Integers]:
    """How many random windows of the same size, drawn from all areas, reach each sum from above and from below."""
    # The values in rising order, so that the answer doesn't hang on the order in which the areas came.
    drawn = np.sort(x)[_chance.random_firsts(len(x), int(window.max()), repetitions, rng)]
    running = np.cumsum(drawn, axis=1)
    slack = _slack(x)
    least, most = np.empty(len(x), np.int64), np.empty(len(x), np.int64)
    for size in np.unique(window):
        reference = np.sort(running[:, size - 1])
        same = window == size
        least[same] = repetitions - np.searchsorted(reference, sums[same] - slack, side="left")
        most[same] = np.searchsorted(reference, sums[same] + slack, side="right")
    return least, most


def _against_others(
    x: Floats, counts: Integers, sums: Floats, rng: np.random.Generator, repetitions: int
) -> tuple[Integers, Integers]:
    """
    How many random sets of k *other* areas reach each area's sum from above and from below.

    One random order of all areas serves every area: with the area itself taken out, the rest are still in random
    order. Its first k are the order's first k, unless the area is among these; then number k + 1 takes its
    place. So all areas with equally many neighbours share one sorted reference, and only the few replicates where
    the area itself came early are corrected.
    """
    n, slack = len(x), _slack(x)
    # Areas alike in value, number of neighbours and sum share their answer, whatever order they came in.
    order = np.lexsort((np.round(sums / slack), counts, x))
    first = np.ones(n, bool)
    in_order = np.column_stack([x, counts, np.round(sums / slack)])[order]
    first[1:] = (np.diff(in_order, axis=0) != 0).any(axis=1)
    longest = min(n, int(counts.max()) + 1)
    firsts = _chance.random_firsts(n, longest, repetitions, rng)
    running = np.cumsum(x[order][firsts], axis=1)
    references = {size: np.sort(running[:, size - 1]) for size in np.unique(counts)}
    # Where each area came early: the places sorted by area.
    flat = np.argsort(firsts, axis=None, kind="stable")
    bounds = np.searchsorted(firsts.ravel()[flat], np.arange(n + 1))
    least, most = np.empty(n, np.int64), np.empty(n, np.int64)
    for place, area in enumerate(order):
        if not first[place]:
            least[area], most[area] = least[order[place - 1]], most[order[place - 1]]
            continue
        size = counts[area]
        repetition, column = np.divmod(flat[bounds[place] : bounds[place + 1]], longest)
        early = repetition[column < size]
        low, high = sums[area] - slack, sums[area] + slack
        before, after = running[early, size - 1], running[early, min(size, longest - 1)] - x[area]
        reference = references[size]
        least[area] = repetitions - np.searchsorted(reference, low, side="left")
        least[area] += np.count_nonzero(after >= low) - np.count_nonzero(before >= low)
        most[area] = np.searchsorted(reference, high, side="right")
        most[area] += np.count_nonzero(after <= high) - np.count_nonzero(before <= high)
    return least, most


def _slack(x: Floats) -> float:
    """How far apart two sums may be by rounding alone; counts tie often, and a tie must count as one."""
    return 1e-9 * float(np.abs(x).sum())
