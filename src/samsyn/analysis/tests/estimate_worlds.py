"""
Made-up towns whose truth is known, for the error rates of the estimators and their power.

Each world draws one town and one sample and tells whether the method spoke: an interval missed the truth, or a verdict
was clear. Without a `change` nothing differs, so speaking is an error; with one, speaking is what it is for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from samsyn.analysis.compare import Verdict
from samsyn.analysis.estimate import (
    Quantity,
    difference,
    difference_from_rest,
    fay_herriot,
    independence,
    margin,
    mean,
    modelled_shares,
    rake,
    rank_choices,
    share,
    survey_design,
    trend,
)

World = Callable[[np.random.Generator, float], bool]

CLEAR = (Verdict.CLEAR_INCREASE, Verdict.CLEAR_DECREASE)


def _clustered(rng: np.random.Generator, n_clusters: int, size: int, share_of_all: float) -> NDArray[np.float64]:
    """Return answers of clusters whose shares differ, a beta distribution with an intraclass correlation of 0.05."""
    strength = 1 / 0.05 - 1
    own = rng.beta(share_of_all * strength, (1 - share_of_all) * strength, n_clusters)
    answers: NDArray[np.float64] = (rng.random((n_clusters, size)) < own[:, None]).astype(float)
    return answers


def share_missed(rng: np.random.Generator, p: float = 0.16, n: int = 525) -> bool:
    """Whether the interval of a share from a simple random sample leaves out the truth."""
    result = share((rng.random(n) < p).astype(float), survey_design(np.ones(n)))
    assert result.low is not None
    assert result.high is not None
    return not result.low <= p <= result.high


def clustered_share_missed(rng: np.random.Generator, p: float = 0.3) -> bool:
    """The same from 40 clusters of 15, in four strata."""
    answers = _clustered(rng, 40, 15, p).reshape(-1)
    cluster = np.repeat(np.arange(40), 15)
    result = share(answers, survey_design(np.ones(600), strata=cluster // 10, clusters=cluster))
    assert result.low is not None
    assert result.high is not None
    return not result.low <= p <= result.high


def raked_share_missed(rng: np.random.Generator, _: float = 0.0) -> bool:
    """The same when the young answer half as often, and feel otherwise, and weights are raked to sex and age."""
    young, man = rng.random(4000) < 0.4, rng.random(4000) < 0.5
    answers = rng.random(4000) < np.where(young, 0.5, 0.25)
    replied = np.flatnonzero(rng.random(4000) < np.where(young, 0.15, 0.30))
    totals = {True: 0.4, False: 0.6}, {True: 0.5, False: 0.5}
    design = survey_design(np.ones(len(replied)))
    raked = rake(design, [margin("ålder", young[replied], totals[0]), margin("kön", man[replied], totals[1])])
    result = share(answers[replied].astype(float), raked.design)
    assert result.low is not None
    assert result.high is not None
    return not result.low <= 0.4 * 0.5 + 0.6 * 0.25 <= result.high


def mean_missed(rng: np.random.Generator, _: float = 0.0) -> bool:
    """Whether the interval of a mean leaves out the truth: 60 answers on a scale of five, unequal weights."""
    values = rng.choice(5, 60, p=[0.4, 0.3, 0.15, 0.1, 0.05]).astype(float)
    result = mean(values, survey_design(rng.uniform(1, 3, 60)))
    assert result.low is not None
    assert result.high is not None
    return not result.low <= 1.1 <= result.high


def groups_differ(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether two groups of 200 and 325 are said to differ."""
    group = np.repeat([1, 2], [200, 325])
    answers = (rng.random(525) < 0.3 + change * (group == 2)).astype(float)
    return difference(answers, group, survey_design(np.ones(525)), 1, 2).verdict in CLEAR


def small_group_differs(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether a group of 70 is said to differ from one of 2,000, both with a small share."""
    group = np.repeat([1, 2], [70, 2000])
    answers = (rng.random(2070) < 0.1 + change * (group == 1)).astype(float)
    return difference(answers, group, survey_design(np.ones(2070)), 1, 2).verdict in CLEAR


def clustered_groups_differ(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether the means of two halves of the strata are said to differ."""
    answers = _clustered(rng, 40, 15, 0.3).reshape(-1)
    cluster = np.repeat(np.arange(40), 15)
    half = cluster // 20
    answers = answers + change * half
    design = survey_design(np.ones(600), strata=cluster // 10, clusters=cluster)
    return difference(answers, half, design, 0, 1, quantity=Quantity.MEAN).verdict in CLEAR


def any_area_differs(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether any of 16 areas of about 88 answers is said to differ from the rest."""
    area = rng.integers(0, 16, 1417)
    answers = (rng.random(1417) < 0.3 + change * (area == 0)).astype(float)
    found = difference_from_rest(answers, area, survey_design(np.ones(1417)))
    return any(each.verdict in CLEAR for each in found.values())


def questions_go_together(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether two questions answered alike within clusters, but independently, are said to go together."""
    first = _clustered(rng, 40, 15, 0.4).reshape(-1)
    second = (rng.random(600) < 0.5 + change * (first - 0.4)).astype(float)
    cluster = np.repeat(np.arange(40), 15)
    return independence(first, second, survey_design(np.ones(600), clusters=cluster)).p < 0.05


def years_change(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether five years of 525 answers are said to have a trend; `change` is a year."""
    years = np.repeat(np.arange(2018, 2023), 525)
    answers = (rng.random(len(years)) < 0.3 + change * (years - 2020)).astype(float)
    return trend(answers, years, survey_design(np.ones(len(years)))).verdict in CLEAR


def choices_are_ranked(rng: np.random.Generator, change: float = 0.0) -> bool:
    """Whether any of six choices is said to be chosen more than another."""
    chosen = rng.random((300, 6)) < 0.3 + change * (np.arange(6) == 0)
    ranked = rank_choices(chosen.astype(float), list("abcdef"), survey_design(np.ones(300)))
    return any(len(each.ties) < 5 for each in ranked)


def modelled_area_missed(rng: np.random.Generator, _: float = 0.0) -> bool:
    """Whether the model's interval for one area, drawn among 32, leaves out the truth."""
    x = np.stack([np.ones(32), rng.normal(0, 1, 32)], axis=1)
    psi = rng.uniform(0.5, 2.0, 32)
    truth = x @ [10.0, 1.0] + rng.normal(0, 1, 32)
    model = fay_herriot(truth + rng.normal(0, np.sqrt(psi)), psi, x, names=[str(i) for i in range(32)])
    picked = int(rng.integers(32))
    return not model.areas[picked].low <= truth[picked] <= model.areas[picked].high


def area_by_kinds_missed(rng: np.random.Generator, _: float = 0.0) -> bool:
    """The same for a share by the model over kinds of people: 525 answers in 16 areas."""
    age, area = (grid.reshape(-1) for grid in np.meshgrid(range(4), range(16)))
    truth = expit(rng.normal(-0.8, 0.5, 16)[area] + np.array([0.5, 0.1, -0.2, -0.3])[age])
    counts = rng.integers(200, 800, 64).astype(float)
    drawn = rng.choice(64, 525, p=counts / counts.sum())
    model = modelled_shares(
        (rng.random(525) < truth[drawn]).astype(float),
        {"ålder": age[drawn], "område": area[drawn]},
        survey_design(np.ones(525)),
        population={"ålder": age, "område": area},
        counts=counts,
        by="område",
    )
    picked = int(rng.integers(16))
    own = counts * (area == picked)
    return not model.areas[picked].low <= own @ truth / own.sum() <= model.areas[picked].high


MISSES: dict[str, tuple[Callable[..., bool], float]] = {
    "share 16 %, 525 answers": (share_missed, 0.16),
    "share 2 %, 525 answers": (share_missed, 0.02),
    "share 30 %, 40 clusters": (clustered_share_missed, 0.3),
    "share, raked": (raked_share_missed, 0.0),
    "mean, 60 answers": (mean_missed, 0.0),
    "area by the model": (modelled_area_missed, 0.0),
    "area by kinds of people": (area_by_kinds_missed, 0.0),
}
"""Intervals that should miss the truth once in twenty."""

TESTS: dict[str, tuple[World, float]] = {
    "two groups": (groups_differ, 0.10),
    "a small group and a small share": (small_group_differs, 0.15),
    "two groups of clusters": (clustered_groups_differ, 0.15),
    "16 areas": (any_area_differs, 0.20),
    "two questions": (questions_go_together, 0.15),
    "five years": (years_change, 0.02),
    "six choices": (choices_are_ranked, 0.15),
}
"""Verdicts that should come once in twenty or more seldom without a change; and a true change beside."""


def rate(world: Callable[..., bool], level: float, *, repeats: int, seed: int) -> float:
    """Return how often the world speaks."""
    rng = np.random.default_rng(seed)
    return sum(world(rng, level) for _ in range(repeats)) / repeats
