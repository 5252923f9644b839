"""
What is done again and again, and when next.

A job is entered in code, with a rule for when; its row in the database holds the next instant. A worker claims the row
for a while, does the job and writes the next instant. A job that is late is done once, however many times it missed.
A job may come to be done twice, when a worker dies or takes longer than its claim: jobs are written so that this is
harmless.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from django.db.models import F, Q
from django.utils.functional import Promise

from samsyn.core import metrics
from samsyn.core.clock import STOCKHOLM, local
from samsyn.core.models import ScheduledJob

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
RETRY_FIRST = timedelta(minutes=1)
RETRY_LONGEST = timedelta(hours=1)


class Rule(Protocol):
    """When a job is done."""

    def after(self, now: datetime) -> datetime:
        """Return the first instant after `now` at which it is to be done."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, with so much between."""

    between: timedelta

    def after(self, now: datetime) -> datetime:
        """Return one interval from now."""
        return now + self.between


@dataclass(frozen=True, slots=True)
class Daily:
    """
    At a wall-clock time in Sweden, each day or on one weekday (0 is Monday).

    A time that the spring's change leaps over is taken as late after the leap as it would have been; of one that comes
    twice in autumn, the first counts.

    >>> winter = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the night after, 02:00 becomes 03:00
    >>> Daily(time(2, 30)).after(winter).isoformat()
    '2026-03-29T01:30:00+00:00'
    """

    at: time
    weekday: int | None = None

    def after(self, now: datetime) -> datetime:
        """Return the next such wall-clock time, as an instant."""
        day = local(now).date()
        while True:
            instant = datetime.combine(day, self.at, tzinfo=STOCKHOLM).astimezone(UTC)
            if instant > now and (self.weekday is None or day.weekday() == self.weekday):
                return instant
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again: its name, its words, what it does and when."""

    name: str
    label: str | Promise
    run: Callable[[datetime], object]
    rule: Rule
    lease: timedelta = LEASE


_JOBS: dict[str, Job] = {}


def job(
    name: str,
    label: str | Promise,
    *,
    run: Callable[[datetime], object],
    rule: Rule,
    lease: timedelta = LEASE,
) -> Job:
    """
    Enter a job. `run(now)` can be repeated without harm and is done within `lease`.

    :raises ValueError: the name is already taken
    """
    if name in _JOBS:
        raise ValueError(f"The job {name} is entered twice")
    _JOBS[name] = Job(name, label, run, rule, lease)
    return _JOBS[name]


def jobs() -> list[Job]:
    """Return every job, by name."""
    return [_JOBS[name] for name in sorted(_JOBS)]


def make_rows(*, now: datetime) -> None:
    """Give each job that has none its row. One done at intervals is due at once, one by the clock at its next time."""
    missing = set(_JOBS) - set(ScheduledJob.objects.filter(name__in=_JOBS).values_list("name", flat=True))
    ScheduledJob.objects.bulk_create(
        [
            ScheduledJob(name=name, next_at=now if isinstance(_JOBS[name].rule, Every) else _JOBS[name].rule.after(now))
            for name in sorted(missing)
        ],
        ignore_conflicts=True,
    )


def _claim(worker: str, *, now: datetime) -> ScheduledJob | None:
    """Take the job that has been due the longest, if any is free."""
    free = ScheduledJob.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now), name__in=_JOBS, next_at__lte=now
    )
    token = f"{worker[:50]}:{secrets.token_hex(4)}"
    for row in free.order_by("next_at"):
        # Asked and taken in one statement: whoever comes second takes nothing and looks at the next.
        taken = free.filter(pk=row.pk).update(
            claimed_by=token, claimed_until=now + _JOBS[row.name].lease, last_started_at=now
        )
        if taken:
            row.claimed_by = token
            return row
    return None


def run_next(*, worker: str, read_clock: Callable[[], datetime]) -> bool:
    """Do the job that has been due the longest; tell whether there was one. A fault in it stops nothing else."""
    now = read_clock()
    row = _claim(worker, now=now)
    if row is None:
        return False
    what = _JOBS[row.name]
    mine = ScheduledJob.objects.filter(pk=row.pk, claimed_by=row.claimed_by)
    try:
        what.run(now)
    except Exception as fault:  # jobs are strangers to each other
        logger.exception("The job %s failed", row.name)
        metrics.job_failed(row.name)
        done_at = read_clock()
        again_at = done_at + min(RETRY_FIRST * 2 ** min(row.n_failures, 10), RETRY_LONGEST)
        mine.update(
            n_failures=F("n_failures") + 1,
            # Only its kind: the words of a fault may quote somebody's data.
            fault=type(fault).__name__,
            next_at=min(again_at, what.rule.after(done_at)),
            claimed_until=None,
            claimed_by="",
        )
        return True
    done_at = read_clock()
    mine.update(
        n_failures=0,
        fault="",
        last_finished_at=done_at,
        next_at=what.rule.after(done_at),
        claimed_until=None,
        claimed_by="",
    )
    return True
