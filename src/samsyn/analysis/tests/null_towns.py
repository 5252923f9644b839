"""
Made-up towns in which nothing changes, and the same towns with a change of a stated size.

Each function draws one town and answers whether a verdict of its kind was clear, without and with the change. The
tests draw 200 towns of each kind, the benchmark 10,000.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from samsyn.analysis import compare
from samsyn.analysis.compare.checks import Floats

CHANGE = 0.6
"""The change that power is told for: forty percent fewer. For shares it is from 16 to 24 percent over five years."""

MEAN = 60.0


def draw(mean: Floats | float, dispersion: float, rng: np.random.Generator) -> Floats:
    """Counts with that mean and that variance over mean."""
    mean = np.maximum(np.asarray(mean, dtype=np.float64), 1e-9)
    if dispersion <= 1:
        return np.asarray(rng.poisson(mean), dtype=np.float64)
    return np.asarray(rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion), dtype=np.float64)


def counts(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Two years, with the dispersion estimated from the ten before."""
    years = draw(np.full(12, MEAN), dispersion, rng)
    history = compare.estimate_dispersion(years[:10])
    less = draw(MEAN * CHANGE, dispersion, rng)
    before, after = int(years[10]), int(years[11])
    return (
        compare.compare_counts(before, after, dispersion=history.for_comparing).verdict.is_clear,
        compare.compare_counts(before, int(less), dispersion=history.for_comparing).verdict.is_clear,
    )


def shares(_dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Two years of 800 answers each: answers by different people do not vary more than chance."""
    before, after, more = rng.binomial(800, [0.16, 0.16, 0.24])
    return (
        compare.compare_shares(int(before), 800, int(after), 800).verdict.is_clear,
        compare.compare_shares(int(before), 800, int(more), 800).verdict.is_clear,
    )


def differences(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """One area and eight to compare with, three years before and two after, with a trend common to all."""
    means = rng.uniform(20, 100, size=(9, 1)) * np.exp(rng.normal(0, 0.1, size=5))
    means[0] *= MEAN / means[0].mean()
    changed = means.copy()
    changed[0, 3:] *= CHANGE
    return tuple(  # type: ignore[return-value]  # a tuple of two, made by a loop over two
        compare.difference_in_differences(
            draw(each, dispersion, rng), target=0, n_before=3, comparison_fixed_before=True
        ).verdict.is_clear
        for each in (means, changed)
    )


def series(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Sixty months with seasons and a trend, of which 24 after."""
    time = np.arange(60)
    means = MEAN * np.exp(0.25 * np.sin(2 * np.pi * time / 12 + rng.uniform(0, 6)) + rng.normal(0, 0.004) * time)
    changed = means * np.where(time >= 36, CHANGE, 1.0)
    return tuple(  # type: ignore[return-value]  # as above
        compare.interrupted_time_series(
            draw(each, dispersion, rng), first_month=date(2010, 1, 1), n_before=36
        ).verdict.is_clear
        for each in (means, changed)
    )


def chosen(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """The area that was highest of sixteen, judged by its expectation."""
    means = MEAN * rng.gamma(25, 1 / 25, size=16)
    before, after = draw(means, dispersion, rng), draw(means, dispersion, rng)
    at = int(before.argmax())
    less = draw(means[at] * CHANGE, dispersion, rng)
    return (
        compare.compare_chosen_area(before, chosen=at, after=int(after[at]), dispersion=dispersion).verdict.is_clear,
        compare.compare_chosen_area(before, chosen=at, after=int(less), dispersion=dispersion).verdict.is_clear,
    )


def trend(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Five years of shares of 800, which vary as much more than chance as the town's counts do."""
    n, results = 800, []
    for last in (0.16, 0.24):
        true = np.linspace(0.16, last, 5)
        if dispersion > 1:
            size = (n - dispersion) / (dispersion - 1)
            true = rng.beta(true * size, (1 - true) * size)
        results.append(
            compare.trend_in_shares(rng.binomial(n, true), np.full(5, n), dispersion=dispersion).verdict.is_clear
        )
    return results[0], results[1]


def page(dispersion: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Twenty numbers of about 200 on one page, adjusted for that: was any clear, and was the one that changed."""
    mean = 200.0
    before, after = draw(np.full(20, mean), dispersion, rng), draw(np.full(20, mean), dispersion, rng)
    after_change = after.copy()
    after_change[0] = draw(mean * CHANGE, dispersion, rng)

    def clear(later: Floats) -> list[bool]:
        pairs = [
            compare.compare_counts(int(a), int(b), dispersion=dispersion)
            for a, b in zip(before, later, strict=True)
        ]
        return [each.verdict.is_clear for each in compare.adjust_for_many(pairs)]

    return any(clear(after)), clear(after_change)[0]


KINDS: dict[str, Callable[[float, np.random.Generator], tuple[bool, bool]]] = {
    "counts": counts,
    "shares": shares,
    "differences": differences,
    "series": series,
    "chosen": chosen,
    "trend": trend,
    "page": page,
}


def rates(kind: str, n_towns: int, *, seed: int) -> tuple[float, float]:
    """The share of false clear verdicts, and the power, over towns whose dispersion is even between 1 and 4."""
    rng = np.random.default_rng(seed)
    answers = np.array([KINDS[kind](float(rng.uniform(1, 4)), rng) for _ in range(n_towns)])
    return float(answers[:, 0].mean()), float(answers[:, 1].mean())
