"""Whether two questions go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtrc, fdtrc

from samsyn.analysis.estimate.design import Design
from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import Booleans, Floats, Labels, coded

SMALLEST_EFFECT = 1e-9
"""Below this the tie between the questions does not vary between clusters at all: the one decides the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """
    Whether two questions go together; made by `independence`.

    `shares` is the table of estimated shares of the whole, one row a category of the first. `pearson` is the
    statistic that would be chi-square for a simple random sample; `f` is what it becomes.
    """

    METHOD: ClassVar[str] = "rao-scott-second-order"
    METHOD_VERSION: ClassVar[int] = 1

    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    shares: tuple[tuple[float, ...], ...]
    n: int
    pearson: float
    p_simple: float
    mean_design_effect: float
    f: float
    df1: float
    df2: float
    p: float

    def as_dict(self) -> dict[str, Any]:
        """Everything shown and everything needed to compute it again, ready for JSON."""
        return {
            "method": self.METHOD,
            "method_version": self.METHOD_VERSION,
            "rows": list(self.rows),
            "columns": list(self.columns),
            "shares": [list(row) for row in self.shares],
            "n": self.n,
            "pearson": self.pearson,
            "p_if_simple_random_sample": self.p_simple,
            "mean_design_effect": self.mean_design_effect,
            "f": self.f,
            "df1": self.df1,
            "df2": self.df2,
            "p": self.p,
        }


def independence(rows: Labels, columns: Labels, design: Design) -> Independence:
    r"""
    Test whether two questions go together, in a sample that is not a simple random one.

    Parameters
    ----------
    rows, columns
        Shape (n,), in the order of the design: each person's answer to the one question and to the other. None or an
        empty text is a missing answer.
    design
        How the answers were drawn.

    Returns
    -------
    Independence

    Raises
    ------
    EstimateError
        The answers chose themselves; a question has one answer only; there are no degrees of freedom; SAME_QUESTION:
        each answer to the one question follows from the other.

    Notes
    -----
    Pearson's :math:`X^2` of the weighted shares, divided by the mean of the generalised design effects
    :math:`\delta`, the eigenvalues of :math:`(C'D^{-1}V_0D^{-1}C)^{-1}(C'D^{-1}VD^{-1}C)`, with C the contrasts of
    the interaction, D the shares (those under independence when a cell is empty), V their covariance under the
    design and :math:`V_0` that of a simple random sample (Rao & Scott 1984, pp. 46-60). Referred to F with
    :math:`(\sum\delta)^2/\sum\delta^2` and that times the design's degrees of freedom (Thomas & Rao 1987, pp.
    630-636).

    Do not use it with a cell in which nobody is expected; join categories. It tells that the questions go together,
    neither how much nor why.

    Examples
    --------
    >>> from samsyn.analysis.estimate import survey_design
    >>> sex, dark = ["k", "k", "m", "m"] * 100, ["ja", "nej", "ja", "nej"] * 100
    >>> round(independence(sex, dark, survey_design([1.0] * 400)).p, 6)
    1.0
    """
    design.refuse_self_selected()
    answered = _is_given(rows, "rows", design.n) & _is_given(columns, "columns", design.n)
    if not answered.any():
        raise EstimateError(Fault.NO_ANSWERS, "rows")
    row_labels, row_codes = coded(np.asarray(rows)[answered], "rows", int(answered.sum()))
    column_labels, column_codes = coded(np.asarray(columns)[answered], "columns", int(answered.sum()))
    r, c = len(row_labels), len(column_labels)
    if r < 2 or c < 2:
        raise EstimateError(Fault.TOO_FEW_CATEGORIES, "rows" if r < 2 else "columns")
    df = design.degrees_of_freedom(answered)
    if df < 1:
        raise EstimateError(Fault.LONELY_CLUSTER, "clusters")
    n = int(answered.sum())
    size = float(design.weights[answered].sum())
    cell = np.zeros((design.n, r * c))
    cell[np.flatnonzero(answered), row_codes * c + column_codes] = 1.0
    shares = design.weights @ cell / size
    influence = np.where(answered[:, None], cell - shares, 0.0) / size
    covariance = design.covariance(influence)
    table = shares.reshape(r, c)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    contrasts = np.kron(_contrasts(r), _contrasts(c))
    # An empty cell has no share to divide by: then all cells get the shares they would have if nothing went together.
    basis = shares if (shares > 0).all() else expected.reshape(-1)
    scaled = contrasts / basis[:, None]
    simple = (np.diag(basis) - np.outer(basis, basis)) / n
    delta = np.linalg.solve(scaled.T @ simple @ scaled, scaled.T @ covariance @ scaled)
    trace, squared = float(np.trace(delta)), float(np.trace(delta @ delta))
    if trace <= SMALLEST_EFFECT:
        raise EstimateError(Fault.SAME_QUESTION, "columns")
    df1 = trace**2 / squared
    f = pearson / trace
    return Independence(
        rows=row_labels,
        columns=column_labels,
        shares=tuple(tuple(row) for row in table.tolist()),
        n=n,
        pearson=pearson,
        p_simple=float(chdtrc((r - 1) * (c - 1), pearson)),
        mean_design_effect=trace / ((r - 1) * (c - 1)),
        f=f,
        df1=df1,
        df2=df1 * df,
        p=float(fdtrc(df1, df1 * df, f)),
    )


def _contrasts(k: int) -> Floats:
    """Columns that sum to zero: each category but the first against the first."""
    return np.vstack([-np.ones((1, k - 1)), np.eye(k - 1)])


def _is_given(labels: Labels, field: str, n: int) -> Booleans:
    array = np.asarray(labels)
    if array.shape != (n,):
        raise EstimateError(Fault.DIFFERENT_LENGTHS, field, array.shape)
    given = [not (label is None or label == "" or label != label) for label in array.tolist()]
    return np.array(given, dtype=bool)
