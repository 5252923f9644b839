"""
How long a newcomer waits for `make demo`: in a fresh clone with a warm package cache, and the second time.

The packages are downloaded before the clock starts. Measured until /healthz answers 200, which is asked five
times a second.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.prove_demo import FIRST_START_S, ROOT, SECOND_START_S, Demo

from bench import report
from bench.report import Figure

N_SECOND = 3
GOAL_FIRST_S = 90
GOAL_SECOND_S = 4


def _start(folder: Path, log: str, limit_s: float) -> float:
    demo = Demo(folder / "clone", folder / "data", folder / log)
    try:
        return demo.wait(limit_s)
    finally:
        demo.stop()


def run() -> list[Figure]:
    """Clone what is committed, start it, and start it again."""
    os.environ.pop("PIP_NO_CACHE_DIR", None)
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as name:
        folder = Path(name)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "clone")], check=True)
        wanted = folder / "clone" / "requirements" / "base.txt"
        command = [sys.executable, "-m", "pip", "download", "-qq", "--dest", str(folder / "packages")]
        subprocess.run([*command, "--require-hashes", "-r", str(wanted)], check=True)
        first = _start(folder, "first.log", FIRST_START_S)
        again = [_start(folder, f"again-{n}.log", SECOND_START_S) for n in range(N_SECOND)]
    figures = [
        Figure("make demo in a fresh clone, warm package cache", first, "s", at_most=GOAL_FIRST_S),
        Figure("make demo the second time", statistics.median(again), "s", at_most=GOAL_SECOND_S),
    ]
    report.write("demo_start", figures, {"first_s": first, "second_s": again})
    return figures
