"""
How often a sign-in may be tried, so that guessing does not pay and nobody can shut somebody else out.

    from a known device         a budget for that device alone; what others do elsewhere does not touch it
    from an unknown device      a budget for the e-mail address, and one for the place in the network
    with a passkey              the place in the network; there is nothing to guess
    by a link in a mail         the address gets so few mails that a link in one of them always works

Each budget has steps: a few tries a minute, more a quarter of an hour, more an hour. So the wait grows with the
tries, and is told in words. All is counted before the password is looked at: a limit that knew of the result would
reveal it. Kept are keyed hashes that change daily (see `core.ratelimit`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samsyn.accounts import devices
from samsyn.accounts.models import User
from samsyn.core import ratelimit
from samsyn.core.errors import TooMany

MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
Steps = Sequence[tuple[int, timedelta]]

KNOWN_DEVICE: Steps = ((5, MINUTE), (10, QUARTER), (30, HOUR))
UNKNOWN_DEVICE: Steps = ((5, MINUTE), (10, QUARTER), (20, HOUR))
# A whole town hall may share one address in the network.
NETWORK: Steps = ((20, MINUTE), (60, QUARTER), (120, HOUR))
PASSKEY: Steps = ((30, MINUTE), (120, HOUR))
CODE: Steps = ((5, MINUTE), (10, HOUR))
CONFIRM: Steps = ((5, MINUTE), (10, QUARTER))
# No more than can be read, and fewer an hour than a link lives: one that works is always in the mailbox.
MAILS: Steps = ((3, HOUR),)
MAIL_ASKERS: Steps = ((10, QUARTER), (30, HOUR))
LINKS: Steps = ((30, QUARTER),)


def place(request: HttpRequest) -> str:
    """Return where in the network a request comes from; one subscriber's whole range of IPv6 is one place."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def spend(act: str, who: str, steps: Steps, *, now: datetime) -> None:
    """
    Count one try against each step of a budget.

    :raises TooMany: a step is used up; the sentence says how long to wait
    """
    wait = timedelta(0)
    for limit, window in steps:
        try:
            ratelimit.spend(f"{act}.{int(window.total_seconds())}", who, limit=limit, window=window, now=now)
        except TooMany:
            wait = max(wait, left_of(window, now))
    if wait:
        raise TooMany(_wait_sentence(wait))


def left_of(window: timedelta, now: datetime) -> timedelta:
    """Return how much is left of the window that an instant lies in."""
    seconds = int(window.total_seconds())
    return timedelta(seconds=seconds - int(now.timestamp()) % seconds)


def _wait_sentence(wait: timedelta) -> str:
    minutes = -(-int(wait.total_seconds()) // 60)
    return ngettext(
        "För många försök på kort tid. Vänta %(n)d minut och försök igen.",
        "För många försök på kort tid. Vänta %(n)d minuter och försök igen.",
        minutes,
    ) % {"n": minutes}


def spend_password(request: HttpRequest, email: str, *, now: datetime) -> None:
    """
    Count a try with an e-mail address and a password.

    :raises TooMany: this device, or all unknown devices together, have tried too often
    """
    user = User.objects.filter(email=email.casefold()).first()
    device = devices.known(request, user) if user else ""
    if device:
        spend("sign_in.device", device, KNOWN_DEVICE, now=now)
        return
    try:
        spend("sign_in.place", place(request), NETWORK, now=now)
        spend("sign_in.unknown", email.casefold(), UNKNOWN_DEVICE, now=now)
    except TooMany as fault:
        way_in = _("Du kommer in med en passnyckel, eller genom att välja ett nytt lösenord.")
        raise TooMany(f"{fault} {way_in}") from fault


def spend_code(request: HttpRequest, user: User, *, now: datetime) -> None:
    """
    Count a try with a code in the second step.

    :raises TooMany: too many codes from this device, or from unknown ones
    """
    device = devices.known(request, user)
    spend("code.device" if device else "code.unknown", device or str(user.pk), CODE, now=now)
