"""A resident goes from the start page to how visible policing went, and back to those who were heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.keyboard import follow


def _sees_how_it_went(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Synlig polis i offentlig miljö")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Ingen säker förändring")
    expect(main).to_contain_text("185")
    expect(main).to_contain_text("162")
    expect(main).to_contain_text("från 29,7 procent färre till 8,4 procent fler")
    expect(main).to_contain_text("vilket är en minskning jämfört med 2019")
    expect(main).to_contain_text("Orsaken anges inte i löftet")


def _sees_who_were_heard(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Medborgardialogen 2019")
    main = page.get_by_role("main")
    expect(main).to_contain_text("1\u202f417")
    expect(main).to_contain_text("Svaren gäller dem som svarade, inte alla invånare.")


@pytest.mark.parametrize("settings", [{"viewport": PHONE}, {"viewport": DESKTOP}, {"java_script_enabled": False}])
def test_from_start_to_the_outcome_and_back_to_those_who_answered(
    open_page: Callable[..., Page], settings: dict[str, Any]
) -> None:
    page = open_page(**settings)
    page.goto("/")
    page.get_by_role("link", name="Synlig polis i offentlig miljö").click()
    _sees_how_it_went(page)
    page.get_by_role("link", name="Medborgardialogen 2019").first.click()
    _sees_who_were_heard(page)
    # And forward again: what was said leads to what was promised.
    page.get_by_role("link", name="Synlig polis i offentlig miljö").click()
    _sees_how_it_went(page)


def test_the_same_by_keyboard_alone_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/")
    follow(page, "Synlig polis i offentlig miljö")
    _sees_how_it_went(page)
    follow(page, "Medborgardialogen 2019")
    _sees_who_were_heard(page)


def test_the_skip_link_leads_past_the_menu(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/loften/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"


def test_the_same_thread_in_english(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/en/loften/medborgarlofte-2020/synlig-polis/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("No reliable change")
    expect(main).to_contain_text("1,417")
    expect(main.get_by_text("vilket är en minskning jämfört med 2019")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_numbers_stand_as_a_table_behind_the_picture(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/laget/")
    page.get_by_text("Visa siffrorna som tabell").first.click()
    row = page.get_by_role("row").filter(has_text="2020").first
    expect(row).to_be_visible()
