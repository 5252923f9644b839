"""From the terminal's link to a municipality in place."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.core.models import AuditEntry
from samsyn.organisations.enums import FirstRunStep, Role
from samsyn.organisations.models import FirstRun, Municipality, SetupLink
from samsyn.organisations.permissions import roles_of
from samsyn.organisations.services import first_run, people, set_up_municipality

pytestmark = pytest.mark.django_db
CHOSEN = {"name": "Anna Admin", "email": "Anna@habo.example", "password": "tre vanliga ord i rad"}


@pytest.fixture
def here() -> Municipality:
    return set_up_municipality(code="0305", name="Håbo")[0]


@pytest.fixture
def link(here: Municipality) -> str:
    return f"/arbete/kom-igang/lank/{first_run.make_link(municipality=here, now=clock.now())}/"


@pytest.fixture
def anna(here: Municipality, client: Client) -> User:
    user = people.make_administrator(municipality=here, email="anna@habo.example", name="Anna", now=clock.now())
    client.force_login(user)
    return user


class TestTheLink:
    def test_it_makes_the_first_administrator(self, here: Municipality, client: Client, link: str) -> None:
        assert client.get(link).status_code == 200
        answer = client.post(link, CHOSEN)
        assert answer["Location"] == "/konto/logga-in/?next=%2Farbete%2Fkom-igang%2F"
        user = User.objects.get(email="anna@habo.example")
        assert user.check_password(CHOSEN["password"])
        assert roles_of(user, here.pk) == {Role.ADMINISTRATOR}

    def test_it_works_once(self, client: Client, link: str) -> None:
        client.post(link, CHOSEN)
        assert client.get(link).status_code == 404
        assert client.post(link, {**CHOSEN, "email": "ond@example.org"}).status_code == 404
        assert User.objects.count() == 1

    def test_it_is_worth_nothing_once_there_is_an_administrator(self, client: Client, link: str, anna: User) -> None:
        assert client.get(link).status_code == 404

    def test_it_lasts_seven_days(self, client: Client, link: str) -> None:
        with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
            assert client.get(link).status_code == 404

    def test_a_new_one_makes_the_old_one_void(self, here: Municipality, client: Client, link: str) -> None:
        first_run.make_link(municipality=here, now=clock.now())
        assert client.get(link).status_code == 404

    def test_its_secret_is_stored_nowhere(self, link: str, client: Client) -> None:
        client.post(link, CHOSEN)
        token = link.split("/")[-2]
        assert token not in str(list(SetupLink.objects.values())) + str(list(AuditEntry.objects.values()))

    @pytest.mark.parametrize("password", ["", "kort", "password1234", "1234567890123", "anna@habo.example"])
    def test_a_weak_password_is_refused_and_the_link_stays(self, client: Client, link: str, password: str) -> None:
        answer = client.post(link, {**CHOSEN, "password": password})
        assert answer.status_code == 400
        assert not User.objects.exists()
        assert client.get(link).status_code == 200

    def test_it_takes_over_nobodys_account(self, client: Client, link: str) -> None:
        User.objects.create_user("anna@habo.example", "ett annat lösenord", name="Anna")
        assert client.post(link, CHOSEN).status_code == 409
        assert User.objects.get().check_password("ett annat lösenord")

    def test_guessing_is_limited(self, here: Municipality, client: Client) -> None:
        answers = [client.get(f"/arbete/kom-igang/lank/{n}/").status_code for n in range(21)]
        assert answers == [404] * 20 + [429]

    def test_another_towns_link_is_not_there(self, here: Municipality, client: Client, link: str) -> None:
        Municipality.objects.filter(pk=here.pk).update(code="0643")
        set_up_municipality(code="1488", name="Trollhättan")  # the one that the addresses are about
        assert client.get(link).status_code == 404


class TestTheGuide:
    def test_it_can_be_left_and_continued(self, client: Client, anna: User) -> None:
        assert client.get("/arbete/kom-igang/").content.decode().count("Inte gjort") == 6
        client.post("/arbete/kom-igang/namn/", {"part": "names", "name": "Håbo", "official_name": "Håbo kommun"})
        client.post("/arbete/kom-igang/omraden/", {"skip": "1"})
        page = client.get("/arbete/kom-igang/").content.decode()
        assert "2 av 6 steg är klara eller överhoppade." in page
        assert page.count("Inte gjort") == 4
        assert 'href="/arbete/kom-igang/tjanster/">Fortsätt' in page

    def test_each_step_leads_to_the_next(self, client: Client, anna: User) -> None:
        steps = list(FirstRunStep.values)
        for here, following in zip(steps, [*steps[1:], ""], strict=True):
            answer = client.post(f"/arbete/kom-igang/{here}/", {"next": "1"})
            assert answer["Location"] == f"/arbete/kom-igang/{following and following + '/'}"
        assert "Nu är kommunen på plats" in client.get("/arbete/kom-igang/").content.decode()
        assert FirstRun.objects.get().finished_at is not None
        assert AuditEntry.objects.filter(verb="organisations.first_run_finished").count() == 1

    def test_what_is_done_stays_done_when_skipped_later(self, client: Client, anna: User) -> None:
        client.post("/arbete/kom-igang/namn/", {"next": "1"})
        client.post("/arbete/kom-igang/namn/", {"skip": "1"})
        assert FirstRun.objects.get().steps == {"namn": "done"}

    def test_a_fault_is_told_in_its_step(self, client: Client, anna: User) -> None:
        answer = client.post("/arbete/kom-igang/namn/", {"part": "names", "name": "", "official_name": "Håbo kommun"})
        assert answer.status_code == 400
        assert "Fyll i fältet." in answer.content.decode()
        assert not FirstRun.objects.exists()

    def test_the_first_people_are_invited_in_it(self, here: Municipality, client: Client, anna: User) -> None:
        own = here.organisations.get()
        data = {"name": "Stina", "email": "stina@habo.example", "organisation": own.pk, "role": "STRATEGIST"}
        assert client.post("/arbete/kom-igang/personer/", data).status_code == 302
        assert "Stina" in client.get("/arbete/kom-igang/personer/").content.decode()


def test_steps_are_kept_as_plain_words(anna: User, here: Municipality) -> None:
    first_run.mark_step(
        municipality=here, step=FirstRunStep.NAMES, is_skipped=False, by=anna, now=clock.now()
    )
    assert json.dumps(FirstRun.objects.get().steps) == '{"namn": "done"}'
