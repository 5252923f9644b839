"""Who has which role where: the one question that every app's rules ask."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from samsyn.accounts.models import User
from samsyn.core.permissions import Act


def may(user: User | AnonymousUser, what: Act, municipality_id: int) -> bool:
    """Tell whether a person has, in a municipality, a role that an act is allowed to. Asked at each press."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.memberships.filter(organisation__municipality_id=municipality_id, role__in=what.roles).exists()
