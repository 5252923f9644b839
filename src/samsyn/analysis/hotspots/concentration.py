"""How unevenly events are spread over places, and how much of that chance alone would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.hotspots import _chance, _checks
from samsyn.analysis.hotspots._checks import Floats
from samsyn.analysis.hotspots.errors import Fault, HotspotsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """
    The generalised Gini index with what equal risk gives; made by `measure_concentration`.

    All fields that begin with `expected` are what comes of the same number of events when every place runs its
    stated risk; `expected_low` and `expected_high` hold 95 of 100 such towns. `share_in_top` is the part of the events
    that fell in the tenth of the places with most, and `places_for_half` the fewest places that hold half of them.
    """

    METHOD: ClassVar[str] = "generalised-gini-equal-risk"
    METHOD_VERSION: ClassVar[int] = 1

    n_places: int
    n_events: int
    gini: float
    expected_gini: float
    expected_low: float
    expected_high: float
    share_in_top: float
    expected_share_in_top: float
    places_for_half: int
    expected_places_for_half: float
    p: float
    simulations: int
    is_weighted: bool

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting but the seed, which the caller holds, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"simulations": self.simulations, "is_weighted": self.is_weighted},
            **{
                name: getattr(self, name)
                for name in (
                    "n_places",
                    "n_events",
                    "gini",
                    "expected_gini",
                    "expected_low",
                    "expected_high",
                    "share_in_top",
                    "expected_share_in_top",
                    "places_for_half",
                    "expected_places_for_half",
                    "p",
                )
            },
        }


def measure_concentration(
    events: ArrayLike,
    *,
    rng: np.random.Generator,
    risk: ArrayLike | None = None,
    simulations: int = 999,
) -> Concentration:
    r"""
    Measure how unevenly events are spread over places, beside what the same events give at equal risk.

    Parameters
    ----------
    events
        n whole numbers from 0, one a place, *all* places with the empty ones too; at least two places.
    rng
        Source of chance: the same seed gives the same answer.
    risk
        n positive numbers in the same order, what could be struck at each place: dwellings, metres of street.
        Without it all places run the same risk.
    simulations
        Random towns, from 99.

    Returns
    -------
    Concentration
        `p` is two-sided: more even than chance is a find too, and often a fault in the data.

    Raises
    ------
    HotspotsError
        Counts that are negative or not whole, fewer than two places, no events at all, or a risk that isn't positive.

    Notes
    -----
    "Half of all crime at five percent of the addresses" is what chance gives when there are few crimes and many
    addresses. Bernasco and Steenbeek (2017, pp. 451-467) therefore measure against the most even spread that so
    few events allow. With n places, c events and :math:`y_i` the places' shares, rising:

    .. math:: G' = \max(1/c, 1/n) \left(2 \sum_i i\, y_i - n - 1\right) - \max(n/c, 1) + 1

    It is 0 when no place has two events before all have one. Even so equal risk gives more than 0, since chance
    itself puts two at one place; the simulation, a multinomial draw, says how much.

    Do not compare the index between towns or years with different numbers of events without the expectation
    beside it; nor use it as a list of places: it is about the spread.

    Examples
    --------
    Ten events at a hundred places, no two together, are as even as ten events can be:

    >>> even = measure_concentration([1] * 10 + [0] * 90, rng=np.random.default_rng(1))
    >>> round(even.gini, 6), round(even.expected_gini, 2)
    (0.0, 0.07)

    Half of twenty events at seven places of a hundred looks like much, and is what chance gives:

    >>> few = measure_concentration([2] * 3 + [1] * 14 + [0] * 83, rng=np.random.default_rng(1))
    >>> few.places_for_half, round(few.expected_places_for_half, 1)
    (7, 8.2)
    >>> round(few.gini, 2), round(few.expected_low, 2), round(few.expected_high, 2)
    (0.25, 0.0, 0.33)
    """
    counted = _checks.counts(events, "events")
    n, c = len(counted), int(counted.sum())
    if n < 2:
        raise HotspotsError(Fault.TOO_FEW, "events", n)
    if c == 0:
        raise HotspotsError(Fault.NO_EVENTS, "events")
    simulations = _checks.repetitions(simulations, "simulations")
    if risk is None:
        shares = np.full(n, 1 / n)
    else:
        weights = _checks.numbers(risk, "risk", n=n)
        if (weights <= 0).any():
            raise HotspotsError(Fault.NOT_POSITIVE, "risk")
        # In rising order, so that the answer doesn't hang on the order in which the places came.
        shares = np.sort(weights) / weights.sum()

    drawn = np.empty((simulations, 3))
    batch = max(1, 4_000_000 // n)
    for start in range(0, simulations, batch):
        stop = min(start + batch, simulations)
        towns = rng.multinomial(c, shares, size=stop - start).astype(np.float64)
        drawn[start:stop] = _measures(np.sort(towns, axis=1), c)
    gini, top, half = _measures(np.sort(counted)[None, :], c)[0]
    ginis = np.sort(drawn[:, 0])
    low, high = np.quantile(ginis, [0.025, 0.975])
    least = simulations - np.searchsorted(ginis, gini - 1e-12, side="left")
    most = np.searchsorted(ginis, gini + 1e-12, side="right")
    return Concentration(
        n_places=n,
        n_events=c,
        gini=float(gini),
        expected_gini=float(ginis.mean()),
        expected_low=float(low),
        expected_high=float(high),
        share_in_top=float(top),
        expected_share_in_top=float(drawn[:, 1].mean()),
        places_for_half=int(half),
        expected_places_for_half=float(drawn[:, 2].mean()),
        p=float(_chance.two_sided(np.array(least), np.array(most), simulations)),
        simulations=simulations,
        is_weighted=risk is not None,
    )


def _measures(rising: Floats, c: int) -> Floats:
    """Generalised Gini, share in the top tenth, and places for half, for towns with counts in rising order."""
    n = rising.shape[1]
    ranked = rising @ np.arange(1, n + 1) / c
    gini = max(1 / c, 1 / n) * (2 * ranked - n - 1) - max(n / c, 1) + 1
    from_the_top = np.cumsum(rising[:, ::-1], axis=1)
    top = from_the_top[:, max(1, round(n / 10)) - 1] / c
    half = np.argmax(from_the_top * 2 >= c, axis=1) + 1
    return np.column_stack([gini, top, half])
