"""
What a whole page costs, uncached: CPU per request of application and database, beside a bare Django view.

Samsyn and the bare site (see bench/bare.py) stand in one process each and answer in turns, A B A B, so that a
busy machine slows both. Each turn is a number of requests in a row through the whole WSGI handler; the ratio
is that of the two medians. The bare view renders as many bytes as the page it is compared with, and nobody
is signed in there. Nothing is cached between requests that Samsyn does not keep in its own process anyway.
Throughput and latency of a real server stand beside.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bench import report, serving, town
from bench.environment import samsyn
from bench.report import Figure

N_TURNS = 9
N_REQUESTS = 20
# The bare views are asked more often, so that their turns are not too short to time on a busy machine.
N_BARE_REQUESTS = 100
GOAL_RATIO = 3.0
GOAL_QUERIES = 12


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is measured."""

    name: str
    path: str
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A page's cost, and the bare view's in the same turns."""

    page: Page
    n_bytes: int
    n_queries: int
    cpu_ms: list[float]
    bare_ms: list[float]
    smallest_ms: list[float]

    @property
    def ratio(self) -> float:
        """CPU per request as a multiple of the bare view's."""
        return statistics.median(self.cpu_ms) / statistics.median(self.bare_ms)


class Probe:
    """A site in a process of its own; see bench/probe.py."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.probe", *arguments],
            env=samsyn(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def get(self, path: str, *, cookie: str = "", n: int) -> dict[str, Any]:
        """
        Ask for a page n times.

        :raises SystemExit: the page was not given, so nothing measured would mean anything
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("The probe has no pipes.")
        self._process.stdin.write(json.dumps({"path": path, "cookie": cookie, "n": n}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if not answer["status"].startswith("200"):
            raise SystemExit(f"{path}: {answer['status']}")
        return answer


def pages() -> list[Page]:
    """Return the pages that are measured, each signed out and signed in."""
    found = [("start", "/"), ("promises", "/loften/")]
    for size in town.SIZES:
        address = f"/loften/{town.key_of(size)}/"
        found += [
            (f"document, {size} commitments", address),
            (f"outcomes, {size} commitments", f"{address}sa-gick-det/"),
            (f"commitment, one of {size}", f"{address}lofte-{size // 2}/"),
        ]
    found += [
        ("document, the real one of 2020", "/loften/medborgarlofte-2020/"),
        ("outcomes, the real ones of 2020", "/loften/medborgarlofte-2020/sa-gick-det/"),
    ]
    return [Page(name, path, signed_in) for signed_in in (False, True) for name, path in found]


def compare(page: Page, site: Probe, bare: Probe, *, cookie: str) -> Measured:
    """Measure a page and the bare view in turns."""
    sent = cookie if page.signed_in else ""
    first = site.get(page.path, cookie=sent, n=3)
    bare_path = f"/page/?bytes={first['bytes']}"
    bare_first = bare.get(bare_path, n=3)
    if bare_first["bytes"] != first["bytes"]:
        raise SystemExit(f"The bare view gave {bare_first['bytes']} bytes, not {first['bytes']}.")
    bare.get("/smallest/", n=3)
    turns = [
        (
            site.get(page.path, cookie=sent, n=N_REQUESTS),
            bare.get(bare_path, n=N_BARE_REQUESTS),
            bare.get("/smallest/", n=N_BARE_REQUESTS),
        )
        for _ in range(N_TURNS)
    ]
    a, b, c = ([answer["cpu_ms"] for answer in column] for column in zip(*turns, strict=True))
    return Measured(page, first["bytes"], turns[0][0]["n_queries"], a, b, c)


def run() -> list[Figure]:
    """Measure every page; print what was found and keep it."""
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as folder:
        data, bare_data = Path(folder) / "town", Path(folder) / "bare"
        data.mkdir()
        bare_data.mkdir()
        cookies = town.build(data)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        wanted = pages()
        with Probe("town", folder=data) as site, Probe("bare", str(bare_data), folder=bare_data) as bare:
            measured = [compare(page, site, bare, cookie=cookie) for page in wanted]
        served = serving.measure(data, {page.name: page.path for page in wanted if not page.signed_in})
    figures: list[Figure] = []
    heads = ("bytes", "queries", "ms", "bare ms", "× bare", "× smallest")
    print(" ".join([" " * 42, *(head.rjust(10) for head in heads)]))
    for each in measured:
        who = "signed in" if each.page.signed_in else "signed out"
        ms, bare_ms = statistics.median(each.cpu_ms), statistics.median(each.bare_ms)
        to_smallest = ms / statistics.median(each.smallest_ms)
        print(
            f"{each.page.name:31} {who:10} {each.n_bytes:10} {each.n_queries:10} {ms:10.2f} {bare_ms:10.2f} "
            f"{each.ratio:10.2f} {to_smallest:10.1f}"
        )
        figures.append(Figure(f"{each.page.name}, {who}: CPU", each.ratio, "× bare view", at_most=GOAL_RATIO))
    most = max(each.n_queries for each in measured)
    figures.append(Figure("most queries on any of these pages", most, "queries", at_most=GOAL_QUERIES))
    figures += [figure for each in served for figure in each.figures()]
    details = {
        "turns": N_TURNS,
        "requests_a_turn": {"samsyn": N_REQUESTS, "bare": N_BARE_REQUESTS},
        "pages": [asdict(each) | {"ratio": each.ratio} for each in measured],
        "served": [asdict(each) for each in served],
    }
    report.write("pages", figures, details)
    return figures
