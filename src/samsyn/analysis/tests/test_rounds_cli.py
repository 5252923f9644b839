"""`samsyn analyse cover` and `samsyn analyse route`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

import samsyn
from samsyn.analysis import cli, cover, cover_csv, route, route_csv

DEMAND = """id;öst;nord;tid;källa;mängd
torget;340000;6460000;fredag;händelser;8
torget;340000;6460000;lördag;händelser;6
parken;340400;6460000;fredag;händelser;3
parken;340400;6460000;;belysning;2
bron;341500;6460000;lördag;enkät;5
"""

STOPS = """id;öst;nord;tidigast;senast;minuter;personer;varför
torget;340300;6460000;20:00;23:00;10;1;otrygghet i enkäten
gränden;340300;6460300;20:00;23:00;10;2;trasig belysning
bron;340000;6460300;21:00;22:00;10;1;händelser i maj
"""

TEAMS = "id;börjar;slutar;personer;rast_minuter;rast_tidigast;rast_senast\nA;19:00;25:00;2;30;21:30;23:00\n"


@pytest.fixture
def answer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run a command on files with these contents, and give its exit code and its JSON."""

    def run(name: str, content: str, *arguments: str, **more: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "fil.csv"
        file.write_text(content, encoding="utf-8")
        extra: list[str] = []
        for option, text in more.items():
            (tmp_path / f"{option}.csv").write_text(text, encoding="utf-8")
            extra += [f"--{option}", str(tmp_path / f"{option}.csv")]
        parser = argparse.ArgumentParser(prog="samsyn")
        cli.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["analyse", name, str(file), *arguments, *extra])
        code = args.run(args)
        # By the file descriptor: a solver that greets on standard output would spoil the JSON.
        return code, json.loads(capfd.readouterr().out)

    return run


def test_hosts_are_placed_and_each_place_says_why(answer: Any) -> None:
    settings = ("--reach-m", "500", "--hosts", "1", "--alternatives", "2", "--seed", "4", "--variety", "0.5")
    code, report = answer("cover", DEMAND, *settings)
    assert code == 0
    assert report["version"] == samsyn.__version__
    assert (report["settings"]["seed"], report["rows"], report["slots"]) == (4, 5, ["fredag", "lördag"])
    best = report["answer"]["best"]["stops"]
    assert [(stop["stop"], stop["slot"]) for stop in best] in (
        [("torget", "fredag"), ("bron", "lördag")],
        [("parken", "fredag"), ("bron", "lördag")],
    )
    assert best[0]["why"].startswith("Når ")
    assert "händelser (64,7 % av all)" in best[0]["why"]
    assert best[1]["demand"] == ["bron"]
    assert answer("cover", DEMAND, *settings)[1] == report


def test_places_to_stand_may_be_others_than_those_that_call(answer: Any) -> None:
    code, report = answer(
        "cover", DEMAND, "--reach-m", "300", "--hosts", "1,0", stops="id;x;y\nmitt emellan;340200;6460000\n"
    )
    assert code == 0
    (stop,) = report["answer"]["best"]["stops"]
    assert (stop["stop"], stop["slot"], stop["demand"]) == ("mitt emellan", "fredag", ["parken", "torget"])
    assert len(report["input"]) == 2


@pytest.mark.parametrize(
    ("content", "arguments", "part"),
    [
        (DEMAND, ["--patrol-source", "händelser", "--weight", "händelser=5"], "mer än hälften"),
        (DEMAND, ["--weight", "gissning=5"], "finns inte i filen"),
        (DEMAND.replace("340400;6460000;;", "340401;6460000;;"), [], "Rätta raderna"),
        ("id;x;y;source;amount\na;340000;6460000;k;0\n", [], "0 överallt"),
        ("id;x;y;source;amount\n", [], "inga rader"),
        (DEMAND, ["--hosts", "1,2,3"], "ett för varje tid"),
    ],
)
def test_a_plan_of_hosts_that_cannot_be_made_gets_a_sentence(
    answer: Any, content: str, arguments: list[str], part: str
) -> None:
    code, report = answer("cover", content, "--reach-m", "500", "--hosts", "1", *arguments)
    assert code == 1
    assert part in report["file_errors"][0]


def test_rounds_are_laid_and_told_by_the_clock(answer: Any) -> None:
    settings = ("--base", "340000,6460000", "--iterations", "60", "--seed", "4")
    code, report = answer("route", STOPS, *settings, teams=TEAMS)
    assert code == 0
    assert report["settings"]["seed"] == 4
    (team,) = report["answer"]["best"]["rounds"]
    visits = {visit["stop"]: visit for visit in team["visits"]}
    assert set(visits) == {"torget", "gränden", "bron", None}
    assert "21:00:00" <= visits["bron"]["start"] <= "22:00:00"
    assert visits["gränden"]["why"] == "trasig belysning"
    assert visits[None]["why"] == "Rast."
    assert answer("route", STOPS, *settings, teams=TEAMS)[1] == report


def test_a_stop_left_out_says_why_in_words(answer: Any) -> None:
    single = TEAMS.replace(";2;30;", ";1;30;")
    code, report = answer("route", STOPS, "--base", "340000,6460000", "--iterations", "60", teams=single)
    assert code == 0
    (left_out,) = report["answer"]["best"]["unvisited"]
    assert (left_out["stop"], left_out["reason"]) == ("gränden", "NEEDS_TWO_PEOPLE")
    assert "två personer" in left_out["text"]


@pytest.mark.parametrize(
    ("stops", "teams", "part"),
    [
        (STOPS.replace("händelser i maj", ""), TEAMS, "Rätta raderna"),
        (STOPS.replace("21:00;22:00", "22:00;21:00"), TEAMS, "slutar innan"),
        (STOPS, TEAMS.replace("19:00", "sju"), "Lagens rad 1"),
        (STOPS, TEAMS.replace("25:00", "21:00"), "Rasten ryms inte"),
        (STOPS, "id;börjar;slutar\n", "minst ett lag"),
        ("id;x;y;earliest;latest;minutes;why\n", TEAMS, "inga stopp"),
    ],
)
def test_a_round_that_cannot_be_laid_gets_a_sentence(answer: Any, stops: str, teams: str, part: str) -> None:
    code, report = answer("route", stops, "--base", "340000,6460000", "--iterations", "10", teams=teams)
    assert code == 1
    assert part in report["file_errors"][0]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (";340300;6460000;20:00;23:00;10;1;skäl", "id"),
        ("a;;6460000;20:00;23:00;10;1;skäl", "x"),
        ("a;340300;6460000;20;23:00;10;1;skäl", "earliest"),
        ("a;340300;6460000;20:00;23:60;10;1;skäl", "latest"),
        ("a;340300;6460000;20:00;23:00;;1;skäl", "minutes"),
        ("a;340300;6460000;20:00;23:00;10;1;", "why"),
    ],
)
def test_a_faulty_stop_is_told(answer: Any, line: str, column: str) -> None:
    code, report = answer("route", f"{STOPS}{line}\n", "--base", "340000,6460000", teams=TEAMS)
    assert code == 1
    (fault,) = report["row_errors"]
    assert (fault["row"], fault["column"]) == (4, column)


@pytest.mark.parametrize(
    "arguments",
    [
        ["cover", "x.csv", "--reach-m", "långt", "--hosts", "1"],
        ["cover", "x.csv", "--reach-m", "500", "--hosts", "en"],
        ["cover", "x.csv", "--reach-m", "500", "--hosts", "1", "--weight", "enkät"],
        ["route", "x.csv", "--teams", "y.csv", "--base", "mitt"],
        ["route", "x.csv", "--base", "1,2"],
    ],
)
def test_a_wrong_call_exits_with_2(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="samsyn")
    cli.add_parser(parser.add_subparsers(required=True))
    with pytest.raises(SystemExit) as exited:
        parser.parse_args(["analyse", *arguments])
    assert exited.value.code == 2


def test_every_fault_has_its_sentence() -> None:
    assert set(cover_csv.SENTENCES) == set(cover.Fault)
    assert set(route_csv.SENTENCES) == set(route.Fault)
    assert set(route_csv.REASONS) == set(route.Unvisited)
