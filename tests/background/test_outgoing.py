"""What leaves this installation over HTTP goes one way, to listed hosts, and never inwards."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core import outgoing
from samsyn.core.carriers import NotSent, Refused, TryLater, Unreachable, carriers
from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage
from samsyn.core.outgoing import NoAnswer, NotAllowedOut, request
from samsyn.core.tests.messages import NOW
from tests.background.mail_server import certificate, context_of, saying, silent_server

Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def web_server(answer: Answering, context: ssl.SSLContext | None = None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def inside(port: int, host: str = "localhost") -> Iterator[str]:
    """Let a port of this machine be asked."""
    with override_settings(OUTGOING_INSIDE=[f"{host}:{port}"]):
        yield f"http://{host}:{port}"


def _says(status: int, body: bytes = b"", **headers: str) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that is tried; none may be."""
    tried: list[Any] = []

    def create_connection(address: Any, **_: Any) -> Any:
        tried.append(address)
        raise OSError("not in this test")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    return tried


def test_a_listed_host_of_ones_own_is_asked_and_answers() -> None:
    with web_server(_says(201, "Tack å".encode(), **{"X-Extra": "1"})) as port, inside(port) as url:
        answer = request("POST", f"{url}/a?b=c", body=b"x")
    assert (answer.status, answer.body.decode()) == (201, "Tack å")
    assert answer.headers["X-Extra"] == "1"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://api.46elks.com/a1/sms",
        "https://api.46elks.com.example.org/",
        "https://api.46elks.com@example.org/",
        "https://user:pass@api.46elks.com/",
        "https://api.46elks.com:99999/",
        "ftp://api.46elks.com/",
        "file:///etc/passwd",
        "//api.46elks.com/",
        "https:///",
        "gopher://127.0.0.1/",
    ],
)
def test_what_is_not_listed_is_never_asked(url: str, called: list[Any]) -> None:
    with pytest.raises(NotAllowedOut):
        request("GET", url)
    assert not called


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_listed_name_that_leads_inwards_is_refused(
    address: str, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(NotAllowedOut, match="private"):
        request("GET", "https://api.46elks.com/")
    assert not called


def test_the_connection_goes_to_the_address_that_was_looked_at(
    called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([[(2, 1, 6, "", ("8.8.8.8", 443))], [(2, 1, 6, "", ("127.0.0.1", 443))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
    with pytest.raises(NoAnswer):
        request("GET", "https://api.46elks.com/")
    assert called == [("8.8.8.8", 443)]


@given(st.ip_addresses(v=4))
def test_no_private_address_passes_in_any_dress(address: Any) -> None:
    assert outgoing.is_public(f"::ffff:{address}") == outgoing.is_public(str(address))
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not outgoing.is_public(str(address))


def test_only_that_port_of_ones_own_host_is_open() -> None:
    with web_server(_says(200)) as port, inside(port + 1 if port < 65535 else port - 1), pytest.raises(NotAllowedOut):
        request("GET", f"http://localhost:{port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    seen: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        _says(status, Location="/annan")(handler)

    with web_server(answer) as port, inside(port) as url, pytest.raises(NotAllowedOut, match="leads on"):
        request("GET", f"{url}/")
    assert seen == ["/"]


def test_too_long_an_answer_is_not_read() -> None:
    with web_server(_says(200, b"x" * 2000)) as port, inside(port) as url:
        with pytest.raises(NoAnswer, match="too much"):
            request("GET", url, max_bytes=1999)
        assert len(request("GET", url, max_bytes=2000).body) == 2000


def test_half_an_answer_is_none() -> None:
    half = _says(200, b"halv", **{"Content-Length": "10"})
    with web_server(half) as port, inside(port) as url, pytest.raises(NoAnswer):
        request("GET", url)


def test_one_who_sends_a_byte_now_and_then_is_cut_off() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b".")
                time.sleep(0.02)
        except OSError:
            return

    started = time.monotonic()
    with web_server(answer) as port, inside(port) as url, pytest.raises(NoAnswer):
        request("GET", url, timeout_s=0.3)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("said", [b"", b"220 mail.example.se ESMTP\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_silence_and_nonsense_are_no_answer(said: bytes) -> None:
    with saying(said) as port, inside(port) as url, pytest.raises(NoAnswer):
        request("GET", url, timeout_s=0.2)


def test_nobody_there_is_no_answer() -> None:
    with silent_server() as port:
        pass
    with inside(port) as url, pytest.raises(NoAnswer):
        request("GET", url)


def test_https_holds_only_with_a_certificate_for_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path)
    with web_server(_says(200, b"hej"), context_of(*made)) as port:
        address = f"https://localhost:{port}/"
        with override_settings(OUTGOING_INSIDE=[f"localhost:{port}", f"127.0.0.1:{port}"]):
            with pytest.raises(NoAnswer):
                request("GET", address)
            monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
            assert request("GET", address).body == b"hej"
            with pytest.raises(NoAnswer):
                request("GET", f"https://127.0.0.1:{port}/")


# --- SMS ------------------------------------------------------------------------------------------------


def sms(**fields: Any) -> OutboxMessage:
    wanted = {"key": "kod:1", "channel": Channel.SMS, "address": "+46701234567", "text": "Hej Åsa & Örjan"}
    return OutboxMessage(**(wanted | {"created_at": NOW} | fields))


@contextmanager
def gateway(status: int, said: list[Any], body: str = '{"status": "created"}', **settings: Any) -> Iterator[None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        said.append((handler.path, handler.headers["Authorization"], parse_qs(handler.rfile.read(length).decode())))
        _says(status, body.encode())(handler)

    with web_server(answer) as port, inside(port) as url:
        wanted = {"ELKS_URL": f"{url}/a1/sms", "ELKS_USER": "u1", "ELKS_PASSWORD": "p1", "SMS_FROM": "TryggStad"}
        with override_settings(**(wanted | settings)):
            yield


def send_sms() -> None:
    with carriers()[Channel.SMS]() as line:
        line.send(sms())


def test_an_sms_is_asked_for_as_the_gateway_documents() -> None:
    said: list[Any] = []
    with gateway(200, said):
        send_sms()
    path, account, form = said[0]
    assert path == "/a1/sms"
    assert account == "Basic dTE6cDE="
    assert form == {"from": ["TryggStad"], "to": ["+46701234567"], "message": ["Hej Åsa & Örjan"]}


def test_a_dry_run_says_so() -> None:
    said: list[Any] = []
    with gateway(200, said, ELKS_DRY_RUN=True):
        send_sms()
    assert said[0][2]["dryrun"] == ["yes"]


@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, Refused), (401, Unreachable), (403, Unreachable), (429, TryLater), (500, TryLater), (503, TryLater)],
)
def test_what_the_gateway_answers_decides_what_becomes_of_the_sms(status: int, fault: type[NotSent]) -> None:
    with gateway(status, [], body=json.dumps({"message": "+46701234567"})), pytest.raises(fault) as said:
        send_sms()
    assert type(said.value) is fault
    assert "+4670" not in str(said.value)


def test_a_gateway_that_is_not_listed_or_not_there_is_unreachable() -> None:
    with override_settings(ELKS_URL="https://example.org/a1/sms", ELKS_USER="u"), pytest.raises(Unreachable):
        send_sms()
    with silent_server() as port:
        pass
    with inside(port) as url, override_settings(ELKS_URL=url, ELKS_USER="u"), pytest.raises(Unreachable):
        send_sms()
