"""
How fast towns are scanned for clusters, and how often a quiet town is said to have one.

    python -m bench scan

Everything is measured in a process of its own on one thread, in CPU time. Sizes double, so that growth shows.
The peer is the definition in plain NumPy: every cylinder's statistic computed for every replicate. It is timed on a few
replicates of the same town and scaled up, since all of them would take hours. The error rates are from as many made-up
towns as SAMSYN_BENCH_TOWNS says, 1,000 for each setting unless it is set; 10,000 take about half an hour.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

from bench import report
from bench.report import Figure

N_TOWNS = int(os.environ.get("SAMSYN_BENCH_TOWNS", "1000"))
N_REPLICATES = 999
N_WEEKS = 104
SIZES = ((50, 1_500), (100, 3_000), (200, 6_000))
PEER_REPLICATES = 5
ALPHA = 0.05


def incidents(n_areas: int, n_incidents: int) -> tuple[Any, Any]:
    """Return a town's counts by area and week, and its places: some areas have many times as much as others."""
    import numpy as np

    rng = np.random.default_rng(n_areas)
    weight = rng.lognormal(0, 1, n_areas)
    cells = rng.choice(n_areas, n_incidents, p=weight / weight.sum()) * N_WEEKS
    cells += rng.integers(0, N_WEEKS, n_incidents)
    counts = np.bincount(cells, minlength=n_areas * N_WEEKS).reshape(n_areas, N_WEEKS)
    return counts, rng.uniform(0, 10_000, (n_areas, 2))


def in_own_process(task: str, *arguments: object) -> dict[str, float]:
    """Run one measurement on one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "bench.analysis_scan", task, *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, **one}, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def speed(n_areas: int, n_incidents: int) -> dict[str, float]:
    """Time both kinds of scan; the first call of all compiles, or loads what was compiled before."""
    from samsyn.analysis.scan import Period, scan

    def seconds(period: Period, n_replicates: int = N_REPLICATES) -> float:
        start = time.process_time()
        scan(counts, where, period=period, max_window=26, n_replicates=n_replicates, dispersion=1, seed=1)
        return time.process_time() - start

    counts, where = incidents(n_areas, n_incidents)
    first = seconds(Period.PROSPECTIVE, 99)
    answer = {
        "compile_s": first - seconds(Period.PROSPECTIVE, 99),
        "retrospective_s": min(seconds(Period.RETROSPECTIVE) for _ in range(2)),
        "prospective_s": min(seconds(Period.PROSPECTIVE) for _ in range(5)),
    }
    answer["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return answer


def peer(n_areas: int, n_incidents: int) -> dict[str, float]:
    """Time the definition in NumPy on a few replicates, scaled to all of them."""
    import numpy as np

    counts, where = incidents(n_areas, n_incidents)
    rng = np.random.default_rng(1)
    n_cases = counts.sum()
    of_area, of_week = counts.sum(axis=1), counts.sum(axis=0)
    distances = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    order = np.argsort(distances, axis=1)
    areas, weeks = np.repeat(np.arange(n_areas), of_area), np.repeat(np.arange(N_WEEKS), of_week)
    start = time.process_time()
    for _ in range(PEER_REPLICATES):
        table = np.bincount(areas * N_WEEKS + rng.permutation(weeks), minlength=counts.size).reshape(counts.shape)
        largest = 0.0
        for centre in range(n_areas):
            inside = order[centre, np.cumsum(of_area[order[centre]]) <= n_cases / 2]
            cases = np.cumsum(np.hstack((np.zeros((len(inside), 1)), np.cumsum(table[inside], axis=1))), axis=0)
            expected = np.cumsum(of_area[inside])[:, None] * np.concatenate(([0], np.cumsum(of_week))) / n_cases
            for length in range(1, 27):
                c = cases[:, length:] - cases[:, :-length]
                e = expected[:, length:] - expected[:, :-length]
                with np.errstate(divide="ignore", invalid="ignore"):
                    ratio = c * np.log(c / e) + (n_cases - c) * np.log((n_cases - c) / (n_cases - e))
                largest = max(largest, float(np.max(np.where((c > e) & (c >= 2), ratio, 0.0), initial=0.0)))
    return {"retrospective_s": (time.process_time() - start) * N_REPLICATES / PEER_REPLICATES}


def rate(model: str, dispersion: float, times: float, n_towns: int) -> dict[str, float]:
    """Return the share of towns that are said to have a cluster."""
    import numpy as np

    from samsyn.analysis.scan import Model, Verdict, scan
    from samsyn.analysis.tests.towns import town

    rng = np.random.default_rng([round(10 * dispersion), round(10 * times)])
    n_clusters = 0
    for number in range(n_towns):
        counts, where, usual = town(rng, dispersion=dispersion, n_areas=16, n_weeks=52, mean=1.0, times=times)
        result = scan(
            counts,
            where,
            model=Model(model),
            expected=usual if Model(model) is Model.POISSON else None,
            max_window=4,
            n_replicates=199,
            alpha=ALPHA,
            seed=number,
        )
        n_clusters += result.verdict is Verdict.CLUSTER
    return {"rate": n_clusters / n_towns, "towns": n_towns}


def run() -> list[Figure]:
    """Measure all of it."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for n_areas, n_incidents in SIZES:
        measured = in_own_process("speed", n_areas, n_incidents)
        plain = in_own_process("peer", n_areas, n_incidents)
        details[f"{n_areas} areas"] = {"ours": measured, "peer": plain}
        name = f"{n_areas} areas × {N_WEEKS} weeks × {n_incidents} incidents"
        is_goal = n_areas == SIZES[-1][0]
        figures += [
            Figure(f"all windows, {name}", measured["retrospective_s"], "CPU s", at_most=6 if is_goal else None),
            Figure("  plain NumPy in the same run, scaled", plain["retrospective_s"], "CPU s"),
            Figure("  times faster", plain["retrospective_s"] / measured["retrospective_s"], "×"),
            Figure(f"windows ending now, {name}", measured["prospective_s"], "CPU s", at_most=0.3 if is_goal else None),
            Figure("  compiling, or loading what was compiled", measured["compile_s"], "CPU s"),
            Figure("  most memory held", measured["peak_rss_mb"], "MB", at_most=500 if is_goal else None),
        ]
    for model in ("SPACE_TIME_PERMUTATION", "POISSON"):
        for dispersion in (1, 2, 4):
            for times in (1, 3, 5):
                n_towns = N_TOWNS if times == 1 else max(100, N_TOWNS // 5)
                found = in_own_process("rate", model, dispersion, times, n_towns)
                details[f"{model} {dispersion} {times}"] = found
                what = "quiet towns with a cluster" if times == 1 else f"towns with a cluster of {times} times, found"
                name = f"{what}, {model.lower().replace('_', ' ')}, dispersion {dispersion}, n = {n_towns}"
                # Three standard errors above the nominal rate: that much is the luck of the draw.
                most = 100 * (ALPHA + 3 * (ALPHA * (1 - ALPHA) / n_towns) ** 0.5) if times == 1 else None
                figures.append(Figure(name, 100 * found["rate"], "%", at_most=most))
    report.write("analysis_scan", figures, details)
    return figures


if __name__ == "__main__":
    task, *given = sys.argv[1:]
    if task == "rate":
        result = rate(given[0], float(given[1]), float(given[2]), int(given[3]))
    else:
        result = (speed if task == "speed" else peer)(int(given[0]), int(given[1]))
    json.dump(result, sys.stdout)
