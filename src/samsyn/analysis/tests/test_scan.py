import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samsyn.analysis import _jit
from samsyn.analysis._scan_replicates import permuted, split_into_clumps, unevenly_drawn
from samsyn.analysis.scan import (
    Basis,
    Fault,
    Metric,
    Missing,
    Model,
    Period,
    ScanError,
    ScanResult,
    Verdict,
    expected_counts,
    scan,
    top_coordinates,
)
from samsyn.analysis.tests import scan_oracle
from samsyn.analysis.tests.towns import town

DATA = Path(__file__).parent / "data"


def small_town(seed: int = 1, *, n_areas: int = 8, n_weeks: int = 12) -> tuple[NDArray[Any], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    # On a grid, so that many distances are equal and enter together.
    where = rng.integers(0, 4, (n_areas, 2)).astype(float)
    return rng.poisson(1.5, (n_areas, n_weeks)), where


def found(result: ScanResult) -> list[tuple[tuple[int, ...], int, int]]:
    return [(cluster.areas, cluster.first, cluster.last) for cluster in result.clusters]


def table_of(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


class TestAgainstTheDefinition:
    @pytest.mark.parametrize("model", Model)
    @pytest.mark.parametrize("period", Period)
    @pytest.mark.parametrize("seed", range(4))
    def test_the_likeliest_cylinder_is_the_definitions(self, model: Model, period: Period, seed: int) -> None:
        counts, where = small_town(seed)
        expected = np.random.default_rng(seed).uniform(0.5, 2, counts.shape) if model is Model.POISSON else None
        limits: dict[str, Any] = {"max_share": 0.4, "max_distance": 2.5, "min_window": 2, "max_window": 5}
        result = scan(counts, where, model=model, period=period, expected=expected, n_replicates=99, **limits)
        most, having = scan_oracle.best(
            counts.astype(float),
            where,
            scan_oracle.expectation(counts.astype(float), expected),
            only_now=period is Period.PROSPECTIVE,
            **limits,
        )
        first = result.clusters[0]
        assert first.log_likelihood_ratio == pytest.approx(most, rel=1e-9)
        assert (frozenset(first.areas), first.first, first.last) in having
        assert first.expected == pytest.approx(
            scan_oracle.expectation(counts.astype(float), expected)[
                list(first.areas), first.first : first.last + 1
            ].sum()
        )

    @pytest.mark.parametrize("period", Period)
    def test_p_is_the_rank_among_replicates_scanned_by_the_definition(self, period: Period) -> None:
        counts, where = small_town(3, n_areas=6, n_weeks=8)
        result = scan(counts, where, period=period, max_window=3, n_replicates=99, seed=5, dispersion=1, max_clusters=3)
        points, place_of = np.unique(where, axis=0, return_inverse=True)
        joined = np.zeros((len(points), 8))
        np.add.at(joined, place_of.reshape(-1), counts)
        expected = scan_oracle.expectation(joined, None)
        rng = np.random.default_rng(5)
        clumps = split_into_clumps(joined.astype(np.int64), expected, 1.0, rng)
        draw = permuted(*clumps, n_places=len(points), n_times=8, n_points=9)
        only_now = period is Period.PROSPECTIVE
        if only_now:
            draw = permuted(*clumps, n_places=len(points), n_times=8, n_points=4)
        maxima = []
        for _ in range(99):
            table = np.zeros(joined.shape)
            part = draw(rng).reshape(len(points), -1)
            table[:, -part.shape[1] :] = part
            # What came before the windows is counted nowhere, but the total must stay.
            table[0, 0] += joined.sum() - table.sum() if only_now else 0
            maxima.append(scan_oracle.best(table, points, expected, max_window=3, only_now=only_now)[0])
        for cluster in result.clusters:
            reaching = sum(value >= cluster.log_likelihood_ratio - 1e-9 for value in maxima)
            assert cluster.p == (1 + reaching) / 100

    @pytest.mark.parametrize("model", Model)
    @pytest.mark.parametrize("period", Period)
    @pytest.mark.parametrize("dispersion", [1.0, 2.5])
    def test_the_fallback_without_numba_answers_the_same(self, model: Model, period: Period, dispersion: float) -> None:
        if not _jit.is_available():
            pytest.skip("Numba is not installed here, so there is nothing to compare the fallback with.")
        counts, where = small_town(7, n_areas=9, n_weeks=10)
        expected = np.full(counts.shape, 1.0) if model is Model.POISSON else None
        first, second = (
            scan(
                counts,
                where,
                model=model,
                period=period,
                expected=expected,
                dispersion=dispersion,
                n_replicates=199,
                seed=3,
                compiled=compiled,
            )
            for compiled in (True, False)
        )
        assert first.clusters == second.clusters
        assert first.critical_value == pytest.approx(second.critical_value, rel=1e-12)

    def test_clusters_with_more_than_16_bits_of_cases_are_counted_right(self) -> None:
        counts = np.full((4, 6), 3_000)
        counts[0, -1] = 3_700
        first, second = (
            scan(counts, np.eye(4)[:, :2], max_window=2, n_replicates=99, compiled=compiled)
            for compiled in (True, False)
        )
        assert first.n_cases > 2**15
        assert first == second
        assert (first.clusters[0].areas, first.clusters[0].cases) == ((0,), 3_700)


class TestPublishedNumbers:
    def test_the_two_clusters_of_sudden_infant_death_in_north_carolina(self) -> None:
        # Wu, Chu, Shete & Chen, Int J Health Geographics 20 (2021), table 1: by the spatial scan statistic a most
        # likely cluster of 4 counties in the north-east with 5.12 deaths per 1,000 births, and a second one of
        # 6 counties in the south with 3.76.
        rows = table_of("north-carolina-sids.csv")
        deaths = np.array([int(row["deaths_1974"]) for row in rows])
        births = np.array([int(row["births_1974"]) for row in rows])
        assert (deaths.sum(), births.sum()) == (667, 329_962)  # Cressie 1993, pp. 386-389
        result = scan(
            deaths,
            [(float(row["lon"]), float(row["lat"])) for row in rows],
            model=Model.POISSON,
            period=Period.RETROSPECTIVE,
            expected=births,
            metric=Metric.GREAT_CIRCLE,
            max_share=0.25,
        )
        first, second = result.clusters[:2]
        names = [{rows[i]["county"] for i in cluster.areas} for cluster in (first, second)]
        rates = [
            1_000 * deaths[list(cluster.areas)].sum() / births[list(cluster.areas)].sum() for cluster in (first, second)
        ]
        assert names[0] == {"Northampton", "Hertford", "Halifax", "Bertie"}
        assert len(names[1]) == 6
        assert (math.floor(rates[0] * 100) / 100, round(rates[1], 2)) == (5.12, 3.76)
        assert first.p <= 0.01
        assert result.dispersion_basis is Basis.NONE

    def test_great_circle_distances_are_kilometres(self) -> None:
        # Trollhättan to Vänersborg, the middles of the municipalities as the police give them: ten kilometres or so.
        counts = np.ones((2, 4), int)
        counts[:, -1] = 9
        counts = np.vstack((counts, np.full((3, 4), 20)))
        where = [(12.285821, 58.283489), (12.323889, 58.380676), (18.06, 59.33), (18.1, 59.3), (18.0, 59.4)]
        result = scan(counts, where, metric=Metric.GREAT_CIRCLE, n_replicates=99, max_window=1)
        assert result.clusters[0].areas == (0, 1)
        assert result.clusters[0].radius == pytest.approx(11.0, abs=0.1)


class TestRealFigures:
    def test_the_police_events_of_a_year_hold_no_reliable_cluster_and_a_default_point(self) -> None:
        rows = table_of("police-events-2025.csv")
        of_county = "Västra Götalands län"
        names = sorted({row["area"] for row in rows} - {of_county})
        counts = np.zeros((len(names), 52), int)
        where: dict[str, tuple[float, float]] = {}
        for row in rows:
            where[row["area"]] = (float(row["lon"]), float(row["lat"]))
            if row["area"] != of_county:
                counts[names.index(row["area"]), int(row["week"]) - 1] += int(row["count"])
        result = scan(
            counts,
            [where[name] for name in names],
            period=Period.RETROSPECTIVE,
            metric=Metric.GREAT_CIRCLE,
            max_window=8,
            seed=1,
        )
        assert result.n_cases == 1_334
        assert result.verdict is Verdict.NO_RELIABLE_CLUSTER
        assert [names[i] for i in result.clusters[0].areas] == ["Essunga", "Grästorp"]
        assert result.clusters[0].is_small
        at = [where[row["area"]] for row in rows for _ in range(int(row["count"]))]
        worst = top_coordinates(at)[0]
        assert (worst.x, worst.y) == where[of_county]
        assert (worst.n, worst.is_suspect) == (773, True)


class TestInvariances:
    @given(st.integers(0, 2**32 - 1), st.sampled_from(Model), st.sampled_from([1.0, 3.0]))
    @settings(max_examples=15)
    def test_the_order_of_the_rows_changes_nothing(self, seed: int, model: Model, dispersion: float) -> None:
        counts, where = small_town(seed)
        expected = np.random.default_rng(seed).uniform(0.5, 2, counts.shape)
        shuffle = np.random.default_rng(seed).permutation(len(counts))
        results = [
            scan(
                counts[rows],
                where[rows],
                model=model,
                expected=expected[rows] if model is Model.POISSON else None,
                dispersion=dispersion,
                n_replicates=99,
                seed=2,
            )
            for rows in (np.arange(len(counts)), shuffle)
        ]
        first, second = ([(cluster.cases, cluster.first, cluster.p) for cluster in each.clusters] for each in results)
        assert first == second
        back = [tuple(sorted(int(shuffle[i]) for i in cluster.areas)) for cluster in results[1].clusters]
        assert [cluster.areas for cluster in results[0].clusters] == back

    @pytest.mark.parametrize("factor", [0.001, 7.0, 1_000.0])
    def test_the_unit_of_distance_changes_nothing(self, factor: float) -> None:
        counts, where = small_town()
        first = scan(counts, where, max_distance=2.0, n_replicates=99)
        second = scan(counts, where * factor, max_distance=2.0 * factor, n_replicates=99)
        assert found(first) == found(second)
        assert [each.p for each in first.clusters] == [each.p for each in second.clusters]

    def test_the_unit_of_what_is_expected_changes_nothing(self) -> None:
        counts, where = small_town()
        expected = np.random.default_rng(1).uniform(0.5, 2, counts.shape)
        first, second = (
            scan(counts, where, model=Model.POISSON, expected=expected * factor, n_replicates=99)
            for factor in (1.0, 4.0)
        )
        assert found(first) == found(second)
        assert [each.p for each in first.clusters] == [each.p for each in second.clusters]

    @pytest.mark.parametrize("model", Model)
    def test_an_added_area_without_cases_changes_nothing(self, model: Model) -> None:
        counts, where = small_town()
        with_more = np.vstack((counts, np.zeros((1, counts.shape[1]), int)))
        results = []
        for table, places in ((counts, where), (with_more, np.vstack((where, [9.0, 9.0])))):
            expected = np.where(table.sum(axis=1, keepdims=True) > 0, 1.0, 0.0) * np.ones(table.shape)
            results.append(
                scan(table, places, model=model, expected=expected if model is Model.POISSON else None, n_replicates=99)
            )
        assert results[0].clusters == results[1].clusters

    def test_areas_at_one_coordinate_are_one_place(self) -> None:
        counts, _ = small_town()
        where = np.column_stack((np.arange(8.0), np.zeros(8)))
        halves = np.vstack((counts[:1] // 2, counts[:1] - counts[:1] // 2, counts[1:]))
        first = scan(counts, where, n_replicates=99)
        second = scan(halves, np.vstack((where[:1], where)), n_replicates=99)
        assert [(each.cases, each.p) for each in first.clusters] == [(each.cases, each.p) for each in second.clusters]

    def test_the_same_seed_gives_the_same_answer_and_another_seed_the_same_clusters(self) -> None:
        counts, where = small_town()
        first, again, other = (scan(counts, where, seed=seed, n_replicates=199) for seed in (1, 1, 2))
        assert first == again
        assert found(first) == found(other)


class TestOddCounts:
    def test_a_missing_count_cannot_be_judged(self) -> None:
        counts, where = small_town()
        table = counts.astype(float)
        table[2, 3] = np.nan
        result = scan(table, where)
        assert (result.verdict, result.missing) == (Verdict.CANNOT_BE_JUDGED, (Missing.COUNTS,))
        assert result.clusters == ()

    @pytest.mark.parametrize(
        ("table", "missing"),
        [
            ([[0, 0], [0, 0]], (Missing.CASES, Missing.AREAS, Missing.TIMES)),
            ([[1, 0], [0, 0]], (Missing.CASES, Missing.AREAS, Missing.TIMES)),
            ([[4, 2], [0, 0]], (Missing.AREAS,)),
            ([[0, 2], [0, 3]], (Missing.TIMES,)),
        ],
    )
    def test_too_little_cannot_be_judged(self, table: list[list[int]], missing: tuple[Missing, ...]) -> None:
        result = scan(table, [[0, 0], [1, 1]])
        assert (result.verdict, result.missing) == (Verdict.CANNOT_BE_JUDGED, missing)

    def test_nothing_now_is_no_cluster_and_not_an_error(self) -> None:
        result = scan([[3, 2, 0], [1, 4, 0]], [[0, 0], [1, 1]], max_window=1, n_replicates=99)
        assert result.verdict is Verdict.NO_RELIABLE_CLUSTER
        assert result.clusters == ()

    def test_single_cases_make_no_cluster(self) -> None:
        result = scan([[1, 0, 1], [0, 1, 0], [1, 0, 0]], [[0, 0], [1, 1], [5, 5]], max_window=1, n_replicates=99)
        assert all(cluster.cases >= 2 for cluster in result.clusters)

    @given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=3, max_size=5), st.integers(0, 9))
    @settings(max_examples=40)
    def test_no_table_of_counts_breaks_it_and_p_is_never_0(self, table: list[list[int]], seed: int) -> None:
        where = np.random.default_rng(seed).uniform(0, 1, (len(table), 2))
        result = scan(table, where, period=Period.RETROSPECTIVE, n_replicates=99, seed=seed)
        seen: set[int] = set()
        for cluster in result.clusters:
            assert 0.01 <= cluster.p <= 1
            assert cluster.cases == np.array(table)[list(cluster.areas), cluster.first : cluster.last + 1].sum()
            assert cluster.cases > cluster.expected
            assert not seen & set(cluster.areas)
            seen |= set(cluster.areas)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"counts": [[-1, 2], [1, 1]]}, Fault.NEGATIVE),
            ({"counts": [[0.5, 2], [1, 1]]}, Fault.NOT_AN_INTEGER),
            ({"counts": [[math.inf, 2], [1, 1]]}, Fault.NOT_A_NUMBER),
            ({"counts": "många"}, Fault.NOT_A_NUMBER),
            ({"counts": [[[1]]]}, Fault.WRONG_SHAPE),
            ({"coordinates": [[0, 0]]}, Fault.WRONG_SHAPE),
            ({"coordinates": [[0, 0], [math.nan, 1]]}, Fault.NOT_A_NUMBER),
            ({"coordinates": [[0, 0], [0, 100]], "metric": Metric.GREAT_CIRCLE}, Fault.NOT_A_POSITION),
            ({"expected": [[1, 1], [1, 1]]}, Fault.EXPECTED_NOT_USED),
            ({"model": Model.POISSON}, Fault.EXPECTED_MISSING),
            ({"model": Model.POISSON, "expected": [[0, 1], [1, 1]]}, Fault.EXPECTED_ZERO),
            ({"model": Model.POISSON, "expected": [[-1, 1], [1, 1]]}, Fault.NEGATIVE),
            ({"model": Model.POISSON, "expected": [[math.nan, 1], [1, 1]]}, Fault.NOT_A_NUMBER),
            ({"model": Model.POISSON, "expected": [[1, 1]]}, Fault.WRONG_SHAPE),
            ({"max_share": 0.6}, Fault.NOT_A_SHARE),
            ({"max_distance": -1}, Fault.NEGATIVE),
            ({"max_window": 3}, Fault.NOT_A_WINDOW),
            ({"min_window": 2, "max_window": 1}, Fault.NOT_A_WINDOW),
            ({"min_cases": 0}, Fault.TOO_SMALL),
            ({"n_replicates": 98}, Fault.TOO_SMALL),
            ({"seed": 1.5}, Fault.NOT_AN_INTEGER),
            ({"alpha": 0}, Fault.NOT_A_PROBABILITY),
            ({"dispersion": 0.5}, Fault.NOT_A_DISPERSION),
        ],
    )
    def test_bad_arguments_are_refused(self, change: dict[str, Any], code: Fault) -> None:
        arguments: dict[str, Any] = {"counts": [[1, 2], [1, 1]], "coordinates": [[0, 0], [1, 1]], **change}
        with pytest.raises(ScanError) as refused:
            scan(**arguments)
        assert refused.value.code is code


class TestWhatIsExpected:
    def test_one_stratum_is_a_share_of_the_population(self) -> None:
        assert expected_counts([[3], [7]], [[100], [300]]).tolist() == [2.5, 7.5]

    @given(st.integers(0, 1_000))
    @settings(max_examples=20)
    def test_all_that_happened_is_expected_somewhere(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        cases, population = rng.poisson(3, (4, 5, 2)), rng.integers(1, 90, (4, 5, 2))
        expected = expected_counts(cases, population)
        assert expected.shape == (4, 5)
        assert expected.sum() == pytest.approx(cases.sum())

    def test_cases_without_population_are_refused(self) -> None:
        with pytest.raises(ScanError) as refused:
            expected_counts([[1, 2]], [[0, 5]])
        assert refused.value.code is Fault.EXPECTED_ZERO


class TestReplicates:
    def test_a_permutation_keeps_both_margins(self) -> None:
        counts, _ = small_town()
        rng = np.random.default_rng(1)
        draw = permuted(
            *split_into_clumps(counts, np.ones(counts.shape), 1.0, rng), n_places=8, n_times=12, n_points=13
        )
        table = draw(rng).reshape(8, 12)
        assert (table.sum(axis=0) == counts.sum(axis=0)).all()
        assert (table.sum(axis=1) == counts.sum(axis=1)).all()

    def test_clumps_have_the_sizes_that_make_negative_binomial_counts(self) -> None:
        # The expected number of clumps among n cases is the sum of θ / (θ + k − 1).
        rng = np.random.default_rng(1)
        counts = np.full((200, 20), 6)
        _, _, sizes = split_into_clumps(counts, np.full(counts.shape, 3.0), 2.0, rng)
        assert sizes.sum() == counts.sum()
        assert len(sizes) / counts.size == pytest.approx(sum(3 / (3 + k) for k in range(6)), rel=0.02)

    @pytest.mark.parametrize("dispersion", [1.0, 3.0])
    def test_counts_dealt_out_unevenly_have_that_dispersion(self, dispersion: float) -> None:
        rng = np.random.default_rng(1)
        expected = np.full((10, 10), 5.0)
        draw = unevenly_drawn(expected, 500, dispersion, n_points=11)
        tables = np.array([draw(rng) for _ in range(400)])
        assert tables.mean() == pytest.approx(5.0)
        assert tables.var() / 5.0 == pytest.approx(dispersion, rel=0.08)


class TestErrorRates:
    """200 towns in which nothing happens, and as many in which something does; 10,000 of them in the benchmarks."""

    ALPHA = 0.05
    # With 200 towns and a true rate of 5 %, more than 19 is rarer than one in a hundred.
    MOST_FALSE = 19

    def verdicts(
        self, *, dispersion: float, times: float, n_towns: int, model: Model, assumed: float | None = None, **more: Any
    ) -> int:
        rng = np.random.default_rng([round(10 * dispersion), round(10 * times)])
        n_clusters = 0
        for number in range(n_towns):
            counts, where, usual = town(rng, dispersion=dispersion, n_areas=12, n_weeks=26, mean=1.0, times=times)
            result = scan(
                counts,
                where,
                model=model,
                expected=usual if model is Model.POISSON else None,
                max_window=4,
                n_replicates=99,
                alpha=self.ALPHA,
                dispersion=assumed,
                seed=number,
                **more,
            )
            n_clusters += result.verdict is Verdict.CLUSTER
        return n_clusters

    @pytest.mark.parametrize("model", Model)
    @pytest.mark.parametrize("dispersion", [1.0, 2.0, 4.0])
    def test_quiet_towns_get_no_more_clusters_than_was_promised(self, model: Model, dispersion: float) -> None:
        assert self.verdicts(dispersion=dispersion, times=1, n_towns=200, model=model) <= self.MOST_FALSE

    def test_all_windows_of_quiet_uneven_towns_hold_no_more_either(self) -> None:
        n = self.verdicts(
            dispersion=2, times=1, n_towns=100, model=Model.SPACE_TIME_PERMUTATION, period=Period.RETROSPECTIVE
        )
        assert n <= 12

    def test_a_scan_that_ignores_unevenness_would_cry_wolf(self) -> None:
        # What the estimate of the dispersion is there for.
        n = self.verdicts(dispersion=2, times=1, n_towns=50, model=Model.SPACE_TIME_PERMUTATION, assumed=1.0)
        assert n >= 15

    @pytest.mark.parametrize(("dispersion", "times", "least"), [(1.0, 3.0, 18), (1.0, 5.0, 40), (2.0, 5.0, 18)])
    def test_a_true_cluster_is_found(self, dispersion: float, times: float, least: int) -> None:
        n = self.verdicts(dispersion=dispersion, times=times, n_towns=50, model=Model.SPACE_TIME_PERMUTATION)
        assert n >= least
