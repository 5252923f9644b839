"""The doctor behind `samsyn check`: what is wrong with an installation, in sentences."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from samsyn.config import backup
from samsyn.core import clock
from samsyn.core.carriers import carriers
from samsyn.core.checks import log_faults, sqlite_faults
from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage, ScheduledJob
from samsyn.core.views import health_faults
from samsyn.organisations.models import Municipality

LATE = timedelta(hours=1)
OLDEST_BACKUP = timedelta(days=2)


def faults() -> list[str]:
    """Return what is wrong; empty when all is well."""
    found = [str(message.msg) for message in run_checks() if message.is_serious()]
    try:
        found += sqlite_faults()
        executor = MigrationExecutor(connection)
        n_pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return [*found, "Databasen kan inte öppnas. Kontrollera DATABASE_URL eller SAMSYN_DATA."]
    if n_pending:
        return [*found, f"{n_pending} databasändringar är inte gjorda. Kör ”samsyn setup”."]
    found += log_faults()
    if not Municipality.objects.exists():
        found.append("Ingen kommun är inlagd. Kör ”samsyn setup”.")
    found += _address_faults()
    if not Path(settings.STATIC_ROOT).exists():
        found.append("Webbplatsens filer är inte samlade. Kör ”samsyn setup”.")
    found += [f"Drift: {fault}." for fault in health_faults()]
    return found + _backup_faults() + message_faults(now=clock.now()) + schedule_faults()


def _backup_faults() -> list[str]:
    """Tell of a copy that is missing or old. The demo may do without."""
    if settings.SAMSYN_DEMO:
        return []
    found = backup.age(now=clock.now())
    if found is None:
        return ["Ingen säkerhetskopia är gjord. Kör ”samsyn backup FIL”, helst varje natt."]
    if found > OLDEST_BACKUP:
        return [f"Den senaste säkerhetskopian är {found.days} dygn gammal. Kör ”samsyn backup FIL”."]
    return []


def message_faults(*, now: datetime) -> list[str]:
    """Return what is wrong with what should have been sent."""
    found = []
    ways = carriers()
    if Channel.MAIL not in ways:
        found.append("E-post är inte inställd, så inget skickas. Sätt SAMSYN_SMTP_HOST och SAMSYN_MAIL_FROM.")
    n_dead = OutboxMessage.objects.dead().count()
    if n_dead:
        found.append(f"{n_dead} meddelanden gick inte att skicka. Ta hand om dem på /arbete/drift/meddelanden/.")
    late = OutboxMessage.objects.waiting().filter(due_at__lt=now - LATE)
    n_late = late.filter(channel__in=list(ways)).count()
    if n_late:
        found.append(f"{n_late} meddelanden skulle ha skickats för mer än en timme sedan. Se om bakgrundsarbetet går.")
    n_stuck = late.exclude(channel__in=list(ways)).count()
    if n_stuck:
        found.append(f"{n_stuck} meddelanden väntar på ett sätt att skickas. Se drift-guiden om e-post och sms.")
    return found


def schedule_faults() -> list[str]:
    """Return which scheduled jobs fail again and again; once may be a database that was busy."""
    failing = ScheduledJob.objects.filter(n_failures__gte=2)
    return [
        f"Arbetet {row.name} har misslyckats {row.n_failures} gånger i rad ({row.fault}). Se loggen." for row in failing
    ]


def _address_faults() -> list[str]:
    """Return what is wrong with how addresses tell the municipalities apart."""
    towns = Municipality.objects.order_by("name")
    codes = set(towns.values_list("code", flat=True))
    if settings.SAMSYN_TOWN and settings.SAMSYN_TOWN not in codes:
        return [f"SAMSYN_TOWN är {settings.SAMSYN_TOWN}, men den kommunen är inte inlagd."]
    if settings.SAMSYN_TOWNS == "single" and len(codes) > 1 and not settings.SAMSYN_TOWN:
        return ["Flera kommuner är inlagda, men adresserna skiljer dem inte åt. Välj sätt med SAMSYN_TOWNS."]
    if settings.SAMSYN_TOWNS == "host":
        return [
            f"{town.name} har inget värdnamn. Kör ”samsyn setup” för kommun {town.code} med --host."
            for town in towns.filter(hosts__isnull=True)
        ]
    return []
