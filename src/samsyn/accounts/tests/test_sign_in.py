from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.urls import reverse

from samsyn.accounts.demo import PASSWORD
from samsyn.accounts.models import User
from samsyn.accounts.tests.conftest import try_sign_in
from samsyn.core.models import AuditEntry

pytestmark = pytest.mark.django_db

URL = "/konto/logga-in/"
WRONG = "E-postadressen och lösenordet hör inte ihop."


def test_right_password_leads_to_the_year(client: Client, alice: User) -> None:
    response = try_sign_in(client, alice.email)
    assert response.status_code == 302
    assert response["Location"] == "/arbete/aret/"
    assert client.get("/arbete/aret/").status_code == 200


def test_the_address_may_be_typed_in_capitals(client: Client, alice: User) -> None:
    assert try_sign_in(client, alice.email.upper()).status_code == 302


def test_unknown_and_known_address_get_the_same_answer(client: Client, alice: User) -> None:
    known = alice.email
    answers = [try_sign_in(client, address, "fel lösenord") for address in (known, "nagon@example.org")]
    bodies = [
        answer.content.decode().replace(address, "ADRESS").replace(_token(answer), "TOKEN")
        for answer, address in zip(answers, (known, "nagon@example.org"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert WRONG in bodies[0]
    assert bodies[0] == bodies[1]


def _token(response: Any) -> str:
    return str(response.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0])


def test_a_closed_account_gets_the_same_answer_as_a_wrong_password(client: Client, alice: User) -> None:
    user = alice
    User.objects.filter(pk=user.pk).update(is_active=False)
    response = try_sign_in(client, user.email)
    assert response.status_code == 400
    assert WRONG in response.content.decode()


def test_a_fault_keeps_the_address_and_not_the_password(client: Client) -> None:
    text = try_sign_in(client, "alice@example.org", "hemligt-ord").content.decode()
    assert 'value="alice@example.org"' in text
    assert "hemligt-ord" not in text


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", "x", "Skriv din e-postadress."),
        ("alice", "x", "Skriv hela e-postadressen"),
        ("a@example.org", "", "Skriv ditt lösenord."),
    ],
)
def test_each_fault_says_what_to_do(client: Client, email: str, password: str, sentence: str) -> None:
    response = try_sign_in(client, email, password)
    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_password_managers_know_the_fields(client: Client) -> None:
    text = client.get(URL).content.decode()
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text


def test_signing_in_gives_the_session_a_new_key(client: Client, alice: User) -> None:
    session = client.session
    session["before"] = 1
    session.save()
    old = session.session_key
    try_sign_in(client, alice.email)
    assert client.session.session_key != old
    assert not Session.objects.filter(session_key=old).exists()


@pytest.mark.parametrize(
    ("heading", "arrives"),
    [
        ("/arbete/dokument/", "/arbete/dokument/"),
        ("https://elsewhere.example/", "/arbete/aret/"),
        ("//elsewhere.example/", "/arbete/aret/"),
        ("/\\elsewhere.example", "/arbete/aret/"),
        ("javascript:alert(1)", "/arbete/aret/"),
        ("", "/arbete/aret/"),
    ],
)
def test_it_goes_on_only_within_the_site(client: Client, alice: User, heading: str, arrives: str) -> None:
    user = alice
    assert try_sign_in(client, user.email, next=heading)["Location"] == arrives
    # And so does the link for somebody who is signed in already.
    assert client.get(URL, {"next": heading})["Location"] == arrives


def test_where_one_was_heading_stays_through_a_fault(client: Client) -> None:
    text = try_sign_in(client, "a@example.org", "fel", next="/arbete/dokument/").content.decode()
    assert 'name="next" value="/arbete/dokument/"' in text


def test_the_pages_are_kept_in_no_cache(client: Client) -> None:
    assert "no-store" in client.get(URL)["Cache-Control"]
    assert "no-store" in try_sign_in(client, "a@example.org", "fel")["Cache-Control"]


def test_signing_in_and_out_is_logged_without_name_or_address(client: Client, alice: User) -> None:
    user = alice
    try_sign_in(client, user.email)
    client.post("/konto/logga-ut/")
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.verb for entry in entries] == ["accounts.signed_in", "accounts.signed_out"]
    assert {entry.municipality_code for entry in entries} == {"1488"}
    for entry in entries:
        assert entry.actor_id == user.pk
        assert entry.object_label == "Strateg, Trollhättans Stad"
        row = str(vars(entry))
        assert user.email not in row
        assert "alice" not in row.casefold()


def test_a_failed_try_leaves_no_line_in_the_log(client: Client, alice: User) -> None:
    try_sign_in(client, alice.email, "fel")
    assert not AuditEntry.objects.exists()


def test_signing_out_ends_the_session(client: Client, alice: User) -> None:
    client.force_login(alice)
    key = client.session.session_key
    response = client.post("/konto/logga-ut/")
    assert response["Location"] == reverse("public:start")
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/arbete/aret/").status_code == 302


def test_signing_out_by_a_link_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/konto/logga-ut/").status_code == 405
    assert client.get("/arbete/aret/").status_code == 200


def test_a_stranger_may_press_sign_out(client: Client) -> None:
    assert client.post("/konto/logga-ut/").status_code == 302
    assert not AuditEntry.objects.exists()


def test_forms_need_their_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(URL, {"email": "a@example.org", "password": "x"}).status_code == 403


def test_the_demo_shows_its_example_accounts_when_there_are_any(client: Client) -> None:
    assert PASSWORD not in client.get(URL).content.decode()
    User.objects.create_user("strateg@example.org", PASSWORD, name="Exempel", is_demo=True)
    text = client.get(URL).content.decode()
    assert PASSWORD in text
    assert "strateg@example.org" in text
    assert try_sign_in(client, "strateg@example.org", PASSWORD).status_code == 302


@override_settings(SAMSYN_DEMO=False)
def test_outside_the_demo_example_accounts_are_neither_shown_nor_let_in(client: Client) -> None:
    user = User.objects.create_user("strateg@example.org", PASSWORD, name="Exempel", is_demo=True)
    assert check_password(PASSWORD, user.password)
    assert PASSWORD not in client.get(URL).content.decode()
    response = try_sign_in(client, "strateg@example.org", PASSWORD)
    assert response.status_code == 400
    assert WRONG in response.content.decode()
