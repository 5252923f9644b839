"""Who has which role where: the one question that every app's rules ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core.errors import NotAllowed
from samsyn.core.permissions import STRANGER, Act, act, route
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Membership, Municipality

MANAGE_SETTINGS = act("organisations.manage_settings", _("Ändra kommunens inställningar"), roles={Role.ADMINISTRATOR})
EDIT_GUIDE = act("organisations.edit_guide", _("Ändra Vem gör vad"), roles={Role.ADMINISTRATOR, Role.PAGE_EDITOR})
MANAGE_PARTNERS = act(
    "organisations.manage_partners",
    _("Lägga upp organisationer och enheter"),
    roles={Role.ADMINISTRATOR, Role.STRATEGIST},
)
MANAGE_PEOPLE = act(
    "organisations.manage_people",
    _("Bjuda in personer och ändra roller, var och en efter sin tabell"),
    roles={Role.ADMINISTRATOR, Role.STRATEGIST},
)
REVIEW_ACCESS = act("organisations.review_access", _("Gå igenom behörigheter"), roles={Role.ADMINISTRATOR})
for _name in ("colours", "logo"):
    route(f"organisations:{_name}", who=STRANGER)

TOWN_ACTS = (MANAGE_SETTINGS, EDIT_GUIDE, MANAGE_PARTNERS, MANAGE_PEOPLE, REVIEW_ACCESS)


def may(user: User | AnonymousUser, what: Act, municipality_id: int) -> bool:
    """Tell whether a person has, in a municipality, a role that an act is allowed to. Asked at each press."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return (
        Membership.objects.in_force()
        .with_role(what.roles)
        .filter(user=user, organisation__municipality_id=municipality_id)
        .exists()
    )


def municipalities_where(user: User, roles: Iterable[str]) -> QuerySet[Any, Any]:
    """Return, for `municipality__in`, where a person now has one of some roles."""
    return Membership.objects.in_force().with_role(roles).filter(user=user).values("organisation__municipality")


def roles_of(user: User, municipality_id: int) -> set[str]:
    """Return the roles that a person now has in a municipality."""
    found = Membership.objects.in_force().filter(user=user, organisation__municipality_id=municipality_id)
    return set(found.values_list("role", flat=True))


def can(user: User | AnonymousUser, what: Act, municipality: Municipality) -> bool:
    """Tell whether a person may do something with a municipality's settings, partners or people."""
    return may(user, what, municipality.pk)


def check_can(user: User | AnonymousUser, what: Act, municipality: Municipality) -> None:
    """
    Refuse somebody who may not do it.

    :raises NotAllowed: the person has another role, or none
    """
    if not can(user, what, municipality):
        raise NotAllowed(_("Din roll får inte göra det här. Be kommunens tekniska administratör om hjälp."))
