from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samsyn.analysis.cover import CoverError, CoverPlan, DemandSource, Fault, cover_within, plan_cover


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def town(seed: int, n_places: int = 40, n_stops: int = 20, n_slots: int = 3) -> tuple[list[DemandSource], np.ndarray]:
    rng = seeded(seed)
    demand, stops = rng.uniform(0, 4_000, (n_places, 2)), rng.uniform(0, 4_000, (n_stops, 2))
    sources = [
        DemandSource(name="incidents", amounts=rng.poisson(2, (n_places, n_slots)), weight=2),
        DemandSource(name="survey", amounts=rng.uniform(0, 1, (n_places, n_slots))),
        DemandSource(name="lights", amounts=np.repeat(rng.poisson(0.5, (n_places, 1)) + 0.01, n_slots, axis=1)),
    ]
    return sources, cover_within(stops, demand, 900)


def weighted(sources: list[DemandSource]) -> np.ndarray:
    total = sum(source.weight for source in sources)
    parts = [source.weight / total * np.asarray(source.amounts) / np.sum(source.amounts) for source in sources]
    return np.asarray(np.sum(parts, axis=0))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), hosts=st.integers(1, 3))
def test_the_best_is_the_best_of_all_choices(seed: int, hosts: int) -> None:
    sources, cover = town(seed, 12, 6, 1)
    if not cover.any():
        return
    demand = weighted(sources)[:, 0]
    best = max(demand[cover[list(chosen)].any(axis=0)].sum() for chosen in combinations(range(6), hosts))
    plan = plan_cover(sources, cover, hosts_per_slot=hosts)
    assert plan.best.covered == pytest.approx(best)
    assert plan.bound == pytest.approx(best)
    assert plan.is_optimal


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    hosts=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    visits=st.one_of(st.none(), st.integers(0, 6)),
    same=st.one_of(st.none(), st.integers(0, 2)),
)
def test_every_choice_keeps_the_limits_and_its_own_sums(
    seed: int, hosts: list[int], visits: int | None, same: int | None
) -> None:
    sources, cover = town(seed)
    plan = plan_cover(
        sources, cover, hosts_per_slot=hosts, max_visits=visits, max_visits_per_place=same,
        variety=0.1, n_alternatives=3, rng=seeded(seed),
    )  # fmt: skip
    demand = weighted(sources)
    assert plan.greedy.covered <= plan.best.covered + 1e-9 <= plan.bound + 2e-9
    for choice in (plan.best, plan.greedy, *plan.alternatives):
        chosen = np.zeros((20, 3), int)
        for stop in choice.stops:
            chosen[stop.stop, stop.slot] += 1
        assert chosen.max(initial=0) <= 1
        assert (chosen.sum(axis=0) <= hosts).all()
        assert visits is None or chosen.sum() <= visits
        assert same is None or (chosen.sum(axis=1) <= same).all()
        reached = cover.T.astype(int) @ chosen > 0
        assert choice.covered == pytest.approx((demand * reached).sum())
        lost = [choice.covered - demand_without(demand, cover, chosen, stop) for stop in choice.stops]
        assert [stop.only_here for stop in choice.stops] == pytest.approx(lost, abs=1e-12)
    for choice in plan.alternatives:
        assert choice.covered >= 0.9 * plan.best.covered - 1e-9


def demand_without(demand: np.ndarray, cover: np.ndarray, chosen: np.ndarray, stop: Any) -> float:
    without = chosen.copy()
    without[stop.stop, stop.slot] = 0
    return float((demand * (cover.T.astype(int) @ without > 0)).sum())


def test_the_greedy_choice_is_the_textbooks() -> None:
    sources, cover = town(3)
    plan = plan_cover(sources, cover, hosts_per_slot=2)
    left, chosen = weighted(sources), []
    hosts = [2, 2, 2]
    for _ in range(6):
        gains = {
            (stop, slot): left[cover[stop], slot].sum()
            for stop in range(20)
            for slot in range(3)
            if hosts[slot] and (stop, slot) not in chosen
        }
        stop, slot = max(gains, key=lambda each: gains[each])
        left[cover[stop], slot] = 0
        hosts[slot] -= 1
        chosen.append((stop, slot))
    assert sorted(chosen) == sorted((stop.stop, stop.slot) for stop in plan.greedy.stops)


def test_every_stop_says_why_and_the_strongest_reason_first() -> None:
    sources, cover = town(2)
    plan = plan_cover(sources, cover, hosts_per_slot=2)
    assert plan.best.stops
    for stop in plan.best.stops:
        assert stop.reasons
        weights = [plan.weights[reason.source] * reason.share for reason in stop.reasons]
        assert weights == sorted(weights, reverse=True)
        assert sum(weights) == pytest.approx(stop.covered)
        amounts = {source.name: np.asarray(source.amounts) for source in sources}
        for reason in stop.reasons:
            assert reason.amount == pytest.approx(amounts[reason.source][cover[stop.stop], stop.slot].sum())
        assert all(cover[stop.stop, place] for place in stop.demand)


def test_alternatives_differ_and_come_again_with_the_same_seed() -> None:
    sources, cover = town(5)

    def planned(seed: int) -> CoverPlan:
        return plan_cover(sources, cover, hosts_per_slot=2, variety=0.1, n_alternatives=5, rng=seeded(seed))

    first, again, other = planned(1), planned(1), planned(2)
    assert first.as_dict() == again.as_dict()
    assert first.as_dict() != other.as_dict()
    plans = [frozenset((stop.stop, stop.slot) for stop in choice.stops) for choice in (first.best, *first.alternatives)]
    assert len(set(plans)) == 6
    # No stop but those that nothing can replace stands in all.
    assert len(frozenset.intersection(*plans)) < len(plans[0])
    assert max(stop.in_plans for stop in first.best.stops) <= 6
    assert {first.draw(seeded(n)).covered for n in range(40)} <= {c.covered for c in (first.best, *first.alternatives)}


def test_without_variety_only_ties_are_alternatives() -> None:
    sources, cover = town(5)
    plan = plan_cover(sources, cover, hosts_per_slot=2, n_alternatives=3, rng=seeded())
    assert all(choice.covered == pytest.approx(plan.best.covered) for choice in plan.alternatives)


def test_units_and_order_change_nothing_of_what_is_reached() -> None:
    sources, cover = town(7)
    plan = plan_cover(sources, cover, hosts_per_slot=2)
    order, places = seeded(1).permutation(20), seeded(2).permutation(40)
    moved = [
        DemandSource(name=source.name, amounts=1000 * np.asarray(source.amounts)[places], weight=7 * source.weight)
        for source in reversed(sources)
    ]
    other = plan_cover(moved, cover[order][:, places], hosts_per_slot=2)
    assert other.best.covered == pytest.approx(plan.best.covered)
    assert other.greedy.covered == pytest.approx(plan.greedy.covered)


def test_slots_without_a_host_and_stops_without_reach_are_left_empty() -> None:
    sources, cover = town(1)
    assert plan_cover(sources, cover, hosts_per_slot=0).best.stops == ()
    cover[3] = False
    plan = plan_cover(sources, cover, hosts_per_slot=19)
    assert 3 not in {stop.stop for stop in plan.greedy.stops}


SIMPLE = DemandSource(name="incidents", amounts=[[1.0, 2.0], [3.0, 0.0]])
BOTH = np.ones((1, 2), bool)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: plan_cover([], BOTH, hosts_per_slot=1), Fault.NO_SOURCES),
        (lambda: plan_cover([SIMPLE, SIMPLE], BOTH, hosts_per_slot=1), Fault.SAME_NAME),
        (lambda: plan_cover([SIMPLE], np.ones((1, 3), bool), hosts_per_slot=1), Fault.WRONG_SHAPE),
        (lambda: plan_cover([SIMPLE], np.ones((1, 2)), hosts_per_slot=1), Fault.WRONG_SHAPE),
        (lambda: plan_cover([SIMPLE], BOTH, hosts_per_slot=[1]), Fault.WRONG_SHAPE),
        (lambda: plan_cover([SIMPLE], BOTH, hosts_per_slot=-1), Fault.NEGATIVE),
        (lambda: plan_cover([SIMPLE], BOTH, hosts_per_slot=True), Fault.NOT_WHOLE_NUMBERS),
        (lambda: plan_cover([SIMPLE], ~BOTH, hosts_per_slot=1), Fault.NOTHING_IN_REACH),
        (lambda: plan_cover([SIMPLE], BOTH, hosts_per_slot=1, variety=1), Fault.NOT_A_SHARE),
        (lambda: plan_cover([SIMPLE], BOTH, hosts_per_slot=1, n_alternatives=1), Fault.NO_RANDOMNESS),
        (lambda: plan_cover([source([[0], [0]])], BOTH, hosts_per_slot=1), Fault.NO_DEMAND),
        (lambda: plan_cover([source([[-1], [2]])], BOTH, hosts_per_slot=1), Fault.NEGATIVE),
        (lambda: plan_cover([source([[np.nan], [2]])], BOTH, hosts_per_slot=1), Fault.NOT_NUMBERS),
        (lambda: plan_cover([source([[1], [2]], weight=0)], BOTH, hosts_per_slot=1), Fault.NOT_POSITIVE),
        (lambda: plan_cover([SIMPLE, source([[1], [2]])], BOTH, hosts_per_slot=1), Fault.WRONG_SHAPE),
        (lambda: cover_within([(12.2, 58.2)], [(12.3, 58.3)], 500), Fault.LOOKS_LIKE_DEGREES),
        (lambda: cover_within([(12.2, 58.2)], [(12.3, 58.3)], -1), Fault.NOT_POSITIVE),
    ],
)
def test_a_refusal_says_why(call: Callable[[], object], fault: Fault) -> None:
    with pytest.raises(CoverError) as refused:
        call()
    assert refused.value.code is fault


def source(amounts: Any, *, weight: float = 1.0, is_from_patrols: bool = False, name: str = "notes") -> DemandSource:
    return DemandSource(name=name, amounts=amounts, weight=weight, is_from_patrols=is_from_patrols)


@pytest.mark.parametrize(("weight", "is_allowed"), [(0.5, True), (1.0, True), (1.1, False)])
def test_the_hosts_own_notes_never_outweigh_the_rest(weight: float, is_allowed: bool) -> None:
    notes = source([[1, 1], [0, 5]], weight=weight, is_from_patrols=True)
    if is_allowed:
        assert plan_cover([SIMPLE, notes], BOTH, hosts_per_slot=1).best.stops
    else:
        with pytest.raises(CoverError) as refused:
            plan_cover([SIMPLE, notes], BOTH, hosts_per_slot=1)
        assert refused.value.code is Fault.PATROLS_OUTWEIGH
    with pytest.raises(CoverError):
        plan_cover([notes], BOTH, hosts_per_slot=1)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    sources, cover = town(1)
    plan_cover(sources, cover, hosts_per_slot=2)
    assert capfd.readouterr().out == ""
