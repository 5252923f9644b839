"""Read the files of `samsyn analyse route`: the stops and the teams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, decimal, integer, read_table
from samsyn.analysis.route import (
    Fault,
    Rounds,
    RouteError,
    RouteStop,
    Team,
    Unvisited,
    plan_route,
    travel_between,
)

STOP_COLUMNS = ("id", "x", "y", "earliest", "latest", "minutes", "people", "weight", "why")
TEAM_COLUMNS = ("id", "start", "end", "people", "break_minutes", "break_earliest", "break_latest")

SWEDISH_HEADINGS = {
    "öst": "x",
    "nord": "y",
    "tidigast": "earliest",
    "senast": "latest",
    "minuter": "minutes",
    "personer": "people",
    "vikt": "weight",
    "varför": "why",
    "börjar": "start",
    "slutar": "end",
    "rast_minuter": "break_minutes",
    "rast_tidigast": "break_earliest",
    "rast_senast": "break_latest",
}

SENTENCES = {
    Fault.NO_STOPS: "Filen har inga stopp. Lägg till minst ett.",
    Fault.NO_TEAMS: "Filen med lag är tom. Lägg till minst ett lag.",
    Fault.SAME_NAME: "Två rader har samma id. Ge varje stopp och lag ett eget.",
    Fault.NO_REASON: "Ett stopp saknar svar på frågan varför här. Fyll i kolumnen varför.",
    Fault.NOT_WHOLE_SECONDS: "Tider ska vara hela sekunder.",
    Fault.NEGATIVE: "Tider kan inte vara negativa.",
    Fault.WINDOW_ENDS_BEFORE_IT_BEGINS: "En tid slutar innan den börjar. Efter midnatt skrivs 01:30 som 25:30.",
    Fault.NOT_ONE_OR_TWO_PEOPLE: "Antalet personer ska vara 1 eller 2.",
    Fault.NOT_POSITIVE: "Vikt, fart, omväg och antal steg ska vara större än 0, omvägen minst 1.",
    Fault.WRONG_SHAPE: "Koordinaterna går inte att läsa. Kontrollera öst och nord.",
    Fault.UNKNOWN_PLACE: "Rastens plats finns inte bland stoppen.",
    Fault.BREAK_DOES_NOT_FIT: "Rasten ryms inte i passet. Vidga rastens tider eller passet.",
    Fault.NOT_A_SHARE: "Variationen är en andel från 0 till 1, till exempel 0.05.",
    Fault.LOOKS_LIKE_DEGREES: "Koordinaterna ser ut som grader. Ange öst och nord i meter, till exempel SWEREF 99 TM.",
    Fault.TOO_MANY: "Stoppen är för många eller tiderna för långa. Dela upp ronden.",
}

REASONS = {
    Unvisited.NEEDS_TWO_PEOPLE: "Stoppet kräver två personer, och lagen som hinner dit har en.",
    Unvisited.OUTSIDE_ALL_SHIFTS: "Inget lag hinner dit i tid och tillbaka inom sitt pass.",
    Unvisited.NO_ROOM_LEFT: "Stoppet ryms inte tillsammans med de andra. Lägg till ett lag eller vidga tiderna.",
}

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the call has chosen."""

    base: tuple[float, float]
    speed_km_h: float
    detour: float
    iterations: int
    max_seconds: float | None
    variety: float
    n_alternatives: int
    seed: int


def route_file(raw: bytes, settings: Settings, *, teams: bytes) -> Answer:
    """Plan from a file of stops and one of teams; any fault stops the whole."""
    answer = Answer()
    try:
        table = read_table(raw, known=STOP_COLUMNS, aliases=SWEDISH_HEADINGS)
        answer.warnings = table.warnings
        answer.n_rows = len(table.lines)
        stops: list[RouteStop] = []
        points = [settings.base]
        for number, row in enumerate(table.rows(), start=1):
            try:
                stops.append(_stop(row))
                points.append(_point(row))
            except RowError as fault:
                answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
        if answer.row_errors:
            raise FileError("Rätta raderna först: ronden läggs för filen som helhet.")
        answer.found = _planned(stops, points, _read_teams(teams), settings)
    except FileError as fault:
        answer.file_errors.append(str(fault))
    except RouteError as error:
        answer.file_errors.append(f"{SENTENCES[error.code]} (gäller {error.field})")
    return answer


def seconds(cell: str, column: str) -> int:
    """
    Return a time of day as seconds since midnight; hours from 24 are the night after.

    :raises RowError: anything but hours and minutes
    """
    match = _CLOCK.fullmatch(cell)
    if not match or int(match[2]) > 59 or int(match[1]) > 47:
        raise RowError(column, "Tiden saknas eller går inte att läsa. Skriv den som 21:30; efter midnatt 25:30.")
    return 3600 * int(match[1]) + 60 * int(match[2])


def clock(moment: int) -> str:
    """Return seconds since midnight as hours, minutes and seconds; 25:30:00 is the night after."""
    return f"{moment // 3600:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}"


def _cells(row: Row | RowError) -> Row:
    if isinstance(row, RowError):
        raise row
    return row


def _stop(row: Row | RowError) -> RouteStop:
    cells = _cells(row)
    if not cells.get("id"):
        raise RowError("id", "Stoppet saknar id. Ge det ett.")
    if not cells.get("why"):
        raise RowError("why", "Varför just här? Skriv ett kort svar; utan det läggs inget stopp i ronden.")
    people, weight = integer(cells, "people"), decimal(cells, "weight")
    return RouteStop(
        name=cells["id"],
        why=cells["why"],
        earliest=seconds(cells.get("earliest", ""), "earliest"),
        latest=seconds(cells.get("latest", ""), "latest"),
        service_s=_minutes(cells, "minutes"),
        people=1 if people is None else people,
        weight=1.0 if weight is None else weight,
    )


def _point(row: Row | RowError) -> tuple[float, float]:
    cells = _cells(row)
    x, y = decimal(cells, "x"), decimal(cells, "y")
    if x is None or y is None:
        raise RowError("x" if x is None else "y", "Koordinaten saknas. Fyll i öst och nord i meter.")
    return x, y


def _minutes(row: Row, column: str) -> int:
    minutes = integer(row, column)
    if minutes is None or minutes < 0:
        raise RowError(column, "Minuterna saknas. Skriv hur länge det tar, till exempel 10.")
    return 60 * minutes


def _read_teams(raw: bytes) -> list[Team]:
    table = read_table(raw, known=TEAM_COLUMNS, aliases=SWEDISH_HEADINGS)
    teams = []
    for number, row in enumerate(table.rows(), start=1):
        try:
            teams.append(_team(_cells(row)))
        except RowError as fault:
            raise FileError(f"Lagens rad {number}: {fault.text}") from None
    return teams


def _team(row: Row) -> Team:
    if not row.get("id"):
        raise RowError("id", "Laget saknar id. Ge det ett.")
    people = integer(row, "people")
    rests = bool(row.get("break_minutes"))
    return Team(
        name=row["id"],
        start=seconds(row.get("start", ""), "start"),
        end=seconds(row.get("end", ""), "end"),
        people=2 if people is None else people,
        break_s=_minutes(row, "break_minutes") if rests else 0,
        break_earliest=seconds(row.get("break_earliest", ""), "break_earliest") if rests else 0,
        break_latest=seconds(row.get("break_latest", ""), "break_latest") if rests else 0,
    )


def _planned(
    stops: list[RouteStop], points: list[tuple[float, float]], teams: list[Team], settings: Settings
) -> dict[str, Any]:
    plan = plan_route(
        stops,
        teams,
        travel_between(points, speed_km_h=settings.speed_km_h, detour=settings.detour),
        rng=np.random.default_rng(settings.seed),
        iterations=settings.iterations,
        max_seconds=settings.max_seconds,
        variety=settings.variety,
        n_alternatives=settings.n_alternatives,
    )
    return {
        "answer": {
            **plan.as_dict(),
            "best": _named(plan.best, stops, teams),
            "alternatives": [_named(rounds, stops, teams) for rounds in plan.alternatives],
        }
    }


def _named(rounds: Rounds, stops: list[RouteStop], teams: list[Team]) -> dict[str, Any]:
    """The plan with names for numbers and clock times for seconds."""
    return {
        "travel_s": rounds.travel_s,
        "legs_shared": rounds.legs_shared,
        "rounds": [
            {
                "team": teams[each.team].name,
                "leave_base": clock(each.leave_base),
                "back_at_base": clock(each.back_at_base),
                "visits": [
                    {
                        "stop": None if visit.stop is None else stops[visit.stop].name,
                        "arrive": clock(visit.arrive),
                        "start": clock(visit.start),
                        "leave": clock(visit.leave),
                        "detour_s": visit.detour_s,
                        "why": visit.why or "Rast.",
                    }
                    for visit in each.visits
                ],
            }
            for each in rounds.rounds
        ],
        "unvisited": [
            {"stop": stops[stop].name, "reason": reason.value, "text": REASONS[reason]}
            for stop, reason in rounds.unvisited.items()
        ],
    }
