"""
The one writer of files that people open in a spreadsheet: CSV, XLSX, JSON and GeoJSON.

A spreadsheet runs a text that begins with `=`, `+`, `-` or `@` as a formula. Such a text gets an apostrophe
in front; numbers stay numbers, negative ones too. A text that already begins with apostrophes and then such a
sign gets one more, so that reading (`samsyn.core.importing`) can take exactly one away again: what is
exported and imported is unchanged.

CSV is written as Swedish Excel opens it: UTF-8 with its mark, semicolons, decimal comma.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from samsyn.core.errors import DomainError

Cell = str | int | float | Decimal | date | datetime | bool | None

# The wide forms are typed on East Asian keyboards and read as the same signs by some spreadsheets.
_DANGEROUS = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile("''*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


class NotExportable(DomainError):
    """There is no such export, or not in that format."""


@dataclass(frozen=True, slots=True)
class Table:
    """Something to write as rows."""

    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Document:
    """Something to write as JSON as it is; GeoJSON if it is a FeatureCollection."""

    content: Any


def harmless(text: str) -> str:
    """
    Return a text that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("Vid ån"), harmless("'-5")
    ("'=1+1", 'Vid ån', "''-5")
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def unharmed(text: str) -> str:
    """
    Return what `harmless` was given.

    >>> unharmed("'=1+1"), unharmed("'n Roll"), unharmed("''-5")
    ('=1+1', "'n Roll", "'-5")
    """
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def _number(value: int | float | Decimal) -> str:
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.replace(".", ",")


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return _number(value)


def write_csv(table: Table) -> bytes:
    """Write rows as Swedish Excel opens them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in table.headings])
    for row in table.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(table: Table) -> bytes:
    """Write rows as a workbook with one sheet."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Blad1"))

    def cell_of(value: Cell) -> Any:
        if isinstance(value, datetime):
            value = value.isoformat()  # a sheet's own instants have no offset
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(sheet, harmless(value))
        cell.data_type = "s"  # never guessed to be an error code or a formula
        return cell

    sheet.append([cell_of(heading) for heading in table.headings])
    for row in table.rows:
        sheet.append([cell_of(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} cannot be written as JSON")


def write_json(content: Table | Document) -> bytes:
    """Write rows as a list of records, or a document as it is."""
    if isinstance(content, Table):
        data: Any = [dict(zip(content.headings, row, strict=True)) for row in content.rows]
    else:
        data = content.content
    return (json.dumps(data, ensure_ascii=False, default=_plain, indent=1) + "\n").encode()


def write_geojson(table: Table) -> bytes:
    """Write rows with `lat` and `lon` as points; a row without them gets no geometry."""
    lat, lon = table.headings.index("lat"), table.headings.index("lon")
    features = []
    for row in table.rows:
        cells = enumerate(zip(table.headings, row, strict=True))
        fields = {name: cell for at, (name, cell) in cells if at not in {lat, lon}}
        point = None if row[lat] is None else {"type": "Point", "coordinates": [row[lon], row[lat]]}
        features.append({"type": "Feature", "properties": fields, "geometry": point})
    return write_json(Document({"type": "FeatureCollection", "features": features}))


Export = Callable[[str], Table | Document]
_EXPORTS: dict[str, Export] = {}
FORMATS = ("json", "csv", "xlsx", "geojson")


def exports(kind: str) -> Callable[[Export], Export]:
    """Enter a function that gives what a kind exports for a municipality's code; empty means all."""

    def enter(function: Export) -> Export:
        if kind in _EXPORTS:
            raise ValueError(f"The export kind {kind} is entered twice")
        _EXPORTS[kind] = function
        return function

    return enter


def kinds() -> list[str]:
    """Return every kind that can be exported."""
    return sorted(_EXPORTS)


def run_export(kind: str, file_format: str = "json", *, municipality: str = "") -> bytes:
    """
    Return a kind's file in a format.

    :raises NotExportable: no such kind, or not in that format
    """
    if kind not in _EXPORTS:
        raise NotExportable(
            _("Slaget %(kind)s kan inte exporteras. Välj bland %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(kinds())}
        )
    content = _EXPORTS[kind](municipality)
    is_geojson = isinstance(content, Document) and "features" in content.content
    if file_format == "json" or (file_format == "geojson" and is_geojson):
        return write_json(content)
    if isinstance(content, Table) and file_format == "csv":
        return write_csv(content)
    if isinstance(content, Table) and file_format == "xlsx":
        return write_xlsx(content)
    if isinstance(content, Table) and file_format == "geojson" and {"lat", "lon"} <= set(content.headings):
        return write_geojson(content)
    raise NotExportable(
        _("%(kind)s kan inte skrivas som %(format)s. Välj json i stället.")
        % {"kind": kind, "format": file_format}
    )
