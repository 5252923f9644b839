"""Replicate weights: the sample drawn again and again from itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Floats, probability, values_of
from samsyn.analysis.estimate.weighting import MAX_ROUNDS, TOLERANCE, Cells, Margin, crossed, raking_factors

N_REPLICATES = 1_000

MAX_FAILED = 0.05
"""When more of the replicates than this cannot be raked, the rest say nothing about chance any more."""

CHUNK = 4_000_000
"""Numbers held at a time while replicates are drawn: 32 MB."""


@dataclass(frozen=True, eq=False)
class ReplicateWeights:
    """
    One set of weights a replicate; made by `bootstrap_weights` and `jackknife_weights`.

    `weights` has shape (R, n); `scale` has shape (R,): what each replicate's squared deviation counts.
    """

    method: str
    weights: Floats
    scale: Floats
    n_failed: int

    def variance(self, replicate_estimates: ArrayLike, estimate: float) -> float:
        r"""
        Return the variance of any estimate that was made once with each replicate's weights.

        :math:`\sum_r c_r (\hat\theta_r - \hat\theta)^2` (Rust & Rao 1996, pp. 283-310).
        """
        deviations = values_of(replicate_estimates, "replicate_estimates", len(self.scale)) - estimate
        return float(self.scale @ deviations**2)

    def means(self, values: ArrayLike) -> Floats:
        """Return the weighted mean of the values with each replicate's weights; shape (R,)."""
        means: Floats = self.weights @ np.asarray(values, dtype=float) / self.weights.sum(axis=1)
        return means


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapEstimate:
    """
    A raked mean or share with its bootstrap error; made by `raked_bootstrap`.

    `low` and `high` are percentiles of the replicates. `n_failed` replicates could not be raked and were left out.
    """

    METHOD: ClassVar[str] = "raked-bootstrap-rao-wu"
    METHOD_VERSION: ClassVar[int] = 1

    value: float
    se: float
    low: float
    high: float
    confidence: float
    n: int
    n_replicates: int
    n_failed: int

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, except the seed, which the caller has."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "n_replicates": self.n_replicates, "tolerance": TOLERANCE},
            "value": self.value,
            "se": self.se,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "n_failed": self.n_failed,
        }


def bootstrap_weights(
    design: Design, *, rng: np.random.Generator, n_replicates: int = N_REPLICATES, margins: Sequence[Margin] = ()
) -> ReplicateWeights:
    r"""
    Draw replicate weights by the bootstrap of Rao and Wu.

    Parameters
    ----------
    design
        The sample with its design weights, before any calibration.
    rng
        The source of chance, so that the same seed gives the same replicates.
    n_replicates
        How many, from 2; 1,000 for a standard error to two digits.
    margins
        Rake each replicate to these, as the sample itself was.

    Returns
    -------
    ReplicateWeights
        `weights` takes n_replicates × n × 8 bytes.

    Raises
    ------
    EstimateError
        The answers chose themselves; a stratum has one cluster; the design is calibrated already; more than 5 % of the
        replicates could not be raked.

    Notes
    -----
    In each stratum :math:`n_h - 1` clusters are drawn with replacement, and a cluster drawn :math:`m` times has its
    weights multiplied by :math:`1 - \lambda_h + \lambda_h m\, n_h/(n_h - 1)`, :math:`\lambda_h = \sqrt{1 - f_h}`
    (Rao & Wu 1988, pp. 231-241; Rao, Wu & Yue 1992, pp. 209-217). Unraked, its variance for a total is that of
    `Design.covariance` in expectation. Do not use it for quantiles of a handful of answers.

    Examples
    --------
    >>> from samsyn.analysis.estimate import mean, survey_design
    >>> values, design = np.arange(100.0), survey_design([1.0] * 100)
    >>> replicates = bootstrap_weights(design, rng=np.random.default_rng(1), n_replicates=2000)
    >>> se = replicates.variance(replicates.means(values), values.mean()) ** 0.5
    >>> f"{se:.2f} beside {mean(values, design).se:.2f}"
    '2.98 beside 2.90'
    """
    _check(design, n_replicates)
    cells = crossed(margins, design.n) if margins else None
    chunks = []
    n_failed = 0
    for size in _chunks(n_replicates, design):
        weights = _multipliers(design, size, rng)[:, design.cluster] * design.weights
        weights, failed = _raked(weights, cells)
        n_failed += failed
        chunks.append(weights)
    together = np.concatenate(chunks)
    _refuse_failures(n_failed, n_replicates)
    kept = len(together)
    return ReplicateWeights("bootstrap-rao-wu", together, np.full(kept, 1 / kept), n_failed)


def jackknife_weights(design: Design, *, margins: Sequence[Margin] = ()) -> ReplicateWeights:
    r"""
    Leave out one cluster at a time.

    Parameters
    ----------
    design
        The sample with its design weights, before any calibration.
    margins
        Rake each replicate to these, as the sample itself was.

    Returns
    -------
    ReplicateWeights
        One replicate a cluster.

    Raises
    ------
    EstimateError
        As for `bootstrap_weights`.

    Notes
    -----
    JKn: without cluster j of stratum h, the stratum's other clusters count :math:`n_h/(n_h-1)` times, and the squared
    deviation counts :math:`(1 - f_h)(n_h - 1)/n_h` times (Rust & Rao 1996, pp. 283-310). Do not use it for medians.

    Examples
    --------
    >>> from samsyn.analysis.estimate import mean, survey_design
    >>> values, design = np.arange(100.0), survey_design([1.0] * 100)
    >>> replicates = jackknife_weights(design)
    >>> se = replicates.variance(replicates.means(values), values.mean()) ** 0.5
    >>> f"{se:.6f} beside {mean(values, design).se:.6f}"
    '2.901149 beside 2.901149'
    """
    _check(design, 2)
    m = len(design.stratum_of_cluster)
    n_in = design.n_clusters[design.stratum_of_cluster]
    same = design.stratum_of_cluster[:, None] == design.stratum_of_cluster[None, :]
    multipliers = np.where(same, (n_in / (n_in - 1))[None, :], 1.0)
    multipliers[np.arange(m), np.arange(m)] = 0.0
    weights = multipliers[:, design.cluster] * design.weights
    fraction = design.sampled_fraction[design.stratum_of_cluster]
    scale = (1 - fraction) * (n_in - 1) / n_in
    weights, n_failed = _raked(weights, crossed(margins, design.n) if margins else None)
    if n_failed:
        # Unlike the bootstrap's, each of these replicates has a part of its own in the variance.
        raise EstimateError(Fault.TOO_FEW_REPLICATES, "margins", n_failed)
    return ReplicateWeights("jackknife-n", weights, scale, 0)


def raked_bootstrap(
    values: ArrayLike,
    design: Design,
    margins: Sequence[Margin],
    *,
    rng: np.random.Generator,
    n_replicates: int = N_REPLICATES,
    confidence: float = 0.95,
) -> BootstrapEstimate:
    r"""
    Estimate a raked mean or share, its error found by drawing the sample anew and raking every draw.

    Parameters
    ----------
    values
        Shape (n,), in the order of the design: a number, 1 for yes and 0 for no, NaN for a missing answer.
    design
        The sample with its design weights, before any calibration.
    margins
        Known distributions of the population.
    rng
        The source of chance.
    n_replicates
        How many, from 2.
    confidence
        Confidence level of the percentile interval.

    Returns
    -------
    BootstrapEstimate

    Raises
    ------
    EstimateError
        As for `bootstrap_weights` and `rake`.

    Notes
    -----
    The same replicates as `bootstrap_weights` with margins, without holding their weights: raking multiplies all
    answers of a cell of the crossed margins by the same factor, so each replicate is a row of cell sums, and all rows
    are raked together. Do not use it to put an interval on answers from volunteers.

    Examples
    --------
    >>> from samsyn.analysis.estimate import margin, survey_design
    >>> sex, answers = ["k", "k", "m", "m", "m"] * 40, [1, 0, 0, 0, 1] * 40
    >>> result = raked_bootstrap(
    ...     answers,
    ...     survey_design([1.0] * 200),
    ...     [margin("kön", sex, {"k": 30_000, "m": 30_000})],
    ...     rng=np.random.default_rng(1),
    ... )
    >>> f"{result.value:.3f} ({result.low:.2f} to {result.high:.2f})"
    '0.417 (0.35 to 0.49)'
    """
    _check(design, n_replicates)
    confidence = probability(confidence, "confidence")
    array = values_of(values, "values", design.n)
    answered = ~np.isnan(array)
    if not answered.any():
        raise EstimateError(Fault.NO_ANSWERS, "values")
    cells = crossed(margins, design.n)
    # Sorted by cell once, each cell's sum is one slice of a row.
    order = np.argsort(cells.cell, kind="stable")
    starts = np.searchsorted(cells.cell[order], np.arange(cells.n_cells))
    cluster, weights = design.cluster[order], design.weights[order]
    has_answer = answered[order].astype(float)
    # Centred: sums of a thousand-fold larger common level would lose digits.
    centre = float(np.nanmean(array))
    filled = np.where(answered, array - centre, 0.0)[order]

    def estimates(multipliers: Floats) -> tuple[Floats, int]:
        drawn = multipliers[:, cluster]
        drawn *= weights
        sizes = np.add.reduceat(drawn, starts, axis=1)
        factors, _, _, failed = raking_factors(sizes, cells, tolerance=TOLERANCE, max_rounds=MAX_ROUNDS)
        counted = sizes if answered.all() else np.add.reduceat(drawn * has_answer, starts, axis=1)
        drawn *= filled
        sums = np.add.reduceat(drawn, starts, axis=1)
        bottom = np.einsum("bc,bc->b", factors, counted)
        found = np.einsum("bc,bc->b", factors, sums) / np.where(bottom > 0, bottom, np.nan)
        found[failed] = np.nan
        return found[~np.isnan(found)], int(np.isnan(found).sum())

    own, failed = estimates(np.ones((1, len(design.stratum_of_cluster))))
    if failed:
        raise EstimateError(Fault.NOT_CONVERGED, "margins")
    found, n_failed = [], 0
    for size in _chunks(n_replicates, design):
        replicates, failed = estimates(_multipliers(design, size, rng))
        found.append(replicates)
        n_failed += failed
    _refuse_failures(n_failed, n_replicates)
    together = np.concatenate(found)
    low, high = np.quantile(together, [(1 - confidence) / 2, (1 + confidence) / 2])
    return BootstrapEstimate(
        value=centre + float(own[0]),
        se=float(np.sqrt(np.mean((together - own[0]) ** 2))),
        low=centre + float(low),
        high=centre + float(high),
        confidence=confidence,
        n=int(answered.sum()),
        n_replicates=n_replicates,
        n_failed=n_failed,
    )


def _check(design: Design, n_replicates: int) -> None:
    design.refuse_self_selected()
    if design.calibration is not None:
        raise EstimateError(Fault.ALREADY_CALIBRATED, "design")
    if n_replicates < 2:
        raise EstimateError(Fault.TOO_FEW_REPLICATES, "n_replicates", n_replicates)
    if (design.n_clusters == 1).any():
        raise EstimateError(Fault.LONELY_CLUSTER, "strata")


def _refuse_failures(n_failed: int, n_replicates: int) -> None:
    if n_failed > MAX_FAILED * n_replicates:
        raise EstimateError(Fault.TOO_FEW_REPLICATES, "margins", n_failed)


def _chunks(n_replicates: int, design: Design) -> list[int]:
    """Return how many replicates to draw at a time, so that memory stays bounded."""
    size = max(1, min(n_replicates, CHUNK // design.n))
    whole, rest = divmod(n_replicates, size)
    return [size] * whole + ([rest] if rest else [])


def _multipliers(design: Design, size: int, rng: np.random.Generator) -> Floats:
    """Return what each cluster's weights are multiplied by; shape (size, m)."""
    multipliers = np.empty((size, len(design.stratum_of_cluster)))
    rows = np.arange(size)[:, None]
    for stratum, n in enumerate(design.n_clusters.tolist()):
        drawn = rng.integers(0, n, size=(size, n - 1), dtype=np.int32) + rows * n
        times = np.bincount(drawn.reshape(-1), minlength=size * n).reshape(size, n)
        shrink = np.sqrt(max(0.0, 1 - design.sampled_fraction[stratum]))
        multipliers[:, design.stratum_of_cluster == stratum] = 1 - shrink + shrink * n / (n - 1) * times
    return multipliers


def _raked(weights: Floats, cells: Cells | None) -> tuple[Floats, int]:
    if cells is None:
        return weights, 0
    order = np.argsort(cells.cell, kind="stable")
    starts = np.searchsorted(cells.cell[order], np.arange(cells.n_cells))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    factors, _, _, failed = raking_factors(sizes, cells, tolerance=TOLERANCE, max_rounds=MAX_ROUNDS)
    raked: Floats = np.delete(weights * factors[:, cells.cell], failed, axis=0)
    return raked, len(failed)
