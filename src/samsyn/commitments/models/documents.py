"""Agreements, plans and promises as whole documents: who they bind, for how long, and what they say."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.commitments.enums import (
    DRAFT_READERS,
    DocumentKind,
    DocumentState,
    EvaluationKind,
    LinkBasis,
    LinkKind,
    PartyRole,
    PeriodPrecision,
    StatementKind,
)
from samsyn.core import text
from samsyn.core.translations import TranslatedModel
from samsyn.dialogues.enums import Completeness
from samsyn.dialogues.models import Dialogue, Priority
from samsyn.organisations.models import Municipality, Organisation
from samsyn.organisations.permissions import municipalities_where

SHORT = 300


class CommitmentDocumentQuerySet(models.QuerySet["CommitmentDocument"]):
    """Documents, as pages ask for them."""

    def of(self, municipality: Municipality) -> CommitmentDocumentQuerySet:
        """Only those of one municipality."""
        return self.filter(municipality=municipality)

    def published(self) -> CommitmentDocumentQuerySet:
        """Only those that residents may read."""
        return self.filter(is_published=True)

    def visible_to(self, user: User | AnonymousUser) -> CommitmentDocumentQuerySet:
        """Only those a person may read: everybody the published ones, some roles all of their own municipality's."""
        if not user.is_authenticated:
            return self.published()
        return self.filter(Q(is_published=True) | Q(municipality__in=municipalities_where(user, DRAFT_READERS)))


class CommitmentDocument(TranslatedModel):
    """A cooperation agreement, an action plan or a citizen promise, as its signed Swedish text has it."""

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "title",
        "summary",
        "period_text",
        "signed_text",
        "published_text",
        "renewal_text",
        "follow_up_text",
        "follow_up_forum",
        "follow_up_deadline_text",
        "child_perspective",
        "completeness_note",
    )

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="documents")
    key = models.SlugField(_("nyckel"), max_length=80, help_text=_("Står i adressen och ändras aldrig"))
    kind = models.CharField(_("slag"), max_length=20, choices=DocumentKind)
    title = models.CharField(_("namn"), max_length=SHORT)
    summary = models.TextField(_("sammanfattning"), blank=True)
    state = models.CharField(_("läge"), max_length=20, choices=DocumentState, default=DocumentState.DRAFT)
    is_published = models.BooleanField(_("publikt"), default=False)
    original_language = models.CharField(_("originalets språk"), max_length=20, default="sv")

    # The text is what the source says; the dates are only what can be read out of it.
    period_text = models.CharField(_("period som källan skriver den"), max_length=SHORT)
    period_start = models.DateField(_("gäller från"), null=True)
    period_end = models.DateField(_("gäller till"), null=True)
    period_precision = models.CharField(_("periodens noggrannhet"), max_length=20, choices=PeriodPrecision)
    signed_date = models.DateField(_("undertecknat"), null=True)
    signed_text = models.CharField(_("undertecknat, som källan skriver"), max_length=SHORT, blank=True)
    published_date = models.DateField(_("offentliggjort"), null=True)
    published_text = models.CharField(_("offentliggjort, som källan skriver"), max_length=SHORT, blank=True)
    renewal_text = models.CharField(_("hur ofta det förnyas"), max_length=SHORT, blank=True)

    follow_up_text = models.TextField(_("hur det följs upp"), blank=True)
    follow_up_forum = models.TextField(_("till vem uppföljningen lämnas"), blank=True)
    follow_up_deadline_text = models.CharField(_("när den lämnas"), max_length=SHORT, blank=True)
    follow_up_deadline = models.DateField(_("sista dag"), null=True)
    follow_up_reported_date = models.DateField(_("lämnad till styrgruppen"), null=True)

    child_perspective = models.TextField(_("barnperspektiv"), blank=True)
    target_groups = models.JSONField(_("målgrupper"), default=list)
    methods = models.JSONField(_("metoder som nämns"), default=list)

    completeness = models.CharField(_("fullständighet"), max_length=20, choices=Completeness)
    completeness_note = models.TextField(_("vad som saknas"), blank=True)
    source = models.JSONField(_("källa"), default=dict)
    search_text = models.TextField(editable=False)

    # It has the methods of the queryset, which the types of as_manager() leave out.
    objects: ClassVar[CommitmentDocumentQuerySet] = CommitmentDocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokument")
        ordering = [F("period_start").desc(nulls_last=True), "key"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="one_document_per_key"),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_end__gte=F("period_start")),
                name="period_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def refresh_search_text(self) -> None:
        """Fill the text that searches look in."""
        self.search_text = text.search_key(self.title, self.summary, self.period_text, *self.translated_texts())

    def follow_up_is_late(self, today: date) -> bool:
        """Tell whether the follow-up should have been handed over by now."""
        return bool(self.follow_up_deadline and not self.follow_up_reported_date and today > self.follow_up_deadline)


class Part(TranslatedModel):
    """Something that belongs to a document, a commitment or an outcome, in an order of its own."""

    order = models.PositiveSmallIntegerField(_("ordning"))

    class Meta:
        abstract = True
        ordering = ["order"]


class Party(Part):
    """An organisation with a part in a document, and the office that signs for it. No names."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("name", "office")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("part"), max_length=SHORT)
    office = models.CharField(_("befattning"), max_length=SHORT, blank=True)
    role = models.CharField(_("roll"), max_length=20, choices=PartyRole)
    signed_date = models.DateField(_("undertecknade"), null=True)

    class Meta(Part.Meta):
        verbose_name = _("part")
        verbose_name_plural = _("parter")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_party_per_order")]

    def __str__(self) -> str:
        return self.name


class DocumentLink(Part):
    """A document's tie to another one, here or elsewhere."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("other_text", "note")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="links")
    other = models.ForeignKey(CommitmentDocument, models.SET_NULL, null=True, related_name="linked_from")
    other_text = models.CharField(_("dokument som inte finns här"), max_length=SHORT, blank=True)
    kind = models.CharField(_("slag"), max_length=20, choices=LinkKind)
    note = models.TextField(_("anmärkning"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("dokumentlänk")
        verbose_name_plural = _("dokumentlänkar")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_link_per_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other or self.other_text}"


class DocumentDialogue(Part):
    """That a document was made after a dialogue, and how that is known."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("note",)

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="dialogue_links")
    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="document_links")
    basis = models.CharField(_("hur kopplingen är känd"), max_length=20, choices=LinkBasis)
    note = models.TextField(_("anmärkning"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("dialog före dokument")
        verbose_name_plural = _("dialoger före dokument")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_dialogue_link_per_order")]

    def __str__(self) -> str:
        return str(self.dialogue)


class DocumentStatement(Part):
    """Something a document says that is no commitment: a definition, an aim, a fact of its time."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("heading", "text")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="statements")
    kind = models.CharField(_("slag"), max_length=20, choices=StatementKind)
    heading = models.CharField(_("rubrik"), max_length=SHORT, blank=True)
    text = models.TextField(_("text"))
    source = models.JSONField(_("källa"), default=dict)

    class Meta(Part.Meta):
        verbose_name = _("utsaga")
        verbose_name_plural = _("utsagor")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_statement_per_order")]

    def __str__(self) -> str:
        return self.heading or self.text[:60]


class DocumentExtension(Part):
    """A later decision that a document shall be valid longer. The earlier period stays readable."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("previous_period_text", "new_period_text", "motive")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="extensions")
    decided_date = models.DateField(_("beslutat"), null=True)
    decided_by = models.CharField(_("av"), max_length=SHORT, blank=True)
    previous_period_text = models.CharField(_("tidigare period"), max_length=SHORT, blank=True)
    previous_period_end = models.DateField(_("tidigare slut"), null=True)
    new_period_text = models.CharField(_("ny period"), max_length=SHORT)
    new_period_end = models.DateField(_("nytt slut"), null=True)
    motive = models.TextField(_("motiv"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("förlängning")
        verbose_name_plural = _("förlängningar")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_extension_per_order")]

    def __str__(self) -> str:
        return self.new_period_text


class DocumentContact(Part):
    """Where to turn, as a role with the time it was valid. Never a named person."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("role_title", "organisation_text", "channel")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="contacts")
    role_title = models.CharField(_("roll"), max_length=SHORT)
    organisation_text = models.CharField(_("organisation"), max_length=SHORT, blank=True)
    channel = models.CharField(_("hur man når den"), max_length=SHORT, blank=True)
    valid_from = models.DateField(_("från"), null=True)
    valid_until = models.DateField(_("till"), null=True)

    class Meta(Part.Meta):
        verbose_name = _("kontakt")
        verbose_name_plural = _("kontakter")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_contact_per_order")]

    def __str__(self) -> str:
        return self.role_title


class Evaluation(Part):
    """A follow-up of a whole document, during the period or after it; there may be several."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "period_text", "forum", "text")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="evaluations")
    kind = models.CharField(_("slag"), max_length=20, choices=EvaluationKind)
    title = models.CharField(_("namn"), max_length=SHORT)
    period_text = models.CharField(_("period"), max_length=SHORT, blank=True)
    reported_date = models.DateField(_("lämnad"), null=True)
    forum = models.CharField(_("till"), max_length=SHORT, blank=True)
    text = models.TextField(_("text"), blank=True)
    source = models.JSONField(_("källa"), default=dict)

    class Meta(Part.Meta):
        verbose_name = _("uppföljning")
        verbose_name_plural = _("uppföljningar")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_evaluation_per_order")]

    def __str__(self) -> str:
        return self.title


class Signature(Part):
    """That an office signed, when and where, and what exactly: the checksum of the frozen text."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("organisation_text", "office", "date_text", "place_text")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="signatures")
    organisation_text = models.CharField(_("för"), max_length=SHORT)
    office = models.CharField(_("befattning"), max_length=SHORT)
    signed_date = models.DateField(_("dag"), null=True)
    date_text = models.CharField(_("dag, som källan skriver"), max_length=SHORT, blank=True)
    place_text = models.CharField(_("plats eller möte"), max_length=SHORT, blank=True)
    checksum = models.CharField(_("kontrollsumma"), max_length=64, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("underskrift")
        verbose_name_plural = _("underskrifter")
        constraints = [models.UniqueConstraint(fields=["document", "order"], name="one_signature_per_order")]

    def __str__(self) -> str:
        return self.office


class Theme(Part):
    """A focus area that groups commitments."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "text")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="themes")
    key = models.SlugField(_("nyckel"), max_length=80)
    title = models.CharField(_("namn"), max_length=SHORT)
    text = models.TextField(_("text"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("fokusområde")
        verbose_name_plural = _("fokusområden")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="one_theme_per_key")]

    def __str__(self) -> str:
        return self.title


class DocumentProblem(Part):
    """A problem in the picture that a document rests on. Some get no promise; some promises have several."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("title", "text", "cause_text")

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="problems")
    key = models.SlugField(_("nyckel"), max_length=80)
    title = models.CharField(_("problem"), max_length=SHORT)
    text = models.TextField(_("text"), blank=True)
    cause_text = models.TextField(_("orsak, om källan säger någon"), blank=True)
    priority = models.ForeignKey(Priority, models.SET_NULL, null=True, related_name="problems")
    source = models.JSONField(_("källa"), default=dict)

    class Meta(Part.Meta):
        verbose_name = _("problem")
        verbose_name_plural = _("problem")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="one_problem_per_key")]

    def __str__(self) -> str:
        return self.title
