"""
The base over which each source is one small file.

`parse` is pure: it turns a file into items and notes faults. `load` writes the items. What `parse` must know
of the database is read before it by `prepare` and lies in the context.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from samsyn.core import personal_text
from samsyn.core.audit import Actor
from samsyn.core.importing.cells import Row, quoted
from samsyn.core.importing.errors import CellFault, Unreadable
from samsyn.core.importing.headings import Column, known_names, match
from samsyn.core.importing.reading import Source, Table, read_document, read_table
from samsyn.core.importing.result import Counts, ImportResult

Item = TypeVar("Item")
# How often the one who waits is told, and of how many rows the columns that are not read are looked at.
_TELL_EVERY = 1_000
_LOOKED_AT = 500


def _unwatched(n_rows: int) -> None:
    """Tell nobody how far it has come."""


@dataclass(frozen=True, slots=True)
class Context:
    """
    Who reads in what for which municipality, when, and what was known before.

    `progress` is told now and then how many rows are read. It may raise, and then nothing more is read.
    """

    municipality: str
    by: Actor | None
    now: datetime
    options: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    progress: Callable[[int], None] = _unwatched


class Importer(ABC, Generic[Item]):
    """One kind of file."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    #: The extensions that the upload page offers, without `.gz`.
    suffixes: ClassVar[tuple[str, ...]]

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read what `parse` must know."""
        return {}

    @abstractmethod
    def parse(self, source: Source, context: Context, result: ImportResult) -> list[Item]:
        """
        Return the good items; note the faulty rows, and the number of rows, in `result`.

        :raises Unreadable: nothing of the file can be used
        """

    @abstractmethod
    def load(self, items: Sequence[Item], context: Context) -> Counts:
        """
        Write the items within the caller's transaction.

        :raises Unreadable: what the items refer to is not there; then nothing is written
        """


class RowImporter(Importer[Item]):
    """A kind whose file is a table: CSV, XLSX, or a JSON list of flat records."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".xlsx", ".json", ".ndjson")
    columns: ClassVar[Sequence[Column]]

    @abstractmethod
    def parse_row(self, row: Row, context: Context) -> Item:
        """
        Return a row's item.

        :raises CellFault: a cell holds something else than it should
        """

    @abstractmethod
    def key_of(self, item: Item) -> Hashable:
        """Return what may stand only once in a file."""

    def read(self, source: Source, context: Context, result: ImportResult) -> Table:
        """Return the table; a kind with a layout of its own turns it into one here."""
        return read_table(source, result, known_names(self.columns))

    def parse(self, source: Source, context: Context, result: ImportResult) -> list[Item]:
        """Read row by row, noting faults and repeated keys."""
        table = self.read(source, context, result)
        places = match(table.headings, self.columns, result)
        width = len(table.headings)
        items: list[Item] = []
        first_row: dict[Hashable, int] = {}
        strangers = [at for at, name in enumerate(table.headings) if at not in places.values() and name.strip()]
        for number, cells in enumerate(table.rows, start=1):
            if number % _TELL_EVERY == 0:
                context.progress(number)
            if not any(cells):
                continue
            if number <= _LOOKED_AT:
                _refuse_persons(cells, strangers, table.headings)
            result.rows += 1
            try:
                if len(cells) > width and any(cells[width:]):
                    raise CellFault(
                        "",
                        _("Raden har fler celler än rubrikerna. Kontrollera skiljetecken och citattecken."),
                    )
                item = self.parse_row(Row(number, cells, places), context)
                key = self.key_of(item)
                if key in first_row:
                    raise CellFault(
                        self.columns[0].name,
                        _("Samma uppgift står redan på rad %(n)d. Ta bort den ena raden.")
                        % {"n": first_row[key]},
                    )
            except CellFault as fault:
                result.refuse_row(number, fault.column, str(fault))
                continue
            first_row[key] = number
            items.append(item)
        return items


def _refuse_persons(cells: Sequence[str], strangers: Sequence[int], headings: Sequence[str]) -> None:
    """
    Refuse a file with persons in a column that is not even read: it would be kept with the rest.

    :raises Unreadable: it has
    """
    for at in strangers:
        if at < len(cells) and cells[at] and personal_text.kinds_in(cells[at][:2000]):
            raise Unreadable(
                _("Kolumnen %(name)s ser ut att innehålla personuppgifter. Ta bort den ur filen.")
                % {"name": quoted(headings[at])}
            )


class DocumentImporter(Importer[Item]):
    """A kind whose file is one JSON document."""

    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    @abstractmethod
    def parse_document(self, document: Any, context: Context, result: ImportResult) -> list[Item]:
        """
        Return the document's good items; count `result.rows` and note the faulty ones.

        :raises Unreadable: it is another kind of document
        """

    def parse(self, source: Source, context: Context, result: ImportResult) -> list[Item]:
        """Read the document, then its items."""
        return self.parse_document(read_document(source, result), context, result)


_IMPORTERS: dict[str, Importer[Any]] = {}


def register(importer: type[Importer[Any]]) -> type[Importer[Any]]:
    """
    Enter a kind; used as a decorator in each app's `importers`, which its AppConfig imports when ready.

    :raises ValueError: the kind is already entered
    """
    if importer.kind in _IMPORTERS:
        raise ValueError(f"The import kind {importer.kind} is entered twice")
    _IMPORTERS[importer.kind] = importer()
    return importer


def kinds() -> list[str]:
    """Return every kind that can be read in."""
    return sorted(_IMPORTERS)


def importer_of(kind: str) -> Importer[Any]:
    """
    Return the importer of a kind.

    :raises Unreadable: there is none
    """
    try:
        return _IMPORTERS[kind]
    except KeyError:
        raise Unreadable(
            _("Slaget %(kind)s finns inte. Välj bland %(kinds)s.")
            % {"kind": quoted(kind), "kinds": ", ".join(kinds())}
        ) from None
