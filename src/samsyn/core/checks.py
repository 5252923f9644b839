"""What every process looks at before it starts: the database library and its settings."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

SAFE_SQLITE = (3, 51, 3)


def sqlite_faults() -> list[str]:
    """Return, as Swedish sentences, what is wrong with SQLite's version and settings; empty if well."""
    if connection.vendor != "sqlite":
        return []
    faults = []
    import sqlite3

    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        faults.append(
            f"SQLite {sqlite3.sqlite_version} kan skada databasen. Installera om beroendena så att version 3.51.3 "
            "eller senare följer med."
        )
    # An in-memory database, as in tests, cannot have a write-ahead log.
    in_memory = "memory" in str(connection.settings_dict["NAME"])
    wanted = {"synchronous": 2, "foreign_keys": 1, **({} if in_memory else {"journal_mode": "wal"})}
    with connection.cursor() as cursor:
        for pragma, value in wanted.items():
            found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            if found != value:
                faults.append(f"SQLite-inställningen {pragma} är {found}, men ska vara {value}.")
        if cursor.execute("PRAGMA busy_timeout").fetchone()[0] < 5000:
            faults.append("SQLite-inställningen busy_timeout ska vara minst 5000 millisekunder.")
    if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        faults.append("Databasens transaction_mode ska vara IMMEDIATE.")
    return faults


def log_faults() -> list[str]:
    """
    Return what is wrong with the database's own guard of the log; empty if it stands.

    SQLite makes a table anew when a column changes, and then drops the guard in silence.
    """
    wanted = {"core_auditentry_no_change", "core_auditentry_no_removal"}
    catalogue = "sqlite_master WHERE type = 'trigger'" if connection.vendor == "sqlite" else "pg_trigger WHERE true"
    name = "name" if connection.vendor == "sqlite" else "tgname"
    with connection.cursor() as cursor:
        # Every name is our own.
        cursor.execute(f"SELECT {name} FROM {catalogue} AND {name} LIKE 'core_auditentry_no_%%'")  # noqa: S608
        found = {row[0] for row in cursor.fetchall()}
    if wanted <= found:
        return []
    return ["Databasen skyddar inte loggen mot ändringar. Fråga den som senast ändrade i databasen."]


@register(Tags.database)
def check_sqlite(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start on a SQLite that can lose data."""
    if not databases or "default" not in databases:
        return []
    return [Error(fault, id="samsyn.E001") for fault in sqlite_faults()]
