"""The background loop: shows that it lives, and does what is due. In the demo a thread of the web process."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections

from samsyn.core import clock, ratelimit
from samsyn.core.importing import jobs
from samsyn.core.models import Heartbeat
from samsyn.core.views import WORKER

logger = logging.getLogger(__name__)
INTERVAL_S = 5.0


def tick(*, now: datetime) -> None:
    """Do one turn: the heartbeat, then the jobs that are due. Each turn can be repeated without harm."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": now})
    ratelimit.forget(now=now)
    jobs.run_due(now=now, alive=lambda at: Heartbeat.objects.filter(name=WORKER).update(at=at))


def run(stop: threading.Event, *, read_clock: Callable[[], datetime] = clock.now) -> None:
    """Turn until `stop` is set. A failed turn is logged and the next one tries again."""
    while not stop.is_set():
        try:
            tick(now=read_clock())
        except Exception:  # the loop must outlive any one fault
            logger.exception("A turn of the worker failed")
        finally:
            close_old_connections()
        stop.wait(INTERVAL_S)
