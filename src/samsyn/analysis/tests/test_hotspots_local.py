from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from samsyn.analysis.hotspots import (
    Fault,
    Fdr,
    HotspotsError,
    LocalStatistics,
    Missing,
    Neighbours,
    Spot,
    _chance,
    local_g_star,
    local_moran,
    neighbours_from_pairs,
    neighbours_within,
    smooth_rates,
)
from samsyn.analysis.tests import oracles
from samsyn.analysis.tests.oracles import columns, neighbour_pairs, quietly

Method = Callable[..., LocalStatistics]
METHODS = [local_g_star, local_moran]


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def lattice(side: int) -> Neighbours:
    grid = np.array([(x, y) for x in range(side) for y in range(side)]) * 1000.0
    return neighbours_within(grid, 1000)


def test_g_star_gives_the_numbers_published_with_esda() -> None:
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]) * 100
    result = local_g_star([2, 3, 3.2, 5, 8, 7], neighbours_within(points, 1500), rng=seeded())
    published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    np.testing.assert_allclose(result.z, published, atol=1e-8)


def test_local_moran_gives_the_quadrants_published_with_esda() -> None:
    (z,) = columns("desmith.txt", "z")
    values = np.array(z)
    near = neighbours_from_pairs(10, neighbour_pairs(oracles.weights("desmith.gal")))
    result = local_moran(values, near, rng=seeded())
    published = np.array([4, 4, 4, 2, 3, 3, 1, 4, 3, 3])
    own = values > values.mean()
    around = np.where(own, result.statistic, -result.statistic) > 0
    quadrant = np.select([own & around, ~own & around, ~own & ~around], [1, 2, 3], 4)
    assert quadrant.tolist() == published.tolist()


@pytest.fixture(scope="module")
def carolina() -> tuple[np.ndarray, np.ndarray, object]:
    """Sudden infant deaths 1979-84 and births in North Carolina's hundred counties."""
    deaths, births = columns("sids2.dbf", "SID79", "BIR79")
    return np.array(deaths), np.array(births), oracles.weights("sids2.gal")


def test_both_statistics_agree_with_esda_on_north_carolina(carolina: tuple[np.ndarray, np.ndarray, object]) -> None:
    deaths, births, weights = carolina
    near = neighbours_from_pairs(100, neighbour_pairs(weights))
    values = deaths / births
    g = quietly(oracles.esda.G_Local, values, weights, transform="B", star=True, permutations=0)
    np.testing.assert_allclose(local_g_star(values, near, rng=seeded()).z, g.Zs, atol=1e-9)
    moran = quietly(oracles.esda.Moran_Local, values, weights, permutations=0)
    np.testing.assert_allclose(local_moran(values, near, rng=seeded()).statistic, moran.Is * 100 / 99, atol=1e-9)


def test_smoothed_rates_agree_with_esda_on_north_carolina(
    carolina: tuple[np.ndarray, np.ndarray, object],
) -> None:
    deaths, births, weights = carolina
    rates = smooth_rates(deaths, births)
    assert rates.between > 0
    from esda import smoothing

    np.testing.assert_allclose(rates.deviates, smoothing.assuncao_rate(deaths, births), atol=1e-10)
    theirs = smoothing.Empirical_Bayes(deaths.reshape(-1, 1), births.reshape(-1, 1)).r
    np.testing.assert_allclose(rates.smoothed, np.ravel(theirs), atol=1e-12)
    # The quadrants of the first ten counties, published with esda's Moran_Local_Rate.
    near = neighbours_from_pairs(100, neighbour_pairs(weights))
    result = local_moran(rates.deviates, near, rng=seeded())
    own = rates.deviates > rates.deviates.mean()
    around = np.where(own, result.statistic, -result.statistic) > 0
    quadrant = np.select([own & around, ~own & around, ~own & ~around], [1, 2, 3], 4)
    assert quadrant[:10].tolist() == [2, 4, 3, 1, 2, 1, 1, 4, 2, 4]


def test_p_of_g_star_is_that_of_all_orders() -> None:
    values = np.array([0, 1, 1, 3, 4, 9, 2.0])
    near = neighbours_from_pairs(7, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (3, 5)])
    orders = np.array(list(permutations(values)))
    n = 99_999
    result = local_g_star(values, near, rng=seeded(), permutations=n)
    for area in range(7):
        window = [area, *near.of(area)]
        sums, observed = orders[:, window].sum(axis=1), values[window].sum()
        exact = min(1.0, 2 * min(np.mean(sums >= observed), np.mean(sums <= observed)))
        assert result.p[area] == pytest.approx(exact, abs=8 * np.sqrt(0.25 / n))


def test_p_of_local_moran_is_that_of_all_orders_of_the_others() -> None:
    values = np.array([0, 1, 1, 3, 4, 9, 2.0])
    near = neighbours_from_pairs(7, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (3, 5)])
    n = 99_999
    result = local_moran(values, near, rng=seeded(), permutations=n)
    for area in range(7):
        orders = np.array(list(permutations(np.delete(values, area))))
        k = len(near.of(area))
        sums, observed = orders[:, :k].sum(axis=1), values[near.of(area)].sum()
        exact = min(1.0, 2 * min(np.mean(sums >= observed), np.mean(sums <= observed)))
        assert result.p[area] == pytest.approx(exact, abs=8 * np.sqrt(0.25 / n))
        assert result.z[area] == pytest.approx((observed - sums.mean()) / sums.std())


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_areas_changes_nothing(method: Method) -> None:
    near = lattice(6)
    values = seeded(5).poisson(3, 36).astype(float)
    order = seeded(6).permutation(36)
    place = np.argsort(order)
    moved = neighbours_from_pairs(
        36, [(place[area], place[other]) for area in range(36) for other in near.of(area) if area < other]
    )
    first = method(values, near, rng=seeded(), permutations=999)
    second = method(values[order], moved, rng=seeded(), permutations=999)
    np.testing.assert_array_equal(first.p[order], second.p)
    np.testing.assert_allclose(first.z[order], second.z, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40)
@given(
    values=st.lists(st.integers(0, 50), min_size=16, max_size=16),
    scale=st.floats(0.001, 1000),
    shift=st.floats(-100, 100),
)
def test_units_and_zero_points_change_nothing(method: Method, values: list[int], scale: float, shift: float) -> None:
    first = method(values, lattice(4), rng=seeded(), permutations=199)
    second = method(np.array(values) * scale + shift, lattice(4), rng=seeded(), permutations=199)
    np.testing.assert_allclose(first.z, second.z, atol=1e-6)
    np.testing.assert_array_equal(first.p, second.p)
    assert first.spots == second.spots


@pytest.mark.parametrize("method", METHODS)
def test_an_area_without_neighbours_is_not_judged_and_changes_nothing(method: Method) -> None:
    values = seeded(2).poisson(4, 25).astype(float)
    near = lattice(5)
    pairs = [(area, other) for area in range(25) for other in near.of(area) if area < other]
    alone = method([*values, 1_000], neighbours_from_pairs(26, pairs), rng=seeded())
    without = method(values, near, rng=seeded())
    assert alone.missing[25] is Missing.NEIGHBOURS
    assert alone.spots[25] is Spot.CANNOT_BE_JUDGED
    np.testing.assert_array_equal(alone.p[:25], without.p)
    assert alone.n_judged == 25


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_value_is_not_zero(method: Method) -> None:
    values = seeded(2).poisson(40, 25).astype(float)
    values[12] = np.nan
    result = method(values, lattice(5), rng=seeded())
    assert result.missing[12] is Missing.VALUE
    assert np.isnan(result.p[12])
    # Zero in its place would have made a cold spot of the middle.
    assert Spot.COLD not in result.spots
    keep = ~np.isnan(values)
    np.testing.assert_array_equal(result.p[keep], method(values[keep], lattice(5).among(keep), rng=seeded()).p)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("values", [[0] * 9, [7.1] * 9, [np.nan] * 9, [np.nan] * 8 + [3]])
def test_nothing_is_said_where_nothing_varies(method: Method, values: list[float]) -> None:
    result = method(values, lattice(3), rng=seeded())
    assert set(result.spots) == {Spot.CANNOT_BE_JUDGED}
    assert all(lack is not None for lack in result.missing)


def test_no_areas_give_an_empty_answer() -> None:
    assert local_g_star([], neighbours_from_pairs(0, []), rng=seeded()).spots == ()


def test_a_block_of_high_values_is_hot_and_its_mirror_cold() -> None:
    values = np.ones((10, 10))
    values[:4, :4] = 12
    values += seeded(3).uniform(0, 1, (10, 10))
    hot = local_g_star(values.ravel(), lattice(10), rng=seeded(), permutations=99_999)
    assert hot.spots[11] is Spot.HOT
    cold = local_g_star(-values.ravel(), lattice(10), rng=seeded(), permutations=99_999)
    assert cold.spots[11] is Spot.COLD
    np.testing.assert_allclose(hot.z, -cold.z)


def test_a_high_area_among_low_ones_is_told_as_that() -> None:
    values = np.zeros((12, 12))
    values[3:6, 3:6] = 9
    values[4, 4] = -1
    queen = neighbours_within(np.argwhere(values > -2) * 1000.0, 1500)
    low = local_moran(values.ravel(), queen, rng=seeded(), permutations=99_999)
    assert low.spots[12 * 4 + 4] is Spot.LOW_AMONG_HIGH
    high = local_moran(-values.ravel(), queen, rng=seeded(), permutations=99_999)
    assert high.spots[12 * 4 + 4] is Spot.HIGH_AMONG_LOW


def test_p_is_never_zero_and_never_folded() -> None:
    values = np.zeros(100)
    values[:9] = 100
    result = local_g_star(values, lattice(10), rng=seeded(), permutations=999)
    assert result.p.min() >= 2 / 1000
    assert result.p.max() > 0.5


def test_too_few_permutations_for_many_areas_are_told() -> None:
    values = seeded(3).normal(size=100)
    assert not local_g_star(values, lattice(10), rng=seeded(), permutations=999).one_area_could_be_found
    assert local_g_star(values, lattice(10), rng=seeded(), permutations=99_999).one_area_could_be_found


@given(p=st.lists(st.floats(0, 1), max_size=40))
def test_adjustment_agrees_with_scipy(p: list[float]) -> None:
    for fdr in Fdr:
        expected = np.array([])
        if p:
            expected = stats.false_discovery_control(p, method="by" if fdr is Fdr.BY else "bh")
        np.testing.assert_allclose(_chance.adjusted(np.array(p, dtype=float), fdr), expected, atol=1e-12)


def test_random_firsts_are_every_selection_equally_often() -> None:
    firsts = _chance.random_firsts(5, 2, 40_000, seeded())
    _, times = np.unique(firsts, axis=0, return_counts=True)
    assert len(times) == 20
    assert stats.chisquare(times).pvalue > 0.001


@pytest.mark.parametrize(
    ("call", "fault", "field"),
    [
        (lambda: local_g_star([1, 2], lattice(2), rng=seeded()), Fault.WRONG_SHAPE, "neighbours"),
        (lambda: local_g_star(["x"] * 4, lattice(2), rng=seeded()), Fault.NOT_NUMBERS, "values"),
        (lambda: local_g_star([1, 2, 3, np.inf], lattice(2), rng=seeded()), Fault.NOT_NUMBERS, "values"),
        (lambda: local_g_star([1, 2, 3, 4], lattice(2), rng=seeded(), permutations=9), Fault.TOO_FEW, "permutations"),
        (lambda: local_g_star([1, 2, 3, 4], lattice(2), rng=seeded(), alpha=5), Fault.NOT_A_PROBABILITY, "alpha"),
        (lambda: neighbours_within([(12.28, 58.3), (12.3, 58.2)], 500), Fault.LOOKS_LIKE_DEGREES, "points"),
        (lambda: neighbours_from_pairs(2, [(0, 2)]), Fault.NOT_A_NEIGHBOUR, "pairs"),
        (lambda: neighbours_from_pairs(2, [(1, 1)]), Fault.NOT_A_NEIGHBOUR, "pairs"),
        (lambda: smooth_rates([1, -1], [10, 10]), Fault.NEGATIVE, "events"),
        (lambda: smooth_rates([1, 1.5], [10, 10]), Fault.NOT_WHOLE_NUMBERS, "events"),
        (lambda: smooth_rates([1, 1], [10, 0]), Fault.TOO_FEW, "population"),
    ],
)
def test_a_refusal_says_what_and_where(call: Callable[[], object], fault: Fault, field: str) -> None:
    with pytest.raises(HotspotsError) as refused:
        call()
    assert (refused.value.code, refused.value.field) == (fault, field)


def test_rates_without_events_are_zero_and_without_people_unknown() -> None:
    rates = smooth_rates([0, 0, 0], [100, 50, 0])
    assert rates.smoothed[:2].tolist() == [0, 0]
    assert np.isnan(rates.raw[2])


def test_one_event_in_a_small_area_is_drawn_to_the_common_rate() -> None:
    rates = smooth_rates([1, 40, 41, 39], [20, 4000, 4000, 4000])
    assert rates.raw[0] == pytest.approx(0.05)
    assert rates.smoothed[0] < 0.02
