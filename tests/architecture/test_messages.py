"""Every kind of message can be read in every language: it has its words, its subject, and its translation."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist
from django.test import override_settings

from samsyn.core import messages
from samsyn.core.enums import Channel
from samsyn.core.messages import MessageKind

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# One SMS is 160 letters of its own alphabet; three of them are still read as one.
LONGEST_SMS = 459


def faults_of(kind: MessageKind) -> list[str]:
    """Return what is wrong with a kind's words."""
    found = []
    swedish: set[str] = set()
    for language in LANGUAGES:
        try:
            words = messages.words(kind, kind.sample(), language=language)
        except (ValueError, TemplateDoesNotExist) as fault:
            found.append(f"{language}: {fault}")
            continue
        if kind.channel is Channel.SMS and len(words.text) > LONGEST_SMS:
            found.append(f"{language}: {len(words.text)} letters are too many for an SMS")
        sentences = {
            line
            for line in (words.subject, *words.text.splitlines())
            # An address of ours is the same in every language.
            if len(re.findall(r"[^\W\d_]{2,}", line)) > 2 and not line.startswith("https://")
        }
        if language == settings.LANGUAGE_CODE:
            swedish = sentences
        # What is filled in may be the same in both; a whole line of words may not.
        elif same := sentences & swedish:
            found.append(f"{language}: not translated: {sorted(same)}")
    return found


def test_every_kind_of_message_has_its_words_in_every_language() -> None:
    faults = {kind.code: found for kind in messages.kinds() if (found := faults_of(kind))}
    assert not faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Hej du som är inbjuden\n", "no subject line"),
        ("Ett ämne\n\nEn rad som ingen har översatt\n", "en: not translated"),
        (None, "prov.txt"),
    ],
)
def test_the_faults_are_found(text: str | None, fault: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "prov.txt").write_text(text, encoding="utf-8")
    kind = MessageKind("prov", "Prov", "prov.txt", dict)
    with override_settings(TEMPLATES=[{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]):
        found = faults_of(kind)
    assert [each for each in found if fault in each]
