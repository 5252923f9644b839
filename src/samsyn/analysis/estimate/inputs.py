"""Checks that every estimator makes of what it is given."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samsyn.analysis.estimate.faults import EstimateError, Fault

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

Label: TypeAlias = Hashable
"""What names a category, a domain, a stratum or a cluster: a text or a number."""

Labels: TypeAlias = Sequence[Any] | NDArray[Any]


def values_of(values: ArrayLike, field: str, n: int) -> Floats:
    """Return one number an answer, NaN where it is missing."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise EstimateError(Fault.NOT_A_NUMBER, field) from None
    if array.shape != (n,):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, field, array.shape)
    if np.isinf(array).any():
        raise EstimateError(Fault.NOT_A_NUMBER, field, math.inf)
    return array


def answers_of(values: ArrayLike, field: str, n: int) -> Floats:
    """Return 1 for yes, 0 for no and NaN for missing, one an answer."""
    array = values_of(values, field, n)
    if not np.isin(array[~np.isnan(array)], (0.0, 1.0)).all():
        raise EstimateError(Fault.NOT_YES_OR_NO, field)
    return array


def coded(labels: Labels, field: str, n: int) -> tuple[tuple[Any, ...], Integers]:
    """Return the different labels in sorted order, and each answer's place among them."""
    array = np.asarray(labels)
    if array.shape != (n,):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, field, array.shape)
    if array.dtype == object:
        # Sorted by their texts, so that labels of mixed kinds have an order too.
        different = sorted(set(array.tolist()), key=lambda label: (str(type(label)), str(label)))
        place = {label: number for number, label in enumerate(different)}
        return tuple(different), np.array([place[label] for label in array.tolist()], dtype=np.int64)
    found, codes = np.unique(array, return_inverse=True)
    return tuple(found.tolist()), codes.astype(np.int64)


def probability(value: float, field: str) -> float:
    """Return a number strictly between 0 and 1."""
    number = float(value)
    if not 0 < number < 1:
        raise EstimateError(Fault.NOT_A_PROBABILITY, field, value)
    return number
