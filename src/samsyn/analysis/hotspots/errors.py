"""What the methods for places refuse, and what they lack when an area cannot be judged."""

from __future__ import annotations

import enum

from samsyn.analysis.errors import AnalysisError


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_NUMBERS = "NOT_NUMBERS"
    WRONG_SHAPE = "WRONG_SHAPE"
    NOT_WHOLE_NUMBERS = "NOT_WHOLE_NUMBERS"
    NEGATIVE = "NEGATIVE"
    NOT_POSITIVE = "NOT_POSITIVE"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    LOOKS_LIKE_DEGREES = "LOOKS_LIKE_DEGREES"
    TOO_FEW = "TOO_FEW"
    TOO_MANY = "TOO_MANY"
    BANDS_NOT_RISING = "BANDS_NOT_RISING"
    BANDWIDTH_TOO_SMALL = "BANDWIDTH_TOO_SMALL"
    CELL_TOO_LARGE = "CELL_TOO_LARGE"
    NOT_AN_OUTLINE = "NOT_AN_OUTLINE"
    NO_EVENTS = "NO_EVENTS"
    NOTHING_CHOSEN = "NOTHING_CHOSEN"
    JUDGED_ON_OLD_DATA = "JUDGED_ON_OLD_DATA"
    NOT_A_NEIGHBOUR = "NOT_A_NEIGHBOUR"


class Missing(enum.StrEnum):
    """What an area lacks when it cannot be judged."""

    VALUE = "VALUE"
    """The area's own number is not known, or its population is 0."""
    NEIGHBOURS = "NEIGHBOURS"
    """No neighbour with a known number: there is nothing to compare with."""
    VARIATION = "VARIATION"
    """All areas have the same number."""


class HotspotsError(AnalysisError):
    """An argument that cannot be used; `code` is a `Fault`."""

    code: Fault
