"""One run of one file: read, check, store all or nothing, keep the file, tell what happened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samsyn.core import audit
from samsyn.core.importing.base import Context, importer_of
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.limits import MAX_BYTES
from samsyn.core.importing.reading import open_source
from samsyn.core.importing.result import ImportResult
from samsyn.core.models import ImportedFile

IMPORTED = "IMPORTED"


class Watch:
    """What is told while a file is read in; each may raise to stop it, and then nothing is stored."""

    def rows(self, n_rows: int) -> None:
        """Told now and then how many rows are read; no transaction is open."""

    def storing(self, n_rows: int) -> None:
        """Told when all rows are read and storing begins; after this it cannot be stopped."""

    def finish(self, result: ImportResult) -> None:
        """Told when everything is stored, within its transaction."""


def run_import(
    kind: str,
    file: Path | bytes,
    *,
    name: str = "",
    municipality: str = "",
    dry_run: bool = False,
    good_rows_only: bool = False,
    by: audit.Actor | None = None,
    now: datetime,
    options: Mapping[str, str] | None = None,
    watch: Watch | None = None,
) -> ImportResult:
    """
    Read a file in, and return what became of it; faults in the file are told in the result, not raised.

    `file` is a path, or bytes with a `name` whose extension says what they are. `municipality` is a code, or
    empty for reference data of every municipality. A dry run stores nothing and counts as it would be.
    `good_rows_only` leaves faulty rows out instead of refusing the file. `watch` is told of the progress, and its
    `finish` belongs to the same transaction as the rows.
    """
    result = ImportResult()
    watch = watch or Watch()
    try:
        importer = importer_of(kind)
        raw = file if isinstance(file, bytes) else _read(file)
        source = open_source(name or (file.name if isinstance(file, Path) else ""), raw)
        context = Context(municipality, by, now, options or {}, progress=watch.rows)
        context = replace(context, known=importer.prepare(context))
        items = importer.parse(source, context, result)
        if not result.rows and not result.file_errors:
            raise Unreadable(_("Filen innehåller inga rader att läsa in."))
    except Unreadable as fault:
        result.refuse_file(str(fault))
        return result
    if result.file_errors or (result.is_faulty and not (good_rows_only and items)):
        return result
    watch.storing(result.rows)
    try:
        with transaction.atomic():
            result.counts = importer.load(items, context)
            result.accepted = True
            if result.counts.left:
                result.warn(_left(result.counts.left))
            if dry_run:
                transaction.set_rollback(True)
            else:
                _keep(kind, source.name, raw, context, result)
                watch.finish(result)
    except Unreadable as fault:
        # Only the database could tell, for example that what a reference names is not there.
        result.refuse_file(str(fault))
    return result


def _left(n: int) -> str:
    return ngettext(
        "%(n)d rad är rättad av någon hos er och ändrades inte av filen.",
        "%(n)d rader är rättade av någon hos er och ändrades inte av filen.",
        n,
    ) % {"n": n}


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError:
        raise Unreadable(
            _("Filen %(name)s kan inte öppnas. Kontrollera sökvägen.") % {"name": file.name}
        ) from None


def _keep(kind: str, name: str, raw: bytes, context: Context, result: ImportResult) -> None:
    """Keep the file as it was, once: a run that changed nothing and whose file is kept leaves no new line."""
    digest = hashlib.sha256(raw).hexdigest()
    kept = ImportedFile.objects.filter(kind=kind, sha256=digest, municipality_code=context.municipality)
    if not (result.counts.created or result.counts.updated) and kept.exists():
        return
    line = ImportedFile.objects.create(
        kind=kind,
        name=Path(name).name[:200],
        municipality_code=context.municipality,
        sha256=digest,
        n_bytes=len(raw),
        imported_at=context.now,
        result=result.as_dict(),
    )
    audit.record(
        IMPORTED,
        line,
        by=context.by,
        at=context.now,
        municipality_code=context.municipality,
        changes={"n": [None, result.counts.stored]},
    )
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / digest  # our own name: the sender's stands in the table
    if not target.exists():
        target.write_bytes(raw)
