"""Read the files of `samsyn analyse cover`: what calls for hosts, and where they can stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.cover import Choice, CoverError, CoverPlan, DemandSource, Fault, Stop, cover_within, plan_cover
from samsyn.analysis.csv_input import FileError, Row, RowError, Table, decimal, read_table

COLUMNS = ("id", "x", "y", "slot", "source", "amount")
STOP_COLUMNS = ("id", "x", "y")

SWEDISH_HEADINGS = {"öst": "x", "nord": "y", "tid": "slot", "källa": "source", "mängd": "amount", "antal": "amount"}

ALL_SLOTS = "hela tiden"

SENTENCES = {
    Fault.NOT_NUMBERS: "Ett värde är inte ett tal. Kontrollera cellerna.",
    Fault.WRONG_SHAPE: "Antalen stämmer inte överens. Ge ett tal, eller ett för varje tid.",
    Fault.NEGATIVE: "Talen kan inte vara negativa. Kontrollera cellerna.",
    Fault.NOT_WHOLE_NUMBERS: "Antal är hela tal.",
    Fault.NOT_POSITIVE: "Vikter och avstånd ska vara större än 0.",
    Fault.NOT_A_SHARE: "Variationen är en andel från 0 till 1, till exempel 0.05.",
    Fault.LOOKS_LIKE_DEGREES: "Koordinaterna ser ut som grader. Ange öst och nord i meter, till exempel SWEREF 99 TM.",
    Fault.NO_SOURCES: "Filen har inga rader. Lägg till vad som kallar på värdar.",
    Fault.SAME_NAME: "Två källor har samma namn. Döp om den ena.",
    Fault.NO_DEMAND: "En källa är 0 överallt. Ta bort den.",
    Fault.NOTHING_IN_REACH: "Ingen plats når något behov. Öka räckvidden eller lägg till platser.",
    Fault.PATROLS_OUTWEIGH: (
        "Värdarnas egna anteckningar väger mer än hälften. Sänk deras vikt eller lägg till andra källor, annars "
        "går värdarna dit de redan går."
    ),
    Fault.NO_RANDOMNESS: "Ange ett frö med --seed för att få andra förslag.",
    Fault.TOO_LARGE: "Det är för många platser och tider. Slå samman några.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the call has chosen."""

    reach_m: float
    hosts: tuple[int, ...]
    max_visits: int | None
    max_visits_per_place: int | None
    weights: Mapping[str, float]
    patrol_sources: Sequence[str]
    variety: float
    n_alternatives: int
    seed: int


def cover_file(raw: bytes, settings: Settings, *, stops: bytes | None = None) -> Answer:
    """Plan from a file of demand and, if given, one of possible stops; any fault stops the whole."""
    answer = Answer()
    try:
        table = read_table(raw, known=COLUMNS, aliases=SWEDISH_HEADINGS)
        answer.warnings = table.warnings
        answer.n_rows = len(table.lines)
        demand = _Demand()
        for number, row in enumerate(table.rows(), start=1):
            try:
                demand.take(_whole_row(row))
            except RowError as fault:
                answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
        if answer.row_errors:
            raise FileError("Rätta raderna först: planen räknar på filen som helhet.")
        places = demand.places if stops is None else _read_stops(stops)
        answer.found = _planned(demand, places, settings)
    except FileError as fault:
        answer.file_errors.append(str(fault))
    except CoverError as error:
        answer.file_errors.append(f"{SENTENCES[error.code]} (gäller {error.field})")
    return answer


class _Demand:
    """Rows gathered by place, slot and source."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[float, float]] = {}
        self.slots: dict[str, None] = {}
        self.rows: list[tuple[str, str, str, float]] = []

    def take(self, row: Row) -> None:
        name, source = row.get("id", ""), row.get("source", "")
        if not name:
            raise RowError("id", "Platsen saknar id. Ge den ett.")
        if not source:
            raise RowError("source", "Källan saknas. Skriv till exempel händelser, enkät eller belysning.")
        point = _point(row)
        if self.places.setdefault(name, point) != point:
            raise RowError("id", "Platsen har andra koordinater på en tidigare rad. Rätta den ena.")
        amount = decimal(row, "amount")
        if amount is None:
            raise RowError("amount", "Mängden saknas. Fyll i den, eller ta bort raden.")
        slot = row.get("slot", "")
        if slot:
            self.slots.setdefault(slot)
        self.rows.append((name, slot, source, amount))

    def sources(self, settings: Settings) -> list[DemandSource]:
        slots = list(self.slots) or [ALL_SLOTS]
        place_number = {name: number for number, name in enumerate(self.places)}
        slot_number = {name: number for number, name in enumerate(slots)}
        amounts: dict[str, np.ndarray] = {}
        for name, slot, source, amount in self.rows:
            table = amounts.setdefault(source, np.zeros((len(place_number), len(slots))))
            # Without a time it calls all the time.
            table[place_number[name], slot_number[slot] if slot else slice(None)] += amount
        unknown = (set(settings.weights) | set(settings.patrol_sources)) - set(amounts)
        if unknown:
            raise FileError(
                f"Källan ”{min(unknown)[:40]}” finns inte i filen. Kontrollera --weight och --patrol-source."
            )
        return [
            DemandSource(
                name=source,
                amounts=table,
                weight=settings.weights.get(source, 1.0),
                is_from_patrols=source in settings.patrol_sources,
            )
            for source, table in amounts.items()
        ]


def _whole_row(row: Row | RowError) -> Row:
    if isinstance(row, RowError):
        raise row
    return row


def _point(row: Row) -> tuple[float, float]:
    x, y = decimal(row, "x"), decimal(row, "y")
    if x is None or y is None:
        raise RowError("x" if x is None else "y", "Koordinaten saknas. Fyll i öst och nord i meter.")
    return x, y


def _read_stops(raw: bytes) -> dict[str, tuple[float, float]]:
    table: Table = read_table(raw, known=STOP_COLUMNS, aliases=SWEDISH_HEADINGS)
    stops: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(table.rows(), start=1):
        try:
            cells = _whole_row(row)
            name = cells.get("id", "")
            if not name or name in stops:
                raise RowError("id", "Platsen saknar eget id. Ge den ett.")
            stops[name] = _point(cells)
        except RowError as fault:
            raise FileError(f"Platsernas rad {number}: {fault.text}") from None
    return stops


def _planned(demand: _Demand, stops: dict[str, tuple[float, float]], settings: Settings) -> dict[str, Any]:
    sources = demand.sources(settings)
    slots = list(demand.slots) or [ALL_SLOTS]
    plan = plan_cover(
        sources,
        cover_within(list(stops.values()), list(demand.places.values()), settings.reach_m),
        hosts_per_slot=settings.hosts[0] if len(settings.hosts) == 1 else settings.hosts,
        max_visits=settings.max_visits,
        max_visits_per_place=settings.max_visits_per_place,
        variety=settings.variety,
        n_alternatives=settings.n_alternatives,
        rng=np.random.default_rng(settings.seed) if settings.n_alternatives else None,
    )
    return {"slots": slots, "answer": _named(plan, list(stops), list(demand.places), slots)}


def _named(plan: CoverPlan, stops: list[str], places: list[str], slots: list[str]) -> dict[str, Any]:
    """The answer with names for numbers, and every stop's reason in words."""

    def choice(chosen: Choice) -> dict[str, Any]:
        return {
            "covered": chosen.covered,
            "stops": [
                {
                    **stop.as_dict(),
                    "stop": stops[stop.stop],
                    "slot": slots[stop.slot],
                    "demand": [places[place] for place in stop.demand],
                    "why": why(stop),
                }
                for stop in chosen.stops
            ],
        }

    return {
        **plan.as_dict(),
        "best": choice(plan.best),
        "greedy": choice(plan.greedy),
        "alternatives": [choice(chosen) for chosen in plan.alternatives],
    }


def why(stop: Stop) -> str:
    """Answer "varför här?" in one Swedish sentence or two."""
    strongest = ", ".join(f"{reason.source} ({_percent(reason.share)} av all)" for reason in stop.reasons[:3])
    return (
        f"Når {_percent(stop.covered)} av det samlade behovet, varav {_percent(stop.only_here)} som ingen annan når. "
        f"Mest säger {strongest}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")
