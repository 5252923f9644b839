"""Several municipalities in one installation: each at its own addresses, and nothing of one on another's pages."""

from __future__ import annotations

import io
import re
from importlib import import_module
from typing import Any

import pikepdf
import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import get_script_prefix, reverse

from samsyn.commitments.models import CommitmentDocument
from samsyn.commitments.tests.test_pdf import drawn
from samsyn.organisations import towns
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality
from samsyn.public.tests.two_towns import HOSTS, WORD, Address, make_town, staff

# Feeds and documents say when they were made.
_MADE_AT = re.compile(rb"<lastBuildDate>.*?</lastBuildDate>|/(?:CreationDate|ModDate|ID).*|<xmp:.*?Date>.*?</")
STAFF_ROLES = (Role.STRATEGIST, Role.ADMINISTRATOR, Role.PAGE_EDITOR)


@pytest.fixture
def ours(db: None) -> Municipality:
    make_town("1480", "Göteborg", "goteborg", word=WORD)
    return make_town("1488", "Trollhättan", "trollhattan", word="")


@pytest.fixture(params=["path", "host"])
def mode(request: pytest.FixtureRequest, settings: LazySettings, ours: Municipality) -> str:
    _use(settings, request.param)
    return str(request.param)


def _use(settings: LazySettings, mode: str) -> None:
    settings.SAMSYN_TOWNS, settings.SAMSYN_TOWN = mode, ""
    # Named, not imported: the settings lie above these pages.
    settings.ALLOWED_HOSTS = import_module("samsyn.config.hosts").TownHosts(["testserver"])
    towns.forget_hosts()


def _address(mode: str, code: str = "1488") -> Address:
    if mode == "path":
        return Address("testserver", "/" + Municipality.objects.get(code=code).slug)
    return Address(HOSTS[code], "")


def _text(answer: Any) -> str:
    if answer["Content-Type"] != "application/pdf":
        return str(answer.content.decode(errors="replace"))
    with pikepdf.open(io.BytesIO(answer.content)) as found:
        return drawn(found) + str(found.docinfo)


def _walked(address: Address, browser: Client, *starts: str) -> dict[str, Any]:
    pages = dict(address.walk(browser, *starts))
    broken = {path: answer.status_code for path, answer in pages.items() if answer.status_code >= 400}
    assert not broken
    return pages


def test_no_public_page_holds_a_word_of_the_other_town(mode: str) -> None:
    address = _address(mode)
    pages = _walked(address, address.client(), "/", "/en/", "/sok/?q=medborgar", "/sok/?q=centrum", "/sok/?q=lampor")
    assert len(pages) > 40
    assert [path for path, answer in pages.items() if WORD in _text(answer).casefold()] == []
    kinds = {answer["Content-Type"].split(";")[0] for answer in pages.values()}
    assert {"text/html", "application/pdf", "application/rss+xml", "application/json", "text/csv"} <= kinds


def test_no_staff_page_holds_a_word_of_the_other_town(mode: str, ours: Municipality) -> None:
    address = _address(mode)
    browser = address.client(staff(ours, *STAFF_ROLES))
    pages = _walked(address, browser, "/arbete/", "/en/arbete/")
    # The word of the other town is its strategist's name, too: lists of people must not hold it.
    assert [path for path, answer in pages.items() if WORD in _text(answer).casefold()] == []
    assert any("/arbete/dokument/" in path for path in pages)


def test_the_word_is_found_in_its_own_town(mode: str) -> None:
    address = _address(mode, "1480")
    pages = _walked(address, address.client(), "/")
    with_word = {path for path, answer in pages.items() if WORD in _text(answer).casefold()}
    assert len(with_word) > 15
    assert {path.rsplit(".")[-1] for path in with_word} >= {"pdf", "xml", "json"}


def test_somebody_from_another_town_sees_what_the_public_sees(mode: str) -> None:
    here = _address(mode, "1480")
    visitor = staff(Municipality.objects.get(code="1488"), *STAFF_ROLES)
    signed_in, stranger = here.client(visitor), here.client()
    public = _walked(here, stranger, "/")
    for path in public:
        if "/arbete/" in path or "/konto/" in path:
            continue
        seen, public_one = (_MADE_AT.sub(b"", browser.get(path).content) for browser in (signed_in, stranger))
        assert seen == public_one, path
    document = CommitmentDocument.objects.get(municipality__code="1480")
    for path, answer in (
        ("/arbete/aret/", 403),
        ("/arbete/dokument/", 403),
        (f"/arbete/dokument/{document.key}/", 404),
        (f"/arbete/dokument/{document.key}/rad/utfall/utkast/", 404),
    ):
        assert signed_in.get(here.prefix + path).status_code == answer, path


def test_what_belongs_to_one_town_is_not_at_the_others_address(mode: str) -> None:
    address = _address(mode)
    for path in (f"/loften/lofte-{WORD}/", f"/dialoger/dialog-{WORD}/", "/omraden/1480R001/"):
        assert address.client().get(address.prefix + path).status_code == 404, path


def test_two_documents_may_have_one_key(mode: str) -> None:
    CommitmentDocument.objects.update(key="samma")
    for code, has_word in (("1488", False), ("1480", True)):
        address = _address(mode, code)
        page = address.client().get(f"{address.prefix}/loften/samma/").content.decode()
        assert (WORD in page) is has_word


def test_a_town_is_asked_for_once_a_request(mode: str, django_assert_max_num_queries: Any) -> None:
    address = _address(mode)
    browser = address.client()
    browser.get(f"{address.prefix}/tillganglighet/")
    # The municipality, and who reviewed the page.
    with django_assert_max_num_queries(2):
        browser.get(f"{address.prefix}/tillganglighet/")


def test_the_way_through_the_sign_in_stays_in_the_town(mode: str, ours: Municipality) -> None:
    address = _address(mode)
    user = staff(ours, Role.STRATEGIST)
    browser = address.client()
    answer = browser.get(f"{address.prefix}/arbete/dokument/")
    assert answer["Location"] == f"{address.prefix}/konto/logga-in/?next={address.prefix}/arbete/dokument/"
    answer = browser.post(
        f"{address.prefix}/konto/logga-in/",
        {"email": user.email, "password": "en-lång-fras", "next": f"{address.prefix}/arbete/dokument/"},
    )
    assert answer["Location"] == f"{address.prefix}/arbete/dokument/"


def test_cookies_are_for_the_whole_site_and_for_no_other_host(mode: str, ours: Municipality) -> None:
    address = _address(mode)
    user = staff(ours, Role.STRATEGIST)
    browser = address.client()
    browser.get(f"{address.prefix}/konto/logga-in/")
    browser.post(f"{address.prefix}/konto/logga-in/", {"email": user.email, "password": "en-lång-fras"})
    assert {"sessionid", "csrftoken"} <= set(browser.cookies)
    for cookie in browser.cookies.values():
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""


def test_one_towns_cookie_opens_nothing_in_the_other(settings: LazySettings, ours: Municipality) -> None:
    _use(settings, "path")
    browser = _address("path").client(staff(ours, Role.STRATEGIST))
    assert browser.get("/trollhattan/arbete/aret/").status_code == 200
    assert browser.get("/goteborg/arbete/aret/").status_code == 403


def test_a_page_tells_its_address_in_the_other_language(mode: str) -> None:
    address = _address(mode)
    page = address.client().get(f"{address.prefix}/loften/?a=1").content.decode()
    assert f'href="{address.prefix}/en/loften/?a=1"' in page


def test_an_error_leads_home_within_the_town(mode: str) -> None:
    address = _address(mode)
    page = address.client().get(f"{address.prefix}/en/finns-inte/").content.decode()
    assert f'href="{address.prefix}/en/"' in page


class TestByPath:
    @pytest.fixture(autouse=True)
    def mode(self, settings: LazySettings, ours: Municipality) -> None:
        _use(settings, "path")

    def test_the_start_page_of_the_installation_lists_the_towns_in_alphabetical_order(self, client: Client) -> None:
        answer = client.get("/")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert page.index('href="/goteborg/"') < page.index('href="/trollhattan/"')
        assert 'href="tel:112"' in page
        assert WORD not in page

    def test_it_stands_in_english_too(self, client: Client) -> None:
        page = client.get("/en/").content.decode()
        assert 'lang="en"' in page
        assert 'href="/goteborg/en/"' in page

    @pytest.mark.parametrize("url", ["/loften/", "/finns-inte/", "/habo/loften/"])
    def test_an_address_without_a_town_does_not_exist(self, client: Client, url: str) -> None:
        assert client.get(url).status_code == 404

    def test_whoever_works_in_a_town_is_led_on_to_its_pages(self, client: Client, ours: Municipality) -> None:
        client.force_login(staff(ours, Role.STRATEGIST))
        answer = client.get("/arbete/aret/")
        assert answer.status_code == 200
        assert 'href="/trollhattan/arbete/"' in answer.content.decode()

    def test_the_end_of_the_towns_part_gets_its_slash(self, client: Client) -> None:
        answer = client.get("/trollhattan?q=1")
        assert (answer.status_code, answer["Location"]) == (301, "/trollhattan/?q=1")

    def test_a_slash_that_is_missing_is_put_within_the_town(self, client: Client) -> None:
        assert client.get("/trollhattan/loften")["Location"] == "/trollhattan/loften/"

    def test_what_is_the_installations_own_needs_no_town(self, client: Client) -> None:
        assert client.get("/healthz").status_code in (200, 503)
        assert client.get("/konto/logga-in/").status_code == 200

    def test_static_files_have_one_address(self, client: Client) -> None:
        assert 'href="/static/ui/css/tokens.css"' in client.get("/trollhattan/").content.decode()

    def test_the_towns_part_is_gone_for_the_next_request_of_the_thread(self, client: Client) -> None:
        client.get("/trollhattan/loften/")
        assert get_script_prefix() == "/"
        assert reverse("public:promises") == "/loften/"

    def test_a_town_whose_name_is_a_word_of_the_sites_own_is_not_reached_by_it(self, client: Client) -> None:
        Municipality.objects.filter(code="1480").update(slug="konto")
        assert client.get("/konto/logga-in/").status_code == 200


class TestByHost:
    @pytest.fixture(autouse=True)
    def mode(self, settings: LazySettings, ours: Municipality) -> None:
        _use(settings, "host")

    def test_a_host_that_is_nobodys_is_refused(self) -> None:
        assert Client(SERVER_NAME="ond.example.org").get("/").status_code == 400

    def test_the_installations_own_host_lists_the_towns_at_theirs(self, client: Client) -> None:
        answer = client.get("/", SERVER_PORT="8000")
        assert answer.status_code == 200
        assert 'href="http://goteborg.example.org:8000/"' in answer.content.decode()

    def test_capitals_and_a_last_full_stop_are_the_same_host(self) -> None:
        for name in ("Trollhattan.Example.ORG", "trollhattan.example.org."):
            assert "Trollhättan" in Client(SERVER_NAME=name).get("/").content.decode()

    def test_a_host_that_was_taken_away_shows_nothing_more_at_once(self) -> None:
        browser = Client(SERVER_NAME=HOSTS["1480"])
        assert browser.get("/loften/").status_code == 200
        Municipality.objects.get(code="1480").hosts.all().delete()
        assert browser.get("/loften/").status_code == 404

    def test_the_first_part_of_an_address_says_nothing(self) -> None:
        assert Client(SERVER_NAME=HOSTS["1488"]).get("/goteborg/loften/").status_code == 404


class TestOneAddress:
    def test_several_towns_are_told_to_whoever_installed_them(
        self, client: Client, settings: LazySettings, ours: Municipality
    ) -> None:
        settings.SAMSYN_TOWN = ""
        answer = client.get("/")
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "SAMSYN_TOWNS" in page
        assert "Göteborg" in page
        assert "/goteborg/" not in page
        assert WORD not in page

    def test_the_settings_may_choose_one_of_them(
        self, client: Client, settings: LazySettings, ours: Municipality
    ) -> None:
        settings.SAMSYN_TOWN = "1480"
        assert WORD in client.get("/").content.decode()

    def test_a_single_town_needs_no_choice(self, client: Client, settings: LazySettings, ours: Municipality) -> None:
        settings.SAMSYN_TOWN = ""
        Municipality.objects.filter(code="1480").delete()
        assert client.get("/").status_code == 200

    def test_before_any_is_entered_it_says_what_to_do(self, client: Client, db: None) -> None:
        answer = client.get("/")
        assert answer.status_code == 404
        assert "samsyn setup" in answer.content.decode()


