"""
Lay rounds with time windows, shifts, breaks and the two-person rule, and check any plan by itself.

`plan_route` makes the rounds, `check_route` finds what is wrong with any plan, `travel_between` makes a table of
travel times where no real one is at hand. Every stop carries its reason, and there is none without.

`docs/algorithms/rounds.md` explains guarantees and limits in prose.

>>> import numpy as np
>>> stop = RouteStop(name="square", why="asked for in the survey", earliest=0, latest=3600, service_s=600)
>>> plan = plan_route([stop], [Team(name="A", start=0, end=7200)], [[0, 300], [300, 0]],
...                   rng=np.random.default_rng(1), iterations=10)
>>> plan.best.travel_s, plan.best.rounds[0].visits[0].why
(600, 'asked for in the survey')
"""

from samsyn.analysis.route.check import Breach, Violation, check_route
from samsyn.analysis.route.model import (
    Fault,
    Round,
    Rounds,
    RouteError,
    RoutePlan,
    RouteStop,
    Team,
    Unvisited,
    Visit,
)
from samsyn.analysis.route.plan import plan_route, travel_between

__all__ = [
    "Breach",
    "Fault",
    "Round",
    "Rounds",
    "RouteError",
    "RoutePlan",
    "RouteStop",
    "Team",
    "Unvisited",
    "Violation",
    "Visit",
    "check_route",
    "plan_route",
    "travel_between",
]
