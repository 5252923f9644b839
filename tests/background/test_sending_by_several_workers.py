"""Several real workers at one outbox, and workers that are killed: nothing is lost, nothing comes twice."""

from __future__ import annotations

import email
import email.policy
import json
from collections import Counter
from pathlib import Path

from tests.background.installation import Installation, eventually

PUT = """
import sys
from django.db import transaction
from samsyn.core import clock
from samsyn.core.models import OutboxMessage
now = clock.now()
with transaction.atomic():
    OutboxMessage.objects.bulk_create(
        OutboxMessage(key=f"prov:{n}", channel="MAIL", kind="prov", address=f"nr{n}@example.se", subject="Prov",
                      text="Hej\\n", created_at=now, due_at=now)
        for n in range(int(sys.argv[1]))
    )
"""
COUNT = """
import json
from django.db.models import Count
from samsyn.core.models import OutboxMessage
print(json.dumps(dict(OutboxMessage.objects.order_by().values_list("state").annotate(n=Count("pk")))))
"""
# A worker whose carrier writes down what it is given, one line each, and may stop dead.
WORK = """
import os, random, sys
from pathlib import Path
from samsyn.core import clock
from samsyn.core.enums import Channel
from samsyn.core.outbox import sending
from datetime import timedelta
file, die_at = Path(sys.argv[1]), int(sys.argv[2])
sending.LEASE = timedelta(seconds=float(sys.argv[3]))
sending.LONGEST_SEND = timedelta(0)
taken = 0
class Line:
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def send(self, message):
        global taken
        taken += 1
        with file.open("a") as out:
            out.write(f"{message.key} {os.getpid()}\\n")
        if taken == die_at:
            os._exit(9)
sender = sending.Sender(worker=f"worker:{os.getpid()}", carriers={Channel.MAIL: Line}, read_clock=clock.now,
                        rng=random.Random())
from samsyn.core.models import OutboxMessage
while OutboxMessage.objects.waiting().exists():
    sender.send_due(n=7)
"""


def _taken(file: Path) -> Counter[str]:
    return Counter(line.split()[0] for line in file.read_text().splitlines())


def test_four_workers_send_each_message_once(town: Installation, tmp_path: Path) -> None:
    town.python(PUT, "200")
    file = tmp_path / "taken"
    workers = [town.start(WORK, str(file), "0", "300") for _ in range(4)]
    for worker in workers:
        assert worker.wait(timeout=60) == 0, worker.stderr.read() if worker.stderr else ""
    assert town.python(COUNT) == {"SENT": 200}
    assert set(_taken(file).values()) == {1}
    assert len(_taken(file)) == 200
    by_worker = Counter(line.split()[1] for line in file.read_text().splitlines())
    assert len(by_worker) > 1, "Only one worker came to do anything"


def test_a_kill_between_sending_and_confirming_repeats_that_one_and_loses_none(
    town: Installation, tmp_path: Path
) -> None:
    town.python(PUT, "30")
    file = tmp_path / "taken"
    killed = town.start(WORK, str(file), "3", "2")
    assert killed.wait(timeout=60) == 9
    assert len(_taken(file)) == 3
    after = town.start(WORK, str(file), "0", "2")
    assert after.wait(timeout=60) == 0
    assert town.python(COUNT) == {"SENT": 30}
    taken = _taken(file)
    assert len(taken) == 30
    assert [key for key, times in taken.items() if times > 1] == ["prov:2"]
    assert taken["prov:2"] == 2


def test_the_real_worker_writes_each_mail_to_a_file_that_a_person_can_read(town: Installation) -> None:
    town.python(PUT, "5")
    town.samsyn("worker")
    eventually(lambda: town.python(COUNT) == {"SENT": 5}, every_s=0.3)
    files = sorted((town.folder / "outbox").glob("*.eml"))
    assert len(files) == 5
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert {str(mail["To"]) for mail in mails} == {f"nr{n}@example.se" for n in range(5)}
    assert {mail.get_content() for mail in mails} == {"Hej\n"}


def test_two_workers_show_that_they_live_each_by_its_name(town: Installation) -> None:
    for _ in range(2):
        town.samsyn("worker")
    names = """
    import json
    from samsyn.core.models import Heartbeat
    print(json.dumps(sorted(Heartbeat.objects.values_list("name", flat=True))))
    """
    found = eventually(lambda: [n for n in [town.python(names)] if len(n) == 3], every_s=0.3)[0]
    assert found[0] == "worker"
    pids = {name.rpartition("-")[2] for name in found[1:]}
    assert pids == {str(process.pid) for process in town.processes[-2:]}
    assert json.dumps(found)
