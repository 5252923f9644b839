from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.commands.hotspots import KINDS
from samsyn.analysis.hotspots import Fault
from samsyn.analysis.hotspots_csv import COLUMNS, SENTENCES

AREAS = """id;händelser;folkmängd;grannar
A;40;1000;B D
B;38;1000;A C E
C;5;1000;B F
D;41;1000;A E
E;6;1000;B D F
F;4;1000;C E
"""


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on a file with this content, and give its exit code and its JSON."""

    def run(content: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "fil.csv"
        file.write_text(content, encoding="utf-8")
        parser = argparse.ArgumentParser(prog="samsyn")
        cli.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["analyse", "hotspots", str(file), *arguments])
        code = args.run(args)
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize("kind", ["g-star", "moran"])
def test_areas_are_judged_and_the_answer_can_be_run_again(answer: Any, kind: str) -> None:
    code, report = answer(AREAS, "--kind", kind, "--seed", "7")
    assert code == 0
    assert report["version"] == samsyn.__version__
    assert (report["settings"]["seed"], report["settings"]["kind"], report["rows"]) == (7, kind, 6)
    assert [area["id"] for area in report["answer"]["areas"]] == list("ABCDEF")
    assert report["answer"]["areas"][0]["z"] > 0
    assert report["rates"]["mean"] == pytest.approx(134 / 6000)
    assert answer(AREAS, "--kind", kind, "--seed", "7")[1] == report


def test_areas_may_be_neighbours_by_distance_and_a_value_may_be_missing(answer: Any) -> None:
    code, report = answer(
        "id,value,x,y\na,1,340000,6460000\nb,,340500,6460000\nc,9,341000,6460000\nd,3,341400,6460000\n",
        "--kind", "g-star", "--distance-m", "600",
    )  # fmt: skip
    assert code == 0
    assert [area["missing"] for area in report["answer"]["areas"]] == ["NEIGHBOURS", "VALUE", None, None]


def test_repeats_are_told_with_what_was_left_out(answer: Any) -> None:
    rng = np.random.default_rng(3)
    rows = [
        f"{340_000 + x:.1f};{6_460_000 + y:.1f};2025-{1 + day // 28:02d}-{1 + day % 28:02d}"
        for x, y, day in zip(*rng.integers(0, 3000, (2, 80)), rng.integers(0, 330, 80), strict=True)
    ]
    code, report = answer(
        "x;y;datum\n" + "\n".join([*rows, *rows[:3]]), "--kind", "near-repeats", "--permutations", "99"
    )
    assert code == 0
    assert report["answer"]["n_duplicates"] == 3
    assert len(report["answer"]["bands"]) == 16
    assert "3 poster" in report["warnings"][0]


def test_a_pile_on_one_coordinate_is_warned_of(answer: Any) -> None:
    rows = [f"k{day};340000;6460000;2025-01-{day:02d}" for day in range(1, 9)]
    rows += [f"m{day};34{day}000;6460000;2025-02-{day:02d}" for day in range(1, 9)]
    _, report = answer("id;x;y;date\n" + "\n".join(rows), "--kind", "near-repeats", "--permutations", "99")
    assert "reservpunkt" in report["warnings"][0]


def test_a_surface_is_drawn_within_the_border(answer: Any, tmp_path: Path) -> None:
    border = tmp_path / "grans.csv"
    border.write_text("x;y\n340000;6460000\n344000;6460000\n344000;6464000\n340000;6464000\n", encoding="utf-8")
    code, report = answer(
        "x;y\n341000;6461000\n350000;6461000\n", "--kind", "density", "--border", str(border), "--bandwidth-m", "1000"
    )
    assert code == 0
    assert report["answer"]["n_events"] == 1
    assert sum(cell["per_km2"] for cell in report["answer"]["cells"]) / 16 == pytest.approx(1)
    assert [given["name"] for given in report["input"]] == ["fil.csv", "grans.csv"]
    assert "utanför" in report["warnings"][0]


def test_concentration_is_measured(answer: Any) -> None:
    code, report = answer("id;events\n" + "\n".join(f"p{n};{n % 3}" for n in range(30)), "--kind", "concentration")
    assert code == 0
    assert report["answer"]["n_places"] == 30


def test_a_map_is_scored_on_later_days_only(answer: Any) -> None:
    content = "id;vald;tidigare;senare;yta_km2\na;1;5;4;1\nb;0;3;1;1\nc;0;0;1;2\n"
    dates = ("--kind", "map-score", "--chosen-until", "2024-12-31", "--judged-from")
    code, report = answer(content, *dates, "2025-01-01")
    assert code == 0
    assert report["answer"]["pai"] == pytest.approx((4 / 6) / (1 / 4))
    code, report = answer(content, *dates, "2024-12-01")
    assert code == 1
    assert "senare händelser" in report["file_errors"][0]


@pytest.mark.parametrize(
    ("content", "arguments", "part"),
    [
        ("id;events;population;neighbours\na;1;10;\nb;2;20;\n", ["--kind", "g-star"], "Grannarna saknas"),
        ("id;events;population;neighbours\na;1;10;c\nb;2;20;\n", ["--kind", "g-star"], "finns inte bland"),
        ("id;events;population;neighbours\na;1;10;a\na;2;20;\n", ["--kind", "g-star"], "samma id"),
        ("id;value;neighbours\na;1;b\nb;2;\n", ["--kind", "moran", "--distance-m", "5"], "behöver varje rad x och y"),
        ("x;y;date\n12,2801;58,2801;2025-01-01\n12,3001;58,3001;2025-01-02\n", ["--kind", "near-repeats"], "grader"),
        ("x;y\n340000;6460000\n", ["--kind", "density"], "--border"),
        ("events\n0\n0\n", ["--kind", "concentration"], "inga händelser"),
        ("events;risk\n1;2\n1;\n", ["--kind", "concentration"], "alla eller ingen"),
        ("chosen;earlier;later;area_km2\n1;1;1;1\n", ["--kind", "map-score"], "--judged-from"),
        ("", ["--kind", "density"], "tom"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(answer: Any, content: str, arguments: list[str], part: str) -> None:
    code, report = answer(content, *arguments)
    assert code == 1
    assert part in report["file_errors"][0]
    assert "answer" not in report


@pytest.mark.parametrize(
    ("content", "kind", "column"),
    [
        ("x;y;date\n1;2;31/1\n", "near-repeats", "date"),
        ("x;y;date\n;2;2025-01-31\n", "near-repeats", "x"),
        ("id;value;events;population\na;1;2;3\n", "moran", "value"),
        ('events\n""\n2,5\n', "concentration", "events"),
        ("chosen;earlier;later;area_km2\n1;;1;1\n", "map-score", "earlier"),
    ],
)
def test_a_faulty_row_stops_the_whole(answer: Any, content: str, kind: str, column: str) -> None:
    code, report = answer(content, "--kind", kind)
    assert code == 1
    assert report["row_errors"][0]["column"] == column
    assert "answer" not in report


def test_a_border_that_crosses_itself_is_told(answer: Any, tmp_path: Path) -> None:
    border = tmp_path / "grans.csv"
    border.write_text("x;y\n0;0\n900;900\n900;0\n0;900\n", encoding="utf-8")
    _, report = answer("x;y\n340000;6460000\n", "--kind", "density", "--border", str(border))
    assert "korsar sig" in report["file_errors"][0]


@pytest.mark.parametrize(
    "arguments", [["--kind", "magi"], [], ["--kind", "moran", "--day-bands", "x"], ["--kind", "moran", "--alpha", "5"]]
)
def test_a_wrong_call_exits_with_2(answer: Any, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        answer(AREAS, *arguments)
    assert exited.value.code == 2


def test_every_fault_has_its_sentence_and_every_kind_its_columns() -> None:
    assert set(Fault) == set(SENTENCES)
    assert set(COLUMNS) == set(KINDS)
