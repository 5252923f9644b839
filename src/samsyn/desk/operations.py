"""How the installation runs, in words for the one who looks after it. No message's text or receiver is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from samsyn.core import messages, schedule
from samsyn.core.enums import Channel, MessageState
from samsyn.core.models import Heartbeat, OutboxMessage, ScheduledJob
from samsyn.core.models.background import PERSONAL_FIELDS_OF_MESSAGE
from samsyn.core.views import HEARTBEAT_MAX_AGE

SHOWN = 100
# Shorter than this is a mail server that wants to be asked twice, and nothing to look at.
DELAY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker and whether it lives."""

    name: str
    at: datetime
    is_alive: bool


def workers(now: datetime) -> list[Worker]:
    """Return the workers that have been heard of lately, the latest first."""
    rows = Heartbeat.objects.filter(name__startswith="worker:").order_by("-at")
    return [Worker(row.name.partition(":")[2], row.at, now - row.at <= HEARTBEAT_MAX_AGE) for row in rows]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job and how it went last."""

    label: str | Promise
    row: ScheduledJob


def scheduled() -> list[Scheduled]:
    """Return the jobs that have a row, the next one first."""
    labels = {job.name: job.label for job in schedule.jobs()}
    return [Scheduled(labels[row.name], row) for row in ScheduledJob.objects.filter(name__in=labels)]


def count_by_state(municipality_code: str) -> list[tuple[str, int]]:
    """Return how many messages there are in each state, in words."""
    rows = OutboxMessage.objects.seen_from(municipality_code).order_by().values_list("state")
    numbers = dict(rows.annotate(n=Count("pk")))
    return [(str(state.label), numbers.get(state, 0)) for state in MessageState]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the administrator may see it."""

    label: str | Promise
    channel: str | Promise
    row: OutboxMessage


def _shown(rows: QuerySet[OutboxMessage]) -> list[Message]:
    labels = {kind.code: kind.label for kind in messages.kinds()}
    # What it says and to whom is not even fetched.
    found = rows.defer(*PERSONAL_FIELDS_OF_MESSAGE)[:SHOWN]
    return [Message(labels.get(row.kind, row.kind), Channel(row.channel).label, row) for row in found]


def dead(municipality_code: str) -> list[Message]:
    """Return those that could not be sent, the latest first."""
    return _shown(OutboxMessage.objects.seen_from(municipality_code).dead().order_by("-finished_at", "-pk"))


def delayed(municipality_code: str, *, now: datetime) -> list[Message]:
    """Return those that should have been sent by now, or have failed and will be tried again."""
    waiting = OutboxMessage.objects.seen_from(municipality_code).waiting()
    late = waiting.filter(due_at__lt=now - DELAY)
    return _shown((late | waiting.exclude(fault="")).order_by("due_at", "pk"))


@dataclass(frozen=True, slots=True)
class Preview:
    """A kind of message and its words in each language, filled with its example."""

    label: str | Promise
    channel: str | Promise
    languages: list[tuple[str, str | Promise, messages.Words]]


def previews() -> list[Preview]:
    """Return every kind with its words."""
    return [
        Preview(
            kind.label,
            kind.channel.label,
            [(code, name, messages.words(kind, kind.sample(), language=code)) for code, name in settings.LANGUAGES],
        )
        for kind in messages.kinds()
    ]
