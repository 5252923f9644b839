"""A new town from an empty installation to a start page of its own, and an administrator's daily work."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.journeys import keyboard
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.site import Site, samsyn, serve_here
from tests.journeys.watching import Watch, axe, sideways

PASSWORD = "tre vanliga ord i rad"
GREEN = "#1f6b3a"


@pytest.fixture
def new_town(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """An installation that was set up a moment ago, served, and the path of its one-time link."""
    data = tmp_path / "new"
    printed = samsyn("setup", "--municipality", "0305", "--name", "Håbo", data=data)
    served = serve_here(data)
    yield served, "/" + printed.strip().split("/", 3)[3]
    served.stop()


def _no_faults(page: Page) -> None:
    assert not axe(page)
    assert not sideways(page)


def _logo(folder: Path) -> Path:
    picture = Image.new("RGBA", (900, 260), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((20, 20, 240, 240), fill=(31, 107, 58, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    file = folder / "logotyp.png"
    file.write_bytes(out.getvalue())
    return file


def _choose_password(page: Page, link: str, *, email: str = "", name: str = "") -> None:
    page.goto(link)
    _no_faults(page)
    if name:
        page.get_by_label("Ditt namn").fill(name)
        page.get_by_label("Din e-post i arbetet").fill(email)
    page.get_by_label("Välj lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Välj lösenordet").click()


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-post").fill(email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


@pytest.mark.parametrize(
    ("viewport", "scheme", "scripted"),
    [(DESKTOP, "light", True), (PHONE, "dark", False)],
    ids=["desktop", "phone at night without scripts"],
)
def test_from_an_empty_installation_to_the_towns_own_start_page(
    open_page: Callable[..., Page],
    new_town: tuple[Site, str],
    tmp_path: Path,
    watch: Watch,
    viewport: dict[str, int],
    scheme: str,
    scripted: bool,
) -> None:
    watch.expect("400 (Bad Request)", "404 (Not Found)")  # a colour that is refused; a link that is used up
    site, link = new_town
    # axe needs scripts: without them the way through is walked and looked at for width alone.
    page = open_page(
        base_url=site.url, viewport=viewport, color_scheme=scheme, java_script_enabled=scripted
    )

    def look() -> None:
        if scripted:
            _no_faults(page)

    page.goto(link)
    look()
    page.get_by_label("Ditt namn").fill("Anna Administratör")
    page.get_by_label("Din e-post i arbetet").fill("anna@habo.example")
    page.get_by_label("Välj lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Välj lösenordet").click()
    _sign_in(page, "anna@habo.example")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kom igång")
    look()

    page.get_by_role("link", name="Börja").click()
    look()
    page.get_by_label("Officiellt namn").fill("Håbo kommun")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Områden")
    look()
    # Left half-way, and continued from the municipality's page.
    page.goto("/arbete/kommunen/")
    look()
    page.get_by_role("link", name="Kom igång").click()
    expect(page.get_by_role("main")).to_contain_text("1 av 6 steg")
    page.get_by_role("link", name="Fortsätt").click()
    page.get_by_role("button", name="Hoppa över").click()

    page.get_by_label("Kontaktcenter").check()
    look()
    page.get_by_role("button", name="Spara").click()
    for day in ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag"):
        page.get_by_label(day).fill("8–16.30")
    look()
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("button", name="Klar, gå vidare").click()

    page.get_by_label("Färg på ljus grund").fill("#ffcc00")
    page.get_by_role("button", name="Spara färgerna").click()
    expect(page.get_by_role("alert")).to_contain_text("Närmaste färg som går bra är")
    look()
    page.get_by_label("Färg på ljus grund").fill(GREEN)
    page.get_by_role("button", name="Spara färgerna").click()
    page.get_by_label("Logotyp", exact=True).set_input_files(_logo(tmp_path))
    page.get_by_label("Text för den som inte ser bilden").fill("Håbo kommun")
    page.get_by_role("button", name="Visa logotypen").click()
    expect(page.get_by_role("img", name="Håbo kommun")).to_be_visible()
    look()
    page.get_by_role("button", name="Klar, gå vidare").click()

    page.get_by_label("Namn").fill("Stina Strateg")
    page.get_by_label("E-post").fill("stina@habo.example")
    page.get_by_label("Organisation").select_option(index=1)
    page.get_by_label("Roll").select_option(label="Strateg")
    look()
    page.get_by_role("button", name="Bjud in").click()
    expect(page.get_by_role("main")).to_contain_text("Stina Strateg")
    page.get_by_role("button", name="Klar, gå vidare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nu är kommunen på plats")
    look()

    page.get_by_role("link", name="Se invånarnas sidor").click()
    expect(page.get_by_role("main")).to_contain_text("Håbo kommun och polisen")
    expect(page.get_by_role("img", name="Håbo kommun").last).to_be_visible()
    look()
    if scripted:
        colour = page.get_by_role("main").get_by_role("link").first.evaluate("e => getComputedStyle(e).color")
        assert colour == "rgb(31, 107, 58)"
        thread = page.locator(".samsyn-mark").first.evaluate("e => getComputedStyle(e).color")
        assert thread == "rgb(181, 42, 28)"
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")


@pytest.fixture
def administrator(own_site: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page in the demo town as its administrator, who was made in the terminal."""
    printed = samsyn("administrator", "admin@trollhattan.example", "--name", "Ada Admin", data=own_site.data)

    def opener(**settings: object) -> Page:
        page = open_page(base_url=own_site.url, **settings)
        _choose_password(page, "/" + printed.strip().split("/", 3)[3])
        _sign_in(page, "admin@trollhattan.example")
        return page

    return opener


def test_somebody_is_invited_and_ended_by_keyboard(administrator: Callable[..., Page]) -> None:
    page = administrator(viewport=PHONE)
    page.goto("/arbete/kommunen/")
    keyboard.follow(page, "Personer")
    _no_faults(page)
    keyboard.follow(page, "Bjud in en person")
    keyboard.fill(page, "Namn", "Nils Ny")
    keyboard.fill(page, "E-post", "nils@trollhattan.example")
    keyboard.go_to(page, "Välj organisation")
    page.keyboard.type("Polisen")
    keyboard.go_to(page, "Välj roll")
    page.keyboard.type("Kommunpolis")
    _no_faults(page)
    keyboard.go_to(page, "Bjud in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nils Ny är inbjuden.")
    keyboard.follow(page, "Nils Ny")
    _no_faults(page)
    keyboard.follow(page, "Ändra eller avsluta")
    expect(page.get_by_role("main")).to_contain_text("Kontot stängs")
    _no_faults(page)
    keyboard.go_to(page, "Avsluta rollen nu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Rollen är avslutad och kontot stängt.")
    expect(page.get_by_role("main")).not_to_contain_text("Nils Ny")


PAGES = (
    "/arbete/kommunen/", "/arbete/kommunen/organisationer/", "/arbete/kommunen/organisationer/o/polisen/",
    "/arbete/kommunen/organisationer/o/polisen/enheter/ny/", "/arbete/kommunen/personer/",
    "/arbete/kommunen/personer/bjud-in/", "/arbete/kommunen/behorigheter/", "/arbete/kommunen/vem-gor-vad/",
    "/arbete/kommunen/vem-gor-vad/ny/", "/arbete/kommunen/granskningar/", "/arbete/kommunen/installningar/namn/",
    "/arbete/kommunen/installningar/kontaktcenter/", "/arbete/kommunen/installningar/tjanster/",
    "/arbete/kommunen/installningar/utseende/", "/arbete/kom-igang/", "/arbete/kom-igang/omraden/",
    "/en/arbete/kommunen/behorigheter/",
)  # fmt: skip


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
def test_every_page_of_the_municipality_fits_and_passes_axe(
    administrator: Callable[..., Page], viewport: dict[str, int], scheme: str
) -> None:
    page = administrator(viewport=viewport, color_scheme=scheme)
    for path in PAGES:
        for again in (scheme, "light" if scheme == "dark" else "dark"):
            page.emulate_media(color_scheme=again)  # type: ignore[arg-type]  # one of Playwright's words
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert not axe(page), path
            assert not sideways(page), path
