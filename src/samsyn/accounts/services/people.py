"""
People come and go: invited, taken back, closed and opened again. `organisations` calls these.

    DomainError
    └── LinkNotOpen (links)  404
"""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import factors, links, messages, sessions
from samsyn.accounts.enums import LinkPurpose
from samsyn.accounts.models import User
from samsyn.accounts.services.credentials import check_password_is_strong
from samsyn.accounts.services.log import log
from samsyn.core import audit


def is_waiting(user: User) -> bool:
    """Tell whether a person has been invited and has not yet come."""
    return user.last_login is None and not user.has_usable_password()


@transaction.atomic
def invite_person(
    *, email: str, name: str, invited_to: str, by: User | None, municipality_code: str, language: str, now: datetime
) -> User:
    """
    Make an account that waits for its owner, and mail them a link with which they choose a password.

    Somebody who has an account already keeps it and is told of the new place. One that was closed, since its last role
    had ended, is opened again. Inviting again sends a new link, and the earlier ones stop working. The caller gives the
    person a role, in the same transaction. `by` is None when it is done from the terminal.
    """
    user = User.objects.filter(email=email.casefold()).first()
    if user is not None and user.closed_at is not None:
        audit.record("accounts.invited", user, by=by, at=now, municipality_code=municipality_code)
        reopen_account(user=user, by=by, invited_to=invited_to, now=now)
        return user
    if user is None:
        user = User.objects.create_user(email, name=name, language=language)
    elif not user.is_active:
        user.is_active = True  # an invitation that had been taken back
        user.name, user.language = name, language
        user.save(update_fields=["is_active", "name", "language"])
    audit.record("accounts.invited", user, by=by, at=now, municipality_code=municipality_code)
    if is_waiting(user):
        _send_invitation(user, invited_to=invited_to, municipality_code=municipality_code, now=now)
    else:
        messages.tell(
            messages.ADDED,
            user,
            about=now.isoformat(),
            now=now,
            municipality_code=municipality_code,
            invited_to=invited_to,
            address=links.page("accounts:sign_in", language=user.language),
        )
    return user


def _send_invitation(user: User, *, invited_to: str, now: datetime, municipality_code: str = "") -> None:
    links.close(user, LinkPurpose.INVITATION)
    link, token = links.make(user, LinkPurpose.INVITATION, now=now, invited_to=invited_to)
    messages.tell(
        messages.INVITATION,
        user,
        about=str(link.pk),
        now=now,
        municipality_code=municipality_code,
        invited_to=invited_to,
        address=links.address(LinkPurpose.INVITATION, token, language=user.language),
        n_days=links.LIVES[LinkPurpose.INVITATION].days,
    )


@transaction.atomic
def revoke_invitation(*, user: User, by: User, now: datetime) -> None:
    """Take an invitation back: its link stops working, and the account that nobody has used cannot be opened."""
    links.close(user, LinkPurpose.INVITATION)
    if is_waiting(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.is_active = False
        links.close(user)
    log("accounts.invitation_revoked", user, by=by, now=now)


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, now: datetime) -> User:
    """
    Let an invited person choose name and password by their link.

    :raises LinkNotOpen: the link is used, taken back or too old
    :raises PasswordRefused: the password is too weak; the link still works
    """
    link = links.find(LinkPurpose.INVITATION, token, now=now)
    if link.user.has_usable_password():
        # It would sign in without the second step somebody who has come in by another way.
        raise links.LinkNotOpen(_("Kontot har redan ett lösenord. Logga in med det, eller välj ”Glömt lösenordet”."))
    link.user.name = name
    check_password_is_strong(password, link.user)
    user = links.use(LinkPurpose.INVITATION, token, now=now).user
    user.name = name
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    links.close(user)
    log("accounts.invitation_accepted", user, by=user, now=now)
    return user


@transaction.atomic
def close_account(*, user: User, by: User | None, now: datetime) -> None:
    """
    Close an account: every session ends at once, and no password, passkey, code, link or single sign-on opens it.

    The name and the address stay until they are purged by policy. Closing twice changes nothing.
    """
    if user.closed_at is not None:
        return
    user.set_unusable_password()
    user.is_active, user.closed_at = False, now
    user.save(update_fields=["password", "is_active", "closed_at"])
    sessions.end_all(user, now=now)
    factors.remove_all(user)
    SocialAccount.objects.filter(user=user).delete()
    links.close(user)
    log("accounts.closed", user, by=by, now=now)
    messages.tell(messages.CLOSED, user, about=now.isoformat(), now=now)


@transaction.atomic
def reopen_account(*, user: User, by: User | None, invited_to: str, now: datetime) -> None:
    """Open a closed account: its owner is mailed a link and chooses a new password, as somebody invited does."""
    if user.closed_at is None:
        return
    user.is_active, user.closed_at = True, None
    user.save(update_fields=["is_active", "closed_at"])
    log("accounts.reopened", user, by=by, now=now)
    _send_invitation(user, invited_to=invited_to, now=now)


@transaction.atomic
def remove_factors(*, user: User, by: User, now: datetime) -> None:
    """Help somebody who has lost every device: their second steps go, every session ends, and they are told."""
    factors.remove_all(user)
    sessions.end_all(user, now=now)
    log("accounts.factors_removed", user, by=by, now=now)
    messages.tell(
        messages.FACTOR_REMOVED,
        user,
        about=now.isoformat(),
        now=now,
        factor=_("alla sätt för det andra steget"),
        address=links.page("accounts:security", language=user.language),
    )
