"""The log of who did what, written in the same transaction as the act itself."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Model

from samsyn.core.models import AuditEntry


class Actor(Protocol):
    """Whoever does something: a signed-in person, as the log needs to know them."""

    pk: Any

    @property
    def audit_label(self) -> str:
        """Role and organisation, never a name or an address."""
        ...


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Return `{field: [before, after]}` for the fields that differ."""
    return {name: [plain(before.get(name)), plain(value)] for name, value in after.items() if before.get(name) != value}


def record(
    verb: str,
    thing: Model,
    *,
    by: Actor | None,
    at: datetime,
    municipality_code: str,
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """
    Write one line. Call it inside the transaction of the act.

    `by` is None when the system itself acts, for example an import from the command line. A thing that has an
    `audit_label`, as an account has, is named by that instead of its text.
    """
    return AuditEntry.objects.create(
        at=at,
        actor_id=by.pk if by else None,
        actor_label=by.audit_label if by else "system",
        municipality_code=municipality_code,
        verb=verb,
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk),
        object_label=str(getattr(thing, "audit_label", thing))[:300],
        changes=changes or {},
    )


def history(thing: Model) -> list[AuditEntry]:
    """Return what has been done to a thing, newest first."""
    return list(AuditEntry.objects.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk)))
