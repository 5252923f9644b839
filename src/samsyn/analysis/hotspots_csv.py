"""Read the files of `samsyn analyse hotspots`: areas, events, places or cells, one a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, decimal, integer, read_table
from samsyn.analysis.hotspots import (
    Fault,
    Fdr,
    HotspotsError,
    Neighbours,
    kernel_density,
    local_g_star,
    local_moran,
    measure_concentration,
    near_repeats,
    neighbours_from_pairs,
    neighbours_within,
    score_map,
    smooth_rates,
)

SWEDISH_HEADINGS = {
    "värde": "value",
    "händelser": "events",
    "folkmängd": "population",
    "öst": "x",
    "nord": "y",
    "grannar": "neighbours",
    "datum": "date",
    "vald": "chosen",
    "tidigare": "earlier",
    "senare": "later",
    "yta_km2": "area_km2",
}

COLUMNS = {
    "g-star": ("id", "value", "events", "population", "x", "y", "neighbours"),
    "moran": ("id", "value", "events", "population", "x", "y", "neighbours"),
    "near-repeats": ("id", "x", "y", "date"),
    "density": ("id", "x", "y"),
    "concentration": ("id", "events", "risk"),
    "map-score": ("id", "chosen", "earlier", "later", "area_km2"),
}
"""The kinds of analysis and the columns that each reads."""

SENTENCES = {
    Fault.NOT_NUMBERS: "Ett värde är inte ett tal. Kontrollera cellerna.",
    Fault.WRONG_SHAPE: "Kolumnerna har olika många värden. Kontrollera cellerna.",
    Fault.NOT_WHOLE_NUMBERS: "Antal är hela tal, och vald är 0 eller 1. Kontrollera cellerna.",
    Fault.NEGATIVE: "Talen kan inte vara negativa. Kontrollera celler och gränser.",
    Fault.NOT_POSITIVE: "Risk, yta, avstånd och bandbredd ska vara större än 0.",
    Fault.NOT_A_PROBABILITY: "Nivån ska ligga mellan 0 och 1, till exempel 0.05.",
    Fault.LOOKS_LIKE_DEGREES: "Koordinaterna ser ut som grader. Ange öst och nord i meter, till exempel SWEREF 99 TM.",
    Fault.TOO_FEW: "Raderna eller upprepningarna är för få. Lägg till fler.",
    Fault.TOO_MANY: "Det blir för mycket att räkna på. Välj kortare avstånd eller större rutor.",
    Fault.BANDS_NOT_RISING: "Gränserna ska stiga, till exempel 100,200,400.",
    Fault.BANDWIDTH_TOO_SMALL: "Bandbredden ska vara minst 100 meter, annars pekar kartan ut enskilda hus.",
    Fault.CELL_TOO_LARGE: "Rutan ska vara högst en fjärdedel av bandbredden.",
    Fault.NOT_AN_OUTLINE: "Gränsen är inte en yta. Ge hörnen i ordning, minst tre.",
    Fault.NO_EVENTS: "Filen har inga händelser, så det finns inget att mäta.",
    Fault.NOTHING_CHOSEN: "Ingen ruta är vald. Skriv 1 i kolumnen vald för rutorna som kartan pekar ut.",
    Fault.JUDGED_ON_OLD_DATA: "Kartan ska prövas på senare händelser. Sätt --judged-from efter --chosen-until.",
    Fault.NOT_A_NEIGHBOUR: "Ett område kan inte vara granne med sig självt. Kontrollera kolumnen grannar.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the call has chosen; only that which the kind of analysis uses is looked at."""

    kind: str
    seed: int
    alpha: float = 0.05
    fdr: str = "BY"
    permutations: int | None = None
    distance_m: float | None = None
    distance_bands_m: tuple[float, ...] = (100, 200, 300, 400)
    day_bands: tuple[float, ...] = (7, 14, 21, 28)
    bandwidth_m: float = 500.0
    cell_m: float | None = None
    chosen_until: date | None = None
    judged_from: date | None = None


def analyse_file(raw: bytes, settings: Settings, *, border: bytes | None = None) -> Answer:
    """Run one kind of analysis on a whole file. A fault in any row stops it: it would change all the others."""
    answer = Answer()
    try:
        table = read_table(raw, known=COLUMNS[settings.kind], aliases=SWEDISH_HEADINGS)
    except FileError as fault:
        answer.file_errors.append(str(fault))
        return answer
    answer.warnings = table.warnings
    rows: list[dict[str, Any]] = []
    read = _READERS[settings.kind]
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            rows.append({"id": row.get("id", ""), **read(row)})
        except RowError as fault:
            answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
    answer.n_rows = len(table.lines)
    if answer.row_errors:
        answer.file_errors.append("Rätta raderna först: metoden räknar på filen som helhet.")
        return answer
    try:
        answer.found = _ANALYSES[settings.kind](rows, settings, border, answer.warnings)
    except HotspotsError as error:
        answer.file_errors.append(f"{SENTENCES[error.code]} (gäller {error.field})")
    except FileError as fault:
        answer.file_errors.append(str(fault))
    return answer


def _needed(row: Row, column: str) -> float:
    value = decimal(row, column)
    if value is None:
        raise RowError(column, "Cellen är tom. Fyll i den, eller ta bort raden.")
    return value


def _count(row: Row, column: str) -> int:
    value = integer(row, column)
    if value is None:
        raise RowError(column, "Cellen är tom. Fyll i 0 om det inte hände något, eller ta bort raden.")
    return value


def _point(row: Row) -> dict[str, Any]:
    return {"x": _needed(row, "x"), "y": _needed(row, "y")}


def _area(row: Row) -> dict[str, Any]:
    value, events, population = decimal(row, "value"), integer(row, "events"), integer(row, "population")
    if value is not None and (events is not None or population is not None):
        raise RowError("value", "Raden har både värde och händelser. Behåll det ena.")
    return {
        "value": value,
        "events": events,
        "population": population,
        "x": decimal(row, "x"),
        "y": decimal(row, "y"),
        "neighbours": row.get("neighbours", "").split(),
    }


def _event(row: Row) -> dict[str, Any]:
    cell = row.get("date", "")
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise RowError("date", "Dagen saknas eller går inte att läsa. Skriv den som 2025-01-31.") from None
    return {**_point(row), "day": day.toordinal()}


def _place(row: Row) -> dict[str, Any]:
    return {"events": _count(row, "events"), "risk": decimal(row, "risk")}


def _cell(row: Row) -> dict[str, Any]:
    counted = {column: _count(row, column) for column in ("chosen", "earlier", "later")}
    return {**counted, "area_km2": _needed(row, "area_km2")}


def _judge_areas(
    rows: list[dict[str, Any]], settings: Settings, _border: bytes | None, _warnings: list[str]
) -> dict[str, Any]:
    neighbours = _neighbours(rows, settings.distance_m)
    answer: dict[str, Any] = {}
    if any(row["value"] is not None for row in rows):
        values = _column(rows, "value")
    else:
        rates = smooth_rates(_column(rows, "events"), _column(rows, "population"))
        values = rates.deviates
        answer["rates"] = rates.as_dict()
    method = local_g_star if settings.kind == "g-star" else local_moran
    judged = method(
        values,
        neighbours,
        rng=np.random.default_rng(settings.seed),
        permutations=settings.permutations,
        alpha=settings.alpha,
        fdr=Fdr(settings.fdr),
    ).as_dict()
    judged["areas"] = [
        {"id": row["id"], "n_neighbours": int(count), **area}
        for row, count, area in zip(rows, neighbours.counts, judged["areas"], strict=True)
    ]
    return {**answer, "answer": judged}


def _neighbours(rows: list[dict[str, Any]], distance_m: float | None) -> Neighbours:
    if distance_m is not None:
        if any(row["x"] is None or row["y"] is None for row in rows):
            raise FileError("Med --distance-m behöver varje rad x och y i meter. Fyll i dem, eller ange grannar.")
        return neighbours_within([(row["x"], row["y"]) for row in rows], distance_m)
    number = {row["id"]: place for place, row in enumerate(rows)}
    if len(number) < len(rows):
        raise FileError("Två rader har samma id. Ge varje område ett eget.")
    if not any(row["neighbours"] for row in rows):
        raise FileError("Grannarna saknas. Fyll i kolumnen grannar, eller x och y tillsammans med --distance-m.")
    pairs = []
    for place, row in enumerate(rows):
        for name in row["neighbours"]:
            if name not in number:
                raise FileError(f"Grannen ”{name[:40]}” finns inte bland filens id. Rätta eller ta bort den.")
            pairs.append((place, number[name]))
    return neighbours_from_pairs(len(rows), pairs)


def _find_repeats(
    rows: list[dict[str, Any]], settings: Settings, _border: bytes | None, warnings: list[str]
) -> dict[str, Any]:
    named = [row["id"] for row in rows]
    result = near_repeats(
        [(row["x"], row["y"]) for row in rows],
        [row["day"] for row in rows],
        rng=np.random.default_rng(settings.seed),
        distance_bands_m=settings.distance_bands_m,
        day_bands=settings.day_bands,
        case_ids=named if all(named) else None,
        permutations=9_999 if settings.permutations is None else settings.permutations,
        alpha=settings.alpha,
    )
    if result.n_duplicates:
        warnings.append(f"{result.n_duplicates} poster fanns redan med samma plats och dag och räknades en gång.")
    if result.largest_pile > max(5, result.n_events // 20):
        warnings.append(
            f"{result.largest_pile} händelser har exakt samma koordinat. Kontrollera att den inte är en "
            "reservpunkt, till exempel polisstationen."
        )
    return {"answer": result.as_dict()}


def _draw(rows: list[dict[str, Any]], settings: Settings, border: bytes | None, warnings: list[str]) -> dict[str, Any]:
    if border is None:
        raise FileError("Gränsen saknas. Ange en fil med kommungränsens hörn med --border.")
    result = kernel_density(
        [(row["x"], row["y"]) for row in rows],
        read_border(border),
        bandwidth_m=settings.bandwidth_m,
        cell_m=settings.cell_m,
    )
    if result.n_outside:
        warnings.append(f"{result.n_outside} händelser ligger utanför gränsen och räknades inte.")
    return {"answer": result.as_dict()}


def read_border(raw: bytes) -> BaseGeometry:
    """
    Read the corners of an outline, in order; a ring within another is a hole.

    :raises FileError: corners that cannot be read
    """
    table = read_table(raw, known=("ring", "x", "y"), aliases=SWEDISH_HEADINGS)
    rings: dict[str, list[tuple[float, float]]] = {}
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            corner = _point(row)
        except RowError as fault:
            raise FileError(f"Gränsens rad {number}: {fault.text}") from None
        rings.setdefault(row.get("ring", ""), []).append((corner["x"], corner["y"]))
    border: BaseGeometry = shapely.Polygon()
    for corners in rings.values():
        if len(corners) < 3:
            raise FileError("Gränsen behöver minst tre hörn i varje ring.")
        ring = shapely.Polygon(corners)
        if not ring.is_valid:
            raise FileError("Gränsen korsar sig själv. Ge hörnen i ordning runt ytan.")
        border = border.symmetric_difference(ring)
    return border


def _measure(
    rows: list[dict[str, Any]], settings: Settings, _border: bytes | None, _warnings: list[str]
) -> dict[str, Any]:
    given = [row["risk"] is not None for row in rows]
    if any(given) and not all(given):
        raise FileError("Risken saknas på någon rad. Fyll i alla eller ingen.")
    result = measure_concentration(
        [row["events"] for row in rows],
        rng=np.random.default_rng(settings.seed),
        risk=[row["risk"] for row in rows] if all(given) and rows else None,
        simulations=999 if settings.permutations is None else settings.permutations,
    )
    return {"answer": result.as_dict()}


def _score(
    rows: list[dict[str, Any]], settings: Settings, _border: bytes | None, _warnings: list[str]
) -> dict[str, Any]:
    if settings.chosen_until is None or settings.judged_from is None:
        raise FileError("Ange sista dagen kartan bygger på med --chosen-until och första provdagen med --judged-from.")
    chosen, earlier, later, area_km2 = (_column(rows, name) for name in ("chosen", "earlier", "later", "area_km2"))
    result = score_map(
        chosen, earlier, later, area_km2, chosen_until=settings.chosen_until, judged_from=settings.judged_from
    )
    return {"answer": result.as_dict()}


def _column(rows: list[dict[str, Any]], name: str) -> NDArray[np.float64]:
    """Return a column with NaN for what is not known."""
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)


_READERS: Mapping[str, Callable[[Row], dict[str, Any]]] = {
    "g-star": _area,
    "moran": _area,
    "near-repeats": _event,
    "density": _point,
    "concentration": _place,
    "map-score": _cell,
}

_ANALYSES: Mapping[str, Callable[[list[dict[str, Any]], Settings, bytes | None, list[str]], dict[str, Any]]] = {
    "g-star": _judge_areas,
    "moran": _judge_areas,
    "near-repeats": _find_repeats,
    "density": _draw,
    "concentration": _measure,
    "map-score": _score,
}
