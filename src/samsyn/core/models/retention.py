"""How long things are kept: each municipality's decision, and a protocol of each purge."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRule(models.Model):
    """
    One line of a municipality's disposal plan: how long a class of personal data is kept.

    `data_class` is a code from `core.personal_data`; without a line the declaration's own default holds.
    """

    municipality_code = models.CharField(_("kommun"), max_length=4)
    data_class = models.CharField(_("slag av uppgift"), max_length=60)
    keep_days = models.PositiveIntegerField(_("sparas i dagar"))
    decision = models.CharField(_("beslut"), max_length=200, blank=True, help_text=_("Till exempel KS 2026/123"))
    decided_date = models.DateField(_("beslutat"), null=True, blank=True)

    class Meta:
        verbose_name = _("gallringsregel")
        verbose_name_plural = _("gallringsregler")
        ordering = ["municipality_code", "data_class"]
        constraints = [
            models.UniqueConstraint(fields=["municipality_code", "data_class"], name="one_rule_per_class"),
        ]

    def __str__(self) -> str:
        return self.data_class


class PurgeProtocol(models.Model):
    """That a class of personal data was purged: when, by which rule, how many, and nothing of what it said."""

    at = models.DateTimeField(_("tid"))
    municipality_code = models.CharField(_("kommun"), max_length=4, blank=True)
    data_class = models.CharField(_("slag av uppgift"), max_length=60)
    keep_days = models.PositiveIntegerField(_("sparades i dagar"))
    decision = models.CharField(_("beslut"), max_length=200, blank=True)
    older_than_at = models.DateTimeField(_("äldre än"))
    n_purged = models.PositiveIntegerField(_("antal"))

    class Meta:
        verbose_name = _("gallringsprotokoll")
        verbose_name_plural = _("gallringsprotokoll")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.data_class} {self.at:%Y-%m-%d}"
