"""
How fast many areas' weeks are compared with earlier years, and how often quiet weeks are called alarms.

    python -m bench outbreak

Everything is measured in a process of its own on one thread, in CPU time. Sizes double, so that growth shows. The
peer is the same two fits area by area with statsmodels' GLM, where that is installed, on a few such series. The error
rates are from as many made-up towns of 10 areas as SAMSYN_BENCH_TOWNS says, 1,000 unless it is set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench import report
from bench.report import Figure

if TYPE_CHECKING:
    from samsyn.analysis.outbreak import OutbreakResult

N_TOWNS = int(os.environ.get("SAMSYN_BENCH_TOWNS", "1000"))
N_AREAS_A_TOWN = 10
SIZES = (125, 250, 500)
N_WEEKS = 52 * 6
N_EVALUATED = 8
PEER_AREAS = 20
ALPHA = 0.005
MAX_FALSE_DISCOVERY = 0.05


def weeks(n_areas: int, dispersion: float, seed: int) -> Any:
    """Return six years of counts with season and trend and nothing else, (areas, weeks)."""
    import numpy as np

    from samsyn.analysis.tests.towns import uneven_counts

    rng = np.random.default_rng(seed)
    time_step = np.arange(N_WEEKS)
    of_area = 12 * rng.gamma(4, 1 / 4, n_areas)[:, None]
    mean = of_area * np.exp(0.3 * np.sin(2 * np.pi * time_step / 52) + 0.001 * time_step)
    return uneven_counts(rng, mean, dispersion)


def in_own_process(task: str, *arguments: object) -> dict[str, float]:
    """Run one measurement on one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "bench.analysis_outbreak", task, *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, **one}, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def speed(n_areas: int) -> dict[str, float]:
    """Time both settings and the simple methods, in milliseconds an area-week."""
    from samsyn.analysis.outbreak import Setting, ears, farrington, gamma_poisson

    counts = weeks(n_areas, 2.0, n_areas)
    answer: dict[str, float] = {}
    calls: dict[str, Callable[[], OutbreakResult]] = {
        "improved_ms": lambda: farrington(counts, n_evaluated=N_EVALUATED),
        "original_ms": lambda: farrington(counts, setting=Setting.ORIGINAL, n_evaluated=N_EVALUATED),
        "gamma_poisson_ms": lambda: gamma_poisson(counts, n_evaluated=N_EVALUATED),
        "ears_ms": lambda: ears(counts, n_evaluated=N_EVALUATED),
    }
    for name, call in calls.items():
        taken = []
        for _ in range(3):
            start = time.process_time()
            call()
            taken.append(time.process_time() - start)
        answer[name] = 1_000 * min(taken) / n_areas / N_EVALUATED
    return answer


def peer() -> dict[str, float]:
    """Time statsmodels' GLM, fitted twice for each area as the method does; the quantile and the rest are left out."""
    import numpy as np
    import statsmodels.api as sm

    counts = weeks(PEER_AREAS, 2.0, 1)
    now = N_WEEKS - 1
    baseline = np.arange(now - 5 * 52 - 3, now - 26)
    after = (baseline - now + 3) % 52 - 7
    level = np.where(after < 0, 0, 1 + after // 5)
    design = np.column_stack((np.ones(len(baseline)), baseline - now, level[:, None] == np.arange(1, 10))).astype(float)
    start = time.process_time()
    for row in counts[:, baseline]:
        first = sm.GLM(row, design, family=sm.families.Poisson()).fit()
        weight = np.where(first.resid_anscombe > 2.58, 0.15, 1.0)
        sm.GLM(row, design, family=sm.families.Poisson(), var_weights=weight).fit()
    return {"improved_ms": 1_000 * (time.process_time() - start) / PEER_AREAS}


def rate(method: str, dispersion: float, times: float, n_towns: int) -> dict[str, float]:
    """Return, in percent, how many area-weeks exceed the threshold and how many towns have an alarm."""
    import numpy as np

    from samsyn.analysis.outbreak import Ears, Setting, ears, farrington, gamma_poisson
    from samsyn.analysis.tests.towns import uneven_counts

    judge: Any = {
        "improved": farrington,
        "improved as published": lambda counts: farrington(counts, allow_for_estimation=False),
        "original": lambda counts: farrington(counts, setting=Setting.ORIGINAL),
        "gamma-poisson": gamma_poisson,
        "ears c1": lambda counts: ears(counts, kind=Ears.C1),
        "ears c2": lambda counts: ears(counts, kind=Ears.C2),
        "ears c3": lambda counts: ears(counts, kind=Ears.C3),
    }[method]
    rng = np.random.default_rng(round(10 * dispersion + 100 * times))
    exceeding = judged = with_alarm = risen_found = 0
    for number in range(n_towns):
        counts = weeks(N_AREAS_A_TOWN, dispersion, number)
        if times > 1:
            # One area rises; the others go on as usual.
            usual = np.array(counts[0, -8:-1].mean())
            counts[0, -1] = uneven_counts(rng, times * usual, dispersion)
        result = judge(counts)
        judged += int(np.sum(~np.isnan(result.score)))
        exceeding += int(np.sum(result.score > 1))
        with_alarm += result.n_alarms > 0
        risen_found += result.verdicts[0][0].value == "ALARM"
    return {
        "exceeding": 100 * exceeding / max(1, judged),
        "towns_with_alarm": 100 * with_alarm / n_towns,
        "risen_found": 100 * risen_found / n_towns,
    }


def run() -> list[Figure]:
    """Measure all of it."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for n_areas in SIZES:
        measured = in_own_process("speed", n_areas)
        details[f"{n_areas} areas"] = measured
        is_goal = n_areas == SIZES[-1]
        name = f"an area-week, {n_areas} areas"
        figures += [
            Figure(f"improved Farrington, {name}", measured["improved_ms"], "CPU ms", at_most=0.1 if is_goal else None),
            Figure(f"original Farrington, {name}", measured["original_ms"], "CPU ms"),
        ]
    try:
        details["statsmodels"] = in_own_process("peer")
        figures.append(Figure("statsmodels one by one, an area-week", details["statsmodels"]["improved_ms"], "CPU ms"))
    except subprocess.CalledProcessError:
        details["statsmodels"] = "not installed"
    methods = ("improved", "improved as published", "original", "gamma-poisson", "ears c1", "ears c2", "ears c3")
    for method in methods:
        for dispersion in (1, 2, 4):
            quiet = in_own_process("rate", method, dispersion, 1, N_TOWNS)
            risen = in_own_process("rate", method, dispersion, 3, max(50, N_TOWNS // 10))
            details[f"{method} {dispersion}"] = {"quiet": quiet, "risen": risen}
            what = f"{method}, dispersion {dispersion}"
            # The simple methods see no season, and these series have one: nothing is promised of them here.
            is_promised = method == "improved"
            n_weeks = N_TOWNS * N_AREAS_A_TOWN
            # Three standard errors above the nominal rates: that much is the luck of the draw.
            most = 100 * (ALPHA + 3 * (ALPHA * (1 - ALPHA) / n_weeks) ** 0.5) if is_promised else None
            share = MAX_FALSE_DISCOVERY
            most_towns = 100 * (share + 3 * (share * (1 - share) / N_TOWNS) ** 0.5) if is_promised else None
            figures += [
                Figure(f"quiet area-weeks above threshold, {what}, n = {n_weeks}", quiet["exceeding"], "%", most),
                Figure(f"  quiet towns with an alarm, n = {N_TOWNS}", quiet["towns_with_alarm"], "%", most_towns),
                Figure("  an area with three times as many, found", risen["risen_found"], "%"),
            ]
    report.write("analysis_outbreak", figures, details)
    return figures


if __name__ == "__main__":
    task, *given = sys.argv[1:]
    if task == "rate":
        result = rate(given[0], float(given[1]), float(given[2]), int(given[3]))
    else:
        result = speed(int(given[0])) if task == "speed" else peer()
    json.dump(result, sys.stdout)
