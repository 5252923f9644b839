"""Small areas by the model, and answers from people who chose themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from samsyn.analysis.estimate import (
    EstimateError,
    Fault,
    Missing,
    SelfSelected,
    effective_size,
    fay_herriot,
    margin,
    self_selected,
)
from samsyn.analysis.tests.estimate_peers import milk

# R's package sae, eblupFH and mseFH by REML on its data set milk; R stops at a relative change of 0.0001.
R_VARIANCE = 0.01855022
R_COEFFICIENTS = [0.9681890, 0.1327801, 0.2269462, -0.2413011]
R_COEFFICIENT_SE = [0.06936208, 0.10300072, 0.09232981, 0.08161707]
R_ESTIMATES = [1.0219703, 1.0476018, 1.0679513, 0.7608170, 0.8461574, 0.9743727, 1.0584523, 1.0977762]
R_MSE = [0.013460220, 0.005372876, 0.005701990, 0.008541740, 0.009579594, 0.011670632, 0.015926137, 0.010586518]


def test_milk_expenditure_is_that_of_r() -> None:
    data = milk()
    model = fay_herriot(data["direct"], data["variances"], data["covariates"], names=data["names"])
    assert model.variance == pytest.approx(R_VARIANCE, abs=2e-7)
    assert model.coefficients == pytest.approx(R_COEFFICIENTS, abs=5e-7)
    assert model.coefficient_se == pytest.approx(R_COEFFICIENT_SE, abs=5e-7)
    assert [each.value for each in model.areas[:8]] == pytest.approx(R_ESTIMATES, abs=1e-6)
    assert [each.mse for each in model.areas[:8]] == pytest.approx(R_MSE, rel=1e-4)


def restricted_log_likelihood(variance: float, y: np.ndarray, psi: np.ndarray, x: np.ndarray) -> float:
    """Return it as written in textbooks, with determinants and inverses."""
    v = np.diag(variance + psi)
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    beta = np.linalg.solve(information, x.T @ inverse @ y)
    residual = y - x @ beta
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * (logs + residual @ inverse @ residual))


@pytest.mark.parametrize("seed", range(8))
def test_the_variance_is_where_the_restricted_likelihood_is_highest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = 20
    x = np.column_stack([np.ones(m), rng.normal(size=m)])
    psi = rng.uniform(0.2, 3, m)
    y = x @ [2, 1] + rng.normal(0, np.sqrt(psi + seed / 4))
    model = fay_herriot(y, psi, x, names=[str(i) for i in range(m)])
    best = optimize.minimize_scalar(
        lambda variance: -restricted_log_likelihood(variance, y, psi, x), bounds=(0, 50), options={"xatol": 1e-10}
    )
    at_zero = restricted_log_likelihood(0, y, psi, x) >= -best.fun
    assert model.is_at_boundary == at_zero
    assert model.variance == pytest.approx(0 if at_zero else best.x, abs=1e-5)


@given(st.floats(-100, 100), st.floats(0.01, 1000), st.integers(0, 2**32))
def test_areas_follow_their_unit_and_their_order(constant: float, factor: float, seed: int) -> None:
    data = milk()
    plain = fay_herriot(data["direct"], data["variances"], data["covariates"], names=data["names"])
    order = np.random.default_rng(seed).permutation(43)
    moved = fay_herriot(
        constant + factor * data["direct"][order],
        factor**2 * data["variances"][order],
        data["covariates"][order],
        names=[data["names"][i] for i in order],
    )
    for place, each in zip(order, moved.areas, strict=True):
        assert each.name == plain.areas[place].name
        assert each.value == pytest.approx(constant + factor * plain.areas[place].value, rel=1e-6, abs=1e-6 * factor)
        assert each.mse == pytest.approx(factor**2 * plain.areas[place].mse, rel=1e-5)


def test_each_figure_lies_between_its_answers_and_the_model_and_is_marked() -> None:
    data = milk()
    model = fay_herriot(data["direct"], data["variances"], data["covariates"], names=data["names"])
    fitted = data["covariates"] @ model.coefficients
    for each, line in zip(model.areas, fitted, strict=True):
        assert each.direct is not None
        assert min(each.direct, line) - 1e-12 <= each.value <= max(each.direct, line) + 1e-12
        assert each.as_dict()["is_model_estimate"] is True
        assert each.as_dict()["label"] == "modellskattning"
    assert model.as_dict()["is_model_estimate"] is True
    # That is what it is for: smaller errors on the whole.
    assert np.mean([each.mse for each in model.areas]) < data["variances"].mean()


def test_an_area_without_answers_gets_the_models_line() -> None:
    data = milk()
    direct, variances = data["direct"].copy(), data["variances"].copy()
    direct[4] = variances[4] = np.nan
    model = fay_herriot(direct, variances, data["covariates"], names=data["names"])
    area = model.areas[4]
    assert area.direct is None
    assert area.shrinkage == 0
    assert area.value == pytest.approx(model.coefficients[0])
    assert area.mse == pytest.approx(model.variance + model.coefficient_se[0] ** 2)
    assert model.n_areas == 42


@pytest.mark.parametrize(
    ("direct", "variances", "covariates", "fault"),
    [
        ([1.0, 2.0], [1.0, 1.0], [[1.0], [1.0]], Fault.TOO_FEW_AREAS),
        ([1.0] * 6, [1.0] * 5 + [0.0], [[1.0]] * 6, Fault.NOT_POSITIVE),
        ([1.0] * 6, [1.0] * 5 + [np.nan], [[1.0]] * 6, Fault.NOT_POSITIVE),
        ([1.0] * 6, [1.0] * 6, [[1.0, 2.0]] * 6, Fault.COLLINEAR),
        ([1.0] * 6, [1.0] * 6, [[1.0]] * 5 + [[np.nan]], Fault.NOT_A_NUMBER),
        ([1.0] * 6, [1.0] * 6, [[1.0]] * 5, Fault.DIFFERENT_LENGTHS),
        ([1.0] * 5, [1.0] * 6, [[1.0]] * 6, Fault.DIFFERENT_LENGTHS),
    ],
)
def test_what_cannot_be_modelled_is_refused(
    direct: list[float], variances: list[float], covariates: list[list[float]], fault: Fault
) -> None:
    with pytest.raises(EstimateError) as caught:
        fay_herriot(direct, variances, covariates, names=[str(i) for i in range(max(2, len(variances)))])
    assert caught.value.code is fault


def test_the_error_of_a_self_selected_mean_is_mengs_identity() -> None:
    # With everybody known, the error is correlation times data quantity times spread, exactly.
    rng = np.random.default_rng(3)
    values = (rng.random(5000) < 0.3).astype(float)
    answered = rng.random(5000) < 0.05 + 0.05 * values
    n, f = int(answered.sum()), answered.mean()
    correlation = float(np.corrcoef(answered, values)[0, 1])
    error = values[answered].mean() - values.mean()
    assert error == pytest.approx(correlation * np.sqrt((1 - f) / f) * values.std(), rel=1e-9)
    # A simple random sample of the effective size errs as much: variance σ²/n.
    assert error**2 == pytest.approx(values.var() / effective_size(n, 5000, correlation), rel=1e-9)


def test_what_1417_answers_in_trollhattan_are_worth() -> None:
    assert effective_size(1417, 59_204, 0.05) == pytest.approx(9.8, abs=0.05)
    assert effective_size(1417, 59_204, 0.005) == pytest.approx(980.9, abs=0.1)
    assert effective_size(1417, 59_204, -0.05) == effective_size(1417, 59_204, 0.05)
    # The same number of answers is worth less in a larger town.
    assert effective_size(1417, 590_000, 0.05) < 1


def view_of_the_town() -> SelfSelected:
    sex = ["kvinna"] * 900 + ["man"] * 517
    age = (["ung", "äldre"] * 709)[:1417]
    answers = [1.0] * 500 + [0.0] * 400 + [1.0] * 100 + [0.0] * 417
    return self_selected(
        answers,
        n_population=59_204,
        margins=[
            margin("kön", sex, {"kvinna": 29_000, "man": 30_204}),
            margin("ålder", age, {"ung": 20_000, "äldre": 39_204}),
        ],
    )


def test_self_selected_answers_are_shown_raked_beside_unweighted_without_a_margin_of_error() -> None:
    result = view_of_the_town()
    assert result.value == pytest.approx(600 / 1417)
    assert [each.margins for each in result.views] == [("kön",), ("ålder",), ("kön", "ålder")]
    assert result.views[0].value == pytest.approx((29_000 * 500 / 900 + 30_204 * 100 / 517) / 59_204)
    assert result.low <= result.value <= result.high
    assert result.missing == (Missing.PROBABILITY_SAMPLE,)
    report = result.as_dict()
    assert report["holds_for"] == "those_who_answered"
    assert not {"se", "margin", "p", "confidence"} & set(report)


def test_a_larger_correlation_is_worth_less_and_may_err_more() -> None:
    worth = view_of_the_town().worth
    assert [each.n_effective for each in worth] == sorted((each.n_effective for each in worth), reverse=True)
    assert [each.largest_error for each in worth] == sorted(each.largest_error for each in worth)
    assert all(each.largest_error <= 1 for each in worth)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: effective_size(0, 100, 0.1), Fault.NO_ANSWERS),
        (lambda: effective_size(101, 100, 0.1), Fault.ANSWERS_ABOVE_POPULATION),
        (lambda: effective_size(10, 100, 0.0), Fault.NOT_A_PROBABILITY),
        (lambda: effective_size(10, 100, 2.0), Fault.NOT_A_PROBABILITY),
        (lambda: self_selected([np.nan], n_population=10), Fault.NO_ANSWERS),
        (lambda: self_selected([1.0] * 11, n_population=10), Fault.ANSWERS_ABOVE_POPULATION),
    ],
)
def test_what_has_no_worth_is_refused(call: object, fault: Fault) -> None:
    assert callable(call)
    with pytest.raises(EstimateError) as caught:
        call()
    assert caught.value.code is fault


def test_everybody_answering_is_worth_everybody() -> None:
    assert effective_size(100, 100, 0.5) == 100
