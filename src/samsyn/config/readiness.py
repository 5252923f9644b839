"""What must be so before the site starts, and what starts with it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from samsyn.core import clock, metrics
from samsyn.core.views import health_faults

logger = logging.getLogger(__name__)


def worker_is_here() -> bool:
    """Tell whether this web process does the background work itself."""
    return os.environ.get("SAMSYN_WORKER_IN_PROCESS", "1") == "1"


def worker_fault() -> str:
    """
    Return, as a Swedish sentence, why the site may not start without its worker; empty when it may.

    A site whose messages never leave and whose deadlines nobody watches looks well and is not.
    """
    if settings.SAMSYN_DEMO:
        return ""
    try:
        faults = health_faults()
    finally:
        connection.close()  # whoever asks has a thread of its own, and leaves it
    if not faults:
        return ""
    return (
        f"Webbplatsen startar inte utan bakgrundsarbete: {faults[0]}. Starta ”samsyn worker” först, "
        "eller kör ”samsyn serve --wait-for-worker”."
    )


def serve_metrics() -> Callable[[], None] | None:
    """Answer those who measure, if the settings say where; a port that is taken is told and no more."""
    if not settings.METRICS:
        return None
    try:
        return metrics.serve(settings.METRICS, read_clock=clock.now)
    except OSError as fault:
        logger.warning("The figures cannot be served on %s: %s", settings.METRICS, fault.strerror)
        return None
