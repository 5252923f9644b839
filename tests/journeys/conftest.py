"""Fixtures of the journeys: the served demo town, the browser, and pages of several kinds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.journeys.browser import find_browser
from tests.journeys.site import Site, loaded_demo, serve
from tests.journeys.watching import Watch

HERE = Path(__file__).parent
TIMEOUT_MS = 15_000
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
# A machine that does other work beside takes its time over a password; that is not a fault.
expect.set_options(timeout=TIMEOUT_MS)
ORDINARY: dict[str, Any] = {"viewport": PHONE, "locale": "sv-SE"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a journey."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo town in it, to copy; never served itself."""
    ours = tmp_path_factory.getbasetemp()
    # Under xdist each worker has a folder of its own below the run's.
    return loaded_demo(ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours)


@pytest.fixture(scope="session")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The served demo town, for journeys that change nothing in it."""
    served = serve(demo, tmp_path_factory.mktemp("site") / "data")
    yield served
    served.stop()


@pytest.fixture
def own_site(demo: Path, tmp_path: Path) -> Iterator[Site]:
    """A served demo town of one's own, for journeys that change things."""
    served = serve(demo, tmp_path / "data")
    yield served
    served.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, for its devices and its engine."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The browser; where none can be had the journeys are skipped, but never in CI."""
    file = find_browser()
    if file is None:
        reason = "Ingen webbläsare finns: installera Chromium eller sätt SAMSYN_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    arguments = ["--disable-background-networking"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    launched = playwright.chromium.launch(executable_path=file, args=arguments)
    yield launched
    launched.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What goes wrong unseen; a journey fails when anything has been gathered at its end."""
    gathered = Watch(origin="http://localhost:")
    yield gathered
    assert not gathered.faults, "\n".join(gathered.faults)


@pytest.fixture
def open_page(browser: Browser, site: Site, watch: Watch) -> Iterator[Callable[..., Page]]:
    """
    Open a page in a context of its own: `open_page(viewport=…, java_script_enabled=…, base_url=…)`.

    Takes what Playwright's `new_context` takes. Addresses may be given without the host.
    """
    contexts = []

    def opener(**settings: Any) -> Page:
        context = browser.new_context(**{**ORDINARY, "base_url": site.url, **settings})
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page on an ordinary phone, 360 × 740."""
    return open_page(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    """A page on a desk, 1280 × 900."""
    return open_page(viewport=DESKTOP)


@pytest.fixture
def dark(open_page: Callable[..., Page]) -> Page:
    """A page on a phone that asks for dark."""
    return open_page(viewport=PHONE, color_scheme="dark")


@pytest.fixture
def without_javascript(open_page: Callable[..., Page]) -> Page:
    """A page on a phone with JavaScript off."""
    return open_page(viewport=PHONE, java_script_enabled=False)
