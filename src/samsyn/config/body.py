"""
Reads a request's body before a thread is given to it.

The site has few threads. A visitor who announces a body and never sends it would hold one of them for ever, and four
such visitors the whole site. So the body is read here, where waiting costs nothing, within a time and a size.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BYTES = 2_000_000
DEADLINE_S = 10.0
# Where staff leave files and pictures; anywhere else, and for those who are not signed in, the small limit holds.
UPLOADS = re.compile(r"/(?:[a-z0-9-]+/)?(?:en/)?arbete/(?:filer|observationer/ny)/")
UPLOAD_BYTES = 20_200_000
"""The largest file that is read in, and the form around it."""
UPLOAD_DEADLINE_S = 120.0
MAX_UPLOADS = 4
_IN_MEMORY_BYTES = 1_000_000
_PART_BYTES = 256_000
_SESSION = re.compile(rb"(?:^|;\s*)(?:__Host-session|sessionid)=(\w+)")


class Refused(Exception):
    """A body that is too large or too slow; carries the HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


TOO_LARGE = "Det du skickade är för stort. Skicka mindre åt gången."
TOO_MANY = "Flera stora filer tas emot just nu. Vänta en stund och försök igen."
TOO_SLOW = "Det tog för lång tid att ta emot det du skickade. Kontrollera uppkopplingen och försök igen."


def _announced(scope: Scope) -> int:
    """Return the length that the request says it has; 0 when it says none or something else than a number."""
    for name, value in scope.get("headers", []):
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


class _Spool:
    """A body that is read: what is small lies in memory, what is large in a file without a name."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed when it is given on
        self.size = 0
        self.end: Message | None = None

    async def fill(self, receive: Receive, max_bytes: int) -> None:
        while True:
            message = await receive()
            if message["type"] != "http.request":
                self.end = message
                return
            part = message.get("body", b"")
            self.size += len(part)
            if self.size > max_bytes:
                raise Refused(413, TOO_LARGE)
            self.file.write(part)
            if not message.get("more_body", False):
                return

    def parts(self) -> Iterator[Message]:
        self.file.seek(0)
        left = self.size
        while True:
            part = self.file.read(_PART_BYTES)
            left -= len(part)
            if left <= 0:
                self.file.close()
            yield {"type": "http.request", "body": part, "more_body": left > 0 or self.end is not None}
            if left <= 0:
                return


def _session_of_upload(scope: Scope) -> str:
    """Return the key of the session with which a file is posted to a page that takes files; empty for all else."""
    if scope.get("method") != "POST" or not UPLOADS.fullmatch(scope.get("path", "")):
        return ""
    found = (_SESSION.search(value) for name, value in scope.get("headers", []) if name == b"cookie")
    return next((match[1].decode() for match in found if match), "")


async def _anybodys(session_key: str) -> bool:
    return True


_uploads = 0


async def read_ahead(
    scope: Scope,
    receive: Receive,
    *,
    max_bytes: int = MAX_BYTES,
    deadline_s: float = DEADLINE_S,
    is_signed_in: Callable[[str], Awaitable[bool]] = _anybodys,
) -> Receive:
    """
    Return a `receive` that gives the body already read, and then what comes after it.

    Pages that take files from staff have a larger limit and more time, a few at once. `is_signed_in` is asked of the
    session's key first: the few places are not for whoever makes up a key.

    :raises Refused: the body is larger than `max_bytes`, or is not all there after `deadline_s` seconds
    """
    global _uploads  # noqa: PLW0603 - counted in the one loop that all requests pass
    session_key = _session_of_upload(scope) if _announced(scope) > max_bytes else ""
    is_upload = bool(session_key) and await is_signed_in(session_key)
    if is_upload:
        max_bytes, deadline_s = UPLOAD_BYTES, UPLOAD_DEADLINE_S
    if _announced(scope) > max_bytes:
        raise Refused(413, TOO_LARGE)
    if is_upload and _uploads >= MAX_UPLOADS:
        raise Refused(503, TOO_MANY)
    _uploads += is_upload
    spool = _Spool()
    try:
        await asyncio.wait_for(spool.fill(receive, max_bytes), deadline_s)
    except TimeoutError:
        spool.file.close()
        raise Refused(408, TOO_SLOW) from None
    except Refused:
        spool.file.close()
        raise
    finally:
        _uploads -= is_upload
    parts = spool.parts()

    async def replay() -> Message:
        for part in parts:
            return part
        if spool.end is not None:
            end, spool.end = spool.end, None
            return end
        return await receive()

    return replay


async def refuse(send: Send, refusal: Refused) -> None:
    """Answer with the sentence, and close: what is left of the body is never read."""
    text = refusal.sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
