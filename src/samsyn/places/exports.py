"""Areas as they can be read in again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samsyn.core.exporting import Cell, Document, Table, exports
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area, Building

_CODE_NAME = {
    AreaLevel.DESO: ("desokod", "regsonamn"),
    AreaLevel.REGSO: ("regsokod", "regsonamn"),
    AreaLevel.MUNICIPALITY: ("kommunkod", "kommunnamn"),
}


def feature_of(area: Area) -> dict[str, Any]:
    """Return an area as a GeoJSON feature with SCB's names for its fields."""
    code_field, name_field = _CODE_NAME.get(AreaLevel(area.level), ("id", "namn"))
    properties: dict[str, Any] = {
        code_field: area.code,
        name_field: area.name,
        "kommunkod": area.municipality_code,
        "parent_code": area.parent_code,
        "area_km2": area.area_km2,
        "label_lon": area.label_lon,
        "label_lat": area.label_lat,
        "source": area.source,
        "version": area.version,
        "referensdatum": area.reference_date.isoformat() if area.reference_date else "",
    }
    return {"type": "Feature", "id": area.code, "properties": properties, "geometry": area.geometry}


@exports("areas")
def areas(municipality: str) -> Document:
    """Return every area, or those of a municipality."""
    rows = Area.objects.order_by("level", "code")
    if municipality:
        rows = rows.filter(municipality_code=municipality)
    return Document({"type": "FeatureCollection", "features": [feature_of(area) for area in rows]})


@exports("buildings")
def buildings(municipality: str) -> Table:
    """Return every building, or those of a municipality."""
    found = Building.objects.order_by("municipality__code", "id_key")
    if municipality:
        found = found.filter(municipality__code=municipality)

    def rows() -> Iterator[list[Cell]]:
        for building in found.iterator(chunk_size=2000):
            yield [building.building_id, building.name, building.address, building.lat, building.lon]

    return Table(["id", "namn", "adress", "lat", "lon"], rows())
