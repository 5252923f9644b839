"""Arguments made into arrays, or refused with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samsyn.analysis.hotspots.errors import Fault, HotspotsError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def numbers(values: ArrayLike, field: str, *, n: int | None = None, may_be_missing: bool = False) -> Floats:
    """Return a row of numbers; NaN only where a missing value is allowed."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise HotspotsError(Fault.NOT_NUMBERS, field) from None
    if array.ndim != 1 or (n is not None and len(array) != n):
        raise HotspotsError(Fault.WRONG_SHAPE, field, array.shape)
    if np.isinf(array).any() or (not may_be_missing and np.isnan(array).any()):
        raise HotspotsError(Fault.NOT_NUMBERS, field)
    return array


def counts(values: ArrayLike, field: str, *, n: int | None = None, may_be_missing: bool = False) -> Floats:
    """Return whole numbers from 0, as floats so that NaN can stand for a missing one."""
    array = numbers(values, field, n=n, may_be_missing=may_be_missing)
    known = array[~np.isnan(array)]
    if (known < 0).any():
        raise HotspotsError(Fault.NEGATIVE, field)
    if (known != np.floor(known)).any():
        raise HotspotsError(Fault.NOT_WHOLE_NUMBERS, field)
    return array


def places(points: ArrayLike, field: str, *, at_least: int = 0) -> Floats:
    """Return points as an (n, 2) array in metres; degrees are refused, since no distance in them is a length."""
    try:
        array = np.array(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise HotspotsError(Fault.NOT_NUMBERS, field) from None
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise HotspotsError(Fault.WRONG_SHAPE, field, array.shape)
    if not np.isfinite(array).all():
        raise HotspotsError(Fault.NOT_NUMBERS, field)
    if len(array) < at_least:
        raise HotspotsError(Fault.TOO_FEW, field, len(array))
    # A whole town within 180 by 90 metres of a projection's origin is not a town but degrees.
    if len(array) > 1 and np.abs(array[:, 0]).max() <= 180 and np.abs(array[:, 1]).max() <= 90:
        raise HotspotsError(Fault.LOOKS_LIKE_DEGREES, field)
    return array


def positive(value: float, field: str) -> float:
    """Return a finite number above 0."""
    number = _number(value, field)
    if number <= 0:
        raise HotspotsError(Fault.NOT_POSITIVE, field, value)
    return number


def probability(value: float, field: str) -> float:
    """Return a number strictly between 0 and 1."""
    number = _number(value, field)
    if not 0 < number < 1:
        raise HotspotsError(Fault.NOT_A_PROBABILITY, field, value)
    return number


def repetitions(value: int, field: str) -> int:
    """Return a number of random repetitions: at least 99, so that a small p-value can exist at all."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise HotspotsError(Fault.NOT_WHOLE_NUMBERS, field, value)
    if value < 99:
        raise HotspotsError(Fault.TOO_FEW, field, value)
    if value > 1_000_000:
        raise HotspotsError(Fault.TOO_MANY, field, value)
    return int(value)


def rising(values: ArrayLike, field: str) -> Floats:
    """Return upper limits of bands: at least one, from 0 and strictly rising."""
    array = numbers(values, field)
    if len(array) == 0:
        raise HotspotsError(Fault.TOO_FEW, field)
    if array[0] < 0:
        raise HotspotsError(Fault.NEGATIVE, field)
    if (np.diff(array) <= 0).any():
        raise HotspotsError(Fault.BANDS_NOT_RISING, field)
    return array


def _number(value: Any, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise HotspotsError(Fault.NOT_NUMBERS, field, value) from None
    if not np.isfinite(number):
        raise HotspotsError(Fault.NOT_NUMBERS, field, value)
    return number
