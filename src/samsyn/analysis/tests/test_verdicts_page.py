"""The numbers in docs/algorithms/verdicts.md are those the code gives."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from samsyn.analysis.compare import (
    Verdict,
    cases_needed,
    compare_chosen_area,
    compare_counts,
    compare_shares,
    estimate_dispersion,
    smallest_change_in_counts,
)
from samsyn.analysis.compare.words import CAUTIONS, METHODS, MISSING, VERDICTS
from samsyn.analysis.tests.null_towns import KINDS, rates
from samsyn.analysis.tests.test_compare_supports import offences

PAGE = (Path(__file__).parents[4] / "docs" / "algorithms" / "verdicts.md").read_text(encoding="utf-8")
CLEAR = (Verdict.CLEAR_INCREASE, Verdict.CLEAR_DECREASE)


def table(name: str) -> list[list[str]]:
    """The cells of the table after its marker, heading row first."""
    block = PAGE.split(f"<!-- table: {name} -->")[1].strip().partition("\n\n")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    return [line for line in lines if not set("".join(line)) <= set(":- ")]


def assert_shown(shown: str, value: float | None) -> None:
    decimals = len(shown.partition(".")[2])
    assert shown == ("–" if value is None else f"{value:.{decimals}f}")


def words(verdict: Verdict) -> str:
    return verdict.value.lower().replace("_", " ")


@pytest.mark.parametrize("row", table("counts")[1:])
def test_counts(row: list[str]) -> None:
    before, after, exposure_before, exposure_after, dispersion, *shown, verdict = row
    result = compare_counts(
        int(before),
        int(after),
        exposure_before=float(exposure_before),
        exposure_after=float(exposure_after),
        dispersion=None if dispersion == "–" else float(dispersion),
    )
    assert verdict == words(result.verdict)
    values = (
        result.ratio,
        result.low,
        result.high,
        result.p,
        result.decrease_threshold,
        result.increase_threshold,
    )
    for text, value in zip(shown, values, strict=True):
        assert_shown(text, value)


@pytest.mark.parametrize("row", table("shares")[1:])
def test_shares(row: list[str]) -> None:
    *fractions, rounded_to, difference, low, high, p, verdict = row
    a, m, b, n = map(int, fractions)
    result = compare_shares(a, m, b, n, rounded_to=None if rounded_to == "–" else float(rounded_to))
    assert verdict == words(result.verdict)
    for text, value in ((difference, result.difference), (low, result.low), (high, result.high)):
        assert_shown(text, 100 * value)
    assert_shown(p, result.p)


@pytest.mark.parametrize("row", table("cases")[1:])
def test_cases_needed(row: list[str]) -> None:
    before, after = float(row[0]), float(row[1])
    shown = [int(cell) for cell in row[2:]]
    assert shown == [cases_needed(before, after, power=power) for power in (0.8, 0.9)]


def false_verdicts_in_percent(mean: int, dispersion: float, assumed: float | None) -> float:
    """The exact probability of a clear verdict when both counts are drawn from the same distribution."""
    counts = np.arange(int(mean + 8 * np.sqrt(mean * dispersion) + 30))
    if dispersion == 1:
        probability = stats.poisson.pmf(counts, mean)
    else:
        probability = stats.nbinom.pmf(counts, mean / (dispersion - 1), 1 / dispersion)
    below = np.concatenate(([0.0], np.cumsum(probability)))
    false = 0.0
    for before in counts:
        limits = compare_counts(int(before), 1, dispersion=assumed)
        if limits.decrease_threshold is not None:
            false += probability[before] * below[min(limits.decrease_threshold + 1, len(counts))]
        assert limits.increase_threshold is not None
        false += probability[before] * (1 - below[min(limits.increase_threshold, len(counts))])
    return 100 * float(false)


@pytest.mark.parametrize(
    ("name", "assume"), [("dispersion", lambda _: None), ("dispersion known", lambda dispersion: dispersion)]
)
def test_false_verdicts_by_dispersion(name: str, assume: Callable[[float], float | None]) -> None:
    heading, *rows = table(name)
    dispersions = [float(cell.removeprefix("dispersion ")) for cell in heading[1:]]
    for mean, *shown in rows:
        for text, dispersion in zip(shown, dispersions, strict=True):
            assert_shown(text, false_verdicts_in_percent(int(mean), dispersion, assume(dispersion)))


def test_false_verdicts_for_shares_stay_near_the_promise() -> None:
    heading, *rows = table("shares null")
    shares = [float(cell.removeprefix("share ")) for cell in heading[1:]]
    highest = max(float(cell) for row in rows for cell in row[1:])
    assert f"at most {highest} in 100" in PAGE
    for cases, *shown in rows:
        n = int(cases)
        is_clear = np.array(
            [[compare_shares(a, n, b, n).verdict in CLEAR for b in range(n + 1)] for a in range(n + 1)]
        )
        for text, share in zip(shown, shares, strict=True):
            probability = stats.binom.pmf(np.arange(n + 1), n, share)
            assert_shown(text, 100 * float(probability @ is_clear @ probability))


def test_the_area_that_was_highest_falls_of_itself() -> None:
    rng = np.random.default_rng(20201231)
    rounds = 4_000
    highest = rng.poisson(20, size=(rounds, 16)).max(axis=1)
    next_year = rng.poisson(20, size=rounds)
    falls = np.mean(next_year < highest)
    clear = np.mean(
        [
            compare_counts(int(a), int(b)).verdict is Verdict.CLEAR_DECREASE
            for a, b in zip(highest, next_year, strict=True)
        ]
    )
    assert "will show about 28" in PAGE
    assert "lower the next year nine times out of ten" in PAGE
    assert "in 13 cases of 100" in PAGE
    assert highest.mean() == pytest.approx(28.3, abs=0.3)
    assert falls == pytest.approx(0.93, abs=0.02)
    assert clear == pytest.approx(0.13, abs=0.02)


def test_every_sentence_has_the_same_places_to_fill_in_both_languages() -> None:
    sentences = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.split("## The sentences")[1].splitlines()
        if line.startswith("|")
    ][2:]
    assert len(sentences) > 10
    for _when, swedish, english in sentences:
        assert sorted(re.findall(r"{(\w+)}", swedish)) == sorted(re.findall(r"{(\w+)}", english))


@pytest.mark.parametrize("row", table("trollhättan")[1:])
def test_the_real_towns_dispersions_and_what_they_leave_of_the_verdicts(row: list[str]) -> None:
    key, before, after, *shown, without, with_history = row
    years = offences(key)
    assert [int(before), int(after)] == years[-2:]
    history = estimate_dispersion(years[-12:-2])
    for text, value in zip(shown, (history.value, history.low, history.high, history.for_comparing), strict=True):
        assert_shown(text, value)
    for text, dispersion in ((without, None), (with_history, history.for_comparing)):
        result = compare_counts(
            int(before), int(after), exposure_before=366, exposure_after=365, dispersion=dispersion
        )
        assert text == words(result.verdict)


@pytest.mark.parametrize("row", table("smallest change")[1:])
def test_the_smallest_change_that_can_be_seen(row: list[str]) -> None:
    found = smallest_change_in_counts(int(row[0]), dispersion=float(row[1]))
    assert found.decrease is not None
    assert found.increase is not None
    assert_shown(row[2], 100 * (found.decrease - 1))
    assert_shown(row[3], 100 * (found.increase - 1))


def test_the_table_of_null_towns_has_every_kind_and_agrees_with_fewer_towns() -> None:
    rows = {row[0]: (float(row[2]), float(row[3])) for row in table("null towns")[1:]}
    assert set(rows) == set(KINDS)
    for kind, (false, power) in rows.items():
        # Five percent, and what chance may add over 10,000 towns.
        assert false <= 5.7
        if kind in ("counts", "shares", "chosen", "trend"):
            found = rates(kind, 200, seed=2025)
            for shown, value in ((false, 100 * found[0]), (power, 100 * found[1])):
                error = math.sqrt(shown * (100 - shown) / 200)
                assert value == pytest.approx(shown, abs=4 * error + 0.1)


def test_the_highest_of_sixteen_ordinary_areas_is_expected_to_fall() -> None:
    before = [31, 18, 22, 20, 17, 25, 19, 21, 16, 23, 15, 24, 18, 20, 22, 25]
    assert np.mean(before) == pytest.approx(21, abs=0.01)
    result = compare_chosen_area(before, chosen=0, after=15)
    assert result.expected_after is not None
    assert round(result.expected_after) == 21
    assert result.verdict is Verdict.NO_RELIABLE_CHANGE
    assert compare_counts(31, 15).verdict is Verdict.CLEAR_DECREASE


def test_the_words_of_the_library_are_those_of_the_page() -> None:
    shown = {row[0]: (row[1], row[2]) for row in table("words")[1:]}
    spoken = {str(code): words for each in (VERDICTS, MISSING, CAUTIONS, METHODS) for code, words in each.items()}
    assert shown == spoken
