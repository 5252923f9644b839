from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samsyn.analysis.route import (
    Breach,
    Fault,
    Round,
    Rounds,
    RouteError,
    RoutePlan,
    RouteStop,
    Team,
    Unvisited,
    Visit,
    check_route,
    plan_route,
    travel_between,
)

HOUR = 3600


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def stop(name: str = "park", **changes: Any) -> RouteStop:
    given: dict[str, Any] = {"why": "lights out", "earliest": 18 * HOUR, "latest": 23 * HOUR, "service_s": 600}
    return RouteStop(name=name, **given | changes)


def team(name: str = "A", **changes: Any) -> Team:
    given: dict[str, Any] = {"start": 18 * HOUR, "end": 24 * HOUR}
    return Team(name=name, **given | changes)


RESTING: dict[str, Any] = {"break_s": 1800, "break_earliest": 20 * HOUR, "break_latest": 22 * HOUR}


def town(seed: int, n: int, *, tight: bool = True) -> tuple[list[RouteStop], np.ndarray]:
    rng = seeded(seed)
    stops = []
    for number in range(n):
        earliest = int(rng.integers(18 * HOUR, 22 * HOUR)) if tight else 18 * HOUR
        width = int(rng.choice([HOUR, 2 * HOUR, 5 * HOUR])) if tight else 5 * HOUR
        people = 2 if tight and rng.random() < 0.3 else 1
        stops.append(stop(f"s{number}", earliest=earliest, latest=earliest + width, people=people))
    return stops, travel_between(rng.uniform(0, 4_000, (n + 1, 2)), speed_km_h=15)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 14), singles=st.integers(0, 2), rests=st.booleans())
def test_every_plan_can_be_carried_out(seed: int, n: int, singles: int, rests: bool) -> None:
    stops, travel = town(seed, n)
    teams = [team("A", **RESTING if rests else {}), team("B", people=1 if singles else 2, **RESTING)]
    teams += [team("C", people=1, start=20 * HOUR)] * (singles == 2)
    plan = plan_route(stops, teams, travel, rng=seeded(seed), iterations=60, variety=0.2, n_alternatives=1)
    for rounds in (plan.best, *plan.alternatives):
        assert check_route(rounds, stops, teams, travel) == ()
    for each in plan.best.rounds:
        assert sum(visit.stop is None for visit in each.visits) == (teams[each.team].break_s > 0)
        assert all(visit.why for visit in each.visits if visit.stop is not None)


@pytest.mark.parametrize("seed", range(3))
def test_a_small_round_is_the_shortest_of_all_orders(seed: int) -> None:
    stops, travel = town(seed, 7, tight=False)
    shortest = min(
        sum(int(travel[one, other]) for one, other in zip((0, *order), (*order, 0), strict=True))
        for order in permutations(range(1, 8))
    )
    plan = plan_route(stops, [team()], travel, rng=seeded(), iterations=300)
    assert plan.best.travel_s == shortest
    order = seeded(9).permutation(7)
    moved = travel[np.ix_([0, *order + 1], [0, *order + 1])]
    again = plan_route([stops[number] for number in order], [team()], moved, rng=seeded(), iterations=300)
    assert again.best.travel_s == shortest


def test_the_two_person_rule_is_kept_and_told() -> None:
    stops = [stop("alley", people=2), stop("square")]
    travel = travel_between([(0, 0), (500, 0), (0, 500)], speed_km_h=5)
    alone = plan_route(stops, [team("A", people=1)], travel, rng=seeded(), iterations=50)
    assert alone.best.unvisited == {0: Unvisited.NEEDS_TWO_PEOPLE}
    both = plan_route(stops, [team("A", people=1), team("B")], travel, rng=seeded(), iterations=50)
    assert both.best.unvisited == {}
    (with_alley,) = [each for each in both.best.rounds if 0 in {visit.stop for visit in each.visits}]
    assert with_alley.team == 1


def test_a_stop_that_nobody_can_reach_in_time_is_told() -> None:
    stops = [stop("early", earliest=HOUR, latest=2 * HOUR), stop("square")]
    travel = travel_between([(0, 0), (500, 0), (0, 500)], speed_km_h=5)
    plan = plan_route(stops, [team()], travel, rng=seeded(), iterations=50)
    assert plan.best.unvisited == {0: Unvisited.OUTSIDE_ALL_SHIFTS}


def test_when_there_is_no_room_the_heavier_stops_are_kept() -> None:
    at_nine = {"earliest": 21 * HOUR, "latest": 21 * HOUR, "service_s": HOUR}
    stops = [stop("light", **at_nine), stop("heavy", weight=3.0, **at_nine), stop("later", earliest=22 * HOUR)]
    travel = travel_between([(0, 0), (100, 0), (5_000, 0), (0, 100)], speed_km_h=15)
    plan = plan_route(stops, [team()], travel, rng=seeded(), iterations=100)
    assert plan.best.unvisited == {0: Unvisited.NO_ROOM_LEFT}


def test_a_break_is_taken_in_its_window_and_place() -> None:
    stops, travel = town(4, 6, tight=False)
    resting = team(**RESTING, break_at=3)
    plan = plan_route(stops, [resting], travel, rng=seeded(), iterations=100)
    (pause,) = [visit for visit in plan.best.rounds[0].visits if visit.stop is None]
    assert 20 * HOUR <= pause.start <= 22 * HOUR
    assert pause.leave - pause.start == 1800


def test_times_that_stand_still_for_a_way_there_and_not_back() -> None:
    travel = np.array([[0, 100, 900], [900, 0, 100], [100, 900, 0]])
    plan = plan_route([stop("a"), stop("b")], [team()], travel, rng=seeded(), iterations=50)
    assert plan.best.travel_s == 300
    assert [visit.stop for visit in plan.best.rounds[0].visits] == [0, 1]


def test_the_same_seed_gives_the_same_plans_and_alternatives_stay_near() -> None:
    stops, travel = town(3, 15, tight=False)

    def planned(seed: int) -> RoutePlan:
        return plan_route(
            stops, [team("A"), team("B")], travel, rng=seeded(seed), iterations=150, variety=0.1, n_alternatives=3
        )

    plan = planned(1)
    assert plan.as_dict() == planned(1).as_dict()
    assert plan.is_repeatable
    assert len(plan.alternatives) == 3
    assert plan.best.legs_shared == 1
    for rounds in plan.alternatives:
        assert plan.best.travel_s <= rounds.travel_s <= 1.1 * plan.best.travel_s
        assert rounds.unvisited == {}
        assert rounds.legs_shared < 1
    assert len({rounds.legs_shared for rounds in plan.alternatives} | {plan.best.travel_s}) > 1


def test_a_search_cut_by_the_clock_says_so() -> None:
    stops, travel = town(3, 8)
    plan = plan_route(stops, [team()], travel, rng=seeded(), iterations=10_000, max_seconds=0.05)
    assert not plan.is_repeatable


def visit(stop: int | None, arrive: int, start: int, leave: int) -> Visit:
    return Visit(stop=stop, arrive=arrive, start=start, leave=leave, detour_s=0, why="" if stop is None else "x")


# A plan that is right, and all the ways to spoil it.
STOPS = [stop("park", people=2), stop("square", earliest=19 * HOUR)]
TEAMS = [team("A", **RESTING), team("B", people=1)]
TRAVEL = np.array([[0, 600, 300], [600, 0, 500], [300, 500, 0]])
RIGHT = Rounds(
    rounds=(
        Round(
            team=0,
            leave_base=19 * HOUR,
            back_at_base=20 * HOUR + 2_000,
            visits=(
                visit(0, 19 * HOUR + 600, 19 * HOUR + 600, 19 * HOUR + 1200),
                visit(1, 19 * HOUR + 1700, 19 * HOUR + 1700, 19 * HOUR + 2300),
                visit(None, 19 * HOUR + 2600, 20 * HOUR, 20 * HOUR + 1800),
            ),
        ),
    ),
    unvisited={},
    travel_s=1400,
    legs_shared=1.0,
)  # fmt: skip


def spoiled(number: int | None = None, **changes: Any) -> Rounds:
    (only,) = RIGHT.rounds
    if number is None:
        return replace(RIGHT, rounds=(replace(only, **changes),))
    visits = list(only.visits)
    visits[number] = replace(visits[number], **changes)
    return replace(RIGHT, rounds=(replace(only, visits=tuple(visits)),))


def test_a_right_plan_has_no_breach() -> None:
    assert check_route(RIGHT, STOPS, TEAMS, TRAVEL) == ()


SPOILED = [
    (spoiled(team=7), Breach.UNKNOWN_TEAM),
    (replace(RIGHT, rounds=(*RIGHT.rounds, Round(team=0, leave_base=19 * HOUR, back_at_base=19 * HOUR, visits=()))),
     Breach.TEAM_TWICE),
    (spoiled(0, stop=9), Breach.UNKNOWN_STOP),
    (replace(RIGHT, unvisited={5: Unvisited.NO_ROOM_LEFT}), Breach.UNKNOWN_STOP),
    (spoiled(0, stop=1), Breach.STOP_TWICE),
    (spoiled(0, stop=1), Breach.STOP_FORGOTTEN),
    (replace(RIGHT, unvisited={0: Unvisited.NO_ROOM_LEFT}), Breach.STOP_BOTH_VISITED_AND_LEFT_OUT),
    (spoiled(leave_base=18 * HOUR - 1), Breach.LEAVES_BEFORE_SHIFT),
    (spoiled(back_at_base=24 * HOUR + 1), Breach.BACK_AFTER_SHIFT),
    (spoiled(leave_base=19 * HOUR + 1), Breach.FASTER_THAN_POSSIBLE),
    (spoiled(1, arrive=19 * HOUR + 1699), Breach.FASTER_THAN_POSSIBLE),
    (spoiled(back_at_base=20 * HOUR + 1799), Breach.FASTER_THAN_POSSIBLE),
    (spoiled(1, start=19 * HOUR + 1699), Breach.STARTS_BEFORE_ARRIVAL),
    (spoiled(1, arrive=19 * HOUR - 1, start=19 * HOUR - 1), Breach.TOO_EARLY),
    (spoiled(2, start=20 * HOUR - 1), Breach.TOO_EARLY),
    (spoiled(1, start=23 * HOUR + 1), Breach.TOO_LATE),
    (spoiled(2, start=22 * HOUR + 1), Breach.TOO_LATE),
    (spoiled(0, leave=19 * HOUR + 1199), Breach.CUT_SHORT),
    (spoiled(2, leave=20 * HOUR + 1799), Breach.CUT_SHORT),
    (spoiled(team=1), Breach.TOO_FEW_PEOPLE),
    (spoiled(team=1), Breach.BREAK_NOT_ASKED_FOR),
    (spoiled(0, why=" "), Breach.NO_REASON),
    (spoiled(visits=RIGHT.rounds[0].visits[:2]), Breach.BREAK_MISSING),
    (spoiled(visits=(*RIGHT.rounds[0].visits, RIGHT.rounds[0].visits[2])), Breach.BREAK_TWICE),
    (replace(RIGHT, travel_s=1399), Breach.WRONG_TRAVEL),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "breach"), SPOILED)
def test_the_checker_finds_every_kind_of_fault(plan: Rounds, breach: Breach) -> None:
    assert breach in {each.breach for each in check_route(plan, STOPS, TEAMS, TRAVEL)}


def test_there_is_a_spoiled_plan_for_every_breach() -> None:
    assert {breach for _, breach in SPOILED} == set(Breach)


def asked(**changes: Any) -> RoutePlan:
    arguments: dict[str, Any] = {"stops": STOPS, "teams": TEAMS, "travel_s": TRAVEL, "rng": seeded(), "iterations": 10}
    return plan_route(**arguments | changes)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: asked(stops=[]), Fault.NO_STOPS),
        (lambda: asked(teams=[]), Fault.NO_TEAMS),
        (lambda: asked(stops=[stop(), stop()]), Fault.SAME_NAME),
        (lambda: asked(stops=[stop(why=" "), stop("b")]), Fault.NO_REASON),
        (lambda: asked(stops=[stop(service_s=1.5), stop("b")]), Fault.NOT_WHOLE_SECONDS),
        (lambda: asked(stops=[stop(service_s=-1), stop("b")]), Fault.NEGATIVE),
        (lambda: asked(stops=[stop(latest=9), stop("b")]), Fault.WINDOW_ENDS_BEFORE_IT_BEGINS),
        (lambda: asked(stops=[stop(people=3), stop("b")]), Fault.NOT_ONE_OR_TWO_PEOPLE),
        (lambda: asked(stops=[stop(weight=0), stop("b")]), Fault.NOT_POSITIVE),
        (lambda: asked(travel_s=TRAVEL[:2, :2]), Fault.WRONG_SHAPE),
        (lambda: asked(travel_s=TRAVEL * 1.0), Fault.NOT_WHOLE_SECONDS),
        (lambda: asked(travel_s=-TRAVEL), Fault.NEGATIVE),
        (lambda: asked(travel_s=TRAVEL * 10_000), Fault.TOO_MANY),
        (lambda: asked(teams=[team(break_at=4)]), Fault.UNKNOWN_PLACE),
        (lambda: asked(teams=[team(break_s=7 * HOUR, break_latest=24 * HOUR)]), Fault.BREAK_DOES_NOT_FIT),
        (lambda: asked(teams=[team(end=HOUR)]), Fault.WINDOW_ENDS_BEFORE_IT_BEGINS),
        (lambda: asked(iterations=0), Fault.NOT_POSITIVE),
        (lambda: asked(max_seconds=0), Fault.NOT_POSITIVE),
        (lambda: asked(variety=1), Fault.NOT_A_SHARE),
        (lambda: travel_between([(12.2, 58.2), (12.3, 58.3)], speed_km_h=5), Fault.LOOKS_LIKE_DEGREES),
        (lambda: travel_between([(0, 0), (999, 0)], speed_km_h=0), Fault.NOT_POSITIVE),
        (lambda: travel_between([(0, 0), (999, 0)], speed_km_h=5, detour=0.5), Fault.NOT_POSITIVE),
        (lambda: travel_between([1, 2], speed_km_h=5), Fault.WRONG_SHAPE),
    ],
)
def test_a_refusal_says_why(call: Callable[[], object], fault: Fault) -> None:
    with pytest.raises(RouteError) as refused:
        call()
    assert refused.value.code is fault
