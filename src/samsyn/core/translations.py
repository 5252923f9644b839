"""Texts in several languages on one row. The Swedish text is the original; others stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ORIGINAL = "sv"


@dataclass(frozen=True, slots=True)
class Translated:
    """A text as a reader should get it: in which language, and whether a person has read it through."""

    text: str
    language: str
    is_machine: bool = False

    @property
    def is_original(self) -> bool:
        """Tell whether this is the authoritative text."""
        return self.language == ORIGINAL

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


class TranslatedModel(models.Model):
    """
    A row with an original Swedish text and translations of some fields.

    `translations` is `{"en": {"made_by": "machine", "date": "2026-11-22", "reviewed_date": null,
    "fields": {"title": "…"}}}`; the easy-read version has the language code `sv-x-lattlast`. A list of texts
    is translated as one text with a line for each.
    """

    TRANSLATED: ClassVar[tuple[str, ...]] = ()

    translations = models.JSONField(_("översättningar"), default=dict, blank=True)

    class Meta:
        abstract = True

    def in_language(self, field: str, language: str) -> Translated:
        """Return a field in `language`, or the original where there is no translation."""
        return self._translation(field, language) or Translated(getattr(self, field), ORIGINAL)

    def items_in_language(self, field: str, language: str) -> list[Translated]:
        """Return the texts of a list in `language`, or the originals where there is no line for each."""
        items = getattr(self, field)
        found = self._translation(field, language)
        lines = found.text.splitlines() if found else []
        if found is None or len(lines) != len(items):
            return [Translated(item, ORIGINAL) for item in items]
        return [Translated(line, language, found.is_machine) for line in lines]

    def _translation(self, field: str, language: str) -> Translated | None:
        version = self.translations.get(language, {})
        text = version.get("fields", {}).get(field)
        if not text:
            return None
        is_machine = version.get("made_by") == "machine" and not version.get("reviewed_date")
        return Translated(text, language, is_machine)

    @property
    def local(self) -> LocalTexts:
        """Texts in the reader's language, for templates: `promise.local.title`."""
        return LocalTexts(self, get_language() or ORIGINAL)

    def translated_texts(self) -> list[str]:
        """Return every translated text, for searching."""
        return [value for version in self.translations.values() for value in version.get("fields", {}).values()]


class LocalTexts:
    """A row's translated fields in one language, read as attributes."""

    def __init__(self, row: TranslatedModel, language: str) -> None:
        self._row = row
        self._language = language

    def __getattr__(self, name: str) -> Translated:
        if name not in self._row.TRANSLATED:
            raise AttributeError(name)
        return self._row.in_language(name, self._language)

    @property
    def is_machine(self) -> bool:
        """Tell whether any text shown is a machine's and not yet reviewed."""
        version = self._row.translations.get(self._language, {})
        return bool(version.get("fields")) and version.get("made_by") == "machine" and not version.get("reviewed_date")
