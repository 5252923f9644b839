"""Numbers and news as they can be read in again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from samsyn.core.clock import local
from samsyn.core.exporting import Cell, Document, Table, exports
from samsyn.statistics.enums import Sex, ValueStatus
from samsyn.statistics.importers.bra_layout import HEADINGS
from samsyn.statistics.importers.crime import MISSING, SUPPRESSED
from samsyn.statistics.importers.kolada import answer_of
from samsyn.statistics.importers.police import SITE
from samsyn.statistics.models import KpiDefinition, NewsItem, PopulationCount, StatisticValue

_SEX = {Sex.MALE: "man", Sex.FEMALE: "kvinna"}
_NO_VALUE = {ValueStatus.SUPPRESSED: SUPPRESSED, ValueStatus.MISSING: MISSING}


def _number(value: Decimal | None) -> int | Decimal | None:
    return int(value) if value is not None and value == value.to_integral_value() else value


@exports("crime-statistics")
def crime_statistics(municipality: str) -> Table:
    """Return Brå's numbers in the plain file's columns."""
    values = StatisticValue.objects.filter(series__key__startswith="bra-").select_related("series")
    if municipality:
        values = values.filter(series__area_code=municipality)

    def rows() -> Iterator[list[Cell]]:
        for value in values.order_by("series__key", "start_date").iterator(chunk_size=2000):
            count = _NO_VALUE.get(ValueStatus(value.status), _number(value.value))
            mark = 1 if value.is_preliminary else None
            rate = _number(value.rate_per_100k)
            yield [value.series.area_code, value.period, value.series.measure, count, rate, mark]

    return Table(HEADINGS, rows())


@exports("population")
def population(municipality: str) -> Table:
    """Return the population with each area's code in the column of its level."""
    counts = PopulationCount.objects.order_by("area_code", "year", "age_from", "sex")
    if municipality:
        counts = counts.filter(area_code__startswith=municipality)

    def rows() -> Iterator[list[Cell]]:
        for count in counts.iterator(chunk_size=2000):
            code = count.area_code
            column = {4: 2, 8: 1}.get(len(code), 0)
            codes = [code if at == column else None for at in range(3)]
            yield [*codes, _SEX[Sex(count.sex)], count.age_band, count.n, count.year]

    return Table(["desokod", "regsokod", "kommunkod", "kon", "alder", "antal", "ar"], rows())


@exports("kolada")
def kolada(municipality: str) -> Document:
    """Return key figures as one of Kolada's answers, with what is said of them."""
    values = StatisticValue.objects.filter(series__key__startswith="kolada-").select_related("series")
    definitions = KpiDefinition.objects.all()
    if municipality:
        values = values.filter(series__area_code=municipality)
        definitions = definitions.filter(kpi__in=values.values("series__measure"))
    return Document(answer_of(values.order_by("series__key", "start_date"), definitions))


@exports("police-events")
def police_events(municipality: str) -> Document:
    """Return the events in the feed's form, without the coordinate that never was the event's."""
    items = NewsItem.objects.all()
    if municipality:
        items = items.filter(municipality_code=municipality)
    return Document([_event(item) for item in items])


def _event(item: NewsItem) -> dict[str, Any]:
    published = local(item.published_at)
    offset = published.strftime("%z")
    return {
        "id": int(item.external_id) if item.external_id.isdecimal() else item.external_id,
        "datetime": f"{published:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:]}",
        "name": item.headline,
        "summary": item.summary,
        "url": item.url.removeprefix(SITE),
        "type": item.kind,
        "location": {"name": item.location_name},
    }
