"""
How often the methods find something where nothing is, and how often they find what is there.

Two hundred random towns a case here; ten thousand in `python -m bench hotspots-null`, with the same towns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from scipy import stats

from samsyn.analysis.hotspots import Fdr, local_g_star, local_moran
from samsyn.analysis.tests import hotspot_towns as towns

N_TOWNS = 200
NOMINAL = 0.05
# Were the rate exactly nominal, more than this would come in one run of a thousand.
AT_MOST = int(stats.binom.ppf(0.999, N_TOWNS, NOMINAL))


@pytest.mark.parametrize(("method", "dispersion"), [(local_g_star, 1.0), (local_g_star, 4.0), (local_moran, 4.0)])
def test_towns_without_a_hot_spot_rarely_show_one(method: towns.Local, dispersion: float) -> None:
    found = [towns.finds_a_spot(method, seed, dispersion=dispersion) for seed in range(N_TOWNS)]
    for fdr in Fdr:
        assert sum(fdr in each for each in found) <= AT_MOST


@pytest.mark.parametrize(("method", "at_least"), [(local_g_star, 0.8), (local_moran, 0.3)])
def test_a_block_with_three_times_the_rate_is_found(method: towns.Local, at_least: float) -> None:
    found = sum(Fdr.BY in towns.finds_the_block(method, seed, dispersion=1.0, times=3.0) for seed in range(20))
    assert found >= at_least * 20


@pytest.mark.parametrize("make", [towns.even_events, towns.gathered_events])
def test_events_that_only_gather_in_places_rarely_show_repeats(make: Callable[[int], towns.Events]) -> None:
    found = sum(towns.finds_a_repeat(make, seed) for seed in range(N_TOWNS))
    assert found <= AT_MOST


def test_a_tenth_followed_by_another_within_a_week_is_found() -> None:
    found = sum(towns.finds_a_repeat(partial(towns.repeated_events, share=0.1), seed) for seed in range(60))
    assert found >= 0.9 * 60


def test_even_risk_is_rarely_called_concentrated() -> None:
    found = sum(towns.is_called_uneven(seed) for seed in range(N_TOWNS))
    assert found <= AT_MOST
