"""What a town's own installation refuses to start with, and what every answer of it carries."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

import psutil
import pytest

from tests.operations.installation import Installation

Make = Callable[..., Installation]
GOOD = {"SAMSYN_SECRET_KEY": "n" * 64, "SAMSYN_HOSTS": "trygg.example.org"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SAMSYN_SECRET_KEY": "för kort"}, "SAMSYN_SECRET_KEY"),
        ({"SAMSYN_SECRET_KEY": "demo-only-this-key-is-public-and-refused-in-production"}, "SAMSYN_SECRET_KEY"),
        ({"SAMSYN_HOSTS": ""}, "SAMSYN_HOSTS"),
        ({"SAMSYN_DEBUG": "1"}, "SAMSYN_DEBUG"),
        ({"SAMSYN_DEBUG": "kanske"}, "SAMSYN_DEBUG"),
        ({"SAMSYN_DATABASE_WAIT_S": "länge"}, "SAMSYN_DATABASE_WAIT_S"),
        ({"DATABASE_URL": "mysql://localhost/samsyn"}, "DATABASE_URL"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker", "check"])
def test_it_does_not_start_with_settings_that_are_wrong(
    new_installation: Make, command: str, settings: dict[str, str], sentence: str
) -> None:
    refused = new_installation("town").run(command, **{**GOOD, **settings})
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_the_demo_is_not_loaded_in_production(new_installation: Make) -> None:
    refused = new_installation("town").run("demo", "--load-only", **GOOD)
    assert refused.returncode == 1
    assert "Demon kan inte laddas" in refused.stderr


@dataclass(frozen=True)
class Answer:
    """What came back: the status and the headers."""

    status: int
    headers: Message

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name) or ""


def ask(url: str, path: str, *, host: str = "trygg.example.org", https: bool = True) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=30)
    connection.request("GET", path, headers={"Host": host, **({"X-Forwarded-Proto": "https"} if https else {})})
    with closing(connection), connection.getresponse() as answer:
        answer.read()
        return Answer(answer.status, answer.headers)


def test_every_answer_carries_what_protects_the_reader(new_installation: Make) -> None:
    town = new_installation("town")
    town.settings |= GOOD
    town.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    server = town.serve(wait=False)
    try:
        server.wait()
        insecure = ask(server.url, "/", https=False)
        assert (insecure.status, insecure["Location"]) == (301, "https://trygg.example.org/")
        for path in ("/", "/konto/logga-in/", "/finns-inte/", "/healthz"):
            answer = ask(server.url, path)
            policy = answer["Content-Security-Policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert answer["Strict-Transport-Security"].startswith("max-age=31536000"), path
            assert answer["X-Content-Type-Options"] == "nosniff", path
            assert answer["Referrer-Policy"] == "same-origin", path
            assert not answer["Server"], path
        cookies = ask(server.url, "/konto/logga-in/").headers.get_all("Set-Cookie") or []
        assert cookies
        for cookie in cookies:
            assert cookie.startswith("__Host-")
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert ask(server.url, "/", host="evil.example.org").status == 400
    finally:
        server.stop()


def test_several_processes_answer_on_postgresql_and_are_refused_on_sqlite(new_installation: Make) -> None:
    town = new_installation("town")
    town.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    if town.is_sqlite:
        refused = town.run("serve", SAMSYN_PROCESSES="3")
        assert refused.returncode == 1
        assert "Flera processer kräver PostgreSQL" in refused.stderr
        return
    server = town.serve(SAMSYN_PROCESSES="3")
    try:
        answered = [ask(server.url, "/", host="localhost").status for _number in range(30)]
        assert set(answered) == {200}
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert len([child for child in children if "spawn_main" in " ".join(child.cmdline())]) >= 3
    finally:
        server.stop()
