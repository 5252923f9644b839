import argparse
import json
from pathlib import Path
from typing import Any

import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.scan import Fault
from samsyn.analysis.scan_csv import SENTENCES

DATA = Path(__file__).parent / "data"
HEADER = "area;x;y;time;count\n"
TOWN = HEADER + "".join(
    f"Område {area};{area * 100};0;{week};{9 if area < 2 and week > 10 else 1}\n"
    for area in range(8)
    for week in range(1, 13)
)


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on a file with this content, and give its exit code and its JSON."""

    def run(content: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "händelser.csv"
        file.write_text(content, encoding="utf-8")
        parser = argparse.ArgumentParser(prog="samsyn")
        cli.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["analyse", "scan", str(file), *arguments])
        return args.run(args), json.loads(capsys.readouterr().out)

    return run


def test_a_cluster_is_named_by_its_areas_and_weeks(answer: Any) -> None:
    code, report = answer(TOWN, "--max-window", "4", "--dispersion", "1")
    assert code == 0
    cluster = report["result"]["clusters"][0]
    assert cluster["areas"] == ["Område 0", "Område 1"]
    assert (cluster["first"], cluster["last"], cluster["cases"]) == (11, 12, 36)
    assert report["result"]["verdict"] == "CLUSTER"
    assert report["rows"] == 96


def test_the_answer_holds_all_that_is_needed_to_run_it_again(answer: Any) -> None:
    _, report = answer(TOWN, "--seed", "7", "--period", "alla")
    assert report["version"] == samsyn.__version__
    assert report["settings"]["seed"] == report["result"]["settings"]["seed"] == 7
    assert report["result"]["settings"]["period"] == "RETROSPECTIVE"
    assert len(report["input"]["sha256"]) == 64
    assert answer(TOWN, "--seed", "7", "--period", "alla")[1] == report


def test_swedish_headings_and_degrees_are_understood(answer: Any) -> None:
    text = (DATA / "police-events-2025.csv").read_text(encoding="utf-8")
    swedish = text.replace("area;lon;lat;week;count", "Område;Longitud;Latitud;Vecka;Antal", 1)
    code, report = answer(swedish, "--max-window", "8")
    assert code == 0
    assert report["result"]["settings"]["metric"] == "GREAT_CIRCLE"
    assert report["result"]["n_cases"] == 2_107
    worst = report["top_coordinates"][0]
    assert (worst["n"], worst["is_suspect"]) == (773, True)


def test_population_and_strata_give_the_expected_counts(answer: Any) -> None:
    rows = [
        f"{area};{area};0;{week};{count};{people};{stratum}"
        for area in range(4)
        for week in range(1, 9)
        for stratum, people, count in (("dag", 1000, 3), ("natt", 100 * (area + 1), 1))
    ]
    content = "area;x;y;time;count;population;stratum\n" + "\n".join(rows)
    code, report = answer(content, "--model", "poisson")
    assert code == 0
    assert report["result"]["n_cases"] == 128
    assert report["result"]["verdict"] == "NO_RELIABLE_CLUSTER"


def test_an_empty_count_is_missing_and_nothing_is_judged(answer: Any) -> None:
    code, report = answer(HEADER + "a;0;0;1;3\na;0;0;2;\nb;1;1;1;2\n")
    assert code == 0
    assert (report["result"]["verdict"], report["result"]["missing"]) == ("CANNOT_BE_JUDGED", ["COUNTS"])


def test_small_clusters_are_told_not_to_be_shown(answer: Any) -> None:
    content = HEADER + "a;0;0;2;3\na;0;0;1;2\nb;900;0;1;9\nc;0;900;1;9\nc;0;900;2;1\n"
    _, report = answer(content, "--max-window", "1")
    assert report["result"]["clusters"][0]["is_small"]
    assert "inte ska visas" in report["warnings"][0]


@pytest.mark.parametrize(
    ("line", "column", "part"),
    [
        (";0;0;1;3", "area", "namn saknas"),
        ("a;;0;1;3", "x", "Läget saknas"),
        ("a;norr;0;1;3", "x", "ingen koordinat"),
        ("a;0;0;mars;3", "time", "heltal"),
        ("a;0;0;1;-3", "count", "negativa"),
        ("a;0;0;1;tre", "count", "heltal"),
    ],
)
def test_a_faulty_row_stops_the_scan_and_says_what_to_do(answer: Any, line: str, column: str, part: str) -> None:
    code, report = answer(f"{TOWN}{line}\n")
    assert code == 1
    assert "result" not in report
    (fault,) = report["row_errors"]
    assert (fault["row"], fault["column"]) == (97, column)
    assert part in fault["text"]


@pytest.mark.parametrize(
    ("content", "arguments", "part"),
    [
        ("", (), "tom"),
        (TOWN + "Område 1;999;0;1;1\n", (), "två lägen"),
        (TOWN + "Område 1;100;0;9000000;1\n", (), "utan hopp"),
        (TOWN, ("--max-window", "13"), "Fönstret"),
        (TOWN, ("--max-share", "0,9"), "0.5"),
        (TOWN, ("--model", "poisson"), "expected"),
        ("area;lon;lat;time;count\na;1;2;1;1\nb;200;2;1;1\n", (), "Kontrollera ordningen"),
    ],
)
def test_what_cannot_be_scanned_is_told(answer: Any, content: str, arguments: tuple[str, ...], part: str) -> None:
    code, report = answer(content, *arguments)
    assert code == 1
    assert part in report["file_errors"][0]


def test_too_few_replicates_are_a_wrong_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parser = argparse.ArgumentParser(prog="samsyn")
    cli.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["analyse", "scan", str(tmp_path / "x.csv"), "--replicates", "99"])
    assert args.run(args) == 2
    assert "999" in capsys.readouterr().err


def test_every_fault_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Fault)
