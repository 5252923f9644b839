"""What became of an import, as people read it and as scripts do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import ngettext

from samsyn.core.importing.limits import MAX_REPORTED


@dataclass(frozen=True, slots=True)
class RowError:
    """A fault in one data row; rows are counted from 1, without the headings."""

    row: int
    column: str
    text: str


@dataclass(slots=True)
class Counts:
    """How many things a file made, changed and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left: int = 0
    """Of the unchanged: those that differ from the file, but that a person has corrected since."""

    @property
    def stored(self) -> int:
        """How many things the file accounts for."""
        return self.created + self.updated + self.unchanged

    def add(self, other: Counts) -> None:
        """Add another batch's numbers."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.left += other.left


@dataclass(slots=True)
class ImportResult:
    """Collects faults and warnings while a file is read, and the numbers when it is stored."""

    accepted: bool = False
    rows: int = 0
    counts: Counts = field(default_factory=Counts)
    row_errors: list[RowError] = field(default_factory=list)
    n_row_errors: int = 0
    file_errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse_row(self, row: int, column: str, text: str) -> None:
        """Note a fault in a row. Beyond the limit faults are counted but not listed."""
        self.n_row_errors += 1
        if len(self.row_errors) < MAX_REPORTED:
            self.row_errors.append(RowError(row, column, str(text)))

    def refuse_file(self, text: str) -> None:
        """Note a fault because of which nothing of the file is stored."""
        self.file_errors.append(str(text))

    def warn(self, text: str) -> None:
        """Tell of a guess or something left out, once."""
        if str(text) not in self.warnings:
            self.warnings.append(str(text))

    @property
    def is_faulty(self) -> bool:
        """Tell whether anything was refused."""
        return bool(self.file_errors or self.n_row_errors)

    def as_dict(self) -> dict[str, Any]:
        """Return the result in the form that is promised to scripts."""
        unlisted = self.n_row_errors - len(self.row_errors)
        more = (
            [
                ngettext("Ytterligare %(n)d rad har fel.", "Ytterligare %(n)d rader har fel.", unlisted)
                % {"n": unlisted}
            ]
            if unlisted
            else []
        )
        return {
            "accepted": self.accepted,
            "rows": self.rows,
            "created": self.counts.created,
            "updated": self.counts.updated,
            "unchanged": self.counts.unchanged,
            "stored": self.counts.stored,
            "row_errors": [{"row": e.row, "column": e.column, "text": e.text} for e in self.row_errors],
            "file_errors": list(self.file_errors),
            "warnings": [*self.warnings, *more],
        }
