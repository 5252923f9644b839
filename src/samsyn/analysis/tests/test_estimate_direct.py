"""Means, shares and totals: published numbers, the peer, invariances, and what is missing."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.analysis.estimate import (
    EstimateError,
    Fault,
    Lonely,
    Missing,
    Quantity,
    Selection,
    ShareInterval,
    by_domain,
    kish_design_effect,
    mean,
    share,
    share_interval,
    survey_design,
    total,
)
from samsyn.analysis.tests.estimate_peers import households, our_design, their_sample


def test_statas_manual_example_with_strata_and_finite_correction() -> None:
    # [SVY] svyset, dataset fpc: mean 5.448148, standard error .6160407 with and .7412683 without the correction.
    values, strata = [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2], [1] * 5 + [2] * 3
    weights, population = [3.0] * 5 + [4.0] * 3, [15] * 5 + [12] * 3
    finite = mean(values, survey_design(weights, strata=strata, n_population=population))
    endless = mean(values, survey_design(weights, strata=strata))
    assert finite.value == pytest.approx(5.448148, abs=5e-7)
    assert finite.se == pytest.approx(0.6160407, abs=5e-8)
    assert endless.se == pytest.approx(0.7412683, abs=5e-8)
    assert finite.df == 6


def test_lehtonen_and_pahkinens_unemployed_in_two_implicit_strata() -> None:
    # Practical Methods for Design and Analysis of Complex Surveys, table 2.6, as SAS prints it.
    unemployed = [4123, 721, 194, 129, 239, 61, 262, 166]
    design = survey_design([4.0] * 8, strata=[1] * 2 + [2] * 6, n_population=[8] * 2 + [24] * 6)
    result = total(unemployed, design)
    assert result.value == 23_580
    assert result.se == pytest.approx(11_801, abs=0.5)
    assert result.standard_error / result.value == pytest.approx(0.500487, abs=5e-7)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("column", ["tot_exp", "hhsize", "share_food"])
def test_means_and_totals_are_those_of_svy(column: str, finite: bool) -> None:
    table = households()
    values, design, peer = (
        table[column].to_numpy(),
        our_design(table, finite=finite),
        their_sample(table, finite=finite),
    )
    for ours, theirs in (
        (mean(values, design), peer.estimation.mean(column, deff="wr")),
        (total(values, design), peer.estimation.total(column)),
    ):
        (expected,) = theirs.estimates
        found = (ours.value, ours.se, ours.low, ours.high, ours.df)
        assert found == pytest.approx((expected.est, expected.se, expected.lci, expected.uci, expected.df), rel=1e-6)
    (expected,) = peer.estimation.mean(column, deff="wr").estimates
    assert mean(values, design).design_effect == pytest.approx(expected.deff, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "theirs"), [(ShareInterval.LOGIT, "logit"), (ShareInterval.KORN_GRAUBARD, "korn-graubard")]
)
def test_shares_and_their_intervals_are_those_of_svy(kind: ShareInterval, theirs: str) -> None:
    table = households()
    estimates = their_sample(table).estimation.prop("water_piped", ci_method=theirs).estimates
    (expected,) = [each for each in estimates if float(each.y_level) == 1]
    ours = share(table["water_piped"].to_numpy(), our_design(table), interval=kind)
    found = (ours.value, ours.se, ours.low, ours.high)
    assert found == pytest.approx((expected.est, expected.se, expected.lci, expected.uci), rel=1e-6)


def test_domains_are_those_of_svy() -> None:
    table = households()
    ours = by_domain(table["tot_exp"].to_numpy(), table["urbrur"].to_numpy(), our_design(table), quantity=Quantity.MEAN)
    for expected in their_sample(table).estimation.mean("tot_exp", by="urbrur").estimates:
        each = ours[expected.by_level[0]]
        found = (each.value, each.se, each.low, each.high, each.df)
        assert found == pytest.approx((expected.est, expected.se, expected.lci, expected.uci, expected.df), rel=1e-6)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 2**32))
def test_order_scale_and_names_change_nothing(n: int, n_yes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = n + 2
    values = np.zeros(n)
    values[: min(n, n_yes)] = 1
    weights = rng.uniform(0.2, 5, n)
    strata = rng.integers(0, 3, n)
    design = survey_design(weights, strata=strata, lonely=Lonely.CENTRE)
    order = rng.permutation(n)
    names = np.array(["norr", "söder", "öst"])[strata]
    again = survey_design(1e6 * weights[order], strata=names[order], lonely=Lonely.CENTRE)
    first, second = share(values, design), share(values[order], again)
    for a, b in zip(
        (first.value, first.se, first.low, first.high, first.n_effective),
        (second.value, second.se, second.low, second.high, second.n_effective),
        strict=True,
    ):
        assert (a is None) == (b is None)
        if a is not None:
            assert a == pytest.approx(b, rel=1e-6, abs=1e-9)
    assert first.low is None or first.low <= first.value + 1e-12 <= first.high + 2e-12  # type: ignore[operator]  # one is None when the other is


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_a_mean_follows_its_unit(constant: float, factor: float) -> None:
    values = np.array([1.0, 2.0, 2.0, 5.0, 9.0] * 8)
    design = survey_design(np.linspace(1, 2, 40))
    plain, moved = mean(values, design), mean(constant + factor * values, design)
    assert plain.value is not None
    assert moved.value == pytest.approx(constant + factor * plain.value, rel=1e-9, abs=1e-6)
    assert moved.se == pytest.approx(factor * plain.standard_error, rel=1e-6)
    assert moved.n_effective == pytest.approx(plain.n_effective, rel=1e-5)


def test_no_answer_gives_no_figure() -> None:
    result = share([np.nan, np.nan], survey_design([1.0, 1.0]))
    assert (result.value, result.se, result.low, result.high) == (None, None, None, None)
    assert (result.n, result.n_missing, result.missing) == (0, 2, (Missing.ANSWERS,))


def test_one_answer_gives_no_interval() -> None:
    result = share([1.0], survey_design([10.0]))
    assert result.value == 1
    assert (result.low, result.high) == (None, None)
    assert Missing.CLUSTERS in result.missing


def test_missing_answers_are_left_out_and_counted() -> None:
    values = np.array([1.0, 0.0, np.nan, 1.0] * 20)
    result = share(values, survey_design(np.ones(80)))
    assert (result.n, result.n_missing) == (60, 20)
    assert result.value == pytest.approx(2 / 3)


@pytest.mark.parametrize(("answer", "low", "high"), [(0.0, 0.0, 0.0711), (1.0, 0.9289, 1.0)])
def test_a_share_of_none_or_all_still_has_an_interval(answer: float, low: float, high: float) -> None:
    # Clopper and Pearson for 0 of 50: 1 - 0.025 ** (1 / 50).
    result = share([answer] * 50, survey_design([3.0] * 50))
    assert (result.low, result.high) == pytest.approx((low, high), abs=5e-5)
    assert result.interval == "korn-graubard"
    assert result.missing == ()


def test_a_mean_of_equal_answers_is_not_called_certain() -> None:
    result = mean([3.0] * 50, survey_design([1.0] * 50))
    assert result.missing == (Missing.VARIATION,)
    assert result.as_dict()["value"] is None


def test_a_census_has_no_sampling_error() -> None:
    result = mean(range(40), survey_design([1.0] * 40, n_population=[40] * 40))
    assert (result.se, result.low, result.high) == (0, 19.5, 19.5)


@pytest.mark.parametrize(("n", "shown"), [(29, False), (30, True)])
def test_a_direct_figure_needs_thirty_effective_answers(n: int, shown: bool) -> None:
    values = ([1.0, 0.0, 0.0] * n)[:n]
    # Without replacement the design effect of a simple random sample is 1.
    result = share(values, survey_design(np.ones(n)))
    assert result.can_be_shown is shown
    assert (result.as_dict()["value"] is not None) is shown
    assert (Missing.EFFECTIVE_ANSWERS in result.missing) is not shown


def test_unequal_weights_make_answers_worth_less() -> None:
    equal, unequal = np.ones(60), np.array([1.0] * 30 + [20.0] * 30)
    values = [1.0, 0.0] * 30
    assert share(values, survey_design(equal)).n_effective == pytest.approx(60)
    assert share(values, survey_design(unequal)).n_effective < 60 / 1.8


def test_a_cluster_that_answers_alike_is_worth_one_answer() -> None:
    values = np.repeat([1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0] * 5, 10)
    clusters = np.repeat(np.arange(40), 10)
    alone = share(values, survey_design(np.ones(400)))
    together = share(values, survey_design(np.ones(400), clusters=clusters))
    assert alone.value == together.value
    assert together.n_effective == pytest.approx(39, abs=1.5)


def test_the_same_cluster_name_in_two_strata_is_two_clusters() -> None:
    design = survey_design(np.ones(8), strata=[1, 1, 1, 1, 2, 2, 2, 2], clusters=["a", "a", "b", "b"] * 2)
    assert design.degrees_of_freedom() == 2


def test_a_lonely_cluster_is_refused_unless_told() -> None:
    strata, values = [1, 1, 1, 2], [1.0, 2.0, 4.0, 3.0]
    with pytest.raises(EstimateError) as caught:
        mean(values, survey_design(np.ones(4), strata=strata))
    assert caught.value.code is Fault.LONELY_CLUSTER
    centred = mean(values, survey_design(np.ones(4), strata=strata, lonely=Lonely.CENTRE))
    assert centred.standard_error > 0
    # A stratum in which all were asked has no error to estimate.
    known = survey_design(np.ones(4), strata=strata, n_population=[6, 6, 6, 1])
    assert mean(values, known).standard_error > 0


def test_self_selected_answers_get_no_margin_of_error() -> None:
    design = survey_design(np.ones(100), selection=Selection.SELF_SELECTED)
    for estimator in (mean, share, total):
        with pytest.raises(EstimateError) as caught:
            estimator([1.0, 0.0] * 50, design)
        assert caught.value.code is Fault.SELF_SELECTED
    with pytest.raises(EstimateError):
        by_domain([1.0, 0.0] * 50, ["a", "b"] * 50, design)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: survey_design([]), Fault.NO_ANSWERS),
        (lambda: survey_design([1.0, 0.0]), Fault.WEIGHT_NOT_POSITIVE),
        (lambda: survey_design([1.0, math.nan]), Fault.WEIGHT_NOT_POSITIVE),
        (lambda: survey_design([[1.0]]), Fault.DIFFERENT_LENGTHS),
        (lambda: survey_design([1.0], strata=[1, 2]), Fault.DIFFERENT_LENGTHS),
        (lambda: survey_design([1.0, 1.0], n_population=[1, 1]), Fault.POPULATION_TOO_SMALL),
        (lambda: survey_design([1.0, 1.0], n_population=[5, 6]), Fault.POPULATION_VARIES),
        (lambda: survey_design([1.0, 1.0], n_population=[math.nan] * 2), Fault.POPULATION_VARIES),
        (lambda: mean([1.0], survey_design([1.0, 1.0])), Fault.DIFFERENT_LENGTHS),
        (lambda: mean([1.0, math.inf], survey_design([1.0, 1.0])), Fault.NOT_A_NUMBER),
        (lambda: mean(["a", "b"], survey_design([1.0, 1.0])), Fault.NOT_A_NUMBER),
        (lambda: share([1.0, 2.0], survey_design([1.0, 1.0])), Fault.NOT_YES_OR_NO),
        (lambda: share([1.0, 0.0], survey_design([1.0, 1.0]), confidence=95), Fault.NOT_A_PROBABILITY),
        (lambda: share([1.0, 0.0], survey_design([1.0, 1.0]), domain=[True]), Fault.DIFFERENT_LENGTHS),
        (lambda: kish_design_effect([]), Fault.NO_ANSWERS),
        (lambda: kish_design_effect([1.0, -1.0]), Fault.WEIGHT_NOT_POSITIVE),
        (lambda: share_interval(1.2, 0.1, n=10, df=9), Fault.NOT_A_PROBABILITY),
        (lambda: share_interval(0.2, -0.1, n=10, df=9), Fault.NOT_POSITIVE),
        (lambda: share_interval(0.2, 0.1, n=10, df=0), Fault.NO_ANSWERS),
    ],
)
def test_what_cannot_be_used_is_refused(call: object, fault: Fault) -> None:
    assert callable(call)
    with pytest.raises(EstimateError) as caught:
        call()
    assert caught.value.code is fault


def test_an_answer_is_json() -> None:
    report = share([1.0, 0.0] * 30, survey_design(np.ones(60))).as_dict()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["is_model_estimate"] is False
