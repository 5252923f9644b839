"""The mails that accounts send. All are about getting in or about safety, so nobody can switch them off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import NotificationChoice, User
from samsyn.core import messages, outbox
from samsyn.core.messages import MessageKind

_DAY = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)


def _example(**more: Any) -> Callable[[], Mapping[str, Any]]:
    return lambda: {"name": "Exempel Person", "at": _DAY, "address": "https://trygg.example.org/konto/…", **more}


INVITATION = messages.kind(
    "accounts.invitation",
    _("Inbjudan"),
    template="accounts/mail/invitation.txt",
    sample=_example(invited_to="Trollhättans Stad", n_days=7),
)
ADDED = messages.kind(
    "accounts.added",
    _("Ny plats för någon som redan har konto"),
    template="accounts/mail/added.txt",
    sample=_example(invited_to="Trollhättans Stad"),
)
RESET = messages.kind(
    "accounts.reset", _("Nytt lösenord"), template="accounts/mail/reset.txt", sample=_example(n_hours=2)
)
PASSWORD_CHANGED = messages.kind(
    "accounts.password_changed",
    _("Lösenordet är bytt"),
    template="accounts/mail/password_changed.txt",
    sample=_example(),
)
NEW_DEVICE = messages.kind(
    "accounts.new_device",
    _("Inloggning från en ny enhet"),
    template="accounts/mail/new_device.txt",
    sample=_example(device="Firefox på Windows"),
)
CODES_GUESSED = messages.kind(
    "accounts.codes_guessed",
    _("Någon har ditt lösenord"),
    template="accounts/mail/codes_guessed.txt",
    sample=_example(),
)
FACTOR_ADDED = messages.kind(
    "accounts.factor_added",
    _("Nytt sätt att logga in"),
    template="accounts/mail/factor_added.txt",
    sample=_example(factor="passnyckel"),
)
FACTOR_REMOVED = messages.kind(
    "accounts.factor_removed",
    _("Ett sätt att logga in är borta"),
    template="accounts/mail/factor_removed.txt",
    sample=_example(factor="passnyckel"),
)
RECOVERY_CODE_USED = messages.kind(
    "accounts.recovery_code_used",
    _("En reservkod är använd"),
    template="accounts/mail/recovery_code_used.txt",
    sample=_example(n_left=9),
)
NEW_EMAIL = messages.kind(
    "accounts.new_email",
    _("Bekräfta ny e-postadress"),
    template="accounts/mail/new_email.txt",
    sample=_example(n_hours=24),
)
EMAIL_CHANGED = messages.kind(
    "accounts.email_changed",
    _("E-postadressen är bytt"),
    template="accounts/mail/email_changed.txt",
    sample=_example(),
)
CLOSED = messages.kind(
    "accounts.closed", _("Kontot är stängt"), template="accounts/mail/closed.txt", sample=_example()
)


def wants(what: MessageKind, address: str) -> bool:
    """Tell whether whoever has an address wants a kind of message; somebody without an account does."""
    return not NotificationChoice.objects.filter(
        user__email=address.casefold(), group=what.group, wants_mail=False
    ).exists()


def tell(
    what: MessageKind,
    user: User,
    *,
    about: str,
    now: datetime,
    to: str = "",
    municipality_code: str = "",
    **context: Any,
) -> None:
    """
    Put a mail to a person in the outbox, in their language. Call it inside the act's transaction.

    `about` makes the key: the same thing is told once. `municipality_code` is whose message it is, when that is not
    where the person works already. Example accounts get none, for nobody reads them.
    """
    if user.is_demo:
        return
    outbox.put(
        what,
        to=to or user.email,
        context={"name": user.name, "at": now, **context},
        key=f"{what.code}:{user.pk}:{about}",
        language=user.language,
        municipality_code=municipality_code or user.municipality_code,
        now=now,
    )
