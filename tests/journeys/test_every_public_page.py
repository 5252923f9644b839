"""Every page a resident can reach by links: it answers, fits a phone, passes axe and needs no JavaScript."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Page

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.site import Site
from tests.journeys.watching import axe, sideways

MOST_PAGES = 600
STARTS = ("/", "/en/")
LANGUAGES = ("sv", "en")


class _Links(HTMLParser):
    """Gathers the addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag in {"a", "link"} and href:
            self.found.append(href)


class Crawl:
    """All addresses within the site that can be reached from its start pages, with the answer of each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.status: dict[str, int] = {}
        self.linked_from: dict[str, str] = {}
        self.pages: list[str] = []
        waiting = list(STARTS)
        self.linked_from.update(dict.fromkeys(STARTS, "outside"))
        while waiting and len(self.status) < MOST_PAGES:
            path = waiting.pop(0)
            for link in self._visit(path):
                if link not in self.linked_from:
                    self.linked_from[link] = path
                    waiting.append(link)
        self.is_whole = not waiting

    def _visit(self, path: str) -> list[str]:
        try:
            with urllib.request.urlopen(self.site.url + path, timeout=30) as answer:
                self.status[path] = answer.status
                landed = urlsplit(answer.url).path
                body = answer.read() if answer.headers.get_content_type() == "text/html" else b""
        except urllib.error.HTTPError as fault:
            self.status[path] = fault.code
            return []
        if not body or landed.startswith("/static/"):
            return []
        self.pages.append(path)
        links = _Links()
        links.feed(body.decode("utf-8"))
        within = []
        for href in links.found:
            url = urldefrag(urljoin(self.site.url + path, href)).url
            if url.startswith(self.site.url + "/"):
                within.append(url.removeprefix(self.site.url))
        return within

    def samples(self, language: str) -> list[str]:
        """Return a few pages of each kind in a language, by the name of the view that answers."""
        kinds: dict[str, list[str]] = defaultdict(list)
        for path in self.pages:
            bare = urlsplit(path).path
            if bare.startswith("/en/") != (language == "en"):
                continue
            with translation.override(language):
                try:
                    kinds[resolve(bare).view_name].append(path)
                except Resolver404:
                    kinds[bare].append(path)
        # Pages of one kind share their template. The first met is what most people see, the last lies deep.
        return [path for found in kinds.values() for path in dict.fromkeys([found[0], found[-1]])]


@pytest.fixture(scope="module")
def crawl(site: Site) -> Crawl:
    return Crawl(site)


def test_every_link_leads_to_a_page_that_answers(crawl: Crawl) -> None:
    broken = [
        f"{status} {path}, linked from {crawl.linked_from[path]}"
        for path, status in crawl.status.items()
        if status != 200
    ]
    assert not broken, "\n".join(broken)
    assert crawl.is_whole, f"More than {MOST_PAGES} pages: is something endless linked?"
    assert len(crawl.pages) > len(LANGUAGES), "The start pages link to nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_phone_and_passes_axe_in_light_and_dark(
    crawl: Crawl, open_page: Callable[..., Page], language: str
) -> None:
    page = open_page(viewport=PHONE)
    faults = []
    for path in crawl.samples(language):
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        faults += [f"{path}, light, phone: {fault}" for fault in axe(page)]
        faults += [f"{path}: {fault}" for fault in [sideways(page)] if fault]
        page.set_viewport_size({"width": 320, "height": 640})
        faults += [f"{path}: {fault}" for fault in [sideways(page)] if fault]
        page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
        page.emulate_media(color_scheme="dark")
        faults += [f"{path}, dark, desktop: {fault}" for fault in axe(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_the_same_without_javascript(
    crawl: Crawl, phone: Page, without_javascript: Page, language: str
) -> None:
    faults = []
    for path in crawl.samples(language):
        headings = []
        for page in (phone, without_javascript):
            page.goto(path)
            headings.append(page.locator("main").get_by_role("heading").all_inner_texts())
        if headings[0] != headings[1] or not headings[1]:
            faults.append(f"{path}: headings {headings[0]} with JavaScript, {headings[1]} without")
        if not without_javascript.locator("main").inner_text().strip():
            faults.append(f"{path}: empty without JavaScript")
    assert not faults, "\n".join(faults)


def test_visitors_who_never_finish_sending_do_not_stop_the_others(site: Site) -> None:
    address = urlsplit(site.url)
    slow = []
    for _visitor in range(6):
        connection = socket.create_connection((address.hostname or "localhost", address.port or 80), timeout=5)
        connection.sendall(
            b"POST /konto/logga-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 100\r\n\r\nemail="
        )
        slow.append(connection)
    try:
        with urllib.request.urlopen(f"{site.url}/loften/", timeout=5) as answer:
            assert answer.status == 200
    finally:
        for connection in slow:
            connection.close()
