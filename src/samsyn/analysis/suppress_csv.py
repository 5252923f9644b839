"""Protect the tables of CSV files: one to publish, and those that are out already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, integer, read_table
from samsyn.analysis.suppress import (
    TOTAL,
    CrossTable,
    Fault,
    PublicationBlocked,
    Release,
    SuppressError,
    audit,
    cell_key,
    check_can_publish,
    join,
    one_category,
    protect,
    release,
    round_to_base,
    small_counts,
)

HIDDEN = ("ja", "yes", "x", "1")

SENTENCES = {
    Fault.NOT_COUNTS: "Antal är hela tal från 0. Kontrollera kolumnen count.",
    Fault.SHAPES_DIFFER: "Tabellen är inte hel. Kontrollera att varje kombination finns en gång.",
    Fault.NOT_A_SETTING: "Inställningen går inte att använda. Kontrollera --largest och --base.",
    Fault.LABELS_REPEAT: "En etikett finns två gånger, eller heter Totalt. Döp om den.",
    Fault.UNKNOWN_LABEL: "Dimensionen finns inte i tabellen. Kontrollera --one-category.",
    Fault.UNKNOWN_CELL: "En cell som pekas ut finns inte i någon tabell. Kontrollera filen.",
    Fault.VALUES_DIFFER: "Samma cell har olika antal i två filer. Rätta den fil som är fel.",
    Fault.DOES_NOT_ADD_UP: "En summa stämmer inte med sina delar. Kontrollera filen.",
    Fault.TOO_LARGE: "Tabellerna har fler än 50 000 celler tillsammans. Dela upp dem.",
    Fault.INTERVAL_TOO_NARROW: "Publicera inte: en skyddad cell går att räkna ut för nära.",
    Fault.CANNOT_BE_PROTECTED: (
        "Publicera inte: det som redan är publicerat röjer cellen, och inget mönster kan skydda den. Slå ihop grupper."
    ),
    Fault.CANNOT_BE_ROUNDED: "Tabellen går inte att avrunda så att summorna stämmer, eller är delvis publicerad redan.",
    Fault.NO_ANSWER: "Lösaren gav inget svar, och då får inget publiceras. Dela upp tabellen och försök igen.",
}


def protect_files(
    raw: bytes,
    earlier: Sequence[bytes],
    *,
    dimensions: Sequence[str],
    largest: int,
    category: str | None,
    base: int | None,
    seed: int,
) -> Answer:
    """Protect the file's table, given the earlier ones; with a base it is rounded instead."""
    answer = Answer()
    try:
        new = _table(raw, dimensions, answer, published_before=False)
        before = [_table(each, dimensions, answer, published_before=True) for each in earlier]
        if answer.row_errors:
            return answer
        tables = release([new, *before])
        if base is not None:
            rounded = round_to_base(tables, base=base, rng=np.random.default_rng(seed))
            shown = _cells(new, tables, rounded.values, None)
            answer.found = {"cells": shown, "protection": rounded.as_dict()}
            return answer
        needs = small_counts(tables, largest=largest)
        if category is not None:
            needs = join(needs, one_category(tables, dimension=category, largest=largest))
        # What an earlier table shows is out, and cannot be called back; it is told, and the rest is protected.
        out = [i for i in needs if tables.known[i]]
        if out:
            names = ", ".join(tables.name(i) for i in out[:5])
            answer.warnings.append(f"Redan publicerat och litet: {names}. Det går inte att ta tillbaka.")
        needs = {i: need for i, need in needs.items() if i not in out}
        found = protect(tables, needs)
        seen = audit(tables, found.hidden, needs)
        check_can_publish(seen)
    except FileError as fault:
        answer.file_errors.append(str(fault))
    except PublicationBlocked as error:
        answer.file_errors.append(f"{SENTENCES[error.code]} Cell: {'; '.join(error.cells[:10])}.")
        answer.found = {"blocked": list(error.cells)}
    except SuppressError as error:
        answer.file_errors.append(SENTENCES[error.code])
    else:
        why = dict.fromkeys(found.primary, "primary") | dict.fromkeys(found.secondary, "secondary")
        answer.found = {
            "cells": _cells(new, tables, found.shown(), why),
            "protection": found.as_dict(),
            "audit": seen.as_dict(),
        }
    return answer


def _table(raw: bytes, dimensions: Sequence[str], answer: Answer, *, published_before: bool) -> CrossTable:
    table = read_table(raw, known=(*dimensions, "count", "hidden"), aliases={"antal": "count", "dold": "hidden"})
    # Tables that share only some dimensions are linked by the margins they have in common.
    dimensions = [dimension for dimension in dimensions if dimension in table.columns]
    if not dimensions or "count" not in table.columns:
        lacking = "count" if dimensions else "för en dimension"
        raise FileError(f"Kolumnen {lacking} saknas. Ange tabellens dimensioner med --dimensions.")
    answer.warnings += table.warnings
    cells: dict[tuple[str, ...], int] = {}
    marked = []
    labels: list[dict[str, None]] = [{} for _ in dimensions]
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            at, count = _cell(row, dimensions, cells)
        except RowError as fault:
            answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
            continue
        if row.get("hidden", "").casefold() in HIDDEN:
            marked.append(at)
        if TOTAL in at:
            # Margins are computed; a row for one only says that it was hidden.
            continue
        cells[at] = count
        for seen, label in zip(labels, at, strict=True):
            seen[label] = None
    answer.n_rows = (answer.n_rows or 0) + len(table.lines)
    ordered = [list(seen) for seen in labels]
    # A combination that is not in the file did not happen: counts of events are files of what did.
    values = np.zeros([len(seen) for seen in ordered])
    for at, count in cells.items():
        values[tuple(seen.index(label) for seen, label in zip(ordered, at, strict=True))] = count
    if not values.size:
        raise FileError("Filen har inga rader. Skriv en rad för varje cell.")
    return CrossTable(
        dimensions=dict(zip(dimensions, ordered, strict=True)),
        values=values,
        published_before=published_before,
        hidden=frozenset(cell_key(**dict(zip(dimensions, at, strict=True))) for at in marked)
        if published_before
        else frozenset(),
    )


def _cell(row: Row, dimensions: Sequence[str], cells: dict[tuple[str, ...], int]) -> tuple[tuple[str, ...], int]:
    at = tuple(row.get(dimension, "") for dimension in dimensions)
    for dimension, label in zip(dimensions, at, strict=True):
        if not label:
            raise RowError(dimension, "Cellen är tom. Skriv vad raden gäller.")
    if at in cells:
        raise RowError(dimensions[0], "Kombinationen finns redan. Lägg ihop raderna.")
    count = integer(row, "count")
    if TOTAL in at:
        return at, 0
    if count is None:
        raise RowError("count", "Antalet saknas. Skriv 0 om inget hände.")
    if count < 0:
        raise RowError("count", "Antal kan inte vara negativa. Kontrollera cellen.")
    return at, count


def _cells(table: CrossTable, tables: Release, shown: Any, why: dict[int, str] | None) -> list[dict[str, Any]]:
    """Every cell of the new table as it may be published: null where hidden."""
    position = {key: i for i, key in enumerate(tables.keys)}
    result = []
    for key in table.cells():
        i = position[key]
        about = dict(key)
        cell: dict[str, Any] = {dimension: about.get(dimension, TOTAL) for dimension in table.dimensions}
        cell["count"] = None if np.isnan(shown[i]) else int(shown[i])
        if why is not None:
            cell["why"] = why.get(i)
        result.append(cell)
    return result
