import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.analysis.compare import (
    CompareError,
    Fault,
    Missing,
    Verdict,
    cases_needed,
    compare_shares,
    judge_shares_without_denominator,
    not_judged,
)

shares = st.floats(0.01, 0.99)


def test_from_16_to_16_point_2_percent_would_take_half_a_million_cases_a_year() -> None:
    assert cases_needed(0.16, 0.162) == 530_109


@pytest.mark.parametrize(
    ("after", "confidence", "expected"),
    # From the manual page of R's power.prop.test, which gives n = 76.7 and n = 10451937.
    [(0.75, 0.95, 77), (0.501, 0.999, 10_451_937)],
)
def test_sample_sizes_equal_those_in_rs_manual(after: float, confidence: float, expected: int) -> None:
    assert cases_needed(0.5, after, power=0.9, confidence=confidence) == expected


@given(before=shares, after=shares)
def test_the_order_of_the_shares_does_not_matter(before: float, after: float) -> None:
    if abs(before - after) > 0.001:
        assert cases_needed(before, after) == cases_needed(after, before)


@given(before=st.floats(0.05, 0.4), change=st.floats(0.02, 0.2))
def test_a_larger_change_takes_fewer_cases(before: float, change: float) -> None:
    assert cases_needed(before, before + change * 1.5) <= cases_needed(before, before + change)


@given(before=shares, after=shares, power=st.floats(0.05, 0.9))
def test_more_power_takes_more_cases(before: float, after: float, power: float) -> None:
    if abs(before - after) > 0.001:
        assert cases_needed(before, after, power=power + 0.05) >= cases_needed(before, after, power=power)


def test_with_the_cases_needed_such_a_change_is_clear() -> None:
    n = cases_needed(0.16, 0.162)
    assert compare_shares(round(0.16 * n), n, round(0.162 * n), n).verdict is Verdict.CLEAR_INCREASE


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ((0.16, 0.16), Fault.SHARES_TOO_CLOSE, "share_after"),
        ((16, 16.2), Fault.NOT_A_SHARE, "share_before"),
        ((0.16, -0.1), Fault.NOT_A_SHARE, "share_after"),
        ((0.16, float("nan")), Fault.NOT_A_NUMBER, "share_after"),
    ],
)
def test_it_refuses_shares_that_cannot_be_planned_for(
    arguments: tuple[float, float], code: Fault, field: str
) -> None:
    with pytest.raises(CompareError) as caught:
        cases_needed(*arguments)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize("name", ["power", "confidence"])
def test_power_and_confidence_are_probabilities(name: str) -> None:
    with pytest.raises(CompareError) as caught:
        cases_needed(0.16, 0.162, **{name: 1.0})
    assert (caught.value.code, caught.value.field) == (Fault.NOT_A_PROBABILITY, name)


def test_shares_without_denominators_cannot_be_judged() -> None:
    result = judge_shares_without_denominator(0.16, 0.162)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert result.missing == (Missing.DENOMINATOR_BEFORE, Missing.DENOMINATOR_AFTER)
    assert result.cases_needed == 530_109
    assert (result.difference_low, result.difference_high) == (None, None)


def test_one_known_denominator_leaves_the_other_missing() -> None:
    result = judge_shares_without_denominator(0.16, 0.162, denominator_before=3000)
    assert result.missing == (Missing.DENOMINATOR_AFTER,)


def test_two_known_denominators_belong_to_the_real_comparison() -> None:
    with pytest.raises(CompareError) as caught:
        judge_shares_without_denominator(0.16, 0.162, denominator_before=3000, denominator_after=3000)
    assert caught.value.code is Fault.NOTHING_MISSING


def test_rounding_alone_leaves_the_difference_open() -> None:
    result = judge_shares_without_denominator(0.16, 0.162, rounded_to=0.01)
    assert result.difference_low == pytest.approx(-0.008)
    assert result.difference_high == pytest.approx(0.012)


def test_equal_shares_without_denominators_are_still_not_judged() -> None:
    result = judge_shares_without_denominator(0.16, 0.16)
    assert (result.verdict, result.cases_needed) == (Verdict.CANNOT_BE_JUDGED, None)


def test_anything_missing_can_be_told() -> None:
    result = not_judged(Missing.BEFORE, Missing.AFTER)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert json.loads(json.dumps(result.as_dict()))["missing"] == ["BEFORE", "AFTER"]
    with pytest.raises(CompareError):
        not_judged()
