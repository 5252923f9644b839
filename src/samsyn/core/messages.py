"""
The kinds of message that go out, and their words.

Each app enters its kinds in `messages.py`, which its AppConfig imports when ready. The words stand in a template, one
for each kind, whose first line is the subject. They are made when the message is put in the outbox, in the receiver's
language, so that what is sent is what was meant that day. `sample` gives what the preview page fills the template with.

A kind that a person may do without belongs to a group, which they can switch off among their own settings. A kind
without a group, as what is about the safety of an account, is always sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine
from django.utils import translation
from django.utils.functional import Promise

from samsyn.core.enums import Channel

MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message: what it is called, where its words stand, and an example of what fills them."""

    code: str
    label: str | Promise
    template: str
    sample: Callable[[], Mapping[str, Any]]
    channel: Channel = Channel.MAIL
    group: str = ""


@dataclass(frozen=True, slots=True)
class MessageGroup:
    """Kinds of message that a person may do without, switched on and off together."""

    code: str
    label: str | Promise
    help_text: str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it is read. An SMS has no subject."""

    subject: str
    text: str


_KINDS: dict[str, MessageKind] = {}
_GROUPS: dict[str, MessageGroup] = {}


def kind(
    code: str,
    label: str | Promise,
    *,
    template: str,
    sample: Callable[[], Mapping[str, Any]],
    channel: Channel = Channel.MAIL,
    group: MessageGroup | None = None,
) -> MessageKind:
    """
    Enter a kind of message. Without a group nobody can switch it off.

    :raises ValueError: the code is already taken
    """
    if code in _KINDS:
        raise ValueError(f"The message kind {code} is entered twice")
    _KINDS[code] = MessageKind(code, label, template, sample, channel, group.code if group else "")
    return _KINDS[code]


def group(code: str, label: str | Promise, *, help_text: str | Promise) -> MessageGroup:
    """
    Enter a group of kinds that people may switch off.

    :raises ValueError: the code is already taken
    """
    if code in _GROUPS:
        raise ValueError(f"The message group {code} is entered twice")
    _GROUPS[code] = MessageGroup(code, label, help_text)
    return _GROUPS[code]


def groups() -> list[MessageGroup]:
    """Return every group, by code."""
    return [_GROUPS[code] for code in sorted(_GROUPS)]


def kinds() -> list[MessageKind]:
    """Return every kind, by code."""
    return [_KINDS[code] for code in sorted(_KINDS)]


def words(what: MessageKind, context: Mapping[str, Any], *, language: str) -> Words:
    """
    Return a message's words in a language. The template's text is plain, so nothing in it is escaped.

    :raises ValueError: the template lacks its subject line
    """
    with translation.override(language):
        template = Engine.get_default().get_template(what.template)
        # A message is plain text, not a page: an ampersand in a name stays one.
        made = template.render(Context(dict(context), autoescape=False)).strip()
    if what.channel is Channel.SMS:
        return Words("", " ".join(made.split()))
    subject, _separator, text = made.partition("\n")
    if not subject or not text.strip():
        raise ValueError(f"{what.template} has no subject line above its text")
    return Words(" ".join(subject.split())[:MAX_SUBJECT], text.strip() + "\n")
