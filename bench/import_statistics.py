"""
How fast 100,000 rows of crime statistics are read in, and in how much memory.

    python bench/import_statistics.py [--rows 100000] [--turns 3]

Each turn runs in its own process on a new database: first into an empty table, then the same file again. The
median of the turns is printed and written to bench/results/import_statistics.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice, product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "bench" / "results" / "import_statistics.json"
MEASURES = ("total", "person", "theft", "burglary", "vandalism", "drugs_weapons")


def make_file(n_rows: int) -> bytes:
    """Return a file in the plain layout: as many rows as asked for."""
    periods = [f"{year}K{quarter}" for year in range(1996, 2026) for quarter in range(1, 5)]
    groups = product(range(1000, 9999), MEASURES, periods)
    lines = [
        f"{code};{period};{key};{(code * 7) % 9000};{(code * 13) % 9000};"
        for code, key, period in islice(groups, n_rows)
    ]
    return ("kommun;period;key;count;per100k;preliminary\n" + "\n".join(lines) + "\n").encode()


def peak_rss_mb() -> float:
    """Return the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def turn(n_rows: int) -> dict[str, float]:
    """Read the file in twice in this process."""
    import django

    django.setup()
    from django.core.management import call_command

    from samsyn.core import clock
    from samsyn.core.importing import run_import

    call_command("migrate", verbosity=0)
    content = make_file(n_rows)
    before = peak_rss_mb()
    answer: dict[str, float] = {"rss_before_mb": before}
    for name, field in (("new", "created"), ("again", "unchanged")):
        start = time.perf_counter()
        result = run_import("crime-statistics", content, name="bench.csv", now=clock.now()).as_dict()
        seconds = time.perf_counter() - start
        if result[field] != n_rows:
            raise SystemExit(
                f"{name}: {result[field]} of {n_rows} rows were {field}: {result['file_errors']}"
            )
        answer[f"{name}_rows_per_s"] = n_rows / seconds
    answer["peak_rss_mb"] = peak_rss_mb()
    return answer


def in_own_process(n_rows: int) -> dict[str, float]:
    """Run one turn in a process and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as folder:
        environment = {
            "DJANGO_SETTINGS_MODULE": "samsyn.config.settings.dev",
            **os.environ,
            "SAMSYN_DATA": folder,
        }
        command = [sys.executable, __file__, "--turn", "--rows", str(n_rows)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        answer: dict[str, float] = json.loads(done.stdout)
        return answer


def main() -> None:
    """Run the turns, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--turn", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.turn:
        json.dump(turn(arguments.rows), sys.stdout)
        return
    turns = [in_own_process(arguments.rows) for _ in range(arguments.turns)]
    summary: dict[str, Any] = {
        name: round(statistics.median(each[name] for each in turns), 1) for name in turns[0]
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"rows": arguments.rows, "turns": arguments.turns, "median": summary, "all": turns}
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{arguments.rows} rows, median of {arguments.turns} turns")
    for name, value in summary.items():
        print(f"  {name:20} {value:>12,.1f}")


if __name__ == "__main__":
    main()
