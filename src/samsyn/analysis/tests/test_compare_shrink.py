import csv
import json
from pathlib import Path

import esda.smoothing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samsyn.analysis.compare import (
    CompareError,
    Fault,
    Missing,
    Verdict,
    compare_chosen_area,
    compare_counts,
    shrink_rates,
)

DATA = Path(__file__).parent / "data"


def carolina() -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Sudden infant deaths and births by county, 1974-78: Cressie & Read (1985), as packed in libpysal (sids2)."""
    with (DATA / "north-carolina-sids.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    deaths, births = ([float(row[f"{name}_1974"]) for row in rows] for name in ("deaths", "births"))
    return [row["county"] for row in rows], np.array(deaths), np.array(births)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_the_file_is_the_published_one() -> None:
    names, deaths, births = carolina()
    assert (len(names), deaths.sum(), births.sum()) == (100, 667, 329_962)
    assert (deaths[names.index("Anson")], births[names.index("Anson")]) == (15, 1570)


def test_shrunken_rates_equal_esdas_for_north_carolina() -> None:
    _, deaths, births = carolina()
    result = shrink_rates(deaths, births, rng=rng())
    assert result.mean_rate == pytest.approx(667 / 329_962)
    assert result.shrunken == pytest.approx(esda.smoothing.Empirical_Bayes(deaths, births).r.ravel(), rel=1e-9)


def test_the_county_with_the_highest_rate_keeps_part_of_it() -> None:
    names, deaths, births = carolina()
    result = shrink_rates(deaths, births, rng=rng())
    anson = names.index("Anson")
    assert result.rates[anson] == max(filter(None, result.rates))
    assert result.mean_rate < (result.shrunken[anson] or 0) < (result.rates[anson] or 0)
    assert result.ranks[anson] == 1
    # No rank is certain beyond the very top: the smallest counties span most of the list.
    smallest = int(births.argmin())
    assert (result.rank_high[smallest] or 0) - (result.rank_low[smallest] or 0) > 60


def test_equal_rates_all_become_the_mean_and_share_the_first_rank() -> None:
    result = shrink_rates([10] * 6, [1000] * 6, rng=rng())
    assert result.shrunken == pytest.approx([0.01] * 6)
    assert result.ranks == (1,) * 6
    assert result.weights == (0.0,) * 6


def test_no_events_anywhere_is_nothing_to_rank() -> None:
    with pytest.raises(CompareError) as caught:
        shrink_rates([0] * 6, [1000] * 6, rng=rng())
    assert caught.value.code is Fault.TOO_FEW


def test_one_event_in_one_area_is_enough() -> None:
    result = shrink_rates([0, 0, 0, 0, 0, 1], [1000] * 6, rng=rng())
    assert result.shrunken == pytest.approx([1 / 6000] * 6)
    json.dumps(result.as_dict(), allow_nan=False)


def test_an_area_without_a_count_gets_no_rate_and_moves_no_other() -> None:
    counts, people = [9, 2, 15, 30, 4, 22], [1000.0, 1000, 2000, 6000, 500, 4000]
    whole = shrink_rates(counts, people, rng=rng())
    gap = shrink_rates([*counts, np.nan], [*people, 700], rng=rng())
    assert gap.rates[6] is gap.ranks[6] is None
    assert gap.shrunken[:6] == whole.shrunken


def test_more_dispersion_shrinks_more() -> None:
    _, deaths, births = carolina()
    calm, restless = (shrink_rates(deaths, births, rng=rng(), dispersion=each) for each in (1, 1.5))
    assert restless.between_variance < calm.between_variance
    assert all((a or 0) <= (b or 0) for a, b in zip(restless.weights, calm.weights, strict=True))


def test_the_seed_decides_the_rank_intervals() -> None:
    _, deaths, births = carolina()
    one, same = (shrink_rates(deaths, births, rng=np.random.default_rng(7)) for _ in range(2))
    assert one == same


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1000))
def test_order_and_units_do_not_matter(seed: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    people = random.uniform(100, 5000, size=9)
    counts = random.poisson(people * random.uniform(0.001, 0.02, size=9)) + (np.arange(9) == 0)
    order = random.permutation(9)
    plain = shrink_rates(counts, people, rng=rng(), draws=50)
    moved = shrink_rates(counts[order], people[order] * scale, rng=rng(), draws=50)
    assert np.array(moved.shrunken, float) * scale == pytest.approx(np.array(plain.shrunken, float)[order], rel=1e-9)
    for i in range(9):
        low, high, rate = plain.low[i], plain.high[i], plain.shrunken[i]
        assert low is not None
        assert high is not None
        assert rate is not None
        assert low <= rate <= high


def test_fewer_than_six_areas_are_refused() -> None:
    with pytest.raises(CompareError) as caught:
        shrink_rates([1, 2, 3, 4, 5], [10] * 5, rng=rng())
    assert caught.value.code is Fault.TOO_FEW


def test_the_area_that_was_highest_by_chance_is_not_called_a_decrease() -> None:
    before = [31, 18, 22, 20, 17, 25, 19, 21, 16, 23, 15, 24, 18, 20, 22, 19]
    result = compare_chosen_area(before, chosen=0, after=15)
    assert compare_counts(31, 15).verdict is Verdict.CLEAR_DECREASE
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert result.naive_ratio == pytest.approx(15 / 31)
    assert result.expected_after is not None
    assert 20 < result.expected_after < 23


def test_a_fall_far_below_the_expectation_is_still_clear() -> None:
    before = [31, 18, 22, 20, 17, 25, 19, 21, 16, 23, 15, 24, 18, 20, 22, 19]
    assert compare_chosen_area(before, chosen=0, after=5).verdict is Verdict.CLEAR_DECREASE


def test_a_general_fall_is_taken_out_when_the_other_areas_are_known() -> None:
    before = [60, 30, 44, 40, 35, 50, 38, 42]
    alone = compare_chosen_area(before, chosen=0, after=24)
    with_others = compare_chosen_area(before, chosen=0, after=24, others_after=(139, 7.0))
    assert with_others.general_change == pytest.approx(0.498, abs=0.01)
    assert alone.verdict is Verdict.CLEAR_DECREASE
    assert with_others.verdict is Verdict.NO_RELIABLE_CHANGE


def test_the_area_with_truly_more_keeps_its_own_level() -> None:
    # A hundred times the people: its rate is its own, and the answer is nearly that of two counts.
    before, people = [3000, 18, 22, 20, 17, 25, 19, 21], [100.0, 1, 1, 1, 1, 1, 1, 1]
    result = compare_chosen_area(before, chosen=0, after=2700, exposures_before=people)
    assert result.expected_after == pytest.approx(3000, rel=0.02)
    assert result.weight is not None
    assert result.verdict is Verdict.CLEAR_DECREASE


def test_it_says_what_is_missing() -> None:
    assert compare_chosen_area([30, 20, 21], chosen=0, after=20).missing == (Missing.AREAS,)
    assert compare_chosen_area([0] * 8, chosen=0, after=2).missing == (Missing.EVENTS,)


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 60), min_size=6, max_size=12), st.integers(0, 90), st.sampled_from([None, 1.0, 1.7, 4.0])
)
def test_verdict_interval_and_p_never_disagree(before: list[int], after: int, dispersion: float | None) -> None:
    result = compare_chosen_area(before, chosen=int(np.argmax(before)), after=after, dispersion=dispersion)
    json.dumps(result.as_dict(), allow_nan=False)
    if result.p is None or result.low is None or result.high is None:
        assert result.missing
        return
    assert result.verdict.is_clear == (not result.low <= 1 <= result.high) == (result.p < 0.05)
