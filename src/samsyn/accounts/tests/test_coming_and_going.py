"""People are invited, come, leave and return."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client

from samsyn.accounts import factors, services
from samsyn.accounts.models import OneTimeLink, SignIn, User
from samsyn.accounts.tests.conftest import ALICES, NEW, is_in, link_in, mails, try_sign_in, verbs
from samsyn.core import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def _invite(by: User, *, email: str = "Carol@example.org", now: datetime | None = None, **more: Any) -> User:
    asked = {"name": "Carol", "invited_to": "Polisen", "municipality_code": "1488", "language": "sv", **more}
    return services.invite_person(email=email, by=by, now=now or clock.now(), **asked)


def test_an_invited_person_gets_a_link_and_no_password(alice: User) -> None:
    carol = _invite(alice)
    assert carol.email == "carol@example.org"
    assert not carol.has_usable_password()
    message = mails("accounts.invitation")[0]
    assert message.address == "carol@example.org"
    assert "Polisen" in message.subject
    assert services.is_waiting(carol)


def test_the_invited_person_chooses_name_and_password_and_is_signed_in(client: Client, alice: User) -> None:
    carol = _invite(alice)
    path = link_in(mails("accounts.invitation")[0])
    page = client.get(path).content.decode()
    assert "Polisen har bjudit in dig" in page
    assert 'value="Carol"' in page
    assert client.post(path, {"name": "Carol Ek", "password": NEW})["Location"] == "/konto/valkommen/"
    assert is_in(client)
    carol.refresh_from_db()
    assert carol.name == "Carol Ek"
    assert verbs() == ["accounts.invited", "accounts.invitation_accepted", "accounts.signed_in"]
    # Their very first device is no news.
    assert not mails("accounts.new_device")


def test_an_invitation_works_once(client: Client, alice: User) -> None:
    _invite(alice)
    path = link_in(mails("accounts.invitation")[0])
    client.post(path, {"name": "Carol", "password": NEW})
    assert Client().post(path, {"name": "Mallory", "password": NEW}).status_code == 404


def test_an_invitation_lives_seven_days(client: Client, alice: User) -> None:
    _invite(alice, now=NOW)
    path = link_in(mails("accounts.invitation")[0])
    with time_machine.travel(NOW + timedelta(days=6, hours=23), tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Be den som bjöd in dig att skicka en ny" in answer.content.decode()


def test_a_weak_password_leaves_the_invitation_open(client: Client, alice: User) -> None:
    _invite(alice)
    path = link_in(mails("accounts.invitation")[0])
    assert client.post(path, {"name": "Carol", "password": "kort"}).status_code == 400
    assert client.post(path, {"name": "Carol", "password": NEW}).status_code == 302


def test_inviting_again_sends_a_new_link_and_ends_the_old(client: Client, alice: User) -> None:
    first, second = _invite(alice), _invite(alice)
    assert first.pk == second.pk
    old, new = (link_in(message) for message in mails("accounts.invitation"))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_revoked_invitation_opens_nothing_until_invited_again(client: Client, alice: User) -> None:
    carol = _invite(alice)
    services.revoke_invitation(user=carol, by=alice, now=NOW)
    assert client.get(link_in(mails("accounts.invitation")[0])).status_code == 404
    client.post("/konto/glomt-losenord/", {"email": carol.email})
    assert not mails("accounts.reset")
    _invite(alice)
    carol.refresh_from_db()
    assert carol.is_active
    assert client.get(link_in(mails("accounts.invitation")[-1])).status_code == 200


def test_revoking_after_they_have_come_closes_nothing(client: Client, alice: User) -> None:
    carol = _invite(alice)
    client.post(link_in(mails("accounts.invitation")[0]), {"name": "Carol", "password": NEW})
    carol.refresh_from_db()
    services.revoke_invitation(user=carol, by=alice, now=NOW)
    assert is_in(client)


def test_somebody_with_an_account_keeps_it_and_is_told(alice: User, bob: User) -> None:
    assert _invite(alice, email=bob.email, name="Någon annan") == bob
    bob.refresh_from_db()
    assert bob.name == "Bob"
    assert bob.check_password("bobs-egen-fras-här")
    assert [message.kind for message in mails()] == ["accounts.added"]


def test_inviting_a_closed_account_opens_it_again_by_a_link(client: Client, alice: User, bob: User) -> None:
    services.close_account(user=bob, by=alice, now=NOW)
    assert _invite(alice, email=bob.email) == bob
    bob.refresh_from_db()
    assert (bob.is_active, bob.closed_at, bob.has_usable_password()) == (True, None, False)
    client.post(link_in(mails("accounts.invitation")[-1]), {"name": "Bob", "password": NEW})
    bob.refresh_from_db()
    assert bob.check_password(NEW)


def test_closing_ends_every_session_at_once(at_alices: Client, alice: User, bob: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)  # a session that no row tells of
    services.close_account(user=alice, by=bob, now=NOW)
    assert not is_in(at_alices)
    assert not is_in(elsewhere)
    assert not Session.objects.filter(session_key=at_alices.cookies["sessionid"].value).exists()
    assert not SignIn.objects.going_on().filter(user=alice).exists()
    assert verbs()[-1] == "accounts.closed"


def test_closing_takes_every_way_in(client: Client, alice: User, bob: User, alices_app: str) -> None:
    SocialAccount.objects.create(user=alice, provider="sso", uid="1")
    client.post("/konto/glomt-losenord/", {"email": alice.email})
    services.close_account(user=alice, by=bob, now=NOW)
    assert try_sign_in(client, alice.email).status_code == 400
    assert client.get(link_in(mails("accounts.reset")[0])).status_code == 404
    assert not Authenticator.objects.filter(user=alice).exists()
    assert not SocialAccount.objects.filter(user=alice).exists()
    assert not OneTimeLink.objects.filter(user=alice, used_at=None).exists()
    assert mails("accounts.closed")


def test_an_opened_account_starts_from_a_new_link_and_no_old_session_returns(
    at_alices: Client, alice: User, bob: User
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    services.close_account(user=alice, by=bob, now=NOW)
    services.reopen_account(user=alice, by=bob, invited_to="Trollhättans Stad", now=clock.now())
    assert not is_in(at_alices)
    assert not is_in(elsewhere)
    assert try_sign_in(at_alices, alice.email, ALICES).status_code == 400
    at_alices.post(link_in(mails("accounts.invitation")[0]), {"name": "Alice", "password": NEW})
    assert is_in(at_alices)


def test_closing_twice_and_opening_twice_do_no_more(alice: User, bob: User) -> None:
    for _n in range(2):
        services.close_account(user=alice, by=bob, now=NOW)
    for _n in range(2):
        services.reopen_account(user=alice, by=bob, invited_to="Staden", now=NOW)
    assert verbs() == ["accounts.closed", "accounts.reopened"]
    assert len(mails("accounts.closed")) == 1


def test_somebody_who_has_lost_every_device_is_helped_and_told(
    at_alices: Client, alice: User, bob: User, alices_app: str
) -> None:
    services.remove_factors(user=alice, by=bob, now=NOW)
    assert not factors.has_any(alice)
    assert not is_in(at_alices)
    assert try_sign_in(at_alices, alice.email)["Location"] == "/arbete/aret/"
    assert "alla sätt för det andra steget" in mails("accounts.factor_removed")[0].text
