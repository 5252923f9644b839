"""What nobody has published is nowhere: not in lists, counts, feeds, files, areas, threads or by its address."""

import pytest
from django.test import Client

from samsyn.commitments.enums import LinkBasis, LinkKind, PlaceKind
from samsyn.commitments.models import (
    Commitment,
    CommitmentDocument,
    CommitmentPlace,
    CommitmentProblem,
    DocumentDialogue,
    DocumentLink,
    DocumentProblem,
    Outcome,
)
from samsyn.commitments.tests import factories
from samsyn.dialogues.models import Dialogue, Priority
from samsyn.organisations.models import Municipality
from samsyn.places.models import Area

WORD = "hemligtord"
ADDRESSES = (
    "/", "/loften/", "/loften/rss.xml", "/loften/medborgarlofte-2020/", "/loften/medborgarlofte-2020/sa-gick-det/",
    "/loften/medborgarlofte-2020/synlig-polis/", "/dialoger/", "/dialoger/medborgardialog-2019/",
    "/dialoger/trygghetsenkat-hosten-2020/", "/laget/", "/omraden/", "/vem-gor-vad/",
    "/oppna-data/", "/oppna-data/loften.json",
)  # fmt: skip


@pytest.fixture
def area() -> Area:
    found = Area.objects.filter(level="REGSO", municipality_code="1488").first()
    assert found is not None
    return found


@pytest.fixture
def hidden(town: Municipality, area: Area) -> CommitmentDocument:
    """A draft that is tied in every way to what is public, and says the same word everywhere."""
    public = CommitmentDocument.objects.get(key="medborgarlofte-2020")
    promise = Commitment.objects.get(key="synlig-polis")
    document: CommitmentDocument = factories.DocumentFactory.create(
        municipality=town, key=f"{WORD}-dokument", title=f"Dokument {WORD}", is_published=False
    )
    document.refresh_search_text()
    document.save()
    commitment: Commitment = factories.CommitmentFactory.create(
        document=document, key=f"{WORD}-rad", title=f"Löfte {WORD}", wording=WORD
    )
    commitment.refresh_search_text()
    commitment.save()
    dialogue = Dialogue(
        municipality=town, key=f"{WORD}-dialog", title=f"Dialog {WORD}", period_text="2026", selection="RANDOM",
        completeness="PARTIAL", summary=WORD, n_respondents=3,
    )  # fmt: skip
    dialogue.refresh_search_text()
    dialogue.save()
    Priority.objects.create(dialogue=dialogue, key="p", order=0, title=f"Prioritet {WORD}")
    # The draft's ties to what is public.
    DocumentLink.objects.create(document=document, other=public, order=0, kind=LinkKind.FOLLOWS, note=WORD)
    heard = Dialogue.objects.get(key="medborgardialog-2019")
    DocumentDialogue.objects.create(document=document, dialogue=heard, order=0, basis=LinkBasis.STATED, note=WORD)
    problem = DocumentProblem.objects.create(
        document=document, key="p", order=0, title=WORD, priority=heard.priorities.first()
    )
    CommitmentProblem.objects.create(commitment=commitment, problem=problem, order=0, basis=LinkBasis.STATED)
    CommitmentPlace.objects.create(commitment=commitment, order=0, kind=PlaceKind.DISTRICT, text=WORD, area=area)
    factories.OutcomeFactory(commitment=commitment, title=WORD, value_text=WORD, scope_text=area.name, published=True)
    # What is public has ties to the draft.
    n_links = public.links.count()
    DocumentLink.objects.create(document=public, other=document, order=n_links, kind=LinkKind.COMPLEMENTS)
    DocumentDialogue.objects.create(document=public, dialogue=dialogue, order=9, basis=LinkBasis.STATED)
    heard.previous = dialogue
    heard.save()
    promise.carried_over_from = commitment
    promise.save()
    factories.OutcomeFactory(
        commitment=promise, key=f"{WORD}-utkast", order=9, title=f"Utkast {WORD}", own_words=WORD, scope_text=area.name
    )
    return document


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("url", ADDRESSES)
def test_the_word_stands_on_no_page(hidden: CommitmentDocument, url: str, language: str) -> None:
    response = Client().get(language + url)
    assert response.status_code == 200
    assert WORD not in response.content.decode().casefold()


def test_the_word_does_not_stand_on_the_areas_page(hidden: CommitmentDocument, area: Area) -> None:
    assert WORD not in Client().get(f"/omraden/{area.code}/").content.decode().casefold()


def test_the_word_is_not_found_and_not_counted(hidden: CommitmentDocument) -> None:
    body = Client().get(f"/sok/?q={WORD}").content.decode()
    assert "Inga träffar" in body
    assert f"{WORD}-" not in body


def test_search_counts_are_what_they_were_without_the_draft(town: Municipality) -> None:
    before = Client().get("/sok/?q=medborgarlöfte").content
    draft: CommitmentDocument = factories.DocumentFactory.create(municipality=town, draft=True, title="Medborgarlöfte")
    draft.refresh_search_text()
    draft.save()
    assert Client().get("/sok/?q=medborgarlöfte").content == before


def test_a_draft_outcome_does_not_count_in_the_list_of_documents(town: Municipality) -> None:
    before = Client().get("/loften/").content
    factories.OutcomeFactory(commitment=Commitment.objects.get(key="fakta-och-objektiv-bild"))
    assert Client().get("/loften/").content == before


@pytest.mark.parametrize(
    ("address", "absent"),
    [
        (f"/loften/{WORD}-dokument/", "/loften/finns-inte/"),
        (f"/loften/{WORD}-dokument/sa-gick-det/", "/loften/finns-inte/sa-gick-det/"),
        (f"/loften/{WORD}-dokument/sa-gick-det.pdf", "/loften/finns-inte/sa-gick-det.pdf"),
        (f"/loften/{WORD}-dokument/{WORD}-rad/", "/loften/finns-inte/alls/"),
        (f"/dialoger/{WORD}-dialog/", "/dialoger/finns-inte/"),
    ],
)
@pytest.mark.parametrize("language", ["", "/en"])
def test_its_address_answers_as_one_that_does_not_exist(
    hidden: CommitmentDocument, address: str, absent: str, language: str
) -> None:
    hidden_answer, absent_answer = Client().get(language + address), Client().get(language + absent)
    assert hidden_answer.status_code == absent_answer.status_code == 404
    assert hidden_answer.content == absent_answer.content
    assert dict(hidden_answer.items()) == dict(absent_answer.items())


def test_signed_in_staff_see_on_the_residents_pages_what_residents_see(hidden: CommitmentDocument) -> None:
    browser = Client()
    browser.force_login(factories.alice())
    assert browser.get(f"/loften/{WORD}-dokument/").status_code == 404
    assert WORD not in browser.get("/loften/medborgarlofte-2020/synlig-polis/").content.decode()


def test_another_towns_documents_are_nowhere(town: Municipality, area: Area) -> None:
    other = factories.MunicipalityFactory.create(code="1480", name="Göteborg")
    document: CommitmentDocument = factories.DocumentFactory.create(
        municipality=other, key="deras", title=f"Deras {WORD}"
    )
    document.refresh_search_text()
    document.save()
    commitment: Commitment = factories.CommitmentFactory.create(document=document, key="rad")
    CommitmentPlace.objects.create(commitment=commitment, order=0, kind=PlaceKind.DISTRICT, text=WORD, area=area)
    factories.OutcomeFactory(commitment=commitment, published=True, title=WORD)
    for url in (*ADDRESSES, f"/omraden/{area.code}/"):
        assert WORD not in Client().get(url).content.decode(), url
    assert Client().get("/loften/deras/").status_code == 404
    assert Client().get("/loften/deras/rad/").status_code == 404


def test_a_secret_place_is_told_in_its_words_but_not_where_it_is(town: Municipality, area: Area) -> None:
    promise = Commitment.objects.get(key="synlig-polis")
    promise.places.all().delete()
    CommitmentPlace.objects.create(
        commitment=promise,
        order=0,
        kind=PlaceKind.DISTRICT,
        text="utvalda platser",
        area=area,
        is_operational_secret=True,
    )
    thread = Client().get("/loften/medborgarlofte-2020/synlig-polis/").content.decode()
    assert "utvalda platser" in thread
    assert area.code not in thread
    assert "synlig-polis" not in Client().get(f"/omraden/{area.code}/").content.decode()
    assert area.code not in Client().get("/oppna-data/loften.json").content.decode()


def test_a_place_that_is_no_secret_leads_to_its_area_and_back(town: Municipality, area: Area) -> None:
    promise = Commitment.objects.get(key="synlig-polis")
    promise.places.all().delete()
    CommitmentPlace.objects.create(commitment=promise, order=0, kind=PlaceKind.DISTRICT, text="Centrum", area=area)
    assert f"/omraden/{area.code}/" in Client().get("/loften/medborgarlofte-2020/synlig-polis/").content.decode()
    assert "synlig-polis" in Client().get(f"/omraden/{area.code}/").content.decode()


def test_an_outcome_is_public_the_moment_it_is_published_and_not_before(town: Municipality) -> None:
    promise = Commitment.objects.get(key="fakta-och-objektiv-bild")
    outcome: Outcome = factories.OutcomeFactory.create(commitment=promise, title=f"Utfall {WORD}")
    url = "/loften/medborgarlofte-2020/fakta-och-objektiv-bild/"
    assert WORD not in Client().get(url).content.decode()
    Outcome.objects.filter(pk=outcome.pk).update(is_published=True)
    assert WORD in Client().get(url).content.decode()
