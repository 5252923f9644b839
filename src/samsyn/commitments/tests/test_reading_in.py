"""Reading a file of documents in: what is refused, with which words, and what people have written since."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from samsyn.commitments.models import (
    Commitment,
    CommitmentDocument,
    Outcome,
    OutcomeCorrection,
    Responsibility,
    Theme,
)
from samsyn.commitments.services import outcomes as services
from samsyn.commitments.tests import factories
from samsyn.commitments.tests.files import (
    NOW,
    a_commitment,
    a_dialogue,
    a_document,
    file_of,
    read_in,
    read_out,
)
from samsyn.core.models import AuditEntry, ImportedFile
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.usefixtures("town")


def _nothing_is_stored() -> bool:
    models = (CommitmentDocument, Dialogue, ImportedFile, AuditEntry)
    return not any(model.objects.exists() for model in models)


def _whole() -> dict[str, Any]:
    """Return a file with something in every place that the faults below are put."""
    return file_of(
        dialogues=[
            a_dialogue(
                n_sample=100,
                n_respondents=90,
                priorities=[{"key": "mangdbrott", "title": "Mängdbrott"}, {"key": "trafik", "title": "Trafik"}],
            )
        ],
        documents=[
            a_document(
                period_start="2020-01-01",
                period_end="2020-12-31",
                problems=[{"key": "problemet", "title": "Problemet", "priority": "dialog-2019/mangdbrott"}],
                themes=[{"key": "tema", "title": "Tema"}],
                commitments=[
                    a_commitment(
                        problems=[{"problem": "problemet", "basis": "STATED"}],
                        targets=[{"key": "mal", "operator": "BETWEEN", "value": 2, "value_high": 4}],
                        outcomes=[
                            {
                                "key": "utfall",
                                "kind": "COUNT",
                                "value": 162,
                                "value_numerator": 1,
                                "value_denominator": 2,
                                "baseline_numerator": 1,
                                "baseline_denominator": 2,
                            }
                        ],
                    )
                ],
            )
        ],
    )


def _put(file: dict[str, Any], path: str, value: Any) -> None:
    """Write a value at a path like `documents[0].title`; the value `...` removes what stands there."""
    *parts, last = [int(p) if p.isdigit() else p for p in re.findall(r"\w+", path)]
    here: Any = file
    for part in parts:
        here = here[part]
    if value is ...:
        del here[last]
    else:
        here[last] = value


COMMITMENT = "documents[0].commitments[0]"
OUTCOME = f"{COMMITMENT}.outcomes[0]"
FAULTS = {
    "what is needed is missing": ("documents[0].title", ..., "documents[0]", "Det här saknas: title."),
    "an unknown field": (
        "documents[0].titel",
        "x",
        "documents[0]",
        "Det här känns inte igen: titel. Kontrollera stavningen.",
    ),
    "a choice that is none": (
        "documents[0].kind",
        "LÖFTE",
        "documents[0].kind",
        "LÖFTE är inget av alternativen. Välj bland AGREEMENT, ACTION_PLAN, CITIZEN_PROMISE, OTHER.",
    ),
    "a day that is none": (
        f"{OUTCOME}.reported_date",
        "2021-02-30",
        f"{OUTCOME}.reported_date",
        "”2021-02-30” är inget datum. Skriv det som 2020-12-31.",
    ),
    "too long a text": (
        "documents[0].title",
        "x" * 301,
        "documents[0].title",
        "Texten är för lång. Den får ha högst 300 tecken.",
    ),
    "a key with other characters": (
        "documents[0].key",
        "löfte 2020",
        "documents[0].key",
        "”löfte 2020” får bara ha bokstäver utan prickar, siffror och bindestreck.",
    ),
    "a key with a line break at its end": (
        "documents[0].key",
        "lofte-2020\n",
        "documents[0].key",
        "”lofte-2020\n” får bara ha bokstäver utan prickar, siffror och bindestreck.",
    ),
    "a key that is a list": ("documents[0].key", ["a"], "documents[0].key", "Det ska vara en text."),
    "a negative number": (
        f"{OUTCOME}.value_numerator",
        -1,
        f"{OUTCOME}.value_numerator",
        "Talet får inte vara mindre än 0.",
    ),
    "a number as text": (f"{OUTCOME}.value", "162", f"{OUTCOME}.value", "Värdet är av fel slag. Det ska vara ett tal"),
    "half a person": (
        "dialogues[0].n_respondents",
        1.5,
        "dialogues[0].n_respondents",
        "Värdet är av fel slag. Det ska vara ett heltal",
    ),
    "yes as text": (
        "documents[0].is_published",
        "ja",
        "documents[0].is_published",
        "Värdet är av fel slag. Det ska vara true eller false.",
    ),
    "a text that is a number": ("documents[0].title", 5, "documents[0].title", "Det ska vara en text."),
    "a list that is none": ("documents[0].commitments", {}, "documents[0].commitments", "Det ska vara en lista."),
    "an item that is none": ("documents[0]", "löfte", "documents[0]", "Det ska vara ett objekt."),
    "a control character": (
        f"{COMMITMENT}.title",
        "Synlig\x00 polis",
        f"{COMMITMENT}.title",
        "Texten har osynliga styrtecken. Skriv om den för hand.",
    ),
    "a hidden direction mark": (
        f"{COMMITMENT}.title",
        "Synlig \u202epolis",
        f"{COMMITMENT}.title",
        "Texten har osynliga styrtecken. Skriv om den för hand.",
    ),
    "a control character within a free object": (
        "documents[0].source",
        {"title": "x\x07"},
        "documents[0].source.title",
        "Texten har osynliga styrtecken. Skriv om den för hand.",
    ),
    "half a character": (
        "documents[0].title",
        "Löfte \ud83d",
        "documents[0].title",
        "Texten har osynliga styrtecken. Skriv om den för hand.",
    ),
    "a key twice": (
        "dialogues[0].priorities[1].key",
        "mangdbrott",
        "dialogues[0].priorities[1].key",
        "Nyckeln ”mangdbrott” står två gånger. Ge den ena en annan.",
    ),
    "a period that ends before it begins": (
        "documents[0].period_end",
        "2019-12-31",
        "documents[0].period_end",
        "”gäller till” får inte vara mindre än ”gäller från”. Kontrollera båda.",
    ),
    "a range the wrong way round": (
        f"{COMMITMENT}.targets[0].value_high",
        1,
        f"{COMMITMENT}.targets[0].value_high",
        "”högsta tal” får inte vara mindre än ”tal”. Kontrollera båda.",
    ),
    "a part larger than the whole": (
        f"{OUTCOME}.value_numerator",
        3,
        f"{OUTCOME}.value_denominator",
        "”av hur många efter” får inte vara mindre än ”antal efter”. Kontrollera båda.",
    ),
    "an earlier part larger than its whole": (
        f"{OUTCOME}.baseline_numerator",
        3,
        f"{OUTCOME}.baseline_denominator",
        "”av hur många före” får inte vara mindre än ”antal före”. Kontrollera båda.",
    ),
    "more who answered than were asked": (
        "dialogues[0].n_respondents",
        101,
        "dialogues[0].n_sample",
        "”urval” får inte vara mindre än ”svarande”. Kontrollera båda.",
    ),
    "too many decimals": (
        f"{OUTCOME}.value",
        16.23456,
        f"{OUTCOME}.value",
        "Talet har för många siffror. Det får ha högst 12 före kommat och 4 efter.",
    ),
    "too large a number": (
        f"{OUTCOME}.value",
        1e15,
        f"{OUTCOME}.value",
        "Talet har för många siffror. Det får ha högst 12 före kommat och 4 efter.",
    ),
    "too large a count": (
        f"{OUTCOME}.value_denominator",
        2**64,
        f"{OUTCOME}.value_denominator",
        "Talet får vara högst 9223372036854775807.",
    ),
    "too large a number of people": (
        "dialogues[0].n_sample",
        2**31,
        "dialogues[0].n_sample",
        "Talet får vara högst 2147483647.",
    ),
}


@pytest.mark.parametrize(("path", "value", "place", "sentence"), FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_item_is_told_with_its_place_and_nothing_is_stored(
    path: str, value: Any, place: str, sentence: str
) -> None:
    file = _whole()
    _put(file, path, value)
    result = read_in(json.dumps(file).encode())
    assert not result["accepted"]
    assert result["stored"] == 0
    assert any(e["column"] == place and sentence in e["text"] for e in result["row_errors"]), result
    assert _nothing_is_stored()


def test_the_file_that_faults_are_put_into_is_good() -> None:
    assert read_in(_whole())["accepted"]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (f"{COMMITMENT}.theme", "finns-inte", f"{COMMITMENT}.theme"),
        (f"{COMMITMENT}.problems[0].problem", "finns-inte", f"{COMMITMENT}.problems[0].problem"),
        (f"{COMMITMENT}.carried_over_from", "lofte-2019/finns-inte", f"{COMMITMENT}.carried_over_from"),
        (f"{COMMITMENT}.targets[0].within", "finns-inte", f"{COMMITMENT}.targets[0].within"),
        (f"{COMMITMENT}.targets[0].indicator", "finns-inte", f"{COMMITMENT}.targets[0].indicator"),
        (f"{OUTCOME}.indicator", "finns-inte", f"{OUTCOME}.indicator"),
        ("documents[0].problems[0].priority", "dialog-2019/finns-inte", "documents[0].problems[0].priority"),
        ("documents[0].links", [{"kind": "FOLLOWS", "other": "finns-inte"}], "documents[0].links[0].other"),
        (
            "documents[0].dialogues",
            [{"dialogue": "finns-inte", "basis": "STATED"}],
            "documents[0].dialogues[0].dialogue",
        ),
        (
            "documents[0].parties",
            [{"name": "Regionen", "role": "SIGNATORY", "organisation": "finns-inte"}],
            "documents[0].parties[0].organisation",
        ),
        (
            f"{COMMITMENT}.places",
            [{"kind": "DISTRICT", "text": "Där", "area": "finns-inte"}],
            f"{COMMITMENT}.places[0].area",
        ),
        (
            f"{COMMITMENT}.indicators",
            [{"key": "i", "name": "Mått", "series": "finns-inte"}],
            f"{COMMITMENT}.indicators[0].series",
        ),
        ("dialogues[0].previous", "finns-inte", "dialogues[0].previous"),
    ],
)
@pytest.mark.parametrize("how", [{}, {"good_rows_only": True}, {"dry_run": True}], ids=["", "good rows", "dry run"])
def test_a_reference_to_what_is_not_there_refuses_the_file_with_its_place(
    path: str, value: Any, place: str, how: dict[str, Any]
) -> None:
    file = _whole()
    _put(file, path, value)
    result = read_in(file, **how)
    assert (result["accepted"], result["stored"]) == (False, 0)
    (sentence,) = result["file_errors"]
    assert sentence.startswith(f"{place}: ”")
    assert sentence.endswith("finns inte. Kontrollera stavningen eller läs in det först.")
    assert _nothing_is_stored()


def test_a_refused_reference_leaves_what_was_there_before(town: Municipality) -> None:
    read_in(_whole())
    before = read_out(town)
    file = _whole()
    file["documents"][0]["title"] = "Ett annat namn"
    _put(file, f"{COMMITMENT}.theme", "finns-inte")
    assert not read_in(file)["accepted"]
    assert read_out(town) == before


def test_another_towns_document_cannot_be_referred_to() -> None:
    other = factories.MunicipalityFactory(code="1480", name="Göteborg")
    factories.DocumentFactory(municipality=other, key="annan-stads")
    result = read_in(file_of(documents=[a_document(links=[{"kind": "FOLLOWS", "other": "annan-stads"}])]))
    assert not result["accepted"]
    assert "”annan-stads” finns inte" in result["file_errors"][0]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"{", "Filen är inte rätt skriven JSON. Felet är nära rad 1"),
        (b"inte JSON alls", "Filen är inte rätt skriven JSON. Felet är nära rad 1"),
        (b'{"format": 1e999}', "Filen innehåller tal som JSON inte har, till exempel NaN. Ta bort dem."),
        (b'{"format": NaN}', "Filen innehåller tal som JSON inte har, till exempel NaN. Ta bort dem."),
        (b"[]", "Filen är inte i formatet samsyn-commitments/1."),
        (b'"text"', "Filen är inte i formatet samsyn-commitments/1."),
        (file_of(format="samsyn-commitments/2"), "Filen är inte i formatet samsyn-commitments/1."),
        (
            file_of(municipality="1480"),
            "Filen gäller kommun 1480, men läses in för 1488. Välj rätt kommun eller rätt fil.",
        ),
        (file_of() | {"documents": {}}, "”documents” ska vara en lista."),
        (file_of() | {"dialogues": None}, "”dialogues” ska vara en lista."),
        (file_of(), "Filen innehåller inga rader att läsa in."),
    ],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(file: Any, sentence: str) -> None:
    result = read_in(file)
    assert not result["accepted"]
    assert result["file_errors"][0].startswith(sentence), result
    assert _nothing_is_stored()


def test_a_town_that_is_not_installed_is_said_to_be_so() -> None:
    assert read_in(_whole(), municipality="0180")["file_errors"] == [
        "Kommunen finns inte i installationen. Kör ”samsyn setup” först."
    ]


def test_an_unknown_part_of_the_file_is_told_and_passed_over() -> None:
    result = read_in(_whole() | {"rapporter": []})
    assert result["accepted"]
    assert result["warnings"] == ["Delen ”rapporter” känns inte igen och hoppades över."]


def test_two_documents_with_one_key_are_refused() -> None:
    result = read_in(file_of(documents=[a_document(), a_document()]))
    assert [(e["row"], e["column"], e["text"]) for e in result["row_errors"]] == [
        (2, "documents[1].key", "Nyckeln ”lofte-2020” står två gånger. Ge den ena en annan.")
    ]
    assert _nothing_is_stored()


def test_every_fault_of_a_file_is_told_at_once() -> None:
    file = file_of(documents=[a_document(title=5, kind="LÖFTE"), a_document(key="b", completeness="")])
    assert {(e["row"], e["column"]) for e in read_in(file)["row_errors"]} == {
        (1, "documents[0].title"),
        (1, "documents[0].kind"),
        (2, "documents[1].completeness"),
    }


def test_one_faulty_document_keeps_the_whole_file_out() -> None:
    file = file_of(documents=[a_document(), a_document(key="b", kind="LÖFTE")])
    assert read_in(file)["accepted"] is False
    assert _nothing_is_stored()


def test_good_rows_only_reads_in_the_others() -> None:
    file = file_of(documents=[a_document(), a_document(key="b", kind="LÖFTE")])
    result = read_in(file, good_rows_only=True)
    assert (result["accepted"], result["rows"], result["created"]) == (True, 2, 1)
    assert [e["column"] for e in result["row_errors"]] == ["documents[1].kind"]
    assert [document.key for document in CommitmentDocument.objects.all()] == ["lofte-2020"]


def test_a_dry_run_counts_and_stores_nothing() -> None:
    result = read_in(_whole(), dry_run=True)
    assert (result["accepted"], result["created"]) == (True, 2)
    assert _nothing_is_stored()


# --- the second time -------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_and_logs_nothing() -> None:
    read_in(_whole())
    n_lines = AuditEntry.objects.count()
    result = read_in(_whole())
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, 2)
    assert AuditEntry.objects.count() == n_lines
    assert ImportedFile.objects.count() == 1


CHANGES: list[tuple[str, Any]] = [
    ("documents[0].title", "Ett annat namn"),
    ("documents[0].is_published", True),
    ("documents[0].signed_date", "2020-02-01"),
    ("documents[0].themes[0].text", "Mer"),
    ("documents[0].problems[0].priority", "dialog-2019/trafik"),
    (f"{COMMITMENT}.theme", "tema"),
    (f"{COMMITMENT}.traits", ["ON_DEMAND"]),
    (f"{COMMITMENT}.targets[0].value_high", 5),
    (f"{COMMITMENT}.translations", {"en": {"made_by": "human", "fields": {"title": "Visible police"}}}),
    (f"{OUTCOME}.value", 163),
    ("dialogues[0].n_respondents", 89),
    ("dialogues[0].priorities[1].title", "Trafiken"),
]


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=[path for path, _value in CHANGES])
def test_one_changed_field_updates_one_item(town: Municipality, path: str, value: Any) -> None:
    read_in(_whole())
    file = _whole()
    _put(file, path, value)
    result = read_in(file)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 1, 1), result
    assert read_in(file)["unchanged"] == 2
    verbs = list(AuditEntry.objects.filter(verb__endswith="_updated").values_list("verb", "actor_label"))
    assert verbs == [
        (f"commitments.{'dialogue' if path.startswith('dia') else 'commitmentdocument'}_updated", "system")
    ]


def test_what_a_newer_file_leaves_out_is_removed_but_for_reports() -> None:
    read_in(_whole())
    file = _whole()
    _put(file, "documents[0].themes", [])
    _put(file, f"{COMMITMENT}.targets", ...)
    _put(file, f"{COMMITMENT}.outcomes", ...)
    assert read_in(file)["updated"] == 1
    assert not Theme.objects.exists()
    assert not Commitment.objects.get().targets.exists()
    assert Outcome.objects.count() == 1


def test_rows_that_change_places_keep_their_content() -> None:
    def responsible(*names: str) -> dict[str, Any]:
        rows = [{"task": "DOING", "text": name} for name in names]
        return file_of(documents=[a_document(commitments=[a_commitment(responsibilities=rows)])])

    read_in(responsible("A", "B", "C"))
    assert read_in(responsible("C", "A"))["updated"] == 1
    assert [r.text for r in Responsibility.objects.order_by("order")] == ["C", "A"]


def test_commitments_that_change_places_keep_their_rows() -> None:
    def document(*keys: str) -> dict[str, Any]:
        return file_of(documents=[a_document(commitments=[a_commitment(key=key) for key in keys])])

    read_in(document("a", "b", "c"))
    before = {c.key: c.pk for c in Commitment.objects.all()}
    read_in(document("c", "a", "b"))
    assert [(c.key, c.pk) for c in Commitment.objects.order_by("order")] == [(key, before[key]) for key in "cab"]


# --- what people have written since ------------------------------------------------------------------


@pytest.fixture
def reported() -> Outcome:
    """An outcome that a person has reported since the file was read in."""
    read_in(_whole())
    return services.save_draft(
        commitment=Commitment.objects.get(),
        outcome=None,
        version=0,
        data={"kind": "PROSE", "title": "Skrivet av en människa"},
        by=factories.alice(),
        now=NOW,
    )


def test_a_reported_outcome_survives_the_older_file(reported: Outcome) -> None:
    assert read_in(_whole())["unchanged"] == 2
    file = _whole()
    file["documents"][0]["title"] = "Ett annat namn"
    assert read_in(file)["updated"] == 1
    reported.refresh_from_db()
    assert reported.title == "Skrivet av en människa"
    assert {outcome.key for outcome in Outcome.objects.all()} == {"utfall", reported.key}


def test_a_reported_outcome_is_in_the_next_export(reported: Outcome, town: Municipality) -> None:
    out = read_out(town)
    assert "Skrivet av en människa" in out.decode()
    CommitmentDocument.objects.all().delete()
    read_in(out)
    assert read_out(town) == out


@pytest.fixture
def public() -> Callable[..., dict[str, Any]]:
    """Return the file with its outcome published, and changes to that outcome."""

    def make(**changes: Any) -> dict[str, Any]:
        file = _whole()
        outcome = file["documents"][0]["commitments"][0]["outcomes"][0]
        outcome |= {"is_published": True} | changes
        return deepcopy(file)

    return make


def test_a_public_outcome_that_a_file_changes_gets_a_public_note(public: Callable[..., dict[str, Any]]) -> None:
    read_in(public())
    assert read_in(public(value=150))["updated"] == 1
    (note,) = OutcomeCorrection.objects.all()
    assert note.note == "Ändrat när en fil lästes in."
    assert note.corrected_date == date(2026, 11, 22)
    assert list(note.changes) == ["value"]
    assert [Decimal(text) for text in note.changes["value"]] == [162, 150]


def test_the_note_stays_when_the_same_file_comes_again(public: Callable[..., dict[str, Any]]) -> None:
    read_in(public())
    read_in(public(value=150))
    assert read_in(public(value=150))["unchanged"] == 2
    assert OutcomeCorrection.objects.count() == 1


def test_each_change_gets_a_note_of_its_own(public: Callable[..., dict[str, Any]]) -> None:
    read_in(public())
    read_in(public(value=150))
    read_in(public(value=140), now=NOW + timedelta(days=1))
    assert [[Decimal(text) for text in n.changes["value"]] for n in OutcomeCorrection.objects.order_by("order")] == [
        [162, 150],
        [150, 140],
    ]


def test_a_file_with_its_own_note_about_the_change_gets_no_second(public: Callable[..., dict[str, Any]]) -> None:
    read_in(public())
    own = {"corrected_date": "2021-03-01", "note": "Räknat om", "changes": {"value": ["162", "150"]}}
    read_in(public(value=150, corrections=[own]))
    assert [note.note for note in OutcomeCorrection.objects.all()] == ["Räknat om"]


def test_a_draft_that_a_file_changes_gets_no_note() -> None:
    read_in(_whole())
    file = _whole()
    _put(file, f"{OUTCOME}.value", 150)
    assert read_in(file)["updated"] == 1
    assert not OutcomeCorrection.objects.exists()


def test_a_file_that_only_translates_a_public_outcome_is_no_correction(
    public: Callable[..., dict[str, Any]],
) -> None:
    read_in(public())
    english = {"en": {"made_by": "machine", "fields": {"title": "162 offences"}}}
    assert read_in(public(translations=english))["updated"] == 1
    assert not OutcomeCorrection.objects.exists()


def test_a_person_editing_when_a_file_changes_the_outcome_loses_the_race(
    public: Callable[..., dict[str, Any]],
) -> None:
    read_in(public())
    outcome = Outcome.objects.get()
    read_in(public(value=150))
    with pytest.raises(services.OutcomeChanged):
        services.correct_outcome(
            outcome=outcome,
            version=outcome.version,
            data={"value": Decimal(140)},
            note="Rättat",
            by=factories.alice(),
            now=NOW,
        )


def test_a_note_that_a_person_wrote_is_never_written_over_by_a_file(public: Callable[..., dict[str, Any]]) -> None:
    read_in(public())
    outcome = Outcome.objects.get()
    services.correct_outcome(
        outcome=outcome,
        version=outcome.version,
        data={"value": Decimal(160)},
        note="Räknade fel",
        by=factories.alice(),
        now=NOW,
    )
    own = {"corrected_date": "2026-12-01", "note": "Räknat om", "changes": {"value": ["160", "150"]}}
    assert read_in(public(value=150, corrections=[own]))["updated"] == 1
    assert [note.note for note in OutcomeCorrection.objects.order_by("order")] == ["Räknade fel", "Räknat om"]
    assert read_in(public(value=150, corrections=[own]))["unchanged"] == 2
    assert OutcomeCorrection.objects.count() == 2


def test_a_note_gets_its_translation_from_a_newer_file(public: Callable[..., dict[str, Any]]) -> None:
    own: dict[str, Any] = {"corrected_date": "2026-12-01", "note": "Räknat om"}
    read_in(public(corrections=[own]))
    english = {"en": {"made_by": "human", "fields": {"note": "Counted again"}}}
    assert read_in(public(corrections=[own | {"translations": english}]))["updated"] == 1
    assert str(OutcomeCorrection.objects.get().in_language("note", "en")) == "Counted again"
