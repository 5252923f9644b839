"""Shares for areas with too few answers, by a model over kinds of people: regression and post-stratification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Floats, Integers, Labels, answers_of, coded, probability, values_of
from samsyn.analysis.estimate.intervals import t_quantile

FEW_LEVELS = 4
"""A factor of fewer levels cannot tell how much its levels vary; it gets a variance of one, which hardly shrinks."""

LARGEST_VARIANCE = 100.0
MAX_ROUNDS = 500
MAX_STEPS = 100
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelledShare:
    """One area's share from the model; `direct` is the share of its own answers, None where nobody answered."""

    name: str
    n: int
    direct: float | None
    value: float
    se: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown; marked as made by a model."""
        return {
            "name": self.name,
            "is_model_estimate": True,
            "label": "modellskattning",
            "n": self.n,
            "direct": self.direct,
            "value": self.value,
            "se": self.se,
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelledShares:
    """
    The model and each area's share from it; made by `modelled_shares`.

    `variances` says by factor how much its levels differ, as the variance of log odds.
    """

    METHOD: ClassVar[str] = "ridge-logistic-post-stratified"
    METHOD_VERSION: ClassVar[int] = 1

    variances: dict[str, float]
    n: int
    n_missing: int
    rounds: int
    confidence: float
    areas: tuple[ModelledShare, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "modelled_shares",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "is_model_estimate": True,
            "settings": {"confidence": self.confidence, "tolerance": TOLERANCE},
            "variances": dict(self.variances),
            "n": self.n,
            "n_missing": self.n_missing,
            "rounds": self.rounds,
            "areas": [each.as_dict() for each in self.areas],
        }


def modelled_shares(
    values: ArrayLike,
    factors: Mapping[str, Labels],
    design: Design,
    *,
    population: Mapping[str, Labels],
    counts: ArrayLike,
    by: str,
    confidence: float = 0.95,
) -> ModelledShares:
    r"""
    Estimate each area's share by what people of the same sex, age and area answer, and who lives there.

    Parameters
    ----------
    values
        Shape (n,), in the order of the design: 1 for yes, 0 for no, NaN for a missing answer.
    factors
        By name, shape (n,) each: the sex, age and area of those who answered.
    design
        How the answers were drawn. Its weights are not used: the factors stand in their place.
    population
        By the same names, shape (C,) each: the categories of every cell of the population.
    counts
        Shape (C,): persons in each cell.
    by
        The factor whose levels get a share each: the area.
    confidence
        Confidence level, two-sided.

    Returns
    -------
    ModelledShares
        One share for each level of `by` in the population. Each is to be marked *modellskattning*.

    Raises
    ------
    EstimateError
        The answers chose themselves; CATEGORY_UNKNOWN: somebody who answered is of a kind that the population lacks;
        NO_MARGINS: `by` is not among the factors, or the names differ; NOT_POSITIVE: a level has no people;
        NO_ANSWERS.

    Notes
    -----
    :math:`\operatorname{logit} p_c = \beta_0 + \sum_f b_{f[c]}`, :math:`b_f \sim N(0, \sigma_f^2)`: a
    ridge-logistic regression whose penalties are found from the answers,
    :math:`\sigma_f^2 = (\sum b_f^2 + \operatorname{tr} V_f)/(k_f - 1)` repeated until it stays, V being the inverse
    of the penalised information (the normal approximation of Breslow & Clayton 1993, pp. 9-25). The 1 stands for a
    prior proportional to :math:`\sigma_f`, which keeps it from 0 (Chung et al. 2013, pp. 685-709): without it areas
    that differ are too often called equal, and one interval in ten missed the truth. The share of an area is
    :math:`\sum_c N_c p_c / \sum_c N_c` over its cells (Gelman & Little 1997, pp. 127-135), its standard error by
    linearisation. The interval is on the logit scale, with Student's t and one degree of freedom less than there
    are areas, in place of the uncertainty of the :math:`\sigma_f`.

    Only main effects: that the young of one area differ from the young elsewhere is seen for the area, not for its
    young. Do not use it for clustered samples, to find unusual areas, to rank them, or with answers that chose
    themselves.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> area = ["a"] * 40 + ["b"] * 40 + ["c"] * 40 + ["d"] * 5
    >>> sex, answers = ["k", "m"] * 62 + ["k"], [1, 0, 0, 0, 0] * 8 + [1, 1, 0, 0, 0] * 8 + [1, 0, 0, 0, 0] * 9
    >>> model = modelled_shares(
    ...     answers,
    ...     {"kön": sex, "område": area},
    ...     survey_design([1.0] * 125),
    ...     population={"kön": ["k", "m"] * 4, "område": ["a", "a", "b", "b", "c", "c", "d", "d"]},
    ...     counts=[1000] * 8,
    ...     by="område",
    ... )
    >>> {each.name: (round(each.direct, 2), round(each.value, 2)) for each in model.areas}
    {'a': (0.2, 0.21), 'b': (0.4, 0.37), 'c': (0.2, 0.21), 'd': (0.2, 0.24)}
    """
    design.refuse_self_selected()
    confidence = probability(confidence, "confidence")
    answers = answers_of(values, "values", design.n)
    if by not in factors or set(factors) != set(population):
        raise EstimateError(Fault.NO_MARGINS, "by", by)
    sizes = np.asarray(counts, dtype=float)
    sizes = values_of(sizes, "counts", len(sizes) if sizes.ndim else 0)
    if not (sizes >= 0).all():
        raise EstimateError(Fault.NOT_POSITIVE, "counts")
    answered = ~np.isnan(answers)
    if not answered.any():
        raise EstimateError(Fault.NO_ANSWERS, "values")
    levels, of_cell, of_answer = {}, {}, {}
    for name, categories in population.items():
        levels[name], of_cell[name] = coded(categories, name, len(sizes))
        of_answer[name] = _placed(factors[name], levels[name], name, design.n)
    areas = len(levels[by])
    people = np.bincount(of_cell[by], weights=sizes, minlength=areas).astype(float)
    if not (people > 0).all():
        raise EstimateError(Fault.NOT_POSITIVE, by, levels[by][int(np.argmin(people))])
    widths = {name: len(each) for name, each in levels.items()}
    fit = _fit(answers[answered], {name: codes[answered] for name, codes in of_answer.items()}, widths)

    cells = _columns(of_cell, widths)
    expected = expit(cells @ fit.coefficients)
    area = of_cell[by]
    value = np.bincount(area, weights=sizes * expected, minlength=areas) / people
    slopes = cells * (sizes * expected * (1 - expected))[:, None]
    gradient = np.stack([np.bincount(area, weights=column, minlength=areas) for column in slopes.T], axis=1)
    gradient = gradient / people[:, None]
    se = np.sqrt(np.einsum("ij,jk,ik->i", gradient, fit.covariance, gradient))
    half = t_quantile(confidence, max(1, areas - 1)) * se / (value * (1 - value))
    own = of_answer[by][answered]
    n_own = np.bincount(own, minlength=areas)
    yes = np.bincount(own, weights=answers[answered], minlength=areas)
    return ModelledShares(
        variances=fit.variances,
        n=int(answered.sum()),
        n_missing=int((~answered).sum()),
        rounds=fit.rounds,
        confidence=confidence,
        areas=tuple(
            ModelledShare(
                name=str(name),
                n=int(n_own[i]),
                direct=float(yes[i] / n_own[i]) if n_own[i] else None,
                value=float(value[i]),
                se=float(se[i]),
                low=float(expit(logit(value[i]) - half[i])),
                high=float(expit(logit(value[i]) + half[i])),
            )
            for i, name in enumerate(levels[by])
        ),
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    coefficients: Floats
    covariance: Floats
    variances: dict[str, float]
    rounds: int


def _placed(labels: Labels, levels: tuple[Any, ...], name: str, n: int) -> Integers:
    """Return each answer's place among the population's levels."""
    found, codes = coded(labels, name, n)
    place = {level: number for number, level in enumerate(levels)}
    for label in found:
        if label not in place:
            raise EstimateError(Fault.CATEGORY_UNKNOWN, name, label)
    return np.array([place[label] for label in found], dtype=np.int64)[codes]


def _columns(codes: Mapping[str, Integers], widths: Mapping[str, int]) -> Floats:
    """Return a column of ones and, for each factor, a column for each of its levels."""
    n = len(next(iter(codes.values())))
    parts = [np.ones((n, 1))]
    parts += [np.asarray(codes[name][:, None] == np.arange(width), dtype=float) for name, width in widths.items()]
    return np.concatenate(parts, axis=1)


def _fit(answers: Floats, codes: Mapping[str, Integers], widths: Mapping[str, int]) -> _Fit:
    # Answers of the same kind are one row: the work then depends on the kinds and not on the answers.
    numbers = np.ravel_multi_index(tuple(codes[name] for name in widths), tuple(widths.values()))
    kinds, kind = np.unique(numbers, return_inverse=True)
    of_kind = np.unravel_index(kinds, tuple(widths.values()))
    rows = _columns({name: each.astype(np.int64) for name, each in zip(widths, of_kind, strict=True)}, widths)
    n = np.bincount(kind).astype(float)
    yes = np.bincount(kind, weights=answers).astype(float)
    starts = dict(zip(widths, np.cumsum([1, *widths.values()]).tolist(), strict=False))
    variances = dict.fromkeys(widths, 1.0)
    share = (yes.sum() + 0.5) / (n.sum() + 1)
    coefficients = np.zeros(rows.shape[1])
    coefficients[0] = float(logit(share))
    covariance = np.eye(len(coefficients))
    rounds = 0
    while rounds < MAX_ROUNDS:
        rounds += 1
        penalty = np.zeros(len(coefficients))
        for name, width in widths.items():
            penalty[starts[name] : starts[name] + width] = 1 / variances[name]
        coefficients, covariance = _climb(coefficients, rows, n, yes, penalty)
        change = 0.0
        for name, width in widths.items():
            if width < FEW_LEVELS:
                continue
            part = slice(starts[name], starts[name] + width)
            spread = float(coefficients[part] @ coefficients[part] + np.trace(covariance[part, part]))
            found = min(LARGEST_VARIANCE, spread / (width - 1))
            change = max(change, abs(found - variances[name]) / (found + 0.01))
            variances[name] = found
        if change < TOLERANCE:
            break
    return _Fit(coefficients, covariance, variances, rounds)


def _climb(coefficients: Floats, rows: Floats, n: Floats, yes: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Go to the top of the penalised likelihood by Newton's steps, halved when they would lead down."""

    def height(at: Floats) -> float:
        linear = rows @ at
        return float(yes @ linear - n @ np.logaddexp(0, linear) - 0.5 * penalty @ at**2)

    # The level common to all has a whisper of a penalty, for towns in which everybody answers alike.
    penalty = penalty.copy()
    penalty[0] = 0.01
    now = height(coefficients)
    covariance = np.zeros((len(coefficients), len(coefficients)))
    for _ in range(MAX_STEPS):
        expected = expit(rows @ coefficients)
        slope = rows.T @ (yes - n * expected) - penalty * coefficients
        information = rows.T @ (rows * (n * expected * (1 - expected))[:, None]) + np.diag(penalty)
        covariance = np.linalg.inv(information).astype(float)
        step = covariance @ slope
        if float(slope @ step) < 1e-14 * (1 + abs(now)):
            break
        size = 1.0
        while height(coefficients + size * step) < now and size > 1e-6:
            size /= 2
        coefficients = coefficients + size * step
        now = height(coefficients)
    return coefficients, covariance
