"""One key, one act: a second press gets the first one's answer and nothing more happens."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core.enums import Channel
from samsyn.core.errors import DomainError
from samsyn.core.forms import OnceForm
from samsyn.core.idempotency import KeyReused, content_hash, once
from samsyn.core.models import AnsweredWrite, Heartbeat, OutboxMessage
from samsyn.core.tests.messages import NOW, a_message

pytestmark = pytest.mark.django_db

KEY = uuid.UUID("5f8cdb94-3f2a-4b37-9d3e-3a9d2f1f7a10")


def act() -> dict[str, Any]:
    return {"id": a_message(f"m:{OutboxMessage.objects.count()}", channel=Channel.SMS).pk}


def test_the_same_key_and_content_gets_the_first_answer_and_nothing_happens() -> None:
    first = once("prov:1", KEY, {"text": "Å", "n": 1}, act, now=NOW)
    again = once("prov:1", KEY, {"n": 1, "text": "Å"}, act, now=NOW)
    assert first[1] is False
    assert again == (first[0], True)
    assert OutboxMessage.objects.count() == 1


def test_the_same_key_with_other_content_is_refused_with_409() -> None:
    once("prov:1", KEY, {"text": "a"}, act, now=NOW)
    with pytest.raises(KeyReused) as refused:
        once("prov:1", KEY, {"text": "b"}, act, now=NOW)
    assert refused.value.status == 409
    assert OutboxMessage.objects.count() == 1


def test_anothers_key_and_another_act_are_others() -> None:
    for scope in ("prov:1", "prov:2", "annat:1"):
        assert once(scope, KEY, {}, act, now=NOW)[1] is False
    assert OutboxMessage.objects.count() == 3


@pytest.mark.parametrize("fault", [DomainError("Skriv ett datum."), RuntimeError("fel"), IntegrityError("dubblett")])
def test_a_fault_leaves_the_key_free_and_nothing_written(fault: Exception) -> None:
    def fail() -> dict[str, Any]:
        act()
        raise fault

    with pytest.raises(type(fault)):
        once("prov:1", KEY, {}, fail, now=NOW)
    assert not OutboxMessage.objects.exists()
    assert not AnsweredWrite.objects.exists()
    assert once("prov:1", KEY, {}, act, now=NOW)[1] is False


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.booleans() | st.none()))
def test_the_order_of_the_fields_does_not_matter(content: dict[str, Any]) -> None:
    assert content_hash(content) == content_hash(dict(reversed(list(content.items()))))


# --- the form -------------------------------------------------------------------------------------------


class Form(OnceForm):
    text = forms.CharField()
    day = forms.DateField(required=False)
    file = forms.FileField(required=False)
    beats = forms.ModelMultipleChoiceField(Heartbeat.objects.all(), required=False)


def sent(**data: Any) -> Form:
    file = data.pop("file", None)
    form = Form({"client_key": str(KEY), "text": "Åsa", "day": "2026-11-22"} | data, {"file": file} if file else None)
    assert form.is_valid(), form.errors
    return form


def press(form: Form) -> bool:
    return form.once("prov", by=None, now=NOW, act=act)[1]


def test_each_page_gets_a_key_of_its_own() -> None:
    assert Form()["client_key"].value() != Form()["client_key"].value()
    assert uuid.UUID(str(Form()["client_key"].value())).version == 4
    assert 'type="hidden"' in str(Form()["client_key"])


def test_a_page_shown_again_because_of_a_fault_keeps_its_key() -> None:
    form = Form({"client_key": str(KEY), "text": ""})
    assert not form.is_valid()
    assert form["client_key"].value() == str(KEY)


def test_pressing_twice_does_it_once() -> None:
    assert [press(sent()), press(sent())] == [False, True]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("key", ["", "1", "x" * 36])
def test_without_its_key_the_form_says_what_to_do(key: str) -> None:
    form = Form({"client_key": key, "text": "Åsa"})
    assert not form.is_valid()
    assert form.errors["client_key"] == ["Formuläret saknar sin nyckel. Ladda om sidan och skicka igen."]


def test_a_file_is_told_by_what_it_holds() -> None:
    assert press(sent(file=SimpleUploadedFile("a.csv", b"ett"))) is False
    form = sent(file=SimpleUploadedFile("a.csv", b"ett"))
    assert press(form) is True
    assert form.cleaned_data["file"].read() == b"ett"
    with pytest.raises(KeyReused):
        press(sent(file=SimpleUploadedFile("a.csv", b"annat")))


def test_chosen_rows_are_told_by_their_keys() -> None:
    for name in ("a", "b"):
        Heartbeat.objects.create(name=name, at=NOW)
    assert press(sent(beats=["a", "b"])) is False
    assert press(sent(beats=["b", "a"])) is True
    with pytest.raises(KeyReused):
        press(sent(beats=["a"]))
