"""
Reading files in: one small importer per kind over this base.

An app's importer is a class with `@register`, in a module that its AppConfig imports when ready.
`run_import` is what the command, the upload page and the demo call.
"""

from samsyn.core.importing.base import (
    Context,
    DocumentImporter,
    Importer,
    RowImporter,
    importer_of,
    kinds,
    register,
)
from samsyn.core.importing.cells import Row, quoted
from samsyn.core.importing.errors import CellFault, Unreadable
from samsyn.core.importing.headings import Column
from samsyn.core.importing.result import Counts, ImportResult, RowError
from samsyn.core.importing.runner import run_import

__all__ = [
    "CellFault",
    "Column",
    "Context",
    "Counts",
    "DocumentImporter",
    "ImportResult",
    "Importer",
    "Row",
    "RowError",
    "RowImporter",
    "Unreadable",
    "importer_of",
    "kinds",
    "quoted",
    "register",
    "run_import",
]
