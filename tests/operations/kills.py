"""
Kill the server again and again under write load, and count what was answered "saved" against what is there.

The suite kills it a few times on each kind of database. `python -m tests.operations.kills --kills 200` does it as many
times as one likes, on SQLite, or on a new database of the server that `DATABASE_URL` names.

Each writer sends an outcome with a key of its own, and sends it again, with the same key, until it is answered. What
has been answered is written to a file outside the installation first of all. In the end each answered key must be
there exactly once, and each unanswered at most once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.operations.installation import Installation, Server, create_database, drop_database, free_port

WRITERS = 4
ADDRESS = "/arbete/dokument/medborgarlofte-2020/synlig-polis/utfall/nytt/"
CSRF = "k" * 32
SIGN_IN = """
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
from django.test import Client
from samsyn.accounts.models import User
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get(email="strateg@example.org"))
print(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
COUNT = """
import json
from samsyn.commitments.models import Outcome
print(json.dumps(list(Outcome.objects.filter(title__startswith="Skrivet under last").values_list("key", flat=True))))
"""
INTEGRITY = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("PRAGMA integrity_check")
    found = [row[0] for row in cursor.fetchall()]
    cursor.execute("PRAGMA foreign_key_check")
    print(found == ["ok"] and not cursor.fetchall())
"""


@dataclass
class Found:
    """What came of it: how many kills and answers, and what was wrong."""

    n_kills: int
    n_sent: int
    n_answered: int
    n_there: int
    lost: list[str]
    doubled: list[str]
    is_whole: bool


class _Writer(threading.Thread):
    """Sends one outcome after another, each until it is answered."""

    def __init__(self, port: int, session: str, acknowledged: Path, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.session, self.acknowledged, self.stop = port, session, acknowledged, stop
        self.sent: list[str] = []
        self.faults: list[str] = []

    def run(self) -> None:
        with self.acknowledged.open("a", encoding="utf-8") as log:
            while not self.stop.is_set():
                key = uuid.uuid4()
                self.sent.append(key.hex)
                while not self.stop.is_set():
                    if self._send(key):
                        log.write(key.hex + "\n")
                        log.flush()
                        os.fsync(log.fileno())
                        break

    def _send(self, key: uuid.UUID) -> bool:
        fields = {
            "title": f"Skrivet under last {key.hex[:8]}",
            "kind": "PROSE",
            "fulfilment": "MET",
            "fulfilment_basis": "STATED",
            "version": "0",
            "client_key": str(key),
            "csrfmiddlewaretoken": CSRF,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "Host": f"localhost:{self.port}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", ADDRESS, urllib.parse.urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)  # killed, or not up again yet: the same key once more
            return False
        finally:
            connection.close()
        location = answer.getheader("Location") or ""
        if answer.status == 302 and "logga-in" not in location:
            return True
        if answer.status < 500:
            self.faults.append(f"{answer.status} {location}")
            self.stop.set()
        return False


def torment(installation: Installation, *, n_kills: int, seed: int, outside: Path) -> Found:
    """Serve an installation with the demo town in it, kill the server `n_kills` times, and tell what came of it."""
    rng = random.Random(seed)
    session = installation.python(SIGN_IN).splitlines()[-1]
    acknowledged, port, stop = outside / "answered.log", free_port(), threading.Event()
    acknowledged.touch()
    server: Server = installation.serve(port=port)
    writers = [_Writer(port, session, acknowledged, stop) for _number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _kill in range(n_kills):
        answered = acknowledged.stat().st_size
        deadline = time.monotonic() + 60
        # At least one write must have come through, or the kill would prove nothing.
        while acknowledged.stat().st_size == answered and time.monotonic() < deadline and not stop.is_set():
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.3))
        server.kill()
        server = installation.serve(port=port, wait=False)
    server.wait()
    stop.set()
    for writer in writers:
        writer.join(timeout=60)
    server.stop()
    assert not any(writer.faults for writer in writers), [writer.faults for writer in writers]
    there = json.loads(installation.python(COUNT))
    stored = [key.removeprefix("utfall-") for key in there]
    answers = acknowledged.read_text(encoding="utf-8").split()
    sent = [key for writer in writers for key in writer.sent]
    return Found(
        n_kills=n_kills,
        n_sent=len(sent),
        n_answered=len(answers),
        n_there=len(stored),
        lost=sorted(set(answers) - set(stored)),
        doubled=sorted(key for key in set(stored) if stored.count(key) > 1) + sorted(set(stored) - set(sent)),
        is_whole=installation.python(INTEGRITY) == "True" if installation.is_sqlite else True,
    )


def main() -> int:
    """Torment a new installation as many times as was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.operations.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    server = os.environ.get("DATABASE_URL", "")
    url = create_database(server) if server else ""
    try:
        with tempfile.TemporaryDirectory(prefix="samsyn-kills-") as folder:
            data = Path(folder) / "data"
            data.mkdir()
            installation = Installation(data, url)
            installation.succeed("demo", "--load-only")
            found = torment(installation, n_kills=args.kills, seed=args.seed, outside=Path(folder))
    finally:
        if url:
            drop_database(server, url)
    print(found)
    return int(bool(found.lost or found.doubled or not found.is_whole))


if __name__ == "__main__":
    sys.exit(main())
