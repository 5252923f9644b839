import argparse
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.compare import Fault
from samsyn.analysis.compare_csv import SENTENCES
from samsyn.analysis.csv_input import MAX_BYTES


def call(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="samsyn")
    cli.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["analyse", "compare", *arguments])
    code = args.run(args)
    assert isinstance(code, int)
    return code


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on a file with this content, and give its exit code and its JSON."""

    def run(content: str | bytes, *arguments: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "loften.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = call(str(file), *arguments)
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_row_of_counts_is_judged(answer: Any) -> None:
    code, report = answer("id,before,after,exposure_before,exposure_after\nvåld,185,162,365,366\n")
    assert code == 0
    (result,) = report["results"]
    assert (result["row"], result["id"], result["verdict"]) == (1, "våld", "NO_RELIABLE_CHANGE")
    assert result["decrease_threshold"] == 148
    assert result["data"]["exposure_after"] == 366


def test_a_row_of_fractions_is_judged(answer: Any) -> None:
    header = "id,numerator_before,denominator_before,numerator_after,denominator_after"
    code, report = answer(f"{header}\nredovisade,480,3000,486,3000\n")
    assert code == 0
    assert report["results"][0]["kind"] == "shares"
    assert report["results"][0]["verdict"] == "NO_RELIABLE_CHANGE"


def test_shares_alone_answer_what_is_missing(answer: Any) -> None:
    code, report = answer("id;share_before;share_after\nredovisade;0,16;0,162\n", "--rounded-to", "0.001")
    assert code == 0
    (result,) = report["results"]
    assert result["missing"] == ["DENOMINATOR_BEFORE", "DENOMINATOR_AFTER"]
    assert result["cases_needed"] == 530_109
    assert result["difference_high"] == pytest.approx(0.003)


def test_the_answer_holds_all_that_is_needed_to_run_it_again(answer: Any) -> None:
    content = "id,before,after\na,20,8\n"
    _, report = answer(content, "--confidence", "0.9", "--power", "0.7", "--seed", "7")
    assert report["version"] == samsyn.__version__
    assert report["settings"] == {"confidence": 0.9, "power": 0.7, "rounded_to": None, "seed": 7}
    assert report["input"] == {
        "name": "loften.csv",
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }
    assert report["results"][0]["settings"] == {"confidence": 0.9, "dispersion": None}
    assert answer(content, "--confidence", "0.9", "--power", "0.7", "--seed", "7")[1] == report


def test_standard_input_is_read_when_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"id,before,after\na,20,8\n")))
    assert call() == 0
    report = json.loads(capsys.readouterr().out)
    assert report["input"]["name"] is None
    assert report["results"][0]["verdict"] == "CLEAR_DECREASE"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_swedish_spreadsheets_are_understood(answer: Any, encoding: str, separator: str) -> None:
    lines = [["ID ", "Före", "Efter"], ["Åkerö", "1 417", "1\u00a0200"]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    code, report = answer(content)
    assert code == 0
    assert report["results"][0]["id"] == "Åkerö"
    assert report["results"][0]["data"]["before"] == 1417
    assert report["results"][0]["data"]["after"] == 1200
    assert bool(report["warnings"]) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (";162;;", ["BEFORE"]),
        ("185;;;", ["AFTER"]),
        (";;;", ["BEFORE", "AFTER"]),
        (";;480;", ["DENOMINATOR_BEFORE", "NUMERATOR_AFTER", "DENOMINATOR_AFTER"]),
    ],
)
def test_an_empty_cell_is_a_missing_fact_and_not_a_fault(answer: Any, cells: str, missing: list[str]) -> None:
    code, report = answer(f"id;before;after;numerator_before;denominator_before\na;{cells}\n")
    assert code == 0
    assert report["results"][0]["verdict"] == "CANNOT_BE_JUDGED"
    assert report["results"][0]["missing"] == missing


def test_a_faulty_row_is_told_and_the_others_are_judged(answer: Any) -> None:
    code, report = answer("id,before,after\na,20,8\nb,tjugo,8\nc,8,20\n")
    assert code == 1
    assert [result["id"] for result in report["results"]] == ["a", "c"]
    assert report["rows"] == 3
    (fault,) = report["row_errors"]
    assert (fault["row"], fault["column"]) == (2, "before")
    assert fault["text"] == "”tjugo” är inte ett heltal. Skriv det med bara siffror, till exempel 1417."


@pytest.mark.parametrize(
    ("line", "column", "part"),
    [
        ("-1;8;;;;;", "before", "negativa"),
        ("1.417;8;;;;;", "before", "bara siffror"),
        ("=1+1;8;;;;;", "before", "inte ett heltal"),
        ("9999999999;8;;;;;", "before", "en miljard"),
        (f"{'9' * 5000};8;;;;;", "before", "för stort"),
        ("20;8;365;;;;", "exposure_after", "Fyll i båda"),
        ("20;8;0;366;;;", "exposure_before", "större än 0"),
        ("20;8;59.204;59.271;;;", "exposure_before", "Skriv 59204"),
        ("20;8;365;nan;;;", "exposure_after", "inte ett tal"),
        ("20;8;1;3 660 000;;;", "exposure_after", "samma enhet"),
        ("20;8;;;0,5;;", "dispersion", "minst 1"),
        (";;;;;16;16,2", "share_before", "Skriv 0,16"),
        ("20;8;;;;0,16;0,162", None, "Dela upp"),
        ("20;8;;;;;;extra", None, "fler celler"),
    ],
)
def test_bad_rows_get_a_sentence_saying_what_to_do(
    answer: Any, line: str, column: str | None, part: str
) -> None:
    header = "before;after;exposure_before;exposure_after;dispersion;share_before;share_after"
    code, report = answer(f"{header}\n{line}\n")
    assert code == 1
    (fault,) = report["row_errors"]
    assert fault["column"] == column
    assert part in fault["text"]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "tom"),
        (b"\n\n", "tom"),
        (b"kategori,antal\nx,1\n", "Kolumnerna heter"),
        (b"before,before\n1,2\n", "Två kolumner"),
        ("före,before\n1,2\n".encode(), "Två kolumner"),
        (b'before,after\n"1,2\n', "citattecken"),
        (b"PK\x03\x04\x00\x00", "Spara arbetsboken som CSV"),
        (b"before,after\n" + b"1,2\n" * 100_001, "100000 rader"),
        (b"x," * 250 + b"before\n", "200 kolumner"),
        (b"before,after\n" + b" " * MAX_BYTES, "20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(answer: Any, content: bytes, part: str) -> None:
    code, report = answer(content)
    assert code == 1
    (fault,) = report["file_errors"]
    assert part in fault
    assert report["results"] == []


def test_unknown_columns_are_told_and_left_out(answer: Any) -> None:
    code, report = answer("id,before,after,kommentar\na,20,8,bra\n")
    assert code == 0
    assert report["warnings"] == ["Kolumnen ”kommentar” används inte."]


def test_at_most_a_thousand_faults_are_listed_but_all_are_counted(answer: Any) -> None:
    _, report = answer("before,after\n" + "x,1\n" * 1_200)
    assert len(report["row_errors"]) == 1_000
    assert report["n_row_errors"] == report["rows"] == 1_200


@pytest.mark.parametrize(
    "arguments",
    [("--confidence", "95"), ("--confidence", "nan"), ("--power", "0"), ("--seed", "x"), ("--unknown",)],
)
def test_a_wrong_call_exits_with_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exited:
        call(*arguments)
    assert exited.value.code == 2


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(str(tmp_path / "saknas.csv")) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "går inte att läsa" in captured.err


def test_every_fault_a_row_can_have_has_its_sentence() -> None:
    # These concern settings and planning, which a row does not hold.
    assert set(Fault) - set(SENTENCES) == {
        Fault.NOT_A_PROBABILITY,
        Fault.SHARES_TOO_CLOSE,
        Fault.NOT_A_RATIO,
        Fault.NOT_A_VARIANCE,
        Fault.NOT_AN_ADJUSTMENT,
    }
