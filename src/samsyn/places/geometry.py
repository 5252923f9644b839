"""Checks of outlines: WGS 84 within Sweden, longitude first, and shapes that can be drawn. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyproj
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from samsyn.core.errors import DomainError
from samsyn.core.importing.limits import MAX_POINTS

LAT = (55.0, 69.2)
LON = (10.5, 24.3)
# SWEREF 99 TM over Sweden, metres: far from any degrees, so the two cannot be mistaken for each other.
_EASTING = (180_000.0, 1_000_000.0)
_NORTHING = (6_090_000.0, 7_720_000.0)
_DECIMALS = 7  # about a centimetre
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")

Position = Sequence[float]


class BadOutline(DomainError):
    """An outline that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A checked outline and what was done to it."""

    geometry: dict[str, Any]
    shape: BaseGeometry
    was_sweref: bool = False
    had_height: bool = False


@cache
def _to_wgs84() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:3006", "EPSG:4326", always_xy=True)


def _is_in(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _polygons(geometry: Any) -> list[Any]:
    """
    Return the polygons, each a list of rings.

    :raises BadOutline: neither Polygon nor MultiPolygon, or without coordinates
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(coordinates, list) or not coordinates:
        raise BadOutline(_("Området saknar gräns. Den ska vara en Polygon eller MultiPolygon."))
    return [coordinates] if kind == "Polygon" else coordinates


def _positions(polygons: list[Any]) -> Iterator[Position]:
    for rings in polygons:
        if not isinstance(rings, list) or not rings:
            raise BadOutline(_("Gränsen är inte rätt skriven. Spara filen på nytt som GeoJSON."))
        for ring in rings:
            if not isinstance(ring, list):
                raise BadOutline(_("Gränsen är inte rätt skriven. Spara filen på nytt som GeoJSON."))
            for position in ring:
                if (
                    not isinstance(position, list)
                    or len(position) < 2
                    or any(
                        isinstance(number, bool) or not isinstance(number, int | float) for number in position
                    )
                ):
                    raise BadOutline(_("Gränsen är inte rätt skriven. Spara filen på nytt som GeoJSON."))
                yield position
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise BadOutline(_("Gränsen är inte sluten. Första och sista punkten ska vara samma."))


def _is_sweref(positions: list[Position]) -> bool:
    """
    Tell whether the coordinates are SWEREF 99 TM rather than degrees.

    :raises BadOutline: the axes are swapped, or a point is outside Sweden
    """
    first, second = [p[0] for p in positions], [p[1] for p in positions]

    def all_in(values: list[float], span: tuple[float, float]) -> bool:
        return all(_is_in(value, span) for value in values)

    if all_in(first, LON) and all_in(second, LAT):
        return False
    if all_in(first, _EASTING) and all_in(second, _NORTHING):
        return True
    if all_in(first, LAT) and all_in(second, LON):
        raise BadOutline(_("Latitud och longitud har bytt plats. Skriv longituden först, som i 12,3 58,3."))
    if all_in(first, _NORTHING) and all_in(second, _EASTING):
        raise BadOutline(_("Norr och öst har bytt plats i SWEREF 99 TM. Skriv östkoordinaten först."))
    outside = next((p for p in positions if not (_is_in(p[0], LON) and _is_in(p[1], LAT))), positions[0])
    raise BadOutline(
        _("Punkten %(point)s ligger utanför Sverige. Spara filen i WGS 84 med longituden först.")
        % {"point": f"{outside[0]:g} {outside[1]:g}"}
    )


def check_outline(geometry: Any) -> Outline:
    """
    Return a geometry as it may be stored; SWEREF 99 TM is converted, heights are dropped.

    :raises BadOutline: anything else than a valid area within Sweden's bounds
    """
    polygons = _polygons(geometry)
    positions = list(_positions(polygons))
    if len(positions) > MAX_POINTS:
        raise BadOutline(
            _("Gränsen har %(n)d punkter. Förenkla den till högst %(max)d.")
            % {"n": len(positions), "max": MAX_POINTS}
        )
    was_sweref = _is_sweref(positions)
    had_height = any(len(position) > 2 for position in positions)

    def place(position: Position) -> list[float]:
        if not was_sweref:
            return [position[0], position[1]]
        lon, lat = _to_wgs84().transform(position[0], position[1])
        return [round(lon, _DECIMALS), round(lat, _DECIMALS)]

    placed = [[[place(position) for position in ring] for ring in rings] for rings in polygons]
    if was_sweref and not all(
        _is_in(p[0], LON) and _is_in(p[1], LAT) for rings in placed for r in rings for p in r
    ):
        raise BadOutline(_("Området ligger utanför Sverige. Kontrollera koordinaterna."))
    kind = geometry["type"]
    kept = {"type": kind, "coordinates": placed[0] if kind == "Polygon" else placed}
    outline = shape(kept)
    if not outline.is_valid:
        where = _NUMBERS.findall(explain_validity(outline))
        raise BadOutline(
            _("Gränsen korsar eller överlappar sig själv vid %(point)s. Rätta den i kartprogrammet.")
            % {"point": " ".join(where[-2:]) or "?"}
        )
    if outline.area == 0:
        raise BadOutline(_("Området har ingen yta. Rita gränsen på nytt."))
    return Outline(kept, outline, was_sweref, had_height)


def square_kilometres(outline: BaseGeometry) -> float:
    """Return the area on the ellipsoid."""
    metres, _perimeter = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(outline)
    return round(abs(metres) / 1e6, 4)


def label_point(outline: BaseGeometry) -> tuple[float, float]:
    """Return a point inside, well away from the border where that is possible: longitude, latitude."""
    point = shapely.point_on_surface(outline)
    return round(point.x, 5), round(point.y, 5)
