"""
Brå's own exports from Statistik On-Line, turned into rows of the plain file. Pure.

The cross table is made for a spreadsheet. Several header rows together tell the period (`År` and then the
year, or the year and then `Kvartal 1`; a year that is not final says `2026 prel.`), each period has two
columns (`Antal` and `/100 000 inv`), a region is a row of its own, and a row whose cells are `..` is only the
heading of a chosen offence. Cells contain `&nbsp;`, whose semicolon is also the separator. The text file
instead has one row a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from samsyn.core.importing import ImportResult, Unreadable, quoted
from samsyn.core.importing.headings import plain
from samsyn.core.importing.limits import MAX_COLUMNS, MAX_ROWS
from samsyn.statistics.series import measure_of_label, parts_of

HEADINGS = ("kommun", "period", "key", "count", "per100k", "preliminary")
NOT_CHOSEN = ".."

_NBSP = re.compile(r"&nbsp;|\\xa0|\u00a0", re.IGNORECASE)
_PRELIMINARY = re.compile(r"\s*\bprel(?:iminär\w*)?\.?\s*", re.IGNORECASE)
_QUARTER = re.compile(r"kvartal\s*([1-4])", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_REGION = re.compile(r"(.+?)\s+kommun(?:\s*\(.*\))?", re.IGNORECASE)
_COUNTRY = "hela landet"


class Value(NamedTuple):
    """One number of the export."""

    region: str
    label: str
    period: str
    n: str
    rate: str
    is_preliminary: bool


def lines_of(text: str) -> list[list[str]]:
    """Return the export's cells; blanks written as entities are resolved before the cells are told apart."""
    return [
        [cell.strip().strip('"').strip() for cell in line.split(";")]
        for line in _NBSP.sub(" ", text).splitlines()
    ]


def measure_row(lines: Sequence[Sequence[str]]) -> int | None:
    """Return where the cross table's row of `Antal` stands, or None if this is no cross table."""
    for number, cells in enumerate(lines[:12]):
        if len(cells) > 1 and not cells[0] and plain(cells[1]) in {"antal", "/100 000 inv"}:
            return number
    return None


def is_text_file(lines: Sequence[Sequence[str]]) -> bool:
    """Tell whether this is the export with one row a value."""
    return bool(lines) and [plain(cell) for cell in lines[0][:4]] == ["region", "brott", "år", "period"]


def period_of(parts: Sequence[str]) -> tuple[str, bool]:
    """
    Return a period as we write it, and whether it is preliminary, from the header's words.

    >>> period_of(["2026 prel.", "Kvartal 1"])
    ('2026K1', True)
    """
    said = " ".join(part for part in parts if part and plain(part) not in {"år", "helår"})
    bare = _PRELIMINARY.sub(" ", said).strip()
    quarter = _QUARTER.search(bare)
    year = re.search(r"\d{4}", bare)
    month = next(
        (n for n, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", bare, re.IGNORECASE)), None
    )
    text = bare
    if year and quarter:
        text = f"{year[0]}K{quarter[1]}"
    elif year and month:
        text = f"{year[0]}M{month:02}"
    return text, bool(_PRELIMINARY.search(said))


def _filled(cells: Sequence[str], width: int) -> list[str]:
    """Return a header row in which a heading that spans several columns stands over each of them."""
    filled: list[str] = []
    for place in range(width):
        cell = cells[place] if place < len(cells) else ""
        filled.append(cell or (filled[-1] if place > 1 else ""))
    return filled


def cross_table(lines: Sequence[Sequence[str]], at: int) -> Iterator[Value]:
    """Give the cross table's numbers, without the rows that are only headings."""
    kinds = [plain(cell) for cell in lines[at]]
    width = len(kinds)
    if width > MAX_COLUMNS:
        raise Unreadable(
            _("Filen har fler än %(n)d kolumner. Ta bort dem som inte behövs.") % {"n": MAX_COLUMNS}
        )
    heads = [_filled(cells, width) for cells in lines[:at] if len(cells) > 1 and any(cells[1:])]
    columns: dict[tuple[str, bool], dict[str, int]] = {}
    for place in range(1, width):
        if kinds[place] in {"antal", "/100 000 inv"}:
            columns.setdefault(period_of([head[place] for head in heads]), {})[kinds[place]] = place
    region = ""
    for cells in lines[at + 1 :]:
        name = cells[0] if cells else ""
        values = cells[1:width]
        if not name:
            continue
        if not any(values):
            found = _REGION.fullmatch(name)
            if found or plain(name) == _COUNTRY:
                region = found[1] if found else name
            continue
        for (period, is_preliminary), places in columns.items():
            count, rate = (_cell(cells, places.get(kind)) for kind in ("antal", "/100 000 inv"))
            if count and count != NOT_CHOSEN:
                yield Value(region, name, period, count, rate, is_preliminary)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def text_file(lines: Sequence[Sequence[str]]) -> Iterator[Value]:
    """Give the text file's numbers."""
    kinds = [plain(cell) for cell in lines[0]]
    count_at = kinds.index("antal") if "antal" in kinds else None
    rate_at = kinds.index("/100 000 inv") if "/100 000 inv" in kinds else None
    for cells in lines[1:]:
        if len(cells) < 5:
            continue
        period, is_preliminary = period_of(cells[2:4])
        found = _REGION.fullmatch(cells[0])
        count = _cell(cells, count_at)
        if count and count != NOT_CHOSEN:
            region = found[1] if found else cells[0]
            yield Value(region, cells[1], period, count, _cell(cells, rate_at), is_preliminary)


def _number(text: str) -> int | None:
    bare = text.replace(" ", "")
    return int(bare) if bare.isdecimal() and len(bare) < 12 else None


def rows_of(values: Iterator[Value], result: ImportResult) -> list[list[str]]:
    """
    Return the plain file's rows. A measure that is a sum needs all its parts.

    Numbers are passed on as they are written, so that a wrong one is told with its row.
    """
    rows: list[list[str]] = []
    sums: dict[tuple[str, str, str], dict[str, Value]] = {}
    for number, value in enumerate(values, start=1):
        if number > MAX_ROWS:
            raise Unreadable(
                _("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS}
            )
        known = measure_of_label(value.label)
        if known is None:
            result.warn(
                _("Brottet %(label)s finns inte bland våra serier och lästes inte in.")
                % {"label": quoted(value.label)}
            )
            continue
        measure, part = known
        mark = "1" if value.is_preliminary else ""
        if parts_of(measure):
            sums.setdefault((value.region, value.period, measure), {})[part] = value
        else:
            rows.append([value.region, value.period, measure, value.n, _no_dots(value.rate), mark])
    for (region, period, measure), found in sums.items():
        counts = [_number(value.n) for value in found.values()]
        if set(found) != parts_of(measure) or None in counts:
            result.warn(_("Narkotika och vapen räknas ihop. Båda behövs i filen för att läsas in."))
            continue
        rates = [_number(value.rate) for value in found.values()]
        rate = "" if None in rates else str(sum(rate for rate in rates if rate is not None))
        mark = "1" if any(value.is_preliminary for value in found.values()) else ""
        rows.append(
            [region, period, measure, str(sum(count for count in counts if count is not None)), rate, mark]
        )
    return rows


def _no_dots(rate: str) -> str:
    return "" if rate == NOT_CHOSEN else rate
