"""How residents and staff were heard: method, who answered, how they were chosen, what they said."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.core import text
from samsyn.core.translations import TranslatedModel
from samsyn.dialogues.enums import Completeness, Dimension, MethodKind, Selection
from samsyn.organisations.models import Municipality


class DialogueQuerySet(models.QuerySet["Dialogue"]):
    """Dialogues, as pages ask for them."""

    def of(self, municipality: Municipality) -> DialogueQuerySet:
        """Only those of one municipality."""
        return self.filter(municipality=municipality)

    def published(self) -> DialogueQuerySet:
        """Only those that residents may read."""
        return self.filter(is_published=True)


class Dialogue(TranslatedModel):
    """One time when people were heard before something was decided."""

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "title", "summary", "period_text", "selection_text", "comparison_text", "break_text", "completeness_note",
    )

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="dialogues")
    key = models.SlugField(_("nyckel"), max_length=80)
    title = models.CharField(_("namn"), max_length=200)
    summary = models.TextField(_("sammanfattning"), blank=True)
    period_text = models.CharField(_("period som källan skriver den"), max_length=120)
    start_date = models.DateField(_("från"), null=True)
    end_date = models.DateField(_("till"), null=True)
    selection = models.CharField(_("hur de svarande valdes"), max_length=20, choices=Selection)
    selection_text = models.TextField(_("hur de svarande valdes, i ord"), blank=True)
    n_invited = models.PositiveIntegerField(_("inbjudna"), null=True)
    n_sample = models.PositiveIntegerField(_("urval"), null=True)
    n_respondents = models.PositiveIntegerField(_("svarande"), null=True)
    response_rate = models.DecimalField(_("svarsandel, procent"), max_digits=5, decimal_places=2, null=True)
    supplier = models.CharField(_("genomförd av"), max_length=160, blank=True)
    comparison_text = models.TextField(_("jämförelsevärde"), blank=True)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed_by")
    is_series_break = models.BooleanField(_("metoden bytt sedan förra"), default=False)
    break_text = models.TextField(_("vad som bytts"), blank=True)
    completeness = models.CharField(_("fullständighet"), max_length=20, choices=Completeness)
    completeness_note = models.TextField(_("vad som saknas"), blank=True)
    source = models.JSONField(_("källa"), default=dict)
    is_published = models.BooleanField(_("publik"), default=False)
    search_text = models.TextField(editable=False)

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[DialogueQuerySet] = DialogueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("dialog")
        verbose_name_plural = _("dialoger")
        ordering = ["-start_date", "key"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="one_dialogue_per_key"),
            models.CheckConstraint(
                condition=models.Q(n_respondents__isnull=True)
                | models.Q(n_sample__isnull=True)
                | models.Q(n_respondents__lte=models.F("n_sample")),
                name="respondents_within_sample",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_margin_of_error(self) -> bool:
        """Tell whether the answers may be generalised: only a random sample's may."""
        return self.selection == Selection.RANDOM

    def refresh_search_text(self) -> None:
        """Fill the text that searches look in, with what was said once that is saved."""
        texts = [self.title, self.summary, self.selection_text, *self.translated_texts()]
        if self.pk:
            texts += [part for row in self.methods.all() for part in (row.text, *row.translated_texts())]
            texts += [part for row in self.findings.all() for part in (row.text, *row.translated_texts())]
            for row in self.priorities.all():
                texts += [row.title, row.contents, *row.translated_texts()]
        self.search_text = text.search_key(*texts)


class DialogueMethod(TranslatedModel):
    """One way in which people were heard within a dialogue."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text", "place_text", "date_text", "invited")

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="methods")
    order = models.PositiveSmallIntegerField(_("ordning"))
    kind = models.CharField(_("sätt"), max_length=20, choices=MethodKind)
    text = models.TextField(_("beskrivning"))
    place_text = models.CharField(_("plats"), max_length=200, blank=True)
    date_text = models.CharField(_("tid"), max_length=120, blank=True)
    invited = models.JSONField(_("inbjudna grupper"), default=list)

    class Meta:
        verbose_name = _("metod")
        verbose_name_plural = _("metoder")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "order"], name="one_method_per_order")]

    def __str__(self) -> str:
        return self.text


class Priority(TranslatedModel):
    """Something that those who answered wanted to see dealt with first, and what is in it."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "contents")

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="priorities")
    key = models.SlugField(_("nyckel"), max_length=80)
    order = models.PositiveSmallIntegerField(_("ordning i källan"))
    title = models.CharField(_("namn"), max_length=200)
    contents = models.CharField(_("vad som ingår"), max_length=300, blank=True)
    share_percent = models.DecimalField(_("andel"), max_digits=5, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("prioritering")
        verbose_name_plural = _("prioriteringar")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "key"], name="one_priority_per_key")]

    def __str__(self) -> str:
        return self.title


class Finding(TranslatedModel):
    """Something that was found, by sex, by time of day or otherwise, in words and perhaps in numbers."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text",)

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="findings")
    order = models.PositiveSmallIntegerField(_("ordning"))
    dimension = models.CharField(_("delat på"), max_length=20, choices=Dimension)
    text = models.TextField(_("fynd"))
    value = models.DecimalField(_("värde"), max_digits=12, decimal_places=4, null=True)
    unit = models.CharField(_("enhet"), max_length=40, blank=True)
    n = models.PositiveIntegerField(_("antal svar"), null=True)

    class Meta:
        verbose_name = _("fynd")
        verbose_name_plural = _("fynd")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "order"], name="one_finding_per_order")]

    def __str__(self) -> str:
        return self.text


class SourceClaim(TranslatedModel):
    """What one source says about a dialogue. Sources that do not agree are both kept, marked so."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("topic", "text")

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="claims")
    order = models.PositiveSmallIntegerField(_("ordning"))
    topic = models.CharField(_("fråga"), max_length=120)
    text = models.TextField(_("vad källan säger"))
    source = models.JSONField(_("källa"), default=dict)
    is_contradicted = models.BooleanField(_("motsägs av en annan källa"), default=False)

    class Meta:
        verbose_name = _("källuppgift")
        verbose_name_plural = _("källuppgifter")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "order"], name="one_claim_per_order")]

    def __str__(self) -> str:
        return self.text
