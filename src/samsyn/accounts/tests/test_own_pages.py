"""One's own account: devices, mails, name; and that nobody else reaches it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from samsyn.accounts import devices, personal_data
from samsyn.accounts.models import NotificationChoice, SignIn, User
from samsyn.accounts.tests.conftest import (
    ALICES,
    CHROME_ON_ANDROID,
    code_for,
    give_role,
    is_in,
    mails,
    try_sign_in,
)
from samsyn.core import messages, outbox
from samsyn.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 11, 20, 30, tzinfo=UTC)
OWN_PAGES = ["", "namn/", "aviseringar/", "inloggningar/", "sakerhet/", "sakerhet/behovs/", "valkommen/", "bekrafta/",
             "e-post/", "losenord/", "sakerhet/passnyckel/ny/", "sakerhet/kodapp/ny/", "sakerhet/kodapp/ta-bort/",
             "sakerhet/reservkoder/", "sakerhet/passnyckel/1/", "sakerhet/passnyckel/1/ta-bort/"]


@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_stranger_is_sent_to_the_sign_in(client: Client, path: str) -> None:
    for answer in (client.get(f"/konto/{path}"), client.post(f"/konto/{path}")):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/konto/logga-in/?next=/konto/")


@pytest.mark.parametrize("path", ["inloggningar/1/avsluta/", "inloggningar/avsluta-ovriga/"])
def test_a_stranger_ends_nothing(client: Client, path: str) -> None:
    assert client.post(f"/konto/{path}")["Location"].startswith("/konto/logga-in/")


@pytest.mark.parametrize("path", [page for page in OWN_PAGES if "/1/" not in page])
def test_own_pages_are_kept_in_no_cache(at_alices: Client, path: str) -> None:
    answer = at_alices.get(f"/konto/{path}")
    assert answer.status_code in {200, 302}
    assert "no-store" in answer["Cache-Control"]


def test_every_page_of_ones_own_is_whole_in_english(at_alices: Client) -> None:
    for path in OWN_PAGES:
        if "/1/" not in path:
            assert at_alices.get(f"/en/konto/{path}", follow=True).status_code == 200


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (CHROME_ON_ANDROID, "Chrome på Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox på Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
            "Safari på iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge på Windows",
        ),
        ("curl/8.5.0", "Okänt slag av enhet"),
        ("", "Okänt slag av enhet"),
    ],
)
def test_a_device_is_told_in_coarse_words(said: str, words: str) -> None:
    kind = devices.kind_of(RequestFactory().get("/", headers={"user-agent": said}))
    with translation.override("sv"):  # a page in English asked for before leaves its language behind
        assert devices.words(kind.browser, kind.system) == words


def test_neither_address_nor_the_whole_of_what_a_device_says_is_kept(client: Client, alice: User) -> None:
    client.post(
        "/konto/logga-in/",
        {"email": alice.email, "password": ALICES},
        headers={"user-agent": CHROME_ON_ANDROID},
        REMOTE_ADDR="192.0.2.77",
    )
    kept = str(SignIn.objects.values_list()) + str(client.session.items())
    assert "192.0.2.77" not in kept
    assert "Mozilla" not in kept
    assert "131" not in str(SignIn.objects.values_list("browser", "system"))
    assert "Chrome på Android" in client.get("/konto/inloggningar/").content.decode()


def test_a_new_device_is_told_by_mail_and_a_known_one_is_not(client: Client, alice: User) -> None:
    alice.last_login = NOON
    alice.save()
    for _n in range(2):
        client.post("/konto/logga-in/", {"email": alice.email, "password": ALICES},
                    headers={"user-agent": CHROME_ON_ANDROID})
        client.post("/konto/logga-ut/")
    assert len(mails("accounts.new_device")) == 1
    assert "Chrome på Android" in mails("accounts.new_device")[0].text


def test_a_session_is_seen_by_the_hour(client: Client, alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        try_sign_in(client, alice.email)
        client.get("/konto/")
    assert SignIn.objects.get().seen_at == NOON.replace(minute=0, second=0)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        client.get("/konto/")
    assert SignIn.objects.get().seen_at == NOON.replace(hour=13, minute=0, second=0)


def test_another_device_can_be_put_out_at_once(at_alices: Client, alice: User) -> None:
    other = Client()
    try_sign_in(other, alice.email)
    row = SignIn.objects.going_on().get(session_key=other.session.session_key)
    at_alices.post(f"/konto/inloggningar/{row.pk}/avsluta/")
    assert not is_in(other)
    assert is_in(at_alices)


def test_all_others_can_be_put_out_at_once(at_alices: Client, alice: User) -> None:
    others = [Client(), Client(), Client()]
    for other in others[:2]:
        try_sign_in(other, alice.email)
    others[2].force_login(alice)  # a session that no row tells of
    answer = at_alices.post("/konto/inloggningar/avsluta-ovriga/", follow=True)
    assert "2 andra inloggningar är avslutade" in answer.content.decode()
    assert [is_in(client) for client in (at_alices, *others)] == [True, False, False, False]
    assert is_in(at_alices)


def test_somebody_elses_sign_in_is_not_there(at_alices: Client, bob: User) -> None:
    bobs = Client()
    try_sign_in(bobs, bob.email, "bobs-egen-fras-här")
    row = SignIn.objects.get(user=bob)
    assert at_alices.post(f"/konto/inloggningar/{row.pk}/avsluta/").status_code == 404
    assert is_in(bobs)
    assert "Bob" not in at_alices.get("/konto/inloggningar/").content.decode()


def test_signing_out_ends_the_row(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/logga-ut/")
    row = SignIn.objects.get(user=alice)
    assert row.ended_at
    assert row.session_key == ""


@pytest.mark.parametrize(
    ("name", "status"), [("Åsa Ö'Brien-Ek", 302), ("  ", 400), ("x" * 121, 400), ("a\u202eb", 400), ("a\x00b", 400)]
)
def test_a_name_is_kept_as_written_or_refused(at_alices: Client, alice: User, name: str, status: int) -> None:
    assert at_alices.post("/konto/namn/", {"name": name, "language": "sv"}).status_code == status
    alice.refresh_from_db()
    assert alice.name == (name if status == 302 else "Alice")


@pytest.fixture
def newsletter() -> Any:
    """A kind of message that one may do without, entered for this test alone."""
    group = messages.group("test_news", "Nyheter", help_text="Vad som hänt i veckan.")
    kind = messages.kind(
        "test.news", "Nyheter", template="accounts/mail/email_changed.txt", sample=dict, group=group
    )
    yield kind
    messages._GROUPS.pop("test_news")
    messages._KINDS.pop("test.news")


def _put(kind: Any, email: str, key: str) -> OutboxMessage:
    return outbox.put(kind, to=email, context={"name": "x", "at": NOON}, key=key, now=NOON)


def test_a_group_that_is_switched_off_sends_nothing_and_leaves_a_trace(
    at_alices: Client, alice: User, newsletter: Any
) -> None:
    assert _put(newsletter, alice.email, "1").state == "WAITING"
    assert "Nyheter" in at_alices.get("/konto/aviseringar/").content.decode()
    at_alices.post("/konto/aviseringar/", {})
    assert NotificationChoice.objects.get(user=alice).wants_mail is False
    kept = _put(newsletter, alice.email.upper(), "2")
    assert (kept.state, kept.address, kept.text, kept.finished_at) == ("CANCELLED", "", "", NOON)
    assert _put(newsletter, "somebody@example.org", "3").state == "WAITING"
    at_alices.post("/konto/aviseringar/", {"test_news": "on"})
    assert _put(newsletter, alice.email, "4").state == "WAITING"


def test_what_is_about_safety_cannot_be_switched_off(at_alices: Client, alice: User) -> None:
    NotificationChoice.objects.create(user=alice, group="", wants_mail=False)
    at_alices.post("/konto/losenord/", {"password": "tre gröna lyktor vid ån"})
    assert mails("accounts.password_changed")[0].state == "WAITING"


def test_every_kind_of_mail_can_be_shown_in_both_languages() -> None:
    for kind in messages.kinds():
        for language in ("sv", "en"):
            made = messages.words(kind, kind.sample(), language=language)
            assert made.subject, kind.code
            assert made.text, kind.code


@override_settings(SAMSYN_SECOND_STEP_ROLES=["STRATEGIST"])
def test_a_role_that_asks_for_two_steps_leads_to_setting_one_up(client: Client, alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        try_sign_in(client, alice.email)
        assert client.get("/arbete/aret/")["Location"] == "/konto/sakerhet/behovs/"
        assert "Din roll kräver två steg" in client.get("/konto/sakerhet/behovs/").content.decode()
        assert client.get("/").status_code == 200
        page = client.get("/konto/sakerhet/kodapp/ny/").content.decode()
        secret = page.split('samsyn-secret">')[1].split("<")[0]
        client.post("/konto/sakerhet/kodapp/ny/", {"code": code_for(secret)})
        assert client.get("/arbete/aret/").status_code == 200
        # The last factor stays as long as the role asks for it.
        assert client.post("/konto/sakerhet/kodapp/ta-bort/").status_code == 403


@override_settings(SAMSYN_SECOND_STEP_ROLES=["AUDITOR"])
def test_other_roles_are_not_asked_until_they_get_it(at_alices: Client, alice: User, staden: Any) -> None:
    assert at_alices.get("/arbete/aret/").status_code == 200
    give_role(alice, staden, "AUDITOR")
    assert at_alices.get("/arbete/aret/")["Location"] == "/konto/sakerhet/behovs/"


def test_purging_empties_closed_accounts_and_removes_old_sign_ins(at_alices: Client, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(closed_at=NOON, is_active=False)
    assert personal_data.purge_accounts("1488", NOON) == 0
    assert personal_data.purge_accounts("1488", NOON + timedelta(days=1)) == 1
    assert personal_data.purge_accounts("1488", NOON + timedelta(days=1)) == 0
    assert personal_data.purge_accounts("", NOON + timedelta(days=1)) == 0
    bob.refresh_from_db()
    assert "Bob" not in bob.name
    assert "bob" not in bob.email
    at_alices.post("/konto/logga-ut/")
    SignIn.objects.filter(user=alice).update(ended_at=NOON)
    assert personal_data.purge_sign_ins("1488", NOON) == 0
    assert personal_data.purge_sign_ins("1488", NOON + timedelta(days=1)) == 1


def test_every_personal_field_of_an_account_is_declared() -> None:
    from django.apps import apps

    from samsyn.core.personal_data import declared

    technical = {"id", "user", "is_superuser", "is_demo", "sessions_version", "purpose", "created_at", "expires_at",
                 "used_at", "groups", "user_permissions"}
    fields = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_app_config("accounts").get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.name not in technical
    }
    assert fields <= set(declared())
    for name in declared():
        if name.startswith(("accounts.", "mfa.", "socialaccount.")):
            app, model, field = name.split(".")
            apps.get_model(app, model)._meta.get_field(field)


def test_no_page_or_template_of_allauth_can_be_reached() -> None:
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template
    from django.urls import NoReverseMatch, reverse

    for name in ("account/login.html", "mfa/index.html", "socialaccount/authentication_error.html"):
        with pytest.raises(TemplateDoesNotExist):
            get_template(name)
    for name in ("account_login", "account_signup", "mfa_index", "openid_connect_login", "socialaccount_signup"):
        with pytest.raises(NoReverseMatch):
            reverse(name, kwargs={"provider_id": "sso"} if name.startswith("openid") else None)


def test_the_account_page_tells_the_language_of_mails_in_words(at_alices: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    assert "Engelska" in at_alices.get("/konto/").content.decode()
