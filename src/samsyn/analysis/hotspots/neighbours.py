"""Which areas are neighbours: by distance, by shared border, or as somebody has listed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from samsyn.analysis.hotspots import _checks
from samsyn.analysis.hotspots._checks import Integers
from samsyn.analysis.hotspots.errors import Fault, HotspotsError


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """
    Each area's neighbours, itself not among them; made by the functions `neighbours_…`.

    The neighbours of area i are `targets[starts[i]:starts[i + 1]]`, areas being numbered from 0 in the order
    of the values they will be used with.
    """

    starts: Integers
    targets: Integers

    @property
    def n(self) -> int:
        """How many areas there are."""
        return len(self.starts) - 1

    @property
    def counts(self) -> Integers:
        """How many neighbours each area has."""
        return np.diff(self.starts)

    def of(self, area: int) -> Integers:
        """The neighbours of one area."""
        return self.targets[self.starts[area] : self.starts[area + 1]]

    def among(self, keep: np.ndarray) -> Neighbours:
        """The neighbours among the areas kept (a mask of n truth values), which are numbered anew."""
        new_number = np.cumsum(keep) - 1
        sources = np.repeat(np.arange(self.n), self.counts)
        both = keep[sources] & keep[self.targets]
        return _from_directed(int(keep.sum()), new_number[sources[both]], new_number[self.targets[both]])


def neighbours_within(points: ArrayLike, distance_m: float) -> Neighbours:
    """
    Make neighbours of all areas whose points lie at most so many metres apart.

    Parameters
    ----------
    points
        (n, 2) array of east and north in metres (SWEREF 99 TM), one point an area.
    distance_m
        The longest distance, in metres, itself included.

    Raises
    ------
    HotspotsError
        Degrees instead of metres, or a distance that is not positive.

    Examples
    --------
    >>> neighbours = neighbours_within([(0, 0), (0, 100), (300, 0)], 150)
    >>> neighbours.counts
    array([1, 1, 0])
    """
    array = _checks.places(points, "points")
    distance_m = _checks.positive(distance_m, "distance_m")
    if len(array) == 0:
        return neighbours_from_pairs(0, [])
    pairs = KDTree(array).query_pairs(distance_m, output_type="ndarray")
    return neighbours_from_pairs(len(array), pairs)


def neighbours_touching(outlines: Sequence[shapely.Geometry], *, tolerance_m: float = 0.0) -> Neighbours:
    """
    Make neighbours of all areas whose outlines meet, in a line or in a point (the queen's step).

    Parameters
    ----------
    outlines
        n polygons in metres.
    tolerance_m
        How far apart, in metres, two outlines may lie and still be said to meet. Generalised borders leave
        slits; 0 for exact ones.

    Raises
    ------
    HotspotsError
        An outline is empty or not a polygon, or the tolerance is negative.

    Examples
    --------
    >>> squares = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 201)]
    >>> neighbours_touching(squares).counts
    array([1, 1, 0])
    >>> neighbours_touching(squares, tolerance_m=2).counts
    array([1, 2, 1])
    """
    shapes = np.array(list(outlines), dtype=object)
    if any(not isinstance(shape, shapely.Polygon | shapely.MultiPolygon) or shape.is_empty for shape in shapes):
        raise HotspotsError(Fault.NOT_AN_OUTLINE, "outlines")
    if not tolerance_m >= 0:
        raise HotspotsError(Fault.NEGATIVE, "tolerance_m", tolerance_m)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=tolerance_m)
    once = first < second
    return neighbours_from_pairs(len(shapes), np.column_stack([first[once], second[once]]))


def neighbours_from_pairs(n: int, pairs: ArrayLike) -> Neighbours:
    """
    Make neighbours of the pairs that are listed, both ways; a pair listed twice counts once.

    Parameters
    ----------
    n
        How many areas there are.
    pairs
        (m, 2) array of area numbers from 0 to n - 1.

    Raises
    ------
    HotspotsError
        A number that is no area, or an area that is said to be its own neighbour.

    Examples
    --------
    >>> neighbours_from_pairs(3, [(0, 1), (1, 0), (1, 2)]).of(1)
    array([0, 2])
    """
    array = np.array(pairs, dtype=np.float64).reshape(-1, 2) if np.size(pairs) == 0 else np.asarray(pairs)
    if array.ndim != 2 or array.shape[1] != 2:
        raise HotspotsError(Fault.WRONG_SHAPE, "pairs", array.shape)
    numbers = array.astype(np.int64)
    if (numbers != array).any() or (numbers < 0).any() or (numbers >= n).any():
        raise HotspotsError(Fault.NOT_A_NEIGHBOUR, "pairs")
    if (numbers[:, 0] == numbers[:, 1]).any():
        raise HotspotsError(Fault.NOT_A_NEIGHBOUR, "pairs")
    return _from_directed(
        n, np.concatenate([numbers[:, 0], numbers[:, 1]]), np.concatenate([numbers[:, 1], numbers[:, 0]])
    )


def _from_directed(n: int, sources: Integers, targets: Integers) -> Neighbours:
    codes = np.unique(sources * max(n, 1) + targets)
    starts = np.searchsorted(codes, np.arange(n + 1) * max(n, 1)).astype(np.int64)
    return Neighbours(starts=starts, targets=(codes % max(n, 1)).astype(np.int64))
