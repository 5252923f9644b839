"""
The log-linear kernel under the comparisons of series and panels: Poisson means by iterated least squares.

Small and dense on purpose. Area effects of a panel are eliminated block by block, so that the work grows with the
number of areas and not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samsyn.analysis.compare.checks import Floats

MAX_STEPS = 100
TOLERANCE = 1e-9
# Beyond this a mean is no longer a count of anything, and its exponential would overflow.
MAX_LOG_MEAN = 40.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients (k,), fitted means in the shape of the counts, inverse information (k, k), Pearson's χ²."""

    coefficients: Floats
    means: Floats
    inverse_information: Floats
    pearson: float
    converged: bool


def fit_series(counts: Floats, design: Floats, log_exposure: Floats, *, alpha: float = 0.0) -> Fit:
    """
    Fit log mean = log exposure + design @ coefficients for one series.

    counts (n,), design (n, k), log_exposure (n,). The variance is mean + alpha·mean²: 0 gives Poisson, more gives
    negative binomial weights. `inverse_information` is for a dispersion of 1.
    """
    log_mean = np.log(counts + 0.5)
    coefficients: Floats = np.zeros(design.shape[1])
    converged = False
    for _ in range(MAX_STEPS):
        means = np.exp(np.clip(log_mean, -MAX_LOG_MEAN, MAX_LOG_MEAN))
        weights = means / (1 + alpha * means)
        response = log_mean - log_exposure + (counts - means) / means
        weighted = design * weights[:, None]
        new = np.linalg.lstsq(weighted.T @ design, weighted.T @ response, rcond=None)[0]
        log_mean = log_exposure + design @ new
        change = float(np.abs(new - coefficients).max())
        coefficients = new
        if change <= TOLERANCE * (1 + float(np.abs(new).max())):
            converged = True
            break
    means = np.exp(np.clip(log_mean, -MAX_LOG_MEAN, MAX_LOG_MEAN))
    weights = means / (1 + alpha * means)
    information = (design * weights[:, None]).T @ design
    pearson = float(np.sum((counts - means) ** 2 / (means * (1 + alpha * means))))
    return Fit(coefficients, means, np.linalg.pinv(information, hermitian=True), pearson, converged)


@dataclass(frozen=True, slots=True)
class PanelFits:
    """As `Fit`, for many panels at once: coefficients (b, k), inverse information (b, k, k), the others (b,)."""

    coefficients: Floats
    inverse_information: Floats
    pearson: Floats
    converged: npt.NDArray[np.bool_]


def fit_panels(counts: Floats, design: Floats, log_exposure: Floats) -> PanelFits:
    """
    Fit log mean = log exposure + area effect + design @ coefficients for panels of areas × periods.

    counts and log_exposure (b, areas, periods), design (b, areas, periods, k). The area effects are fitted and
    eliminated; only `coefficients` and their inverse information, net of the area effects, are given back. Every area
    must have at least one event.
    """
    b, areas, periods, k = design.shape
    log_mean = np.log(counts + 0.5)
    coefficients = np.zeros((b, k))
    information = np.zeros((b, k, k))
    converged = np.zeros(b, dtype=np.bool_)
    for _ in range(MAX_STEPS):
        means = np.exp(np.clip(log_mean, -MAX_LOG_MEAN, MAX_LOG_MEAN))
        response = log_mean - log_exposure + (counts - means) / means
        total = means.sum(axis=2)
        # Weighted means within each area are taken away, which leaves the regression net of the area effects.
        centre = (means[:, :, None, :] @ design)[:, :, 0, :] / total[:, :, None]
        level = (means * response).sum(axis=2) / total
        net = (design - centre[:, :, None, :]).reshape(b, areas * periods, k)
        weighted = (net * means.reshape(b, -1, 1)).swapaxes(1, 2)
        information = weighted @ net
        score = weighted @ (response - level[:, :, None]).reshape(b, -1, 1)
        new = (np.linalg.pinv(information, hermitian=True) @ score)[:, :, 0]
        effects = level - (centre @ new[:, :, None])[:, :, 0]
        log_mean = log_exposure + effects[:, :, None] + (design @ new[:, None, :, None])[:, :, :, 0]
        change = np.abs(new - coefficients).max(axis=1)
        coefficients = new
        converged = change <= TOLERANCE * (1 + np.abs(new).max(axis=1))
        if converged.all():
            break
    means = np.exp(np.clip(log_mean, -MAX_LOG_MEAN, MAX_LOG_MEAN))
    pearson = ((counts - means) ** 2 / means).sum(axis=(1, 2))
    return PanelFits(
        coefficients, np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64), pearson, converged
    )


def newey_west(scores: Floats, lags: int) -> Floats:
    """
    Return the long-run covariance (k, k) of scores (n, k) with Bartlett weights; a missing month is a row of zeros.

    Newey & West (1987, p. 704, eq. 5).
    """
    total: Floats = scores.T @ scores
    for lag in range(1, lags + 1):
        product = scores[lag:].T @ scores[:-lag]
        total = total + (1 - lag / (lags + 1)) * (product + product.T)
    return total
