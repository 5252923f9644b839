"""Points as people and files give them: checked, turned to WGS 84, and set in SWEREF 99 TM. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyproj
from django.utils.translation import gettext as _

from samsyn.core.errors import DomainError
from samsyn.places.geometry import LAT, LON

# SWEREF 99 TM over Sweden, metres.
_EASTING = (180_000.0, 1_000_000.0)
_NORTHING = (6_090_000.0, 7_720_000.0)
_DECIMALS = 7  # about a centimetre
_NUMBER = re.compile(r"[+-]?\d{1,10}(?:[.,]\d{1,20})?", re.ASCII)
_BLANKS = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u2009": None, "\u2212": "-", "\u2013": "-"})


class BadPosition(DomainError):
    """A point that cannot be used; `axis` says which of the two is wrong."""

    def __init__(self, axis: str, sentence: str) -> None:
        super().__init__(sentence)
        self.axis = axis


class Position(NamedTuple):
    """A point in WGS 84, and whether it was given in SWEREF 99 TM."""

    lat: float
    lon: float
    was_sweref: bool = False


@cache
def _to_sweref() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)


@cache
def _to_wgs84() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:3006", "EPSG:4326", always_xy=True)


def metres_of(lons: Sequence[float], lats: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return eastings and northings in SWEREF 99 TM, to the centimetre, in the same order."""
    if not len(lons):
        return [], []
    east, north = _to_sweref().transform(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
    return np.round(east, 2).tolist(), np.round(north, 2).tolist()


def _number(axis: str, written: str) -> float:
    number = written.translate(_BLANKS)
    if not _NUMBER.fullmatch(number):
        raise BadPosition(
            axis, _("%(value)s är ingen koordinat. Skriv den som 58,2836.") % {"value": f"”{written[:40]}”"}
        )
    return float(number.replace(",", "."))


def _is_in(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def read_position(lat: str, lon: str) -> Position | None:
    """
    Return the point that two texts give; None where both are empty.

    >>> read_position("58,2836", "12.2858")
    Position(lat=58.2836, lon=12.2858, was_sweref=False)

    :raises BadPosition: half a point, no numbers, axes that have changed places, or a point outside Sweden
    """
    if not lat and not lon:
        return None
    if not lat or not lon:
        raise BadPosition(
            "lon" if lat else "lat", _("Punkten saknar den ena koordinaten. Fyll i båda, eller lämna båda tomma.")
        )
    north, east = _number("lat", lat), _number("lon", lon)
    if _is_in(north, LAT) and _is_in(east, LON):
        return Position(round(north, _DECIMALS), round(east, _DECIMALS))
    if _is_in(north, _NORTHING) and _is_in(east, _EASTING):
        degrees: tuple[Any, Any] = _to_wgs84().transform(east, north)
        if _is_in(degrees[1], LAT) and _is_in(degrees[0], LON):
            return Position(round(degrees[1], _DECIMALS), round(degrees[0], _DECIMALS), was_sweref=True)
    elif _is_in(north, LON) and _is_in(east, LAT):
        raise BadPosition("lat", _("Latitud och longitud har bytt plats. I Sverige är latituden mellan 55 och 69."))
    elif _is_in(north, _EASTING) and _is_in(east, _NORTHING):
        raise BadPosition("lat", _("Norr och öst har bytt plats i SWEREF 99 TM. Norr står i lat, öst i lon."))
    axis = "lon" if _is_in(north, LAT) else "lat"
    raise BadPosition(
        axis, _("Punkten %(point)s ligger utanför Sverige. Skriv den i WGS 84.") % {"point": f"{north:g} {east:g}"}
    )
