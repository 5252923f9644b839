"""Rounded tables add up, and cell keys give the same noise each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samsyn.analysis.suppress import (
    CrossTable,
    Fault,
    PublicationBlocked,
    SuppressError,
    cell_key_noise,
    noise_distribution,
    record_key,
    release,
    round_to_base,
)
from samsyn.analysis.tests.test_suppress import grid, town


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 5]), st.sampled_from([(4, 5), (2, 3, 3)]))
def test_every_sum_holds_and_no_cell_moves_a_whole_base(seed: int, base: int, shape: tuple[int, ...]) -> None:
    tables = release([grid(town(np.random.default_rng(seed), shape))])
    found = round_to_base(tables, base=base, rng=rng())
    assert (found.values % base == 0).all()
    assert (found.values >= 0).all()
    for r in range(tables.n_sums):
        cells, signs = tables.row(r)
        assert (found.values[cells] * signs).sum() == 0
    if len(shape) == 2:
        assert found.furthest < base
        unmoved = tables.values % base == 0
        assert (found.values[unmoved] == tables.values[unmoved]).all()


def test_no_rounding_that_adds_up_is_nearer() -> None:
    tables = release([grid([[9, 3], [8, 1]])])
    best = np.inf
    for multiples in np.ndindex(3, 3, 3, 3):
        inner = np.array(multiples).reshape(2, 2) * 5
        other = release([grid(inner)]).values
        if (np.abs(other - tables.values) < 5).all():
            best = min(best, float(np.abs(other - tables.values).sum()))
    assert round_to_base(tables, base=5, rng=rng()).distance == best


def test_the_seed_decides_among_equals() -> None:
    tables = release([grid(town(np.random.default_rng(5), (5, 5)))])
    one, same = (round_to_base(tables, base=5, rng=np.random.default_rng(9)).values for _ in range(2))
    assert (one == same).all()


def test_what_is_out_already_or_no_count_is_not_rounded() -> None:
    with pytest.raises(PublicationBlocked) as caught:
        round_to_base(release([grid([[9, 3], [8, 1]], published_before=True)]), base=5, rng=rng())
    assert caught.value.code is Fault.CANNOT_BE_ROUNDED
    with pytest.raises(SuppressError):
        round_to_base(release([CrossTable(dimensions={"a": "xy"}, values=[1.5, 2])]), base=5, rng=rng())
    with pytest.raises(SuppressError):
        round_to_base(release([grid([[9, 3], [8, 1]])]), base=1, rng=rng())


@pytest.mark.parametrize("least", [-1, -2, -3, -4])
def test_the_noise_has_mean_zero_and_the_variance_there_is_room_for(least: int) -> None:
    p = noise_distribution(least, 4, 2.0)
    values = np.arange(least, 5)
    assert p.sum() == pytest.approx(1)
    assert p @ values == pytest.approx(0, abs=1e-9)
    assert p @ values**2 == pytest.approx(min(2.0, -least * 4 / 2), rel=1e-6)


def test_the_same_records_get_the_same_noise_in_every_table() -> None:
    keys = np.array([record_key("hemlig", f"ärende {i}") for i in range(400)])
    where = np.arange(400) % 7
    counts = np.bincount(where)
    sums = np.array([keys[where == place].sum() for place in range(7)])
    one = cell_key_noise(counts, sums)
    again = cell_key_noise(counts[::-1].copy(), sums[::-1].copy())[::-1]
    assert (one == again).all()
    assert np.abs(one - counts).max() <= 4


def test_noise_over_many_cells_has_the_mean_and_variance_promised() -> None:
    keys = np.random.default_rng(2).integers(0, 2**32, size=20_000)
    moved = cell_key_noise(np.full(20_000, 50), keys) - 50
    assert moved.mean() == pytest.approx(0, abs=0.05)
    assert moved.var() == pytest.approx(2, rel=0.05)
    small = cell_key_noise(np.full(20_000, 2), keys)
    assert small.min() == 0
    assert small.mean() == pytest.approx(2, abs=0.05)
    assert (cell_key_noise(np.zeros(10, dtype=int), keys[:10]) == 0).all()


def test_another_secret_gives_other_noise() -> None:
    one, other = ([record_key(secret, f"ärende {i}") for i in range(200)] for secret in ("a", "b"))
    counts = np.full(200, 30)
    assert (cell_key_noise(counts, one) != cell_key_noise(counts, other)).any()


def test_noise_refuses_what_does_not_fit() -> None:
    for counts, keys, variance in (([1.5], [3], 2.0), ([-1], [3], 2.0), ([1, 2], [3], 2.0), ([1], [3], 99.0)):
        with pytest.raises(SuppressError):
            cell_key_noise(counts, keys, variance=variance)
