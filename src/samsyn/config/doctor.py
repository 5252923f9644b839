"""The doctor behind `samsyn check`: what is wrong with an installation, in sentences."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from samsyn.config import backup
from samsyn.core import clock
from samsyn.core.checks import log_faults, sqlite_faults
from samsyn.core.views import health_faults
from samsyn.organisations.models import Municipality

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
    if not Path(settings.STATIC_ROOT).exists():
        found.append("Webbplatsens filer är inte samlade. Kör ”samsyn setup”.")
    return found + _backup_faults() + [f"Drift: {fault}." for fault in health_faults()]


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
