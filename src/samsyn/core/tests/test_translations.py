"""Texts in several languages on one row: the Swedish one is the original."""

from typing import Any

import pytest
from django.apps import apps
from django.utils import translation

from samsyn.core.translations import TranslatedModel

# Any model that has translations; named, not imported, for it lies above.
Dialogue: Any = apps.get_model("dialogues", "Dialogue")


def row(**version: Any) -> TranslatedModel:
    fields = {"made_by": "machine", "date": "2026-11-22", "reviewed_date": None, "fields": {"title": "Dialogue"}}
    made: TranslatedModel = Dialogue(title="Dialog", summary="Sammanfattning", translations={"en": fields | version})
    return made


def test_a_translation_is_given_with_its_language_and_maker() -> None:
    found = row().in_language("title", "en")
    assert (str(found), found.language, found.is_machine, found.is_original) == ("Dialogue", "en", True, False)


def test_what_is_not_translated_is_given_in_the_original() -> None:
    found = row().in_language("summary", "en")
    assert (str(found), found.language, found.is_machine, found.is_original) == ("Sammanfattning", "sv", False, True)


@pytest.mark.parametrize(
    ("version", "is_machine"),
    [({}, True), ({"reviewed_date": "2026-11-23"}, False), ({"made_by": "human"}, False)],
)
def test_a_machines_text_is_marked_until_a_person_has_read_it(version: dict[str, Any], is_machine: bool) -> None:
    assert row(**version).in_language("title", "en").is_machine is is_machine
    with translation.override("en"):
        assert row(**version).local.is_machine is is_machine


def test_the_page_gets_the_readers_language() -> None:
    assert str(row().local.title) == "Dialog"
    with translation.override("en"):
        assert str(row().local.title) == "Dialogue"


def test_an_empty_translation_is_none() -> None:
    assert str(row(fields={"title": ""}).in_language("title", "en")) == "Dialog"


def test_a_row_without_translations_is_no_machines() -> None:
    with translation.override("en"):
        assert Dialogue(title="Dialog").local.is_machine is False


def test_a_field_that_has_no_translations_is_a_mistake_in_the_template() -> None:
    with pytest.raises(AttributeError):
        _ = row().local.n_respondents


def test_an_empty_text_is_false() -> None:
    assert not Dialogue().in_language("title", "sv")
    assert row().in_language("title", "sv")
