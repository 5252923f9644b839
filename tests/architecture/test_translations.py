"""The English pages are whole: each Swedish text of the code has its English one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.architecture.support import PACKAGE

ENGLISH = PACKAGE / "locale/en/LC_MESSAGES/django.po"


def _catalog(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale="en")


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _forms(text: object) -> list[str]:
    return list(text) if isinstance(text, tuple | list) else [str(text or "")]


def test_every_swedish_text_has_its_english_one() -> None:
    catalog = _catalog(ENGLISH)
    missing = [message.id for message in _messages(catalog) if not all(_forms(message.string))]
    assert _messages(catalog), "The English catalogue is empty"
    assert not missing


def test_no_translation_is_a_guess_or_a_leftover() -> None:
    catalog = _catalog(ENGLISH)
    assert not [message.id for message in _messages(catalog) if message.fuzzy]
    assert not list(catalog.obsolete)


def test_translations_keep_their_placeholders() -> None:
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = []
    for message in _messages(_catalog(ENGLISH)):
        wanted = set(placeholder.findall(_forms(message.id)[-1]))
        found = [set(placeholder.findall(form)) for form in _forms(message.string)]
        # The singular may leave the number out; the plural may not.
        if found[-1] != wanted or not all(form <= wanted for form in found):
            wrong.append(message.id)
    assert not wrong


def test_a_fresh_gathering_finds_nothing_new(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("xgettext is missing")
        pytest.skip("xgettext saknas: installera paketet gettext")
    # makemessages writes where it reads, so it works on a copy of what holds texts.
    copy = tmp_path / "samsyn"
    without_texts = shutil.ignore_patterns("static", "data", "*.mo", "__pycache__", "tests", "*fonts*")
    shutil.copytree(PACKAGE, copy, ignore=without_texts)
    (copy / "locale").mkdir(exist_ok=True)
    done = subprocess.run(
        # -P: the folder of the app named statistics must not hide Python's own module. Without settings
        # Django looks for the catalogue where it stands, and not where the installed package has its own.
        [
            sys.executable,
            "-P",
            "-m",
            "django",
            "makemessages",
            "--locale=en",
            "--no-obsolete",
            "--no-location",
        ],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [
        (message.context, message.id) for message in _messages(_catalog(copy / ENGLISH.relative_to(PACKAGE)))
    ]
    kept = {(message.context, message.id) for message in _messages(_catalog(ENGLISH))}
    assert not [new for new in found if new not in kept], "Run scripts/messages.sh and translate what is new"
    assert not [old for old in kept if old not in found], "Run scripts/messages.sh: these are no longer used"
