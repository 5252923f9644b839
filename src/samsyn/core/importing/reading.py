"""From bytes to a table of texts or a JSON document, within limits; each guess is told as a warning."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from samsyn.core.exporting import unharmed
from samsyn.core.importing.cells import BrokenCell, Formula, quoted
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.headings import plain
from samsyn.core.importing.limits import MAX_BYTES, MAX_COLUMNS, MAX_DEPTH, MAX_ROWS
from samsyn.core.importing.result import ImportResult
from samsyn.core.importing.sniffing import kind_of

DOCUMENTS = frozenset({".json", ".geojson", ".ndjson", ".jsonl"})
_SEPARATORS = {";": "semikolon", "\t": "tabb", ",": "komma", "|": "lodstreck"}
_SAMPLE = 20
# Signs that UTF-8 was once read as Windows-1252 and saved again.
_MOJIBAKE = re.compile("Ã[¥¤¶…„–]")
# Possessive, and an unclosed text ends with the file: otherwise each quotation mark would be tried to the end anew.
_JSON_TEXT = re.compile(rb'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
_JSON_BRACKET = re.compile(rb"[\[\]{}]")
_XML_DEFINITION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_BINARY = (".bin", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".ico")
# Excel's way of keeping the noughts of 0123 in a CSV file.
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Source:
    """A file's unpacked content, its name as sent, and by which suffix it is read."""

    name: str
    data: bytes
    suffix: str
    was_named_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and data rows, every cell a text."""

    headings: Sequence[str]
    rows: Iterator[Sequence[str]]


def _megabytes() -> int:
    return MAX_BYTES // 1_000_000


def open_source(name: str, data: bytes) -> Source:
    """
    Unpack gzip, and see from its content what kind of file it is.

    :raises Unreadable: empty, too large, not really packed, or of a kind that is never read
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            _("Filen är större än %(n)d megabyte. Dela upp den i flera filer.") % {"n": _megabytes()}
        )
    path = Path(name)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    if data.startswith(b"\x1f\x8b") or Path(name).suffix.lower() == ".gz":
        try:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise Unreadable(
                _("Filen kan inte packas upp. Packa den igen, eller lämna den opackad.")
            ) from None
        if len(data) > MAX_BYTES:
            raise Unreadable(
                _("Filen är större än %(n)d megabyte när den packats upp. Dela upp den.")
                % {"n": _megabytes()}
            )
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(_("Filen är tom. Välj den igen, eller fyll i den."))
    kind = kind_of(data, path.suffix.lower())
    return Source(name, data, kind.suffix, kind.was_named_otherwise)


def encoding_of(data: bytes, result: ImportResult) -> str:
    """
    Return the encoding of a text file. Only Windows-1252 and UTF-16 without a mark are guesses, and told.

    :raises Unreadable: not text at all
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:2000]
    for encoding, odd in (("utf-16-le", 1), ("utf-16-be", 0)):
        every_second = sample[odd::2]
        if len(every_second) > 4 and every_second.count(0) > 0.8 * len(every_second):
            result.warn(_("Gissade att filen är sparad som UTF-16. Kontrollera å, ä och ö."))
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if b"\x00" in sample:
            raise Unreadable(
                _("Filen är ingen textfil. Spara den som CSV eller XLSX och försök igen.")
            ) from None
        result.warn(_("Gissade att filen är sparad som Windows-1252. Kontrollera å, ä och ö."))
        # latin-1 has a character for each byte; Windows-1252 lacks five.
        return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", data) else "cp1252"
    return "utf-8"


def decode(data: bytes, result: ImportResult) -> str:
    """
    Return a text file's text.

    :raises Unreadable: broken in its own encoding
    """
    encoding = encoding_of(data, result)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(_("Filens text är trasig. Spara den igen som UTF-8.")) from None


def _separator(sample: str, result: ImportResult, known: Mapping[str, str]) -> str:
    """Return the separator that gives most known headings, then most columns that agree row by row."""
    scores: dict[str, tuple[int, int, int]] = {}
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row][
                :_SAMPLE
            ]
        except csv.Error:
            continue
        if rows and len(rows[0]) > 1:
            agreeing = sum(len(row) == len(rows[0]) for row in rows)
            scores[separator] = (sum(plain(cell) in known for cell in rows[0]), agreeing, len(rows[0]))
    if not scores:
        return ";"
    best = max(scores, key=lambda separator: scores[separator])
    if any(scores[other][:2] == scores[best][:2] for other in scores if other != best):
        result.warn(
            _("Gissade att kolumnerna skiljs åt med %(sign)s. Kontrollera raderna.")
            % {"sign": _SEPARATORS[best]}
        )
    return best


def _cell_of_text(cell: str) -> str:
    if cell[:1] == "=":
        literal = _QUOTED_FORMULA.fullmatch(cell)
        return literal[1] if literal else Formula(cell)
    return unharmed(cell)


def _csv_table(source: Source, result: ImportResult, known: Mapping[str, str]) -> Table:
    encoding = encoding_of(source.data, result)
    try:
        sample = "".join(_head(source.data, encoding))
    except UnicodeDecodeError:
        raise Unreadable(_("Filens text är trasig. Spara den igen som UTF-8.")) from None
    if _MOJIBAKE.search(sample):
        result.warn(_("Å, ä och ö ser trasiga ut. Filen kan ha sparats med fel teckenkodning."))
    lines = io.TextIOWrapper(io.BytesIO(source.data), encoding=encoding, newline="")
    declared = re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE)
    if declared:
        lines.readline()
    separator = declared[1] if declared else _separator(sample, result, known)
    records = _records(csv.reader(lines, delimiter=separator, strict=True))
    headings = next(records, [])
    return Table(headings, ([_cell_of_text(cell) for cell in record] for record in records))


def _head(data: bytes, encoding: str) -> list[str]:
    lines = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return [line for line, _n in zip(iter(lambda: lines.readline(20_000), ""), range(_SAMPLE), strict=False)]


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Give a CSV file's records, turning the reader's own faults into a sentence."""
    number = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(
                _("Rad %(n)d går inte att läsa. Ett citattecken kan saknas, eller stå fel.")
                % {"n": max(number, 1)}
            ) from None
        except UnicodeDecodeError:
            raise Unreadable(_("Filens text är trasig. Spara den igen som UTF-8.")) from None
        number += 1
        yield record


def _text_of_value(value: object) -> str:
    """Return a spreadsheet's or JSON's value as the text a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _cell_of_sheet(cell: Any) -> str:
    if cell.data_type == "f":
        return Formula(cell.value)
    if cell.data_type == "e":
        return BrokenCell(cell.value)
    return unharmed(_text_of_value(cell.value))


def _check_workbook(data: bytes) -> None:
    """Look into the archive before any program does: its unpacked size, and XML with its own definitions."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise Unreadable(
                    _("Filen är större än %(n)d megabyte när den packats upp. Dela upp den.")
                    % {"n": _megabytes()}
                )
            for member in archive.infolist():
                content = archive.read(member)
                # Whatever a part is called, another part may point to it as XML. A nought among the first bytes
                # is UTF-16, in which a definition could hide; in pictures and printers' settings it is common.
                is_binary = member.filename.lower().endswith(_BINARY)
                if _XML_DEFINITION.search(content) or (not is_binary and b"\x00" in content[:4]):
                    raise Unreadable(_("Filen innehåller egna XML-definitioner. Spara den på nytt i Excel."))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Unreadable(
            _("Filen är ingen Excelfil av slaget XLSX. Spara den igen som XLSX eller CSV.")
        ) from None


def _workbook_table(source: Source, result: ImportResult) -> Table:
    import openpyxl

    _check_workbook(source.data)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(source.data), read_only=True, data_only=False, keep_links=False
        )
    except Exception:  # openpyxl raises whatever a broken part happens to raise
        raise Unreadable(
            _("Filen är ingen Excelfil av slaget XLSX. Spara den igen som XLSX eller CSV.")
        ) from None
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unreadable(_("Filen har inget synligt blad. Visa bladet och spara filen igen."))
    if len(book.worksheets) > 1:
        result.warn(
            _("Filen har flera blad. Bara %(name)s lästes in; %(n)d blad lämnades, varav %(hidden)d dolda.")
            % {
                "name": f"”{visible[0].title}”",
                "n": len(book.worksheets) - 1,
                "hidden": len(book.worksheets) - len(visible),
            }
        )
    sheet = visible[0]
    sheet.reset_dimensions()  # the size that a file states may be any

    def records() -> Iterator[list[str]]:
        try:
            for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1):  # one cell far out makes a row of 16 384
                record = [_cell_of_sheet(cell) for cell in cells]
                while record and not record[-1]:
                    record.pop()
                yield record
        except Unreadable:
            raise
        except Exception:  # as above: a sheet is parsed while it is read
            raise Unreadable(_("Excelfilen är trasig. Spara den igen som XLSX eller CSV.")) from None

    rows = records()
    return Table(next(rows, []), rows)


def _check_depth(data: bytes) -> None:
    depth = 0
    for bracket in _JSON_BRACKET.finditer(_JSON_TEXT.sub(b"", data)):
        if bracket[0] in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable(
                    _("Filen har fler än %(n)d nivåer i varandra. Gör den plattare.") % {"n": MAX_DEPTH}
                )
        else:
            depth -= 1


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _parse_json(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_no_key_twice)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a record; of a key that stands twice nobody knows which one is meant."""
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(_("Nyckeln %(name)s står två gånger i samma post. Ta bort den ena.") % {"name": quoted(twice)})
    return record


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e999 is rightly written, but becomes a number that JSON lacks
        raise ValueError(text)
    return number


def read_document(source: Source, result: ImportResult) -> Any:
    """
    Return a JSON, GeoJSON or NDJSON file's content; NDJSON as a list.

    :raises Unreadable: not JSON, too deep, or with numbers that JSON lacks
    """
    if source.suffix not in DOCUMENTS:
        raise Unreadable(_("Filen är ingen JSON. Det här slaget läses in som JSON eller GeoJSON."))
    _tell_name(source, result)
    text = decode(source.data, result)
    _check_depth(text.encode() if not source.data.isascii() else source.data)
    try:
        if source.suffix in {".ndjson", ".jsonl"}:
            return _lines(text)
        return _parse_json(text)
    except Unreadable:
        raise
    except json.JSONDecodeError as fault:
        raise Unreadable(
            _("Filen är inte rätt skriven JSON. Felet är nära rad %(line)d, tecken %(column)d.")
            % {"line": fault.lineno, "column": fault.colno}
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(
            _("Filen innehåller tal som JSON inte har, till exempel NaN. Ta bort dem.")
        ) from None


def _lines(text: str) -> list[Any]:
    """Return one record a line; of a broken one the line in the file is told."""
    records: list[Any] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if len(records) >= MAX_ROWS:
            raise _too_many()
        try:
            records.append(_parse_json(line))
        except json.JSONDecodeError as fault:
            raise Unreadable(
                _("Rad %(line)d är inte rätt skriven JSON. Felet är nära tecken %(column)d.")
                % {"line": number, "column": fault.colno}
            ) from None
    return records


def _too_many() -> Unreadable:
    return Unreadable(_("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS})


def _tell_name(source: Source, result: ImportResult) -> None:
    if source.was_named_otherwise:
        words = {".csv": "CSV", ".xlsx": "XLSX", ".json": "JSON", ".ndjson": "NDJSON"}
        result.warn(
            _("Filens namn säger något annat, men den lästes som %(kind)s.")
            % {"kind": words.get(source.suffix, source.suffix)}
        )


def _records_of_points(document: Any) -> Any:
    """Return a GeoJSON FeatureCollection of points as flat records with `lat` and `lon`; anything else as it is."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        return document
    features = document.get("features")
    if not isinstance(features, list):
        raise Unreadable(_("Filen är ingen rätt skriven GeoJSON. Den ska ha en lista ”features”."))
    records = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        record = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(feature, dict) and feature.get("id") is not None:
            record.setdefault("id", feature["id"])
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if geometry is not None:
            is_point = isinstance(geometry, dict) and geometry.get("type") == "Point"
            point = geometry.get("coordinates") if is_point else None
            if not isinstance(point, list) or len(point) < 2 or any(type(a) not in {int, float} for a in point[:2]):
                raise Unreadable(
                    _("Post %(n)d är ingen punkt. Här läses bara punkter in, med longituden först.") % {"n": number}
                )
            if {"lat", "lon"} & record.keys():
                raise Unreadable(_("Post %(n)d har koordinater på två ställen. Ta bort lat och lon.") % {"n": number})
            record["lon"], record["lat"] = point[0], point[1]
        records.append(record)
    return records


def _document_table(source: Source, result: ImportResult) -> Table:
    document = _records_of_points(read_document(source, result))
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise Unreadable(_("Filen ska vara en lista med en post per rad, som [{…}, {…}]."))
    headings: dict[str, None] = {}
    for row in document:
        headings.update(dict.fromkeys(row))
    if any(isinstance(value, list | dict) for row in document for value in row.values()):
        raise Unreadable(_("Posterna i filen får inte ha listor eller poster i sig. Gör dem plattare."))
    return Table(list(headings), ([_text_of_value(row.get(name)) for name in headings] for row in document))


def read_table(source: Source, result: ImportResult, known: Mapping[str, str]) -> Table:
    """
    Return a file's headings and rows; `known` are the headings to look for when separators are guessed.

    :raises Unreadable: the file, or later while rows are read, a row of it
    """
    if source.suffix in {".csv", ".txt", ".tsv"}:
        _tell_name(source, result)
        table = _csv_table(source, result, known)
    elif source.suffix == ".xlsx":
        _tell_name(source, result)
        table = _workbook_table(source, result)
    else:
        table = _document_table(source, result)
    if len(table.headings) > MAX_COLUMNS:
        raise Unreadable(
            _("Filen har fler än %(n)d kolumner. Ta bort dem som inte behövs.") % {"n": MAX_COLUMNS}
        )
    return Table(table.headings, _limited(table.rows))


def _limited(rows: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise _too_many()
        yield row
