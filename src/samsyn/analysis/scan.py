"""
Look for clusters in space and time: more cases in a circle during a window than chance would put there.

`scan` judges a table of counts by area and time step. `expected_counts` makes the expectation that its Poisson model
needs, and `top_coordinates` lists the places where most cases lie, since addresses that were placed on a police
station or a town's centre for lack of better make clusters that are none.

`docs/algorithms/scan.md` explains guarantees and limits in prose.
"""

from __future__ import annotations

import enum
import math
import operator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samsyn.analysis import _jit
from samsyn.analysis._scan_kernel import (
    MAX_INT16_TOTAL,
    Counts,
    Cylinders,
    Floats,
    Indices,
    best_windows,
    raise_maxima,
    raise_maxima_in_numpy,
)
from samsyn.analysis._scan_replicates import Replicates, permuted, split_into_clumps, unevenly_drawn
from samsyn.analysis.errors import AnalysisError

__all__ = [
    "Basis",
    "Cluster",
    "Fault",
    "Metric",
    "Missing",
    "Model",
    "Period",
    "Place",
    "ScanError",
    "ScanResult",
    "Verdict",
    "expected_counts",
    "scan",
    "top_coordinates",
]

EARTH_RADIUS_KM = 6371.0088
"""The mean radius; great-circle distances are then within half a percent of the truth."""

MAX_AREAS = 5_000
MAX_CASES = 2_000_000
MAX_SHARE = 0.5
MIN_REPLICATES = 99
MAX_DISPERSION = 1_000.0

MIN_DEGREES_OF_FREEDOM = 30
"""A dispersion estimated from fewer cells than this would mostly be noise."""

NEARLY = 1e-9
"""Distances, and statistics, closer than this relatively are the same: they differ by the order of summing."""

BLOCK_BYTES = 100_000_000
MAX_BLOCK = 1_024


class Model(enum.StrEnum):
    """What the cases are compared with."""

    SPACE_TIME_PERMUTATION = "SPACE_TIME_PERMUTATION"
    """Each area's own total and each time's own total; needs no population (Kulldorff et al. 2005)."""
    POISSON = "POISSON"
    """Expected counts that are given (Kulldorff 1997)."""


class Period(enum.StrEnum):
    """Which windows are looked in."""

    PROSPECTIVE = "PROSPECTIVE"
    """Those that end with the last time step: what is going on now?"""
    RETROSPECTIVE = "RETROSPECTIVE"
    """All of them: was there anything?"""


class Metric(enum.StrEnum):
    """How distances are measured."""

    EUCLIDEAN = "EUCLIDEAN"
    """Straight, in the unit of the coordinates, such as metres in SWEREF 99 TM."""
    GREAT_CIRCLE = "GREAT_CIRCLE"
    """Along the globe in kilometres, from longitude and latitude in degrees."""


class Verdict(enum.StrEnum):
    """What the numbers allow us to say. The words on the screen belong to the pages that show them."""

    CLUSTER = "CLUSTER"
    NO_RELIABLE_CLUSTER = "NO_RELIABLE_CLUSTER"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"


class Missing(enum.StrEnum):
    """What a scan lacks when it cannot be judged."""

    COUNTS = "COUNTS"
    """A count is missing. A missing week is not a week without cases."""
    CASES = "CASES"
    """There are fewer cases than one cluster takes."""
    AREAS = "AREAS"
    """Cases lie in, or are expected in, one place only."""
    TIMES = "TIMES"
    """Cases lie in one time step only, so that nothing can be permuted."""


class Basis(enum.StrEnum):
    """Where the dispersion comes from."""

    GIVEN = "GIVEN"
    ESTIMATED = "ESTIMATED"
    NONE = "NONE"
    """It cannot be estimated from so small a table; 1 was used, and the p-values are the smallest possible."""


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_AN_INTEGER = "NOT_AN_INTEGER"
    NEGATIVE = "NEGATIVE"
    WRONG_SHAPE = "WRONG_SHAPE"
    TOO_LARGE = "TOO_LARGE"
    TOO_SMALL = "TOO_SMALL"
    NOT_A_POSITION = "NOT_A_POSITION"
    NOT_A_SHARE = "NOT_A_SHARE"
    NOT_A_WINDOW = "NOT_A_WINDOW"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    NOT_A_DISPERSION = "NOT_A_DISPERSION"
    EXPECTED_MISSING = "EXPECTED_MISSING"
    EXPECTED_NOT_USED = "EXPECTED_NOT_USED"
    EXPECTED_ZERO = "EXPECTED_ZERO"


class ScanError(AnalysisError):
    """An argument that cannot be scanned; `code` is a `Fault`."""

    code: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    One circle during one window.

    `areas` are the rows inside the circle, `centre` the row it is drawn around. `first` and `last` are the window's
    first and last time step, counted from 0. `radius` is in the coordinates' unit, or kilometres. `is_small` says
    that so few cases must not be shown outside the house.
    """

    centre: int
    areas: tuple[int, ...]
    radius: float
    first: int
    last: int
    cases: int
    expected: float
    log_likelihood_ratio: float
    p: float
    recurrence_interval: float | None
    is_small: bool

    @property
    def ratio(self) -> float:
        """Cases for each case expected."""
        return self.cases / self.expected

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "centre": self.centre,
            "areas": list(self.areas),
            "radius": self.radius,
            "first": self.first,
            "last": self.last,
            "cases": self.cases,
            "expected": self.expected,
            "ratio": self.ratio,
            "log_likelihood_ratio": self.log_likelihood_ratio,
            "p": self.p,
            "recurrence_interval": self.recurrence_interval,
            "is_small": self.is_small,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """
    What a scan found; made by `scan`.

    `clusters` are the likeliest circles that don't overlap, likeliest first, whether or not they are reliable: the
    verdict is about the first, and each has its own p. `critical_value` is the log likelihood ratio from which a
    cluster is reliable, None when so few replicates can never say so.
    """

    METHOD_VERSION: ClassVar[int] = 1

    verdict: Verdict
    missing: tuple[Missing, ...]
    clusters: tuple[Cluster, ...]
    n_cases: int
    n_cylinders: int
    critical_value: float | None
    model: Model
    period: Period
    metric: Metric
    max_share: float
    max_distance: float | None
    min_window: int
    max_window: int
    min_cases: int
    n_replicates: int
    seed: int
    alpha: float
    dispersion: float
    dispersion_basis: Basis

    @property
    def method(self) -> str:
        """The method's id."""
        kind = "space-time-permutation" if self.model is Model.SPACE_TIME_PERMUTATION else "poisson"
        return f"scan-{kind}" + ("" if self.dispersion == 1 else "-clumped")

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "kind": "scan",
            "method": self.method,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "model": self.model.value,
                "period": self.period.value,
                "metric": self.metric.value,
                "max_share": self.max_share,
                "max_distance": self.max_distance,
                "min_window": self.min_window,
                "max_window": self.max_window,
                "min_cases": self.min_cases,
                "n_replicates": self.n_replicates,
                "seed": self.seed,
                "alpha": self.alpha,
                "dispersion": self.dispersion,
                "dispersion_basis": self.dispersion_basis.value,
            },
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "n_cases": self.n_cases,
            "n_cylinders": self.n_cylinders,
            "critical_value": self.critical_value,
            "clusters": [cluster.as_dict() for cluster in self.clusters],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A coordinate that many rows share; made by `top_coordinates`."""

    x: float
    y: float
    n: int
    share: float
    is_suspect: bool


def scan(
    counts: ArrayLike,
    coordinates: ArrayLike,
    *,
    model: Model = Model.SPACE_TIME_PERMUTATION,
    period: Period = Period.PROSPECTIVE,
    expected: ArrayLike | None = None,
    metric: Metric = Metric.EUCLIDEAN,
    max_share: float = MAX_SHARE,
    max_distance: float | None = None,
    min_window: int = 1,
    max_window: int | None = None,
    min_cases: int = 2,
    n_replicates: int = 999,
    seed: int = 0,
    dispersion: float | None = None,
    alpha: float | None = None,
    max_clusters: int = 10,
    min_shown: int = 5,
    compiled: bool | None = None,
) -> ScanResult:
    r"""
    Scan areas and time steps for clusters: circles and windows with more cases than expected.

    Parameters
    ----------
    counts
        Cases by area and time step, shape (areas, times), whole numbers; NaN is a missing count. Shape (areas,) is
        one time step: a purely spatial scan, which the Poisson model can do.
    coordinates
        Each area's centre, shape (areas, 2), in the same order: x and y in one unit, or longitude and latitude in
        degrees with `Metric.GREAT_CIRCLE`. Areas at one coordinate are one place.
    model
        What the cases are compared with. The Poisson model takes `expected`.
    period
        Windows ending with the last time step, or all windows.
    expected
        Expected cases in the shape of `counts`, up to a common factor: from the areas' own earlier years, or
        standardised by `expected_counts`. Must be above 0 where there are cases.
    metric
        How distances are measured.
    max_share
        A circle holds at most this share of all cases (permutation) or of all that is expected (Poisson), up to 0.5.
    max_distance
        The largest radius, in the coordinates' unit or kilometres; None for no limit.
    min_window, max_window
        Window lengths in time steps; the longest is half of the times unless given.
    min_cases
        A cluster has at least this many cases.
    n_replicates
        Replicates under the null hypothesis, from 99. For a figure that others see, 999 or more.
    seed
        Seed of NumPy's generator. It is a number, and not a generator, so that it can stand in the answer.
    dispersion
        Variance divided by mean of the counts when nothing is going on, from 1. None estimates it from the table
        itself where it has at least 30 degrees of freedom. With 1 the method is Kulldorff's own.
    alpha
        The largest p called a cluster: fixed before looking. None is 0.05 for all windows, and 1/52 for a scan
        made each week, which then alarms falsely about once a year.
    max_clusters
        How many clusters are returned at most.
    min_shown
        Clusters with fewer cases are marked `is_small`.
    compiled
        Whether to use Numba; None uses it where it is installed. The answer is the same.

    Returns
    -------
    ScanResult
        CANNOT_BE_JUDGED with what is missing when a count is missing, or when there are too few cases, places or
        times with cases.

    Raises
    ------
    ScanError
        An argument is out of range or the shapes don't fit.

    Notes
    -----
    With N cases in all, R in the circle over all times and C in the window over all areas, the permutation model
    expects :math:`E = R C / N` (Kulldorff et al. 2005, PLoS Medicine 2:e59, pp. 217-218). The statistic is the
    largest, over all cylinders with :math:`c > E`, of

    .. math:: c \log\frac{c}{E} + (N - c) \log\frac{N - c}{N - E}

    (Kulldorff 1997, Communications in Statistics 26, pp. 1485-1487; 2001, JRSS A 164, pp. 61-72). Its distribution
    comes from replicates: times shuffled over cases, which keeps both margins; for Poisson, all cases dealt out by
    what is expected. :math:`p = (1 + \#\{\text{replicate} \ge \text{observed}\}) / (B + 1)`. A secondary
    cluster overlaps no likelier one and is compared with the replicates' largest, which is conservative. The
    recurrence interval of a prospective scan is 1/p time steps.

    Cases that come several at once make chance look like clusters. With a dispersion :math:`\phi > 1` the replicates
    are as uneven as the cases. Negative binomial counts with variance :math:`\phi E` are Poisson numbers of clumps
    (Quenouille 1949, Biometrics 5, pp. 162-164); given a count, its clumps follow the Chinese restaurant process with
    :math:`\theta = E / (\phi - 1)`, so they are drawn once and then shuffled whole. For Poisson, the cases are
    dealt out by Dirichlet weights with :math:`\alpha = E / (\phi - 1)`, the same distribution given the total. The
    dispersion is estimated as the squared differences between counts and expectation, summed, over what chance alone
    would make of that sum.

    Do not use the Poisson model with plain population as expectation: town centres would alarm for ever. Do not scan
    addresses that were placed on a default point (see `top_coordinates`), a last week that is not over, or the same
    data again and again with new settings. A cluster says where to look, not what happened, and nothing of the people
    who live there.

    Examples
    --------
    Eight squares in a row, twelve weeks; in the last two weeks something happens in the first two.

    >>> counts = np.ones((8, 12), int)
    >>> counts[:2, -2:] = 9
    >>> where = [[x, 0] for x in range(8)]
    >>> found = scan(counts, where, max_window=4, dispersion=1, seed=1)
    >>> cluster = found.clusters[0]
    >>> cluster.areas, cluster.first, cluster.last, cluster.cases, round(cluster.expected, 1)
    ((0, 1), 10, 11, 36, 21.0)
    >>> found.verdict.value, cluster.p
    ('CLUSTER', 0.001)
    """
    settings = _settings(
        model, period, metric, max_share, max_distance, min_cases, n_replicates, seed, alpha, max_clusters, min_shown
    )
    table, is_complete = _count_table(counts)
    n_areas, n_times = table.shape
    positions = _positions(coordinates, n_areas, metric)
    weights = _expected_table(expected, model, table, is_complete)
    min_window, max_window = _windows(min_window, max_window, n_times)
    if dispersion is not None:
        dispersion = _number(dispersion, "dispersion")
        if not 1 <= dispersion <= MAX_DISPERSION:
            raise ScanError(Fault.NOT_A_DISPERSION, "dispersion", dispersion)

    n_cases = int(np.nansum(table))
    if n_cases > MAX_CASES:
        raise ScanError(Fault.TOO_LARGE, "counts", n_cases)

    def answer(
        verdict: Verdict,
        *,
        missing: tuple[Missing, ...] = (),
        clusters: tuple[Cluster, ...] = (),
        n_cylinders: int = 0,
        critical_value: float | None = None,
        used: tuple[float, Basis] = (1.0, Basis.NONE),
    ) -> ScanResult:
        return ScanResult(
            verdict=verdict,
            missing=missing,
            clusters=clusters,
            n_cases=n_cases,
            n_cylinders=n_cylinders,
            critical_value=critical_value,
            model=settings.model,
            period=settings.period,
            metric=settings.metric,
            max_share=settings.max_share,
            max_distance=settings.max_distance,
            min_window=min_window,
            max_window=max_window,
            min_cases=settings.min_cases,
            n_replicates=settings.n_replicates,
            seed=settings.seed,
            alpha=settings.alpha,
            dispersion=used[0],
            dispersion_basis=used[1],
        )

    if not is_complete:
        return answer(Verdict.CANNOT_BE_JUDGED, missing=(Missing.COUNTS,))
    places = _Places.of(table.astype(np.int64), positions, weights)
    missing = places.missing(settings)
    if missing:
        return answer(Verdict.CANNOT_BE_JUDGED, missing=missing)

    if dispersion is None:
        phi, basis = places.dispersion(settings.model)
    else:
        phi, basis = dispersion, Basis.GIVEN
    distances = _distances(places.positions, places.positions, metric)
    cylinders = _cylinders(places, distances, settings, min_window, max_window)
    clusters = _likeliest(places, distances, cylinders, settings, n_times)
    use_numba = _jit.is_available() if compiled is None else compiled
    maxima = _replicate_maxima(places, cylinders, settings, phi, use_numba=use_numba)
    clusters = [_with_p(cluster, maxima, settings) for cluster in clusters]
    is_found = bool(clusters) and clusters[0].p <= settings.alpha
    return answer(
        Verdict.CLUSTER if is_found else Verdict.NO_RELIABLE_CLUSTER,
        clusters=tuple(clusters),
        n_cylinders=int(np.count_nonzero(cylinders.closes)) * len(cylinders.windows()[0]),
        critical_value=_critical_value(maxima, settings.alpha),
        used=(phi, basis),
    )


def expected_counts(cases: ArrayLike, population: ArrayLike) -> Floats:
    r"""
    Expect in each area what it would have at the whole town's rate in each stratum (indirect standardisation).

    Parameters
    ----------
    cases, population
        Cases and persons, or whatever cases happen to, of one shape; strata (sex and age, kind of day) last: (areas,
        strata) or (areas, times, strata). NaN is refused.

    Returns
    -------
    ndarray
        Expected cases in the shape of the arguments without the strata; their sum is the number of cases.

    Raises
    ------
    ScanError
        The shapes differ, a number is negative or missing, or a stratum has cases but no population.

    Notes
    -----
    :math:`E_a = \sum_s n_{as} \, C_s / n_s` (Kulldorff 1997, pp. 1485-1486; Breslow & Day 1987, ch. 2).

    Do not take residents for those a thing can happen to where visitors do: at a square, a school, a station.

    Examples
    --------
    >>> expected_counts([[2, 8], [4, 6]], [[100, 200], [200, 200]]).round(6).tolist()
    [9.0, 11.0]
    """
    c, n = _array(cases, "cases"), _array(population, "population")
    if c.ndim < 2 or c.shape != n.shape:
        raise ScanError(Fault.WRONG_SHAPE, "population", n.shape)
    for values, field in ((c, "cases"), (n, "population")):
        if not np.all(np.isfinite(values)):
            raise ScanError(Fault.NOT_A_NUMBER, field)
        if np.any(values < 0):
            raise ScanError(Fault.NEGATIVE, field)
    axes = tuple(range(c.ndim - 1))
    of_cases, of_persons = c.sum(axis=axes), n.sum(axis=axes)
    if np.any((of_persons == 0) & (of_cases > 0)):
        raise ScanError(Fault.EXPECTED_ZERO, "population")
    rate = np.divide(of_cases, of_persons, out=np.zeros_like(of_cases), where=of_persons > 0)
    return np.asarray(n @ rate, float)


def top_coordinates(coordinates: ArrayLike, *, n: int = 10, suspect_share: float = 0.05) -> list[Place]:
    """
    List the coordinates that most cases share, most first: where a default point would show.

    Parameters
    ----------
    coordinates
        One row a case, shape (cases, 2); rows with NaN are left out and count in no share.
    n
        How many are listed at most.
    suspect_share
        A coordinate shared by at least this share of all cases, and by two or more, is suspect.

    Returns
    -------
    list of Place

    Notes
    -----
    Registers put a case whose address was not understood on a default point: the police station, the middle of the
    town, the middle of the county. Look at the suspects before scanning; leave them out when they are no real places.
    Do not use it on areas' centres, where many cases at one point are the rule.

    Examples
    --------
    >>> top_coordinates([[1, 1], [1, 1], [2, 5]], n=1)
    [Place(x=1.0, y=1.0, n=2, share=0.6666666666666666, is_suspect=True)]
    """
    values = _array(coordinates, "coordinates")
    if values.ndim != 2 or values.shape[1] != 2:
        raise ScanError(Fault.WRONG_SHAPE, "coordinates", values.shape)
    known = values[np.isfinite(values).all(axis=1)]
    if not len(known):
        return []
    points, times = np.unique(known, axis=0, return_counts=True)
    # Where equally many share two coordinates, the one further west comes first.
    likeliest = np.lexsort((points[:, 1], points[:, 0], -times))[:n]
    return [
        Place(
            x=float(points[i, 0]),
            y=float(points[i, 1]),
            n=int(times[i]),
            share=float(times[i] / len(known)),
            is_suspect=bool(times[i] >= 2 and times[i] >= suspect_share * len(known)),
        )
        for i in likeliest
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What was asked for, checked."""

    model: Model
    period: Period
    metric: Metric
    max_share: float
    max_distance: float | None
    min_cases: int
    n_replicates: int
    seed: int
    alpha: float
    max_clusters: int
    min_shown: int

    @property
    def is_prospective(self) -> bool:
        return self.period is Period.PROSPECTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """
    The areas where anything happens, in an order of their own, areas at one coordinate joined.

    That order depends on coordinates alone, so the answer does not depend on the order of the rows.
    """

    positions: Floats
    counts: Indices
    expected: Floats
    """For Poisson, scaled to the number of cases; for permutation, row total times column total over the number."""
    all_positions: Floats

    @classmethod
    def of(cls, counts: Indices, positions: Floats, weights: Floats | None) -> _Places:
        points, place_of = np.unique(positions, axis=0, return_inverse=True)
        place_of = place_of.reshape(-1)
        joined = np.zeros((len(points), counts.shape[1]), np.int64)
        np.add.at(joined, place_of, counts)
        total = max(1, int(joined.sum()))
        if weights is None:
            expected = joined.sum(axis=1)[:, None] * joined.sum(axis=0)[None, :] / total
        else:
            summed = np.zeros(joined.shape)
            # Added in an order that does not depend on the rows' own, lest the last bit did.
            rows = np.lexsort((*weights.T[::-1], place_of))
            np.add.at(summed, place_of[rows], weights[rows])
            expected = summed * (total / summed.sum())
        used = expected.sum(axis=1) > 0
        return cls(positions=points[used], counts=joined[used], expected=expected[used], all_positions=positions)

    @property
    def n_cases(self) -> int:
        return int(self.counts.sum())

    def missing(self, settings: _Settings) -> tuple[Missing, ...]:
        """What stands in the way of judging."""
        lacks = []
        if self.n_cases < settings.min_cases:
            lacks.append(Missing.CASES)
        if len(self.positions) < 2:
            lacks.append(Missing.AREAS)
        if settings.model is Model.SPACE_TIME_PERMUTATION and np.count_nonzero(self.counts.sum(axis=0)) < 2:
            lacks.append(Missing.TIMES)
        return tuple(lacks)

    def dispersion(self, model: Model) -> tuple[float, Basis]:
        """
        The squared differences from what is expected over their sum by chance alone, at least 1.

        Pearson's χ² over its degrees of freedom is the usual estimate. In a sparse table with estimated margins it is
        far too low (2.5 instead of 4 at 0.3 cases a cell), since places with few cases both lie close to their own
        expectation and weigh as much as the rest. The ratio of the two sums is right there too.
        """
        n_times = self.counts.shape[1]
        if model is Model.SPACE_TIME_PERMUTATION:
            degrees = (len(self.positions) - 1) * (int(np.count_nonzero(self.counts.sum(axis=0))) - 1)
            of_place = self.expected.sum(axis=1, keepdims=True) / self.n_cases
            of_time = self.expected.sum(axis=0, keepdims=True) / self.n_cases
            by_chance = self.expected * (1 - of_place) * (1 - of_time)
        else:
            # One count a place cannot tell unevenness from the clusters that are looked for.
            degrees = int(np.count_nonzero(self.expected > 0)) - 1 if n_times > 1 else 0
            by_chance = self.expected * (1 - self.expected / self.n_cases)
        if degrees < MIN_DEGREES_OF_FREEDOM:
            return 1.0, Basis.NONE
        return max(1.0, float(np.sum((self.counts - self.expected) ** 2) / np.sum(by_chance))), Basis.ESTIMATED


def _settings(
    model: Model,
    period: Period,
    metric: Metric,
    max_share: float,
    max_distance: float | None,
    min_cases: int,
    n_replicates: int,
    seed: int,
    alpha: float | None,
    max_clusters: int,
    min_shown: int,
) -> _Settings:
    max_share = _number(max_share, "max_share")
    if not 0 < max_share <= MAX_SHARE:
        raise ScanError(Fault.NOT_A_SHARE, "max_share", max_share)
    if max_distance is not None:
        max_distance = _number(max_distance, "max_distance")
        if max_distance < 0:
            raise ScanError(Fault.NEGATIVE, "max_distance", max_distance)
    period = Period(period)
    if alpha is None:
        alpha = 1 / 52 if period is Period.PROSPECTIVE else 0.05
    alpha = _number(alpha, "alpha")
    if not 0 < alpha < 1:
        raise ScanError(Fault.NOT_A_PROBABILITY, "alpha", alpha)
    return _Settings(
        model=Model(model),
        period=period,
        metric=Metric(metric),
        max_share=max_share,
        max_distance=max_distance,
        min_cases=_integer(min_cases, "min_cases", at_least=1),
        n_replicates=_integer(n_replicates, "n_replicates", at_least=MIN_REPLICATES),
        seed=_integer(seed, "seed", at_least=0),
        alpha=alpha,
        max_clusters=_integer(max_clusters, "max_clusters", at_least=1),
        min_shown=_integer(min_shown, "min_shown", at_least=1),
    )


def _distances(origins: Floats, positions: Floats, metric: Metric) -> Floats:
    """Distances from each origin to each position, (origins, positions)."""
    x_from, y_from = origins[:, 0, None], origins[:, 1, None]
    x, y = positions[:, 0], positions[:, 1]
    if metric is Metric.EUCLIDEAN:
        return np.hypot(x_from - x, y_from - y)
    longitude_from, latitude_from, longitude, latitude = map(np.radians, (x_from, y_from, x, y))
    # Haversine's form keeps its precision for places that are close to each other.
    half = (
        np.sin((latitude_from - latitude) / 2) ** 2
        + np.cos(latitude_from) * np.cos(latitude) * np.sin((longitude_from - longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, half))))


def _cylinders(places: _Places, distances: Floats, settings: _Settings, min_window: int, max_window: int) -> Cylinders:
    n_places, n_times = places.counts.shape
    order = np.argsort(distances, axis=1, kind="stable")
    ordered = np.take_along_axis(distances, order, axis=1)
    # A circle may end where the next place lies further away than this one.
    closes = np.ones(order.shape, np.bool_)
    closes[:, :-1] = ordered[:, 1:] > ordered[:, :-1] * (1 + NEARLY)
    mass = places.expected.sum(axis=1)
    is_allowed = np.cumsum(mass[order], axis=1) <= settings.max_share * places.n_cases * (1 + NEARLY)
    if settings.max_distance is not None:
        is_allowed &= ordered <= settings.max_distance * (1 + NEARLY)
    is_allowed &= closes
    n_taken = np.where(is_allowed.any(axis=1), n_places - is_allowed[:, ::-1].argmax(axis=1), 0)

    # Whole numbers for the permutation model, so that no sum of them is rounded.
    scale = 1.0
    by_time = places.expected
    if settings.model is Model.SPACE_TIME_PERMUTATION:
        scale = float(places.n_cases)
        by_time = places.counts.sum(axis=1)[:, None] * places.counts.sum(axis=0)[None, :].astype(float)
    first = n_times - max_window if settings.is_prospective else 0
    up_to = np.zeros((n_places, n_times - first + 1))
    np.cumsum(by_time[:, first:], axis=1, out=up_to[:, 1:])
    n_points = up_to.shape[1]
    everywhere = up_to.sum(axis=0) / scale
    most_in_window = max(
        float(np.max(everywhere[length:] - everywhere[: n_points - length])) for length in range(1, max_window + 1)
    )
    return Cylinders(
        expected=up_to,
        order=order,
        n_taken=n_taken.astype(np.int64),
        closes=closes & (np.arange(n_places) < n_taken[:, None]),
        scale=scale,
        total=places.n_cases,
        first_end=n_points - 1 if settings.is_prospective else min_window,
        min_window=min_window,
        max_window=max_window,
        min_cases=settings.min_cases,
        most_expected=max(1.0, min(settings.max_share * places.n_cases, most_in_window)),
    )


def _likeliest(
    places: _Places, distances: Floats, cylinders: Cylinders, settings: _Settings, n_times: int
) -> list[Cluster]:
    """The likeliest cylinders whose circles share no place, without their p."""
    n_points = cylinders.expected.shape[1]
    first = n_times + 1 - n_points
    prefix = np.zeros((len(places.positions), n_points), np.int64)
    np.cumsum(places.counts[:, first:], axis=1, out=prefix[:, 1:])
    largest, starts, ends = best_windows(prefix, cylinders)
    centres, sizes = np.nonzero(largest)
    # The same circle can be drawn around several centres; the first of them in the places' own order is kept.
    ranked = np.lexsort((sizes, centres, -largest[centres, sizes].round(9)))
    taken = np.zeros(len(places.positions), bool)
    clusters: list[Cluster] = []
    for i in ranked:
        centre, size = int(centres[i]), int(sizes[i])
        inside = cylinders.order[centre, : size + 1]
        if taken[inside].any():
            continue
        taken[inside] = True
        start, end = int(starts[centre, size]), int(ends[centre, size])
        cases = int(np.sum(prefix[inside, end] - prefix[inside, start]))
        expected = float(np.sum(cylinders.expected[inside, end] - cylinders.expected[inside, start]))
        radius = float(distances[centre, inside[-1]])
        clusters.append(
            Cluster(
                centre=int(np.flatnonzero((places.all_positions == places.positions[centre]).all(axis=1))[0]),
                areas=_areas_within(places, centre, radius, settings.metric),
                radius=radius,
                first=first + start,
                last=first + end - 1,
                cases=cases,
                expected=expected / cylinders.scale,
                log_likelihood_ratio=float(largest[centre, size]),
                p=1.0,
                recurrence_interval=None,
                is_small=cases < settings.min_shown,
            )
        )
        if len(clusters) == settings.max_clusters:
            break
    return clusters


def _areas_within(places: _Places, centre: int, radius: float, metric: Metric) -> tuple[int, ...]:
    """Every row inside a circle, those without cases too."""
    distances = _distances(places.positions[[centre]], places.all_positions, metric)[0]
    return tuple(int(row) for row in np.flatnonzero(distances <= radius * (1 + NEARLY)))


def _replicate_maxima(
    places: _Places, cylinders: Cylinders, settings: _Settings, dispersion: float, *, use_numba: bool
) -> Floats:
    """The largest statistic of each replicate, (replicates,)."""
    rng = np.random.default_rng(settings.seed)
    n_places, n_points = cylinders.expected.shape
    replicates: Replicates
    if settings.model is Model.SPACE_TIME_PERMUTATION:
        clumps = split_into_clumps(places.counts, places.expected, dispersion, rng)
        replicates = permuted(*clumps, n_places=n_places, n_times=places.counts.shape[1], n_points=n_points)
    else:
        replicates = unevenly_drawn(places.expected, places.n_cases, dispersion, n_points=n_points)
    dtype: Any = np.int16 if places.n_cases <= MAX_INT16_TOTAL else np.int32
    bytes_each = n_places * n_points * np.dtype(dtype).itemsize
    block = max(1, min(MAX_BLOCK, settings.n_replicates, BLOCK_BYTES // bytes_each))
    maxima = np.zeros(settings.n_replicates)
    for begin in range(0, settings.n_replicates, block):
        size = min(block, settings.n_replicates - begin)
        prefix: Counts = np.zeros((n_places, n_points, size), dtype)
        drawn: Counts = np.empty((size, n_places, n_points - 1), dtype)
        for b in range(size):
            drawn[b] = replicates(rng).reshape(n_places, n_points - 1)
        prefix[:, 1:] = drawn.transpose(1, 2, 0)
        for t in range(1, n_points - 1):
            prefix[:, t + 1] += prefix[:, t]
        raise_in = raise_maxima if use_numba else raise_maxima_in_numpy
        raise_in(prefix, cylinders, maxima[begin : begin + size])
    return maxima


def _with_p(cluster: Cluster, maxima: Floats, settings: _Settings) -> Cluster:
    least = cluster.log_likelihood_ratio * (1 - NEARLY)
    p = float((1 + np.count_nonzero(maxima >= least)) / (len(maxima) + 1))
    return Cluster(
        **{name: getattr(cluster, name) for name in Cluster.__slots__ if name not in {"p", "recurrence_interval"}},
        p=p,
        recurrence_interval=1 / p if settings.is_prospective else None,
    )


def _critical_value(maxima: Floats, alpha: float) -> float | None:
    """The statistic from which p is at most alpha."""
    # p ≤ alpha when at most this many replicates reach the statistic.
    reaching = math.floor(alpha * (len(maxima) + 1) + NEARLY) - 1
    if reaching < 0:
        return None
    return float(np.sort(maxima)[::-1][reaching]) if reaching < len(maxima) else 0.0


def _array(values: ArrayLike, field: str) -> Floats:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ScanError(Fault.NOT_A_NUMBER, field) from None


def _count_table(counts: ArrayLike) -> tuple[Floats, bool]:
    """The counts as (areas, times), and whether none is missing."""
    table = _array(counts, "counts")
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or not table.size:
        raise ScanError(Fault.WRONG_SHAPE, "counts", table.shape)
    if len(table) > MAX_AREAS:
        raise ScanError(Fault.TOO_LARGE, "counts", len(table))
    if np.any(np.isinf(table)):
        raise ScanError(Fault.NOT_A_NUMBER, "counts")
    known = table[~np.isnan(table)]
    if np.any(known < 0):
        raise ScanError(Fault.NEGATIVE, "counts")
    if np.any(known != np.floor(known)):
        raise ScanError(Fault.NOT_AN_INTEGER, "counts")
    return table, len(known) == table.size


def _positions(coordinates: ArrayLike, n_areas: int, metric: Metric) -> Floats:
    positions = _array(coordinates, "coordinates")
    if positions.shape != (n_areas, 2):
        raise ScanError(Fault.WRONG_SHAPE, "coordinates", positions.shape)
    if not np.all(np.isfinite(positions)):
        raise ScanError(Fault.NOT_A_NUMBER, "coordinates")
    if metric is Metric.GREAT_CIRCLE and np.any(np.abs(positions) > (180, 90)):
        raise ScanError(Fault.NOT_A_POSITION, "coordinates")
    # Minus zero and zero are one place.
    return positions + 0.0


def _expected_table(
    expected: ArrayLike | None, model: Model, table: Floats, is_complete: bool
) -> NDArray[np.float64] | None:
    if model is Model.SPACE_TIME_PERMUTATION:
        if expected is not None:
            raise ScanError(Fault.EXPECTED_NOT_USED, "expected")
        return None
    if expected is None:
        raise ScanError(Fault.EXPECTED_MISSING, "expected")
    weights = _array(expected, "expected")
    if weights.ndim == 1:
        weights = weights[:, None]
    if weights.shape != table.shape:
        raise ScanError(Fault.WRONG_SHAPE, "expected", weights.shape)
    if not np.all(np.isfinite(weights)):
        raise ScanError(Fault.NOT_A_NUMBER, "expected")
    if np.any(weights < 0):
        raise ScanError(Fault.NEGATIVE, "expected")
    if not weights.sum() or (is_complete and np.any((weights == 0) & (table > 0))):
        raise ScanError(Fault.EXPECTED_ZERO, "expected")
    return weights


def _windows(min_window: int, max_window: int | None, n_times: int) -> tuple[int, int]:
    shortest = _integer(min_window, "min_window", at_least=1)
    longest = max(shortest, n_times // 2) if max_window is None else _integer(max_window, "max_window", at_least=1)
    if not shortest <= longest <= n_times:
        raise ScanError(Fault.NOT_A_WINDOW, "max_window", longest)
    return shortest, longest


def _number(value: float, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ScanError(Fault.NOT_A_NUMBER, field, value) from None
    if not math.isfinite(number):
        raise ScanError(Fault.NOT_A_NUMBER, field, value)
    return number


def _integer(value: int, field: str, *, at_least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise ScanError(Fault.NOT_AN_INTEGER, field, value) from None
    if number < at_least:
        raise ScanError(Fault.TOO_SMALL, field, value)
    return number
