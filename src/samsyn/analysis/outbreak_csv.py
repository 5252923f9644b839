"""Judge the last periods of every area in a CSV file: each row is an area's count in one period."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, integer, read_table
from samsyn.analysis.outbreak import Fault, Missing, OutbreakError, OutbreakResult

COLUMNS = ("area", "time", "count")

SWEDISH_HEADINGS = {"område": "area", "tid": "time", "vecka": "time", "week": "time", "antal": "count"}

MAX_CELLS = 5_000_000

SENTENCES = {
    Fault.NOT_A_NUMBER: "Ett värde är inte ett tal. Kontrollera filen.",
    Fault.NOT_AN_INTEGER: "Antal är hela tal. Kontrollera filen.",
    Fault.NEGATIVE: "Antal kan inte vara negativa. Kontrollera filen.",
    Fault.WRONG_SHAPE: "Filen har inga rader att bedöma. Fyll i minst ett område.",
    Fault.TOO_LARGE: "Filen är för stor, eller så ska fler perioder bedömas än den har. Ändra --periods.",
    Fault.TOO_SMALL: "Ett val är för litet. Kontrollera --years (minst 3), --baseline (minst 3) och de övriga.",
    Fault.NOT_A_PROBABILITY: "Gränserna ska ligga mellan 0 och 1.",
    Fault.NOT_A_DISPERSION: "Spridningen är varians delad med medelvärde, från 1 till 1000.",
    Fault.NOT_A_WINDOW: "Fönstret är längre än ett år. Sänk --half-window.",
}

LACKS = {
    Missing.COUNT: "Antalet saknas.",
    Missing.HISTORY: "Historiken är för kort eller har luckor. Välj en enkel metod, till exempel gamma-poisson.",
    Missing.EVENTS: "Färre än 5 händelser på 4 perioder: för få för att bedöma.",
    Missing.EARLIER_EVENTS: "Inget hände under perioderna som det jämförs med.",
    Missing.VARIATION: "Perioderna som det jämförs med är alla lika.",
    Missing.FIT: "Modellen gick inte att anpassa.",
}


def judge_file(raw: bytes, judge: Callable[[Any], OutbreakResult]) -> Answer:
    """Judge a file; with a fault in any row nothing is judged, since a hole would look like a quiet week."""
    answer = Answer(n_rows=0)
    try:
        table = read_table(raw, known=COLUMNS, aliases=SWEDISH_HEADINGS)
    except FileError as fault:
        answer.file_errors.append(str(fault))
        return answer
    answer.warnings = table.warnings
    rows: list[tuple[str, int, int | None]] = []
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            rows.append(_read(row))
        except RowError as fault:
            answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
    answer.n_rows = len(rows) + len(answer.row_errors)
    if answer.has_faults:
        return answer
    areas = sorted({area for area, _, _ in rows})
    first = min((time for _, time, _ in rows), default=0)
    n_times = max((time for _, time, _ in rows), default=0) - first + 1
    if len(areas) * n_times > MAX_CELLS:
        answer.file_errors.append("Tiden spänner över för många steg. Numrera veckorna utan hopp.")
        return answer
    row_of = {area: i for i, area in enumerate(areas)}
    # A period without a row is one without events; a row whose count is empty is a count that is missing.
    counts = np.zeros((len(areas), n_times))
    for area, time, count in rows:
        counts[row_of[area], time - first] += np.nan if count is None else count
    try:
        result = judge(counts)
    except OutbreakError as error:
        answer.file_errors.append(SENTENCES[error.code])
        return answer
    found = result.as_dict()
    n_evaluated = len(result.verdicts[0])
    answer.found = {
        "areas": areas,
        "times": list(range(first + n_times - n_evaluated, first + n_times)),
        "result": found,
        "explanations": {lack.value: LACKS[lack] for row in result.missing for lack in row if lack is not None},
    }
    if result.is_simple:
        answer.warnings.append("Enkel metod: den ser varken årstid eller trend, och larmar lättare av misstag.")
    return answer


def _read(row: Row) -> tuple[str, int, int | None]:
    """:raises RowError: a cell that is needed is empty or cannot be read"""
    if not row.get("area"):
        raise RowError("area", "Områdets namn saknas. Fyll i det.")
    time = integer(row, "time")
    if time is None:
        raise RowError("time", "Tiden saknas. Fyll i veckans eller månadens nummer, räknat utan hopp.")
    count = integer(row, "count")
    if count is not None and count < 0:
        raise RowError("count", SENTENCES[Fault.NEGATIVE])
    return row["area"], time, count
