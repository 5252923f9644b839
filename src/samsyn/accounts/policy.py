"""Who must have a second step: the roles that the settings name."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from samsyn.accounts import factors, sessions
from samsyn.accounts.models import User


def must_have_second_step(user: User) -> bool:
    """Tell whether any of a person's roles asks for two steps."""
    roles = settings.SAMSYN_SECOND_STEP_ROLES
    # Roles belong to an app above this one, which knows only that a membership has one.
    return bool(roles) and bool(user.memberships.in_force().filter(role__in=roles).exists())


def lacks_second_step(request: HttpRequest, user: User) -> bool:
    """Tell whether this session may go no further until the person has a second step."""
    return not sessions.is_strong(request) and must_have_second_step(user)


def may_remove(user: User) -> bool:
    """Tell whether a person may do without one of their factors: the last one goes only if no role asks for it."""
    n_left = len(factors.passkeys(user)) + factors.has_totp(user) - 1
    return n_left > 0 or not must_have_second_step(user)
