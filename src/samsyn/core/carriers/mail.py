"""Mail: how a message is written as one, and how it is given to the municipality's mail server by SMTP."""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from django.conf import settings

from samsyn.core.carriers import Refused, TryLater, Unreachable
from samsyn.core.models import OutboxMessage

TIMEOUT_S = 10.0
BAD_ADDRESS = "Adressen går inte att skicka e-post till."


def is_set_up() -> bool:
    """Tell whether the settings name a mail server."""
    return bool(settings.SMTP_HOST)


def carrier() -> SmtpCarrier:
    """Return the way to the mail server of the settings."""
    return SmtpCarrier(
        host=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        user=settings.SMTP_USER,
        password=settings.SMTP_PASSWORD,
        security=settings.SMTP_SECURITY,
    )


def token_of(message: OutboxMessage) -> str:
    """Return what names a message to the outside: the same each time it is sent, and telling nothing of its key."""
    return hmac.new(settings.SECRET_KEY.encode(), message.key.encode(), hashlib.sha256).hexdigest()[:32]


def _receiver(address: str) -> Address:
    """Return the one receiver that an address names; its domain as the mail system writes it."""
    user, _at, domain = address.rpartition("@")
    try:
        return Address(addr_spec=f"{user}@{domain.encode('idna').decode()}")
    # The parser has errors of its own, and some strange addresses break it in yet other ways.
    except (ValueError, IndexError, AttributeError, MessageError):
        raise Refused(BAD_ADDRESS) from None


READABLE = SMTP.clone(utf8=True, linesep="\n")


def compose(message: OutboxMessage, policy: EmailPolicy[EmailMessage] = SMTP) -> EmailMessage:
    """
    Write a message as mail: plain text, marked as made by a machine so that no absence notice comes back.

    With the policy `READABLE` headings and text stand as they were written, for a person who opens the file.

    :raises Refused: the address is none, or a heading holds what would become a heading of its own
    """
    mail = EmailMessage(policy=policy)
    domain = settings.MAIL_FROM.rpartition("@")[2].rstrip("> ") or "localhost"
    try:
        mail["Message-ID"] = f"<{token_of(message)}@{domain}>"
        mail["Date"] = format_datetime(message.created_at)
        mail["From"] = settings.MAIL_FROM
        mail["To"] = _receiver(message.address)
        mail["Subject"] = message.subject
        mail["Content-Language"] = message.language
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        if message.unsubscribe_url:
            mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
    except ValueError:
        raise Refused("Ämnet eller avsändaren innehåller en radbrytning.") from None
    # Quoted-printable passes every server, whatever it can do.
    mail.set_content(message.text, charset="utf-8", cte="8bit" if policy.utf8 else "quoted-printable")
    return mail


def _said_no(code: int) -> type[Refused] | type[TryLater]:
    return Refused if code >= 500 else TryLater


@dataclass
class SmtpCarrier:
    """
    A line to a mail server.

    `security` is `starttls`, `tls` or `none`. The server's certificate is checked against the machine's own list;
    a municipality with its own names it in the environment by `SSL_CERT_FILE`.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"
    timeout_s: float = TIMEOUT_S

    def __enter__(self) -> Self:
        """Connect, encrypt and sign in."""
        try:
            self._server = self._connect()
        except smtplib.SMTPAuthenticationError as fault:
            raise Unreachable(f"E-postservern godtog inte inloggningen ({fault.smtp_code}).") from None
        except smtplib.SMTPNotSupportedError:
            raise Unreachable("E-postservern kan inte kryptera. Se SAMSYN_SMTP_SECURITY.") from None
        except UnicodeError:
            raise Unreachable("E-postserverns lösenord får bara bestå av a–z, siffror och tecken.") from None
        except ssl.SSLError:
            raise Unreachable("E-postserverns certifikat eller kryptering godtas inte.") from None
        except (OSError, smtplib.SMTPException):
            raise Unreachable("E-postservern svarar inte.") from None
        return self

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.security == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave; a server that is gone already needs none."""
        with suppress(OSError, smtplib.SMTPException):
            self._server.quit()
        self._server.close()

    def send(self, message: OutboxMessage) -> None:
        """Give the server one message, to its one receiver."""
        mail = compose(message)
        receiver = mail["To"].addresses[0].addr_spec
        try:
            self._server.send_message(mail, to_addrs=[receiver])
        except smtplib.SMTPRecipientsRefused as fault:
            code = fault.recipients[receiver][0]
            raise _said_no(code)(f"Mottagarens adress godtogs inte ({code}).") from None
        except smtplib.SMTPSenderRefused as fault:
            # Our own address is the administrator's to mend; the message may go when that is done.
            raise TryLater(f"E-postservern godtog inte avsändaren ({fault.smtp_code}). Se SAMSYN_MAIL_FROM.") from None
        except smtplib.SMTPDataError as fault:
            raise _said_no(fault.smtp_code)(f"E-postservern tog inte emot meddelandet ({fault.smtp_code}).") from None
        except smtplib.SMTPNotSupportedError:
            raise Refused(BAD_ADDRESS) from None
        except (OSError, smtplib.SMTPException):
            raise Unreachable("Förbindelsen med e-postservern bröts.") from None
