"""Messages as files that a person can open: for the demo and for development, where nothing may leave."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from samsyn.core.carriers import Unreachable, mail
from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage


def is_set_up() -> bool:
    """Tell whether messages without another way become files: never in production, where they would be lost."""
    return bool(settings.MESSAGES_TO_FILES)


def carrier() -> FileCarrier:
    """Return the way to the folder `outbox` among the installation's data."""
    return FileCarrier(Path(settings.DATA) / "outbox")


class FileCarrier:
    """
    Writes each message to a file of its own: `.eml` for mail, `.txt` for SMS.

    The name comes from the message's key, so one that is sent again after a kill lands in the same file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        """Make the folder, for this account alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise Unreachable("Katalogen för meddelanden går inte att skapa.") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def send(self, message: OutboxMessage) -> None:
        """Write the file; it is there whole or not at all."""
        name = f"{message.created_at:%Y%m%d-%H%M%S}-{mail.token_of(message)}"
        if message.channel == Channel.MAIL:
            file, content = self.folder / f"{name}.eml", mail.compose(message, mail.READABLE).as_bytes()
        else:
            file, content = self.folder / f"{name}.txt", f"{message.address}\n\n{message.text}\n".encode()
        part = file.with_suffix(".part")
        try:
            part.write_bytes(content)
            part.replace(file)
        except OSError:
            raise Unreachable("Filen för meddelandet går inte att skriva. Är disken full?") from None
