"""The numbers in docs/algorithms/survey-estimates.md are those the code gives."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from samsyn.analysis.estimate import effective_size, margin, rake, self_selected, share, survey_design
from samsyn.analysis.tests.estimate_peers import trollhattan
from samsyn.analysis.tests.estimate_worlds import MISSES, TESTS

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "algorithms" / "survey-estimates.md").read_text(encoding="utf-8")
IN_WORDS = {("kön",): "sex", ("ålder",): "age", ("kön", "ålder"): "sex and age"}


def table(name: str) -> list[list[str]]:
    """The cells of the table after its marker, without the heading row."""
    block = PAGE.split(f"<!-- table: {name} -->")[1].strip().partition("\n\n")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    return [line for line in lines if not set("".join(line)) <= set(":- ")][1:]


def assert_shown(shown: str, value: float | None) -> None:
    assert value is not None
    decimals = len(shown.partition(".")[2])
    assert shown == f"{value:.{decimals}f}"


@pytest.mark.parametrize("row", table("sample"))
def test_what_a_sample_can_say(row: list[str]) -> None:
    n, yes, *shown, kind = row
    result = share([1] * int(yes) + [0] * (int(n) - int(yes)), survey_design(np.ones(int(n))))
    for text, value in zip(shown, (result.value, result.low, result.high), strict=True):
        assert value is not None
        assert_shown(text, 100 * value)
    assert kind == result.interval


@pytest.mark.parametrize("row", table("worth"))
def test_what_answers_from_an_open_link_are_worth(row: list[str]) -> None:
    n, people, correlation, worth, error = row
    assert_shown(worth, effective_size(int(n), int(people), float(correlation)))
    f = int(n) / int(people)
    assert_shown(error, 100 * float(correlation) * np.sqrt((1 - f) / f) / 2)


def test_the_population_is_scbs() -> None:
    people = sum(trollhattan()["kön"].values())
    assert f"{people:,.0f} is Trollhättan's residents of 16 and over" in PAGE


def test_raked_beside_unweighted() -> None:
    sexes, ages, answers = [], [], []
    for sex, age, n, yes in table("made-up answers"):
        sexes += [sex] * int(n)
        ages += [age] * int(n)
        answers += [1.0] * int(yes) + [0.0] * (int(n) - int(yes))
    assert len(answers) == 1417
    known = trollhattan()
    margins = [margin("kön", sexes, known["kön"]), margin("ålder", ages, known["ålder"])]
    result = self_selected(answers, n_population=48_507, margins=margins)
    found = {"nothing": (result.value, 1.0)}
    found |= {IN_WORDS[view.margins]: (view.value, view.kish) for view in result.views}
    assert [row[0] for row in table("views")] == list(found)
    for name, percent, kish in table("views"):
        assert_shown(percent, 100 * found[name][0])
        assert_shown(kish, found[name][1])
    assert rake(survey_design(np.ones(1417)), margins).largest_error < 1e-8


def test_the_error_rates_are_of_the_worlds_that_the_bench_runs() -> None:
    # That the rates hold is tested in test_estimate_worlds; ten thousand towns would take minutes here.
    assert [row[0].partition(" (")[0] for row in table("misses")] == list(MISSES)
    assert all(float(missed) <= 6.5 for _, missed in table("misses"))
    assert [row[0] for row in table("tests")] == list(TESTS)
    for name, false, change, found in table("tests"):
        assert float(change) == pytest.approx(100 * TESTS[name][1])
        assert float(false) <= 5.65
        assert float(found) > 40


def test_the_picture_is_drawn_from_the_tables_numbers() -> None:
    drawn = runpy.run_path(str(ROOT / "scripts" / "survey_estimates_picture.py"))
    labels = [mark["label"].replace(",", "") for mark in drawn["marks"]()]
    assert labels == [row[3] for row in table("worth") if row[1] == "48507"]
    picture = (ROOT / "docs" / "images" / "survey-estimates.svg").read_text(encoding="utf-8")
    assert all(f">{mark['label']}<" in picture for mark in drawn["marks"]())


def test_every_sentence_has_the_same_places_to_fill_in_both_languages() -> None:
    lines = [line for line in PAGE.split("## The sentences")[1].splitlines() if line.startswith("|")][2:]
    assert len(lines) > 5
    for line in lines:
        _when, swedish, english = [cell.strip() for cell in line.strip("|").split("|")]
        assert sorted(re.findall(r"{(\w+)}", swedish)) == sorted(re.findall(r"{(\w+)}", english))
