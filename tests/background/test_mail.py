"""Mail as a real mail server gets it, and what comes of it when the server says no, nothing, or hangs up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from samsyn.core import carriers
from samsyn.core.carriers import Refused, TryLater, Unreachable, mail
from samsyn.core.carriers.mail import SmtpCarrier
from samsyn.core.enums import Channel
from samsyn.core.models import OutboxMessage
from samsyn.core.tests.messages import NOW
from tests.background.mail_server import (
    Inbox,
    certificate,
    context_of,
    mail_server,
    saying,
    silent_server,
)

pytestmark = pytest.mark.filterwarnings(
    # aiosmtpd warns of its own attribute.
    "ignore:.*:DeprecationWarning:aiosmtpd"
)


@pytest.fixture(autouse=True)
def _sender() -> Iterator[None]:
    with override_settings(MAIL_FROM="Trygg stad <trygg@kommunen.se>"):
        yield


def message(**fields: Any) -> OutboxMessage:
    """A message as the outbox holds it; nothing here needs a database."""
    wanted = {
        "key": "inbjudan:1",
        "channel": Channel.MAIL,
        "kind": "prov",
        "address": "asa.oberg@example.se",
        "language": "sv",
        "subject": "Välkommen till Örnäs, Åsa",
        "text": "Hej Åsa!\n\nDu är inbjuden till vandringen på Ängsvägen – välkommen.\n.\nFrån oss\n",
        "created_at": NOW,
        "due_at": NOW,
    }
    return OutboxMessage(**(wanted | fields))


def send(port: int, *messages: OutboxMessage, **settings: Any) -> None:
    wanted: dict[str, Any] = {"host": "localhost", "port": port, "security": "none", "timeout_s": 1.0} | settings
    with SmtpCarrier(**wanted) as line:
        for each in messages or (message(),):
            line.send(each)


def test_mail_comes_as_it_was_written() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        send(port, message(unsubscribe_url="https://trygg.kommunen.se/av/4f"))
    (found,) = inbox.mails
    assert found["Subject"] == "Välkommen till Örnäs, Åsa"
    assert found.get_content().replace("\r\n", "\n") == message().text
    assert found.get_content_type() == "text/plain"
    assert found["From"] == "Trygg stad <trygg@kommunen.se>"
    assert found["To"] == "asa.oberg@example.se"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Unsubscribe"] == "<https://trygg.kommunen.se/av/4f>"
    assert found["Date"].datetime == NOW
    assert inbox.envelopes == [("trygg@kommunen.se", ["asa.oberg@example.se"])]


def test_the_message_id_is_the_same_each_time_and_tells_nothing_of_the_key() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        send(port, message(), message(), message(key="inbjudan:2"))
    first, again, other = (found["Message-ID"] for found in inbox.mails)
    assert first == again != other
    assert first.endswith("@kommunen.se>")
    assert "inbjudan" not in first


def test_many_go_over_one_line() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        send(port, *(message(key=f"m:{n}") for n in range(5)))
    assert len(inbox.mails) == 5
    assert inbox.n_sessions == 1


def test_without_an_address_to_end_it_there_is_no_such_heading() -> None:
    assert mail.compose(message())["List-Unsubscribe"] is None


@pytest.mark.parametrize("field", ["subject", "address", "unsubscribe_url"])
@pytest.mark.parametrize("injected", ["x\r\nBcc: alla@example.se", "x\nBcc: alla@example.se", "x\rBcc: a@b.se"])
def test_no_field_can_become_a_heading_of_its_own(field: str, injected: str) -> None:
    with pytest.raises(Refused):
        mail.compose(message(**{field: injected}))


@pytest.mark.parametrize(
    "address",
    [
        "", "a@b.se, c@d.se", "Åsa <a@b.se>", "a@b.se\x00", "a b@c.se", "@c.se", "a@", "a@b..se", "(a)@b.se",
        "å" * 300 + "@b.se",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(Refused):
        send(port, message(address=address))
    assert not inbox.mails


@pytest.mark.parametrize("address", ["kansli@räddningen.se", "o'brien+trygg@example.se", "anna-karin.o@x.se"])
def test_honest_addresses_pass(address: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        send(port, message(address=address))
    assert len(inbox.mails) == 1


def test_a_domain_with_swedish_letters_goes_as_the_mail_system_writes_it() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        send(port, message(address="kansli@räddningen.se"))
    assert inbox.envelopes[0][1] == ["kansli@xn--rddningen-v2a.se"]


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"at_receiver": "550 5.1.1 asa.oberg@example.se is unknown"}, Refused),
        ({"at_receiver": "451 4.7.1 greylisted"}, TryLater),
        ({"at_data": "554 5.7.1 spam"}, Refused),
        ({"at_data": "452 4.3.1 full"}, TryLater),
        ({"at_sender": "553 5.1.8 who are you"}, TryLater),
    ],
)
def test_a_no_is_for_good_and_a_not_now_is_not(answers: dict[str, Any], fault: type[Exception]) -> None:
    with mail_server(Inbox(**answers)) as port, pytest.raises(fault) as said:
        send(port)
    assert type(said.value) is fault
    code = next(iter(answers.values()))[:3]
    assert f"({code})" in str(said.value)
    assert "asa.oberg" not in str(said.value)


def test_after_a_no_the_line_takes_the_next() -> None:
    inbox = Inbox(at_receiver="550 no")
    with mail_server(inbox) as port, SmtpCarrier("localhost", port, security="none") as line:
        with pytest.raises(Refused):
            line.send(message())
        inbox.at_receiver = ""
        line.send(message())
    assert len(inbox.mails) == 1


def test_a_server_that_hangs_up_is_unreachable() -> None:
    with mail_server(Inbox(hangs_up_at_data=True)) as port, pytest.raises(Unreachable, match="bröts"):
        send(port)


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with silent_server() as port, pytest.raises(Unreachable, match="svarar inte"):
        send(port, timeout_s=0.2)


def test_a_server_that_stops_in_the_middle_is_not_waited_for() -> None:
    with saying(b"220 hej\r\n") as port, pytest.raises(Unreachable):
        send(port, timeout_s=0.2)


def test_something_else_than_a_mail_server_is_unreachable() -> None:
    with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(Unreachable):
        send(port)


def test_nobody_there_is_unreachable() -> None:
    with silent_server() as port:
        pass
    with pytest.raises(Unreachable):
        send(port)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A certificate that this machine trusts."""
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    return made


def test_starttls_encrypts_before_the_sign_in(trusted: tuple[Path, Path]) -> None:
    inbox = Inbox()
    context = context_of(*trusted)
    with mail_server(inbox, tls_context=context, require_starttls=True, user=(b"samsyn", b"nyckel-1")) as port:
        send(port, security="starttls", user="samsyn", password="nyckel-1")
        with pytest.raises(Unreachable, match="inloggningen"):
            send(port, security="starttls", user="samsyn", password="fel")
        with pytest.raises(Unreachable, match="a–z"):
            send(port, security="starttls", user="samsyn", password="lösen")
    assert inbox.encrypted == [True]


def test_tls_from_the_first_byte(trusted: tuple[Path, Path]) -> None:
    inbox = Inbox()
    with mail_server(inbox, ssl_context=context_of(*trusted)) as port:
        send(port, security="tls")
    assert len(inbox.mails) == 1


def test_a_certificate_that_nobody_vouches_for_stops_the_mail(tmp_path: Path) -> None:
    inbox = Inbox()
    with (
        mail_server(inbox, tls_context=context_of(*certificate(tmp_path))) as port,
        pytest.raises(Unreachable, match="certifikat"),
    ):
        send(port, security="starttls")
    assert not inbox.mails


def test_a_server_that_cannot_encrypt_gets_nothing_when_it_must() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(Unreachable, match="kryptera"):
        send(port, security="starttls")
    assert not inbox.mails


def test_the_settings_choose_the_way() -> None:
    with override_settings(SMTP_HOST="", MESSAGES_TO_FILES=True):
        assert set(carriers.carriers()) == {Channel.MAIL, Channel.SMS}
    with override_settings(SMTP_HOST="", ELKS_USER="", MESSAGES_TO_FILES=False):
        assert not carriers.carriers()
    with override_settings(SMTP_HOST="mail.kommunen.se", SMTP_PORT=2525, MESSAGES_TO_FILES=False):
        line = carriers.carriers()[Channel.MAIL]()
    assert isinstance(line, SmtpCarrier)
    assert (line.host, line.port) == ("mail.kommunen.se", 2525)


def test_without_a_mail_server_mail_becomes_a_file_that_a_person_can_read(tmp_path: Path) -> None:
    sms = message(key="kod:1", channel=Channel.SMS, address="+46701234567", subject="", text="Din kod är 4711.")
    with override_settings(DATA=tmp_path, SMTP_HOST="", ELKS_USER=""):
        for each in (message(), message(), sms):
            with carriers.carriers()[Channel(each.channel)]() as line:
                line.send(each)
    (eml,) = (tmp_path / "outbox").glob("*.eml")
    text = eml.read_text(encoding="utf-8")
    assert "Subject: Välkommen till Örnäs, Åsa" in text
    assert "Du är inbjuden till vandringen på Ängsvägen – välkommen." in text
    (txt,) = (tmp_path / "outbox").glob("*.txt")
    assert txt.read_text(encoding="utf-8") == "+46701234567\n\nDin kod är 4711.\n"
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0
