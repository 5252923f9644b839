"""The registry in which each app enters its acts, and from which the table in the docs is made."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be allowed to some roles: its code, its Swedish name and who may do it."""

    code: str
    label: str | Promise
    roles: frozenset[str]


_ACTS: dict[str, Act] = {}


def act(code: str, label: str | Promise, *, roles: set[str]) -> Act:
    """
    Enter an act in the registry.

    :raises ValueError: the code is already taken
    """
    if code in _ACTS:
        raise ValueError(f"The act {code} is entered twice")
    _ACTS[code] = Act(code, label, frozenset(roles))
    return _ACTS[code]


def acts() -> list[Act]:
    """Return every act, by code."""
    return [_ACTS[code] for code in sorted(_ACTS)]


@dataclass(frozen=True, slots=True)
class RouteRule:
    """What stands about a route in the permission table: who reaches it, its rate limit, its log event."""

    name: str
    who: str
    limit: str
    logged: str


_ROUTES: dict[str, RouteRule] = {}
STRANGER = "alla"


def route(name: str, *, who: str, limit: str = "–", logged: str = "–") -> None:
    """
    Enter a route, by its URL name, in the permission table.

    :raises ValueError: the route is already entered
    """
    if name in _ROUTES:
        raise ValueError(f"The route {name} is entered twice")
    _ROUTES[name] = RouteRule(name, who, limit, logged)


def routes() -> dict[str, RouteRule]:
    """Return every entered route by name."""
    return dict(_ROUTES)
