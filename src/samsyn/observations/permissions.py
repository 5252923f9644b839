"""Who may do what with observations. In pairs: `check_…` raises with the reason, `can_…` asks."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core.errors import NotAllowed, NotFound
from samsyn.core.permissions import act
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality
from samsyn.organisations.permissions import may

READ = act(
    "observations.read",
    _("Läsa observationer"),
    roles={Role.ANALYST, Role.STRATEGIST, Role.POLICE_OFFICER, Role.STEERING_GROUP},
)
WRITE = act(
    "observations.write",
    _("Föra in, rätta och återta observationer"),
    roles={Role.ANALYST, Role.STRATEGIST},
)


def can_read_observations(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may read a municipality's observations."""
    return may(user, READ, municipality.pk)


def check_can_read_observations(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not read observations.

    :raises NotFound: what one may not see does not exist
    """
    if not can_read_observations(user, municipality):
        raise NotFound(_("Sidan finns inte. Kontrollera adressen, eller logga in med ett annat konto."))


def can_write_observations(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may enter, correct and withdraw observations."""
    return may(user, WRITE, municipality.pk)


def check_can_write_observations(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not enter observations.

    :raises NotFound: the person may not even read them
    :raises NotAllowed: the person may read but not write
    """
    check_can_read_observations(user, municipality)
    if not can_write_observations(user, municipality):
        raise NotAllowed(_("Du får läsa men inte ändra observationer. Be analytikern eller strategen om hjälp."))
