"""
Ways in which a message leaves: mail by SMTP, SMS by a gateway, or a file that a person can read.

A carrier is opened for a few messages at a time and says by its errors what to do with one that did not go:

    NotSent
    ├── Refused        the receiver's side said no; trying again changes nothing
    └── TryLater       it may go later
        └── Unreachable    nothing can go on this way now, not the next message either

Their text is a Swedish sentence for the administrator. It never holds what the other side wrote: a mail server's
answer often quotes the receiver's address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage


class NotSent(Exception):
    """The message did not leave."""


class Refused(NotSent):
    """The receiver's side refused it for good."""


class TryLater(NotSent):
    """It may go later."""


class Unreachable(TryLater):
    """Nothing can be sent this way now."""


class Carrier(Protocol):
    """An open way out."""

    def __enter__(self) -> Self:
        """
        Open the way.

        :raises Unreachable: it is closed for now
        """
        ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    def send(self, message: OutboxMessage) -> None:
        """
        Send one message; when this returns, the other side has taken it.

        :raises NotSent: it has not
        """
        ...


Carriers = Mapping[Channel, Callable[[], Carrier]]


def carriers() -> Carriers:
    """Return the ways out that the settings open. What goes by another way waits until it is opened."""
    from samsyn.core.carriers import files, mail, sms

    found: dict[Channel, Callable[[], Carrier]] = {}
    for channel, module in ((Channel.MAIL, mail), (Channel.SMS, sms)):
        if module.is_set_up():
            found[channel] = module.carrier
        elif files.is_set_up():
            found[channel] = files.carrier
    return found
