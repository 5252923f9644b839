"""The first run of a new municipality: the link from the terminal, and the steps of the guide."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import links as mailed_links
from samsyn.accounts.models import User
from samsyn.core import audit
from samsyn.core.errors import Conflict, NotFound
from samsyn.organisations import permissions
from samsyn.organisations.enums import FirstRunStep, Role
from samsyn.organisations.models import FirstRun, Membership, Municipality, SetupLink
from samsyn.organisations.services import people

LINK_LASTS = timedelta(days=7)


class HasAccount(Conflict):
    """The address belongs to somebody who signs in already."""


def has_administrator(municipality: Municipality) -> bool:
    """Tell whether somebody can already let others in."""
    administrators = Membership.objects.in_force().of(municipality).with_role([Role.ADMINISTRATOR])
    return administrators.filter(user__is_active=True).exists()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(*, municipality: Municipality, user: User | None = None, now: datetime) -> str:
    """
    Return a new link's secret, shown once; earlier ones for the same person, or for the first administrator, are void.

    Without a `user` it lets whoever has it become the municipality's first administrator.
    """
    SetupLink.objects.filter(municipality=municipality, user=user, used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(
        municipality=municipality, user=user, token_hash=_hash(token), expires_at=now + LINK_LASTS
    )
    return token


def open_link(municipality: Municipality, token: str, *, now: datetime) -> SetupLink:
    """
    Return the link that a secret belongs to.

    :raises NotFound: there is none, it is used or too old, or the municipality has its first administrator
    """
    links = SetupLink.objects.select_related("user", "municipality")
    link = links.filter(municipality=municipality, token_hash=_hash(token)).first()
    if link is None or not link.is_open(now) or (link.user is None and has_administrator(municipality)) or (
        link.user is not None and (link.user.has_usable_password() or not link.user.is_active)
    ):
        raise NotFound(
            _("Länken är använd eller för gammal. Be den som sköter installationen att skapa en ny i terminalen.")
        )
    return link


@transaction.atomic
def use_link(
    *, municipality: Municipality, token: str, email: str, name: str, password: str, now: datetime
) -> User:
    """
    Choose a password by a link, and become administrator if it is the first one's. The link is then used up.

    :raises NotFound: the link cannot be used
    :raises HasAccount: the address belongs to an account that signs in already, which no link may take over
    """
    # Two who press at once: the second one meets the check of the link.
    Municipality.objects.select_for_update(of=("self",)).only("pk").get(pk=municipality.pk)
    link = open_link(municipality, token, now=now)
    user = link.user
    if user is None:
        known = User.objects.filter(email=email.casefold()).first()
        if known is not None and (
            known.has_usable_password() or known.last_login is not None or known.memberships.exists()
        ):
            raise HasAccount(
                _("Adressen har redan ett konto. Be den som sköter installationen att ge kontot rollen i terminalen.")
            )
        user = people.make_administrator(municipality=municipality, email=email, name=name, now=now)
    user.set_password(password)
    user.save(update_fields=["password"])
    mailed_links.close(user)
    link.used_at = now
    link.save(update_fields=["used_at"])
    audit.record("organisations.setup_link_used", user, by=user, at=now, municipality_code=municipality.code)
    return user


def progress_of(municipality: Municipality) -> dict[str, str]:
    """Return which steps of the guide are done or skipped."""
    run = FirstRun.objects.filter(municipality=municipality).first()
    return dict(run.steps) if run else {}


@transaction.atomic
def mark_step(
    *, municipality: Municipality, step: FirstRunStep, is_skipped: bool, by: User, now: datetime
) -> None:
    """
    Note that a step of the guide is done, or skipped; what was once done stays so. The guide is over with its last.

    :raises NotAllowed: `by` may not
    """
    permissions.check_can(by, permissions.MANAGE_SETTINGS, municipality)
    FirstRun.objects.get_or_create(municipality=municipality)
    run = FirstRun.objects.select_for_update(of=("self",)).get(municipality=municipality)
    if is_skipped and run.steps.get(step) == "done":
        return
    run.steps = {**run.steps, step: "skipped" if is_skipped else "done"}
    if run.finished_at is None and set(run.steps) >= set(FirstRunStep.values):
        run.finished_at = now
        audit.record(
            "organisations.first_run_finished", municipality, by=by, at=now, municipality_code=municipality.code,
            changes={"steps": [None, run.steps]},
        )  # fmt: skip
    run.save()
