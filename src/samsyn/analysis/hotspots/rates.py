"""Rates of areas with few people, made comparable before anything is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.hotspots import _checks
from samsyn.analysis.hotspots._checks import Floats
from samsyn.analysis.hotspots.errors import Fault, HotspotsError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothedRates:
    """
    The areas' rates by empirical Bayes; made by `smooth_rates`. All rates are events per inhabitant.

    `raw`, `smoothed` and `deviates` are rows of n numbers with NaN where the area cannot be judged. `mean` is
    the rate of all areas together and `between` the variance between areas that chance does not explain.
    """

    METHOD: ClassVar[str] = "marshall-global-empirical-bayes"
    METHOD_VERSION: ClassVar[int] = 1

    raw: Floats
    smoothed: Floats
    deviates: Floats
    mean: float
    between: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON; a rate that is not known is None."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "mean": self.mean,
            "between": self.between,
            **{
                name: [None if np.isnan(value) else float(value) for value in getattr(self, name)]
                for name in ("raw", "smoothed", "deviates")
            },
        }


def smooth_rates(events: ArrayLike, population: ArrayLike) -> SmoothedRates:
    r"""
    Draw the rates of small areas towards the common rate, and scale them so that they can be compared.

    Parameters
    ----------
    events
        n whole numbers from 0, events of each area in a period. NaN is unknown, which is not 0.
    population
        n whole numbers from 0, in the same order: inhabitants, dwellings or what else could be struck. An area
        with 0 has no rate.

    Returns
    -------
    SmoothedRates
        `smoothed` is for showing on a map; `deviates` is for `local_g_star` and `local_moran`.

    Raises
    ------
    HotspotsError
        A number is negative or not whole, the rows differ in length, or fewer than two areas have a rate.

    Notes
    -----
    With :math:`r_i = O_i / N_i`, the common rate :math:`m = \sum O_i / \sum N_i`, and :math:`\bar N` the mean
    population, Marshall (1991, pp. 283-294) estimates the variance between areas by

    .. math:: A = \max\left(0, \frac{\sum N_i (r_i - m)^2}{\sum N_i} - \frac{m}{\bar N}\right)

    and shrinks each rate: :math:`m + (r_i - m) A / (A + m / N_i)`. The deviates are those of Assunção and Reis
    (1999, pp. 2147-2162), :math:`(r_i - m) / \sqrt{A + m / N_i}`: each has about the same variance, so that
    an area of 800 people doesn't look extreme merely because it is small, which is what shuffling areas takes
    for granted. Where the areas vary less than chance, Assunção and Reis let A be negative; here it is 0.

    Do not use it for town centres, where those who are struck don't live: no number of inhabitants makes
    such a rate mean anything. Count visitors or compare the place with itself instead.

    Examples
    --------
    Six in a thousand among 1,000 people is drawn almost halfway to the common rate; among 20,000 it stands.

    >>> rates = smooth_rates([6, 120, 20, 40, 30], [1000, 20000, 10000, 20000, 20000])
    >>> (1000 * rates.raw).round(2)
    array([6. , 6. , 2. , 2. , 1.5])
    >>> (1000 * rates.smoothed).round(2)
    array([4.63, 5.88, 2.08, 2.04, 1.56])
    >>> rates.deviates.round(2)
    array([ 1.16,  1.55, -0.53, -0.55, -0.81])
    """
    happened = _checks.counts(events, "events", may_be_missing=True)
    people = _checks.counts(population, "population", n=len(happened), may_be_missing=True)
    known = ~np.isnan(happened) & (people > 0)
    if known.sum() < 2:
        raise HotspotsError(Fault.TOO_FEW, "population", int(known.sum()))
    numerators, denominators = happened[known], people[known]
    rates = numerators / denominators
    mean = float(numerators.sum() / denominators.sum())
    spread = float(np.sum(denominators * (rates - mean) ** 2) / denominators.sum())
    between = max(0.0, spread - mean / float(denominators.mean()))
    variance = between + mean / denominators
    raw, smoothed, deviates = (np.full(len(happened), np.nan) for _ in range(3))
    raw[known] = rates
    # Without a single event every rate is 0 and there is nothing to shrink or to scale.
    if mean == 0:
        smoothed[known] = deviates[known] = 0.0
    else:
        smoothed[known] = mean + (rates - mean) * between / variance
        deviates[known] = (rates - mean) / np.sqrt(variance)
    return SmoothedRates(raw=raw, smoothed=smoothed, deviates=deviates, mean=mean, between=between)
