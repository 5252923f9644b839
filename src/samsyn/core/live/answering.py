"""
The stream that a browser holds open, `/live/<topic>`: server-sent events, beside Django and not in its threads.

Who is asking is read from the session cookie, as Django does it, and whether they may listen is asked once, in a
thread. The stream ends by itself after some minutes and the browser comes back, so that it is asked again: a closed
account or a lost role is out within `LIFE_S`, and all it could see until then are ids.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from samsyn.core.live import registry, watching
from samsyn.core.live.hub import Dropped, Full, Hub
from samsyn.core.live.watching import Event

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PREFIX = "/live/"
HEARTBEAT_S = 15.0
LIFE_S = 300.0
RETRY_MS = 2000
MAX_REPLAY = 100
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would otherwise hold events back
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope.get("headers", [])}


def _session_key(headers: dict[str, str]) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


def owner_if_allowed(topic: str, session_key: str, client: str) -> str | None:
    """Return on whose behalf a stream is held, or None when they may not listen. Asks the database."""
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
        user = auth.get_user(request)
        if not registry.may_listen(user, topic):
            return None
        return f"user:{user.pk}" if user.is_authenticated else f"from:{client}"
    finally:
        close_old_connections()


def _replay(topic: str, last: int) -> tuple[list[Event], bool]:
    """Return what was missed after an event, and whether that is all of it."""
    try:
        if not watching.was_kept(last):
            return [], False
        missed = watching.events_after(last, topic=topic, limit=MAX_REPLAY + 1)
        return missed[:MAX_REPLAY], len(missed) <= MAX_REPLAY
    finally:
        close_old_connections()


def _as_text(event: Event) -> bytes:
    data = json.dumps({"topic": event.topic, "data": event.data}, ensure_ascii=False)
    return f"id: {event.id}\nevent: change\ndata: {data}\n\n".encode()


def _is_our_host(host: str) -> bool:
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


class Streams:
    """Answers the live streams of one process."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()
        # Few, and apart from the site's: a rush of browsers that come back must not take the pages' threads.
        self._asking = ThreadPoolExecutor(2, thread_name_prefix="samsyn-live-asks")

    async def _ask(self, question: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._asking, question, *arguments)

    def stop(self) -> None:
        """Let everybody go."""
        self.hub.stop()
        self._asking.shutdown(wait=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one browser for as long as it stays. That the server stops in the middle of it is normal."""
        try:
            await self._answer(scope, receive, send)
        except asyncio.CancelledError:
            return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, topic = _headers(scope), scope["path"].removeprefix(PREFIX)
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        client = str((scope.get("client") or ("",))[0])
        try:
            # In a thread: where each town has its own host names, they are asked of the database.
            if not await self._ask(_is_our_host, headers.get("host", "")):
                return await _refuse(send, 400)
            owner = await self._ask(owner_if_allowed, topic, _session_key(headers), client)
            if owner is None:
                return await _refuse(send, 404)
            await self.hub.ready()
        except (DatabaseError, TimeoutError):
            return await _refuse(send, 503)
        try:
            with self.hub.listening(topic, owner) as listener:
                leaving = asyncio.ensure_future(_when_gone(receive, listener.drop))
                try:
                    await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
                    await _write(send, f"retry: {RETRY_MS}\n\n".encode())
                    told = await self._catch_up(send, topic, headers.get("last-event-id", ""))
                    end = asyncio.get_running_loop().time() + LIFE_S
                    while asyncio.get_running_loop().time() < end:
                        event = await listener.next(HEARTBEAT_S)
                        if event is None:
                            await _write(send, b": kvar\n\n")
                        elif event.id not in told:
                            await _write(send, _as_text(event))
                except Dropped:
                    pass
                finally:
                    leaving.cancel()
            await send({"type": "http.response.body", "body": b""})
        except Full:
            await _refuse(send, 429)
        return None

    async def _catch_up(self, send: Send, topic: str, last_event_id: str) -> set[int]:
        """Send what a browser that comes back has missed, and return which; tell it to look anew if that is unknown."""
        if not (last_event_id.isdecimal() and len(last_event_id) < 19):
            return set()
        try:
            missed, is_whole = await self._ask(_replay, topic, int(last_event_id))
        except DatabaseError:
            missed, is_whole = [], False
        if not is_whole:
            await _write(send, b"event: reset\ndata: {}\n\n")
        for event in missed:
            await _write(send, _as_text(event))
        return {event.id for event in missed}


async def _when_gone(receive: Receive, then: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    then()


async def _write(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status in {429, 503}:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


