"""One line of a document: what was promised, by whom, where, and to be judged how."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.commitments.enums import (
    LinkBasis,
    Operator,
    Per,
    PlaceKind,
    Task,
    WordingSource,
)
from samsyn.commitments.models.documents import SHORT, CommitmentDocument, DocumentProblem, Part, Theme
from samsyn.core import text
from samsyn.organisations.models import Organisation
from samsyn.places.models import Area
from samsyn.statistics.models import StatisticSeries


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Commitments, as pages ask for them."""

    def visible_to(self, user: User | AnonymousUser) -> CommitmentQuerySet:
        """Only those in documents that a person may read."""
        return self.filter(document__in=CommitmentDocument.objects.visible_to(user))


class Commitment(Part):
    """One line of a document: what somebody undertook to do or reach."""

    TRANSLATED: ClassVar[tuple[str, ...]] = (
        "title",
        "wording",
        "scope_text",
        "note",
        "cause_text",
        "condition_text",
        "added_reason",
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

    # It has the methods of the queryset, which the types of as_manager() leave out.
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
        "text",
        "unit",
        "compared_with",
        "place_text",
        "season_text",
        "deadline_text",
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
