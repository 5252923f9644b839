"""How people were heard: what may be said of the answers, and what the database refuses."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from samsyn.dialogues.enums import Completeness, MethodKind, Selection
from samsyn.dialogues.models import Dialogue, DialogueMethod, Priority, SourceClaim
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Municipality:
    return Municipality.objects.create(code="1488", name="Trollhättan", slug="trollhattan")


def heard(town: Municipality, key: str = "dialog", **fields: Any) -> Dialogue:
    least = {"title": "Dialog", "period_text": "2019", "selection": Selection.SELF_SELECTED}
    made = Dialogue(municipality=town, key=key, completeness=Completeness.PARTIAL, **(least | fields))
    made.refresh_search_text()
    made.save()
    return made


@pytest.mark.parametrize("selection", Selection)
def test_only_a_random_sample_may_be_generalised(selection: Selection) -> None:
    assert Dialogue(selection=selection).has_margin_of_error is (selection == Selection.RANDOM)


def test_more_cannot_have_answered_than_were_in_the_sample(town: Municipality) -> None:
    heard(town, "lika", n_sample=100, n_respondents=100)
    with pytest.raises(IntegrityError, match="respondents_within_sample"), transaction.atomic():
        heard(town, "fler", n_sample=100, n_respondents=101)


def test_how_many_answered_may_be_unknown_and_that_is_not_zero(town: Municipality) -> None:
    unknown, none = heard(town, "okant"), heard(town, "noll", n_respondents=0)
    unknown.refresh_from_db()
    none.refresh_from_db()
    assert (unknown.n_respondents, none.n_respondents) == (None, 0)


def test_a_key_stands_once_in_a_town_and_again_in_another(town: Municipality) -> None:
    heard(town)
    heard(Municipality.objects.create(code="1480", name="Göteborg", slug="goteborg"))
    with pytest.raises(IntegrityError), transaction.atomic():
        heard(town)


def test_residents_read_what_is_published_of_their_own_town(town: Municipality) -> None:
    other = Municipality.objects.create(code="1480", name="Göteborg", slug="goteborg")
    heard(town, "publik", is_published=True)
    heard(town, "utkast")
    heard(other, "deras", is_published=True)
    assert [d.key for d in Dialogue.objects.of(town).published()] == ["publik"]


def test_a_dialogue_is_not_published_unless_somebody_says_so(town: Municipality) -> None:
    assert not heard(town).is_published


def test_the_latest_dialogue_comes_first(town: Municipality) -> None:
    heard(town, "forst", start_date=date(2017, 9, 1))
    heard(town, "sist", start_date=date(2022, 9, 1))
    assert [d.key for d in Dialogue.objects.of(town)] == ["sist", "forst"]


def test_a_change_of_method_is_a_break_that_says_what_changed(town: Municipality) -> None:
    before = heard(town, "fore", selection=Selection.RANDOM)
    after = heard(town, "efter", previous=before, is_series_break=True, break_text="Förut slumpvis urval.")
    assert after.previous is not None
    assert after.previous.selection != after.selection
    assert after.break_text


def test_removing_a_dialogue_leaves_the_one_that_followed(town: Municipality) -> None:
    before = heard(town, "fore")
    after = heard(town, "efter", previous=before)
    before.delete()
    after.refresh_from_db()
    assert after.previous is None


def test_it_is_found_by_its_words_in_every_language(town: Municipality) -> None:
    english = {"en": {"made_by": "machine", "fields": {"title": "Citizens' dialogue"}}}
    heard(town, title="MEDBORGARDIALOG", selection_text="De som ville", translations=english)
    for words in ("medborgardialog", "de som ville", "citizens' dialogue"):
        assert Dialogue.objects.filter(search_text__contains=words).exists(), words


def test_parts_stand_in_the_sources_order(town: Municipality) -> None:
    dialogue = heard(town)
    for order, key in ((2, "c"), (0, "a"), (1, "b")):
        Priority.objects.create(dialogue=dialogue, key=key, order=order, title=key)
        DialogueMethod.objects.create(dialogue=dialogue, kind=MethodKind.OTHER, order=order, text=key)
    assert [p.key for p in dialogue.priorities.all()] == ["a", "b", "c"]
    assert [m.text for m in dialogue.methods.all()] == ["a", "b", "c"]


def test_sources_that_disagree_are_both_kept(town: Municipality) -> None:
    dialogue = heard(town)
    for order, text in enumerate(["1 109 svarade", "1 200 svarade"]):
        SourceClaim.objects.create(dialogue=dialogue, order=order, topic="Antal svar", text=text, is_contradicted=True)
    assert [claim.text for claim in dialogue.claims.all()] == ["1 109 svarade", "1 200 svarade"]
    assert dialogue.n_respondents is None


def test_no_model_of_a_dialogue_has_a_place_for_a_person() -> None:
    for model in apps.get_app_config("dialogues").get_models():
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"user", "person", "email", "phone", "address", "birth_date", "respondent"}
