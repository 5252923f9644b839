"""Live streams from real web processes: who hears what, from which process, and what is missed meanwhile."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.background.installation import Installation, eventually, free_port, on_postgresql

# Two people: one who looks after the installation, and one who does not. Prints their session keys.
PEOPLE = """
import json
from django.conf import settings
from django.test import Client
from samsyn.accounts.models import User
from samsyn.organisations.models import Membership, Municipality, Organisation
staden, _ = Organisation.objects.get_or_create(
    municipality=Municipality.objects.get(), key="staden", defaults={"kind": "MUNICIPALITY", "name": "Staden"})
found = {}
for role in ("ADMINISTRATOR", "STRATEGIST"):
    user, _ = User.objects.get_or_create(email=f"{role.lower()}@example.se", defaults={"name": role})
    Membership.objects.get_or_create(user=user, organisation=staden, role=role)
    client = Client()
    client.force_login(user)
    found[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps(found))
"""
PUBLISH = """
import json, sys
from django.db import transaction
from samsyn.core import clock, live
ids = []
for n in range(int(sys.argv[1])):
    with transaction.atomic():
        ids.append(live.publish(live.MESSAGES, {"n": n, "pad": "x" * int(sys.argv[2])}, now=clock.now()).pk)
print(json.dumps(ids))
"""
CLOSE_ACCOUNT = """
from samsyn.accounts.models import User
User.objects.filter(email="administrator@example.se").update(is_active=%s)
"""


@dataclass
class Stream:
    """An open stream, read by a thread of its own."""

    status: int
    content_type: str
    events: list[dict[str, str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> list[int]:
        return [int(event["id"]) for event in self.events if "id" in event]


def _read(answer: http.client.HTTPResponse, stream: Stream) -> None:
    event: dict[str, str] = {}
    try:
        while line := answer.readline():
            text = line.decode().rstrip("\n")
            if text:
                name, _colon, value = text.partition(": ")
                event[name] = value
            else:
                if "data" in event:
                    stream.events.append(event)
                event = {}
    except (OSError, http.client.HTTPException, AttributeError, ValueError):
        pass  # the test has hung up
    finally:
        stream.ended.set()


@contextmanager
def stream(port: int, session: str = "", *, topic: str = "messages", **headers: str) -> Iterator[Stream]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wanted = {"Cookie": f"sessionid={session}"} if session else {}
    line.request("GET", f"/live/{topic}", headers=wanted | {k.replace("_", "-"): v for k, v in headers.items()})
    answer = line.getresponse()
    found = Stream(answer.status, answer.getheader("content-type") or "")
    reader = threading.Thread(target=_read, args=(answer, found), daemon=True)
    if found.status == 200:
        reader.start()
    try:
        yield found
    finally:
        if line.sock is not None:
            line.sock.shutdown(2)
        if found.status == 200:
            reader.join(timeout=10)
        answer.close()
        line.close()


def get(port: int, path: str, session: str = "") -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path, headers={"Cookie": f"sessionid={session}"} if session else {})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def _has_heard(found: Stream, ids: list[int]) -> bool:
    return sorted(found.ids()) == ids


def _is_up(port: int) -> bool:
    try:
        return get(port, "/healthz")[0] == 200
    except OSError:
        return False


def serve(town: Installation, **more: str) -> int:
    port = free_port()
    town.samsyn("serve", PORT=str(port), **more)
    eventually(lambda: _is_up(port))
    return port


@pytest.fixture
def sessions(town: Installation) -> dict[str, str]:
    found: dict[str, str] = town.python(PEOPLE)
    return found


def test_who_may_listen_hears_and_others_find_nothing(town: Installation, sessions: dict[str, str]) -> None:
    port = serve(town)
    admin = sessions["ADMINISTRATOR"]
    for session, topic in (
        ("", "messages"),
        (sessions["STRATEGIST"], "messages"),
        ("påhittad".encode().hex(), "messages"),
        (admin, "finns/inte"),
        (admin, "messages/mer"),
        (admin, ""),
    ):
        with stream(port, session, topic=topic) as refused:
            assert refused.status == 404, (session, topic)
    with stream(port, admin, Host="annan.example.org") as foreign:
        assert foreign.status == 400
    with stream(port, admin) as found:
        assert (found.status, found.content_type) == (200, "text/event-stream; charset=utf-8")
        (first,) = town.python(PUBLISH, "1", "0")
        eventually(lambda: found.ids() == [first])
        assert found.events[0]["event"] == "change"
        assert json.loads(found.events[0]["data"]) == {"topic": "messages", "data": {"n": 0, "pad": ""}}
    town.python(CLOSE_ACCOUNT % "False")
    with stream(port, admin) as closed:
        assert closed.status == 404
    town.python(CLOSE_ACCOUNT % "True")


def test_what_is_missed_is_told_to_one_who_comes_back_and_nothing_is_lost(
    town: Installation, sessions: dict[str, str]
) -> None:
    port, admin = serve(town), sessions["ADMINISTRATOR"]
    ids = town.python(PUBLISH, "5", "0")
    with stream(port, admin, Last_Event_ID=str(ids[1])) as back:
        # On PostgreSQL a little from before comes too, since ids may be committed out of order.
        eventually(lambda: set(ids[2:]) <= set(back.ids()))
        assert ids[1] not in back.ids()
        later = town.python(PUBLISH, "2", "0")
        eventually(lambda: back.ids()[-2:] == later)
        assert len(back.ids()) == len(set(back.ids()))
    with stream(port, admin, Last_Event_ID="999999999") as lost:
        eventually(lambda: [event.get("event") for event in lost.events] == ["reset"])
    with stream(port, admin, Last_Event_ID="; DROP TABLE") as odd:
        assert odd.status == 200


def test_an_event_too_large_for_a_notice_comes_whole(town: Installation, sessions: dict[str, str]) -> None:
    port = serve(town)
    with stream(port, sessions["ADMINISTRATOR"]) as found:
        town.python(PUBLISH, "1", "9000")
        eventually(lambda: found.events)
        assert len(json.loads(found.events[0]["data"])["data"]["pad"]) == 9000


def test_one_person_holds_a_few_streams_and_no_more(town: Installation, sessions: dict[str, str]) -> None:
    port, admin = serve(town), sessions["ADMINISTRATOR"]
    with ExitStack() as held:
        assert {held.enter_context(stream(port, admin)).status for _ in range(10)} == {200}
        with stream(port, admin) as one_more:
            assert one_more.status == 429
        # The pages answer as before: streams take none of their threads.
        assert get(port, "/healthz", admin)[0] == 200
    eventually(lambda: _status(port, admin) == 200)


def _status(port: int, session: str) -> int:
    with stream(port, session) as found:
        return found.status


def test_the_site_stops_soon_though_somebody_listens(town: Installation, sessions: dict[str, str]) -> None:
    port = serve(town)
    server = town.processes[-1]
    with stream(port, sessions["ADMINISTRATOR"]) as found:
        assert found.status == 200
        started = time.monotonic()
        server.terminate()
        server.wait(timeout=20)
        assert time.monotonic() - started < 10
        assert found.ended.wait(5)
    assert "Traceback" not in town.logs()


def test_what_one_process_publishes_another_tells(town: Installation, sessions: dict[str, str]) -> None:
    """On PostgreSQL several web processes; on SQLite one, and the worker beside it."""
    ports = [serve(town, SAMSYN_WORKER_IN_PROCESS="1") for _ in range(3 if on_postgresql() else 1)]
    with ExitStack() as held:
        streams = [held.enter_context(stream(port, sessions["ADMINISTRATOR"])) for port in ports]
        ids = town.python(PUBLISH, "20", "0")
        for each in streams:
            eventually(partial(_has_heard, each, ids))


@pytest.mark.skipif(not on_postgresql(), reason="Ids are committed out of order on PostgreSQL only")
def test_an_event_that_commits_after_a_later_one_is_not_lost(town: Installation, sessions: dict[str, str]) -> None:
    port, admin = serve(town), sessions["ADMINISTRATOR"]
    slow = town.start(
        """
        import sys
        from django.db import transaction
        from samsyn.core import clock, live
        with transaction.atomic():
            print(live.publish(live.MESSAGES, now=clock.now()).pk, flush=True)
            sys.stdin.readline()
        """
    )
    assert slow.stdout is not None
    assert slow.stdin is not None
    early = int(slow.stdout.readline())
    (late,) = town.python(PUBLISH, "1", "0")
    assert early < late
    with stream(port, admin, Last_Event_ID=str(late)) as back:
        assert back.status == 200
        slow.stdin.close()
        slow.wait(timeout=30)
        eventually(lambda: early in back.ids())
    with stream(port, admin, Last_Event_ID=str(late)) as again:
        eventually(lambda: early in again.ids())


@pytest.mark.skipif(not on_postgresql(), reason="SQLite has no line that can be cut")
def test_a_line_that_is_cut_is_made_anew_and_what_came_meanwhile_is_told(
    town: Installation, sessions: dict[str, str]
) -> None:
    port = serve(town)
    with stream(port, sessions["ADMINISTRATOR"]) as found:
        town.python(PUBLISH, "1", "0")
        eventually(found.ids)
        n_cut = town.python(
            """
            import json
            from django.db import connection, transaction
            from samsyn.core import clock, live
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND query LIKE 'LISTEN%'")
                n = cursor.fetchone()[0]
            live.publish(live.MESSAGES, {"n": 77}, now=clock.now())
            print(json.dumps(n))
            """
        )
        assert n_cut == 1
        eventually(lambda: any('"n": 77' in event["data"] for event in found.events))
