"""Areas as they can be read in again."""

from __future__ import annotations

from typing import Any

from samsyn.core.exporting import Document, exports
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area

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
