"""What is done again and again for each municipality."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from samsyn.core import retention
from samsyn.core.schedule import Daily, job
from samsyn.organisations.models import Municipality
from samsyn.organisations.services import people


def purge(now: datetime) -> int:
    """Purge what each municipality's plan no longer keeps, and what belongs to none; return how many rows."""
    codes = ["", *Municipality.objects.values_list("code", flat=True)]
    return sum(protocol.n_purged for protocol in retention.purge_due(municipality_codes=codes, now=now))


def close_accounts(now: datetime) -> int:
    """Close the accounts whose last role has run out; return how many."""
    return people.close_accounts_that_ended(now=now)


def enter() -> None:
    """Enter the jobs; done once, when the app is ready."""
    job("organisations.purge", _("Gallra enligt plan"), run=purge, rule=Daily(time(3, 30)))
    job(
        "organisations.close_accounts",
        _("Stäng konton vars sista roll har löpt ut"),
        run=close_accounts,
        rule=Daily(time(0, 15)),
    )
