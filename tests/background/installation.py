"""A whole installation in a folder and a database of its own, for tests in which several real processes meet."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

WITHIN_S = 90.0  # a laden machine starts a process slowly
# As `samsyn setup`, but for the static files: gathering and compressing them takes the longest, and no test needs them.
SET_UP = """
from django.core.management import call_command
from samsyn.organisations import services
call_command("migrate", verbosity=0, interactive=False)
services.set_up_municipality(code="1488", name="Trollhättan")
"""
START = "import django; django.setup(); from django.utils import translation; translation.activate('sv')\n"


def eventually(what: Callable[[], Any], *, within_s: float = WITHIN_S, every_s: float = 0.05) -> Any:
    """Return what `what` gives as soon as that is true; fail when it never is."""
    last = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < last, f"It did not come about within {within_s} s"
        time.sleep(every_s)
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Installation:
    """Its folder, its environment, and the processes that were started in it."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def python(self, code: str, *arguments: str, **more: str) -> Any:
        """Run code with Django set up, and return what it prints as JSON."""
        done = self._start(code, *arguments, **more)
        said, faults = done.communicate(timeout=300)
        assert done.returncode == 0, faults
        return json.loads(said) if said.strip() else None

    def start(self, code: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start code in a process of its own."""
        process = self._start(code, *arguments, **more)
        self.processes.append(process)
        return process

    def _start(self, code: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", START + textwrap.dedent(code), *arguments],
            env={**self.environment, **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def samsyn(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command of the console script."""
        log = (self.folder / f"{arguments[0]}-{len(self.processes)}.log").open("w")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "samsyn", *arguments],
                env={**self.environment, **more},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.processes.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        self.processes.clear()


def _database_url(database: str) -> str:
    given = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(given._replace(path=f"/{database}"))


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
        line.execute(statement.encode())


def on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Make an installation with Trollhättan in it, on the database that the suite runs on; it goes afterwards."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SAMSYN_", "DJANGO_")) and name not in {"DATABASE_URL", "HOST", "PORT"}
    }
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "samsyn.config.settings.dev",
        "SAMSYN_DATA": str(folder),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    database = f"samsyn_{secrets.token_hex(6)}"
    if on_postgresql():
        _on_server(f"CREATE DATABASE {database}")
        environment["DATABASE_URL"] = _database_url(database)
    made = Installation(folder, environment)
    try:
        made.python(SET_UP)
        yield made
    finally:
        made.stop()
        if on_postgresql():
            _on_server(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
