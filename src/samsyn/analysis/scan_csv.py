"""Scan a CSV file: each row is a count in an area at a time step."""

from __future__ import annotations

from typing import Any

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, decimal, integer, read_table
from samsyn.analysis.scan import Fault, Metric, Model, ScanError, expected_counts, scan, top_coordinates

COLUMNS = ("area", "x", "y", "lon", "lat", "time", "count", "expected", "population", "stratum")

SWEDISH_HEADINGS = {
    "område": "area",
    "longitud": "lon",
    "latitud": "lat",
    "vecka": "time",
    "week": "time",
    "tid": "time",
    "antal": "count",
    "förväntat": "expected",
    "befolkning": "population",
    "skikt": "stratum",
}

MAX_CELLS = 5_000_000

SENTENCES = {
    Fault.NOT_A_NUMBER: "Ett värde är inte ett tal. Kontrollera filen.",
    Fault.NOT_AN_INTEGER: "Antal är hela tal. Kontrollera filen.",
    Fault.NEGATIVE: "Antal och förväntade tal kan inte vara negativa. Kontrollera filen.",
    Fault.WRONG_SHAPE: "Filen har inga rader att söka i. Fyll i minst två områden.",
    Fault.TOO_LARGE: "Filen har för många områden eller fall. Dela upp den.",
    Fault.TOO_SMALL: "Ett val är för litet: minst 99 repliker, och minst 1 för övriga.",
    Fault.NOT_A_POSITION: "Longitud ligger mellan -180 och 180, latitud mellan -90 och 90. Kontrollera ordningen.",
    Fault.NOT_A_SHARE: "Andelen för --max-share ska vara större än 0 och högst 0.5.",
    Fault.NOT_A_WINDOW: "Fönstret är längre än tiden i filen, eller kortare än det kortaste. Ändra --max-window.",
    Fault.NOT_A_PROBABILITY: "Gränsen --alpha ska ligga mellan 0 och 1.",
    Fault.NOT_A_DISPERSION: "Spridningen är varians delad med medelvärde, från 1 till 1000.",
    Fault.EXPECTED_MISSING: "Poissonmodellen behöver kolumnen expected, eller population. Fyll i den.",
    Fault.EXPECTED_NOT_USED: (
        "Permutationsmodellen använder inga förväntade tal. Ta bort kolumnen eller välj --model poisson."
    ),
    Fault.EXPECTED_ZERO: "Ett område har fall där inga är väntade. Fyll i ett förväntat tal större än 0.",
}


def scan_file(raw: bytes, *, model: Model, **settings: Any) -> Answer:
    """Scan a file; with a fault in any row nothing is scanned, since a hole would look like a week without cases."""
    answer = Answer(n_rows=0)
    try:
        table = read_table(raw, known=COLUMNS, aliases=SWEDISH_HEADINGS)
    except FileError as fault:
        answer.file_errors.append(str(fault))
        return answer
    answer.warnings = table.warnings
    rows: list[Row] = []
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            _check(row, model)
        except RowError as fault:
            answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
        else:
            rows.append(row)
    answer.n_rows = len(rows) + len(answer.row_errors)
    if answer.has_faults:
        return answer
    try:
        _scan_rows(rows, model, settings, answer)
    except RowError as fault:
        answer.file_errors.append(fault.text)
    except ScanError as fault:
        answer.file_errors.append(SENTENCES[fault.code])
    return answer


def _check(row: Row, model: Model) -> None:
    """:raises RowError: a cell that is needed is empty or cannot be read"""
    if not row.get("area"):
        raise RowError("area", "Områdets namn saknas. Fyll i det.")
    x, y = _position(row)
    if x is None or y is None:
        raise RowError("x", "Läget saknas. Fyll i x och y i meter, eller lon och lat i grader.")
    if integer(row, "time") is None and row.get("time"):
        raise RowError("time", "Tiden är veckans eller månadens nummer, räknat utan hopp.")
    if (integer(row, "count") or 0) < 0:
        raise RowError("count", SENTENCES[Fault.NEGATIVE])
    if model is Model.POISSON:
        decimal(row, "expected")
        integer(row, "population")


def _position(row: Row) -> tuple[float | None, float | None]:
    if row.get("lon") or row.get("lat"):
        return _coordinate(row, "lon"), _coordinate(row, "lat")
    return _coordinate(row, "x"), _coordinate(row, "y")


def _coordinate(row: Row, column: str) -> float | None:
    """
    A coordinate: a decimal number, where 12.285 cannot be thousands.

    :raises RowError: anything else
    """
    cell = row.get(column, "").replace(",", ".")
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise RowError(column, f"”{cell[:40]}” är ingen koordinat. Skriv till exempel 12,2858.") from None


def _scan_rows(rows: list[Row], model: Model, settings: dict[str, Any], answer: Answer) -> None:
    """:raises RowError: the rows don't agree with each other"""
    metric = Metric.GREAT_CIRCLE if any(row.get("lon") for row in rows) else Metric.EUCLIDEAN
    positions: dict[str, tuple[float | None, float | None]] = {}
    for row in rows:
        if positions.setdefault(row["area"], _position(row)) != _position(row):
            raise RowError("x", f"Området ”{row['area'][:40]}” har två lägen. Ge varje område ett läge.")
    areas = sorted(positions)
    times = [integer(row, "time") or 0 for row in rows]
    first, n_times = min(times, default=0), max(times, default=0) - min(times, default=0) + 1
    strata = sorted({row.get("stratum", "") for row in rows})
    if len(areas) * n_times * len(strata) > MAX_CELLS:
        raise RowError("time", "Tiden spänner över för många steg. Numrera veckorna utan hopp.")
    row_of = {area: i for i, area in enumerate(areas)}
    stratum_of = {stratum: i for i, stratum in enumerate(strata)}
    # A time step without a row is one without cases; a row whose count is empty is a count that is missing.
    counts = np.zeros((len(areas), n_times, len(strata)))
    expected = np.zeros((len(areas), n_times))
    population = np.zeros(counts.shape)
    for row, time in zip(rows, times, strict=True):
        cell = row_of[row["area"]], time - first, stratum_of[row.get("stratum", "")]
        count = integer(row, "count")
        counts[cell] += 1 if "count" not in row else np.nan if count is None else count
        if model is Model.POISSON:
            expected[cell[:2]] += decimal(row, "expected") or 0.0
            population[cell] += integer(row, "population") or 0
    if model is Model.POISSON:
        if not expected.any() and population.any():
            expected = expected_counts(counts, population)
        settings["expected"] = expected if expected.any() else None
    where = np.array([positions[area] for area in areas], float)
    result = scan(counts.sum(axis=2), where, model=model, metric=metric, **settings)
    found = result.as_dict()
    for cluster in found["clusters"]:
        cluster["areas"] = [areas[i] for i in cluster["areas"]]
        cluster["centre"] = areas[cluster["centre"]]
        cluster["first"] += first
        cluster["last"] += first
    # Each row's place as often as it has cases, to show whether many lie on a default point.
    at = [
        _position(row) for row in rows for _ in range(min(1_000, integer(row, "count") or 0) if "count" in row else 1)
    ]
    if any(cluster.is_small for cluster in result.clusters):
        answer.warnings.append("Ett kluster har så få fall att det inte ska visas utanför huset (is_small).")
    answer.found = {
        "result": found,
        "top_coordinates": [
            {"x": each.x, "y": each.y, "n": each.n, "share": each.share, "is_suspect": each.is_suspect}
            for each in (top_coordinates(np.array(at, float)) if at else [])
        ],
    }
