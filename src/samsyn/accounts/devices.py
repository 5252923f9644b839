"""
What is known of the device that somebody signs in from: a few coarse words, and a cookie that it was here before.

The cookie is signed and names the account and a number of its own, nothing more. A device that has been signed in from
has a budget of tries to itself, so that guesses made elsewhere never keep its owner out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from samsyn.accounts.models import User

LIFETIME = timedelta(days=365)
_SALT = "samsyn.accounts.device"

# What it says, and what we call it; the first that fits. Edge and Opera call themselves Chrome too, all call
# themselves Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "Chrome OS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device in coarse words; empty where it says nothing we know."""

    browser: str
    system: str


def kind_of(request: HttpRequest) -> Kind:
    """Return the kind of device; what it says of itself in full is not kept."""
    said = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for part, name in _BROWSERS if part in said), "")
    system = next((name for part, name in _SYSTEMS if part in said), "")
    return Kind(browser, system)


def words(browser: str, system: str) -> str:
    """Return the kind of device as a person reads it."""
    if browser and system:
        return _("%(browser)s på %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Okänt slag av enhet")


def cookie_name() -> str:
    """Return the cookie's name; over https browsers hold it to this host alone."""
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def _read(request: HttpRequest) -> dict[str, str]:
    """Return the numbers of the accounts that have signed in from this device, by account."""
    try:
        held = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return {}
    return {str(key): str(value) for key, value in held.items()} if isinstance(held, dict) else {}


def known(request: HttpRequest, user: User) -> str:
    """Return the number under which this device is known for an account; empty if it is not."""
    return _read(request).get(str(user.pk), "")


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the device hold that the account has signed in from it. Colleagues may share one: it holds five."""
    held = _read(request)
    number = held.pop(str(user.pk), "") or secrets.token_urlsafe(9)
    held = {**dict(list(held.items())[-4:]), str(user.pk): number}
    response.set_cookie(
        cookie_name(),
        signing.dumps(held, salt=_SALT),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
