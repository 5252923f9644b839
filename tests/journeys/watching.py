"""What every page of a journey is watched for, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

# WCAG 2.2 AA and axe's own good practice.
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@dataclass
class Watch:
    """Gathers what goes wrong in a browser unseen: faults in scripts, files that are blocked or missing."""

    origin: str
    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        """Gather the faults of a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda fault: self._note(f"script: {fault}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def expect(self, *parts: str) -> None:
        """Let faults pass that contain any of `parts`, in a test that provokes them."""
        self.expected += parts

    def _note(self, fault: str) -> None:
        if not any(part in fault for part in self.expected):
            self.faults.append(fault)

    def _console(self, message: ConsoleMessage) -> None:
        # Breaches of the content security policy come here too, as errors.
        if message.type in {"error", "warning"}:
            self._note(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self._note(f"asks another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status}: {response.url}")


def axe(page: Page) -> list[str]:
    """
    Return what axe finds wrong with a page as it stands, one line for each rule.

    The text of axe is evaluated: a script tag would be stopped by the content security policy.
    """
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    # A colour on its way from one scheme to the other would be measured half-way.
    page.evaluate("() => document.getAnimations().forEach(animation => animation.finish())")
    found = cast(dict[str, Any], page.evaluate("options => window.axe.run(document, options)", AXE_OPTIONS))
    return [
        f"{violation['id']}: {violation['help']}: "
        + "; ".join(_where(node) for node in violation["nodes"][:3])
        for violation in found["violations"]
    ]


def _where(node: dict[str, Any]) -> str:
    """Return the markup that broke a rule, and the first thing axe says of it."""
    return node["html"][:160] + "".join(f" ({check['message']})" for check in node["any"][:1])


def sideways(page: Page) -> str:
    """Return what makes a page wider than its window, or nothing if it fits."""
    return cast(
        str,
        page.evaluate(
            """() => {
                const root = document.documentElement;
                if (root.scrollWidth <= root.clientWidth) return "";
                const names = [...document.querySelectorAll("body *")]
                    .filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5)
                    .slice(0, 4)
                    .map(e => e.tagName.toLowerCase() + "." + (e.getAttribute("class") || ""));
                return `${root.scrollWidth} px wide in ${root.clientWidth}: ${names.join(", ")}`;
            }"""
        ),
    )
