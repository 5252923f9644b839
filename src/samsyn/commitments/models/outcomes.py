"""What came of a commitment, and the corrections of what was told of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from samsyn.commitments.enums import (
    Fulfilment,
    LinkBasis,
    OutcomeKind,
)
from samsyn.commitments.models.commitments import Commitment, Indicator
from samsyn.commitments.models.documents import SHORT, Part


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Outcomes, as pages ask for them."""

    def published(self) -> OutcomeQuerySet:
        """Only those that residents may read."""
        return self.filter(is_published=True)


class Outcome(Part):
    """
    What came of a commitment: the number, the actor's own words and the state of fulfilment, kept apart.

    The verdict of change is computed from the numbers each time (`verdicts.verdict_of`), never stored.
    """

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "title",
        "own_words",
        "own_words_by",
        "unit",
        "baseline_period_text",
        "value_text",
        "period_text",
        "works",
        "reason",
        "new_date_text",
        "decided_by",
        "scope_text",
        "caveat",
        "note",
    )

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="outcomes")
    key = models.SlugField(_("nyckel"), max_length=80)
    indicator = models.ForeignKey(Indicator, models.SET_NULL, null=True, related_name="outcomes")
    kind = models.CharField(_("slags utfall"), max_length=20, choices=OutcomeKind)
    title = models.CharField(_("utfallet i en rad"), max_length=SHORT, blank=True)
    own_words = models.TextField(_("parternas egna ord"), blank=True)
    own_words_by = models.CharField(_("vems ord"), max_length=SHORT, blank=True)

    unit = models.CharField(_("enhet"), max_length=120, blank=True)
    baseline_value = models.DecimalField(_("tal före"), max_digits=16, decimal_places=4, null=True)
    baseline_numerator = models.PositiveBigIntegerField(_("antal före"), null=True)
    baseline_denominator = models.PositiveBigIntegerField(_("av hur många före"), null=True)
    baseline_period_text = models.CharField(_("period före"), max_length=120, blank=True)
    baseline_start = models.DateField(_("före, från"), null=True)
    baseline_end = models.DateField(_("före, till"), null=True)
    value = models.DecimalField(_("tal efter"), max_digits=16, decimal_places=4, null=True)
    value_high = models.DecimalField(_("högsta tal"), max_digits=16, decimal_places=4, null=True)
    value_numerator = models.PositiveBigIntegerField(_("antal efter"), null=True)
    value_denominator = models.PositiveBigIntegerField(_("av hur många efter"), null=True)
    value_text = models.CharField(_("utfall i ord"), max_length=SHORT, blank=True)
    period_text = models.CharField(_("period efter"), max_length=120, blank=True)
    period_start = models.DateField(_("efter, från"), null=True)
    period_end = models.DateField(_("efter, till"), null=True)
    works = models.JSONField(_("utförda arbeten"), default=list)

    fulfilment = models.CharField(_("uppfyllelse"), max_length=20, choices=Fulfilment, default=Fulfilment.NOT_STATED)
    fulfilment_basis = models.CharField(
        _("hur uppfyllelsen är känd"), max_length=20, choices=LinkBasis, default=LinkBasis.STATED
    )
    reason = models.TextField(_("skäl"), blank=True)
    new_date = models.DateField(_("ny tidpunkt"), null=True)
    new_date_text = models.CharField(_("ny tidpunkt, som källan skriver"), max_length=SHORT, blank=True)
    decided_by = models.CharField(_("vem beslutade"), max_length=SHORT, blank=True)

    scope_text = models.TextField(_("vad utfallet gäller"), blank=True)
    caveat = models.TextField(_("att tänka på om orsaken"), blank=True)
    note = models.TextField(_("anmärkning"), blank=True)
    is_about_few = models.BooleanField(_("rör få personer: visas inte uppdelat"), default=False)
    reported_date = models.DateField(_("rapporterat"), null=True)
    source = models.JSONField(_("källa"), default=dict)
    is_example = models.BooleanField(_("exempel i demon"), default=False)

    is_published = models.BooleanField(_("publikt"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[OutcomeQuerySet] = OutcomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Part.Meta):
        verbose_name = _("utfall")
        verbose_name_plural = _("utfall")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "key"], name="one_outcome_per_key"),
            models.CheckConstraint(
                condition=Q(value_numerator__isnull=True)
                | Q(value_denominator__isnull=True)
                | Q(value_numerator__lte=F("value_denominator")),
                name="outcome_part_within_whole",
            ),
            models.CheckConstraint(
                condition=Q(baseline_numerator__isnull=True)
                | Q(baseline_denominator__isnull=True)
                | Q(baseline_numerator__lte=F("baseline_denominator")),
                name="baseline_part_within_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.commitment)


class OutcomeCorrection(Part):
    """A public note that a published outcome was changed: when, why, and what it said before."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("note",)

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="corrections")
    corrected_date = models.DateField(_("rättat"))
    note = models.TextField(_("vad som rättats och varför"))
    changes = models.JSONField(_("före och efter"), default=dict)

    class Meta(Part.Meta):
        verbose_name = _("rättelse")
        verbose_name_plural = _("rättelser")
        constraints = [models.UniqueConstraint(fields=["outcome", "order"], name="one_correction_per_order")]

    def __str__(self) -> str:
        return self.note
