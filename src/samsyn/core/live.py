"""Tells open pages that something has happened: written in the act's transaction, read by the live streams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from samsyn.core.models import LiveEvent


def publish(topic: str, data: Mapping[str, Any] | None = None, *, now: datetime) -> LiveEvent:
    """
    Tell those who listen to `topic`. Call it inside the act's transaction; it is told when that commits.

    A topic is a path such as `1488/imports/kR3…`; `data` holds ids and codes, never text about persons.
    """
    return LiveEvent.objects.create(at=now, topic=topic, data=dict(data or {}))
