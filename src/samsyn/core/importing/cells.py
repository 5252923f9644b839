"""One data row: its cells by column name, read as what they should be, or a sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from samsyn.core import text
from samsyn.core.importing.errors import CellFault

# Blanks that Swedish programs put between thousands, and the signs they write for minus.
_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009\t")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,18}([.,]\d{1,12})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII)
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})", re.ASCII)
_QUOTE_LENGTH = 40
Number = TypeVar("Number", int, Decimal)


class Formula(str):
    """A spreadsheet formula as it stands in the file. It is never evaluated."""

    __slots__ = ()


class BrokenCell(str):
    """What a spreadsheet shows where a formula failed, as #N/A or #REF!."""

    __slots__ = ()


def quoted(value: str) -> str:
    """Return a value as it can stand in a message: short, and without characters that are not text."""
    shown = "".join(
        "\ufffd" if text.has_refused_characters(sign) else sign for sign in value[: _QUOTE_LENGTH + 1]
    )
    return f"”{shown[:_QUOTE_LENGTH]}{'…' if len(value) > _QUOTE_LENGTH else ''}”"


class Row:
    """A data row. Every reader raises `CellFault` with what to do."""

    __slots__ = ("_cells", "_places", "number")

    def __init__(self, number: int, cells: Sequence[str], places: Mapping[str, int]) -> None:
        self.number = number
        self._cells = cells
        self._places = places

    def has(self, column: str) -> bool:
        """Tell whether the file has the column at all."""
        return column in self._places

    def first_of(self, columns: Iterable[str]) -> str:
        """Return the first of these columns that has something in this row, or an empty text."""
        return next((column for column in columns if self._raw(column)), "")

    def _raw(self, column: str) -> str:
        place = self._places.get(column)
        if place is None or place >= len(self._cells):
            return ""
        cell = self._cells[place]
        if isinstance(cell, Formula):
            raise CellFault(column, _("Cellen innehåller en formel. Klistra in själva värdet i stället."))
        if isinstance(cell, BrokenCell):
            raise CellFault(column, _("Cellen visar ett fel från Excel. Skriv in själva värdet."))
        return cell.strip()

    def text(self, column: str, *, required: bool = False, max_length: int = 10_000) -> str:
        """Return a cell's text in NFC without surrounding blanks."""
        value = self._raw(column)
        if not value:
            if required:
                raise CellFault(column, _("Cellen är tom. Fyll i den, eller ta bort raden."))
            return ""
        if not value.isascii() or not value.isprintable():
            value = text.clean(value)
            if text.has_refused_characters(value):
                raise CellFault(
                    column, _("Cellen innehåller styrtecken som inte är text. Skriv om cellen för hand.")
                )
        if len(value) > max_length:
            raise CellFault(
                column,
                _("Texten är %(n)d tecken lång. Korta den till högst %(max)d tecken.")
                % {"n": len(value), "max": max_length},
            )
        return value

    def integer(self, column: str, *, least: int | None = None, most: int | None = None) -> int | None:
        """Return a whole number, or None where the cell is empty. A thousands point or comma is refused."""
        value = self._raw(column)
        if not value:
            return None
        number = value if value.isascii() and value.isdecimal() else value.translate(_BLANKS).translate(_MINUS)
        if not _INTEGER.fullmatch(number):
            raise CellFault(
                column, _("%(value)s är inget heltal. Skriv bara siffror.") % {"value": quoted(value)}
            )
        return self._bounded(column, int(number), least, most)

    def decimal(self, column: str, *, least: int | None = None, most: int | None = None) -> Decimal | None:
        """Return a number with decimal comma or point, or None where the cell is empty."""
        value = self._raw(column)
        if not value:
            return None
        number = value.translate(_BLANKS).translate(_MINUS)
        if not _DECIMAL.fullmatch(number):
            raise CellFault(
                column,
                _("%(value)s är inget tal. Skriv siffror med decimalkomma.") % {"value": quoted(value)},
            )
        return self._bounded(column, Decimal(number.replace(",", ".")), least, most)

    @staticmethod
    def _bounded(column: str, number: Number, least: int | None, most: int | None) -> Number:
        if (least is not None and number < least) or (most is not None and number > most):
            raise CellFault(
                column,
                _("%(value)s är utanför det som är möjligt. Kontrollera talet.")
                % {"value": quoted(str(number))},
            )
        return number

    def date(self, column: str) -> date | None:
        """Return a date written as `2026-11-22` or `20261122`, or None where the cell is empty."""
        value = self._raw(column)
        if not value:
            return None
        if _AMBIGUOUS_DATE.fullmatch(value):
            raise CellFault(
                column,
                _("%(value)s kan läsas på flera sätt. Skriv datumet som 2026-11-22.") % {"value": quoted(value)},
            )
        try:
            if not _DATE.fullmatch(value):  # the library reads more forms than people write, as 2026-W47-7
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            raise CellFault(
                column, _("%(value)s är inget datum. Skriv det som 2026-11-22.") % {"value": quoted(value)}
            ) from None
