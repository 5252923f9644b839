"""An analyst leaves a file, sees what is wrong, mends it and reads it in; a picture loses what it hid."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from samsyn.accounts.demo import PASSWORD
from tests.journeys import keyboard
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.site import Site
from tests.journeys.watching import Watch, axe, sideways

HEAD = "id;tid;kategori;text;lat;lon\n"
GOOD = "1;2026-10-01T21:00:00+02:00;belysning;Lampan är trasig;58,2836;12,2858\n"
BAD = "2;2026-10-01 21:00;belysning;Lampan är trasig;12,2858;58,2836\n"


def _no_faults(page: Page) -> None:
    assert not axe(page)
    assert not sideways(page)


def _sign_in(page: Page, next_page: str) -> None:
    page.goto(next_page)
    page.get_by_label("E-post").fill("strateg@example.org")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


def _leave(page: Page, file: Path) -> None:
    page.get_by_label("Vad innehåller filen?").select_option("observations")
    page.get_by_label("Fil", exact=True).set_input_files(file)
    page.get_by_role("button", name="Provläs filen").click()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_file_is_tried_mended_and_read_in(
    open_page: Callable[..., Page], own_site: Site, tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = open_page(base_url=own_site.url, viewport=viewport)
    _sign_in(page, "/arbete/filer/")
    _no_faults(page)
    file = tmp_path / "observationer från värdarna.csv"
    file.write_text(HEAD + GOOD + BAD, encoding="cp1252")
    _leave(page, file)
    expect(page.get_by_role("main")).to_contain_text("Alla rader går inte att läsa in")
    expect(page.get_by_role("main")).to_contain_text("saknar tidszon")
    _no_faults(page)
    page.get_by_role("link", name="Lämna en annan fil").click()
    file.write_text(HEAD + GOOD + GOOD.replace("1;", "2;", 1), encoding="cp1252")
    _leave(page, file)
    expect(page.get_by_role("main")).to_contain_text("2 rader: 2 nya")
    page.get_by_role("button", name="Läs in").click()
    expect(page.get_by_role("main")).to_contain_text("Filen är inläst")
    _no_faults(page)
    page.get_by_role("link", name="Observationer", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("16 observationer")  # the demo has fourteen
    _no_faults(page)


def test_a_long_file_is_read_in_the_background(open_page: Callable[..., Page], own_site: Site, tmp_path: Path) -> None:
    page = open_page(base_url=own_site.url, viewport=PHONE)
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    _sign_in(page, "/arbete/filer/")
    file = tmp_path / "många.csv"
    # More than the small limit of every other page: the site must take it here.
    long = GOOD.replace("trasig", "trasig " * 400)
    file.write_text(HEAD + "".join(long.replace("1;", f"{n};", 1) for n in range(900)), encoding="utf-8")
    assert file.stat().st_size > 2_000_000
    _leave(page, file)
    expect(page.get_by_role("main")).to_contain_text("900 rader: 900 nya")
    page.get_by_role("button", name="Läs in").click()
    expect(page.get_by_role("main")).to_contain_text("Filen är inläst")
    expect.set_options(timeout=5_000)


def test_by_keyboard_alone(open_page: Callable[..., Page], own_site: Site, tmp_path: Path) -> None:
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page, "/arbete/observationer/ny/")
    keyboard.fill(page, "Vad har setts?", "Lampan vid gångtunneln är trasig")
    keyboard.fill(page, "Dag", "2026-10-01")
    keyboard.go_to(page, "Spara observationen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("sparad")
    _no_faults(page)


def test_a_picture_loses_its_position_and_faults_keep_what_was_sent(
    open_page: Callable[..., Page], own_site: Site, tmp_path: Path, watch: Watch
) -> None:
    watch.expect("400 (Bad Request)")
    exif = Image.Exif()
    exif[0x010F] = "Hemlig kamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (58.0, 17.0, 1.0)})
    photo = tmp_path / "plats.jpg"
    Image.new("RGB", (1200, 900), "green").save(photo, exif=exif)
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page, "/arbete/observationer/ny/")
    page.get_by_label("Vad har setts?").fill("Klotter på muren")
    page.get_by_label("Bilder").set_input_files(photo)
    page.get_by_role("button", name="Spara observationen").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv vilken dag")
    expect(page.get_by_role("main")).to_contain_text("En bild är redan mottagen")
    _no_faults(page)
    page.get_by_label("Dag").fill("2026-10-01")
    page.get_by_role("button", name="Spara observationen").click()
    shown = page.get_by_role("img", name="Bild 1 till observationen")
    expect(shown).to_be_visible()
    _no_faults(page)
    answer = page.request.get(f"{own_site.url}{shown.get_attribute('src')}")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.body()))
    assert not picture.getexif()
    assert b"Hemlig" not in answer.body()
    stranger = open_page(base_url=own_site.url)
    assert stranger.request.get(f"{own_site.url}{shown.get_attribute('src')}").status == 404
