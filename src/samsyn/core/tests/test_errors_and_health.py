"""What is answered when something goes wrong, and how the installation tells that it is well."""

import logging
import sqlite3
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from samsyn.core import checks, clock, views, worker
from samsyn.core.errors import Conflict, DomainError, NotAllowed, NotFound, TooMany

SECRET = "namnet-på-en-tabell"  # something that no page may show
FAULTS: dict[str, Exception] = {
    "not-found": NotFound("Dokumentet finns inte."),
    "not-allowed": NotAllowed("Be strategen om hjälp."),
    "conflict": Conflict("Någon annan sparade."),
    "too-many": TooMany("Vänta en stund."),
    "domain": DomainError("Skriv ett datum."),
    "crash": RuntimeError(SECRET),
    "database": OperationalError(SECRET),
    "denied": PermissionDenied(SECRET),
    "bad": BadRequest(SECRET),
}


def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


# The house's own addresses and one more; named, not imported, for they lie above.
urlpatterns = [*import_module(settings.ROOT_URLCONF).urlpatterns, path("fel/<slug:name>/", fail)]
handler400, handler403 = views.bad_request, views.permission_denied
handler404, handler500 = views.page_not_found, views.server_error


@pytest.fixture
def browser(db: None) -> Any:
    apps.get_model("organisations", "Municipality").objects.create(code="1488", name="Trollhättan", slug="trollhattan")
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("not-found", 404, "Dokumentet finns inte."),
        ("not-allowed", 403, "Be strategen om hjälp."),
        ("conflict", 409, "Någon annan sparade."),
        ("too-many", 429, "Vänta en stund."),
        ("domain", 400, "Skriv ett datum."),
        ("crash", 500, "Något gick fel hos oss"),
        ("database", 503, "Det gick inte just nu"),
        ("denied", 403, "Du får inte göra det här"),
        ("bad", 400, "Gå tillbaka och försök igen."),
    ],
)
def test_every_fault_has_a_page_in_words(browser: Client, name: str, status: int, words: str) -> None:
    response = browser.get(f"/fel/{name}/")
    assert response.status_code == status
    assert words in response.content.decode()
    assert SECRET not in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["not-found", "domain", "conflict"])
def test_an_expected_fault_is_not_logged_as_an_error(
    browser: Client, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser.get(f"/fel/{name}/")
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def test_a_crash_shows_a_reference_that_stands_in_the_log(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    body = browser.get("/fel/crash/").content.decode()
    (record,) = [r for r in caplog.records if r.name == "samsyn.core.views"]
    reference = str(record.args[0]) if isinstance(record.args, tuple) else ""
    assert len(reference) == 8
    assert reference in body
    assert record.exc_info
    for trace in ("Traceback", "RuntimeError", "test_errors_and_health", ".py"):
        assert trace not in body


def test_each_crash_has_a_reference_of_its_own(browser: Client) -> None:
    assert browser.get("/fel/crash/").content != browser.get("/fel/crash/").content


def test_a_page_that_is_not_there_answers_in_words(browser: Client) -> None:
    response = browser.get("/finns-inte/alls/")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()


def test_errors_come_in_the_readers_language(browser: Client) -> None:
    assert '<html lang="en"' in browser.get("/en/finns-inte/").content.decode()


def _break_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError(SECRET)

    monkeypatch.setattr(connection, "cursor", broken)


def test_with_the_database_down_there_is_still_a_page(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        _break_the_database(broken)
        response = browser.get("/loften/")
    body = response.content.decode()
    assert response.status_code == 503
    assert "Det gick inte just nu" in body
    assert "Referensnummer" in body
    assert SECRET not in body


def test_a_database_that_refuses_before_the_view_is_told_of_as_one_that_refuses_in_it(
    browser: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError(SECRET)

    # No middleware's process_exception hears of what another one raises.
    monkeypatch.setattr("samsyn.accounts.middleware.SignedInMiddleware.process_view", refused)
    answer = browser.post("/arbete/")
    body = answer.content.decode()
    assert answer.status_code == 503
    assert "Inget är sparat." in body
    assert SECRET not in body
    (record,) = [r for r in caplog.records if r.name == "samsyn.core.views"]
    assert str(getattr(record, "reference", None)) in body


def test_without_any_town_the_page_says_what_to_run(db: None) -> None:
    response = Client().get("/")
    assert response.status_code == 404
    assert "samsyn setup" in response.content.decode()


def test_a_form_open_too_long_says_what_to_do() -> None:
    response = views.csrf_failed(RequestFactory().post("/konto/logga-in/"))
    assert response.status_code == 403
    assert "öppen för länge" in response.content.decode()


# --- is it well? ----------------------------------------------------------------------------------------


def _health() -> tuple[int, list[str]]:
    response = Client().get("/healthz")
    assert response["Cache-Control"] == "no-store"
    assert response.json()["ok"] == (response.status_code == 200)
    return response.status_code, response.json()["faults"]


@pytest.mark.django_db
def test_it_is_well_when_the_worker_has_just_beaten() -> None:
    worker.tick(now=clock.now())
    assert _health() == (200, [])


@pytest.mark.django_db
def test_it_is_not_well_before_the_worker_has_started() -> None:
    assert _health() == (503, ["bakgrundsarbetet har inte startat"])


@pytest.mark.django_db
def test_it_is_not_well_when_the_worker_has_gone_quiet() -> None:
    worker.tick(now=clock.now() - timedelta(seconds=31))
    status, (fault,) = _health()
    assert status == 503
    assert fault.startswith("bakgrundsarbetet har varit tyst sedan ")


@pytest.mark.django_db
def test_it_is_not_well_when_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        _break_the_database(broken)
        health = _health()
    assert health == (503, ["databasen svarar inte"])


# --- the database library -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_bundled_sqlite_is_a_safe_one() -> None:
    if connection.vendor == "sqlite":
        assert checks.sqlite_faults() == []


@pytest.mark.django_db
def test_too_old_a_sqlite_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 46, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.46.1")
    (fault,) = checks.sqlite_faults()
    assert fault.startswith("SQLite 3.46.1 kan skada databasen.")
    assert "3.51.3" in fault
    assert checks.check_sqlite(databases=["default"]) == [Error(fault, id="samsyn.E001")]
    assert checks.check_sqlite(databases=None) == []


@pytest.mark.django_db
def test_a_database_that_does_not_wait_its_turn_is_named() -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 100")
        try:
            assert checks.sqlite_faults() == ["SQLite-inställningen busy_timeout ska vara minst 5000 millisekunder."]
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")


@pytest.mark.django_db
def test_a_transaction_mode_that_fails_when_busy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    assert "Databasens transaction_mode ska vara IMMEDIATE." in checks.sqlite_faults()
