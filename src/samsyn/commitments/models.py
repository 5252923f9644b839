"""Agreements, plans and promises: what was promised, by whom, to be judged how, and what came of it."""

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
    Fulfilment,
    LinkBasis,
    LinkKind,
    Operator,
    OutcomeKind,
    PartyRole,
    Per,
    PeriodPrecision,
    PlaceKind,
    StatementKind,
    Task,
    WordingSource,
)
from samsyn.core import text
from samsyn.core.translations import TranslatedModel
from samsyn.dialogues.enums import Completeness
from samsyn.dialogues.models import Dialogue, Priority
from samsyn.organisations.models import Municipality, Organisation
from samsyn.organisations.permissions import municipalities_where
from samsyn.places.models import Area
from samsyn.statistics.models import StatisticSeries

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
        "title", "summary", "period_text", "signed_text", "published_text", "renewal_text", "follow_up_text",
        "follow_up_forum", "follow_up_deadline_text", "child_perspective", "completeness_note",
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


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Commitments, as pages ask for them."""

    def visible_to(self, user: User | AnonymousUser) -> CommitmentQuerySet:
        """Only those in documents that a person may read."""
        return self.filter(document__in=CommitmentDocument.objects.visible_to(user))


class Commitment(Part):
    """One line of a document: what somebody undertook to do or reach."""

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "title", "wording", "scope_text", "note", "cause_text", "condition_text", "added_reason",
    )

    document = models.ForeignKey(CommitmentDocument, models.CASCADE, related_name="commitments")
    key = models.SlugField(_("nyckel"), max_length=80)
    title = models.CharField(_("kort namn"), max_length=SHORT)
    wording = models.TextField(_("ordalydelse"), blank=True)
    wording_source = models.CharField(_("var det står"), max_length=20, choices=WordingSource, default="LISTED")
    scope_text = models.TextField(_("omfattning"), blank=True)
    note = models.TextField(_("anmärkning"), blank=True)
    cause_text = models.TextField(_("orsak som källan anger"), blank=True)
    theme = models.ForeignKey(Theme, models.SET_NULL, null=True, related_name="commitments")
    traits = models.JSONField(_("slags löfte"), default=list)
    condition_text = models.TextField(_("villkor"), blank=True)
    condition_decided_by = models.CharField(_("vem som avgör villkoret"), max_length=SHORT, blank=True)
    target_groups = models.JSONField(_("målgrupper"), default=list)
    methods = models.JSONField(_("metoder"), default=list)
    starts_after = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed_by")
    carried_over_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="carried_over_to")
    same_aim_as = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    added_date = models.DateField(_("tillagt under perioden"), null=True)
    added_reason = models.TextField(_("varför det lades till"), blank=True)
    source = models.JSONField(_("källa"), default=dict)
    search_text = models.TextField(editable=False)

    objects: ClassVar[CommitmentQuerySet] = CommitmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Part.Meta):
        verbose_name = _("löfte")
        verbose_name_plural = _("löften")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="one_commitment_per_key")]
        indexes = [models.Index(fields=["document", "order"], name="commitment_in_order")]

    def __str__(self) -> str:
        return self.title

    def refresh_search_text(self) -> None:
        """Fill the text that searches look in."""
        self.search_text = text.search_key(self.title, self.wording, self.scope_text, *self.translated_texts())


class CommitmentProblem(Part):
    """That a commitment answers a problem, and whether the source says so."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("note",)

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="problem_links")
    problem = models.ForeignKey(DocumentProblem, models.CASCADE, related_name="commitment_links")
    basis = models.CharField(_("hur kopplingen är känd"), max_length=20, choices=LinkBasis)
    note = models.TextField(_("anmärkning"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("problem bakom löfte")
        verbose_name_plural = _("problem bakom löften")
        constraints = [models.UniqueConstraint(fields=["commitment", "order"], name="one_problem_link_per_order")]

    def __str__(self) -> str:
        return str(self.problem)


class Responsibility(Part):
    """Who answers for doing, for following up or for evaluating: an organisation, a unit, a role, or just words."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text",)

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="responsibilities")
    task = models.CharField(_("uppgift"), max_length=20, choices=Task)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    text = models.CharField(_("vem, som källan skriver"), max_length=SHORT)

    class Meta(Part.Meta):
        verbose_name = _("ansvar")
        verbose_name_plural = _("ansvar")
        constraints = [models.UniqueConstraint(fields=["commitment", "order"], name="one_responsibility_per_order")]

    def __str__(self) -> str:
        return self.text


class CommitmentPlace(Part):
    """Where it applies. The words may be public while the exact place is not."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text",)

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="places")
    kind = models.CharField(_("slag"), max_length=20, choices=PlaceKind)
    text = models.CharField(_("plats, som källan skriver"), max_length=SHORT)
    area = models.ForeignKey(Area, models.SET_NULL, null=True, related_name="+")
    geometry = models.JSONField(_("ritad yta"), null=True)
    is_operational_secret = models.BooleanField(_("exakt plats är inte offentlig"), default=False)

    class Meta(Part.Meta):
        verbose_name = _("plats")
        verbose_name_plural = _("platser")
        constraints = [models.UniqueConstraint(fields=["commitment", "order"], name="one_place_per_order")]

    def __str__(self) -> str:
        return self.text


class BudgetLine(Part):
    """What it costs, how that is split, and whether the decision is still to come."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("text",)

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="budget_lines")
    payer = models.CharField(_("vem betalar"), max_length=SHORT, blank=True)
    amount_sek = models.DecimalField(_("kronor"), max_digits=14, decimal_places=2, null=True)
    share_percent = models.DecimalField(_("andel, procent"), max_digits=5, decimal_places=2, null=True)
    text = models.TextField(_("i ord"), blank=True)
    is_pending = models.BooleanField(_("beslut återstår"), default=False)

    class Meta(Part.Meta):
        verbose_name = _("kostnad")
        verbose_name_plural = _("kostnader")
        constraints = [models.UniqueConstraint(fields=["commitment", "order"], name="one_budget_line_per_order")]

    def __str__(self) -> str:
        return self.text or self.payer


class Indicator(Part):
    """What a commitment is judged by: a series of somebody's, with its definition and its breaks."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ("name", "definition", "caveat")

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="indicators")
    key = models.SlugField(_("nyckel"), max_length=80)
    name = models.CharField(_("mått"), max_length=SHORT)
    definition = models.TextField(_("definition"), blank=True)
    unit = models.CharField(_("enhet"), max_length=60, blank=True)
    owner = models.CharField(_("vems siffra"), max_length=SHORT, blank=True)
    series = models.ForeignKey(StatisticSeries, models.SET_NULL, null=True, related_name="+")
    extraction_date = models.DateField(_("uttagen"), null=True)
    breaks_text = models.TextField(_("brott i serien"), blank=True)
    lower_is_better = models.BooleanField(_("lägre är bättre"), null=True)
    caveat = models.TextField(_("att tänka på"), blank=True)
    source = models.JSONField(_("källa"), default=dict)

    class Meta(Part.Meta):
        verbose_name = _("mått")
        verbose_name_plural = _("mått")
        constraints = [models.UniqueConstraint(fields=["commitment", "key"], name="one_indicator_per_key")]

    def __str__(self) -> str:
        return self.name


class Target(Part):
    """What exactly was aimed at. A commitment has none, one or several; a target may lie within another."""

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "text", "unit", "compared_with", "place_text", "season_text", "deadline_text",
    )

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="targets")
    key = models.SlugField(_("nyckel"), max_length=80)
    within = models.ForeignKey("self", models.CASCADE, null=True, related_name="parts")
    indicator = models.ForeignKey(Indicator, models.SET_NULL, null=True, related_name="targets")
    operator = models.CharField(_("villkor"), max_length=20, choices=Operator)
    value = models.DecimalField(_("tal"), max_digits=16, decimal_places=4, null=True)
    value_high = models.DecimalField(_("högsta tal"), max_digits=16, decimal_places=4, null=True)
    unit = models.CharField(_("enhet"), max_length=120, blank=True)
    per = models.CharField(_("per"), max_length=20, choices=Per, default=Per.NOT_STATED)
    compared_with = models.CharField(_("jämfört med"), max_length=SHORT, blank=True)
    text = models.CharField(_("mål, som källan skriver"), max_length=SHORT, blank=True)
    place_text = models.CharField(_("plats"), max_length=SHORT, blank=True)
    season_text = models.CharField(_("årstid"), max_length=SHORT, blank=True)
    deadline = models.DateField(_("senast"), null=True)
    deadline_text = models.CharField(_("senast, som källan skriver"), max_length=SHORT, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("mål")
        verbose_name_plural = _("mål")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "key"], name="one_target_per_key"),
            models.CheckConstraint(
                condition=Q(value_high__isnull=True) | Q(value__isnull=True) | Q(value_high__gte=F("value")),
                name="target_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.get_operator_display()


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
        "title", "own_words", "own_words_by", "unit", "baseline_period_text", "value_text", "period_text", "works",
        "reason", "new_date_text", "decided_by", "scope_text", "caveat", "note",
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
