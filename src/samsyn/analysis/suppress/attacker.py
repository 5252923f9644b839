"""The outsider: the least and the most that a hidden cell can be, given every sum and every cell that is shown."""

from __future__ import annotations

import math

import numpy as np

from samsyn.analysis.suppress.checks import Fault, Flags, Floats, SuppressError
from samsyn.analysis.suppress.solver import INFINITY, linear_program
from samsyn.analysis.suppress.tables import Release

TOLERANCE = 1e-6


class Attacker:
    """
    A linear program over all cells of a release, kept warm between questions.

    It knows every sum, that no cell is below 0, and every shown cell exactly. That the cells are whole numbers it uses
    in `extreme(..., whole=True)`.
    """

    def __init__(self, tables: Release) -> None:
        self.tables = tables
        self.model = linear_program(tables)
        self.columns = np.arange(len(tables), dtype=np.int32)
        self.cost = np.zeros(len(tables))
        self.lower = tables.values.copy()
        self.upper = tables.values.copy()
        self.is_integer = False

    def hide(self, hidden: Flags) -> None:
        """Take these cells as not shown, and all others as shown."""
        self.lower = np.where(hidden, 0.0, self.tables.values)
        self.upper = np.where(hidden, INFINITY, self.tables.values)
        self.model.changeColsBounds(len(self.columns), self.columns, self.lower, self.upper)

    def solve(self, cost: Floats, upper: Floats | None = None) -> tuple[Floats, Floats] | None:
        """The cells that make a cost least, and the sums' prices; None when it can fall without end."""
        self.model.changeColsCost(len(self.columns), self.columns, cost)
        if upper is not None:
            self.model.changeColsBounds(len(self.columns), self.columns, self.lower, upper)
        self.model.run()
        status = str(self.model.getModelStatus()).rsplit(".", 1)[-1]
        solution = self.model.getSolution()
        # Read before the bounds are put back: that makes the solver forget it.
        answer = np.array(solution.col_value), np.array(solution.row_dual)
        if upper is not None:
            self.model.changeColsBounds(len(self.columns), self.columns, self.lower, self.upper)
        if status in ("kUnbounded", "kUnboundedOrInfeasible"):
            return None
        if status != "kOptimal":
            raise SuppressError(Fault.NO_ANSWER, "tables", status)
        return answer

    def extreme(self, position: int, *, most: bool, whole: bool) -> float:
        """The least or the most that a cell can be; infinite when nothing bounds it."""
        cost = np.zeros(len(self.columns))
        cost[position] = -1.0 if most else 1.0
        answer = self.solve(cost)
        if answer is None:
            return math.inf
        cells, _ = answer
        value = float(cells[position])
        if not whole:
            return value
        if np.abs(cells - np.round(cells)).max() > TOLERANCE:
            # Only where the relaxation stops between whole numbers can whole cells be told more closely.
            value = self._whole(cost)
        return float(math.floor(value + TOLERANCE) if most else math.ceil(value - TOLERANCE))

    def _whole(self, cost: Floats) -> float:
        model = linear_program(self.tables, integer=True)
        model.changeColsBounds(len(self.columns), self.columns, self.lower, self.upper)
        model.changeColsCost(len(self.columns), self.columns, cost)
        model.run()
        if str(model.getModelStatus()).rsplit(".", 1)[-1] != "kOptimal":
            raise SuppressError(Fault.NO_ANSWER, "tables", str(model.getModelStatus()))
        return abs(float(model.getObjectiveValue()))
