"""
How often each kind of verdict finds change where there is none, how often where there is, and how fast.

    python -m bench compare

Draws 10,000 made-up towns of each kind, with over-dispersion from 1 to 4, in which nothing changes and then something
of a stated size does. The speeds are on one thread, at sizes that double, beside statsmodels and esda in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import esda.smoothing
import numpy as np
import statsmodels.api as sm

from bench import report
from bench.report import Figure
from samsyn.analysis import compare
from samsyn.analysis.compare.series import _design
from samsyn.analysis.tests.null_towns import KINDS, rates

N_TOWNS = 10_000
SEED = 1488
# What chance may add to a rate of 5 percent over so many towns, three standard errors.
NOMINAL = 5.0 + 3 * 100 * (0.05 * 0.95 / N_TOWNS) ** 0.5


def milliseconds(run: Callable[[], Any], *, turns: int = 5) -> float:
    """Return the median time of a call, after one to warm up."""
    run()
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        run()
        times.append(1_000 * (time.perf_counter() - start))
    return statistics.median(times)


def panel(n_areas: int) -> tuple[float, float]:
    """Return how long difference in differences takes, and the same model in statsmodels, without permutation."""
    rng = np.random.default_rng(n_areas)
    counts = rng.poisson(50, size=(n_areas, 8)).astype(float)
    effects = [np.kron(np.eye(n_areas), np.ones((8, 1))), np.tile(np.eye(8)[:, 1:], (n_areas, 1))]
    target = np.zeros((n_areas * 8, 1))
    target[5:8] = 1
    design = np.hstack([target, *effects])
    ours = milliseconds(
        lambda: compare.difference_in_differences(counts, target=0, n_before=5, comparison_fixed_before=True)
    )
    theirs = milliseconds(lambda: sm.GLM(counts.ravel(), design, family=sm.families.Poisson()).fit())
    return ours, theirs


def months(n: int) -> tuple[float, float]:
    """Return how long an interrupted time series takes, and its fit alone in statsmodels."""
    rng = np.random.default_rng(n)
    counts = rng.poisson(40, size=n)
    first = date(2000, 1, 1)
    design = _design([date(2000 + i // 12, i % 12 + 1, 1) for i in range(n)], n // 2, with_slope=False)
    ours = milliseconds(lambda: compare.interrupted_time_series(counts, first_month=first, n_before=n // 2))
    theirs = milliseconds(lambda: sm.GLM(counts, design, family=sm.families.Poisson()).fit())
    return ours, theirs


def areas(n: int) -> tuple[float, float]:
    """Return how long shrunken rates with rank intervals take, and esda's shrunken rates alone."""
    rng = np.random.default_rng(n)
    people = rng.uniform(500, 5000, size=n)
    counts = rng.poisson(people * rng.gamma(20, 0.01 / 20, size=n))
    ours = milliseconds(lambda: compare.shrink_rates(counts, people, rng=np.random.default_rng(1), draws=1_000))
    theirs = milliseconds(lambda: esda.smoothing.Empirical_Bayes(counts, people))
    return ours, theirs


def run() -> list[Figure]:
    """Draw the towns and take the times."""
    figures, details = [], {}
    for kind in KINDS:
        start = time.perf_counter()
        false, power = rates(kind, N_TOWNS, seed=SEED)
        details[kind] = {"false": false, "power": power, "seconds": time.perf_counter() - start}
        figures += [
            Figure(f"{kind}: clear verdicts in {N_TOWNS:,} towns without change", 100 * false, "%", at_most=NOMINAL),
            Figure(f"{kind}: the stated change called clear", 100 * power, "%"),
        ]
    for name, peer, measure, sizes in (
        ("differences, {} areas × 8 periods", "statsmodels GLM", panel, (10, 20, 40, 80)),
        ("series, {} months", "statsmodels GLM", months, (60, 120, 240)),
        ("shrunken rates and ranks, {} areas", "esda, rates alone", areas, (100, 200, 400)),
    ):
        for size in sizes:
            ours, theirs = measure(size)
            figures += [
                Figure(name.format(size), ours, "ms"),
                Figure(f"  {peer}", theirs, "ms"),
            ]
    figures.append(Figure("two counts", milliseconds(lambda: compare.compare_counts(185, 162)), "ms", at_most=1))
    report.write("compare", figures, {"towns": N_TOWNS, "seed": SEED, "kinds": details})
    return figures
