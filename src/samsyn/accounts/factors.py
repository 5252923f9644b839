"""
The second step: codes from an app (TOTP), passkeys (WebAuthn) and recovery codes.

The rows and the cryptography are django-allauth's; what the person sees and when it may be done is ours.

    DomainError
    ├── CodeRefused      400  the code is wrong, too old or used
    ├── PasskeyRefused   400  what the device answered does not fit
    └── FactorMissing    404  the person has no such thing
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import qrcode
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core.errors import DomainError, NotFound

TOTP_SECRET = "samsyn_totp_secret"  # noqa: S105 - the name of a place in the session
N_RECOVERY_CODES = 10
PERIOD_S = 30
# Letters and digits that nobody takes for one another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# What fido2 raises for an answer that is torn, made up, for another question or signed by another key.
_BAD_ANSWERS = (ValidationError, ValueError, TypeError, KeyError, AttributeError, InvalidSignature)


class CodeRefused(DomainError):
    """The code is not one that counts now."""


class PasskeyRefused(DomainError):
    """The device's answer could not be used."""


class FactorMissing(NotFound):
    """The person has no such factor."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def passkeys(user: User) -> list[Passkey]:
    """Return a person's passkeys, oldest first."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk")
    return [Passkey(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at) for row in rows]


def has_totp(user: User) -> bool:
    """Tell whether a person gets codes from an app."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def has_any(user: User) -> bool:
    """Tell whether a person has a second step; recovery codes alone are none."""
    steps = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=steps).exists())


def n_recovery_codes(user: User) -> int:
    """Return how many recovery codes are left."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(row.data.get("hashes", [])) if row else 0


def remove_all(user: User) -> int:
    """Remove every factor of a person; return how many there were."""
    return int(Authenticator.objects.filter(user=user).delete()[0])


# Codes from an app


def new_totp_secret(request: HttpRequest) -> str:
    """Return the secret of an app that is being added: the same until it has been added."""
    secret = request.session.get(TOTP_SECRET)
    if not isinstance(secret, str):
        secret = request.session[TOTP_SECRET] = totp.generate_totp_secret()
    return secret


def totp_qr(user: User, secret: str) -> tuple[str, int]:
    """Return the code to scan, as the path of a drawing, and how many squares wide the drawing is."""
    code = qrcode.QRCode(border=4)
    code.add_data(get_adapter().build_totp_url(user, secret))
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return path, len(matrix)


def _counter(secret: str, code: str, now: datetime) -> int | None:
    """Return the half minute that a code belongs to: this one, or one beside it for clocks that differ a little."""
    typed = "".join(code.split())
    current = int(now.timestamp()) // PERIOD_S
    for counter in (current, current - 1, current + 1):
        if hmac.compare_digest(typed.encode(), totp.format_hotp_value(totp.hotp_value(secret, counter)).encode()):
            return counter
    return None


def _refused() -> CodeRefused:
    return CodeRefused(_("Koden stämmer inte. Skriv den som appen visar nu."))


def add_totp(request: HttpRequest, user: User, code: str, *, now: datetime) -> None:
    """
    Add an app, when it shows the right code for the secret that it was given.

    :raises CodeRefused: it does not, or the person has one already
    """
    if has_totp(user):
        raise CodeRefused(_("Du har redan en app för koder. Ta bort den först."))
    secret = new_totp_secret(request)
    counter = _counter(secret, code, now)
    if counter is None:
        raise _refused()
    added = totp.TOTP.activate(user, secret).instance
    # The code that proved the app is used up by that.
    added.data["last_counter"] = counter
    added.created_at = now
    added.save(update_fields=["data", "created_at"])
    request.session.pop(TOTP_SECRET, None)


def remove_totp(user: User) -> None:
    """
    Remove the app; recovery codes go with the last factor.

    :raises FactorMissing: there is none
    """
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()[0]:
        raise FactorMissing(_("Det finns ingen app för koder att ta bort."))
    _drop_lonely_recovery_codes(user)


@transaction.atomic
def check_totp(user: User, code: str, *, now: datetime) -> None:
    """
    Check a code from the app. Each code counts once, however many ask at once.

    :raises CodeRefused: it does not count
    """
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    counter = _counter(get_adapter().decrypt(row.data["secret"]), code, now) if row else None
    if row is None or counter is None or counter <= row.data.get("last_counter", -1):
        raise _refused()
    row.data["last_counter"] = counter
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])


# Recovery codes


def _code_hashes(user: User, code: str) -> list[str]:
    """Return a recovery code's checksum under today's secret key and under earlier ones."""
    typed = "".join(letter for letter in code.casefold() if letter.isalnum())
    keys: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # type: ignore[list-item]  # ours are texts
    return [
        hmac.new(f"recovery:{key}".encode(), f"{user.pk}:{typed}".encode(), hashlib.sha256).hexdigest() for key in keys
    ]


def make_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Make new recovery codes instead of any earlier ones. They are told only now; what is kept are checksums."""
    codes = ["".join(secrets.choice(_ALPHABET) for _letter in range(12)) for _code in range(N_RECOVERY_CODES)]
    Authenticator.objects.update_or_create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        defaults={
            "data": {"hashes": [_code_hashes(user, code)[0] for code in codes]},
            "created_at": now,
            "last_used_at": None,
        },
    )
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


@transaction.atomic
def use_recovery_code(user: User, code: str, *, now: datetime) -> int:
    """
    Use a recovery code up; return how many are left.

    :raises CodeRefused: it is none of those that are left
    """
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    left = list(row.data.get("hashes", [])) if row else []
    found = next((made for made in _code_hashes(user, code) if made in left), None)
    if row is None or found is None:
        raise CodeRefused(_("Reservkoden stämmer inte, eller är redan använd. Ta nästa på listan."))
    left.remove(found)
    row.data["hashes"] = left
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return len(left)


def _drop_lonely_recovery_codes(user: User) -> None:
    if not has_any(user):
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()


# Passkeys


def begin_adding_passkey(user: User) -> str:
    """Return, as JSON, what the browser is asked to make; the question is remembered in the session."""
    return _json(webauthn.begin_registration(user, passwordless=True))


def begin_asking_passkey(user: User | None = None) -> str:
    """Return, as JSON, what the browser is asked to show; without a person any passkey for this site will do."""
    return _json(webauthn.begin_authentication(user))


def _json(options: dict[str, Any]) -> str:
    # fido2's options are mappings that tell how they are written.
    return json.dumps(options, default=dict)


def _credential(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise _passkey_refused()
    return read


def _passkey_refused() -> PasskeyRefused:
    return PasskeyRefused(_("Passnyckeln gick inte att använda. Försök igen, eller välj ett annat sätt."))


def add_passkey(user: User, answer: str, *, name: str, now: datetime) -> Passkey:
    """
    Add the passkey that the browser has made.

    :raises PasskeyRefused: the answer does not fit what was asked
    """
    credential = _credential(answer)
    try:
        webauthn.parse_registration_response(credential)
        webauthn.complete_registration(credential)
    except _BAD_ANSWERS as fault:
        raise _passkey_refused() from fault
    finally:
        webauthn.clear_state()  # each question is answered once, well or badly
    row = webauthn.WebAuthn.add(user, name, credential).instance
    row.created_at = now
    row.save(update_fields=["created_at"])
    return Passkey(row.pk, name, now, None)


def check_passkey(answer: str, *, now: datetime, user: User | None = None) -> User:
    """
    Check the passkey that the browser has shown; return whose it is.

    :raises PasskeyRefused: it does not fit what was asked, or is not `user`'s
    """
    credential = _credential(answer)
    try:
        webauthn.parse_authentication_response(credential)
        owner = user or webauthn.extract_user_from_response(credential)
        row = webauthn.complete_authentication(owner, credential)
    except _BAD_ANSWERS as fault:
        raise _passkey_refused() from fault
    finally:
        webauthn.clear_state()  # each question is answered once, well or badly
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=now)
    return owner


def _passkey_row(user: User, pk: int) -> Authenticator:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    if row is None:
        raise FactorMissing(_("Passnyckeln finns inte. Den kan redan vara borttagen."))
    return row


def rename_passkey(user: User, pk: int, name: str) -> None:
    """
    Call a passkey something else.

    :raises FactorMissing: the person has none such
    """
    row = _passkey_row(user, pk)
    row.data["name"] = name
    row.save(update_fields=["data"])


def remove_passkey(user: User, pk: int) -> None:
    """
    Remove a passkey; recovery codes go with the last factor.

    :raises FactorMissing: the person has none such
    """
    _passkey_row(user, pk).delete()
    _drop_lonely_recovery_codes(user)


def name_of_passkey(user: User, pk: int) -> str:
    """
    Return what a passkey is called.

    :raises FactorMissing: the person has none such
    """
    return str(_passkey_row(user, pk).data.get("name", ""))
