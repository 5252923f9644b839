"""Where the house lies, for the tests that look at it from outside."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "samsyn"


def templates() -> Iterator[Path]:
    """Yield every template of the project."""
    yield from sorted(PACKAGE.glob("*/templates/**/*.html"))


def modules() -> Iterator[Path]:
    """Yield every module of the project, but for tests and migrations."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if not {"tests", "migrations"} & set(file.relative_to(PACKAGE).parts):
            yield file
