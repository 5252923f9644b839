"""Where something was seen: from what was given to the columns that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import DomainError
from samsyn.core.importing.headings import plain
from samsyn.organisations.models import Municipality
from samsyn.places.locating import Located, index_of
from samsyn.places.models import Area, Building
from samsyn.places.positions import metres_of


class UnknownArea(DomainError):
    """An area that is not read in, or lies in another municipality."""


@dataclass(frozen=True, slots=True)
class Where:
    """What was said of the place: a point, an area's code, or words; all may be empty."""

    lat: float | None = None
    lon: float | None = None
    area_code: str = ""
    place_name: str = ""


def named_points(municipality: Municipality) -> dict[str, tuple[float, float]]:
    """Return where the buildings lie that have a point, by their names and ids as compared; lat, lon."""
    points: dict[str, tuple[float, float]] = {}
    twice: set[str] = set()
    for name, key, lat, lon in Building.objects.filter(municipality=municipality, lat__isnull=False).values_list(
        "name", "building_id", "lat", "lon"
    ):
        for word in {plain(name), plain(key)}:
            if word in points:
                twice.add(word)
            points[word] = (float(lat or 0), float(lon or 0))
    return {word: point for word, point in points.items() if word not in twice}


def located_areas(municipality: Municipality) -> dict[str, Located]:
    """Return, for each area of a municipality, the RegSO and DeSO that surely contain it."""
    index = index_of(municipality.code)
    return {area.code: index.locate_area(area) for area in Area.objects.filter(municipality_code=municipality.code)}


def columns_of(municipality: Municipality, where: Where) -> Mapping[str, Any]:
    """
    Return the columns of a place. A place in words that is a building's name gets that building's point.

    :raises UnknownArea: the area is not one of the municipality's
    """
    lat, lon = where.lat, where.lon
    if lat is None and where.place_name and not where.area_code:
        lat, lon = named_points(municipality).get(plain(where.place_name), (None, None))
    columns: dict[str, Any] = {
        "lat": lat, "lon": lon, "easting_m": None, "northing_m": None,
        "area_code": where.area_code, "place_name": where.place_name, "regso_code": "", "deso_code": "",
    }  # fmt: skip
    index = index_of(municipality.code)
    located = Located()
    if where.area_code:
        area = Area.objects.filter(code=where.area_code, municipality_code=municipality.code).first()
        if area is None:
            raise UnknownArea(_("Området finns inte i kommunen. Välj ett område i listan."))
        located = index.locate_area(area)
    if lat is not None and lon is not None:
        located = index.locate([lon], [lat])[0]
        (columns["easting_m"],), (columns["northing_m"],) = metres_of([lon], [lat])
    columns["regso_code"], columns["deso_code"] = located
    return columns
