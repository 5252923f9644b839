"""The way of an outcome: draft, look, publish, correct."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.enums import Fulfilment
from samsyn.commitments.models import Commitment, Outcome
from samsyn.commitments.tests import factories
from samsyn.core.models import AuditEntry

D = "/arbete/dokument/medborgarlofte-2020/"
NEW = D + "synlig-polis/utfall/nytt/"
PUBLIC_PAGE = "/loften/medborgarlofte-2020/synlig-polis/"


def _url(outcome: Outcome, act: str = "") -> str:
    return f"{D}synlig-polis/utfall/{outcome.key}/{act}"


def test_a_draft_is_seen_by_colleagues_and_not_by_residents(
    alice: Client, bob: Client, written: dict[str, Any]
) -> None:
    response = bob.post(NEW, written)
    outcome = Outcome.objects.get()
    assert response["Location"] == _url(outcome)
    assert not outcome.is_published
    assert "uppgick till 162" in alice.get(_url(outcome, "granska/")).content.decode()
    assert "uppgick till 162" not in Client().get(PUBLIC_PAGE).content.decode()


def test_save_and_review_leads_to_what_residents_will_read(bob: Client, written: dict[str, Any]) -> None:
    response = bob.post(NEW, {**written, "review": "1"}, follow=True)
    text = response.content.decode()
    assert "Så här kommer invånarna att läsa det" in text
    assert "Ingen säker förändring" in text
    assert "samma nivå som 2019" in text
    assert "Utkastet är sparat. Invånare ser det inte." in text
    assert "Strategen publicerar utfall." in text
    assert "/publicera/" not in text


def test_publishing_shows_it_to_residents(alice: Client, bob: Client, written: dict[str, Any]) -> None:
    bob.post(NEW, written)
    outcome = Outcome.objects.get()
    response = alice.post(_url(outcome, "publicera/"), {"version": outcome.version}, follow=True)
    assert "Utfallet är publicerat." in response.content.decode()
    assert "Antalet anmälda brott uppgick till 162." in Client().get(PUBLIC_PAGE).content.decode()


def test_the_preview_and_the_public_page_show_the_same_block(alice: Client, written: dict[str, Any]) -> None:
    alice.post(NEW, written)
    outcome = Outcome.objects.get()
    before = _block(alice.get(_url(outcome, "granska/")).content.decode())
    alice.post(_url(outcome, "publicera/"), {"version": outcome.version})
    assert before == _block(Client().get(PUBLIC_PAGE).content.decode())


def _block(text: str) -> list[str]:
    start = text.index('<div class="samsyn-figure-pair">')
    return text[start : text.index("</blockquote>")].split()


def test_what_changed_after_one_looked_is_not_published(
    alice: Client, bob: Client, written: dict[str, Any]
) -> None:
    bob.post(NEW, written)
    outcome = Outcome.objects.get()
    bob.post(_url(outcome), {**written, "value": "40", "version": outcome.version})
    response = alice.post(_url(outcome, "publicera/"), {"version": outcome.version})
    assert response.status_code == 409
    assert "Läs det igen innan du publicerar." in response.content.decode()
    assert "40" in response.content.decode()
    assert not Outcome.objects.get().is_published


def test_pressing_publish_twice_publishes_once_and_says_so(alice: Client, written: dict[str, Any]) -> None:
    alice.post(NEW, written)
    outcome = Outcome.objects.get()
    for _ in range(2):
        response = alice.post(_url(outcome, "publicera/"), {"version": outcome.version})
    assert response.status_code == 409
    assert "Utfallet är redan publicerat." in response.content.decode()
    assert AuditEntry.objects.filter(verb="commitments.outcome_published").count() == 1


@pytest.mark.parametrize("version", ["", "x", "99", "-1"])
def test_publishing_needs_the_version_one_looked_at(
    alice: Client, written: dict[str, Any], version: str
) -> None:
    alice.post(NEW, written)
    response = alice.post(_url(Outcome.objects.get(), "publicera/"), {"version": version})
    assert response.status_code == 409
    assert not Outcome.objects.get().is_published


def test_an_outcome_waits_for_its_document(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    commitment.document.is_published = False
    commitment.document.save()
    alice.post(NEW, written)
    outcome = Outcome.objects.get()
    text = alice.get(_url(outcome, "granska/")).content.decode()
    assert "Utfallet kan publiceras när dokumentet är det." in text
    assert "/publicera/" not in text
    assert alice.post(_url(outcome, "publicera/"), {"version": outcome.version}).status_code == 400
    assert not Outcome.objects.get().is_published


def test_pressing_save_twice_makes_one_draft(bob: Client, written: dict[str, Any]) -> None:
    first, second = bob.post(NEW, written), bob.post(NEW, written)
    assert first["Location"] == second["Location"]
    assert Outcome.objects.count() == 1
    assert AuditEntry.objects.filter(verb="commitments.outcome_created").count() == 1


def test_the_same_form_with_other_content_is_not_lost(bob: Client, written: dict[str, Any]) -> None:
    bob.post(NEW, written)
    response = bob.post(NEW, {**written, "title": "Något annat"})
    assert response.status_code == 409
    text = response.content.decode()
    assert 'value="Något annat"' in text
    assert "Sparat nu" in text
    assert Outcome.objects.get().title == "Anmälningarna blev färre"


def test_each_opened_form_becomes_a_row_of_its_own(bob: Client, written: dict[str, Any]) -> None:
    for _ in range(2):
        form = bob.get(NEW).content.decode()
        key = form.split('name="client_key" value="')[1].split('"')[0]
        bob.post(NEW, {**written, "client_key": key})
    assert Outcome.objects.count() == 2


def test_whoever_saves_second_keeps_the_text_and_sees_both(
    alice: Client, bob: Client, written: dict[str, Any]
) -> None:
    bob.post(NEW, written)
    outcome = Outcome.objects.get()
    late = {**written, "version": str(outcome.version), "title": "Bobs rad", "value": "150"}
    alice.post(_url(outcome), {**written, "version": str(outcome.version), "title": "Alices rad"})
    response = bob.post(_url(outcome), late)
    text = response.content.decode()
    assert response.status_code == 409
    assert 'value="Bobs rad"' in text
    assert 'value="150"' in text
    assert "Alices rad" in text
    assert f'href="{_url(outcome, "granska/")}"' in text
    assert Outcome.objects.get().title == "Alices rad"
    # Having been told, Bob may put his text in its place.
    version = text.split('name="version" value="')[1].split('"')[0]
    assert bob.post(_url(outcome), {**late, "version": version}).status_code == 302
    assert Outcome.objects.get().title == "Bobs rad"


def test_a_draft_published_meanwhile_is_not_overwritten(
    alice: Client, bob: Client, written: dict[str, Any]
) -> None:
    bob.post(NEW, written)
    outcome = Outcome.objects.get()
    alice.post(_url(outcome, "publicera/"), {"version": outcome.version})
    response = bob.post(_url(outcome), {**written, "version": outcome.version, "title": "Bobs rad"})
    assert response.status_code == 403
    assert Outcome.objects.get().title == "Anmälningarna blev färre"


def _published(commitment: Commitment) -> Outcome:
    return factories.OutcomeFactory.create(commitment=commitment, published=True, counted=True)


def test_a_correction_is_looked_at_before_it_is_public(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    outcome = _published(commitment)
    data = {**written, "value": "120", "version": "1", "correction_note": "Ett tal lästes fel."}
    response = alice.post(_url(outcome), {**data, "preview": "1"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Inget är ändrat än." in text
    assert "Tydlig minskning" in text
    assert "Ett tal lästes fel." in text
    assert "162 → 120" in text
    assert "Rätta och publicera" in text
    assert Outcome.objects.get().value == 162
    assert not outcome.corrections.exists()


def test_a_correction_stands_on_the_public_page_with_before_and_after(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    outcome = _published(commitment)
    data = {
        **written,
        "value": "120",
        "version": "1",
        "correction_note": "Ett tal lästes fel.",
        "correct": "1",
    }
    response = alice.post(_url(outcome), data, follow=True)
    assert "Rättelsen är publicerad." in response.content.decode()
    public = Client().get(PUBLIC_PAGE).content.decode()
    assert "Ett tal lästes fel." in public
    assert "tal efter: 162 → 120" in public


def test_a_correction_without_a_note_is_refused_and_kept(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    outcome = _published(commitment)
    response = alice.post(_url(outcome), {**written, "value": "120", "version": "1", "correct": "1"})
    text = response.content.decode()
    assert response.status_code == 400
    assert "Skriv vad som rättas och varför." in text
    assert 'value="120"' in text
    assert Outcome.objects.get().value == 162


def test_a_correction_that_changes_nothing_leaves_no_note(alice: Client, commitment: Commitment) -> None:
    outcome = factories.OutcomeFactory.create(commitment=commitment, published=True)
    data = {"title": outcome.title, "kind": "PROSE", "fulfilment": "MET", "fulfilment_basis": "STATED"}
    data |= {"version": "1", "correction_note": "Inget", "correct": "1"}
    response = alice.post(_url(outcome), data, follow=True)
    assert "Inget är ändrat." in response.content.decode()
    assert not outcome.corrections.exists()


def test_of_two_corrections_the_second_is_told(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    outcome = _published(commitment)
    data = {**written, "version": "1", "correction_note": "Fel", "correct": "1"}
    alice.post(_url(outcome), {**data, "value": "120"})
    response = alice.post(_url(outcome), {**data, "value": "130"})
    assert response.status_code == 409
    assert 'value="130"' in response.content.decode()
    assert Outcome.objects.get().value == 120


def test_enter_in_a_published_outcome_makes_nothing_public(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    """A browser sends the first button when Enter is pressed; the first one only shows."""
    outcome = _published(commitment)
    data = {**written, "value": "120", "version": "1", "correction_note": "Fel", "preview": "1"}
    text = alice.post(_url(outcome), data).content.decode()
    assert text.index('name="preview"') < text.index('name="correct"')


def test_correcting_a_few_fields_leaves_what_the_form_does_not_know(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    outcome = _published(commitment)
    Outcome.objects.update(works=["Trygghetsrond"], value_high=170, is_example=True)
    alice.post(_url(outcome), {**written, "version": "1", "correction_note": "Fel", "correct": "1"})
    found = Outcome.objects.get()
    assert found.works == ["Trygghetsrond"]
    assert found.value_high == 170
    assert found.is_example


def test_the_history_tells_who_changed_what_in_swedish(
    alice: Client, bob: Client, written: dict[str, Any]
) -> None:
    bob.post(NEW, {**written, "new_date": "2021-09-01"})
    outcome = Outcome.objects.get()
    alice.post(
        _url(outcome), {**written, "value": "161,0", "fulfilment": "EXCEEDED", "version": outcome.version}
    )
    text = " ".join(alice.get(D + "historik/").content.decode().split())
    assert "Skrev ett utkast till utfall" in text
    assert "Kommunpolis, Polisen" in text
    assert "Strateg, Trollhättans Stad" in text
    assert '<th scope="row">tal efter</th><td>162</td><td>161</td>' in text
    assert '<th scope="row">uppfyllelse</th><td>Uppfyllt</td><td>Mer än lovat</td>' in text
    assert '<th scope="row">ny tidpunkt</th><td>1 september 2021</td><td>tomt</td>' in text
    assert "@example.org" not in text
    assert "value_denominator" not in text


def test_the_history_holds_only_the_documents_own_lines(
    alice: Client, commitment: Commitment, written: dict[str, Any]
) -> None:
    other = factories.DocumentFactory.create(key="annat")
    alice.post(NEW, written)
    text = alice.get(f"/arbete/dokument/{other.key}/historik/").content.decode()
    assert "Inget är antecknat än" in text


def test_markup_in_a_text_is_shown_as_text(alice: Client, written: dict[str, Any]) -> None:
    bad = "<script>alert(1)</script>"
    alice.post(NEW, {**written, "title": bad, "own_words": bad, "caveat": bad})
    outcome = Outcome.objects.get()
    for url in (_url(outcome), _url(outcome, "granska/"), D + "historik/", "/arbete/aret/"):
        text = alice.get(url).content.decode()
        assert bad not in text
        assert "&lt;script&gt;" in text


def test_roles_are_read_at_each_press(
    commitment: Commitment, signed_in: Callable[[User], Client], written: dict[str, Any]
) -> None:
    user = factories.bob()
    browser = signed_in(user)
    assert browser.get(NEW).status_code == 200
    user.memberships.all().delete()
    assert browser.post(NEW, written).status_code == 404
    assert not Outcome.objects.exists()


def test_an_outcome_without_numbers_reads_by_its_fulfilment(alice: Client, commitment: Commitment) -> None:
    commitment.targets.all().delete()
    outcome = factories.OutcomeFactory.create(commitment=commitment, late=True)
    text = alice.get(_url(outcome, "granska/")).content.decode()
    assert str(Fulfilment.LATE.label) in text
    assert "Skäl: Tidplanen ändrades." in text
    assert "september 2021" in text
