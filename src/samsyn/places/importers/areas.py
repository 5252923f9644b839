"""Areas from GeoJSON: SCB's fields, or `id` and `namn`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry import Point

from samsyn.core import text
from samsyn.core.errors import DomainError
from samsyn.core.importing import (
    CellFault,
    Context,
    Counts,
    DocumentImporter,
    ImportResult,
    Unreadable,
    quoted,
    register,
)
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.headings import plain
from samsyn.core.importing.limits import MAX_ROWS
from samsyn.organisations.importing import check_is_ours, others_codes
from samsyn.places import geometry
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area

_CODE_FIELD = {AreaLevel.DESO: "desokod", AreaLevel.REGSO: "regsokod", AreaLevel.MUNICIPALITY: "kommunkod"}
_CODE_SHAPE = {
    AreaLevel.DESO: re.compile(r"\d{4}[ABC]\d{4}", re.ASCII),
    AreaLevel.REGSO: re.compile(r"\d{4}R\d{3}", re.ASCII),
    AreaLevel.MUNICIPALITY: re.compile(r"\d{4}", re.ASCII),
}
_NAME_FIELDS = {
    AreaLevel.DESO: ("regsonamn", "namn", "name"),
    AreaLevel.REGSO: ("regsonamn", "namn", "name"),
    AreaLevel.MUNICIPALITY: ("kommunnamn", "namn", "name"),
}
# SCB's statistics write 1488C1010_DeSO2025, its geometry 1488C1010.
_EDITION = re.compile(r"_(DeSO|RegSO)\d{4}$", re.IGNORECASE)
_WGS84 = re.compile(r"(CRS:?84|4326)$")
_SWEREF = re.compile(r"3006$")


class ParsedArea(NamedTuple):
    """An area's row: the code, then the model's other columns in this order."""

    code: str
    name: str
    level: str
    municipality_code: str
    parent_code: str
    geometry: dict[str, Any]
    area_km2: float
    label_lon: float
    label_lat: float
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float
    source: str
    version: str
    reference_date: date | None
    search_text: str
    sort_key: str


class FieldFault(DomainError):
    """A property that holds something else than it should."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


def _said(properties: Mapping[str, Any], *names: str) -> str:
    """Return the first of these properties that says something."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            said = text.clean(str(value).strip())
            if text.has_refused_characters(said):
                raise FieldFault(
                    name, _("Texten innehåller styrtecken som inte är text. Skriv om den för hand.")
                )
            return said
    return ""


def level_asked(options: Mapping[str, str]) -> AreaLevel | None:
    """
    Return the level that was asked for.

    :raises Unreadable: there is no such level
    """
    asked = options.get("level", "").strip().upper()
    if not asked:
        return None
    if asked not in AreaLevel.values:
        raise Unreadable(
            _("Nivån %(level)s finns inte. Välj bland %(levels)s.")
            % {"level": quoted(asked), "levels": ", ".join(AreaLevel.values)}
        )
    return AreaLevel(asked)


def _code(properties: Mapping[str, Any], *names: str) -> str:
    return _EDITION.sub("", _said(properties, *names))


def finest_level(properties: Mapping[str, Any]) -> AreaLevel:
    """
    Return the level of the finest code that a feature has; an `id` tells its level by its form.

    A municipality's code beside another `id` says only where the area lies: it must not take the municipality's place.
    """
    own = _code(properties, "id")
    for level, name in _CODE_FIELD.items():
        if level == AreaLevel.MUNICIPALITY and own and own != _code(properties, name):
            continue
        if _said(properties, name):
            return level
    code = _code(properties, "id")
    return next((level for level, form in _CODE_SHAPE.items() if form.fullmatch(code)), AreaLevel.OTHER)


def _date(value: str) -> date | None:
    try:
        if value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{8}", value, re.ASCII):
            raise ValueError(value)
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise FieldFault(
            "referensdatum",
            _("%(value)s är inget datum. Skriv det som 2025-01-01.") % {"value": quoted(value)},
        ) from None


def _properties(feature: Any) -> dict[str, Any]:
    given = feature.get("properties") if isinstance(feature, dict) else None
    properties = {plain(str(name)): value for name, value in given.items()} if isinstance(given, dict) else {}
    if "id" not in properties and isinstance(feature, dict) and feature.get("id") is not None:
        properties["id"] = feature["id"]
    return properties


def parse_feature(
    feature: Any, *, level: AreaLevel | None, source: str
) -> tuple[ParsedArea, geometry.Outline]:
    """
    Return a feature's row, and its outline as checked.

    :raises FieldFault: a property is missing or wrong
    :raises geometry.BadOutline: the outline cannot be used
    """
    properties = _properties(feature)
    level = level or finest_level(properties)
    code_field = _CODE_FIELD.get(level, "id")
    code = _code(properties, code_field, "id")
    if not code:
        raise FieldFault(code_field, _("Området saknar kod. Lägg till %(name)s.") % {"name": code_field})
    form = _CODE_SHAPE.get(level)
    if len(code) > 40 or (form and not form.fullmatch(code)):
        raise FieldFault(
            code_field,
            _("%(code)s är ingen kod för %(level)s.") % {"code": quoted(code), "level": level.label},
        )
    name_fields = _NAME_FIELDS.get(level, ("namn", "name"))
    name = _said(properties, *name_fields)
    if not name or len(name) > 200:
        raise FieldFault(
            name_fields[0],
            _("Området ska ha ett namn på högst 200 tecken i %(name)s.") % {"name": name_fields[0]},
        )
    municipality = _code(properties, "kommunkod") or (code[:4] if level in _CODE_SHAPE else "")
    if municipality and not _CODE_SHAPE[AreaLevel.MUNICIPALITY].fullmatch(municipality):
        raise FieldFault(
            "kommunkod",
            _("%(code)s är ingen kommunkod. Den har fyra siffror.") % {"code": quoted(municipality)},
        )
    # SCB's codes say themselves where they lie; a code of another municipality's would stand in its way later.
    if level in _CODE_SHAPE and municipality != code[:4]:
        raise FieldFault(
            "kommunkod",
            _("Koden %(code)s hör till kommunen %(own)s, inte %(said)s. Rätta den ena.")
            % {"code": quoted(code), "own": code[:4], "said": municipality},
        )
    parents = {AreaLevel.DESO: _code(properties, "regsokod"), AreaLevel.REGSO: municipality}
    parent = _code(properties, "parent_code") or parents.get(level, "")
    outline = geometry.check_outline(feature.get("geometry") if isinstance(feature, dict) else None)
    min_lon, min_lat, max_lon, max_lat = outline.shape.bounds
    label = _label(properties, outline)
    area = ParsedArea(
        code=code,
        name=name,
        level=level.value,
        municipality_code=municipality,
        parent_code=parent[:40],
        geometry=outline.geometry,
        area_km2=_given_area(properties) or geometry.square_kilometres(outline.shape),
        label_lon=label[0],
        label_lat=label[1],
        min_lon=min_lon,
        min_lat=min_lat,
        max_lon=max_lon,
        max_lat=max_lat,
        source=(_said(properties, "source", "källa", "kalla") or source)[:200],
        version=_said(properties, "version")[:40],
        reference_date=_date(_said(properties, "referensdatum", "reference_date")),
        search_text=text.search_key(name, code),
        sort_key=text.sort_key(name)[:200],
    )
    return area, outline


def _given_area(properties: Mapping[str, Any]) -> float | None:
    value = properties.get("area_km2")
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )


def _label(properties: Mapping[str, Any], outline: geometry.Outline) -> tuple[float, float]:
    """Return the given label point if it lies inside the area, else one of our own."""
    lon, lat = properties.get("label_lon"), properties.get("label_lat")
    if (
        isinstance(lon, int | float)
        and isinstance(lat, int | float)
        and outline.shape.covers(Point(lon, lat))
    ):
        return float(lon), float(lat)
    return geometry.label_point(outline.shape)


@register
class AreaImporter(DocumentImporter[ParsedArea]):
    """Polygons with codes and names. The option `level` says what they are; else the finest code decides."""

    kind: ClassVar[str] = "areas"
    label = gettext_lazy("Områden")
    suffixes: ClassVar[tuple[str, ...]] = (".geojson", ".json")

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read which areas other municipalities mind."""
        others = others_codes(context)
        theirs = Area.objects.filter(municipality_code__in=others).values_list("code", flat=True) if others else ()
        return {"others": others, "theirs": frozenset(theirs)}

    def parse_document(self, document: Any, context: Context, result: ImportResult) -> list[ParsedArea]:
        """Read each feature; two with one code are a fault."""
        level = level_asked(context.options)
        areas: list[ParsedArea] = []
        first_row: dict[str, int] = {}
        for number, feature in enumerate(_features(document), start=1):
            result.rows += 1
            try:
                area, outline = parse_feature(feature, level=level, source=_source(document))
                others = context.known.get("others", frozenset())
                check_is_ours("kommunkod", area.municipality_code or area.code, others)
                if area.code in context.known.get("theirs", ()):
                    raise FieldFault("id", _("Koden används av en annan kommun. Välj en annan."))
            except (FieldFault, CellFault) as fault:
                result.refuse_row(number, fault.column, str(fault))
                continue
            except geometry.BadOutline as fault:
                result.refuse_row(number, "geometry", str(fault))
                continue
            if area.code in first_row:
                column = _CODE_FIELD.get(AreaLevel(area.level), "id")
                told = _("Koden %(code)s står redan på rad %(n)d. Varje område får stå en gång.")
                result.refuse_row(number, column, told % {"code": area.code, "n": first_row[area.code]})
                continue
            if outline.was_sweref:
                result.warn(_("Koordinaterna var i SWEREF 99 TM och räknades om till WGS 84."))
            if outline.had_height:
                result.warn(_("Höjden över havet i koordinaterna lästes inte in."))
            first_row[area.code] = number
            areas.append(area)
        return areas

    def load(self, items: Sequence[ParsedArea], context: Context) -> Counts:
        """Write the areas by their code."""
        return merge(Area, key=["code"], fields=ParsedArea._fields[1:], rows=items)


def _source(document: Any) -> str:
    source = document.get("source")
    return source if isinstance(source, str) and not text.has_refused_characters(source) else ""


def _features(document: Any) -> Iterator[Any]:
    """
    Give the features.

    :raises Unreadable: not a FeatureCollection, too many, or in a reference system that we do not know
    """
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise Unreadable(_("Filen är ingen GeoJSON med områden. Den ska vara en FeatureCollection."))
    if len(features) > MAX_ROWS:
        raise Unreadable(_("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS})
    crs = document.get("crs")
    if crs is not None:
        named = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
        if not isinstance(named, str) or not (_WGS84.search(named) or _SWEREF.search(named)):
            raise Unreadable(
                _("Filens koordinatsystem %(name)s är okänt här. Spara filen i WGS 84.")
                % {"name": quoted(str(named))}
            )
    yield from features
