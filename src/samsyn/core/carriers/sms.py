"""SMS by the gateway 46elks, as its documentation describes: https://46elks.se/docs/send-sms."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from django.conf import settings

from samsyn.core import outgoing
from samsyn.core.carriers import Refused, TryLater, Unreachable
from samsyn.core.models import OutboxMessage


def is_set_up() -> bool:
    """Tell whether the settings hold an account at the gateway."""
    return bool(settings.ELKS_USER)


def carrier() -> ElksCarrier:
    """Return the way to the gateway of the settings."""
    return ElksCarrier(
        url=settings.ELKS_URL,
        user=settings.ELKS_USER,
        password=settings.ELKS_PASSWORD,
        sender=settings.SMS_FROM,
        dry_run=settings.ELKS_DRY_RUN,
    )


@dataclass(frozen=True)
class ElksCarrier:
    """
    One request for each SMS.

    The gateway has no key by which it knows a message again, so a kill between its answer and our confirmation gives
    the receiver the SMS twice, at most.
    """

    url: str
    user: str
    password: str
    sender: str
    dry_run: bool = False

    def __enter__(self) -> Self:
        """Nothing is held open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def send(self, message: OutboxMessage) -> None:
        """Ask the gateway to send one SMS."""
        form = {"from": self.sender, "to": message.address, "message": message.text}
        if self.dry_run:
            form["dryrun"] = "yes"
        account = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {account}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = outgoing.request("POST", self.url, body=urlencode(form).encode(), headers=headers)
        except outgoing.NotAllowedOut:
            raise Unreachable("Sms-tjänstens adress är inte tillåten. Se SAMSYN_OUTGOING_HOSTS.") from None
        except outgoing.NoAnswer:
            raise Unreachable("Sms-tjänsten svarar inte.") from None
        if answer.status == 200:
            return
        if answer.status == 400:
            raise Refused("Sms-tjänsten godtog inte numret eller texten (400).")
        if answer.status in {401, 402, 403}:
            # Wrong account or no money left: nothing goes until somebody has mended that.
            raise Unreachable(f"Sms-tjänsten godtog inte kontot ({answer.status}).")
        raise TryLater(f"Sms-tjänsten tog inte emot meddelandet ({answer.status}).")
