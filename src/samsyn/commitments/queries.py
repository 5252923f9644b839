"""Reads about documents and commitments, as pages need them: a fixed number of queries, however long the document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from samsyn.commitments.models import (
    Commitment,
    CommitmentDocument,
    CommitmentPlace,
    CommitmentProblem,
    DocumentContact,
    DocumentDialogue,
    DocumentExtension,
    DocumentLink,
    Evaluation,
    Outcome,
    Signature,
    Target,
    Theme,
)
from samsyn.commitments.verdicts import Reading, reading_of
from samsyn.core import text
from samsyn.core.errors import NotFound
from samsyn.dialogues.models import Dialogue, DialogueMethod
from samsyn.organisations.models import Municipality
from samsyn.places.models import Area


class NoSuchDocument(NotFound):
    """The document does not exist, or is not public."""


class NoSuchCommitment(NotFound):
    """The commitment does not exist, or is not public."""


def published_documents(municipality: Municipality) -> list[CommitmentDocument]:
    """Return the public documents, newest period first, each with how much there is in it."""
    return list(
        CommitmentDocument.objects.of(municipality)
        .published()
        .annotate(n_commitments=_n_commitments(), has_outcomes=_has_outcomes())
        .defer("search_text", "source", "follow_up_text", "child_perspective", "target_groups", "methods")
        .prefetch_related("parties")
    )


def _n_commitments() -> Coalesce:
    # A subquery a document: joined and counted distinct, a town's thousands of commitments would be sorted.
    commitments = Commitment.objects.filter(document=OuterRef("pk")).order_by().values("document")
    return Coalesce(Subquery(commitments.annotate(n=Count("pk")).values("n")), 0)


def _has_outcomes() -> Exists:
    return Exists(Outcome.objects.published().filter(commitment__document=OuterRef("pk")))


def published_document(municipality: Municipality, key: str, *, whole: bool = False) -> CommitmentDocument:
    """
    Return a public document with how many commitments it has.

    `whole` is for the page that shows all of it: flags then tell what only some documents have, so that the
    rest need not ask. On other pages the flags would cost more than the rest of the query.

    :raises NoSuchDocument: there is no such public document
    """
    documents = CommitmentDocument.objects.of(municipality).published().filter(key=key)
    documents = documents.annotate(n_commitments=_n_commitments()).prefetch_related("evaluations")
    if whole:
        documents = documents.annotate(
            has_extensions=Exists(DocumentExtension.objects.filter(document=OuterRef("pk"))),
            has_contacts=Exists(DocumentContact.objects.filter(document=OuterRef("pk"))),
            has_signatures=Exists(Signature.objects.filter(document=OuterRef("pk"))),
            has_themes=Exists(Theme.objects.filter(document=OuterRef("pk"))),
            has_outcomes=_has_outcomes(),
        )
    found = documents.first()
    if found is None:
        raise NoSuchDocument(_("Dokumentet finns inte, eller är inte publicerat. Se alla löften i stället."))
    found.municipality = municipality
    return found


def latest_with_outcomes(municipality: Municipality) -> CommitmentDocument | None:
    """
    Return the public document whose follow-up residents should meet first: the latest that is followed up.

    A document with a first outcome or two comes only where none is followed up as a whole.
    """
    followed_up = Exists(Evaluation.objects.filter(document=OuterRef("pk")))
    documents = CommitmentDocument.objects.of(municipality).published().filter(_has_outcomes())
    return (
        documents.annotate(is_followed_up=followed_up)
        .order_by("-is_followed_up", F("period_start").desc(nulls_last=True), "key")
        .prefetch_related("evaluations")
        .first()
    )


# What no list shows. Reading it all would be much of what a list costs: each JSON field is parsed for each row.
_NOT_IN_LISTS = {
    Commitment: ("search_text", "source", "traits", "target_groups", "methods", "condition_text", "added_reason"),
    Outcome: ("source",),
}


def _with_what_lists_need(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    outcomes = Outcome.objects.published().order_by("order").defer(*_NOT_IN_LISTS[Outcome])
    return (
        commitments.select_related("theme")
        .defer(*_NOT_IN_LISTS[Commitment])
        .prefetch_related(
            Prefetch("targets", Target.objects.only("commitment", "order", "operator", "value")),
            Prefetch("outcomes", outcomes, to_attr="shown_outcomes"),
        )
    )


def _readings(document: CommitmentDocument, commitments: Iterable[Commitment]) -> list[Reading]:
    found = []
    for commitment in commitments:
        commitment.document = document
        outcomes = commitment.shown_outcomes  # type: ignore[attr-defined]  # set by the prefetch above
        for outcome in outcomes:
            outcome.commitment = commitment
        # Of several reports over a long period the last one answers how it went.
        found.append(reading_of(commitment, outcomes[-1] if outcomes else None))
    return found


def readings_of(document: CommitmentDocument, *, start: int = 0, stop: int | None = None) -> list[Reading]:
    """Return how it went with a document's commitments, in order; some of them if `start` and `stop` say so."""
    commitments = _with_what_lists_need(Commitment.objects.filter(document=document)).order_by("order", "pk")
    return _readings(document, commitments[start:stop])


# What a link shows of the document at its other end.
_LINKED = ("key", "title", "translations", "is_published")


def links_of(document: CommitmentDocument) -> list[DocumentLink]:
    """Return a document's ties to others, in both directions; those to documents that are not public are left out."""
    ends = [f"{end}__{field}" for end in ("document", "other") for field in _LINKED]
    links = (
        DocumentLink.objects.filter(Q(document=document) | Q(other=document))
        .select_related("document", "other")
        .only("order", "kind", "other_text", "note", "translations", *ends)
    )
    return [
        link
        for link in links
        if link.document.is_published and (link.other is None or link.other.is_published)
    ]


def dialogues_of(document: CommitmentDocument, *, priorities: bool = False) -> list[DocumentDialogue]:
    """Return the public dialogues that came before a document, with their priorities where those are shown."""
    return list(
        DocumentDialogue.objects.filter(document=document, dialogue__is_published=True)
        .select_related("dialogue")
        .defer("dialogue__search_text", "dialogue__source")
        .prefetch_related(*(["dialogue__priorities"] if priorities else []))
    )


def _not_in_links(path: str) -> list[str]:
    """Return the fields at the end of a path that a link to it doesn't show: it needs key, name and translations."""
    model = CommitmentDocument if path.endswith("document") else Commitment
    shown = {"id", "key", "title", "translations", "document", "is_published"}
    return [f"{path}__{field.name}" for field in model._meta.concrete_fields if field.name not in shown]


def published_commitment(municipality: Municipality, document_key: str, key: str) -> Commitment:
    """
    Return a public commitment with all that hangs on its thread.

    :raises NoSuchCommitment: there is no such public commitment
    """
    siblings = Commitment.objects.filter(document=OuterRef("document")).order_by().values("document")
    earlier = siblings.filter(order__lte=OuterRef("order"))
    found = (
        Commitment.objects.filter(
            document__municipality=municipality, document__is_published=True, document__key=document_key, key=key
        )
        .select_related("document", "carried_over_from__document")
        .defer("search_text", *_not_in_links("carried_over_from"), *_not_in_links("carried_over_from__document"))
        .annotate(
            n_siblings=Subquery(siblings.annotate(n=Count("pk")).values("n")),
            position=Subquery(earlier.annotate(n=Count("pk")).values("n")),
        )
        .prefetch_related(
            Prefetch("problem_links", CommitmentProblem.objects.select_related("problem")),
            "responsibilities",
            Prefetch("places", CommitmentPlace.objects.select_related("area").defer("area__geometry")),
            "targets",
            Prefetch(
                "outcomes",
                Outcome.objects.published().order_by("order").prefetch_related("corrections"),
                to_attr="shown_outcomes",
            ),
        )
        .first()
    )
    if found is None:
        raise NoSuchCommitment(_("Löftet finns inte, eller är inte publicerat. Se alla löften i stället."))
    found.document.municipality = municipality
    if found.carried_over_from and not found.carried_over_from.document.is_published:
        found.carried_over_from = None
    for place in found.places.all():
        if place.is_operational_secret:  # its words are public, where it is is not
            place.area = None
    return found


def commitment_readings(commitment: Commitment) -> list[Reading]:
    """Return every published report on a commitment, oldest first; one without an outcome when there is none."""
    outcomes = commitment.shown_outcomes  # type: ignore[attr-defined]  # set by the prefetch above
    for outcome in outcomes:
        outcome.commitment = commitment
    return [reading_of(commitment, outcome) for outcome in outcomes] or [reading_of(commitment, None)]


def documents_after(dialogue: Dialogue) -> list[DocumentDialogue]:
    """Return the public documents that were made after a dialogue."""
    return list(
        DocumentDialogue.objects.filter(dialogue=dialogue, document__is_published=True)
        .select_related("document")
        .order_by(F("document__period_start").asc(nulls_last=True))
    )


def commitments_by_priority(dialogue: Dialogue) -> dict[int, list[CommitmentProblem]]:
    """Return, by priority, the links to public commitments that it led to."""
    found: dict[int, list[CommitmentProblem]] = {}
    links = CommitmentProblem.objects.filter(
        problem__priority__dialogue=dialogue, commitment__document__is_published=True
    ).select_related("commitment__document", "problem")
    for link in links:
        found.setdefault(link.problem.priority_id or 0, []).append(link)
    return found


def commitments_in_area(municipality: Municipality, area: Area) -> list[Commitment]:
    """Return the public commitments that name an area, not in secret, or the whole municipality; see `is_for_all`."""
    named = CommitmentPlace.objects.filter(commitment=OuterRef("pk"), area=area, is_operational_secret=False)
    return list(
        Commitment.objects.filter(
            Q(places__area=area, places__is_operational_secret=False) | Q(places__kind="MUNICIPALITY"),
            document__municipality=municipality,
            document__is_published=True,
        )
        .select_related("document")
        .annotate(is_for_all=~Exists(named))
        .distinct()
        .order_by(F("document__period_start").desc(nulls_last=True), "order")
    )


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a neighbourhood: what was said, and the dialogue or the outcome that says it."""

    neighbourhood: str
    method: DialogueMethod | None = None
    outcome: Outcome | None = None


def neighbourhoods_in(name: str) -> list[str]:
    """
    Return the neighbourhoods that SCB has joined in one area's name, as people write them.

    >>> neighbourhoods_in("Sjuntorpsområdet-Gärdhem-Edsvid")
    ['Sjuntorp', 'Gärdhem', 'Edsvid']
    """
    parts = [
        part.removesuffix("området").removesuffix("s") if part.endswith("området") else part for part in name.split("-")
    ]
    return [part.strip() for part in parts if part.strip()]


def mentions_of(municipality: Municipality, area: Area) -> list[Mention]:
    """Return where public dialogues and outcomes name one of an area's neighbourhoods, in words of their own."""
    names = neighbourhoods_in(area.name)
    patterns = {name: re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE) for name in names}
    methods = DialogueMethod.objects.filter(
        dialogue__municipality=municipality, dialogue__is_published=True
    ).exclude(place_text="")
    outcomes = Outcome.objects.published().filter(
        commitment__document__municipality=municipality, commitment__document__is_published=True
    ).exclude(scope_text="")
    found = []
    for method in methods.select_related("dialogue").order_by("-dialogue__start_date", "order"):
        found += [Mention(name, method=method) for name, p in patterns.items() if p.search(method.place_text)][:1]
    for outcome in outcomes.select_related("commitment__document").order_by("-period_start", "order"):
        found += [Mention(name, outcome=outcome) for name, p in patterns.items() if p.search(outcome.scope_text)][:1]
    return found


def search(municipality: Municipality, terms: list[str], *, limit: int) -> dict[str, list[object]]:
    """Return the public documents, commitments, dialogues and priorities in which every term stands."""
    everywhere = Q()
    for term in terms:
        everywhere &= Q(search_text__contains=term)
    documents = CommitmentDocument.objects.of(municipality).published().filter(everywhere)
    commitments = (
        Commitment.objects.filter(everywhere, document__municipality=municipality, document__is_published=True)
        .select_related("document")
        .order_by(F("document__period_start").desc(nulls_last=True), "order")
    )
    dialogues = Dialogue.objects.of(municipality).published().filter(everywhere)
    return {
        "documents": list(documents[:limit]),
        "commitments": list(commitments[:limit]),
        "dialogues": list(dialogues[:limit]),
    }


def search_terms(query: str) -> list[str]:
    """Return the words of a search as they are looked for: casefolded, at most eight of them."""
    return text.search_key(query).split()[:8]


