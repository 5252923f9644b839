"""Reads of numbers and news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Sum

from samsyn.statistics.enums import Periodicity, Sex
from samsyn.statistics.models import NewsItem, PopulationCount, SeriesBreak, StatisticSeries, StatisticValue


@dataclass(frozen=True, slots=True)
class Recorded:
    """A series with its numbers and breaks in the order of time."""

    series: StatisticSeries
    values: tuple[StatisticValue, ...]
    breaks: tuple[SeriesBreak, ...]

    @property
    def latest(self) -> StatisticValue | None:
        """The last period that has a number."""
        return next((value for value in reversed(self.values) if value.value is not None), None)


@dataclass(frozen=True, slots=True)
class Population:
    """An area's population on 31 December of a year, in all and by sex and age."""

    area_code: str
    year: int
    total: int
    by_sex: dict[Sex, int]
    by_age: dict[str, int]


def recorded_crime(
    municipality_code: str, keys: Sequence[str], *, periodicity: Periodicity = Periodicity.YEAR
) -> list[Recorded]:
    """Return a municipality's series of reported offences for these measures, in their order; missing ones left out."""
    found = {
        series.measure: series
        for series in StatisticSeries.objects.filter(
            area_code=municipality_code, measure__in=keys, periodicity=periodicity
        ).prefetch_related("values", "breaks")
    }
    return [
        Recorded(
            series=found[key],
            values=tuple(sorted(found[key].values.all(), key=lambda value: value.start_date)),
            breaks=tuple(found[key].breaks.all()),
        )
        for key in keys
        if key in found
    ]


def population_of(area_code: str, *, year: int | None = None) -> Population | None:
    """
    Return an area's population in `year`, or in the latest year that is read in; None if there is none.

    SCB adds a small random number to small cells, so the sum may differ from the published total.
    """
    counts = PopulationCount.objects.filter(area_code=area_code)
    if year is None:
        year = counts.aggregate(latest=Max("year"))["latest"]
    by_sex: dict[Sex, int] = {}
    by_age: dict[str, int] = {}
    for count in counts.filter(year=year).order_by("age_from", "age_band"):
        by_sex[Sex(count.sex)] = by_sex.get(Sex(count.sex), 0) + count.n
        by_age[count.age_band] = by_age.get(count.age_band, 0) + count.n
    if year is None or not by_sex:
        return None
    return Population(area_code, year, sum(by_sex.values()), by_sex, by_age)


def populations_of(area_codes: Sequence[str]) -> dict[str, int]:
    """Return the latest total of each area, in one question; areas without numbers are left out."""
    totals: dict[str, int] = {}
    rows = (
        PopulationCount.objects.filter(area_code__in=area_codes)
        .values("area_code", "year")
        .annotate(total=Sum("n"))
        .order_by("year")
    )
    for row in rows:
        totals[row["area_code"]] = row["total"]
    return totals


def news(municipality_code: str, limit: int) -> list[NewsItem]:
    """Return what the police last published about a municipality, newest first."""
    return list(NewsItem.objects.filter(municipality_code=municipality_code)[:limit])
