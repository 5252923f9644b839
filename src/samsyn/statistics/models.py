"""
Numbers and news owned by somebody else (Brå, SCB, the police), with their definition, owner and date.

Shared by every municipality on the installation, and public: nobody owns a row here, none is about a person.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.core.translations import TranslatedModel
from samsyn.statistics.enums import CountedBy, Periodicity, Sex, ValueStatus


class StatisticSeries(TranslatedModel):
    """One measure for one area over time, and what a reader must know to read it right."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "definition", "unit", "direction_note", "source_text")

    key = models.CharField(_("nyckel"), max_length=80, unique=True)
    measure = models.CharField(_("mått"), max_length=40)
    area_code = models.CharField(_("område"), max_length=40)
    periodicity = models.CharField(_("period"), max_length=10, choices=Periodicity)
    owner = models.CharField(_("ägare"), max_length=120)
    title = models.CharField(_("rubrik"), max_length=160)
    definition = models.TextField(_("definition"))
    unit = models.CharField(_("enhet"), max_length=60)
    counted_by = models.CharField(_("hur det räknas"), max_length=12, choices=CountedBy)
    direction_note = models.TextField(_("vad upp och ner betyder"), blank=True)
    source_text = models.CharField(_("källa"), max_length=200)
    source_url = models.URLField(_("källans adress"), blank=True)
    licence = models.CharField(_("licens"), max_length=120, blank=True)
    extraction_date = models.DateField(_("hämtat den"), null=True, blank=True)

    class Meta:
        verbose_name = _("statistikserie")
        verbose_name_plural = _("statistikserier")
        ordering = ["area_code", "key"]
        indexes = [models.Index(fields=["area_code", "periodicity", "measure"], name="series_of_area")]

    def __str__(self) -> str:
        return self.title


class StatisticValue(models.Model):
    """A series' number for one period, or the statement that there is none."""

    series = models.ForeignKey(StatisticSeries, models.CASCADE, related_name="values")
    period = models.CharField(
        _("period"), max_length=10, help_text=_("Till exempel 2020, 2015K1 eller 2015M03")
    )
    start_date = models.DateField(_("första dag"))
    end_date = models.DateField(_("sista dag"))
    value = models.DecimalField(_("värde"), max_digits=14, decimal_places=3, null=True)
    rate_per_100k = models.DecimalField(_("per 100 000 invånare"), max_digits=14, decimal_places=3, null=True)
    status = models.CharField(_("status"), max_length=12, choices=ValueStatus, default=ValueStatus.FINAL)

    class Meta:
        verbose_name = _("statistikvärde")
        verbose_name_plural = _("statistikvärden")
        ordering = ["series", "start_date"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period"], name="one_value_per_series_and_period"),
            models.CheckConstraint(
                condition=models.Q(status__in=["FINAL", "PRELIMINARY"], value__isnull=False)
                | models.Q(status__in=["SUPPRESSED", "MISSING"], value__isnull=True),
                name="value_agrees_with_its_status",
            ),
            models.CheckConstraint(
                condition=models.Q(end_date__gte=models.F("start_date")), name="value_period_is_not_backwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {'–' if self.value is None else self.value}"

    @property
    def is_preliminary(self) -> bool:
        """Tell whether the owner may still change the number."""
        return self.status == ValueStatus.PRELIMINARY


class SeriesBreak(TranslatedModel):
    """A period from which a series cannot be compared with what came before, or a hole in it, and why."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text",)

    series = models.ForeignKey(StatisticSeries, models.CASCADE, related_name="breaks")
    period = models.CharField(_("från period"), max_length=10)
    text = models.TextField(_("vad som ändrades"))

    class Meta:
        verbose_name = _("tidsseriebrott")
        verbose_name_plural = _("tidsseriebrott")
        ordering = ["series", "period"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period"], name="one_break_per_series_and_period")
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.text}"


class PopulationCount(models.Model):
    """How many of one sex and age band are registered in an area on the last day of a year."""

    area_code = models.CharField(_("område"), max_length=40)
    year = models.PositiveSmallIntegerField(_("år"))
    sex = models.CharField(_("kön"), max_length=6, choices=Sex)
    age_band = models.CharField(_("ålder"), max_length=10, help_text=_("Till exempel 0-4 eller 80+"))
    age_from = models.PositiveSmallIntegerField(_("från ålder"))
    n = models.PositiveIntegerField(_("antal"))

    class Meta:
        verbose_name = _("folkmängd")
        verbose_name_plural = _("folkmängd")
        ordering = ["area_code", "year", "age_from", "sex"]
        constraints = [
            models.UniqueConstraint(
                fields=["area_code", "year", "sex", "age_band"], name="one_count_per_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.year} {self.sex} {self.age_band}: {self.n}"


class NewsItem(models.Model):
    """
    What the police chose to tell of one event. Not statistics, and never a place on a map.

    The feed's coordinate is the middle of a municipality or a county, so it is not kept. `published_at` is
    when the police published; the event's own time is only a text in the headline, kept as `event_text`.
    """

    external_id = models.CharField(_("polisens nummer"), max_length=40, unique=True)
    published_at = models.DateTimeField(_("publicerad"))
    event_text = models.CharField(_("händelsens tid"), max_length=60, blank=True)
    kind = models.CharField(_("slag"), max_length=80)
    headline = models.CharField(_("rubrik"), max_length=300)
    summary = models.TextField(_("sammanfattning"), blank=True)
    url = models.URLField(_("adress"), max_length=500, blank=True)
    municipality_code = models.CharField(_("kommunkod"), max_length=4)
    location_name = models.CharField(_("plats enligt polisen"), max_length=120)

    class Meta:
        verbose_name = _("polishändelse")
        verbose_name_plural = _("polishändelser")
        ordering = ["-published_at", "-external_id"]
        indexes = [models.Index(fields=["municipality_code", "-published_at"], name="news_of_municipality")]

    def __str__(self) -> str:
        return self.headline


class KpiDefinition(models.Model):
    """What Kolada says of one of its key figures. Kept apart, for the values often come before it or without it."""

    kpi = models.CharField(_("nyckeltal"), max_length=10, unique=True)
    title = models.CharField(_("rubrik"), max_length=300)
    description = models.TextField(_("beskrivning"), blank=True)
    operating_area = models.CharField(_("verksamhetsområde"), max_length=200, blank=True)
    is_divided_by_gender = models.BooleanField(_("delas upp på kön"), default=False)
    publ_period = models.CharField(_("senaste period"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("nyckeltal hos Kolada")
        verbose_name_plural = _("nyckeltal hos Kolada")
        ordering = ["kpi"]

    def __str__(self) -> str:
        return f"{self.kpi} {self.title}"
