"""Compare a CSV file as a whole: a panel of areas, a series of months, areas to rank, or shares with a trend."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.compare import (
    CompareError,
    SmallestChange,
    compare_chosen_area,
    difference_in_differences,
    estimate_dispersion,
    interrupted_time_series,
    shrink_rates,
    smallest_change_in_counts,
    smallest_change_in_shares,
    trend_in_shares,
)
from samsyn.analysis.compare.series import Variance
from samsyn.analysis.compare_csv import SENTENCES
from samsyn.analysis.csv_input import FileError, Row, RowError, decimal, integer, read_table

SWEDISH_HEADINGS = {
    "område": "area",
    "period": "period",
    "år": "period",
    "månad": "period",
    "antal": "count",
    "exponering": "exposure",
    "före": "before",
    "efter": "after",
    "exponering_före": "exposure_before",
    "exponering_efter": "exposure_after",
    "spridning": "dispersion",
    "täljare": "numerator",
    "nämnare": "denominator",
    "andel": "share",
    "fall": "cases",
}

_MONTH = re.compile(r"(\d{4})[-MK]?(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command was told; None where the method does not need it."""

    confidence: float = 0.95
    power: float = 0.8
    dispersion: float | None = None
    target: str | None = None
    first_after: str | None = None
    comparison_fixed_before: bool = False
    with_slope: bool = False
    with_trend: bool = False
    variance: Variance = "quasi-poisson"
    seed: int = 0


class _Rows:
    """The rows of a file that could be read, and the faults of the others."""

    def __init__(self, raw: bytes, columns: tuple[str, ...], required: tuple[str, ...], answer: Answer) -> None:
        table = read_table(raw, known=columns, aliases=SWEDISH_HEADINGS)
        lacking = [column for column in required if column not in table.columns]
        if lacking:
            raise FileError(f"Kolumnen {lacking[0]} saknas. Filen ska ha kolumnerna {', '.join(required)}.")
        answer.warnings = table.warnings
        self.has = frozenset(table.columns)
        self.answer = answer
        self.rows: list[tuple[int, Row]] = []
        for number, row in enumerate(table.rows(), start=1):
            if isinstance(row, RowError):
                self._fault(number, row)
            else:
                self.rows.append((number, row))
        answer.n_rows = len(self.rows) + len(answer.row_errors)

    def each(self, read: Callable[[Row], None]) -> bool:
        """Hand over every row; whether all could be read."""
        for number, row in self.rows:
            try:
                read(row)
            except RowError as fault:
                self._fault(number, fault)
            except CompareError as error:
                self._fault(number, RowError(error.field, SENTENCES[error.code]))
        return not self.answer.row_errors

    def _fault(self, number: int, fault: RowError) -> None:
        self.answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})


def compare_whole(raw: bytes, *, method: str, options: Options) -> Answer:
    """Answer what a method says of a whole file; a faulty row, or one too few, leaves the file unjudged."""
    answer = Answer()
    try:
        METHODS[method](raw, options, answer)
    except FileError as fault:
        answer.file_errors.append(str(fault))
    except CompareError as error:
        answer.file_errors.append(SENTENCES[error.code])
    return answer


def _differences(raw: bytes, options: Options, answer: Answer) -> None:
    rows = _Rows(raw, ("area", "period", "count", "exposure"), ("area", "period", "count"), answer)
    cells: dict[tuple[str, str], tuple[int | None, float]] = {}

    def read(row: Row) -> None:
        key = (_name(row, "area"), _name(row, "period"))
        if key in cells:
            raise RowError("period", f"{key[0]} har redan en rad för {key[1]}. Behåll en av dem.")
        cells[key] = (integer(row, "count"), _exposure(row, "exposure"))

    if not rows.each(read):
        return
    areas = list(dict.fromkeys(area for area, _ in cells))
    periods = sorted({period for _, period in cells})
    counts, exposures = np.full((len(areas), len(periods)), np.nan), np.ones((len(areas), len(periods)))
    for (area, period), (count, exposure) in cells.items():
        at = areas.index(area), periods.index(period)
        counts[at] = np.nan if count is None else count
        exposures[at] = exposure
    result = difference_in_differences(
        counts,
        target=_position(options.target, areas, "--target", "ett område"),
        n_before=_position(options.first_after, periods, "--from", "en period"),
        comparison_fixed_before=options.comparison_fixed_before,
        exposures=exposures,
        dispersion=options.dispersion,
        confidence=options.confidence,
    )
    answer.found = {"areas": areas, "periods": periods, "result": result.as_dict()}


def _series(raw: bytes, options: Options, answer: Answer) -> None:
    rows = _Rows(raw, ("period", "count", "exposure"), ("period", "count"), answer)
    months: dict[date, tuple[int | None, float]] = {}

    def read(row: Row) -> None:
        month = _month(_name(row, "period"))
        if month is None:
            raise RowError("period", "Månaden ska skrivas som 2024-03.")
        if month in months:
            raise RowError("period", f"Månaden {month:%Y-%m} finns redan. Behåll en av raderna.")
        months[month] = (integer(row, "count"), _exposure(row, "exposure"))

    if not rows.each(read) or not months:
        return
    first, last = min(months), max(months)
    span = [
        date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1)
        for step in range((last.year - first.year) * 12 + last.month - first.month + 1)
    ]
    start = _month(options.first_after or "")
    if start is None or start not in span:
        raise FileError("Ange första månaden efter med --from, till exempel --from 2021-01. Den ska finnas i filen.")
    result = interrupted_time_series(
        [np.nan if (count := months.get(month, (None, 1.0))[0]) is None else count for month in span],
        first_month=first,
        n_before=span.index(start),
        exposures=[months.get(month, (None, 1.0))[1] for month in span] if "exposure" in rows.has else None,
        with_slope=options.with_slope,
        variance=options.variance,
        confidence=options.confidence,
    )
    answer.found = {"result": result.as_dict()}


def _shrink(raw: bytes, options: Options, answer: Answer) -> None:
    rows = _Rows(raw, ("area", "count", "exposure"), ("area", "count", "exposure"), answer)
    found: list[tuple[str, int | None, float]] = []

    def read(row: Row) -> None:
        found.append((_name(row, "area"), integer(row, "count"), _exposure(row, "exposure")))

    if not rows.each(read):
        return
    result = shrink_rates(
        [np.nan if count is None else count for _, count, _ in found],
        [exposure for _, _, exposure in found],
        rng=np.random.default_rng(options.seed),
        dispersion=options.dispersion or 1.0,
        confidence=options.confidence,
    ).as_dict()
    for (area, _, _), place in zip(found, result["areas"], strict=True):
        place["area"] = area
    answer.found = {"result": result}


def _chosen(raw: bytes, options: Options, answer: Answer) -> None:
    columns = ("area", "before", "after", "exposure_before", "exposure_after")
    rows = _Rows(raw, columns, ("area", "before", "after"), answer)
    found: list[tuple[str, int | None, int | None, float, float]] = []

    def read(row: Row) -> None:
        found.append((
            _name(row, "area"),
            integer(row, "before"),
            integer(row, "after"),
            _exposure(row, "exposure_before"),
            _exposure(row, "exposure_after"),
        ))  # fmt: skip

    if not rows.each(read):
        return
    at = _position(options.target, [area for area, *_ in found], "--target", "ett område")
    _, _, after, _, exposure_after = found[at]
    if after is None:
        raise FileError("Det valda området saknar ett tal efter. Fyll i det.")
    others = [(count, exposure) for i, (_, _, count, _, exposure) in enumerate(found) if i != at]
    known = [(count, exposure) for count, exposure in others if count is not None]
    result = compare_chosen_area(
        [np.nan if before is None else before for _, before, *_ in found],
        chosen=at,
        after=after,
        exposures_before=[exposure for _, _, _, exposure, _ in found],
        exposure_after=exposure_after,
        # A general change can be taken out only when every other area tells how it went.
        others_after=(sum(c for c, _ in known), sum(e for _, e in known)) if len(known) == len(others) else None,
        dispersion=options.dispersion,
        confidence=options.confidence,
    )
    answer.found = {"area": options.target, "result": result.as_dict()}


def _dispersion(raw: bytes, options: Options, answer: Answer) -> None:
    rows = _Rows(raw, ("period", "count", "exposure"), ("period", "count"), answer)
    found: dict[str, tuple[int | None, float]] = {}

    def read(row: Row) -> None:
        period = _name(row, "period")
        if period in found:
            raise RowError("period", f"Perioden {period} finns redan. Behåll en av raderna.")
        found[period] = (integer(row, "count"), _exposure(row, "exposure"))

    if not rows.each(read):
        return
    ordered = [found[period] for period in sorted(found)]
    result = estimate_dispersion(
        [np.nan if count is None else count for count, _ in ordered],
        exposures=[exposure for _, exposure in ordered],
        with_trend=options.with_trend,
        confidence=options.confidence,
    )
    answer.found = {"result": result.as_dict()}


def _trend(raw: bytes, options: Options, answer: Answer) -> None:
    rows = _Rows(raw, ("period", "numerator", "denominator"), ("period", "numerator", "denominator"), answer)
    found: list[tuple[float, int | None, int | None]] = []

    def read(row: Row) -> None:
        # A year is a number here; where it is none, the order of the rows would be a guess.
        score = decimal(row, "period")
        if score is None:
            raise RowError("period", "Skriv ett år eller ett ordningstal.")
        found.append((score, integer(row, "numerator"), integer(row, "denominator")))

    if not rows.each(read):
        return
    result = trend_in_shares(
        [np.nan if numerator is None else numerator for _, numerator, _ in found],
        [np.nan if denominator is None else denominator for _, _, denominator in found],
        scores=[score for score, _, _ in found],
        dispersion=options.dispersion,
        confidence=options.confidence,
    )
    answer.found = {"result": result.as_dict()}


def _power(raw: bytes, options: Options, answer: Answer) -> None:
    columns = ("id", "before", "exposure_before", "exposure_after", "dispersion", "share", "cases")
    rows = _Rows(raw, columns, (), answer)

    def read(row: Row) -> None:
        before, share, cases = integer(row, "before"), decimal(row, "share"), integer(row, "cases")
        found: SmallestChange
        if before is not None:
            found = smallest_change_in_counts(
                before,
                exposure_before=_exposure(row, "exposure_before"),
                exposure_after=_exposure(row, "exposure_after"),
                dispersion=decimal(row, "dispersion"),
                power=options.power,
                confidence=options.confidence,
            )
        elif share is not None and cases is not None:
            found = smallest_change_in_shares(share, cases=cases, power=options.power, confidence=options.confidence)
        else:
            raise RowError(None, "Fyll i before, eller både share och cases.")
        answer.results.append({"id": row.get("id", ""), **found.as_dict()})

    rows.each(read)


METHODS: Mapping[str, Callable[[bytes, Options, Answer], None]] = {
    "differences": _differences,
    "series": _series,
    "shrink": _shrink,
    "chosen": _chosen,
    "dispersion": _dispersion,
    "trend": _trend,
    "power": _power,
}


def _name(row: Row, column: str) -> str:
    name = row.get(column, "")
    if not name:
        raise RowError(column, "Cellen är tom. Skriv vad raden gäller.")
    return name


def _exposure(row: Row, column: str) -> float:
    value = decimal(row, column)
    if value is None:
        return 1.0
    if value <= 0:
        raise RowError(column, "Exponeringen ska vara större än 0: skriv dagar eller invånare.")
    return value


def _position(name: str | None, names: Sequence[str], option: str, what: str) -> int:
    if name not in names:
        raise FileError(f"Ange {what} med {option}. I filen finns: {', '.join(list(names)[:12])}.")
    return names.index(name)


def _month(text: str) -> date | None:
    match = _MONTH.fullmatch(text)
    return date(int(match[1]), int(match[2]), 1) if match else None
