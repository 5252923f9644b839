"""Municipalities: their names, addresses and looks, and how far the first run has come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.organisations.enums import Service

COLOUR = RegexValidator(r"^#[0-9a-f]{6}\Z")


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    """Municipalities, as requests ask for them."""

    def with_looks(self) -> MunicipalityQuerySet:
        """Fetch what every page shows of a municipality in the same question, but not the logo's picture."""
        return self.select_related("logo").defer("logo__image")


class Municipality(models.Model):
    """A municipality that uses this installation. Every row that people make belongs to one."""

    code = models.CharField(_("kommunkod"), max_length=4, unique=True)
    name = models.CharField(_("namn"), max_length=80)
    slug = models.SlugField(_("adressdel"), max_length=80, unique=True)
    official_name = models.CharField(
        _("officiellt namn"), max_length=120, help_text=_("Till exempel Trollhättans Stad")
    )
    police_area = models.CharField(_("lokalpolisområde"), max_length=120, blank=True)
    is_example = models.BooleanField(_("exempelkommun"), default=False)
    contact_centre_phone = models.CharField(_("telefon till kontaktcenter"), max_length=40, blank=True)
    contact_centre_address = models.CharField(_("besöksadress till kontaktcenter"), max_length=200, blank=True)
    has_contact_centre = models.BooleanField(_("har kontaktcenter"), default=False)
    has_safety_hosts = models.BooleanField(_("har trygghetsvärdar"), default=False, db_default=False)
    accent_light = models.CharField(
        _("färg på ljus grund"), max_length=7, blank=True, default="", db_default="", validators=[COLOUR]
    )
    accent_dark = models.CharField(
        _("färg på mörk grund"), max_length=7, blank=True, default="", db_default="", validators=[COLOUR]
    )

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[MunicipalityQuerySet] = MunicipalityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kommun")
        verbose_name_plural = _("kommuner")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def has_service(self, service: Service) -> bool:
        """Tell whether a service is switched on; one that is not does not exist anywhere."""
        return bool(getattr(self, service.field))


class MunicipalityHost(models.Model):
    """A host name at which a municipality's pages stand, where each municipality has its own."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="hosts")
    name = models.CharField(_("värdnamn"), max_length=253, unique=True)

    class Meta:
        verbose_name = _("värdnamn")
        verbose_name_plural = _("värdnamn")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Logo(models.Model):
    """A municipality's logo, made anew as PNG from what was sent; nothing else of the file is kept."""

    municipality = models.OneToOneField(Municipality, models.CASCADE, related_name="logo")
    image = models.BinaryField(_("bild"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    width_px = models.PositiveIntegerField(_("bredd"))
    height_px = models.PositiveIntegerField(_("höjd"))
    alt_text = models.CharField(_("text för den som inte ser bilden"), max_length=120)

    class Meta:
        verbose_name = _("logotyp")
        verbose_name_plural = _("logotyper")

    def __str__(self) -> str:
        return self.alt_text

    @property
    def digest(self) -> str:
        """The part of the checksum that stands in the picture's address."""
        return self.sha256[:16]


class FirstRun(models.Model):
    """How far a new municipality has come in the first-run guide: which steps are done or skipped."""

    municipality = models.OneToOneField(Municipality, models.CASCADE, related_name="first_run")
    steps = models.JSONField(_("steg"), default=dict)
    finished_at = models.DateTimeField(_("klart"), null=True)

    class Meta:
        verbose_name = _("kom igång")
        verbose_name_plural = _("kom igång")

    def __str__(self) -> str:
        return f"{self.municipality_id}"


class SetupLink(models.Model):
    """
    A link, made in the terminal, by which an administrator chooses a password. Only its hash is kept.

    Without a `user` it is for the municipality's first administrator and is worth nothing once there is one.
    """

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="setup_links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="setup_links")
    token_hash = models.CharField(_("länkens kontrollsumma"), max_length=64, unique=True)
    expires_at = models.DateTimeField(_("gäller till"))
    used_at = models.DateTimeField(_("använd"), null=True)

    class Meta:
        verbose_name = _("startlänk")
        verbose_name_plural = _("startlänkar")

    def __str__(self) -> str:
        return f"{self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Tell whether the link can still be used."""
        return self.used_at is None and now < self.expires_at
