"""Made-up towns for the simulations: nothing happens in them unless it is put there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def uneven_counts(rng: np.random.Generator, mean: NDArray[np.float64], dispersion: float) -> NDArray[Any]:
    """Independent counts with this mean, and a variance of `dispersion` times the mean."""
    if dispersion == 1:
        return rng.poisson(mean)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)


def town(
    rng: np.random.Generator, *, dispersion: float, n_areas: int, n_weeks: int, mean: float, times: float = 1.0
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """
    Counts, places and the true means before anything happened.

    In the first area and the two nearest to it the mean is `times` as high during the last three weeks.
    """
    where = rng.uniform(0, 5_000, (n_areas, 2))
    usual = np.repeat((mean * rng.gamma(4, 1 / 4, n_areas))[:, None], n_weeks, axis=1)
    now = usual.copy()
    nearest = np.argsort(np.hypot(*(where - where[0]).T))[:3]
    now[nearest, -3:] *= times
    return uneven_counts(rng, now, dispersion), where, usual
