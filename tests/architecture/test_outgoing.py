"""Only one module asks other hosts over HTTP, and only the mail carrier speaks SMTP."""

import ast
from pathlib import Path

import pytest

from tests.architecture.support import PACKAGE, modules

LINES_OUT = {
    "http.client": {"core/outgoing.py"},
    "urllib.request": set(),
    "urllib3": set(),
    # The organisation's own sign-in: allauth's session, kept to listed hosts, no redirects, a time and a size.
    "requests": {"accounts/sso.py"},
    "httpx": set(),
    "aiohttp": set(),
    "smtplib": {"core/carriers/mail.py"},
    "ftplib": set(),
    "telnetlib": set(),
}


def _imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


@pytest.mark.parametrize("line", LINES_OUT)
def test_there_is_one_way_out(line: str) -> None:
    users = {str(file.relative_to(PACKAGE)) for file in modules() if line in _imported(file)}
    assert users == LINES_OUT[line]
