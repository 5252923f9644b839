"""
Signing in and out: the password, the second step, the passkey, and what is noted of it.

    DomainError
    ├── SignInRefused        400  wrong address or password; never says which
    ├── StepExpired          400  the second step came too late
    └── TooMany (core)       429  too many tries; says how long to wait
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import devices, factors, links, messages, sessions, throttle
from samsyn.accounts.enums import SignInMethod
from samsyn.accounts.models import User
from samsyn.accounts.services.log import log
from samsyn.core.errors import DomainError, TooMany

PENDING = "samsyn_second_step"
PENDING_FOR = timedelta(minutes=10)


class SignInRefused(DomainError):
    """The address and the password do not belong together, or the account may not sign in."""


class StepExpired(DomainError):
    """Too long has passed since the password, or something about the account has changed."""


def sign_in(request: HttpRequest, *, email: str, password: str, next_url: str = "", now: datetime) -> User | None:
    """
    Sign a person in by password and give the session a new key, or return None: then the second step waits.

    An unknown address gets the same answer as a wrong password, after the same work.

    :raises SignInRefused: the address and the password do not belong together
    :raises TooMany: this device, or all unknown ones, have tried too often
    """
    throttle.spend_password(request, email, now=now)
    user = auth.authenticate(request, username=email, password=password)
    # The demo's password is public: outside the demo its accounts let nobody in.
    if not isinstance(user, User) or (user.is_demo and not settings.SAMSYN_DEMO):
        raise SignInRefused(_("E-postadressen och lösenordet hör inte ihop. Kontrollera båda och försök igen."))
    if factors.has_any(user):
        # Nobody is signed in yet: this session knows only who has shown a password, and when.
        request.session.cycle_key()
        request.session[PENDING] = {
            "user": user.pk,
            "hash": user.get_session_auth_hash(),
            "at": int(now.timestamp()),
            "next": next_url,
        }
        return None
    complete(request, user, method=SignInMethod.PASSWORD, now=now)
    return user


def waiting_for_second_step(request: HttpRequest, *, now: datetime) -> tuple[User, str] | None:
    """Return who has shown a password lately, and where they were heading; None if nobody has."""
    held = request.session.get(PENDING)
    if not isinstance(held, dict) or not 0 <= now.timestamp() - held["at"] < PENDING_FOR.total_seconds():
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != held["hash"]:
        return None
    return user, held["next"]


def _waiting(request: HttpRequest, now: datetime) -> User:
    found = waiting_for_second_step(request, now=now)
    if found is None:
        request.session.pop(PENDING, None)
        raise StepExpired(_("Det gick för lång tid sedan lösenordet. Börja om."))
    return found[0]


def take_second_step(request: HttpRequest, *, code: str, now: datetime) -> User:
    """
    Sign in with a code from the app, or with a recovery code.

    :raises CodeRefused: the code does not count
    :raises StepExpired: too long since the password
    :raises TooMany: too many codes; the owner is told by mail, for somebody has the password
    """
    user = _waiting(request, now)
    try:
        throttle.spend_code(request, user, now=now)
    except TooMany:
        with transaction.atomic():
            messages.tell(
                messages.CODES_GUESSED,
                user,
                about=f"{now:%Y-%m-%d}",
                now=now,
                address=links.page("accounts:forgot", language=user.language),
            )
        raise
    typed = "".join(code.split())
    if typed.isdigit() and len(typed) == 6:
        factors.check_totp(user, typed, now=now)
    else:
        with transaction.atomic():
            n_left = factors.use_recovery_code(user, typed, now=now)
            log("accounts.recovery_code_used", user, by=user, now=now)
            messages.tell(
                messages.RECOVERY_CODE_USED,
                user,
                about=now.isoformat(),
                now=now,
                n_left=n_left,
                address=links.page("accounts:security", language=user.language),
            )
    complete(request, user, method=SignInMethod.PASSWORD_AND_CODE, now=now)
    return user


def take_second_step_by_passkey(request: HttpRequest, *, answer: str, now: datetime) -> User:
    """
    Sign in with a passkey after the password.

    :raises PasskeyRefused: it is not the person's, or does not fit what was asked
    :raises StepExpired: too long since the password
    """
    user = _waiting(request, now)
    factors.check_passkey(answer, now=now, user=user)
    complete(request, user, method=SignInMethod.PASSWORD_AND_PASSKEY, now=now)
    return user


def sign_in_by_passkey(request: HttpRequest, *, answer: str, now: datetime) -> User:
    """
    Sign in with a passkey alone: the device has asked for finger, face or code, so it is two steps in one.

    :raises PasskeyRefused: it fits no account that may sign in
    :raises TooMany: too many tries from this place in the network
    """
    throttle.spend("passkey.place", throttle.place(request), throttle.PASSKEY, now=now)
    user = factors.check_passkey(answer, now=now)
    if not user.is_active or (user.is_demo and not settings.SAMSYN_DEMO):
        raise factors.PasskeyRefused(_("Passnyckeln hör till ett konto som inte kan logga in."))
    complete(request, user, method=SignInMethod.PASSKEY, now=now)
    return user


@transaction.atomic
def complete(request: HttpRequest, user: User, *, method: SignInMethod, now: datetime) -> None:
    """Begin the session, write it in the log, and tell the owner of a device that is new."""
    is_first = user.last_login is None
    is_new_device = not devices.known(request, user)
    sign_in = sessions.begin(request, user, method=method, now=now)
    log("accounts.signed_in", user, by=user, now=now)
    if is_new_device and not is_first:
        with translation.override(user.language):
            device = devices.words(sign_in.browser, sign_in.system)
        messages.tell(
            messages.NEW_DEVICE,
            user,
            about=str(sign_in.pk),
            now=now,
            device=device,
            address=links.page("accounts:sign_ins", language=user.language),
        )


@transaction.atomic
def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session; nothing happens to somebody who is not signed in."""
    if isinstance(request.user, User):
        log("accounts.signed_out", request.user, by=request.user, now=now)
    sessions.end(request, now=now)


def confirm(
    request: HttpRequest, user: User, *, password: str = "", answer: str = "", now: datetime
) -> None:
    """
    Let a person who is signed in show again who they are, before something that matters.

    :raises SignInRefused: the password is wrong
    :raises PasskeyRefused: the passkey is not the person's
    :raises TooMany: too many tries in this session
    """
    # Not for each session: its key can be renewed at a press.
    throttle.spend("confirm", str(user.pk), throttle.CONFIRM, now=now)
    if answer:
        factors.check_passkey(answer, now=now, user=user)
    elif not user.check_password(password):
        raise SignInRefused(_("Lösenordet stämmer inte. Försök igen."))
    sessions.confirm(request, now=now)


def person(request: HttpRequest) -> User:
    """Return who is signed in; only for pages that strangers do not reach."""
    return cast(User, request.user)
