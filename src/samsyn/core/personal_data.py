"""
Every field about a person is declared: why it is there, what class of data it is, and how long it is kept.

Each app declares its fields in `personal_data.py`, which its AppConfig imports when ready. A test fails on a model
field that looks personal and is not declared. The classes are the lines of a municipality's disposal plan.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class DataClass:
    """
    A class of personal data, one line of the disposal plan.

    `keep_days` is the default until a municipality decides otherwise. `purge(municipality_code, older_than)` removes
    or empties what is older and returns how many; without it the class ends with something else, as `ends` says.
    """

    code: str
    label: str | Promise
    purpose: str | Promise
    ends: str | Promise
    keep_days: int
    purge: Callable[[str, datetime], int] | None = None
    least_days: int = 1
    """What a municipality may not go below, as where the database itself refuses to let go earlier."""

    @property
    def has_time(self) -> bool:
        """Tell whether it ends with time, and not only with what `ends` names."""
        return self.purge is not None


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A model's field that holds something about a person."""

    field: str
    data_class: str


_CLASSES: dict[str, DataClass] = {}
_FIELDS: dict[str, PersonalField] = {}


def data_class(
    code: str,
    label: str | Promise,
    *,
    purpose: str | Promise,
    ends: str | Promise,
    keep_days: int,
    purge: Callable[[str, datetime], int] | None = None,
    least_days: int = 1,
) -> DataClass:
    """
    Enter a class of personal data.

    :raises ValueError: the code is already taken
    """
    if code in _CLASSES:
        raise ValueError(f"The data class {code} is entered twice")
    _CLASSES[code] = DataClass(code, label, purpose, ends, keep_days, purge, least_days)
    return _CLASSES[code]


def fields(what: DataClass, *names: str) -> None:
    """
    Declare fields, as `accounts.user.email`, to be of a class.

    :raises ValueError: a field is already declared
    """
    for name in names:
        if name in _FIELDS:
            raise ValueError(f"The field {name} is declared twice")
        _FIELDS[name] = PersonalField(name, what.code)


_WITHOUT: dict[str, str] = {}


def without_persons(*models: str, because: str) -> None:
    """
    Declare that models, as `places.area`, hold nothing about persons, and why one can know that.

    :raises ValueError: a model is already declared
    """
    for model in models:
        if model in _WITHOUT:
            raise ValueError(f"The model {model} is declared twice")
        _WITHOUT[model] = because


def models_without_persons() -> dict[str, str]:
    """Return every model that is declared to hold nothing about persons, with the reason."""
    return dict(_WITHOUT)


def classes() -> list[DataClass]:
    """Return every class, by code."""
    return [_CLASSES[code] for code in sorted(_CLASSES)]


def declared() -> dict[str, PersonalField]:
    """Return every declared field by name."""
    return dict(_FIELDS)


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that is kept about a person, as it is shown to that person."""

    what: str | Promise
    text: str


@dataclass(frozen=True, slots=True)
class Holder:
    """
    A part of the house that keeps something about people with accounts.

    `held(account)` lists it; `erase(account, now)` removes or empties it and returns how many rows that was. Without
    `erase` it stays until its class is purged, as what has been done and by which role must.
    """

    data_class: str
    held: Callable[[Any], list[Held]]
    erase: Callable[[Any, datetime], int] | None = None


_HOLDERS: list[Holder] = []


def holder(
    what: DataClass, *, held: Callable[[Any], list[Held]], erase: Callable[[Any, datetime], int] | None = None
) -> None:
    """Enter a part of the house that keeps something about people with accounts."""
    _HOLDERS.append(Holder(what.code, held, erase))


def held_about(account: Any) -> list[tuple[DataClass, list[Held]]]:
    """Return all that is kept about a person with an account, by class; classes with nothing are left out."""
    found: dict[str, list[Held]] = {}
    for each in _HOLDERS:
        found.setdefault(each.data_class, []).extend(each.held(account))
    return [(_CLASSES[code], rows) for code, rows in sorted(found.items()) if rows]


def erase_about(account: Any, *, now: datetime) -> int:
    """
    Remove or empty all that may be about a person with an account; return how many rows. Call it in a transaction.

    Each part gets the account as it was, so that one that empties the address does not hide it from the next. Later
    apps are entered after those below them and go first: what leans on the account goes before it.
    """
    return sum(each.erase(copy(account), now) for each in reversed(_HOLDERS) if each.erase is not None)
