"""A strategist signs in, enters an outcome, sees it as residents will, publishes and corrects it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from samsyn.accounts.demo import PASSWORD
from tests.journeys import keyboard
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.site import Site
from tests.journeys.watching import Watch, axe, sideways

PUBLIC = "/loften/medborgarlofte-2020/fakta-och-objektiv-bild/"
WORDS = "Två informationskvällar om brottsstatistik hölls, 140 personer kom."


def _no_faults(page: Page) -> None:
    assert not axe(page)
    assert not sideways(page)


def _sign_in(page: Page) -> None:
    page.goto("/arbete/aret/")
    page.get_by_label("E-post").fill("strateg@example.org")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Året")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_outcome_from_draft_to_public_to_corrected(
    open_page: Callable[..., Page], own_site: Site, viewport: dict[str, int]
) -> None:
    page = open_page(base_url=own_site.url, viewport=viewport)
    resident = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page)
    _no_faults(page)
    page.get_by_role("link", name="Dokument").first.click()
    page.get_by_role("link", name="Medborgarlöfte 2020").first.click()
    _no_faults(page)
    page.get_by_role("link", name="Skriv utfall").last.click()
    _no_faults(page)
    page.get_by_label("Vad hände, i en rad").fill(WORDS)
    page.get_by_label("Uppfyllt", exact=True).check()
    page.get_by_role("button", name="Spara och granska").click()
    expect(page.get_by_role("main")).to_contain_text(WORDS)
    _no_faults(page)

    resident.goto(PUBLIC)
    expect(resident.get_by_role("main")).not_to_contain_text(WORDS)

    page.get_by_role("button", name="Publicera").click()
    expect(page.get_by_role("status")).to_be_visible()
    resident.goto(PUBLIC)
    expect(resident.get_by_role("main")).to_contain_text(WORDS)
    expect(resident.get_by_role("main")).to_contain_text("Uppfyllt")
    expect(resident.get_by_role("main")).to_contain_text("Exempel i demon")

    page.goto("/arbete/dokument/medborgarlofte-2020/")
    page.get_by_role("link", name="Rätta").last.click()
    page.get_by_label("Vad hände, i en rad").fill(WORDS.replace("140", "104"))
    page.get_by_label("Vad rättas, och varför").fill("Antalet var felskrivet: 104, inte 140.")
    page.get_by_role("button", name="Förhandsgranska").click()
    expect(page.get_by_role("main")).to_contain_text("Antalet var felskrivet: 104, inte 140.")
    page.get_by_role("button", name="Rätta och publicera").click()
    expect(page.get_by_role("status")).to_be_visible()
    resident.goto(PUBLIC)
    expect(resident.get_by_role("main")).to_contain_text("Antalet var felskrivet: 104, inte 140.")
    expect(resident.get_by_role("main")).to_contain_text("104 personer kom")

    page.goto("/arbete/dokument/medborgarlofte-2020/historik/")
    expect(page.get_by_role("main")).to_contain_text("Strateg, Trollhättans Stad")
    expect(page.get_by_role("main")).not_to_contain_text("Exempel Strateg")
    _no_faults(page)


def test_the_same_by_keyboard_alone_on_a_phone(open_page: Callable[..., Page], own_site: Site) -> None:
    page = open_page(base_url=own_site.url, viewport=PHONE)
    page.goto("/arbete/aret/")
    keyboard.fill(page, "E-post", "strateg@example.org")
    keyboard.fill(page, "Lösenord", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Året")
    keyboard.follow(page, "Medborgarlöfte 2020")
    keyboard.follow(page, "Skriv utfall")
    keyboard.fill(page, "Vad hände, i en rad", WORDS)
    keyboard.go_to(page, "Spara och granska")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Publicera")
    keyboard.go_to(page, "Publicera")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(PUBLIC)
    expect(page.get_by_role("main")).to_contain_text(WORDS)


def test_what_was_typed_stays_when_something_is_wrong(
    open_page: Callable[..., Page], own_site: Site, watch: Watch
) -> None:
    watch.expect("400 (Bad Request)")  # the form's own answer to what it cannot take
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page)
    page.goto("/arbete/dokument/medborgarlofte-2020/fakta-och-objektiv-bild/utfall/nytt/")
    page.get_by_label("Vad hände, i en rad").fill(WORDS)
    page.get_by_label("Senare än planerat", exact=True).check()
    page.get_by_role("button", name="Spara och granska").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Vad hände, i en rad")).to_have_value(WORDS)
    expect(page.get_by_label("Senare än planerat", exact=True)).to_be_checked()
    _no_faults(page)
