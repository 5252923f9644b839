"""
What is done with messages that could not be sent.

Their address and text are kept until a person has had them sent again or has given them up, at most `KEEP_DEAD`: an
invitation that bounced because a mail server was down for two days is still worth sending. Then they are emptied.

    DomainError
    └── Conflict (core)      409  somebody else has already dealt with it
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.core import audit, live, wake
from samsyn.core.enums import MessageState
from samsyn.core.errors import Conflict
from samsyn.core.models import OutboxMessage
from samsyn.core.models.background import PERSONAL_FIELDS_OF_MESSAGE

KEEP_DEAD = timedelta(days=30)
TOO_OLD = "Ingen tog hand om det i tid."

ALREADY_DONE = _("Någon annan har redan tagit hand om meddelandet. Ladda om sidan.")


@transaction.atomic
def send_again(*, message: OutboxMessage, by: audit.Actor, municipality_code: str, now: datetime) -> None:
    """
    Let the worker try a message from the beginning.

    :raises Conflict: it no longer is one that could not be sent
    """
    done = OutboxMessage.objects.dead().filter(pk=message.pk).update(
        state=MessageState.WAITING, due_at=now, n_tries=0, finished_at=None, fault=""
    )
    if not done:
        raise Conflict(ALREADY_DONE)
    audit.record("core.message_sent_again", message, by=by, at=now, municipality_code=municipality_code)
    live.publish(live.MESSAGES, now=now)
    transaction.on_commit(wake.worker)


@transaction.atomic
def give_up(*, message: OutboxMessage, by: audit.Actor, municipality_code: str, now: datetime) -> None:
    """
    Give a message up: what it said and to whom is emptied, and the row stays as a trace.

    :raises Conflict: it no longer is one that could not be sent
    """
    emptied = dict.fromkeys(PERSONAL_FIELDS_OF_MESSAGE, "")
    done = OutboxMessage.objects.dead().filter(pk=message.pk).update(
        state=MessageState.CANCELLED, finished_at=now, **emptied
    )
    if not done:
        raise Conflict(ALREADY_DONE)
    audit.record("core.message_given_up", message, by=by, at=now, municipality_code=municipality_code)
    live.publish(live.MESSAGES, now=now)


def give_up_old(*, now: datetime) -> int:
    """Empty those that nobody has taken care of in time; return how many."""
    emptied = dict.fromkeys(PERSONAL_FIELDS_OF_MESSAGE, "")
    return OutboxMessage.objects.dead().filter(finished_at__lt=now - KEEP_DEAD).update(
        state=MessageState.CANCELLED, finished_at=now, fault=TOO_OLD, **emptied
    )

