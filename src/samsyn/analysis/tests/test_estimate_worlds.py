"""
In made-up towns the intervals hold what they promise and the tests cry no oftener than they may.

Two hundred towns each here; the benchmarks run ten thousand and print the same rates with the power beside.
"""

import math

import pytest

from samsyn.analysis.tests.estimate_worlds import MISSES, TESTS, rate

TOWNS = 200

HIGHEST = 0.05 + 3.5 * math.sqrt(0.05 * 0.95 / TOWNS)
"""A true rate of one in twenty comes out above this once in some thousands."""


@pytest.mark.parametrize("name", MISSES)
def test_intervals_miss_no_oftener_than_promised(name: str) -> None:
    world, level = MISSES[name]
    assert rate(world, level, repeats=TOWNS, seed=20) <= HIGHEST


@pytest.mark.parametrize("name", TESTS)
def test_verdicts_are_false_no_oftener_than_promised_and_true_changes_are_found(name: str) -> None:
    world, change = TESTS[name]
    assert rate(world, 0.0, repeats=TOWNS, seed=21) <= HIGHEST
    assert rate(world, change, repeats=40, seed=22) > 0.4
