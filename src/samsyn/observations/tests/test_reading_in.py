"""Observations from files: what the contract says, row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samsyn.core import exporting
from samsyn.core.importing import run_import
from samsyn.core.models import AuditEntry
from samsyn.observations import services
from samsyn.observations.enums import CATEGORIES, SourceClass
from samsyn.observations.models import Observation, ObservationCategory, ObservationVersion
from samsyn.observations.places import Where
from samsyn.observations.services import Seen
from samsyn.observations.tests.conftest import area, town_of
from samsyn.organisations.models import Municipality
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Building

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = "id;tid;kategori;text;lat;lon;kalla;sakerhet\n"
ROW = "1;2026-11-20T21:15:00+01:00;belysning;Lampan är trasig;58,25;12,22;;\n"


def run(data: str | bytes, name: str = "observationer.csv", **how: Any) -> dict[str, Any]:
    content = data.encode() if isinstance(data, str) else data
    return run_import("observations", content, name=name, now=how.pop("now", NOW), **how).as_dict()


def only() -> Observation:
    return Observation.objects.get()


class TestWhatARowBecomes:
    def test_time_category_and_text(self, town: Municipality) -> None:
        result = run(HEAD + ROW)
        assert (result["accepted"], result["created"], result["warnings"]) == (True, 1, [])
        seen = only()
        assert seen.happened_at == datetime(2026, 11, 20, 20, 15, tzinfo=UTC)
        assert (seen.category.code, seen.what) == ("belysning", "Lampan är trasig")
        assert (seen.source_class, seen.source_id) == (SourceClass.IMPORT, "1")
        assert len(seen.public_id) == 22

    def test_point_becomes_metres_and_areas_at_write(self, town: Municipality) -> None:
        run(HEAD + ROW)
        seen = only()
        assert (seen.lat, seen.lon) == (58.25, 12.22)
        assert seen.easting_m == pytest.approx(336_900, abs=300)
        assert seen.northing_m == pytest.approx(6_460_300, abs=1_000)
        assert (seen.regso_code, seen.deso_code) == ("1488R001", "1488A0010")

    @pytest.mark.parametrize(
        ("lat", "lon", "said"),
        [
            ("12,22", "58,25", "bytt plats"),
            ("336900", "6460300", "bytt plats"),
            ("54,9", "12,2", "utanför Sverige"),
            ("69,3", "12,2", "utanför Sverige"),
            ("58,2", "10,4", "utanför Sverige"),
            ("58,2", "24,4", "utanför Sverige"),
            ("0", "0", "utanför Sverige"),
            ("58,2", "", "saknar den ena"),
            ("", "12,2", "saknar den ena"),
            ("här", "12,2", "ingen koordinat"),
            ("58.2.1", "12,2", "ingen koordinat"),
        ],
    )
    def test_a_point_that_could_be_wrong_is_refused_with_the_cause(
        self, town: Municipality, lat: str, lon: str, said: str
    ) -> None:
        result = run(HEAD + f"1;2026-11-20T21:15:00Z;belysning;x;{lat};{lon};;\n")
        assert not result["accepted"]
        assert said in result["row_errors"][0]["text"]
        assert result["row_errors"][0]["column"] in {"lat", "lon"}

    @pytest.mark.parametrize(("lat", "lon"), [("55,0", "12,2"), ("69,2", "20,0"), ("58,2", "10,5"), ("65,8", "24,3")])
    def test_the_bounds_themselves_are_within(self, town: Municipality, lat: str, lon: str) -> None:
        assert run(HEAD + f"1;2026-11-20T21:15:00Z;belysning;x;{lat};{lon};;\n")["created"] == 1

    def test_sweref_is_converted_and_told(self, town: Municipality) -> None:
        result = run(HEAD + "1;2026-11-20T21:15:00Z;belysning;x;6460300;336900;;\n")
        assert any("SWEREF 99 TM" in warning for warning in result["warnings"])
        assert only().lat == pytest.approx(58.25, abs=0.02)
        assert only().easting_m == pytest.approx(336_900, abs=1)

    @pytest.mark.parametrize(
        ("time", "said"),
        [
            ("2026-11-20 21:15", "saknar tidszon"),
            ("2026-11-20", "saknar tidszon"),
            ("20/11/2026 21:15", "ingen tidpunkt"),
            ("2026-02-30T10:00:00Z", "finns inte"),
            ("2027-01-01T10:00:00Z", "inte här än"),
            ("1889-01-01T10:00:00Z", "före 1990"),
            ("i går", "ingen tidpunkt"),
            ("", "Cellen är tom"),
        ],
    )
    def test_a_time_needs_its_offset_and_to_have_been(self, town: Municipality, time: str, said: str) -> None:
        result = run(HEAD + f"1;{time};belysning;x;;;;\n")
        assert said in result["row_errors"][0]["text"]

    def test_an_unknown_category_is_told_and_kept_as_other_with_its_own_word(self, town: Municipality) -> None:
        result = run(HEAD + "1;2026-11-20T21:15:00Z;Trasig brunn;x;;;;\n")
        assert "Trasig brunn" in result["warnings"][0]
        assert (only().category.code, only().own_category) == ("ovrigt", "Trasig brunn")

    def test_a_category_may_be_named_or_coded_in_any_case(self, town: Municipality) -> None:
        run(HEAD + "1;2026-11-20T21:15:00Z;KLOTTER;x;;;;\n2;2026-11-20T21:15:00Z;växtlighet som skymmer;x;;;;\n")
        assert set(Observation.objects.values_list("category__code", flat=True)) == {"klotter", "vaxtlighet"}

    def test_a_towns_own_category_is_known(self, town: Municipality) -> None:
        services.ensure_categories(town)
        ObservationCategory.objects.create(municipality=town, code="brunnar", name="Brunnar")
        assert run(HEAD + "1;2026-11-20T21:15:00Z;brunnar;x;;;;\n")["warnings"] == []

    @pytest.mark.parametrize(("column", "value"), [("kalla", "grannen"), ("sakerhet", "kanske")])
    def test_an_unknown_choice_is_refused_with_the_choices(self, town: Municipality, column: str, value: str) -> None:
        cells = {"kalla": "", "sakerhet": "", column: value}
        result = run(HEAD + f"1;2026-11-20T21:15:00Z;belysning;x;;;{cells['kalla']};{cells['sakerhet']}\n")
        assert result["row_errors"][0]["column"] == column
        assert "Välj bland" in result["row_errors"][0]["text"]

    def test_source_class_and_certainty_by_swedish_word(self, town: Municipality) -> None:
        run(HEAD + "1;2026-11-20T21:15:00Z;belysning;x;;;Trygghetsvärd;säker\n")
        assert (only().source_class, only().certainty) == ("HOST", "SURE")

    @pytest.mark.parametrize(
        "text",
        [
            "Ring 070-174 06 05",
            "Skriv till kalle@example.org",
            "Han heter 19811218-9876",
            "Bilen ABC 123 stod där",
            "bilen abc12d",
        ],
    )
    def test_signs_of_a_person_are_a_fault_of_the_row(self, town: Municipality, text: str) -> None:
        result = run(HEAD + f"1;2026-11-20T21:15:00Z;belysning;{text};;;;\n")
        assert not result["accepted"]
        assert "Ta bort det" in result["row_errors"][0]["text"]
        assert text not in json.dumps(result, ensure_ascii=False)

    def test_a_point_on_a_border_lies_in_one_area_always_the_same(self, town: Municipality) -> None:
        run(HEAD + "1;2026-11-20T21:15:00Z;belysning;x;58,25;12,3;;\n")
        assert only().regso_code == "1488R001"

    def test_a_point_outside_the_town_is_told_and_lies_in_no_area(self, town: Municipality) -> None:
        result = run(HEAD + "1;2026-11-20T21:15:00Z;belysning;x;59,3;18,0;;\n")
        assert "utanför kommunens områden" in result["warnings"][0]
        assert (only().regso_code, only().deso_code) == ("", "")

    def test_a_named_building_gives_its_point(self, town: Municipality) -> None:
        Building.objects.create(
            municipality=town, building_id="F-1", id_key="f-1", name="Kulturhuset",
            lat=58.25, lon=12.27, easting_m=1.0, northing_m=1.0,
        )  # fmt: skip
        run("id;tid;kategori;plats\n1;2026-11-20T21:15:00Z;belysning;kulturhuset\n")
        assert (only().deso_code, only().lon) == ("1488A0020", 12.27)

    def test_a_place_without_a_boundary_lies_in_the_smallest_area_that_surely_contains_it(
        self, town: Municipality
    ) -> None:
        area("1488-torget", AreaLevel.OTHER, (12.21, 58.21, 12.22, 58.22))
        area("1488-stråket", AreaLevel.OTHER, (12.21, 58.21, 12.28, 58.22))
        area("1488-leden", AreaLevel.OTHER, (12.21, 58.21, 12.38, 58.22))
        run(
            "id;tid;omrade\n1;2026-11-20T21:15:00Z;1488-torget\n2;2026-11-20T21:15:00Z;1488-stråket\n"
            "3;2026-11-20T21:15:00Z;1488-leden\n4;2026-11-20T21:15:00Z;1488A0020\n5;2026-11-20T21:15:00Z;\n"
        )
        found = Observation.objects.order_by("source_id").values_list("regso_code", "deso_code")
        assert list(found) == [
            ("1488R001", "1488A0010"), ("1488R001", ""), ("", ""), ("1488R001", "1488A0020"), ("", ""),
        ]  # fmt: skip

    def test_an_area_of_another_town_is_refused(self, town: Municipality) -> None:
        area("1480R001", AreaLevel.REGSO, (11.9, 57.6, 12.0, 57.7))
        assert "finns inte" in run("id;tid;omrade\n1;2026-11-20T21:15:00Z;1480R001\n")["row_errors"][0]["text"]

    def test_points_of_geojson(self, town: Municipality) -> None:
        feature = {
            "type": "Feature",
            "properties": {"id": "7", "tid": "2026-11-20T21:15:00Z", "kategori": "klotter", "text": "På muren"},
            "geometry": {"type": "Point", "coordinates": [12.22, 58.25]},
        }
        result = run(json.dumps({"type": "FeatureCollection", "features": [feature]}), "x.geojson")
        assert (result["created"], only().lon, only().regso_code) == (1, 12.22, "1488R001")


class TestRunningAgain:
    def test_the_second_run_adds_nothing(self, town: Municipality) -> None:
        run(HEAD + ROW)
        result = run(HEAD + ROW)
        assert (result["created"], result["updated"], result["unchanged"], result["stored"]) == (0, 0, 1, 1)
        assert not ObservationVersion.objects.exists()

    def test_a_changed_row_keeps_what_it_said_before(self, town: Municipality) -> None:
        run(HEAD + ROW)
        public_id = only().public_id
        result = run(HEAD + ROW.replace("trasig", "lagad"))
        assert result["updated"] == 1
        earlier = ObservationVersion.objects.get()
        assert (earlier.version, earlier.what, earlier.reason) == (
            1, "Lampan är trasig", "Ändrat när en fil lästes in.",
        )  # fmt: skip
        assert (only().version, only().what, only().public_id) == (2, "Lampan är lagad", public_id)
        assert only().search_text.startswith("lampan är lagad")

    def test_what_somebody_has_corrected_is_left_alone_and_told(self, town: Municipality, alice: Any) -> None:
        run(HEAD + ROW)
        services.correct(
            observation=only(),
            version=1,
            seen=Seen("Två lampor är trasiga", datetime(2026, 11, 20, 20, 15, tzinfo=UTC), "belysning"),
            reason="Räknade om",
            by=alice,
            now=NOW,
        )
        result = run(HEAD + ROW)
        assert (result["updated"], result["unchanged"]) == (0, 1)
        assert "rättad av någon" in result["warnings"][-1]
        assert only().what == "Två lampor är trasiga"

    def test_one_id_from_two_sources_is_two_observations(self, town: Municipality) -> None:
        assert run(HEAD + ROW + ROW.replace(";;\n", ";host;\n"))["created"] == 2

    def test_one_id_in_two_towns_is_two_observations(self, town: Municipality) -> None:
        town_of("1480", "Göteborg")
        run(HEAD + ROW, municipality="1488")
        assert run(HEAD + ROW, municipality="1480")["created"] == 1
        assert Observation.objects.count() == 2

    def test_with_several_towns_one_must_be_chosen(self, town: Municipality) -> None:
        town_of("1480", "Göteborg")
        assert "Välj vilken kommun" in run(HEAD + ROW)["file_errors"][0]
        assert "finns inte" in run(HEAD + ROW, municipality="0180")["file_errors"][0]

    def test_a_dry_run_leaves_no_category_either(self, town: Municipality) -> None:
        assert run(HEAD + ROW, dry_run=True)["created"] == 1
        assert not Observation.objects.exists()
        assert not ObservationCategory.objects.exists()
        assert not AuditEntry.objects.exists()


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"], exclude_characters="\u2028\u2029"),
    max_size=60,
).filter(lambda said: not any(sign.isdigit() or sign == "@" or 0x202A <= ord(sign) <= 0x2069 for sign in said))


@pytest.mark.parametrize("file_format", ["csv", "json", "xlsx", "geojson"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_exported_and_read_in_again_changes_nothing(
    town: Municipality, alice: Any, file_format: str, data: st.DataObject
) -> None:
    for _n in range(data.draw(st.integers(1, 3))):
        what = data.draw(words)
        point = data.draw(st.sampled_from([(None, None), (58.2512345, 12.3), (55.0, 10.5), (69.2, 24.3)]))
        seen = Seen(
            what=what.strip() or "Något",
            happened_at=data.draw(
                st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 22), timezones=st.just(UTC))  # noqa: DTZ001
            ),
            category=data.draw(st.sampled_from([code for code, _name in CATEGORIES])),
            own_category=data.draw(words).strip(),
            where=Where(*point, "", data.draw(words)),
        )
        services.record(municipality=town, source_class=SourceClass.STAFF, seen=seen, by=alice, now=NOW)
    before = list(Observation.objects.order_by("pk").values())
    content = exporting.run_export("observations", file_format, municipality="1488")
    result = run(content, f"ut.{file_format}", municipality="1488")
    assert (result["row_errors"], result["file_errors"]) == ([], [])
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, len(before))
    assert list(Observation.objects.order_by("pk").values()) == before
