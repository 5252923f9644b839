import json
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

import samsyn
from samsyn.core.errors import NotFound
from samsyn.core.exporting import run_export
from samsyn.core.importing import ImportResult, importer_of, run_import
from samsyn.core.importing.base import Context
from samsyn.core.importing.reading import Source
from samsyn.places import maps, queries
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATA = Path(samsyn.__file__).parent / "demo" / "data"
SQUARE = [[12.30, 58.28], [12.32, 58.28], [12.32, 58.29], [12.30, 58.29], [12.30, 58.28]]


def feature(ring: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    properties = properties or {"id": "park", "namn": "Stadsparken"}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def run(data: bytes | Path, **how: Any) -> dict[str, Any]:
    return run_import("areas", data, name="x.geojson", now=NOW, **how).as_dict()


def parse(*features: Any, **options: str) -> tuple[list[Any], ImportResult]:
    result = ImportResult()
    source = Source("x.geojson", collection(*features), ".geojson")
    return importer_of("areas").parse(source, Context("", None, NOW, options), result), result


def points_of(path: str) -> list[tuple[float, float]]:
    """The corners of a path of one ring, from its relative steps."""
    numbers = [float(number) for number in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", path)]
    points = [(numbers[0], numbers[1])]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        points.append((round(points[-1][0] + dx, 1), round(points[-1][1] + dy, 1)))
    return points


def sweref(ring: list[list[float]]) -> list[list[float]]:
    convert = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)
    return [list(convert.transform(lon, lat)) for lon, lat in ring]


@pytest.fixture
def town(db: None) -> None:
    for name in ("kommun-1488-trollhattan", "regso-2025-trollhattan-simplified", "deso-2025-trollhattan"):
        assert run(DATA / f"{name}.geojson")["accepted"]


@pytest.mark.django_db
class TestScbsFiles:
    @pytest.mark.parametrize(
        ("name", "level", "n"),
        [
            ("kommun-1488-trollhattan", AreaLevel.MUNICIPALITY, 1),
            ("regso-2025-trollhattan", AreaLevel.REGSO, 16),
            ("deso-2025-trollhattan", AreaLevel.DESO, 32),
        ],
    )
    def test_the_finest_code_decides_the_level(self, name: str, level: AreaLevel, n: int) -> None:
        result = run(DATA / f"{name}.geojson")
        assert (result["created"], result["stored"], result["warnings"]) == (n, n, [])
        assert Area.objects.filter(level=level, municipality_code="1488").count() == n

    def test_a_second_run_adds_nothing_and_another_outline_updates(self) -> None:
        run(DATA / "regso-2025-trollhattan.geojson")
        assert run(DATA / "regso-2025-trollhattan.geojson")["unchanged"] == 16
        assert run(DATA / "regso-2025-trollhattan-simplified.geojson")["updated"] == 16
        assert Area.objects.count() == 16

    def test_an_export_changes_nothing(self, town: None) -> None:
        result = run(run_export("areas", "geojson"))
        assert (result["rows"], result["unchanged"]) == (49, 49)

    def test_fields_of_an_area(self, town: None) -> None:
        area = queries.area_by_code("1488R015")
        assert area.name == "Trollhättan centrum-Tingvalla-Västergärdet"
        assert (area.parent_code, area.reference_date, area.version) == ("1488", date(2025, 1, 1), "2025_v2")
        assert area.source.startswith("SCB")
        assert area.min_lon < area.label_lon < area.max_lon

    def test_a_deso_is_shown_by_its_regso_and_its_code(self, town: None) -> None:
        area = queries.area_by_code("1488C1270")
        assert area.display_name == "Skogshöjden-Överby (1488C1270)"
        assert area.parent_code == "1488R010"

    def test_the_areas_are_numbered_in_swedish_order(self, town: None) -> None:
        numbered = queries.numbered_regso("1488")
        assert [n for n, _area in numbered] == list(range(1, 17))
        after_s = [area.name for _n, area in numbered][10:14]
        assert after_s == [
            "Strömslund-Torsred-Källstorp",
            "Sylte-Hörlycke-Eriksro",
            "Södra Lextorp-Alingsåker",
            "Södra Skoftebyn",
        ]

    def test_search_finds_whatever_the_case(self, town: None) -> None:
        assert Area.objects.filter(search_text__contains="överby", level=AreaLevel.REGSO).count() == 1

    def test_an_area_that_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            queries.area_by_code("9999")

    def test_saving_a_renamed_area_keeps_its_keys_in_step(self, town: None) -> None:
        area = queries.area_by_code("1488R004")
        area.name = "Ängen"
        area.save()
        assert (area.sort_key, area.search_text) == ("~2ngen", "ängen 1488r004")


class TestFeatures:
    def test_own_areas_need_only_an_id_and_a_name(self) -> None:
        areas, result = parse(feature())
        assert (areas[0].code, areas[0].name, areas[0].level) == ("park", "Stadsparken", "OTHER")
        assert areas[0].area_km2 == pytest.approx(1.305, abs=0.01)
        assert not result.is_faulty

    def test_the_level_can_be_asked_for(self) -> None:
        assert parse(feature(), level="police_area")[0][0].level == "POLICE_AREA"

    def test_an_unknown_level_is_refused(self) -> None:
        result = run_import("areas", collection(feature()), name="x.json", now=NOW, options={"level": "by"})
        assert "Välj bland" in result.file_errors[0]

    def test_the_form_of_an_id_tells_its_level_and_the_edition_is_dropped(self) -> None:
        areas, _result = parse(feature(id="1488R007_RegSO2025", namn="A"))
        assert (areas[0].code, areas[0].level, areas[0].parent_code) == ("1488R007", "REGSO", "1488")

    def test_sweref_is_converted_and_told(self) -> None:
        areas, result = parse(feature(sweref(SQUARE)))
        assert areas[0].min_lon == pytest.approx(12.30, abs=1e-6)
        assert areas[0].max_lat == pytest.approx(58.29, abs=1e-6)
        assert "SWEREF" in result.warnings[0]

    @pytest.mark.parametrize(
        ("ring", "told"),
        [
            ([[lat, lon] for lon, lat in SQUARE], "bytt plats"),
            ([[north, east] for east, north in sweref(SQUARE)], "bytt plats"),
            ([[lon - 20, lat] for lon, lat in SQUARE], "utanför Sverige"),
            (SQUARE[:-1], "inte sluten"),
            ([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]], "korsar"),
            ([[12.3, 58.28], [12.31, 58.28], [12.32, 58.28], [12.3, 58.28]], "Rätta|yta"),
            ([["12.3", "58.2"]] * 4, "rätt skriven"),
            ("ring", "rätt skriven"),
            ([[12.3, 58.28]] * 20_001, "20001 punkter"),
        ],
    )
    def test_an_outline_that_cannot_be_used_is_refused_with_the_cause(self, ring: Any, told: str) -> None:
        areas, result = parse(feature(ring))
        assert not areas
        assert result.row_errors[0].column == "geometry"
        assert any(word in result.row_errors[0].text for word in told.split("|"))

    @pytest.mark.parametrize(
        "broken", [None, {}, 3, {"geometry": None}, {"properties": {"id": "a", "namn": "b"}}]
    )
    def test_what_is_no_feature_is_refused(self, broken: Any) -> None:
        assert parse(broken)[1].n_row_errors == 1

    @pytest.mark.parametrize(
        ("properties", "column"),
        [
            ({"id": "a"}, "namn"),
            ({"namn": "a"}, "id"),
            ({"regsokod": "12", "regsonamn": "a"}, "regsokod"),
            ({"id": "a", "namn": "b\u202ec"}, "namn"),
            ({"id": "a", "namn": "b", "referensdatum": "igår"}, "referensdatum"),
        ],
    )
    def test_a_faulty_property_is_named(self, properties: dict[str, Any], column: str) -> None:
        assert parse(feature(**properties))[1].row_errors[0].column == column

    def test_one_code_may_stand_once(self) -> None:
        _areas, result = parse(feature(), feature())
        assert (result.row_errors[0].row, result.row_errors[0].column) == (2, "id")

    def test_another_reference_system_is_refused(self) -> None:
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3021"}}
        result = run_import("areas", collection(feature(), crs=crs), name="x.geojson", now=NOW)
        assert "koordinatsystem" in result.file_errors[0]

    def test_a_file_without_features_is_told(self) -> None:
        assert "FeatureCollection" in run(b'{"type": "Feature"}')["file_errors"][0]

    @given(
        st.floats(11, 20),
        st.floats(56, 68),
        st.floats(0.001, 1),
        st.text("abcåäöÅÄÖ '=-", min_size=1, max_size=9),
    )
    def test_any_box_keeps_its_place_through_feature_and_back(
        self, lon: float, lat: float, side: float, name: str
    ) -> None:
        ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
        areas, result = parse(feature(ring, id="x", namn=f"N{name}"))
        assert result.row_errors == []
        assert areas[0].geometry["coordinates"] == [ring]
        assert areas[0].name == f"N{name}".strip()


class TestMaps:
    def outline(self, code: str, ring: Any) -> Area:
        return Area(
            code=code,
            name=code,
            geometry={"type": "Polygon", "coordinates": [ring]},
            label_lon=12.31,
            label_lat=58.285,
        )

    def test_a_degree_east_is_shorter_than_a_degree_north(self) -> None:
        box = [[12.0, 58.0], [13.0, 58.0], [13.0, 59.0], [12.0, 59.0], [12.0, 58.0]]
        picture = maps.draw([self.outline("a", box)], width=112, padding=6)
        assert picture.height == pytest.approx(12 + 100 / 0.5225, abs=0.2)  # cos 58.5° is 0.5225

    def test_north_is_up_and_the_path_has_one_decimal(self) -> None:
        picture = maps.draw([self.outline("a", SQUARE)])
        assert picture.view_box.startswith("0 0 600 ")
        path = picture.shapes[0].d
        assert not re.search(r"\.\d\d", path)
        # The first corner is the south-western one: left, and at the bottom.
        assert points_of(path)[0] == pytest.approx((6.0, picture.height - 6), abs=0.1)
        assert picture.shapes[0].label_x == pytest.approx(300, abs=0.2)

    def test_neighbours_share_their_border(self) -> None:
        east = [[lon + 0.02, lat] for lon, lat in SQUARE]
        west_shape, east_shape = maps.draw([self.outline("w", SQUARE), self.outline("e", east)]).shapes
        shared = set(points_of(west_shape.d)) & set(points_of(east_shape.d))
        assert {x for x, _y in shared} == {300.0}
        assert len(shared) == 2

    def test_no_areas_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            maps.draw([])

    def test_the_towns_map_is_small_and_in_the_lists_order(self, town: None) -> None:
        picture = queries.map_of("1488")
        assert picture is not None
        assert [shape.code for shape in picture.shapes] == [
            area.code for _n, area in queries.numbered_regso("1488")
        ]
        assert sum(len(shape.d) for shape in picture.shapes) < 20_000

    def test_the_dense_part_leaves_the_countryside_out(self, town: None) -> None:
        dense = maps.dense_part(list(queries.regso_of("1488")))
        assert len(dense) == 14
        assert "1488R016" not in {area.code for area in dense}

    def test_a_new_import_is_seen_on_the_map(self, town: None) -> None:
        before = queries.map_of("1488")
        moved = json.loads(run_export("areas", "geojson"))
        moved["features"] = [f for f in deepcopy(moved["features"]) if f["id"] == "1488R004"]
        moved["features"][0]["geometry"]["coordinates"] = [SQUARE]
        assert run(json.dumps(moved).encode())["updated"] == 1
        assert queries.map_of("1488") != before

    def test_there_is_no_map_before_areas_are_read_in(self, db: None) -> None:
        assert queries.map_of("1488") is None


@pytest.mark.django_db
def test_an_area_of_ones_own_never_takes_the_municipalitys_place() -> None:
    run(DATA / "kommun-1488-trollhattan.geojson")
    own = run(collection(feature(SQUARE, id="park", namn="Stadsparken", kommunkod="1488")))
    assert (own["created"], own["updated"]) == (1, 0)
    assert Area.objects.get(code="park").level == AreaLevel.OTHER
    assert Area.objects.get(code="1488").level == AreaLevel.MUNICIPALITY
