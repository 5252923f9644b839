"""Find the browser for the journeys: `python -m tests.journeys.browser` prints its file, or exits with 1."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> Path | None:
    """
    Return the file of a Chromium or Chrome: the one asked for, the system's, or Playwright's own.

    :raises FileNotFoundError: SAMSYN_CHROMIUM names a file that is not there
    """
    asked = os.environ.get("SAMSYN_CHROMIUM")
    if asked:
        found = shutil.which(asked)
        if found is None:
            raise FileNotFoundError(f"SAMSYN_CHROMIUM är satt till {asked}, men där finns inget program.")
        return Path(found)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        file = Path(playwright.chromium.executable_path)
    return file if file.exists() else None


if __name__ == "__main__":
    browser = find_browser()
    if browser is None:
        sys.exit(1)
    print(browser)
