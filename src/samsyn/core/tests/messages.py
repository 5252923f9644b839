"""Messages for tests: a kind of their own, and rows without going through a template."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_message(key: str = "inbjudan:1", *, channel: Channel = Channel.MAIL, **fields: Any) -> OutboxMessage:
    """Put a message that is due now."""
    wanted = {
        "address": "anna.åberg@example.se" if channel is Channel.MAIL else "+46701234567",
        "kind": "test.invitation",
        "municipality_code": "1488",
        "subject": "Välkommen till Örnäs" if channel is Channel.MAIL else "",
        "text": "Hej Åsa!\nDu är inbjuden.\n",
        "created_at": NOW,
        "due_at": NOW,
    }
    return OutboxMessage.objects.create(key=key, channel=channel, **(wanted | fields))
