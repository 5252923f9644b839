"""What goes in comes out: files of documents and dialogues, read in, written out and read in again."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator, FormatChecker

import samsyn
from samsyn.commitments import exchange
from samsyn.commitments.models import Commitment, CommitmentDocument, Outcome
from samsyn.commitments.tests import factories
from samsyn.commitments.tests.files import (
    a_commitment,
    a_dialogue,
    a_document,
    everything,
    file_of,
    files,
    nodes,
    read_in,
    read_out,
    said,
)
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.models import Municipality

DEMO = Path(samsyn.__file__).parent / "demo/data/commitments-trollhattan.json"
# The database is emptied after each example, by taking the example's transaction back.
IN_ONE_DATABASE = settings(
    # A file holds many values, so some examples outgrow what Hypothesis draws at once and are left out.
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ]
)


@pytest.fixture
def demo(town: Municipality) -> bytes:
    """The demo's file, in a town that has its organisations."""
    factories.OrganisationFactory(key="trollhattans-stad")
    return DEMO.read_bytes()


def _empty() -> None:
    CommitmentDocument.objects.all().delete()
    Dialogue.objects.all().delete()


def _there_and_back(town: Municipality, file: Any) -> bytes:
    """Read in, write out; then the same from an empty installation must give the same bytes."""
    first = read_in(file)
    assert first["accepted"], first
    out = read_out(town)
    again = read_in(file)
    assert (again["created"], again["updated"]) == (0, 0), again
    assert again["unchanged"] == again["rows"] == first["created"]
    assert read_out(town) == out
    _empty()
    if first["rows"]:
        assert read_in(out)["created"] == first["created"]
        assert read_out(town) == out
    return out


def test_the_demo_file_comes_out_byte_for_byte_as_it_went_in_the_second_time(town: Municipality, demo: bytes) -> None:
    out = json.loads(_there_and_back(town, demo))
    told = json.loads(demo)
    for kind, node in exchange.TOP.items():
        by_key = {row["key"]: row for row in out[kind]}
        assert by_key == {row["key"]: exchange.normalise(node, row) for row in told[kind]}


@given(file=files(whole=True))
@settings(IN_ONE_DATABASE, max_examples=4)
def test_every_node_field_and_reference_survives(town: Municipality, file: dict[str, Any]) -> None:
    told = {path for kind, node in exchange.TOP.items() for path in said(node, file[kind], kind)}
    assert told == everything()
    with transaction.atomic():
        out = json.loads(_there_and_back(town, file))
        for kind, node in exchange.TOP.items():
            assert out[kind] == [exchange.normalise(node, row) for row in file[kind]]
        transaction.set_rollback(True)


@given(file=files())
@settings(IN_ONE_DATABASE, max_examples=20)
def test_any_file_survives(town: Municipality, file: dict[str, Any]) -> None:
    if not (file["documents"] or file["dialogues"]):
        return
    with transaction.atomic():
        out = json.loads(_there_and_back(town, file))
        for kind, node in exchange.TOP.items():
            assert out[kind] == [exchange.normalise(node, row) for row in file[kind]]
        transaction.set_rollback(True)


@given(file=files(whole=True))
@settings(IN_ONE_DATABASE, max_examples=2)
def test_what_is_exported_keeps_to_the_schema(town: Municipality, file: dict[str, Any]) -> None:
    validator = Draft202012Validator(exchange.schema(), format_checker=FormatChecker(["date"]))
    with transaction.atomic():
        assert read_in(file)["accepted"]
        for only_published in (False, True):
            out = exchange.export(town, only_published=only_published)
            assert not list(validator.iter_errors(out))
        transaction.set_rollback(True)


def test_every_field_of_every_model_stands_in_the_file() -> None:
    """A column that someone adds and forgets in the tree would be lost by an export."""
    held_by_place = {"id", "order", "municipality"}  # said by where an item stands
    derived = {"search_text", "version"}
    for path, node in nodes():
        columns = {column.name for column in node.model._meta.fields}
        assert columns == {*node.names, *node.refs, *({node.parent} if node.parent else set())} | (
            columns & (held_by_place | derived)
        ), path


def test_every_model_of_the_two_apps_stands_in_the_file() -> None:
    from django.apps import apps

    listed = {node.model for _path, node in nodes()}
    for label in ("commitments", "dialogues"):
        assert set(apps.get_app_config(label).get_models()) <= listed


def test_an_export_of_one_town_holds_nothing_of_another(town: Municipality) -> None:
    other = factories.MunicipalityFactory(code="1480", name="Göteborg")
    factories.CommitmentFactory(document__municipality=other, document__title="Göteborgs löfte")
    assert "Göteborg" not in read_out(town).decode()


def test_an_export_takes_the_same_number_of_questions_however_long_a_document_is(
    town: Municipality,
) -> None:
    def questions(n: int) -> int:
        document = a_document(
            commitments=[a_commitment(key=f"l-{i}", outcomes=[{"key": "u", "kind": "PROSE"}]) for i in range(n)]
        )
        assert read_in(file_of(documents=[document]))["accepted"]
        with CaptureQueriesContext(connection) as asked:
            exchange.export(town)
        return len(asked)

    assert questions(1) == questions(30)


# --- what is public --------------------------------------------------------------------------------


@pytest.fixture
def half_public(town: Municipality) -> dict[str, Any]:
    """A public document that refers to things that nobody has published yet."""
    result = read_in(
        file_of(
            dialogues=[
                a_dialogue(key="hemlig-dialog", priorities=[{"key": "hemlig-prioritering", "title": "Hemligt"}]),
                a_dialogue(key="oppen-dialog", is_published=True, previous="hemlig-dialog"),
            ],
            documents=[
                a_document(key="hemligt-lofte", commitments=[a_commitment(key="hemlig-rad")]),
                a_document(
                    key="oppet-lofte",
                    is_published=True,
                    links=[
                        {"kind": "FOLLOWS", "other": "hemligt-lofte"},
                        {"kind": "BASED_ON", "other_text": "ett dokument som inte finns här"},
                    ],
                    dialogues=[
                        {"dialogue": "hemlig-dialog", "basis": "STATED"},
                        {"dialogue": "oppen-dialog", "basis": "STATED"},
                    ],
                    problems=[
                        {
                            "key": "problemet",
                            "title": "Problemet",
                            "priority": "hemlig-dialog/hemlig-prioritering",
                        }
                    ],
                    commitments=[
                        a_commitment(
                            starts_after="hemligt-lofte/hemlig-rad",
                            carried_over_from="hemligt-lofte/hemlig-rad",
                            same_aim_as="andra-raden",
                            outcomes=[
                                {"key": "utkast", "kind": "PROSE", "title": "Hemligt utkast"},
                                {
                                    "key": "publikt",
                                    "kind": "PROSE",
                                    "title": "Det publika",
                                    "is_published": True,
                                },
                            ],
                        ),
                        a_commitment(key="andra-raden", outcomes=[{"key": "u", "kind": "PROSE", "title": "Hemligt"}]),
                    ],
                ),
            ],
        )
    )
    assert result["accepted"], result
    return exchange.export(town, only_published=True)


def test_what_is_public_names_nothing_that_is_not(half_public: dict[str, Any]) -> None:
    assert "heml" not in json.dumps(half_public, ensure_ascii=False).casefold()


def test_what_is_public_keeps_its_public_ties(half_public: dict[str, Any]) -> None:
    (document,) = half_public["documents"]
    assert [row["key"] for row in half_public["dialogues"]] == ["oppen-dialog"]
    assert [link["other_text"] for link in document["links"]] == ["ett dokument som inte finns här"]
    assert [link["dialogue"] for link in document["dialogues"]] == ["oppen-dialog"]
    assert document["commitments"][0]["same_aim_as"] == "andra-raden"
    assert [outcome["key"] for outcome in document["commitments"][0]["outcomes"]] == ["publikt"]


def test_what_is_public_can_be_read_in_by_another_installation(town: Municipality, half_public: dict[str, Any]) -> None:
    _empty()
    result = read_in(half_public)
    assert result["accepted"], result
    assert Outcome.objects.get().title == "Det publika"


def test_a_place_that_is_not_public_is_given_in_words_only(town: Municipality) -> None:
    secret = {"kind": "DRAWN", "text": "utvalda platser", "is_operational_secret": True, "area": "1488R001"}
    file = file_of(
        documents=[
            a_document(
                is_published=True,
                commitments=[
                    a_commitment(places=[{**secret, "geometry": {"type": "Point", "coordinates": [12.25, 58.25]}}])
                ],
            )
        ]
    )
    assert read_in(file)["accepted"]
    (place,) = exchange.export(town, only_published=True)["documents"][0]["commitments"][0]["places"]
    assert place == {"kind": "DRAWN", "text": "utvalda platser", "is_operational_secret": True}
    (kept,) = exchange.export(town)["documents"][0]["commitments"][0]["places"]
    assert "geometry" in kept
    assert kept["area"] == "1488R001"


# --- search texts follow ---------------------------------------------------------------------------


def test_what_was_read_in_can_be_found(town: Municipality) -> None:
    read_in(file_of(documents=[a_document(title="MÖRKT vid ån", commitments=[a_commitment(wording="BELYSNING")])]))
    assert CommitmentDocument.objects.filter(search_text__contains="mörkt vid ån").exists()
    assert Commitment.objects.filter(search_text__contains="belysning").exists()
