"""What a person does with their own account: name, mails, sign-ins and second steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import factors, links, messages, sessions
from samsyn.accounts.models import NotificationChoice, SignIn, User
from samsyn.accounts.services.log import log
from samsyn.core.errors import NotFound
from samsyn.core.messages import MessageKind

TOTP_WORDS = _("app för koder")
PASSKEY_WORDS = _("passnyckel")


class SignInGone(NotFound):
    """The sign-in has ended, or is somebody else's."""


@transaction.atomic
def change_details(user: User, *, name: str, language: str, now: datetime) -> None:
    """Change the name, and the language that mails come in."""
    new = {"name": name, "language": language}
    # Which fields, and not what they held: the log has no names in it.
    changed = {field: [None, None] for field, value in new.items() if getattr(user, field) != value}
    if not changed:
        return
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    log("accounts.details_changed", user, by=user, now=now, changes=changed)


@transaction.atomic
def choose_notifications(user: User, choices: Mapping[str, bool], *, now: datetime) -> None:
    """Say for each group of messages whether mails are wanted."""
    before = wanted_groups(user, list(choices))
    for group, wants_mail in choices.items():
        NotificationChoice.objects.update_or_create(user=user, group=group, defaults={"wants_mail": wants_mail})
    changes = {group: [before[group], wants] for group, wants in choices.items() if before[group] != wants}
    if changes:
        log("accounts.notifications_changed", user, by=user, now=now, changes=changes)


def wanted_groups(user: User, groups: list[str]) -> dict[str, bool]:
    """Return for each group whether mails are wanted; without a choice they are."""
    chosen = dict(user.notification_choices.values_list("group", "wants_mail"))
    return {group: chosen.get(group, True) for group in groups}


@transaction.atomic
def end_sign_in(user: User, pk: int, *, now: datetime) -> None:
    """
    End one of one's own sign-ins at once.

    :raises SignInGone: it has ended, or is not one's own
    """
    found = SignIn.objects.going_on().filter(user=user, pk=pk).first()
    if found is None:
        raise SignInGone(_("Inloggningen är redan avslutad."))
    sessions.end_one(found, now=now)
    log("accounts.sign_in_ended", user, by=user, now=now)


@transaction.atomic
def end_other_sign_ins(request: HttpRequest, user: User, *, now: datetime) -> int:
    """End all of one's own sign-ins but this one, at once; return how many."""
    n_ended = sessions.end_all(user, now=now, but=request.session)
    sessions.renew(request, user)
    log("accounts.other_sign_ins_ended", user, by=user, now=now, changes={"n": [None, n_ended]})
    return n_ended


@transaction.atomic
def add_totp(request: HttpRequest, user: User, *, code: str, now: datetime) -> None:
    """
    Add an app for codes; this session then counts as begun in two steps and gets a new key.

    :raises CodeRefused: the code is not what the app would show
    """
    factors.add_totp(request, user, code, now=now)
    _factor_added(request, user, TOTP_WORDS, now=now)


@transaction.atomic
def add_passkey(request: HttpRequest, user: User, *, answer: str, name: str, now: datetime) -> None:
    """
    Add a passkey; this session then counts as begun in two steps and gets a new key.

    :raises PasskeyRefused: the browser's answer does not fit
    """
    factors.add_passkey(user, answer, name=name, now=now)
    _factor_added(request, user, PASSKEY_WORDS, now=now)


@transaction.atomic
def rename_passkey(user: User, pk: int, *, name: str, now: datetime) -> None:
    """
    Call one of one's passkeys something else.

    :raises FactorMissing: there is none such
    """
    factors.rename_passkey(user, pk, name)
    log("accounts.passkey_renamed", user, by=user, now=now)


@transaction.atomic
def remove_passkey(request: HttpRequest, user: User, pk: int, *, now: datetime) -> None:
    """
    Remove one of one's passkeys.

    :raises FactorMissing: there is none such
    """
    factors.remove_passkey(user, pk)
    _factor_removed(request, user, PASSKEY_WORDS, now=now)


@transaction.atomic
def remove_totp(request: HttpRequest, user: User, *, now: datetime) -> None:
    """
    Remove the app for codes.

    :raises FactorMissing: there is none
    """
    factors.remove_totp(user)
    _factor_removed(request, user, TOTP_WORDS, now=now)


@transaction.atomic
def make_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Make new recovery codes and return them, to be shown once; earlier ones stop working."""
    codes = factors.make_recovery_codes(user, now=now)
    log("accounts.recovery_codes_made", user, by=user, now=now)
    return codes


def _factor_added(request: HttpRequest, user: User, what: Promise, *, now: datetime) -> None:
    request.session[sessions.IS_STRONG] = True
    sessions.renew(request, user)
    log("accounts.factor_added", user, by=user, now=now, changes={"factor": [None, _swedish(what)]})
    _tell(messages.FACTOR_ADDED, user, what, now=now)


def _factor_removed(request: HttpRequest, user: User, what: Promise, *, now: datetime) -> None:
    if not factors.has_any(user):
        request.session[sessions.IS_STRONG] = False
    sessions.renew(request, user)
    log("accounts.factor_removed", user, by=user, now=now, changes={"factor": [_swedish(what), None]})
    _tell(messages.FACTOR_REMOVED, user, what, now=now)


def _tell(kind: MessageKind, user: User, what: Promise, *, now: datetime) -> None:
    address = links.page("accounts:security", language=user.language)
    messages.tell(kind, user, about=now.isoformat(), now=now, factor=what, address=address)


def _swedish(words: Promise) -> str:
    with translation.override("sv"):
        return str(words)
