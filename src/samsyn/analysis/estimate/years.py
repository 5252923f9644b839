"""What happens from year to year, and where a series is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.compare import Verdict
from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.differences import has_few_cases, tested
from samsyn.analysis.estimate.direct import (
    Estimate,
    Quantity,
    by_domain,
    influence_of_mean,
    refuse_totals,
    smallest_variance,
)
from samsyn.analysis.estimate.faults import EstimateError, Fault, Missing
from samsyn.analysis.estimate.inputs import Integers, Labels, answers_of, coded, probability, values_of

MIN_YEARS = 3
"""Two years are a difference, not a trend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """
    The change a year since the question was last changed; made by `trend`.

    `years` are those that the slope rests on; `left_out` came before the last break.
    """

    METHOD: ClassVar[str] = "design-based-slope-of-yearly-means"
    METHOD_VERSION: ClassVar[int] = 1

    slope: float | None
    se: float | None
    low: float | None
    high: float | None
    df: int
    p: float | None
    confidence: float
    verdict: Verdict
    missing: tuple[Missing, ...]
    years: tuple[int, ...]
    left_out: tuple[int, ...]
    breaks: tuple[int, ...]
    estimates: dict[int, Estimate]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {"confidence": self.confidence, "min_years": MIN_YEARS},
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "slope_per_year": self.slope,
            "se": self.se,
            "low": self.low,
            "high": self.high,
            "df": self.df,
            "p": self.p,
            "years": list(self.years),
            "left_out": list(self.left_out),
            "breaks": list(self.breaks),
            "estimates": [{"year": year, **each.as_dict()} for year, each in self.estimates.items()],
        }


def trend(
    values: ArrayLike,
    years: Sequence[int] | Labels,
    design: Design,
    *,
    series: Labels | None = None,
    quantity: Quantity = Quantity.SHARE,
    confidence: float = 0.95,
) -> Trend:
    r"""
    Estimate the change a year over surveys repeated with new samples.

    Parameters
    ----------
    values
        Shape (n,): all years' answers together; a number, 1 for yes and 0 for no, NaN for missing.
    years
        Shape (n,): the year each answer was given, a whole number.
    design
        How the answers were drawn; each year is taken as drawn by itself.
    series
        Shape (n,): something that changes when the wording of the question or the way of asking changes: "telefon
        2018", "webb 2021". One value a year. None when nothing changed.
    quantity
        SHARE or MEAN.
    confidence
        Confidence level, two-sided.

    Returns
    -------
    Trend
        `slope` in the values' unit a year, over the years since `series` last changed; with fewer than three such
        years, or a year with fewer than 30 effective answers or 10 effective yes or no, CANNOT_BE_JUDGED.

    Raises
    ------
    EstimateError
        As for `by_domain`; also a total, and a year that is not a whole number or has more than one series.

    Notes
    -----
    The least-squares slope of the yearly estimates, :math:`\sum_t c_t \hat\mu_t` with
    :math:`c_t = (t - \bar t) / \sum (t - \bar t)^2`: each year counts alike, whatever the number of answers. Its
    variance is that of the same sum of linearised variables. It has sampling error only: that years also differ by
    themselves is not in it, so a short series can be clear and still be a bump.

    Do not use it for the same persons asked every year, nor across a change of question by calling both the same
    series.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> answers = [1] * 200 + [0] * 300 + [1] * 220 + [0] * 280 + [1] * 250 + [0] * 250
    >>> years = [2020] * 500 + [2021] * 500 + [2022] * 500
    >>> result = trend(answers, years, survey_design([1.0] * 1500))
    >>> f"{result.slope:.3f} ({result.low:.3f} to {result.high:.3f})", result.verdict.value
    ('0.050 (0.019 to 0.081)', 'CLEAR_INCREASE')
    >>> trend(answers, years, survey_design([1.0] * 1500), series=[1] * 500 + [2] * 1000).verdict.value
    'CANNOT_BE_JUDGED'
    """
    design.refuse_self_selected()
    refuse_totals(quantity)
    confidence = probability(confidence, "confidence")
    numbers = values_of(np.asarray(years), "years", design.n)
    if not (numbers == np.round(numbers)).all():
        raise EstimateError(Fault.NOT_A_NUMBER, "years")
    when = numbers.astype(np.int64)
    array = (answers_of if quantity is Quantity.SHARE else values_of)(values, "values", design.n)
    all_years = tuple(np.unique(when).tolist())
    breaks = _breaks(when, all_years, series, design.n)
    kept = tuple(year for year in all_years if not breaks or year >= breaks[-1])
    drawn = design.within(when)
    masks = {year: (when == year) & ~np.isnan(array) for year in all_years}
    estimates = by_domain(array, when, drawn, quantity=quantity, confidence=confidence)
    missing = []
    if len(kept) < MIN_YEARS:
        missing.append(Missing.YEARS)
    missing += [item for year in kept for item in estimates[year].missing]
    if quantity is Quantity.SHARE and any(
        has_few_cases(estimates[year].value, estimates[year].n_effective) for year in kept
    ):
        missing.append(Missing.CASES)
    used = np.logical_or.reduce([masks[year] for year in kept])
    df = drawn.degrees_of_freedom(used)
    slope = variance = None
    if not missing:
        centred = np.array(kept) - np.mean(kept)
        coefficients = centred / (centred**2).sum()
        parts = [influence_of_mean(array, drawn.weights, masks[year]) for year in kept]
        slope = float(sum(k * value for k, (value, _) in zip(coefficients, parts, strict=True)))
        influence = sum(k * part for k, (_, part) in zip(coefficients, parts, strict=True))
        variance = float(drawn.variances(np.asarray(influence)[:, None])[0])
        if variance <= smallest_variance(array):
            missing.append(Missing.VARIATION)
    found = tested(slope, variance, df, tuple(dict.fromkeys(missing)), confidence)
    return Trend(
        slope=found.value,
        se=found.se,
        low=found.low,
        high=found.high,
        df=df,
        p=found.p,
        confidence=confidence,
        verdict=found.verdict,
        missing=found.missing,
        years=kept,
        left_out=tuple(year for year in all_years if year not in kept),
        breaks=breaks,
        estimates=estimates,
    )


def _breaks(when: Integers, all_years: tuple[int, ...], series: Labels | None, n: int) -> tuple[int, ...]:
    """Return the years in which a new series began."""
    if series is None:
        return ()
    _, codes = coded(series, "series", n)
    of_year = {}
    for year in all_years:
        found = np.unique(codes[when == year])
        if len(found) > 1:
            raise EstimateError(Fault.POPULATION_VARIES, "series", year)
        of_year[year] = found[0]
    return tuple(year for before, year in pairwise(all_years) if of_year[before] != of_year[year])
