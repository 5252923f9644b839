"""What a round is made of: stops, teams, and the plan that joins them. All times are whole seconds since midnight."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

from samsyn.analysis.errors import AnalysisError


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NO_STOPS = "NO_STOPS"
    NO_TEAMS = "NO_TEAMS"
    SAME_NAME = "SAME_NAME"
    NO_REASON = "NO_REASON"
    NOT_WHOLE_SECONDS = "NOT_WHOLE_SECONDS"
    NEGATIVE = "NEGATIVE"
    WINDOW_ENDS_BEFORE_IT_BEGINS = "WINDOW_ENDS_BEFORE_IT_BEGINS"
    NOT_ONE_OR_TWO_PEOPLE = "NOT_ONE_OR_TWO_PEOPLE"
    NOT_POSITIVE = "NOT_POSITIVE"
    WRONG_SHAPE = "WRONG_SHAPE"
    UNKNOWN_PLACE = "UNKNOWN_PLACE"
    BREAK_DOES_NOT_FIT = "BREAK_DOES_NOT_FIT"
    NOT_A_SHARE = "NOT_A_SHARE"
    LOOKS_LIKE_DEGREES = "LOOKS_LIKE_DEGREES"
    TOO_MANY = "TOO_MANY"


class RouteError(AnalysisError):
    """An argument that cannot be used; `code` is a `Fault`."""

    code: Fault


class Unvisited(enum.StrEnum):
    """Why a stop stands in no round."""

    NEEDS_TWO_PEOPLE = "NEEDS_TWO_PEOPLE"
    """Every team that could come in time has one person."""
    OUTSIDE_ALL_SHIFTS = "OUTSIDE_ALL_SHIFTS"
    """No team can be there within the window and back before its shift ends, even with nothing else to do."""
    NO_ROOM_LEFT = "NO_ROOM_LEFT"
    """It could be visited, but not together with the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStop:
    """
    A place to visit once.

    The visit begins between `earliest` and `latest` and takes `service_s` seconds. `people` is how many must come, one
    or two. `why` answers "varför här?" for those who stand there, and may not be empty. `weight` says which stops are
    kept when there isn't room for all.
    """

    name: str
    why: str
    earliest: int
    latest: int
    service_s: int
    people: int = 1
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    Those who go together, from the base and back to it between `start` and `end`.

    With a `break_s` above 0 they rest that long, beginning between `break_earliest` and `break_latest`, at the place
    `break_at`: 0 is the base, 1 the first stop's place and so on, as in the table of travel times.
    """

    name: str
    start: int
    end: int
    people: int = 2
    break_s: int = 0
    break_earliest: int = 0
    break_latest: int = 0
    break_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    One stay in a round: a stop, or the break, for which `stop` is None.

    They come at `arrive`, begin at `start`, go on at `leave`. `detour_s` is the travelling that would be saved without
    it.
    """

    stop: int | None
    arrive: int
    start: int
    leave: int
    detour_s: int
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "stop": self.stop,
            "arrive": self.arrive,
            "start": self.start,
            "leave": self.leave,
            "detour_s": self.detour_s,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One team's way: out from the base at `leave_base`, the visits in order, back at `back_at_base`."""

    team: int
    leave_base: int
    back_at_base: int
    visits: tuple[Visit, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "team": self.team,
            "leave_base": self.leave_base,
            "back_at_base": self.back_at_base,
            "visits": [visit.as_dict() for visit in self.visits],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """
    All teams' ways together.

    `travel_s` is the whole travelling in seconds. `unvisited` holds each stop left out, by number, with the reason.
    `legs_shared` is the part of the ways from place to place that are the same, in either direction, as in the
    best plan: 1 for that plan itself.
    """

    rounds: tuple[Round, ...]
    unvisited: dict[int, Unvisited]
    travel_s: int
    legs_shared: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown, ready for JSON."""
        return {
            "travel_s": self.travel_s,
            "legs_shared": self.legs_shared,
            "rounds": [each.as_dict() for each in self.rounds],
            "unvisited": [{"stop": stop, "reason": reason.value} for stop, reason in self.unvisited.items()],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """
    The best rounds found, with others beside; made by `plan_route`.

    `is_repeatable` is False when the clock stopped the search: the same seed may then give another plan.
    """

    METHOD: ClassVar[str] = "time-windows-iterated-local-search-pyvrp"
    METHOD_VERSION: ClassVar[int] = 1

    best: Rounds
    alternatives: tuple[Rounds, ...]
    iterations: int
    max_seconds: float | None
    variety: float
    is_repeatable: bool

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and every setting but the seed, which the caller holds, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "settings": {
                "iterations": self.iterations,
                "max_seconds": self.max_seconds,
                "variety": self.variety,
            },
            "is_repeatable": self.is_repeatable,
            "best": self.best.as_dict(),
            "alternatives": [rounds.as_dict() for rounds in self.alternatives],
        }
