"""Weights that agree with what is known of the population: post-stratification, raking and calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.design import Calibration, Design, kish_design_effect
from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Booleans, Floats, Integers, Label, Labels

TOLERANCE = 1e-9
"""Raking stops when no weight changes by a larger part of itself in a whole round."""

MAX_ROUNDS = 1_000
MAX_TRIMMINGS = 500
TRIM_TOLERANCE = 1e-6
TOTALS_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Margin:
    """
    One known distribution of the population, and each answer's place in it; made by `margin`.

    `codes` has shape (n,), one an answer; `totals` has shape (k,), one a category.
    """

    name: str
    categories: tuple[Any, ...]
    codes: Integers
    totals: Floats

    @property
    def indicators(self) -> Floats:
        """Shape (n, k): 1 where the answer belongs to the category."""
        return np.asarray(self.codes[:, None] == np.arange(len(self.categories)), dtype=float)

    @property
    def shares(self) -> dict[Any, float]:
        """Each category's share of the population."""
        return dict(zip(self.categories, (self.totals / self.totals.sum()).tolist(), strict=True))


@dataclass(frozen=True, eq=False, kw_only=True)
class Weighted:
    """
    A design with new weights, and what it took; made by `poststratify`, `rake` and `calibrate`.

    `largest_change` is the largest relative change of a weight in the last round, `largest_error` the largest relative
    difference left between a weighted margin and the population's. `n_negative` counts weights below zero, which
    only `calibrate` can give.
    """

    METHOD_VERSION: ClassVar[int] = 1

    method: str
    design: Design
    margins: tuple[Margin, ...]
    n_rounds: int
    largest_change: float
    largest_error: float
    kish_before: float
    kish_after: float
    largest_ratio: float | None
    n_trimmed: int
    n_negative: int

    def as_dict(self) -> dict[str, Any]:
        """What a reader needs to judge the weights, ready for JSON."""
        relative = self.design.weights / self.design.weights.mean()
        return {
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "settings": {"tolerance": TOLERANCE, "largest_ratio": self.largest_ratio},
            "margins": {each.name: {str(k): v for k, v in each.shares.items()} for each in self.margins},
            "rounds": self.n_rounds,
            "largest_change": self.largest_change,
            "largest_error": self.largest_error,
            "kish_before": self.kish_before,
            "kish_after": self.kish_after,
            "n_trimmed": self.n_trimmed,
            "n_negative": self.n_negative,
            "smallest_relative_weight": float(relative.min()),
            "largest_relative_weight": float(relative.max()),
        }


def margin(name: str, categories: Labels, totals: Mapping[Any, float]) -> Margin:
    """
    Tie the answers to one known distribution of the population.

    Parameters
    ----------
    name
        What is distributed: "kön", "ålder".
    categories
        Shape (n,), in the order of the design: the category of each answer.
    totals
        Persons in the population by category. Categories of no persons are left out when nobody answered for them.

    Returns
    -------
    Margin

    Raises
    ------
    EstimateError
        CATEGORY_MISSING: an answer has no category (None, empty or NaN). CATEGORY_UNKNOWN: an answer's category is not
        in the population. CATEGORY_EMPTY: nobody answered for people who exist; join the category with another.
        NOT_POSITIVE: a total is negative, or zero for a category that answered.

    Notes
    -----
    Do not leave people out of the totals because nobody of them answered: then the others would stand for them unseen.

    Examples
    --------
    >>> margin("kön", ["k", "m", "k"], {"k": 29_000, "m": 30_000}).shares
    {'k': 0.4915254237288136, 'm': 0.5084745762711864}
    """
    answers: list[Any] = np.asarray(categories).tolist()
    for answer in answers:
        if answer is None or answer == "" or answer != answer:
            raise EstimateError(Fault.CATEGORY_MISSING, name)
    for category, count in totals.items():
        if not (np.isfinite(count) and count >= 0):
            raise EstimateError(Fault.NOT_POSITIVE, name, category)
    present = set(answers)
    unknown = present - set(totals)
    if unknown:
        raise EstimateError(Fault.CATEGORY_UNKNOWN, name, min(unknown, key=str))
    kept: list[Label] = [category for category, count in totals.items() if count > 0 or category in present]
    for category in kept:
        if category not in present:
            raise EstimateError(Fault.CATEGORY_EMPTY, name, category)
        if totals[category] <= 0:
            raise EstimateError(Fault.NOT_POSITIVE, name, category)
    place = {category: number for number, category in enumerate(kept)}
    return Margin(
        name=name,
        categories=tuple(kept),
        codes=np.array([place[answer] for answer in answers], dtype=np.int64),
        totals=np.array([totals[category] for category in kept], dtype=float),
    )


def poststratify(design: Design, cells: Margin) -> Weighted:
    r"""
    Give each cell of the population its right weight: women of 20-24 in the north, and so on.

    Parameters
    ----------
    design
        The sample with its design weights.
    cells
        The cells, crossed beforehand if they are made from several variables.

    Returns
    -------
    Weighted
        Its `design` is used in the estimators.

    Raises
    ------
    EstimateError
        ALREADY_CALIBRATED: weights are fitted once, from the design weights.

    Notes
    -----
    :math:`w_i = d_i N_c / \sum_{j \in c} d_j` (Holt & Smith 1979, pp. 33-46). The standard error of what is estimated
    afterwards takes the weighting in, see `Design.covariance`. Join cells with fewer than about 20 answers. Do
    not use it when only the separate distributions are known: rake.

    Examples
    --------
    >>> from samsyn.analysis.estimate import share, survey_design
    >>> sex = ["k"] * 60 + ["m"] * 40
    >>> result = poststratify(survey_design([592.0] * 100), margin("kön", sex, {"k": 29_000, "m": 30_200}))
    >>> result.design.weights[[0, 99]].round(1).tolist(), round(result.kish_after, 3)
    ([483.3, 755.0], 1.051)
    """
    return _fitted(design, (cells,), "post-stratification", tolerance=TOLERANCE, max_rounds=2, largest_ratio=None)


def rake(
    design: Design,
    margins: Sequence[Margin],
    *,
    tolerance: float = TOLERANCE,
    max_rounds: int = MAX_ROUNDS,
    largest_ratio: float | None = None,
) -> Weighted:
    r"""
    Fit weights to several distributions of the population at once.

    Parameters
    ----------
    design
        The sample with its design weights; equal weights for answers that chose themselves.
    margins
        The distributions. Their totals must agree to a millionth.
    tolerance
        Raking stops when no weight changes by a larger part of itself in a whole round.
    max_rounds
        Rounds before it is given up.
    largest_ratio
        Trim: no weight becomes more than this many times the mean weight, and the margins still hold. None for no
        limit.

    Returns
    -------
    Weighted
        Its `design` is used in the estimators. Compare `kish_after` with `kish_before`: so much the weighting may cost.

    Raises
    ------
    EstimateError
        TOTALS_DIFFER: the margins count different populations. NOT_CONVERGED: no weights can satisfy them, as when all
        men who answered are young and the population has old men only. TRIM_TOO_TIGHT: the limit cannot be kept.

    Notes
    -----
    Iterative proportional fitting (Deming & Stephan 1940, pp. 427-444): each margin in turn, :math:`w_i \leftarrow
    w_i N_c / \sum_{j \in c} w_j`, until a whole round changes nothing. Trimmed weights are cut to the limit
    and raked again until both hold. The variance is that of the calibration estimator, which raking equals in large
    samples (Deville, Särndal & Sautory 1993, pp. 1013-1020); trimming is not taken in.

    Do not use it to make volunteers into a sample: it mends what the margins see and nothing else.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> sex, age = ["k", "k", "k", "m", "m"], ["ung", "äldre", "äldre", "ung", "äldre"]
    >>> result = rake(
    ...     survey_design([1.0] * 5),
    ...     [margin("kön", sex, {"k": 50, "m": 50}), margin("ålder", age, {"ung": 40, "äldre": 60})],
    ... )
    >>> result.design.weights.round(2).tolist()
    [15.89, 17.06, 17.06, 24.11, 25.89]
    """
    if largest_ratio is not None and not largest_ratio > 1:
        raise EstimateError(Fault.TRIM_TOO_TIGHT, "largest_ratio", largest_ratio)
    return _fitted(
        design, tuple(margins), "raking", tolerance=tolerance, max_rounds=max_rounds, largest_ratio=largest_ratio
    )


def calibrate(design: Design, auxiliaries: ArrayLike, totals: ArrayLike) -> Weighted:
    r"""
    Fit weights to known totals of any variables: the regression estimator.

    Parameters
    ----------
    design
        The sample with its design weights.
    auxiliaries
        Shape (n, p), in the order of the design: a column of ones, indicators, incomes.
    totals
        Shape (p,): each column's sum over the population, in the column's unit.

    Returns
    -------
    Weighted
        Some weights may be negative; `n_negative` tells.

    Raises
    ------
    EstimateError
        COLLINEAR: the totals contradict each other. NOT_A_NUMBER: something is missing.

    Notes
    -----
    :math:`w_i = d_i (1 + x_i'\lambda)`, :math:`\lambda = (X'DX)^{-1}(t - X'd)`: the linear method of Deville & Särndal
    (1992, pp. 376-382), the same as the generalised regression estimator (Särndal, Swensson & Wretman 1992, § 6.4).
    Do not use it with many columns and few answers: weights become wild.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design, total
    >>> x = [1.0, 2.0, 3.0, 6.0]
    >>> result = calibrate(survey_design([10.0] * 4), [[1, each] for each in x], [40, 140])
    >>> float((result.design.weights * x).sum().round(9)), result.n_negative
    (140.0, 0)
    """
    _refuse_twice(design)
    x = np.asarray(auxiliaries, dtype=float)
    wanted = np.asarray(totals, dtype=float)
    if x.ndim != 2 or len(x) != design.n or wanted.shape != (x.shape[1],):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, "auxiliaries", x.shape)
    if not (np.isfinite(x).all() and np.isfinite(wanted).all()):
        raise EstimateError(Fault.NOT_A_NUMBER, "auxiliaries")
    base = design.weights
    # Columns of different units are brought to one scale before anything is called dependent.
    scale = np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    scaled = x / scale
    lam = np.linalg.pinv(scaled.T @ (scaled * base[:, None]), rcond=1e-12, hermitian=True) @ (
        wanted / scale - scaled.T @ base
    )
    weights = base * (1 + scaled @ lam)
    error = float(np.max(np.abs(scaled.T @ weights - wanted / scale) / np.maximum(np.abs(wanted / scale), 1.0)))
    if error > TOTALS_TOLERANCE:
        raise EstimateError(Fault.COLLINEAR, "auxiliaries", error)
    n_negative = int((weights < 0).sum())
    positive = weights[weights > 0]
    return Weighted(
        method="calibration-linear",
        design=design.with_weights(weights, Calibration(base, scaled)),
        margins=(),
        n_rounds=1,
        largest_change=0.0,
        largest_error=error,
        kish_before=kish_design_effect(base),
        kish_after=kish_design_effect(positive),
        largest_ratio=None,
        n_trimmed=0,
        n_negative=n_negative,
    )


@dataclass(frozen=True, eq=False)
class Cells:
    """
    The crossing of all margins: raking gives all answers of a cell the same factor.

    `cell` has shape (n,): each answer's cell. `codes` has one array of shape (C,) a margin: each cell's category.
    """

    cell: Integers
    n_cells: int
    codes: tuple[Integers, ...]
    totals: tuple[Floats, ...]


def crossed(margins: Sequence[Margin], n: int) -> Cells:
    """
    Cross the margins, keeping the cells in which somebody answered.

    :raises EstimateError: no margins, other lengths than the design, or different totals
    """
    if not margins:
        raise EstimateError(Fault.NO_MARGINS, "margins")
    for each in margins:
        if each.codes.shape != (n,):
            raise EstimateError(Fault.DIFFERENT_LENGTHS, each.name, each.codes.shape)
    for first, second in pairwise(margins):
        if abs(second.totals.sum() / first.totals.sum() - 1) > TOTALS_TOLERANCE:
            raise EstimateError(Fault.TOTALS_DIFFER, second.name, float(second.totals.sum()))
    stacked = np.stack([each.codes for each in margins])
    cells, cell = np.unique(stacked, axis=1, return_inverse=True)
    return Cells(
        cell=np.asarray(cell, dtype=np.int64).reshape(-1),
        n_cells=cells.shape[1],
        codes=tuple(cells),
        totals=tuple(each.totals for each in margins),
    )


def raking_factors(
    sizes: Floats, cells: Cells, *, tolerance: float, max_rounds: int
) -> tuple[Floats, int, float, Integers]:
    """
    Rake many replicates at once.

    Parameters
    ----------
    sizes
        Shape (B, C): the sum of weights in each cell, one row a replicate. Rows with an empty category do not converge.
    cells
        The crossed margins.
    tolerance, max_rounds
        As for `rake`.

    Returns
    -------
    tuple
        Factors of shape (B, C), rounds taken, the largest last change among those that converged, and the rows that
        did not converge.
    """
    factors = np.ones_like(sizes)
    active = np.arange(len(sizes))
    current, base = factors.copy(), sizes
    indicators = [
        np.asarray(codes[:, None] == np.arange(len(t)), dtype=float)
        for codes, t in zip(cells.codes, cells.totals, strict=True)
    ]
    largest, rounds = 0.0, 0
    failed: list[int] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        while len(active) and rounds < max_rounds:
            rounds += 1
            before = current.copy()
            for codes, totals, indicator in zip(cells.codes, cells.totals, indicators, strict=True):
                current *= (totals / ((base * current) @ indicator))[:, codes]
            change = np.max(np.abs(current / before - 1), axis=1)
            done = change < tolerance
            broken = ~np.isfinite(change)
            if done.any() or broken.any():
                # Margins that contradict each other make the weights circle: each round ends where it began.
                fits = _fits(base[done] * current[done], cells, indicators)
                factors[active[done]] = current[done]
                largest = max(largest, float(change[done].max(initial=0.0)))
                failed += [*active[broken].tolist(), *active[done][~fits].tolist()]
                rest = ~(done | broken)
                active, current, base = active[rest], current[rest], base[rest]
    return factors, rounds, largest, np.array(sorted([*failed, *active.tolist()]), dtype=np.int64)


def _fits(weights: Floats, cells: Cells, indicators: Sequence[Floats]) -> Booleans:
    """Return which rows reproduce all totals."""
    fits = np.ones(len(weights), dtype=bool)
    for totals, indicator in zip(cells.totals, indicators, strict=True):
        fits &= (np.abs(weights @ indicator / totals - 1) < TOTALS_TOLERANCE).all(axis=1)
    return fits


def _refuse_twice(design: Design) -> None:
    if design.calibration is not None:
        raise EstimateError(Fault.ALREADY_CALIBRATED, "design")


def _fitted(
    design: Design,
    margins: tuple[Margin, ...],
    method: str,
    *,
    tolerance: float,
    max_rounds: int,
    largest_ratio: float | None,
) -> Weighted:
    _refuse_twice(design)
    cells = crossed(margins, design.n)
    base = design.weights

    def raked(weights: Floats) -> tuple[Floats, int, float]:
        sizes = np.bincount(cells.cell, weights=weights, minlength=cells.n_cells).astype(float)[None, :]
        factors, rounds, change, failed = raking_factors(sizes, cells, tolerance=tolerance, max_rounds=max_rounds)
        if len(failed):
            raise EstimateError(Fault.NOT_CONVERGED, "margins", rounds)
        return weights * factors[0][cells.cell], rounds, change

    weights, rounds, change = raked(base)
    trimmed = np.zeros(design.n, dtype=bool)
    if largest_ratio is not None:
        limit = largest_ratio * weights.mean()
        for _ in range(MAX_TRIMMINGS):
            above = weights > limit * (1 + TRIM_TOLERANCE)
            if not above.any():
                break
            trimmed |= above
            weights, more, change = raked(np.minimum(weights, limit))
            rounds += more
        else:
            raise EstimateError(Fault.TRIM_TOO_TIGHT, "largest_ratio", largest_ratio)
    auxiliaries = np.concatenate([each.indicators for each in margins], axis=1)
    wanted = np.concatenate([each.totals for each in margins])
    error = float(np.max(np.abs(auxiliaries.T @ weights / wanted - 1)))
    return Weighted(
        method=method,
        design=design.with_weights(weights, Calibration(base, auxiliaries)),
        margins=margins,
        n_rounds=rounds,
        largest_change=change,
        largest_error=error,
        kish_before=kish_design_effect(base),
        kish_after=kish_design_effect(weights),
        largest_ratio=largest_ratio,
        n_trimmed=int(trimmed.sum()),
        n_negative=0,
    )
