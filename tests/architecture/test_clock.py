"""Only the edge reads the clock; everything else is given `now` or `today`."""

import ast
from pathlib import Path

import pytest

from tests.architecture.support import PACKAGE, modules

READINGS = {
    ("timezone", "now"),
    ("timezone", "localtime"),
    ("timezone", "localdate"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
CLOCK = PACKAGE / "core" / "clock.py"
# Where people and machines come in: there the clock is read once, and the answer passed on.
EDGES = {
    "views.py",
    "feeds.py",
    "middleware.py",
    "context_processors.py",
    "worker.py",
    "cli.py",
    "page.py",
    "access.py",
    "doctor.py",
    # The rule of when a membership counts: a right is asked for at the press, and every caller means now.
    "in_force.py",
}


def _called(file: Path) -> set[tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        (call.func.value.id, call.func.attr)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
    }


@pytest.mark.parametrize(
    "file", [f for f in modules() if f != CLOCK], ids=lambda f: str(f.relative_to(PACKAGE))
)
def test_module_does_not_read_the_machines_clock(file: Path) -> None:
    assert not _called(file) & READINGS


def test_only_edges_ask_the_clock() -> None:
    askers = {
        file for file in modules() if file != CLOCK and _called(file) & {("clock", "now"), ("clock", "today")}
    }
    inner = {f for f in askers if f.name not in EDGES and f.parent.name not in {"views", "commands"}}
    assert not inner, sorted(str(f.relative_to(PACKAGE)) for f in inner)
