"""Answers from people who chose themselves: what they say, and what they are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from samsyn.analysis.estimate.design import Selection, kish_design_effect, survey_design
from samsyn.analysis.estimate.faults import EstimateError, Fault, Missing
from samsyn.analysis.estimate.inputs import values_of
from samsyn.analysis.estimate.weighting import Margin, rake

CORRELATIONS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""How strongly answering may hang together with the answer, when nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """
    What self-selected answers are worth at one correlation; see `effective_size`.

    `largest_error` is that of a share, as a fraction of one: how far those who answered may lie from everybody,
    however many they are.
    """

    correlation: float
    n_effective: float
    largest_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The same answers weighted in one way: by which margins, the result, and what the weights cost."""

    margins: tuple[str, ...]
    value: float
    kish: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfSelected:
    """
    What people who chose themselves answered; made by `self_selected`.

    There is no margin of error, and no field for one: `missing` says why. `value` holds among those who answered.
    `views` are the same answers raked; `low` and `high` are the lowest and the highest of value and views, no
    interval.
    """

    METHOD: ClassVar[str] = "self-selected-sensitivity"
    METHOD_VERSION: ClassVar[int] = 1

    value: float
    n: int
    n_missing: int
    n_population: int
    views: tuple[View, ...]
    low: float
    high: float
    worth: tuple[Worth, ...]
    missing: tuple[Missing, ...] = (Missing.PROBABILITY_SAMPLE,)

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "self_selected",
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "missing": [item.value for item in self.missing],
            "holds_for": "those_who_answered",
            "value": self.value,
            "n": self.n,
            "n_missing": self.n_missing,
            "n_population": self.n_population,
            "views": [
                {"margins": list(each.margins), "value": each.value, "kish_design_effect": each.kish}
                for each in self.views
            ],
            "lowest_view": self.low,
            "highest_view": self.high,
            "worth": [
                {
                    "correlation": each.correlation,
                    "n_effective": each.n_effective,
                    "largest_error_of_a_share": each.largest_error,
                }
                for each in self.worth
            ],
        }


def effective_size(n: int, n_population: int, correlation: float) -> float:
    r"""
    Say how many answers drawn by chance n self-selected answers are worth.

    Parameters
    ----------
    n
        Answers.
    n_population
        People who could have answered.
    correlation
        Between answering at all (1 or 0) and what one answers, over the whole population; not 0. Nobody knows it:
        give a few.

    Returns
    -------
    float
        Answers; at most n.

    Raises
    ------
    EstimateError
        No answers, more answers than people, or a correlation that is 0 or outside -1 to 1.

    Notes
    -----
    The error of the unweighted mean is exactly :math:`\rho \sqrt{(1 - f)/f}\, \sigma`, :math:`f = n/N`. A simple
    random sample of :math:`\frac{f}{1 - f} \cdot \frac{1}{\rho^2}` answers errs as much on average (Meng 2018, pp.
    685-726). It depends on the *share* that answered: the larger the town, the less are 1,417 answers worth. Do
    not choose the correlation that gives the number one would like to have.

    Examples
    --------
    >>> [round(effective_size(1417, 50_000, each)) for each in (0.01, 0.05, 0.1)]
    [292, 12, 3]
    """
    if n < 1:
        raise EstimateError(Fault.NO_ANSWERS, "n", n)
    if n > n_population:
        raise EstimateError(Fault.ANSWERS_ABOVE_POPULATION, "n", n)
    if not 0 < abs(correlation) <= 1:
        raise EstimateError(Fault.NOT_A_PROBABILITY, "correlation", correlation)
    if n == n_population:
        return float(n)
    return min(float(n), n / (n_population - n) / correlation**2)


def self_selected(
    values: ArrayLike,
    *,
    n_population: int,
    margins: Sequence[Margin] = (),
    correlations: Sequence[float] = CORRELATIONS,
    largest_ratio: float | None = None,
) -> SelfSelected:
    r"""
    Describe answers from an open link: no margin of error, and what stands in its place.

    Parameters
    ----------
    values
        Shape (n,): a number, 1 for yes and 0 for no, NaN for a missing answer.
    n_population
        People who could have answered.
    margins
        Known distributions of the population, for answers in the same order. Each is raked to by itself, and all
        together.
    correlations
        For `effective_size`.
    largest_ratio
        As for `rake`.

    Returns
    -------
    SelfSelected

    Raises
    ------
    EstimateError
        As for `effective_size`, `margin` and `rake`.

    Notes
    -----
    Raking shows how far the result moves when those who answered are made to look like the population by sex, age
    or area. When it moves little that is *no* proof: they may differ in what no margin sees, such as having
    something to say about safety. A share's largest error is :math:`|\rho|\sqrt{(1-f)/f} / 2`, at most 1.

    Say "av dem som svarade". Do not call the range of the views an interval.

    Examples
    --------
    >>> from samsyn.analysis.estimate import margin
    >>> sex, answers = ["k"] * 900 + ["m"] * 517, [1] * 500 + [0] * 400 + [1] * 100 + [0] * 417
    >>> result = self_selected(
    ...     answers, n_population=50_000, margins=[margin("kön", sex, {"k": 24_900, "m": 25_100})]
    ... )
    >>> f"{result.value:.3f} unweighted, {result.views[0].value:.3f} raked", [item.value for item in result.missing]
    ('0.423 unweighted, 0.374 raked', ['PROBABILITY_SAMPLE'])
    >>> [round(each.n_effective) for each in result.worth]
    [1167, 292, 73, 12, 3]
    """
    array = np.asarray(values, dtype=float)
    array = values_of(array, "values", len(array) if array.ndim else 0)
    answered = ~np.isnan(array)
    n = int(answered.sum())
    if n == 0:
        raise EstimateError(Fault.NO_ANSWERS, "values")
    value = float(array[answered].mean())
    design = survey_design(np.ones(len(array)), selection=Selection.SELF_SELECTED)
    views = []
    singles = [(each,) for each in margins]
    for chosen in [*singles, tuple(margins)] if len(margins) > 1 else singles:
        weights = rake(design, chosen, largest_ratio=largest_ratio).design.weights
        raked = float(weights[answered] @ array[answered] / weights[answered].sum())
        views.append(
            View(
                margins=tuple(each.name for each in chosen),
                value=raked,
                kish=kish_design_effect(weights[answered]),
            )
        )
    spread = math.sqrt(max(0.0, n_population - n) / n)
    worth = tuple(
        Worth(
            correlation=float(each),
            n_effective=effective_size(n, n_population, each),
            largest_error=min(1.0, abs(each) * spread / 2),
        )
        for each in correlations
    )
    everything = [value, *(view.value for view in views)]
    return SelfSelected(
        value=value,
        n=n,
        n_missing=len(array) - n,
        n_population=n_population,
        views=tuple(views),
        low=min(everything),
        high=max(everything),
        worth=worth,
    )
