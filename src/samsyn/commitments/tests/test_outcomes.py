"""Writing an outcome, making it public, and correcting it afterwards: what may happen, and what stays behind."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment, Outcome, OutcomeCorrection
from samsyn.commitments.services import outcomes as services
from samsyn.commitments.tests import factories
from samsyn.core.errors import DomainError, NotAllowed, NotFound
from samsyn.core.models import AuditEntry

pytestmark = pytest.mark.django_db
# Half an hour before midnight in London it is already tomorrow in Trollhättan.
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
WRITTEN: dict[str, Any] = {"kind": "COUNT", "title": "Fyra ronder", "value": Decimal(4), "fulfilment": "EXCEEDED"}


@pytest.fixture
def commitment() -> Commitment:
    made: Commitment = factories.CommitmentFactory.create()
    return made


@pytest.fixture
def alice() -> User:
    return factories.alice()


@pytest.fixture
def bob() -> User:
    return factories.bob()


def draft(commitment: Commitment, by: User, **how: Any) -> Outcome:
    arguments = {"outcome": None, "version": 0, "data": WRITTEN, "now": NOW} | how
    return services.save_draft(commitment=commitment, by=by, **arguments)


def stale(outcome: Outcome) -> Outcome:
    """Return the outcome as somebody sees it who opened the form now."""
    return Outcome.objects.get(pk=outcome.pk)


@pytest.fixture
def public(commitment: Commitment, alice: User) -> Outcome:
    outcome = draft(commitment, alice)
    services.publish_outcome(outcome=outcome, version=outcome.version, by=alice, now=NOW)
    return stale(outcome)


# --- drafts ---------------------------------------------------------------------------------------------


def test_a_new_outcome_is_a_draft(commitment: Commitment, bob: User) -> None:
    outcome = stale(draft(commitment, bob))
    assert (outcome.title, outcome.value, outcome.fulfilment) == ("Fyra ronder", Decimal(4), "EXCEEDED")
    assert not outcome.is_published
    assert not Outcome.objects.published().exists()


def test_outcomes_come_after_one_another(commitment: Commitment, bob: User) -> None:
    made = [draft(commitment, bob) for _n in range(3)]
    assert [(o.key, o.order) for o in made] == [("utfall-1", 0), ("utfall-2", 1), ("utfall-3", 2)]


def test_a_key_that_a_file_took_is_not_taken_again(commitment: Commitment, bob: User) -> None:
    factories.OutcomeFactory(commitment=commitment, key="utfall-1", order=7)
    made = draft(commitment, bob)
    assert (made.key, made.order) == ("utfall-2", 8)


def test_the_same_form_sent_twice_makes_one_outcome(commitment: Commitment, bob: User) -> None:
    key = uuid.uuid4()
    first = draft(commitment, bob, client_key=key)
    assert draft(commitment, bob, client_key=key).pk == first.pk
    assert AuditEntry.objects.count() == 1


def test_the_same_form_sent_with_other_words_is_told_so(commitment: Commitment, bob: User) -> None:
    key = uuid.uuid4()
    draft(commitment, bob, client_key=key)
    with pytest.raises(services.OutcomeChanged, match="redan sparat"):
        draft(commitment, bob, client_key=key, data=WRITTEN | {"title": "Annat"})
    assert Outcome.objects.get().title == "Fyra ronder"


def test_a_draft_can_be_changed_and_keeps_what_was_not_sent(commitment: Commitment, bob: User) -> None:
    outcome = draft(commitment, bob)
    draft(commitment, bob, outcome=outcome, version=outcome.version, data={"title": "Fem ronder"})
    assert (stale(outcome).title, stale(outcome).value) == ("Fem ronder", Decimal(4))


def test_only_what_people_enter_is_taken_from_the_form(commitment: Commitment, bob: User) -> None:
    outcome = draft(commitment, bob, data=WRITTEN | {"is_published": True, "key": "x", "is_example": True})
    assert (outcome.is_published, outcome.key, outcome.is_example) == (False, "utfall-1", False)


def test_a_changed_text_drops_its_translation_and_no_other(commitment: Commitment, bob: User) -> None:
    outcome = draft(commitment, bob, data=WRITTEN | {"note": "Anmärkning"})
    english = {"made_by": "machine", "date": "2026-11-22", "fields": {"title": "Four rounds", "note": "Remark"}}
    Outcome.objects.filter(pk=outcome.pk).update(translations={"en": english})
    draft(commitment, bob, outcome=stale(outcome), version=outcome.version, data={"title": "Fem ronder"})
    after = stale(outcome)
    assert after.in_language("title", "en").text == "Fem ronder"
    assert after.in_language("note", "en").text == "Remark"


# --- publishing -----------------------------------------------------------------------------------------


def test_the_strategist_publishes(public: Outcome) -> None:
    assert public.is_published
    assert list(Outcome.objects.published()) == [public]


def test_publishing_twice_is_done_once(public: Outcome, alice: User) -> None:
    n_lines = AuditEntry.objects.count()
    services.publish_outcome(outcome=public, version=public.version, by=alice, now=NOW)
    assert AuditEntry.objects.count() == n_lines


def test_nothing_is_published_in_a_document_that_is_not(alice: User) -> None:
    commitment: Commitment = factories.CommitmentFactory.create(document__draft=True)
    outcome = draft(commitment, alice)
    with pytest.raises(DomainError, match="Dokumentet är inte publicerat"):
        services.publish_outcome(outcome=outcome, version=outcome.version, by=alice, now=NOW)
    assert not stale(outcome).is_published


def test_a_public_outcome_is_not_overwritten_as_a_draft(public: Outcome, alice: User) -> None:
    with pytest.raises(DomainError, match="Rätta det i stället"):
        draft(public.commitment, alice, outcome=public, version=public.version, data={"title": "Annat"})
    assert stale(public).title == "Fyra ronder"


# --- correcting -----------------------------------------------------------------------------------------


def correct(outcome: Outcome, by: User, **how: Any) -> OutcomeCorrection | None:
    arguments: dict[str, Any] = {"version": outcome.version, "data": {"value": Decimal(5)}, "note": "Räknade fel"}
    return services.correct_outcome(outcome=outcome, by=by, now=NOW, **(arguments | how))


def test_a_correction_is_noted_for_all_to_read(public: Outcome, alice: User) -> None:
    note = correct(public, alice, note="  Räknade fel  ")
    assert note is not None
    assert stale(public).value == 5
    assert (note.note, note.corrected_date) == ("Räknade fel", date(2026, 11, 23))
    assert {name: [Decimal(n) for n in pair] for name, pair in note.changes.items()} == {"value": [4, 5]}


@pytest.mark.parametrize("note", ["", "   ", "\n\t"])
def test_a_correction_without_a_reason_is_refused(public: Outcome, alice: User, note: str) -> None:
    with pytest.raises(services.CorrectionNeedsReason, match="Texten visas för alla"):
        correct(public, alice, note=note)
    assert stale(public).value == 4


def test_a_correction_that_changes_nothing_is_not_noted(public: Outcome, alice: User) -> None:
    n_lines = AuditEntry.objects.count()
    assert correct(public, alice, data={"value": Decimal(4)}) is None
    assert not OutcomeCorrection.objects.exists()
    assert AuditEntry.objects.count() == n_lines


def test_corrections_stand_in_order(public: Outcome, alice: User) -> None:
    for value in (5, 6, 7):
        correct(stale(public), alice, data={"value": Decimal(value)}, note=f"Nu {value}")
    assert [c.note for c in public.corrections.all()] == ["Nu 5", "Nu 6", "Nu 7"]


# --- two at once ----------------------------------------------------------------------------------------


def test_of_two_who_change_a_draft_the_second_is_told(commitment: Commitment, alice: User, bob: User) -> None:
    outcome = draft(commitment, alice)
    hers, his = stale(outcome), stale(outcome)
    draft(commitment, alice, outcome=hers, version=hers.version, data={"title": "Hennes"})
    with pytest.raises(services.OutcomeChanged) as refused:
        draft(commitment, bob, outcome=his, version=outcome.version, data={"title": "Hans"})
    assert refused.value.status == 409
    assert stale(outcome).title == "Hennes"


def test_of_two_who_correct_the_second_is_told(public: Outcome, alice: User) -> None:
    first, second = stale(public), stale(public)
    correct(first, alice, data={"value": Decimal(5)})
    with pytest.raises(services.OutcomeChanged):
        correct(second, alice, data={"value": Decimal(6)}, version=public.version)
    assert stale(public).value == 5
    assert OutcomeCorrection.objects.count() == 1


def test_who_publishes_an_older_version_than_the_last_is_told(commitment: Commitment, alice: User, bob: User) -> None:
    outcome = draft(commitment, bob)
    seen = stale(outcome)
    draft(commitment, bob, outcome=stale(outcome), version=outcome.version, data={"title": "Ändrat efteråt"})
    with pytest.raises(services.OutcomeChanged):
        services.publish_outcome(outcome=seen, version=seen.version, by=alice, now=NOW)
    assert not stale(outcome).is_published


def test_who_saves_a_draft_that_was_published_meanwhile_is_told(commitment: Commitment, alice: User, bob: User) -> None:
    outcome = draft(commitment, bob)
    seen = stale(outcome)
    services.publish_outcome(outcome=outcome, version=outcome.version, by=alice, now=NOW)
    with pytest.raises(services.OutcomeChanged):
        draft(commitment, bob, outcome=seen, version=seen.version, data={"title": "För sent"})
    assert stale(outcome).title == "Fyra ronder"


# --- those who may not ----------------------------------------------------------------------------------


def test_the_police_officer_reports_but_does_not_publish(commitment: Commitment, bob: User) -> None:
    outcome = draft(commitment, bob)
    with pytest.raises(NotAllowed):
        services.publish_outcome(outcome=outcome, version=outcome.version, by=bob, now=NOW)
    assert not stale(outcome).is_published


def test_the_police_officer_does_not_correct(public: Outcome, bob: User) -> None:
    with pytest.raises(NotAllowed):
        correct(public, bob)
    assert stale(public).value == 4


def test_another_towns_strategist_can_do_nothing(public: Outcome) -> None:
    charlie = factories.charlie()
    n_lines = AuditEntry.objects.count()
    with pytest.raises(NotFound):
        draft(public.commitment, charlie)
    with pytest.raises(NotFound):
        services.publish_outcome(outcome=public, version=public.version, by=charlie, now=NOW)
    with pytest.raises(NotFound):
        correct(public, charlie)
    assert Outcome.objects.count() == 1
    assert AuditEntry.objects.count() == n_lines


# --- the log --------------------------------------------------------------------------------------------


def test_each_act_leaves_one_line(public: Outcome, alice: User) -> None:
    correct(public, alice)
    lines = AuditEntry.objects.order_by("pk")
    assert [line.verb for line in lines] == [
        "commitments.outcome_created",
        "commitments.outcome_published",
        "commitments.outcome_corrected",
    ]
    assert {(line.municipality_code, line.at) for line in lines} == {("1488", NOW)}
    assert lines[1].changes == {"is_published": [False, True]}


def test_the_log_names_roles_and_never_people(public: Outcome, alice: User) -> None:
    correct(public, alice)
    for line in AuditEntry.objects.all():
        assert line.actor_label == "Strateg, Trollhättans Stad"
        whole = " ".join(str(value) for value in vars(line).values())
        assert alice.name not in whole
        assert alice.email not in whole


def test_a_refused_act_leaves_no_line(commitment: Commitment, bob: User) -> None:
    outcome = draft(commitment, bob)
    n_lines = AuditEntry.objects.count()
    for version in (0, 99):
        with pytest.raises(services.OutcomeChanged):
            draft(commitment, bob, outcome=stale(outcome), version=version)
    assert AuditEntry.objects.count() == n_lines


# --- what can never be stored ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"value_numerator": 3, "value_denominator": 2}, "outcome_part_within_whole"),
        ({"baseline_numerator": 3, "baseline_denominator": 2}, "baseline_part_within_whole"),
    ],
)
def test_a_part_above_its_whole_is_refused_by_the_database(fields: dict[str, int], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.OutcomeFactory(**fields)


def test_a_document_cannot_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError, match="period_ends_after_start"), transaction.atomic():
        factories.DocumentFactory(period_start=date(2020, 1, 1), period_end=date(2019, 1, 1))
