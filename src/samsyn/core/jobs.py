"""The house's own scheduled jobs: all of them throw away what is no longer of use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from django.utils.translation import gettext_lazy as _

from samsyn.core import idempotency, live, photos, ratelimit
from samsyn.core.importing import jobs as importing
from samsyn.core.models import Heartbeat
from samsyn.core.outbox import handling
from samsyn.core.schedule import Daily, Every, job

SILENT = timedelta(days=1)


def forget_silent_workers(*, now: datetime) -> int:
    """Remove the heartbeats of workers that stopped long ago; return how many."""
    return Heartbeat.objects.filter(name__startswith="worker:", at__lt=now - SILENT).delete()[0]


def enter() -> None:
    """Enter the jobs; done once, when the app is ready."""
    hourly, nightly = Every(timedelta(hours=1)), Daily(time(3, 10))
    for name, label, forget, rule in (
        ("core.rate_counts", _("Glöm räknare av försök"), ratelimit.forget, hourly),
        ("core.live_events", _("Glöm gamla händelser"), live.forget, hourly),
        ("core.answered_writes", _("Glöm besvarade skrivningar"), idempotency.forget, hourly),
        ("core.silent_workers", _("Glöm arbetare som har stannat"), forget_silent_workers, nightly),
        ("core.files_left", _("Glöm filer som ingen läste in"), importing.forget, nightly),
        ("core.pictures_left", _("Glöm bilder som inte hör till något"), photos.drop_orphans, nightly),
        ("core.dead_messages", _("Töm meddelanden som ingen tog hand om"), handling.give_up_old, nightly),
    ):
        job(name, label, run=partial(_at, forget), rule=rule)


def _at(forget: Callable[..., int], now: datetime) -> int:
    return forget(now=now)
