"""The log, which is only ever added to."""

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
    One line in the log of who did what, and of who read what about a person. Written once; changed by nobody.

    The database itself refuses changes (see the migrations); it lets a line go only when the purge by policy may.

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
    is_reading = models.BooleanField(_("läsning"), default=False, db_default=False)

    objects: ClassVar[models.Manager[AuditEntry]] = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("loggrad")
        verbose_name_plural = _("loggrader")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object"),
            models.Index(fields=["municipality_code", "-at"], name="audit_by_municipality"),
        ]

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
