"""The sentences in docs/algorithms/verdicts.md are those that the pages say, and none is left out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from samsyn.commitments import presenting, verdicts

PAGE = Path(__file__).parents[4] / "docs" / "algorithms" / "verdicts.md"
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
# How many of a gettext function's arguments are texts.
MARKED = {"_": 1, "gettext_lazy": 1, "ngettext": 2}
# What verdicts.py says of fulfilment and of figures, which is no verdict of change.
OTHER = {
    "Löftet har fler delar.",
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


def in_braces(text: str) -> str:
    """Return a text as the table writes it, with what is filled in between braces."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", text).replace("%%", "%").strip()


def documented() -> list[tuple[str, str]]:
    """Return the sentences of the table, Swedish and English."""
    table = PAGE.read_text(encoding="utf-8").split("<!-- table: sentences -->")[1].strip()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [(row[1], row[2]) for row in rows[2:]]


def said(file: str) -> Iterator[str]:
    """Yield the texts that a module passes to gettext, with names in braces."""
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for argument in node.args[: MARKED.get(node.func.id, 0)]:
                if isinstance(argument, ast.Constant):
                    yield in_braces(str(argument.value))


IN_CODE = {*said(str(verdicts.__file__)), *said(str(presenting.__file__))}


@pytest.mark.parametrize("sentence", [swedish for swedish, _english in documented()])
def test_a_sentence_in_the_docs_is_said_on_pages(sentence: str) -> None:
    assert sentence in IN_CODE


def test_no_sentence_of_a_verdict_is_left_out_of_the_docs() -> None:
    assert set(said(str(verdicts.__file__))) - OTHER <= {swedish for swedish, _english in documented()}


def test_what_is_no_verdict_is_still_said() -> None:
    assert set(said(str(verdicts.__file__))) >= OTHER


def test_the_english_sentences_are_those_of_the_english_pages() -> None:
    with CATALOGUE.open("rb") as opened:
        catalogue = read_po(opened)
    english = {
        in_braces(str(message.id)): in_braces(str(message.string))
        for message in catalogue
        if not message.pluralizable
    }
    differing = {swedish: english.get(swedish) for swedish, text in documented() if english.get(swedish) != text}
    assert not differing, "Write these in the table as the catalogue has them"
