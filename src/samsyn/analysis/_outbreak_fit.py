"""
Quasi-Poisson regressions for many areas at once, for `samsyn.analysis.outbreak`.

All areas share one design matrix, so the normal equations of all are one product of two matrices: weights by areas,
and the columns' products by time steps.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_ITERATIONS = 40
TOLERANCE = 1e-7
"""Newton steps square the error, so that what is left after the last is far below this."""

BLOCK = 200
"""So many areas are fitted together: their arrays stay within the processor's cache."""

LARGEST_LOG = 30.0
"""Log means are kept within this, so that a level without cases ends near 0 and not at an overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Log-linear models, one an area; made by `fit_log_linear`."""

    coefficients: Floats
    """(areas, columns)."""
    covariance: Floats
    """(areas, columns, columns), for a dispersion of 1."""
    mean: Floats
    """(areas, steps)."""
    leverage: Floats
    """(areas, steps): the hat matrix' diagonal."""
    dispersion: Floats
    """(areas,): the weighted Pearson statistic over its degrees of freedom, at least 1."""
    has_converged: NDArray[np.bool_]
    """(areas,)."""

    def predict(self, row: Floats) -> tuple[Floats, Floats]:
        """Return the mean at a row of the design, and the variance of its logarithm; each (areas,)."""
        log_mean = np.clip(self.coefficients @ row, -LARGEST_LOG, LARGEST_LOG)
        variance = self.dispersion * np.einsum("apq,p,q->a", self.covariance, row, row)
        return np.exp(log_mean), variance


class Products:
    """
    The products of a design's columns two by two, each different one once.

    Most products of indicator columns are 0 or the column itself, so that of 121 products 21 are left.
    """

    def __init__(self, design: Floats) -> None:
        self.n_columns = design.shape[1]
        products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
        # By their bytes: sorting whole columns, as NumPy's own unique does, takes longer than the fit of ten areas.
        first_of: dict[bytes, int] = {}
        columns = np.ascontiguousarray(products.T)
        self.place = np.array([first_of.setdefault(column.tobytes(), len(first_of)) for column in columns])
        self.unique = np.ascontiguousarray(np.array([np.frombuffer(column) for column in first_of]).T)

    def normal(self, weights: Floats) -> Floats:
        """X'WX for each row of weights; a hair of ridge keeps a level without cases from making it singular."""
        matrices = (weights @ self.unique)[:, self.place].reshape(-1, self.n_columns, self.n_columns)
        return np.asarray(matrices + 1e-10 * np.eye(self.n_columns))

    def quadratic_forms(self, matrices: Floats) -> Floats:
        """The form x'Ax for each matrix A and each row x of the design, (matrices, rows)."""
        flat = matrices.reshape(len(matrices), -1)
        gathered = np.zeros((len(matrices), self.unique.shape[1]))
        for column, place in enumerate(self.place):
            gathered[:, place] += flat[:, column]
        return np.asarray(gathered @ self.unique.T)


def fit_log_linear(
    counts: Floats, design: Floats, weights: Floats, *, start: Fit | None = None, products: Products | None = None
) -> Fit:
    """
    Fit log μ = Xβ to each area's counts by iteratively reweighted least squares.

    `counts` and `weights` are (areas, steps), `design` (steps, columns). A weight of 0 leaves a count out; its
    value is then of no importance, but must be a number. `start` is a fit of the same design to begin from, and
    `products` those of the design, where they are at hand.
    """
    n_areas, n_columns = len(counts), design.shape[1]
    columns = products or Products(design)
    total = np.maximum(weights.sum(axis=1), 1.0)
    if start is None:
        level = np.maximum((weights * counts).sum(axis=1) / total, 1e-3)
        mean = np.where(weights > 0, (counts + level[:, None]) / 2, level[:, None])
        log_mean = np.log(mean)
    else:
        mean = start.mean.copy()
        log_mean = np.log(mean)
    weighted_counts = weights * counts
    coefficients = np.zeros((n_areas, n_columns))
    deviance = np.full(n_areas, np.inf)
    has_converged = np.zeros(n_areas, bool)
    for _ in range(MAX_ITERATIONS):
        is_moving = ~has_converged
        # Nothing is copied as long as all are moving.
        rows: Any = slice(None) if is_moving.all() else np.flatnonzero(is_moving)
        w, wy = weights[rows], weighted_counts[rows]
        by_mean = w * mean[rows]
        right = (by_mean * (log_mean[rows] - 1) + wy) @ design
        coefficients[rows] = np.linalg.solve(columns.normal(by_mean), right[:, :, None])[:, :, 0]
        log_m = np.clip(coefficients[rows] @ design.T, -LARGEST_LOG, LARGEST_LOG)
        m = np.exp(log_m)
        log_mean[rows], mean[rows] = log_m, m
        # The deviance without what does not change from step to step.
        new = 2 * (np.einsum("at,at->a", w, m) - np.einsum("at,at->a", wy, log_m))
        has_converged[rows] = np.abs(new - deviance[rows]) <= TOLERANCE * (np.abs(new) + 0.1)
        deviance[rows] = new
        if has_converged.all():
            break
    w = weights * mean
    covariance: Floats = np.asarray(np.linalg.inv(columns.normal(w)), np.float64)
    leverage = w * columns.quadratic_forms(covariance)
    degrees = np.maximum(np.count_nonzero(weights, axis=1) - n_columns, 1)
    pearson = np.einsum("at,at->a", weights / mean, (counts - mean) ** 2)
    return Fit(
        coefficients=coefficients,
        covariance=covariance,
        mean=mean,
        leverage=np.clip(leverage, 0.0, 1 - 1e-9),
        dispersion=np.maximum(1.0, pearson / degrees),
        has_converged=has_converged,
    )


def weights_against_past_outbreaks(fit: Fit, counts: Floats, weights: Floats, limit: float) -> Floats:
    """
    Weigh down counts far above the fit by the inverse square of their Anscombe residual; (areas, steps).

    The weights of each area sum to its number of counts.
    """
    # Two-thirds and sixth powers by way of the cube root, which is far cheaper.
    root, fitted_root = np.cbrt(counts), np.cbrt(fit.mean)
    scale = 2 * np.sqrt(fit.dispersion[:, None] * fitted_root * (1 - fit.leverage))
    residual: NDArray[Any] = 3 * (root * root - fitted_root * fitted_root) / scale
    new = np.where(residual > limit, 1 / np.maximum(residual, limit) ** 2, 1.0) * (weights > 0)
    return np.asarray(new * np.count_nonzero(weights, axis=1)[:, None] / np.maximum(new.sum(axis=1), 1e-9)[:, None])


def robust_fit(counts: Floats, design: Floats, weights: Floats, limit: float) -> tuple[Fit, Floats]:
    """
    Fit, weigh down past outbreaks, and fit again, a block of areas at a time.

    Returns the second fit and the first one's dispersion, (areas,).
    """
    products = Products(design)
    fits, dispersions = [], []
    for begin in range(0, len(counts), BLOCK):
        y, w = counts[begin : begin + BLOCK], weights[begin : begin + BLOCK]
        first = fit_log_linear(y, design, w, products=products)
        against = weights_against_past_outbreaks(first, y, w, limit)
        dispersions.append(first.dispersion)
        fits.append(fit_log_linear(y, design, against, start=first, products=products))
    joined = {field.name: np.concatenate([getattr(fit, field.name) for fit in fits]) for field in fields(Fit)}
    return Fit(**joined), np.concatenate(dispersions)
