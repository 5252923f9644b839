"""The base of all imports, tried with a small importer of its own."""

import gzip
import io
import json
import zipfile
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import openpyxl
import pytest
from django.conf import settings

from samsyn.core.importing import Column, Context, Counts, Row, RowImporter, base, limits, run_import
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.reading import Source
from samsyn.core.importing.result import ImportResult
from samsyn.core.models import AuditEntry, ImportedFile, RateCount

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Thing(NamedTuple):
    bucket: str
    window_start_at: datetime
    n_tries: int


class ThingImporter(RowImporter[Thing]):
    kind: ClassVar[str] = "things"
    label = "Saker"
    columns: ClassVar[Sequence[Column]] = (
        Column("namn", ("name",), required=True),
        Column("antal", ("count",)),
        Column("vikt"),
    )

    def parse_row(self, row: Row, context: Context) -> Thing:
        row.decimal("vikt")
        return Thing(row.text("namn", required=True, max_length=20), NOW, row.integer("antal", least=0) or 0)

    def key_of(self, item: Thing) -> Hashable:
        return item.bucket

    def load(self, items: Sequence[Thing], context: Context) -> Counts:
        return merge(RateCount, key=["bucket", "window_start_at"], fields=["n_tries"], rows=items)


@pytest.fixture(autouse=True)
def things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(base._IMPORTERS, "things", ThingImporter())


def run(data: bytes | str, name: str = "saker.csv", **how: Any) -> dict[str, Any]:
    content = data.encode() if isinstance(data, str) else data
    return run_import("things", content, name=name, now=NOW, **how).as_dict()


def parse(data: bytes | str, name: str = "saker.csv") -> tuple[list[Thing], ImportResult]:
    result = ImportResult()
    content = data.encode() if isinstance(data, str) else data
    suffix = Path(name).suffix
    things = ThingImporter().parse(Source(name, content, suffix), Context("", None, NOW), result)
    return things, result


def names(things: list[Thing]) -> list[str]:
    return [thing.bucket for thing in things]


@pytest.mark.django_db
class TestRuns:
    def test_a_file_is_stored_once_and_read_again_without_adding_anything(self) -> None:
        first = run("namn;antal\nLampa;1\nBänk;2\n")
        assert first == {
            "accepted": True, "rows": 2, "created": 2, "updated": 0, "unchanged": 0, "stored": 2,
            "row_errors": [], "file_errors": [], "warnings": [],
        }  # fmt: skip
        again = run("namn;antal\nLampa;1\nBänk;2\n")
        assert (again["created"], again["updated"], again["unchanged"], again["stored"]) == (0, 0, 2, 2)
        assert RateCount.objects.count() == 2
        assert ImportedFile.objects.count() == 1
        assert AuditEntry.objects.filter(verb="IMPORTED").count() == 1

    def test_a_changed_row_is_counted_as_updated(self) -> None:
        run("namn;antal\nLampa;1\nBänk;2\n")
        result = run("namn;antal\nLampa;1\nBänk;3\nStolpe;4\n")
        assert (result["created"], result["updated"], result["unchanged"]) == (1, 1, 1)
        assert RateCount.objects.get(bucket="Bänk").n_tries == 3

    def test_a_dry_run_counts_as_it_would_be_and_stores_nothing(self) -> None:
        run("namn;antal\nLampa;1\n")
        result = run("namn;antal\nLampa;2\nBänk;2\n", dry_run=True)
        assert (result["accepted"], result["created"], result["updated"]) == (True, 1, 1)
        assert list(RateCount.objects.values_list("bucket", "n_tries")) == [("Lampa", 1)]
        assert ImportedFile.objects.count() == 1

    def test_one_faulty_row_refuses_all_of_them(self) -> None:
        result = run("namn;antal\nLampa;1\nBänk;många\n")
        assert (result["accepted"], result["rows"], result["stored"]) == (False, 2, 0)
        assert [(e["row"], e["column"]) for e in result["row_errors"]] == [(2, "antal")]
        assert "Skriv bara siffror" in result["row_errors"][0]["text"]
        assert not RateCount.objects.exists()

    def test_the_good_rows_can_be_taken_alone(self) -> None:
        result = run("namn;antal\nLampa;1\nBänk;många\n", good_rows_only=True)
        assert (result["accepted"], result["created"], len(result["row_errors"])) == (True, 1, 1)

    def test_it_is_not_accepted_when_no_row_is_good(self) -> None:
        assert not run("namn;antal\n;1\n", good_rows_only=True)["accepted"]

    def test_the_file_is_kept_as_it_was(self) -> None:
        data = "namn;antal\nBänk;2\n".encode("cp1252")
        run(data, name="../farligt namn.csv", municipality="1488")
        kept = ImportedFile.objects.get()
        assert (kept.name, kept.n_bytes, kept.municipality_code) == ("farligt namn.csv", len(data), "1488")
        assert (Path(settings.MEDIA_ROOT) / "imports" / kept.sha256).read_bytes() == data

    def test_an_unknown_kind_is_told_with_those_that_exist(self) -> None:
        result = run_import("nothing", b"x", name="x.csv", now=NOW).as_dict()
        assert "Välj bland" in result["file_errors"][0]

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        result = run_import("things", tmp_path / "borta.csv", now=NOW).as_dict()
        assert "borta.csv" in result["file_errors"][0]

    def test_a_file_from_disk_may_be_packed(self, tmp_path: Path) -> None:
        file = tmp_path / "saker.csv.gz"
        file.write_bytes(gzip.compress(b"namn;antal\nLampa;1\n"))
        assert run_import("things", file, now=NOW).as_dict()["created"] == 1


class TestTables:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_marked_and_modern_encodings_are_read_without_a_word(self, encoding: str) -> None:
        things, result = parse("namn;antal\nBänk vid ån;2\nÖ;3\n".encode(encoding))
        assert names(things) == ["Bänk vid ån", "Ö"]
        assert result.warnings == []

    @pytest.mark.parametrize(("encoding", "told"), [("cp1252", "Windows-1252"), ("utf-16-le", "UTF-16")])
    def test_a_guessed_encoding_is_told(self, encoding: str, told: str) -> None:
        things, result = parse("namn;antal\nBänk vid ån;2\n".encode(encoding))
        assert names(things) == ["Bänk vid ån"]
        assert told in result.warnings[0]

    @pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
    def test_separators_are_recognised(self, separator: str) -> None:
        things, result = parse(f'namn{separator}antal\n"A {separator} B"{separator}2\n')
        assert [(t.bucket, t.n_tries) for t in things] == [(f"A {separator} B", 2)]
        assert result.warnings == []

    def test_excels_own_line_about_the_separator_is_obeyed(self) -> None:
        assert names(parse("sep=,\r\nnamn,antal\r\nA;B,2\r\n")[0]) == ["A;B"]

    @pytest.mark.parametrize("number", ["1234", "1 234", "1\u00a0234", "1\u202f234"])
    def test_whole_numbers_may_have_swedish_blanks(self, number: str) -> None:
        assert parse(f"namn;antal\nA;{number}\n")[0][0].n_tries == 1234

    @pytest.mark.parametrize("number", ["1.234", "1,234", "12x", "-1", "1e3"])
    def test_what_could_be_read_in_two_ways_is_refused(self, number: str) -> None:
        things, result = parse(f"namn;antal\nA;{number}\n")
        assert not things
        assert result.row_errors[0].column == "antal"

    def test_headings_are_matched_whatever_their_case_and_blanks(self) -> None:
        assert names(parse("\u200b NAME ; Antal\nA;1\n")[0]) == ["A"]

    def test_unknown_columns_are_told_and_left(self) -> None:
        things, result = parse("namn;färg\nA;röd\n")
        assert names(things) == ["A"]
        assert "färg" in result.warnings[0]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("namn;name\nA;B\n", "två gånger"),
            ("antal\n1\n", "namn saknas"),
            ("namn;personnummer\nA;x\n", "personuppgifter"),
            ('namn;antal\n"A;1\nB;2\n', "citattecken"),
            ("", "tom"),
            ("namn;antal\n", "inga rader"),
        ],
    )
    def test_a_file_that_cannot_be_used_says_why(self, text: str, told: str) -> None:
        assert told in run(text)["file_errors"][0]

    def test_a_nought_character_is_refused_in_its_cell(self) -> None:
        _things, result = parse(b"namn;antal\nA\x00B;1\nC;2\n")
        assert [(e.row, e.column) for e in result.row_errors] == [(1, "namn")]
        assert "\x00" not in result.row_errors[0].text

    def test_a_repeated_key_names_the_earlier_row(self) -> None:
        _things, result = parse("namn\nA\nB\nA\n")
        assert [(e.row, "rad 1" in e.text) for e in result.row_errors] == [(3, True)]

    def test_a_formula_is_never_evaluated_but_refused(self) -> None:
        _things, result = parse("namn;antal\n=1+1;1\n")
        assert "formel" in result.row_errors[0].text

    def test_excels_way_to_keep_noughts_is_text(self) -> None:
        assert names(parse('namn;antal\n"=""0123""";1\n')[0]) == ["0123"]

    def test_more_cells_than_headings_are_refused(self) -> None:
        _things, result = parse("namn;antal\nA;1;2\nB;1;\n")
        assert [e.row for e in result.row_errors] == [1]

    def test_records_of_json_and_lines_are_tables(self) -> None:
        assert names(parse('[{"namn": "A"}, {"namn": "B", "antal": 2}]', "x.json")[0]) == ["A", "B"]
        assert names(parse('{"namn": "A"}\n\n{"namn": "B"}\n', "x.ndjson")[0]) == ["A", "B"]


def workbook(rows: list[list[Any]], *, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if hidden:
        book.create_sheet("Gömt").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestWorkbooks:
    def test_a_sheet_is_read_with_numbers_as_people_see_them(self) -> None:
        things, result = parse(workbook([["Namn", "Antal"], ["Bänk", 2.0], [1488, None]]), "x.xlsx")
        assert [(t.bucket, t.n_tries) for t in things] == [("Bänk", 2), ("1488", 0)]
        assert result.warnings == []

    def test_other_sheets_are_told(self) -> None:
        _things, result = parse(workbook([["namn"], ["A"]], hidden=True), "x.xlsx")
        assert "1 dolda" in result.warnings[0]

    def test_a_formula_is_refused_in_its_cell(self) -> None:
        _things, result = parse(workbook([["namn", "antal"], ["A", "=1+1"]]), "x.xlsx")
        assert [(e.row, e.column) for e in result.row_errors] == [(1, "antal")]

    def test_what_is_no_workbook_is_refused(self) -> None:
        assert "XLSX" in run(b"PK not really", name="x.xlsx")["file_errors"][0]

    @pytest.mark.parametrize("harm", [b'<!DOCTYPE a [<!ENTITY b "c">]>', b"\xff\xfe<\x00?\x00"])
    def test_xml_with_definitions_of_its_own_is_refused(self, harm: bytes) -> None:
        source, out = io.BytesIO(workbook([["namn"], ["A"]])), io.BytesIO()
        with zipfile.ZipFile(source) as given, zipfile.ZipFile(out, "w") as made:
            for member in given.infolist():
                content = given.read(member)
                made.writestr(member, harm + content if "sheet1" in member.filename else content)
        assert "XML" in run(out.getvalue(), name="x.xlsx")["file_errors"][0]


class TestLimits:
    def test_columns(self) -> None:
        heads = ";".join(["namn", *(f"k{n}" for n in range(limits.MAX_COLUMNS))])
        assert "200 kolumner" in run(f"{heads}\nA\n")["file_errors"][0]

    def test_rows(self) -> None:
        text = "namn\n" + "\n".join(str(n) for n in range(limits.MAX_ROWS + 1))
        assert "100000 rader" in run(text)["file_errors"][0]

    def test_bytes_when_unpacked(self) -> None:
        packed = gzip.compress(b"namn\n" + b"A" * limits.MAX_BYTES)
        assert len(packed) < 100_000
        assert "packats upp" in run(packed, name="x.csv.gz")["file_errors"][0]

    def test_a_broken_archive(self) -> None:
        assert "packas upp" in run(b"not packed", name="x.csv.gz")["file_errors"][0]

    @pytest.mark.parametrize("depth", [60, 100_000])
    def test_depth(self, depth: int) -> None:
        assert "50 nivåer" in run("[" * depth + "]" * depth, name="x.json")["file_errors"][0]

    def test_brackets_in_texts_are_no_depth(self) -> None:
        assert names(parse(json.dumps([{"namn": "[" * 19 + '"'}]), "x.json")[0]) == ["[" * 19 + '"']

    @pytest.mark.parametrize(
        "text", ['[{"namn": NaN}]', '[{"namn": "A"', '{"namn": "A"}', '[{"namn": ["A"]}]']
    )
    def test_json_that_is_no_table_is_told(self, text: str) -> None:
        assert len(run(text, name="x.json")["file_errors"]) == 1

    def test_the_report_is_cut_and_says_so(self) -> None:
        result = run("namn;antal\n" + "\n".join(f"{n};x" for n in range(limits.MAX_REPORTED + 5)))
        assert len(result["row_errors"]) == limits.MAX_REPORTED
        assert result["warnings"] == ["Ytterligare 5 rader har fel."]
