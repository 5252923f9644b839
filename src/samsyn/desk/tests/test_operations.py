"""The pages of the one who looks after how the installation runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samsyn.accounts.models import User
from samsyn.commitments.tests import factories
from samsyn.core import clock, messages, schedule, worker
from samsyn.core.enums import Channel
from samsyn.core.models import AuditEntry, OutboxMessage, ScheduledJob
from samsyn.core.outbox import handling
from samsyn.core.tests.messages import NOW, a_message
from samsyn.organisations.enums import Role

PAGE = "/arbete/drift/meddelanden/"
LETTER = "Välkommen till Samsyn\n\nHej {{ name }}!\n\nDu är inbjuden.\n"


@pytest.fixture
def admin(db: None, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(factories.person(Role.ADMINISTRATOR))


@pytest.fixture
def dead(db: None) -> OutboxMessage:
    """One that could not be sent."""
    return a_message(
        state="DEAD", finished_at=NOW, n_tries=12, fault="Mottagarens adress godtogs inte (550)."
    )


@pytest.fixture
def kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of templates, and a registry of kinds that is empty but for what the test enters."""
    monkeypatch.setattr(messages, "_KINDS", {})
    (tmp_path / "test").mkdir()
    with override_settings(TEMPLATES=[{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]):
        yield tmp_path / "test"


def enter(folder: Path, code: str = "test.invitation", text: str = LETTER, **more: Any) -> messages.MessageKind:
    (folder / f"{code}.txt").write_text(text, encoding="utf-8")
    return messages.kind(
        code, "Inbjudan", template=f"test/{code}.txt", sample=lambda: {"name": "Åsa & <b>Örjan</b>"}, **more
    )


def test_what_could_not_be_sent_is_shown_without_text_or_receiver(admin: Client, dead: OutboxMessage) -> None:
    page = admin.get(PAGE).content.decode()
    assert "Mottagarens adress godtogs inte (550)." in page
    assert "12 försök" in page
    for hidden in (dead.address, dead.subject, "Hej Åsa", "anna"):
        assert hidden not in page


def test_the_page_does_not_even_fetch_what_it_must_not_show(admin: Client, dead: OutboxMessage) -> None:
    with CaptureQueriesContext(connection) as asked:
        admin.get(PAGE)
    about = [query["sql"] for query in asked if "core_outboxmessage" in query["sql"]]
    assert about
    assert not [sql for sql in about if re.search(r'"(address|subject|text|unsubscribe_url)"', sql.split("FROM")[0])]


def test_it_is_sent_again_with_one_press_and_the_second_one_is_told(admin: Client, dead: OutboxMessage) -> None:
    url = reverse("desk:message_send_again", args=[dead.pk])
    response = admin.post(url, follow=True)
    assert "Meddelandet skickas igen." in response.content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.n_tries) == ("WAITING", 0)
    assert admin.post(url).status_code == 409
    assert AuditEntry.objects.get(verb="core.message_sent_again").municipality_code == "1488"


def test_one_that_is_given_up_is_emptied(admin: Client, dead: OutboxMessage) -> None:
    response = admin.post(reverse("desk:message_give_up", args=[dead.pk]), follow=True)
    assert "Adress och text är borta." in response.content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.address, dead.text) == ("CANCELLED", "", "")


@pytest.mark.parametrize("act", ["desk:message_send_again", "desk:message_give_up"])
def test_a_link_to_an_act_does_nothing(admin: Client, dead: OutboxMessage, act: str) -> None:
    assert admin.get(reverse(act, args=[dead.pk])).status_code == 302
    dead.refresh_from_db()
    assert dead.state == "DEAD"


def test_another_towns_messages_are_not_there_but_those_of_no_town_are(admin: Client, db: None) -> None:
    for code in ("1480", ""):
        fault = f"Fel från {code or 'ingen'}."
        a_message(f"m:{code}", state="DEAD", finished_at=NOW, municipality_code=code, fault=fault)
    page = admin.get(PAGE).content.decode()
    assert "Fel från ingen." in page
    assert "Fel från 1480." not in page
    other = OutboxMessage.objects.get(key="m:1480")
    assert admin.post(reverse("desk:message_give_up", args=[other.pk])).status_code == 404
    assert admin.post(reverse("desk:message_give_up", args=[10**6])).status_code == 404
    other.refresh_from_db()
    assert other.state == "DEAD"


def test_a_delayed_one_is_shown_with_its_next_try(admin: Client) -> None:
    now = clock.now()
    a_message("m:ny", due_at=now, fault="")
    a_message("m:sen", due_at=now - timedelta(minutes=6), n_tries=1)
    a_message("m:fel", due_at=now + timedelta(hours=1), fault="E-postservern svarar inte.", n_tries=3)
    page = admin.get(PAGE).content.decode()
    assert "E-postservern svarar inte." in page
    assert page.count("Nästa försök") == 2


def test_the_overview_tells_of_workers_jobs_and_messages(admin: Client, dead: OutboxMessage) -> None:
    worker.beat(now=clock.now(), name="worker:servern-17")
    worker.beat(now=clock.now() - timedelta(minutes=2), name="worker:gammal-3")
    schedule.make_rows(now=clock.now())
    ScheduledJob.objects.filter(name="core.live_events").update(n_failures=3, fault="OperationalError")
    page = " ".join(admin.get("/arbete/drift/").content.decode().split())
    assert "servern-17" in page
    assert "Har tystnat." in page
    assert "Har misslyckats 3 gånger i rad (OperationalError)." in page
    assert "Ett meddelande gick inte att skicka." in page


def test_the_overview_says_what_to_start_when_nothing_works(admin: Client) -> None:
    page = admin.get("/arbete/drift/").content.decode()
    assert "Starta ”samsyn worker”." in page
    assert "Inget är inplanerat än." in page


@pytest.mark.parametrize(("role", "seen"), [(Role.ADMINISTRATOR, True), (Role.STRATEGIST, False)])
def test_the_menu_leads_there_for_those_it_concerns(
    db: None, signed_in: Callable[[User], Client], role: Role, seen: bool
) -> None:
    page = signed_in(factories.person(role)).get("/arbete/aret/").content.decode()
    assert ('href="/arbete/drift/"' in page) is seen


# --- how messages look ----------------------------------------------------------------------------------


def test_every_kind_is_shown_in_every_language_with_its_example(admin: Client, kinds: Path) -> None:
    enter(kinds)
    enter(kinds, "test.code", "Din kod är 4711.\n", channel=Channel.SMS)
    page = admin.get(PAGE + "forhandsvisning/").content.decode()
    assert page.count("Hej Åsa &amp; &lt;b&gt;Örjan&lt;/b&gt;!") == len(settings.LANGUAGES)
    assert page.count("Din kod är 4711.") == len(settings.LANGUAGES)
    assert page.count("Välkommen till Samsyn") == len(settings.LANGUAGES)


def test_without_any_kind_the_preview_says_so(admin: Client, kinds: Path) -> None:
    assert "Inga slag av meddelanden än" in admin.get(PAGE + "forhandsvisning/").content.decode()


def test_the_letters_are_kept_as_long_as_the_page_says(admin: Client) -> None:
    assert f"efter {handling.KEEP_DEAD.days} dagar" in admin.get(PAGE).content.decode()
