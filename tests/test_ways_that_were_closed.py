"""Ways in, and ways to harm, that somebody once found: each is tried as it was found, and must stay closed."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from samsyn.accounts import links, services, sessions
from samsyn.accounts.enums import LinkPurpose
from samsyn.accounts.models import OneTimeLink, User
from samsyn.accounts.tests.conftest import give_role, is_in, link_in, mails, try_sign_in
from samsyn.accounts.views import mailed_links
from samsyn.core import clock
from samsyn.core.errors import DomainError
from samsyn.core.importing import jobs
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.reading import open_source, read_table
from samsyn.core.importing.result import ImportResult
from samsyn.core.models import AuditEntry, ImportJob, Photo
from samsyn.observations.models import Observation
from samsyn.organisations.models import Membership, Municipality, Organisation
from samsyn.organisations.services import first_run, partners, people
from samsyn.places.importers.areas import FieldFault, parse_feature

pytestmark = pytest.mark.django_db
PASSWORD, OTHER = "en-egen-lång-fras-1", "en-annan-lång-fras-2"


def _town(code: str, slug: str) -> tuple[Municipality, Organisation]:
    town = Municipality.objects.create(code=code, name=slug.capitalize(), slug=slug, official_name=slug.capitalize())
    return town, town.organisations.create(key="kommunen", kind="MUNICIPALITY", name=town.official_name)


@pytest.fixture
def ours() -> tuple[Municipality, Organisation]:
    return _town("1488", "trollhattan")


@pytest.fixture
def theirs() -> tuple[Municipality, Organisation]:
    return _town("1480", "goteborg")


def _person(organisation: Organisation, role: str, name: str, password: str | None = PASSWORD) -> User:
    user = User.objects.create_user(f"{name}@example.org", password, name=name)
    give_role(user, organisation, role)
    return user


def _open_invitations(user: User) -> int:
    return OneTimeLink.objects.filter(user=user, purpose="INVITATION", used_at=None).count()


class TestInvitations:
    """An invitation signs in without a second step, so none may be open once there is a password."""

    def test_the_setup_link_closes_the_mailed_one(self, ours: tuple[Municipality, Organisation]) -> None:
        token = first_run.make_link(municipality=ours[0], now=clock.now())
        user = first_run.use_link(
            municipality=ours[0], token=token, email="chef@example.org", name="Chef", password=PASSWORD, now=clock.now()
        )
        assert _open_invitations(user) == 0
        evil = Client()
        for mail in mails("accounts.invitation"):
            evil.post(link_in(mail), {"name": "Chef", "password": OTHER})
        assert not is_in(evil)

    def test_a_reset_and_a_new_address_close_them(self, ours: tuple[Municipality, Organisation]) -> None:
        town, own = ours
        admin = _person(own, "ADMINISTRATOR", "admin")
        people.invite(
            municipality=town, email="ny@example.org", name="Ny", place=people.Place(own, "STRATEGIST"), by=admin,
            language="sv", now=clock.now(),
        )  # fmt: skip
        user = User.objects.get(email="ny@example.org")
        _link, token = links.make(user, LinkPurpose.RESET, now=clock.now())
        services.reset_password(token=token, password=PASSWORD, now=clock.now())
        assert _open_invitations(user) == 0

    def test_one_that_is_left_over_lets_nobody_in(self, ours: tuple[Municipality, Organisation]) -> None:
        user = _person(ours[1], "STRATEGIST", "alice")
        _link, token = links.make(user, LinkPurpose.INVITATION, now=clock.now(), invited_to="Trollhättan")
        with pytest.raises(links.LinkNotOpen):
            services.accept_invitation(token=token, name="x", password=OTHER, now=clock.now())
        assert user.check_password(PASSWORD)


class TestSetupLinks:
    def test_one_towns_link_takes_over_nobody_elsewhere(
        self, ours: tuple[Municipality, Organisation], theirs: tuple[Municipality, Organisation]
    ) -> None:
        victim = _person(ours[1], "ADMINISTRATOR", "sso", password=None)
        SocialAccount.objects.create(user=victim, provider="sso", uid="42")
        token = first_run.make_link(municipality=theirs[0], now=clock.now())
        with pytest.raises(DomainError, match="har redan ett konto"):
            first_run.use_link(
                municipality=theirs[0], token=token, email=victim.email, name="x", password=OTHER, now=clock.now()
            )
        victim.refresh_from_db()
        assert not victim.has_usable_password()

    def test_one_for_somebody_ends_when_they_have_chosen_a_password(
        self, ours: tuple[Municipality, Organisation]
    ) -> None:
        user = people.make_administrator(municipality=ours[0], email="adm@example.org", name="A", now=clock.now())
        token = first_run.make_link(municipality=ours[0], user=user, now=clock.now())
        browser = Client()
        browser.post(link_in(mails("accounts.invitation")[-1]), {"name": "A", "password": PASSWORD})
        assert is_in(browser)
        with pytest.raises(DomainError):
            first_run.use_link(
                municipality=ours[0], token=token, email="", name="", password=OTHER, now=clock.now()
            )
        assert is_in(browser)


def test_a_town_neither_reads_nor_erases_somebody_who_works_in_another(
    ours: tuple[Municipality, Organisation], theirs: tuple[Municipality, Organisation], settings: Any
) -> None:
    settings.SAMSYN_TOWNS = "path"
    bob = _person(ours[1], "ADMINISTRATOR", "bob")
    mallory = _person(theirs[1], "ADMINISTRATOR", "mallory")
    people.invite(
        municipality=theirs[0], email=bob.email, name="x", place=people.Place(theirs[1], "STEERING_GROUP"), by=mallory,
        language="sv", now=clock.now(),
    )  # fmt: skip
    browser = Client()
    browser.force_login(mallory)
    assert browser.get(f"/goteborg/arbete/personer/{bob.pk}/uppgifter/?format=json").status_code == 409
    assert browser.post(f"/goteborg/arbete/personer/{bob.pk}/radera/").status_code == 409
    bob.refresh_from_db()
    assert (bob.is_active, bob.memberships.count()) == (True, 2)
    assert not AuditEntry.objects.filter(verb="desk.person_erased").exists()


def test_new_session_keys_give_no_new_guesses(ours: tuple[Municipality, Organisation]) -> None:
    alice = _person(ours[1], "STRATEGIST", "alice")
    browser = Client()
    looked_at = 0
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        try_sign_in(browser, alice.email, PASSWORD)
        for number in range(30):
            answer = browser.post("/konto/bekrafta/", {"password": f"fel-{number}", "next": ""})
            if answer.status_code == 429:
                browser.post("/konto/inloggningar/avsluta-ovriga/")
            looked_at += answer.status_code == 400
    assert 0 < looked_at <= 10


def test_a_sign_in_ends_twelve_hours_after_it_began_however_much_it_is_used(
    ours: tuple[Municipality, Organisation],
) -> None:
    alice = _person(ours[1], "STRATEGIST", "alice")
    start, browser = clock.now().replace(minute=5), Client()
    with time_machine.travel(start, tick=False):
        try_sign_in(browser, alice.email, PASSWORD)
    seen = {}
    for hours in (1, 6, 11, 13):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            seen[hours] = is_in(browser)
    assert seen == {1: True, 6: True, 11: True, 13: False}


def _left(key: uuid.UUID, code: str, content: bytes, by: User) -> ImportJob:
    return jobs.leave(
        key=key, kind="buildings", name="hus.csv", chunks=[content], options={}, municipality_code=code, by=by,
        now=clock.now(),
    )  # fmt: skip


def test_a_file_that_was_tried_is_the_one_that_is_read_in(ours: tuple[Municipality, Organisation]) -> None:
    analyst, key = _person(ours[1], "ANALYST", "analys"), uuid.uuid4()
    job = _left(key, "1488", b"id;namn\n1;Hus\n", analyst)
    jobs.run(job, now=clock.now())
    with pytest.raises(Unreadable):
        _left(key, "1480", b"id;namn\n9;Ondska\n", analyst)
    jobs.path_of(job).write_bytes(b"id;namn\n9;Ondska\n")  # by whatever way
    job.refresh_from_db()
    jobs.ask_to_load(job=job, good_rows_only=False, by=analyst, now=clock.now())
    job.refresh_from_db()
    jobs.run(job, now=clock.now())
    job.refresh_from_db()
    assert "inte den som lämnades" in json.dumps(job.result, ensure_ascii=False)
    assert job.state != "LOADED"


def test_a_cell_far_out_does_not_make_every_row_as_wide() -> None:
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Blad1").append(["id", "namn"])
    packed = io.BytesIO()
    book.save(packed)
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 50))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>' + rows + "</sheetData></worksheet>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    table = read_table(open_source("hus.xlsx", out.getvalue()), ImportResult(), {})
    assert max(len(row) for row in table.rows) <= 201


def test_a_form_that_is_sent_again_with_other_words_is_not_called_saved(
    ours: tuple[Municipality, Organisation],
) -> None:
    browser = Client()
    browser.force_login(_person(ours[1], "ANALYST", "analys"))
    fields = {"client_key": str(uuid.uuid4()), "category": "ovrigt", "day": "2026-11-20", "certainty": "NOT_STATED"}
    first = browser.post("/arbete/observationer/ny/", {**fields, "what": "Trasig lampa vid torget"}, follow=True)
    assert "Observationen är sparad" in first.content.decode()
    again = browser.post("/arbete/observationer/ny/", {**fields, "what": "Klotter på skolan"}, follow=True)
    assert "Observationen är sparad" not in again.content.decode()
    assert "redan sparat med andra ord" in again.content.decode()
    assert list(Observation.objects.values_list("what", flat=True)) == ["Trasig lampa vid torget"]


def test_the_api_keeps_towns_apart_and_staffs_answers_out_of_caches(
    ours: tuple[Municipality, Organisation], theirs: tuple[Municipality, Organisation], settings: Any
) -> None:
    settings.SAMSYN_TOWNS = "path"
    analyst = _person(ours[1], "ANALYST", "analys")
    Membership.objects.create(user=analyst, organisation=theirs[1], role="ANALYST")
    browser = Client()
    browser.force_login(analyst)
    assert "no-store" in browser.get("/trollhattan/api/v1/observations")["Cache-Control"]
    body = {"source_class": "STAFF", "what": "Trasig lampa", "happened_at": "2026-11-20T12:00:00+01:00"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for slug in ("trollhattan", "goteborg", "trollhattan"):
        answer = browser.post(
            f"/{slug}/api/v1/observations", json.dumps(body), content_type="application/json", headers=key
        )
        assert answer.status_code == 201, answer.content
    assert Observation.objects.count() == 2


def test_a_made_up_session_takes_no_place_from_those_who_send_files(ours: tuple[Municipality, Organisation]) -> None:
    browser = Client()
    browser.session.save()  # a visitor's, in which nobody is signed in
    visitor = browser.session.session_key
    browser.force_login(_person(ours[1], "ANALYST", "analys"))
    assert sessions.is_somebodys(str(browser.session.session_key))
    assert not sessions.is_somebodys(str(visitor))
    assert not sessions.is_somebodys("a" * 32)


def test_a_role_that_begins_later_keeps_its_kind_of_organisation(ours: tuple[Municipality, Organisation]) -> None:
    admin = _person(ours[1], "ADMINISTRATOR", "admin")
    police = ours[0].organisations.create(key="polisen", kind="POLICE", name="Polisen")
    later = clock.today() + timedelta(days=30)
    officer = _person(police, "POLICE_OFFICER", "polis")
    officer.memberships.update(from_date=later)
    data = {"name": "Polisen", "kind": "ASSOCIATION", "contact_function": ""}
    with pytest.raises(DomainError, match="Personer har roller här"):
        partners.save_organisation(municipality=ours[0], organisation=police, data=data, by=admin, now=clock.now())


def test_a_picture_is_not_shown_before_the_second_step(
    ours: tuple[Municipality, Organisation], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    browser.force_login(_person(ours[1], "ANALYST", "analys"))
    asked: list[bool] = []

    def can_see(user: Any, photo: Any) -> bool:
        asked.append(user.is_authenticated)
        return False

    monkeypatch.setattr("samsyn.core.photos.can_see", can_see)
    Photo.objects.create(
        name="a" * 32, municipality_code="1488", width_px=1, height_px=1, n_bytes=1, stored_at=clock.now()
    )
    browser.get("/bilder/" + "a" * 32 + "/")
    settings.SAMSYN_SECOND_STEP_ROLES = ["ANALYST"]
    browser.get("/bilder/" + "a" * 32 + "/")
    assert asked == [True, False]


def test_how_long_the_answer_takes_tells_nothing_of_an_address(ours: tuple[Municipality, Organisation]) -> None:
    _person(ours[1], "ANALYST", "analys")

    def seconds(email: str) -> float:
        began = time.perf_counter()
        assert Client().post("/konto/glomt-losenord/", {"email": email}).status_code == 200
        return time.perf_counter() - began

    # No matter what the work takes, neither is answered before the time that both are given.
    assert min(seconds("analys@example.org"), seconds("ingen@example.org")) >= mailed_links._SAME_TIME_S


def test_a_code_of_scbs_says_itself_to_which_municipality_it_belongs() -> None:
    square = [[[12.0, 58.0], [12.1, 58.0], [12.1, 58.1], [12.0, 58.1], [12.0, 58.0]]]
    feature = {
        "properties": {"desokod": "1480A0010", "kommunkod": "1488", "namn": "En ruta"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    with pytest.raises(FieldFault, match="hör till kommunen 1480, inte 1488"):
        parse_feature(feature, level=None, source="")
