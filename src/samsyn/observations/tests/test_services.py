"""Entering, correcting and withdrawing: nothing that was said is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from samsyn.accounts.models import User
from samsyn.core.errors import NotAllowed, NotFound
from samsyn.core.models import AuditEntry
from samsyn.observations import services
from samsyn.observations.enums import SourceClass
from samsyn.observations.models import Observation, ObservationQuerySet, ObservationVersion
from samsyn.observations.places import UnknownArea, Where
from samsyn.observations.services import NotRecordable, ObservationChanged, Seen
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEN = Seen("Lampan är trasig", NOW, "belysning", where=Where(58.25, 12.27))


def record(town: Municipality, by: User | None, **more: str) -> Observation:
    return services.record(
        municipality=town,
        source_class=SourceClass.STAFF,
        seen=SEEN,
        by=by,
        now=NOW,
        source_id=more.get("source_id", ""),
    )[0]


def test_it_is_recorded_with_its_areas_and_logged_by_role(town: Municipality, alice: User) -> None:
    found = record(town, alice)
    assert (found.regso_code, found.deso_code, found.version) == ("1488R001", "1488A0020", 1)
    entry = AuditEntry.objects.get(verb="observations.recorded")
    assert entry.actor_label == alice.audit_label
    assert "Lampan" not in str(entry.changes)


def test_the_sources_own_id_makes_the_second_time_the_first(town: Municipality, alice: User) -> None:
    assert record(town, alice, source_id="x").pk == record(town, alice, source_id="x").pk
    assert AuditEntry.objects.filter(verb="observations.recorded").count() == 1


def test_a_correction_keeps_what_was_said_and_why(town: Municipality, alice: User) -> None:
    found = record(town, alice)
    seen = replace(SEEN, what="Lampan är lagad", where=Where(58.25, 12.35))
    services.correct(observation=found, version=1, seen=seen, reason="Lagad i går", by=alice, now=NOW)
    found.refresh_from_db()
    assert (found.what, found.regso_code, found.version, found.is_corrected) == ("Lampan är lagad", "1488R002", 2, True)
    earlier = ObservationVersion.objects.get()
    assert (earlier.what, earlier.regso_code, earlier.reason) == ("Lampan är trasig", "1488R001", "Lagad i går")
    with pytest.raises(TypeError):
        earlier.save()


def test_whoever_is_second_is_told(town: Municipality, alice: User) -> None:
    found = record(town, alice)
    services.correct(observation=found, version=1, seen=replace(SEEN, what="A"), reason="x", by=alice, now=NOW)
    with pytest.raises(ObservationChanged):
        services.correct(observation=found, version=1, seen=replace(SEEN, what="B"), reason="x", by=alice, now=NOW)


def test_what_is_withdrawn_stays_with_its_reason_and_changes_no_more(town: Municipality, alice: User) -> None:
    found = record(town, alice)
    services.withdraw(observation=found, version=1, reason="Fel plats", by=alice, now=NOW)
    found.refresh_from_db()
    assert found.withdrawal_reason == "Fel plats"
    assert not ObservationQuerySet(Observation).visible_to(alice).standing().exists()
    with pytest.raises(ObservationChanged):
        services.correct(observation=found, version=2, seen=SEEN, reason="x", by=alice, now=NOW)


def test_who_may_see_and_who_may_write(town: Municipality, alice: User, bob: User, charlie: User) -> None:
    found = record(town, alice)
    seen_by = {user.name: ObservationQuerySet(Observation).visible_to(user).count() for user in (alice, bob, charlie)}
    assert list(seen_by.values()) == [1, 1, 0]
    with pytest.raises(NotAllowed):
        record(town, bob)
    with pytest.raises(NotFound):
        record(town, charlie)
    with pytest.raises(NotAllowed):
        services.withdraw(observation=found, version=1, reason="x", by=bob, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SEEN, what=""),
        replace(SEEN, what="x" * 4001),
        replace(SEEN, what="Ring 0701740605"),
        replace(SEEN, where=Where(place_name="hos anna@example.org")),
        replace(SEEN, happened_at=NOW + timedelta(hours=1)),
        replace(SEEN, category="finns-inte"),
    ],
)
def test_what_must_not_be_said_is_refused(town: Municipality, alice: User, wrong: Seen) -> None:
    with pytest.raises(NotRecordable):
        services.record(municipality=town, source_class=SourceClass.STAFF, seen=wrong, by=alice, now=NOW)


def test_an_area_elsewhere_is_refused(town: Municipality, alice: User) -> None:
    with pytest.raises(UnknownArea):
        services.record(
            municipality=town, source_class=SourceClass.STAFF, seen=replace(SEEN, where=Where(area_code="1480")),
            by=alice, now=NOW,
        )  # fmt: skip
