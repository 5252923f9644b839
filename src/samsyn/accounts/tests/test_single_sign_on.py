"""The organisation's own sign-in, against a real provider that runs here while the test does."""

from __future__ import annotations

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client, override_settings

from samsyn.accounts import services
from samsyn.accounts.models import SignIn, User
from samsyn.accounts.tests.conftest import is_in, verbs
from samsyn.accounts.tests.provider import Liar, introduce, lying, running
from samsyn.core import clock

pytestmark = pytest.mark.django_db
START = "/konto/logga-in/organisationen/"
BACK = "/konto/logga-in/organisationen/svar/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running() as address:
        yield address


def _settings(issuer: str) -> Any:
    app = {
        "provider_id": "sso",
        "name": "Trollhättans Stad",
        "client_id": "samsyn",
        "secret": "hemligt",
        "settings": {"server_url": issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True},
    }
    return override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}})


@pytest.fixture
def single_sign_on(issuer: str) -> Iterator[str]:
    with _settings(issuer):
        yield issuer


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _leave(client: Client, *, next_url: str = "") -> str:
    answer = client.post(START, {"next": next_url})
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r'class="samsyn-button" href="([^"]+)"', answer.content.decode())
    assert found
    return html.unescape(found.group(1))


def _through(client: Client, subject: str, *, next_url: str = "") -> Any:
    """Go to the provider, be known there, and come back."""
    address = _leave(client, next_url=next_url)
    data = urllib.parse.urlencode({"sub": subject}).encode()
    opener = urllib.request.build_opener(_Stay)
    try:
        opener.open(urllib.request.Request(address, data=data), timeout=5)
    except urllib.error.HTTPError as redirect:
        back = redirect.headers["Location"]
    assert back.startswith(f"http://testserver{BACK}")
    return client.get(back.removeprefix("http://testserver"))


def test_the_button_is_there_only_when_the_settings_name_a_provider(client: Client, issuer: str) -> None:
    assert "Logga in med Trollhättans Stad" not in client.get("/konto/logga-in/").content.decode()
    assert client.post(START).status_code == 404
    assert client.get(BACK).status_code == 404
    with _settings(issuer):
        assert "Logga in med Trollhättans Stad" in client.get("/konto/logga-in/").content.decode()


def test_a_person_with_an_account_comes_in_and_goes_on(client: Client, alice: User, single_sign_on: str) -> None:
    introduce(single_sign_on, "a1", email="Alice@example.org", email_verified=True)
    assert _through(client, "a1", next_url="/konto/namn/")["Location"] == "/konto/namn/"
    assert is_in(client)
    assert SignIn.objects.get(user=alice).method == "SINGLE_SIGN_ON"
    assert verbs() == ["accounts.signed_in"]


def test_the_provider_is_asked_with_state_and_pkce(client: Client, single_sign_on: str) -> None:
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(_leave(client)).query)
    assert asked["redirect_uri"] == [f"http://testserver{BACK}"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16


def test_a_second_sign_in_leads_to_the_same_account(alice: User, single_sign_on: str) -> None:
    introduce(single_sign_on, "a2", email=alice.email, email_verified=True)
    for _n in range(2):
        assert _through(Client(), "a2").status_code == 302
    assert SocialAccount.objects.get(user=alice).uid == "a2"


@pytest.mark.parametrize("verified", [False, "false", None, 1])
def test_an_address_that_is_not_verified_is_refused(
    client: Client, alice: User, single_sign_on: str, verified: Any
) -> None:
    claims = {} if verified is None else {"email_verified": verified}
    introduce(single_sign_on, f"u{verified}", email=alice.email, **claims)
    answer = _through(client, f"u{verified}")
    assert answer.status_code == 400
    assert "säger inte att e-postadressen är bekräftad" in answer.content.decode()
    assert not is_in(client)


def test_somebody_without_an_account_is_refused_and_gets_none(client: Client, single_sign_on: str) -> None:
    introduce(single_sign_on, "m1", email="mallory@example.org", email_verified=True)
    answer = _through(client, "m1")
    assert answer.status_code == 400
    assert "Det finns inget konto för din adress" in answer.content.decode()
    assert not User.objects.exists()


@override_settings(SAMSYN_OIDC_CREATE=True)
def test_when_the_settings_say_so_an_account_without_a_role_is_made(client: Client, single_sign_on: str) -> None:
    introduce(single_sign_on, "n1", email="ny@example.org", email_verified=True, name="Ny Person")
    assert _through(client, "n1").status_code == 302
    user = User.objects.get()
    assert (user.name, user.has_usable_password(), user.memberships.count()) == ("Ny Person", False, 0)
    assert client.get("/arbete/aret/").status_code in {403, 404}
    assert verbs() == ["accounts.created_by_single_sign_on", "accounts.signed_in"]


def test_a_closed_account_is_refused(client: Client, alice: User, bob: User, single_sign_on: str) -> None:
    services.close_account(user=alice, by=bob, now=clock.now())
    introduce(single_sign_on, "a3", email=alice.email, email_verified=True)
    answer = _through(client, "a3")
    assert answer.status_code == 400
    assert "Ditt konto är stängt" in answer.content.decode()
    assert not is_in(client)


def test_example_accounts_have_no_single_sign_on(client: Client, single_sign_on: str) -> None:
    User.objects.create_user("strateg@example.org", "x", name="Exempel", is_demo=True)
    introduce(single_sign_on, "d1", email="strateg@example.org", email_verified=True)
    assert _through(client, "d1").status_code == 400
    assert not is_in(client)


def test_somebody_who_is_given_the_same_address_later_does_not_come_in(alice: User, single_sign_on: str) -> None:
    introduce(single_sign_on, "first", email=alice.email, email_verified=True)
    _through(Client(), "first")
    introduce(single_sign_on, "second", email=alice.email, email_verified=True)
    late = Client()
    answer = _through(late, "second")
    assert answer.status_code == 400
    assert "hör här till någon annan" in answer.content.decode()
    assert not is_in(late)


def test_one_person_at_the_provider_is_not_two_here(alice: User, bob: User, single_sign_on: str) -> None:
    introduce(single_sign_on, "same", email=alice.email, email_verified=True)
    _through(Client(), "same")
    introduce(single_sign_on, "same", email=bob.email, email_verified=True)
    late = Client()
    assert _through(late, "same").status_code == 400
    assert not is_in(late)


def test_backing_out_at_the_provider_says_so(client: Client, single_sign_on: str) -> None:
    # The provider of the tests forgets the state when somebody backs out; RFC 6749 4.1.2.1 asks for it.
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(_leave(client)).query)["state"][0]
    answer = client.get(f"{BACK}?error=access_denied&state={state}")
    assert answer.status_code == 400
    assert "Du avbröt inloggningen" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?state=fel&code=x", "?code=x", "?error=server_error"])
def test_an_answer_that_was_not_asked_for_is_refused(client: Client, single_sign_on: str, query: str) -> None:
    _leave(client)
    answer = client.get(f"{BACK}{query}")
    assert answer.status_code == 400
    assert "gick inte att använda. Börja om" in answer.content.decode()


def test_an_answer_asked_for_in_another_browser_is_refused(alice: User, single_sign_on: str) -> None:
    introduce(single_sign_on, "a4", email=alice.email, email_verified=True)
    mallory, victim = Client(), Client()
    address = _leave(mallory)
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(urllib.request.Request(address, data=b"sub=a4"), timeout=5)
    back = redirect.value.headers["Location"].removeprefix("http://testserver")
    assert victim.get(back).status_code == 400
    assert not is_in(victim)


def test_a_made_up_code_is_refused(client: Client, single_sign_on: str) -> None:
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(_leave(client)).query)["state"][0]
    answer = client.get(f"{BACK}?code=made-up&state={state}")
    assert answer.status_code == 400
    assert not is_in(client)


def test_a_provider_that_is_down_is_told_and_the_password_still_works(client: Client, alice: User) -> None:
    with _settings("http://localhost:9"):
        answer = client.post(START)
        assert answer.status_code == 503
        text = answer.content.decode()
    assert "Organisationens inloggning svarar inte just nu" in text
    assert 'name="password"' in text


def test_a_provider_that_answers_nonsense_is_told(client: Client, issuer: str) -> None:
    with _settings(f"{issuer}/oauth2/authorize"):
        assert client.post(START).status_code == 503


@pytest.fixture(scope="module")
def running_liar() -> Iterator[Liar]:
    with lying() as provider:
        yield provider


@pytest.fixture
def liar(running_liar: Liar) -> Iterator[Liar]:
    """A provider that says what the test wants; the truth about Alice to begin with."""
    running_liar.signs_with, running_liar.algorithm = None, "RS256"
    running_liar.claims, running_liar.userinfo, running_liar.raw = {}, {}, {}
    with _settings(running_liar.issuer):
        yield running_liar


def _back_from(client: Client) -> Any:
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(_leave(client)).query)["state"][0]
    return client.get(f"{BACK}?code=x&state={state}")


def test_the_truth_is_believed(client: Client, alice: User, liar: Liar) -> None:
    assert _back_from(client).status_code == 302
    assert is_in(client)


def test_an_answer_signed_by_somebody_else_is_refused(client: Client, alice: User, liar: Liar) -> None:
    liar.signs_with = Liar().key
    assert _back_from(client).status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize(("algorithm", "key"), [("HS256", "hemligt" * 8), ("none", "")])
def test_an_answer_that_nobody_has_signed_is_refused(
    client: Client, alice: User, liar: Liar, algorithm: str, key: str
) -> None:
    liar.algorithm, liar.signs_with = algorithm, key or None
    if algorithm == "none":
        liar.raw["/token"] = (200, {"Content-Type": "application/json"}, _unsigned(liar))
    assert _back_from(client).status_code == 400
    assert not is_in(client)


def _unsigned(liar: Liar) -> bytes:
    """Return the truth about Alice, with a header that says that there is no signature."""
    liar.algorithm = "RS256"
    _header, body, _signature = liar.answer("/token")["id_token"].split(".")
    token = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}."
    return f'{{"access_token": "x", "id_token": "{token}"}}'.encode()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-site"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"iat": 99_999_999_999},
        {"sub": "somebody else"},
    ],
)
def test_an_answer_for_somebody_else_or_another_time_is_refused(
    client: Client, alice: User, liar: Liar, claims: dict[str, Any]
) -> None:
    liar.claims = claims
    assert _back_from(client).status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"])
@pytest.mark.parametrize(
    "raw",
    [
        (302, {"Location": "http://localhost:1/"}, b"x"),
        (500, {}, b"x"),
        (200, {"Content-Type": "application/json"}, b"{"),
        (200, {"Content-Type": "application/json"}, b"[]"),
        (200, {"Content-Type": "application/json"}, b"null"),
        (200, {"Content-Type": "text/html"}, b"<html>"),
        (200, {"Content-Type": "application/json"}, b" " * 2_000_000),
    ],
)
def test_whatever_a_provider_answers_nobody_comes_in_and_nothing_breaks(
    client: Client, alice: User, liar: Liar, path: str, raw: tuple[int, dict[str, str], bytes]
) -> None:
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(_leave(client)).query)["state"][0]
    liar.raw[path] = raw
    answer = client.get(f"{BACK}?code=x&state={state}")
    assert answer.status_code in {400, 503}
    assert "Organisationens inloggning" in answer.content.decode() or "Börja om" in answer.content.decode()
    assert not is_in(client)


def test_only_listed_hosts_are_asked(single_sign_on: str) -> None:
    import requests

    from samsyn.accounts import sso

    for url in ("http://127.0.0.1:1/", "https://elsewhere.example/", "file:///etc/passwd", "ftp://localhost/x"):
        with pytest.raises(requests.RequestException):
            sso.ProviderSession().get(url)
    assert sso.ProviderSession().get(f"{single_sign_on}/.well-known/openid-configuration").json()["issuer"]
