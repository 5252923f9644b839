"""What stands on this year's page, and what does not."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment, CommitmentDocument, Outcome
from samsyn.commitments.tests import factories
from samsyn.core.models import AuditEntry
from samsyn.desk.words import in_words
from samsyn.organisations.models import PageReview

URL = "/arbete/aret/"


@pytest.fixture(autouse=True)
def november(settings: Any) -> Any:
    settings.SESSION_COOKIE_AGE = 10 * 365 * 24 * 3600
    with time_machine.travel(datetime.fromisoformat("2026-11-22T12:00:00+01:00"), tick=False):
        yield


def _text(client: Client) -> str:
    return " ".join(client.get(URL).content.decode().split())


def _section(client: Client, heading: str) -> str:
    text = _text(client)
    start = text.index(f">{heading}</h2>")
    return text[start : text.index("</section>", start)]


@pytest.mark.parametrize(
    ("deadline", "reported", "words"),
    [
        (date(2021, 3, 31), None, "Ingen överlämning är registrerad.</span> Skulle ha lämnats senast 31 mars 2021."),
        (date(2026, 11, 21), None, "Ingen överlämning är registrerad."),
        (date(2026, 11, 22), None, "Lämnas senast 22 november 2026."),
        (date(2027, 1, 21), None, "Lämnas senast 21 januari 2027."),
        (date(2027, 1, 22), None, "Ingen uppföljning är sen"),
        (date(2021, 3, 31), date(2021, 3, 1), "Ingen uppföljning är sen"),
        (None, None, "Ingen uppföljning är sen"),
    ],
)
def test_follow_ups_that_are_late_or_due(
    alice: Client, commitment: Commitment, deadline: date | None, reported: date | None, words: str
) -> None:
    CommitmentDocument.objects.update(follow_up_deadline=deadline, follow_up_reported_date=reported)
    assert words in _section(alice, "Uppföljning till styrgruppen")


def test_commitments_without_an_outcome_are_counted_in_words(alice: Client, commitment: Commitment) -> None:
    section = _section(alice, "Löften utan utfall")
    assert "Ett dokument har löpt ut utan att allt är rapporterat." in section
    assert "Ett löfte saknar utfall. Perioden slutade 31 december 2020." in section
    factories.CommitmentFactory.create_batch(2, document=commitment.document)
    assert "Tre löften saknar utfall." in _section(alice, "Löften utan utfall")


@pytest.mark.parametrize(
    "state",
    [{"period_end": date(2026, 11, 22)}, {"period_end": None}, {"state": "ARCHIVED"}],
    ids=["ends today", "no end", "archived"],
)
def test_documents_that_run_or_are_closed_lack_nothing(
    alice: Client, commitment: Commitment, state: dict[str, Any]
) -> None:
    CommitmentDocument.objects.update(**state)
    assert "Alla löften vars period har slutat har ett utfall." in _section(alice, "Löften utan utfall")


def test_a_draft_waits_under_its_own_heading(alice: Client, commitment: Commitment) -> None:
    factories.OutcomeFactory.create(commitment=commitment, title="Klart till hälften")
    assert "Alla löften" in _section(alice, "Löften utan utfall")
    section = _section(alice, "Utkast")
    assert "Ett utfall väntar på att publiceras." in section
    assert "Klart till hälften" in section


def test_what_was_published_lately_and_corrected(alice: Client, commitment: Commitment) -> None:
    outcome = factories.OutcomeFactory.create(commitment=commitment)
    keys = "/arbete/dokument/medborgarlofte-2020/synlig-polis/utfall/" + outcome.key
    alice.post(keys + "/publicera/", {"version": 1})
    section = _section(alice, "Publicerat nyligen")
    assert "Publicerat 22 november 2026." in section
    assert "/loften/medborgarlofte-2020/synlig-polis/" in section
    with time_machine.travel(datetime.fromisoformat("2027-02-21T12:00:00+01:00"), tick=False):
        assert "Inget utfall har publicerats de senaste 90 dagarna." in _section(alice, "Publicerat nyligen")


def test_overdue_pages_are_reviewed_with_one_press(alice: Client, commitment: Commitment) -> None:
    town = commitment.document.municipality
    review = PageReview.objects.create(
        municipality=town,
        page="who_does_what",
        title="Vem gör vad",
        unit="Kansliet",
        reviewed_date=date(2019, 12, 13),
    )
    section = _section(alice, "Sidor att granska")
    assert "En publik sida har inte granskats på länge." in section
    assert 'Granskad 13 december 2019. Ansvarig: <span lang="sv">Kansliet</span>.' in section
    text = alice.post("/arbete/granskningar/who_does_what/", follow=True).content.decode()
    assert "”Vem gör vad” är markerad som granskad i dag." in text
    review.refresh_from_db()
    assert review.reviewed_date == date(2026, 11, 22)
    assert "Alla publika sidor är granskade i tid." in _section(alice, "Sidor att granska")
    entry = AuditEntry.objects.get(verb="desk.page_reviewed")
    assert entry.changes == {"reviewed_date": ["2019-12-13", "2026-11-22"]}


def test_another_towns_page_is_not_found(alice: Client, commitment: Commitment) -> None:
    other = factories.MunicipalityFactory.create(code="1480", name="Göteborg")
    PageReview.objects.create(
        municipality=other, page="start", title="Start", unit="Kansliet", reviewed_date=date(2020, 1, 1)
    )
    assert alice.post("/arbete/granskningar/start/").status_code == 404
    assert PageReview.objects.get().reviewed_date == date(2020, 1, 1)


def test_a_police_officer_is_told_what_one_may_and_gets_no_other_buttons(
    bob: Client, commitment: Commitment
) -> None:
    PageReview.objects.create(
        municipality=commitment.document.municipality,
        page="start",
        title="Start",
        unit="Kansliet",
        reviewed_date=date(2020, 1, 1),
    )
    text = _text(bob)
    assert "Du kan skriva utfall som utkast. Strategen publicerar dem." in text
    assert "Granskad i dag" not in text


def test_other_towns_matters_are_not_here(alice: Client, commitment: Commitment) -> None:
    other = factories.MunicipalityFactory.create(code="1480", name="Göteborg")
    document = factories.DocumentFactory.create(
        municipality=other, title="Löfte i Göteborg", late_follow_up=True
    )
    theirs = factories.CommitmentFactory.create(document=document, title="Ett annat löfte")
    factories.OutcomeFactory.create(commitment=theirs, title="Deras utkast")
    text = _text(alice)
    for words in ("Löfte i Göteborg", "Ett annat löfte", "Deras utkast"):
        assert words not in text
    assert "Löfte i Göteborg" not in alice.get("/arbete/dokument/").content.decode()


def test_a_town_without_documents_is_told_what_to_do(signed_in: Callable[[User], Client], db: None) -> None:
    client = signed_in(factories.alice())
    assert "Inga dokument än" in _text(client)
    assert "Inga dokument än" in client.get("/arbete/dokument/").content.decode()


def test_the_page_asks_the_database_as_much_for_many_as_for_few(
    alice: Client, commitment: Commitment, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        document = factories.DocumentFactory.create(late_follow_up=True)
        promise = factories.CommitmentFactory.create(document=document)
        factories.OutcomeFactory.create(commitment=promise)
        factories.CommitmentFactory.create(document=document)
    with django_assert_max_num_queries(20):
        alice.get(URL)
    assert Outcome.objects.count() == 8


def test_documents_are_listed_with_what_is_reported(alice: Client, commitment: Commitment) -> None:
    factories.OutcomeFactory.create(commitment=commitment, published=True)
    factories.OutcomeFactory.create(commitment=commitment)
    factories.CommitmentFactory.create(document=commitment.document)
    factories.DocumentFactory.create(key="nytt", title="Nytt löfte", draft=True)
    text = " ".join(alice.get("/arbete/dokument/").content.decode().split())
    assert "Utfall för 1 av 2 löften" in text
    assert "Ett utkast" in text
    assert "Inte publicerat." in text
    assert "Inga löften" in text


@pytest.mark.parametrize(("n", "words"), [(2, "två"), (12, "tolv"), (13, "13"), (0, "0")])
def test_counts_are_said_in_words_up_to_twelve(n: int, words: str) -> None:
    assert in_words(n) == words
