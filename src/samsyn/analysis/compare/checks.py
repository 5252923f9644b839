"""
What the comparisons refuse, and the checks that refuse it.

Each check takes a value and the name of its argument and gives back a plain number.
"""

from __future__ import annotations

import enum
import math
import operator
import sys

import numpy as np
import numpy.typing as npt

from samsyn.analysis.errors import AnalysisError

Floats = npt.NDArray[np.float64]

MAX_COUNT = 10**9
"""Larger counts than this are a mistake in the file, and would strain the precision of the tails."""

MAX_EXPOSURE_RATIO = 10_000.0
"""Two periods that differ by more than this are in different units."""

MAX_DISPERSION = 1_000.0
"""Counts that vary more than this cannot be judged by any interval."""

MIN_SHARE_DIFFERENCE = 1e-6
"""Smaller differences between shares are not worth planning for, and their sample sizes mean nothing."""

SMALLEST_P = sys.float_info.min
"""No p-value is reported as zero: an event that happened was possible."""


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_AN_INTEGER = "NOT_AN_INTEGER"
    NEGATIVE = "NEGATIVE"
    TOO_LARGE = "TOO_LARGE"
    EXPOSURE_NOT_POSITIVE = "EXPOSURE_NOT_POSITIVE"
    EXPOSURES_TOO_DIFFERENT = "EXPOSURES_TOO_DIFFERENT"
    DENOMINATOR_NOT_POSITIVE = "DENOMINATOR_NOT_POSITIVE"
    NUMERATOR_ABOVE_DENOMINATOR = "NUMERATOR_ABOVE_DENOMINATOR"
    NOT_A_DISPERSION = "NOT_A_DISPERSION"
    NOT_A_SHARE = "NOT_A_SHARE"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    SHARES_TOO_CLOSE = "SHARES_TOO_CLOSE"
    NOTHING_MISSING = "NOTHING_MISSING"
    SHAPES_DIFFER = "SHAPES_DIFFER"
    NOT_A_POSITION = "NOT_A_POSITION"
    NOT_A_RATIO = "NOT_A_RATIO"
    TOO_FEW = "TOO_FEW"
    SCORES_ALL_EQUAL = "SCORES_ALL_EQUAL"
    NOT_A_VARIANCE = "NOT_A_VARIANCE"
    NOT_AN_ADJUSTMENT = "NOT_AN_ADJUSTMENT"


class CompareError(AnalysisError):
    """An argument that cannot be compared; `code` is a `Fault`."""

    code: Fault

def number(value: float, field: str) -> float:
    """Return a finite number as a float."""
    if isinstance(value, bool | str | bytes):
        raise CompareError(Fault.NOT_A_NUMBER, field, value)
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise CompareError(Fault.NOT_A_NUMBER, field, value) from None
    if not math.isfinite(result):
        raise CompareError(Fault.NOT_A_NUMBER, field, value)
    return result


def count(value: int, field: str) -> int:
    """Return a whole number from 0 to `MAX_COUNT`."""
    number(value, field)
    try:
        # Takes NumPy's integers, and no float: 162.0 cases may be a mean that happened to be whole.
        result = operator.index(value)
    except TypeError:
        raise CompareError(Fault.NOT_AN_INTEGER, field, value) from None
    if result < 0:
        raise CompareError(Fault.NEGATIVE, field, value)
    if result > MAX_COUNT:
        raise CompareError(Fault.TOO_LARGE, field, value)
    return result


def denominator(value: int, field: str) -> int:
    """Return a whole number from 1."""
    result = count(value, field)
    if result == 0:
        raise CompareError(Fault.DENOMINATOR_NOT_POSITIVE, field, value)
    return result


def exposure(value: float, field: str) -> float:
    """Return a positive number."""
    result = number(value, field)
    if result <= 0:
        raise CompareError(Fault.EXPOSURE_NOT_POSITIVE, field, value)
    return result


def dispersion(value: float, field: str) -> float:
    """Return a number from 1 to `MAX_DISPERSION`."""
    result = number(value, field)
    if not 1 <= result <= MAX_DISPERSION:
        raise CompareError(Fault.NOT_A_DISPERSION, field, value)
    return result


def share(value: float, field: str) -> float:
    """Return a fraction of one."""
    result = number(value, field)
    if not 0 <= result <= 1:
        raise CompareError(Fault.NOT_A_SHARE, field, value)
    return result


def probability(value: float, field: str) -> float:
    """Return a number strictly between 0 and 1."""
    result = number(value, field)
    if not 0 < result < 1:
        raise CompareError(Fault.NOT_A_PROBABILITY, field, value)
    return result


def counts(values: npt.ArrayLike, field: str, *, ndim: int) -> Floats:
    """
    Return counts as floats in an array of so many dimensions; None and nan are missing and become nan.

    Whole numbers stored as floats are taken here: a missing count makes its whole column floats.
    """
    result = numbers(values, field, ndim=ndim)
    known = result[~np.isnan(result)]
    if not np.isfinite(known).all():
        raise CompareError(Fault.NOT_A_NUMBER, field)
    if (known < 0).any():
        raise CompareError(Fault.NEGATIVE, field, float(known.min()))
    if (known > MAX_COUNT).any():
        raise CompareError(Fault.TOO_LARGE, field, float(known.max()))
    if (known != np.floor(known)).any():
        raise CompareError(Fault.NOT_AN_INTEGER, field)
    return result


def exposures(values: npt.ArrayLike | None, field: str, *, like: Floats) -> Floats:
    """Return positive exposures in the shape of the counts they belong to; None is 1 for all."""
    if values is None:
        return np.ones(like.shape)
    result = numbers(values, field, ndim=like.ndim)
    if result.shape != like.shape:
        raise CompareError(Fault.SHAPES_DIFFER, field, result.shape)
    if not np.isfinite(result).all():
        raise CompareError(Fault.NOT_A_NUMBER, field)
    if not (result > 0).all():
        raise CompareError(Fault.EXPOSURE_NOT_POSITIVE, field, float(result.min()))
    return result


def numbers(values: npt.ArrayLike, field: str, *, ndim: int) -> Floats:
    """Return an array of floats with so many dimensions."""
    try:
        raw = np.asarray(values)
        if raw.dtype.kind in "bSU":
            raise CompareError(Fault.NOT_A_NUMBER, field)
        result = raw.astype(np.float64)
    except (TypeError, ValueError):
        raise CompareError(Fault.NOT_A_NUMBER, field) from None
    if result.ndim != ndim:
        raise CompareError(Fault.SHAPES_DIFFER, field, result.shape)
    return result


def index(value: int, field: str, *, below: int) -> int:
    """Return a position from 0 in something with so many places."""
    try:
        result = operator.index(value)
    except TypeError:
        raise CompareError(Fault.NOT_A_POSITION, field, value) from None
    if not 0 <= result < below:
        raise CompareError(Fault.NOT_A_POSITION, field, value)
    return result
