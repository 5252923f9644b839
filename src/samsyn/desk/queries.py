"""What is due this year, and what has happened to a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from samsyn.commitments.enums import DocumentState
from samsyn.commitments.models import (
    Commitment,
    CommitmentDocument,
    CommitmentDocumentQuerySet,
    Outcome,
)
from samsyn.commitments.verdicts import Reading, reading_of
from samsyn.core import audit
from samsyn.core.clock import STOCKHOLM, local
from samsyn.core.exporting import Table
from samsyn.core.models import AuditEntry
from samsyn.desk.forms_records import Wanted
from samsyn.organisations.models import Membership, Municipality, Organisation

DUE_WITHIN = timedelta(days=60)
LATELY = timedelta(days=90)
N_LATELY = 10
_PUBLISHING = ("commitments.outcome_published", "commitments.outcome_corrected")


@dataclass(frozen=True, slots=True)
class CommitmentWork:
    """A commitment with everything that has been reported on it, drafts too."""

    commitment: Commitment
    readings: list[Reading]


@dataclass(frozen=True, slots=True)
class Publication:
    """That an outcome was published, or corrected in public."""

    outcome: Outcome
    at: datetime
    is_correction: bool


def follow_ups_due(documents: CommitmentDocumentQuerySet, *, today: date) -> list[CommitmentDocument]:
    """Return the documents whose follow-up is late, or due soon, to the steering group; the oldest first."""
    return list(
        documents.filter(
            follow_up_deadline__lte=today + DUE_WITHIN, follow_up_reported_date__isnull=True
        ).order_by("follow_up_deadline", "key")
    )


def documents_lacking_outcomes(
    documents: CommitmentDocumentQuerySet, *, today: date
) -> list[CommitmentDocument]:
    """
    Return the documents whose period has ended with commitments that nobody has reported on.

    Each has `n_lacking`. A draft counts as a report here: it waits under its own heading.
    """
    without = Commitment.objects.filter(outcomes__isnull=True)
    return list(
        CommitmentDocument.objects.filter(pk__in=documents.values("pk"), period_end__lt=today)
        # An archived document is closed: what was never reported on will stay so.
        .exclude(state=DocumentState.ARCHIVED)
        .annotate(n_lacking=Count("commitments", filter=Q(commitments__in=without), distinct=True))
        .filter(n_lacking__gt=0)
    )


def drafts(documents: CommitmentDocumentQuerySet) -> list[Outcome]:
    """Return the outcomes that wait to be published."""
    return list(
        Outcome.objects.filter(commitment__document__in=documents.values("pk"), is_published=False)
        .select_related("commitment__document")
        .order_by("commitment__document__key", "commitment__order", "order")
    )


def published_lately(
    documents: CommitmentDocumentQuerySet, *, municipality_code: str, now: datetime
) -> list[Publication]:
    """Return what was published or corrected lately, the latest first."""
    entries = AuditEntry.objects.filter(
        municipality_code=municipality_code,
        object_type=Outcome._meta.label_lower,
        verb__in=_PUBLISHING,
        at__gte=now - LATELY,
    )[:N_LATELY]
    found = (
        Outcome.objects.published()
        .filter(commitment__document__in=documents.values("pk"))
        .select_related("commitment__document")
        .in_bulk([int(entry.object_id) for entry in entries])
    )
    return [
        Publication(found[int(entry.object_id)], entry.at, entry.verb != _PUBLISHING[0])
        for entry in entries
        if int(entry.object_id) in found
    ]


def with_counts(documents: CommitmentDocumentQuerySet, *, drafts: bool) -> list[CommitmentDocument]:
    """Return documents with `n_commitments`, `n_reported` and `n_drafts`; nought drafts for those who see none."""
    public = Q(commitments__outcomes__is_published=True)
    draft = Q(commitments__outcomes__is_published=False) if drafts else Q(pk__in=[])
    return list(
        CommitmentDocument.objects.filter(pk__in=documents.values("pk")).annotate(
            n_commitments=Count("commitments", distinct=True),
            n_reported=Count("commitments", filter=public, distinct=True),
            n_drafts=Count("commitments__outcomes", filter=draft, distinct=True),
        )
    )


def commitments_to_work_with(document: CommitmentDocument) -> list[CommitmentWork]:
    """Return a document's commitments, in order, with how each outcome reads."""
    commitments = document.commitments.select_related("theme").prefetch_related(
        "targets", Prefetch("outcomes", Outcome.objects.order_by("order"))
    )
    work = []
    for commitment in commitments:
        commitment.document = document
        readings = []
        for outcome in commitment.outcomes.all():
            outcome.commitment = commitment
            readings.append(reading_of(commitment, outcome))
        work.append(CommitmentWork(commitment, readings))
    return work


def history_of(document: CommitmentDocument) -> QuerySet[AuditEntry]:
    """Return what has been done to a document and its outcomes, the latest first."""
    outcomes = Outcome.objects.filter(commitment__document=document).values_list("pk", flat=True)
    return AuditEntry.objects.filter(
        Q(object_type=CommitmentDocument._meta.label_lower, object_id=str(document.pk))
        | Q(object_type=Outcome._meta.label_lower, object_id__in=[str(pk) for pk in outcomes])
    )


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line of the log, ready to show. `at` is local time."""

    at: datetime
    who: str
    account: int | None
    what: str
    verb: str
    thing: str
    is_reading: bool
    changes: list[tuple[str, str, str]]


def log_of(municipality: Municipality, wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the lines of a municipality's log that somebody wants to see, the latest first."""
    lines = AuditEntry.objects.filter(municipality_code=municipality.code)
    if wanted.kind:
        lines = lines.filter(is_reading=wanted.kind == "readings")
    if wanted.verb:
        lines = lines.filter(verb__startswith=wanted.verb)
    if wanted.account is not None:
        lines = lines.filter(actor_id=wanted.account)
    if wanted.first:
        lines = lines.filter(at__gte=datetime.combine(wanted.first, time.min, tzinfo=STOCKHOLM))
    if wanted.last:
        lines = lines.filter(at__lt=datetime.combine(wanted.last + timedelta(days=1), time.min, tzinfo=STOCKHOLM))
    return lines


def log_event_of(line: AuditEntry) -> LogEvent:
    """Put a line of the log into words."""
    return LogEvent(
        at=local(line.at),
        who=str(_("Systemet")) if line.actor_id is None else line.actor_label,
        account=line.actor_id,
        what=str(audit.words_of(line.verb)),
        verb=line.verb,
        thing=line.object_label,
        is_reading=line.is_reading,
        changes=[(name, _shown(pair[0]), _shown(pair[1])) for name, pair in line.changes.items()],
    )


def _shown(value: object) -> str:
    return "–" if value in (None, "") else str(value)


def log_table(lines: Sequence[AuditEntry]) -> Table:
    """Return lines of the log as rows of a file."""
    headings = ["tid", "roll", "konto", "händelse", "slag", "id", "vad", "läsning"]
    rows = [
        (
            line.at,
            line.actor_label,
            line.actor_id,
            line.verb,
            line.object_type,
            line.object_id,
            line.object_label,
            line.is_reading,
        )
        for line in lines
    ]
    return Table(headings, rows)
def organisations_with_counts(municipality: Municipality, *, today: date) -> list[Organisation]:
    """Return a municipality's organisations by name with `n_people` and `n_units`."""
    now_here = Membership.objects.in_force(today).of(municipality)
    return list(
        municipality.organisations.annotate(
            n_people=Count("memberships__user", filter=Q(memberships__in=now_here), distinct=True),
            n_units=Count("units", filter=Q(units__is_active=True), distinct=True),
        ).order_by("name")
    )


@dataclass(frozen=True, slots=True)
class Depends:
    """What hangs on an organisation: roles that end with its part, and documents that go on naming it."""

    memberships: list[Membership]
    n_documents: int


def what_depends_on(organisation: Organisation, *, today: date) -> Depends:
    """Return what depends on an organisation."""
    roles = organisation.memberships.filter(ended_at__isnull=True).exclude(until_date__lt=today)
    documents = CommitmentDocument.objects.filter(parties__organisation=organisation).distinct()
    return Depends(list(roles.select_related("user", "unit").order_by("user__name")), documents.count())


@dataclass(frozen=True, slots=True)
class Protocol:
    """That access was gone through: when, by which role, how many were kept and how many were left."""

    at: datetime
    who: str
    n_kept: int
    n_left: int


def access_protocol(municipality: Municipality) -> list[Protocol]:
    """Return the latest times that access was gone through, from the log."""
    entries = AuditEntry.objects.filter(
        verb="organisations.access_reviewed",
        object_type=Municipality._meta.label_lower,
        object_id=str(municipality.pk),
    )[:N_LATELY]
    return [
        Protocol(entry.at, entry.actor_label, entry.changes["n_kept"][1], entry.changes["n_left"][1])
        for entry in entries
    ]
