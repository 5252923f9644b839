"""Round a table so that it still adds up: controlled rounding to a base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import highspy
import numpy as np

from samsyn.analysis.suppress.checks import Fault, Floats, PublicationBlocked, SuppressError
from samsyn.analysis.suppress.solver import INFINITY, quiet_model
from samsyn.analysis.suppress.tables import Release

MAX_STEPS = 3
"""How many multiples beyond the nearest two a cell may go, when nothing nearer adds up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """
    A rounded table; made by `round_to_base`.

    `values` (n,) are multiples of `base`, in the order of the release's keys, and every sum holds. `distance` is the
    sum of what the cells moved. `furthest` is the most any cell moved; below the base when each went to a neighbour.
    """

    METHOD: ClassVar[str] = "controlled-rounding"
    METHOD_VERSION: ClassVar[int] = 1

    tables: Release
    base: int
    values: Floats
    distance: float
    furthest: float

    def as_dict(self) -> dict[str, Any]:
        """What was done, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "base": self.base,
            "distance": self.distance,
            "furthest": self.furthest,
        }


def round_to_base(tables: Release, *, base: int = 5, rng: np.random.Generator) -> Rounding:
    r"""
    Round every cell to a multiple of a base so that all sums still hold, moving the table as little as possible.

    Parameters
    ----------
    tables
        Counts to publish. Nothing of them may be out already.
    base
        3 or 5, or any whole number from 2.
    rng
        Decides among roundings that are equally near: ``numpy.random.default_rng(seed)``.

    Returns
    -------
    Rounding

    Raises
    ------
    PublicationBlocked
        No table of multiples adds up within reach (`CANNOT_BE_ROUNDED`), or a cell is out already.
    SuppressError
        The base is none, or the cells are no whole numbers.

    Notes
    -----
    The least :math:`\sum |b k_i - a_i|` over whole :math:`k_i \ge 0` that fulfil every sum, each :math:`b k_i` one of
    the two multiples beside :math:`a_i` and multiples themselves unmoved (zero-restricted; Cox 1987, pp. 520-524;
    Salazar 2006, pp. 583-603, for tables of any form). Two-dimensional tables always have such a rounding; where three
    dimensions or links have none, cells may go one multiple further, then two, then three.

    A reader knows each cell only within less than a base, so a published 0 may be up to base - 1. Do not round the same
    counts twice with different seeds, nor publish some of them elsewhere as they are: the two together tell more.

    Examples
    --------
    >>> import numpy as np
    >>> from samsyn.analysis.suppress import CrossTable, release
    >>> tables = release([CrossTable(dimensions={"area": "ab", "year": ("2024", "2025")}, values=[[9, 3], [8, 1]])])
    >>> rounded = round_to_base(tables, base=5, rng=np.random.default_rng(1))
    >>> rounded.values.tolist(), rounded.furthest < 5
    ([5.0, 5.0, 10.0, 10.0, 0.0, 10.0, 15.0, 5.0, 20.0], True)
    """
    if base != int(base) or base < 2:
        raise SuppressError(Fault.NOT_A_SETTING, "base", base)
    if not tables.whole_numbers:
        raise SuppressError(Fault.NOT_COUNTS, "tables")
    if tables.known.any() or tables.hidden_before.any():
        out = np.flatnonzero(tables.known | tables.hidden_before)
        raise PublicationBlocked(Fault.CANNOT_BE_ROUNDED, [tables.name(int(i)) for i in out[:5]])
    # Small enough never to outweigh a whole step, and different enough to settle ties.
    nudge = rng.uniform(0, 0.2 / len(tables), size=len(tables))
    for further in range(MAX_STEPS + 1):
        multiples = _solve(tables, base, nudge, further)
        if multiples is not None:
            values = multiples * base
            moved = np.abs(values - tables.values)
            return Rounding(
                tables=tables, base=base, values=values, distance=float(moved.sum()), furthest=float(moved.max())
            )
    raise PublicationBlocked(Fault.CANNOT_BE_ROUNDED, [tables.name(0)])


def _solve(tables: Release, base: int, nudge: Floats, further: int) -> Floats | None:
    """The multiples, or None when none within reach adds up."""
    # Columns: the multiples, then how far each moved up, then how far down.
    n, m = len(tables), tables.n_sums
    down = np.floor(tables.values / base)
    up = np.ceil(tables.values / base)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = 3 * n, m + n
    lp.col_cost_ = np.concatenate([np.zeros(n), 1 + nudge, 1 + nudge[::-1]])
    lp.col_lower_ = np.concatenate([np.maximum(0, down - further), np.zeros(2 * n)])
    lp.col_upper_ = np.concatenate([up + further, np.full(2 * n, INFINITY)])
    lp.row_lower_ = lp.row_upper_ = np.concatenate([np.zeros(m), tables.values])
    own = np.arange(n)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([tables.starts, tables.starts[-1] + 3 * (own + 1)]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([
        tables.columns, np.stack([own, n + own, 2 * n + own], axis=1).ravel()
    ]).astype(np.int32)  # fmt: skip
    lp.a_matrix_.value_ = np.concatenate([tables.signs, np.tile([float(base), -1.0, 1.0], n)])
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole] * n + [real] * (2 * n)
    model = quiet_model()
    model.setOptionValue("mip_rel_gap", 0.0)
    model.passModel(lp)
    model.run()
    status = str(model.getModelStatus()).rsplit(".", 1)[-1]
    if status == "kInfeasible":
        return None
    if status != "kOptimal":
        raise SuppressError(Fault.NO_ANSWER, "tables", status)
    # Adding 0 turns the solver's -0 into 0.
    return np.round(np.array(model.getSolution().col_value)[:n]) + 0.0
