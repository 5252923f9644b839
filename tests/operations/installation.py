"""One installation of Samsyn, run by the console script as an administrator runs it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

START_WITHIN_S = 60.0
DATABASE = "samsyn_test_installation_"


def create_database(server: str, *, like: str = "") -> str:
    """Create a database with a name of its own, empty or `like` another's address, and return its address."""
    name = DATABASE + secrets.token_hex(6)
    pattern = urlsplit(like).path.lstrip("/") or "template1"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(pattern))
        )
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop_database(server: str, url: str) -> None:
    """Remove a database that `create_database` made."""
    name = urlsplit(url).path.lstrip("/")
    assert name.startswith(DATABASE)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port() -> int:
    """Return a port that nothing listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Installation:
    """A data folder, and the address of its database; empty for SQLite in the folder."""

    data: Path
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    source: Path | None = None
    """Where the code is, if it is another version than the one under test."""

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file in the folder."""
        return not self.database_url

    @property
    def sqlite_file(self) -> Path:
        """The database, on SQLite."""
        return self.data / "samsyn.sqlite3"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return an environment in which nothing of the test run's own settings is left."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SAMSYN_")
            and name not in {"DATABASE_URL", "HOST", "PORT", "DJANGO_SETTINGS_MODULE"}
        }
        given = {
            "SAMSYN_DATA": str(self.data),
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **({"PYTHONPATH": str(self.source / "src")} if self.source else {}),
        }
        return {**kept, **given, **self.settings, **(extra or {})}

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run the console script and return what became of it."""
        return subprocess.run(
            [sys.executable, "-m", "samsyn", *arguments],
            env=self.environment(extra),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.data,
        )

    def succeed(self, *arguments: str, **extra: str) -> str:
        """Run the console script, and fail with its words if it does not succeed."""
        done = self.run(*arguments, **extra)
        assert done.returncode == 0, f"samsyn {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def python(self, program: str) -> str:
        """Run a program with Django set up on this installation; return what it prints."""
        head = (
            "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'samsyn.config.settings.dev')\n"
            "import django; django.setup()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", head + program],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.data,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def serve(
        self, *, wait: bool = True, before: Callable[[], None] | None = None, port: int | None = None, **extra: str
    ) -> Server:
        """Start the website, and return when it answers; `before` runs in the new process before the program."""
        port = port or free_port()
        log = self.data / f"server-{port}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "samsyn", "serve"],
                env=self.environment({"PORT": str(port), **extra}),
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                preexec_fn=before,  # noqa: PLW1509 - it only sets a limit of the new process
            )
        server = Server(f"http://localhost:{port}", process, log)
        if wait:
            server.wait()
        return server


@dataclass
class Server:
    """A website that is being served."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Return what it has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/konto/logga-in/", timeout=10):
                    return
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError(f"The site did not answer within {START_WITHIN_S} s:\n{self.said()}")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop it as an administrator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
