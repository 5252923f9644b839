"""
Reads a request's body before a thread is given to it.

The site has few threads. A visitor who announces a body and never sends it would hold one of them for ever, and four
such visitors the whole site. So the body is read here, where waiting costs nothing, within a time and a size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BYTES = 2_000_000
DEADLINE_S = 10.0


class Refused(Exception):
    """A body that is too large or too slow; carries the HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


TOO_LARGE = "Det du skickade är för stort. Skicka mindre åt gången."
TOO_SLOW = "Det tog för lång tid att ta emot det du skickade. Kontrollera uppkopplingen och försök igen."


def _announced(scope: Scope) -> int:
    """Return the length that the request says it has; 0 when it says none or something else than a number."""
    for name, value in scope.get("headers", []):
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _whole(receive: Receive, max_bytes: int) -> list[Message]:
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > max_bytes:
            raise Refused(413, TOO_LARGE)
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


async def read_ahead(
    scope: Scope, receive: Receive, *, max_bytes: int = MAX_BYTES, deadline_s: float = DEADLINE_S
) -> Receive:
    """
    Return a `receive` that gives the body already read, and then what comes after it.

    :raises Refused: the body is larger than `max_bytes`, or is not all there after `deadline_s` seconds
    """
    if _announced(scope) > max_bytes:
        raise Refused(413, TOO_LARGE)
    try:
        messages = await asyncio.wait_for(_whole(receive, max_bytes), deadline_s)
    except TimeoutError:
        raise Refused(408, TOO_SLOW) from None

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

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
