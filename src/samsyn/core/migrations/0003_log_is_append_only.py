"""The database itself refuses to change the log, and to remove lines younger than any decision could let go."""

from typing import Any

from django.db import migrations

# A line may go when the purge by policy removes it, and that is never before this.
YOUNGEST_DAYS = 365

SQLITE = f"""
CREATE TRIGGER core_auditentry_no_change BEFORE UPDATE ON core_auditentry
BEGIN SELECT RAISE(ABORT, 'The log is append-only'); END
;;
CREATE TRIGGER core_auditentry_no_removal BEFORE DELETE ON core_auditentry
WHEN datetime(OLD.at) > datetime('now', '-{YOUNGEST_DAYS} days')
BEGIN SELECT RAISE(ABORT, 'The log is append-only'); END
"""
POSTGRESQL = f"""
CREATE FUNCTION core_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'The log is append-only'; END $$
;;
CREATE TRIGGER core_auditentry_no_change BEFORE UPDATE ON core_auditentry
FOR EACH ROW EXECUTE FUNCTION core_auditentry_refuse()
;;
CREATE TRIGGER core_auditentry_no_removal BEFORE DELETE ON core_auditentry
FOR EACH ROW WHEN (OLD.at > now() - interval '{YOUNGEST_DAYS} days')
EXECUTE FUNCTION core_auditentry_refuse()
"""


def refuse(apps: Any, schema_editor: Any) -> None:
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements.split(";;"):
        schema_editor.execute(statement)


def allow(apps: Any, schema_editor: Any) -> None:
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON core_auditentry"
    schema_editor.execute(f"DROP TRIGGER core_auditentry_no_change{on}")
    schema_editor.execute(f"DROP TRIGGER core_auditentry_no_removal{on}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION core_auditentry_refuse")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_background_files_and_retention")]
    operations = [migrations.RunPython(refuse, allow)]
