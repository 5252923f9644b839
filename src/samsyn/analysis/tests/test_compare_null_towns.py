"""Where nothing has changed, no kind of verdict says so more often than promised; where something has, it is seen."""

import math

import pytest

from samsyn.analysis.tests.null_towns import KINDS, rates

N_TOWNS = 200

# The least power, at forty percent fewer events or from 16 to 24 percent, over dispersions from 1 to 4.
POWER = {
    "counts": 0.15,
    "shares": 0.9,
    "differences": 0.45,
    "series": 0.9,
    "chosen": 0.35,
    "trend": 0.7,
    "page": 0.3,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_verdict_finds_change_in_towns_without_any(kind: str) -> None:
    false, power = rates(kind, N_TOWNS, seed=1488)
    monte_carlo_error = 3 * math.sqrt(0.05 * 0.95 / N_TOWNS)
    assert false <= 0.05 + monte_carlo_error
    assert power >= POWER[kind]
