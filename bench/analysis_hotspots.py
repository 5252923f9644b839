"""
How fast the place methods are, and how often they are right and wrong in made-up towns.

    python -m bench hotspots
    python -m bench hotspots-null

The first times sizes that double, on one thread, with esda and pointpats beside in the same run; compiling is
shown apart. The second judges ten thousand towns with nothing in them, and some with a known change.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import shapely

from bench import report
from bench.report import Figure

N_TURNS = 3
N_TOWNS = 10_000
NOMINAL = 5.0


def seconds(function: Callable[..., Any], *args: Any, turns: int = N_TURNS, **kwargs: Any) -> float:
    """Return the shortest of some turns in seconds of one processor: what else the machine does is not counted."""
    best = np.inf
    for _ in range(turns):
        start = time.process_time()
        function(*args, **kwargs)
        best = min(best, time.process_time() - start)
    return float(best)


def town(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a year's events: most around sixty places in ten by ten kilometres, some anywhere."""
    rng = np.random.default_rng(n)
    points = rng.uniform(0, 10_000, (n, 2))
    gathered = n * 6 // 10
    points[:gathered] = points[rng.integers(0, 60, gathered)] + rng.normal(0, 300, (gathered, 2))
    return points, rng.integers(0, 365, n)


def near_repeat_speed(pointpats: Any) -> tuple[list[Figure], dict[str, Any]]:
    from samsyn.analysis.hotspots import near_repeats

    table: dict[str, Any] = {"distance_bands_m": (100, 200, 400, 700, 1000), "day_bands": (7, 14, 21, 28, 56)}
    start = time.perf_counter()
    near_repeats(*town(100), rng=np.random.default_rng(1), permutations=99)
    figures = [Figure("near repeats: first call, loading or compiling included", time.perf_counter() - start, "s")]
    details = {}
    for n in (250, 500, 1_000, 2_000, 4_000):
        points, days = town(n)
        rng = np.random.default_rng(1)
        knox = seconds(near_repeats, points, days, rng=rng, distance_bands_m=[300], day_bands=[14])
        bands = seconds(near_repeats, points, days, rng=rng, **table)
        details[str(n)] = {"knox_9999_s": knox, "table_9999_s": bands}
        goal = 0.5 if n == 1_000 else None
        figures.append(Figure(f"Knox, 9,999 permutations, {n:,} events", knox, "CPU s", at_most=goal))
        figures.append(Figure(f"near-repeat table 5 × 5 to 1,000 m, 9,999, {n:,} events", bands, "CPU s", at_most=goal))
        if n <= 1_000:
            peer = seconds(pointpats.Knox, points, days[:, None] * 1.0, 300, 14, permutations=99, turns=1)
            details[str(n)]["pointpats_99_s"] = peer
            figures.append(Figure(f"  pointpats' Knox, 99 permutations, {n:,} events", peer, "CPU s"))
            figures.append(Figure("  ours is faster a permutation", peer / 99 / (knox / 9_999), "times"))
    return figures, details


def local_speed(esda: Any, lattice: Callable[[int, int], Any]) -> tuple[list[Figure], dict[str, Any]]:
    from samsyn.analysis.hotspots import local_g_star, local_moran, neighbours_within

    figures, details = [], {}
    methods: tuple[tuple[str, Callable[..., Any], Any, dict[str, Any]], ...] = (
        ("Gi*", local_g_star, esda.G_Local, {"star": True, "transform": "B"}),
        ("local Moran", local_moran, esda.Moran_Local, {}),
    )
    for side in (4, 16, 32, 64):
        n = side * side
        values = np.random.default_rng(n).poisson(5, n) * 1.0
        near = neighbours_within(np.argwhere(np.ones((side, side))) * 1_000.0, 1_000)
        weights = lattice(side, side)
        rng = np.random.default_rng(1)
        for name, ours, theirs, settings in methods:
            peer = seconds(theirs, values, weights, permutations=9_999, n_jobs=1, turns=1, **settings)
            if side == 4:
                # The first call compiles esda's kernels, which is not what is compared.
                continue
            own = seconds(ours, values, near, rng=rng, permutations=9_999)
            details[f"{name} {n}"] = {"own_s": own, "esda_s": peer}
            figures.append(Figure(f"{name}, 9,999 permutations, {n:,} areas", own, "CPU s"))
            figures.append(Figure("  esda's, compiled before, is slower", peer / own, "times"))
    return figures, details


def density_speed() -> list[Figure]:
    from samsyn.analysis.hotspots import kernel_density

    border = shapely.Point(5_000, 5_000).buffer(6_000)
    figures = []
    for n in (1_000, 10_000, 100_000):
        points, _ = town(n)
        own = seconds(kernel_density, points, border, bandwidth_m=400, cell_m=25)
        figures.append(Figure(f"density on 230,000 cells, {n:,} events", own, "CPU s"))
    return figures


def run() -> list[Figure]:
    """Time all methods and keep what was found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esda
        import pointpats
        from libpysal.weights import lat2W

        repeats, repeat_details = near_repeat_speed(pointpats)
        local, local_details = local_speed(esda, lat2W)
    figures = [*repeats, *local, *density_speed()]
    report.write("analysis_hotspots", figures, {"near_repeats": repeat_details, "local": local_details})
    return figures


def run_null(n_towns: int = N_TOWNS) -> list[Figure]:
    """Count false finds in towns without anything, and true finds in towns with a known change."""
    from samsyn.analysis.hotspots import Fdr, local_g_star, local_moran
    from samsyn.analysis.tests import hotspot_towns as towns

    n_power = n_towns // 20
    # Three standard errors above the nominal rate: what chance alone may show in so many towns.
    bound = NOMINAL + 3 * 100 * (0.05 * 0.95 / n_towns) ** 0.5
    figures: list[Figure] = []

    def tell(name: str, found: int, n: int, at_most: float | None = None) -> None:
        figures.append(Figure(name, 100 * found / n, "%", at_most=at_most))
        print(f"{100 * found / n:6.2f} %  {name}", flush=True)

    for name, make in (("even", towns.even_events), ("gathered", towns.gathered_events)):
        false = sum(towns.finds_a_repeat(make, seed) for seed in range(n_towns))
        tell(f"near repeats, {name} events: tables with a false find", false, n_towns, bound)
    for part in (0.02, 0.05, 0.1):
        repeated = partial(towns.repeated_events, share=part)
        true = sum(towns.finds_a_repeat(repeated, seed) for seed in range(n_power))
        tell(f"near repeats: {100 * part:g} % of 200 events followed within a week found", true, n_power)
    false = sum(towns.is_called_uneven(seed) for seed in range(n_towns))
    tell("concentration: equal risk told from chance", false, n_towns, bound)
    for name, method in (("Gi*", local_g_star), ("local Moran", local_moran)):
        for dispersion in (1.0, 2.0, 4.0):
            found = [towns.finds_a_spot(method, seed, dispersion=dispersion) for seed in range(n_towns)]
            for fdr in Fdr:
                what = f"{name}, {fdr}, dispersion {dispersion:g}: towns with a false find"
                tell(what, sum(fdr in each for each in found), n_towns, bound)
        for dispersion, times in ((1.0, 2.0), (1.0, 3.0), (2.0, 3.0), (4.0, 3.0)):
            found = [towns.finds_the_block(method, seed, dispersion=dispersion, times=times) for seed in range(n_power)]
            for fdr in Fdr:
                what = f"{name}, {fdr}, dispersion {dispersion:g}: rate × {times:g} in 9 of 100 squares found"
                tell(what, sum(fdr in each for each in found), n_power)
    report.write("analysis_hotspots_null", figures, {"towns": n_towns, "towns_for_power": n_power})
    return figures
