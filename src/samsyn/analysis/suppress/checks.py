"""What the protection of tables refuses, and the error that blocks a publication."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from samsyn.analysis.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Fault(enum.StrEnum):
    """Why an argument was refused, or a publication blocked."""

    NOT_COUNTS = "NOT_COUNTS"
    SHAPES_DIFFER = "SHAPES_DIFFER"
    NOT_A_SETTING = "NOT_A_SETTING"
    LABELS_REPEAT = "LABELS_REPEAT"
    UNKNOWN_LABEL = "UNKNOWN_LABEL"
    UNKNOWN_CELL = "UNKNOWN_CELL"
    VALUES_DIFFER = "VALUES_DIFFER"
    DOES_NOT_ADD_UP = "DOES_NOT_ADD_UP"
    TOO_LARGE = "TOO_LARGE"
    INTERVAL_TOO_NARROW = "INTERVAL_TOO_NARROW"
    CANNOT_BE_PROTECTED = "CANNOT_BE_PROTECTED"
    CANNOT_BE_ROUNDED = "CANNOT_BE_ROUNDED"
    NO_ANSWER = "NO_ANSWER"
    """The solver did not answer; nothing may be published on that ground."""


class SuppressError(AnalysisError):
    """An argument that cannot be used; `code` is a `Fault`."""

    code: Fault


class PublicationBlocked(SuppressError):
    """
    What was to be published would let an outsider work out a cell too closely; `cells` names those cells.

    It is raised and not returned, so that nobody can overlook it.
    """

    def __init__(self, code: Fault, cells: Sequence[str]) -> None:
        self.cells = tuple(cells)
        super().__init__(code, "cells", list(cells[:5]))
