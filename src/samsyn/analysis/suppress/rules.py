"""Which cells disclose by themselves, and how far an outsider must be kept from each: the primary rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from samsyn.analysis.suppress.checks import Fault, SuppressError
from samsyn.analysis.suppress.tables import CellKey, Release


@dataclass(frozen=True, slots=True)
class Need:
    """
    What an outsider must be left to believe of a cell: that it could be `low` or less, and `high` or more.

    Several rules for one cell are joined: the lowest low and the highest high.
    """

    low: float
    high: float
    rule: str

    def joined(self, other: Need) -> Need:
        """Both needs at once."""
        return Need(min(self.low, other.low), max(self.high, other.high), self.rule)


Needs = dict[int, Need]
"""Needs by position in the release."""


def join(*many: Mapping[int, Need]) -> Needs:
    """
    Join the needs of several rules.

    >>> join({0: Need(0, 5, "small")}, {0: Need(1, 8, "dominance"), 2: Need(0, 5, "small")})[0]
    Need(low=0, high=8, rule='small')
    """
    result: Needs = {}
    for needs in many:
        for position, need in needs.items():
            result[position] = result[position].joined(need) if position in result else need
    return result


def small_counts(tables: Release, *, largest: int = 4) -> Needs:
    """
    Return the cells that count from 1 to `largest`, margins too.

    Parameters
    ----------
    tables
        What is published together.
    largest
        The largest count that is protected.

    Returns
    -------
    dict
        Each such cell must be able to be 0, and more than `largest`: nobody can then know that anything happened
        there, nor that it was few.

    Raises
    ------
    SuppressError
        `largest` is not a whole number from 1.

    Notes
    -----
    Threshold rule (Hundepool et al. 2012, *Statistical Disclosure Control*, sec. 4.2.1 for magnitude and 5.2 for
    frequency tables). A count of 0 is not small: whether it may be shown is a question for `one_category`.

    Do not use it alone for answers about opinions or health: a row where all answered alike discloses with large counts
    too.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, release
    >>> tables = release([CrossTable(dimensions={"area": ("a", "b"), "year": ("x", "y")}, values=[[3, 9], [0, 7]])])
    >>> {tables.name(i): (need.low, need.high) for i, need in small_counts(tables).items()}
    {'area=a, year=x': (0.0, 5.0), 'year=x': (0.0, 5.0)}
    """
    if largest != int(largest) or largest < 1:
        raise SuppressError(Fault.NOT_A_SETTING, "largest", largest)
    small = (tables.values > 0) & (tables.values <= largest)
    return {int(i): Need(0.0, float(largest + 1), "small") for i in np.flatnonzero(small)}


def dominance(
    tables: Release, contributions: Mapping[CellKey, Sequence[float]], *, n: int = 1, k: float = 75.0
) -> Needs:
    r"""
    Return the cells in which the `n` largest contributors have more than `k` percent of the sum.

    Parameters
    ----------
    tables
        What is published together: sums of money, of hours, of damage.
    contributions
        For each cell that has contributors, what each of them gave, from 0. Their sum is the cell's value.
    n, k
        The rule's two numbers; k in percent.

    Returns
    -------
    dict
        The need reaches :math:`\frac{100}{k} \sum_{i \le n} x_i - X` to each side of the value X.

    Raises
    ------
    SuppressError
        A cell is unknown, contributions do not add up to the value, or n and k are no settings.

    Notes
    -----
    Hundepool et al. (2012), *Statistical Disclosure Control*, sec. 4.2.1 and table 4.2. The p% rule
    protects better against the second largest contributor, who knows his own part; use that when you can choose.

    Do not use it for counts, where everyone contributes 1.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, cell_key, release
    >>> tables = release([CrossTable(dimensions={"shop": ("a", "b")}, values=[100, 60])])
    >>> needs = dominance(tables, {cell_key(shop="a"): [90, 6, 4], cell_key(shop="b"): [20, 20, 20]})
    >>> {tables.name(i): (need.low, need.high) for i, need in needs.items()}
    {'shop=a': (80.0, 120.0)}
    """
    if n < 1 or not 0 < k < 100:
        raise SuppressError(Fault.NOT_A_SETTING, "k", k)
    needs: Needs = {}
    for position, value, parts in _contributed(tables, contributions):
        margin = 100 / k * sum(parts[:n]) - value
        if margin > 0:
            needs[position] = Need(max(0.0, value - margin), value + margin, "dominance")
    return needs


def p_percent(tables: Release, contributions: Mapping[CellKey, Sequence[float]], *, p: float = 15.0) -> Needs:
    r"""
    Return the cells from which the second largest contributor could estimate the largest within `p` percent.

    Parameters
    ----------
    tables, contributions
        As in `dominance`.
    p
        In percent.

    Returns
    -------
    dict
        A cell with :math:`X - x_1 - x_2 < \frac{p}{100} x_1` is sensitive, and the need reaches
        :math:`\frac{p}{100} x_1 - (X - x_1 - x_2)` to each side of X.

    Raises
    ------
    SuppressError
        As in `dominance`.

    Notes
    -----
    Hundepool et al. (2012), *Statistical Disclosure Control*, sec. 4.2.1 and table 4.2. Do not use it for counts.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, cell_key, release
    >>> tables = release([CrossTable(dimensions={"shop": ("a", "b")}, values=[100, 60])])
    >>> needs = p_percent(tables, {cell_key(shop="a"): [80, 15, 5], cell_key(shop="b"): [20, 20, 20]}, p=10)
    >>> {tables.name(i): (need.low, need.high) for i, need in needs.items()}
    {'shop=a': (97.0, 103.0)}
    """
    if not 0 < p < 1000:
        raise SuppressError(Fault.NOT_A_SETTING, "p", p)
    needs: Needs = {}
    for position, value, parts in _contributed(tables, contributions):
        largest = parts[0] if parts else 0.0
        margin = p / 100 * largest - (value - sum(parts[:2]))
        if largest > 0 and margin > 0:
            needs[position] = Need(max(0.0, value - margin), value + margin, "p-percent")
    return needs


def one_category(tables: Release, *, dimension: str, largest: int = 4) -> Needs:
    """
    Return the cells that hold everybody of their row: all answered alike, and so each one's answer is known.

    Parameters
    ----------
    tables
        What is published together.
    dimension
        The dimension whose labels are the answers: "offence", "answer".
    largest
        How many of them an outsider must believe may have answered otherwise, at most all.

    Returns
    -------
    dict
        The full cell must be able to be `largest` less.

    Raises
    ------
    SuppressError
        No cell has the dimension (`UNKNOWN_LABEL`).

    Notes
    -----
    Group disclosure (Hundepool et al. 2012, sec. 5.2). The zeros beside the full cell then are candidates for
    suppression, and one at least is taken. Do not use it where a place can only have one category by its nature.

    Examples
    --------
    >>> from samsyn.analysis.suppress import CrossTable, release
    >>> dimensions = {"area": ("a", "b"), "answer": ("yes", "no")}
    >>> tables = release([CrossTable(dimensions=dimensions, values=[[12, 0], [9, 8]])])
    >>> {tables.name(i): (need.low, need.high) for i, need in one_category(tables, dimension="answer").items()}
    {'answer=yes, area=a': (8.0, 12.0)}
    """
    position = {key: i for i, key in enumerate(tables.keys)}
    rows: dict[CellKey, list[int]] = {}
    for i, key in enumerate(tables.keys):
        rest = frozenset(pair for pair in key if pair[0] != dimension)
        if rest != key:
            rows.setdefault(rest, []).append(i)
    if not rows:
        raise SuppressError(Fault.UNKNOWN_LABEL, "dimension", dimension)
    needs: Needs = {}
    for rest, cells in rows.items():
        whole = position.get(rest)
        if whole is None or len(cells) < 2 or tables.values[whole] <= 0:
            continue
        for i in cells:
            if tables.values[i] == tables.values[whole]:
                value = float(tables.values[i])
                needs[i] = Need(max(0.0, value - largest), value, "one-category")
    return needs


def _contributed(
    tables: Release, contributions: Mapping[CellKey, Sequence[float]]
) -> list[tuple[int, float, list[float]]]:
    """Position, value and contributions in falling order, for every cell that has any."""
    position = {key: i for i, key in enumerate(tables.keys)}
    found = []
    for key, parts in contributions.items():
        if key not in position:
            raise SuppressError(Fault.UNKNOWN_CELL, "contributions")
        value = float(tables.values[position[key]])
        ordered = sorted((float(part) for part in parts), reverse=True)
        if any(part < 0 for part in ordered) or not np.isclose(sum(ordered), value):
            raise SuppressError(Fault.DOES_NOT_ADD_UP, "contributions")
        found.append((position[key], value, ordered))
    return found
