"""Whether a map that was to say where was right, judged on what came after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from samsyn.analysis.hotspots import _checks
from samsyn.analysis.hotspots._checks import Floats
from samsyn.analysis.hotspots.errors import Fault, HotspotsError


@dataclass(frozen=True, slots=True, kw_only=True)
class MapScore:
    """
    How well a map did; made by `score_map`.

    `pai` is how many times denser the later events lay in the chosen area than in all of it; 1 is what chance gives.
    `pei` is the hits over the most that any choice of the same size could have had. The `naive_…` fields are the same
    for the map that chooses the places with most events *before*. None where it cannot be given.
    """

    METHOD: ClassVar[str] = "pai-pei-beside-naive"
    METHOD_VERSION: ClassVar[int] = 1

    chosen_until: date
    judged_from: date
    n_chosen: int
    area_share: float
    n_later: int
    hits: int
    naive_hits: float
    best_hits: float
    pai: float | None
    pai_low: float | None
    pai_high: float | None
    naive_pai: float | None
    pei: float | None
    naive_pei: float | None
    p_against_naive: float
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "chosen_until": self.chosen_until.isoformat(),
                "judged_from": self.judged_from.isoformat(),
                "confidence": self.confidence,
            },
            **{
                name: getattr(self, name)
                for name in (
                    "n_chosen",
                    "area_share",
                    "n_later",
                    "hits",
                    "naive_hits",
                    "best_hits",
                    "pai",
                    "pai_low",
                    "pai_high",
                    "naive_pai",
                    "pei",
                    "naive_pei",
                    "p_against_naive",
                )
            },
        }


def score_map(
    chosen: ArrayLike,
    earlier: ArrayLike,
    later: ArrayLike,
    area_km2: ArrayLike,
    *,
    chosen_until: date,
    judged_from: date,
    confidence: float = 0.95,
) -> MapScore:
    r"""
    Score a map of chosen cells on later events, with the naive map and the best possible one beside.

    Parameters
    ----------
    chosen
        n truth values (or 0 and 1): the cells or areas the map points out.
    earlier, later
        n whole numbers from 0 in the same order: events before the choice, and after it.
    area_km2
        n positive numbers: the cells' areas in km².
    chosen_until
        The last day whose events the choice has seen.
    judged_from
        The first day of the later events; after `chosen_until`, or the map is judged on its own teaching.
    confidence
        Confidence level of the interval for PAI, between 0 and 1.

    Returns
    -------
    MapScore
        `p_against_naive` is two-sided, from the later events that only one of the two maps caught.

    Raises
    ------
    HotspotsError
        Later events that are not later, no cell chosen, or numbers that are no counts or areas.

    Notes
    -----
    With h of N later events within a of A square kilometres (Chainey, Tompson & Uhlig 2008, pp. 4-28; Hunt
    2016):

    .. math:: \mathrm{PAI} = \frac{h / N}{a / A}, \quad \mathrm{PEI} = \frac{h}{h^*}

    h* and the naive map take cells by falling density of events, later ones and earlier ones, until the same area is
    used up; of the last cells, or of those that tie, the part that fits. h* is thus an upper limit. The interval is
    Clopper and Pearson's for h of N, carried over; it takes events to be independent, and is the narrowest
    possible. The naive map is the one to beat: places keep their numbers from year to year, and most of a high
    PAI comes from that.

    Do not use it on events that patrols themselves find in the chosen cells: those prove where the patrols were.

    Examples
    --------
    >>> score = score_map(
    ...     [1, 1, 0, 0, 0], earlier=[9, 1, 5, 1, 0], later=[8, 2, 4, 1, 0], area_km2=[1, 1, 1, 1, 6],
    ...     chosen_until=date(2024, 12, 31), judged_from=date(2025, 1, 1))
    >>> round(score.pai, 2), round(score.naive_pai, 2), round(score.pei, 2), score.best_hits
    (3.33, 4.0, 0.83, 12.0)
    >>> round(score.pai_low, 2), round(score.pai_high, 2)
    (1.92, 4.41)
    """
    marks = _checks.numbers(chosen, "chosen")
    if ((marks != 0) & (marks != 1)).any():
        raise HotspotsError(Fault.NOT_WHOLE_NUMBERS, "chosen")
    is_chosen = marks == 1
    n = len(marks)
    before, after = _checks.counts(earlier, "earlier", n=n), _checks.counts(later, "later", n=n)
    areas = _checks.numbers(area_km2, "area_km2", n=n)
    if (areas <= 0).any():
        raise HotspotsError(Fault.NOT_POSITIVE, "area_km2")
    if not is_chosen.any():
        raise HotspotsError(Fault.NOTHING_CHOSEN, "chosen")
    if judged_from <= chosen_until:
        raise HotspotsError(Fault.JUDGED_ON_OLD_DATA, "judged_from", judged_from.isoformat())
    confidence = _checks.probability(confidence, "confidence")

    used = float(areas[is_chosen].sum())
    share = min(1.0, used / float(areas.sum()))
    n_later, hits = int(after.sum()), int(after[is_chosen].sum())
    naive = _part_taken(before, areas, used)
    naive_hits = float(naive @ after)
    best_hits = min(float(n_later), float(_part_taken(after, areas, used) @ after))
    only_map = float((1 - naive) @ np.where(is_chosen, after, 0))
    only_naive = float(naive @ np.where(is_chosen, 0, after))

    def pai(part: float) -> float | None:
        return part / share if n_later else None

    half = (1 - confidence) / 2
    low = float(betaincinv(hits, n_later - hits + 1, half)) if hits else 0.0
    high = float(betaincinv(hits + 1, n_later - hits, 1 - half)) if hits < n_later else 1.0
    return MapScore(
        chosen_until=chosen_until,
        judged_from=judged_from,
        n_chosen=int(is_chosen.sum()),
        area_share=share,
        n_later=n_later,
        hits=hits,
        naive_hits=naive_hits,
        best_hits=best_hits,
        pai=pai(hits / n_later) if n_later else None,
        pai_low=pai(low),
        pai_high=pai(high),
        naive_pai=pai(naive_hits / n_later) if n_later else None,
        pei=hits / best_hits if best_hits else None,
        naive_pei=naive_hits / best_hits if best_hits else None,
        p_against_naive=_sign_test(only_map, only_naive),
        confidence=confidence,
    )


def _part_taken(events: Floats, areas: Floats, budget: float) -> Floats:
    """
    How much of each cell is taken when cells go by falling density until the area is used up.

    Cells that tie share what is left in proportion to their areas: the mean over all ways to break the tie.
    """
    _, group = np.unique(-np.round(events / areas, 9), return_inverse=True)
    group_areas = np.bincount(group, weights=areas)
    before = np.concatenate([[0.0], np.cumsum(group_areas)[:-1]])
    taken = np.clip((budget - before) / group_areas, 0.0, 1.0)
    answer: Floats = taken[group]
    return answer


def _sign_test(one: float, other: float) -> float:
    """Two-sided p for as many on either side; parts of events, from ties, go into the beta function as they are."""
    if one + other == 0:
        return 1.0
    smaller, larger = min(one, other), max(one, other)
    # P(X ≥ larger) for a fair coin thrown `one + other` times.
    tail = 1.0 if larger == 0 else float(betainc(larger, smaller + 1, 0.5))
    return min(1.0, 2 * tail)
