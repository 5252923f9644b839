"""What is done again and again: at its time, once, by one worker, whatever becomes of the others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core import idempotency, jobs, live, schedule
from samsyn.core.clock import STOCKHOLM, local
from samsyn.core.models import AnsweredWrite, Heartbeat, LiveEvent, ScheduledJob
from samsyn.core.schedule import Daily, Every, job, run_next

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No jobs but the test's own."""
    monkeypatch.setattr(schedule, "_JOBS", {})


@pytest.fixture
def done(db: None, _alone: None) -> list[tuple[str, datetime]]:
    """What was done when, of a job each hour."""
    found: list[tuple[str, datetime]] = []
    job("prov.timme", "Varje timme", run=lambda now: found.append(("prov.timme", now)), rule=Every(HOUR))
    return found


def turn(now: datetime, worker: str = "worker:a-1") -> bool:
    schedule.make_rows(now=now)
    return run_next(worker=worker, read_clock=lambda: now)


def row(name: str = "prov.timme") -> ScheduledJob:
    return ScheduledJob.objects.get(pk=name)


def test_a_job_is_done_when_it_is_due_and_not_again_before_the_next_time(done: list[tuple[str, datetime]]) -> None:
    assert turn(NOW)
    assert not turn(NOW + HOUR - timedelta(seconds=1))
    assert turn(NOW + HOUR)
    assert [at for _name, at in done] == [NOW, NOW + HOUR]
    assert (row().last_started_at, row().last_finished_at) == (NOW + HOUR, NOW + HOUR)


def test_one_that_is_late_is_done_once_however_often_it_missed(done: list[tuple[str, datetime]]) -> None:
    turn(NOW)
    late = NOW + 30 * HOUR
    assert turn(late)
    assert not turn(late)
    assert len(done) == 2
    assert row().next_at == late + HOUR


def test_while_one_worker_does_it_no_other_does(done: list[tuple[str, datetime]]) -> None:
    tried = []
    job("prov.själv", "Själv", run=lambda now: tried.append(run_next(worker="worker:b-2", read_clock=lambda: now)),
        rule=Every(HOUR))  # fmt: skip
    ScheduledJob.objects.create(name="prov.timme", next_at=NOW + HOUR)
    assert turn(NOW)
    assert tried == [False]


def test_a_claim_whose_worker_died_runs_out(done: list[tuple[str, datetime]]) -> None:
    schedule.make_rows(now=NOW)
    ScheduledJob.objects.update(claimed_by="worker:död:1", claimed_until=NOW + schedule.LEASE)
    assert not turn(NOW + schedule.LEASE - timedelta(seconds=1))
    assert turn(NOW + schedule.LEASE)


def test_a_fault_in_one_job_stops_no_other_and_is_seen(
    done: list[tuple[str, datetime]], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime) -> None:
        raise ValueError("anna@example.se")

    job("prov.fel", "Fel", run=fail, rule=Every(6 * HOUR))
    assert turn(NOW)
    assert turn(NOW)
    assert not turn(NOW)
    assert len(done) == 1
    assert (row("prov.fel").n_failures, row("prov.fel").fault) == (1, "ValueError")
    assert "The job prov.fel failed" in caplog.text


def test_one_that_failed_is_tried_sooner_than_its_next_time_and_then_less_often(
    done: list[tuple[str, datetime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def fail(now: datetime) -> None:
        if broken:
            raise ValueError

    job("prov.fel", "Fel", run=fail, rule=Every(6 * HOUR))
    now, waits = NOW, []
    ScheduledJob.objects.create(name="prov.timme", next_at=NOW + 1000 * HOUR)
    for _ in range(9):
        assert turn(now)
        waits.append(row("prov.fel").next_at - now)
        now = row("prov.fel").next_at
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == HOUR
    broken = False
    turn(now)
    assert (row("prov.fel").n_failures, row("prov.fel").fault) == (0, "")


def test_one_whose_claim_was_taken_over_does_not_write_what_comes_next(done: list[tuple[str, datetime]]) -> None:
    def slow(now: datetime) -> None:
        ScheduledJob.objects.filter(pk="prov.långsam").update(claimed_by="worker:b-2:x")

    job("prov.långsam", "Långsam", run=slow, rule=Every(HOUR))
    ScheduledJob.objects.create(name="prov.timme", next_at=NOW + HOUR)
    assert turn(NOW)
    assert row("prov.långsam").claimed_by == "worker:b-2:x"
    assert row("prov.långsam").next_at == NOW


def test_a_row_whose_job_is_gone_from_the_code_harms_nobody(done: list[tuple[str, datetime]]) -> None:
    ScheduledJob.objects.create(name="borta", next_at=NOW - HOUR)
    assert turn(NOW)
    assert not turn(NOW)


@pytest.mark.usefixtures("db", "_alone")
def test_a_job_by_the_clock_waits_for_its_first_time() -> None:
    job("prov.natt", "Natt", run=lambda now: None, rule=Daily(time(3, 10)))
    assert not turn(NOW)
    assert row("prov.natt").next_at == datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def test_a_name_is_entered_once(done: list[tuple[str, datetime]]) -> None:
    with pytest.raises(ValueError, match="twice"):
        job("prov.timme", "Igen", run=lambda now: None, rule=Every(HOUR))


# --- the clock on the wall ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "at", "expected"),
    [
        # In winter and in summer the same time on the wall is another instant.
        ("2026-01-10T12:00Z", time(3, 0), "2026-01-11T02:00Z"),
        ("2026-07-10T12:00Z", time(3, 0), "2026-07-11T01:00Z"),
        # 02:30 does not exist on 29 March 2026; it is done at 03:30 summer time, once.
        ("2026-03-28T12:00Z", time(2, 30), "2026-03-29T01:30Z"),
        ("2026-03-29T01:30Z", time(2, 30), "2026-03-30T00:30Z"),
        # 02:30 comes twice on 25 October 2026; the first counts, and only that.
        ("2026-10-24T12:00Z", time(2, 30), "2026-10-25T00:30Z"),
        ("2026-10-25T00:30Z", time(2, 30), "2026-10-26T01:30Z"),
        ("2026-10-25T01:15Z", time(2, 30), "2026-10-26T01:30Z"),
        # After midnight in Sweden it is yesterday in UTC.
        ("2026-06-30T22:30Z", time(0, 20), "2026-07-01T22:20Z"),
    ],
)
def test_the_next_time_on_the_wall(now: str, at: time, expected: str) -> None:
    assert Daily(at).after(datetime.fromisoformat(now)) == datetime.fromisoformat(expected)


def test_a_weekly_job_comes_on_its_day() -> None:
    next_at = Daily(time(6, 0), weekday=0).after(NOW)  # a Sunday
    assert next_at == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    assert local(Daily(time(6, 0), weekday=0).after(next_at)).date().isoformat() == "2026-11-30"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.times(),
)
def test_each_day_has_one_time_and_it_is_the_one_on_the_wall(now: datetime, at: time) -> None:
    rule = Daily(at.replace(second=0, microsecond=0, fold=0))
    first = rule.after(now)
    second = rule.after(first)
    assert now < first < second
    assert timedelta(hours=22) < second - first < timedelta(hours=26)
    assert local(second).date() - local(first).date() == timedelta(days=1)
    shown = local(first)
    exists = datetime.combine(shown.date(), rule.at, tzinfo=STOCKHOLM).astimezone(UTC).astimezone(STOCKHOLM)
    assert shown.time() == exists.time()


# --- the house's own jobs -------------------------------------------------------------------------------


@pytest.fixture
def _everything_old(db: None) -> None:
    for age in (timedelta(days=8), timedelta(minutes=1)):
        LiveEvent.objects.create(at=NOW - age, topic="prov")
        AnsweredWrite.objects.create(
            scope="prov", key=f"00000000-0000-0000-0000-{age.seconds:012d}", content_hash="x", at=NOW - age
        )
        Heartbeat.objects.create(name=f"worker:{age.days}", at=NOW - age)
    Heartbeat.objects.create(name="worker", at=NOW - timedelta(days=8))


@pytest.mark.usefixtures("_everything_old")
def test_what_is_no_longer_of_use_is_thrown_away_and_the_rest_is_kept() -> None:
    assert live.forget(now=NOW) == 1
    assert idempotency.forget(now=NOW) == 1
    assert jobs.forget_silent_workers(now=NOW) == 1
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "worker:0"}


def test_an_answered_write_is_remembered_for_seven_days() -> None:
    assert timedelta(days=7) == idempotency.KEPT
