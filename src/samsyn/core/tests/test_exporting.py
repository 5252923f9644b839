import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core import exporting
from samsyn.core.exporting import Document, Table, harmless, unharmed
from samsyn.core.importing.reading import open_source, read_table
from samsyn.core.importing.result import ImportResult

# Text as it is stored: no control characters, which XLSX could not hold either.
stored_text = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"])).map(str.strip)


def read_back(name: str, data: bytes) -> list[list[str]]:
    table = read_table(open_source(name, data), ImportResult(), {"a": "a", "b": "b"})
    return [list(table.headings), *(list(row) for row in table.rows)]


@pytest.mark.parametrize("text", ["=1+1", "+46", "-5", "@SUM(A1)", "\tx", "\rx", "\uff1d1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["Vid ån", "5-7", "'n Roll", "", "a=b"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_what_was_made_harmless_is_read_back_as_it_was(text: str) -> None:
    assert unharmed(harmless(text)) == text


def test_csv_opens_in_swedish_excel_and_negative_numbers_stay_numbers() -> None:
    data = exporting.write_csv(
        Table(["a", "b"], [[-5, Decimal("2.50")], ["-5", date(2026, 11, 22)], [None, "å;ä"]])
    )
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["a", "b"], ["-5", "2,50"], ["'-5", "2026-11-22"], ["", "å;ä"]]


def test_xlsx_holds_numbers_as_numbers_and_never_a_formula() -> None:
    data = exporting.write_xlsx(Table(["a", "b"], [[-5, "=1+1"], [Decimal("2.5"), "#N/A"]]))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    cells = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells == [[(-5, "n"), ("'=1+1", "s")], [(2.5, "n"), ("#N/A", "s")]]


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "json"])
@given(rows=st.lists(st.tuples(stored_text, stored_text), min_size=1, max_size=4))
def test_an_export_is_read_back_unchanged(file_format: str, rows: list[tuple[str, str]]) -> None:
    table = Table(["a", "b"], rows)
    writers = {"csv": exporting.write_csv, "xlsx": exporting.write_xlsx, "json": exporting.write_json}
    read = read_back(f"x.{file_format}", writers[file_format](table))
    # A sheet's last cells may be missing where they are empty.
    padded = [tuple([*row, "", ""][:2]) for row in read[1:]]
    assert [row for row in padded if any(row)] == [row for row in rows if any(row)]


def test_a_document_cannot_be_written_as_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exporting._EXPORTS, "thing", lambda municipality: Document({"a": 1}))
    assert exporting.run_export("thing") == b'{\n "a": 1\n}\n'
    with pytest.raises(exporting.NotExportable, match="json"):
        exporting.run_export("thing", "csv")


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(exporting.NotExportable, match="Välj bland"):
        exporting.run_export("nothing")
