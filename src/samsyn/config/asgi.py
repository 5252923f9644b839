"""ASGI entry: the Django site behind WSGI threads, and the server's start and stop."""

import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samsyn.config.settings.dev")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from samsyn.config import body
from samsyn.config.body import Receive, Scope, Send

# Sync views behind Django's own ASGI handler hop threads at every middleware; this is several times faster.
_site = WSGIMiddleware(get_wsgi_application(), workers=4)  # type: ignore[arg-type]  # PEP 3333 has no types
_stop = threading.Event()


def _start_worker() -> None:
    from samsyn.core import worker

    threading.Thread(target=worker.run, args=(_stop,), name="samsyn-worker", daemon=True).start()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the server's life-cycle messages here, and give requests to the site."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if os.environ.get("SAMSYN_WORKER_IN_PROCESS", "1") == "1":
                    _start_worker()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                _stop.set()
                await send({"type": "lifespan.shutdown.complete"})
                return
    if scope["type"] == "http":
        try:
            receive = await body.read_ahead(scope, receive)
        except body.Refused as refusal:
            await body.refuse(send, refusal)
            return
    await _site(scope, receive, send)  # type: ignore[arg-type]  # a2wsgi has its own names for the same shapes
