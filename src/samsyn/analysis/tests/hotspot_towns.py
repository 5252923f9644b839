"""Made-up towns with and without something to find, for the tests and the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from samsyn.analysis.hotspots import (
    Fdr,
    LocalStatistics,
    Neighbours,
    Repeat,
    _chance,
    measure_concentration,
    near_repeats,
    neighbours_within,
    smooth_rates,
)

Events = tuple[np.ndarray, np.ndarray]
Local = Callable[..., LocalStatistics]


@cache
def squares(side: int) -> Neighbours:
    """Return a town of side by side squares, each the neighbour of those beside it."""
    return neighbours_within(np.argwhere(np.ones((side, side))) * 800.0, 800)


def events_by_square(
    rng: np.random.Generator, *, side: int, dispersion: float, times: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """
    Return events and inhabitants of each square: 800 to 2,700 people, as DeSO have, and 10 events per 1,000.

    The variance is `dispersion` times the mean; in a block of three by three the rate is `times` that of the rest.
    """
    people = rng.integers(800, 2_700, side * side)
    mean = people * 0.01
    mean.reshape(side, side)[1:4, 1:4] *= times
    if dispersion == 1:
        return rng.poisson(mean), people
    return rng.poisson(rng.gamma(mean / (dispersion - 1), dispersion - 1)), people


def judged(method: Local, seed: int, *, side: int, dispersion: float, times: float = 1.0) -> LocalStatistics:
    """Return what a method says of a town, with its rates made comparable first."""
    rng = np.random.default_rng((seed, int(10 * dispersion), int(10 * times)))
    events, people = events_by_square(rng, side=side, dispersion=dispersion, times=times)
    return method(smooth_rates(events, people).deviates, squares(side), rng=rng)


def found_under(result: LocalStatistics, areas: list[int]) -> frozenset[Fdr]:
    """Return the adjustments under which any of these areas is found."""
    return frozenset(fdr for fdr in Fdr if (_chance.adjusted(result.p, fdr)[areas] <= result.alpha).any())


def finds_a_spot(method: Local, seed: int, *, dispersion: float) -> frozenset[Fdr]:
    """Return under what anything at all is found in a town of 36 squares where all have the same rate."""
    return found_under(judged(method, seed, side=6, dispersion=dispersion), list(range(36)))


def finds_the_block(method: Local, seed: int, *, dispersion: float, times: float) -> frozenset[Fdr]:
    """Return under what the middle of a block of nine squares in a hundred with a higher rate is found, and as high."""
    result = judged(method, seed, side=10, dispersion=dispersion, times=times)
    middle = 2 * 10 + 2
    return found_under(result, [middle]) if result.z[middle] > 0 else frozenset()


def even_events(seed: int, n: int = 200) -> Events:
    """Return events anywhere in six by six kilometres, on any day of a year."""
    rng = np.random.default_rng((seed, 1))
    return rng.uniform(0, 6_000, (n, 2)), rng.integers(0, 365, n)


def gathered_events(seed: int, n: int = 200) -> Events:
    """Return events that gather around eight places, and more in summer, but never in one place because of another."""
    rng = np.random.default_rng((seed, 2))
    centres = rng.uniform(500, 5_500, (8, 2))
    points = centres[rng.integers(0, 8, n)] + rng.normal(0, 300, (n, 2))
    summer = rng.random(n) < 0.4
    return points, np.where(summer, rng.integers(150, 240, n), rng.integers(0, 365, n))


def repeated_events(seed: int, *, share: float) -> Events:
    """Return gathered events of which a share is followed by another within 100 m and a week."""
    points, days = gathered_events(seed)
    rng = np.random.default_rng((seed, 3))
    n = round(share * len(days))
    turn, length = rng.uniform(0, 2 * np.pi, n), rng.uniform(0, 100, n)
    beside = points[:n] + np.column_stack([np.cos(turn), np.sin(turn)]) * length[:, None]
    return np.vstack([points, beside]), np.concatenate([days, days[:n] + rng.integers(1, 8, n)])


def finds_a_repeat(make: Callable[[int], Events], seed: int) -> bool:
    """Whether any band of the table for a town's events is said to hold more than chance gives."""
    result = near_repeats(*make(seed), rng=np.random.default_rng((seed, 4)), permutations=999)
    return any(repeat is Repeat.MORE_THAN_CHANCE for row in result.repeats for repeat in row)


def is_called_uneven(seed: int) -> bool:
    """Whether 150 events at 300 places of equal risk are told from chance."""
    rng = np.random.default_rng((seed, 5))
    events = rng.multinomial(150, np.full(300, 1 / 300))
    return measure_concentration(events, rng=rng, simulations=199).p <= 0.05
