"""What an outsider could work out from everything ever published, and the publication it blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from samsyn.analysis.suppress.attacker import TOLERANCE, Attacker
from samsyn.analysis.suppress.checks import Fault, Flags, PublicationBlocked, SuppressError
from samsyn.analysis.suppress.rules import Need
from samsyn.analysis.suppress.tables import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """
    The least and the most a hidden cell can be. `high` is None when nothing bounds it.

    `is_enough` is None for a cell without a need of its own.
    """

    position: int
    name: str
    value: float
    low: float
    high: float | None
    need: Need | None

    @property
    def is_exact(self) -> bool:
        """Whether the outsider knows the cell."""
        return self.high is not None and self.high - self.low < TOLERANCE

    @property
    def is_enough(self) -> bool | None:
        """Whether the interval reaches what the need asks for."""
        if self.need is None:
            return None
        reaches_up = self.high is None or self.high >= self.need.high - TOLERANCE
        return reaches_up and self.low <= self.need.low + TOLERANCE

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON; without the value, which must not leave the house."""
        return {"cell": self.name, "low": self.low, "high": self.high, "is_enough": self.is_enough}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Every hidden cell with its interval; made by `audit`."""

    intervals: tuple[Interval, ...]
    whole_numbers: bool

    @property
    def too_narrow(self) -> tuple[Interval, ...]:
        """Those whose need is not met."""
        return tuple(each for each in self.intervals if each.is_enough is False)

    @property
    def is_safe(self) -> bool:
        """Whether every need is met."""
        return not self.too_narrow

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, without the hidden values."""
        return {
            "is_safe": self.is_safe,
            "knows": ["every sum", "no cell below 0", *(["whole numbers"] if self.whole_numbers else [])],
            "n_hidden": len(self.intervals),
            "n_exact": sum(each.is_exact for each in self.intervals),
            "too_narrow": [each.as_dict() for each in self.too_narrow],
            "intervals": [each.as_dict() for each in self.intervals],
        }


def audit(
    tables: Release, hidden: npt.ArrayLike, needs: Mapping[int, Need], *, whole_numbers: bool | None = None
) -> Audit:
    r"""
    Work out, as an outsider would, the least and the most of every hidden cell.

    Parameters
    ----------
    tables
        Everything ever published, and what is to be.
    hidden
        Which cells are not shown, (n,) of bool: `Protection.hidden`.
    needs
        What the intervals must reach, by position. A cell with a need that is shown has an interval of one value.
    whole_numbers
        Whether the outsider knows that cells are whole numbers. None: if they are.

    Returns
    -------
    Audit

    Raises
    ------
    SuppressError
        `hidden` does not fit, or the solver gave no answer.

    Notes
    -----
    Two linear programs a cell: least and most of :math:`x_i` over all :math:`x \ge 0` that fulfil every sum and equal
    the shown cells. Where the answer is not in whole numbers, an integer program is solved instead (two-dimensional
    tables never need it: their matrix is totally unimodular).

    Do not take a wide interval for safety from people who know something more, nor an interval of several values for
    safety when the hidden cells' number or place follows from a rule the outsider knows.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, release, small_counts
    >>> dimensions = {"area": "abc", "year": ("2024", "2025")}
    >>> tables = release([CrossTable(dimensions=dimensions, values=[[9, 3], [8, 7], [6, 5]])])
    >>> needs = small_counts(tables)
    >>> alone = [i in needs for i in range(len(tables))]
    >>> [(each.name, each.low, each.high) for each in audit(tables, alone, needs).intervals]
    [('area=a, year=2025', 3.0, 3.0)]
    """
    mask: Flags = np.asarray(hidden, dtype=np.bool_)
    if mask.shape != tables.values.shape:
        raise SuppressError(Fault.SHAPES_DIFFER, "hidden", mask.shape)
    whole = tables.whole_numbers if whole_numbers is None else whole_numbers
    attacker = Attacker(tables)
    attacker.hide(mask)
    intervals = []
    for i in sorted({*np.flatnonzero(mask).tolist(), *needs}):
        value = float(tables.values[i])
        low = high = value
        if mask[i]:
            low = attacker.extreme(i, most=False, whole=whole)
            high = attacker.extreme(i, most=True, whole=whole)
        intervals.append(
            Interval(
                position=i,
                name=tables.name(i),
                value=value,
                low=low,
                high=None if math.isinf(high) else high,
                need=needs.get(i),
            )
        )
    return Audit(intervals=tuple(intervals), whole_numbers=whole)


def check_can_publish(found: Audit) -> None:
    """
    Let a publication pass, or block it.

    :raises PublicationBlocked: an interval is too narrow; the error names the cells
    """
    if not found.is_safe:
        raise PublicationBlocked(Fault.INTERVAL_TOO_NARROW, [each.name for each in found.too_narrow])
