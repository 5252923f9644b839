"""A forgotten password, a new one, a new address: by links that work once and tell nothing to strangers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from samsyn.accounts import links, services
from samsyn.accounts.models import OneTimeLink, User
from samsyn.accounts.tests.conftest import (
    ALICES,
    NEW,
    is_in,
    link_in,
    mails,
    try_sign_in,
    verbs,
)
from samsyn.core import clock
from samsyn.core.models import AuditEntry

pytestmark = pytest.mark.django_db
FORGOT = "/konto/glomt-losenord/"
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def _asked(email: str) -> str:
    answer = Client().post(FORGOT, {"email": email})
    assert answer.status_code == 200
    return answer.content.decode().replace(email, "ADRESS")


def test_the_answer_is_the_same_whether_the_address_has_an_account(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answers = {_asked(email) for email in (alice.email, bob.email, "nobody@example.org")}
    assert len(answers) == 1
    assert [message.address for message in mails()] == [alice.email]


def test_a_new_password_is_chosen_by_the_link_and_opens(client: Client, alice: User) -> None:
    _asked(alice.email)
    path = link_in(mails("accounts.reset")[0])
    assert alice.email in client.get(path).content.decode()
    assert client.post(path, {"password": NEW})["Location"] == "/konto/logga-in/"
    assert try_sign_in(client, alice.email, ALICES).status_code == 400
    assert try_sign_in(client, alice.email, NEW).status_code == 302
    assert mails("accounts.password_changed")[0].address == alice.email


def test_looking_at_the_link_uses_nothing_up_for_mail_filters_look_too(client: Client, alice: User) -> None:
    _asked(alice.email)
    path = link_in(mails("accounts.reset")[0])
    for _n in range(3):
        assert client.get(path).status_code == 200
    assert client.post(path, {"password": NEW}).status_code == 302


def test_the_link_works_once(client: Client, alice: User) -> None:
    _asked(alice.email)
    path = link_in(mails("accounts.reset")[0])
    client.post(path, {"password": NEW})
    for answer in (client.get(path), client.post(path, {"password": "en helt annan fras"})):
        assert answer.status_code == 404
        assert "be om en ny" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_weak_password_leaves_the_link_open(client: Client, alice: User) -> None:
    _asked(alice.email)
    path = link_in(mails("accounts.reset")[0])
    for password, sentence in (
        ("kort", "minst 12 tecken"),
        ("alice@example.org", "liknar ditt namn eller din adress"),
        ("qwerty123456", "vanliga lösenord"),
    ):
        answer = client.post(path, {"password": password})
        assert answer.status_code == 400
        assert sentence in answer.content.decode(), password
    assert client.post(path, {"password": NEW}).status_code == 302


def test_the_link_dies_after_two_hours(client: Client, alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        _asked(alice.email)
    path = link_in(mails("accounts.reset")[0])
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert client.get(path).status_code == 404
        assert client.post(path, {"password": NEW}).status_code == 404


def test_the_token_is_kept_as_a_checksum_only(alice: User) -> None:
    _asked(alice.email)
    token = link_in(mails("accounts.reset")[0]).split("/")[3]
    assert len(token) >= 43
    assert token not in str(OneTimeLink.objects.values_list())


def test_a_link_for_one_thing_does_not_do_for_another(client: Client, alice: User) -> None:
    _asked(alice.email)
    token = link_in(mails("accounts.reset")[0]).split("/")[3]
    assert client.get(f"/konto/inbjudan/{token}/").status_code == 404
    assert client.get(f"/konto/ny-adress/{token}/").status_code == 404


def test_a_reset_ends_every_sign_in(at_alices: Client, alice: User) -> None:
    _asked(alice.email)
    other = Client()
    other.post(link_in(mails("accounts.reset")[0]), {"password": NEW})
    assert not is_in(at_alices)


def test_a_reset_does_not_pass_the_second_step(client: Client, alice: User, alices_app: str) -> None:
    _asked(alice.email)
    client.post(link_in(mails("accounts.reset")[0]), {"password": NEW})
    assert try_sign_in(client, alice.email, NEW)["Location"] == "/konto/logga-in/andra-steget/"


def test_links_lead_to_the_address_of_the_settings_whatever_the_visitor_says(alice: User) -> None:
    answer = Client().post(FORGOT, {"email": alice.email}, headers={"host": "localhost"})
    assert answer.status_code == 200
    assert "http://testserver/konto/nytt-losenord/" in mails("accounts.reset")[0].text


def test_mails_come_in_the_persons_language_with_links_to_it(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    _asked(alice.email)
    message = mails("accounts.reset")[0]
    assert message.language == "en"
    assert "http://testserver/en/konto/nytt-losenord/" in message.text


def test_a_name_reads_in_a_mail_as_it_is_written(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(name="Åsa O'Brien & <Söner>")
    _asked(alice.email)
    assert "Åsa O'Brien & <Söner>" in mails("accounts.reset")[0].text


def test_changing_the_password_keeps_this_device_and_ends_the_others(at_alices: Client, alice: User) -> None:
    other = Client()
    try_sign_in(other, alice.email)
    key = at_alices.session.session_key
    assert at_alices.post("/konto/losenord/", {"password": NEW})["Location"] == "/konto/"
    assert is_in(at_alices)
    assert not is_in(other)
    assert at_alices.session.session_key != key
    assert verbs()[-1] == "accounts.password_changed"


def test_a_new_password_closes_links_that_were_asked_for_before(at_alices: Client, alice: User) -> None:
    _asked(alice.email)
    at_alices.post("/konto/losenord/", {"password": NEW})
    assert at_alices.get(link_in(mails("accounts.reset")[0])).status_code == 404


def test_an_address_changes_when_the_link_at_the_new_one_is_pressed(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/e-post/", {"email": "Alice.Ny@example.org"})
    message = mails("accounts.new_email")[0]
    assert message.address == "Alice.Ny@example.org"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    path = link_in(message)
    assert at_alices.get(path).status_code == 200
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert at_alices.post(path).status_code == 302
    alice.refresh_from_db()
    assert alice.email == "alice.ny@example.org"
    assert mails("accounts.email_changed")[0].address == "alice@example.org"
    assert try_sign_in(Client(), "alice.ny@example.org").status_code == 302


def test_a_taken_address_gets_the_same_answer_and_no_mail(at_alices: Client, bob: User) -> None:
    answer = at_alices.post("/konto/e-post/", {"email": bob.email}, follow=True)
    assert "Vi har skickat en länk till" in answer.content.decode()
    assert not mails("accounts.new_email")


def test_an_address_that_is_taken_meanwhile_stays_with_its_owner(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/e-post/", {"email": "ny@example.org"})
    User.objects.create_user("ny@example.org", ALICES, name="Ny")
    answer = at_alices.post(link_in(mails("accounts.new_email")[0]))
    assert answer.status_code == 409
    assert "Ett annat konto har redan den adressen" in answer.content.decode()
    assert not mails("accounts.email_changed")
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_a_reset_link_in_the_old_mailbox_dies_with_the_old_address(at_alices: Client, alice: User) -> None:
    _asked(alice.email)
    at_alices.post("/konto/e-post/", {"email": "ny@example.org"})
    at_alices.post(link_in(mails("accounts.new_email")[0]))
    assert at_alices.get(link_in(mails("accounts.reset")[0])).status_code == 404


def test_at_most_three_mails_an_hour_to_a_new_address(at_alices: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        at_alices.post("/konto/bekrafta/", {"password": ALICES})
        answers = [at_alices.post("/konto/e-post/", {"email": f"ny{n}@example.org"}).status_code for n in range(4)]
    assert answers == [302, 302, 302, 429]


def test_example_accounts_keep_their_password_and_address(client: Client) -> None:
    demo = User.objects.create_user("strateg@example.org", ALICES, name="Exempel", is_demo=True)
    try_sign_in(client, demo.email)
    assert client.post("/konto/losenord/", {"password": NEW}).status_code == 403
    assert client.post("/konto/e-post/", {"email": "annan@example.org"}).status_code == 403
    _asked(demo.email)
    demo.refresh_from_db()
    assert demo.check_password(ALICES)
    assert not mails()


def test_two_who_use_one_link_at_once_do_not_both_succeed(alice: User) -> None:
    _asked(alice.email)
    token = link_in(mails("accounts.reset")[0]).split("/")[3]
    services.reset_password(token=token, password=NEW, now=clock.now())
    with pytest.raises(links.LinkNotOpen):
        services.reset_password(token=token, password="något helt annat nu", now=clock.now())


def test_the_log_tells_of_it_all_without_an_address_or_a_name(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/e-post/", {"email": "alice.ny@example.org"})
    at_alices.post(link_in(mails("accounts.new_email")[0]))
    at_alices.post("/konto/namn/", {"name": "Alicia", "language": "en"})
    at_alices.post("/konto/losenord/", {"password": NEW})
    _asked("alice.ny@example.org")
    assert verbs() == [
        "accounts.signed_in",
        "accounts.new_email_requested",
        "accounts.email_changed",
        "accounts.details_changed",
        "accounts.password_changed",
        "accounts.reset_requested",
    ]
    rows = str([vars(entry) for entry in AuditEntry.objects.all()]).casefold()
    assert "alic" not in rows
    assert "example.org" not in rows
