"""
What is done with an account and a session: inviting and closing, signing in and signing out.

    DomainError
    ├── SignInRefused        400  wrong address or password; never says which
    └── TooMany (core)       429  too many tries from here, or with this address
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import audit, ratelimit
from samsyn.core.errors import DomainError

MAX_TRIES = 10
WINDOW = timedelta(minutes=15)


class SignInRefused(DomainError):
    """The address and the password do not belong together, or the account may not sign in."""


def sign_in(request: HttpRequest, *, email: str, password: str, now: datetime) -> User:
    """
    Sign a person in and give the session a new key.

    An unknown address gets the same answer as a wrong password, after the same work.

    :raises SignInRefused: the address and the password do not belong together
    :raises TooMany: too many tries from this address of the network, or with this e-mail address
    """
    # Both are counted before the password is looked at: a limit that knew of the result would reveal it.
    ratelimit.spend(
        "sign_in.from", request.META.get("REMOTE_ADDR", ""), limit=MAX_TRIES, window=WINDOW, now=now
    )
    ratelimit.spend("sign_in.as", email.casefold(), limit=MAX_TRIES, window=WINDOW, now=now)
    user = auth.authenticate(request, username=email, password=password)
    # The demo's password is public: outside the demo its accounts let nobody in.
    if not isinstance(user, User) or (user.is_demo and not settings.SAMSYN_DEMO):
        raise SignInRefused(
            _("E-postadressen och lösenordet hör inte ihop. Kontrollera båda och försök igen.")
        )
    with transaction.atomic():
        auth.login(request, user)
        _log("accounts.signed_in", user, now=now)
    return user


@transaction.atomic
def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session; nothing happens to somebody who is not signed in."""
    if isinstance(request.user, User):
        _log("accounts.signed_out", request.user, now=now)
    auth.logout(request)


@transaction.atomic
def invite_person(
    *, email: str, name: str, invited_to: str, by: User | None, municipality_code: str, language: str, now: datetime
) -> User:
    """
    Return the account of an address, made now without a password if there is none; one that was closed is opened.

    `invited_to` is what the person is told they are invited to, as the municipality's name.
    """
    user = User.objects.filter(email=User.objects.normalize_email(email).casefold()).first()
    if user is None:
        user = User.objects.create_user(email, None, name=name)
    elif not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    else:
        return user
    audit.record("accounts.invited", user, by=by, at=now, municipality_code=municipality_code)
    return user


@transaction.atomic
def close_account(*, user: User, by: User | None, now: datetime) -> None:
    """Close an account: it can no longer sign in, and every sign-in ends."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    for session in Session.objects.filter(expire_date__gt=now):
        if str(session.get_decoded().get(auth.SESSION_KEY)) == str(user.pk):
            session.delete()
    audit.record("accounts.closed", user, by=by, at=now, municipality_code=(by or user).municipality_code)


def _log(verb: str, user: User, *, now: datetime) -> None:
    audit.record(verb, user, by=user, at=now, municipality_code=user.municipality_code)
