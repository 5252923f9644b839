"""
How fast tables are protected, audited and rounded, at sizes that double, beside Tau-Argus in the same run.

    python -m bench suppress

Processor time on one thread, the worst of several made-up tables: how hard a table is depends on its numbers.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytauargus

from bench import report
from bench.report import Figure
from samsyn.analysis.suppress import (
    CrossTable,
    Need,
    Release,
    audit,
    cell_key,
    protect,
    release,
    round_to_base,
    small_counts,
)

MEANS = (4, 8, 15, 30, 60)
"""Mean counts of the inner cells: with few most cells are small, with many a small one needs its own protection."""


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time of a call, and its answer."""
    start = time.process_time()
    answer = run()
    return time.process_time() - start, answer


def table(n_areas: int, n_months: int, mean: float, seed: int) -> Release:
    """Return a table of counts that vary as areas do."""
    rng = np.random.default_rng(seed)
    values = rng.negative_binomial(1.2, 1.2 / (1.2 + mean), size=(n_areas, n_months))
    dimensions = {
        "area": tuple(f"a{i}" for i in range(n_areas)),
        "month": tuple(f"m{i}" for i in range(n_months)),
    }
    return release([CrossTable(dimensions=dimensions, values=values)])


def sizes() -> tuple[list[Figure], list[dict[str, Any]]]:
    """Protect tables of twelve months and ever more areas."""
    figures: list[Figure] = []
    details = []
    for n_areas in (25, 50, 100, 200):
        times: dict[str, list[float]] = {"protect": [], "audit": [], "round": []}
        for seed, mean in enumerate(MEANS):
            tables = table(n_areas, 12, mean, seed)
            needs = small_counts(tables)
            took, found = seconds(partial(protect, tables, needs))
            checked, seen = seconds(partial(audit, tables, found.hidden, needs))
            rounded, _ = seconds(partial(round_to_base, tables, base=5, rng=np.random.default_rng(1)))
            if not seen.is_safe:
                raise SystemExit(f"{n_areas} × 12, mean {mean}: the audit finds {seen.too_narrow}")
            for name, value in (("protect", took), ("audit", checked), ("round", rounded)):
                times[name].append(value)
            details.append({"areas": n_areas, "mean": mean, "protect": took, "audit": checked, **found.as_dict()})
        goal = 1.0 if n_areas == 50 else None
        figures += [
            Figure(f"protect {n_areas} × 12, the slowest of {len(MEANS)}", max(times["protect"]), "s", at_most=goal),
            Figure("  its audit, every hidden cell", max(times["audit"]), "s"),
            Figure("  rounded to base 5 instead", max(times["round"]), "s"),
        ]
    return figures, details


def beside_tau_argus(n_areas: int) -> list[Figure]:
    """
    Protect one table of sums by the p% rule, here and there, from the same levels of protection.

    Its outsider knows beforehand how large each cell can be at most, which ours does not, so its patterns may need
    more.
    """
    rng = np.random.default_rng(n_areas)
    areas, kinds = tuple(f"a{i:03}" for i in range(n_areas)), tuple(f"k{i}" for i in range(6))
    records: list[dict[str, Any]] = [
        {"area": a, "kind": k, "sum": int(rng.lognormal(3, 1)) + 1}
        for a in areas
        for k in kinds
        for _ in range(rng.integers(2, 12))
    ]
    columns = {name: [record[name] for record in records] for name in ("area", "kind", "sum")}
    # It leaves the logs of its solvers where it is run.
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as folder, contextlib.chdir(folder):
        theirs, answer = seconds(
            lambda: pytauargus.protect(columns, ["area", "kind"], "sum", safety_rules="P(15,1)", workdir=folder)
        )
        values = np.zeros((n_areas, len(kinds)))
        for record in records:
            values[areas.index(str(record["area"])), kinds.index(str(record["kind"]))] += float(record["sum"])
        tables = release([CrossTable(dimensions={"area": areas, "kind": kinds}, values=values)])
        needs, cost = {}, 0.0
        for line in Path(answer.tables[0].path).read_text(encoding="utf-8").splitlines():
            a, k, value, _, _, status, low, high = (cell.strip('"') for cell in line.split(";"))
            at = tables.index(cell_key(**{n: x for n, x in (("area", a), ("kind", k)) if x != "Total"}))
            if status == "U":
                needs[at] = Need(float(value) - float(low), float(value) + float(high), "p-percent")
            elif status == "M":
                cost += float(value)
    ours, found = seconds(lambda: protect(tables, needs, weights=tables.values))
    return [
        Figure(f"protect {n_areas} × 6 sums by p%", ours, "s"),
        Figure("  Tau-Argus, with reading and writing its files", theirs, "s"),
        Figure("  cost of our pattern over its", found.cost / cost if cost else 1.0, "×", at_most=1.000001),
    ]


def run() -> list[Figure]:
    """Take the times."""
    figures, details = sizes()
    for n_areas in (10, 20, 40):
        figures += beside_tau_argus(n_areas)
    report.write("suppress", figures, {"means": MEANS, "tables": details})
    return figures
