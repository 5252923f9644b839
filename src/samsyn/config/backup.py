"""
A copy of a whole installation in one file, and an installation made from one.

The file is a ZIP archive: `manifest.json`, one `tables/NAME.jsonl` for each table, and the files that were read in or
taken up. It says nothing about the kind of database: a copy of SQLite can be restored on PostgreSQL, and the reverse.
The rows are those of one instant, read without holding up anybody who writes. A copy counts as one only when it has
been restored: `write` does so, into a scratch database, before the file gets its name.

The schema is restored as it was when the copy was made, the rows are put into it, and then the installation is brought
up to date, by the same migrations as on an installation that has been running all the time.

Not in the copy: the secret key and other settings, sign-ins that are open, and what can be made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from samsyn.config import env
from samsyn.core.errors import DomainError
from samsyn.core.models import Heartbeat

FORMAT = "samsyn-backup/1"
LATEST = "backup"
"""The name under which the time of the latest copy stands among the signs of life."""
READING, SCRATCH = "samsyn-backup-reading", "samsyn-backup-scratch"
# Sign-ins that are open must not come to life again on another machine.
_LEFT_OUT = frozenset({"django_session"})
_BATCH = 1_000


class BackupRefused(DomainError):
    """The copy cannot be made here, or cannot be restored."""


class NotEmpty(BackupRefused):
    """There is already something where the copy should be restored."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy holds."""

    made_at: str
    version: str
    n_rows: int
    n_tables: int
    n_files: int


def _table_models(apps: Apps) -> list[type[models.Model]]:
    """Return every model with a table of its own, those between two models too."""
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    return sorted((m for m in found if m._meta.db_table not in _LEFT_OUT), key=lambda m: m._meta.db_table)


def _applied(using: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    return sorted(MigrationLoader(using).applied_migrations)


@contextmanager
def _alias(name: str, database: Mapping[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Open one more connection under a name, for as long as it is needed."""
    connections.databases[name] = connections.configure_settings({"default": dict(database)})["default"]
    try:
        yield connections[name]
    finally:
        connections[name].close()
        del connections[name]
        del connections.databases[name]


def _reading_settings() -> dict[str, Any]:
    """Return settings that see one instant of the database and hold up nobody."""
    found = {name: value for name, value in connection.settings_dict.items() if name != "TEST"}
    options = {**found["OPTIONS"]}
    if connection.vendor == "sqlite":
        # In write-ahead mode a deferred transaction reads from one instant while others write on.
        options["transaction_mode"] = "DEFERRED"
    else:
        from psycopg import IsolationLevel

        options.pop("pool", None)
        options["isolation_level"] = IsolationLevel.REPEATABLE_READ
    return {**found, "OPTIONS": options, "CONN_MAX_AGE": 0}


def _row_of(instance: models.Model, fields: list[models.Field[Any, Any]]) -> str:
    # value_to_string is how Django itself writes fixtures: exact for decimals, instants, bytes and UUIDs.
    cells = [_cell(field, instance) for field in fields]
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"))


def _cell(field: models.Field[Any, Any], instance: models.Model) -> Any:
    value = field.value_from_object(instance)
    if value is None or isinstance(field, models.JSONField) or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return repr(value)
    return field.value_to_string(instance)


def _dump_table(model: type[models.Model], out: IO[bytes]) -> tuple[int, str]:
    """Write a table's rows; return how many, and the checksum of what was written."""
    fields = list(model._meta.concrete_fields)
    digest, n_rows = hashlib.sha256(), 0
    rows = model._base_manager.using(READING).order_by("pk").iterator(chunk_size=_BATCH)
    for instance in rows:
        line = (_row_of(instance, fields) + "\n").encode()
        digest.update(line)
        out.write(line)
        n_rows += 1
    return n_rows, digest.hexdigest()


def _kept_files() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    yield from (file for file in sorted(root.rglob("*")) if file.is_file())


def write(target: Path, *, now: datetime, say: Callable[[str], None]) -> Contents:
    """
    Copy the installation to `target`, restore the copy into a scratch database, and only then give it its name.

    :raises BackupRefused: migrations are pending, the folder cannot be written, or what was restored differs
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupRefused(_("Databasen är inte uppdaterad. Kör ”samsyn setup” och försök igen."))
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            with unfinished.open("xb") as opened:
                _write_archive(opened, now=now)
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as fault:
            raise BackupRefused(
                _("Kopian kunde inte skrivas till %(folder)s: %(fault)s.")
                % {"folder": target.parent, "fault": fault.strerror or fault}
            ) from None
        say(str(_("Kopian är skriven. Prövar att återställa den …")))
        contents = verify(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    Heartbeat.objects.update_or_create(name=LATEST, defaults={"at": now})
    return contents


def age(*, now: datetime) -> timedelta | None:
    """Return how old the latest copy is; None when none has been made."""
    latest = Heartbeat.objects.filter(name=LATEST).first()
    return now - latest.at if latest else None


def _write_archive(opened: IO[bytes], *, now: datetime) -> None:
    from django.apps import apps

    tables: dict[str, Any] = {}
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        with _alias(READING, _reading_settings()) as reading, transaction.atomic(using=READING):
            applied = _applied(reading)
            for model in _table_models(apps):
                with archive.open(f"tables/{model._meta.db_table}.jsonl", "w", force_zip64=True) as out:
                    n_rows, digest = _dump_table(model, out)
                tables[model._meta.db_table] = {
                    "columns": [field.column for field in model._meta.concrete_fields],
                    "rows": n_rows,
                    "sha256": digest,
                }
        # After the rows: a file that a row speaks of is there by then, and none is ever changed.
        files = {}
        for file in _kept_files():
            name = file.relative_to(settings.MEDIA_ROOT).as_posix()
            content = file.read_bytes()
            archive.writestr(f"files/{name}", content)
            files[name] = hashlib.sha256(content).hexdigest()
        manifest = {
            "format": FORMAT,
            "version": settings.VERSION,
            "made_at": now.isoformat(),
            "migrations": applied,
            "tables": tables,
            "files": files,
        }
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


@contextmanager
def _opened(source: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open a copy and its manifest."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest.get("format") != FORMAT:
                raise BackupRefused(_("Filen är en kopia i ett format som den här versionen inte känner."))
            yield archive, manifest
    except FileNotFoundError:
        raise BackupRefused(_("Filen %(name)s finns inte.") % {"name": source}) from None
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, EOFError, OSError) as fault:
        raise BackupRefused(
            _("Filen är ingen hel kopia av Samsyn (%(fault)s). Ta en annan kopia.") % {"fault": fault}
        ) from None


def _contents(manifest: Mapping[str, Any]) -> Contents:
    return Contents(
        made_at=manifest["made_at"],
        version=manifest["version"],
        n_rows=sum(table["rows"] for table in manifest["tables"].values()),
        n_tables=len(manifest["tables"]),
        n_files=len(manifest["files"]),
    )


def verify(source: Path) -> Contents:
    """
    Restore a copy into a scratch database, bring that up to date, and compare what is in it.

    :raises BackupRefused: the copy is broken or does not come back as it was
    """
    with tempfile.TemporaryDirectory(prefix="samsyn-restore-") as folder, _opened(source) as (archive, manifest):
        _check_known(manifest)
        _check_whole(archive, manifest)
        with _alias(SCRATCH, env.sqlite(Path(folder) / "scratch.sqlite3")) as scratch:
            _restore_rows(archive, manifest, scratch)
        return _contents(manifest)


def _check_whole(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    """Compare every part with its checksum, before anything is made of it."""
    described = {f"tables/{name}.jsonl": table["sha256"] for name, table in manifest["tables"].items()}
    described |= {f"files/{name}": digest for name, digest in manifest["files"].items()}
    for name, digest in described.items():
        found = hashlib.sha256()
        with archive.open(name) as part:
            while chunk := part.read(1_000_000):
                found.update(chunk)
        if found.hexdigest() != digest:
            raise BackupRefused(_("%(name)s i kopian är trasig. Ta en annan kopia.") % {"name": name})


def _check_known(manifest: Mapping[str, Any]) -> None:
    """Refuse a copy whose schema this version does not know."""
    recorded = {(app, name) for app, name in manifest["migrations"]}
    if recorded - set(MigrationLoader(None).graph.nodes):
        raise BackupRefused(
            _("Kopian är gjord med en nyare version av Samsyn. Installera version %(version)s eller senare.")
            % {"version": manifest["version"]}
        )


def _restore_rows(archive: zipfile.ZipFile, manifest: Mapping[str, Any], using: BaseDatabaseWrapper) -> None:
    """Make the schema of the copy, put its rows there, compare, and bring the schema up to date."""
    executor = MigrationExecutor(using)
    recorded = {(app, name) for app, name in manifest["migrations"]}
    leaves = sorted(node for node in recorded if not _followers(executor, node) & recorded)
    executor.migrate(leaves)
    state = executor.loader.project_state(leaves)
    with transaction.atomic(using=using.alias), using.constraint_checks_disabled():
        historic = _table_models(state.apps)
        for model in historic:
            # What the migrations themselves put there is in the copy too.
            model._base_manager.using(using.alias)._raw_delete(using.alias)
        for model in historic:
            _load_table(archive, manifest, model, using)
        using.check_constraints()
        _reset_sequences(historic, using)
    call_command("migrate", database=using.alias, verbosity=0, interactive=False)


def _followers(executor: MigrationExecutor, node: tuple[str, str]) -> set[tuple[str, str]]:
    """Return the migrations of the same app that come right after one."""
    return {child.key for child in executor.loader.graph.node_map[node].children if child.key[0] == node[0]}


def _load_table(
    archive: zipfile.ZipFile, manifest: Mapping[str, Any], model: type[models.Model], using: BaseDatabaseWrapper
) -> None:
    name = model._meta.db_table
    described = manifest["tables"].get(name)
    if described is None:
        return
    by_column = {field.column: field for field in model._meta.concrete_fields}
    fields = [by_column[column] for column in described["columns"]]

    def instances() -> Iterator[models.Model]:
        with archive.open(f"tables/{name}.jsonl") as lines:
            for line in lines:
                cells = json.loads(line)
                values = {
                    field.attname: _value(field, cell) for field, cell in zip(fields, cells, strict=True)
                }
                yield model(**values)

    for batch in _batches(instances(), _BATCH):
        model._base_manager.using(using.alias).bulk_create(batch)
    stored = model._base_manager.using(using.alias).count()
    if stored != described["rows"]:
        raise BackupRefused(_("%(name)s i kopian är trasig. Ta en annan kopia.") % {"name": name})


def _value(field: models.Field[Any, Any], cell: Any) -> Any:
    if cell is None or isinstance(field, models.JSONField):
        return cell
    return field.to_python(cell)


def _batches(rows: Iterable[models.Model], size: int) -> Iterator[list[models.Model]]:
    batch: list[models.Model] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _reset_sequences(historic: list[type[models.Model]], using: BaseDatabaseWrapper) -> None:
    """Let new rows get numbers after those that were restored."""
    from django.core.management.color import no_style

    with using.cursor() as cursor:
        for statement in using.ops.sequence_reset_sql(no_style(), historic):
            cursor.execute(statement)


def is_empty() -> bool:
    """Tell whether nothing is installed in the database."""
    tables = set(connection.introspection.table_names())
    if "organisations_municipality" not in tables:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organisations_municipality")
        return cursor.fetchone()[0] == 0  # type: ignore[no-any-return]  # a count


def restore(source: Path, *, overwrite: bool, now: datetime, say: Callable[[str], None]) -> Contents:
    """
    Make this installation what it was when the copy was made. Nothing is changed until the copy has proved whole.

    With `overwrite` an installation in SQLite that is already here is put aside under another name first.

    :raises NotEmpty: something is installed here already
    :raises BackupRefused: the copy is broken, or made by a newer version
    """
    say(str(_("Prövar kopian …")))
    contents = verify(source)
    if not is_empty():
        if not overwrite or connection.vendor != "sqlite":
            raise NotEmpty(_not_empty_sentence())
        _put_aside(now)
    say(str(_("Återställer …")))
    try:
        with _opened(source) as (archive, manifest):
            _restore_rows(archive, manifest, connection)
            _restore_files(archive, manifest)
    except DatabaseError as fault:
        raise BackupRefused(_("Databasen tog inte emot kopian: %(fault)s") % {"fault": fault}) from fault
    return contents


def _not_empty_sentence() -> str:
    if connection.vendor == "sqlite":
        return str(_("Här finns redan en installation. Lägg till --overwrite för att lägga undan den och återställa."))
    return str(_("Databasen är inte tom. Skapa en ny, tom databas, peka DATABASE_URL dit och försök igen."))


def _put_aside(now: datetime) -> None:
    file = Path(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        # All that is in the log belongs in the file that is put aside.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.rename(file.with_name(f"{file.name}.fore-aterstallning-{now:%Y%m%d-%H%M%S}"))
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _restore_files(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    for name in manifest["files"]:
        target = (root / name).resolve()
        if not target.is_relative_to(root):  # a name made by somebody else than us
            raise BackupRefused(_("%(name)s i kopian är trasig. Ta en annan kopia.") % {"name": name})
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(f"files/{name}"))
