"""Areas: reference data that every municipality on the installation shares. Nobody owns a row here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.core import text
from samsyn.organisations.models import Municipality
from samsyn.places.enums import AreaLevel


class AreaQuerySet(models.QuerySet["Area"]):
    """Areas by where and what they are."""

    def at_level(self, level: AreaLevel) -> AreaQuerySet:
        """Keep the areas of one level."""
        return self.filter(level=level)

    def in_municipality(self, municipality_code: str) -> AreaQuerySet:
        """Keep the areas that belong to a municipality, itself included."""
        return self.filter(municipality_code=municipality_code)

    def alphabetical(self) -> AreaQuerySet:
        """Sort as Swedish does, å, ä and ö last; areas of one name by their codes."""
        return self.order_by("sort_key", "code")

    def without_geometry(self) -> AreaQuerySet:
        """Leave the outlines in the database: a list of names needs none of them."""
        return self.defer("geometry")


class Area(models.Model):
    """
    An area with a code, a name and an outline in WGS 84, longitude first.

    The official name is kept as it is: SCB joins several neighbourhoods in one RegSO with hyphens.
    """

    code = models.CharField(_("områdeskod"), max_length=40, unique=True)
    name = models.CharField(_("namn"), max_length=200)
    level = models.CharField(_("slag"), max_length=20, choices=AreaLevel)
    municipality_code = models.CharField(_("kommunkod"), max_length=4, blank=True, db_index=True)
    parent_code = models.CharField(_("ligger i område"), max_length=40, blank=True, db_index=True)
    geometry = models.JSONField(_("gräns"))
    area_km2 = models.FloatField(_("yta i km²"))
    label_lon = models.FloatField(_("namnets longitud"))
    label_lat = models.FloatField(_("namnets latitud"))
    min_lon = models.FloatField(_("västligast"))
    min_lat = models.FloatField(_("sydligast"))
    max_lon = models.FloatField(_("östligast"))
    max_lat = models.FloatField(_("nordligast"))
    source = models.CharField(_("källa"), max_length=200, blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)
    reference_date = models.DateField(_("gäller den"), null=True, blank=True)
    search_text = models.TextField(editable=False)
    sort_key = models.CharField(max_length=200, editable=False)

    objects: ClassVar[models.Manager[Area]] = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("område")
        verbose_name_plural = _("områden")
        ordering = ["sort_key", "code"]
        indexes = [
            models.Index(fields=["level", "municipality_code", "sort_key"], name="areas_of_municipality"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(area_km2__gte=0), name="area_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(min_lon__lte=models.F("max_lon"), min_lat__lte=models.F("max_lat")),
                name="area_box_is_upright",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the keys for searching and sorting in step with the name."""
        self.search_text = text.search_key(self.name, self.code)
        self.sort_key = text.sort_key(self.name)[:200]
        super().save(*args, **kwargs)

    @property
    def display_name(self) -> str:
        """The name as people read it; a DeSO has only its RegSO's name, so its code stands beside it."""
        return f"{self.name} ({self.code})" if self.level == AreaLevel.DESO else self.name


class Building(models.Model):
    """
    A building or property that people know by an id of the municipality's own; owners come with a later part.

    `id_key` is the id without regard to case, blanks and invisible characters: two such ids are one building.
    """

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="buildings")
    building_id = models.CharField(_("id"), max_length=120)
    id_key = models.CharField(max_length=120, editable=False)
    name = models.CharField(_("namn"), max_length=200)
    address = models.CharField(_("adress"), max_length=300, blank=True)
    lat = models.FloatField(_("latitud"), null=True)
    lon = models.FloatField(_("longitud"), null=True)
    easting_m = models.FloatField(_("öst i SWEREF 99 TM"), null=True)
    northing_m = models.FloatField(_("norr i SWEREF 99 TM"), null=True)
    regso_code = models.CharField(_("RegSO"), max_length=40, blank=True)
    deso_code = models.CharField(_("DeSO"), max_length=40, blank=True)
    search_text = models.TextField(editable=False)
    sort_key = models.CharField(max_length=200, editable=False)

    class Meta:
        verbose_name = _("byggnad")
        verbose_name_plural = _("byggnader")
        ordering = ["sort_key", "id_key"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id_key"], name="one_building_per_id"),
            models.CheckConstraint(
                condition=models.Q(lat__isnull=True, lon__isnull=True, easting_m__isnull=True, northing_m__isnull=True)
                | models.Q(
                    lat__range=(55.0, 69.2),
                    lon__range=(10.5, 24.3),
                    easting_m__isnull=False,
                    northing_m__isnull=False,
                ),
                name="building_has_a_whole_point_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.name
