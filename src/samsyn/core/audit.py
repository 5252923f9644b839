"""The log of who did what, written in the same transaction as the act itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Model
from django.utils.functional import Promise

from samsyn.core.models import AuditEntry


class Actor(Protocol):
    """Whoever does something: a signed-in person, as the log needs to know them."""

    pk: Any

    @property
    def audit_label(self) -> str:
        """Role and organisation, never a name or an address."""
        ...


_WORDS: dict[str, str | Promise] = {}


def verbs(words: Mapping[str, str | Promise]) -> None:
    """
    Enter what an app's verbs mean in words, for whoever reads the log.

    :raises ValueError: a verb is already entered
    """
    for verb, meaning in words.items():
        if verb in _WORDS:
            raise ValueError(f"The verb {verb} is entered twice")
        _WORDS[verb] = meaning


def words_of(verb: str) -> str | Promise:
    """Return a verb in words, or as it is when nobody has entered it."""
    return _WORDS.get(verb, verb)


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


def record_reading(
    verb: str,
    model: type[Model],
    things: Sequence[Model],
    *,
    by: Actor,
    at: datetime,
    municipality_code: str,
) -> AuditEntry:
    """
    Write one line of a reading of personal data: whose rows, and how many. Never what they said.

    One thing is named as in `record`; several are named by their keys, as many as have room.
    """
    keys = [str(thing.pk) for thing in things]
    one = things[0] if len(things) == 1 else None
    return AuditEntry.objects.create(
        at=at,
        actor_id=by.pk,
        actor_label=by.audit_label,
        municipality_code=municipality_code,
        verb=verb,
        object_type=model._meta.label_lower,
        object_id=keys[0] if one is not None else "",
        object_label=str(getattr(one, "audit_label", one))[:300] if one is not None else ", ".join(keys)[:300],
        changes={"n": [None, len(keys)]},
        is_reading=True,
    )


def history(thing: Model) -> list[AuditEntry]:
    """Return what has been done to a thing, newest first."""
    lines = AuditEntry.objects.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))
    return list(lines.filter(is_reading=False))
