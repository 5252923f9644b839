"""Texts as they are stored, searched and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core.text import clean, has_refused_characters, search_key, sort_key

anything = st.text()


@given(anything)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_a_cleaned_text_is_composed_and_has_one_kind_of_line_end(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\r" not in cleaned


@given(anything)
def test_cleaning_keeps_the_words(text: str) -> None:
    assert clean(text).split() == unicodedata.normalize("NFC", text).split()


@pytest.mark.parametrize(
    "mark",
    ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800", "\ufffe", "\uffff"],
    ids=ascii,
)
def test_what_is_no_text_is_refused(mark: str) -> None:
    assert has_refused_characters(f"Vid {mark} ån")


@pytest.mark.parametrize("text", ["", "Rad ett\nrad två\ttabb\r\n", "Å ä ö é ß", "مرحبا", "👩‍👧", "a\u00adb", "\u200f"])
def test_what_people_write_is_text(text: str) -> None:
    assert not has_refused_characters(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"])))
def test_letters_digits_and_signs_are_never_refused(text: str) -> None:
    assert not has_refused_characters(text)


@given(anything)
def test_everything_that_is_not_refused_can_be_stored(text: str) -> None:
    if not has_refused_characters(text):
        assert text.encode().decode() == text
        assert "\x00" not in text


@given(st.text("aåäöÅÄÖBbCcé ", min_size=1), st.text("aåäöÅÄÖBbCcé "), st.text("aåäöÅÄÖBbCcé "))
def test_a_text_is_found_whatever_the_case_it_is_looked_for_in(word: str, before: str, after: str) -> None:
    stored = search_key(before + word + after)
    for typed in (word, word.upper(), word.lower(), unicodedata.normalize("NFD", word)):
        assert search_key(typed) in stored


def test_several_texts_make_one_key_and_empty_ones_leave_no_hole() -> None:
    assert search_key("Ett", "", "TVÅ") == "ett två"


def test_the_letters_sort_as_in_a_swedish_book() -> None:
    assert sorted("öäåzyxwvutsrqponmlkjihgfedcba", key=sort_key) == list("abcdefghijklmnopqrstuvwxyzåäö")


@given(st.lists(st.text("abzåäö ", max_size=4)))
def test_sorting_does_not_care_how_letters_are_composed(words: list[str]) -> None:
    apart = [unicodedata.normalize("NFD", word) for word in words]
    assert [sort_key(word) for word in words] == [sort_key(word) for word in apart]
