"""
Prove that a newcomer's `make demo` answers: in a fresh clone, with data of its own, on a free port.

Then it is started a second time: that must be quick, and every row must be as it was. Needs only Python's
own library, since it runs before the project is installed.
"""

import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "scripts" / "demo_pages.txt"
FIRST_START_S = 600
SECOND_START_S = 20
# These change by the site's being up, not by what people do.
LIVING_TABLES = {"core_heartbeat", "core_ratecount", "core_scheduledjob", "django_session"}


class NotProven(Exception):
    """The demo did not do what the README promises."""


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def get(url: str) -> tuple[int, str]:
    """Return the status and the text of a page; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode("utf-8", errors="replace")
    except urllib.error.HTTPError as fault:
        return fault.code, ""
    except OSError:
        return 0, ""


class Demo:
    """A running `make demo`."""

    def __init__(self, clone: Path, data: Path, log: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SAMSYN_", "MAKE", "MFLAGS"))
        }
        kept.pop("DATABASE_URL", None)
        environment = {**kept, "PORT": str(port), "SAMSYN_DATA": str(data)}
        with log.open("wb") as out:
            # A session of its own, so that what make has started can be stopped with it.
            self.process = subprocess.Popen(
                ["make", "demo", f"PYTHON={sys.executable}"],
                cwd=clone,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """Return what the demo has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, seconds: float) -> float:
        """Return how long it took until the demo said that it is well."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                raise NotProven(f"make demo stopped by itself:\n{self.said()}")
            if get(f"{self.url}/healthz")[0] == 200:
                return time.monotonic() - started
            time.sleep(0.2)
        raise NotProven(f"make demo did not answer within {seconds} s:\n{self.said()}")

    def stop(self) -> None:
        """Stop as Ctrl+C would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def check_pages(demo: Demo) -> int:
    """Ask for every listed page in both languages, and return how many there were."""
    lines = [
        line for line in PAGES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    faults = []
    for line in lines:
        path, text = (part.strip() for part in line.split("|"))
        for address, wanted in ((path, text), (f"/en{path}", '<html lang="en"')):
            status, page = get(demo.url + address)
            if status != 200 or wanted not in page:
                faults.append(f"{address}: {status}" + ("" if wanted in page else f", without ”{wanted}”"))
    if faults:
        raise NotProven("\n".join(faults))
    return 2 * len(lines)


def rows(data: Path) -> dict[str, str]:
    """Return each table's checksum over all its rows."""
    with closing(sqlite3.connect(data / "samsyn.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: hashlib.sha256(
                repr(sorted(map(repr, database.execute(f'SELECT * FROM "{table}"')))).encode()
            ).hexdigest()
            for table in tables
            if table not in LIVING_TABLES
        }


def prove(folder: Path) -> None:
    """Clone, start, look, stop, start again, compare."""
    clone, data = folder / "clone", folder / "data"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    demo = Demo(clone, data, folder / "first.log")
    try:
        took = demo.wait(FIRST_START_S)
        n_pages = check_pages(demo)
        if "Logga in med lösenordet" not in demo.said():
            raise NotProven(f"make demo does not print the sign-ins:\n{demo.said()}")
    finally:
        demo.stop()
    print(f"En ny klons make demo svarade efter {took:.0f} s; {n_pages} sidor är som de ska.")

    before = rows(data)
    demo = Demo(clone, data, folder / "second.log")
    try:
        took = demo.wait(SECOND_START_S)
        check_pages(demo)
    finally:
        demo.stop()
    changed = sorted(table for table, found in rows(data).items() if before.get(table) != found)
    if changed:
        raise NotProven(f"The second make demo changed {', '.join(changed)}:\n{demo.said()}")
    print(f"Andra gången svarade den efter {took:.1f} s, med varje rad kvar i {len(before)} tabeller.")


def main() -> int:
    """Prove it, or say in plain words what failed."""
    with tempfile.TemporaryDirectory(prefix="samsyn-demo-") as folder:
        try:
            prove(Path(folder))
        except (NotProven, subprocess.CalledProcessError) as fault:
            print(f"make demo håller inte vad README lovar:\n{fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
