"""ASGI entry: the Django site behind WSGI threads, the live streams beside it, and the server's start and stop."""

import asyncio
import os
import threading
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samsyn.config.settings.dev")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from samsyn.config import body
from samsyn.config.body import Message, Receive, Scope, Send

# Sync views behind Django's own ASGI handler hop threads at every middleware; this is several times faster.
_site = WSGIMiddleware(get_wsgi_application(), workers=4)  # type: ignore[arg-type]  # PEP 3333 has no types

# These have models: Django must be set up first.
from django.db import connection

from samsyn.accounts import sessions
from samsyn.config import readiness
from samsyn.core import metrics, wake
from samsyn.core.live.answering import PREFIX, Streams


class _Process:
    """What runs in this process beside the answers: the worker, the streams, the figures."""

    def __init__(self) -> None:
        self.streams = Streams()
        self._stop = threading.Event()
        self._stop_metrics: Callable[[], None] | None = None

    def start(self) -> str:
        """Start it; return what stands in the way, or nothing."""
        if not readiness.worker_is_here():
            fault = readiness.worker_fault()
            if fault:
                return fault
        else:
            from samsyn.core import worker

            threading.Thread(target=worker.run, args=(self._stop,), name="samsyn-worker", daemon=True).start()
        self._stop_metrics = readiness.serve_metrics()
        return ""

    def stop(self) -> None:
        """Stop it."""
        self._stop.set()
        wake.worker()
        self.streams.stop()
        if self._stop_metrics is not None:
            self._stop_metrics()


_process = _Process()


async def _live(receive: Receive, send: Send) -> None:
    """Answer the server's life-cycle messages."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # In a thread: the database may not be asked in the loop.
            fault = await asyncio.to_thread(_process.start)
            if fault:
                await send({"type": "lifespan.startup.failed", "message": fault})
                return
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            _process.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _is_signed_in(session_key: str) -> bool:
    def ask() -> bool:
        try:
            return sessions.is_somebodys(session_key)
        finally:
            connection.close()  # the thread may never ask again

    return await asyncio.to_thread(ask)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the server's messages and the live streams here, and give other requests to the site."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return

    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            metrics.answered(message["status"])
        await send(message)

    if scope["type"] == "http":
        if scope["path"].startswith(PREFIX):
            await _process.streams(scope, receive, counted)
            return
        try:
            receive = await body.read_ahead(scope, receive, is_signed_in=_is_signed_in)
        except body.Refused as refusal:
            await body.refuse(counted, refusal)
            return
    await _site(scope, receive, counted)  # type: ignore[arg-type]  # a2wsgi has its own names for the same shapes
