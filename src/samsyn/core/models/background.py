"""Work in the background: what waits to be sent, what is to be done when, who is alive, what has just happened."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samsyn.core.enums import Channel, MessageState


class Heartbeat(models.Model):
    """When a background process was last known to run."""

    name = models.CharField(_("namn"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("senast"))

    class Meta:
        verbose_name = _("livstecken")
        verbose_name_plural = _("livstecken")

    def __str__(self) -> str:
        return self.name


# What a message says and to whom; emptied when it has been sent or given up.
PERSONAL_FIELDS_OF_MESSAGE = ("address", "subject", "text", "unsubscribe_url")


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    """Messages by what is to be done with them."""

    def free(self, now: datetime) -> OutboxMessageQuerySet:
        """Those that a worker may take now: due, and claimed by nobody who is still at it."""
        unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.filter(unclaimed, state=MessageState.WAITING, due_at__lte=now)

    def waiting(self) -> OutboxMessageQuerySet:
        """Those that are still to be sent."""
        return self.filter(state=MessageState.WAITING)

    def dead(self) -> OutboxMessageQuerySet:
        """Those that could not be sent, and that somebody should look at."""
        return self.filter(state=MessageState.DEAD)

    def seen_from(self, municipality_code: str) -> OutboxMessageQuerySet:
        """Those of one municipality, and those that belong to none, such as about the installation itself."""
        return self.filter(municipality_code__in=[municipality_code, ""])


class OutboxMessage(models.Model):
    """
    A message to somebody outside, written in the transaction of the act that it tells of and sent by the worker.

    `key` says what the message is about: a second message with the same key is not made. The address and the text
    are personal and are emptied when the message has been sent or given up; the row stays as a trace of that. One
    that could not be sent keeps them, so that a person can have it sent again, until it is given up or too old.
    """

    key = models.CharField(_("nyckel"), max_length=160, unique=True)
    channel = models.CharField(_("väg"), max_length=10, choices=Channel)
    kind = models.CharField(_("slag"), max_length=60)
    municipality_code = models.CharField(_("kommun"), max_length=4, blank=True)
    address = models.CharField(_("adress"), max_length=320, blank=True)
    language = models.CharField(_("språk"), max_length=20, default="sv")
    subject = models.CharField(_("ämne"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    unsubscribe_url = models.CharField(
        _("adress för att avsluta"), max_length=300, blank=True, default="", db_default=""
    )
    state = models.CharField(_("läge"), max_length=10, choices=MessageState, default=MessageState.WAITING)
    created_at = models.DateTimeField(_("skrivet"))
    due_at = models.DateTimeField(_("ska skickas"))
    n_tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    claimed_until = models.DateTimeField(_("upptaget till"), null=True)
    claimed_by = models.CharField(_("upptaget av"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("avslutat"), null=True)
    fault = models.CharField(_("fel"), max_length=300, blank=True)

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[OutboxMessageQuerySet] = OutboxMessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("meddelande")
        verbose_name_plural = _("meddelanden")
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="WAITING"), name="messages_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING") | Q(finished_at__isnull=False), name="finished_message_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ScheduledJob(models.Model):
    """
    Something that is done again and again: when next, and how it went last.

    What is done stands in the code, by `name`. A worker claims the row for a while, so that two never do the same.
    """

    name = models.CharField(_("namn"), max_length=60, primary_key=True)
    next_at = models.DateTimeField(_("nästa gång"))
    claimed_until = models.DateTimeField(_("upptaget till"), null=True)
    claimed_by = models.CharField(_("upptaget av"), max_length=60, blank=True)
    last_started_at = models.DateTimeField(_("började senast"), null=True)
    last_finished_at = models.DateTimeField(_("blev klart senast"), null=True)
    n_failures = models.PositiveIntegerField(_("misslyckade i rad"), default=0)
    fault = models.CharField(_("fel"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("återkommande arbete")
        verbose_name_plural = _("återkommande arbeten")
        ordering = ["next_at"]

    def __str__(self) -> str:
        return self.name


class LiveEvent(models.Model):
    """
    Something that has just happened, for pages that are open: a topic and ids, never text about persons.

    Written in the transaction of the act. Old ones are removed by the worker.
    """

    at = models.DateTimeField(_("tid"))
    topic = models.CharField(_("ämne"), max_length=120)
    data = models.JSONField(_("uppgifter"), default=dict)

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        ordering: ClassVar[list[str]] = ["id"]
        indexes = [models.Index(fields=["at"], name="live_events_by_time")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
