"""Tables with margins, and the one system of cells and sums that everything ever published forms together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samsyn.analysis.suppress.checks import Fault, Flags, Floats, SuppressError

TOTAL = "Totalt"
"""The label of a margin, in every dimension."""

MAX_CELLS = 50_000

CellKey = frozenset[tuple[str, str]]
"""What a cell is about: pairs of dimension and label, without those summed over. Equal keys are the same cell."""


def cell_key(**about: str) -> CellKey:
    """
    Return the key of a cell by what it is about; margins are left out.

    >>> cell_key(area="Sylte", year="2024") == cell_key(year="2024", area="Sylte", offence="Totalt")
    True
    """
    return frozenset((dimension, label) for dimension, label in about.items() if label != TOTAL)


def cell_name(key: CellKey) -> str:
    """
    Return a cell's key in words.

    >>> cell_name(cell_key(year="2024", area="Sylte"))
    'area=Sylte, year=2024'
    """
    return ", ".join(f"{dimension}={label}" for dimension, label in sorted(key)) or TOTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossTable:
    """
    A table of counts or sums with all its margins.

    Parameters
    ----------
    dimensions
        Each dimension with its labels, in the order of the axes of `values`.
    values
        The inner cells, from 0, one axis a dimension. Margins are computed.
    scope
        What every cell of the table is about: ``{"year": "2024"}``. Tables whose cells have the same key are linked.
    groups
        Labels that stand for several: ``{"area": {"Norra": ("Sylte", "Lextorp")}}``. They are published too.
    published_before
        Whether the table is out already. Its cells are then known, except those in `hidden`.
    hidden
        For a table published before: keys of the cells that were suppressed in it.

    Examples
    --------
    >>> dimensions = {"area": ("Sylte", "Lextorp"), "year": ("2023", "2024")}
    >>> table = CrossTable(dimensions=dimensions, values=[[3, 9], [8, 12]])
    >>> len(table.cells()), table.cells()[cell_key(area="Sylte")]
    (9, 12.0)
    """

    dimensions: Mapping[str, Sequence[str]]
    values: npt.ArrayLike
    scope: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    published_before: bool = False
    hidden: frozenset[CellKey] = frozenset()

    def array(self) -> Floats:
        """
        The inner cells as floats, checked.

        :raises SuppressError: negative, not finite, or not in the shape of the labels; labels that repeat
        """
        values = np.asarray(self.values, dtype=np.float64)
        if values.shape != tuple(len(labels) for labels in self.dimensions.values()) or values.ndim == 0:
            raise SuppressError(Fault.SHAPES_DIFFER, "values", values.shape)
        if not np.isfinite(values).all() or (values < 0).any():
            raise SuppressError(Fault.NOT_COUNTS, "values")
        for dimension, labels in self.dimensions.items():
            own = [*labels, *self.groups.get(dimension, {}), TOTAL]
            if len(set(own)) != len(own) or dimension in self.scope:
                raise SuppressError(Fault.LABELS_REPEAT, "dimensions", dimension)
        for dimension, groups in self.groups.items():
            known = set(self.dimensions.get(dimension, ()))
            if any(not set(members) <= known or not members for members in groups.values()):
                raise SuppressError(Fault.UNKNOWN_LABEL, "groups", dimension)
        return values

    def members(self) -> list[dict[str, list[int]]]:
        """For each dimension, every published label with the inner labels it sums."""
        result = []
        for dimension, labels in self.dimensions.items():
            positions = {label: [i] for i, label in enumerate(labels)}
            for group, parts in self.groups.get(dimension, {}).items():
                positions[group] = [labels.index(part) for part in parts]
            positions[TOTAL] = list(range(len(labels)))
            result.append(positions)
        return result

    def key(self, labels: Sequence[str]) -> CellKey:
        """The key of the cell with these labels, one a dimension."""
        return cell_key(**dict(zip(self.dimensions, labels, strict=True)), **self.scope)

    def cells(self) -> dict[CellKey, float]:
        """Every cell with its value, margins included."""
        values = self.array()
        spread = values
        members = self.members()
        for axis, positions in enumerate(members):
            spread = np.stack([spread.take(parts, axis=axis).sum(axis=axis) for parts in positions.values()], axis=axis)
        labels = itertools.product(*(positions for positions in members))
        return {self.key(each): float(value) for each, value in zip(labels, spread.ravel(), strict=True)}

    def sums(self) -> list[tuple[CellKey, tuple[CellKey, ...]]]:
        """Every sum the reader knows of: the total, and its parts."""
        found = []
        members = self.members()
        for axis, labels in enumerate(self.dimensions.values()):
            others = [list(positions) for at, positions in enumerate(members) if at != axis]
            for rest in itertools.product(*others):
                for whole, parts in members[axis].items():
                    if len(parts) == 1 and whole == labels[parts[0]]:
                        continue
                    at = [(*rest[:axis], label, *rest[axis:]) for label in (whole, *(labels[i] for i in parts))]
                    first, *others_keys = (self.key(each) for each in at)
                    if first != others_keys[0] or len(others_keys) > 1:
                        found.append((first, tuple(others_keys)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    All cells of all tables, each once, with every sum between them; made by `release`.

    `values` (n,) in the order of `keys`. `known` marks cells that are out already, `hidden_before` those that were
    suppressed in an earlier table. The sums stand as sparse rows: for row r, `columns[starts[r]:starts[r + 1]]` with
    `signs` 1 for a part and -1 for the total, and the row is 0.
    """

    keys: tuple[CellKey, ...]
    values: Floats
    known: Flags
    hidden_before: Flags
    starts: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    signs: Floats
    whole_numbers: bool

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def n_sums(self) -> int:
        """How many sums connect the cells."""
        return len(self.starts) - 1

    def index(self, key: CellKey) -> int:
        """
        The position of a cell.

        :raises SuppressError: no such cell
        """
        try:
            return self.keys.index(key)
        except ValueError:
            raise SuppressError(Fault.UNKNOWN_CELL, "key", cell_name(key)) from None

    def name(self, position: int) -> str:
        """What the cell at a position is about, in words."""
        return cell_name(self.keys[position])

    def row(self, r: int) -> tuple[npt.NDArray[np.int32], Floats]:
        """The cells of a sum and their signs."""
        part = slice(int(self.starts[r]), int(self.starts[r + 1]))
        return self.columns[part], self.signs[part]


def release(
    tables: Sequence[CrossTable], *, more_sums: Sequence[tuple[CellKey, Sequence[CellKey]]] = ()
) -> Release:
    """
    Put tables together: what is to be published, and everything that is out already.

    Parameters
    ----------
    tables
        In any order. A cell that several tables have is one cell; it is known if any published table shows it.
    more_sums
        Sums the tables do not show by themselves: a year and its four quarters, a district and its areas.

    Returns
    -------
    Release

    Raises
    ------
    SuppressError
        The same cell has two values (`VALUES_DIFFER`), a sum is none (`DOES_NOT_ADD_UP`), a cell named is in no table
        (`UNKNOWN_CELL`), or there are more than 50 000 cells.

    Notes
    -----
    Do not leave out what was published earlier, by anybody: what an outsider can subtract is what decides.

    Examples
    --------
    >>> areas = ("Sylte", "Lextorp")
    >>> now = CrossTable(dimensions={"area": areas, "offence": ("theft", "fraud")}, values=[[3, 9], [8, 12]])
    >>> by_hour = CrossTable(dimensions={"area": areas, "hour": ("day", "night")}, values=[[7, 5], [10, 10]])
    >>> together = release([now, by_hour])
    >>> len(together), together.n_sums
    (15, 11)
    """
    values: dict[CellKey, float] = {}
    known: dict[CellKey, bool] = {}
    hidden: set[CellKey] = set()
    sums: dict[Hashable, tuple[CellKey, tuple[CellKey, ...]]] = {}
    for table in tables:
        cells = table.cells()
        if not table.hidden <= set(cells):
            raise SuppressError(Fault.UNKNOWN_CELL, "hidden", cell_name(next(iter(table.hidden - set(cells)))))
        for key, value in cells.items():
            if key in values and not math.isclose(values[key], value, rel_tol=1e-9, abs_tol=1e-9):
                raise SuppressError(Fault.VALUES_DIFFER, "values", cell_name(key))
            values[key] = value
            shown = table.published_before and key not in table.hidden
            known[key] = known.get(key, False) or shown
            if table.published_before and not shown:
                hidden.add(key)
        for whole, parts in table.sums():
            sums[whole, frozenset(parts)] = (whole, parts)
    for whole, more in more_sums:
        sums[whole, frozenset(more)] = (whole, tuple(more))
    if len(values) > MAX_CELLS:
        raise SuppressError(Fault.TOO_LARGE, "tables", len(values))
    keys = tuple(values)
    position = {key: i for i, key in enumerate(keys)}
    starts, columns, signs = [0], [], []
    for whole, parts in sums.values():
        unknown = [key for key in (whole, *parts) if key not in position]
        if unknown:
            raise SuppressError(Fault.UNKNOWN_CELL, "more_sums", cell_name(unknown[0]))
        if not math.isclose(values[whole], math.fsum(values[part] for part in parts), rel_tol=1e-9, abs_tol=1e-6):
            raise SuppressError(Fault.DOES_NOT_ADD_UP, "more_sums", cell_name(whole))
        columns += [position[whole], *(position[part] for part in parts)]
        signs += [-1.0, *([1.0] * len(parts))]
        starts.append(len(columns))
    array = np.array([values[key] for key in keys], dtype=np.float64)
    return Release(
        keys=keys,
        values=array,
        known=np.array([known[key] for key in keys], dtype=np.bool_),
        hidden_before=np.array([key in hidden and not known[key] for key in keys], dtype=np.bool_),
        starts=np.array(starts, dtype=np.int32),
        columns=np.array(columns, dtype=np.int32),
        signs=np.array(signs, dtype=np.float64),
        whole_numbers=bool((array == np.floor(array)).all()),
    )
