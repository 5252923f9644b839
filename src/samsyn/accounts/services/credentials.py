"""
Passwords and e-mail addresses: chosen, forgotten and changed.

    DomainError
    ├── PasswordRefused      400  the new password is too weak; says why
    ├── EmailTaken           409  another account has got the address meanwhile
    ├── ExampleAccount       403  the demo's accounts keep their address and password
    └── LinkNotOpen (links)  404
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from samsyn.accounts import links, messages, sessions, throttle
from samsyn.accounts.enums import LinkPurpose
from samsyn.accounts.models import User
from samsyn.accounts.services.log import log
from samsyn.core.errors import Conflict, DomainError, NotAllowed, TooMany

MIN_PASSWORD = 12


class PasswordRefused(DomainError):
    """The password would be too easy to guess."""


class EmailTaken(Conflict):
    """Another account has the address."""


class ExampleAccount(NotAllowed):
    """The demo's accounts are shared by all who try it."""


def check_password_is_strong(password: str, user: User) -> None:
    """
    Refuse a password that is too easy to guess.

    :raises PasswordRefused: with all that is wrong with it
    """
    sentences = {
        "password_too_short": ngettext(
            "Välj ett lösenord med minst %(n)d tecken. Flera ord efter varandra går bra.",
            "Välj ett lösenord med minst %(n)d tecken. Flera ord efter varandra går bra.",
            MIN_PASSWORD,
        )
        % {"n": MIN_PASSWORD},
        "password_too_similar": _("Lösenordet liknar ditt namn eller din adress. Välj ett annat."),
        "password_too_common": _("Lösenordet finns på listor över vanliga lösenord. Välj ett annat."),
    }
    try:
        password_validation.validate_password(password, user)
    except ValidationError as fault:
        said = [str(sentences.get(error.code or "", error.message)) for error in fault.error_list]
        raise PasswordRefused(" ".join(dict.fromkeys(said))) from fault


def _check_is_own(user: User) -> None:
    if user.is_demo:
        raise ExampleAccount(_("Det här är ett exempelkonto. Adressen och lösenordet går inte att byta."))


def ask_for_reset(request: HttpRequest, *, email: str, now: datetime) -> None:
    """
    Send a link for choosing a new password, if the address has an account. The answer is the same if it has none.

    :raises TooMany: too many have been asked for from this place in the network
    """
    throttle.spend("reset.place", throttle.place(request), throttle.MAIL_ASKERS, now=now)
    user = User.objects.filter(email=email.casefold(), is_active=True, is_demo=False).first()
    try:
        throttle.spend("reset.mail", email.casefold(), throttle.MAILS, now=now)
    except TooMany:
        return  # those already sent still work, and the asker must not learn more than others do
    if user is None:
        return
    with transaction.atomic():
        link, token = links.make(user, LinkPurpose.RESET, now=now)
        address = links.address(LinkPurpose.RESET, token, language=user.language)
        hours = int(links.LIVES[LinkPurpose.RESET].total_seconds()) // 3600
        messages.tell(messages.RESET, user, about=str(link.pk), now=now, address=address, n_hours=hours)
        log("accounts.reset_requested", user, by=None, now=now)


@transaction.atomic
def reset_password(*, token: str, password: str, now: datetime) -> User:
    """
    Set a new password by a link, and end every sign-in. The second step, if there is one, is still asked for.

    :raises LinkNotOpen: the link is used or too old
    :raises PasswordRefused: the password is too weak; the link still works
    """
    link = links.find(LinkPurpose.RESET, token, now=now)
    check_password_is_strong(password, link.user)
    user = links.use(LinkPurpose.RESET, token, now=now).user
    _set_password(user, password, now=now)
    sessions.end_all(user, now=now)
    log("accounts.password_reset", user, by=user, now=now)
    return user


@transaction.atomic
def change_password(request: HttpRequest, user: User, *, password: str, now: datetime) -> None:
    """
    Set a new password, and end every sign-in but this one.

    :raises PasswordRefused: it is too weak
    :raises ExampleAccount: it is one of the demo's
    """
    _check_is_own(user)
    check_password_is_strong(password, user)
    _set_password(user, password, now=now)
    sessions.end_all(user, now=now, but=request.session)
    sessions.renew(request, user)
    log("accounts.password_changed", user, by=user, now=now)


def _set_password(user: User, password: str, *, now: datetime) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    # An invitation signs in without the second step: once there is a password, none may be open.
    links.close(user, LinkPurpose.RESET, LinkPurpose.NEW_EMAIL, LinkPurpose.INVITATION)
    messages.tell(
        messages.PASSWORD_CHANGED,
        user,
        about=now.isoformat(),
        now=now,
        address=links.page("accounts:forgot", language=user.language),
    )


@transaction.atomic
def ask_for_new_email(user: User, *, email: str, now: datetime) -> None:
    """
    Send a link to a new address; nothing changes until it is opened there. The answer is the same if it is taken.

    :raises ExampleAccount: it is one of the demo's
    :raises TooMany: too many have been asked for
    """
    _check_is_own(user)
    throttle.spend("email.mail", str(user.pk), throttle.MAILS, now=now)
    log("accounts.new_email_requested", user, by=user, now=now)
    if User.objects.filter(email=email.casefold()).exists():
        return
    links.close(user, LinkPurpose.NEW_EMAIL)
    link, token = links.make(user, LinkPurpose.NEW_EMAIL, now=now, new_email=email.casefold())
    messages.tell(
        messages.NEW_EMAIL,
        user,
        about=str(link.pk),
        now=now,
        to=email,
        address=links.address(LinkPurpose.NEW_EMAIL, token, language=user.language),
        n_hours=int(links.LIVES[LinkPurpose.NEW_EMAIL].total_seconds()) // 3600,
    )


def confirm_new_email(*, token: str, now: datetime) -> User:
    """
    Change to the address that a link was sent to, and tell the old one.

    :raises LinkNotOpen: the link is used or too old
    :raises EmailTaken: another account has got the address meanwhile
    """
    try:
        with transaction.atomic():
            link = links.use(LinkPurpose.NEW_EMAIL, token, now=now)
            user, old = link.user, link.user.email
            messages.tell(messages.EMAIL_CHANGED, user, about=str(link.pk), now=now, to=old)
            user.email = link.new_email
            user.save(update_fields=["email"])
            # A link that was sent to the old address must not open the account any more.
            links.close(user, LinkPurpose.RESET, LinkPurpose.INVITATION)
            log("accounts.email_changed", user, by=user, now=now)
    except IntegrityError as fault:
        raise EmailTaken(_("Ett annat konto har redan den adressen. Välj en annan.")) from fault
    return user
