"""What holds for the package as a whole."""

import doctest
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from samsyn.analysis.cli import COMMANDS

ROOT = Path(__file__).parents[4]
METHODS = [import_module(f"samsyn.analysis.{name}") for name in COMMANDS]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.__name__))
def test_examples_in_docstrings_hold(method: ModuleType) -> None:
    failed, tried = doctest.testmod(method)
    assert tried >= 1
    assert failed == 0


def test_examples_in_the_manual_hold_and_name_the_whole_public_surface() -> None:
    page = ROOT / "docs" / "analysis.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried >= 4
    assert failed == 0
    text = page.read_text(encoding="utf-8")
    for method in METHODS:
        for name in method.__all__:
            # The classes of the answers are named where the functions are.
            assert f"`{name}" in text, f"{method.__name__}.{name}"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("samsyn.analysis.compare", ["django", "scipy.stats", "pandas"]),
        ("samsyn.analysis.hotspots", ["django", "scipy.stats", "pandas", "numba", "esda"]),
        ("samsyn.analysis.cover, samsyn.analysis.route", ["django", "scipy.optimize", "pyvrp"]),
        ("samsyn.analysis.cli", ["django", "scipy", "numpy"]),
    ],
)
def test_importing_stays_light(module: str, unwanted: list[str]) -> None:
    code = f"import sys, {module}; print([name for name in {unwanted!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
