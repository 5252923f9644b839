"""The sessions of people who are signed in: how they begin, are seen, and end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest

from samsyn.accounts import devices
from samsyn.accounts.enums import SignInMethod
from samsyn.accounts.models import SignIn, User

# One of those that Django was told of: the person is known by other means than a password.
_BACKEND = "django.contrib.auth.backends.ModelBackend"
SEEN_HOUR = "samsyn_seen_hour"
CONFIRMED_AT = "samsyn_confirmed_at"
IS_STRONG = "samsyn_is_strong"
CONFIRMED_FOR = timedelta(minutes=10)


def begin(request: HttpRequest, user: User, *, method: SignInMethod, now: datetime) -> SignIn:
    """Begin a session with a new key, and note it among the person's own."""
    # What an earlier sign-in in this browser left behind is nobody's any more.
    _note_end(request, now=now)
    request.session.flush()
    auth.login(request, user, backend=_BACKEND)
    request.session[CONFIRMED_AT] = int(now.timestamp())
    request.session[IS_STRONG] = method != SignInMethod.PASSWORD
    request.session[SEEN_HOUR] = _hour(now).isoformat()
    # From the sign-in, and not from the latest press.
    request.session.set_expiry(now + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    kind = devices.kind_of(request)
    # Saved at once: the key is needed, and a session that did not reach the database is none.
    request.session.save()
    return SignIn.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        browser=kind.browser,
        system=kind.system,
        method=method,
        signed_in_at=now,
        seen_at=_hour(now),
    )


def renew(request: HttpRequest, user: User) -> None:
    """Give the session a new key, as when the person has got or lost a right; it stays signed in."""
    old = request.session.session_key or ""
    auth.update_session_auth_hash(request, user)
    request.session.save()
    if old:
        SignIn.objects.going_on().filter(user=user, session_key=old).update(
            session_key=request.session.session_key or ""
        )


def see(request: HttpRequest, *, now: datetime) -> None:
    """Note that a session is in use, once an hour at most."""
    hour = _hour(now).isoformat()
    if request.session.get(SEEN_HOUR) == hour or not request.session.session_key:
        return
    request.session[SEEN_HOUR] = hour
    SignIn.objects.going_on().filter(session_key=request.session.session_key).update(seen_at=_hour(now))


def is_somebodys(session_key: str) -> bool:
    """Tell, outside any request, whether a key is that of a session in which somebody is signed in."""
    return auth.SESSION_KEY in SessionStore(session_key).load()


def end(request: HttpRequest, *, now: datetime) -> None:
    """End the session of a request."""
    _note_end(request, now=now)
    auth.logout(request)


def _note_end(request: HttpRequest, *, now: datetime) -> None:
    key = request.session.session_key
    if key:
        SignIn.objects.going_on().filter(session_key=key).update(ended_at=now, session_key="")


def end_one(sign_in: SignIn, *, now: datetime) -> None:
    """End one sign-in on another device, at once."""
    Session.objects.filter(session_key=sign_in.session_key).delete()
    SignIn.objects.going_on().filter(pk=sign_in.pk).update(ended_at=now, session_key="")


def end_all(user: User, *, now: datetime, but: SessionBase | None = None) -> int:
    """
    End every session of an account at once, also those that no row tells of; return how many rows were ended.

    The request whose session is `but` goes on, when it is then renewed.
    """
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])
    ending = SignIn.objects.going_on().filter(user=user)
    if but is not None and but.session_key:
        ending = ending.exclude(session_key=but.session_key)
    Session.objects.filter(session_key__in=list(ending.values_list("session_key", flat=True))).delete()
    return ending.update(ended_at=now, session_key="")


def confirm(request: HttpRequest, *, now: datetime) -> None:
    """Note that the person has just shown again who they are."""
    request.session[CONFIRMED_AT] = int(now.timestamp())


def is_confirmed(request: HttpRequest, *, now: datetime) -> bool:
    """Tell whether the person has shown lately who they are."""
    at = request.session.get(CONFIRMED_AT)
    return isinstance(at, int) and 0 <= now.timestamp() - at < CONFIRMED_FOR.total_seconds()


def is_strong(request: HttpRequest) -> bool:
    """Tell whether the session began with more than a password."""
    return bool(request.session.get(IS_STRONG))


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def purge(people: Iterable[int], *, older_than: datetime) -> int:
    """Remove the sign-ins of some accounts that have been over since an instant; return how many."""
    lived = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    of_them = SignIn.objects.filter(user__in=list(people))
    n_ended = of_them.filter(ended_at__lt=older_than).delete()[0]
    return n_ended + of_them.filter(ended_at__isnull=True, seen_at__lt=older_than - lived).delete()[0]
