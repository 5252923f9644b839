"""Observations from tables and GeoJSON points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samsyn.core import personal_text
from samsyn.core.importing import (
    CellFault,
    Column,
    Context,
    Counts,
    ImportResult,
    Row,
    RowImporter,
    quoted,
    register,
)
from samsyn.core.importing.bulk import History, merge
from samsyn.core.importing.headings import plain
from samsyn.core.importing.reading import Source
from samsyn.observations.enums import CATEGORIES, OTHER, Certainty, Precision, SourceClass
from samsyn.observations.models import (
    CONTENT_FIELDS,
    ID_LENGTH,
    WHAT_LENGTH,
    Observation,
    ObservationCategory,
    ObservationVersion,
    random_id,
    search_text,
)
from samsyn.observations.places import located_areas, named_points
from samsyn.observations.services import AHEAD, ensure_categories
from samsyn.organisations.importing import municipality_for
from samsyn.places.locating import Located, index_of
from samsyn.places.positions import BadPosition, metres_of, read_position

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:[Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_TOLD = 20


class ParsedObservation(NamedTuple):
    """A row: its key, what it says, and where. The category is a code."""

    source_class: str
    source_id: str
    category: str
    own_category: str
    what: str
    certainty: str
    happened_at: datetime
    precision: str
    lat: float | None
    lon: float | None
    area_code: str
    place_name: str


def _choices(choices: type[SourceClass] | type[Certainty] | type[Precision]) -> dict[str, str]:
    return {plain(word): each.value for each in choices for word in (each.value, str(each.label))}


def read_instant(said: str) -> datetime:
    """
    Return the instant of an RFC 3339 time.

    >>> read_instant("2026-11-22T23:30:00+01:00").isoformat()
    '2026-11-22T22:30:00+00:00'

    :raises CellFault: no such time, or without offset
    """
    if not _INSTANT.fullmatch(said):
        if _WITHOUT_OFFSET.fullmatch(said):
            raise CellFault("tid", _("Tiden saknar tidszon. Skriv den som 2026-11-22T23:30:00+01:00."))
        raise CellFault(
            "tid",
            _("%(time)s är ingen tidpunkt. Skriv den som 2026-11-22T23:30:00+01:00.") % {"time": quoted(said)},
        )
    try:
        return datetime.fromisoformat(said.replace(" +", "+").replace(" -", "-").upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CellFault(
            "tid", _("%(time)s finns inte. Kontrollera dag och klockslag.") % {"time": quoted(said)}
        ) from None


@register
class ObservationImporter(RowImporter[ParsedObservation]):
    """
    Things seen, one a row. The source's own id makes the second reading the first again.

    An unknown category is kept as *övrigt* with its own word. A row with signs of a person in it is a fault.
    """

    kind: ClassVar[str] = "observations"
    label = gettext_lazy("Observationer")
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".xlsx", ".json", ".ndjson", ".geojson")
    columns: ClassVar[Sequence[Column]] = (
        Column("id", ("source_id",), required=True),
        Column("tid", ("time", "datetime", "happened_at"), required=True),
        Column("kategori", ("category",)),
        Column("text", ("what", "vad", "beskrivning", "description")),
        Column("lat", ("latitude", "latitud")),
        Column("lon", ("longitude", "longitud", "lng", "long")),
        Column("kalla", ("källa", "source", "source_class")),
        Column("sakerhet", ("säkerhet", "certainty")),
        Column("noggrannhet", ("precision",)),
        Column("omrade", ("område", "area", "area_code")),
        Column("plats", ("place", "place_name")),
    )

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read the municipality, its categories, areas and named places."""
        municipality = municipality_for(context)
        categories = {plain(word): code for code, name in CATEGORIES for word in (code, str(name))}
        own = ObservationCategory.objects.filter(municipality=municipality).values_list("code", "name")
        categories.update({plain(word): code for code, name in own for word in (code, name)})
        return {
            "municipality": municipality,
            "categories": categories,
            "areas": located_areas(municipality),
            "points": named_points(municipality),
            "sources": _choices(SourceClass),
            "certainties": _choices(Certainty),
            "precisions": _choices(Precision),
            "unknown": {},  # words of this file that are no category of ours, and how often
            "n_sweref": [0],
            "n_without": [0],
        }

    def parse(self, source: Source, context: Context, result: ImportResult) -> list[ParsedObservation]:
        """Read the rows, then tell what was guessed or kept under another name."""
        items = super().parse(source, context, result)
        unknown: dict[str, int] = context.known["unknown"]
        for word in list(unknown)[:_TOLD]:
            result.warn(
                _("Kategorin %(word)s är okänd och sparas som Övrigt med sitt eget ord.") % {"word": quoted(word)}
            )
        if len(unknown) > _TOLD:
            n = len(unknown) - _TOLD
            result.warn(
                ngettext(
                    "Ytterligare %(n)d kategori är okänd och sparas som Övrigt.",
                    "Ytterligare %(n)d kategorier är okända och sparas som Övrigt.",
                    n,
                )
                % {"n": n}
            )
        if context.known["n_without"][0]:
            result.warn(_("Rader utan kategori sparas som Övrigt."))
        if context.known["n_sweref"][0]:
            result.warn(_("Koordinaterna var i SWEREF 99 TM och räknades om till WGS 84."))
        self._tell_of_outside(items, context, result)
        return items

    def _tell_of_outside(self, items: Sequence[ParsedObservation], context: Context, result: ImportResult) -> None:
        index = index_of(context.known["municipality"].code)
        if index.is_empty:
            if any(item.lat is not None for item in items):
                result.warn(_("Kommunens områden är inte inlästa. Läs in dem först, annars hamnar inget i ett område."))
            return
        points = [(item.lon, item.lat) for item in items if item.lat is not None and item.lon is not None]
        located = index.locate([lon for lon, _lat in points], [lat for _lon, lat in points])
        n = sum(not each.regso_code and not each.deso_code for each in located)
        if n:
            result.warn(
                ngettext(
                    "%(n)d punkt ligger utanför kommunens områden. Kontrollera koordinaterna.",
                    "%(n)d punkter ligger utanför kommunens områden. Kontrollera koordinaterna.",
                    n,
                )
                % {"n": n}
            )

    def parse_row(self, row: Row, context: Context) -> ParsedObservation:
        """Read one observation."""
        known = context.known
        source_id = row.text("id", required=True, max_length=ID_LENGTH)
        happened_at = read_instant(row.text("tid", required=True, max_length=60))
        if happened_at > context.now + AHEAD:
            raise CellFault("tid", _("Tiden är inte här än. Kontrollera dag och klockslag."))
        if happened_at < _OLDEST:
            raise CellFault("tid", _("Tiden är före 1990. Kontrollera årtalet."))
        word = row.text("kategori", max_length=120)
        category = known["categories"].get(plain(word)) if word else OTHER
        own = "" if category is not None else word
        what = row.text("text", max_length=WHAT_LENGTH)
        place_name = row.text("plats", max_length=200)
        for column, said in (("id", source_id), ("text", what), ("kategori", own), ("plats", place_name)):
            fault = personal_text.fault_in(said) if said else ""
            if fault:
                raise CellFault(column, fault)
        area_code = row.text("omrade", max_length=40)
        if area_code and area_code not in known["areas"]:
            raise CellFault("omrade", _("Området %(code)s finns inte i kommunen.") % {"code": quoted(area_code)})
        lat, lon = self._point(row, known, place_name if not area_code else "")
        if not word:
            known["n_without"][0] += 1
        if own:
            known["unknown"][own] = known["unknown"].get(own, 0) + 1
        return ParsedObservation(
            source_class=self._choice(row, "kalla", known["sources"], SourceClass.IMPORT.value),
            source_id=source_id,
            category=category or OTHER,
            own_category=own,
            what=what,
            certainty=self._choice(row, "sakerhet", known["certainties"], Certainty.NOT_STATED.value),
            happened_at=happened_at,
            precision=self._choice(row, "noggrannhet", known["precisions"], Precision.MINUTE.value),
            lat=lat,
            lon=lon,
            area_code=area_code,
            place_name=place_name,
        )

    @staticmethod
    def _point(row: Row, known: Mapping[str, Any], place_name: str) -> tuple[float | None, float | None]:
        try:
            position = read_position(row.text("lat", max_length=60), row.text("lon", max_length=60))
        except BadPosition as fault:
            raise CellFault(fault.axis, str(fault)) from None
        if position is None:
            point: tuple[float | None, float | None] = known["points"].get(plain(place_name), (None, None))
            return point
        known["n_sweref"][0] += position.was_sweref
        return position.lat, position.lon

    @staticmethod
    def _choice(row: Row, column: str, choices: Mapping[str, str], default: str) -> str:
        said = row.text(column, max_length=60)
        if not said:
            return default
        found = choices.get(plain(said))
        if found is None:
            words = ", ".join(sorted({value.casefold() for value in choices.values()}))
            raise CellFault(
                column,
                _("%(value)s är inget av alternativen. Välj bland %(choices)s.")
                % {"value": quoted(said), "choices": words},
            )
        return found

    def key_of(self, item: ParsedObservation) -> tuple[str, str]:
        """Return what tells one observation from another."""
        return item.source_class, item.source_id

    def load(self, items: Sequence[ParsedObservation], context: Context) -> Counts:
        """Write what differs; what is changed is kept as it was, and what a person has corrected is left alone."""
        municipality = context.known["municipality"]
        ids = {code: category.pk for code, category in ensure_categories(municipality).items()}
        label = (context.by.audit_label if context.by else "system")[:200]
        return merge(
            Observation,
            key=["municipality_id", "source_class", "source_id"],
            fields=[*CONTENT_FIELDS, "search_text"],
            only_new=["public_id", "recorded_at", "recorded_by"],
            rows=_rows(items, context, ids, label),
            history=History(
                model=ObservationVersion,
                link="observation_id",
                copied=CONTENT_FIELDS,
                constants={
                    "replaced_at": context.now,
                    "replaced_by": label,
                    "reason": _("Ändrat när en fil lästes in."),
                },
                counter="version",
                locked="is_corrected",
            ),
        )


def _rows(
    items: Sequence[ParsedObservation], context: Context, ids: Mapping[str, int], label: str
) -> Iterator[tuple[Any, ...]]:
    """Give the rows in the model's order, with metres and areas decided for all points at once."""
    municipality, areas = context.known["municipality"], context.known["areas"]
    lons = [item.lon for item in items if item.lon is not None]
    lats = [item.lat for item in items if item.lat is not None]
    metres = zip(*metres_of(lons, lats), strict=True)
    located = iter(index_of(municipality.code).locate(lons, lats))
    for item in items:
        east = north = None
        where = areas[item.area_code] if item.area_code else Located()
        if item.lat is not None:
            (east, north), where = next(metres), next(located)
        yield (
            municipality.pk,
            item.source_class,
            item.source_id,
            ids[item.category],
            item.own_category,
            item.what,
            item.certainty,
            item.happened_at,
            item.precision,
            item.lat,
            item.lon,
            east,
            north,
            item.area_code,
            item.place_name,
            where.regso_code,
            where.deso_code,
            search_text(item.what, item.own_category, item.place_name),
            random_id(),
            context.now,
            label,
        )
