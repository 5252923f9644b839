"""
An outsider with the published files and nothing else: tries to work out the hidden cells.

    python -m samsyn.analysis.tests.attacker area,year first.csv second.csv …

Reads tables as they are published (a column a dimension, `count`, an empty cell or x where hidden, Totalt for a margin)
and knows only what a reader knows: a margin is the sum of its parts, equal cells of different files are one cell, and
counts are whole numbers from 0. It shares no code with `samsyn.analysis.suppress` and uses another program to solve.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[tuple[str, str], ...]
MARGIN = "Totalt"


def collect(
    files: Sequence[Sequence[dict[str, str]]], dimensions: Sequence[str]
) -> tuple[dict[Cell, float | None], list[tuple[Cell, list[Cell]]]]:
    """Every cell with its count, None where no file shows it, and every sum between them."""
    counts: dict[Cell, float | None] = {}
    sums = []

    def name(labels: dict[str, str]) -> Cell:
        return tuple(sorted((key, label) for key, label in labels.items() if label != MARGIN))

    for rows in files:
        used = [dimension for dimension in rows[0] if dimension in dimensions]
        inner = {dimension: sorted({row[dimension] for row in rows} - {MARGIN}) for dimension in used}
        for row in rows:
            text = row["count"].strip()
            key = name({dimension: row[dimension] for dimension in used})
            counts[key] = float(text) if text not in ("", "x") else counts.get(key)
        for dimension in used:
            others = [[*inner[other], MARGIN] if other != dimension else [""] for other in used]
            for rest in itertools.product(*others):
                at = dict(zip(used, rest, strict=True))
                sums.append(
                    (name(at | {dimension: MARGIN}), [name(at | {dimension: label}) for label in inner[dimension]])
                )
    for whole, parts in sums:
        for key in (whole, *parts):
            counts.setdefault(key, None)
    return counts, sums


def intervals(counts: dict[Cell, float | None], sums: list[tuple[Cell, list[Cell]]]) -> dict[Cell, tuple[float, float]]:
    """The least and the most that each hidden cell can be."""
    hidden = [key for key, count in counts.items() if count is None]
    if not hidden:
        return {}
    column = {key: i for i, key in enumerate(hidden)}
    rows, rights = [], []
    for whole, parts in sums:
        row, right = np.zeros(len(hidden)), 0.0
        for key, sign in ((whole, -1.0), *((part, 1.0) for part in parts)):
            count = counts[key]
            if count is None:
                row[column[key]] += sign
            else:
                right -= sign * count
        if row.any():
            rows.append(row)
            rights.append(right)
    constraints = LinearConstraint(np.array(rows), rights, rights) if rows else ()
    found = {}
    for key, i in column.items():
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(hidden))
            cost[i] = sign
            in_whole = np.ones(len(hidden), dtype=int)
            answer = milp(cost, constraints=constraints, bounds=Bounds(0, np.inf), integrality=in_whole)
            # Without an end the program answers that it has none.
            ends.append(float(round(answer.x[i])) if answer.success else np.inf)
        found[key] = (ends[0], ends[1])
    return found


def derived(found: dict[Cell, tuple[float, float]], *, largest: int = 4) -> dict[Cell, tuple[float, float]]:
    """The hidden cells now known to be small: something happened there, and no more than `largest` times."""
    return {key: (low, high) for key, (low, high) in found.items() if low >= 1 and high <= largest}


def main(arguments: Sequence[str]) -> int:
    """Attack the files named; return 1 if a small cell could be worked out."""
    dimensions, *names = arguments
    files = []
    for name in names:
        with Path(name).open(encoding="utf-8", newline="") as file:
            files.append(list(csv.DictReader(file)))
    found = intervals(*collect(files, dimensions.split(",")))
    small = derived(found)
    for key, (low, high) in found.items():
        mark = "  UTRÄKNAD" if key in small else ""
        print(f"{', '.join(label for _, label in key) or MARGIN}: {low:g} till {high:g}{mark}")
    print(f"{len(found)} dolda celler, {len(small)} små gick att räkna ut.")
    return 1 if small else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
