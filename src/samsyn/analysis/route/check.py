"""
Check a plan against what was asked, from the plan's own times alone.

Nothing here knows how plans are made. It can be used on a plan that somebody has changed by hand.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.route.model import Round, Rounds, RouteStop, Team


class Breach(enum.StrEnum):
    """What a plan does that it may not."""

    UNKNOWN_TEAM = "UNKNOWN_TEAM"
    TEAM_TWICE = "TEAM_TWICE"
    UNKNOWN_STOP = "UNKNOWN_STOP"
    STOP_TWICE = "STOP_TWICE"
    STOP_FORGOTTEN = "STOP_FORGOTTEN"
    """The stop is neither visited nor said to be left out."""
    STOP_BOTH_VISITED_AND_LEFT_OUT = "STOP_BOTH_VISITED_AND_LEFT_OUT"
    LEAVES_BEFORE_SHIFT = "LEAVES_BEFORE_SHIFT"
    BACK_AFTER_SHIFT = "BACK_AFTER_SHIFT"
    FASTER_THAN_POSSIBLE = "FASTER_THAN_POSSIBLE"
    """Two places follow each other with less time between than the way takes."""
    STARTS_BEFORE_ARRIVAL = "STARTS_BEFORE_ARRIVAL"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    CUT_SHORT = "CUT_SHORT"
    TOO_FEW_PEOPLE = "TOO_FEW_PEOPLE"
    NO_REASON = "NO_REASON"
    BREAK_MISSING = "BREAK_MISSING"
    BREAK_TWICE = "BREAK_TWICE"
    BREAK_NOT_ASKED_FOR = "BREAK_NOT_ASKED_FOR"
    WRONG_TRAVEL = "WRONG_TRAVEL"
    """The whole travelling is not the sum of the ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One breach: which team and stop it concerns, and by how many seconds where it is about time."""

    breach: Breach
    team: int | None = None
    stop: int | None = None
    by_s: int | None = None


def check_route(
    rounds: Rounds, stops: Sequence[RouteStop], teams: Sequence[Team], travel_s: ArrayLike
) -> tuple[Violation, ...]:
    """
    Find everything that is wrong with a plan: windows, breaks, shifts, people, and each stop once.

    Parameters
    ----------
    rounds
        The plan, made by `plan_route`, by a person, or by another program.
    stops, teams
        What was asked.
    travel_s
        (n + 1, n + 1) table of seconds from place to place; place 0 is the base and place i is stop i - 1.

    Returns
    -------
    tuple of Violation
        Empty for a plan that may be used.

    Notes
    -----
    Each round is walked through in the order of its visits, from `leave_base`. Every time stands in the plan and
    is compared with what must hold; no time is computed anew. Waiting is allowed everywhere. Travelling is summed.

    Do not take an empty answer for a good plan: it says that the plan can be carried out, not that it is short.

    Examples
    --------
    >>> from samsyn.analysis.route import Visit
    >>> stop = RouteStop(name="park", why="lights out", earliest=1000, latest=2000, service_s=300)
    >>> team = Team(name="A", start=0, end=3000)
    >>> visit = Visit(stop=0, arrive=900, start=900, leave=1200, detour_s=1200, why="lights out")
    >>> plan = Rounds(
    ...     rounds=(Round(team=0, leave_base=300, back_at_base=1800, visits=(visit,)),),
    ...     unvisited={}, travel_s=1200, legs_shared=1.0)
    >>> [(each.breach.value, each.by_s) for each in check_route(plan, [stop], [team], [[0, 600], [600, 0]])]
    [('TOO_EARLY', 100)]
    """
    travel = np.asarray(travel_s)
    found: list[Violation] = []
    teams_seen: set[int] = set()
    stops_seen: set[int] = set()
    total = 0
    for each in rounds.rounds:
        if not 0 <= each.team < len(teams):
            found.append(Violation(breach=Breach.UNKNOWN_TEAM, team=each.team))
            continue
        if each.team in teams_seen:
            found.append(Violation(breach=Breach.TEAM_TWICE, team=each.team))
        teams_seen.add(each.team)
        total += _walk(each, stops, teams[each.team], travel, stops_seen, found)
    for stop in rounds.unvisited:
        if not 0 <= stop < len(stops):
            found.append(Violation(breach=Breach.UNKNOWN_STOP, stop=stop))
        elif stop in stops_seen:
            found.append(Violation(breach=Breach.STOP_BOTH_VISITED_AND_LEFT_OUT, stop=stop))
    found += [
        Violation(breach=Breach.STOP_FORGOTTEN, stop=stop)
        for stop in range(len(stops))
        if stop not in stops_seen and stop not in rounds.unvisited
    ]
    if total != rounds.travel_s:
        found.append(Violation(breach=Breach.WRONG_TRAVEL, by_s=abs(total - rounds.travel_s)))
    return tuple(found)


def _walk(
    each: Round,
    stops: Sequence[RouteStop],
    team: Team,
    travel: np.ndarray,
    stops_seen: set[int],
    found: list[Violation],
) -> int:
    """Follow one round, note what is wrong, and return the seconds travelled."""

    def note(breach: Breach, stop: int | None = None, by_s: int | None = None) -> None:
        found.append(Violation(breach=breach, team=each.team, stop=stop, by_s=by_s))

    if each.leave_base < team.start:
        note(Breach.LEAVES_BEFORE_SHIFT, by_s=team.start - each.leave_base)
    if each.back_at_base > team.end:
        note(Breach.BACK_AFTER_SHIFT, by_s=each.back_at_base - team.end)
    place, since, travelled, breaks = 0, each.leave_base, 0, 0
    for visit in each.visits:
        stop = visit.stop
        if stop is None:
            breaks += 1
            there, earliest, latest, lasts = team.break_at, team.break_earliest, team.break_latest, team.break_s
        elif not 0 <= stop < len(stops):
            note(Breach.UNKNOWN_STOP, stop)
            continue
        else:
            if stop in stops_seen:
                note(Breach.STOP_TWICE, stop)
            stops_seen.add(stop)
            wanted = stops[stop]
            there, earliest, latest, lasts = stop + 1, wanted.earliest, wanted.latest, wanted.service_s
            if wanted.people > team.people:
                note(Breach.TOO_FEW_PEOPLE, stop)
            if not visit.why.strip():
                note(Breach.NO_REASON, stop)
        way = int(travel[place, there])
        if visit.arrive - since < way:
            note(Breach.FASTER_THAN_POSSIBLE, stop, way - (visit.arrive - since))
        if visit.start < visit.arrive:
            note(Breach.STARTS_BEFORE_ARRIVAL, stop, visit.arrive - visit.start)
        if visit.start < earliest:
            note(Breach.TOO_EARLY, stop, earliest - visit.start)
        if visit.start > latest:
            note(Breach.TOO_LATE, stop, visit.start - latest)
        if visit.leave - visit.start < lasts:
            note(Breach.CUT_SHORT, stop, lasts - (visit.leave - visit.start))
        travelled += way
        place, since = there, visit.leave
    home = int(travel[place, 0])
    if each.back_at_base - since < home:
        note(Breach.FASTER_THAN_POSSIBLE, None, home - (each.back_at_base - since))
    if team.break_s and not breaks:
        note(Breach.BREAK_MISSING)
    if breaks > 1:
        note(Breach.BREAK_TWICE)
    if breaks and not team.break_s:
        note(Breach.BREAK_NOT_ASKED_FOR)
    return travelled + home
