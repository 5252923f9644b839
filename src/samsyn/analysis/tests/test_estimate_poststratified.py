"""Shares for areas by a model over kinds of people."""

from typing import Any

import numpy as np
import pytest
from scipy import optimize
from scipy.special import expit

from samsyn.analysis.estimate import (
    EstimateError,
    Fault,
    ModelledShares,
    Selection,
    by_domain,
    modelled_shares,
    survey_design,
)

SEXES, AGES, AREAS = ["k", "m"], ["16-29", "30-44", "45-64", "65+"], [f"område {i:02}" for i in range(16)]


def town(n: int, seed: int, spread: float = 0.5) -> dict[str, Any]:
    """Return answers from a town whose areas differ, and every cell of its population with the true share."""
    rng = np.random.default_rng(seed)
    sex, age, area = (grid.reshape(-1) for grid in np.meshgrid(range(2), range(4), range(16), indexing="ij"))
    truth = expit(
        -0.8 + np.array([0.3, -0.3])[sex] + np.array([0.5, 0.1, -0.2, -0.3])[age] + rng.normal(0, spread, 16)[area]
    )
    counts = rng.integers(200, 800, len(truth)).astype(float)
    drawn = rng.choice(len(truth), n, p=counts / counts.sum())
    answers = (rng.random(n) < truth[drawn]).astype(float)
    names = {"kön": np.array(SEXES)[sex], "ålder": np.array(AGES)[age], "område": np.array(AREAS)[area]}
    return {
        "answers": answers,
        "factors": {name: labels[drawn] for name, labels in names.items()},
        "population": names,
        "counts": counts,
        "truth": np.bincount(area, weights=counts * truth) / np.bincount(area, weights=counts),
    }


def modelled(data: dict[str, Any], **changes: Any) -> ModelledShares:
    values = changes.pop("values", data["answers"])
    factors = changes.pop("factors", data["factors"])
    design = changes.pop("design", survey_design(np.ones(len(values))))
    given = {"population": data["population"], "counts": data["counts"], "by": "område"} | changes
    return modelled_shares(values, factors, design, **given)


def test_the_fit_is_the_top_of_the_penalised_likelihood() -> None:
    data = town(500, 1)
    model = modelled(data)
    labels = {"kön": SEXES, "ålder": AGES, "område": AREAS}

    def columns(source: dict[str, Any], n: int) -> np.ndarray:
        parts = [np.ones((n, 1))]
        parts += [(source[name][:, None] == np.array(each)).astype(float) for name, each in labels.items()]
        return np.concatenate(parts, axis=1)

    x = columns(data["factors"], 500)
    penalty = np.repeat([0.01, *(1 / model.variances[name] for name in labels)], [1, 2, 4, 16])

    def cost(b: np.ndarray) -> tuple[float, np.ndarray]:
        linear = x @ b
        value = np.logaddexp(0, linear).sum() - data["answers"] @ linear + 0.5 * penalty @ b**2
        return float(value), x.T @ (expit(linear) - data["answers"]) + penalty * b

    best = optimize.minimize(cost, np.zeros(23), jac=True, method="BFGS", options={"gtol": 1e-8})
    cells = columns(data["population"], 128)
    expected = expit(cells @ best.x)
    for each in model.areas:
        own = data["counts"] * (data["population"]["område"] == each.name)
        assert each.value == pytest.approx(own @ expected / own.sum(), abs=1e-5)
    # The variance is one that its own rule leaves where it is.
    p = expit(x @ best.x)
    covariance = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]) + np.diag(penalty))
    again = (best.x[7:] @ best.x[7:] + np.trace(covariance[7:, 7:])) / 15
    assert model.variances["område"] == pytest.approx(again, rel=1e-3)


def test_the_model_errs_less_than_the_areas_own_answers() -> None:
    squared = {"model": 0.0, "direct": 0.0}
    for seed in range(10):
        data = town(525, seed)
        model = modelled(data)
        direct = by_domain(data["answers"], data["factors"]["område"], survey_design(np.ones(525)))
        for each, truth in zip(model.areas, data["truth"], strict=True):
            squared["model"] += (each.value - truth) ** 2
            squared["direct"] += (direct[each.name].value - truth) ** 2
    assert squared["model"] < 0.7 * squared["direct"]


def test_intervals_cover_the_areas_truth() -> None:
    missed = [
        not each.low <= truth <= each.high
        for seed in range(20)
        for data in [town(525, seed)]
        for each, truth in zip(modelled(data).areas, data["truth"], strict=True)
    ]
    assert np.mean(missed) < 0.10


def test_with_many_answers_the_areas_speak_for_themselves() -> None:
    data = town(100_000, 3)
    for each, truth in zip(modelled(data).areas, data["truth"], strict=True):
        assert each.value == pytest.approx(truth, abs=0.03)
        assert each.se < 0.01


def test_areas_that_do_not_differ_are_drawn_together() -> None:
    model = modelled(town(525, 5, spread=0.0))
    values = [each.value for each in model.areas]
    assert max(values) - min(values) < 0.12
    assert model.variances["område"] < 0.1


def test_an_area_without_answers_has_a_wider_interval_than_the_others() -> None:
    data = town(800, 6)
    kept = data["factors"]["område"] != AREAS[3]
    model = modelled(
        data, values=data["answers"][kept], factors={name: each[kept] for name, each in data["factors"].items()}
    )
    widths = [each.high - each.low for each in model.areas]
    assert model.areas[3].direct is None
    assert model.areas[3].n == 0
    assert widths[3] == max(widths)


def test_order_and_missing_answers_change_nothing() -> None:
    data = town(400, 7)
    order = np.random.default_rng(1).permutation(420)
    values = np.concatenate([data["answers"], np.full(20, np.nan)])[order]
    factors = {name: np.concatenate([each, each[:20]])[order] for name, each in data["factors"].items()}
    plain, moved = modelled(data), modelled(data, values=values, factors=factors)
    assert [each.value for each in moved.areas] == pytest.approx([each.value for each in plain.areas], rel=1e-6)
    assert (moved.n, moved.n_missing) == (400, 20)


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_a_town_that_answers_alike_still_has_an_interval(answer: float) -> None:
    model = modelled(town(300, 8), values=np.full(300, answer))
    for each in model.areas:
        assert 0 < each.low < each.value < each.high < 1


def test_each_share_is_marked() -> None:
    report = modelled(town(200, 9)).as_dict()
    assert report["is_model_estimate"] is True
    assert all(each["label"] == "modellskattning" for each in report["areas"])


def test_what_cannot_be_modelled_is_refused() -> None:
    data = town(50, 10)
    strange = data["factors"] | {"kön": np.full(50, "x")}
    empty = data["counts"] * (data["population"]["område"] != AREAS[0])
    self_selected = survey_design(np.ones(50), selection=Selection.SELF_SELECTED)
    for changes, fault in (
        ({"by": "län"}, Fault.NO_MARGINS),
        ({"factors": {"område": data["factors"]["område"]}}, Fault.NO_MARGINS),
        ({"factors": strange}, Fault.CATEGORY_UNKNOWN),
        ({"counts": empty}, Fault.NOT_POSITIVE),
        ({"counts": -data["counts"]}, Fault.NOT_POSITIVE),
        ({"values": np.full(50, np.nan)}, Fault.NO_ANSWERS),
        ({"design": self_selected}, Fault.SELF_SELECTED),
    ):
        with pytest.raises(EstimateError) as caught:
            modelled(data, **changes)
        assert caught.value.code is fault
