"""
Choose where and when hosts should be, so that as much as possible of what calls for them is within reach.

`plan_cover` gives the best choice there is, proved, beside the one that picks the best place first and then the next
best; every stop in it carries its reasons. On request it gives other choices that are nearly as good, so that
nobody can learn where the hosts will be.

`docs/algorithms/rounds.md` explains guarantees and limits in prose.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.spatial import KDTree

from samsyn.analysis.errors import AnalysisError

__all__ = [
    "Choice",
    "CoverError",
    "CoverPlan",
    "DemandSource",
    "Fault",
    "Reason",
    "Stop",
    "cover_within",
    "plan_cover",
]

MAX_PATROL_WEIGHT = 0.5
"""What hosts themselves have noted may weigh at most half: they find things where they are."""

MAX_VARIABLES = 2_000_000

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_NUMBERS = "NOT_NUMBERS"
    WRONG_SHAPE = "WRONG_SHAPE"
    NEGATIVE = "NEGATIVE"
    NOT_WHOLE_NUMBERS = "NOT_WHOLE_NUMBERS"
    NOT_POSITIVE = "NOT_POSITIVE"
    NOT_A_SHARE = "NOT_A_SHARE"
    LOOKS_LIKE_DEGREES = "LOOKS_LIKE_DEGREES"
    NO_SOURCES = "NO_SOURCES"
    SAME_NAME = "SAME_NAME"
    NO_DEMAND = "NO_DEMAND"
    NOTHING_IN_REACH = "NOTHING_IN_REACH"
    PATROLS_OUTWEIGH = "PATROLS_OUTWEIGH"
    NO_RANDOMNESS = "NO_RANDOMNESS"
    TOO_LARGE = "TOO_LARGE"


class CoverError(AnalysisError):
    """An argument that cannot be used; `code` is a `Fault`."""

    code: Fault


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemandSource:
    """
    One kind of what calls for hosts: incidents, answers in a survey, broken lights.

    `amounts` has a row for each place where something may call for a host, and a column for each slot of time, in
    any unit from 0; a source that doesn't know the time has the same in every column. `weight` is how much the source
    counts beside the others. `is_from_patrols` marks what hosts and patrols have noted themselves.
    """

    name: str
    amounts: ArrayLike
    weight: float = 1.0
    is_from_patrols: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one source says for a stop: how much of it is in reach, and what part that is of all it has."""

    source: str
    amount: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """
    One place in one slot, and why it was chosen.

    `covered` is the part of the whole weighted demand within reach of this stop, and `only_here` what no other stop
    of the same slot reaches. `reasons` begin with the source that says most. `demand` are the places in reach that
    call most, at most five. `in_plans` is in how many of all the plans given the stop stands.
    """

    stop: int
    slot: int
    covered: float
    only_here: float
    reasons: tuple[Reason, ...]
    demand: tuple[int, ...]
    in_plans: int

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "stop": self.stop,
            "slot": self.slot,
            "covered": self.covered,
            "only_here": self.only_here,
            "reasons": [
                {"source": reason.source, "amount": reason.amount, "share": reason.share} for reason in self.reasons
            ],
            "demand": list(self.demand),
            "in_plans": self.in_plans,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Stops chosen together, in order of slot and place, and the part of the weighted demand they reach."""

    stops: tuple[Stop, ...]
    covered: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {"covered": self.covered, "stops": [stop.as_dict() for stop in self.stops]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPlan:
    """
    The best choice with others beside; made by `plan_cover`.

    `bound` is proved: no choice reaches more. `is_optimal` says that `best` reaches it. `alternatives` each reach
    at least (1 - variety) of what `best` does.
    """

    METHOD: ClassVar[str] = "maximal-covering-highs"
    METHOD_VERSION: ClassVar[int] = 1

    best: Choice
    greedy: Choice
    alternatives: tuple[Choice, ...]
    bound: float
    is_optimal: bool
    hosts_per_slot: tuple[int, ...]
    max_visits: int | None
    max_visits_per_place: int | None
    variety: float
    weights: dict[str, float] = field(default_factory=dict)

    def draw(self, rng: np.random.Generator) -> Choice:
        """Choose one of all the plans by chance: what to do tonight, if nobody shall know it from last night."""
        plans = (self.best, *self.alternatives)
        return plans[int(rng.integers(len(plans)))]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting but the seed, which the caller holds, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "hosts_per_slot": list(self.hosts_per_slot),
                "max_visits": self.max_visits,
                "max_visits_per_place": self.max_visits_per_place,
                "variety": self.variety,
                "weights": self.weights,
            },
            "is_optimal": self.is_optimal,
            "bound": self.bound,
            "best": self.best.as_dict(),
            "greedy": self.greedy.as_dict(),
            "alternatives": [choice.as_dict() for choice in self.alternatives],
        }


def cover_within(stops: ArrayLike, demand: ArrayLike, reach_m: float) -> Bools:
    """
    Say which places each stop has within reach, as the crow flies.

    Parameters
    ----------
    stops, demand
        (p, 2) and (d, 2) arrays of east and north in metres (SWEREF 99 TM).
    reach_m
        The longest distance in metres, itself included.

    Returns
    -------
    ndarray
        (p, d) truth values. Where a river or a railway parts a town, set those to False that lie beyond it.

    Raises
    ------
    CoverError
        Degrees instead of metres, or a reach that is not positive.

    Examples
    --------
    >>> cover_within([(0, 0), (1000, 0)], [(100, 0), (1000, 300), (5000, 0)], 300)
    array([[ True, False, False],
           [False,  True, False]])
    """
    from_here, to_there = _points(stops, "stops"), _points(demand, "demand")
    reach_m = _positive(reach_m, "reach_m")
    both = np.vstack([from_here, to_there])
    if len(both) > 1 and np.abs(both[:, 0]).max() <= 180 and np.abs(both[:, 1]).max() <= 90:
        raise CoverError(Fault.LOOKS_LIKE_DEGREES, "stops")
    answer = np.zeros((len(from_here), len(to_there)), bool)
    if answer.size:
        lists = KDTree(to_there).query_ball_point(from_here, reach_m * (1 + 1e-12))
        for stop, places in enumerate(lists):
            answer[stop, places] = True
    return answer


def plan_cover(
    sources: Sequence[DemandSource],
    cover: ArrayLike,
    *,
    hosts_per_slot: int | Sequence[int],
    max_visits: int | None = None,
    max_visits_per_place: int | None = None,
    variety: float = 0.0,
    n_alternatives: int = 0,
    rng: np.random.Generator | None = None,
    max_seconds: float = 30.0,
) -> CoverPlan:
    r"""
    Choose stops and slots so that the most of the weighted demand has a host within reach.

    Parameters
    ----------
    sources
        What calls for hosts, from at least one source; all have the same d places and s slots.
    cover
        (p, d) truth values: which of the d places each of the p possible stops reaches; `cover_within` makes it.
    hosts_per_slot
        How many hosts (or pairs of hosts) stand in each slot: one number, or one a slot.
    max_visits
        At most so many stops in all slots together; None for no such limit.
    max_visits_per_place
        At most so many slots at the same place; None for no such limit.
    variety
        How much worse an alternative may be: 0.05 lets it reach 5 % less than the best.
    n_alternatives
        How many alternatives are wanted; fewer are given if no more are found.
    rng
        Source of chance for the alternatives: the same seed gives the same ones.
    max_seconds
        A choice not proved best by then is given with `is_optimal` False and `bound` above it.

    Returns
    -------
    CoverPlan
        With the greedy choice beside: what adding the next best stop, again and again, reaches.

    Raises
    ------
    CoverError
        No demand, nothing within reach, notes from patrols that weigh more than half, or numbers that make no sense.

    Notes
    -----
    Each source is first scaled to parts of its own total, so that a hundred lights don't outweigh ten assaults merely
    by their number; then weighted: :math:`a_{it} = \sum_k w_k A_{kit} / \sum_{it} A_{kit}` with
    :math:`\sum w_k = 1`. The maximal covering location problem (Church & ReVelle 1974, pp. 101-118), one layer a slot:

    .. math::
        \max \sum_{it} a_{it} y_{it}, \quad y_{it} \le \sum_{j \in N_i} x_{jt}, \quad \sum_j x_{jt} \le h_t, \quad
        x \in \{0, 1\},\ 0 \le y \le 1

    A place is covered once, however many hosts are near. HiGHS solves it by branch and bound and proves the bound. The
    greedy choice reaches at least 63 % of the best where only one number limits the stops (Nemhauser, Wolsey & Fisher
    1978, pp. 265-294), less surely with several limits; usually far more.

    An alternative is the choice that maximises a random liking for each stop, less for stops already used, while it
    reaches (1 - variety) of the best.

    Do not feed it what hosts themselves noted and nothing else: they note things where they stand, and the map would
    feed itself. Such sources may weigh at most half. Do not use it to watch a home or a person.

    Examples
    --------
    >>> cover = cover_within([(0, 0), (600, 0), (1200, 0)], [(0, 0), (400, 0), (800, 0), (1200, 0)], 450)
    >>> reports = DemandSource(name="reports", amounts=[[3], [4], [4], [3]])
    >>> lights = DemandSource(name="lights", amounts=[[1], [0], [0], [1]])
    >>> plan = plan_cover([reports, lights], cover, hosts_per_slot=2)
    >>> [stop.stop for stop in plan.best.stops], round(plan.best.covered, 3), plan.is_optimal
    ([0, 2], 1.0, True)
    >>> plan.best.stops[0].reasons[0]
    Reason(source='lights', amount=1.0, share=0.5)

    The greedy choice can start in the middle and never get both ends:

    >>> plan = plan_cover([reports], cover, hosts_per_slot=2)
    >>> round(plan.best.covered, 3), round(plan.greedy.covered, 3)
    (1.0, 0.786)
    """
    problem = _Problem.made(sources, cover, hosts_per_slot, max_visits, max_visits_per_place)
    variety = _number(variety, "variety")
    if not 0 <= variety < 1:
        raise CoverError(Fault.NOT_A_SHARE, "variety", variety)
    n_alternatives = _whole(n_alternatives, "n_alternatives")
    max_seconds = _positive(max_seconds, "max_seconds")
    if n_alternatives and rng is None:
        raise CoverError(Fault.NO_RANDOMNESS, "rng")

    greedy = problem.greedy()
    best, bound, is_optimal = problem.optimal(max_seconds)
    # A solver stopped by the clock may have less than the greedy choice.
    if problem.covered(greedy) > problem.covered(best):
        best = greedy
    plans = [best]
    if rng is not None:
        floor = (1 - variety) * problem.covered(best) - 1e-9
        plans += problem.alternatives(best, floor, n_alternatives, rng, max_seconds)
    times = np.sum(plans, axis=0)
    return CoverPlan(
        best=problem.told(best, times),
        greedy=problem.told(greedy, times),
        alternatives=tuple(problem.told(plan, times) for plan in plans[1:]),
        bound=min(1.0, max(bound, problem.covered(best))),
        is_optimal=is_optimal,
        hosts_per_slot=tuple(int(hosts) for hosts in problem.hosts),
        max_visits=max_visits,
        max_visits_per_place=max_visits_per_place,
        variety=variety,
        weights=problem.weights,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """What is asked, checked; a plan here is a (stops, slots) array of truth values."""

    cover: Bools
    demand: Floats
    amounts: dict[str, Floats]
    weights: dict[str, float]
    hosts: NDArray[np.int64]
    max_visits: int | None
    max_per_place: int | None

    @classmethod
    def made(
        cls,
        sources: Sequence[DemandSource],
        cover: ArrayLike,
        hosts_per_slot: int | Sequence[int],
        max_visits: int | None,
        max_per_place: int | None,
    ) -> _Problem:
        if not sources:
            raise CoverError(Fault.NO_SOURCES, "sources")
        reach = np.asarray(cover)
        if reach.ndim != 2 or reach.dtype != np.bool_:
            raise CoverError(Fault.WRONG_SHAPE, "cover", reach.shape)
        amounts: dict[str, Floats] = {}
        weights: dict[str, float] = {}
        for source in sources:
            if source.name in amounts:
                raise CoverError(Fault.SAME_NAME, "sources", source.name)
            amounts[source.name] = _amounts(source, reach.shape[1])
            weights[source.name] = _positive(source.weight, "weight")
        shapes = {array.shape for array in amounts.values()}
        if len(shapes) > 1:
            raise CoverError(Fault.WRONG_SHAPE, "amounts", sorted(shapes))
        total = sum(weights.values())
        weights = {name: weight / total for name, weight in weights.items()}
        from_patrols = sum(weights[source.name] for source in sources if source.is_from_patrols)
        if from_patrols > MAX_PATROL_WEIGHT + 1e-12:
            raise CoverError(Fault.PATROLS_OUTWEIGH, "sources", round(from_patrols, 3))
        demand = np.sum([weights[name] * array / array.sum() for name, array in amounts.items()], axis=0)
        n_slots = demand.shape[1]
        hosts = np.array(
            [_whole(value, "hosts_per_slot") for value in _each_slot(hosts_per_slot, n_slots)], dtype=np.int64
        )
        if not _within_reach(demand, reach).any():
            raise CoverError(Fault.NOTHING_IN_REACH, "cover")
        if (reach.shape[0] + reach.shape[1]) * n_slots > MAX_VARIABLES:
            raise CoverError(Fault.TOO_LARGE, "cover", reach.shape)
        return cls(
            cover=reach,
            demand=demand,
            amounts=amounts,
            weights=weights,
            hosts=hosts,
            max_visits=None if max_visits is None else _whole(max_visits, "max_visits"),
            max_per_place=None if max_per_place is None else _whole(max_per_place, "max_visits_per_place"),
        )

    def covered(self, plan: Bools) -> float:
        """The part of the weighted demand that a plan reaches."""
        reached = (self.cover.T.astype(np.int64) @ plan) > 0
        return float(np.sum(self.demand * reached))

    def greedy(self) -> Bools:
        """The stop that adds most, then the next, until nothing more fits or adds; ties go to the first."""
        plan = np.zeros((self.cover.shape[0], self.demand.shape[1]), bool)
        left = self.demand.copy()
        reach = self.cover.astype(np.float64)
        while True:
            gain = reach @ left
            gain[plan] = 0
            gain[:, plan.sum(axis=0) >= self.hosts] = 0
            if self.max_per_place is not None:
                gain[plan.sum(axis=1) >= self.max_per_place] = 0
            if self.max_visits is not None and plan.sum() >= self.max_visits:
                gain[:] = 0
            # Rounded, so that what differs in the last bit alone goes to the first.
            stop, slot = np.unravel_index(int(np.argmax(np.round(gain, 12))), gain.shape)
            if gain[stop, slot] <= 1e-12:
                return plan
            plan[stop, slot] = True
            left[self.cover[stop], slot] = 0

    def optimal(self, max_seconds: float) -> tuple[Bools, float, bool]:
        """The best plan, a proved bound, and whether the plan was proved best."""
        solver = _Solver(self)
        return solver.solve(np.zeros(solver.n_stops), self.demand_of(solver), max_seconds)

    def demand_of(self, solver: _Solver) -> Floats:
        """The weight of each covering variable."""
        return self.demand.T.ravel()[solver.wanted]

    def alternatives(
        self, best: Bools, floor: float, wanted: int, rng: np.random.Generator, max_seconds: float
    ) -> list[Bools]:
        """Other plans that reach the floor, as unlike as chance and use make them."""
        found: list[Bools] = []
        used = best.astype(np.float64)
        solver = _Solver(self)
        solver.require(self.demand_of(solver), floor)
        # A draw may lead to a plan there is already; twice as many draws as plans are enough to tell that they end.
        for _ in range(2 * wanted):
            if len(found) == wanted:
                break
            liking = rng.random(best.shape) / (1 + used)
            # A liking is drawn by chance, so the plan that is liked the most needs not be proved.
            plan, _, _ = solver.solve(liking.T.ravel(), np.zeros(len(solver.wanted)), max_seconds, gap=0.05)
            is_new = not any((plan == other).all() for other in (best, *found))
            if is_new and self.covered(plan) >= floor - 1e-9:
                found.append(plan)
                used += plan
        return found

    def told(self, plan: Bools, times: NDArray[Any]) -> Choice:
        """A plan with its reasons."""
        stops = []
        near = self.cover.T.astype(np.int64) @ plan
        for slot, stop in np.argwhere(plan.T):
            here = self.cover[stop]
            asked = self.demand[:, slot] * here
            reasons = [
                Reason(source=name, amount=amount, share=amount / float(array.sum()))
                for name, array in self.amounts.items()
                if (amount := float(array[here, slot].sum())) > 0
            ]
            reasons.sort(key=lambda reason: (-self.weights[reason.source] * reason.share, reason.source))
            most = np.argsort(-np.round(asked, 12), kind="stable")[:5]
            stops.append(
                Stop(
                    stop=int(stop),
                    slot=int(slot),
                    covered=float(asked.sum()),
                    only_here=float(asked[near[:, slot] == 1].sum()),
                    reasons=tuple(reasons),
                    demand=tuple(int(place) for place in most if asked[place] > 0),
                    in_plans=int(times[stop, slot]),
                )
            )
        return Choice(stops=tuple(stops), covered=self.covered(plan))


class _Solver:
    """The problem as HiGHS takes it: the stops' variables slot by slot, then those of the demand that can be met."""

    def __init__(self, problem: _Problem) -> None:
        n_places, n_slots = problem.cover.shape[0], problem.demand.shape[1]
        self.shape = (n_places, n_slots)
        self.n_stops = n_places * n_slots
        self.wanted = np.flatnonzero(_within_reach(problem.demand, problem.cover).T.ravel() > 0)
        reach = sparse.csr_matrix(problem.cover.T.astype(np.float64))
        by_slot = sparse.block_diag([reach] * n_slots, format="csr")[self.wanted]
        links = sparse.hstack([-by_slot, sparse.identity(len(self.wanted))], format="csr")
        stops = sparse.identity(self.n_stops, format="csr")
        in_slot = sparse.csr_matrix(np.kron(np.eye(n_slots), np.ones((1, n_places))))
        rows, uppers = [links], [np.zeros(len(self.wanted))]
        limits: list[tuple[Any, Floats]] = [(in_slot, problem.hosts.astype(np.float64))]
        if problem.max_visits is not None:
            limits.append((sparse.csr_matrix(np.ones((1, self.n_stops))), np.array([float(problem.max_visits)])))
        if problem.max_per_place is not None:
            same_place = sparse.hstack([sparse.identity(n_places)] * n_slots, format="csr")
            limits.append((same_place, np.full(n_places, float(problem.max_per_place))))
        for matrix, upper in limits:
            nothing = sparse.csr_matrix((matrix.shape[0], len(self.wanted)))
            rows.append(sparse.hstack([matrix @ stops, nothing], format="csr"))
            uppers.append(upper)
        self.matrix = sparse.vstack(rows, format="csr")
        self.lower = np.full(self.matrix.shape[0], -np.inf)
        self.upper = np.concatenate(uppers)

    def require(self, weights: Floats, at_least: float) -> None:
        """Add that the weighted demand met is at least so much."""
        row = sparse.csr_matrix(np.concatenate([np.zeros(self.n_stops), weights])[None, :])
        self.matrix = sparse.vstack([self.matrix, row], format="csr")
        self.lower = np.append(self.lower, at_least)
        self.upper = np.append(self.upper, np.inf)

    def solve(
        self, per_stop: Floats, per_demand: Floats, max_seconds: float, *, gap: float = 0.0
    ) -> tuple[Bools, float, bool]:
        """Maximise; return the plan, the proved bound and whether the plan reaches it."""
        # HiGHS by way of SciPy: the solver's own package prints a greeting into the answer on standard output.
        from scipy.optimize import Bounds, LinearConstraint, milp

        scale = 1_000.0  # HiGHS stops at a gap of a millionth; this makes it a billionth of the demand
        n_met = len(self.wanted)
        result = milp(
            -scale * np.concatenate([per_stop, per_demand]),
            integrality=np.concatenate([np.ones(self.n_stops), np.zeros(n_met)]),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self.matrix, self.lower, self.upper),
            options={"mip_rel_gap": gap, "time_limit": max_seconds},
        )
        values = np.zeros(self.n_stops) if result.x is None else np.asarray(result.x)[: self.n_stops]
        bound = np.inf if result.mip_dual_bound is None else -float(result.mip_dual_bound) / scale
        plan: Bools = (values > 0.5).reshape(self.shape[1], self.shape[0]).T
        return plan, bound, result.status == 0


def _within_reach(demand: Floats, cover: Bools) -> Floats:
    """The demand that some stop reaches, and 0 for the rest."""
    is_reached: Bools = np.asarray(cover.any(axis=0))
    return demand * is_reached[:, None]


def _each_slot(hosts: int | Sequence[int], n_slots: int) -> Sequence[int]:
    if not isinstance(hosts, Sequence):
        return [hosts] * n_slots
    if len(hosts) != n_slots:
        raise CoverError(Fault.WRONG_SHAPE, "hosts_per_slot", len(hosts))
    return hosts


def _amounts(source: DemandSource, n_places: int) -> Floats:
    try:
        array = np.array(source.amounts, dtype=np.float64)
    except (TypeError, ValueError):
        raise CoverError(Fault.NOT_NUMBERS, "amounts", source.name) from None
    if array.ndim != 2 or array.shape[0] != n_places or array.shape[1] == 0:
        raise CoverError(Fault.WRONG_SHAPE, "amounts", array.shape)
    if not np.isfinite(array).all():
        raise CoverError(Fault.NOT_NUMBERS, "amounts", source.name)
    if (array < 0).any():
        raise CoverError(Fault.NEGATIVE, "amounts", source.name)
    if array.sum() == 0:
        raise CoverError(Fault.NO_DEMAND, "amounts", source.name)
    return array


def _points(points: ArrayLike, name: str) -> Floats:
    try:
        array = np.array(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise CoverError(Fault.NOT_NUMBERS, name) from None
    if array.size == 0:
        return array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise CoverError(Fault.WRONG_SHAPE, name, array.shape)
    if not np.isfinite(array).all():
        raise CoverError(Fault.NOT_NUMBERS, name)
    return array


def _number(value: float, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise CoverError(Fault.NOT_NUMBERS, name, value) from None
    if not np.isfinite(number):
        raise CoverError(Fault.NOT_NUMBERS, name, value)
    return number


def _positive(value: float, name: str) -> float:
    number = _number(value, name)
    if number <= 0:
        raise CoverError(Fault.NOT_POSITIVE, name, value)
    return number


def _whole(value: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise CoverError(Fault.NOT_WHOLE_NUMBERS, name, value)
    if value < 0:
        raise CoverError(Fault.NEGATIVE, name, value)
    return int(value)
