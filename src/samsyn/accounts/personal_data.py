"""What accounts hold about people, why, and how long."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samsyn.accounts import factors, sessions
from samsyn.accounts.models import OneTimeLink, User
from samsyn.core import clock
from samsyn.core.personal_data import Held, data_class, fields, holder


def _of(municipality_code: str) -> list[int]:
    """Return the accounts of a municipality; without a code those that belong to none."""
    people = User.objects.all()
    if municipality_code:
        people = people.filter(memberships__organisation__municipality__code=municipality_code)
    else:
        people = people.filter(memberships__isnull=True)
    return list(people.values_list("pk", flat=True).distinct())


def _empty(user: User) -> None:
    """Leave the row, for what it has done still points at it, but nothing that anybody could be known by."""
    user.name, user.email = f"Konto {user.pk}", f"konto-{user.pk}@gallrad.invalid"
    user.save(update_fields=["name", "email"])
    user.one_time_links.all().delete()
    user.notification_choices.all().delete()


def purge_accounts(municipality_code: str, older_than: datetime) -> int:
    """Empty the name and the address of accounts that were closed before an instant; return how many."""
    purged = 0
    gone = User.objects.filter(pk__in=_of(municipality_code), closed_at__lt=older_than)
    for user in gone.exclude(email__endswith="@gallrad.invalid"):
        _empty(user)
        purged += 1
    return purged


def purge_sign_ins(municipality_code: str, older_than: datetime) -> int:
    """Remove sign-ins that ended before an instant; return how many."""
    return sessions.purge(_of(municipality_code), older_than=older_than)


def purge_links(municipality_code: str, older_than: datetime) -> int:
    """Remove links that stopped working before an instant; return how many."""
    gone = OneTimeLink.objects.filter(user__in=_of(municipality_code), expires_at__lt=older_than)
    return gone.delete()[0]


ACCOUNT = data_class(
    "accounts.account",
    _("Konton"),
    purpose=_("Att den som arbetar i Samsyn kan logga in, och att kollegor ser vem som har ett konto."),
    ends=_("Namn och adress töms när kontot har varit stängt så länge som står här."),
    keep_days=365,
    purge=purge_accounts,
)
SIGN_INS = data_class(
    "accounts.sign_ins",
    _("Inloggningar"),
    purpose=_("Att var och en ser var den är inloggad och kan avsluta det. Bara slag av enhet och hel timme sparas."),
    ends=_("Raden tas bort när inloggningen har varit avslutad så länge som står här."),
    keep_days=90,
    purge=purge_sign_ins,
)
FACTORS = data_class(
    "accounts.factors",
    _("Lösenord, passnycklar och koder"),
    purpose=_("Att bara ägaren kommer in. Lösenord och reservkoder sparas som kontrollsummor, appens nyckel låst."),
    ends=_("Tas bort när kontot stängs eller när ägaren tar bort dem."),
    keep_days=0,
)
LINKS = data_class(
    "accounts.links",
    _("Engångslänkar"),
    purpose=_("Att den som bjuds in, har glömt sitt lösenord eller byter adress kan göra det med en länk i ett mejl."),
    ends=_("Raden tas bort när länken har varit gammal så länge som står här."),
    keep_days=30,
    purge=purge_links,
)

fields(
    ACCOUNT,
    "accounts.user.email",
    "accounts.user.name",
    "accounts.user.language",
    "accounts.user.closed_at",
    "accounts.user.is_active",
    "accounts.notificationchoice.user",
    "accounts.notificationchoice.group",
    "accounts.notificationchoice.wants_mail",
    "socialaccount.socialaccount.user",
    "socialaccount.socialaccount.provider",
    "socialaccount.socialaccount.uid",
    "socialaccount.socialaccount.extra_data",
)
fields(
    SIGN_INS,
    "accounts.user.last_login",
    "accounts.signin.user",
    "accounts.signin.browser",
    "accounts.signin.system",
    "accounts.signin.method",
    "accounts.signin.session_key",
    "accounts.signin.signed_in_at",
    "accounts.signin.seen_at",
    "accounts.signin.ended_at",
)
fields(
    FACTORS,
    "accounts.user.password",
    "mfa.authenticator.user",
    "mfa.authenticator.data",
    "mfa.authenticator.created_at",
    "mfa.authenticator.last_used_at",
)
fields(
    LINKS,
    "accounts.onetimelink.user",
    "accounts.onetimelink.token_hash",
    "accounts.onetimelink.new_email",
    "accounts.onetimelink.invited_to",
)


def _account(user: User) -> list[Held]:
    language = dict(settings.LANGUAGES).get(user.language, user.language)
    rows = [Held(_("Namn"), user.name), Held(_("E-post"), user.email), Held(_("Språk"), str(language))]
    rows += [Held(_("Organisationens inloggning"), each.uid) for each in SocialAccount.objects.filter(user=user)]
    return rows


def _sign_ins(user: User) -> list[Held]:
    return [
        Held(f"{clock.local(each.signed_in_at):%Y-%m-%d %H.%M}", f"{each.browser}, {each.system}")
        for each in user.sign_ins.order_by("-signed_in_at")
    ]


def _erase(user: User, now: datetime) -> int:
    """Close the account for good: every way in, every trace of where it was used, the name and the address."""
    user.set_unusable_password()
    user.is_active, user.closed_at, user.last_login = False, user.closed_at or now, None
    user.save()
    sessions.end_all(user, now=now)
    factors.remove_all(user)
    n: int = SocialAccount.objects.filter(user=user).delete()[0] + user.sign_ins.all().delete()[0]
    _empty(user)
    return n + 1


holder(ACCOUNT, held=_account, erase=_erase)
holder(SIGN_INS, held=_sign_ins)
