"""
How fast 100,000 observations are read in, each decided to lie in an area, and in how much memory.

    python -m bench observations

Each turn runs in its own process on a new database with Trollhättan's RegSO and DeSO: first into an empty table, then
the same file again. The median of the turns is printed and written to bench/results/import_observations.json.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import report
from bench.environment import samsyn
from bench.import_statistics import peak_rss_mb
from bench.report import Figure

N_ROWS = 100_000
N_TURNS = 3
CATEGORIES = ("belysning", "klotter", "skadegorelse", "nedskrapning", "brak", "trafik")
AREAS = ("kommun-1488-trollhattan", "regso-2025-trollhattan", "deso-2025-trollhattan")


def make_file(n_rows: int) -> bytes:
    """Return a file with points over the town, most of them within its areas."""
    pick = random.Random(1488)
    lines = [
        f"{n};2026-{1 + n % 10:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00+01:00;{CATEGORIES[n % 6]};"
        f"Trasig lampa vid stolpe {n % 900} längs gångvägen;"
        f"{58.2 + pick.random() * 0.15:.6f};{12.2 + pick.random() * 0.2:.6f}"
        for n in range(n_rows)
    ]
    return ("id;tid;kategori;text;lat;lon\n" + "\n".join(lines) + "\n").encode()


def turn(n_rows: int) -> dict[str, float]:
    """Read the file in twice in this process."""
    import django

    django.setup()
    from django.core.management import call_command

    import samsyn as package
    from samsyn.core import clock
    from samsyn.core.importing import run_import
    from samsyn.observations.models import Observation
    from samsyn.organisations import services

    call_command("migrate", verbosity=0)
    services.set_up_municipality(code="1488", name="Trollhättan")
    for name in AREAS:
        run_import("areas", Path(package.__file__).parent / "demo" / "data" / f"{name}.geojson", now=clock.now())
    content = make_file(n_rows)
    answer: dict[str, float] = {"rss_before_mb": peak_rss_mb()}
    for name, field in (("new", "created"), ("again", "unchanged")):
        start = time.perf_counter()
        result = run_import("observations", content, name="bench.csv", now=clock.now()).as_dict()
        seconds = time.perf_counter() - start
        if result[field] != n_rows:
            raise SystemExit(f"{name}: {result[field]} of {n_rows} rows were {field}: {result['row_errors'][:3]}")
        answer[f"{name}_rows_per_s"] = n_rows / seconds
    answer["peak_rss_mb"] = peak_rss_mb()
    answer["in_an_area"] = Observation.objects.exclude(deso_code="").count()
    return answer


def in_own_process(n_rows: int) -> dict[str, float]:
    """Run one turn in a process and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as folder:
        command = [sys.executable, "-m", "bench.import_observations", str(n_rows)]
        done = subprocess.run(command, env=samsyn(Path(folder)), check=True, capture_output=True, text=True)
        answer: dict[str, float] = json.loads(done.stdout)
        return answer


def run() -> list[Figure]:
    """Run the turns and keep what they gave."""
    turns = [in_own_process(N_ROWS) for _ in range(N_TURNS)]
    median = {name: statistics.median(each[name] for each in turns) for name in turns[0]}
    figures = [
        Figure("import of 100,000 observations with areas, new", median["new_rows_per_s"], "rows/s", at_least=10_000),
        Figure("import of the same observations again", median["again_rows_per_s"], "rows/s"),
        Figure("most memory held during both", median["peak_rss_mb"], "MB", at_most=300),
    ]
    report.write("import_observations", figures, {"rows": N_ROWS, "turns": turns})
    return figures


if __name__ == "__main__":
    json.dump(turn(int(sys.argv[1])), sys.stdout)
