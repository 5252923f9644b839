"""
Key figures from Kolada (RKA): answers of its API v3, values and descriptions alike.

A value is one number for a key figure, a municipality, a year and a sex. `null` and `..` mean that there is none, which
is never zero; a status of Private means that the owner hides it. Kolada's whole country, 0000, is SCB's 00.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core import text
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
from samsyn.core.importing.limits import MAX_ROWS
from samsyn.organisations.importing import check_is_ours, others_codes
from samsyn.statistics.enums import CountedBy, Periodicity, ValueStatus
from samsyn.statistics.importers.crime import extraction_date_of
from samsyn.statistics.importers.municipalities import WHOLE_COUNTRY
from samsyn.statistics.models import KpiDefinition, StatisticSeries, StatisticValue
from samsyn.statistics.periods import parse_period

OWNER = "RKA (Kolada)"
SOURCE = "Kolada (RKA)"
URL = "https://www.kolada.se/"
COUNTRY = "0000"
_KPI = re.compile(r"[NU]\d{5}", re.ASCII)
_PLACE = re.compile(r"\d{4}|G\d{1,8}", re.ASCII)
_SEXES = {"T": "", "K": "kvinnor", "M": "män"}
_NONE = frozenset({"", "..", "-", "–"})
_PLACES = Decimal("0.001")
_LARGEST = Decimal(10) ** 11


class ParsedValue(NamedTuple):
    """One number: which figure, place, year and sex, and what stands there."""

    kpi: str
    area_code: str
    year: int
    sex: str
    value: Decimal | None
    status: str


class ParsedKpi(NamedTuple):
    """What is said of a figure, in the model's order."""

    kpi: str
    title: str
    description: str
    operating_area: str
    is_divided_by_gender: bool
    publ_period: str


Item = ParsedValue | ParsedKpi


def _said(record: Mapping[str, Any], name: str, max_length: int, *, required: bool = False) -> str:
    value = record.get(name)
    said = text.clean(value).strip() if isinstance(value, str) else ""
    if required and not said:
        raise CellFault(name, _("Fältet %(name)s saknas. Hämta filen på nytt från Kolada.") % {"name": name})
    if len(said) > max_length or text.has_refused_characters(said):
        raise CellFault(
            name, _("Texten är för lång eller innehåller styrtecken. Högst %(max)d tecken.") % {"max": max_length}
        )
    return said


def _kpi(record: Mapping[str, Any], name: str) -> str:
    said = _said(record, name, 10, required=True)
    if not _KPI.fullmatch(said):
        raise CellFault(name, _("%(kpi)s är inget nyckeltal hos Kolada.") % {"kpi": quoted(said)})
    return said


def parse_kpi(record: Mapping[str, Any]) -> ParsedKpi:
    """
    Return what is said of a figure.

    :raises CellFault: a field is missing or wrong
    """
    return ParsedKpi(
        _kpi(record, "id"),
        _said(record, "title", 300, required=True),
        _said(record, "description", 10_000),
        _said(record, "operating_area", 200),
        record.get("is_divided_by_gender") in (True, 1),
        _said(record, "publ_period", 20),
    )


def _number(cell: Mapping[str, Any], told: set[str]) -> tuple[Decimal | None, str]:
    value, status = cell.get("value"), cell.get("status")
    if cell.get("isdeleted") in (True, 1) or value is None or (isinstance(value, str) and value.strip() in _NONE):
        hidden = isinstance(status, str) and status.strip().casefold() == "private"
        return None, (ValueStatus.SUPPRESSED if hidden else ValueStatus.MISSING).value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellFault("value", _("Värdet är inget tal. Hämta filen på nytt från Kolada."))
    try:
        exact = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        raise CellFault("value", _("%(value)s är inget tal.") % {"value": quoted(str(value))}) from None
    if not exact.is_finite() or abs(exact) >= _LARGEST:
        raise CellFault("value", _("Talet är för stort. Kontrollera det hos Kolada."))
    rounded = exact.quantize(_PLACES, rounding=ROUND_HALF_EVEN)
    if rounded != exact:
        told.add("rounded")
    return rounded, ValueStatus.FINAL.value


def parse_values(record: Mapping[str, Any], told: set[str], others: frozenset[str]) -> list[ParsedValue]:
    """
    Return the numbers of a record: one for each sex.

    :raises CellFault: a field is missing or wrong
    """
    kpi = _kpi(record, "kpi")
    place = _said(record, "municipality", 10, required=True)
    if not _PLACE.fullmatch(place):
        raise CellFault("municipality", _("%(code)s är ingen kommunkod hos Kolada.") % {"code": quoted(place)})
    area_code = WHOLE_COUNTRY if place == COUNTRY else place
    check_is_ours("municipality", area_code, others)
    year = record.get("period")
    if isinstance(year, str) and year.isascii() and year.isdecimal():
        year = int(year)
    if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2100:
        raise CellFault(
            "period", _("%(year)s är inget år. Hämta filen på nytt från Kolada.") % {"year": quoted(str(year))}
        )
    cells = record.get("values")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise CellFault("values", _("Posten saknar värden. Hämta filen på nytt från Kolada."))
    found: dict[str, ParsedValue] = {}
    for cell in cells:
        sex = cell.get("gender")
        if sex not in _SEXES:
            raise CellFault("gender", _("Kön ska vara T, K eller M. Hämta filen på nytt från Kolada."))
        if sex in found:
            raise CellFault("gender", _("Samma kön står två gånger i posten. Hämta filen på nytt från Kolada."))
        found[sex] = ParsedValue(kpi, area_code, year, sex, *_number(cell, told))
    return list(found.values())


@register
class KoladaImporter(DocumentImporter[Item]):
    """One row is one record of an answer. Descriptions give their titles to the series, whichever came first."""

    kind: ClassVar[str] = "kolada"
    label = gettext_lazy("Nyckeltal (Kolada)")

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read which municipalities mind their own numbers."""
        return {"others": others_codes(context)}

    def parse_document(self, document: Any, context: Context, result: ImportResult) -> list[Item]:
        """Read each record of an answer, or of a list of answers."""
        answers = document if isinstance(document, list) else [document]
        records = [record for answer in answers for record in _records(answer, result)]
        if len(records) > MAX_ROWS:
            raise Unreadable(_("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS})
        items: list[Item] = []
        first: dict[tuple[str, ...], int] = {}
        told: set[str] = set()
        for number, record in enumerate(records, start=1):
            result.rows += 1
            try:
                if not isinstance(record, dict):
                    raise CellFault("", _("Posten är inget svar från Kolada. Hämta filen på nytt."))
                made: list[Item] = []
                if "kpi" in record or "values" in record:
                    made.extend(parse_values(record, told, context.known.get("others", frozenset())))
                    key = tuple(str(record.get(name)) for name in ("kpi", "municipality", "period"))
                else:
                    made.append(parse_kpi(record))
                    key = (str(record["id"]),)
                if key in first:
                    raise CellFault(
                        "kpi" if len(key) > 1 else "id",
                        _("Samma uppgift står redan på rad %(n)d. Ta bort den ena raden.") % {"n": first[key]},
                    )
            except CellFault as fault:
                result.refuse_row(number, fault.column, str(fault))
                continue
            first[key] = number
            items.extend(made)
        if told:
            result.warn(_("Tal med fler än tre decimaler avrundades till tre."))
        return items

    def load(self, items: Sequence[Item], context: Context) -> Counts:
        """Write the descriptions, make the series that are missing, then write the numbers."""
        kpis = [item for item in items if isinstance(item, ParsedKpi)]
        values = [item for item in items if isinstance(item, ParsedValue)]
        counts = merge(KpiDefinition, key=["kpi"], fields=ParsedKpi._fields[1:], rows=kpis)
        _retitle([kpi.kpi for kpi in kpis])
        ids = _ensure_series({(v.kpi, v.area_code, v.sex) for v in values}, extraction_date_of(context))
        periods = {year: parse_period(str(year)) for year in {value.year for value in values}}
        counts.add(
            merge(
                StatisticValue,
                key=["series_id", "period"],
                fields=["start_date", "end_date", "value", "rate_per_100k", "status"],
                rows=(
                    (
                        ids[value.kpi, value.area_code, value.sex],
                        str(value.year),
                        periods[value.year].start_date,
                        periods[value.year].end_date,
                        value.value,
                        None,
                        value.status,
                    )
                    for value in values
                ),
            )
        )
        return counts


def _records(answer: Any, result: ImportResult) -> list[Any]:
    """
    Return an answer's records.

    :raises Unreadable: it is no answer of Kolada's API v3
    """
    records = answer.get("values") if isinstance(answer, dict) else None
    if not isinstance(records, list) or (isinstance(answer, dict) and "kpi" in answer):
        raise Unreadable(_("Filen är inget svar från Koladas API v3. Den ska ha ”values” överst."))
    if isinstance(answer, dict) and answer.get("next_url"):
        result.warn(_("Filen är bara en del av svaret hos Kolada. Hämta nästa del också."))
    return records


def series_key(kpi: str, area_code: str, sex: str) -> str:
    """Return a series' key, as `kolada-N07402-1488-T`."""
    return f"kolada-{kpi}-{area_code}-{sex}"


def _words(kpi: str, sex: str, definition: KpiDefinition | None) -> dict[str, str]:
    title = definition.title if definition else kpi
    if _SEXES[sex]:
        title = f"{title}, {_SEXES[sex]}"
    said = title.casefold()
    unit = (
        "procent"
        if "(%)" in said or "andel" in said
        else "kronor"
        if "kr/" in said or "kronor" in said
        else "enligt rubriken"
    )
    return {
        "title": title[:160],
        "definition": (definition.description if definition else "") or "Beskrivningen finns hos Kolada.",
        "unit": unit,
    }


def _definitions(kpis: Iterable[str]) -> dict[str, KpiDefinition]:
    return {each.kpi: each for each in KpiDefinition.objects.filter(kpi__in=set(kpis))}


def _retitle(kpis: Sequence[str]) -> None:
    """Give the series that came before their description its words."""
    known = _definitions(kpis)
    changed = []
    for series in StatisticSeries.objects.filter(key__startswith="kolada-", measure__in=known):
        words = _words(series.measure, series.key[-1], known[series.measure])
        if any(getattr(series, name) != word for name, word in words.items()):
            for name, word in words.items():
                setattr(series, name, word)
            changed.append(series)
    StatisticSeries.objects.bulk_update(changed, ["title", "definition", "unit"], batch_size=500)


def _ensure_series(wanted: set[tuple[str, str, str]], extraction_date: date | None) -> dict[tuple[str, str, str], int]:
    """Return the row number of each wanted series; the missing ones are made."""
    numbers = dict(StatisticSeries.objects.filter(key__startswith="kolada-").values_list("key", "pk"))
    missing = sorted(each for each in wanted if series_key(*each) not in numbers)
    known = _definitions(kpi for kpi, _area, _sex in missing)
    made = StatisticSeries.objects.bulk_create(
        [
            StatisticSeries(
                key=series_key(kpi, area_code, sex),
                measure=kpi,
                area_code=area_code,
                periodicity=Periodicity.YEAR,
                owner=OWNER,
                counted_by=CountedBy.DEFINITION,
                source_text=SOURCE,
                source_url=URL,
                licence="Kolada ska anges som källa",
                extraction_date=extraction_date,
                **_words(kpi, sex, known.get(kpi)),
            )
            for kpi, area_code, sex in missing
        ],
        batch_size=500,
    )
    numbers.update({series.key: series.pk for series in made})
    if extraction_date:
        StatisticSeries.objects.filter(pk__in=[numbers[series_key(*each)] for each in wanted]).update(
            extraction_date=extraction_date
        )
    return {each: numbers[series_key(*each)] for each in wanted}


def answer_of(values: Iterable[StatisticValue], definitions: Iterable[KpiDefinition]) -> dict[str, Any]:
    """Return stored numbers and descriptions as one answer of Kolada's."""
    grouped: dict[tuple[str, str, int], list[dict[str, Any]]] = defaultdict(list)
    for value in values:
        area_code, sex = value.series.area_code, value.series.key[-1]
        place = COUNTRY if area_code == WHOLE_COUNTRY else area_code
        hidden = {ValueStatus.SUPPRESSED: "Private", ValueStatus.MISSING: "Missing"}
        number = value.value
        grouped[value.series.measure, place, int(value.period)].append(
            {
                "gender": sex,
                "count": None,
                "status": hidden.get(ValueStatus(value.status), ""),
                "value": number,
                "isdeleted": False,
            }
        )
    records: list[dict[str, Any]] = [
        {"kpi": kpi, "municipality": place, "period": year, "values": cells}
        for (kpi, place, year), cells in grouped.items()
    ]
    records += [
        {
            "id": each.kpi,
            "title": each.title,
            "description": each.description,
            "operating_area": each.operating_area,
            "is_divided_by_gender": each.is_divided_by_gender,
            "publ_period": each.publ_period,
        }
        for each in definitions
    ]
    return {"count": len(records), "next_url": None, "values": records}
