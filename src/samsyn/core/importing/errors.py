"""
Faults in what somebody wants to read in.

    DomainError
    ├── Unreadable      the whole file; nothing of it can be used
    └── CellFault       one cell of one row; the rest may still be good
"""

from django.utils.functional import Promise

from samsyn.core.errors import DomainError


class Unreadable(DomainError):
    """The file as a whole cannot be read in."""


class CellFault(DomainError):
    """A cell holds something else than it should."""

    def __init__(self, column: str, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.column = column
