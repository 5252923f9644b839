"""
Run the benchmarks: `make bench`, or one of them with `python -m bench pages`.

Prints a table of name, value, goal and whether it was met, and writes bench/results/*.json. The exit code is
0 also when a goal is missed: a slow machine is no fault in the code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench import (
    analysis_compare,
    analysis_cover_route,
    analysis_estimate,
    analysis_hotspots,
    analysis_outbreak,
    analysis_scan,
    analysis_suppress,
    demo_start,
    import_observations,
    import_statistics,
    live,
    outbox,
    pages,
    report,
)
from bench.report import Figure

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "pages": pages.run,
    "import": import_statistics.run,
    "outbox": outbox.run,
    "live": live.run,
    "observations": import_observations.run,
    "demo": demo_start.run,
    "estimate": analysis_estimate.run,
    "compare": analysis_compare.run,
    "suppress": analysis_suppress.run,
    "scan": analysis_scan.run,
    "outbreak": analysis_outbreak.run,
    "hotspots": analysis_hotspots.run,
    "hotspots-null": analysis_hotspots.run_null,
    "rounds": analysis_cover_route.run,
}


def main() -> None:
    """Run those that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Samsyn's benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; without it, all")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; choose from {', '.join(BENCHMARKS)}")
    figures = []
    for name in names:
        print(f"--- {name}", flush=True)
        figures += BENCHMARKS[name]()
    print()
    report.print_table(figures)


if __name__ == "__main__":
    main()
