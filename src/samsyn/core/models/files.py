"""Files that came from outside: those read in, and pictures."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Photo(models.Model):
    """
    A picture, made anew from what was sent: nothing hidden in the original is kept.

    `name` is random, so that nobody can guess it. Who may see the picture is decided by what it belongs to:
    `owner_type` is a model's label and `owner_id` its key; both are empty until the act that it was sent for is saved.
    """

    name = models.CharField(_("namn"), max_length=43, unique=True)
    municipality_code = models.CharField(_("kommun"), max_length=4)
    owner_type = models.CharField(_("hör till, slag"), max_length=60, blank=True)
    owner_id = models.CharField(_("hör till"), max_length=60, blank=True)
    width_px = models.PositiveIntegerField(_("bredd"))
    height_px = models.PositiveIntegerField(_("höjd"))
    n_bytes = models.PositiveIntegerField(_("storlek"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    stored_at = models.DateTimeField(_("sparad"))

    class Meta:
        verbose_name = _("bild")
        verbose_name_plural = _("bilder")
        ordering = ["id"]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="photos_by_owner")]

    def __str__(self) -> str:
        return self.name[:8]
