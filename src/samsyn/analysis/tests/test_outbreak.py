import argparse
import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

import samsyn
from samsyn.analysis import cli
from samsyn.analysis._outbreak_fit import fit_log_linear, weights_against_past_outbreaks
from samsyn.analysis.outbreak import (
    Ears,
    Fault,
    Missing,
    OutbreakError,
    OutbreakResult,
    Setting,
    Verdict,
    ears,
    farrington,
    gamma_poisson,
)
from samsyn.analysis.outbreak_csv import LACKS, SENTENCES
from samsyn.analysis.tests.towns import uneven_counts

DATA = Path(__file__).parent / "data"
BRA = Path(__file__).parents[2] / "demo" / "data" / "bra-anmalda-brott-kvartal.csv"


def weeks(
    seed: int, *, n_areas: int = 20, n_weeks: int = 52 * 6, mean: float = 12.0, dispersion: float = 1.0
) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    time = np.arange(n_weeks)
    of_area = mean * rng.gamma(4, 1 / 4, n_areas)[:, None]
    return uneven_counts(rng, of_area * np.exp(0.3 * np.sin(2 * np.pi * time / 52) + 0.001 * time), dispersion)


def quarters() -> dict[str, list[int]]:
    """Brå: all offences by quarter, 2015 to the second quarter of 2026, by municipality."""
    found: dict[str, list[int]] = {}
    with BRA.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            if row["period"] >= "2015":
                found.setdefault(row["kommun"], []).append(int(row["count"]))
    return found


class TestAgainstOracles:
    @pytest.mark.parametrize("seed", range(3))
    def test_each_areas_fit_is_statsmodels_own(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        design = np.column_stack((np.ones(90), np.linspace(-2, 0, 90), rng.random((90, 3)) < 0.3)).astype(float)
        counts = rng.poisson(np.exp(design @ [1.5, 0.2, 0.5, -0.4, 0.1]), (4, 90)).astype(float)
        weights = rng.uniform(0.2, 1.5, counts.shape)
        weights[:, 7] = 0
        fit = fit_log_linear(counts, design, weights)
        assert fit.has_converged.all()
        for area in range(4):
            keep = weights[area] > 0
            model = sm.GLM(
                counts[area, keep], design[keep], family=sm.families.Poisson(), var_weights=weights[area, keep]
            )
            theirs = model.fit(tol=1e-12)
            np.testing.assert_allclose(fit.coefficients[area], theirs.params, rtol=1e-6, atol=1e-8)
            np.testing.assert_allclose(fit.covariance[area], theirs.normalized_cov_params, rtol=1e-5, atol=1e-9)
            leverage = theirs.get_hat_matrix_diag()
            np.testing.assert_allclose(fit.leverage[area, keep], leverage, rtol=1e-5)
            pearson = np.sum(weights[area, keep] * (counts[area, keep] - theirs.mu) ** 2 / theirs.mu)
            assert fit.dispersion[area] == pytest.approx(max(1.0, pearson / (keep.sum() - 5)), rel=1e-5)

    def test_the_improved_setting_is_the_paper_written_out_for_one_area(self) -> None:
        series = weeks(4, n_areas=1, dispersion=2.0)[0].astype(float)
        now = len(series) - 1
        result = farrington(series, allow_for_estimation=False)
        time = np.arange(now - 5 * 52 - 3, now - 26)
        level = []
        for t in time:
            gap = min((now - t) % 52, (t - now) % 52)
            # Three weeks on either side are this season; after them come nine spans of five weeks.
            level.append(0 if gap <= 3 else 1 + ((t - now) % 52 - 4) // 5)
        assert set(level) == set(range(10))
        design = np.column_stack(
            [np.ones(len(time)), time - now] + [np.array(level) == each for each in range(1, 10)]
        ).astype(float)
        y = series[time]

        def fit(weights: NDArray[np.float64]) -> tuple[Any, float]:
            found = sm.GLM(y, design, family=sm.families.Poisson(), var_weights=weights).fit(tol=1e-12)
            pearson = np.sum(weights * (y - found.mu) ** 2 / found.mu)
            return found, max(1.0, pearson / (len(y) - design.shape[1]))

        first, phi = fit(np.ones(len(y)))
        hat = first.get_hat_matrix_diag()
        anscombe = 1.5 / np.sqrt(phi) * (y ** (2 / 3) - first.mu ** (2 / 3)) / (first.mu ** (1 / 6) * np.sqrt(1 - hat))
        weights = np.where(anscombe > 2.58, anscombe**-2.0, 1.0)
        second, phi = fit(weights * len(y) / weights.sum())
        mean = float(np.exp(second.params[0]))
        threshold = stats.nbinom.ppf(0.995, mean / (phi - 1), 1 / phi)
        assert result.expected[0, 0] == pytest.approx(mean, rel=1e-5)
        assert result.dispersion[0, 0] == pytest.approx(phi, rel=1e-5)
        assert result.threshold[0, 0] == threshold
        assert result.p[0, 0] == pytest.approx(stats.nbinom.sf(series[now] - 1, mean / (phi - 1), 1 / phi), rel=1e-4)
        assert result.score[0, 0] == pytest.approx((series[now] - mean) / (threshold - mean), rel=1e-4)

    def test_the_original_threshold_is_the_two_thirds_power_one(self) -> None:
        # 35 equal counts: no trend, a dispersion of 1 and a mean whose variance is mean / 35.
        series = np.full(52 * 6, 16.0)
        series[-1] = 30
        result = farrington(series, setting=Setting.ORIGINAL)
        tau = 1 + 1 / 35
        exact = 16 * (1 + 2 / 3 * stats.norm.ppf(0.995) * math.sqrt(tau / 16)) ** 1.5
        assert result.expected[0, 0] == pytest.approx(16)
        assert result.threshold[0, 0] == math.floor(exact)
        assert result.score[0, 0] == pytest.approx((30 - 16) / (exact - 16))
        assert result.verdicts[0][0] is Verdict.ALARM

    def test_past_outbreaks_are_weighed_down_and_weights_sum_to_the_number(self) -> None:
        counts = np.full((1, 40), 10.0)
        counts[0, 5] = 60
        fit = fit_log_linear(counts, np.ones((40, 1)), np.ones((1, 40)))
        weights = weights_against_past_outbreaks(fit, counts, np.ones((1, 40)), 1.0)
        assert weights.sum() == pytest.approx(40)
        assert weights[0, 5] < 0.2 * weights[0, 0]

    def test_ears_is_the_mean_and_deviation_of_seven_with_two_left_out(self) -> None:
        series = np.array([3, 5, 4, 6, 5, 4, 7, 9, 20, 11.0])
        base = series[:7]
        c2 = (series[9] - base.mean()) / base.std(ddof=1)
        assert ears(series).score[0, 0] == pytest.approx(c2 / 3)
        base = series[2:9]
        assert ears(series, kind=Ears.C1).score[0, 0] == pytest.approx((11 - base.mean()) / base.std(ddof=1) / 3)
        longer = np.concatenate(([4, 6], series))
        three = [ears(longer[: len(longer) - back]).score[0, 0] * 3 for back in range(3)]
        expected = sum(max(0, each - 1) for each in three) / 2
        assert ears(longer, kind=Ears.C3).score[0, 0] == pytest.approx(expected)

    def test_gamma_poisson_is_the_predictive_distribution(self) -> None:
        result = gamma_poisson([4, 6, 5, 7, 5, 4, 6, 5, 6, 14], n_baseline=9, dispersion=1)
        theirs = stats.nbinom(48 + 0.5, 9 / 10)
        assert result.threshold[0, 0] == theirs.ppf(0.995)
        assert result.p[0, 0] == pytest.approx(theirs.sf(13))

    def test_false_discovery_is_scipys(self) -> None:
        result = farrington(weeks(3, n_areas=30))
        np.testing.assert_allclose(result.adjusted_p[:, 0], stats.false_discovery_control(result.p[:, 0]), rtol=1e-12)


class TestRealFigures:
    def test_bras_quarters_for_three_municipalities_hold_no_alarm(self) -> None:
        by_municipality = quarters()
        assert sorted(by_municipality) == ["1485", "1487", "1488"]
        counts = np.array([by_municipality[code] for code in sorted(by_municipality)])
        assert counts.shape == (3, 46)
        result = farrington(counts, periods_per_year=4, half_window=0, n_excluded=2, n_evaluated=4)
        assert result.n_alarms == 0
        assert all(verdict is Verdict.NO_ALARM for row in result.verdicts for verdict in row)
        # Nobody would call quarters of a whole municipality Poisson.
        assert (result.dispersion > 3).all()

    def test_a_year_of_police_events_is_too_short_for_farrington_and_enough_for_the_simple_method(self) -> None:
        with (DATA / "police-events-2025.csv").open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        names = sorted({row["area"] for row in rows})
        counts = np.zeros((len(names), 52))
        for row in rows:
            counts[names.index(row["area"]), int(row["week"]) - 1] += int(row["count"])
        assert {lack for row in farrington(counts).missing for lack in row} == {Missing.HISTORY}
        result = gamma_poisson(counts)
        judged = [name for name, row in zip(names, result.verdicts, strict=True) if row[0] is Verdict.NO_ALARM]
        assert result.n_alarms == 0
        assert result.is_simple
        # Most municipalities have too few events to be judged by the week, and it is said.
        assert 5 <= len(judged) <= 15
        assert {"Göteborg", "Västra Götalands län"} <= set(judged)


class TestInvariances:
    @pytest.mark.parametrize("judge", [farrington, ears, gamma_poisson])
    def test_the_order_of_the_areas_changes_nothing(self, judge: Any) -> None:
        counts = weeks(1, n_areas=12)
        order = np.random.default_rng(1).permutation(12)
        first, second = judge(counts, n_evaluated=3), judge(counts[order], n_evaluated=3)
        np.testing.assert_allclose(first.score[order], second.score, rtol=1e-9)
        assert [first.verdicts[i] for i in order] == list(second.verdicts)

    def test_an_area_is_judged_alike_alone_and_among_others(self) -> None:
        counts = weeks(2, n_areas=5)
        together = farrington(counts)
        for area in range(5):
            alone = farrington(counts[area])
            for name in ("expected", "threshold", "score", "p"):
                assert getattr(alone, name)[0, 0] == pytest.approx(getattr(together, name)[area, 0], rel=1e-6)

    def test_an_added_constant_area_changes_no_others_threshold(self) -> None:
        counts = weeks(2, n_areas=5)
        first, second = farrington(counts), farrington(np.vstack((counts, np.full(counts.shape[1], 20))))
        np.testing.assert_allclose(first.threshold, second.threshold[:5])
        assert second.verdicts[5][0] is Verdict.NO_ALARM

    def test_a_period_is_judged_from_what_came_before_it_alone(self) -> None:
        counts = weeks(5, n_areas=3)
        later = counts.copy()
        later[:, -1] += 500
        np.testing.assert_array_equal(
            farrington(counts, n_evaluated=2).threshold[:, 0], farrington(later, n_evaluated=2).threshold[:, 0]
        )


class TestOddCounts:
    def test_what_cannot_be_judged_says_why_and_is_never_quiet(self) -> None:
        counts = weeks(1, n_areas=5, mean=20).astype(float)
        counts[0, -1] = np.nan
        counts[1, -4:] = 1
        counts[2, :-1] = 0
        counts[2, -1] = 40
        counts[3, 60:290] = np.nan
        result = farrington(counts)
        assert [row[0] for row in result.missing] == [
            Missing.COUNT,
            Missing.EVENTS,
            Missing.EARLIER_EVENTS,
            Missing.HISTORY,
            None,
        ]
        assert [row[0] for row in result.verdicts][:4] == [Verdict.CANNOT_BE_JUDGED] * 4
        assert np.isnan(result.score[:4]).all()

    @pytest.mark.parametrize("setting", Setting)
    def test_a_few_missing_weeks_are_left_out(self, setting: Setting) -> None:
        counts = weeks(1, n_areas=4, mean=20).astype(float)
        whole = farrington(counts, setting=setting)
        counts[:, [100, 150]] = np.nan
        holed = farrington(counts, setting=setting)
        assert all(row[0] is not Verdict.CANNOT_BE_JUDGED for row in holed.verdicts)
        np.testing.assert_allclose(holed.expected, whole.expected, rtol=0.2)

    def test_equal_days_before_cannot_be_judged_by_ears(self) -> None:
        assert ears([5] * 9 + [9]).missing == ((Missing.VARIATION,),)

    @given(
        st.lists(st.integers(0, 6), min_size=17, max_size=24),
        st.sampled_from(["farrington", "original", "ears", "gamma"]),
    )
    @settings(max_examples=60)
    def test_no_series_breaks_it(self, series: list[int], method: str) -> None:
        quarterly: dict[str, Any] = {"periods_per_year": 4, "half_window": 0, "n_excluded": 1, "n_evaluated": 3}
        result: OutbreakResult = {
            "farrington": lambda: farrington(series, **quarterly),
            "original": lambda: farrington(series, setting=Setting.ORIGINAL, **quarterly),
            "ears": lambda: ears(series, kind=Ears.C3, n_evaluated=3),
            "gamma": lambda: gamma_poisson(series, n_baseline=8, n_evaluated=3),
        }[method]()
        for column in range(3):
            verdict, lack = result.verdicts[0][column], result.missing[0][column]
            assert (verdict is Verdict.CANNOT_BE_JUDGED) == (lack is not None)
            assert math.isnan(result.score[0, column]) == (lack is not None)
            if lack is None and method != "ears":
                exceeds = result.observed[0, column] > result.threshold[0, column]
                assert exceeds == (result.score[0, column] > 1) == (result.p[0, column] <= 0.005)
        json.dumps(result.as_dict(), allow_nan=False)

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (lambda: farrington([-1, 2]), Fault.NEGATIVE),
            (lambda: farrington([0.5, 2]), Fault.NOT_AN_INTEGER),
            (lambda: farrington("många"), Fault.NOT_A_NUMBER),
            (lambda: farrington([[[1]]]), Fault.WRONG_SHAPE),
            (lambda: farrington([1, 2], n_evaluated=3), Fault.TOO_LARGE),
            (lambda: farrington([1e9, 2]), Fault.TOO_LARGE),
            (lambda: farrington([1, 2], years=2), Fault.TOO_SMALL),
            (lambda: farrington([1, 2], periods_per_year=4), Fault.NOT_A_WINDOW),
            (lambda: farrington([1, 2], alpha=0), Fault.NOT_A_PROBABILITY),
            (lambda: gamma_poisson([1, 2], dispersion=0.5), Fault.NOT_A_DISPERSION),
            (lambda: gamma_poisson([1, 2], n_baseline=2), Fault.TOO_SMALL),
            (lambda: ears([1, 2], n_baseline=1.5), Fault.NOT_AN_INTEGER),  # type: ignore[arg-type]  # what is tested
        ],
    )
    def test_bad_arguments_are_refused(self, call: Any, code: Fault) -> None:
        with pytest.raises(OutbreakError) as refused:
            call()
        assert refused.value.code is code


class TestErrorRates:
    """200 quiet towns of 10 areas, one week each; 10,000 of them in the benchmarks."""

    @pytest.mark.parametrize("dispersion", [1.0, 2.0, 4.0])
    @pytest.mark.parametrize("judge", [farrington, gamma_poisson])
    def test_quiet_towns_get_no_more_alarms_than_was_promised(self, judge: Any, dispersion: float) -> None:
        counts = weeks(11, n_areas=2_000, n_weeks=52 * 5 + 30, dispersion=dispersion)
        n_towns = 0
        exceeding = 0
        towns = np.split(counts, 200)
        if judge is farrington:
            result = judge(counts)
            exceeding = int(np.sum(result.score > 1))
            p = np.where(np.isnan(result.p[:, 0]), 1.0, result.p[:, 0]).reshape(200, 10)
            n_towns = int(np.sum(stats.false_discovery_control(p, axis=1).min(axis=1) <= 0.05))
            # 10 expected of 2,000 at 0.5 %; more than 19 is rarer than one in a hundred.
            assert exceeding <= 19
        else:
            n_towns = sum(judge(town).n_alarms > 0 for town in towns)
        # 10 towns of 200 expected at the most; more than 19 is rarer than one in a hundred.
        assert n_towns <= 19

    @pytest.mark.parametrize(("dispersion", "times", "least"), [(1.0, 2.0, 0.5), (1.0, 3.0, 0.9), (4.0, 3.0, 0.5)])
    def test_a_true_rise_is_seen(self, dispersion: float, times: float, least: float) -> None:
        rng = np.random.default_rng(3)
        counts = weeks(12, n_areas=100, mean=12, dispersion=dispersion)
        usual = farrington(counts).expected[:, 0]
        counts[:, -1] = uneven_counts(rng, times * usual, dispersion)
        found = np.array([farrington(row).n_alarms for row in counts[:40]])
        assert found.mean() >= least


class TestCommand:
    @pytest.fixture
    def answer(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
        """Run the command on a file with this content, and give its exit code and its JSON."""

        def run(content: str, *arguments: str) -> tuple[int, dict[str, Any]]:
            file = tmp_path / "veckor.csv"
            file.write_text(content, encoding="utf-8")
            parser = argparse.ArgumentParser(prog="samsyn")
            cli.add_parser(parser.add_subparsers(required=True))
            args = parser.parse_args(["analyse", "outbreak", str(file), *arguments])
            return args.run(args), json.loads(capsys.readouterr().out)

        return run

    def content(self, last: str = "160") -> str:
        series = np.random.default_rng(1).poisson(100, 24)
        lines = [f"Åkerö;{time};{count}" for time, count in enumerate(series[:-1], start=1)]
        return "Område;Tid;Antal\n" + "\n".join(lines) + f"\nÅkerö;24;{last}\n"

    def test_an_alarm_is_told_with_its_area_and_time(self, answer: Any) -> None:
        code, report = answer(self.content(), "--per-year", "4", "--seed", "7")
        assert code == 0
        assert (report["areas"], report["times"]) == (["Åkerö"], [24])
        assert report["result"]["verdicts"] == [["ALARM"]]
        assert report["version"] == samsyn.__version__
        assert report["settings"]["seed"] == 7
        assert report["result"]["settings"]["n_excluded"] == 2
        assert report["warnings"] == []

    @pytest.mark.parametrize("method", ["gamma-poisson", "ears-c1", "ears-c2", "ears-c3"])
    def test_a_simple_method_says_so(self, answer: Any, method: str) -> None:
        code, report = answer(self.content(), "--method", method, "--baseline", "8")
        assert code == 0
        assert report["result"]["is_simple"]
        assert "Enkel metod" in report["warnings"][0]

    def test_what_cannot_be_judged_is_explained(self, answer: Any) -> None:
        _, report = answer(self.content(last=""), "--per-year", "4", "--method", "farrington-original")
        assert report["result"]["missing"] == [["COUNT"]]
        assert report["explanations"] == {"COUNT": LACKS[Missing.COUNT]}

    @pytest.mark.parametrize(
        ("line", "column", "part"),
        [(";1;3", "area", "namn saknas"), ("a;;3", "time", "Tiden saknas"), ("a;1;-3", "count", "negativa")],
    )
    def test_a_faulty_row_stops_it_and_says_what_to_do(self, answer: Any, line: str, column: str, part: str) -> None:
        code, report = answer(f"area;time;count\na;1;2\n{line}\n")
        assert code == 1
        (fault,) = report["row_errors"]
        assert (fault["row"], fault["column"]) == (2, column)
        assert part in fault["text"]

    @pytest.mark.parametrize(
        ("content", "arguments", "part"),
        [
            ("", (), "tom"),
            ("area;time;count\na;1;2\n", ("--periods", "2"), "--periods"),
            ("area;time;count\na;1;2\na;9999999;2\n", (), "utan hopp"),
        ],
    )
    def test_what_cannot_be_read_is_told(
        self, answer: Any, content: str, arguments: tuple[str, ...], part: str
    ) -> None:
        code, report = answer(content, *arguments)
        assert code == 1
        assert part in report["file_errors"][0]

    def test_every_fault_and_lack_has_its_sentence(self) -> None:
        assert set(SENTENCES) == set(Fault)
        assert set(LACKS) == set(Missing)
