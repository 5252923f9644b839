"""
How fast 100,000 rows of crime statistics are read in, and in how much memory.

    python -m bench import

Each turn runs in its own process on a new database: first into an empty table, then the same file again. The
median of the turns is printed and written to bench/results/import_statistics.json.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice, product
from pathlib import Path

from bench import report
from bench.environment import samsyn
from bench.report import Figure

N_ROWS = 100_000
N_TURNS = 3
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
        command = [sys.executable, "-m", "bench.import_statistics", str(n_rows)]
        done = subprocess.run(command, env=samsyn(Path(folder)), check=True, capture_output=True, text=True)
        answer: dict[str, float] = json.loads(done.stdout)
        return answer


def run() -> list[Figure]:
    """Run the turns and keep what they gave."""
    turns = [in_own_process(N_ROWS) for _ in range(N_TURNS)]
    median = {name: statistics.median(each[name] for each in turns) for name in turns[0]}
    figures = [
        Figure("import of 100,000 statistics rows, new", median["new_rows_per_s"], "rows/s"),
        Figure("import of the same rows again", median["again_rows_per_s"], "rows/s"),
        Figure("most memory held during both", median["peak_rss_mb"], "MB"),
    ]
    report.write("import_statistics", figures, {"rows": N_ROWS, "turns": turns})
    return figures


if __name__ == "__main__":
    json.dump(turn(int(sys.argv[1])), sys.stdout)
