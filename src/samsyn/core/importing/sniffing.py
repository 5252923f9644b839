"""What a file is, seen from its content. The extension is only a hint, for it is often wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samsyn.core.importing.errors import Unreadable

TABLE_TEXT = frozenset({".csv", ".txt", ".tsv"})
LINES = frozenset({".ndjson", ".jsonl"})
JSON = frozenset({".json", ".geojson"})
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# A heading may begin with a bracket, as [id]; what JSON goes on with after it is told apart here.
_JSON_START = re.compile(rb'\s*(?:\[\s*(?:[\[{"\]\d-]|$|true|false|null|NaN)|\{\s*(?:"|\}|$))')
_LINES_START = re.compile(r'\s*\{[^\n]*\}[ \t\r]*\n\s*\{\s*"')
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """The suffix by which a content is read, and whether its name said something else."""

    suffix: str
    was_named_otherwise: bool = False


def _beginning(data: bytes) -> bytes:
    """Return the first characters as ASCII can show them, whatever the encoding."""
    head = data[:2048]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"") if data.startswith(_MARKS[1:]) or b"\x00" in head[:8] else head


def kind_of(data: bytes, suffix: str) -> Kind:
    """
    Return how a content is to be read.

    :raises Unreadable: it is none of the kinds that can be read, whatever it is called
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or (data.startswith(b"PK") and suffix == ".xlsx"):
        return Kind(".xlsx", suffix != ".xlsx")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("Filen är i Excels gamla format XLS, eller låst med lösenord. Spara den som XLSX utan lösenord.")
        )
    for start, name in _FOREIGN:
        if data.startswith(start):
            raise Unreadable(_("Filen är av slaget %(kind)s. Spara innehållet som CSV eller XLSX.") % {"kind": name})
    head = _beginning(data)
    if head.lstrip()[:1] == b"<":
        raise Unreadable(_("Filen är en webbsida eller XML. Öppna den och spara innehållet som CSV eller XLSX."))
    if suffix == ".xlsx":
        # Called a workbook without being one: only text that is clearly JSON is worth another try.
        if _JSON_START.match(head):
            return Kind(".json", was_named_otherwise=True)
        if b"\x00" in data[:2048] and not data.startswith(_MARKS):
            raise Unreadable(_("Filen är ingen Excelfil av slaget XLSX. Spara den igen som XLSX eller CSV."))
        return Kind(".csv", was_named_otherwise=True)
    if suffix in JSON | LINES and (_JSON_START.match(head) or not _looks_like_table(head)):
        return Kind(_lines_or_json(head, suffix))
    if _JSON_START.match(head):
        return Kind(_lines_or_json(head, ".json"), was_named_otherwise=True)
    return Kind(suffix if suffix in TABLE_TEXT else ".csv", suffix not in TABLE_TEXT)


def _lines_or_json(head: bytes, suffix: str) -> str:
    if suffix in LINES:
        # A list over several lines is JSON, not one record a line.
        return ".json" if head.lstrip()[:1] == b"[" else suffix
    return ".ndjson" if _LINES_START.match(head.decode("latin-1")) else suffix


def _looks_like_table(head: bytes) -> bool:
    """Tell whether a text that is called JSON rather is a table: its first line has headings and a separator."""
    first = head.lstrip().split(b"\n", 1)[0]
    return bool(re.match(rb'["\w\xc0-\xff\x80-\xbf \[]+[;,\t|]', first)) and b"{" not in first
