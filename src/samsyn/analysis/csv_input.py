"""
Read the CSV files given to `samsyn analyse`: separators and encodings as Swedish offices save them.

Faults are Swedish sentences that say what to do, since a person at a spreadsheet will read them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_BYTES = 20_000_000
MAX_COLUMNS = 200
MAX_ROWS = 100_000

Row = Mapping[str, str]
"""A row's cells by column name, stripped; an empty cell is an empty string."""

_BLANKS = "\u0020\u00a0\u202f\u2009"
_INTEGER = re.compile(rf"-?(\d+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)", re.ASCII)
_DECIMAL = re.compile(rf"-?(\d+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)([.,]\d+)?", re.ASCII)
_MAYBE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


class FileError(Exception):
    """A file that cannot be read."""


class RowError(Exception):
    """A row that cannot be read; `column` is None when the fault is in the row as a whole."""

    def __init__(self, column: str | None, text: str) -> None:
        super().__init__(text)
        self.column = column
        self.text = text


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read: column names in order, "" for a column not used, and the raw data lines."""

    columns: tuple[str, ...]
    lines: list[list[str]]
    warnings: list[str]

    def rows(self) -> Iterator[Row | RowError]:
        """Each data row, or the fault in its shape."""
        for line in self.lines:
            if any(cell.strip() for cell in line[len(self.columns) :]):
                yield RowError(
                    None,
                    "Raden har fler celler än rubrikraden. Sätt citattecken om text med skiljetecken.",
                )
            else:
                # A row cut short, as Excel saves trailing empty cells, lacks its last cells.
                padded = line + [""] * (len(self.columns) - len(line))
                yield {name: cell.strip() for name, cell in zip(self.columns, padded, strict=False) if name}


def read_table(raw: bytes, *, known: tuple[str, ...], aliases: Mapping[str, str]) -> Table:
    """
    Read a CSV file with a heading row; columns that are not known are told as a warning and left out.

    :raises FileError: too large, no text, no heading row that is known, or equal headings
    """
    if len(raw) > MAX_BYTES:
        raise FileError(f"Filen är större än {MAX_BYTES // 1_000_000} MB. Dela upp den.")
    warnings: list[str] = []
    text = _decode(raw, warnings)
    heading_line = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=heading_line.count)
    try:
        # Strict, so that a quotation mark never closed is told and does not swallow the rest of the file.
        lines = [
            line
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            if any(cell.strip() for cell in line)
        ]
    except csv.Error:
        raise FileError(
            "Filen gick inte att läsa som CSV. Kontrollera att varje citattecken har ett som avslutar det."
        ) from None
    if not lines:
        raise FileError(f"Filen är tom. Den ska börja med en rubrikrad, till exempel: {';'.join(known[:3])}.")
    headings, *data = lines
    if len(headings) > MAX_COLUMNS:
        raise FileError(f"Filen har fler än {MAX_COLUMNS} kolumner. Ta bort dem som inte behövs.")
    if len(data) > MAX_ROWS:
        raise FileError(f"Filen har fler än {MAX_ROWS} rader. Dela upp den.")
    columns = _columns(headings, known, aliases, warnings)
    return Table(columns=columns, lines=data, warnings=warnings)


def integer(row: Row, column: str) -> int | None:
    """
    A whole number, or None for an empty cell; blanks may part the thousands.

    :raises RowError: anything else; 1.417 and 1,417 too, since they may be thousands or decimals
    """
    cell = row.get(column, "")
    if not cell:
        return None
    if not _INTEGER.fullmatch(cell):
        raise RowError(
            column, f"”{_shown(cell)}” är inte ett heltal. Skriv det med bara siffror, till exempel 1417."
        )
    # Python refuses to convert thousands of digits, and no count has more than a few.
    digits = _without_blanks(cell)
    if len(digits) > 20:
        raise RowError(column, "Talet är för stort. Kontrollera cellen.")
    return int(digits)


def decimal(row: Row, column: str) -> float | None:
    """
    A number with decimal comma or point, or None for an empty cell.

    :raises RowError: anything else; 1.417 and 1,417 too, since they may be thousands or decimals
    """
    cell = row.get(column, "")
    if not cell:
        return None
    if _MAYBE_THOUSANDS.fullmatch(cell):
        raise RowError(
            column,
            f"”{cell}” kan läsas som tusental eller som decimaler. "
            f"Skriv {re.sub('[.,]', '', cell)} om det är tusental, annars med två eller fyra decimaler.",
        )
    if not _DECIMAL.fullmatch(cell):
        raise RowError(column, f"”{_shown(cell)}” är inte ett tal. Skriv till exempel 365 eller 0,16.")
    return float(_without_blanks(cell).replace(",", "."))


def _decode(raw: bytes, warnings: list[str]) -> str:
    try:
        text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        # Windows-1252 is what Swedish Excel saves. It leaves a few bytes undefined; they become �.
        text = raw.decode("cp1252", errors="replace")
        warnings.append("Filen är inte UTF-8 och lästes som Windows-1252. Kontrollera å, ä och ö i svaret.")
    if "\0" in text:
        raise FileError("Filen är inte en textfil. Spara arbetsboken som CSV och försök igen.")
    return text


def _columns(
    headings: list[str], known: tuple[str, ...], aliases: Mapping[str, str], warnings: list[str]
) -> tuple[str, ...]:
    columns = []
    for heading in headings:
        name = heading.strip().casefold()
        name = aliases.get(name, name)
        if name and name not in known:
            warnings.append(f"Kolumnen ”{_shown(heading.strip())}” används inte.")
            name = ""
        if name and name in columns:
            raise FileError(f"Två kolumner heter ”{_shown(heading.strip())}”. Ta bort eller döp om den ena.")
        columns.append(name)
    if not any(columns):
        raise FileError(f"Rubrikraden saknas eller är okänd. Kolumnerna heter: {', '.join(known)}.")
    return tuple(columns)


def _without_blanks(cell: str) -> str:
    return re.sub(f"[{_BLANKS}]", "", cell)


def _shown(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"
