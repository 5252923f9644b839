"""
Quasi-Poisson regressions for many areas at once, for `samsyn.analysis.outbreak`.

All areas share one design matrix, so the normal equations of all are one product of two matrices: weights by areas,
and the columns' products by time steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_ITERATIONS = 40
TOLERANCE = 1e-9
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


def fit_log_linear(counts: Floats, design: Floats, weights: Floats) -> Fit:
    """
    Fit log μ = Xβ to each area's counts by iteratively reweighted least squares.

    `counts` and `weights` are (areas, steps), `design` (steps, columns). A weight of 0 leaves a count out; its
    value is then of no importance, but must be a number.
    """
    n_areas, n_columns = len(counts), design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    # A hair of ridge keeps a level without cases from making the equations singular.
    ridge = 1e-10 * np.eye(n_columns)
    total = np.maximum(weights.sum(axis=1), 1.0)
    start = np.maximum((weights * counts).sum(axis=1) / total, 1e-3)
    mean = np.where(weights > 0, (counts + start[:, None]) / 2, start[:, None])
    log_mean = np.log(mean)
    coefficients = np.zeros((n_areas, n_columns))
    deviance = np.full(n_areas, np.inf)
    has_converged = np.zeros(n_areas, bool)
    moving = np.arange(n_areas)
    for _ in range(MAX_ITERATIONS):
        w = weights[moving] * mean[moving]
        working = log_mean[moving] + (counts[moving] - mean[moving]) / mean[moving]
        normal = (w @ products).reshape(-1, n_columns, n_columns) + ridge
        right = (w * working) @ design
        coefficients[moving] = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        log_mean[moving] = np.clip(coefficients[moving] @ design.T, -LARGEST_LOG, LARGEST_LOG)
        mean[moving] = np.exp(log_mean[moving])
        # The deviance without what does not change from step to step.
        new = 2 * np.sum(weights[moving] * (mean[moving] - counts[moving] * log_mean[moving]), axis=1)
        is_settled = np.abs(new - deviance[moving]) <= TOLERANCE * (np.abs(new) + 0.1)
        deviance[moving] = new
        has_converged[moving] = is_settled
        moving = moving[~is_settled]
        if not len(moving):
            break
    w = weights * mean
    covariance = np.linalg.inv((w @ products).reshape(-1, n_columns, n_columns) + ridge)
    leverage = w * (covariance.reshape(n_areas, -1) @ products.T)
    degrees = np.maximum(np.count_nonzero(weights, axis=1) - n_columns, 1)
    pearson = np.sum(weights * (counts - mean) ** 2 / mean, axis=1)
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
    scale = 2 * np.sqrt(fit.dispersion)[:, None] * fit.mean ** (1 / 6) * np.sqrt(1 - fit.leverage)
    residual: NDArray[Any] = 3 * (counts ** (2 / 3) - fit.mean ** (2 / 3)) / scale
    new = np.where(residual > limit, 1 / np.maximum(residual, limit) ** 2, 1.0) * (weights > 0)
    return np.asarray(new * np.count_nonzero(weights, axis=1)[:, None] / np.maximum(new.sum(axis=1), 1e-9)[:, None])
