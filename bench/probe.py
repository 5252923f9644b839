"""
One site in a process of its own, asked for pages through its whole WSGI handler.

    python -m bench.probe town          Samsyn, with its data in SAMSYN_DATA
    python -m bench.probe bare FOLDER   the bare site

Each line on standard input is `{"path", "cookie", "n"}`; each answer is `{"status", "bytes", "n_queries",
"cpu_ms"}`. `cpu_ms` is the CPU time of the process, user and system, for one of n requests in a row. SQLite
works within the process, so the database's share is in it. Server and network are not: `bench.serving`
measures them.
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

Answer = dict[str, Any]


class Site:
    """A WSGI application, and the database it asks."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application = get_wsgi_application()

    def get(self, path: str, cookie: str) -> tuple[str, int]:
        """Ask for a page as a server would; return status and number of bytes."""
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        name, _, query = path.partition("?")
        environ |= {"PATH_INFO": name, "QUERY_STRING": query, "wsgi.input": io.BytesIO()}
        environ |= {"HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "sv-SE,sv;q=0.9,en;q=0.8"}
        if cookie:
            environ["HTTP_COOKIE"] = cookie
        status = ""

        def start_response(said: str, *_: Any) -> Any:
            nonlocal status
            status = said

        response = self.application(environ, start_response)
        try:
            return status, sum(len(part) for part in response)
        finally:
            # Closing tells Django that the request is over.
            if hasattr(response, "close"):
                response.close()

    def answer(self, path: str, cookie: str, n: int) -> Answer:
        """Ask once counting the queries, then n times counting the CPU time."""
        from django.db import connection

        n_queries = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal n_queries
            n_queries += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            status, n_bytes = self.get(path, cookie)
        started = time.process_time()
        for _ in range(n):
            self.get(path, cookie)
        cpu_ms = 1000 * (time.process_time() - started) / n
        return {"status": status, "bytes": n_bytes, "n_queries": n_queries, "cpu_ms": cpu_ms}


def main() -> None:
    """Answer until standard input ends."""
    if sys.argv[1] == "bare":
        from bench import bare

        bare.set_up(Path(sys.argv[2]))
    site = Site()
    for line in sys.stdin:
        print(json.dumps(site.answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
