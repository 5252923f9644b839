"""Two presses at the very same time, in threads and in processes: one act, one answer."""

from __future__ import annotations

from tests.background.installation import Installation

PRESS = """
import json, threading, uuid, sys
from django.db import connection
from samsyn.core import clock, idempotency
from samsyn.core.models import Heartbeat, LiveEvent
key, start, found = uuid.UUID(int=int(sys.argv[1])), threading.Barrier(8), []
def act():
    event = LiveEvent.objects.create(at=clock.now(), topic="prov")
    return {"id": event.pk}
def press():
    start.wait()
    try:
        found.append(idempotency.once("prov:1", key, {"a": 1}, act, now=clock.now()))
    finally:
        connection.close()
threads = [threading.Thread(target=press) for _ in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(json.dumps(found))
"""
EVENTS = "import json; from samsyn.core.models import LiveEvent; print(json.dumps(LiveEvent.objects.count()))"


def test_eight_threads_with_one_key_do_it_once_and_all_get_the_same_answer(town: Installation) -> None:
    found = town.python(PRESS, "1")
    assert len(found) == 8
    assert len({answer["id"] for answer, _replay in found}) == 1
    assert sorted(replay for _answer, replay in found) == [False] + [True] * 7
    assert town.python(EVENTS) == 1


def test_two_processes_with_one_key_do_it_once(town: Installation) -> None:
    processes = [town.start(PRESS, "2") for _ in range(2)]
    for process in processes:
        assert process.wait(timeout=60) == 0, process.stderr.read() if process.stderr else ""
    assert town.python(EVENTS) == 1
