"""
How fast surveys are estimated on one thread, and how often the intervals and tests are wrong.

    python -m bench estimate

Sizes double, so that growth shows, and `svy` does the same work in the same process where it can. The error rates are
from 10,000 made-up towns in which nothing differs; the power at a stated true change stands beside, from 2,000.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import report
from bench.report import Figure

GOAL_BOOTSTRAP_S = 0.5
NOMINAL = 0.05
# Three standard deviations of a rate of one in twenty over ten thousand towns.
HIGHEST_RATE = 0.0565
N_TOWNS = 10_000
N_TOWNS_CHANGED = 2_000
N_TURNS = 5
SIZES = (1_417, 2_834, 5_668, 11_336)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


def fastest(work: Callable[[], Any], turns: int = N_TURNS) -> float:
    """Return the CPU seconds of the fastest turn after one that warms up; other programs make turns slower only."""
    work()
    times = []
    for _ in range(turns):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _survey(n: int) -> dict[str, Any]:
    """Return answers by sex, age and area, with the population's distributions."""
    import numpy as np

    rng = np.random.default_rng(n)
    labels = {"sex": list("km"), "age": list("abcdefgh"), "area": list("ABCDEFGHIJKLMNOP")}
    columns = {name: rng.choice(each, n) for name, each in labels.items()}
    totals = {}
    for name, each in labels.items():
        parts = np.linspace(1, 2.5, len(each))
        totals[name] = dict(zip(each, (59_204 * parts / parts.sum()).tolist(), strict=True))
    return {"columns": columns, "totals": totals, "answers": (rng.random(n) < 0.4).astype(float)}


def _ours(survey: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return what is timed here, by name."""
    import numpy as np

    from samsyn.analysis.estimate import by_domain, margin, rake, raked_bootstrap, share, survey_design

    columns, answers = survey["columns"], survey["answers"]
    design = survey_design(np.ones(len(answers)))
    margins = [margin(name, columns[name], totals) for name, totals in survey["totals"].items()]
    return {
        "raked bootstrap": lambda: raked_bootstrap(answers, design, margins, rng=np.random.default_rng(1)),
        "rake once": lambda: rake(design, margins),
        "share": lambda: share(answers, design),
        "share by 16 areas": lambda: by_domain(answers, columns["area"], design),
    }


def _theirs(survey: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return the same by svy."""
    import numpy as np
    import polars as pl
    import svy

    n = len(survey["answers"])
    table = pl.DataFrame({**survey["columns"], "y": survey["answers"], "w": np.ones(n), "id": np.arange(n)})
    sample = svy.Sample(table, svy.Design(wgt="w", psu="id"))
    totals = survey["totals"]

    def raked_bootstrap() -> Any:
        drawn = sample.weighting.create_bs_wgts(n_reps=1000, rstate=1)
        raked = drawn.weighting.rake(controls=totals, tol=1e-9, max_iter=1000)
        return raked.estimation.mean("y", method="replication")

    return {
        "raked bootstrap": raked_bootstrap,
        "rake once": lambda: sample.weighting.rake(controls=totals, tol=1e-9, max_iter=1000),
        "share": lambda: sample.estimation.prop("y"),
        "share by 16 areas": lambda: sample.estimation.prop("y", by="area"),
    }


def _model(m: int) -> Callable[[], Any]:
    """Return the Fay-Herriot model of so many areas."""
    import numpy as np

    from samsyn.analysis.estimate import fay_herriot

    rng = np.random.default_rng(m)
    x = np.stack([np.ones(m), rng.normal(size=m)], axis=1)
    psi = rng.uniform(0.5, 2, m)
    y = x @ [10, 1] + rng.normal(0, np.sqrt(1 + psi))
    return lambda: fay_herriot(y, psi, x, names=[str(i) for i in range(m)])


def speed() -> dict[str, float]:
    """Time the estimators, and svy beside them."""
    found = {}
    for n in SIZES:
        survey = _survey(n)
        theirs = _theirs(survey)
        for name, work in _ours(survey).items():
            found[f"{name}, {n} answers"] = fastest(work)
            # A thousand replicates of the larger files would take svy's part minutes.
            is_long = name == "raked bootstrap"
            if not is_long or n <= SIZES[1]:
                found[f"svy: {name}, {n} answers"] = fastest(theirs[name], turns=1 if is_long else N_TURNS)
    for m in (16, 32, 64, 128, 256):
        found[f"Fay-Herriot, {m} areas"] = fastest(_model(m))
    return found


def rates() -> dict[str, dict[str, float]]:
    """Return how often intervals miss and verdicts are false, and the power beside."""
    from samsyn.analysis.tests.estimate_worlds import MISSES, TESTS, rate

    found: dict[str, dict[str, float]] = {}
    for name, (world, level) in MISSES.items():
        found[name] = {"missed": rate(world, level, repeats=N_TOWNS, seed=1)}
    for name, (world, change) in TESTS.items():
        found[name] = {
            "false": rate(world, 0.0, repeats=N_TOWNS, seed=2),
            "power": rate(world, change, repeats=N_TOWNS_CHANGED, seed=3),
            "change": change,
        }
    return found


def in_own_process(part: str) -> Any:
    """Run one part in a process that has one thread."""
    command = [sys.executable, "-m", "bench.analysis_estimate", part]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run() -> list[Figure]:
    """Time, count, and keep what was found."""
    times, found = in_own_process("speed"), in_own_process("rates")
    figures = []
    for name, seconds in times.items():
        goal = GOAL_BOOTSTRAP_S if name == f"raked bootstrap, {SIZES[0]} answers" else None
        value, unit = (seconds, "s") if goal or seconds >= 0.1 else (1000 * seconds, "ms")
        figures.append(
            Figure(f"{name}{', 1,000 replicates' if 'bootstrap' in name else ''}", value, unit, at_most=goal)
        )
    for name, each in found.items():
        if "missed" in each:
            figures.append(Figure(f"interval misses the truth: {name}", 100 * each["missed"], "%"))
        else:
            figures.append(
                Figure(f"clear without a change: {name}", 100 * each["false"], "%", at_most=100 * HIGHEST_RATE)
            )
            figures.append(Figure(f"clear at a change of {100 * each['change']:g} %: {name}", 100 * each["power"], "%"))
    report.write("analysis_estimate", figures, {"seconds": times, "rates": found, "towns": N_TOWNS})
    return figures


if __name__ == "__main__":
    json.dump({"speed": speed, "rates": rates}[sys.argv[1]](), sys.stdout)
