"""
How fast hosts are placed and rounds are laid, and how near the best the rounds are.

    python -m bench rounds

Sizes double. The goal for rounds is sixty doors and three cars, in one second within one per cent of the best of ten.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench import report
from bench.report import Figure

HOUR = 3600
N_TOWNS = 6
LONG_STEPS = 15_000
"""About ten seconds of one processor."""


def cover_speed() -> tuple[list[Figure], dict[str, Any]]:
    from samsyn.analysis.cover import DemandSource, cover_within, plan_cover

    figures, details = [], {}
    for n in (50, 100, 200, 400):
        rng = np.random.default_rng(n)
        points = rng.uniform(0, 4_000 * (n / 100) ** 0.5, (n, 2))
        sources = [
            DemandSource(name="incidents", amounts=rng.poisson(2, (n, 6)), weight=2),
            DemandSource(name="survey", amounts=rng.uniform(0, 1, (n, 6))),
        ]
        cover = cover_within(points, points, 500)
        start = time.perf_counter()
        plan = plan_cover(sources, cover, hosts_per_slot=4, max_visits=20)
        spent = time.perf_counter() - start
        details[str(n)] = {"seconds": spent, "best": plan.best.covered, "greedy": plan.greedy.covered}
        figures += [
            Figure(f"cover: {n} places × 6 slots, proved best", spent, "s"),
            Figure("  greedy reaches of that", 100 * plan.greedy.covered / plan.best.covered, "%"),
        ]
        if not plan.is_optimal:
            raise SystemExit(f"{n} places were not solved to the end.")
    return figures, details


def doors(seed: int, n: int, cars: int) -> tuple[list[Any], list[Any], np.ndarray]:
    """Return doors with windows of one, two or eight hours, and cars with a half-hour break each."""
    from samsyn.analysis.route import RouteStop, Team, travel_between

    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 6_000, (n + 1, 2))
    points[0] = 3_000
    stops = []
    for number in range(n):
        middle, width = int(rng.integers(18 * HOUR, 23 * HOUR)), int(rng.choice([HOUR, 2 * HOUR, 8 * HOUR]))
        stops.append(
            RouteStop(
                name=f"{number}",
                why="check",
                earliest=max(17 * HOUR, middle - width // 2),
                latest=min(25 * HOUR, middle + width // 2),
                service_s=int(rng.choice([300, 600])),
            )
        )
    teams = [
        Team(
            name=f"car {number}",
            start=17 * HOUR,
            end=25 * HOUR,
            break_s=1800,
            break_earliest=20 * HOUR,
            break_latest=22 * HOUR,
        )
        for number in range(cars)
    ]
    return stops, teams, travel_between(points, speed_km_h=30)


def route_speed() -> tuple[list[Figure], dict[str, Any]]:
    from samsyn.analysis.route import check_route, plan_route

    def planned(seed: int, n: int, cars: int, iterations: int, max_seconds: float | None) -> tuple[int, int, float]:
        stops, teams, travel = doors(seed, n, cars)
        start = time.process_time()
        plan = plan_route(
            stops, teams, travel, rng=np.random.default_rng(seed), iterations=iterations, max_seconds=max_seconds
        )
        spent = time.process_time() - start
        if check_route(plan.best, stops, teams, travel):
            raise SystemExit("A plan does not pass the checker.")
        return plan.best.travel_s, len(plan.best.unvisited), spent

    figures, details = [], {}
    for n, cars in ((15, 1), (30, 2), (60, 3), (120, 6)):
        _, _, spent = planned(1, n, cars, 1_500, None)
        figures.append(Figure(f"rounds: {n} doors × {cars} cars, 1,500 steps", spent, "CPU s"))
    gaps, spent_by_steps = [], []
    for seed in range(N_TOWNS):
        # By steps, not by the clock: the same on a machine that does something else too.
        short, long = (planned(seed, 60, 3, steps, None) for steps in (1_500, LONG_STEPS))
        by_clock = planned(seed, 60, 3, 1_000_000, 1.0)
        best = min(short[0], long[0], by_clock[0])
        gaps.append((100 * (short[0] / best - 1), 100 * (by_clock[0] / best - 1)))
        spent_by_steps.append(short[2])
        details[f"town {seed}"] = {"1500_steps": short, "long": long, "one_second_by_the_clock": by_clock}
    mean, worst = np.mean(gaps, axis=0), np.max(gaps, axis=0)
    figures += [
        Figure("60 doors × 3 cars: 1,500 steps take", float(np.median(spent_by_steps)), "CPU s", at_most=1),
        Figure(f"  above the best of {LONG_STEPS:,} steps, mean", float(mean[0]), "%", at_most=1),
        Figure("  the worst town", float(worst[0]), "%"),
        Figure("  one second by the clock above it, mean", float(mean[1]), "%", at_most=1),
        Figure("  the worst town", float(worst[1]), "%"),
    ]
    return figures, details


def run() -> list[Figure]:
    """Time both and keep what was found."""
    cover, cover_details = cover_speed()
    route, route_details = route_speed()
    figures = [*cover, *route]
    report.write("analysis_cover_route", figures, {"cover": cover_details, "route": route_details})
    return figures
