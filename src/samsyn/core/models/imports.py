"""Files that somebody has asked to have read in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samsyn.core.enums import ImportPhase, ImportState


class ImportJob(models.Model):
    """
    A file on its way in: first tried without storing, then, when somebody says so, read in.

    A worker claims the row for a while; one that dies on the way leaves nothing half stored, and when its claim has
    run out another begins anew. The row is written outside the transaction of the rows, except for the last word.
    """

    key = models.UUIDField(_("nyckel"), unique=True, default=uuid.uuid4)
    kind = models.CharField(_("slag"), max_length=40)
    name = models.CharField(_("filnamn"), max_length=200)
    municipality_code = models.CharField(_("kommun"), max_length=4)
    options = models.JSONField(_("val"), default=dict)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    n_bytes = models.PositiveBigIntegerField(_("storlek"))
    actor_id = models.BigIntegerField(_("konto"), null=True)
    asked_by = models.CharField(_("vem"), max_length=200, help_text=_("Roll och organisation, inget namn"))
    asked_at = models.DateTimeField(_("lämnad"))
    state = models.CharField(_("läge"), max_length=10, choices=ImportState, default=ImportState.CHECKING)
    phase = models.CharField(_("del"), max_length=10, choices=ImportPhase, default=ImportPhase.WAITING)
    good_rows_only = models.BooleanField(_("bara de goda raderna"), default=False)
    n_rows_read = models.PositiveIntegerField(_("lästa rader"), default=0)
    n_rows_expected = models.PositiveIntegerField(_("rader i filen, ungefär"), null=True)
    is_cancel_asked = models.BooleanField(_("ska avbrytas"), default=False)
    n_tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    claimed_until = models.DateTimeField(_("upptaget till"), null=True)
    claimed_by = models.CharField(_("upptaget av"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("klart"), null=True)
    result = models.JSONField(_("resultat"), default=dict)
    fault = models.CharField(_("fel"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("fil att läsa in")
        verbose_name_plural = _("filer att läsa in")
        ordering: ClassVar[list[str]] = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state__in=["CHECKING", "LOADING"]), name="imports_due"),
            models.Index(fields=["municipality_code", "-asked_at"], name="imports_of_municipality"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["LOADED", "CANCELLED", "FAILED"]) | Q(finished_at__isnull=False),
                name="finished_import_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Tell whether it waits for a worker or is with one."""
        return self.state in {ImportState.CHECKING, ImportState.LOADING}

    @property
    def can_load_all(self) -> bool:
        """Tell whether the trial found nothing wrong."""
        return self.state == ImportState.CHECKED and bool(self.result.get("accepted")) and not self.n_faulty

    @property
    def can_load_good(self) -> bool:
        """Tell whether some rows are faulty and others good."""
        return self.state == ImportState.CHECKED and bool(self.result.get("accepted")) and self.n_faulty > 0

    @property
    def n_faulty(self) -> int:
        """How many faults the rows have."""
        return int(self.result.get("n_row_errors", len(self.result.get("row_errors", []))))
