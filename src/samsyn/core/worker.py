"""
The background loop: sends what is due, does what is scheduled, and shows that it lives.

In the demo it runs in the web process. Several may run at once.

Sending, the schedule and files that are read in are lanes, a thread each, so that a slow mail server holds up no job
and a long file no mail. The heartbeat is a thing of its own: it goes on only as long as every lane is within the time
it has given itself, so that a lane that hangs shows.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections

from samsyn.core import clock, schedule, wake
from samsyn.core.carriers import carriers
from samsyn.core.importing import jobs
from samsyn.core.models import Heartbeat
from samsyn.core.outbox import sending
from samsyn.core.views import WORKER

logger = logging.getLogger(__name__)

# How long after it was written a message may wait before anybody looks, when nobody wakes the worker.
INTERVAL_S = 1.0
BEAT_S = 5.0
# The longest that a turn of each lane may take before the worker counts as stuck.
SENDING_TURN_S = sending.LEASE.total_seconds()
FILES_TURN_S = 1800.0


def own_name() -> str:
    """Return what this worker is called: its machine and process."""
    return f"worker:{socket.gethostname()[:40]}-{os.getpid()}"


def beat(*, now: datetime, name: str = "") -> None:
    """Show that a worker lives; without a name, that some worker does."""
    for each in filter(None, (WORKER, name)):
        Heartbeat.objects.update_or_create(name=each, defaults={"at": now})


def send_due(read_clock: Callable[[], datetime]) -> bool:
    """Send what is due; tell whether there may be more."""
    rng = random.SystemRandom()
    sender = sending.Sender(worker=own_name(), carriers=carriers(), read_clock=read_clock, rng=rng)
    return sender.send_due() == sending.BATCH


def run_due(read_clock: Callable[[], datetime]) -> bool:
    """Do the next job that is due; tell whether there was one."""
    schedule.make_rows(now=read_clock())
    return schedule.run_next(worker=own_name(), read_clock=read_clock)


def read_files(read_clock: Callable[[], datetime]) -> bool:
    """Read in the next file that waits; tell whether there was one."""
    return jobs.run_due(now=read_clock())


def tick(*, now: datetime) -> None:
    """Do one turn of everything at one instant. It can be repeated without harm."""
    beat(now=now)
    while run_due(lambda: now):
        pass
    while send_due(lambda: now):
        pass
    while read_files(lambda: now):
        pass


class Lane(threading.Thread):
    """One kind of work, turned again and again. A failed turn is logged and the next one tries again."""

    def __init__(
        self,
        name: str,
        turn: Callable[[Callable[[], datetime]], bool],
        *,
        stop: threading.Event,
        read_clock: Callable[[], datetime],
        longest_turn_s: float,
        rest: Callable[[float], object],
    ) -> None:
        super().__init__(name=f"samsyn-{name}", daemon=True)
        self.turn, self.stop, self.read_clock, self.rest = turn, stop, read_clock, rest
        self.longest_turn_s = longest_turn_s
        self._began = time.monotonic()

    def is_well(self) -> bool:
        """Tell whether it is within its time."""
        return self.is_alive() and time.monotonic() - self._began < self.longest_turn_s

    def run(self) -> None:
        """Turn until told to stop."""
        while not self.stop.is_set():
            self._began = time.monotonic()
            more = False
            try:
                more = self.turn(self.read_clock)
            except Exception:  # the lane must outlive any one fault
                logger.exception("A turn of %s failed", self.name)
            finally:
                close_old_connections()
            if not more:
                self.rest(INTERVAL_S)


def run(stop: threading.Event, *, read_clock: Callable[[], datetime] = clock.now) -> None:
    """Work until `stop` is set; what is being sent then is finished first."""
    longest_job_s = max(job.lease for job in schedule.jobs()).total_seconds()
    lanes = [
        Lane(
            "outbox", send_due, stop=stop, read_clock=read_clock, longest_turn_s=SENDING_TURN_S, rest=wake.wait
        ),
        Lane(
            "schedule", run_due, stop=stop, read_clock=read_clock, longest_turn_s=longest_job_s, rest=stop.wait
        ),
    ]
    lanes.append(
        Lane("files", read_files, stop=stop, read_clock=read_clock, longest_turn_s=FILES_TURN_S, rest=stop.wait)
    )
    for lane in lanes:
        lane.start()
    while not stop.is_set():
        try:
            if all(lane.is_well() for lane in lanes):
                beat(now=read_clock(), name=own_name())
            else:
                logger.error("A lane is stuck: %s", ", ".join(lane.name for lane in lanes if not lane.is_well()))
        except Exception:  # the database may come back
            logger.exception("The heartbeat failed")
        finally:
            close_old_connections()
        stop.wait(BEAT_S)
    for lane in lanes:
        lane.join(timeout=BEAT_S)
