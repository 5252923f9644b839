"""Hands what has been published to those who listen in this process, within bounds."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from samsyn.core import metrics
from samsyn.core.live import watching
from samsyn.core.live.watching import Event

# A listener that has so much unread is let go; its browser comes back and asks for what it missed.
MAX_UNREAD = 100
MAX_LISTENERS = 1000
MAX_EACH = 10
READY_S = 10.0


class Full(Exception):
    """There are too many listeners, in all or by one person."""


class Dropped(Exception):
    """The listener reads too slowly, or has gone."""


class Listener:
    """One open stream's unread events."""

    def __init__(self, max_unread: int = MAX_UNREAD) -> None:
        self._unread: deque[Event] = deque()
        self._something = asyncio.Event()
        self._max_unread = max_unread
        self._is_dropped = False

    def give(self, event: Event) -> None:
        """Add an event; one too many ends the stream."""
        if len(self._unread) >= self._max_unread:
            self.drop()
        else:
            self._unread.append(event)
            self._something.set()

    def drop(self) -> None:
        """End the stream."""
        self._is_dropped = True
        self._unread.clear()
        self._something.set()

    async def next(self, timeout_s: float) -> Event | None:
        """
        Return the next event, or None when none has come in time.

        :raises Dropped: the stream is over
        """
        if not self._unread and not self._is_dropped:
            self._something.clear()
            try:
                await asyncio.wait_for(self._something.wait(), timeout_s)
            except TimeoutError:
                return None
        if self._is_dropped:
            raise Dropped
        return self._unread.popleft()


class Hub:
    """The listeners of one process, and the thread that notices events for them once there is anybody."""

    def __init__(self, *, max_listeners: int = MAX_LISTENERS, max_each: int = MAX_EACH) -> None:
        self._by_topic: dict[str, set[Listener]] = defaultdict(set)
        self._by_owner: Counter[str] = Counter()
        self._max_listeners, self._max_each = max_listeners, max_each
        self._stop, self._ready = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return self._by_owner.total()

    async def ready(self) -> None:
        """
        Return when nothing that is published from now on can be missed.

        :raises TimeoutError: the database does not answer
        """
        if self._thread is None:
            loop = asyncio.get_running_loop()

            def tell(event: Event) -> None:
                loop.call_soon_threadsafe(self.deliver, event)

            self._thread = threading.Thread(
                target=watching.watch, args=(tell, self._stop, self._ready), name="samsyn-live", daemon=True
            )
            self._thread.start()
        if not self._ready.is_set() and not await asyncio.to_thread(self._ready.wait, READY_S):
            raise TimeoutError

    def stop(self) -> None:
        """Let every listener go, and the thread."""
        self._stop.set()
        for listeners in list(self._by_topic.values()):
            for listener in listeners:
                listener.drop()

    @contextmanager
    def listening(self, topic: str, owner: str) -> Iterator[Listener]:
        """
        Listen to a topic on somebody's behalf.

        :raises Full: there are too many already
        """
        if len(self) >= self._max_listeners or self._by_owner[owner] >= self._max_each:
            raise Full
        listener = Listener()
        self._by_topic[topic].add(listener)
        self._by_owner[owner] += 1
        metrics.listeners(len(self))
        try:
            yield listener
        finally:
            self._by_topic[topic].discard(listener)
            if not self._by_topic[topic]:
                del self._by_topic[topic]
            self._by_owner[owner] -= 1
            if not self._by_owner[owner]:
                del self._by_owner[owner]
            metrics.listeners(len(self))

    def deliver(self, event: Event) -> None:
        """Give an event to all who listen to its topic."""
        for listener in tuple(self._by_topic.get(event.topic, ())):
            listener.give(event)
