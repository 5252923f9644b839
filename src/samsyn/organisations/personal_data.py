"""Who works where, as part of what is kept about a person."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core.personal_data import Held, data_class, fields, holder, without_persons

MEMBERSHIPS = data_class(
    "organisations.memberships",
    _("Roller för den som arbetar här"),
    purpose=_("Veta vad var och en får göra och läsa."),
    ends=_("Tas bort tillsammans med kontot."),
    keep_days=0,
)
fields(MEMBERSHIPS, "organisations.membership.user", "organisations.membership.role")
SETUP_LINKS = data_class(
    "organisations.setup_links",
    _("Startlänkar"),
    purpose=_("Låta den första administratören i en kommun välja lösenord."),
    ends=_("Slutar gälla när länken använts eller blivit för gammal, och tas bort med kontot."),
    keep_days=0,
)
fields(SETUP_LINKS, "organisations.setuplink.user", "organisations.setuplink.token_hash")
without_persons(
    "organisations.unit",
    "organisations.municipalityhost",
    "organisations.logo",
    "organisations.firstrun",
    "organisations.municipality",
    "organisations.organisation",
    "organisations.openinghours",
    "organisations.openingexception",
    "organisations.guideentry",
    "organisations.pagereview",
    because="what a municipality and its partners do, told by organisation, unit and function",
)


def _held(account: User) -> list[Held]:
    return [Held(_("Roll"), str(each)) for each in account.memberships.select_related("organisation")]


def _erase(account: User, now: datetime) -> int:
    return account.memberships.all().delete()[0]


holder(MEMBERSHIPS, held=_held, erase=_erase)
