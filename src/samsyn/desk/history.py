"""The log of a document in words: what was done, by which role, and what stood before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from samsyn.commitments.models import CommitmentDocument, Outcome
from samsyn.commitments.presenting import ShownChange, shown_changes
from samsyn.core import audit, clock
from samsyn.core.models import AuditEntry

MODELS = {model._meta.label_lower: model for model in (CommitmentDocument, Outcome)}


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log, ready to show. `at` is local time."""

    at: datetime
    who: str
    what: str
    thing: str
    changes: list[ShownChange]


def event_of(entry: AuditEntry, language: str) -> Event:
    """Put a line of the log into words. A new row lists what was filled in and leaves out what was not."""
    changes = entry.changes
    if entry.verb == "commitments.outcome_created":
        changes = {name: pair for name, pair in changes.items() if pair[1] not in (None, "", False)}
    return Event(
        at=clock.local(entry.at),
        who=str(_("Systemet")) if entry.actor_id is None else entry.actor_label,
        what=str(audit.words_of(entry.verb)),
        thing=entry.object_label,
        changes=shown_changes(MODELS[entry.object_type], changes, language),
    )
