"""Rows that belong to the house itself, by subject."""

from samsyn.core.models.audit import AuditEntry, AuditEntryQuerySet
from samsyn.core.models.background import Heartbeat, LiveEvent, OutboxMessage, OutboxMessageQuerySet, ScheduledJob
from samsyn.core.models.files import ImportedFile, Photo
from samsyn.core.models.imports import ImportJob
from samsyn.core.models.requests import AnsweredWrite, RateCount
from samsyn.core.models.retention import PurgeProtocol, RetentionRule

__all__ = [
    "AnsweredWrite",
    "AuditEntry",
    "AuditEntryQuerySet",
    "Heartbeat",
    "ImportJob",
    "ImportedFile",
    "LiveEvent",
    "OutboxMessage",
    "OutboxMessageQuerySet",
    "Photo",
    "PurgeProtocol",
    "RateCount",
    "RetentionRule",
    "ScheduledJob",
]
