"""Protecting tables: what is hidden is as little as possible, and cannot be worked out."""

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytauargus
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samsyn.analysis.suppress import (
    CrossTable,
    Fault,
    Need,
    PublicationBlocked,
    Release,
    SuppressError,
    audit,
    cell_key,
    check_can_publish,
    default_weights,
    dominance,
    join,
    one_category,
    p_percent,
    protect,
    release,
    small_counts,
)
from samsyn.analysis.tests import attacker


def grid(values: object, **more: object) -> CrossTable:
    """A table of areas by years, or by hours too, with made-up labels."""
    array = np.asarray(values)
    names = ("area", "year", "hour")[: array.ndim]
    dimensions = {name: tuple(f"{name}{i}" for i in range(n)) for name, n in zip(names, array.shape, strict=True)}
    return CrossTable(dimensions=dimensions, values=array, **more)  # type: ignore[arg-type]  # passed on


def published(table: CrossTable, tables: Release, shown: NDArray[np.float64]) -> list[dict[str, str]]:
    """The table's rows as a reader gets them."""
    rows = []
    for key in table.cells():
        value = shown[tables.index(key)]
        about = dict(key)
        row = {dimension: about.get(dimension, "Totalt") for dimension in table.dimensions}
        rows.append(row | {"count": "x" if np.isnan(value) else str(int(value))})
    return rows


def town(rng: np.random.Generator, shape: tuple[int, ...], mean: float = 9) -> NDArray[np.int64]:
    return np.asarray(rng.negative_binomial(1.2, 1.2 / (1.2 + mean), size=shape))


# --- tables -------------------------------------------------------------------------------------------------------


def test_margins_are_computed_in_every_direction() -> None:
    tables = release([grid(np.arange(24).reshape(2, 3, 4))])
    assert len(tables) == 3 * 4 * 5
    assert tables.values[tables.index(cell_key())] == 276
    assert tables.values[tables.index(cell_key(area="area1"))] == 12 * 12 + 66
    for r in range(tables.n_sums):
        cells, signs = tables.row(r)
        assert (tables.values[cells] * signs).sum() == 0


def test_a_group_is_a_cell_of_its_own() -> None:
    table = grid([[3, 9], [8, 12], [5, 1]], groups={"area": {"norra": ("area0", "area1")}})
    tables = release([table])
    assert tables.values[tables.index(cell_key(area="norra", year="year0"))] == 11
    assert len(tables) == 5 * 3


def test_tables_are_linked_by_the_cells_they_share() -> None:
    one = CrossTable(dimensions={"area": "ab", "offence": ("theft", "fraud")}, values=[[3, 9], [8, 12]])
    other = CrossTable(dimensions={"area": "ab", "hour": ("day", "night")}, values=[[7, 5], [10, 10]])
    assert len(release([one, other])) == 9 + 9 - 3
    clash = CrossTable(dimensions={"area": "ab", "hour": ("day", "night")}, values=[[7, 5], [10, 11]])
    with pytest.raises(SuppressError) as caught:
        release([one, clash])
    assert caught.value.code is Fault.VALUES_DIFFER


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (CrossTable(dimensions={"area": "ab"}, values=[1, -2]), Fault.NOT_COUNTS),
        (CrossTable(dimensions={"area": "ab"}, values=[1, np.nan]), Fault.NOT_COUNTS),
        (CrossTable(dimensions={"area": "abc"}, values=[1, 2]), Fault.SHAPES_DIFFER),
        (CrossTable(dimensions={"area": "aa"}, values=[1, 2]), Fault.LABELS_REPEAT),
        (CrossTable(dimensions={"area": ("a", "Totalt")}, values=[1, 2]), Fault.LABELS_REPEAT),
        (CrossTable(dimensions={"area": "ab"}, values=[1, 2], groups={"area": {"n": ("c",)}}), Fault.UNKNOWN_LABEL),
        (CrossTable(dimensions={"area": "ab"}, values=[1, 2], hidden=frozenset([cell_key(x="y")])), Fault.UNKNOWN_CELL),
    ],
)
def test_what_is_no_table_is_refused(table: CrossTable, code: Fault) -> None:
    with pytest.raises(SuppressError) as caught:
        release([table])
    assert caught.value.code is code


def test_a_sum_that_is_none_is_refused() -> None:
    table = CrossTable(dimensions={"quarter": ("q1", "q2")}, values=[3, 9])
    with pytest.raises(SuppressError) as caught:
        release([table], more_sums=[(cell_key(quarter="q1"), [cell_key(quarter="q2")])])
    assert caught.value.code is Fault.DOES_NOT_ADD_UP


# --- primary rules ------------------------------------------------------------------------------------------------


def test_counts_from_one_to_four_disclose_and_zero_and_five_do_not() -> None:
    tables = release([CrossTable(dimensions={"area": "abcdef"}, values=[0, 1, 4, 5, 6, 90])])
    needs = small_counts(tables)
    assert sorted(tables.values[list(needs)]) == [1, 4]
    assert set(small_counts(tables, largest=5)) - set(needs) == {tables.index(cell_key(area="d"))}
    with pytest.raises(SuppressError):
        small_counts(tables, largest=0)


def test_dominance_and_p_percent_mark_cells_with_few_large_contributors() -> None:
    tables = release([CrossTable(dimensions={"shop": "abc"}, values=[100, 100, 17])])
    parts = {cell_key(shop="a"): [80, 15, 5], cell_key(shop="b"): [30, 30, 40], cell_key(shop="c"): [17]}
    assert {tables.name(i) for i in dominance(tables, parts, n=2, k=90)} == {"shop=a", "shop=c"}
    found = p_percent(tables, parts, p=15)
    assert {tables.name(i): (need.low, need.high) for i, need in found.items()} == {
        "shop=a": (93.0, 107.0),
        "shop=c": (pytest.approx(14.45), pytest.approx(19.55)),
    }
    with pytest.raises(SuppressError) as caught:
        p_percent(tables, {cell_key(shop="a"): [80, 15]})
    assert caught.value.code is Fault.DOES_NOT_ADD_UP


def test_a_row_where_all_answered_alike_discloses() -> None:
    tables = release([CrossTable(dimensions={"area": "ab", "answer": ("yes", "no")}, values=[[12, 0], [9, 8]])])
    needs = one_category(tables, dimension="answer")
    found = protect(tables, join(needs, small_counts(tables)))
    assert tables.index(cell_key(area="a", answer="no")) in found.secondary
    seen = {each.name: each for each in audit(tables, found.hidden, needs).intervals}
    assert seen["answer=yes, area=a"].low <= 8
    with pytest.raises(SuppressError) as caught:
        one_category(tables, dimension="hour")
    assert caught.value.code is Fault.UNKNOWN_LABEL


# --- secondary suppression ----------------------------------------------------------------------------------------


def cheapest(tables: Release, needs: dict[int, Need]) -> float:
    """The least cost of any pattern that the audit finds safe, by trying them all."""
    weights = default_weights(tables)
    free = [i for i in range(len(tables)) if i not in needs]
    best = np.inf
    for n in range(len(free) + 1):
        for chosen in itertools.combinations(free, n):
            cost = float(weights[list(chosen)].sum())
            if cost < best - 1e-9:
                hidden = np.zeros(len(tables), dtype=bool)
                hidden[[*needs, *chosen]] = True
                if audit(tables, hidden, needs).is_safe:
                    best = cost
        if best < np.inf and n >= 4:
            break
    return best


@pytest.mark.parametrize("values", [[[9, 3], [8, 7]], [[20, 1, 6], [7, 9, 0]], [[2, 30], [0, 9], [11, 8]]])
def test_no_pattern_is_cheaper(values: list[list[int]]) -> None:
    tables = release([grid(values)])
    needs = small_counts(tables)
    found = protect(tables, needs)
    assert found.is_optimal
    assert found.cost == pytest.approx(cheapest(tables, needs))


def test_the_pattern_of_fischettis_and_salazars_introduction_is_found() -> None:
    # Fischetti & Salazar (2001), table 1: investment by activity and region. The cell of 22 is sensitive; they hide
    # 8, 17 and 12 with it, and an outsider then only knows that it lies between 5 and 30.
    values = [[20, 50, 10], [8, 19, 22], [17, 32, 12]]
    tables = release([CrossTable(dimensions={"activity": ("I", "II", "III"), "region": "ABC"}, values=values)])
    needs = {tables.index(cell_key(activity="II", region="C")): Need(17, 27, "sensitive")}
    found = protect(tables, needs, weights=tables.values)
    assert sorted(tables.values[list(found.secondary)]) == [8, 12, 17]
    assert found.cost == 37
    (seen,) = (each for each in audit(tables, found.hidden, needs).intervals if each.need is not None)
    assert (seen.low, seen.high) == (5, 30)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_dearer_than_tau_argus_and_as_safe(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It leaves the logs of its solvers where it is run.
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(seed)
    records: list[dict[str, Any]] = [
        {"area": f"a{a}", "kind": f"k{b}", "sum": int(rng.lognormal(3, 1)) + 1}
        for a in range(6)
        for b in range(4)
        for _ in range(rng.integers(1, 9))
    ]
    columns = {name: [record[name] for record in records] for name in ("area", "kind", "sum")}
    answer = pytauargus.protect(columns, ["area", "kind"], "sum", safety_rules="P(15,1)", workdir=str(tmp_path))
    inner: dict[tuple[str, str], list[float]] = {}
    for record in records:
        inner.setdefault((str(record["area"]), str(record["kind"])), []).append(float(record["sum"]))
    areas, kinds = tuple(f"a{i}" for i in range(6)), tuple(f"k{i}" for i in range(4))
    tables = release([
        CrossTable(
            dimensions={"area": areas, "kind": kinds}, values=[[sum(inner[a, k]) for k in kinds] for a in areas]
        )
    ])  # fmt: skip
    # Its file has, for each cell: labels, sum, contributors, cost, status, and how far it is to be protected.
    theirs, needs = set(), {}
    with Path(answer.tables[0].path).open(encoding="utf-8") as file:
        for a, k, value, _, _, status, low, high in csv.reader(file, delimiter=";"):
            at = tables.index(cell_key(**{n: x for n, x in (("area", a), ("kind", k)) if x != "Total"}))
            assert tables.values[at] == float(value)
            if status == "U":
                needs[at] = Need(float(value) - float(low), float(value) + float(high), "p-percent")
            elif status == "M":
                theirs.add(at)
    ours = p_percent(tables, {cell_key(area=a, kind=k): parts for (a, k), parts in inner.items()}, p=15)
    assert set(ours) == set(needs)
    found = protect(tables, needs, weights=tables.values)
    assert found.is_optimal
    assert found.cost <= tables.values[sorted(theirs)].sum() + 1e-6
    assert audit(tables, found.hidden, needs).is_safe


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(3, 4), (6, 3), (2, 2, 3)]), st.floats(2, 20))
def test_every_protected_table_passes_its_audit(seed: int, shape: tuple[int, ...], mean: float) -> None:
    tables = release([grid(town(np.random.default_rng(seed), shape, mean))])
    needs = small_counts(tables)
    found = protect(tables, needs)
    seen = audit(tables, found.hidden, needs)
    check_can_publish(seen)
    assert found.bound <= found.cost + 1e-6
    json.dumps([found.as_dict(), seen.as_dict()], allow_nan=False)


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_order_and_names_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = town(rng, (5, 4))
    rows, columns = rng.permutation(5), rng.permutation(4)
    plain, moved = release([grid(values)]), release([grid(values[np.ix_(rows, columns)])])
    one, other = protect(plain, small_counts(plain)), protect(moved, small_counts(moved))
    assert one.is_optimal
    assert other.is_optimal
    assert one.cost == pytest.approx(other.cost)


def test_an_added_row_of_large_counts_never_makes_protection_dearer() -> None:
    values = town(np.random.default_rng(3), (6, 4))
    less = release([grid(values)])
    more = release([grid(np.vstack([values, [[500] * 4]]))])
    assert protect(more, small_counts(more)).cost <= protect(less, small_counts(less)).cost + 0.5


def test_a_table_without_small_counts_is_published_as_it_is() -> None:
    tables = release([grid([[9, 8], [7, 0]])])
    found = protect(tables, small_counts(tables))
    assert not found.hidden.any()
    assert found.cost == 0


def test_a_single_small_cell_hides_its_total_too() -> None:
    tables = release([CrossTable(dimensions={"area": ("a",)}, values=[3])])
    found = protect(tables, small_counts(tables))
    assert found.hidden.all()


# --- earlier releases and the block -------------------------------------------------------------------------------


def test_what_an_earlier_table_shows_is_counted_with() -> None:
    quarters = {"quarter": ("q1", "q2", "q3", "q4"), "area": "ab"}
    now = CrossTable(dimensions=quarters, values=[[9, 3], [80, 70], [6, 5], [90, 120]])
    alone = release([now])
    pattern = protect(alone, small_counts(alone))
    # Last month the sums of each half were published.
    earlier = CrossTable(
        dimensions={"half": ("h1", "h2"), "area": "ab"}, values=[[89, 73], [96, 125]], published_before=True
    )
    sums = [
        (cell_key(half=half, area=area), [cell_key(quarter=q, area=area) for q in parts])
        for half, parts in (("h1", ("q1", "q2")), ("h2", ("q3", "q4")))
        for area in "ab"
    ]
    both = release([now, earlier], more_sums=sums)
    needs = small_counts(both)
    hidden = np.isin(np.arange(len(both)), [both.index(alone.keys[i]) for i in np.flatnonzero(pattern.hidden)])
    assert not audit(both, hidden, needs).is_safe
    found = protect(both, needs)
    check_can_publish(audit(both, found.hidden, needs))
    assert not (found.hidden & both.known).any()


def test_a_cell_that_is_out_already_blocks() -> None:
    table = grid([[9, 3], [8, 7]], published_before=True)
    tables = release([table])
    with pytest.raises(PublicationBlocked) as caught:
        protect(tables, small_counts(tables))
    assert caught.value.code is Fault.CANNOT_BE_PROTECTED
    assert caught.value.cells == ("area=area0, year=year1",)


def test_a_cell_that_earlier_sums_give_away_blocks() -> None:
    values = [[9, 3], [8, 7]]
    hidden = frozenset([cell_key(area="area0", year="year1")])
    tables = release([grid(values, published_before=True, hidden=hidden)])
    needs = small_counts(tables)
    with pytest.raises(PublicationBlocked) as caught:
        protect(tables, needs)
    assert caught.value.cells == ("area=area0, year=year1",)
    seen = audit(tables, tables.hidden_before, needs)
    assert seen.intervals[0].is_exact
    with pytest.raises(PublicationBlocked) as caught:
        check_can_publish(seen)
    assert caught.value.code is Fault.INTERVAL_TOO_NARROW


def test_the_audit_never_tells_the_hidden_values() -> None:
    tables = release([grid([[9, 3], [8, 7]])])
    needs = small_counts(tables)
    found = protect(tables, needs)
    for each in audit(tables, found.hidden, needs).as_dict()["intervals"]:
        assert "value" not in each


def test_whole_numbers_tell_more_than_fractions() -> None:
    # Two cells that sum to 1 twice over: fractions allow everything between, whole numbers only the ends.
    tables = release([grid([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])])
    hidden = np.array([len(key) == 3 for key in tables.keys])
    whole, real = (audit(tables, hidden, {}, whole_numbers=each) for each in (True, False))
    assert all(each.low == int(each.low) for each in whole.intervals)
    for one, other in zip(whole.intervals, real.intervals, strict=True):
        assert other.low <= one.low + 1e-9
        assert (one.high or 0) <= (other.high or np.inf) + 1e-9


# --- the attacker -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_an_outsider_with_every_published_table_derives_no_small_cell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cube = town(rng, (4, 3, 3), mean=2.5)
    areas, years, hours = (tuple(f"{name}{i}" for i in range(n)) for name, n in (("a", 4), ("y", 3), ("h", 3)))
    first = CrossTable(dimensions={"area": areas, "year": years}, values=cube.sum(axis=2))
    alone = release([first])
    before = protect(alone, small_counts(alone))
    out = frozenset(alone.keys[i] for i in np.flatnonzero(before.hidden))
    # A year later the same figures are published by hour, and then both together are what can be subtracted.
    earlier = CrossTable(
        dimensions=first.dimensions, values=first.values, published_before=True, hidden=out
    )
    second = CrossTable(dimensions={"area": areas, "hour": hours}, values=cube.sum(axis=1))
    both = release([second, earlier])
    needs = {i: need for i, need in small_counts(both).items() if not both.known[i]}
    found = protect(both, needs)
    files = [published(first, alone, before.shown()), published(second, both, found.shown())]
    intervals = attacker.intervals(*attacker.collect(files, ("area", "year", "hour")))
    assert intervals
    assert attacker.derived(intervals) == {}
    # More than that is promised: each could be nothing, and more than four.
    for i, need in needs.items():
        low, high = intervals[tuple(sorted(both.keys[i]))]
        assert low <= need.low
        assert high >= need.high


def test_the_outsider_does_derive_what_is_hidden_carelessly() -> None:
    table = grid([[9, 3], [8, 7]])
    tables = release([table])
    shown = tables.values.copy()
    shown[tables.index(cell_key(area="area0", year="year1"))] = np.nan
    found = attacker.intervals(*attacker.collect([published(table, tables, shown)], ("area", "year")))
    assert list(attacker.derived(found).values()) == [(3, 3)]


def test_outsider_and_audit_agree_about_every_interval() -> None:
    table = grid(town(np.random.default_rng(12), (4, 4)))
    tables = release([table])
    found = protect(tables, small_counts(tables))
    theirs = attacker.intervals(*attacker.collect([published(table, tables, found.shown())], ("area", "year")))
    ours = audit(tables, found.hidden, {})
    assert len(theirs) == len(ours.intervals)
    for each in ours.intervals:
        low, high = theirs[tuple(sorted(tables.keys[each.position]))]
        assert each.low == low
        assert (np.inf if each.high is None else each.high) == high
