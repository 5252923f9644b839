"""How a sample was drawn, and the variance that follows from it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Booleans, Floats, Integers, Labels, coded, values_of


class Selection(enum.StrEnum):
    """Who chose that these people should answer."""

    PROBABILITY = "PROBABILITY"
    """Chance: each person had a known probability of being asked."""
    SELF_SELECTED = "SELF_SELECTED"
    """They themselves: an open link, a stand in the square, a form in the library."""


class Lonely(enum.StrEnum):
    """What to do with a stratum that has a single cluster."""

    REFUSE = "REFUSE"
    CENTRE = "CENTRE"
    """Compare it with the mean of all clusters; makes the variance larger rather than smaller."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the weights were fitted to: the weights before, and the auxiliary variables, shape (n, p)."""

    base_weights: Floats
    auxiliaries: Floats

    @cached_property
    def _projection(self) -> Floats:
        weighted = self.auxiliaries * self.base_weights[:, None]
        # Margins share their total, so their columns are dependent; the pseudo-inverse takes no offence.
        inverse = np.linalg.pinv(self.auxiliaries.T @ weighted, rcond=1e-12, hermitian=True)
        projection: Floats = inverse @ weighted.T
        return projection

    def residuals(self, influence: Floats) -> Floats:
        """Return what of each column the auxiliaries do not explain."""
        residuals: Floats = influence - self.auxiliaries @ (self._projection @ influence)
        return residuals


@dataclass(frozen=True, eq=False)
class Design:
    """
    How the answers were drawn; made by `survey_design`, changed by weighting.

    `weights`, `stratum` and `cluster` have shape (n,), one an answer. `stratum_of_cluster` has shape (m,), one a
    cluster; `n_clusters` and `sampled_fraction` have shape (H,), one a stratum.
    """

    weights: Floats
    stratum: Integers
    cluster: Integers
    stratum_of_cluster: Integers
    n_clusters: Integers
    sampled_fraction: Floats
    selection: Selection
    lonely: Lonely
    calibration: Calibration | None = None

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.weights)

    @property
    def is_census(self) -> bool:
        """Whether every cluster of the population is in the sample."""
        return bool((self.sampled_fraction >= 1).all())

    @property
    def base_weights(self) -> Floats:
        """The weights before calibration."""
        return self.weights if self.calibration is None else self.calibration.base_weights

    def refuse_self_selected(self) -> None:
        """
        Stop what would give a margin of error to answers that have none.

        :raises EstimateError: those who answered chose themselves
        """
        if self.selection is Selection.SELF_SELECTED:
            raise EstimateError(Fault.SELF_SELECTED, "design")

    def with_weights(self, weights: Floats, calibration: Calibration | None) -> Design:
        """Return the same sample with other weights."""
        return replace(self, weights=weights, calibration=calibration)

    def within(self, groups: Labels) -> Design:
        """
        Return the design with each group drawn by itself, as when a new sample is drawn every year.

        Finite populations are kept only when every group has all strata of its own; otherwise they are left out.
        """
        _, codes = coded(groups, "groups", self.n)
        n_groups = int(codes.max()) + 1
        pairs = self.stratum * n_groups + codes
        old, stratum = np.unique(pairs, return_inverse=True)
        clusters = self.cluster * n_groups + codes
        fraction = self.sampled_fraction[old // n_groups]
        if len(old) > len(self.n_clusters):
            fraction = np.zeros(len(old))
        return _assembled(
            self.weights,
            stratum.astype(np.int64),
            clusters,
            fraction,
            selection=self.selection,
            lonely=self.lonely,
            calibration=self.calibration,
        )

    def cluster_totals(self, contributions: Floats) -> Floats:
        """Return the sums over each cluster's answers; (n, k) gives (m, k)."""
        m = len(self.stratum_of_cluster)
        if m == self.n and (np.diff(self.cluster) > 0).all():
            return contributions
        columns = [np.bincount(self.cluster, weights=column, minlength=m) for column in contributions.T]
        return np.stack(columns, axis=1)

    def variances(self, influence: Floats) -> Floats:
        """Return the diagonal of `covariance`, shape (k,), without the rest of it."""
        deviations = self._deviations(influence)
        variances: Floats = np.einsum("ij,ij->j", deviations, deviations)
        return variances

    def covariance(self, influence: Floats) -> Floats:
        r"""
        Return the covariance matrix of weighted sums, by the differences between clusters within strata.

        Parameters
        ----------
        influence
            Shape (n, k): the linearised variables :math:`u`, so that each estimate errs about as
            :math:`\sum_i w_i u_i`.

        Notes
        -----
        With :math:`z_{hj} = \sum_{i \in hj} w_i e_i` for cluster j of stratum h,

        .. math::
            \hat V = \sum_h (1 - f_h) \frac{n_h}{n_h - 1}
                     \sum_j (z_{hj} - \bar z_h)(z_{hj} - \bar z_h)'

        where :math:`e = u` for plain weights and, for calibrated weights, :math:`e = u - x'\hat B` with
        :math:`\hat B` from regressing u on the auxiliaries with the weights before calibration (Deville & Särndal
        1992, pp. 376-382; Binder 1983, pp. 279-292). Later stages of sampling are covered by the differences between
        clusters, which is exact without the finite correction and slightly small with it.
        """
        deviations = self._deviations(influence)
        covariance: Floats = deviations.T @ deviations
        return covariance

    def _deviations(self, influence: Floats) -> Floats:
        """Return each cluster's distance from its stratum's mean, scaled so that the squares sum to the variance."""
        self.refuse_self_selected()
        errors = influence if self.calibration is None else self.calibration.residuals(influence)
        totals = self.cluster_totals(errors * self.weights[:, None])
        sums = np.stack(
            [
                np.bincount(self.stratum_of_cluster, weights=column, minlength=len(self.n_clusters))
                for column in totals.T
            ],
            axis=1,
        )
        means = sums / self.n_clusters[:, None]
        alone = self.n_clusters == 1
        factor = (1 - self.sampled_fraction) * self.n_clusters / np.maximum(self.n_clusters - 1, 1)
        if alone.any():
            # A stratum in which everybody was asked adds nothing, however few they are.
            means[alone] = totals.mean(axis=0)
            # A single cluster in all has nothing to be compared with; it is left to its degrees of freedom, none.
            is_told = self.lonely is Lonely.CENTRE or len(totals) == 1
            if not is_told and (factor[alone] > 0).any():
                raise EstimateError(Fault.LONELY_CLUSTER, "strata")
        deviations = totals - means[self.stratum_of_cluster]
        deviations *= np.sqrt(np.maximum(factor, 0))[self.stratum_of_cluster][:, None]
        return deviations

    def degrees_of_freedom(self, domain: Booleans | None = None) -> int:
        """
        Return clusters minus strata, counted where the domain has answers.

        Clusters of the stratum in which nobody belongs to the domain do not count: they would make the intervals of
        small groups too narrow (Korn & Graubard 1999, ch. 5).
        """
        if domain is None:
            return len(self.stratum_of_cluster) - len(self.n_clusters)
        clusters = np.zeros(len(self.stratum_of_cluster), dtype=bool)
        clusters[self.cluster[domain]] = True
        strata = np.zeros(len(self.n_clusters), dtype=bool)
        strata[self.stratum_of_cluster[clusters]] = True
        return int(clusters.sum()) - int(strata.sum())


def survey_design(
    weights: ArrayLike,
    *,
    strata: Labels | None = None,
    clusters: Labels | None = None,
    n_population: ArrayLike | None = None,
    selection: Selection = Selection.PROBABILITY,
    lonely: Lonely = Lonely.REFUSE,
) -> Design:
    r"""
    Describe how a sample was drawn.

    Parameters
    ----------
    weights
        Shape (n,). How many people in the population each answer stands for: one over the probability of being
        asked. Equal numbers when all had the same probability. Positive.
    strata
        Shape (n,), in the same order: the stratum that each answer was drawn from. None for one stratum.
    clusters
        Shape (n,): the cluster (the first stage: a school, a household, a district) that was drawn. The same name in
        two strata is two clusters. None when persons were drawn.
    n_population
        Shape (n,): how many clusters (persons, when persons were drawn) the answer's *stratum* holds in the
        population; the same within a stratum. None leaves the finite correction out, which never makes an
        interval too narrow.
    selection
        SELF_SELECTED when people chose themselves. Then nothing here gives a margin of error.
    lonely
        What to do with strata of a single cluster.

    Returns
    -------
    Design

    Raises
    ------
    EstimateError
        No answers, arrays of different lengths, a weight that is not positive and finite, a population that varies
        within a stratum or is smaller than what was drawn from it.

    Notes
    -----
    Do not use it for answers whose probability of being asked nobody knows, other than as SELF_SELECTED: weights do
    not turn volunteers into a sample.

    Examples
    --------
    Two strata with a finite correction, as in the manual of Stata's ``svyset``:

    >>> design = survey_design([3] * 5 + [4] * 3, strata=[1] * 5 + [2] * 3, n_population=[15] * 5 + [12] * 3)
    >>> design.n, design.degrees_of_freedom(), design.sampled_fraction.round(3).tolist()
    (8, 6, [0.333, 0.25])
    """
    array = np.asarray(weights, dtype=float)
    if array.ndim != 1:
        raise EstimateError(Fault.DIFFERENT_LENGTHS, "weights", array.shape)
    n = len(array)
    if n == 0:
        raise EstimateError(Fault.NO_ANSWERS, "weights")
    if not (np.isfinite(array) & (array > 0)).all():
        raise EstimateError(Fault.WEIGHT_NOT_POSITIVE, "weights")
    stratum = np.zeros(n, dtype=np.int64) if strata is None else coded(strata, "strata", n)[1]
    n_strata = int(stratum.max()) + 1
    named = np.arange(n) if clusters is None else coded(clusters, "clusters", n)[1]
    # The same name in two strata is two clusters.
    cluster = named if clusters is None else stratum * (int(named.max()) + 1) + named
    in_stratum = np.bincount(stratum if clusters is None else stratum[np.unique(cluster, return_index=True)[1]])
    fraction = np.zeros(n_strata)
    if n_population is not None:
        population = values_of(n_population, "n_population", n)
        known = np.zeros(n_strata)
        known[stratum] = population
        if not (known[stratum] == population).all():
            raise EstimateError(Fault.POPULATION_VARIES, "n_population")
        if not (known >= in_stratum).all():
            raise EstimateError(Fault.POPULATION_TOO_SMALL, "n_population", float(known.min()))
        fraction = in_stratum / known
    return _assembled(array, stratum, cluster, fraction, selection=selection, lonely=lonely, calibration=None)


def _assembled(weights: Floats, stratum: Integers, cluster: Integers, sampled_fraction: Floats, **rest: Any) -> Design:
    if len(cluster) == 0 or (np.diff(cluster) > 0).all():
        # Each answer is a cluster of its own, in order: nothing to look up.
        stratum_of_cluster, codes = stratum, np.arange(len(cluster))
    else:
        _, first, codes = np.unique(cluster, return_index=True, return_inverse=True)
        stratum_of_cluster = stratum[first]
    n_clusters = np.bincount(stratum_of_cluster, minlength=len(sampled_fraction))
    return Design(
        weights=weights,
        stratum=stratum,
        cluster=codes.astype(np.int64),
        stratum_of_cluster=stratum_of_cluster,
        n_clusters=n_clusters.astype(np.int64),
        sampled_fraction=sampled_fraction,
        **rest,
    )


def kish_design_effect(weights: ArrayLike) -> float:
    r"""
    Say how many times larger unequal weights make the variance of a mean.

    Parameters
    ----------
    weights
        Shape (n,), positive; any scale.

    Returns
    -------
    float
        From 1 (equal weights). n divided by it is the effective number of answers.

    Notes
    -----
    :math:`n \sum w^2 / (\sum w)^2` (Kish 1992, pp. 183-200). It holds when the weights have
    nothing to do with the answers; when they do, weighting can also make the variance smaller. Do not use it as the
    design effect of a clustered sample: it does not see the clusters.

    Examples
    --------
    >>> kish_design_effect([1, 1, 1, 1]), kish_design_effect([1, 1, 1, 3])
    (1.0, 1.3333333333333333)
    """
    array = np.asarray(weights, dtype=float)
    if array.ndim != 1 or len(array) == 0:
        raise EstimateError(Fault.NO_ANSWERS, "weights")
    if not (np.isfinite(array) & (array > 0)).all():
        raise EstimateError(Fault.WEIGHT_NOT_POSITIVE, "weights")
    # Divided by the mean first: huge and tiny scales would overflow when squared.
    relative = array / array.mean()
    return max(1.0, float(np.mean(relative**2)))
