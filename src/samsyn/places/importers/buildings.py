"""Buildings by the municipality's own ids."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core import text
from samsyn.core.importing import CellFault, Column, Context, Counts, ImportResult, Row, RowImporter, register
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.reading import Source
from samsyn.organisations.importing import municipality_for
from samsyn.places.locating import Located, index_of
from samsyn.places.models import Building
from samsyn.places.positions import BadPosition, metres_of, read_position

# Blanks, control and format characters, and what is drawn as nothing.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_NOTHING = frozenset("\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\u034f") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}


class ParsedBuilding(NamedTuple):
    """A row: the id as compared, then what it says."""

    id_key: str
    building_id: str
    name: str
    address: str
    lat: float | None
    lon: float | None


def id_key(written: str) -> str:
    r"""
    Return an id as it is compared: without regard to case, blanks and characters that are not seen.

    >>> id_key(" Fast-1\u200b "), id_key("FAST\u00ad- 1"), id_key("\u200b")
    ('fast-1', 'fast-1', '')
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", written).casefold())
    return "".join(
        sign
        for sign in folded
        if not sign.isspace() and unicodedata.category(sign) not in _UNSEEN and sign not in _NOTHING
    )


@register
class BuildingImporter(RowImporter[ParsedBuilding]):
    """Names, addresses and points. The id tells one from another, however it is typed."""

    kind: ClassVar[str] = "buildings"
    label = gettext_lazy("Byggnader")
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".xlsx", ".json", ".ndjson", ".geojson")
    columns: ClassVar[Sequence[Column]] = (
        Column("id", ("building_id", "fastighets-id", "byggnads-id"), required=True),
        Column("namn", ("name",), required=True),
        Column("adress", ("address",)),
        Column("lat", ("latitude", "latitud")),
        Column("lon", ("longitude", "longitud", "lng", "long")),
    )

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read whose buildings they are."""
        return {"municipality": municipality_for(context), "n_sweref": [0]}

    def parse(self, source: Source, context: Context, result: ImportResult) -> list[ParsedBuilding]:
        """Read the rows, then tell what was converted."""
        items = super().parse(source, context, result)
        if context.known["n_sweref"][0]:
            result.warn(_("Koordinaterna var i SWEREF 99 TM och räknades om till WGS 84."))
        return items

    def parse_row(self, row: Row, context: Context) -> ParsedBuilding:
        """Read one building."""
        written = row.text("id", required=True, max_length=120)
        key = id_key(written)
        if not key:
            raise CellFault("id", _("Id har bara tecken som inte syns. Skriv om det för hand."))
        if len(key) > 120:
            raise CellFault("id", _("Id är för långt. Korta det till högst 120 tecken."))
        name = row.text("namn", required=True, max_length=200)
        address = row.text("adress", max_length=300)
        try:
            position = read_position(row.text("lat", max_length=60), row.text("lon", max_length=60))
        except BadPosition as fault:
            raise CellFault(fault.axis, str(fault)) from None
        if position is not None:
            context.known["n_sweref"][0] += position.was_sweref
        return ParsedBuilding(
            key, written, name, address, position.lat if position else None, position.lon if position else None
        )

    def key_of(self, item: ParsedBuilding) -> str:
        """Return the id as compared."""
        return item.id_key

    def load(self, items: Sequence[ParsedBuilding], context: Context) -> Counts:
        """Write the buildings."""
        return merge(
            Building,
            key=["municipality_id", "id_key"],
            fields=[
                "building_id", "name", "address", "lat", "lon", "easting_m", "northing_m", "regso_code", "deso_code",
                "search_text", "sort_key",
            ],
            rows=_rows(items, context),
        )  # fmt: skip


def _rows(items: Sequence[ParsedBuilding], context: Context) -> Iterator[tuple[Any, ...]]:
    municipality = context.known["municipality"]
    lons = [item.lon for item in items if item.lon is not None]
    lats = [item.lat for item in items if item.lat is not None]
    metres = zip(*metres_of(lons, lats), strict=True)
    located = iter(index_of(municipality.code).locate(lons, lats))
    for item in items:
        east = north = None
        where = Located()
        if item.lat is not None:
            (east, north), where = next(metres), next(located)
        yield (
            municipality.pk,
            item.id_key,
            item.building_id,
            item.name,
            item.address,
            item.lat,
            item.lon,
            east,
            north,
            where.regso_code,
            where.deso_code,
            text.search_key(item.name, item.address, item.building_id),
            text.sort_key(item.name)[:200],
        )
