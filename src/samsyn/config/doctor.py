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
    found += _address_faults()
    if not Path(settings.STATIC_ROOT).exists():
        found.append("Webbplatsens filer är inte samlade. Kör ”samsyn setup”.")
    return found + [f"Drift: {fault}." for fault in health_faults()]


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
