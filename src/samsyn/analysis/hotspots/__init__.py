"""
Say where events gather, whether that is more than chance, and how far a map of it can be trusted.

`local_g_star` and `local_moran` judge areas, `near_repeats` judges whether one deed is soon followed by another
near by, `kernel_density` draws a surface, `measure_concentration` measures how uneven the spread is, and
`score_map` judges a map on what came after. Each answer carries its settings and what chance alone would have given.

All are about places with many people. Nothing here scores a person or a home, and nothing predicts who.

`docs/algorithms/hotspots.md` explains guarantees and limits in prose.

>>> import numpy as np
>>> step = neighbours_within([(0, 0), (500, 0), (1000, 0), (1500, 0)], 500)
>>> result = local_g_star([4, 4, 4, 4], step, rng=np.random.default_rng(1))
>>> result.spots[0].value, result.missing[0].value
('CANNOT_BE_JUDGED', 'VARIATION')
"""

from samsyn.analysis.hotspots._chance import Fdr
from samsyn.analysis.hotspots.concentration import Concentration, measure_concentration
from samsyn.analysis.hotspots.density import Density, kernel_density
from samsyn.analysis.hotspots.errors import Fault, HotspotsError, Missing
from samsyn.analysis.hotspots.forecast import MapScore, score_map
from samsyn.analysis.hotspots.local import LocalStatistics, Spot, local_g_star, local_moran
from samsyn.analysis.hotspots.near_repeat import NearRepeats, Repeat, near_repeats
from samsyn.analysis.hotspots.neighbours import (
    Neighbours,
    neighbours_from_pairs,
    neighbours_touching,
    neighbours_within,
)
from samsyn.analysis.hotspots.rates import SmoothedRates, smooth_rates

__all__ = [
    "Concentration",
    "Density",
    "Fault",
    "Fdr",
    "HotspotsError",
    "LocalStatistics",
    "MapScore",
    "Missing",
    "NearRepeats",
    "Neighbours",
    "Repeat",
    "SmoothedRates",
    "Spot",
    "kernel_density",
    "local_g_star",
    "local_moran",
    "measure_concentration",
    "near_repeats",
    "neighbours_from_pairs",
    "neighbours_touching",
    "neighbours_within",
    "score_map",
    "smooth_rates",
]
