"""
What is allowed between roles, organisations and people. Nothing here asks or writes the database.

    DomainError
    ├── RoleRefused             400  the role does not fit the organisation, or what the person already is
    ├── NotYoursToGive (403)         the role is not one's to grant, or it is one's own
    └── LastAdministrator (409)      the municipality would be left without an administrator
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import Conflict, DomainError, NotAllowed
from samsyn.organisations.enums import GRANTS, ROLE_AT, OrganisationKind, Role


class RoleRefused(DomainError):
    """The role cannot be held here, or together with what the person already is."""


class NotYoursToGive(NotAllowed):
    """Somebody may not grant, change or end this role."""


class LastAdministrator(Conflict):
    """Somebody must be left who can let others in."""


def roles_at(kind: str) -> list[Role]:
    """Return the roles that can be held at an organisation of a kind."""
    return [role for role in Role if role not in ROLE_AT or kind in ROLE_AT[role]]


def check_role_fits(role: str, kind: str) -> None:
    """
    Refuse a role at an organisation where it cannot be held.

    :raises RoleRefused: it cannot
    """
    if role not in roles_at(kind):
        raise RoleRefused(
            _("Rollen %(role)s finns inte hos en organisation av slaget %(kind)s. Välj en annan roll.")
            % {"role": Role(role).label, "kind": OrganisationKind(kind).label}
        )


def grantable(own_roles: Iterable[str]) -> list[Role]:
    """Return the roles that somebody with some roles may grant, change and end for others."""
    given = frozenset[str]().union(*(GRANTS.get(role, frozenset()) for role in own_roles))
    return [role for role in Role if role in given]


def check_can_grant(own_roles: Iterable[str], role: str, *, is_self: bool) -> None:
    """
    Refuse somebody who may not grant, change or end a role.

    :raises NotYoursToGive: the role is another's to give, or it is one's own
    """
    if is_self:
        raise NotYoursToGive(_("Du kan inte ändra dina egna roller. Be en annan administratör."))
    if role not in grantable(own_roles):
        raise NotYoursToGive(
            _("Du får inte ge eller ta bort rollen %(role)s. Be den tekniska administratören.")
            % {"role": Role(role).label}
        )


def check_roles_together(roles: Iterable[str]) -> None:
    """
    Refuse roles that one person must not hold at once in a municipality: who audits must not audit themselves.

    :raises RoleRefused: an auditor would be something else too
    """
    held = set(roles)
    if Role.AUDITOR in held and len(held) > 1:
        raise RoleRefused(
            _("Granskaren granskar de andra och kan inte ha någon annan roll i kommunen. Välj en annan person.")
        )


def check_leaves_administrator(n_others: int) -> None:
    """
    Refuse to end the last administrator. `n_others` are those who stay as long as one can see.

    :raises LastAdministrator: nobody else is left
    """
    if n_others < 1:
        raise LastAdministrator(
            _("Det här är kommunens sista tekniska administratör. Lägg till en annan först.")
        )
