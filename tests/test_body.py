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
    assert _run(_given_on({"headers": []}, _part(b"a", more=True), _part(b"b", more=False))) == b"ab"


async def _given_on(scope: Message, *messages: Message) -> bytes:
    receive, content = await read_ahead(scope, _sending(*messages)), b""
    while True:
        message = await receive()
        content += message["body"]
        if not message["more_body"]:
            return content


def _upload(
    path: str = "/arbete/filer/", *, size: int, cookie: bytes = b"sessionid=abc", method: str = "POST"
) -> Message:
    headers = [(b"content-length", str(size).encode()), (b"cookie", cookie)]
    return {"method": method, "path": path, "headers": headers}


def test_a_signed_in_browser_may_leave_a_large_file_on_the_pages_that_take_them() -> None:
    part = b"x" * 1_000_000
    parts = [_part(part, more=n < 18) for n in range(19)]
    for path in ("/arbete/filer/", "/en/arbete/filer/", "/arbete/observationer/ny/"):
        assert len(_run(_given_on(_upload(path, size=19_000_000), *parts))) == 19_000_000


@pytest.mark.parametrize(
    "scope",
    [
        _upload("/", size=2_000_001),
        _upload("/arbete/filer/x/", size=2_000_001),
        _upload("/arbete/aret/", size=2_000_001),
        _upload(size=2_000_001, cookie=b""),
        _upload(size=2_000_001, cookie=b"csrftoken=abc"),
        _upload(size=2_000_001, method="PUT"),
        _upload(size=21_000_000),
    ],
    ids=["start", "below", "another page", "no cookie", "no session", "no post", "too large even there"],
)
def test_the_larger_limit_opens_nothing_else(scope: Message) -> None:
    with pytest.raises(Refused) as refused:
        _run(read_ahead(scope, _sending()))
    assert refused.value.status == 413


def test_the_larger_limit_is_not_for_a_session_in_which_nobody_is_signed_in() -> None:
    asked: list[str] = []

    async def nobody(session_key: str) -> bool:
        asked.append(session_key)
        return False

    with pytest.raises(Refused) as refused:
        _run(read_ahead(_upload(size=2_000_001), _sending(), is_signed_in=nobody))
    assert (refused.value.status, asked) == (413, ["abc"])


def test_a_large_file_may_not_be_larger_than_it_said() -> None:
    part = _part(b"x" * 1_000_000, more=True)
    with pytest.raises(Refused) as refused:
        _run(read_ahead(_upload(size=3_000_000), _sending(*[part] * 22)))
    assert refused.value.status == 413


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
