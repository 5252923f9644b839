"""
Notices, in each web process, what any process has published.

On PostgreSQL the process holds one connection of its own, outside the pool, and listens; what was published while that
connection was down is read when it is up again. On SQLite it asks ten times a second whether the file has changed,
which costs a few microseconds, and reads only when it has.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import Max, Q

from samsyn.core.live import CHANNEL
from samsyn.core.models import LiveEvent

logger = logging.getLogger(__name__)

POLL_S = 0.1
RECONNECT_S = 1.0
# Ids may be committed out of order on PostgreSQL: what came after one is asked for from a little before it.
OVERLAP = 200


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was published, as the streams need it."""

    id: int
    topic: str
    data: dict[str, Any]


Tell = Callable[[Event], None]


def _as_events(rows: Iterable[LiveEvent]) -> list[Event]:
    return [Event(row.pk, row.topic, row.data) for row in rows]


def latest_id() -> int:
    """Return the highest id so far."""
    return LiveEvent.objects.aggregate(highest=Max("pk"))["highest"] or 0


def events_after(last: int, *, topic: str = "", limit: int = 1000) -> list[Event]:
    """Return what was published after an id, and on PostgreSQL a little from before it, in order."""
    overlap = OVERLAP if connection.vendor == "postgresql" else 0
    wanted = Q(pk__gt=last - overlap) & (Q(topic=topic) if topic else Q())
    return _as_events(LiveEvent.objects.filter(wanted).exclude(pk=last).order_by("pk")[:limit])


def was_kept(event_id: int) -> bool:
    """Tell whether an event is still there, so that nothing after it has been removed either."""
    return LiveEvent.objects.filter(pk=event_id).exists()


def watch(tell: Tell, stop: threading.Event, ready: threading.Event) -> None:
    """
    Tell of each event until `stop` is set; `ready` is set when nothing more can be missed.

    A database that is gone is waited for, and what it held meanwhile is told of then.
    """
    watcher = _Listening(tell) if connection.vendor == "postgresql" else _Polling(tell)
    while not stop.is_set():
        try:
            watcher.run(stop, ready)
        except Exception as fault:  # it must outlive any one fault
            logger.warning("The live streams lost the database and try again: %s", type(fault).__name__)
        finally:
            close_old_connections()
        stop.wait(RECONNECT_S)


class _Polling:
    """SQLite: ids are committed in order there, so the highest one seen is all there is to remember."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.last: int | None = None

    def run(self, stop: threading.Event, ready: threading.Event) -> None:
        name = str(connection.settings_dict["NAME"])
        # A connection that never writes: its own writes would not show in data_version.
        with closing(sqlite3.connect(name, uri=name.startswith("file:"), timeout=5)) as line:
            line.execute("PRAGMA query_only = ON")
            seen: int | None = None
            while not stop.is_set():
                version = line.execute("PRAGMA data_version").fetchone()[0]
                if version != seen:
                    seen = version
                    self._read()
                    ready.set()
                stop.wait(POLL_S)

    def _read(self) -> None:
        if self.last is None:
            self.last = latest_id()
            return
        for event in events_after(self.last):
            self.tell(event)
            self.last = event.id


class _Listening:
    """PostgreSQL: each notice carries its event."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.last: int | None = None
        # Those of the overlap that have been told of already.
        self.told: dict[int, None] = {}

    def run(self, stop: threading.Event, ready: threading.Event) -> None:
        import psycopg

        parameters = {name: value for name, value in connection.get_connection_params().items() if name in LINE}
        with psycopg.connect(**parameters, autocommit=True) as line:
            line.execute(f"LISTEN {CHANNEL}")
            # Listening first and reading then: what is published in between comes twice and is told of once.
            if self.last is None:
                self.last = latest_id()
            else:
                for event in events_after(self.last):
                    self._tell(event)
            ready.set()
            while not stop.is_set():
                for notice in line.notifies(timeout=0.5):
                    self._tell(self._event(notice.payload))
                    if stop.is_set():
                        break

    def _event(self, notice: str) -> Event:
        said = json.loads(notice)
        if "data" not in said:
            said["data"] = LiveEvent.objects.filter(pk=said["id"]).values_list("data", flat=True).first() or {}
        return Event(said["id"], said["topic"], said["data"])

    def _tell(self, event: Event) -> None:
        if event.id in self.told:
            return
        self.told[event.id] = None
        if len(self.told) > 4 * OVERLAP:
            del self.told[next(iter(self.told))]
        self.last = max(self.last or 0, event.id)
        self.tell(event)


LINE = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "service")


