"""Every page asks the database a fixed number of questions, however long the documents are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samsyn.commitments.enums import EvaluationKind, LinkBasis, LinkKind, PartyRole, StatementKind, Task
from samsyn.commitments.models import (
    CommitmentDocument,
    CommitmentPlace,
    CommitmentProblem,
    DocumentContact,
    DocumentDialogue,
    DocumentLink,
    DocumentProblem,
    DocumentStatement,
    Evaluation,
    OutcomeCorrection,
    Party,
    Responsibility,
)
from samsyn.commitments.tests.factories import (
    CommitmentFactory,
    DocumentFactory,
    MunicipalityFactory,
    OutcomeFactory,
    TargetFactory,
    alice,
)
from samsyn.dialogues.enums import Completeness, Selection
from samsyn.dialogues.models import Dialogue, Priority

pytestmark = pytest.mark.django_db

MOST = 12
PAGES = (
    "/",
    "/loften/",
    "/loften/rss.xml",
    "/loften/lofte/",
    "/loften/lofte/sa-gick-det/",
    "/loften/lofte/sa-gick-det.pdf",
    "/loften/lofte/lofte-0/",
    "/dialoger/",
    "/dialoger/enkat/",
    "/laget/",
    "/laget/nyheter/",
    "/omraden/",
    "/vem-gor-vad/",
    "/sok/?q=polis",
    "/oppna-data/",
    "/tillganglighet/",
    "/personuppgifter/",
)


def write_document(n: int) -> CommitmentDocument:
    """Publish a document with n commitments and all that the real one of 2020 has around them."""
    municipality: Any = MunicipalityFactory(has_contact_centre=True)
    dialogue = Dialogue(
        municipality=municipality, key="enkat", title="Enkät", period_text="2019", selection=Selection.SELF_SELECTED,
        completeness=Completeness.COMPLETE, is_published=True,
    )  # fmt: skip
    dialogue.refresh_search_text()
    dialogue.save()
    priority = Priority.objects.create(dialogue=dialogue, key="synlig-polis", order=0, title="Synlig polis")
    document: Any = DocumentFactory(municipality=municipality, key="lofte")
    earlier: Any = DocumentFactory(municipality=municipality, key="overenskommelse", period_start=date(2018, 1, 1))
    Party.objects.create(document=document, order=0, name="Polisen", role=PartyRole.SIGNATORY)
    Evaluation.objects.create(document=document, order=0, kind=EvaluationKind.FINAL, title="Uppföljning")
    DocumentStatement.objects.create(document=document, order=0, kind=StatementKind.AIM, text="Ett syfte.")
    DocumentContact.objects.create(document=document, order=0, role_title="Kommunpolis")
    DocumentLink.objects.create(document=document, order=0, other=earlier, kind=LinkKind.BASED_ON)
    DocumentDialogue.objects.create(document=document, order=0, dialogue=dialogue, basis=LinkBasis.STATED)
    problem = DocumentProblem.objects.create(
        document=document, order=0, key="otrygghet", title="Otrygghet", priority=priority
    )
    for order in range(n):
        commitment: Any = CommitmentFactory(document=document, key=f"lofte-{order}", order=order)
        TargetFactory(commitment=commitment, decrease=True)
        CommitmentProblem.objects.create(commitment=commitment, order=0, problem=problem, basis=LinkBasis.READING)
        CommitmentPlace.objects.create(commitment=commitment, order=0, kind="OTHER", text="Centrum")
        for task_order, task in enumerate(Task.values):
            Responsibility.objects.create(commitment=commitment, order=task_order, task=task, text="Kommunpolis")
        OutcomeFactory(commitment=commitment, published=True, counted=True)
        outcome: Any = OutcomeFactory(commitment=commitment, published=True, late=True)
        OutcomeCorrection.objects.create(outcome=outcome, order=0, corrected_date=date(2021, 2, 1), note="Rättat.")
    return document


@pytest.fixture
def n_queries(client: Client) -> Callable[[str], int]:
    """Ask for a page, and tell how many questions it asked; what is kept in the process is there already."""

    def count(path: str) -> int:
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len(asked)

    return count


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_much_for_a_hundred_commitments_as_for_one(
    n_queries: Callable[[str], int], path: str
) -> None:
    write_document(1)
    for_one = n_queries(path)
    CommitmentDocument.objects.all().delete()
    Dialogue.objects.all().delete()
    write_document(100)
    assert n_queries(path) == for_one


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_more_than_twelve_questions(n_queries: Callable[[str], int], path: str) -> None:
    write_document(1)
    assert n_queries(path) <= MOST


@pytest.mark.parametrize("path", PAGES)
def test_a_signed_in_person_costs_no_more_questions(
    client: Client, n_queries: Callable[[str], int], path: str
) -> None:
    write_document(1)
    signed_out = n_queries(path)
    client.force_login(alice())
    assert n_queries(path) == signed_out


@pytest.mark.parametrize("n_outcomes", [1, 6])
def test_a_commitment_reported_often_asks_no_more(n_queries: Callable[[str], int], n_outcomes: int) -> None:
    document = write_document(1)
    expected = n_queries("/loften/lofte/lofte-0/")
    for _ in range(n_outcomes):
        OutcomeFactory(commitment=document.commitments.get(), published=True, late=True)
    assert n_queries("/loften/lofte/lofte-0/") == expected


def test_a_commitment_carried_over_from_another_asks_no_more(n_queries: Callable[[str], int]) -> None:
    document = write_document(1)
    expected = n_queries("/loften/lofte/lofte-0/")
    earlier: Any = CommitmentFactory(document=CommitmentDocument.objects.get(key="overenskommelse"))
    document.commitments.update(carried_over_from=earlier)
    assert n_queries("/loften/lofte/lofte-0/") == expected
