"""Weights that agree with the population, and the replicates that are weighted alike."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.analysis.estimate import (
    Design,
    EstimateError,
    Fault,
    Margin,
    Quantity,
    bootstrap_weights,
    by_domain,
    calibrate,
    jackknife_weights,
    margin,
    mean,
    poststratify,
    rake,
    raked_bootstrap,
    share,
    survey_design,
    total,
)
from samsyn.analysis.tests.estimate_peers import households, our_design, their_sample, trollhattan


def controls() -> dict[str, dict[str, float]]:
    """Return invented totals for the households' own categories."""
    table = households()
    found = {}
    for name in ("urbrur", "electricity"):
        labels = sorted(table[name].unique().to_list())
        parts = np.linspace(1, 1.7, len(labels))
        found[name] = dict(zip(labels, (100_000 * parts / parts.sum()).tolist(), strict=True))
    return found


def margins() -> list[Margin]:
    return [margin(name, households()[name].to_list(), totals) for name, totals in controls().items()]


def town(n: int = 1417, seed: int = 1) -> tuple[np.ndarray, list[Margin], Design]:
    """Return answers, margins and design of a sample in which the old answer most."""
    rng = np.random.default_rng(seed)
    known = trollhattan()
    sex = rng.choice(list(known["kön"]), n, p=[0.4, 0.6])
    age = rng.choice(list(known["ålder"]), n, p=[0.08, 0.17, 0.35, 0.40])
    answers = (rng.random(n) < np.where(age == "16-29", 0.5, 0.3)).astype(float)
    found = [margin("kön", sex, known["kön"]), margin("ålder", age, known["ålder"])]
    return answers, found, survey_design(np.ones(n))


def test_raked_weights_and_their_errors_are_those_of_svy() -> None:
    # Equal weights: from these unequal ones svy's standard error of the raked mean is 1.6 per cent above ours.
    table = households().with_columns(hhweight=pl.lit(100.0))
    ours = rake(our_design(table), margins())
    theirs = their_sample(table).weighting.rake(controls=controls(), tol=1e-13, max_iter=1000)
    assert ours.design.weights == pytest.approx(theirs.data["rk_wgt"].to_numpy(), rel=1e-6)
    for found, estimates in (
        (mean(table["tot_exp"].to_numpy(), ours.design), theirs.estimation.mean("tot_exp")),
        (total(table["hhsize"].to_numpy(), ours.design), theirs.estimation.total("hhsize")),
    ):
        (expected,) = estimates.estimates
        assert (found.value, found.se) == pytest.approx((expected.est, expected.se), rel=1e-6)


def test_post_stratified_means_and_errors_are_those_of_svy() -> None:
    table = households()
    cells = controls()["electricity"]
    ours = poststratify(our_design(table), margin("electricity", table["electricity"].to_list(), cells))
    theirs = their_sample(table).weighting.poststratify(cells="electricity", controls=cells)
    (expected,) = theirs.estimation.mean("tot_exp").estimates
    found = mean(table["tot_exp"].to_numpy(), ours.design)
    assert (found.value, found.se) == pytest.approx((expected.est, expected.se), rel=1e-6)
    domains = by_domain(table["tot_exp"].to_numpy(), table["urbrur"].to_numpy(), ours.design, quantity=Quantity.MEAN)
    for expected in theirs.estimation.mean("tot_exp", by="urbrur").estimates:
        each = domains[expected.by_level[0]]
        assert (each.value, each.se) == pytest.approx((expected.est, expected.se), rel=1e-6)


def test_the_regression_estimator_is_that_of_svy() -> None:
    table = households()
    auxiliaries = np.column_stack([np.ones(table.height), table["hhsize"].to_numpy(), table["rooms"].to_numpy()])
    totals = [70_000.0, 300_000.0, 210_000.0]
    ours = calibrate(our_design(table), auxiliaries, totals)
    theirs = their_sample(table).weighting.calibrate_matrix(
        aux_vars=auxiliaries, controls=totals, labels=["one", "size", "rooms"]
    )
    assert ours.design.weights == pytest.approx(theirs.data["calib_wgt"].to_numpy(), rel=1e-6)
    (expected,) = theirs.estimation.mean("tot_exp").estimates
    found = mean(table["tot_exp"].to_numpy(), ours.design)
    assert (found.value, found.se) == pytest.approx((expected.est, expected.se), rel=1e-6)


def test_post_stratification_by_hand() -> None:
    # Holt & Smith's variance for proportional strata: the spread within the strata alone remains.
    values = np.array([1.0, 2.0, 3.0, 10.0, 12.0, 14.0])
    cells = margin("slag", ["a"] * 3 + ["b"] * 3, {"a": 500, "b": 500})
    weighted = poststratify(survey_design(np.full(6, 100.0)), cells)
    result = mean(values, weighted.design)
    residuals = np.array([-1, 0, 1, -2, 0, 2])
    assert result.value == pytest.approx(7)
    assert result.se == pytest.approx(np.sqrt(6 / 5 * (residuals**2).sum()) * (1000 / 6) / 1000, rel=1e-12)


def test_raking_hits_trollhattans_population_exactly() -> None:
    _, known, design = town()
    weighted = rake(design, known)
    for each in known:
        sums = np.bincount(each.codes, weights=weighted.design.weights)
        assert sums == pytest.approx(each.totals, rel=1e-9)
    assert weighted.largest_change < 1e-9
    assert weighted.largest_error < 1e-8
    assert weighted.kish_after > weighted.kish_before == 1


def test_a_known_total_has_no_error_left() -> None:
    _, known, design = town()
    weighted = rake(design, known)
    women = (known[0].codes == known[0].categories.index("kvinna")).astype(float)
    result = total(women, weighted.design)
    assert result.value == pytest.approx(trollhattan()["kön"]["kvinna"], rel=1e-9)
    assert result.se == pytest.approx(0, abs=1e-4)


@given(st.integers(0, 2**32), st.integers(20, 200))
def test_order_scale_and_the_order_of_margins_change_nothing(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    # Each pair of categories answers, so that raking always has a solution.
    sex = np.concatenate([np.repeat(["k", "m"], 3), rng.choice(["k", "m"], n)])
    age = np.concatenate([np.tile(["u", "v", "w"], 2), rng.choice(["u", "v", "w"], n)])
    base = rng.uniform(0.5, 3, n + 6)
    by_sex, by_age = {"k": 520.0, "m": 480.0}, {"u": 100.0, "v": 300.0, "w": 600.0}
    first = rake(survey_design(base), [margin("kön", sex, by_sex), margin("ålder", age, by_age)])
    order = rng.permutation(n + 6)
    second = rake(
        survey_design(1e5 * base[order]), [margin("ålder", age[order], by_age), margin("kön", sex[order], by_sex)]
    )
    assert second.design.weights == pytest.approx(first.design.weights[order], rel=1e-6)
    assert (first.design.weights > 0).all()


def test_trimmed_weights_keep_both_the_limit_and_the_margins() -> None:
    _, known, design = town()
    free = rake(design, known)
    limit = 3.0
    assert free.design.weights.max() > limit * free.design.weights.mean()
    trimmed = rake(design, known, largest_ratio=limit)
    weights = trimmed.design.weights
    assert weights.max() <= limit * weights.mean() * (1 + 1e-5)
    assert trimmed.largest_error < 1e-6
    assert trimmed.n_trimmed > 0
    assert trimmed.kish_after < free.kish_after


def test_one_margin_is_post_stratification() -> None:
    _, known, design = town(300)
    assert rake(design, known[:1]).design.weights == pytest.approx(poststratify(design, known[0]).design.weights)


def test_weights_that_fit_already_stay() -> None:
    cells = margin("kön", ["k", "m"] * 50, {"k": 500, "m": 500})
    assert rake(survey_design(np.full(100, 10.0)), [cells]).design.weights == pytest.approx(np.full(100, 10.0))


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: margin("kön", ["k", None], {"k": 1}), Fault.CATEGORY_MISSING),
        (lambda: margin("kön", ["k", ""], {"k": 1}), Fault.CATEGORY_MISSING),
        (lambda: margin("kön", ["k", "x"], {"k": 1}), Fault.CATEGORY_UNKNOWN),
        (lambda: margin("kön", ["k", "k"], {"k": 1, "m": 1}), Fault.CATEGORY_EMPTY),
        (lambda: margin("kön", ["k", "m"], {"k": 1, "m": 0}), Fault.NOT_POSITIVE),
        (lambda: margin("kön", ["k", "m"], {"k": 1, "m": -2}), Fault.NOT_POSITIVE),
        (lambda: rake(survey_design([1.0]), []), Fault.NO_MARGINS),
        (lambda: rake(survey_design([1.0]), [margin("kön", ["k", "m"], {"k": 1, "m": 1})]), Fault.DIFFERENT_LENGTHS),
        (
            lambda: rake(
                survey_design([1.0, 1.0]),
                [margin("kön", ["k", "m"], {"k": 1, "m": 1}), margin("ålder", ["u", "v"], {"u": 1, "v": 2})],
            ),
            Fault.TOTALS_DIFFER,
        ),
        (
            # All men who answered are young; the population has more old than women.
            lambda: rake(
                survey_design([1.0, 1.0, 1.0]),
                [
                    margin("kön", ["k", "k", "m"], {"k": 40, "m": 60}),
                    margin("ålder", ["u", "v", "u"], {"u": 40, "v": 60}),
                ],
            ),
            Fault.NOT_CONVERGED,
        ),
        (
            lambda: rake(
                survey_design([1.0] * 4), [margin("kön", ["k", "k", "k", "m"], {"k": 50, "m": 50})], largest_ratio=1.5
            ),
            Fault.TRIM_TOO_TIGHT,
        ),
        (
            lambda: rake(survey_design([1.0]), [margin("kön", ["k"], {"k": 1})], largest_ratio=0.5),
            Fault.TRIM_TOO_TIGHT,
        ),
        (lambda: calibrate(survey_design([1.0, 1.0]), [[1, 1], [1, 1]], [10, 20]), Fault.COLLINEAR),
        (lambda: calibrate(survey_design([1.0, 1.0]), [[1.0], [np.nan]], [10]), Fault.NOT_A_NUMBER),
        (lambda: calibrate(survey_design([1.0, 1.0]), [[1.0]], [10]), Fault.DIFFERENT_LENGTHS),
    ],
)
def test_what_cannot_be_weighted_is_refused(call: object, fault: Fault) -> None:
    assert callable(call)
    with pytest.raises(EstimateError) as caught:
        call()
    assert caught.value.code is fault


def test_weights_are_fitted_once() -> None:
    answers, known, design = town(300)
    fitted = rake(design, known).design
    rng = np.random.default_rng(1)
    for again in (
        lambda: rake(fitted, known),
        lambda: calibrate(fitted, np.ones((300, 1)), [100]),
        lambda: bootstrap_weights(fitted, rng=rng),
        lambda: jackknife_weights(fitted),
        lambda: raked_bootstrap(answers, fitted, known, rng=rng),
    ):
        with pytest.raises(EstimateError) as caught:
            again()
        assert caught.value.code is Fault.ALREADY_CALIBRATED


def test_the_jackknife_of_a_clustered_mean_is_near_linearisation() -> None:
    table = households()
    values, design = table["tot_exp"].to_numpy(), our_design(table)
    replicates = jackknife_weights(design)
    linear = mean(values, design)
    assert linear.value is not None
    jackknife = replicates.variance(replicates.means(values), linear.value) ** 0.5
    assert jackknife == pytest.approx(linear.standard_error, rel=0.01)
    assert len(replicates.scale) == len(design.stratum_of_cluster)


def test_the_jackknife_of_a_total_is_linearisation_exactly() -> None:
    table = households()
    values, design = table["tot_exp"].to_numpy(), our_design(table)
    replicates = jackknife_weights(design)
    linear = total(values, design)
    assert linear.value is not None
    jackknife = replicates.variance(replicates.weights @ values, linear.value) ** 0.5
    assert jackknife == pytest.approx(linear.standard_error, rel=1e-9)


def test_the_bootstrap_keeps_the_finite_correction() -> None:
    table = households()
    values, design = table["tot_exp"].to_numpy(), our_design(table)
    replicates = bootstrap_weights(design, rng=np.random.default_rng(7), n_replicates=2000)
    linear = total(values, design)
    assert linear.value is not None
    bootstrap = replicates.variance(replicates.weights @ values, linear.value) ** 0.5
    # 2,000 replicates know a standard error to about 1.6 per cent.
    assert bootstrap == pytest.approx(linear.standard_error, rel=0.06)
    assert (replicates.weights >= 0).all()


def test_the_fast_raked_bootstrap_is_the_slow_one() -> None:
    answers, known, design = town(400)
    answers[:25] = np.nan
    fast = raked_bootstrap(answers, design, known, rng=np.random.default_rng(3), n_replicates=200)
    slow = bootstrap_weights(design, rng=np.random.default_rng(3), n_replicates=200, margins=known)
    kept = ~np.isnan(answers)
    estimates = slow.weights[:, kept] @ answers[kept] / slow.weights[:, kept].sum(axis=1)
    own = share(answers, rake(design, known).design)
    assert own.value is not None
    assert fast.value == pytest.approx(own.value, rel=1e-8)
    assert fast.se == pytest.approx(slow.variance(estimates, own.value) ** 0.5, rel=1e-6)
    assert (fast.low, fast.high) == pytest.approx(tuple(np.quantile(estimates, [0.025, 0.975])), rel=1e-6)


def test_the_raked_bootstrap_agrees_with_linearisation() -> None:
    answers, known, design = town()
    linear = share(answers, rake(design, known).design)
    bootstrap = raked_bootstrap(answers, design, known, rng=np.random.default_rng(1))
    assert bootstrap.se == pytest.approx(linear.standard_error, rel=0.08)


def test_the_same_seed_gives_the_same_replicates() -> None:
    answers, known, design = town(200)
    first, second, other = (
        raked_bootstrap(answers, design, known, rng=np.random.default_rng(seed), n_replicates=50) for seed in (1, 1, 2)
    )
    assert first == second
    assert first.se != other.se


def test_replicates_that_lose_a_whole_category_are_told_or_refused() -> None:
    # The only answer from a category is absent from about a third of the replicates.
    category = ["a"] * 49 + ["b"]
    with pytest.raises(EstimateError) as caught:
        raked_bootstrap(
            [1.0, 0.0] * 25,
            survey_design(np.ones(50)),
            [margin("slag", category, {"a": 900, "b": 100})],
            rng=np.random.default_rng(1),
        )
    assert caught.value.code is Fault.TOO_FEW_REPLICATES
    few = raked_bootstrap(
        [1.0, 0.0] * 25,
        survey_design(np.ones(50)),
        [margin("slag", ["a"] * 46 + ["b"] * 4, {"a": 900, "b": 100})],
        rng=np.random.default_rng(1),
    )
    assert 0 < few.n_failed < 50


@pytest.mark.parametrize("n_replicates", [0, 1])
def test_replicates_are_two_or_more(n_replicates: int) -> None:
    with pytest.raises(EstimateError) as caught:
        bootstrap_weights(survey_design(np.ones(5)), rng=np.random.default_rng(1), n_replicates=n_replicates)
    assert caught.value.code is Fault.TOO_FEW_REPLICATES
