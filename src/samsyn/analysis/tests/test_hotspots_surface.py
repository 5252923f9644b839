from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from samsyn.analysis.hotspots import (
    Fault,
    HotspotsError,
    MapScore,
    kernel_density,
    measure_concentration,
    neighbours_touching,
    score_map,
)

TOWN = shapely.Polygon([(0, 0), (6_000, 0), (6_000, 4_000), (3_000, 2_500), (0, 4_000)])
LAKE = shapely.Point(4_500, 1_500).buffer(700)


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def quartic(points: np.ndarray, places: np.ndarray, h: float) -> np.ndarray:
    apart = ((places[:, None] - points[None]) ** 2).sum(axis=2) / h**2
    return np.asarray(3 / (np.pi * h**2) * np.maximum(0, 1 - apart) ** 2).sum(axis=1) * 1e6


def test_far_from_the_border_the_surface_is_the_kernel() -> None:
    points = seeded().uniform(1_500, 2_000, (40, 2))
    density = kernel_density(points, shapely.box(0, 0, 4_000, 4_000), bandwidth_m=500, cell_m=10)
    places = seeded(2).uniform(1_200, 2_300, (60, 2))
    places = np.floor(places / 10) * 10 + 5
    np.testing.assert_allclose(density.at(places), quartic(points, places, 500), atol=3, rtol=0.02)


@settings(max_examples=15)
@given(seed=st.integers(0, 1_000), bandwidth=st.floats(150, 1_500))
def test_the_surface_holds_exactly_the_events_inside(seed: int, bandwidth: float) -> None:
    points = seeded(seed).uniform(-1_000, 7_000, (50, 2))
    border = TOWN.difference(LAKE)
    density = kernel_density(points, border, bandwidth_m=bandwidth)
    inside = int(shapely.contains_xy(border, points[:, 0], points[:, 1]).sum())
    assert (density.n_events, density.n_outside) == (inside, 50 - inside)
    assert np.nansum(density.per_km2) * (density.cell_m / 1000) ** 2 == pytest.approx(inside)


def test_outside_and_in_the_lake_there_is_no_number() -> None:
    density = kernel_density([(1_000, 1_000), (2_000, 800)], TOWN.difference(LAKE), bandwidth_m=400)
    assert np.isnan(density.at([(4_500, 1_500), (3_000, 3_900), (9_000, 9_000)])).all()
    assert density.at([(5_800, 3_500), (1_000, 1_000)])[0] == 0


def test_even_events_do_not_sink_towards_the_border() -> None:
    square = shapely.box(0, 0, 3_000, 3_000)
    grid = np.stack(np.meshgrid(np.arange(25, 3_000, 50), np.arange(25, 3_000, 50)), axis=-1).reshape(-1, 2)
    density = kernel_density(grid, square, bandwidth_m=400, cell_m=50)
    edge, middle = density.at([(25, 1_475), (1_475, 1_475)])
    # Uncorrected, half would be lost at the edge. Jones's correction keeps the total and most of the height.
    assert edge > 0.75 * middle


def test_no_events_give_an_empty_surface() -> None:
    density = kernel_density([], TOWN, bandwidth_m=400)
    assert np.nansum(density.per_km2) == 0
    assert density.as_dict()["n_events"] == 0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"bandwidth_m": 99}, Fault.BANDWIDTH_TOO_SMALL),
        ({"bandwidth_m": -1}, Fault.NOT_POSITIVE),
        ({"cell_m": 200}, Fault.CELL_TOO_LARGE),
        ({"cell_m": 0.1}, Fault.TOO_MANY),
        ({"border": shapely.Polygon()}, Fault.NOT_AN_OUTLINE),
        ({"border": shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)])}, Fault.NOT_AN_OUTLINE),
        ({"border": shapely.box(12.1, 58.1, 12.5, 58.5)}, Fault.LOOKS_LIKE_DEGREES),
        ({"points": [(12.28, 58.28), (12.3, 58.3)]}, Fault.LOOKS_LIKE_DEGREES),
    ],
)
def test_a_surface_that_would_mislead_is_refused(change: dict[str, Any], fault: Fault) -> None:
    arguments: dict[str, Any] = {"points": [(500, 500)], "border": TOWN, "bandwidth_m": 400}
    with pytest.raises(HotspotsError) as refused:
        kernel_density(**arguments | change)
    assert refused.value.code is fault


def test_outlines_that_are_no_polygons_are_refused() -> None:
    with pytest.raises(HotspotsError):
        neighbours_touching([shapely.Point(0, 0)])


def test_with_more_events_than_places_the_index_is_the_common_gini() -> None:
    counts = seeded(3).poisson(20, 30)
    ours = measure_concentration(counts, rng=seeded(), simulations=99).gini
    apart = np.abs(counts[:, None] - counts[None]).sum() / (2 * 30**2 * counts.mean())
    assert ours == pytest.approx(apart)


@given(n=st.integers(2, 60), c=st.integers(1, 60))
def test_as_even_as_can_be_is_zero_and_all_in_one_place_is_near_one(n: int, c: int) -> None:
    even = np.full(n, c // n)
    even[: c % n] += 1
    if c <= n or c % n == 0:
        assert measure_concentration(even, rng=seeded(), simulations=99).gini == pytest.approx(0, abs=1e-12)
    gathered = np.zeros(n, int)
    gathered[0] = c
    assert measure_concentration(gathered, rng=seeded(), simulations=99).gini == pytest.approx(
        1 - max(1 / n, 1 / c) if n > 1 else 0
    )


def test_the_expectation_at_equal_risk_is_the_mean_over_all_spreads() -> None:
    # Two events at two places: together or apart, each half of the times.
    result = measure_concentration([1, 1], rng=seeded(), simulations=20_000)
    assert result.gini == 0
    assert result.expected_gini == pytest.approx(0.25, abs=0.01)


def test_places_with_more_at_risk_are_expected_to_have_more() -> None:
    events = [50, 5, 5, 5, 5]
    plain = measure_concentration(events, rng=seeded())
    weighted = measure_concentration(events, risk=[10, 1, 1, 1, 1], rng=seeded())
    assert plain.p < 0.01
    assert weighted.p > 0.2
    assert weighted.is_weighted
    assert (plain.share_in_top, plain.places_for_half) == (50 / 70, 1)


def test_concentration_does_not_hang_on_the_order_of_places() -> None:
    events, risk = np.array([9, 0, 3, 1, 0, 7]), np.array([2, 1, 4, 1, 1, 3])
    order = seeded(4).permutation(6)
    first = measure_concentration(events, risk=risk, rng=seeded())
    assert first == measure_concentration(events[order], risk=risk[order], rng=seeded())


@pytest.mark.parametrize(
    ("events", "risk", "fault"),
    [
        ([0, 0], None, Fault.NO_EVENTS),
        ([3], None, Fault.TOO_FEW),
        ([1, -1], None, Fault.NEGATIVE),
        ([1, 0.5], None, Fault.NOT_WHOLE_NUMBERS),
        ([1, 1], [1, 0], Fault.NOT_POSITIVE),
        ([1, 1], [1], Fault.WRONG_SHAPE),
    ],
)
def test_concentration_refuses(events: Any, risk: Any, fault: Fault) -> None:
    with pytest.raises(HotspotsError) as refused:
        measure_concentration(events, risk=risk, rng=seeded())
    assert refused.value.code is fault


def scored(**changes: Any) -> MapScore:
    arguments: dict[str, Any] = {
        "chosen": [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        "earlier": [9, 5, 5, 1, 0, 0, 0, 0, 0, 0],
        "later": [8, 2, 6, 3, 1, 0, 0, 0, 0, 0],
        "area_km2": np.ones(10),
        "chosen_until": date(2024, 12, 31),
        "judged_from": date(2025, 1, 1),
    }
    return score_map(**arguments | changes)


def test_pai_and_pei_are_those_of_the_formulas() -> None:
    score = scored()
    assert score.pai == pytest.approx((10 / 20) / (2 / 10))
    assert score.pei == pytest.approx(10 / 14)
    # The naive map takes the first, and has to share its second cell between two that tie.
    assert score.naive_hits == pytest.approx(8 + (2 + 6) / 2)
    assert score.naive_pai == pytest.approx((12 / 20) / (2 / 10))


def test_the_interval_of_pai_is_that_of_the_share_of_hits() -> None:
    score = scored()
    exact = stats.binomtest(10, 20).proportion_ci(method="exact")
    assert score.pai_low == pytest.approx(exact.low / 0.2)
    assert score.pai_high == pytest.approx(exact.high / 0.2)


def test_the_p_against_the_naive_map_is_a_sign_test() -> None:
    score = scored(earlier=[0, 0, 9, 9, 0, 0, 0, 0, 0, 0])
    assert score.p_against_naive == pytest.approx(stats.binomtest(10, 19).pvalue)
    assert scored(chosen=[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).p_against_naive == 1


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 9), st.floats(0.1, 9)), min_size=2))
def test_no_map_beats_the_best_and_order_is_nothing(rows: list[tuple[bool, int, int, float]]) -> None:
    if not any(row[0] for row in rows):
        rows[0] = (True, *rows[0][1:])
    marks, earlier, later, areas = (np.array(column, float) for column in zip(*rows, strict=True))
    score = scored(chosen=marks, earlier=earlier, later=later, area_km2=areas)
    assert score.hits <= score.best_hits + 1e-9
    assert score.naive_hits <= score.best_hits + 1e-9
    assert 0 <= score.p_against_naive <= 1
    back = scored(chosen=marks[::-1], earlier=earlier[::-1], later=later[::-1], area_km2=areas[::-1] * 100)
    assert back.hits == score.hits
    assert back.naive_hits == pytest.approx(score.naive_hits)
    if score.pai is not None and back.pai is not None:
        assert back.pai == pytest.approx(score.pai)


def test_choosing_everything_is_worth_one() -> None:
    score = scored(chosen=np.ones(10))
    assert (score.pai, score.pei, score.area_share) == (1, 1, 1)


def test_without_later_events_nothing_is_said() -> None:
    score = scored(later=np.zeros(10))
    assert score.pai is score.pei is score.pai_low is None
    assert score.as_dict()["p_against_naive"] == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"judged_from": date(2024, 12, 31)}, Fault.JUDGED_ON_OLD_DATA),
        ({"chosen": np.zeros(10)}, Fault.NOTHING_CHOSEN),
        ({"chosen": np.full(10, 0.5)}, Fault.NOT_WHOLE_NUMBERS),
        ({"area_km2": np.zeros(10)}, Fault.NOT_POSITIVE),
        ({"later": [1, 2]}, Fault.WRONG_SHAPE),
        ({"confidence": 95}, Fault.NOT_A_PROBABILITY),
    ],
)
def test_a_score_that_would_mislead_is_refused(change: dict[str, Any], fault: Fault) -> None:
    with pytest.raises(HotspotsError) as refused:
        scored(**change)
    assert refused.value.code is fault
