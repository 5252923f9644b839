"""
One answer for each write from a form or a phone, however often it is sent.

The client makes a key (a UUID) for each thing it wants done. The same key with the same content gets the first answer
again and nothing new happens; the same key with other content is refused.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import Conflict
from samsyn.core.models import AnsweredWrite

# A phone that was out of reach for a week may still send what it holds.
KEPT = timedelta(days=7)


class KeyReused(Conflict):
    """The key was used before, for something else."""


def content_hash(content: Mapping[str, Any]) -> str:
    """Return a checksum of what was sent, whatever the order of its fields."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    scope: str,
    key: uuid.UUID,
    content: Mapping[str, Any],
    act: Callable[[], dict[str, Any]],
    *,
    now: datetime,
) -> tuple[dict[str, Any], bool]:
    """
    Do `act` once for `key`, and return its answer and whether this is a replay of an earlier one.

    `scope` names the route and whose keys they are, as `observations.record:7`, so that nobody meets another's answer.
    The act and the memory of it are one transaction: a fault in the act leaves the key free. Two that come at once
    with one key are settled by the database; the one that loses gets the winner's answer.

    :raises KeyReused: the key stands for other content
    """
    hashed = content_hash(content)
    with transaction.atomic():
        # Whoever comes second waits here until the first is done, and then finds its row.
        row, created = AnsweredWrite.objects.get_or_create(
            scope=scope, key=key, defaults={"content_hash": hashed, "at": now}
        )
        if created:
            row.answer = act()
            row.save(update_fields=["answer"])
            return row.answer, False
    if row.content_hash != hashed:
        raise KeyReused(_("Samma nyckel har redan använts för något annat. Ladda om sidan och försök igen."))
    return row.answer, True


def forget(*, now: datetime) -> int:
    """Remove the memory of writes that nobody sends again; return how many."""
    return AnsweredWrite.objects.filter(at__lt=now - KEPT).delete()[0]
