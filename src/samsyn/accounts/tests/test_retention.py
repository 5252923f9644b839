from datetime import date, datetime, timedelta
from typing import Any

import pytest

from samsyn.accounts.models import User
from samsyn.core import audit, personal_data, retention
from samsyn.core.enums import MessageState
from samsyn.core.models import AuditEntry, OutboxMessage, PurgeProtocol, RetentionRule

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-25T01:00:00+00:00")


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.org", name="Alice Andersson")


def message(key: str, *, days_ago: int, state: MessageState = MessageState.SENT, code: str = "1488") -> OutboxMessage:
    at = NOW - timedelta(days=days_ago)
    return OutboxMessage.objects.create(
        key=key, channel="MAIL", kind="test", municipality_code=code, address="a@example.org", state=state,
        created_at=at, due_at=at, finished_at=None if state is MessageState.WAITING else at,
    )  # fmt: skip


def decide(alice: User, **changes: Any) -> RetentionRule:
    given = {
        "municipality_code": "1488",
        "data_class": "core.messages",
        "keep_days": 30,
        "decision": "KS 2026/123",
        "decided_date": date(2026, 11, 1),
        "by": alice,
        "now": NOW,
    }
    return retention.decide(**{**given, **changes})


def test_what_is_older_than_the_default_goes_and_leaves_a_protocol() -> None:
    message("old", days_ago=91)
    message("young", days_ago=89)
    (protocol,) = retention.purge_due(municipality_codes=["1488"], now=NOW)
    assert [m.key for m in OutboxMessage.objects.all()] == ["young"]
    assert (protocol.data_class, protocol.n_purged, protocol.keep_days) == ("core.messages", 1, 90)
    assert AuditEntry.objects.get(verb="core.purged").changes == {"n": [None, 1]}


def test_what_is_still_to_be_sent_is_never_purged() -> None:
    message("waiting", days_ago=400, state=MessageState.WAITING)
    assert retention.purge_due(municipality_codes=["1488"], now=NOW) == []
    assert OutboxMessage.objects.exists()


def test_a_municipalitys_decision_holds_there_and_nowhere_else(alice: User) -> None:
    decide(alice)
    message("here", days_ago=40)
    message("there", days_ago=40, code="1480")
    (protocol,) = retention.purge_due(municipality_codes=["1480", "1488"], now=NOW)
    assert (protocol.municipality_code, protocol.decision) == ("1488", "KS 2026/123")
    assert [m.key for m in OutboxMessage.objects.all()] == ["there"]


def test_a_second_run_purges_nothing_and_leaves_no_protocol() -> None:
    message("old", days_ago=100)
    retention.purge_due(municipality_codes=["1488"], now=NOW)
    assert retention.purge_due(municipality_codes=["1488"], now=NOW) == []
    assert PurgeProtocol.objects.count() == 1


def test_a_decision_is_logged_with_before_and_after(alice: User) -> None:
    decide(alice)
    decide(alice, keep_days=60, decision="KS 2026/200")
    line = AuditEntry.objects.filter(verb="core.retention_decided").first()
    assert line is not None
    assert line.changes == {"keep_days": [30, 60], "decision": ["KS 2026/123", "KS 2026/200"]}
    assert retention.plan("1488")[[p.what.code for p in retention.plan("1488")].index("core.messages")].keep_days == 60


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"keep_days": 0}, "antal dagar"),
        ({"keep_days": 36_501}, "antal dagar"),
        ({"data_class": "core.log", "keep_days": 365}, "från 366"),
        ({"data_class": "finns.inte"}, "finns inte"),
        ({"decision": "  "}, "vilket beslut"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(alice: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(retention.RuleRefused, match=words):
        decide(alice, **changes)
    assert not RetentionRule.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_log_is_purged_by_policy_alone(alice: User) -> None:
    for days in (1, 1825, 1827):
        audit.record("v", alice, by=alice, at=NOW - timedelta(days=days), municipality_code="1488")
    (protocol,) = retention.purge_due(municipality_codes=["1488"], now=NOW)
    assert (protocol.data_class, protocol.n_purged) == ("core.log", 1)
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.all().delete()


def test_all_that_is_kept_about_a_person_is_listed_and_can_be_erased(alice: User) -> None:
    waiting = message("to alice", days_ago=1)
    OutboxMessage.objects.filter(pk=waiting.pk).update(address="Alice@example.org", subject="Din inbjudan")
    audit.record("v", alice, by=alice, at=NOW, municipality_code="1488")
    listed = {what.code: [(str(h.what), h.text) for h in rows] for what, rows in personal_data.held_about(alice)}
    assert ("Namn", "Alice Andersson") in listed["accounts.account"]
    assert listed["core.messages"][0][0] == "Din inbjudan"
    assert listed["core.log"][0][1].startswith("1 (2026-11-25")

    personal_data.erase_about(alice, now=NOW)
    alice.refresh_from_db()
    assert "alice" not in f"{alice.name} {alice.email}".casefold()
    assert not alice.is_active
    assert not OutboxMessage.objects.filter(address__icontains="alice").exists()
    # What was done stays done, under a number and a role.
    assert AuditEntry.objects.filter(actor_id=alice.pk).exists()
