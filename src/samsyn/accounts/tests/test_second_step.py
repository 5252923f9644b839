"""Codes from an app and recovery codes: added with care, each used once, asked for at the sign-in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from samsyn.accounts import factors
from samsyn.accounts.models import SignIn, User
from samsyn.accounts.tests.conftest import ALICES, NEW, SIGN_IN, code_for, is_in, mails, try_sign_in, verbs

pytestmark = pytest.mark.django_db
STEP = "/konto/logga-in/andra-steget/"
ADD = "/konto/sakerhet/kodapp/ny/"
NOON = datetime(2026, 11, 23, 11, 0, 10, tzinfo=UTC)


def _secret_on(page: Any) -> str:
    found = re.search(r'samsyn-secret">([A-Z2-7 ]+)<', page.content.decode())
    assert found
    return found.group(1)


def test_the_page_shows_a_code_to_scan_and_the_same_key_as_text(at_alices: Client) -> None:
    page = at_alices.get(ADD)
    text = page.content.decode()
    assert '<svg class="samsyn-qr"' in text
    assert len(_secret_on(page).replace(" ", "")) == 32
    assert _secret_on(at_alices.get(ADD)) == _secret_on(page)


def test_an_app_is_added_by_its_first_code_and_asked_for_at_the_next_sign_in(at_alices: Client, alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        try_sign_in(at_alices, alice.email)
        secret = _secret_on(at_alices.get(ADD))
        assert at_alices.post(ADD, {"code": code_for(secret)})["Location"] == "/konto/sakerhet/reservkoder/"
        at_alices.post("/konto/logga-ut/")
        assert try_sign_in(at_alices, alice.email, next="/konto/namn/")["Location"] == STEP
        assert not is_in(at_alices)
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert at_alices.post(STEP, {"code": code_for(secret)})["Location"] == "/konto/namn/"
        assert is_in(at_alices)
    assert SignIn.objects.going_on().get(user=alice).method == "PASSWORD_AND_CODE"


def test_a_wrong_code_adds_nothing(at_alices: Client, alice: User) -> None:
    secret = _secret_on(at_alices.get(ADD))
    wrong = f"{(int(code_for(secret)) + 1) % 1_000_000:06d}"
    answer = at_alices.post(ADD, {"code": wrong})
    assert answer.status_code == 400
    assert "Koden stämmer inte" in answer.content.decode()
    assert not factors.has_any(alice)


@time_machine.travel(NOON, tick=False)
def test_a_code_counts_once(alice: User, alices_app: str) -> None:
    code = code_for(alices_app)
    first, second = Client(), Client()
    for client in (first, second):
        try_sign_in(client, alice.email)
    assert first.post(STEP, {"code": code}).status_code == 302
    assert second.post(STEP, {"code": code}).status_code == 400
    assert not is_in(second)


@pytest.mark.parametrize(("late_s", "counts"), [(-31, True), (0, True), (31, True), (61, False), (-61, False)])
def test_clocks_may_differ_by_half_a_minute(alice: User, alices_app: str, late_s: int, counts: bool) -> None:
    code = code_for(alices_app, NOON - timedelta(seconds=late_s))
    if counts:
        factors.check_totp(alice, code, now=NOON)
    else:
        with pytest.raises(factors.CodeRefused):
            factors.check_totp(alice, code, now=NOON)


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "000000", "' OR 1=1", "x" * 41])
def test_what_is_no_code_opens_nothing(client: Client, alice: User, alices_app: str, code: str) -> None:
    try_sign_in(client, alice.email)
    assert client.post(STEP, {"code": code}).status_code == 400
    assert not is_in(client)


def test_without_a_password_the_second_step_is_not_there(client: Client, alice: User, alices_app: str) -> None:
    assert client.get(STEP)["Location"] == SIGN_IN
    assert client.post(STEP, {"code": code_for(alices_app)})["Location"] == SIGN_IN
    assert not is_in(client)


def test_the_second_step_waits_ten_minutes(client: Client, alice: User, alices_app: str) -> None:
    with time_machine.travel(NOON, tick=False):
        try_sign_in(client, alice.email)
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        assert client.post(STEP, {"code": code_for(alices_app)})["Location"] == SIGN_IN
        assert not is_in(client)


@time_machine.travel(NOON, tick=False)
def test_a_changed_password_ends_what_waited(client: Client, alice: User, alices_app: str) -> None:
    try_sign_in(client, alice.email)
    alice.set_password(NEW)
    alice.save()
    assert client.post(STEP, {"code": code_for(alices_app)})["Location"] == SIGN_IN


@time_machine.travel(NOON, tick=False)
def test_an_account_closed_meanwhile_is_not_let_in(client: Client, alice: User, alices_app: str) -> None:
    try_sign_in(client, alice.email)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.post(STEP, {"code": code_for(alices_app)})["Location"] == SIGN_IN


@time_machine.travel(NOON, tick=False)
def test_guessing_codes_is_stopped_and_told_to_the_owner_once(alice: User, alices_app: str) -> None:
    answers = []
    wrong = f"{(int(code_for(alices_app)) + 7) % 1_000_000:06d}"
    for place in range(2):
        client = Client()
        client.post(SIGN_IN, {"email": alice.email, "password": ALICES}, REMOTE_ADDR=f"192.0.2.{place}")
        answers += [client.post(STEP, {"code": wrong}).status_code for _n in range(4)]
    assert answers == [400] * 5 + [429] * 3
    assert len(mails("accounts.codes_guessed")) == 1


def test_guessed_codes_elsewhere_leave_a_known_device_its_own(at_alices: Client, alice: User, alices_app: str) -> None:
    at_alices.post("/konto/logga-ut/")
    with time_machine.travel(NOON, tick=False):
        stranger = Client()
        try_sign_in(stranger, alice.email)
        for _n in range(7):
            stranger.post(STEP, {"code": "000000"})
        try_sign_in(at_alices, alice.email)
        assert at_alices.post(STEP, {"code": code_for(alices_app)}).status_code == 302


def test_the_secret_lies_locked_in_the_database(alice: User, alices_app: str) -> None:
    assert alices_app not in str(Authenticator.objects.get(user=alice).data)


def test_secrets_and_recovery_codes_survive_a_change_of_the_secret_key(alice: User, alices_app: str) -> None:
    codes = factors.make_recovery_codes(alice, now=NOON)
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["only-for-tests"]):
        factors.check_totp(alice, code_for(alices_app, NOON), now=NOON)
        assert factors.use_recovery_code(alice, codes[0], now=NOON) == 9


def _recovery_codes(client: Client) -> list[str]:
    text = client.post("/konto/sakerhet/reservkoder/").content.decode()
    return re.findall(r"<code>([a-z0-9-]+)</code>", text)


@time_machine.travel(NOON, tick=False)
def test_a_recovery_code_opens_once_and_the_owner_is_told(alice: User, alices_app: str) -> None:
    code = factors.make_recovery_codes(alice, now=NOON)[3]
    first, second = Client(), Client()
    for client in (first, second):
        try_sign_in(client, alice.email)
    assert first.post(STEP, {"code": code.upper().replace("-", " ")}).status_code == 302
    assert "Koder kvar: 9" in mails("accounts.recovery_code_used")[0].text
    assert second.post(STEP, {"code": code}).status_code == 400


def test_recovery_codes_are_shown_once_and_kept_as_checksums(at_alices: Client, alice: User, alices_app: str) -> None:
    codes = _recovery_codes(at_alices)
    assert len(set(codes)) == 10
    kept = str(Authenticator.objects.get(user=alice, type="recovery_codes").data)
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert not re.findall(r"<code>", at_alices.get("/konto/sakerhet/reservkoder/").content.decode())


def test_new_recovery_codes_end_the_old_ones(at_alices: Client, alice: User, alices_app: str) -> None:
    old = _recovery_codes(at_alices)[0]
    _recovery_codes(at_alices)
    with pytest.raises(factors.CodeRefused):
        factors.use_recovery_code(alice, old, now=NOON)


def test_without_a_second_step_there_are_no_recovery_codes(at_alices: Client, alice: User) -> None:
    assert at_alices.post("/konto/sakerhet/reservkoder/")["Location"] == "/konto/sakerhet/"
    assert factors.n_recovery_codes(alice) == 0


def test_recovery_codes_go_with_the_last_factor(at_alices: Client, alice: User, alices_app: str) -> None:
    _recovery_codes(at_alices)
    at_alices.post("/konto/sakerhet/kodapp/ta-bort/")
    assert not Authenticator.objects.filter(user=alice).exists()
    assert mails("accounts.factor_removed")


def test_a_second_app_replaces_nothing(at_alices: Client, alice: User, alices_app: str) -> None:
    assert at_alices.get(ADD)["Location"] == "/konto/sakerhet/"
    assert Authenticator.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/konto/e-post/",
        "/konto/losenord/",
        "/konto/sakerhet/passnyckel/ny/",
        "/konto/sakerhet/kodapp/ny/",
        "/konto/sakerhet/kodapp/ta-bort/",
        "/konto/sakerhet/reservkoder/",
    ],
)
def test_what_matters_asks_again_after_ten_minutes(client: Client, alice: User, alices_app: str, path: str) -> None:
    alice.last_login = NOON
    with time_machine.travel(NOON, tick=False):
        try_sign_in(client, alice.email)
        client.post(STEP, {"code": code_for(alices_app)})
        # The app that is there sends its own page on; the others open.
        assert client.get(path).status_code == (302 if path.endswith("kodapp/ny/") else 200)
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        for answer in (client.get(path), client.post(path)):
            assert answer["Location"].startswith("/konto/bekrafta/?next=%2Fkonto%2F")
        assert client.post("/konto/bekrafta/", {"password": "fel", "next": path}).status_code == 400
        assert client.post("/konto/bekrafta/", {"password": ALICES, "next": path})["Location"] == path
        assert client.get(path).status_code == (302 if path.endswith("kodapp/ny/") else 200)


def test_the_question_leads_only_within_the_site(at_alices: Client) -> None:
    for next_url in ("https://elsewhere.example/", "//elsewhere.example"):
        answer = at_alices.post("/konto/bekrafta/", {"password": ALICES, "next": next_url})
        assert answer["Location"] == "/konto/sakerhet/"


def test_the_question_cannot_be_guessed_at(at_alices: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [at_alices.post("/konto/bekrafta/", {"password": "fel"}).status_code for _n in range(6)]
    # A clock that goes back means nothing to a session; the tries are counted all the same.
    assert answers[-1] == 429


@time_machine.travel(NOON, tick=False)
def test_a_session_gets_a_new_key_when_a_factor_is_added_or_removed(client: Client, alice: User) -> None:
    try_sign_in(client, alice.email)
    keys = [client.session.session_key]
    client.post(ADD, {"code": code_for(_secret_on(client.get(ADD)))})
    keys.append(client.session.session_key)
    client.post("/konto/sakerhet/kodapp/ta-bort/")
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    assert is_in(client)
    assert SignIn.objects.going_on().get(user=alice).session_key == keys[-1]
    assert verbs()[-2:] == ["accounts.factor_added", "accounts.factor_removed"]


BROKEN_ANSWERS = [
    "",
    "null",
    "[]",
    "{}",
    "{",
    '"text"',
    '{"id": "AAAA"}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
    '{"id": "AAAA", "rawId": "BBBB", "type": "public-key", "response": {"clientDataJSON": "e30"}}',
    '{"id": 1, "rawId": [], "type": {}, "response": "x"}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30", "signature": "AAAA"}}',
    '{"response": {"userHandle": "ÅÄÖ"}}',
    '{"response": {"userHandle": null}}',
    '{"response": null}',
    "x" * 30_000,
]


@pytest.mark.parametrize("answer", BROKEN_ANSWERS)
def test_a_broken_answer_from_a_passkey_opens_nothing_and_breaks_nothing(
    client: Client, alice: User, answer: str
) -> None:
    client.get("/konto/logga-in/passnyckel/")
    for path in ("/konto/logga-in/passnyckel/",):
        page = client.post(path, {"credential": answer})
        assert page.status_code == 400
        assert "Passnyckeln" in page.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("answer", BROKEN_ANSWERS)
def test_a_broken_answer_adds_no_passkey(at_alices: Client, alice: User, answer: str) -> None:
    at_alices.get("/konto/sakerhet/passnyckel/ny/")
    page = at_alices.post("/konto/sakerhet/passnyckel/ny/", {"name": "Telefonen", "credential": answer})
    assert page.status_code == 400
    assert not factors.has_any(alice)


def test_somebody_elses_passkey_is_not_there(at_alices: Client, bob: User) -> None:
    row = Authenticator.objects.create(user=bob, type="webauthn", data={"name": "Bobs"})
    for path in (f"/konto/sakerhet/passnyckel/{row.pk}/", f"/konto/sakerhet/passnyckel/{row.pk}/ta-bort/"):
        assert at_alices.get(path).status_code == 404
        assert at_alices.post(path, {"name": "Min"}).status_code == 404
    row.refresh_from_db()
    assert row.data == {"name": "Bobs"}


