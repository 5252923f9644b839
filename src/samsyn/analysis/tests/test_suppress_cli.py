import argparse
import json
from pathlib import Path
from typing import Any

import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.suppress import Fault
from samsyn.analysis.suppress_csv import SENTENCES

TABLE = (
    "area;category;antal\nSylte;stöld;3\nSylte;bedrägeri;9\nLextorp;stöld;12\nLextorp;bedrägeri;7\nÖxnered;stöld;8\n"
)


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on a file with this content, and give its exit code and its JSON."""

    def run(content: str, *arguments: str, earlier: str | None = None) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "tabell.csv"
        file.write_text(content, encoding="utf-8")
        more: tuple[str, ...] = ()
        if earlier is not None:
            (tmp_path / "ute.csv").write_text(earlier, encoding="utf-8")
            more = ("--earlier", str(tmp_path / "ute.csv"))
        parser = argparse.ArgumentParser(prog="samsyn")
        cli.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["analyse", "suppress", str(file), *more, *arguments])
        return int(args.run(args)), json.loads(capsys.readouterr().out)

    return run


def by_name(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(cell["area"], cell["category"]): cell for cell in report["cells"]}


def test_a_small_count_and_what_would_give_it_away_are_hidden(answer: Any) -> None:
    code, report = answer(TABLE)
    assert code == 0
    cells = by_name(report)
    assert len(cells) == 4 * 3
    assert cells["Sylte", "stöld"] == {"area": "Sylte", "category": "stöld", "count": None, "why": "primary"}
    assert cells["Totalt", "Totalt"]["count"] == 39
    assert report["protection"]["n_secondary"] == 3
    assert report["protection"]["is_optimal"]
    assert report["audit"]["is_safe"]
    assert report["audit"]["knows"] == ["every sum", "no cell below 0", "whole numbers"]


def test_the_answer_holds_all_that_is_needed_to_run_it_again(answer: Any) -> None:
    _, report = answer(TABLE, "--largest", "2", "--seed", "7")
    assert report["version"] == samsyn.__version__
    assert report["settings"] == {
        "dimensions": ["area", "category"],
        "largest": 2,
        "one_category": None,
        "base": None,
        "seed": 7,
    }
    assert len(report["input"][0]["sha256"]) == 64
    assert all(cell["count"] is not None for cell in report["cells"])
    assert answer(TABLE, "--largest", "2", "--seed", "7")[1] == report


def test_rounding_is_another_way(answer: Any) -> None:
    code, report = answer(TABLE, "--base", "5")
    assert code == 0
    assert all(cell["count"] % 5 == 0 for cell in report["cells"])
    assert by_name(report)["Totalt", "Totalt"]["count"] == sum(
        cell["count"] for (area, category), cell in by_name(report).items() if "Totalt" not in (area, category)
    )


def test_rows_where_all_are_alike_are_hidden_when_asked_for(answer: Any) -> None:
    _, plain = answer("area,category,count\na,ja,12\na,nej,0\nb,ja,9\nb,nej,8\n")
    assert all(cell["count"] is not None for cell in plain["cells"])
    _, report = answer("area,category,count\na,ja,12\na,nej,0\nb,ja,9\nb,nej,8\n", "--one-category", "category")
    assert by_name(report)["a", "ja"]["count"] is None


def test_a_table_that_is_out_already_is_counted_with(answer: Any) -> None:
    earlier = "area;hour;antal;hidden\nSylte;dag;7;\nSylte;natt;5;\nLextorp;dag;9;\nLextorp;natt;10;\nÖxnered;dag;8;\n"
    code, report = answer(TABLE, "--dimensions", "area,category,hour", earlier=earlier)
    assert code == 0
    # The areas' totals are out, so none of them can be hidden now.
    assert by_name(report)["Sylte", "Totalt"]["count"] == 12
    assert report["input"][1]["name"] == "ute.csv"


def test_a_publication_that_gives_a_cell_away_is_blocked(answer: Any) -> None:
    out = TABLE.replace("antal\n", "antal;hidden\n").replace("stöld;3\n", "stöld;3;ja\n")
    code, report = answer(TABLE, earlier=out)
    assert code == 1
    (fault,) = report["file_errors"]
    assert fault.startswith("Publicera inte")
    assert report["blocked"] == ["area=Sylte, category=stöld"]
    assert "cells" not in report


def test_a_small_count_that_is_out_is_told(answer: Any) -> None:
    code, report = answer(TABLE, earlier=TABLE.replace("antal\n", "antal;hidden\n"))
    assert code == 0
    assert "Det går inte att ta tillbaka" in report["warnings"][0]


@pytest.mark.parametrize(
    ("line", "column", "part"),
    [
        ("Sylte;stöld;9", "area", "finns redan"),
        (";stöld;9", "area", "tom"),
        ("Sylte;rån;", "count", "saknas"),
        ("Sylte;rån;-1", "count", "negativa"),
        ("Sylte;rån;1.417", "count", "bara siffror"),
    ],
)
def test_a_faulty_row_is_told_and_nothing_is_published(answer: Any, line: str, column: str, part: str) -> None:
    code, report = answer(TABLE + line + "\n")
    assert code == 1
    (fault,) = report["row_errors"]
    assert fault["column"] == column
    assert part in fault["text"]
    assert "cells" not in report


@pytest.mark.parametrize(
    ("content", "arguments", "part"),
    [
        ("område,antal\nSylte,3\n", (), "dimension"),
        ("area,category\nSylte,x\n", (), "count saknas"),
        ("area,category,count\n", (), "inga rader"),
        (TABLE, ("--one-category", "tid"), "--one-category"),
        (TABLE, ("--largest", "0"), "--largest"),
        (TABLE, ("--base", "1"), "--base"),
    ],
)
def test_a_file_that_cannot_be_protected_is_told_in_a_sentence(
    answer: Any, content: str, arguments: tuple[str, ...], part: str
) -> None:
    code, report = answer(content, *arguments)
    assert code == 1
    assert part in report["file_errors"][0]


@pytest.mark.parametrize("arguments", [("--dimensions", "a,b,c,d"), ("--dimensions", "count"), ("--base", "x")])
def test_a_wrong_call_exits_with_2(answer: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exited:
        answer(TABLE, *arguments)
    assert exited.value.code == 2


def test_every_fault_has_its_sentence() -> None:
    assert set(Fault) == set(SENTENCES)
