"""Nobody changes the log: not the code, not a query, not somebody at the database's own prompt."""

from __future__ import annotations

from collections.abc import Callable

from tests.operations.installation import Installation

TRY = """
from datetime import timedelta
from django.db import connection, transaction
from samsyn.core import clock
from samsyn.core.models import AuditEntry

now = clock.now()
for days in (0, 300, 400, 4000):
    AuditEntry.objects.create(at=now - timedelta(days=days), actor_label="x", municipality_code="1488", verb=f"v{days}",
                              object_type="t", object_id="1", object_label="l")

def tried(what, *values):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(what, values)
            return cursor.rowcount
    except Exception as fault:
        return "append-only" in str(fault)

print(tried("UPDATE core_auditentry SET verb = 'changed'"),
      tried("UPDATE core_auditentry SET verb = 'changed' WHERE verb = 'v4000'"),
      tried("DELETE FROM core_auditentry"),
      tried("DELETE FROM core_auditentry WHERE verb = 'v300'"),
      tried("DELETE FROM core_auditentry WHERE verb IN ('v400', 'v4000')"),
      sorted(AuditEntry.objects.values_list("verb", flat=True)))
"""


def test_the_database_refuses_changes_and_lets_only_old_lines_go(new_installation: Callable[..., Installation]) -> None:
    town = new_installation("town")
    town.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    assert town.python(TRY) == "True True True True 2 ['v0', 'v300']"
