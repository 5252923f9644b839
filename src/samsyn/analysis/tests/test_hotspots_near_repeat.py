from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samsyn.analysis.hotspots import Fault, HotspotsError, NearRepeats, Repeat, near_repeats
from samsyn.analysis.hotspots._pairs import count_close_pairs
from samsyn.analysis.tests import oracles
from samsyn.analysis.tests.oracles import quietly

Events = tuple[np.ndarray, np.ndarray]


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def town(seed: int, n: int = 200, *, gathered: bool = True) -> Events:
    """Events that gather in places but not in time: the null world of a real town."""
    rng = seeded(seed)
    centres = rng.uniform(1000, 6000, (8, 2))
    points = centres[rng.integers(0, 8, n)] + rng.normal(0, 400, (n, 2)) if gathered else rng.uniform(0, 6000, (n, 2))
    return points, rng.integers(0, 365, n)


@pytest.fixture(scope="module")
def burkitt() -> Events:
    """Cases of Burkitt's lymphoma in West Nile, 1961-75; scaled so as not to look like degrees."""
    x, y, days = oracles.columns("burkitt.dbf", "X", "Y", "T")
    return np.column_stack([x, y]), np.array(days)


def test_knox_gives_the_numbers_published_with_pointpats(burkitt: Events) -> None:
    # Two of the 188 cases share place and day; pointpats keeps both, as we do when their names tell them apart.
    assert near_repeats(*burkitt, distance_bands_m=[20], day_bands=[5], rng=seeded()).n_duplicates == 1
    names = [str(case) for case in range(188)]
    result = near_repeats(*burkitt, distance_bands_m=[20], day_bands=[5], case_ids=names, rng=seeded())
    assert result.n_duplicates == 0
    assert result.observed.tolist() == [[13]]
    assert result.expected[0, 0] == pytest.approx(10.1438161, abs=1e-6)
    # They print 0.21 from 99 permutations and 0.17 from 99 others.
    assert result.p[0, 0] == pytest.approx(0.19, abs=0.05)


def test_counts_and_p_agree_with_the_class_of_pointpats() -> None:
    points, days = town(4, 150)
    theirs = quietly(oracles.pointpats.Knox, points, days[:, None].astype(float), 300, 14, permutations=999)
    ours = near_repeats(points, days, distance_bands_m=[300], day_bands=[14], rng=seeded())
    assert ours.observed[0, 0] == theirs.statistic_
    assert ours.expected[0, 0] == pytest.approx(theirs.expected[0, 0])
    assert ours.p[0, 0] == pytest.approx(theirs.p_sim, abs=0.06)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), n=st.integers(3, 40), whole=st.booleans())
def test_every_pair_is_counted_once_in_its_band(seed: int, n: int, whole: bool) -> None:
    rng = seeded(seed)
    points = rng.integers(0, 12, (n, 2)) * 50.0 + 200
    days = rng.integers(0, 30, n) if whole else rng.integers(0, 300, n) / 8
    limits, spans = [0, 50, 200], [0.0, 7, 14.5]
    result = near_repeats(points, days, distance_bands_m=limits, day_bands=spans, rng=seeded(), permutations=99)
    events = sorted(set(zip(points[:, 0], points[:, 1], days, strict=True)))
    assert result.n_events == len(events)
    expected = np.zeros((3, 3), int)
    in_space, in_time = np.zeros(3, int), np.zeros(3, int)
    for place, (x, y, t) in enumerate(events):
        for u, v, w in events[:place]:
            row = np.searchsorted(limits, np.hypot(x - u, y - v))
            column = np.searchsorted(spans, abs(t - w))
            if row < 3:
                in_space[row] += 1
            if column < 3:
                in_time[column] += 1
            if row < 3 and column < 3:
                expected[row, column] += 1
    np.testing.assert_array_equal(result.observed, expected)
    pairs = len(events) * (len(events) - 1) / 2
    np.testing.assert_allclose(result.expected, np.outer(in_space, in_time) / pairs)


def test_the_mean_of_the_random_orders_is_the_expected_number() -> None:
    points, days = town(3, 120)
    result = near_repeats(points, days, rng=seeded(), permutations=999)
    first, second = np.triu_indices(120, 1)
    near = np.hypot(*(points[first] - points[second]).T) <= 100
    kept = first[near].astype(np.int32), second[near].astype(np.int32)
    drawn = count_close_pairs(
        days.astype(np.int16), *kept, np.array([0, near.sum()]), np.array([7], np.int16), 5_000, seeded()
    )
    assert drawn.mean() == pytest.approx(result.expected[0, 0], rel=0.02)


def drawn(times: Any, starts: list[int], limits: list[int], repetitions: int, compiled: bool | None = None) -> Any:
    first, second = (each.astype(np.int32) for each in np.triu_indices(len(times), 1))
    return count_close_pairs(
        times, first, second, np.array(starts), np.array(limits, times.dtype), repetitions, seeded(), compiled=compiled
    )


@pytest.mark.parametrize("kind", [np.int16, np.float64])
def test_compiled_and_plain_counting_give_the_same(kind: type) -> None:
    times: Any = seeded(8).integers(0, 90, 60).astype(kind)
    plain, compiled = (drawn(times, [0, 500, 500, 1770], [0, 7, 30], 300, way) for way in (False, True))
    np.testing.assert_array_equal(plain, compiled)
    assert plain.shape == (3, 3, 300)
    assert plain[1].sum() == 0
    assert plain[0, 2].sum() > 0


def test_more_permutations_begin_with_the_same_ones() -> None:
    times: Any = np.arange(50, dtype=np.int16)
    few, many = (drawn(times, [0, 600], [3], repetitions) for repetitions in (100, 700))
    np.testing.assert_array_equal(few, many[:, :, :100])


def test_the_order_of_the_events_changes_nothing() -> None:
    points, days = town(1)
    order = seeded(9).permutation(len(days))
    first = near_repeats(points, days, rng=seeded(), permutations=499)
    second = near_repeats(points[order], days[order], rng=seeded(), permutations=499)
    assert first.as_dict() == second.as_dict()


@pytest.mark.parametrize(("shift", "turn"), [(0, 1), (1_000_000, 1), (0, -1), (0.25, 1)])
def test_where_time_begins_and_which_way_it_runs_change_nothing(shift: float, turn: int) -> None:
    points, days = town(1)
    first = near_repeats(points, days, rng=seeded(), permutations=499)
    second = near_repeats(points, days * turn + shift, rng=seeded(), permutations=499)
    np.testing.assert_array_equal(first.observed, second.observed)
    np.testing.assert_allclose(first.expected, second.expected)
    np.testing.assert_allclose(first.p, second.p, atol=0.08)


def test_metres_and_hours_may_be_chosen_freely() -> None:
    points, days = town(1)
    first = near_repeats(points, days, rng=seeded(), permutations=499)
    second = near_repeats(
        points * 2,
        days * 24,
        distance_bands_m=[200, 400, 600, 800],
        day_bands=[168, 336, 504, 672],
        rng=seeded(),
        permutations=499,
    )
    np.testing.assert_array_equal(first.observed, second.observed)
    np.testing.assert_array_equal(first.p_adjusted, second.p_adjusted)


def test_a_case_registered_twice_counts_once_and_is_told() -> None:
    points, days = town(2)
    again = near_repeats(
        np.vstack([points, points[:40]]), np.concatenate([days, days[:40]]), rng=seeded(), permutations=499
    )
    once = near_repeats(points, days, rng=seeded(), permutations=499)
    assert again.n_duplicates == 40
    assert again.as_dict() | {"n_duplicates": 0} == once.as_dict()


def test_two_cases_at_one_place_and_day_are_two_when_their_names_say_so() -> None:
    points, days = town(2)
    doubled, twice = np.vstack([points, points[:40]]), np.concatenate([days, days[:40]])
    names = [f"K{number}" for number in range(240)]
    result = near_repeats(doubled, twice, case_ids=names, rng=seeded(), permutations=499)
    assert (result.n_duplicates, result.n_events, result.largest_pile) == (0, 240, 2)
    assert result.repeats[0][0] is Repeat.MORE_THAN_CHANCE


def test_deeds_that_are_followed_by_others_near_by_are_found() -> None:
    points, days = town(5)
    rng = seeded(1)
    result = near_repeats(
        np.vstack([points, points[:30] + rng.normal(0, 20, (30, 2))]),
        np.concatenate([days, days[:30] + rng.integers(1, 6, 30)]),
        rng=rng,
    )
    assert result.repeats[0][0] is Repeat.MORE_THAN_CHANCE
    assert result.p_adjusted[0, 0] < 0.01
    assert result.ratio[0, 0] > 1.5
    assert result.repeats[3][3] is Repeat.NOT_BEYOND_CHANCE


def test_the_adjusted_p_is_never_below_the_single_one() -> None:
    result = near_repeats(*town(6), rng=seeded(), permutations=999)
    judged = result.expected > 0
    # One in a thousand draws apart: the standardised excess and the count rank the draws alike.
    assert (result.p_adjusted[judged] >= result.p[judged] - 1e-12).all()
    assert (result.p > 0).all()


def test_a_band_where_no_pair_can_be_is_not_judged() -> None:
    points = np.array([(0, 0), (5_000, 0), (0, 5_000), (9_000, 9_000)], float)
    result = near_repeats(points, [1, 2, 3, 4], rng=seeded(), permutations=99)
    assert {repeat for row in result.repeats for repeat in row} == {Repeat.CANNOT_BE_JUDGED}
    assert result.as_dict()["bands"][0]["ratio"] is None


def test_all_on_one_day_is_no_repeat() -> None:
    points, _ = town(1, 60)
    result = near_repeats(points, np.zeros(60), rng=seeded(), permutations=99)
    assert {repeat for row in result.repeats for repeat in row} <= {
        Repeat.NOT_BEYOND_CHANCE,
        Repeat.CANNOT_BE_JUDGED,
    }


def call(**changes: Any) -> NearRepeats:
    points, days = town(1, 20)
    arguments: dict[str, Any] = {"points": points, "days": days, "rng": seeded(), "permutations": 99}
    return near_repeats(**arguments | changes)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"points": np.full((20, 2), 12.3) + np.arange(20)[:, None] / 100}, Fault.LOOKS_LIKE_DEGREES),
        ({"points": np.zeros((20, 3))}, Fault.WRONG_SHAPE),
        ({"days": [1] * 19}, Fault.WRONG_SHAPE),
        ({"days": [np.nan] * 20}, Fault.NOT_NUMBERS),
        ({"distance_bands_m": [200, 100]}, Fault.BANDS_NOT_RISING),
        ({"day_bands": []}, Fault.TOO_FEW),
        ({"day_bands": [-1]}, Fault.NEGATIVE),
        ({"case_ids": ["a"]}, Fault.WRONG_SHAPE),
        ({"points": np.full((20, 2), 5_000.0), "days": [3] * 20}, Fault.TOO_FEW),
        ({"permutations": 98}, Fault.TOO_FEW),
        ({"permutations": 99.0}, Fault.NOT_WHOLE_NUMBERS),
        ({"alpha": 0}, Fault.NOT_A_PROBABILITY),
    ],
)
def test_a_refusal_says_why(change: dict[str, Any], fault: Fault) -> None:
    with pytest.raises(HotspotsError) as refused:
        call(**change)
    assert refused.value.code is fault


def test_too_many_pairs_are_refused_before_memory_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("samsyn.analysis.hotspots.near_repeat.MAX_PAIRS", 10)
    with pytest.raises(HotspotsError) as refused:
        call(distance_bands_m=[10_000])
    assert refused.value.code is Fault.TOO_MANY
