"""The real thing for the journeys: the demo town, loaded and served by the console script on a free port."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_WITHIN_S = 60.0


@dataclass
class Site:
    """A served demo town: its address, its data folder and its process."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Return what the server has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """
        Stop the server as Ctrl+C would, and wait until it is gone.

        :raises AssertionError: it had stopped by itself
        """
        code = self.process.poll()
        assert code is None, f"The site stopped by itself with {code}:\n{self.said()}"
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def environment(data: Path) -> dict[str, str]:
    """Return an environment as on a newcomer's machine: no settings, key or database from the test run."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SAMSYN_") and name not in {"DATABASE_URL", "HOST", "PORT"}
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "samsyn.config.settings.dev",
        "SAMSYN_DATA": str(data),
        "PYTHONFAULTHANDLER": "1",  # a crash in a library leaves a trace in the log
    }


def samsyn(*arguments: str, data: Path) -> str:
    """Run the console script on a data folder and return what it prints; fail with its words."""
    command = [sys.executable, "-m", "samsyn", *arguments]
    done = subprocess.run(command, env=environment(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"samsyn {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def loaded_demo(folder: Path) -> Path:
    """Return a data folder with the demo town in it, loaded by the first process that comes."""
    data = folder / "demo"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "demo.loaded"
        if not done.exists():
            samsyn("demo", "--load-only", data=data)
            done.touch()
    return data


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def serve(demo: Path, data: Path, **settings: str) -> Site:
    """
    Copy a loaded demo town to `data`, serve it, and return when it answers that it is well.

    `settings` are more variables of the environment.
    """
    shutil.copytree(demo, data)
    return serve_here(data, **settings)


def serve_here(data: Path, **settings: str) -> Site:
    """Serve what is in a data folder, and return when it answers that it is well; `settings` as for `serve`."""
    port = _free_port()
    log = data / "server.log"
    its_environment = {**environment(data), "PORT": str(port), **settings}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "samsyn", "serve"], env=its_environment, stdout=out, stderr=subprocess.STDOUT
        )
    site = Site(url=f"http://localhost:{port}", data=data, process=process, log=log)
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{site.url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return site
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    site.stop()
    raise AssertionError(f"The site was not well within {START_WITHIN_S} s:\n{site.said()}")
