"""
Sends what is due. Several workers may do it at once.

A worker claims a few rows for a while, sends each, and then says that it has been sent. It never says so before: if
the worker dies in between, the claim runs out and the message goes once more, with the same Message-ID.
"""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import F

from samsyn.core import live, metrics
from samsyn.core.carriers import Carrier, Carriers, Refused, TryLater, Unreachable
from samsyn.core.enums import Channel, MessageState
from samsyn.core.models import OutboxMessage, OutboxMessageQuerySet
from samsyn.core.models.background import PERSONAL_FIELDS_OF_MESSAGE

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)
# No message takes longer than this; with less left of the claim, the rest is left to whoever comes next.
LONGEST_SEND = timedelta(seconds=90)
# With the waits below the last try comes about a day and a half after the first.
MAX_TRIES = 12
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
DIED = "Det som skickar stannade mitt i, flera gånger."
UNEXPECTED = "Ett oväntat fel. Se loggen."


def wait_before(n_tries: int, rng: Random) -> timedelta:
    """
    Return how long to wait after so many failed tries: half a minute, then three times as long each time.

    A fifth more or less, so that many messages that failed together do not come back together.
    """
    wait: timedelta = min(FIRST_WAIT * 3 ** min(n_tries - 1, 10), LONGEST_WAIT)
    return wait * rng.uniform(0.8, 1.2)


def claim(
    *, worker: str, now: datetime, channels: Sequence[str] = Channel.values, n: int = BATCH
) -> list[OutboxMessage]:
    """
    Take at most n due messages for as long as `LEASE`; no other worker gets them.

    A claim counts as a try, so that a message that kills its worker does not do so for ever.
    """
    free = OutboxMessage.objects.free(now).filter(channel__in=channels)
    # Asked outside the transaction first: on SQLite even an empty one would hold up those who write.
    if not free.exists():
        return []
    token = f"{worker[:50]}:{secrets.token_hex(4)}"
    with transaction.atomic():
        rows = free.order_by("due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        chosen = list(rows.values_list("pk", "n_tries")[:n])
        for message in free.filter(pk__in=[pk for pk, n_tries in chosen if n_tries >= MAX_TRIES]):
            _bury(message, DIED, now=now)
        # Asked once more whether they are free: without row locks somebody may have come in between.
        free.filter(pk__in=[pk for pk, _ in chosen]).update(
            claimed_by=token, claimed_until=now + LEASE, n_tries=F("n_tries") + 1
        )
    return list(OutboxMessage.objects.waiting().filter(claimed_by=token).order_by("due_at", "id"))


def _mine(message: OutboxMessage) -> OutboxMessageQuerySet:
    """Return the row if it is still this worker's; another may have taken it when the claim ran out."""
    return OutboxMessage.objects.waiting().filter(pk=message.pk, claimed_by=message.claimed_by)


def _confirm(message: OutboxMessage, *, now: datetime) -> None:
    emptied = dict.fromkeys(PERSONAL_FIELDS_OF_MESSAGE, "")
    sent = _mine(message).update(state=MessageState.SENT, finished_at=now, fault="", claimed_until=None, **emptied)
    if not sent:
        logger.warning("Message %s was sent after its claim had run out, and may go twice", message.pk)
    metrics.message_sent(message.channel, late_by=now - message.due_at)


def _postpone(message: OutboxMessage, fault: str, *, now: datetime, rng: Random) -> None:
    if message.n_tries >= MAX_TRIES:
        _bury(message, fault, now=now)
        return
    _mine(message).update(
        due_at=now + wait_before(message.n_tries, rng), claimed_until=None, claimed_by="", fault=fault
    )
    metrics.message_failed(message.channel)


@transaction.atomic
def _bury(message: OutboxMessage, fault: str, *, now: datetime) -> None:
    """Give up trying. What it says is kept, so that a person can have it sent again."""
    dead = _mine(message).update(
        state=MessageState.DEAD, finished_at=now, fault=fault, claimed_until=None, claimed_by=""
    )
    if dead:
        metrics.message_failed(message.channel)
        live.publish(live.MESSAGES, now=now)


def _release(messages: Sequence[OutboxMessage]) -> None:
    """Leave messages that there was no time for to whoever comes next; it was no try."""
    for message in messages:
        _mine(message).update(claimed_until=None, claimed_by="", n_tries=F("n_tries") - 1)


@dataclass(frozen=True, slots=True)
class Sender:
    """A worker's way of sending: by what carriers, by what clock and chance."""

    worker: str
    carriers: Carriers
    read_clock: Callable[[], datetime]
    rng: Random

    def send_due(self, *, n: int = BATCH) -> int:
        """Send at most n due messages and return how many were claimed; one that fails stops no other."""
        claimed = claim(worker=self.worker, now=self.read_clock(), channels=list(self.carriers), n=n)
        by_channel: dict[Channel, list[OutboxMessage]] = defaultdict(list)
        for message in claimed:
            by_channel[Channel(message.channel)].append(message)
        for channel, messages in by_channel.items():
            self._send_all(channel, messages)
        return len(claimed)

    def _send_all(self, channel: Channel, messages: list[OutboxMessage]) -> None:
        """Send messages over one open line; when it breaks, all that are left try later."""
        left = list(messages)
        try:
            with self.carriers[channel]() as carrier:
                while left:
                    until = left[0].claimed_until
                    if until is None or self.read_clock() > until - LONGEST_SEND:
                        break
                    self._send(carrier, left[0])
                    del left[0]
        except Unreachable as fault:
            for message in left:
                _postpone(message, str(fault), now=self.read_clock(), rng=self.rng)
            return
        _release(left)

    def _send(self, carrier: Carrier, message: OutboxMessage) -> None:
        try:
            carrier.send(message)
        except Unreachable:
            raise
        except TryLater as fault:
            _postpone(message, str(fault), now=self.read_clock(), rng=self.rng)
        except Refused as fault:
            _bury(message, str(fault), now=self.read_clock())
        except Exception as fault:  # one strange message must not hold up the others
            # Only its kind: the words of the fault may quote the message.
            logger.error("Message %s could not be sent: %s", message.pk, type(fault).__name__)
            _postpone(message, UNEXPECTED, now=self.read_clock(), rng=self.rng)
        else:
            _confirm(message, now=self.read_clock())
