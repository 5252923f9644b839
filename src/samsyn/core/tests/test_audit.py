"""The log: one line an act, kept as it was written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from samsyn.core import audit
from samsyn.core.models import AuditEntry, Heartbeat

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def line(db: None) -> AuditEntry:
    return audit.record("beat.made", Heartbeat(name="worker"), by=None, at=NOW, municipality_code="1488")


def test_the_system_signs_as_the_system(line: AuditEntry) -> None:
    assert (line.actor_id, line.actor_label, line.object_type, line.object_id) == (
        None,
        "system",
        "core.heartbeat",
        "worker",
    )


def test_a_line_cannot_be_changed(line: AuditEntry) -> None:
    line.verb = "annat"
    with pytest.raises(TypeError, match="append-only"):
        line.save()
    assert AuditEntry.objects.get().verb == "beat.made"


def test_a_line_cannot_be_removed(line: AuditEntry) -> None:
    with pytest.raises(TypeError, match="append-only"):
        line.delete()
    assert AuditEntry.objects.exists()


def test_lines_cannot_be_changed_or_removed_many_at_once(line: AuditEntry) -> None:
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.update(verb="annat")
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.filter(verb="beat.made").update(verb="annat")
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.all().delete()
    with pytest.raises(TypeError, match="append-only"), transaction.atomic():
        AuditEntry.objects.bulk_update([line], ["verb"])
    assert AuditEntry.objects.get().verb == "beat.made"


def test_history_is_newest_first_and_about_one_thing(line: AuditEntry) -> None:
    beat = Heartbeat(name="worker")
    audit.record("second", beat, by=None, at=NOW, municipality_code="1488")
    audit.record("other", Heartbeat(name="annan"), by=None, at=NOW, municipality_code="1488")
    assert [entry.verb for entry in audit.history(beat)] == ["second", "beat.made"]


def test_only_what_differs_is_written_and_as_json_holds_it() -> None:
    before = {"value": Decimal("1.50"), "day": date(2020, 1, 1), "same": 1}
    after = {"value": Decimal(2), "day": None, "same": 1, "new": "x"}
    assert audit.differences(before, after) == {
        "value": ["1.50", "2"],
        "day": ["2020-01-01", None],
        "new": [None, "x"],
    }
