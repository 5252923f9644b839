"""What the house itself keeps about persons: addresses of messages, and who did what. Entered when Django is ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from samsyn.core import clock
from samsyn.core.enums import MessageState
from samsyn.core.models import AuditEntry, OutboxMessage
from samsyn.core.personal_data import Held, data_class, fields, holder, without_persons


def _purge_messages(municipality_code: str, older_than: datetime) -> int:
    old = OutboxMessage.objects.filter(municipality_code=municipality_code, created_at__lt=older_than)
    return old.exclude(state=MessageState.WAITING).delete()[0]


def _purge_log(municipality_code: str, older_than: datetime) -> int:
    old = AuditEntry.objects.filter(municipality_code=municipality_code, at__lt=older_than)
    # The rows refuse to be removed one by one. This is the one way; the database holds its least time.
    return old._raw_delete(old.db)


MESSAGES = data_class(
    "core.messages",
    _("Adresser och text i meddelanden"),
    purpose=_("Skicka det som någon väntar på, till exempel en inbjudan."),
    ends=_("Adress och text töms när meddelandet är skickat. Raden utan dem gallras efter tiden här."),
    keep_days=90,
    purge=_purge_messages,
)
LOG = data_class(
    "core.log",
    _("Loggen över vem som gjort och läst vad"),
    purpose=_("Kunna visa i efterhand vem som ändrat och läst uppgifter."),
    ends=_("Gallras efter tiden här. Loggen har kontots nummer och roll, aldrig namn eller adress."),
    keep_days=1826,
    purge=_purge_log,
    least_days=366,
)
fields(
    MESSAGES,
    "core.outboxmessage.address",
    "core.outboxmessage.subject",
    "core.outboxmessage.text",
    "core.outboxmessage.unsubscribe_url",
)
fields(
    LOG,
    "core.auditentry.actor_id",
    "core.auditentry.actor_label",
    "core.auditentry.object_label",
    "core.auditentry.changes",
    "core.importjob.actor_id",
    "core.importjob.asked_by",
)


def _messages_to(account: Any) -> list[Held]:
    messages = OutboxMessage.objects.filter(address__iexact=account.email).order_by("created_at")
    return [Held(message.subject, f"{clock.local(message.created_at):%Y-%m-%d %H.%M}") for message in messages]


def _erase_messages_to(account: Any, now: datetime) -> int:
    return OutboxMessage.objects.filter(address__iexact=account.email).delete()[0]


def _lines_of(account: Any) -> list[Held]:
    lines = AuditEntry.objects.filter(actor_id=account.pk)
    span = lines.aggregate(first=Min("at"), last=Max("at"))
    if span["first"] is None:
        return []
    days = f"{clock.local(span['first']):%Y-%m-%d} – {clock.local(span['last']):%Y-%m-%d}"
    return [Held(_("Rader i loggen, under kontots nummer"), f"{lines.count()} ({days})")]


holder(MESSAGES, held=_messages_to, erase=_erase_messages_to)
holder(LOG, held=_lines_of)
without_persons(
    "core.heartbeat",
    "core.scheduledjob",
    "core.liveevent",
    "core.purgeprotocol",
    "core.retentionrule",
    because="what the house does, told by codes and times",
)
without_persons("core.ratecount", because="a keyed hash whose key is lost every day leads back to nobody")
without_persons("core.answeredwrite", because="a checksum and the key of what was made")
without_persons("core.importedfile", because="a file with columns of personal data is refused")
without_persons("core.photo", because="a random name and a size; the picture is declared by what it belongs to")
