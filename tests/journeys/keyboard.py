"""Going through a page with the keyboard alone, as somebody who cannot use a mouse does."""

from __future__ import annotations

from typing import cast

from playwright.sync_api import Page

MOST_STEPS = 150

_FOCUSED = """() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const labels = [...(focused.labels || [])].map(label => label.innerText);
    const style = getComputedStyle(focused);
    // A choice that is drawn by its label's box may show the focus there.
    const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
    return {name: (focused.innerText || labels.join(" ") || focused.value || "").trim(), shown};
}"""


def go_to(page: Page, name: str, *, key: str = "Tab") -> None:
    """
    Press `key` until what has the focus is called `name` or begins so.

    :raises AssertionError: it is never reached, or something on the way does not show that it has the focus
    """
    passed: list[str] = []
    for _step in range(MOST_STEPS):
        page.keyboard.press(key)
        focused = cast("dict[str, str | bool] | None", page.evaluate(_FOCUSED))
        if focused is None:
            continue
        assert focused["shown"], f"The focus cannot be seen on “{focused['name']}”"
        passed.append(str(focused["name"]))
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"“{name}” was not reached by {key}; passed: {passed}")


def follow(page: Page, name: str) -> None:
    """Go to a link by its name and follow it."""
    go_to(page, name)
    address = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)


def fill(page: Page, label: str, text: str) -> None:
    """Go to a field by its label and write in it."""
    go_to(page, label)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
