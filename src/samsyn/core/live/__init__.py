"""
Tells open pages that something has happened: written in the act's transaction, read by the live streams.

`registry` says who may listen to what, `watching` notices what has been written by any process, `hub` hands it to this
process's listeners, and `answering` is the stream that a browser holds open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from samsyn.core.live.registry import topic, topics
from samsyn.core.models import LiveEvent

__all__ = ["CHANNEL", "MESSAGES", "forget", "publish", "topic", "topics"]

CHANNEL = "samsyn_live"
# A notice of PostgreSQL's is at most 8000 bytes; what does not fit is fetched.
MAX_NOTICE = 7000
KEPT = timedelta(hours=1)
# That something has changed among the messages that could not be sent.
MESSAGES = "messages"


def publish(topic: str, data: Mapping[str, Any] | None = None, *, now: datetime) -> LiveEvent:
    """
    Tell those who listen to `topic`. Call it inside the act's transaction; it is told when that commits.

    A topic is a path such as `1488/imports/kR3…`; `data` holds ids and codes, never text about persons.
    """
    with transaction.atomic():
        event = LiveEvent.objects.create(at=now, topic=topic, data=dict(data or {}))
        if connection.vendor == "postgresql":
            notice = json.dumps({"id": event.pk, "topic": topic, "data": event.data})
            if len(notice) > MAX_NOTICE:
                notice = json.dumps({"id": event.pk, "topic": topic})
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, notice])
    return event


def forget(*, now: datetime) -> int:
    """Remove events that no browser can still be asking for; return how many."""
    return LiveEvent.objects.filter(at__lt=now - KEPT).delete()[0]
