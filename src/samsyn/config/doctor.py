"""The doctor behind `samsyn check`: what is wrong with an installation, in sentences."""

from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from samsyn.core.checks import sqlite_faults
from samsyn.core.views import health_faults
from samsyn.organisations.models import Municipality


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
    if not Municipality.objects.exists():
        found.append("Ingen kommun är inlagd. Kör ”samsyn setup”.")
    if not Path(settings.STATIC_ROOT).exists():
        found.append("Webbplatsens filer är inte samlade. Kör ”samsyn setup”.")
    return found + [f"Drift: {fault}." for fault in health_faults()]
