"""The sentences in docs/algorithms/verdicts.md are those that the pages say, and none is left out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from samsyn.commitments import presenting, verdicts

PAGE = Path(__file__).parents[4] / "docs" / "algorithms" / "verdicts.md"
# How many of a gettext function's arguments are texts.
MARKED = {"_": 1, "gettext_lazy": 1, "ngettext": 2}
# What verdicts.py says of fulfilment and of figures, which is no verdict of change.
OTHER = {
    "Uppföljningen nämner inte det här.",
    "inget utfall är registrerat",
    "det är inte samma sak som noll",
    "Skäl: {reason}",
    "{done} i stället för {promised}.",
    "{before} och {after}",
    "före",
    "efter",
    "{n} var lovad",
    "{n} var lovade",
}


def documented() -> list[str]:
    """Return the Swedish sentences of the table."""
    table = PAGE.read_text(encoding="utf-8").split("<!-- table: sentences -->")[1].strip()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [row[1] for row in rows[2:]]


def said(file: str) -> Iterator[str]:
    """Yield the texts that a module passes to gettext, with names in braces."""
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for argument in node.args[: MARKED.get(node.func.id, 0)]:
                if isinstance(argument, ast.Constant):
                    yield re.sub(r"%\((\w+)\)s", r"{\1}", str(argument.value)).replace("%%", "%")


IN_CODE = {*said(str(verdicts.__file__)), *said(str(presenting.__file__))}


@pytest.mark.parametrize("sentence", documented())
def test_a_sentence_in_the_docs_is_said_on_pages(sentence: str) -> None:
    assert sentence in IN_CODE


def test_no_sentence_of_a_verdict_is_left_out_of_the_docs() -> None:
    assert set(said(str(verdicts.__file__))) - OTHER == set(documented()) & set(said(str(verdicts.__file__)))


def test_what_is_left_out_is_still_said() -> None:
    assert set(said(str(verdicts.__file__))) >= OTHER
