"""Puts messages in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from samsyn.core import wake
from samsyn.core.enums import MessageState
from samsyn.core.messages import MessageKind, words
from samsyn.core.models import OutboxMessage

_wants: Callable[[MessageKind, str], bool] | None = None


def ask_before_putting(wants: Callable[[MessageKind, str], bool]) -> None:
    """Let the app that knows people say whether an address wants a kind of message. Only kinds in a group are asked."""
    global _wants  # noqa: PLW0603 - set once, when the apps are ready
    _wants = wants


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
    key again makes no second message and returns the first. `unsubscribe_url` is where the receiver ends such mail. To
    somebody who has switched the kind's group off the message is kept as cancelled, without address and text, so that
    it is seen why nothing came.
    """
    if what.group and _wants is not None and not _wants(what, to):
        message, _created = OutboxMessage.objects.get_or_create(
            key=key,
            defaults={
                "channel": what.channel,
                "kind": what.code,
                "municipality_code": municipality_code,
                "language": language,
                "state": MessageState.CANCELLED,
                "created_at": now,
                "due_at": due_at or now,
                "finished_at": now,
            },
        )
        return message
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
