"""
Who may listen to what.

Each app enters its topics in `permissions.py`, beside its routes. A topic that nobody has entered does not exist, and
one that a person may not listen to answers the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

# Named, not imported: the models of accounts are not loaded when this is.
Listens: TypeAlias = "AbstractBaseUser | AnonymousUser"
MayListen = Callable[["AbstractBaseUser | AnonymousUser", dict[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of topic: its form, who may listen in words, and the rule itself."""

    form: str
    who: str
    may_listen: MayListen
    pattern: re.Pattern[str]


_TOPICS: dict[str, Topic] = {}


def topic(form: str, *, who: str, may_listen: MayListen) -> Topic:
    """
    Enter a topic such as `<code>/imports/<name>`.

    `may_listen(user, parts)` gets the parts in angle brackets; it may ask the database. `who` says the same in words,
    for the permission table.

    :raises ValueError: the form is already entered
    """
    if form in _TOPICS:
        raise ValueError(f"The topic {form} is entered twice")
    pattern = re.sub(r"<(\w+)>", r"(?P<\1>[A-Za-z0-9_-]{1,64})", form)
    _TOPICS[form] = Topic(form, who, may_listen, re.compile(pattern))
    return _TOPICS[form]


def topics() -> list[Topic]:
    """Return every topic, by form."""
    return [_TOPICS[form] for form in sorted(_TOPICS)]


def may_listen(user: Listens, name: str) -> bool:
    """Tell whether a person may listen to a topic; no to one that does not exist."""
    for each in _TOPICS.values():
        found = each.pattern.fullmatch(name)
        if found:
            return each.may_listen(user, found.groupdict())
    return False
