"""Draw unstable area rates towards the mean: empirical Bayes, ranks, and areas chosen because they were high."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betainccinv, betaincinv, gammaincinv

from samsyn.analysis.compare import checks
from samsyn.analysis.compare.checks import CompareError, Fault, Floats
from samsyn.analysis.compare.verdict import (
    Caution,
    Judgement,
    Measure,
    Missing,
    Verdict,
    settle_limits,
)

MIN_AREAS = 6
"""With fewer areas than this nothing can be said of how areas differ."""

N_DRAWS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrunkenRates:
    """
    Area rates drawn towards the mean; made by `shrink_rates`.

    The arrays of numbers have one place an area, in the order given; None for an area without a count. `weights` is how
    much of the area's own rate was kept: 1 all of it, 0 none. Ranks are from 1, the highest rate.
    """

    METHOD: ClassVar[str] = "empirical-bayes-marshall"
    METHOD_VERSION: ClassVar[int] = 1

    mean_rate: float
    between_variance: float
    dispersion: float
    confidence: float
    draws: int
    rates: tuple[float | None, ...]
    shrunken: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    weights: tuple[float | None, ...]
    ranks: tuple[int | None, ...]
    rank_low: tuple[int | None, ...]
    rank_high: tuple[int | None, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "shrunken_rates",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "dispersion": self.dispersion, "draws": self.draws},
            "mean_rate": self.mean_rate,
            "between_variance": self.between_variance,
            "areas": [
                {
                    "rate": self.rates[i],
                    "shrunken": self.shrunken[i],
                    "low": self.low[i],
                    "high": self.high[i],
                    "weight": self.weights[i],
                    "rank": self.ranks[i],
                    "rank_low": self.rank_low[i],
                    "rank_high": self.rank_high[i],
                }
                for i in range(len(self.rates))
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenAreaComparison:
    """
    An area chosen because its figure was high, against what it was expected to have; made by `compare_chosen_area`.

    `ratio` is the count after over `expected_after`. `naive_ratio` sets it against the area's own peak, and is shown
    only beside the other.
    """

    METHOD: ClassVar[str] = "empirical-bayes-expectation"
    METHOD_VERSION: ClassVar[int] = 1

    chosen: int
    before: int | None
    after: int
    confidence: float
    dispersion: float | None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    expected_after: float | None = None
    naive_ratio: float | None = None
    general_change: float | None = None
    weight: float | None = None
    n_areas: int
    verdict: Verdict
    missing: tuple[Missing, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common; the estimate is observed over expected."""
        return Judgement(
            verdict=self.verdict,
            measure=Measure.RATIO,
            method=self.METHOD,
            method_version=self.METHOD_VERSION,
            confidence=self.confidence,
            estimate=self.ratio,
            low=self.low,
            high=self.high,
            p=self.p,
            missing=self.missing,
            cautions=self.cautions,
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "kind": "chosen_area",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "dispersion": self.dispersion},
            "data": {"chosen": self.chosen, "before": self.before, "after": self.after, "n_areas": self.n_areas},
            **self.judgement.as_dict(),
            "expected_after": self.expected_after,
            "naive_ratio": self.naive_ratio,
            "general_change": self.general_change,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True)
class _Prior:
    """Marshall's moments: the mean, the variance between areas, and what they give each area."""

    mean: float
    between: float
    rates: Floats
    weights: Floats
    shrunken: Floats
    variances: Floats


def shrink_rates(
    counts: npt.ArrayLike,
    exposures: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    dispersion: float = 1.0,
    confidence: float = 0.95,
    draws: int = N_DRAWS,
) -> ShrunkenRates:
    r"""
    Draw each area's rate towards the mean of all areas, the more the fewer inhabitants it has, and rank the result.

    Parameters
    ----------
    counts
        Events in each area, shape (areas,); nan or None where the count is missing.
    exposures
        Inhabitants, or person-years, in the same order.
    rng
        Source of the draws for the rank intervals: ``numpy.random.default_rng(seed)``. Ranks are drawn in the order of
        the areas, so the limits of a rank may move by one when the areas are given in another order.
    dispersion
        Variance over mean of such a count from year to year, from 1.
    confidence
        For the intervals of rates and of ranks.
    draws
        How many draws the rank intervals rest on.

    Returns
    -------
    ShrunkenRates
        Rates are per unit of exposure.

    Raises
    ------
    CompareError
        Fewer than six areas with a count or no events at all (`TOO_FEW`), or arrays that do not fit.

    Notes
    -----
    With rates :math:`r_i = y_i / n_i`, :math:`m = \sum y_i / \sum n_i`, dispersion :math:`\phi`,
    :math:`s^2 = \sum n_i (r_i - m)^2 / \sum n_i` (Marshall 1991, pp. 285-287, the global estimator),

    .. math::
        A = \max(0,\ s^2 - \phi m / \bar n), \qquad w_i = \frac{A}{A + \phi m / n_i}, \qquad
        \hat\theta_i = m + w_i (r_i - m)

    Intervals are those of the gamma distribution with that mean and with the variance of the gamma-Poisson posterior,
    :math:`(1 - w_i) A \hat\theta_i / m`, enlarged for what is not known of m and A (Morris 1983, pp. 50-51:
    :math:`(1 - w_i)^2 \mathrm{Var}(m) + 2 (1 - w_i)^2 (r_i - m)^2 / (k - 3)` for k areas). Ranks are drawn from the
    same distributions.

    Do not use it for areas that belong to groups with different means (town and countryside: shrink within each), nor
    to hide a small area that truly differs: shrinking trades truth about one area for truth about all.

    Examples
    --------
    >>> import numpy as np
    >>> result = shrink_rates([9, 2, 15, 30, 4, 22], [1000, 1000, 2000, 6000, 500, 4000], rng=np.random.default_rng(1))
    >>> [f"{1000 * rate:.1f}" for rate in result.rates]
    ['9.0', '2.0', '7.5', '5.0', '8.0', '5.5']
    >>> [f"{1000 * rate:.2f}" for rate in result.shrunken]
    ['5.77', '5.53', '5.77', '5.54', '5.70', '5.64']
    >>> result.rank_low[0], result.rank_high[0]
    (1, 6)
    """
    y = checks.counts(counts, "counts", ndim=1)
    n = checks.exposures(exposures, "exposures", like=y)
    dispersion = checks.dispersion(dispersion, "dispersion")
    confidence = checks.probability(confidence, "confidence")
    draws = checks.denominator(draws, "draws")
    known = np.flatnonzero(~np.isnan(y))
    if len(known) < MIN_AREAS or y[known].sum() == 0:
        raise CompareError(Fault.TOO_FEW, "counts", len(known))
    prior = _prior(y[known], n[known], dispersion)
    shape, scale = _gamma(prior)
    tail = (1 - confidence) / 2
    low, high = gammaincinv(shape, tail) * scale, gammaincinv(shape, 1 - tail) * scale
    drawn = rng.gamma(shape, scale, size=(draws, len(known)))
    positions = np.argsort(np.argsort(-drawn, axis=1), axis=1) + 1
    limits = np.quantile(positions, [tail, 1 - tail], axis=0, method="inverted_cdf").astype(int)
    # Equal rates share the best rank, as in a result list.
    ranks = 1 + (prior.shrunken[None, :] > prior.shrunken[:, None]).sum(axis=1)

    def spread(values: npt.NDArray[Any], to: type) -> tuple[Any, ...]:
        result: list[Any] = [None] * len(y)
        for place, value in zip(known, values, strict=True):
            result[int(place)] = to(value)
        return tuple(result)

    return ShrunkenRates(
        mean_rate=prior.mean,
        between_variance=prior.between,
        dispersion=dispersion,
        confidence=confidence,
        draws=draws,
        rates=spread(prior.rates, float),
        shrunken=spread(prior.shrunken, float),
        low=spread(np.minimum(low, prior.shrunken), float),
        high=spread(np.maximum(high, prior.shrunken), float),
        weights=spread(prior.weights, float),
        ranks=spread(ranks, int),
        rank_low=spread(np.minimum(limits[0], ranks), int),
        rank_high=spread(np.maximum(limits[1], ranks), int),
    )


def compare_chosen_area(
    before: npt.ArrayLike,
    *,
    chosen: int,
    after: int,
    exposures_before: npt.ArrayLike | None = None,
    exposure_after: float | None = None,
    others_after: tuple[int, float] | None = None,
    dispersion: float | None = None,
    confidence: float = 0.95,
) -> ChosenAreaComparison:
    r"""
    Judge an area that was chosen because its figure was high, against its empirical-Bayes expectation.

    Parameters
    ----------
    before
        Events in every area that could have been chosen, the chosen one included, shape (areas,); nan where missing.
    chosen
        Its position in `before`.
    after
        Its count afterwards.
    exposures_before
        Inhabitants or days, in the same order. None is the same everywhere.
    exposure_after
        The chosen area's exposure afterwards. None is the same as before.
    others_after
        Events and exposure of all the other areas together afterwards. With them a general rise or fall is taken out,
        and its uncertainty counted. None leaves it in.
    dispersion
        Variance over mean of such counts as history shows. None when no history has been looked at.
    confidence
        Confidence level of the two-sided interval.

    Returns
    -------
    ChosenAreaComparison
        CANNOT_BE_JUDGED with fewer than six areas (`AREAS`) or no events before at all (`EVENTS`).

    Raises
    ------
    CompareError
        The counts are no counts, the exposures do not fit them, or the chosen position holds no count.

    Notes
    -----
    The expectation :math:`\hat\theta_i` is that of `shrink_rates`, with shape :math:`k = \hat\theta_i^2 / V_i` of a
    gamma distribution whose variance :math:`V_i` counts what is not known of the mean and of the spread between areas
    (Morris 1983, pp. 50-51). The count after is then negative binomial, whose tails are beta integrals:

    .. math:: P(Y \le y) = I_{1/(1+R)}(k, y / \phi + 1), \qquad R = \mu / (\phi k)

    with :math:`\mu` the expected count.

    The upper tail is :math:`I_{R/(1+R)}(y / \phi, k)`: with a dispersion, effective counts stand in as in
    `compare_counts`. The p-value is twice the smaller tail and the interval is inverted from the same tails.

    Do not use it when the area was chosen by anything else than its figure (`compare_counts`), or with only the highest
    areas at hand: those that were *not* chosen show how much of a peak is chance.

    Examples
    --------
    >>> before = [31, 18, 22, 20, 17, 25, 19, 21, 16, 23]
    >>> result = compare_chosen_area(before, chosen=0, after=19)
    >>> f"{result.expected_after:.1f}", f"{result.naive_ratio:.2f}", f"{result.ratio:.2f}", result.verdict.value
    ('21.2', '0.61', '0.90', 'NO_RELIABLE_CHANGE')
    """
    y = checks.counts(before, "before", ndim=1)
    n = checks.exposures(exposures_before, "exposures_before", like=y)
    chosen = checks.index(chosen, "chosen", below=len(y))
    if math.isnan(y[chosen]):
        raise CompareError(Fault.NOT_A_NUMBER, "before")
    after = checks.count(after, "after")
    exposed_after = float(n[chosen]) if exposure_after is None else checks.exposure(exposure_after, "exposure_after")
    confidence = checks.probability(confidence, "confidence")
    phi = 1.0 if dispersion is None else checks.dispersion(dispersion, "dispersion")
    known = np.flatnonzero(~np.isnan(y))
    missing: list[Missing] = []
    if len(known) < MIN_AREAS:
        missing.append(Missing.AREAS)
    if y[known].sum() == 0:
        missing.append(Missing.EVENTS)
    cautions = (Caution.NO_HISTORY,) if dispersion is None else ()
    base: dict[str, Any] = {
        "chosen": chosen,
        "before": int(y[chosen]),
        "after": after,
        "confidence": confidence,
        "dispersion": None if dispersion is None else phi,
        "n_areas": len(known),
    }
    if missing:
        return ChosenAreaComparison(**base, verdict=Verdict.CANNOT_BE_JUDGED, missing=tuple(missing))
    prior = _prior(y[known], n[known], phi)
    at = int(np.flatnonzero(known == chosen)[0])
    shape = float(_gamma(prior)[0][at])
    expected = float(prior.shrunken[at]) * exposed_after
    general = 1.0
    if others_after is not None:
        count_after, exposure_others = (
            checks.count(others_after[0], "others_after"),
            checks.exposure(others_after[1], "others_after"),
        )
        rest = known[known != chosen]
        count_before, exposure_before = float(y[rest].sum()), float(n[rest].sum())
        if count_after and count_before:
            general = count_after / exposure_others / (count_before / exposure_before)
            expected *= general
            # The general change is itself two counts; relative variances add up.
            shape = 1 / (1 / shape + phi / count_after + phi / count_before)
    odds = expected / phi / shape
    b = after / phi
    lower = float(betainc(shape, b + 1, 1 / (1 + odds)))
    upper = float(betainc(b, shape, odds / (1 + odds))) if after else 1.0
    tail = (1 - confidence) / 2
    if lower < tail and lower <= upper:
        verdict = Verdict.CLEAR_DECREASE
    elif upper < tail:
        verdict = Verdict.CLEAR_INCREASE
    else:
        verdict = Verdict.NO_RELIABLE_CHANGE
    high = float(betainccinv(b + 1, shape, tail) / betaincinv(shape, b + 1, tail)) / odds
    low = float(betaincinv(b, shape, tail) / betainccinv(shape, b, tail)) / odds if after else 0.0
    low, high = settle_limits(low, high, 1.0, verdict)
    own = float(y[chosen]) / float(n[chosen]) * exposed_after
    return ChosenAreaComparison(
        **base,
        ratio=after / expected,
        low=low,
        high=high,
        p=max(checks.SMALLEST_P, min(1.0, 2 * min(lower, upper))),
        expected_after=expected,
        naive_ratio=after / own if own else None,
        general_change=general if others_after is not None else None,
        weight=float(prior.weights[at]),
        verdict=verdict,
        cautions=cautions,
    )


def _prior(y: Floats, n: Floats, dispersion: float) -> _Prior:
    total = n.sum()
    mean = float(y.sum() / total)
    rates = y / n
    k = len(y)
    observed = float((n * (rates - mean) ** 2).sum() / total)
    between = max(0.0, observed - dispersion * mean / float(n.mean()))
    chance = dispersion * mean / n
    weights = between / (between + chance)
    shrunken = mean + weights * (rates - mean)
    of_mean = float((n**2 * (between + chance)).sum() / total**2)
    # The gamma-Poisson posterior is wider for a high rate than for a low one.
    unknown = (1 - weights) ** 2 * (of_mean + 2 * (rates - mean) ** 2 / (k - 3))
    variances = (1 - weights) * between * shrunken / mean + unknown
    return _Prior(mean, between, rates, weights, shrunken, variances)


def _gamma(prior: _Prior) -> tuple[Floats, Floats]:
    """Shape and scale with each area's mean and variance."""
    mean = prior.shrunken
    variance = np.maximum(prior.variances, mean**2 * 1e-9)
    return mean**2 / variance, variance / mean
