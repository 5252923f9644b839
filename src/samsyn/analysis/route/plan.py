"""Make rounds: who goes where and when, with windows, shifts, breaks and the two-person rule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samsyn.analysis.route.check import check_route
from samsyn.analysis.route.model import (
    Fault,
    Round,
    Rounds,
    RouteError,
    RoutePlan,
    RouteStop,
    Team,
    Unvisited,
    Visit,
)

MAX_STOPS = 1_000
MAX_TIME = 14 * 24 * 3600
"""Two weeks of seconds; more is a mistake of unit."""

Seconds = NDArray[np.int64]


def travel_between(points: ArrayLike, *, speed_km_h: float, detour: float = 1.3) -> Seconds:
    """
    Make a table of travel times from points, when no table of real ones is at hand.

    Parameters
    ----------
    points
        (n + 1, 2) array of east and north in metres (SWEREF 99 TM), the base first, then the stops.
    speed_km_h
        How fast one gets along: 5 on foot, 15 by bicycle, 25 to 30 by car in a town.
    detour
        How much longer streets are than the crow's way; 1.3 is common in towns without a river.

    Returns
    -------
    ndarray
        (n + 1, n + 1) whole seconds, rounded up.

    Raises
    ------
    RouteError
        Degrees instead of metres, a speed that is not positive, or a detour below 1.

    Examples
    --------
    >>> travel_between([(0, 0), (1000, 0)], speed_km_h=26)
    array([[  0, 180],
           [180,   0]])
    """
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2 or not np.isfinite(array).all():
        raise RouteError(Fault.WRONG_SHAPE, "points", array.shape)
    if len(array) > 1 and np.abs(array[:, 0]).max() <= 180 and np.abs(array[:, 1]).max() <= 90:
        raise RouteError(Fault.LOOKS_LIKE_DEGREES, "points")
    if not (np.isfinite(speed_km_h) and speed_km_h > 0):
        raise RouteError(Fault.NOT_POSITIVE, "speed_km_h", speed_km_h)
    if not (np.isfinite(detour) and detour >= 1):
        raise RouteError(Fault.NOT_POSITIVE, "detour", detour)
    length = np.hypot(*np.moveaxis(array[:, None] - array[None], 2, 0)) * detour
    # A thousandth of a second off before rounding up: 180.0000001 is 180.
    return np.asarray(np.ceil(length / (speed_km_h / 3.6) - 1e-3), dtype=np.int64).clip(min=0)


def plan_route(
    stops: Sequence[RouteStop],
    teams: Sequence[Team],
    travel_s: ArrayLike,
    *,
    rng: np.random.Generator,
    iterations: int = 1_500,
    max_seconds: float | None = None,
    variety: float = 0.0,
    n_alternatives: int = 0,
) -> RoutePlan:
    r"""
    Lay rounds that visit as many stops as possible, each once and in its window, with the least travelling.

    Parameters
    ----------
    stops
        n places to visit, from 1 to 1,000.
    teams
        Those who go, each at most once.
    travel_s
        (n + 1, n + 1) table of whole seconds from place to place; place 0 is the base and place i is stop i - 1. The
        way there and back may differ.
    rng
        Source of chance: the same seed gives the same plan, unless `max_seconds` cuts the search.
    iterations
        Steps of the search. 1,500 take about a second for 60 stops and 3 teams.
    max_seconds
        A limit by the clock as well. The plan then hangs on how fast the machine was.
    variety
        How much more travelling an alternative may have: 0.05 is 5 %.
    n_alternatives
        How many alternatives are wanted; fewer are given if no more are found. Each takes as long as the plan itself.

    Returns
    -------
    RoutePlan
        Every plan in it has passed `check_route`.

    Raises
    ------
    RouteError
        A stop without a reason, a window that ends before it begins, a break that fits in no way, and the like.

    Notes
    -----
    Stops first, travelling second: leaving out a stop costs, per weight, more than all travelling of any plan can.
    The vehicle routing problem with time windows (Solomon 1987, pp. 254-265) has no quick exact answer at this size;
    PyVRP (Wouda, Lan & Kool 2024, pp. 943-955) searches by iterated local search in whole seconds. What comes out is
    good, not proved best. A team's break is a stop that only it can take; stops that need two people go only to teams
    of two.

    Alternatives come of the same search with each way's cost changed by chance while its time stays true; those that
    are new, leave out no more and travel at most (1 + variety) times the best are kept. If one is better, it becomes
    the best.

    Do not plan visits to a person's home with it. Do not use straight lines over a river: give a table of real times.

    Examples
    --------
    >>> hour = 3600
    >>> places = [(0, 0), (900, 0), (900, 900), (0, 900), (-900, 0)]
    >>> stops = [
    ...     RouteStop(name=name, why="asked for in the survey", earliest=20 * hour, latest=23 * hour, service_s=600)
    ...     for name in ("square", "park", "station", "bridge")]
    >>> team = Team(name="A", start=20 * hour, end=24 * hour,
    ...             break_s=1800, break_earliest=21 * hour, break_latest=22 * hour)
    >>> travel = travel_between(places, speed_km_h=5, detour=1)
    >>> plan = plan_route(stops, [team], travel, rng=np.random.default_rng(1), iterations=200)
    >>> plan.best.travel_s, plan.best.unvisited
    (3509, {})
    >>> sum(visit.stop is None for visit in plan.best.rounds[0].visits)
    1
    >>> check_route(plan.best, stops, [team], travel)
    ()
    """
    travel = _checked(stops, teams, travel_s)
    if iterations < 1:
        raise RouteError(Fault.NOT_POSITIVE, "iterations", iterations)
    if max_seconds is not None and not max_seconds > 0:
        raise RouteError(Fault.NOT_POSITIVE, "max_seconds", max_seconds)
    if not 0 <= variety < 1:
        raise RouteError(Fault.NOT_A_SHARE, "variety", variety)

    found = [_searched(stops, teams, travel, travel, rng, iterations, max_seconds)]
    for _ in range(3 * n_alternatives):
        # Changed enough to lead elsewhere, little enough to stay near.
        share = min(0.9, max(0.2, 3 * variety))
        cost = np.rint(travel * rng.uniform(1 - share, 1 + share, travel.shape)).astype(np.int64)
        plan = _searched(stops, teams, travel, cost, rng, iterations, max_seconds)
        if all(_legs(plan) != _legs(other) for other in found):
            found.append(plan)
        best = min(found, key=lambda plan: _worth(plan, stops))
        if sum(_is_near(plan, best, stops, variety) for plan in found) > n_alternatives:
            break
    best = min(found, key=lambda plan: _worth(plan, stops))
    near = [plan for plan in found if plan is not best and _is_near(plan, best, stops, variety)]
    return RoutePlan(
        best=best,
        alternatives=tuple(_compared(plan, best) for plan in near[:n_alternatives]),
        iterations=int(iterations),
        max_seconds=max_seconds,
        variety=variety,
        is_repeatable=max_seconds is None,
    )


def _worth(plan: Rounds, stops: Sequence[RouteStop]) -> tuple[float, int]:
    """What is left out by weight, then the travelling: less is better."""
    return round(sum(stops[stop].weight for stop in plan.unvisited), 9), plan.travel_s


def _is_near(plan: Rounds, best: Rounds, stops: Sequence[RouteStop], variety: float) -> bool:
    left_out, travel = _worth(plan, stops)
    best_left_out, best_travel = _worth(best, stops)
    return left_out <= best_left_out and travel <= (1 + variety) * best_travel


def _legs(plan: Rounds) -> frozenset[tuple[int, int]]:
    """The ways from place to place, whichever the direction; place -1 is a break."""
    legs = set()
    for each in plan.rounds:
        places = [0, *(-1 if visit.stop is None else visit.stop + 1 for visit in each.visits), 0]
        legs |= {(min(pair), max(pair)) for pair in pairwise(places)}
    return frozenset(legs)


def _compared(plan: Rounds, best: Rounds) -> Rounds:
    legs, of_best = _legs(plan), _legs(best)
    return Rounds(
        rounds=plan.rounds,
        unvisited=plan.unvisited,
        travel_s=plan.travel_s,
        legs_shared=len(legs & of_best) / max(1, len(legs)),
    )


def _searched(
    stops: Sequence[RouteStop],
    teams: Sequence[Team],
    travel: Seconds,
    cost: Seconds,
    rng: np.random.Generator,
    iterations: int,
    max_seconds: float | None,
) -> Rounds:
    """Search once with the costs given, and answer with a plan that has been checked."""
    # Loading the solver takes a moment, so only those who plan wait for it.
    import pyvrp
    from pyvrp.search import NeighbourhoodParams
    from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

    limits: list[Any] = [MaxIterations(iterations)]
    if max_seconds is not None:
        limits.append(MaxRuntime(max_seconds))
    answer = pyvrp.solve(
        _problem(stops, teams, travel, cost),
        MultipleCriteria(limits),
        seed=int(rng.integers(2**31)),
        collect_stats=False,
        display=False,
        # For a second's search: fewer neighbours and a shorter memory than for the minutes it is tuned to.
        params=pyvrp.SolveParams(
            ils=pyvrp.IteratedLocalSearchParams(history_length=60, exhaustive_on_best=False),
            neighbourhood=NeighbourhoodParams(num_neighbours=20),
        ),
    )
    if not answer.best.is_feasible():
        raise RouteError(Fault.BREAK_DOES_NOT_FIT, "teams")
    plan = _told(answer.best, stops, teams, travel)
    wrong = check_route(plan, stops, teams, travel)
    if wrong:
        raise AssertionError(f"The search gave a plan that cannot be carried out: {wrong[0]}")
    return plan


def _problem(stops: Sequence[RouteStop], teams: Sequence[Team], travel: Any, cost: Any) -> Any:
    """
    The rounds as PyVRP takes them.

    Who may do what is said by loads: a stop that needs two people weighs 1 in the first dimension, in which teams of
    one can carry nothing; each team's break weighs 1 in a dimension of its own, in which only that team can carry.
    """
    import pyvrp

    resting = [number for number, team in enumerate(teams) if team.break_s]
    # More than any plan can travel, so that no stop is left out to save the way; lightest stop first to go.
    dearest = int(cost.max(axis=1).sum()) * 2 + 1
    lightest = min(stop.weight for stop in stops)
    clients = [
        pyvrp.Client(
            location=number + 1,
            delivery=[int(stop.people > 1)] + [0] * len(resting),
            service_duration=stop.service_s,
            tw_early=stop.earliest,
            tw_late=stop.latest,
            prize=round(dearest * stop.weight / lightest),
            required=False,
        )
        for number, stop in enumerate(stops)
    ]
    clients += [
        pyvrp.Client(
            location=teams[number].break_at,
            delivery=[0] + [int(number == other) for other in resting],
            service_duration=teams[number].break_s,
            tw_early=teams[number].break_earliest,
            tw_late=teams[number].break_latest,
            required=True,
        )
        for number in resting
    ]
    vehicles = [
        pyvrp.VehicleType(
            num_available=1,
            capacity=[len(stops) if team.people > 1 else 0] + [int(number == other) for other in resting],
            tw_early=team.start,
            tw_late=team.end,
            name=str(number),
        )
        for number, team in enumerate(teams)
    ]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(len(travel))],
        clients=clients,
        depots=[pyvrp.Depot(location=0)],
        vehicle_types=vehicles,
        distance_matrices=[cost],
        duration_matrices=[travel],
    )


def _told(solution: Any, stops: Sequence[RouteStop], teams: Sequence[Team], travel: Seconds) -> Rounds:
    """The solver's answer in our own words, with times reckoned forward from when the team leaves."""
    rounds = []
    total = 0
    for route in solution.routes():
        # Clients are numbered without the depot: first the stops, then the breaks.
        numbers = [activity.idx for activity in route.schedule() if activity.is_client()]
        team_number = route.vehicle_type()
        team = teams[team_number]
        places = [0, *(number + 1 if number < len(stops) else team.break_at for number in numbers), 0]
        leave = now = int(route.start_time())
        visits = []
        for step, number in enumerate(numbers, start=1):
            before, here, after = places[step - 1], places[step], places[step + 1]
            is_break = number >= len(stops)
            earliest = team.break_earliest if is_break else stops[number].earliest
            arrive = now + int(travel[before, here])
            start = max(arrive, earliest)
            now = start + (team.break_s if is_break else stops[number].service_s)
            visits.append(
                Visit(
                    stop=None if is_break else number,
                    arrive=arrive,
                    start=start,
                    leave=now,
                    detour_s=int(travel[before, here] + travel[here, after] - travel[before, after]),
                    why="" if is_break else stops[number].why,
                )
            )
        back = now + int(travel[places[-2], 0])
        total += sum(int(travel[one, other]) for one, other in pairwise(places))
        rounds.append(Round(team=team_number, leave_base=leave, back_at_base=back, visits=tuple(visits)))
    visited = {visit.stop for each in rounds for visit in each.visits}
    return Rounds(
        rounds=tuple(sorted(rounds, key=lambda each: each.team)),
        unvisited={
            number: _why_unvisited(stop, number, teams, travel)
            for number, stop in enumerate(stops)
            if number not in visited
        },
        travel_s=total,
        legs_shared=1.0,
    )


def _why_unvisited(stop: RouteStop, number: int, teams: Sequence[Team], travel: Seconds) -> Unvisited:
    """Whether anybody could have come, had there been nothing else to do."""
    there, back = int(travel[0, number + 1]), int(travel[number + 1, 0])
    in_time = [
        team
        for team in teams
        if team.start + there <= stop.latest
        and max(team.start + there, stop.earliest) + stop.service_s + back <= team.end
    ]
    if not in_time:
        return Unvisited.OUTSIDE_ALL_SHIFTS
    if all(team.people < stop.people for team in in_time):
        return Unvisited.NEEDS_TWO_PEOPLE
    return Unvisited.NO_ROOM_LEFT


def _checked(stops: Sequence[RouteStop], teams: Sequence[Team], travel_s: ArrayLike) -> Seconds:
    """Refuse what cannot be planned; return the travel times as whole seconds."""
    if not stops:
        raise RouteError(Fault.NO_STOPS, "stops")
    if not teams:
        raise RouteError(Fault.NO_TEAMS, "teams")
    if len(stops) > MAX_STOPS:
        raise RouteError(Fault.TOO_MANY, "stops", len(stops))
    for field, named in (("stops", stops), ("teams", teams)):
        if len({each.name for each in named}) < len(named):
            raise RouteError(Fault.SAME_NAME, field)
    travel = np.asarray(travel_s)
    if travel.shape != (len(stops) + 1, len(stops) + 1):
        raise RouteError(Fault.WRONG_SHAPE, "travel_s", travel.shape)
    if travel.dtype.kind not in "iu":
        raise RouteError(Fault.NOT_WHOLE_SECONDS, "travel_s", travel.dtype)
    if (travel < 0).any() or np.diag(travel).any():
        raise RouteError(Fault.NEGATIVE, "travel_s")
    if travel.max() > MAX_TIME:
        raise RouteError(Fault.TOO_MANY, "travel_s", int(travel.max()))
    for stop in stops:
        _check_seconds(stop.name, stop.earliest, stop.latest, stop.service_s)
        if stop.latest < stop.earliest:
            raise RouteError(Fault.WINDOW_ENDS_BEFORE_IT_BEGINS, "latest", stop.name)
        if stop.people not in (1, 2):
            raise RouteError(Fault.NOT_ONE_OR_TWO_PEOPLE, "people", stop.name)
        if not (np.isfinite(stop.weight) and 1e-3 <= stop.weight <= 1e3):
            raise RouteError(Fault.NOT_POSITIVE, "weight", stop.name)
        if not stop.why.strip():
            raise RouteError(Fault.NO_REASON, "why", stop.name)
    for team in teams:
        _check_seconds(team.name, team.start, team.end, team.break_s, team.break_earliest, team.break_latest)
        if team.people not in (1, 2):
            raise RouteError(Fault.NOT_ONE_OR_TWO_PEOPLE, "people", team.name)
        if team.end < team.start or team.break_latest < team.break_earliest:
            raise RouteError(Fault.WINDOW_ENDS_BEFORE_IT_BEGINS, "teams", team.name)
        if not 0 <= team.break_at <= len(stops):
            raise RouteError(Fault.UNKNOWN_PLACE, "break_at", team.name)
        there = team.start + int(travel[0, team.break_at])
        rested = max(there, team.break_earliest) + team.break_s + int(travel[team.break_at, 0])
        if team.break_s and (there > team.break_latest or rested > team.end):
            raise RouteError(Fault.BREAK_DOES_NOT_FIT, "teams", team.name)
    return travel.astype(np.int64)


def _check_seconds(name: str, *values: int) -> None:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise RouteError(Fault.NOT_WHOLE_SECONDS, name, value)
        if value < 0:
            raise RouteError(Fault.NEGATIVE, name, value)
        if value > MAX_TIME:
            raise RouteError(Fault.TOO_MANY, name, value)
