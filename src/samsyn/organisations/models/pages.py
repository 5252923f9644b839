"""What residents are told about the municipality: opening hours, who does what, when a page was reviewed."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.core import text
from samsyn.core.translations import TranslatedModel
from samsyn.organisations.enums import GuideGroup
from samsyn.organisations.models.towns import Municipality


class OpeningHours(models.Model):
    """When the contact centre is open on one weekday, in local time."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("veckodag"), help_text=_("0 är måndag"))
    opens_at = models.TimeField(_("öppnar"))
    closes_at = models.TimeField(_("stänger"))

    class Meta:
        verbose_name = _("öppettid")
        verbose_name_plural = _("öppettider")
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_exists"),
            models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="closes_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens_at:%H.%M}–{self.closes_at:%H.%M}"


class OpeningException(models.Model):
    """A day with other hours than usual; without hours it is closed."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="opening_exceptions")
    day_date = models.DateField(_("dag"))
    opens_at = models.TimeField(_("öppnar"), null=True, blank=True)
    closes_at = models.TimeField(_("stänger"), null=True, blank=True)
    reason = models.CharField(_("skäl"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("avvikande öppettid")
        verbose_name_plural = _("avvikande öppettider")
        ordering = ["day_date"]
        constraints = [models.UniqueConstraint(fields=["municipality", "day_date"], name="one_exception_per_day")]

    def __str__(self) -> str:
        return self.day_date.isoformat()


class GuideEntry(TranslatedModel):
    """One line of the page *Vem gör vad*: who answers for something, and what they may and may not do."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "text", "who")

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="guide_entries")
    key = models.SlugField(_("nyckel"), max_length=60)
    group = models.CharField(_("grupp"), max_length=20, choices=GuideGroup)
    order = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("rubrik"), max_length=160)
    text = models.TextField(_("text"), blank=True)
    who = models.CharField(_("vem"), max_length=160, blank=True)
    phone = models.CharField(_("telefon"), max_length=40, blank=True)
    is_example = models.BooleanField(_("exempel i demon"), default=False)
    search_text = models.TextField(editable=False)

    class Meta:
        verbose_name = _("vem gör vad-rad")
        verbose_name_plural = _("vem gör vad-rader")
        ordering = ["group", "order"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="one_guide_entry_per_key")]

    def __str__(self) -> str:
        return self.title

    def refresh_search_text(self) -> None:
        """Fill the text that searches look in."""
        self.search_text = text.search_key(self.title, self.text, self.who, *self.translated_texts())


class PageReview(models.Model):
    """When a public page was last reviewed, by which unit, and how often that should happen."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="page_reviews")
    page = models.CharField(_("sida"), max_length=60)
    title = models.CharField(_("sidans namn"), max_length=120)
    unit = models.CharField(_("ansvarig enhet"), max_length=120)
    reviewed_date = models.DateField(_("senast granskad"))
    interval_days = models.PositiveIntegerField(_("granskas var … dag"), default=365)

    class Meta:
        verbose_name = _("granskning")
        verbose_name_plural = _("granskningar")
        ordering = ["reviewed_date"]
        constraints = [models.UniqueConstraint(fields=["municipality", "page"], name="one_review_per_page")]

    def __str__(self) -> str:
        return self.title

    def is_overdue(self, today: date) -> bool:
        """Tell whether the page should have been reviewed by now."""
        return (today - self.reviewed_date).days > self.interval_days
