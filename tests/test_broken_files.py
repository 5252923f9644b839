"""A hundred broken files, and honest Swedish ones: no trace, and every refusal a sentence that says what to do."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from samsyn.core.importing import kinds, run_import
from samsyn.organisations.models import Municipality
from samsyn.places.models import Building

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = "id;namn;adress;lat;lon\n"


@pytest.fixture(autouse=True)
def town(db: None) -> Municipality:
    return Municipality.objects.create(code="1488", name="Trollhättan", slug="t", official_name="Trollhättans Stad")


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def without(member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["id", "namn"], ["1", "A"]))) as given, zipfile.ZipFile(out, "w") as made:
        for each in given.infolist():
            if each.filename != member:
                made.writestr(each, given.read(each))
    return out.getvalue()


def point(kind: str, coordinates: list[Any]) -> str:
    feature = {"properties": {"id": "1", "namn": "A"}, "geometry": {"type": kind, "coordinates": coordinates}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def broken() -> dict[str, tuple[str, bytes]]:
    """Return `{what is wrong: (file name, content)}`."""
    found: dict[str, tuple[str, bytes]] = {}
    book = workbook(["id", "namn"], ["1", "A"])
    for n, content in enumerate([b"", b" ", b"\n\n", b"\x00", b"\x00" * 500, b"\xef\xbb\xbf", b"\xff\xfe", b"\t;\t"]):
        for name in ("x.csv", "x.xlsx", "x.json"):
            found[f"nothing {n} {name}"] = (name, content)
    for start in (
        b"%PDF-1.7",
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"SQLite format 3\x00",
        b"PAR1",
        b"Rar!\x1a",
        b"7z\xbc\xaf",
        b"\x7fELF",
        b"MZ\x90\x00",
    ):
        for name in ("x.csv", "x.xlsx"):
            found[f"begins as {start[:4]!r} {name}"] = (name, start + bytes(range(256)))
    for part in range(1, 10):
        found[f"workbook cut at {part}"] = ("x.xlsx", book[: len(book) * part // 10])
    for member in ("xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"):
        found[f"workbook without {member}"] = ("x.xlsx", without(member))
    found["another archive"] = ("x.xlsx", archive(readme=b"hej"))
    found["a zip called csv"] = ("x.csv", archive(readme=b"hej"))
    found["a packed bomb"] = ("x.csv.gz", gzip.compress(b"id;namn\n" + b"A" * 20_100_000))
    found["a zip bomb"] = ("x.xlsx", archive(**{"xl/workbook.xml": b" " * 20_100_000}))
    found["too large"] = ("x.csv", b"id;namn\n" + b"A" * 20_000_000)
    found["not packed"] = ("x.csv.gz", b"id;namn\n1;A\n")
    found["packed and cut"] = ("x.csv.gz", gzip.compress(HEAD.encode() * 100)[:-20])
    found["packed twice"] = ("x.csv.gz", gzip.compress(gzip.compress(HEAD.encode())))
    texts = {
        "no headings": "1;A\n",
        "only headings": HEAD,
        "a heading twice": "id;namn;namn\n1;A;B\n",
        "a heading in two languages": "id;namn;name\n1;A;B\n",
        "a missing column": "id;adress\n1;A\n",
        "an open quotation": 'id;namn\n1;"A\n2;B\n',
        "text after a quotation": 'id;namn\n1;"A"B\n',
        "too many cells": "id;namn\n1;A;B;C\n",
        "a formula": "id;namn\n=1+1;A\n",
        "a call": "id;namn\n=cmd|' /C calc'!A0;A\n",
        "a nought": "id;namn\n1;A\x00B\n",
        "a bell": "id;namn\n1;A\x07B\n",
        "an override": "id;namn\n1;A\u202eB\n",
        "one id twice": "id;namn\n1;A\n1;B\n",
        "a name that is too long": f"id;namn\n1;{'x' * 201}\n",
        "an id that is too long": f"id;namn\n{'x' * 121};A\n",
        "many columns": ";".join(["id", "namn", *(f"k{n}" for n in range(200))]) + "\n1;A\n",
        "personal numbers": "id;namn;personnummer\n1;A;x\n",
        "e-mail": "id;namn;e-post\n1;A;x\n",
        "persons in a column that is not read": "id;namn;anm\n1;A;19811218-9876\n",
        "an address in a column that is not read": "id;namn;anm\n1;A;anna@example.org\n",
        "half a point": "id;namn;lat\n1;A;58,2\n",
        "another world": "id;namn;lat;lon\n1;A;0;0\n",
        "swapped axes": "id;namn;lat;lon\n1;A;12,2;58,2\n",
        "no numbers": "id;namn;lat;lon\n1;A;N58;E12\n",
        "infinity": "id;namn;lat;lon\n1;A;inf;nan\n",
        "other digits": "id;namn;lat;lon\n1;A;٥٨;١٢\n",
        "a web page": "<!doctype html><table><tr><td>id</td></tr></table>",
        "xml": "<?xml version='1.0'?><rows/>",
        "xml with an entity": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    }
    found.update({name: ("x.csv", text.encode()) for name, text in texts.items()})
    found["more rows than may be"] = ("x.csv", b"id;namn\n" + b"".join(b"%d;A\n" % n for n in range(100_001)))
    documents = {
        "open list": "[",
        "open text": '[{"id": "1',
        "a comma too many": '[{"id": "1", "namn": "A",}]',
        "single quotation marks": "[{'id': '1'}]",
        "not a number": '[{"id": "1", "namn": NaN}]',
        "infinite": '[{"id": "1", "namn": 1e999}]',
        "a key twice": '[{"id": "1", "id": "2", "namn": "A"}]',
        "deep": "[" * 60 + "]" * 60,
        "very deep": "[" * 100_000,
        "a record": '{"id": "1", "namn": "A"}',
        "a list of numbers": "[1, 2, 3]",
        "lists in lists": "[[1], [2]]",
        "a record in a record": '[{"id": "1", "namn": {"a": 1}}]',
        "a text": '["hej"]',
        "empty list": "[]",
        "geojson without features": '{"type": "FeatureCollection"}',
        "geojson with a line": point("LineString", [[1, 2]]),
        "geojson with half a point": point("Point", [1]),
        "a broken line": '{"id": "1", "namn": "A"}\n{"id": "2"\n',
        "half a character": '[{"id": "1", "namn": "\\ud800"}]',
        "a large whole number": '[{"id": ' + "9" * 5000 + "}]",
    }
    found.update({f"json, {name}": ("x.json", text.encode()) for name, text in documents.items()})
    found["bytes in no encoding"] = ("x.csv", "id;namn\n1;A\n".encode("utf-16")[:-1])
    found["json in no encoding"] = ("x.json", b'\xff\xfe[\x00{\x00"')
    found["an error of Excel's"] = ("x.xlsx", workbook(["id", "namn"], ["1", "#N/A"]))
    found["a formula in a workbook"] = ("x.xlsx", workbook(["id", "namn"], ["1", "=SUM(A1:A9)"]))
    return found


CORPUS = broken()


def test_the_corpus_has_a_hundred_files() -> None:
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_a_broken_file_is_refused_in_sentences(name: str) -> None:
    file, content = CORPUS[name]
    result = run_import("buildings", content, name=file, now=NOW).as_dict()
    told = [*result["file_errors"], *(error["text"] for error in result["row_errors"])]
    assert not result["accepted"]
    assert told
    assert not Building.objects.exists()
    for sentence in told:
        assert sentence.endswith("."), sentence
        assert len(sentence) > 15
        assert "Traceback" not in sentence
        assert not any(ord(sign) < 32 for sign in sentence)


@pytest.mark.parametrize("kind", kinds())
def test_no_kind_breaks_on_any_of_them(kind: str) -> None:
    small = {name: each for name, each in CORPUS.items() if len(each[1]) < 200_000}
    for name, (file, content) in small.items():
        result = run_import(kind, content, name=file, now=NOW, dry_run=True).as_dict()
        assert result["accepted"] or result["file_errors"] or result["row_errors"], name


NAMES = (
    "Åke Öberg-Ströms väg 3",
    "O’Briens pub",
    "O'Brien",
    "山田食堂",
    "Ñandú",
    "Café Zoë",
    "Bôlé & Søn",
    "Ångström/Äpple",
    "Kv. Björken 12",
    "Garage <norra>",
    'Hus "A"',
    "50 % bostäder",
    "Nr 7, 2 tr.",
    "-",
    "Łódź",
    "Ærø",
    "مدرسة",
    "Школа",
    "Å",
    "É",
    "à la carte",
    "Rock 'n Roll",
    "A; B",
    "A, B",
    "A|B",
    "Tab\there",
    "Rad 1\nRad 2",
    "👍 Torget",
    "ﬁlm",
    "½ trappa",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_as_people_write_them_pass_unharmed(name: str, encoding: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        content = f"id;namn\r\n1;{quoted}\r\n".encode(encoding)
    except UnicodeEncodeError:
        content = f"id;namn\r\n1;{quoted}\r\n".encode()
    assert run_import("buildings", content, name="x.csv", now=NOW).as_dict()["file_errors"] == []
    assert Building.objects.get().name == name


class TestFilesAsSwedishExcelSavesThem:
    ROWS = "id;namn;adress;lat;lon\r\n1;Åkerö;Storgatan 1;58,2836;12,2858\r\n"

    @pytest.mark.parametrize(
        "content",
        [
            ROWS.encode("cp1252"),
            ROWS.encode("utf-8-sig"),
            ROWS.encode("utf-16"),
            ("sep=;\r\n" + ROWS).encode("cp1252"),
            ROWS.replace(";", "\t").encode("utf-16"),
            ROWS.replace("Storgatan 1", '"Storgatan 1\nSjuntorp"').encode("cp1252"),
            ROWS.replace("id;", "ID ;").replace("namn", "Namn").encode("cp1252"),
            (ROWS + ";;;;\r\n;;;;\r\n").encode("cp1252"),
            gzip.compress(ROWS.encode("cp1252")),
            ROWS.replace("\r\n", "\r").encode("cp1252"),
        ],
        ids=["1252", "bom", "utf-16", "sep", "tab", "break", "case", "empty rows", "gz", "mac"],
    )
    def test_text(self, content: bytes) -> None:
        result = run_import("buildings", content, name="x.csv", now=NOW).as_dict()
        assert (result["created"], result["row_errors"], result["file_errors"]) == (1, [], [])
        assert (Building.objects.get().name, Building.objects.get().lat) == ("Åkerö", 58.2836)

    def test_workbook_with_numbers_dates_and_empty_rows(self) -> None:
        content = workbook(
            ["Id", " Namn ", "Adress", "Lat", "Lon", "Inventerad"],
            [1488001, "Åkerö", None, 58.2836, 12.285821000000002, date(2026, 11, 22)],
            [None] * 6,
            [1488002.0, "Ö", "Väg 2", "58,25", "12,3", None],
        )
        result = run_import("buildings", content, name="Hus.XLSX", now=NOW).as_dict()
        assert (result["created"], result["row_errors"]) == (2, [])
        assert set(Building.objects.values_list("building_id", "lat")) == {("1488001", 58.2836), ("1488002", 58.25)}

    @pytest.mark.parametrize(
        ("file", "content"),
        [
            ("x.xlsx", ROWS.encode()),
            ("x.json", ROWS.encode()),
            ("x", ROWS.encode()),
            ("x.csv", json.dumps([{"id": "1", "namn": "A"}]).encode()),
            ("x.csv", workbook(["id", "namn"], ["1", "A"])),
            ("x.json", b'{"id": "1", "namn": "A"}\n{"id": "2", "namn": "B"}\n'),
            ("x.csv", gzip.compress(ROWS.encode())),
        ],
        ids=["csv as xlsx", "csv as json", "no name", "json as csv", "xlsx as csv", "lines as json", "gz as csv"],
    )
    def test_content_decides_whatever_the_name_says(self, file: str, content: bytes) -> None:
        result = run_import("buildings", content, name=file, now=NOW).as_dict()
        assert result["accepted"], result
