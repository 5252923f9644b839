"""Buildings from files, told from one another by an id however it is typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samsyn.core import exporting
from samsyn.core.importing import run_import
from samsyn.organisations.models import Municipality
from samsyn.places.importers.buildings import id_key
from samsyn.places.models import Building

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = "id;namn;adress;lat;lon\n"


@pytest.fixture
def town(db: None) -> Municipality:
    return Municipality.objects.create(code="1488", name="Trollhättan", slug="t", official_name="Trollhättans Stad")


def run(data: str | bytes, name: str = "byggnader.csv", **how: Any) -> dict[str, Any]:
    content = data.encode() if isinstance(data, str) else data
    return run_import("buildings", content, name=name, now=NOW, **how).as_dict()


def test_a_building_is_stored_with_its_point_in_metres(town: Municipality) -> None:
    result = run(HEAD + "F-1;Åkeröskolan;Storgatan 1;58,2836;12,2858\n")
    assert (result["created"], result["warnings"]) == (1, [])
    building = Building.objects.get()
    assert (building.name, building.address, building.lat) == ("Åkeröskolan", "Storgatan 1", 58.2836)
    assert building.easting_m is not None


@pytest.mark.parametrize("again", ["f-1", " F - 1 ", "F\u200b-1", "\uff26-1", "F-\u00ad1", "f\u00a0-1", "F-1\ufeff"])
def test_case_blanks_and_what_is_not_seen_make_no_other_id(town: Municipality, again: str) -> None:
    result = run(HEAD + f"F-1;A;;;\n{again};B;;;\n")
    assert [error["row"] for error in result["row_errors"]] == [2]
    assert "rad 1" in result["row_errors"][0]["text"]
    run(HEAD + "F-1;A;;;\n")
    assert run(HEAD + f"{again};B;;;\n")["updated"] == 1
    assert Building.objects.get().name == "B"


@pytest.mark.parametrize("other", ["F-2", "F1", "F-1a", "Å-1", "F_1"])
def test_other_ids_are_others(town: Municipality, other: str) -> None:
    assert run(HEAD + f"F-1;A;;;\n{other};B;;;\n")["created"] == 2


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (";Namn;;;", "id"),
        ("\u200b;Namn;;;", "id"),
        ("1;;;;", "namn"),
        (f"1;{'n' * 201};;;", "namn"),
        (f"1;n;{'a' * 301};;", "adress"),
        ("1;n;;58,2;", "lon"),
        ("1;n;;12,2;58,2", "lat"),
        ("1;n;;54,99;12", "lat"),
    ],
)
def test_a_faulty_row_names_its_column(town: Municipality, row: str, column: str) -> None:
    result = run(HEAD + row + "\n")
    assert [error["column"] for error in result["row_errors"]] == [column]


def test_longest_name_and_address_are_kept_whole(town: Municipality) -> None:
    run(HEAD + f"1;{'å' * 200};{'ö' * 300};;\n")
    building = Building.objects.get()
    assert (len(building.name), len(building.address)) == (200, 300)


def test_one_id_in_two_towns_is_two_buildings(town: Municipality) -> None:
    Municipality.objects.create(code="1480", name="Göteborg", slug="g", official_name="Göteborg")
    run(HEAD + "1;A;;;\n", municipality="1488")
    assert run(HEAD + "1;A;;;\n", municipality="1480")["created"] == 1


names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30)


@pytest.mark.parametrize("file_format", ["csv", "json", "xlsx", "geojson"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(names.filter(lambda n: bool(id_key(n))), names, min_size=1, max_size=3))
def test_what_is_exported_and_read_in_again_changes_nothing(
    town: Municipality, file_format: str, rows: dict[str, str]
) -> None:
    Building.objects.all().delete()
    import json

    records = {id_key(key): {"id": key, "namn": name, "lat": "58.25", "lon": "12.3"} for key, name in rows.items()}
    first = run(json.dumps(list(records.values())), "x.json")
    assert first["created"] == len(records), first
    before = list(Building.objects.order_by("pk").values())
    result = run(exporting.run_export("buildings", file_format), f"ut.{file_format}")
    assert (result["row_errors"], result["file_errors"], result["unchanged"]) == ([], [], len(records))
    assert list(Building.objects.order_by("pk").values()) == before
