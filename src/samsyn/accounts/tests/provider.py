"""
Providers of OpenID Connect on this machine while a test runs: a real one, in a process of its own, and one that lies.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from samsyn.core import clock

START_WITHIN_S = 30.0


@contextmanager
def running() -> Iterator[str]:
    """Run the provider; give its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    issuer = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, "The provider stopped by itself"
                assert time.monotonic() < deadline, "The provider did not start"
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)


def introduce(issuer: str, subject: str, **claims: Any) -> None:
    """Let the provider know a person."""
    request = urllib.request.Request(
        f"{issuer}/users/{subject}",
        data=json.dumps(claims).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 204


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@dataclass
class Liar:
    """A provider whose every answer the test decides. As made, it tells the truth about Alice."""

    issuer: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    signs_with: Any = None
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def answer(self, path: str) -> Any:
        """Return what stands at a path, as JSON can hold it."""
        alice = {"sub": "a", "email": "alice@example.org", "email_verified": True}
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
            }
        if path == "/jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "use": "sig", "alg": "RS256"}]}
        if path == "/userinfo":
            return {**alice, **self.userinfo}
        now = int(clock.now().timestamp())
        said = {**alice, "iss": self.issuer, "aud": "samsyn", "iat": now, "exp": now + 60, **self.claims}
        said = {name: value for name, value in said.items() if value is not None}
        signed = jwt.encode(said, self.signs_with or self.key, algorithm=self.algorithm)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def lying() -> Iterator[Liar]:
    """Run a provider that lies as it is told to."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = liar.raw.get(
                path, (200, {"Content-Type": "application/json"}, b"")
            )
            body = body or json.dumps(liar.answer(path)).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the server calls

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    liar.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
