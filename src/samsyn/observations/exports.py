"""Observations as they can be read in again."""

from __future__ import annotations

from collections.abc import Iterator

from samsyn.core.clock import local
from samsyn.core.exporting import Cell, Table, exports
from samsyn.observations.enums import OTHER
from samsyn.observations.models import Observation

HEADINGS = (
    "id", "tid", "kategori", "text", "lat", "lon", "kalla", "sakerhet", "noggrannhet", "omrade", "plats",
)  # fmt: skip


@exports("observations")
def observations(municipality: str) -> Table:
    """Return what stands, without what was withdrawn."""
    rows = Observation.objects.filter(withdrawn_at__isnull=True).select_related("category").order_by("pk")
    if municipality:
        rows = rows.filter(municipality__code=municipality)

    def cells() -> Iterator[list[Cell]]:
        for row in rows.iterator(chunk_size=2000):
            category = row.own_category if row.category.code == OTHER and row.own_category else row.category.code
            yield [
                row.source_id,
                local(row.happened_at).isoformat(),
                category,
                row.what,
                row.lat,
                row.lon,
                row.source_class.casefold(),
                row.certainty.casefold(),
                row.precision.casefold(),
                row.area_code,
                row.place_name,
            ]

    return Table(HEADINGS, cells())
