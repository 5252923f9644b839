"""Events spread out as a surface, with a bandwidth that is told and a border that is minded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import ArrayLike
from scipy import fft
from shapely.geometry.base import BaseGeometry

from samsyn.analysis.hotspots import _checks
from samsyn.analysis.hotspots._checks import Floats
from samsyn.analysis.hotspots.errors import Fault, HotspotsError

MIN_BANDWIDTH_M = 100.0
"""A finer surface would point at single houses."""

MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Density:
    """
    Events per square kilometre, cell by cell; made by `kernel_density`.

    `per_km2` has a row for each step north and a column for each step east from the corner (`east_m`,
    `north_m`), and NaN outside the border. A cell with 0 had no event near it: water and forest are empty, and
    that does not make them safe.
    """

    METHOD: ClassVar[str] = "kernel-quartic-edge-corrected"
    METHOD_VERSION: ClassVar[int] = 1

    east_m: float
    north_m: float
    cell_m: float
    bandwidth_m: float
    per_km2: Floats
    n_events: int
    n_outside: int

    def at(self, points: ArrayLike) -> Floats:
        """The density in the cells where points lie, in events per km²; NaN outside the border."""
        array = _checks.places(points, "points")
        columns = np.floor((array[:, 0] - self.east_m) / self.cell_m).astype(int)
        rows = np.floor((array[:, 1] - self.north_m) / self.cell_m).astype(int)
        height, width = self.per_km2.shape
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        answer = np.full(len(array), np.nan)
        answer[inside] = self.per_km2[rows[inside], columns[inside]]
        return answer

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting, ready for JSON; cells outside the border are left out."""
        rows, columns = np.nonzero(~np.isnan(self.per_km2))
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"bandwidth_m": self.bandwidth_m, "cell_m": self.cell_m},
            "n_events": self.n_events,
            "n_outside": self.n_outside,
            "cells": [
                {
                    "east": self.east_m + (column + 0.5) * self.cell_m,
                    "north": self.north_m + (row + 0.5) * self.cell_m,
                    "per_km2": float(self.per_km2[row, column]),
                }
                for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            ],
        }


def kernel_density(
    points: ArrayLike,
    border: BaseGeometry,
    *,
    bandwidth_m: float,
    cell_m: float | None = None,
) -> Density:
    r"""
    Spread events out over the area within a border, as events per square kilometre.

    Parameters
    ----------
    points
        (n, 2) array of east and north in metres (SWEREF 99 TM). Points outside the border are left out and
        told. Not centroids: a hill around the middle of a municipality is nothing but its middle.
    border
        The municipality's outline, a polygon or several, in the same metres; lakes may be holes in it.
    bandwidth_m
        How far an event reaches, in metres, from 100. It decides how the map looks, so it is shown with it.
    cell_m
        Side of the cells in metres, at most a quarter of the bandwidth, which it is without it.

    Returns
    -------
    Density
        The cells' densities times their area add up to the number of events inside the border.

    Raises
    ------
    HotspotsError
        Degrees instead of metres, no outline, a bandwidth below 100 m, cells too large, or more than four million.

    Notes
    -----
    The quartic kernel (Silverman 1986, p. 76, eq. 4.5), with h the bandwidth and d the distance:

    .. math:: k(d) = \frac{3}{\pi h^2} \left(1 - \frac{d^2}{h^2}\right)^2, \quad d < h

    Near the border a part of an event's kernel falls outside, where nothing can be shown, and the map would sink
    along the town's edge. Each event is therefore divided by the part of its kernel that lies within (Jones 1993,
    pp. 135-146; Diggle 1985, pp. 138-147, divides at the place instead), which keeps the total. Events are moved to the
    middle of their cell, and sums of kernels are done by the fast Fourier transform.

    Do not read the surface as risk: it says where reports lie, not how many could have been struck there; nor
    compare two maps with different bandwidths. A surface has no p-value: use `local_g_star` to ask whether.

    Examples
    --------
    >>> town = shapely.box(0, 0, 4000, 3000)
    >>> density = kernel_density([(50, 1500), (2000, 1500), (9000, 0)], town, bandwidth_m=400)
    >>> density.n_events, density.n_outside
    (2, 1)
    >>> total = np.nansum(density.per_km2) * (density.cell_m / 1000) ** 2
    >>> float(total.round(6))
    2.0

    The event at the border stands higher, because what it would have given outside is kept inside:

    >>> density.at([(50, 1500), (2000, 1500)]).round(2)
    array([9.5 , 5.96])
    """
    array = _checks.places(points, "points")
    if not border.is_valid or border.area == 0:
        raise HotspotsError(Fault.NOT_AN_OUTLINE, "border")
    west, south, east, north = border.bounds
    _checks.places([(west, south), (east, north)], "border")
    bandwidth_m = _checks.positive(bandwidth_m, "bandwidth_m")
    if bandwidth_m < MIN_BANDWIDTH_M:
        raise HotspotsError(Fault.BANDWIDTH_TOO_SMALL, "bandwidth_m", bandwidth_m)
    cell_m = bandwidth_m / 4 if cell_m is None else _checks.positive(cell_m, "cell_m")
    if cell_m > bandwidth_m / 4:
        raise HotspotsError(Fault.CELL_TOO_LARGE, "cell_m", cell_m)
    width, height = math.ceil((east - west) / cell_m), math.ceil((north - south) / cell_m)
    if width * height > MAX_CELLS:
        raise HotspotsError(Fault.TOO_MANY, "cell_m", cell_m)

    shapely.prepare(border)
    inside = np.asarray(shapely.intersects_xy(border, array[:, 0], array[:, 1]))
    kept = array[inside]
    columns = np.minimum(((kept[:, 0] - west) / cell_m).astype(int), width - 1)
    rows = np.minimum(((kept[:, 1] - south) / cell_m).astype(int), height - 1)
    middle_east, middle_north = np.meshgrid(
        west + (np.arange(width) + 0.5) * cell_m, south + (np.arange(height) + 0.5) * cell_m
    )
    within = np.asarray(shapely.contains_xy(border, middle_east, middle_north))
    # An event in a cell that is mostly outside would else be lost.
    within[rows, columns] = True

    spread = _Kernel(bandwidth_m, cell_m, within.shape)
    share_within = spread.over(within.astype(np.float64)) * cell_m**2
    events = np.zeros(within.shape)
    np.add.at(events, (rows, columns), 1.0)
    held = np.divide(events, share_within, out=np.zeros(within.shape), where=events > 0)
    # The transform leaves dust of about 10⁻¹⁶ where there is nothing.
    density = spread.over(held)
    density[density < 1e-12 * max(1.0, float(density.max()))] = 0.0
    return Density(
        east_m=float(west),
        north_m=float(south),
        cell_m=cell_m,
        bandwidth_m=bandwidth_m,
        per_km2=np.where(within, density * 1e6, np.nan),
        n_events=int(inside.sum()),
        n_outside=int((~inside).sum()),
    )


class _Kernel:
    """The quartic kernel on a grid, scaled so that its cells hold exactly one event."""

    def __init__(self, bandwidth_m: float, cell_m: float, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.reach = math.ceil(bandwidth_m / cell_m)
        steps = np.arange(-self.reach, self.reach + 1) * cell_m
        squared = (steps[:, None] ** 2 + steps[None, :] ** 2) / bandwidth_m**2
        kernel = np.maximum(0.0, 1.0 - squared) ** 2
        kernel /= kernel.sum() * cell_m**2
        self.size = [fft.next_fast_len(length + 2 * self.reach, real=True) for length in shape]
        self.transform = fft.rfft2(kernel, self.size)

    def over(self, grid: Floats) -> Floats:
        """Sum of the kernel over every cell, times the cell's content, per square metre."""
        spread: Floats = fft.irfft2(fft.rfft2(grid, self.size) * self.transform, self.size)
        return spread[self.reach : self.reach + self.shape[0], self.reach : self.reach + self.shape[1]]
