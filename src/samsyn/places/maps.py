"""Areas as paths for a map drawn in SVG on the server: no tiles, no script, no other host. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

WIDTH = 600
PADDING = 6.0
# Half a unit: finer detail than this is not seen at the width the map is shown in.
_TOLERANCE = 0.5
_BEYOND = 8.0
_FAR_LARGER = 5


class Outlined(Protocol):
    """What a map must know of an area."""

    code: str
    name: str
    geometry: dict[str, Any]
    label_lon: float
    label_lat: float


class Measured(Protocol):
    """An area with its size."""

    area_km2: float


AreaT = TypeVar("AreaT", bound=Measured)


def dense_part(areas: Sequence[AreaT]) -> list[AreaT]:
    """
    Return the areas without those far larger than most: a town without its countryside, to be drawn closer.

    Over the whole municipality the numbers of a town's small areas would stand on top of each other.
    """
    if not areas:
        return []
    typical = statistics.median(area.area_km2 for area in areas)
    return [area for area in areas if area.area_km2 <= _FAR_LARGER * typical]


@dataclass(frozen=True, slots=True)
class MapShape:
    """One area on the map: its path, and the point where its number stands."""

    code: str
    name: str
    d: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A map's size in its own units, and its areas in the order they were given."""

    width: float
    height: float
    shapes: tuple[MapShape, ...]
    is_close_up: bool = False

    @property
    def view_box(self) -> str:
        """The attribute `viewBox`."""
        return f"0 0 {self.width:g} {self.height:g}"


@dataclass(frozen=True, slots=True)
class Projection:
    """
    Degrees to the picture's units: equirectangular, longitude shortened by the cosine of the middle latitude.

    Over one municipality the error is far below the width of a line; over a whole country it would not be.
    """

    min_lon: float
    max_lat: float
    shortening: float
    units_per_degree: float
    padding: float

    @classmethod
    def fitting(
        cls, bounds: tuple[float, float, float, float], *, width: float, padding: float
    ) -> Projection:
        """Return the projection by which the bounds fill the width."""
        min_lon, min_lat, max_lon, max_lat = bounds
        shortening = math.cos(math.radians((min_lat + max_lat) / 2))
        return cls(
            min_lon, max_lat, shortening, (width - 2 * padding) / ((max_lon - min_lon) * shortening), padding
        )

    def points(self, degrees: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Project an array of longitude and latitude, one point a row."""
        x = self.padding + (degrees[:, 0] - self.min_lon) * self.shortening * self.units_per_degree
        y = self.padding + (self.max_lat - degrees[:, 1]) * self.units_per_degree
        return np.column_stack([x, y])

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Project one point, rounded as it is drawn."""
        x, y = self.points(np.array([[lon, lat]]))[0]
        return round(float(x), 1), round(float(y), 1)


def _tenths(value: int) -> str:
    """Write a number of tenths as short as SVG can read it: 5 is `.5`, -30 is `-3`."""
    sign, (whole, rest) = ("-" if value < 0 else ""), divmod(abs(value), 10)
    return f"{sign}{whole or ('' if rest else 0)}{f'.{rest}' if rest else ''}"


def _pair(x: int, y: int) -> str:
    second = _tenths(y)
    return f"{_tenths(x)}{'' if second.startswith('-') else ' '}{second}"


def _ring_path(ring: Sequence[Sequence[float]]) -> str:
    """Return a ring as a move and relative lines, in whole tenths so that rounding never adds up."""
    points = [(round(x * 10), round(y * 10)) for x, y in ring]
    kept = [points[0]]
    kept.extend(point for point in points[1:-1] if point != kept[-1])
    if len(kept) < 3:
        return ""
    steps = [_pair(x - px, y - py) for (px, py), (x, y) in pairwise(kept)]
    return f"M{_pair(*kept[0])}l{' '.join(steps).replace(' -', '-')}z"


def path_of(outline: BaseGeometry) -> str:
    """Return a projected polygon's path, islands and holes included; draw it with `fill-rule="evenodd"`."""
    polygons = [part for part in shapely.get_parts(outline) if part.geom_type == "Polygon"]
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return "".join(_ring_path(list(ring.coords)) for ring in rings)


def draw(
    areas: Iterable[Outlined], *, focus: Collection[str] = (), width: float = WIDTH, padding: float = PADDING
) -> MapPicture:
    """
    Return a map of areas, simplified together so that neighbours still share their borders.

    `focus` are the codes of areas that fill the picture; the others go on outside it, and their numbers stand
    in the part that is seen. Without it all areas fill the picture.

    :raises ValueError: no areas
    """
    given = list(areas)
    if not given:
        raise ValueError("A map needs at least one area")
    outlines = [shape(area.geometry) for area in given]
    shown = [outline for area, outline in zip(given, outlines, strict=True) if area.code in focus] or outlines
    min_lon, min_lat, max_lon, max_lat = (float(number) for number in shapely.total_bounds(shown))
    projection = Projection.fitting((min_lon, min_lat, max_lon, max_lat), width=width, padding=padding)
    projected = [shapely.transform(outline, projection.points) for outline in outlines]
    simplified = shapely.coverage_simplify(projected, _TOLERANCE)
    height = round(2 * padding + (max_lat - min_lat) * projection.units_per_degree, 1)
    # Round the edge a little lies outside the picture, so that no border is drawn along it.
    frame = shapely.box(-_BEYOND, -_BEYOND, width + _BEYOND, height + _BEYOND)
    shapes = []
    for area, outline in zip(given, simplified, strict=True):
        x, y = projection.point(area.label_lon, area.label_lat)
        seen = outline
        if not (0 <= x <= width and 0 <= y <= height):
            seen = shapely.intersection(outline, frame)
            inside = shapely.intersection(outline, shapely.box(0, 0, width, height))
            if inside.is_empty:
                continue
            point = shapely.maximum_inscribed_circle(inside, tolerance=1.0).coords[0]
            x, y = round(point[0], 1), round(point[1], 1)
        elif len(shown) < len(given):
            seen = shapely.intersection(outline, frame)
        shapes.append(MapShape(area.code, area.name, path_of(seen), x, y))
    return MapPicture(float(width), height, tuple(shapes), is_close_up=len(shown) < len(given))
