"""
How a real `samsyn serve` on this machine answers: latency of one visitor, throughput of four, its CPU.

The number of requests is bounded and visitors share the machine with the server, so these figures tell of
this machine; they stand beside the ratios of `bench.pages` and have no goal.
"""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from scripts.prove_demo import free_port, get

from bench.environment import samsyn
from bench.report import Figure

N_LATENCY = 100
N_VISITORS = 4
N_EACH = 50
START_S = 60


@dataclass(frozen=True, slots=True)
class Served:
    """How one page was served."""

    name: str
    p50_ms: float
    p95_ms: float
    requests_per_s: float
    server_cpu_ms: float

    def figures(self) -> list[Figure]:
        """Return the figures of this page."""
        return [
            Figure(f"{self.name}: latency, half of the answers within", self.p50_ms, "ms"),
            Figure(f"{self.name}: latency, 95 of 100 within", self.p95_ms, "ms"),
            Figure(f"{self.name}: throughput, {N_VISITORS} at once", self.requests_per_s, "requests/s"),
        ]


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Run `samsyn serve` on a free port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "samsyn", "serve"], env=samsyn(folder, PORT=str(port)))
    try:
        last = time.monotonic() + START_S
        while get(f"http://127.0.0.1:{port}/healthz")[0] != 200:
            if process.poll() is not None or time.monotonic() > last:
                raise SystemExit("The server did not start.")
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=20)


def _visit(port: int, path: str, n: int) -> list[float]:
    """Ask n times over one connection; return the milliseconds of each answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for _ in range(n):
        started = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        times.append(1000 * (time.perf_counter() - started))
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status}")
    connection.close()
    return times


def _cpu_s(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def measure(folder: Path, pages: dict[str, str]) -> list[Served]:
    """Serve the town in `folder` and ask for each page."""
    found = []
    with server(folder) as (port, process), ThreadPoolExecutor(N_VISITORS) as visitors:
        for name, path in pages.items():
            _visit(port, path, 5)
            cpu_s = _cpu_s(process)
            times = _visit(port, path, N_LATENCY)
            cpu_ms = 1000 * (_cpu_s(process) - cpu_s) / N_LATENCY
            started = time.perf_counter()
            list(visitors.map(lambda _, path=path: _visit(port, path, N_EACH), range(N_VISITORS)))
            per_s = N_VISITORS * N_EACH / (time.perf_counter() - started)
            cuts = statistics.quantiles(times, n=20)
            found.append(Served(name, statistics.median(times), cuts[18], per_s, cpu_ms))
    return found
