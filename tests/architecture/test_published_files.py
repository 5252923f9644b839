"""What is made from the code and published beside it is made from this code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from tests.architecture.support import ROOT


def test_the_commitments_schema_is_up_to_date() -> None:
    from samsyn.commitments import exchange

    with translation.override("sv"):
        made = json.dumps(exchange.schema(), ensure_ascii=False, indent=2) + "\n"
    published = (ROOT / "docs/schemas/commitments.json").read_text(encoding="utf-8")
    assert published == made, "Run: python scripts/schemas.py"


def glossary() -> list[list[str]]:
    """Return the rows of the glossary as cells: Swedish word, identifier, meaning, source."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if not set(row[0]) <= set("-: ") and row[1] != "Identifier"]


def test_every_model_has_a_row_in_the_glossary() -> None:
    named = {word for row in glossary() for word in re.findall(r"`(\w+)`", row[1])}
    models = {model.__name__ for model in apps.get_models() if model.__module__.startswith("samsyn.")}
    assert not models - named, "Give these a row in docs/glossary.md"


def test_glossary_rows_are_whole_and_name_nothing_twice() -> None:
    rows = glossary()
    assert all(len(row) == 4 and all(row) for row in rows), [
        row for row in rows if len(row) != 4 or not all(row)
    ]
    names = [row[1] for row in rows]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def _readme_blocks() -> str:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.DOTALL)) + "\n".join(
        re.findall(r"`([^`\n]+)`", text)
    )


def test_commands_in_the_readme_exist() -> None:
    blocks = _readme_blocks()
    targets = set(re.findall(r"\bmake (?:[A-Z]+=\S+ )*([a-z]+)", blocks))
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"demo", "test"} <= targets, "The README shows a newcomer both commands"
    assert not targets - made
    from samsyn.cli import _parser

    usage = _parser().format_help()
    commands = set(re.findall(r"\bsamsyn ([a-z]+)\b", blocks))
    assert not {
        command for command in commands if not re.search(rf"^\s+{command}\b", usage, flags=re.MULTILINE)
    }


def test_files_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert not [link for link in links if link and not (ROOT / link).exists()]


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["analyse", "--help"]])
def test_the_console_script_explains_itself(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samsyn", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.home(),
    )
    assert done.returncode == 0, done.stderr
    assert "samsyn" in done.stdout
