"""
Every field about a person is declared: why it is there, what class of data it is, and how long it is kept.

Each app declares its fields in `personal_data.py`, which its AppConfig imports when ready. A test fails on a model
field that looks personal and is not declared. The classes are the lines of a municipality's disposal plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
) -> DataClass:
    """
    Enter a class of personal data.

    :raises ValueError: the code is already taken
    """
    if code in _CLASSES:
        raise ValueError(f"The data class {code} is entered twice")
    _CLASSES[code] = DataClass(code, label, purpose, ends, keep_days, purge)
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


def classes() -> list[DataClass]:
    """Return every class, by code."""
    return [_CLASSES[code] for code in sorted(_CLASSES)]


def declared() -> dict[str, PersonalField]:
    """Return every declared field by name."""
    return dict(_FIELDS)
