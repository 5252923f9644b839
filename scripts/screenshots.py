"""
Photograph the demo for the README and the guides: `.venv/bin/python -m scripts.screenshots`.

The demo town is loaded into a folder of its own and served on a free port, so nothing else is touched. The
window's size, the language and the fonts are always the same; what the pages say of today is today's.
Needs a Chromium, as the journeys do, and the development dependencies.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tests.journeys.browser import find_browser
from tests.journeys.site import Site, loaded_demo, samsyn, serve

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MAX_BYTES = 150_000
DESK = (1280, 900)
PHONE = (360, 740)
PROMISE = "medborgarlofte-2020"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the page, and how it is looked at."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    dark: bool = False
    by: str = ""
    """Whose sign-in; nobody's if empty."""


STRATEGIST = "strateg@example.org"
ADMINISTRATOR = "ada.admin@example.org"
PASSWORD = "trygg-i-trollhattan"  # the demo's, public
SHOTS = (
    Shot("start", "/"),
    Shot("start-phone", "/", PHONE),
    Shot("promise", f"/loften/{PROMISE}/synlig-polis/"),
    Shot("promise-dark", f"/loften/{PROMISE}/synlig-polis/", dark=True),
    Shot("promise-phone", f"/loften/{PROMISE}/trygghetsronder/", PHONE),
    Shot("outcomes", f"/loften/{PROMISE}/sa-gick-det/"),
    Shot("situation", "/laget/"),
    Shot("first-run", "/arbete/kom-igang/namn/", by=ADMINISTRATOR),
    Shot("town", "/arbete/kommunen/", by=ADMINISTRATOR),
    Shot("access", "/arbete/kommunen/behorigheter/", by=ADMINISTRATOR),
    Shot("desk-year", "/arbete/aret/", by=STRATEGIST),
    Shot("desk-document", f"/arbete/dokument/{PROMISE}/", by=STRATEGIST),
    Shot(
        "desk-outcome-form",
        "/arbete/dokument/medborgarlofte-2021/mot-ordningsstorningar/utfall/nytt/",
        by=STRATEGIST,
    ),
    Shot(
        "desk-preview",
        f"/arbete/dokument/{PROMISE}/synlig-polis/utfall/anmalt-vald-2020/granska/",
        by=STRATEGIST,
    ),
)


def small(picture: bytes) -> bytes:
    """
    Return a PNG with as many colours as fit within the size that a page of documentation may carry.

    :raises ValueError: not even a few colours fit
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for n_colours in (256, 128, 64, 32):
        out = io.BytesIO()
        image.quantize(n_colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
    raise ValueError("The picture is too large")


def open_page(browser: Browser, shot: Shot, site: str) -> Page:
    """Return a page of the shot's size and light, signed in when it is the staff's."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        color_scheme="dark" if shot.dark else "light",
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if shot.by:
        page.goto(f"{site}/konto/logga-in/")
        page.fill("input[name=email]", shot.by)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/arbete/**")
    return page


def make_administrator(browser: Browser, site: Site) -> None:
    """Give the town an administrator from the terminal, who chooses the demo's password by the link."""
    printed = samsyn("administrator", ADMINISTRATOR, "--name", "Ada Administratör", data=site.data)
    page = browser.new_page()
    page.goto(f"{site.url}/{printed.strip().split('/', 3)[3]}")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/konto/**")
    page.close()


def take(browser: Browser, shot: Shot, site: str) -> bytes:
    """Return the picture of one page, from its top."""
    page = open_page(browser, shot, site)
    try:
        answer = page.goto(site + shot.path, wait_until="networkidle")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{shot.path} answered {answer and answer.status}")
        page.evaluate("document.fonts.ready")
        return small(page.screenshot(animations="disabled", caret="hide"))
    finally:
        page.context.close()


def main(wanted: list[str]) -> int:
    """Take the pictures that are named, or all of them."""
    program = find_browser()
    if program is None:
        print("Ingen webbläsare finns. Installera paketet chromium och försök igen.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    arguments = ["--disable-background-networking", "--force-color-profile=srgb"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with tempfile.TemporaryDirectory(prefix="samsyn-pictures-") as folder:
        site = serve(loaded_demo(Path(folder)), Path(folder) / "served")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=arguments)
                make_administrator(browser, site)
                for shot in SHOTS:
                    if wanted and shot.name not in wanted:
                        continue
                    picture = take(browser, shot, site.url)
                    (IMAGES / f"{shot.name}.png").write_bytes(picture)
                    print(f"{shot.name}.png  {len(picture) / 1000:.0f} kB")
                browser.close()
        finally:
            site.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
