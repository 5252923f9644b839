"""What is in the outbox is sent, once, and what cannot be sent is seen by somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Self

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core.carriers import Refused, TryLater, Unreachable
from samsyn.core.enums import Channel, MessageState
from samsyn.core.errors import Conflict
from samsyn.core.models import AuditEntry, LiveEvent, OutboxMessage
from samsyn.core.outbox import handling, sending
from samsyn.core.outbox.sending import LEASE, MAX_TRIES, Sender, claim, wait_before
from samsyn.core.tests.messages import NOW, a_message

pytestmark = pytest.mark.django_db


class Line:
    """A carrier that keeps what it is given, or says what it is told to."""

    def __init__(self, *, says: dict[str, Exception] | None = None, opens: Exception | None = None) -> None:
        self.taken: list[str] = []
        self.opened = 0
        self.says, self.opens = says or {}, opens

    def __enter__(self) -> Self:
        self.opened += 1
        if self.opens:
            raise self.opens
        return self

    def __exit__(self, *_: object) -> None: ...

    def send(self, message: OutboxMessage) -> None:
        if message.key in self.says:
            raise self.says[message.key]
        assert message.address
        assert message.text
        self.taken.append(message.key)


def sender(line: Line, *, now: Any = NOW, channel: Channel = Channel.MAIL) -> Sender:
    read: Callable[[], Any] = now if callable(now) else lambda: now
    return Sender(worker="worker:a-1", carriers={channel: lambda: line}, read_clock=read, rng=Random(1))


def row(key: str = "inbjudan:1") -> OutboxMessage:
    return OutboxMessage.objects.get(key=key)


def test_a_sent_message_says_when_and_keeps_neither_address_nor_text() -> None:
    a_message(unsubscribe_url="https://trygg.example.se/av/hemlig")
    line = Line()
    assert sender(line).send_due() == 1
    assert line.taken == ["inbjudan:1"]
    found = row()
    assert (found.state, found.finished_at) == (MessageState.SENT, NOW)
    assert (found.address, found.subject, found.text, found.unsubscribe_url) == ("", "", "", "")


def test_what_is_not_due_waits() -> None:
    a_message(due_at=NOW + timedelta(seconds=1))
    assert sender(Line()).send_due() == 0
    assert sender(Line(), now=NOW + timedelta(seconds=1)).send_due() == 1


def test_what_has_no_way_out_waits_and_costs_no_try() -> None:
    a_message(channel=Channel.SMS)
    assert sender(Line()).send_due() == 0
    assert row().n_tries == 0
    assert row().state == MessageState.WAITING


def test_what_one_worker_has_claimed_no_other_gets() -> None:
    for n in range(3):
        a_message(f"m:{n}")
    first = claim(worker="worker:a-1", now=NOW, n=2)
    second = claim(worker="worker:b-2", now=NOW)
    assert [m.key for m in first] == ["m:0", "m:1"]
    assert [m.key for m in second] == ["m:2"]
    assert claim(worker="worker:c-3", now=NOW) == []


def test_a_dead_workers_claim_runs_out() -> None:
    a_message()
    claim(worker="worker:a-1", now=NOW)
    assert claim(worker="worker:b-2", now=NOW + LEASE - timedelta(seconds=1)) == []
    (again,) = claim(worker="worker:b-2", now=NOW + LEASE)
    assert again.n_tries == 2


def test_nothing_is_marked_as_sent_before_it_has_been_sent() -> None:
    a_message()
    seen = []

    class Looking(Line):
        def send(self, message: OutboxMessage) -> None:
            seen.append(row().state)

    sender(Looking()).send_due()
    assert seen == [MessageState.WAITING]


def test_one_that_fails_waits_longer_each_time_and_dies_after_the_last_try() -> None:
    a_message()
    now, waits = NOW, []
    for _ in range(MAX_TRIES):
        line = Line(says={"inbjudan:1": TryLater("E-postservern svarade 451.")})
        assert sender(line, now=now).send_due() == 1
        waits.append(row().due_at - now)
        now = row().due_at
    found = row()
    assert (found.state, found.n_tries, found.fault) == (MessageState.DEAD, MAX_TRIES, "E-postservern svarade 451.")
    assert waits[:8] == sorted(waits[:8])
    assert timedelta(seconds=24) <= waits[0] <= timedelta(seconds=36)
    assert timedelta(hours=20) < now - NOW < timedelta(days=2)


@given(st.integers(1, 50), st.integers())
def test_the_wait_is_never_shorter_than_half_a_minute_nor_much_longer_than_six_hours(n_tries: int, seed: int) -> None:
    wait = wait_before(n_tries, Random(seed))
    assert timedelta(seconds=24) <= wait <= timedelta(hours=7.2)


def test_those_that_failed_together_do_not_come_back_together() -> None:
    for n in range(5):
        a_message(f"m:{n}")
    sender(Line(opens=Unreachable("E-postservern svarar inte."))).send_due()
    assert len(set(OutboxMessage.objects.values_list("due_at", flat=True))) == 5


def test_a_refused_one_dies_at_once_and_can_be_sent_again() -> None:
    a_message()
    sender(Line(says={"inbjudan:1": Refused("Mottagarens adress godtogs inte (550).")})).send_due()
    found = row()
    assert (found.state, found.finished_at) == (MessageState.DEAD, NOW)
    assert found.address
    assert found.text


def test_one_that_fails_stops_no_other() -> None:
    for n in range(4):
        a_message(f"m:{n}")
    line = Line(says={"m:0": RuntimeError("okänt"), "m:1": Refused("Nej."), "m:2": TryLater("Sedan.")})
    assert sender(line).send_due() == 4
    assert line.taken == ["m:3"]
    assert row("m:0").fault == sending.UNEXPECTED


def test_the_words_of_an_unexpected_fault_reach_neither_the_row_nor_the_log(caplog: pytest.LogCaptureFixture) -> None:
    a_message()
    sender(Line(says={"inbjudan:1": RuntimeError("anna.åberg@example.se är okänd")})).send_due()
    assert "anna" not in row().fault + caplog.text
    assert "RuntimeError" in caplog.text


def test_when_a_way_is_closed_it_is_tried_once_and_not_for_each_message() -> None:
    for n in range(5):
        a_message(f"m:{n}")
    line = Line(opens=Unreachable("E-postservern svarar inte."))
    assert sender(line).send_due() == 5
    assert line.opened == 1
    assert set(OutboxMessage.objects.values_list("n_tries", "fault")) == {(1, "E-postservern svarar inte.")}


def test_a_line_that_breaks_leaves_what_was_sent_as_sent() -> None:
    for n in range(3):
        a_message(f"m:{n}")
    sender(Line(says={"m:1": Unreachable("Förbindelsen bröts.")})).send_due()
    assert [row(f"m:{n}").state for n in range(3)] == ["SENT", "WAITING", "WAITING"]


def test_with_the_claim_nearly_over_the_rest_is_left_to_whoever_comes_next() -> None:
    for n in range(3):
        a_message(f"m:{n}")
    moments = iter([NOW, NOW, NOW, *[NOW + LEASE] * 9])
    line = Line()
    sender(line, now=lambda: next(moments)).send_due()
    assert line.taken == ["m:0"]
    left = OutboxMessage.objects.waiting()
    assert set(left.values_list("n_tries", "claimed_by", "claimed_until")) == {(0, "", None)}
    assert left.count() == 2


def test_who_confirms_too_late_does_not_touch_what_another_has_taken(caplog: pytest.LogCaptureFixture) -> None:
    a_message()

    class Slow(Line):
        def send(self, message: OutboxMessage) -> None:
            claim(worker="worker:b-2", now=NOW + LEASE)

    sender(Slow()).send_due()
    assert row().state == MessageState.WAITING
    assert row().claimed_by.startswith("worker:b-2")
    assert "may go twice" in caplog.text


def test_one_that_kills_its_worker_each_time_is_laid_aside() -> None:
    a_message()
    now = NOW
    for _ in range(MAX_TRIES):
        assert claim(worker="worker:a-1", now=now)
        now += LEASE
    assert claim(worker="worker:a-1", now=now) == []
    assert (row().state, row().fault) == (MessageState.DEAD, sending.DIED)


def test_a_dead_one_tells_the_pages_that_are_open() -> None:
    a_message()
    sender(Line(says={"inbjudan:1": Refused("Nej.")})).send_due()
    assert LiveEvent.objects.get().topic == "messages"


# --- what a person does -------------------------------------------------------------------------------------


class Somebody:
    pk = 7
    audit_label = "Teknisk administratör, Trollhättans Stad"


def dead() -> OutboxMessage:
    return a_message(state=MessageState.DEAD, finished_at=NOW, n_tries=MAX_TRIES, fault="Nej.")


def test_a_dead_one_is_sent_again_from_the_beginning() -> None:
    handling.send_again(message=dead(), by=Somebody(), municipality_code="1488", now=NOW + LEASE)
    found = row()
    assert (found.state, found.n_tries, found.fault, found.finished_at) == (MessageState.WAITING, 0, "", None)
    line = Line()
    sender(line, now=NOW + LEASE).send_due()
    assert line.taken == ["inbjudan:1"]


def test_one_that_is_given_up_is_emptied_and_stays_as_a_trace() -> None:
    handling.give_up(message=dead(), by=Somebody(), municipality_code="1488", now=NOW)
    found = row()
    assert (found.state, found.address, found.subject, found.text) == (MessageState.CANCELLED, "", "", "")
    assert found.fault == "Nej."


@pytest.mark.parametrize("act", [handling.send_again, handling.give_up])
def test_who_comes_second_is_told_and_changes_nothing(act: Callable[..., None]) -> None:
    message = dead()
    handling.give_up(message=message, by=Somebody(), municipality_code="1488", now=NOW)
    with pytest.raises(Conflict), transaction.atomic():
        act(message=message, by=Somebody(), municipality_code="1488", now=NOW)
    assert AuditEntry.objects.count() == 1


def test_the_log_says_who_did_it_and_not_to_whom() -> None:
    handling.send_again(message=dead(), by=Somebody(), municipality_code="1488", now=NOW)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id) == ("core.message_sent_again", 7)
    assert "anna" not in f"{entry.object_label}{entry.changes}"


def test_what_nobody_takes_care_of_in_a_month_is_emptied() -> None:
    dead()
    assert handling.give_up_old(now=NOW + handling.KEEP_DEAD) == 0
    assert handling.give_up_old(now=NOW + handling.KEEP_DEAD + timedelta(seconds=1)) == 1
    assert (row().state, row().address, row().text) == (MessageState.CANCELLED, "", "")
