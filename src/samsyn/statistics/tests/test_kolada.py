"""Key figures from Kolada's API v3, real answers cut short."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from samsyn.core import exporting
from samsyn.core.importing import run_import
from samsyn.organisations.enums import OrganisationKind, Role
from samsyn.organisations.models import Membership, Municipality, Organisation
from samsyn.statistics.enums import ValueStatus
from samsyn.statistics.models import KpiDefinition, StatisticSeries, StatisticValue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def run(content: Any, name: str = "kolada.json", **how: Any) -> dict[str, Any]:
    data = content if isinstance(content, bytes | Path) else json.dumps(content).encode()
    return run_import("kolada", data, name="" if isinstance(data, Path) else name, now=NOW, **how).as_dict()


def record(*cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kpi": "N07402", "municipality": "1488", "period": 2024, "values": list(cells), **more}


def cell(value: Any, gender: str = "T", **more: Any) -> dict[str, Any]:
    return {"gender": gender, "value": value, "count": 1, "status": "", "isdeleted": False, **more}


def test_real_values_are_read_in_and_a_second_run_adds_nothing() -> None:
    first = run(DATA / "kolada-values.json")
    assert (first["accepted"], first["rows"], first["created"]) == (True, 24, 24)
    again = run(DATA / "kolada-values.json")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 24)
    assert StatisticSeries.objects.filter(key__startswith="kolada-N00945-").count() == 2


def test_real_descriptions_give_the_series_their_words_whichever_came_first() -> None:
    kpi = json.loads((DATA / "kolada-kpis.json").read_text(encoding="utf-8"))["values"][0]
    run({"values": [record(cell(41.5), kpi=kpi["id"])]})
    assert StatisticSeries.objects.get().title == kpi["id"]
    assert run(DATA / "kolada-kpis.json")["created"] == 6
    assert StatisticSeries.objects.get().title == kpi["title"]
    run({"values": [record(cell(41.5, "K"), kpi=kpi["id"], period=2025)]})
    assert StatisticSeries.objects.get(key__endswith="-K").title == f"{kpi['title']}, kvinnor"
    assert KpiDefinition.objects.count() == 6


@pytest.mark.parametrize("nothing", [None, "..", "", "-"])
def test_no_value_is_missing_and_never_zero(nothing: str | None) -> None:
    run({"values": [record(cell(nothing))]})
    value = StatisticValue.objects.get()
    assert (value.value, value.status) == (None, ValueStatus.MISSING)


def test_zero_is_zero() -> None:
    run({"values": [record(cell(0))]})
    assert StatisticValue.objects.get().value == Decimal(0)


def test_a_hidden_value_says_so_and_a_deleted_one_is_gone() -> None:
    run({"values": [record(cell(None, status="Private")), record(cell(7, isdeleted=True), period=2023)]})
    assert dict(StatisticValue.objects.values_list("period", "status")) == {"2024": "SUPPRESSED", "2023": "MISSING"}


def test_rounding_is_told() -> None:
    result = run({"values": [record(cell(31.32959689))]})
    assert "avrundades" in result["warnings"][0]
    assert StatisticValue.objects.get().value == Decimal("31.330")


def test_the_whole_country_has_scbs_code() -> None:
    run({"values": [record(cell(1), municipality="0000")]})
    assert StatisticSeries.objects.get().area_code == "00"


def test_part_of_an_answer_is_told() -> None:
    assert "nästa del" in run({"values": [record(cell(1))], "next_url": "https://api.kolada.se/v3/x"})["warnings"][0]


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        (record(cell(1), kpi="X1"), "kpi"),
        (record(cell(1), municipality="148"), "municipality"),
        (record(cell(1), period="i fjol"), "period"),
        (record(cell(1), period=True), "period"),
        (record(cell("mycket")), "value"),
        (record(cell(True)), "value"),
        (record(cell(1e300)), "value"),
        (record(cell(1, "X")), "gender"),
        (record(cell(1), cell(2)), "gender"),
        (record(values=None), "values"),
        ({"id": "N07402"}, "title"),
        ("inget", ""),
    ],
)
def test_a_faulty_record_names_its_field(wrong: Any, column: str) -> None:
    result = run({"values": [wrong]})
    assert [error["column"] for error in result["row_errors"]] == [column]


@pytest.mark.parametrize("wrong", [[], {}, {"values": 1}, [1], "x", {"kpi": "N07402", "values": []}])
def test_what_is_no_answer_is_refused(wrong: Any) -> None:
    assert len(run(wrong)["file_errors"]) == 1


def test_one_figure_twice_is_told_with_its_row() -> None:
    assert "rad 1" in run({"values": [record(cell(1)), record(cell(2))]})["row_errors"][0]["text"]


def test_an_export_changes_nothing() -> None:
    run(DATA / "kolada-kpis.json")
    run({"values": [record(cell(1.25), cell(None, "K"), cell(None, "M", status="Private"))]})
    content = exporting.run_export("kolada", "json")
    result = run(content)
    assert (result["file_errors"], result["row_errors"], result["created"], result["updated"]) == ([], [], 0, 0)
    assert result["unchanged"] == 6 + 3


def test_somebodys_file_leaves_another_towns_numbers_alone() -> None:
    from samsyn.accounts.models import User

    town = Municipality.objects.create(code="1488", name="T", slug="t", official_name="T")
    Municipality.objects.create(code="1480", name="G", slug="g", official_name="G")
    user = User.objects.create_user("a@example.org", "x" * 12, name="a")
    organisation = Organisation.objects.create(municipality=town, key="k", kind=OrganisationKind.MUNICIPALITY, name="T")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ANALYST)
    rows = [record(cell(1)), record(cell(1), municipality="1480"), record(cell(1), municipality="0180")]
    result = run({"values": rows}, municipality="1488", by=user)
    assert [error["row"] for error in result["row_errors"]] == [2]
    assert run({"values": rows}, municipality="1488")["accepted"], "from the command line shared numbers are for all"
