"""Organisations that take part, and their units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import audit
from samsyn.core.errors import Conflict
from samsyn.organisations import permissions
from samsyn.organisations.enums import OrganisationKind
from samsyn.organisations.models import Municipality, Organisation, Unit
from samsyn.organisations.rules import RoleRefused, roles_at
from samsyn.organisations.services import people

ORGANISATION_FIELDS = ("name", "kind", "contact_function")
UNIT_FIELDS = ("name", "contact_function")


class CannotDeactivate(Conflict):
    """A municipality's own organisation has to stay."""


class NameTaken(Conflict):
    """Another one has the name."""


@transaction.atomic
def save_organisation(
    *, municipality: Municipality, organisation: Organisation | None, data: Mapping[str, Any], by: User, now: datetime
) -> Organisation:
    """
    Enter an organisation, or change its name, kind and contact.

    :raises NotAllowed: `by` may not
    :raises NameTaken: another one has the name
    :raises RoleRefused: people have roles there that the new kind cannot have
    """
    permissions.check_can(by, permissions.MANAGE_PARTNERS, municipality)
    is_new = organisation is None
    row = organisation or Organisation(municipality=municipality, key=_free_key(municipality, data["name"]))
    same_name = municipality.organisations.filter(name__iexact=data["name"]).exclude(pk=row.pk)
    if same_name.exists():
        raise NameTaken(_("Det finns redan en organisation med namnet. Välj ett annat namn."))
    if not is_new and data["kind"] != row.kind:
        # Also those that begin later: they would have come into force at the wrong kind of place.
        roles = set(row.memberships.not_over(now=now).values_list("role", flat=True))
        if roles - set(roles_at(data["kind"])):
            raise RoleRefused(_("Personer har roller här som inte finns hos det nya slaget. Avsluta dem först."))
        if row.kind == OrganisationKind.MUNICIPALITY:
            _check_own_is_left(row)
    before = {} if is_new else {name: getattr(row, name) for name in ORGANISATION_FIELDS}
    for name in ORGANISATION_FIELDS:
        setattr(row, name, data[name])
    row.save()
    changes = audit.differences(before, {name: getattr(row, name) for name in ORGANISATION_FIELDS})
    if changes:
        verb = "organisations.organisation_created" if is_new else "organisations.organisation_changed"
        _log(verb, row, changes, by, now)
    return row


def _free_key(municipality: Municipality, name: str) -> str:
    wanted = slugify(name)[:50] or "organisation"
    taken = set(municipality.organisations.filter(key__startswith=wanted).values_list("key", flat=True))
    keys = [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))]
    return next(key for key in keys if key not in taken)


def is_needed(organisation: Organisation) -> bool:
    """Tell whether an organisation is the only one of the municipality's own, which has to stay."""
    own = organisation.municipality.organisations.filter(kind=OrganisationKind.MUNICIPALITY, is_active=True)
    return organisation.kind == OrganisationKind.MUNICIPALITY and not own.exclude(pk=organisation.pk).exists()


def _check_own_is_left(organisation: Organisation) -> None:
    if is_needed(organisation):
        raise CannotDeactivate(_("Det här är kommunens egen organisation. Den måste finnas kvar."))


@transaction.atomic
def deactivate_organisation(*, organisation: Organisation, by: User, now: datetime) -> int:
    """
    Let an organisation take no more part: every role there ends, what it stands in stays. Return how many roles ended.

    :raises NotAllowed: `by` may not, or may not end one of the roles there
    :raises CannotDeactivate: it is the municipality's own
    :raises LastAdministrator: nobody would be left
    """
    permissions.check_can(by, permissions.MANAGE_PARTNERS, organisation.municipality)
    if organisation.kind == OrganisationKind.MUNICIPALITY:
        _check_own_is_left(organisation)
    memberships = organisation.memberships.filter(ended_at__isnull=True).select_related("user", "unit")
    n_ended = 0
    for membership in memberships:
        people.end_membership(membership=membership, by=by, now=now)
        n_ended += 1
    organisation.is_active = False
    organisation.save(update_fields=["is_active"])
    _log("organisations.organisation_deactivated", organisation, {"is_active": [True, False]}, by, now)
    return n_ended


@transaction.atomic
def activate_organisation(*, organisation: Organisation, by: User, now: datetime) -> None:
    """
    Let an organisation take part again; nobody gets a role back by that.

    :raises NotAllowed: `by` may not
    """
    permissions.check_can(by, permissions.MANAGE_PARTNERS, organisation.municipality)
    organisation.is_active = True
    organisation.save(update_fields=["is_active"])
    _log("organisations.organisation_activated", organisation, {"is_active": [False, True]}, by, now)


@transaction.atomic
def save_unit(
    *, organisation: Organisation, unit: Unit | None, data: Mapping[str, Any], by: User, now: datetime
) -> Unit:
    """
    Enter a unit, or change its name and contact.

    :raises NotAllowed: `by` may not
    :raises NameTaken: the organisation has one with the name
    """
    permissions.check_can(by, permissions.MANAGE_PARTNERS, organisation.municipality)
    is_new = unit is None
    row = unit or Unit(organisation=organisation)
    if organisation.units.filter(name__iexact=data["name"]).exclude(pk=row.pk).exists():
        raise NameTaken(_("Organisationen har redan en enhet med namnet. Välj ett annat namn."))
    fields = (*UNIT_FIELDS, "is_active")
    before = {} if is_new else {name: getattr(row, name) for name in fields}
    for name in fields:
        setattr(row, name, data.get(name, True))
    row.save()
    changes = audit.differences(before, {name: getattr(row, name) for name in fields})
    if changes:
        _log("organisations.unit_created" if is_new else "organisations.unit_changed", row, changes, by, now)
    return row


def _log(verb: str, thing: Organisation | Unit, changes: dict[str, Any], by: User, now: datetime) -> None:
    organisation = thing if isinstance(thing, Organisation) else thing.organisation
    code = organisation.municipality.code
    audit.record(verb, thing, by=by, at=now, municipality_code=code, changes=changes)
