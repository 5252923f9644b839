"""What is said about Brå's series, from one data file, and how their rows in the database come about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from samsyn.statistics.enums import Periodicity
from samsyn.statistics.models import SeriesBreak, StatisticSeries

_FILE = Path(__file__).parent / "data" / "series.json"
_KEY_WORD = {Periodicity.YEAR: "year", Periodicity.QUARTER: "quarter", Periodicity.MONTH: "month"}


@dataclass(frozen=True, slots=True)
class SeriesId:
    """What tells one of Brå's series from another."""

    measure: str
    area_code: str
    periodicity: Periodicity

    @property
    def key(self) -> str:
        """The series' key, as `bra-total-1488-year`."""
        return f"bra-{self.measure}-{self.area_code}-{_KEY_WORD[self.periodicity]}"


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def measures() -> tuple[str, ...]:
    """Return the measures we know, most general first."""
    return tuple(_file()["measures"])


@cache
def _label_patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (measure, label, re.compile(label, re.IGNORECASE))
        for measure, about in _file()["measures"].items()
        for label in about["labels"]
    )


def measure_of_label(label: str) -> tuple[str, str] | None:
    """Return the measure that one of Brå's own labels belongs to, and which part of it; None if unknown."""
    return next(((measure, part) for measure, part, form in _label_patterns() if form.search(label)), None)


def parts_of(measure: str) -> frozenset[str]:
    """Return the parts that must be added up to a measure; one part for most."""
    about = _file()["measures"][measure]
    return frozenset(about["labels"]) if about.get("is_sum") else frozenset()


def _translations(**fields: str) -> dict[str, Any]:
    return {
        "en": {
            "made_by": "machine",
            "date": _file()["translation_date"],
            "reviewed_date": None,
            "fields": fields,
        }
    }


def _new_series(wanted: SeriesId, extraction_date: date | None) -> StatisticSeries:
    common = _file()
    about = common["measures"][wanted.measure]
    definition = {lang: f"{about['definition'][lang]} {common['place_note'][lang]}" for lang in ("sv", "en")}
    return StatisticSeries(
        key=wanted.key,
        measure=wanted.measure,
        area_code=wanted.area_code,
        periodicity=wanted.periodicity,
        owner=common["owner"],
        title=about["title"]["sv"],
        definition=definition["sv"],
        unit=common["unit"]["sv"],
        counted_by=common["counted_by"],
        direction_note=common["direction_note"]["sv"],
        source_text=common["source_text"]["sv"],
        source_url=common["source_url"],
        licence=common["licence"],
        extraction_date=extraction_date,
        translations=_translations(
            title=about["title"]["en"],
            definition=definition["en"],
            unit=common["unit"]["en"],
            direction_note=common["direction_note"]["en"],
            source_text=common["source_text"]["en"],
        ),
    )


def _new_breaks(made: Iterable[StatisticSeries]) -> list[SeriesBreak]:
    return [
        SeriesBreak(
            series=series,
            period=known["period"],
            text=known["text"]["sv"],
            translations=_translations(text=known["text"]["en"]),
        )
        for series in made
        for known in _file()["breaks"]
        if (series.measure, series.periodicity) == (known["measure"], known["periodicity"])
        and series.area_code in known["area_codes"]
    ]


def ensure_series(wanted: Iterable[SeriesId], *, extraction_date: date | None) -> dict[SeriesId, int]:
    """Return the row number of each wanted series; the missing ones are made with what we know of them."""
    by_key = {series.key: series for series in wanted}
    numbers = dict(StatisticSeries.objects.filter(key__startswith="bra-").values_list("key", "pk"))
    new = [_new_series(series, extraction_date) for key, series in by_key.items() if key not in numbers]
    made = StatisticSeries.objects.bulk_create(new, batch_size=500)
    SeriesBreak.objects.bulk_create(_new_breaks(made), batch_size=500)
    numbers.update({series.key: series.pk for series in made})
    if extraction_date:
        StatisticSeries.objects.filter(pk__in=[numbers[key] for key in by_key]).update(
            extraction_date=extraction_date
        )
    return {series: numbers[key] for key, series in by_key.items()}
