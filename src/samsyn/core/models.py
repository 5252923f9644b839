"""Rows that belong to the house itself: the log, the worker's heartbeat, counters for rate limits."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Lines of the log, which nobody changes or removes many at once either."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: the log is append-only."""
        _refuse()

    def delete(self) -> NoReturn:
        """Refuse: the log is append-only."""
        _refuse()


def _refuse() -> NoReturn:
    raise TypeError("The log is append-only")


class AuditEntry(models.Model):
    """
    One line in the log of who did what. Written once; changed and removed by nobody.

    `changes` is `{"field": [before, after]}`, without contact data. The actor is kept as a number
    and a role so that the line still reads when the account is gone.
    """

    at = models.DateTimeField(_("tid"))
    actor_id = models.BigIntegerField(_("konto"), null=True)
    actor_label = models.CharField(_("vem"), max_length=200)
    municipality_code = models.CharField(_("kommun"), max_length=4)
    verb = models.CharField(_("händelse"), max_length=60)
    object_type = models.CharField(_("slag"), max_length=60)
    object_id = models.CharField(_("id"), max_length=60)
    object_label = models.CharField(_("vad"), max_length=300)
    changes = models.JSONField(_("ändringar"), default=dict)

    objects: ClassVar[models.Manager[AuditEntry]] = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("loggrad")
        verbose_name_plural = _("loggrader")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the line once."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the log is append-only."""
        _refuse()


class Heartbeat(models.Model):
    """When a background process was last known to run."""

    name = models.CharField(_("namn"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("senast"))

    class Meta:
        verbose_name = _("livstecken")
        verbose_name_plural = _("livstecken")

    def __str__(self) -> str:
        return self.name


class RateCount(models.Model):
    """
    How often something was tried within a window, by a hash that cannot be led back to an address.

    The hash is keyed and its key changes daily; rows of earlier windows are removed by the worker.
    """

    bucket = models.CharField(max_length=120)
    window_start_at = models.DateTimeField()
    n_tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("räknare")
        verbose_name_plural = _("räknare")
        constraints = [models.UniqueConstraint(fields=["bucket", "window_start_at"], name="one_count_per_window")]

    def __str__(self) -> str:
        return self.bucket


class ImportedFile(models.Model):
    """A file that was read in, kept as it was with its source, time and checksum."""

    kind = models.CharField(_("slag"), max_length=40)
    name = models.CharField(_("filnamn"), max_length=200)
    municipality_code = models.CharField(_("kommun"), max_length=4, blank=True)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    n_bytes = models.PositiveBigIntegerField(_("storlek"))
    imported_at = models.DateTimeField(_("tid"))
    result = models.JSONField(_("resultat"), default=dict)

    class Meta:
        verbose_name = _("inläst fil")
        verbose_name_plural = _("inlästa filer")
        ordering = ["-imported_at", "-id"]

    def __str__(self) -> str:
        return self.name
