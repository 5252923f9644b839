"""What holds for the package as a whole."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from samsyn.analysis import compare

ROOT = Path(__file__).parents[4]


def test_examples_in_docstrings_hold() -> None:
    failed, tried = doctest.testmod(compare)
    assert tried >= 10
    assert failed == 0


def test_examples_in_the_manual_hold_and_name_the_whole_public_surface() -> None:
    page = ROOT / "docs" / "analysis.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried >= 4
    assert failed == 0
    text = page.read_text(encoding="utf-8")
    for name in compare.__all__:
        # The classes of the answers are named where the functions are.
        assert f"`{name}" in text


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("samsyn.analysis.compare", ["django", "scipy.stats", "pandas"]),
        ("samsyn.analysis.cli", ["django", "scipy", "numpy"]),
    ],
)
def test_importing_stays_light(module: str, unwanted: list[str]) -> None:
    code = f"import sys, {module}; print([name for name in {unwanted!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
