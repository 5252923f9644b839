"""Reads of numbers and news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samsyn.statistics.enums import Periodicity, Sex
from samsyn.statistics.models import NewsItem, PopulationCount, SeriesBreak, StatisticSeries, StatisticValue
from samsyn.ui.formats import format_number


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
    """An area's population on 31 December of a year, by age band in order and by sex."""

    area_code: str
    year: int
    by_group: dict[tuple[str, Sex], int]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.by_group.values())

    @property
    def caption(self) -> str:
        """What the table of the population shows."""
        return _("Folkmängd efter ålder och kön, 31 december %(year)d") % {"year": self.year}

    @property
    def headers(self) -> list[dict[str, Any]]:
        """The table's headings: age, each sex, and both."""
        labels = [str(sex.label).capitalize() for sex in Sex]
        return [
            {"label": _("Ålder"), "number": False},
            *({"label": label, "number": True} for label in [*labels, _("Alla")]),
        ]

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        """The table's rows, youngest first, and the sums last."""
        language = get_language() or "sv"

        def row(heading: str, counts: list[int]) -> list[dict[str, Any]]:
            cells = [format_number(n, language=language) for n in [*counts, sum(counts)]]
            return [{"text": heading, "number": False}, *({"text": cell, "number": True} for cell in cells)]

        bands = [
            row(band.replace("-", "–"), [self.by_group.get((band, sex), 0) for sex in Sex])
            for band in self.by_age
        ]
        return [*bands, row(_("Alla åldrar"), [self.by_sex[sex] for sex in Sex])]

    @property
    def by_sex(self) -> dict[Sex, int]:
        """How many of each sex."""
        return {sex: sum(n for (_band, of), n in self.by_group.items() if of == sex) for sex in Sex}

    @property
    def by_age(self) -> dict[str, int]:
        """How many in each age band, youngest first."""
        ages: dict[str, int] = {}
        for (band, _sex), n in self.by_group.items():
            ages[band] = ages.get(band, 0) + n
        return ages


def recorded_crime(
    municipality_code: str, keys: Sequence[str], *, periodicity: Periodicity = Periodicity.YEAR
) -> list[Recorded]:
    """Return a municipality's series for these measures, in their order, those not read in left out."""
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
    rows = counts.filter(year=year).order_by("age_from", "age_band", "sex")
    by_group = {(row.age_band, Sex(row.sex)): row.n for row in rows}
    return Population(area_code, year, by_group) if year is not None and by_group else None


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


def news_of(municipality_code: str) -> QuerySet[NewsItem]:
    """Return what the police have published about a municipality, newest first."""
    return NewsItem.objects.filter(municipality_code=municipality_code)


def news(municipality_code: str, limit: int) -> list[NewsItem]:
    """Return the latest of what the police have published about a municipality."""
    return list(news_of(municipality_code)[:limit])
