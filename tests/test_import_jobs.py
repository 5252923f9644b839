"""Files that somebody leaves: tried first, read in by whoever has the claim, and nothing half stored."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from samsyn.core.enums import ImportPhase, ImportState
from samsyn.core.importing import jobs, runner
from samsyn.core.models import AuditEntry, ImportedFile, ImportJob
from samsyn.organisations.models import Municipality
from samsyn.places.models import Building

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = b"id;namn\n1;Skolan\n2;Badhuset\n"
MIXED = b"id;namn\n1;Skolan\n2;\n"


class Somebody:
    pk: Any = 7
    audit_label = "Analytiker, Trollhättans Stad"


def leave(content: bytes | Iterable[bytes] = GOOD, key: uuid.UUID | None = None, **more: Any) -> ImportJob:
    chunks = [content] if isinstance(content, bytes) else content
    fields: dict[str, Any] = {"kind": "buildings", "name": "hus.csv", "options": {}, "municipality_code": "1488"}
    return jobs.leave(key=key or uuid.uuid4(), chunks=chunks, by=Somebody(), now=NOW, **{**fields, **more})


@pytest.fixture
def town(db: None) -> Municipality:
    return Municipality.objects.create(code="1488", name="Trollhättan", slug="t", official_name="Trollhättans Stad")


def fresh(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)


def test_a_file_is_tried_then_read_in(town: Municipality) -> None:
    job = leave()
    assert jobs.run_due(now=NOW)
    job = fresh(job)
    assert (job.state, job.result["created"], job.can_load_all) == (ImportState.CHECKED, 2, True)
    assert not Building.objects.exists()
    jobs.ask_to_load(job=job, good_rows_only=False, by=Somebody(), now=NOW)
    assert jobs.run_due(now=NOW)
    job = fresh(job)
    assert (job.state, job.result["created"], Building.objects.count()) == (ImportState.LOADED, 2, 2)
    assert not jobs.run_due(now=NOW)
    assert jobs.path_of(job).read_bytes() == GOOD
    assert AuditEntry.objects.get(verb="IMPORTED").actor_label == Somebody.audit_label


def test_only_good_rows_when_somebody_says_so(town: Municipality) -> None:
    job = leave(MIXED)
    jobs.run_due(now=NOW)
    job = fresh(job)
    assert (job.can_load_all, job.can_load_good, job.n_faulty) == (False, True, 1)
    with pytest.raises(jobs.TooLate):
        jobs.ask_to_load(job=job, good_rows_only=False, by=Somebody(), now=NOW)
    jobs.ask_to_load(job=job, good_rows_only=True, by=Somebody(), now=NOW)
    jobs.run_due(now=NOW)
    assert (fresh(job).state, Building.objects.count()) == (ImportState.LOADED, 1)


def test_a_file_of_which_nothing_is_good_can_only_be_mended(town: Municipality) -> None:
    job = leave(b"namn\nSkolan\n")
    jobs.run_due(now=NOW)
    job = fresh(job)
    assert (job.state, job.can_load_all, job.can_load_good) == (ImportState.CHECKED, False, False)
    assert job.result["file_errors"]


def test_the_same_key_is_the_same_file(town: Municipality) -> None:
    key = uuid.uuid4()
    assert leave(key=key).pk == leave(key=key).pk


def test_a_worker_that_died_leaves_nothing_and_the_next_begins_anew(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = leave()
    jobs.run_due(now=NOW)
    jobs.ask_to_load(job=fresh(job), good_rows_only=False, by=Somebody(), now=NOW)

    def dies(*args: Any) -> None:
        raise SystemExit  # as a kill does: nothing after it is run

    with monkeypatch.context() as patch:
        patch.setattr(runner, "_keep", dies)
        with pytest.raises(SystemExit):
            jobs.run_due(now=NOW)
    assert not Building.objects.exists()
    assert not ImportedFile.objects.exists()
    assert not jobs.run_due(now=NOW + timedelta(minutes=1)), "the claim holds for a while"
    assert jobs.run_due(now=NOW + jobs.LEASE + timedelta(minutes=1))
    assert (fresh(job).state, Building.objects.count()) == (ImportState.LOADED, 2)


def test_a_file_that_kills_its_worker_again_and_again_is_told(town: Municipality) -> None:
    job = leave()
    ImportJob.objects.filter(pk=job.pk).update(n_tries=jobs.MAX_TRIES)
    jobs.run_due(now=NOW)
    assert (fresh(job).state, "Dela upp" in fresh(job).fault) == (ImportState.FAILED, True)


def test_a_fault_of_ours_is_told_without_a_trace(town: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    job = leave()

    def breaks(*args: Any) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("samsyn.places.importers.buildings.BuildingImporter.load", breaks)
    jobs.run_due(now=NOW)
    assert fresh(job).state == ImportState.FAILED
    assert "secret" not in fresh(job).fault


def test_one_that_waits_is_cancelled_at_once(town: Municipality) -> None:
    job = leave()
    jobs.cancel(job=job, by=Somebody(), now=NOW)
    assert fresh(job).state == ImportState.CANCELLED
    assert not jobs.run_due(now=NOW)


def test_one_under_way_stops_at_its_next_word(town: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    job = leave(b"id;namn\n" + b"\n".join(b"%d;Hus" % n for n in range(3000)))
    monkeypatch.setattr(jobs, "_TOLD_EVERY_S", 0.0)
    heard: list[datetime] = []

    def alive(at: datetime) -> None:
        heard.append(at)
        jobs.cancel(job=fresh(job), by=Somebody(), now=NOW)

    jobs.run(fresh(job), now=NOW, alive=alive)
    assert (fresh(job).state, len(heard)) == (ImportState.CANCELLED, 1)
    assert fresh(job).n_rows_read == 1000


def test_storing_cannot_be_stopped(town: Municipality) -> None:
    job = leave()
    ImportJob.objects.filter(pk=job.pk).update(
        claimed_until=NOW + jobs.LEASE, claimed_by="x", phase=ImportPhase.STORING, state=ImportState.LOADING
    )
    with pytest.raises(jobs.TooLate):
        jobs.cancel(job=fresh(job), by=Somebody(), now=NOW)


def test_whoever_lost_the_claim_stores_nothing(town: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    job = leave()
    jobs.run_due(now=NOW)
    jobs.ask_to_load(job=fresh(job), good_rows_only=False, by=Somebody(), now=NOW)
    load = runner._keep

    def slow(*args: Any) -> None:
        ImportJob.objects.filter(pk=job.pk).update(claimed_by="another")
        load(*args)

    monkeypatch.setattr(runner, "_keep", slow)
    jobs.run_due(now=NOW)
    assert not Building.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\mapp\\hus.csv", "hus.csv"),
        ("../../etc/passwd", "passwd"),
        ("Åkes hus (2).xlsx", "Åkes hus (2).xlsx"),
        ("a\u202egpj.csv", "a_gpj.csv"),
        ("a\nb", "a_b"),
        ("", "fil"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_files_name_is_shown_as_text(town: Municipality, name: str, shown: str) -> None:
    assert leave(name=name).name == shown


def test_a_file_that_is_too_large_leaves_nothing(town: Municipality) -> None:
    from django.conf import settings

    with pytest.raises(Exception, match="20 megabyte"):
        leave(b"x" * 1_000_000 for _n in range(21))
    assert not ImportJob.objects.exists()
    assert not [f for f in (settings.MEDIA_ROOT / "uploads").iterdir() if f.name.endswith(".part")]


def test_what_was_never_read_in_goes_after_a_month(town: Municipality) -> None:
    job = leave()
    jobs.run_due(now=NOW)
    assert jobs.forget(now=NOW + timedelta(days=29)) == 0
    assert jobs.forget(now=NOW + timedelta(days=31)) == 1
    assert fresh(job).state == ImportState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_two_workers_read_a_file_in_once() -> None:
    Municipality.objects.create(code="1488", name="Trollhättan", slug="t", official_name="T")
    job = leave()
    jobs.run_due(now=NOW)
    jobs.ask_to_load(job=fresh(job), good_rows_only=False, by=Somebody(), now=NOW)
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        # In memory there is one connection's database only: the claim is tried one after the other.
        jobs.run_due(now=NOW)
        jobs.run_due(now=NOW)
    else:

        def work() -> None:
            jobs.run_due(now=NOW)
            connection.close()

        workers = [threading.Thread(target=work) for _n in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert (fresh(job).state, ImportedFile.objects.count()) == (ImportState.LOADED, 1)
