"""What an account keeps about the person who has it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.core.personal_data import Held, data_class, fields, holder

ACCOUNT = data_class(
    "accounts.account",
    _("Konton för den som arbetar här"),
    purpose=_("Låta rätt person logga in, och kunna nå den."),
    ends=_("Töms när personen begär det, eller när kontot varit stängt så länge som tiden här."),
    keep_days=365,
)
fields(ACCOUNT, "accounts.user.email", "accounts.user.name", "accounts.user.password", "accounts.user.last_login")


def _held(account: User) -> list[Held]:
    rows = [Held(_("Namn"), account.name), Held(_("E-post"), account.email)]
    if account.last_login:
        rows.append(Held(_("Loggade in senast"), f"{clock.local(account.last_login):%Y-%m-%d %H.%M}"))
    return rows


def _erase(account: User, now: datetime) -> int:
    account.name = str(_("Borttaget konto"))
    account.email = f"borttaget-{account.pk}@example.invalid"
    account.is_active = False
    account.last_login = None
    account.set_unusable_password()
    account.save()
    return 1


holder(ACCOUNT, held=_held, erase=_erase)
