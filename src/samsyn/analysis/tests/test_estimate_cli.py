import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import samsyn
from samsyn.analysis import cli
from samsyn.analysis.estimate import Fault, effective_size, margin, rake, share, survey_design
from samsyn.analysis.estimate_csv import SENTENCES
from samsyn.analysis.tests.estimate_peers import DATA

MARGINS = "variabel;kategori;antal\nkön;k;29000\nkön;m;30204\nålder;ung;20000\nålder;äldre;39204\n"


def call(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="samsyn")
    cli.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["analyse", "estimate", *arguments])
    code = args.run(args)
    assert isinstance(code, int)
    return code


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on files with this content, and give its exit code and its JSON."""

    def run(content: str, *arguments: str, margins: str | None = None) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "svar.csv"
        file.write_text(content, encoding="utf-8")
        more = []
        if margins is not None:
            (tmp_path / "befolkning.csv").write_text(margins, encoding="utf-8")
            more = ["--margins", str(tmp_path / "befolkning.csv")]
        code = call(str(file), *arguments, *more)
        return code, json.loads(capsys.readouterr().out)

    return run


def survey(n: int = 200) -> tuple[str, np.ndarray, list[str], list[str]]:
    """Return a file of answers, and its columns: yes or no, sex and age."""
    rng = np.random.default_rng(5)
    sex, age = (
        rng.choice(["k", "m"], n, p=[0.65, 0.35]).tolist(),
        rng.choice(["ung", "äldre"], n, p=[0.2, 0.8]).tolist(),
    )
    values = (rng.random(n) < [0.5 if each == "k" else 0.3 for each in sex]).astype(float)
    lines = [f"{'ja' if v else 'nej'};{s};{a}" for v, s, a in zip(values, sex, age, strict=True)]
    return "svar;kön;ålder\n" + "\n".join(lines) + "\n", values, sex, age


def test_answers_are_raked_to_the_population_and_estimated(answer: Any) -> None:
    content, values, sex, age = survey()
    code, report = answer(content, "--data", "random", margins=MARGINS)
    assert code == 0
    by_hand = rake(
        survey_design(np.ones(200)),
        [margin("kön", sex, {"k": 29000, "m": 30204}), margin("ålder", age, {"ung": 20000, "äldre": 39204})],
    )
    expected = share(values, by_hand.design)
    assert report["estimate"]["value"] == pytest.approx(expected.value)
    assert report["estimate"]["se"] == pytest.approx(expected.se)
    assert report["weights"]["kish_after"] == pytest.approx(by_hand.kish_after)
    assert report["weights"]["margins"]["kön"]["k"] == pytest.approx(29000 / 59204)
    assert report["rows"] == 200


def test_the_answer_holds_all_that_is_needed_to_run_it_again(answer: Any) -> None:
    content, *_ = survey()
    arguments = ("--data", "random", "--replicates", "50", "--seed", "7", "--largest-ratio", "5")
    _, report = answer(content, *arguments, margins=MARGINS)
    assert report["version"] == samsyn.__version__
    assert report["settings"]["seed"] == 7
    assert report["settings"]["replicates"] == 50
    assert report["settings"]["quantity"] == "SHARE"
    assert report["analysis"] == "estimate"
    assert [each["name"] for each in report["input"]] == ["svar.csv", "befolkning.csv"]
    assert report["input"][0]["sha256"] == hashlib.sha256(content.encode()).hexdigest()
    assert report["bootstrap"]["settings"]["n_replicates"] == 50
    assert answer(content, *arguments, margins=MARGINS)[1] == report
    assert (
        answer(content, *arguments[:-3], "8", *arguments[-2:], margins=MARGINS)[1]["bootstrap"] != report["bootstrap"]
    )


def test_trimmed_weights_are_told(answer: Any) -> None:
    content, *_ = survey()
    _, free = answer(content, "--data", "random", margins=MARGINS)
    limit = (1 + free["weights"]["largest_relative_weight"]) / 2
    _, report = answer(content, "--data", "random", "--largest-ratio", f"{limit:.3f}", margins=MARGINS)
    assert report["weights"]["n_trimmed"] > 0
    assert report["weights"]["largest_relative_weight"] <= limit + 1e-3
    assert any("trimmade" in each for each in report["warnings"])


def test_an_open_link_gets_no_margin_of_error(answer: Any) -> None:
    content, values, *_ = survey()
    code, report = answer(content, "--data", "open", "--population", "59204", margins=MARGINS)
    assert code == 0
    found = report["self_selected"]
    assert found["value"] == pytest.approx(values.mean())
    assert found["missing"] == ["PROBABILITY_SAMPLE"]
    assert len(found["views"]) == 3
    assert found["worth"][0]["n_effective"] == pytest.approx(effective_size(200, 59204, 0.005))
    assert "estimate" not in report
    assert not {"se", "margin_of_error", "p"} & set(found)
    assert any("av dem som svarade" in each for each in report["warnings"])


def test_an_open_link_without_the_population_says_what_is_needed(answer: Any) -> None:
    code, report = answer("svar\nja\n", "--data", "open")
    assert code == 1
    assert "--population" in report["file_errors"][0]


def test_groups_come_with_their_difference_from_the_rest(answer: Any) -> None:
    rows = ["ja;norr"] * 20 + ["nej;norr"] * 80 + ["ja;söder"] * 50 + ["nej;söder"] * 50 + ["ja;öst"] * 9
    code, report = answer("svar;grupp\n" + "\n".join(rows) + "\n", "--data", "random")
    assert code == 0
    north, south, east = report["domains"]
    assert (north["label"], north["value"]) == ("norr", 0.2)
    assert north["difference_from_rest"]["verdict"] == "CLEAR_DECREASE"
    assert south["difference_from_rest"]["verdict"] == "CLEAR_INCREASE"
    # Nine answers are not shown.
    assert (east["value"], east["missing"]) == (None, ["EFFECTIVE_ANSWERS"])
    assert east["difference_from_rest"]["verdict"] == "CANNOT_BE_JUDGED"


def test_groups_of_an_open_link_with_few_answers_are_not_shown(answer: Any) -> None:
    rows = ["ja;norr"] * 40 + ["ja;söder"] * 29
    _, report = answer("svar;grupp\n" + "\n".join(rows) + "\n", "--data", "open", "--population", "1000")
    assert report["domains"] == [
        {"label": "norr", "n": 40, "value": 1.0},
        {"label": "söder", "n": 29, "value": None},
    ]


def test_years_give_a_trend_and_no_figure_over_all_years(answer: Any) -> None:
    rows = [
        f"{'ja' if i < n else 'nej'};{year};{mode}"
        for year, n, mode in ((2018, 90, "post"), (2019, 30, "webb"), (2020, 45, "webb"), (2021, 75, "webb"))
        for i in range(150)
    ]
    code, report = answer("svar;år;serie\n" + "\n".join(rows) + "\n", "--data", "random")
    assert code == 0
    assert report["trend"]["verdict"] == "CLEAR_INCREASE"
    assert report["trend"]["breaks"] == [2019]
    assert report["trend"]["left_out"] == [2018]
    assert "estimate" not in report


def test_several_choices_are_ranked_with_ties(answer: Any) -> None:
    rows = ["belysning | trafik"] * 60 + ["belysning"] * 20 + ["trafik|klotter"] * 25 + [""] * 10
    code, report = answer("val\n" + "\n".join(each or '""' for each in rows) + "\n", "--data", "random")
    assert code == 0
    first, second, third = report["choices"]
    assert (first["label"], first["ties"], first["worst_rank"]) == ("trafik", ["belysning"], 2)
    assert second["ties"] == ["trafik"]
    assert third["best_rank"] == 3


def test_means_and_totals_follow_strata_and_clusters(answer: Any) -> None:
    header = "värde;vikt;stratum;antal_i_stratum\n"
    values, strata = ["2,8", "4,1", "6,8", "6,8", "9,2", "3,7", "6,6", "4,2"], [1] * 5 + [2] * 3
    rows = [f"{v};{3 if s == 1 else 4};{s};{15 if s == 1 else 12}" for v, s in zip(values, strata, strict=True)]
    content = header + "\n".join(rows) + "\n"
    _, found = answer(content, "--data", "random", "--quantity", "mean")
    # Eight answers are too few to show; the rest of what Stata prints is there.
    assert found["estimate"]["missing"] == ["EFFECTIVE_ANSWERS"]
    assert found["estimate"]["df"] == 6
    _, found = answer(
        (header + "\n".join(rows * 10) + "\n").replace(";15", ";150").replace(";12", ";120"),
        "--data",
        "random",
        "--quantity",
        "total",
    )
    assert found["estimate"]["value"] == pytest.approx(1471, abs=0.01)


def test_areas_are_modelled_and_marked(answer: Any) -> None:
    milk = (DATA / "fay-herriot-milk.csv").read_text(encoding="utf-8").splitlines()
    rows = ["område;skattning;medelfel;b;c;d"]
    for line in milk[1:]:
        major, area, _, direct, error, _ = line.split(",")
        # Three decimals may be thousands; a fourth tells.
        rows.append(
            ";".join(
                [area, direct.ljust(5, "0") + "0", error.ljust(5, "0") + "0", *(str(int(major == k)) for k in "234")]
            )
        )
    code, report = answer("\n".join(rows) + "\n", "--data", "areas", "--covariates", "b,c,d")
    assert code == 0
    assert report["small_areas"]["variance_between_areas"] == pytest.approx(0.01855, abs=5e-6)
    assert report["small_areas"]["areas"][0]["value"] == pytest.approx(1.02197, abs=5e-6)
    assert all(each["label"] == "modellskattning" for each in report["small_areas"]["areas"])
    assert "modellskattning" in report["warnings"][0]


def test_shares_of_areas_are_modelled_by_kinds_of_people(answer: Any, tmp_path: Path) -> None:
    cells = tmp_path / "celler.csv"
    rows = [f"{sex};{area};{500 if area == 'a' else 900}" for sex in "km" for area in "abcd"]
    cells.write_text("kön;område;antal\n" + "\n".join(rows) + "\n", encoding="utf-8")
    people = [
        f"{'ja' if i % 4 < 1 + (area == 'b') else 'nej'};{'km'[i % 2]};{area}" for area in "abc" for i in range(40)
    ]
    content = "svar;kön;område\n" + "\n".join(people) + "\n"
    arguments = ("--data", "random", "--cells", str(cells), "--factors", "kön,område", "--by", "område")
    code, report = answer(content, *arguments)
    assert code == 0
    areas = report["modelled_shares"]["areas"]
    assert [each["name"] for each in areas] == ["a", "b", "c", "d"]
    assert (areas[1]["direct"], areas[3]["direct"]) == (0.5, None)
    assert 0.25 < areas[0]["value"] < areas[1]["value"] < 0.5
    assert all(each["label"] == "modellskattning" for each in areas)
    assert report["settings"]["factors"] == ["kön", "område"]
    assert len(report["input"]) == 2
    for changed, part in (
        (("--data", "open", *arguments[2:]), "slumpmässigt urval"),
        (arguments[:-2], "--by"),
        ((*arguments[:5], "kön,område,ålder", *arguments[6:]), "saknar kolumnen ”ålder”"),
    ):
        code, report = answer(content, *changed)
        assert code == 1
        assert part in report["file_errors"][0]
    cells.write_text("kön;område;antal\nk;a;fem\n", encoding="utf-8")
    code, report = answer(content, *arguments)
    assert "Felen står i filen med befolkningen." in report["file_errors"]


def test_an_area_without_a_standard_error_is_a_faulty_row(answer: Any) -> None:
    code, report = answer("område;skattning;medelfel\na;0,4;0,1\nb;0,3;\nc;0,2;0\nd;;\n", "--data", "areas")
    assert code == 1
    assert [(each["row"], each["column"]) for each in report["row_errors"]] == [(2, "se"), (3, "se")]
    assert "större än 0" in report["row_errors"][0]["text"]


def test_columns_of_a_sample_are_not_used_for_an_open_link(answer: Any) -> None:
    _, report = answer("svar;vikt\nja;5\nnej;1\n", "--data", "open", "--population", "100")
    assert report["self_selected"]["value"] == 0.5
    assert any("Kolumnen weight används inte" in each for each in report["warnings"])


@pytest.mark.parametrize(
    ("content", "margins", "part"),
    [
        ("svar;kön\nja;k\n", "variabel;kategori;antal\nkön;k;5\nkön;m;5\n", "Slå ihop kategorin"),
        ("svar;kön\nja;k\nnej;x\n", "variabel;kategori;antal\nkön;k;5\n", "Lägg till den där"),
        ("svar;kön\nja;k\nnej;\n", "variabel;kategori;antal\nkön;k;5\n", "saknar kön"),
        ("svar\nja\n", "variabel;kategori;antal\nkön;k;5\n", "saknar kolumnen ”kön”"),
        ("svar;kön\nja;k\n", "variabel;kategori;antal\nkön;k;5\nkön;k;6\n", "två gånger"),
        ("svar;kön\nja;k\n", "variabel;kategori;antal\nkön;;5\n", "saknar variabel eller kategori"),
        ("svar;kön\nja;k\n", "variabel;kategori;antal\nkön;k;fem\n", "marginalfilen"),
        ("svar;vikt\nja;1\n", "variabel;kategori;antal\nweight;k;5\n", "upptaget namn"),
        (
            "svar;kön;ålder\nja;k;u\nnej;m;v\n",
            "variabel;kategori;antal\nkön;k;5\nkön;m;5\nålder;u;5\nålder;v;9\n",
            "summan för ålder",
        ),
        ("svar;år;kön\nja;2020;k\n", "variabel;kategori;antal\nkön;k;5\n", "Vikta varje år för sig"),
        ("svar\n", None, "inga svar"),
        ("vikt\n1\n", None, "saknar kolumnen value"),
        ("svar;stratum\nja;1\nnej;1\nja;2\n", None, "--centre-lonely"),
        ("svar;vikt\nja;0\n", None, "större än 0"),
        ("svar;antal_i_stratum\nja;1\nnej;1\n", None, "Fler har dragits"),
        ("val\na\n", None, "färre än två"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence_saying_what_to_do(
    answer: Any, content: str, margins: str | None, part: str
) -> None:
    code, report = answer(content, "--data", "random", margins=margins)
    assert code == 1
    assert any(part in each for each in report["file_errors"]), report["file_errors"]
    assert "estimate" not in report


@pytest.mark.parametrize(
    ("cell", "column", "part"),
    [
        ("kanske;1", "value", "varken ja eller nej"),
        ("ja;x", "weight", "inte ett tal"),
        ("ja;", "weight", "Cellen är tom"),
    ],
)
def test_with_a_faulty_row_nothing_is_estimated(answer: Any, cell: str, column: str, part: str) -> None:
    code, report = answer(f"svar;vikt\n{cell}\nja;1\nnej;1\n", "--data", "random")
    assert code == 1
    (fault,) = report["row_errors"]
    assert (fault["row"], fault["column"]) == (1, column)
    assert part in fault["text"]
    assert "estimate" not in report


def test_a_lonely_cluster_may_be_centred(answer: Any) -> None:
    rows = ["ja;1"] * 40 + ["nej;1"] * 20 + ["ja;2"]
    code, report = answer("svar;stratum\n" + "\n".join(rows) + "\n", "--data", "random", "--centre-lonely")
    assert code == 0
    assert report["estimate"]["value"] == pytest.approx(41 / 61)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--data", "annat"),
        ("--data", "random", "--confidence", "95"),
        ("--data", "random", "--largest-ratio", "1"),
        ("--data", "open", "--population", "noll"),
        ("--data", "random", "--replicates", "-5"),
    ],
)
def test_a_wrong_call_exits_with_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exited:
        call(*arguments)
    assert exited.value.code == 2


def test_a_margins_file_that_is_not_there_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "svar.csv").write_text("svar\nja\n", encoding="utf-8")
    assert call(str(tmp_path / "svar.csv"), "--data", "random", "--margins", str(tmp_path / "saknas.csv")) == 2
    assert "går inte att läsa" in capsys.readouterr().err


def test_every_fault_a_file_can_cause_has_its_sentence() -> None:
    # The others are mistakes of a program, which the command does not make.
    programs = {
        Fault.DIFFERENT_LENGTHS,
        Fault.NOT_A_NUMBER,
        Fault.NOT_YES_OR_NO,
        Fault.NOT_A_PROBABILITY,
        Fault.NO_MARGINS,
        Fault.NO_TOTALS,
        Fault.ALREADY_CALIBRATED,
        Fault.SELF_SELECTED,
        Fault.SAME_QUESTION,
    }
    assert set(Fault) - set(SENTENCES) == programs
