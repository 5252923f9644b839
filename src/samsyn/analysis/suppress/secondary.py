"""Which further cells must be hidden so that no protected one can be worked out: optimal secondary suppression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import highspy
import numpy as np
import numpy.typing as npt

from samsyn.analysis.suppress.attacker import TOLERANCE, Attacker
from samsyn.analysis.suppress.checks import Fault, Flags, Floats, PublicationBlocked, SuppressError
from samsyn.analysis.suppress.rules import Need
from samsyn.analysis.suppress.solver import INFINITY, quiet_model
from samsyn.analysis.suppress.tables import Release

FEW_PARTS = 500
"""Tables whose sums have no more parts than this get the rows of `_never_alone` early; for others they weigh more."""

MAX_ROUNDS = 40
"""After so many rounds the pattern is only added to, which ends it soon; `is_optimal` is then False."""

MAX_NODES = 5_000
"""Nodes of the integer program each time it is solved; beyond, the best pattern is taken and `is_optimal` is False."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """
    A pattern of hidden cells; made by `protect`.

    `primary` and `secondary` are positions in the release. `cost` is what the secondary cells cost and `bound` what any
    pattern must cost at least; with `is_optimal` no cheaper one exists.
    """

    METHOD: ClassVar[str] = "benders-attacker-cuts"
    METHOD_VERSION: ClassVar[int] = 1

    tables: Release
    primary: tuple[int, ...]
    secondary: tuple[int, ...]
    cost: float
    bound: float
    is_optimal: bool
    n_rounds: int
    n_cuts: int

    @property
    def hidden(self) -> Flags:
        """All cells that are not shown, those hidden earlier too, (n,)."""
        hidden = self.tables.hidden_before.copy()
        hidden[[*self.primary, *self.secondary]] = True
        return hidden

    def shown(self) -> Floats:
        """The values with nan where hidden, (n,), in the order of the release's keys."""
        return np.where(self.hidden, np.nan, self.tables.values)

    def as_dict(self) -> dict[str, Any]:
        """What was hidden, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "n_cells": len(self.tables),
            "n_sums": self.tables.n_sums,
            "n_primary": len(self.primary),
            "n_secondary": len(self.secondary),
            "cost": self.cost,
            "bound": self.bound,
            "is_optimal": self.is_optimal,
            "n_rounds": self.n_rounds,
            "n_cuts": self.n_cuts,
        }


def default_weights(tables: Release) -> Floats:
    r"""
    Return what hiding each cell costs: :math:`1 + \log_{10}(1 + \text{value})`, (n,).

    Few cells are hidden, and large ones, totals most of all, only when that spares more. Rounded to hundredths, so that
    the sum does not depend on the order of the cells.
    """
    return np.round(1 + np.log10(1 + tables.values), 2)


def protect(tables: Release, needs: Mapping[int, Need], *, weights: npt.ArrayLike | None = None) -> Protection:
    r"""
    Hide the cells with a need, and as little more as keeps every one of them from being worked out.

    Parameters
    ----------
    tables
        All that is published together, earlier tables included.
    needs
        What an outsider must be left to believe, by position: from `small_counts` and the other rules, joined.
    weights
        What hiding each cell costs, from 0, (n,). None is `default_weights`.

    Returns
    -------
    Protection
        Cells already published are never hidden; cells hidden in an earlier table stay hidden.

    Raises
    ------
    PublicationBlocked
        What is out already gives a cell away (`CANNOT_BE_PROTECTED`): a cell with a need was published, or no pattern
        can protect it.
    SuppressError
        The weights do not fit.

    Notes
    -----
    With :math:`y_i = 1` for a hidden cell of value :math:`a_i`, the least cost :math:`\sum w_i y_i` such that for every
    need and each direction there are cells :math:`x \ge 0` that fulfil all sums, equal :math:`a_i` where
    :math:`y_i = 0`, and reach it (Fischetti & Salazar 2001, pp. 1008-1027, *Solving the cell suppression problem on
    tabular data with linear constraints*). Their Benders form: an integer program over y alone, to which the outsider's
    linear program gives a cut whenever a need is not met. With reduced costs :math:`d_i` of that program,

    .. math:: \sum_i \min(d_i^+ a_i,\ m)\, y_i + \sum_{d_i < 0} m\, y_i \ge m

    where m is how far the cell must be able to move; the outsider knows no upper limits, so every coefficient there is
    m. One answer of the outsider often shows many needs to be met, and is kept. Solved by HiGHS on one thread.

    The outsider is taken to know the sums, the shown cells and that nothing is below 0, and not to know which hidden
    cells are the protected ones: mark them alike. Do not use it for tables of which somebody knows parts from elsewhere
    (a victim knows of his own case), without adding those parts to `tables`, nor for maps and lists of events.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, release, small_counts
    >>> values = [[20, 50, 10], [8, 19, 22], [17, 3, 12]]
    >>> tables = release([CrossTable(dimensions={"area": "abc", "year": ("2023", "2024", "2025")}, values=values)])
    >>> found = protect(tables, small_counts(tables))
    >>> [tables.name(i) for i in found.primary], [tables.name(i) for i in found.secondary]
    (['area=c, year=2024'], ['area=b, year=2023', 'area=b, year=2024', 'area=c, year=2023'])
    >>> found.is_optimal
    True
    """
    cost = default_weights(tables) if weights is None else np.asarray(weights, dtype=np.float64)
    if cost.shape != tables.values.shape or not np.isfinite(cost).all() or (cost < 0).any():
        raise SuppressError(Fault.SHAPES_DIFFER, "weights", cost.shape)
    exposed = [i for i in needs if tables.known[i]]
    if exposed:
        raise PublicationBlocked(Fault.CANNOT_BE_PROTECTED, [tables.name(i) for i in exposed])
    primary = np.array(sorted(needs), dtype=np.int64)
    fixed = tables.hidden_before.copy()
    fixed[primary] = True
    free = np.flatnonzero(~fixed & ~tables.known)
    search = _Search(tables, dict(needs), fixed, free, cost)
    return search.run(tuple(int(i) for i in primary if not tables.hidden_before[i]))


class _Search:
    """The integer program over the free cells, and the outsider who cuts it."""

    def __init__(self, tables: Release, needs: dict[int, Need], fixed: Flags, free: npt.NDArray[np.intp], cost: Floats):
        self.tables, self.fixed, self.free, self.cost = tables, fixed, free, cost
        self.attacker = Attacker(tables)
        self.column = np.full(len(tables), -1, dtype=np.int64)
        self.column[free] = np.arange(len(free))
        # Each direction of each need: the cell, -1 down or 1 up, and the value to reach.
        self.aims = [(i, -1, need.low) for i, need in needs.items() if need.low < tables.values[i] - TOLERANCE]
        self.aims += [(i, 1, need.high) for i, need in needs.items() if need.high > tables.values[i] + TOLERANCE]
        self.witnesses: list[Floats] = []
        self.n_cuts = 0
        self.seen: set[bytes] = set()
        self.master = quiet_model()
        self.master.setOptionValue("mip_rel_gap", 0.0)
        self.master.setOptionValue("mip_abs_gap", 1e-6)
        self.master.setOptionValue("mip_max_nodes", MAX_NODES)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(free), 0
        lp.col_cost_ = cost[free]
        lp.col_lower_ = np.zeros(len(free))
        lp.col_upper_ = np.ones(len(free))
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(free)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.zeros(1, dtype=np.int32)
        self.master.passModel(lp)

    def run(self, primary: tuple[int, ...]) -> Protection:
        """Solve, ask the outsider, cut, and again, until every aim can be reached."""
        self._first_cuts()
        bound, is_optimal, n_rounds = 0.0, True, 0
        chosen = np.zeros(len(self.free), dtype=np.bool_)
        while True:
            n_rounds += 1
            if n_rounds == (2 if len(self.tables.columns) <= FEW_PARTS else 6):
                self._never_alone()
            if n_rounds > MAX_ROUNDS:
                is_optimal = False
                self._keep(chosen)
            if len(self.free):
                self.master.run()
                status = str(self.master.getModelStatus()).rsplit(".", 1)[-1]
                if status not in ("kOptimal", "kSolutionLimit", "kIterationLimit"):
                    raise SuppressError(Fault.NO_ANSWER, "tables", status)
                is_optimal = is_optimal and status == "kOptimal"
                chosen = np.array(self.master.getSolution().col_value) > 0.5
                if n_rounds <= MAX_ROUNDS:
                    bound = max(bound, float(self.master.getInfo().mip_dual_bound))
            hidden = self.fixed.copy()
            hidden[self.free[chosen]] = True
            if not self._cut(hidden):
                cost = float(self.cost[self.free[chosen]].sum())
                return Protection(
                    tables=self.tables,
                    primary=primary,
                    secondary=tuple(int(i) for i in self.free[chosen]),
                    cost=cost,
                    bound=cost if is_optimal else min(bound, cost),
                    is_optimal=is_optimal,
                    n_rounds=n_rounds,
                    n_cuts=self.n_cuts,
                )

    def _keep(self, chosen: Flags) -> None:
        """Never take back what is chosen."""
        at = np.flatnonzero(chosen).astype(np.int32)
        self.master.changeColsBounds(len(at), at, np.ones(len(at)), np.ones(len(at)))

    def _never_alone(self) -> None:
        """
        Let no cell be hidden alone in a sum.

        The outsider would work it out at once, so hiding it hides nothing: some cheapest pattern has no such cell. This
        is what ties the sums of a table in three dimensions together.
        """
        for r in range(self.tables.n_sums):
            cells = self.tables.row(r)[0]
            if self.fixed[cells].any():
                continue
            columns = self.column[cells]
            columns = np.sort(columns[columns >= 0]).astype(np.int32)
            for own in range(len(columns)):
                signs = np.ones(len(columns))
                signs[own] = -1.0
                self.master.addRow(0.0, INFINITY, len(columns), columns, signs)

    def _first_cuts(self) -> None:
        """What each single sum demands by itself, known without asking the outsider."""
        rows_of: dict[int, list[int]] = {}
        for r in range(self.tables.n_sums):
            for i in self.tables.row(r)[0]:
                rows_of.setdefault(int(i), []).append(r)
        for i, direction, aim in self.aims:
            move = abs(aim - float(self.tables.values[i]))
            for r in rows_of.get(i, []):
                cells, signs = self.tables.row(r)
                own = float(signs[cells == i][0])
                # Moving the cell must be made good by others: down where their sign is the same, up where it is not.
                goes_down = signs * own * direction > 0
                coefficients = np.where(goes_down, np.minimum(self.tables.values[cells], move), move) / move
                others = cells != i
                self._add(cells[others], coefficients[others], cell=i)

    def _cut(self, hidden: Flags) -> bool:
        """Add a cut for every aim that the outsider rules out; whether there was any."""
        shown = ~hidden
        values = self.tables.values
        valid = [x for x in self.witnesses if np.abs(x - values)[shown].max(initial=0.0) < TOLERANCE]
        left = self._unmet(self.aims, valid)
        if not left:
            return False
        self.attacker.hide(hidden)
        # Several at once, as long as one answer shows more than a few of them to be met.
        for direction in (1, -1):
            while len(same := [aim for aim in left if aim[1] == direction]) > 2:
                before = len(left)
                left = self._unmet(left, [self._together(same)])
                if before - len(left) <= 2:
                    break
        n_before = self.n_cuts
        found = False
        while left:
            i, direction, aim = left.pop()
            cut = self._ask(i, direction, aim)
            if cut is None:
                left = self._unmet(left, self.witnesses[-1:])
            else:
                self._add(*cut, cell=i)
                found = True
        if found and self.n_cuts == n_before:
            # The pattern breaks cuts it was made to keep: no round would ever end it.
            raise SuppressError(Fault.NO_ANSWER, "tables", n_before)
        return found

    def _unmet(self, aims: list[tuple[int, int, float]], cells: list[Floats]) -> list[tuple[int, int, float]]:
        """The aims that none of these tables reaches."""
        if not cells or not aims:
            return list(aims)
        at = np.array([i for i, _, _ in aims])
        direction = np.array([sign for _, sign, _ in aims])
        goal = np.array([aim for _, _, aim in aims]) * direction
        reach = (np.stack(cells)[:, at] * direction).max(axis=0)
        return [aim for aim, met in zip(aims, reach >= goal - TOLERANCE, strict=True) if not met]

    def _together(self, aims: list[tuple[int, int, float]]) -> Floats:
        """A table that moves many cells at once, each no further than its aim."""
        cost = np.zeros(len(self.tables))
        upper = self.attacker.upper.copy()
        lower = self.attacker.lower
        for i, direction, aim in aims:
            cost[i] = -direction
            if direction > 0:
                upper[i] = min(upper[i], aim)
        answer = self.attacker.solve(cost, np.maximum(upper, lower))
        if answer is None:
            return self.tables.values
        self.witnesses.append(answer[0])
        return answer[0]

    def _ask(self, i: int, direction: int, aim: float) -> tuple[npt.NDArray[np.intp], Floats] | None:
        """None if the cell can reach its aim, and else the cells and coefficients of a cut."""
        cost = np.zeros(len(self.tables))
        cost[i] = -direction
        upper = self.attacker.upper.copy()
        if direction > 0:
            upper[i] = aim
        answer = self.attacker.solve(cost, upper)
        if answer is None:
            raise SuppressError(Fault.NO_ANSWER, "tables", "unbounded")
        cells, prices = answer
        if direction * (cells[i] - aim) >= -TOLERANCE:
            self.witnesses.append(cells)
            return None
        tables = self.tables
        reduced = cost.copy()
        # Reduced costs: the cost less what the sums' prices pay.
        np.subtract.at(reduced, tables.columns, tables.signs * np.repeat(prices, np.diff(tables.starts)))
        move = abs(aim - float(tables.values[i]))
        coefficients = np.where(reduced > 1e-9, np.minimum(reduced * tables.values, move), 0.0)
        coefficients = np.where(reduced < -1e-9, move, coefficients) / move
        at = np.flatnonzero(coefficients > 1e-9)
        return at, coefficients[at]

    def _add(self, cells: npt.NDArray[Any], coefficients: Floats, *, cell: int) -> None:
        """Add a cut over the free cells, less what is hidden anyway gives to it; `cell` is the one it protects."""
        given = float(coefficients[self.fixed[cells]].sum())
        needed = 1.0 - given
        if needed <= 1e-9:
            return
        at = self.column[cells]
        use = (at >= 0) & (coefficients > 0)
        if coefficients[use].sum() < needed - 1e-9:
            raise PublicationBlocked(Fault.CANNOT_BE_PROTECTED, [self.tables.name(cell)])
        columns = at[use].astype(np.int32)
        scaled = np.minimum(coefficients[use] / needed, 1.0)
        order = np.argsort(columns)
        columns, scaled = columns[order], scaled[order]
        mark = columns.tobytes() + np.round(scaled, 9).tobytes()
        if mark not in self.seen:
            self.seen.add(mark)
            self.n_cuts += 1
            self.master.addRow(1.0, INFINITY, len(columns), columns, scaled)
