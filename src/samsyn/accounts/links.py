"""
Links in mails that work once and for a while.

    DomainError
    └── LinkNotOpen   404  never was, has been used, or is too old; never says which
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.enums import LinkPurpose
from samsyn.accounts.models import OneTimeLink, User
from samsyn.core.errors import NotFound

LIVES = {
    LinkPurpose.INVITATION: timedelta(days=7),
    # Longer than the hour in which three are sent at most (`throttle.MAILS`).
    LinkPurpose.RESET: timedelta(hours=2),
    LinkPurpose.NEW_EMAIL: timedelta(hours=24),
}
_ROUTES = {
    LinkPurpose.INVITATION: "accounts:invitation",
    LinkPurpose.RESET: "accounts:reset",
    LinkPurpose.NEW_EMAIL: "accounts:email_confirm",
}


class LinkNotOpen(NotFound):
    """The link leads nowhere, or nowhere any more."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make(
    user: User, purpose: LinkPurpose, *, now: datetime, new_email: str = "", invited_to: str = ""
) -> tuple[OneTimeLink, str]:
    """Make a link; return its row and its token, which is told only now."""
    token = secrets.token_urlsafe(32)
    link = OneTimeLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + LIVES[purpose],
        new_email=new_email,
        invited_to=invited_to,
    )
    return link, token


def address(purpose: LinkPurpose, token: str, *, language: str) -> str:
    """Return the whole address of a link, in the language of the mail. Never made from what a visitor sent."""
    with translation.override(language):
        return urljoin(settings.SITE_URL, reverse(_ROUTES[purpose], args=[token]))


def page(route: str, *, language: str) -> str:
    """Return the whole address of a page, for a mail in a language."""
    with translation.override(language):
        return urljoin(settings.SITE_URL, reverse(route))


def find(purpose: LinkPurpose, token: str, *, now: datetime) -> OneTimeLink:
    """
    Return the open link that a token stands for.

    :raises LinkNotOpen: there is none
    """
    link = OneTimeLink.objects.select_related("user").filter(purpose=purpose, token_hash=_hash(token)).first()
    if link is None or not link.is_open(now):
        sentences = {
            LinkPurpose.INVITATION: _("Länken gäller inte längre. Be den som bjöd in dig att skicka en ny."),
            LinkPurpose.RESET: _("Länken gäller inte längre. Gå till inloggningen och be om en ny."),
            LinkPurpose.NEW_EMAIL: _("Länken gäller inte längre. Byt adress en gång till på sidan Ditt konto."),
        }
        raise LinkNotOpen(sentences[purpose])
    return link


def use(purpose: LinkPurpose, token: str, *, now: datetime) -> OneTimeLink:
    """
    Use a link up and return it. Of two who come at once, one is refused.

    :raises LinkNotOpen: there is none, or somebody was first
    """
    link = find(purpose, token, now=now)
    if OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now) != 1:
        return find(purpose, token, now=now)  # used by now: says so
    link.used_at = now
    return link


def close(user: User, *purposes: LinkPurpose) -> int:
    """Remove a person's open links of some kinds, or of all; return how many."""
    open_ones = OneTimeLink.objects.filter(user=user, used_at__isnull=True)
    if purposes:
        open_ones = open_ones.filter(purpose__in=purposes)
    return open_ones.delete()[0]
