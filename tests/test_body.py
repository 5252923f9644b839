"""A visitor who never sends the body that was announced must not hold one of the site's few threads."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from samsyn.config.body import Message, Receive, Refused, read_ahead, refuse


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    # In a thread: a browser's driver may keep a loop of its own running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _sending(*messages: Message) -> Receive:
    waiting = list(messages)

    async def receive() -> Message:
        if not waiting:
            await asyncio.sleep(3600)
        return waiting.pop(0)

    return receive


def _part(content: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_whole_body_is_given_on_as_it_came() -> None:
    async def run() -> list[Message]:
        receive = await read_ahead({"headers": []}, _sending(_part(b"a", more=True), _part(b"b", more=False)))
        return [await receive(), await receive()]

    assert [message["body"] for message in _run(run())] == [b"a", b"b"]


def test_a_body_that_never_comes_is_refused_when_the_time_is_out() -> None:
    with pytest.raises(Refused) as refused:
        _run(read_ahead({"headers": []}, _sending(_part(b"a", more=True)), deadline_s=0.01))
    assert refused.value.status == 408


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([(b"content-length", b"11")], []),
        ([], [_part(b"12345678901", more=True)]),
        ([(b"content-length", b"1")], [_part(b"123456", more=True), _part(b"789012", more=True)]),
    ],
    ids=["announced", "sent at once", "sent in parts, whatever was announced"],
)
def test_a_body_that_is_too_large_is_refused(headers: Any, messages: list[Message]) -> None:
    with pytest.raises(Refused) as refused:
        _run(read_ahead({"headers": headers}, _sending(*messages), max_bytes=10))
    assert refused.value.status == 413


def test_the_refusal_is_a_swedish_sentence_and_closes() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    _run(refuse(send, Refused(408, "Försök igen.")))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert sent[1]["body"].decode() == "Försök igen."
