"""HiGHS, set up alike wherever it is used: silent, on one thread, and the same answer each time."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from samsyn.analysis.suppress.tables import Release

INFINITY = float(highspy.kHighsInf)


class _Quiet(highspy.Highs):
    """
    A model that has never said anything.

    The package's own class turns on callbacks as it is made, and greets on standard output before anyone can ask it to
    be silent; that would stand in the middle of a JSON answer. Nothing here needs callbacks.
    """

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


def quiet_model() -> Any:
    """Return an empty model that says nothing and does not spread over threads."""
    model = _Quiet()
    model.setOptionValue("parallel", "off")
    model.setOptionValue("random_seed", 1)
    return model


def linear_program(tables: Release, *, integer: bool = False) -> Any:
    """Return the system of sums as a model: a column a cell, fixed at its value, a row a sum, equal to 0."""
    n = len(tables)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, tables.n_sums
    lp.col_cost_ = np.zeros(n)
    lp.col_lower_ = tables.values
    lp.col_upper_ = tables.values
    lp.row_lower_ = np.zeros(tables.n_sums)
    lp.row_upper_ = np.zeros(tables.n_sums)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = tables.starts
    lp.a_matrix_.index_ = tables.columns
    lp.a_matrix_.value_ = tables.signs
    if integer:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * n
    model = quiet_model()
    if not integer:
        # Every question starts from the last answer, still feasible for it: the primal simplex goes on from there,
        # and presolve would throw it away.
        model.setOptionValue("presolve", "off")
        model.setOptionValue("simplex_strategy", 4)
    model.passModel(lp)
    return model
