"""Who works where as what: inviting, changing and ending roles, and going through who has access."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import services as accounts
from samsyn.accounts.models import User
from samsyn.core import audit, clock
from samsyn.core.errors import Conflict, NotFound
from samsyn.organisations import permissions, rules
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Membership, Municipality, Organisation, Unit


class AlreadyMember(Conflict):
    """The person has this role at this organisation already."""


@dataclass(frozen=True, slots=True)
class Place:
    """A role at an organisation, perhaps at a unit and between two days, as a form says it."""

    organisation: Organisation
    role: str
    unit: Unit | None = None
    from_date: date | None = None
    until_date: date | None = None


def _not_over(today: date) -> Q:
    """Return the condition on memberships that give a role, or will one day."""
    return Q(ended_at__isnull=True, organisation__is_active=True) & (
        Q(until_date__isnull=True) | Q(until_date__gte=today)
    )


def _lock(municipality: Municipality) -> None:
    # Two who end each other's role at once would leave nobody: they take turns.
    Municipality.objects.select_for_update(of=("self",)).only("pk").get(pk=municipality.pk)


def _check_place(municipality: Municipality, place: Place, *, by: User, user: User | None) -> None:
    if place.organisation.municipality_id != municipality.pk or not place.organisation.is_active:
        raise NotFound(_("Organisationen finns inte. Välj en i listan."))
    if place.unit and (place.unit.organisation_id != place.organisation.pk or not place.unit.is_active):
        raise NotFound(_("Enheten finns inte hos organisationen. Välj en annan."))
    own = permissions.roles_of(by, municipality.pk)
    rules.check_can_grant(own, place.role, is_self=user is not None and user.pk == by.pk)
    rules.check_role_fits(place.role, place.organisation.kind)


@transaction.atomic
def invite(
    *, municipality: Municipality, email: str, name: str, place: Place, by: User, language: str, now: datetime
) -> Membership:
    """
    Give somebody a role, with an account if they have none.

    :raises NotAllowed: `by` may not invite, or not grant this role
    :raises RoleRefused: the role does not fit
    :raises AlreadyMember: the person has it already
    """
    permissions.check_can(by, permissions.MANAGE_PEOPLE, municipality)
    _lock(municipality)
    known = User.objects.filter(email=email.casefold()).first()
    _check_place(municipality, place, by=by, user=known)
    user = accounts.invite_person(
        email=email, name=name, invited_to=municipality.official_name, by=by,
        municipality_code=municipality.code, language=language, now=now,
    )  # fmt: skip
    return _add(municipality, user, place, by=by, now=now)


@transaction.atomic
def add_membership(
    *, municipality: Municipality, user: User, place: Place, by: User, language: str, now: datetime
) -> Membership:
    """
    Give somebody who is known here one more role; a closed account is opened by inviting it anew.

    :raises NotAllowed: `by` may not
    :raises RoleRefused: the role does not fit
    :raises AlreadyMember: the person has it already
    """
    return invite(
        municipality=municipality, email=user.email, name=user.name, place=place, by=by, language=language, now=now
    )


def _add(municipality: Municipality, user: User, place: Place, *, by: User | None, now: datetime) -> Membership:
    today = clock.local(now).date()
    earlier = Membership.objects.filter(user=user, organisation=place.organisation, role=place.role).first()
    if earlier is not None and Membership.objects.filter(_not_over(today), pk=earlier.pk).exists():
        raise AlreadyMember(_("Personen har redan rollen hos organisationen."))
    held = Membership.objects.of(municipality).filter(_not_over(today), user=user)
    rules.check_roles_together([*held.values_list("role", flat=True), place.role])
    values = {
        "unit": place.unit, "from_date": place.from_date, "until_date": place.until_date,
        "ended_at": None, "reviewed_date": today,
    }  # fmt: skip
    # An ended role that is given again is the same row: what it was before stands in the log.
    membership, _made = Membership.objects.update_or_create(
        user=user, organisation=place.organisation, role=place.role, defaults=values
    )
    _log("organisations.member_added", membership, by=by, now=now, changes=audit.differences({}, _dates(membership)))
    return membership


def _dates(membership: Membership) -> dict[str, Any]:
    return {
        "role": membership.role,
        "unit": membership.unit.name if membership.unit else None,
        "from_date": membership.from_date,
        "until_date": membership.until_date,
    }


@transaction.atomic
def change_membership(*, membership: Membership, place: Place, by: User, now: datetime) -> None:
    """
    Change a role, its unit or its days.

    :raises NotAllowed: `by` may not, or not with one of the two roles
    :raises RoleRefused: the new role does not fit
    :raises AlreadyMember: the person has the new role already
    :raises LastAdministrator: nobody would be left
    """
    municipality = membership.organisation.municipality
    permissions.check_can(by, permissions.MANAGE_PEOPLE, municipality)
    _lock(municipality)
    membership = _still_there(membership)
    own = permissions.roles_of(by, municipality.pk)
    rules.check_can_grant(own, membership.role, is_self=membership.user_id == by.pk)
    _check_place(municipality, place, by=by, user=membership.user)
    today = clock.local(now).date()
    others = Membership.objects.of(municipality).filter(user=membership.user).exclude(pk=membership.pk)
    if others.filter(organisation=place.organisation, role=place.role).exists():
        raise AlreadyMember(_("Personen har redan rollen hos organisationen."))
    rules.check_roles_together([*others.filter(_not_over(today)).values_list("role", flat=True), place.role])
    stays = place.role == Role.ADMINISTRATOR and place.until_date is None and not _begins_later(place, today)
    if membership.role == Role.ADMINISTRATOR and not stays:
        _check_leaves_administrator(membership, until=place.until_date if place.role == membership.role else None)
    before = _dates(membership)
    membership.role, membership.unit = place.role, place.unit
    membership.from_date, membership.until_date = place.from_date, place.until_date
    membership.save(update_fields=["role", "unit", "from_date", "until_date"])
    changes = audit.differences(before, _dates(membership))
    if changes:
        _log("organisations.member_changed", membership, by=by, now=now, changes=changes)


def _begins_later(place: Place, today: date) -> bool:
    return place.from_date is not None and place.from_date > today


def _still_there(membership: Membership) -> Membership:
    found = Membership.objects.select_related("user", "organisation__municipality", "unit").get(pk=membership.pk)
    if found.ended_at is not None:
        raise Conflict(_("Rollen är redan avslutad."))
    return found


def _check_leaves_administrator(membership: Membership, *, until: date | None) -> None:
    others = (
        Membership.objects.in_force()
        .of(membership.organisation.municipality)
        .with_role([Role.ADMINISTRATOR])
        .filter(Q(until_date__isnull=True) | (Q(until_date__gt=until) if until else Q(pk=None)), user__is_active=True)
        .exclude(user=membership.user)
    )
    rules.check_leaves_administrator(others.count())


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> bool:
    """
    End a role at once; the account closes with its last one. Return whether it closed.

    :raises NotAllowed: `by` may not end this role
    :raises Conflict: it is ended already
    :raises LastAdministrator: nobody would be left
    """
    municipality = membership.organisation.municipality
    permissions.check_can(by, permissions.MANAGE_PEOPLE, municipality)
    _lock(municipality)
    return _end(_still_there(membership), by=by, now=now)


def _end(membership: Membership, *, by: User, now: datetime) -> bool:
    own = permissions.roles_of(by, membership.organisation.municipality_id)
    rules.check_can_grant(own, membership.role, is_self=membership.user_id == by.pk)
    if membership.role == Role.ADMINISTRATOR:
        _check_leaves_administrator(membership, until=None)
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    _log("organisations.member_ended", membership, by=by, now=now, changes={"ended_at": [None, now.isoformat()]})
    return close_if_last(membership.user, by=by, now=now)


def is_last(membership: Membership, *, today: date) -> bool:
    """Tell whether an account closes when a role is ended."""
    others = Membership.objects.filter(_not_over(today), user=membership.user).exclude(pk=membership.pk)
    return not others.exists()


def close_if_last(user: User, *, by: User | None, now: datetime) -> bool:
    """Close an account that has no role left anywhere, now or later; tell whether it closed."""
    has_role = Membership.objects.filter(_not_over(clock.local(now).date()), user=user).exists()
    if has_role or not user.is_active:
        return False
    accounts.close_account(user=user, by=by, now=now)
    return True


@transaction.atomic
def close_accounts_that_ended(*, now: datetime) -> int:
    """Close the accounts whose last role ran out by its last day; return how many. To be done once a day."""
    today = clock.local(now).date()
    over = Membership.objects.filter(until_date__lt=today, user__is_active=True).values("user")
    return sum(close_if_last(user, by=None, now=now) for user in User.objects.filter(pk__in=over))


@transaction.atomic
def review_access(*, municipality: Municipality, kept: Iterable[Membership], by: User, now: datetime) -> int:
    """
    Note that roles were gone through and are still right; return how many. The log is the protocol.

    :raises NotAllowed: `by` may not
    """
    permissions.check_can(by, permissions.REVIEW_ACCESS, municipality)
    today = clock.local(now).date()
    chosen = Membership.objects.in_force().of(municipality).filter(pk__in=[membership.pk for membership in kept])
    pks = sorted(chosen.values_list("pk", flat=True))
    if not pks:
        return 0
    Membership.objects.filter(pk__in=pks).update(reviewed_date=today)
    not_today = Q(reviewed_date__lt=today) | Q(reviewed_date__isnull=True)
    n_left = Membership.objects.in_force().of(municipality).filter(not_today).count()
    audit.record(
        "organisations.access_reviewed", municipality, by=by, at=now, municipality_code=municipality.code,
        changes={"memberships": [None, pks], "n_kept": [None, len(pks)], "n_left": [None, n_left]},
    )  # fmt: skip
    return len(pks)


def make_administrator(*, municipality: Municipality, email: str, name: str, now: datetime) -> User:
    """
    Give somebody the administrator's role from the terminal, with an account if they have none.

    :raises RoleRefused: the person is the auditor
    """
    with transaction.atomic():
        _lock(municipality)
        user = accounts.invite_person(
            email=email, name=name, invited_to=municipality.official_name, by=None,
            municipality_code=municipality.code, language="sv", now=now,
        )  # fmt: skip
        own = municipality.organisations.filter(kind="MUNICIPALITY", is_active=True).order_by("pk")[0]
        today = clock.local(now).date()
        has_it = Membership.objects.of(municipality).filter(_not_over(today), user=user, role=Role.ADMINISTRATOR)
        if not has_it.exists():
            _add(municipality, user, Place(own, Role.ADMINISTRATOR), by=None, now=now)
        return user


def _log(verb: str, membership: Membership, *, by: User | None, now: datetime, changes: dict[str, Any]) -> None:
    code = membership.organisation.municipality.code
    changes = {"user": [None, membership.user_id], **changes}
    audit.record(verb, membership, by=by, at=now, municipality_code=code, changes=changes)
