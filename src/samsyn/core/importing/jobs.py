"""
Files read in for somebody who waits at a page, in the background when they are long.

A file is first tried: read whole, counted as it would be, and nothing stored. Then whoever left it decides. Progress is
written while rows are read, when no transaction is open, so that it never waits for the import's own; when storing
begins there is one transaction, whose last word is the job's. A worker that dies before that has stored nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core import audit, text
from samsyn.core.enums import ImportPhase, ImportState
from samsyn.core.errors import Conflict
from samsyn.core.importing.base import importer_of
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.limits import MAX_BYTES
from samsyn.core.importing.result import ImportResult
from samsyn.core.importing.runner import Watch, run_import
from samsyn.core.models import ImportJob

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_TRIES = 3
SMALL_BYTES = 200_000
"""A file up to this size is read while one waits for the page."""
KEPT = timedelta(days=30)
"""How long a file that was never read in is kept."""
_TOLD_EVERY_S = 0.5
_DUE = (ImportState.CHECKING, ImportState.LOADING)


class TooLate(Conflict):
    """The job has gone on to where this can no longer be done."""


class _Stopped(Exception):  # control flow of this module, never shown
    """Somebody cancelled, or another worker has the job now."""


@dataclass(slots=True)
class _Asker:
    """Whoever left the file, as the log needs to know them when they are no longer here."""

    pk: Any
    label: str

    @property
    def audit_label(self) -> str:
        """Role and organisation when the file was left."""
        return self.label


def path_of(job: ImportJob) -> Path:
    """Return where the file as it was sent lies: with those that are read in, or with those that wait."""
    kept = Path(settings.MEDIA_ROOT) / "imports" / job.sha256
    waiting = Path(settings.MEDIA_ROOT) / "uploads" / str(job.key)
    return waiting if waiting.exists() or not kept.exists() else kept


def leave(
    *,
    key: uuid.UUID,
    kind: str,
    name: str,
    chunks: Iterable[bytes],
    options: Mapping[str, str],
    municipality_code: str,
    by: audit.Actor,
    now: datetime,
) -> ImportJob:
    """
    Keep a file that somebody has left, to be tried. The same key again gives the same job.

    :raises Unreadable: an unknown kind, an empty file, or one that is too large
    """
    found = ImportJob.objects.filter(key=key).first()
    if found is not None and found.municipality_code != municipality_code:
        raise Unreadable(_("Ladda om sidan och välj filen igen."))
    if found is not None:
        return found
    importer_of(kind)
    digest, size = hashlib.sha256(), 0
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / str(key)
    half = target.with_suffix(f".{secrets.token_hex(4)}.part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise Unreadable(
                        _("Filen är större än %(n)d megabyte. Dela upp den i flera filer.")
                        % {"n": MAX_BYTES // 1_000_000}
                    )
                digest.update(chunk)
                opened.write(chunk)
            opened.flush()
            os.fsync(opened.fileno())
        if not size:
            raise Unreadable(_("Filen är tom. Välj den igen, eller fyll i den."))
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    with transaction.atomic():
        job, created = ImportJob.objects.get_or_create(
            key=key,
            municipality_code=municipality_code,
            defaults={
                "kind": kind,
                "name": _shown_name(name),
                "options": dict(options),
                "sha256": digest.hexdigest(),
                "n_bytes": size,
                "actor_id": by.pk,
                "asked_by": by.audit_label[:200],
                "asked_at": now,
            },
        )
        if created:
            audit.record("core.import_left", job, by=by, at=now, municipality_code=municipality_code)
    return job


def _shown_name(name: str) -> str:
    """Return a file's own name as it can stand on a page: no folders, no characters that are not text."""
    bare = text.clean(name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    shown = "".join("_" if text.has_refused_characters(sign) or sign in "\n\t" else sign for sign in bare)
    return shown[-200:] or "fil"


def _free(now: datetime) -> QuerySet[ImportJob]:
    """Return the jobs that nobody has, or whose worker has been silent too long."""
    return ImportJob.objects.filter(state__in=_DUE).filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))


def run_due(*, now: datetime, alive: Callable[[datetime], object] | None = None) -> bool:
    """
    Take the job that has waited longest, if there is one, and do it; tell whether there was one.

    `alive` is called now and then on the way, with the time: a long file must not look like a dead worker.
    """
    job = _free(now).order_by("asked_at", "pk").first()
    if job is None:
        return False
    run(job, now=now, alive=alive)
    return True


def run(job: ImportJob, *, now: datetime, alive: Callable[[datetime], object] | None = None) -> None:
    """Do a job if nobody else has it. Whatever happens is told on its row; nothing is raised."""
    token = secrets.token_hex(8)
    claimed = (
        _free(now)
        .filter(pk=job.pk)
        .update(
            claimed_until=now + LEASE,
            claimed_by=token,
            n_tries=F("n_tries") + 1,
            phase=ImportPhase.READING,
            n_rows_read=0,
        )
    )
    if not claimed:
        return
    job.refresh_from_db()
    if job.n_tries > MAX_TRIES:
        sentence = _("Läsningen har avbrutits flera gånger. Dela upp filen och försök igen.")
        _end(job, token, ImportState.FAILED, now, fault=sentence)
        return
    watch = _Worker(job, token, now, alive)
    try:
        result = _read(job, watch)
    except _Stopped:
        _end(job, token, ImportState.CANCELLED, watch.now)
    except Exception:  # told on the row, with a reference to the log; the worker goes on with the next
        reference = secrets.token_hex(4)
        logger.exception("An import failed, reference %s", reference)
        sentence = _("Något gick fel hos oss. Inget är sparat. Säg %(reference)s när du frågar.")
        _end(job, token, ImportState.FAILED, watch.now, fault=sentence % {"reference": reference})
    else:
        if not watch.is_finished:
            # A trial, or a loading that was refused after all: somebody decides what comes next.
            _end(job, token, ImportState.CHECKED, watch.now, result=told(result))


def _read(job: ImportJob, watch: _Worker) -> ImportResult:
    is_trial = job.state == ImportState.CHECKING
    try:
        raw = path_of(job).read_bytes()
    except OSError:
        result = ImportResult()
        result.refuse_file(_("Filen finns inte kvar. Lämna den igen."))
        return result
    if hashlib.sha256(raw).hexdigest() != job.sha256:  # what is read in is what was tried
        result = ImportResult()
        result.refuse_file(_("Filen är inte den som lämnades. Lämna den igen."))
        return result
    ImportJob.objects.filter(pk=job.pk).update(n_rows_expected=raw.count(b"\n") if not raw.startswith(b"PK") else None)
    result = run_import(
        job.kind,
        raw,
        name=job.name,
        municipality=job.municipality_code,
        dry_run=is_trial,
        # A trial counts the good rows even when others are faulty: both ways on are then known.
        good_rows_only=is_trial or job.good_rows_only,
        by=_Asker(job.actor_id, job.asked_by),
        now=watch.now,
        options=job.options,
        watch=watch,
    )
    if watch.is_finished:
        (Path(settings.MEDIA_ROOT) / "uploads" / str(job.key)).unlink(missing_ok=True)
    return result


def told(result: ImportResult) -> dict[str, Any]:
    """Return a result as it is kept on a job."""
    return {**result.as_dict(), "n_row_errors": result.n_row_errors}


class _Worker(Watch):
    """Writes how far a job has come, and stops where somebody has asked for it."""

    def __init__(self, job: ImportJob, token: str, now: datetime, alive: Callable[[datetime], object] | None) -> None:
        self._job, self._token, self._started_at, self._alive = job, token, now, alive
        self._began = self._told = time.perf_counter()
        self.is_finished = False

    @property
    def now(self) -> datetime:
        """The time the job was taken, and what has passed since."""
        return self._started_at + timedelta(seconds=time.perf_counter() - self._began)

    def rows(self, n_rows: int) -> None:
        """Write the progress; renew the claim."""
        if time.perf_counter() - self._told >= _TOLD_EVERY_S:
            self._tell(n_rows, ImportPhase.READING)

    def storing(self, n_rows: int) -> None:
        """Write that storing begins: the last moment to stop."""
        self._tell(n_rows, ImportPhase.STORING)

    def _tell(self, n_rows: int, phase: ImportPhase) -> None:
        self._told = time.perf_counter()
        mine = ImportJob.objects.filter(pk=self._job.pk, claimed_by=self._token, is_cancel_asked=False)
        if not mine.update(n_rows_read=n_rows, phase=phase, claimed_until=self.now + LEASE):
            raise _Stopped
        if self._alive:
            self._alive(self.now)

    def finish(self, result: ImportResult) -> None:
        """Say within the transaction of the rows that they are in; another worker's word undoes it all."""
        mine = ImportJob.objects.filter(pk=self._job.pk, claimed_by=self._token, state=ImportState.LOADING)
        done = {"state": ImportState.LOADED, "phase": ImportPhase.DONE, "finished_at": self.now, "claimed_until": None}
        if not mine.update(**done, result=told(result)):
            raise _Stopped
        self.is_finished = True


def _end(
    job: ImportJob,
    token: str,
    state: ImportState,
    now: datetime,
    *,
    result: Mapping[str, Any] | None = None,
    fault: str = "",
) -> None:
    fields: dict[str, Any] = {
        "state": state, "phase": ImportPhase.DONE, "claimed_until": None, "fault": fault, "n_tries": 0,
    }  # fmt: skip
    if state != ImportState.CHECKED:
        fields["finished_at"] = now
    if result is not None:
        fields["result"] = result
    ImportJob.objects.filter(pk=job.pk, claimed_by=token, state__in=_DUE).update(**fields)


@transaction.atomic
def ask_to_load(*, job: ImportJob, good_rows_only: bool, by: audit.Actor, now: datetime) -> None:
    """
    Let a tried file be read in.

    :raises TooLate: it is not waiting for that
    """
    if not (job.can_load_good if good_rows_only else job.can_load_all):
        raise TooLate(gettext_lazy("Filen kan inte läsas in så. Ladda om sidan och se hur det gick."))
    changed = ImportJob.objects.filter(pk=job.pk, state=ImportState.CHECKED).update(
        state=ImportState.LOADING,
        phase=ImportPhase.WAITING,
        good_rows_only=good_rows_only,
        n_rows_read=0,
        is_cancel_asked=False,
        actor_id=by.pk,
        asked_by=by.audit_label[:200],
    )
    if not changed:
        raise TooLate(gettext_lazy("Någon annan har redan tagit hand om filen. Ladda om sidan."))
    changes = {"good_rows_only": [None, good_rows_only]}
    audit.record("core.import_asked", job, by=by, at=now, municipality_code=job.municipality_code, changes=changes)


@transaction.atomic
def cancel(*, job: ImportJob, by: audit.Actor, now: datetime) -> None:
    """
    Stop a job that has not begun to store, or put away one that has only been tried.

    :raises TooLate: it is stored, or storing has begun
    """
    mine = ImportJob.objects.filter(pk=job.pk)
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    changed = mine.filter(Q(state=ImportState.CHECKED) | (Q(state__in=_DUE) & unclaimed)).update(
        state=ImportState.CANCELLED, phase=ImportPhase.DONE, finished_at=now
    ) or mine.filter(state__in=_DUE).exclude(phase=ImportPhase.STORING).update(is_cancel_asked=True)
    if not changed:
        raise TooLate(gettext_lazy("Det går inte att avbryta när raderna sparas. Vänta tills det är klart."))
    audit.record("core.import_cancelled", job, by=by, at=now, municipality_code=job.municipality_code)


def forget(*, now: datetime) -> int:
    """Remove files that were left more than a month ago and never read in; return how many. For the schedule."""
    n = 0
    old = ImportJob.objects.filter(asked_at__lt=now - KEPT).exclude(state__in=[*_DUE, ImportState.LOADED])
    for job in old:
        path = Path(settings.MEDIA_ROOT) / "uploads" / str(job.key)
        if path.exists():
            path.unlink(missing_ok=True)
            n += 1
    old.filter(state=ImportState.CHECKED).update(state=ImportState.CANCELLED, finished_at=now)
    return n
