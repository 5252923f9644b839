"""Differences, associations, trends and ranks."""

import numpy as np
import pytest
from scipy import stats

from samsyn.analysis.compare import Verdict
from samsyn.analysis.estimate import (
    EstimateError,
    Fault,
    Missing,
    Quantity,
    Selection,
    difference,
    difference_from_rest,
    difference_of_estimates,
    independence,
    rank_choices,
    share,
    survey_design,
    trend,
)
from samsyn.analysis.estimate.differences import _benjamini_yekutieli, holm
from samsyn.analysis.tests.estimate_peers import households, our_design, their_sample


def answers(*counts: tuple[int, int]) -> np.ndarray:
    """Return so many yes and so many no, group after group."""
    return np.concatenate([np.repeat([1.0, 0.0], pair) for pair in counts])


def test_a_difference_of_means_is_that_of_svy() -> None:
    table = households()
    expected = their_sample(table).categorical.ttest("tot_exp", group="urbrur")
    first, second = sorted(table["urbrur"].unique().to_list())
    ours = difference(
        table["tot_exp"].to_numpy(),
        table["urbrur"].to_numpy(),
        our_design(table),
        first,
        second,
        quantity=Quantity.MEAN,
    )
    # These households answer so alike within villages that fewer than thirty answers are left of them.
    assert ours.missing in ((), (Missing.EFFECTIVE_ANSWERS,))
    assert ours.value is not None
    assert ours.value == pytest.approx(expected.diff[0].diff, rel=1e-6)
    assert ours.p == pytest.approx(expected.stats.p_value, rel=1e-6)
    assert ours.df == expected.stats.df


def test_a_difference_in_a_simple_random_sample_is_welchs_t() -> None:
    values = np.concatenate([np.arange(40) % 7, np.arange(60) % 5 + 1.0])
    groups = np.repeat(["a", "b"], [40, 60])
    ours = difference(values, groups, survey_design(np.ones(100), strata=groups), "a", "b", quantity=Quantity.MEAN)
    welch = stats.ttest_ind(values[groups == "b"], values[groups == "a"], equal_var=False)
    assert ours.value is not None
    assert ours.se is not None
    assert ours.value / ours.se == pytest.approx(welch.statistic, rel=1e-12)


def test_intervals_that_overlap_may_belong_to_groups_that_differ() -> None:
    values, groups = answers((150, 350), (185, 315)), np.repeat(["a", "b"], 500)
    design = survey_design(np.ones(1000))
    a, b = (share(values, design, domain=groups == name) for name in "ab")
    assert a.high is not None
    assert b.low is not None
    assert a.high > b.low
    assert difference(values, groups, design, "a", "b").verdict is Verdict.CLEAR_INCREASE


def test_verdict_interval_and_p_never_disagree() -> None:
    groups = np.repeat(["a", "b"], [200, 300])
    for n_yes in range(60, 140):
        result = difference(answers((60, 140), (n_yes, 300 - n_yes)), groups, survey_design(np.ones(500)), "a", "b")
        assert result.p is not None
        assert result.low is not None
        assert result.high is not None
        is_clear = result.verdict is not Verdict.NO_RELIABLE_CHANGE
        assert is_clear == (result.p < 0.05) == (result.low > 0 or result.high < 0)


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        (((10, 15), (200, 300)), Missing.EFFECTIVE_ANSWERS),
        (((0, 60), (40, 460)), Missing.CASES),
        (((60, 0), (460, 40)), Missing.CASES),
        (((9, 60), (40, 460)), Missing.CASES),
    ],
)
def test_a_difference_that_cannot_be_tested_says_what_it_lacks(
    counts: tuple[tuple[int, int], ...], missing: Missing
) -> None:
    groups = np.repeat(["a", "b"], [sum(pair) for pair in counts])
    result = difference(answers(*counts), groups, survey_design(np.ones(len(groups))), "a", "b")
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert missing in result.missing
    assert (result.value, result.p) == (None, None)


def test_totals_are_not_compared() -> None:
    design = survey_design(np.ones(80))
    for call in (
        lambda: difference([1.0, 0.0] * 40, ["a", "b"] * 40, design, "a", "b", quantity=Quantity.TOTAL),
        lambda: difference_from_rest([1.0, 0.0] * 40, ["a", "b"] * 40, design, quantity=Quantity.TOTAL),
        lambda: trend([1.0, 0.0] * 40, [2020, 2021] * 40, design, quantity=Quantity.TOTAL),
    ):
        with pytest.raises(EstimateError) as caught:
            call()
        assert caught.value.code is Fault.NO_TOTALS


def test_two_groups_that_answer_all_alike_have_no_test() -> None:
    values, groups = np.repeat([3.0, 4.0], 40), np.repeat(["a", "b"], 40)
    result = difference(values, groups, survey_design(np.ones(80)), "a", "b", quantity=Quantity.MEAN)
    assert result.missing == (Missing.VARIATION,)


def test_swapping_the_groups_turns_the_sign() -> None:
    values, groups = answers((60, 140), (100, 200)), np.repeat(["a", "b"], [200, 300])
    design = survey_design(np.linspace(1, 2, 500))
    forth, back = difference(values, groups, design, "a", "b"), difference(values, groups, design, "b", "a")
    assert forth.value == pytest.approx(-back.value)  # type: ignore[operator]  # both are numbers here
    assert (forth.p, forth.se) == pytest.approx((back.p, back.se))


def test_many_groups_are_adjusted_as_scipy_does() -> None:
    p = [0.001, 0.2, 0.03, 0.9, 0.0004]
    assert _benjamini_yekutieli(p) == pytest.approx(stats.false_discovery_control(p, method="by"))


def test_holm_is_step_down() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_an_estimate_beside_a_normal_value_with_its_own_error() -> None:
    ours = share(answers((150, 350)), survey_design(np.ones(500)))
    normal = share(answers((2600, 7400)), survey_design(np.ones(10_000)))
    result = difference_of_estimates(normal, ours)
    assert result.se == pytest.approx(np.hypot(ours.standard_error, normal.standard_error))
    assert 499 < result.df < 560
    nothing = share([np.nan], survey_design([1.0]))
    with pytest.raises(EstimateError):
        difference_of_estimates(normal, nothing)


def test_rao_scott_is_that_of_svy() -> None:
    table = households()
    expected = their_sample(table).categorical.tabulate("electricity", "quint_nat").stats
    ours = independence(table["electricity"].to_list(), table["quint_nat"].to_list(), our_design(table))
    assert ours.pearson == pytest.approx(expected.chisq.value, rel=1e-6)
    found = (ours.f, ours.df1, ours.df2, ours.p)
    assert found == pytest.approx(
        (expected.f.value, expected.f.df_num, expected.f.df_den, expected.f.p_value), rel=1e-6
    )


def test_rao_scott_in_a_simple_random_sample_is_nearly_pearson() -> None:
    rng = np.random.default_rng(4)
    rows, columns = rng.integers(0, 3, 2000), rng.integers(0, 2, 2000)
    table = np.zeros((3, 2))
    np.add.at(table, (rows, columns), 1)
    pearson = stats.chi2_contingency(table, correction=False)
    ours = independence(rows, columns, survey_design(np.full(2000, 7.0)))
    assert ours.pearson == pytest.approx(pearson.statistic, rel=1e-9)
    assert ours.p_simple == pytest.approx(pearson.pvalue, rel=1e-9)
    assert ours.p == pytest.approx(pearson.pvalue, abs=0.01)
    assert ours.mean_design_effect == pytest.approx(1, abs=0.02)


def test_missing_answers_are_left_out_of_an_association() -> None:
    first, second = ["ja", "nej", None, "ja", "nej", ""] * 50, ["a", "b", "a", "b", "b", "b"] * 50
    result = independence(first, second, survey_design(np.ones(300)))
    assert result.n == 200
    assert result.rows == ("ja", "nej")
    # The cell of nej and a is empty.
    assert result.shares == ((0.25, 0.25), (0.0, 0.5))
    assert result.p < 1e-6


def test_a_question_and_itself_have_nothing_to_test() -> None:
    answers = ["ja", "nej"] * 50
    with pytest.raises(EstimateError) as caught:
        independence(answers, answers, survey_design(np.ones(100)))
    assert caught.value.code is Fault.SAME_QUESTION


def test_a_question_with_one_answer_has_nothing_to_test() -> None:
    with pytest.raises(EstimateError) as caught:
        independence(["ja"] * 10, ["ja", "nej"] * 5, survey_design(np.ones(10)))
    assert caught.value.code is Fault.TOO_FEW_CATEGORIES


def test_a_trend_is_the_least_squares_slope_of_the_yearly_shares() -> None:
    years = np.repeat([2018, 2019, 2021, 2022], 500)
    shares = [0.30, 0.34, 0.33, 0.40]
    values = answers(*[(round(500 * p), 500 - round(500 * p)) for p in shares])
    result = trend(values, years, survey_design(np.ones(2000)))
    line = stats.linregress([2018, 2019, 2021, 2022], shares)
    assert result.slope == pytest.approx(line.slope, rel=1e-12)
    centred = np.array([-2, -1, 1, 2]) / 10
    variance = sum(c**2 * p * (1 - p) / 499 for c, p in zip(centred, shares, strict=True))
    assert result.se == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert result.df == 1996
    assert result.verdict is Verdict.CLEAR_INCREASE


def test_a_change_of_question_breaks_the_series() -> None:
    years = np.repeat(np.arange(2015, 2023), 200)
    values = answers(*[(60, 140)] * 4, *[(100, 100)] * 4)
    whole = trend(values, years, survey_design(np.ones(1600)))
    series = np.where(years < 2019, "telefon", "webb")
    broken = trend(values, years, survey_design(np.ones(1600)), series=series)
    assert whole.verdict is Verdict.CLEAR_INCREASE
    assert broken.verdict is Verdict.NO_RELIABLE_CHANGE
    assert (broken.breaks, broken.left_out) == ((2019,), (2015, 2016, 2017, 2018))
    assert len(broken.estimates) == 8


def test_a_trend_needs_three_years_since_the_break() -> None:
    years = np.repeat([2019, 2020, 2021], 200)
    result = trend(answers(*[(60, 140)] * 3), years, survey_design(np.ones(600)), series=years > 2019)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED
    assert result.missing == (Missing.YEARS,)
    assert result.years == (2020, 2021)


def test_a_trend_of_shares_needs_cases_every_year() -> None:
    years = np.repeat([2019, 2020, 2021], 200)
    result = trend(answers((30, 170), (9, 191), (25, 175)), years, survey_design(np.ones(600)))
    assert result.missing == (Missing.CASES,)
    assert result.verdict is Verdict.CANNOT_BE_JUDGED


def test_a_year_with_two_series_is_refused() -> None:
    with pytest.raises(EstimateError) as caught:
        trend([1.0, 0.0], [2020, 2020], survey_design(np.ones(2)), series=["a", "b"])
    assert caught.value.code is Fault.POPULATION_VARIES
    with pytest.raises(EstimateError):
        trend([1.0, 0.0], [2020.5, 2020], survey_design(np.ones(2)))


def test_equal_shares_share_their_rank() -> None:
    chosen = np.zeros((100, 4))
    for column, n in enumerate((60, 40, 40, 10)):
        chosen[:n, column] = 1
    ranked = rank_choices(chosen, ["a", "b", "c", "d"], survey_design(np.ones(100)))
    assert [(each.label, each.rank) for each in ranked] == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]
    assert ranked[1].ties == ("c",)
    assert [(each.best_rank, each.worst_rank) for each in ranked] == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_ranks_that_chance_could_turn_are_a_range() -> None:
    rng = np.random.default_rng(2)
    chosen = (rng.random((150, 3)) < [0.40, 0.36, 0.10]).astype(float)
    ranked = rank_choices(chosen, ["a", "b", "c"], survey_design(np.ones(150)))
    assert {each.label: (each.best_rank, each.worst_rank) for each in ranked} == {
        "a": (1, 2),
        "b": (1, 2),
        "c": (3, 3),
    }


def test_self_selected_choices_get_ranks_without_ranges() -> None:
    chosen = np.array([[1.0, 0.0], [1.0, 1.0]] * 20)
    design = survey_design(np.ones(40), selection=Selection.SELF_SELECTED)
    first, second = rank_choices(chosen, ["a", "b"], design)
    assert (first.label, first.rank, second.rank) == ("a", 1, 2)
    assert (first.estimate, first.best_rank, first.worst_rank) == (None, None, None)
    for refused in (
        lambda: difference([1.0, 0.0] * 20, ["a", "b"] * 20, design, "a", "b"),
        lambda: difference_from_rest([1.0, 0.0] * 20, ["a", "b"] * 20, design),
        lambda: independence(["a", "b"] * 20, ["a", "b"] * 20, design),
        lambda: trend([1.0, 0.0] * 20, [2020, 2021] * 20, design),
    ):
        with pytest.raises(EstimateError) as caught:
            refused()
        assert caught.value.code is Fault.SELF_SELECTED


def test_choices_that_are_not_choices_are_refused() -> None:
    design = survey_design(np.ones(2))
    for chosen, labels in (([[1.0], [0.0]], ["a"]), ([[1, 0], [2, 0]], ["a", "b"]), ([[1, 0]], ["a", "b"])):
        with pytest.raises(EstimateError):
            rank_choices(chosen, labels, design)
