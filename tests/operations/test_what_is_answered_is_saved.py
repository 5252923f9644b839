"""What was answered "saved" is there: after kills, on a full disk, behind a lock, and on the disk itself."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.operations import kills
from tests.operations.installation import Installation, Server, free_port

Make = Callable[..., Installation]
N_KILLS = 8
NOT_SAVED = "Inget är sparat"


def test_nothing_answered_is_lost_or_doubled_when_the_server_is_killed(demo: Installation, tmp_path: Path) -> None:
    found = kills.torment(demo, n_kills=N_KILLS, seed=7, outside=tmp_path)
    assert found.n_answered >= N_KILLS
    assert (found.lost, found.doubled, found.is_whole) == ([], [], True)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def send(server: Server, session: str, title: str, *, timeout: float = 60) -> tuple[int, str]:
    """Write an outcome; return the status and the page."""
    fields = {
        "title": title,
        "kind": "PROSE",
        "fulfilment": "MET",
        "fulfilment_basis": "STATED",
        "version": "0",
        "client_key": str(uuid.uuid4()),
        "csrfmiddlewaretoken": kills.CSRF,
    }
    request = urllib.request.Request(
        server.url + kills.ADDRESS,
        data=urllib.parse.urlencode(fields).encode(),
        headers={"Cookie": f"sessionid={session}; csrftoken={kills.CSRF}"},
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read().decode()


def saved(installation: Installation, title: str) -> int:
    return int(
        installation.python(
            "from samsyn.commitments.models import Outcome\n"
            f"print(Outcome.objects.filter(title={title!r}).count())"
        )
    )


def test_a_full_disk_is_never_answered_as_saved(demo: Installation) -> None:
    if not demo.is_sqlite:
        pytest.skip("the disk of a PostgreSQL server is not this program's: its refusal is the same error as a lock's")
    session = demo.python(kills.SIGN_IN).splitlines()[-1]
    # A limit on the size of files stands for the disk: the write-ahead log meets it after some writes.
    limit = demo.sqlite_file.stat().st_size + 400_000

    def fill_up() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    server = demo.serve(before=fill_up)
    answers: dict[str, tuple[int, str]] = {}
    try:
        for number in range(400):
            title = f"Full disk {number}"
            answers[title] = send(server, session, title)
            if answers[title][0] != 302:
                break
    finally:
        server.stop()
    refused = [title for title, (status, _page) in answers.items() if status != 302]
    assert len(refused) == 1
    status, page = answers[refused[0]]
    assert status == 503
    assert NOT_SAVED in page
    assert saved(demo, refused[0]) == 0
    accepted = [title for title in answers if title not in refused]
    assert [saved(demo, title) for title in (accepted[0], accepted[-1])] == [1, 1]
    assert demo.python(kills.INTEGRITY) == "True"


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Hold the database as another program might, writing for longer than anybody waits."""
    if installation.is_sqlite:
        import sqlite3

        holder = sqlite3.connect(installation.sqlite_file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
        holder.close()
    else:
        with psycopg.connect(installation.database_url) as connection:
            connection.execute("LOCK TABLE commitments_outcome IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()


def test_behind_a_lock_nothing_is_answered_as_saved_and_later_it_works(demo: Installation) -> None:
    session = demo.python(kills.SIGN_IN).splitlines()[-1]
    server = demo.serve(SAMSYN_DATABASE_WAIT_S="5")
    try:
        with locked(demo):
            started = time.monotonic()
            status, page = send(server, session, "Bakom ett lås")
            assert time.monotonic() - started < 40
        assert (status, NOT_SAVED in page) == (503, True)
        assert saved(demo, "Bakom ett lås") == 0
        assert send(server, session, "Efter låset")[0] == 302
        assert saved(demo, "Efter låset") == 1
    finally:
        server.stop()


def test_each_answered_write_has_been_synced_to_the_disk(demo: Installation, tmp_path: Path) -> None:
    if not demo.is_sqlite:
        pytest.skip("on PostgreSQL the server syncs, not this program")
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("CI") == "true":
            pytest.fail("strace is missing")
        pytest.skip("strace saknas: installera paketet strace")
    session = demo.python(kills.SIGN_IN).splitlines()[-1]
    trace, port = tmp_path / "syncs", free_port()
    log = demo.data / "traced.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [strace, "-f", "-e", "trace=fsync,fdatasync", "-o", str(trace), sys.executable, "-m", "samsyn", "serve"],
            env=demo.environment({"PORT": str(port), "SAMSYN_WORKER_IN_PROCESS": "0"}),
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=demo.data,
            start_new_session=True,
        )
    server = Server(f"http://localhost:{port}", process, log)
    try:
        server.wait()
        n_writes = 20
        send(server, session, "Uppvärmning")
        before = _n_syncs(trace)
        for number in range(n_writes):
            assert send(server, session, f"Synkad {number}")[0] == 302
        assert _n_syncs(trace) - before >= n_writes
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _n_syncs(trace: Path) -> int:
    return len(re.findall(r"(?:fsync|fdatasync)\(.*= 0", trace.read_text(encoding="utf-8", errors="replace")))


def test_two_writers_at_once_both_succeed(demo: Installation) -> None:
    session = demo.python(kills.SIGN_IN).splitlines()[-1]
    server = demo.serve()
    try:
        answers: list[int] = []
        writers = [
            threading.Thread(target=lambda n=n: answers.append(send(server, session, f"Samtidigt {n}")[0]))
            for n in range(12)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert answers == [302] * 12
        assert sum(saved(demo, f"Samtidigt {n}") for n in (0, 5, 11)) == 3
    finally:
        server.stop()
