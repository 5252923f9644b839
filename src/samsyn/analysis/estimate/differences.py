"""Whether groups differ: the difference itself is tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.compare import Verdict
from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.direct import (
    MIN_EFFECTIVE_ANSWERS,
    ROUNDING,
    Estimate,
    Quantity,
    influence_of_mean,
    refuse_totals,
    smallest_variance,
    worth,
)
from samsyn.analysis.estimate.faults import EstimateError, Fault, Missing
from samsyn.analysis.estimate.inputs import (
    Booleans,
    Floats,
    Label,
    Labels,
    answers_of,
    coded,
    probability,
    values_of,
)
from samsyn.analysis.estimate.intervals import t_p_value, t_quantile

MIN_CASES = 10
"""With fewer effective yes, or no, than this in a group a difference of shares is not tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    The second group minus the first; made by `difference`, `difference_from_rest` and `difference_of_estimates`.

    None means that it cannot be given. `p_adjusted` is p among all the differences that were asked for together.
    """

    METHOD: ClassVar[str] = "design-based-t"
    METHOD_VERSION: ClassVar[int] = 1

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    df: float
    p: float | None
    p_adjusted: float | None
    confidence: float
    verdict: Verdict
    missing: tuple[Missing, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence},
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "value": self.value,
            "se": self.se,
            "low": self.low,
            "high": self.high,
            "df": self.df,
            "p": self.p,
            "p_adjusted": self.p_adjusted,
        }


def difference(
    values: ArrayLike,
    domains: Labels,
    design: Design,
    first: Label,
    second: Label,
    *,
    quantity: Quantity = Quantity.SHARE,
    confidence: float = 0.95,
) -> Difference:
    r"""
    Test whether two groups differ.

    Parameters
    ----------
    values, domains, design
        As for `by_domain`, shape (n,) each and in the same order.
    first, second
        The two groups' labels.
    quantity
        SHARE or MEAN.
    confidence
        Confidence level, two-sided.

    Returns
    -------
    Difference
        Second minus first. The verdict is clear exactly when the interval leaves out 0 and p is below
        1 - `confidence`. CANNOT_BE_JUDGED with fewer than 30 effective answers in a group, or fewer than 10 effective
        yes or no.

    Raises
    ------
    EstimateError
        As for `by_domain`; NO_ANSWERS for a label that is not there; NO_TOTALS when asked for a total.

    Notes
    -----
    The difference of the two linearised variables is one linearised variable, so answers of the same clusters, strata
    and calibration are taken in as they should be (Woodruff 1971, pp. 411-414; Heeringa, West & Berglund 2017, §
    5.6). Student's t with clusters minus strata minus 1 degrees of freedom.
    Two intervals that overlap may belong to groups that differ clearly. Do not use it for the pair that was picked
    because it differed most.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> answers = [1] * 60 + [0] * 140 + [1] * 84 + [0] * 116
    >>> result = difference(answers, ["män"] * 200 + ["kvinnor"] * 200, survey_design([1.0] * 400), "män", "kvinnor")
    >>> f"{result.value:.2f} ({result.low:.2f} to {result.high:.2f}), p = {result.p:.3f}", result.verdict.value
    ('0.12 (0.03 to 0.21), p = 0.012', 'CLEAR_INCREASE')
    """
    array, masks = _groups(values, domains, design, quantity)
    for label in (first, second):
        if label not in masks:
            raise EstimateError(Fault.NO_ANSWERS, "domains", label)
    pair = masks[first], masks[second]
    return _contrasts(array, design, [pair], quantity, probability(confidence, "confidence"))[0]


def difference_from_rest(
    values: ArrayLike,
    domains: Labels,
    design: Design,
    *,
    quantity: Quantity = Quantity.SHARE,
    confidence: float = 0.95,
) -> dict[Any, Difference]:
    """
    Test each group against all others together, adjusted for how many groups were looked at.

    Parameters
    ----------
    values, domains, design, quantity, confidence
        As for `difference`.

    Returns
    -------
    dict
        One `Difference` a group: the group minus the rest. Here the verdict follows `p_adjusted`, and the interval is
        that of one difference by itself: it may leave out 0 where the verdict does not call it clear.

    Raises
    ------
    EstimateError
        As for `difference`.

    Notes
    -----
    p-values by Benjamini & Yekutieli (2001, pp. 1165-1188), since the groups' differences hang together: of the
    groups called clear, at most 1 - `confidence` are wrong in expectation. Do not use it to rank the groups.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> answers, area = [1, 0, 0, 0] * 50 + [1, 1, 1, 0] * 50, ["norr"] * 100 + ["öst"] * 100 + ["söder"] * 200
    >>> found = difference_from_rest(answers, area, survey_design([1.0] * 400))
    >>> {name: each.verdict.value for name, each in found.items()}
    {'norr': 'CLEAR_DECREASE', 'söder': 'CLEAR_INCREASE', 'öst': 'CLEAR_DECREASE'}
    """
    array, masks = _groups(values, domains, design, quantity)
    confidence = probability(confidence, "confidence")
    everybody = np.logical_or.reduce(list(masks.values()))
    pairs = [(everybody & ~mask, mask) for mask in masks.values()]
    found = dict(zip(masks, _contrasts(array, design, pairs, quantity, confidence), strict=True))
    judged = [label for label, each in found.items() if each.p is not None]
    adjusted = _benjamini_yekutieli([each.p for each in found.values() if each.p is not None])
    for label, p in zip(judged, adjusted, strict=True):
        each = found[label]
        verdict = each.verdict if p < 1 - confidence else Verdict.NO_RELIABLE_CHANGE
        found[label] = replace(each, p_adjusted=p, verdict=verdict)
    return found


def difference_of_estimates(first: Estimate, second: Estimate) -> Difference:
    r"""
    Test whether two estimates from different samples differ: this year's and last year's, ours and the normal value.

    Parameters
    ----------
    first, second
        Two estimates of the same thing whose samples have no clusters in common.

    Returns
    -------
    Difference
        Second minus first, at the confidence of the first.

    Raises
    ------
    EstimateError
        An estimate lacks its value or its standard error.

    Notes
    -----
    :math:`\sqrt{se_1^2 + se_2^2}` with the degrees of freedom of Welch and Satterthwaite (Satterthwaite 1946, pp.
    110-114). A normal value is an estimate like any other: without its standard error there is no test. Do not use
    it for two groups of one sample (`difference`), nor for years between which the question was changed.

    Examples
    --------
    >>> from samsyn.analysis.estimate import share, survey_design
    >>> design = survey_design([1.0] * 500)
    >>> ours, normal = share([1] * 150 + [0] * 350, design), share([1] * 130 + [0] * 370, design)
    >>> result = difference_of_estimates(normal, ours)
    >>> f"{result.value:.2f} ({result.low:.3f} to {result.high:.3f})", result.verdict.value
    ('0.04 (-0.016 to 0.096)', 'NO_RELIABLE_CHANGE')
    """
    missing = tuple(dict.fromkeys((*first.missing, *second.missing)))
    if first.value is None or second.value is None:
        raise EstimateError(Fault.NO_ANSWERS, "estimate")
    if first.quantity is Quantity.SHARE and any(
        has_few_cases(each.value, each.n_effective) for each in (first, second)
    ):
        missing = (*missing, Missing.CASES)
    variances = first.standard_error**2, second.standard_error**2
    value, variance = second.value - first.value, sum(variances)
    dfs = max(first.df, 1), max(second.df, 1)
    bottom = sum(each**2 / df for each, df in zip(variances, dfs, strict=True))
    return tested(value, variance, variance**2 / bottom if bottom > 0 else float(sum(dfs)), missing, first.confidence)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that one wrong call among all is as rare as promised (Holm 1979, pp. 65-70)."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return [float(each) for each in adjusted]


def _benjamini_yekutieli(p_values: Sequence[float]) -> list[float]:
    n = len(p_values)
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)[::-1]
    penalty = (1 / np.arange(1, n + 1)).sum()
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(p[order] * penalty * n / np.arange(n, 0, -1)))
    return [float(each) for each in adjusted]


def _groups(
    values: ArrayLike, domains: Labels, design: Design, quantity: Quantity
) -> tuple[Floats, dict[Any, Booleans]]:
    design.refuse_self_selected()
    refuse_totals(quantity)
    array = (answers_of if quantity is Quantity.SHARE else values_of)(values, "values", design.n)
    labels, codes = coded(domains, "domains", design.n)
    return array, {label: (codes == code) & ~np.isnan(array) for code, label in enumerate(labels)}


def _contrasts(
    values: Floats,
    design: Design,
    pairs: Sequence[tuple[Booleans, Booleans]],
    quantity: Quantity,
    confidence: float,
) -> list[Difference]:
    """Test the second group of each pair against the first, with one pass over the answers for all variances."""
    whole = [bool(first.any() and second.any()) for first, second in pairs]
    groups = [group for pair, is_whole in zip(pairs, whole, strict=True) if is_whole for group in pair]
    if not groups:
        return [tested(None, None, 0, (Missing.ANSWERS,), confidence) for _ in pairs]
    means, influences = zip(*(influence_of_mean(values, design.weights, group) for group in groups), strict=True)
    # Each pair takes three columns: the first group, the second, and their difference.
    columns = [(u1, u2, u2 - u1) for u1, u2 in zip(influences[::2], influences[1::2], strict=True)]
    variances = design.variances(np.stack([column for three in columns for column in three], axis=1))
    smallest = smallest_variance(values)
    found = []
    place = 0
    for (first, second), is_whole in zip(pairs, whole, strict=True):
        if not is_whole:
            found.append(tested(None, None, 0, (Missing.ANSWERS,), confidence))
            continue
        first_mean, second_mean = means[2 * place : 2 * place + 2]
        first_variance, second_variance, variance = variances[3 * place : 3 * place + 3].tolist()
        missing = []
        for group, value, own in ((first, first_mean, first_variance), (second, second_mean, second_variance)):
            effective = worth(values[group], design.weights[group], own, Quantity.MEAN)[2]
            if effective < MIN_EFFECTIVE_ANSWERS - ROUNDING:
                missing.append(Missing.EFFECTIVE_ANSWERS)
            if quantity is Quantity.SHARE and has_few_cases(value, effective):
                missing.append(Missing.CASES)
        # Two means are fitted: a simple random sample of n is left with n - 2, and R's svyttest counts alike.
        df = design.degrees_of_freedom(first | second) - 1
        if df < 1:
            missing.append(Missing.CLUSTERS)
        if variance <= smallest:
            missing.append(Missing.VARIATION)
        found.append(tested(second_mean - first_mean, variance, df, tuple(dict.fromkeys(missing)), confidence))
        place += 1
    return found


def has_few_cases(share: float | None, n_effective: float) -> bool:
    """Say whether yes, or no, are too few for a test of the share."""
    return share is None or n_effective * min(share, 1 - share) < MIN_CASES - ROUNDING


def tested(
    value: float | None, variance: float | None, df: float, missing: tuple[Missing, ...], confidence: float
) -> Difference:
    """Judge a difference by Student's t; without a verdict when something is missing."""
    if value is None or variance is None or missing:
        return Difference(
            value=None,
            se=None,
            low=None,
            high=None,
            df=df,
            p=None,
            p_adjusted=None,
            confidence=confidence,
            verdict=Verdict.CANNOT_BE_JUDGED,
            missing=missing,
        )
    se = float(np.sqrt(variance))
    half = t_quantile(confidence, df) * se
    low, high = value - half, value + half
    p = t_p_value(value / se, df)
    verdict = Verdict.NO_RELIABLE_CHANGE
    if low > 0:
        verdict = Verdict.CLEAR_INCREASE
    elif high < 0:
        verdict = Verdict.CLEAR_DECREASE
    return Difference(
        value=value,
        se=se,
        low=low,
        high=high,
        df=df,
        p=p,
        p_adjusted=None,
        confidence=confidence,
        verdict=verdict,
        missing=(),
    )
