"""The same people everywhere: Alice works in Trollhättan, Bob is somebody else there, Mallory wants in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.test import Client

from samsyn.accounts import factors
from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.core.models import AuditEntry, OutboxMessage

ALICES = "en-lång-fras-för-prov"
NEW = "tre gröna lyktor vid ån"
SIGN_IN = "/konto/logga-in/"
CHROME_ON_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture(autouse=True)
def town(db: None) -> Any:
    return apps.get_model("organisations.Municipality").objects.create(
        code="1488", name="Trollhättan", slug="trollhattan", official_name="Trollhättans Stad"
    )


@pytest.fixture
def staden(town: Any) -> Any:
    return town.organisations.create(key="staden", kind="MUNICIPALITY", name="Trollhättans Stad")


def give_role(user: User, organisation: Any, role: str) -> None:
    """Roles live in an app above this one, which knows only that there are some."""
    apps.get_model("organisations.Membership").objects.create(user=user, organisation=organisation, role=role)


@pytest.fixture
def alice(staden: Any) -> User:
    user = User.objects.create_user("alice@example.org", ALICES, name="Alice")
    give_role(user, staden, "STRATEGIST")
    return user


@pytest.fixture
def bob(staden: Any) -> User:
    user = User.objects.create_user("bob@example.org", "bobs-egen-fras-här", name="Bob")
    give_role(user, staden, "ADMINISTRATOR")
    return user


def try_sign_in(client: Client, email: str, password: str = ALICES, **more: str) -> Any:
    """Send the form of the sign-in."""
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def is_in(client: Client) -> bool:
    """Tell whether the browser is signed in."""
    return client.get("/konto/").status_code == 200


@pytest.fixture
def at_alices(client: Client, alice: User) -> Client:
    """Alice's own browser, signed in just now."""
    assert try_sign_in(client, alice.email).status_code == 302
    return client


def mails(kind: str = "") -> list[OutboxMessage]:
    """Return what waits to be sent, oldest first."""
    found = OutboxMessage.objects.order_by("id")
    return list(found.filter(kind=kind) if kind else found)


def link_in(message: OutboxMessage) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"http://testserver(/\S+)", message.text)
    assert found, message.text
    return found.group(1)


def verbs() -> list[str]:
    """Return what the log tells of, oldest first."""
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def code_for(secret: str, at: datetime | None = None) -> str:
    """Return what an app with a secret shows at an instant."""
    instant = at or clock.now()
    counter = int(instant.timestamp()) // factors.PERIOD_S
    return str(totp.format_hotp_value(totp.hotp_value(secret.replace(" ", ""), counter)))


@pytest.fixture
def alices_app(alice: User) -> str:
    """The secret of the app that Alice has added."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    return str(secret)

