"""`samsyn analyse compare --method …`: a whole file at once."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.commands.compare import METHODS
from samsyn.analysis.compare_methods_csv import METHODS as READERS

PANEL = "område;period;antal\n" + "".join(
    f"{area};{year};{count}\n"
    for area, counts in (("Sylte", (52, 48, 50, 22)), ("Skoftebyn", (40, 43, 41, 40)), ("Strömslund", (61, 58, 60, 63)))
    for year, count in zip(range(2019, 2023), counts, strict=True)
)
MONTHS = "månad;antal\n" + "".join(
    f"{2014 + step // 12}-{step % 12 + 1:02};{40 if step < 36 else 22}\n" for step in range(50)
)
AREAS = "area,count,exposure\n" + "".join(
    f"{name},{n},1000\n" for name, n in zip("abcdefgh", range(3, 19, 2), strict=True)
)
CHOSEN = "area,before,after\n" + "".join(
    f"{name},{n},20\n" for name, n in zip("abcdefgh", (31, 18, 22, 20, 17, 25, 19, 21), strict=True)
)
YEARS = "år;antal\n" + "".join(f"{2010 + i};{n}\n" for i, n in enumerate((185, 162, 210, 174, 150, 199, 181, 168)))
SHARES = "år;täljare;nämnare\n2019;160;1000\n2020;168;1000\n2021;181;1000\n2022;230;1000\n"


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on a file with this content, and give its exit code and its JSON."""

    def run(content: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "siffror.csv"
        file.write_text(content, encoding="utf-8")
        parser = argparse.ArgumentParser(prog="samsyn")
        cli.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["analyse", "compare", str(file), *arguments])
        return int(args.run(args)), json.loads(capsys.readouterr().out)

    return run


def test_every_method_offered_is_there() -> None:
    assert set(METHODS) == {"rows", *READERS}


def test_an_area_is_set_against_others(answer: Any) -> None:
    code, report = answer(
        PANEL, "--method", "differences", "--target", "Sylte", "--from", "2022", "--chosen-beforehand"
    )
    assert code == 0
    assert report["areas"] == ["Sylte", "Skoftebyn", "Strömslund"]
    assert report["result"]["verdict"] == "CLEAR_DECREASE"
    assert report["rows"] == 12
    assert report["version"] == samsyn.__version__
    assert report["settings"]["target"] == "Sylte"
    assert report["settings"]["seed"] == 1


def test_areas_not_chosen_beforehand_are_not_judged_by(answer: Any) -> None:
    code, report = answer(PANEL, "--method", "differences", "--target", "Sylte", "--from", "2022")
    assert code == 0
    assert report["result"]["missing"] == ["COMPARISON_FIXED_BEFORE"]


def test_a_series_of_months_is_judged(answer: Any) -> None:
    code, report = answer(MONTHS, "--method", "series", "--from", "2017-01", "--slope")
    assert code == 0
    assert report["result"]["verdict"] == "CLEAR_DECREASE"
    assert report["result"]["settings"]["with_slope"] is True
    assert report["result"]["n_months_after"] == 14


def test_a_month_that_is_not_there_is_missing_and_not_zero(answer: Any) -> None:
    without = "\n".join(line for line in MONTHS.splitlines() if not line.startswith("2015-05"))
    _, report = answer(without, "--method", "series", "--from", "2017-01")
    assert report["result"]["n_months_before"] == 35


def test_areas_are_shrunk_and_ranked_from_a_seed(answer: Any) -> None:
    code, report = answer(AREAS, "--method", "shrink", "--seed", "7")
    assert code == 0
    places = report["result"]["areas"]
    assert [place["area"] for place in places] == list("abcdefgh")
    assert [place["rank"] for place in places] == list(range(8, 0, -1))
    assert report["settings"]["seed"] == 7
    assert answer(AREAS, "--method", "shrink", "--seed", "7")[1] == report


def test_an_area_chosen_for_its_high_figure_is_set_against_its_expectation(answer: Any) -> None:
    code, report = answer(CHOSEN, "--method", "chosen", "--target", "a", "--dispersion", "1,5")
    assert code == 0
    assert report["result"]["expected_after"] < 25
    assert report["result"]["settings"]["dispersion"] == 1.5
    assert report["result"]["general_change"] == pytest.approx(140 / 142)


def test_dispersion_is_estimated(answer: Any) -> None:
    _, report = answer(YEARS, "--method", "dispersion")
    assert report["result"]["value"] == pytest.approx(2.14, abs=0.01)
    _, report = answer(YEARS, "--method", "dispersion", "--with-trend")
    assert report["result"]["degrees_of_freedom"] == 6


def test_a_trend_in_shares_is_judged(answer: Any) -> None:
    code, report = answer(SHARES, "--method", "trend")
    assert code == 0
    assert report["result"]["verdict"] == "CLEAR_INCREASE"
    assert report["result"]["data"]["scores"] == [2019, 2020, 2021, 2022]


def test_the_smallest_change_that_could_be_seen_is_told_for_each_row(answer: Any) -> None:
    code, report = answer("id;före;andel;fall\nantal;185;;\nandel;;0,16;1000\ntom;;;\n", "--method", "power")
    assert code == 1
    assert [round(row["decrease"], 3) for row in report["results"]] == [0.749, 0.117]
    assert report["row_errors"][0]["row"] == 3


def test_rows_can_be_judged_together(answer: Any) -> None:
    rows = "id,before,after\n" + "a,100,72\n" + "b,100,100\n" * 19
    code, report = answer(rows, "--many", "bh")
    assert code == 0
    first = report["results"][0]
    assert first["verdict"] == "CLEAR_DECREASE"
    assert first["among_many"]["verdict"] == "NO_RELIABLE_CHANGE"
    assert report["settings"]["many"] == "bh"


@pytest.mark.parametrize(
    ("content", "arguments", "part"),
    [
        (PANEL, ("--method", "differences", "--target", "Kronogården", "--from", "2022"), "Sylte, Skoftebyn"),
        (PANEL, ("--method", "differences", "--target", "Sylte"), "--from"),
        (PANEL, ("--method", "differences", "--target", "Sylte", "--from", "2019"), "är det första"),
        (MONTHS, ("--method", "series"), "--from 2021-01"),
        ("area,count\na,3\n", ("--method", "shrink"), "exposure saknas"),
        ("area,count,exposure\na,3,10\n", ("--method", "shrink"), "för få rader"),
        ("år;täljare;nämnare\n2019;1;9\n2019;2;9\n2019;3;9\n", ("--method", "trend"), "samma år"),
        ("år;täljare;nämnare\n2019;10;9\n2020;2;9\n2021;3;9\n", ("--method", "trend"), "större än nämnaren"),
    ],
)
def test_a_file_that_cannot_be_judged_is_told_in_a_sentence(
    answer: Any, content: str, arguments: tuple[str, ...], part: str
) -> None:
    code, report = answer(content, *arguments)
    assert code == 1
    (fault,) = report["file_errors"]
    assert part in fault


@pytest.mark.parametrize(
    ("content", "method", "column"),
    [
        (PANEL + "Sylte;2019;9\n", "differences", "period"),
        (PANEL + ";2019;9\n", "differences", "area"),
        (MONTHS + "mars;9\n", "series", "period"),
        (MONTHS + "2014-01;9\n", "series", "period"),
        (AREAS + "x,9,0\n", "shrink", "exposure"),
        (YEARS + "2010;9\n", "dispersion", "period"),
        (SHARES + ";9;10\n", "trend", "period"),
    ],
)
def test_a_faulty_row_is_told_and_nothing_is_judged_without_it(
    answer: Any, content: str, method: str, column: str
) -> None:
    code, report = answer(content, "--method", method, "--target", "Sylte", "--from", "2022")
    assert code == 1
    assert report["row_errors"][0]["column"] == column
    assert "result" not in report


@pytest.mark.parametrize("arguments", [("--method", "gissa"), ("--dispersion", "0.5"), ("--many", "bonferroni")])
def test_a_wrong_call_exits_with_2(answer: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exited:
        answer(PANEL, *arguments)
    assert exited.value.code == 2
