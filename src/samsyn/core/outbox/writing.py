"""Puts messages in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from samsyn.core import wake
from samsyn.core.messages import MessageKind, words
from samsyn.core.models import OutboxMessage


def put(
    what: MessageKind,
    *,
    to: str,
    context: Mapping[str, Any],
    key: str,
    language: str = "sv",
    municipality_code: str = "",
    now: datetime,
    due_at: datetime | None = None,
    unsubscribe_url: str = "",
) -> OutboxMessage:
    """
    Write a message that the worker sends from `due_at` on, at once by default. Call it inside the act's transaction.

    `to` is an e-mail address or a telephone number in E.164. `key` names what the message is about; putting the same
    key again makes no second message and returns the first. `unsubscribe_url` is where the receiver ends such mail.
    """
    made = words(what, context, language=language)
    message, _created = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "channel": what.channel,
            "kind": what.code,
            "municipality_code": municipality_code,
            "address": to,
            "language": language,
            "subject": made.subject,
            "text": made.text,
            "unsubscribe_url": unsubscribe_url,
            "created_at": now,
            "due_at": due_at or now,
        },
    )
    transaction.on_commit(wake.worker)
    return message
