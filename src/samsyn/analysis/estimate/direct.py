"""Means, shares and totals, of all who answered or of one group after the other."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.faults import EstimateError, Fault, Missing
from samsyn.analysis.estimate.inputs import Booleans, Floats, Labels, answers_of, coded, probability, values_of
from samsyn.analysis.estimate.intervals import ShareInterval, share_interval, t_quantile

ROUNDING = 1e-6
"""Effective answers are a quotient: thirty may come out a rounding error below."""

MIN_EFFECTIVE_ANSWERS = 30
"""A direct figure that rests on fewer effective answers than this is not shown."""


class Quantity(enum.StrEnum):
    """What is estimated."""

    MEAN = "MEAN"
    SHARE = "SHARE"
    TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    One figure from a sample, with its uncertainty; made by `mean`, `share`, `total` and `by_domain`.

    `value`, `se`, `low` and `high` have the unit of what was asked; a share is a fraction of one. None means that it
    cannot be given. `n_effective` is how many answers of an equal-probability sample would be worth as much.
    The numbers stay here when `missing` names something, since a small-area model needs them; `as_dict` leaves
    them out, so that no page shows them.
    """

    METHOD: ClassVar[str] = "design-based-taylor"
    METHOD_VERSION: ClassVar[int] = 1

    quantity: Quantity
    value: float | None
    se: float | None
    low: float | None
    high: float | None
    confidence: float
    df: int
    n: int
    n_missing: int
    n_effective: float
    kish: float
    design_effect: float | None
    interval: str
    is_calibrated: bool
    missing: tuple[Missing, ...]

    @property
    def can_be_shown(self) -> bool:
        """Whether the figure may stand on a page."""
        return not self.missing

    @property
    def standard_error(self) -> float:
        """
        The standard error.

        :raises EstimateError: it cannot be given
        """
        if self.se is None:
            raise EstimateError(Fault.NO_ANSWERS, "estimate")
        return self.se

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        shown = self.can_be_shown
        return {
            "kind": self.quantity.value.lower(),
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "confidence": self.confidence,
                "interval": self.interval,
                "is_calibrated": self.is_calibrated,
                "min_effective_answers": MIN_EFFECTIVE_ANSWERS,
            },
            "missing": [item.value for item in self.missing],
            "is_model_estimate": False,
            "value": self.value if shown else None,
            "se": self.se if shown else None,
            "low": self.low if shown else None,
            "high": self.high if shown else None,
            "df": self.df,
            "n": self.n,
            "n_missing": self.n_missing,
            "n_effective": self.n_effective,
            "kish_design_effect": self.kish,
            "design_effect": self.design_effect,
        }


def mean(values: ArrayLike, design: Design, *, domain: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    r"""
    Estimate a mean in the population, or in a group of it.

    Parameters
    ----------
    values
        Shape (n,), in the order of the design: what each person answered, as a number. NaN is a missing answer.
    design
        How the answers were drawn.
    domain
        Shape (n,): true for those who belong to the group asked about. None for all.
    confidence
        Confidence level, two-sided.

    Returns
    -------
    Estimate
        `missing` names what it lacks; with fewer than 30 effective answers the figure is not shown.

    Raises
    ------
    EstimateError
        The answers chose themselves, the arrays differ in length, or a value is infinite.

    Notes
    -----
    :math:`\hat\mu = \sum_d w_i y_i / \sum_d w_i`, with the linearised variable
    :math:`u_i = 1_d (y_i - \hat\mu) / \sum_d w_i` (Woodruff 1971, pp. 411-414; Särndal, Swensson & Wretman 1992,
    § 5.5-5.8) and the variance of `Design.covariance`. A missing answer is treated as belonging to no group: right
    when those who skipped the question are like the others, which nobody knows. The interval is Student's, with
    clusters minus strata degrees of freedom.

    The design effect compares with the weighted variance of the values over n. Effective answers are n over the
    larger of the design effect and that of Kish.

    Do not use it for incomes and other values with a long tail from a few answers, nor for the steps of a scale as if
    the distances between them were known.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> design = survey_design([3] * 5 + [4] * 3, strata=[1] * 5 + [2] * 3, n_population=[15] * 5 + [12] * 3)
    >>> result = mean([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2], design)
    >>> f"{result.value:.6f} ({result.se:.6f})"
    '5.448148 (0.616041)'
    >>> result.can_be_shown, [item.value for item in result.missing]
    (False, ['EFFECTIVE_ANSWERS'])
    """
    return _estimate(
        values_of(values, "values", design.n),
        design,
        _domain(domain, design.n),
        Quantity.MEAN,
        confidence,
        ShareInterval.AUTO,
    )


def share(
    values: ArrayLike,
    design: Design,
    *,
    domain: ArrayLike | None = None,
    confidence: float = 0.95,
    interval: ShareInterval = ShareInterval.AUTO,
) -> Estimate:
    """
    Estimate which share of the population, or of a group of it, answers yes.

    Parameters
    ----------
    values
        Shape (n,): 1 for yes, 0 for no, NaN for a missing answer.
    design, domain, confidence
        As for `mean`.
    interval
        Which interval, see `share_interval`.

    Returns
    -------
    Estimate
        As for `mean`. From no yes, or no no, at all there is still an interval.

    Raises
    ------
    EstimateError
        As for `mean`; also a value that is neither 0 nor 1.

    Notes
    -----
    As for `mean`, with an interval that stays between 0 and 1. Do not use it with the denominator unknown.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> result = share([1] * 16 + [0] * 84, survey_design([592] * 100))
    >>> f"{result.value:.2f} ({result.low:.3f} to {result.high:.3f})"
    '0.16 (0.100 to 0.247)'
    """
    return _estimate(
        answers_of(values, "values", design.n),
        design,
        _domain(domain, design.n),
        Quantity.SHARE,
        confidence,
        ShareInterval(interval),
    )


def total(values: ArrayLike, design: Design, *, domain: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    r"""
    Estimate a sum over the population, or over a group of it: how many, how much.

    Parameters
    ----------
    values, design, domain, confidence
        As for `mean`. The weights must be expansion weights: persons that each answer stands for.

    Returns
    -------
    Estimate
        As for `mean`, in the unit of the values.

    Raises
    ------
    EstimateError
        As for `mean`.

    Notes
    -----
    :math:`\sum_d w_i y_i`, linearised variable :math:`1_d y_i` (Cochran 1977, § 5.3-5.4, for strata). A missing answer
    counts as nothing, so the total is too low by what those who skipped the question stand for.
    Do not use it when the weights are on another scale than the population, or after a question that many skipped.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> design = survey_design([3] * 5 + [4] * 3, strata=[1] * 5 + [2] * 3, n_population=[15] * 5 + [12] * 3)
    >>> result = total([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2], design)
    >>> f"{result.value:.1f} ({result.se:.2f})"
    '147.1 (16.63)'
    """
    return _estimate(
        values_of(values, "values", design.n),
        design,
        _domain(domain, design.n),
        Quantity.TOTAL,
        confidence,
        ShareInterval.AUTO,
    )


def by_domain(
    values: ArrayLike,
    domains: Labels,
    design: Design,
    *,
    quantity: Quantity = Quantity.SHARE,
    confidence: float = 0.95,
) -> dict[Any, Estimate]:
    """
    Estimate the same thing in each group: in each area, for women and for men.

    Parameters
    ----------
    values, design, confidence
        As for `mean`.
    domains
        Shape (n,), in the same order: the group each person belongs to.
    quantity
        SHARE, MEAN or TOTAL.

    Returns
    -------
    dict
        One `Estimate` a group, by its label, in the labels' order.

    Raises
    ------
    EstimateError
        As for the estimator asked for.

    Notes
    -----
    A group's size in the sample is itself a matter of chance, and the standard error takes that in; cutting the file
    to the group and treating the rest as never drawn would not (Särndal, Swensson & Wretman 1992, ch. 10).
    Do not rank the groups by these figures, and do not compare two of them by their intervals.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> answers, area = [1, 0, 1, 1] * 20, ["norr", "norr", "söder", "söder"] * 20
    >>> {name: result.value for name, result in by_domain(answers, area, survey_design([1.0] * 80)).items()}
    {'norr': 0.5, 'söder': 1.0}
    """
    is_share = quantity is Quantity.SHARE
    array = (answers_of if is_share else values_of)(values, "values", design.n)
    labels, codes = coded(domains, "domains", design.n)
    return {
        label: _estimate(array, design, codes == code, Quantity(quantity), confidence, ShareInterval.AUTO)
        for code, label in enumerate(labels)
    }


def influence_of_mean(values: Floats, weights: Floats, domain: Booleans) -> tuple[float, Floats]:
    """
    Return a group's mean and each answer's linearised part in it; the group has answers.

    :raises EstimateError: calibration gave the group weights below zero that outweigh the others
    """
    kept = np.where(domain, weights, 0.0)
    size = kept.sum()
    if not size > 0:
        raise EstimateError(Fault.WEIGHT_NOT_POSITIVE, "design", float(size))
    filled = np.where(domain, values, 0.0)
    estimate = float(kept @ filled / size)
    return estimate, np.where(domain, (filled - estimate) / size, 0.0)


def refuse_totals(quantity: Quantity) -> None:
    """
    Stop comparisons of totals, which differ as soon as the groups do in size.

    :raises EstimateError: the quantity is a total
    """
    if quantity is Quantity.TOTAL:
        raise EstimateError(Fault.NO_TOTALS, "quantity", quantity.value)


def smallest_variance(values: Floats) -> float:
    """Return the variance below which values of this size differ by rounding alone."""
    return float((1e-12 * np.nanmax(np.abs(values), initial=0.0)) ** 2)


def worth(values: Floats, weights: Floats, variance: float, quantity: Quantity) -> tuple[float, float | None, float]:
    """Return Kish's design effect, the design effect and the effective number of answers of a group."""
    n = len(values)
    size = weights.sum()
    # Not by the public function: the weights of the regression estimator may be below zero.
    kish = max(1.0, float(n * np.sum((weights / size) ** 2)))
    effect = None
    if n > 1:
        centre = weights @ values / size
        spread = float(weights @ (values - centre) ** 2 / size) * n / (n - 1)
        simple = spread / n * (size**2 if quantity is Quantity.TOTAL else 1.0)
        if spread > smallest_variance(values):
            effect = float(variance / simple)
    return kish, effect, float(n / max(kish, effect or 0.0))


def _domain(domain: ArrayLike | None, n: int) -> Booleans:
    if domain is None:
        return np.ones(n, dtype=bool)
    array = np.asarray(domain)
    if array.shape != (n,):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, "domain", array.shape)
    return array.astype(bool)


def _estimate(
    values: Floats,
    design: Design,
    domain: Booleans,
    quantity: Quantity,
    confidence: float,
    interval: ShareInterval,
) -> Estimate:
    design.refuse_self_selected()
    confidence = probability(confidence, "confidence")
    answered = domain & ~np.isnan(values)
    n = int(answered.sum())
    n_missing = int(domain.sum()) - n
    if n == 0:
        return Estimate(
            quantity=quantity,
            value=None,
            se=None,
            low=None,
            high=None,
            confidence=confidence,
            df=0,
            n=0,
            n_missing=n_missing,
            n_effective=0.0,
            kish=1.0,
            design_effect=None,
            interval="none",
            is_calibrated=design.calibration is not None,
            missing=(Missing.ANSWERS,),
        )
    if quantity is Quantity.TOTAL:
        influence = np.where(answered, values, 0.0)
        value = float(design.weights @ influence)
    else:
        value, influence = influence_of_mean(values, design.weights, answered)
        if quantity is Quantity.SHARE:
            # Sums of weights can leave a share of all who answered a rounding error above one.
            value = min(1.0, max(0.0, value))
    variance = float(design.variances(influence[:, None])[0])
    kept_values, kept_weights = values[answered], design.weights[answered]
    kish, effect, effective = worth(kept_values, kept_weights, variance, quantity)
    df = design.degrees_of_freedom(answered)
    se = float(np.sqrt(variance))
    missing = []
    if effective < MIN_EFFECTIVE_ANSWERS - ROUNDING:
        missing.append(Missing.EFFECTIVE_ANSWERS)
    low: float | None
    high: float | None
    if df < 1:
        missing.append(Missing.CLUSTERS)
        low = high = None
        method = "none"
    elif design.is_census and design.calibration is None:
        low, high, method = value, value, "census"
    elif quantity is Quantity.SHARE:
        is_settled = bool((kept_values == kept_values[0]).all())
        low, high, kind = share_interval(
            value,
            0.0 if is_settled else se,
            n=n,
            df=df,
            n_effective=effective,
            kind=interval,
            confidence=confidence,
        )
        method = kind.value.lower().replace("_", "-")
    elif effect is None and quantity is Quantity.MEAN:
        missing.append(Missing.VARIATION)
        low = high = None
        method = "none"
    else:
        half = t_quantile(confidence, df) * se
        low, high, method = value - half, value + half, "t"
    return Estimate(
        quantity=quantity,
        value=value,
        se=se,
        low=low,
        high=high,
        confidence=confidence,
        df=df,
        n=n,
        n_missing=n_missing,
        n_effective=effective,
        kish=kish,
        design_effect=effect,
        interval=method,
        is_calibrated=design.calibration is not None,
        missing=tuple(missing),
    )
