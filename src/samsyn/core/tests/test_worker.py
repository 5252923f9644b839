"""The worker's loop: it shows that it lives, does what is due, and outlives any one fault."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from samsyn.core import schedule, worker
from samsyn.core.models import Heartbeat, RateCount, ScheduledJob
from samsyn.core.worker import Lane

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_a_turn_can_be_repeated() -> None:
    worker.tick(now=NOW)
    worker.tick(now=NOW + timedelta(seconds=5))
    assert Heartbeat.objects.get().at == NOW + timedelta(seconds=5)


@pytest.mark.django_db
def test_a_turn_forgets_yesterdays_counters() -> None:
    RateCount.objects.create(bucket="gammal", window_start_at=NOW - timedelta(days=2))
    RateCount.objects.create(bucket="ny", window_start_at=NOW)
    worker.tick(now=NOW)
    assert [count.bucket for count in RateCount.objects.all()] == ["ny"]


@pytest.mark.django_db
def test_each_worker_beats_under_its_own_name_and_under_the_common_one() -> None:
    worker.beat(now=NOW, name="worker:a-1")
    worker.beat(now=NOW + timedelta(seconds=3), name="worker:b-2")
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    assert beats == {
        "worker:a-1": NOW,
        "worker:b-2": NOW + timedelta(seconds=3),
        "worker": NOW + timedelta(seconds=3),
    }


@pytest.mark.django_db
def test_every_job_has_its_row_after_a_turn() -> None:
    worker.tick(now=NOW)
    assert set(ScheduledJob.objects.values_list("name", flat=True)) == {job.name for job in schedule.jobs()}


def _lane(turn: Callable[[Callable[[], datetime]], bool], stop: threading.Event, *, longest_s: float = 60) -> Lane:
    def rest(_seconds: float) -> None:
        """There is no time to lose in a test."""

    return Lane("prov", turn, stop=stop, read_clock=lambda: NOW, longest_turn_s=longest_s, rest=rest)


@pytest.fixture
def _no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)


@pytest.mark.usefixtures("_no_connections")
def test_a_failed_turn_is_logged_and_the_next_one_is_made(caplog: pytest.LogCaptureFixture) -> None:
    stop, turns = threading.Event(), []

    def turn(read_clock: Callable[[], datetime]) -> bool:
        turns.append(read_clock())
        if len(turns) == 1:
            raise RuntimeError("fel")
        stop.set()
        return False

    lane = _lane(turn, stop)
    lane.start()
    lane.join(timeout=10)
    assert turns == [NOW, NOW]
    assert "A turn of samsyn-prov failed" in caplog.text


@pytest.mark.usefixtures("_no_connections")
def test_a_lane_that_hangs_is_not_well() -> None:
    stop, hanging, go_on = threading.Event(), threading.Event(), threading.Event()

    def turn(_read_clock: Callable[[], datetime]) -> bool:
        hanging.set()
        go_on.wait(10)
        return False

    lane = _lane(turn, stop, longest_s=0.0)
    patient = _lane(turn, stop)
    lane.start()
    patient.start()
    hanging.wait(10)
    assert not lane.is_well()
    assert patient.is_well()
    stop.set()
    go_on.set()
    lane.join(timeout=10)
    patient.join(timeout=10)
    assert not patient.is_well(), "A lane that has ended is not well either"


@pytest.mark.usefixtures("_no_connections")
def test_a_stuck_lane_stops_the_heartbeat(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    stop, beats = threading.Event(), []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            stop.set()
            return True

        def is_set(self) -> bool:
            return stop.is_set()

    monkeypatch.setattr(Lane, "start", lambda self: None)
    monkeypatch.setattr(Lane, "join", lambda self, timeout: None)
    monkeypatch.setattr(worker, "beat", lambda **beat: beats.append(beat))
    worker.run(Stop(), read_clock=lambda: NOW)
    assert not beats
    assert "A lane is stuck: samsyn-outbox, samsyn-schedule" in caplog.text
