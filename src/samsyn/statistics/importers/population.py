"""Population by area, sex and age: SCB's numbers as CSV, or as SCB's own JSON-stat 2."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core.importing import (
    CellFault,
    Column,
    Context,
    Counts,
    ImportResult,
    Row,
    RowImporter,
    Unreadable,
    quoted,
    register,
)
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.headings import plain
from samsyn.core.importing.limits import MAX_ROWS
from samsyn.core.importing.reading import Source, Table, read_document
from samsyn.organisations.importing import check_is_ours, others_codes
from samsyn.statistics.enums import Sex
from samsyn.statistics.models import PopulationCount

_SEXES = {
    **dict.fromkeys(("man", "män", "m", "1", "male", "men"), Sex.MALE),
    **dict.fromkeys(("kvinna", "kvinnor", "k", "2", "female", "women"), Sex.FEMALE),
}
_AREA_FORMS = {
    "desokod": re.compile(r"\d{4}[ABC]\d{4}", re.ASCII),
    "regsokod": re.compile(r"\d{4}R\d{3}", re.ASCII),
    "kommunkod": re.compile(r"\d{4}", re.ASCII),
}
_EDITION = re.compile(r"_(DeSO|RegSO)\d{4}$", re.IGNORECASE)
_BAND = re.compile(r"(\d{1,3})?\s*([-–+])?\s*(\d{1,3})?\s*(?:år|years)?", re.IGNORECASE)
_OLDEST = 120

_DIMENSIONS = {
    "area": frozenset({"region"}),
    "alder": frozenset({"alder", "ålder", "age"}),
    "kon": frozenset({"kon", "kön", "sex"}),
    "ar": frozenset({"tid", "time", "år"}),
}


class ParsedCount(NamedTuple):
    """A row of the table, in the model's order."""

    area_code: str
    year: int
    sex: str
    age_band: str
    age_from: int
    n: int


def parse_band(text: str) -> tuple[str, int]:
    """
    Return an age band as we write it, and its first age.

    >>> parse_band("0–4 år"), parse_band("-4"), parse_band("80-"), parse_band("80+"), parse_band("17")
    (('0-4', 0), ('0-4', 0), ('80+', 80), ('80+', 80), ('17', 17))

    :raises ValueError: no ages, or backwards
    """
    found = _BAND.fullmatch(text.strip())
    if not found or (found[1] is None and found[3] is None) or (found[2] is None and found[3] is not None):
        raise ValueError(text)
    first = int(found[1] or 0)
    if found[2] is None:
        band = str(first)
    elif found[3] is None:
        band = f"{first}+"
    else:
        band = f"{first}-{int(found[3])}"
        if found[2] == "+" or int(found[3]) < first:
            raise ValueError(text)
    if first > _OLDEST:
        raise ValueError(text)
    return band, first


@register
class PopulationImporter(RowImporter[ParsedCount]):
    """Counts per area, year, sex and age band; the finest area code of a row is the one that counts."""

    kind: ClassVar[str] = "population"
    label = gettext_lazy("Folkmängd (SCB)")
    columns: ClassVar[Sequence[Column]] = (
        Column("desokod", ("deso", "deso_code")),
        Column("regsokod", ("regso", "regso_code")),
        Column("kommunkod", ("kommun", "municipality", "municipality_code")),
        Column("regsonamn", ("regso_name",)),
        Column("kommunnamn", ("municipality_name",)),
        Column("kon", ("kön", "sex"), required=True),
        Column("alder", ("ålder", "age", "age_band"), required=True),
        Column("antal", ("n", "count", "folkmängd"), required=True),
        Column("ar", ("år", "year"), required=True),
    )

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read which municipalities mind their own numbers."""
        return {"others": others_codes(context)}

    def read(self, source: Source, context: Context, result: ImportResult) -> Table:
        """Turn a JSON-stat dataset into rows; anything else is a table already."""
        if source.suffix == ".json":
            document = read_document(source, result)
            if isinstance(document, dict):
                headings, rows = jsonstat_rows(document, result)
                return Table(headings, rows)
        return super().read(source, context, result)

    def parse_row(self, row: Row, context: Context) -> ParsedCount:
        """Read one count."""
        column = row.first_of(_AREA_FORMS)
        if not column:
            raise CellFault("kommunkod", _("Raden saknar område. Fyll i desokod, regsokod eller kommunkod."))
        code = _EDITION.sub("", row.text(column, max_length=40))
        if not _AREA_FORMS[column].fullmatch(code):
            raise CellFault(column, _("%(code)s är ingen områdeskod.") % {"code": quoted(code)})
        check_is_ours(column, code, context.known.get("others", frozenset()))
        sex = _SEXES.get(row.text("kon", required=True, max_length=20).casefold())
        if sex is None:
            raise CellFault("kon", _("Skriv man eller kvinna. Summor av båda läses inte in."))
        said = row.text("alder", required=True, max_length=20)
        try:
            band, age_from = parse_band(said)
        except ValueError:
            raise CellFault(
                "alder", _("%(age)s är ingen ålder. Skriv 0-4 eller 80+.") % {"age": quoted(said)}
            ) from None
        n = row.integer("antal", least=0, most=20_000_000)
        year = row.integer("ar", least=1900, most=2100)
        if n is None or year is None:
            raise CellFault(
                "antal" if n is None else "ar", _("Cellen är tom. Fyll i den, eller ta bort raden.")
            )
        return ParsedCount(code, year, sex.value, band, age_from, n)

    def key_of(self, item: ParsedCount) -> tuple[str, int, str, str]:
        """Return the group."""
        return item.area_code, item.year, item.sex, item.age_band

    def parse(self, source: Source, context: Context, result: ImportResult) -> list[ParsedCount]:
        """Leave out areas that are nought throughout a year: SCB answers so before an area existed."""
        items = super().parse(source, context, result)
        totals: dict[tuple[str, int], int] = defaultdict(int)
        for item in items:
            totals[item.area_code, item.year] += item.n
        empty = {group for group, n in totals.items() if n == 0}
        for _code, year in sorted(empty):
            result.warn(
                _("Alla tal för %(year)d är noll i något område och lästes inte in. Området kan vara nyare.")
                % {"year": year}
            )
        return [item for item in items if (item.area_code, item.year) not in empty]

    def load(self, items: Sequence[ParsedCount], context: Context) -> Counts:
        """Write the counts."""
        return merge(
            PopulationCount,
            key=["area_code", "year", "sex", "age_band"],
            fields=["age_from", "n"],
            rows=items,
        )


def _categories(dimension: Any) -> list[str]:
    """Return a JSON-stat dimension's codes in order."""
    index = dimension["category"]["index"]
    return list(index) if isinstance(index, list) else sorted(index, key=lambda code: index[code])


def jsonstat_rows(document: Any, result: ImportResult) -> tuple[list[str], Iterator[list[str]]]:
    """
    Return a JSON-stat 2 dataset as headings and rows.

    :raises Unreadable: not such a dataset, or with other dimensions than area, age, sex and year
    """
    fault = Unreadable(
        _("Filen är ingen JSON-stat 2 med område, ålder, kön och år. Hämta tabellen på nytt hos SCB.")
    )
    if document.get("class") != "dataset" or str(document.get("version")) != "2.0":
        raise fault
    try:
        names: list[str] = document["id"]
        codes = [_categories(document["dimension"][name]) for name in names]
        values: Any = document["value"]
        n_cells = prod(len(each) for each in codes)
        if n_cells > MAX_ROWS:
            raise Unreadable(
                _("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS}
            )
        if [len(each) for each in codes] != document["size"] or (
            isinstance(values, list) and len(values) != n_cells
        ):
            raise fault
    except (KeyError, TypeError, AttributeError):
        raise fault from None
    places = {
        role: next((at for at, name in enumerate(names) if plain(str(name)) in known), None)
        for role, known in _DIMENSIONS.items()
    }
    others = [at for at in range(len(names)) if at not in places.values()]
    if None in places.values() or any(len(codes[at]) > 1 for at in others):
        raise fault
    area_at, age_at, sex_at, year_at = (at for at in places.values() if at is not None)
    form = next(
        (
            column
            for column, shape in _AREA_FORMS.items()
            if shape.fullmatch(_EDITION.sub("", codes[area_at][0]))
        ),
        "",
    )
    if not form:
        raise fault

    def rows() -> Iterator[list[str]]:
        for at, cell in enumerate(product(*codes)):
            value = values[at] if isinstance(values, list) else values.get(str(at))
            if value is None:
                result.warn(_("Tal som saknas i SCB:s tabell lästes inte in. De är inte noll."))
                continue
            yield [cell[area_at], cell[sex_at], cell[age_at], str(value), cell[year_at]]

    return [form, "kon", "alder", "antal", "ar"], rows()
