import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import samsyn
from samsyn.core.exporting import run_export
from samsyn.core.importing import run_import
from samsyn.organisations.models import Municipality
from samsyn.statistics import queries
from samsyn.statistics.enums import Periodicity, Sex, ValueStatus
from samsyn.statistics.models import NewsItem, PopulationCount, SeriesBreak, StatisticSeries, StatisticValue

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATA = Path(samsyn.__file__).parent / "demo" / "data"
YEARS, QUARTERS = DATA / "bra-anmalda-brott-trollhattan-ar.csv", DATA / "bra-anmalda-brott-kvartal.csv"
FEED = DATA / "polisen-events-trollhattan.json"
HEAD = "kommun;period;key;count;per100k;preliminary\n"

pytestmark = pytest.mark.django_db


def run(kind: str, file: Path | bytes | str, name: str = "x.csv", **how: Any) -> dict[str, Any]:
    content = file.encode() if isinstance(file, str) else file
    return run_import(kind, content, name="" if isinstance(file, Path) else name, now=NOW, **how).as_dict()


@pytest.fixture
def town() -> None:
    Municipality.objects.create(
        code="1488", name="Trollhättan", slug="trollhattan", official_name="Trollhättans Stad"
    )


class TestCrime:
    def test_the_files_are_read_in_whole_and_a_second_run_adds_nothing(self) -> None:
        assert (run("crime-statistics", YEARS)["created"], run("crime-statistics", QUARTERS)["created"]) == (
            180,
            144,
        )
        assert run("crime-statistics", YEARS)["unchanged"] == 180
        assert run("crime-statistics", QUARTERS)["unchanged"] == 144
        assert StatisticSeries.objects.count() == 6 + 3

    def test_a_dry_run_leaves_no_series_behind(self) -> None:
        assert run("crime-statistics", YEARS, dry_run=True)["created"] == 180
        assert not StatisticSeries.objects.exists()

    def test_yearly_totals_equal_their_four_quarters(self) -> None:
        run("crime-statistics", YEARS)
        run("crime-statistics", QUARTERS)
        years = {value.period: value.value for value in queries.recorded_crime("1488", ["total"])[0].values}
        quarters = queries.recorded_crime("1488", ["total"], periodicity=Periodicity.QUARTER)[0].values
        for year in range(2015, 2026):
            found = [value.value for value in quarters if value.period.startswith(str(year))]
            assert len(found) == 4
            assert sum(number for number in found if number is not None) == years[str(year)]

    def test_a_quarter_knows_its_days_and_whether_it_is_preliminary(self) -> None:
        run("crime-statistics", QUARTERS)
        value = StatisticValue.objects.get(series__key="bra-total-1488-quarter", period="2026K2")
        assert (value.start_date, value.end_date) == (date(2026, 4, 1), date(2026, 6, 30))
        assert (value.value, value.rate_per_100k) == (Decimal(1391), Decimal(2347))
        assert value.is_preliminary

    def test_the_hole_of_2014_is_told_on_the_quarterly_series_only(self) -> None:
        run("crime-statistics", YEARS)
        run("crime-statistics", QUARTERS)
        assert set(SeriesBreak.objects.values_list("series__key", "period")) == {
            (f"bra-total-{code}-quarter", "2014K3") for code in ("1485", "1487", "1488")
        }

    def test_a_series_says_what_it_is_in_both_languages(self) -> None:
        run("crime-statistics", YEARS, options={"extraction_date": "2026-11-22"})
        series = StatisticSeries.objects.get(key="bra-theft-1488-year")
        assert "Inbrott i bostad ingår" in series.definition
        assert "platsen för brottet" in series.definition
        assert series.in_language("title", "en").text == "Theft and robbery"
        assert series.in_language("title", "en").is_machine
        assert series.extraction_date == date(2026, 11, 22)

    def test_hidden_missing_and_nought_are_three_things(self) -> None:
        rows = "1488;2020;total;XX;;\n1488;2021;total;..;;\n1488;2022;total;;;\n1488;2023;total;0;0;\n"
        assert run("crime-statistics", HEAD + rows)["created"] == 4
        assert list(StatisticValue.objects.values_list("value", "status").order_by("period")) == [
            (None, "SUPPRESSED"),
            (None, "MISSING"),
            (None, "MISSING"),
            (0, "FINAL"),
        ]

    @pytest.mark.parametrize(
        ("row", "column", "told"),
        [
            ("Atlantis;2020;total;1;1;", "kommun", "kommunkoden"),
            ("1488;2020K5;total;1;1;", "period", "2015K1"),
            ("1488;2020;mord;1;1;", "key", "Välj bland"),
            ("1488;2020;total;ett;1;", "count", "heltal"),
            ("1488;2020;total;-1;1;", "count", "möjligt"),
            ("1488;2020;total;1;många;", "per100k", "decimalkomma"),
            ("1488;2020;total;1;1;kanske", "preliminary", "Skriv 1"),
            (";2020;total;1;1;", "kommun", "tom"),
        ],
    )
    def test_a_faulty_row_names_its_column_and_what_to_do(self, row: str, column: str, told: str) -> None:
        result = run("crime-statistics", HEAD + "1488;2019;total;1;1;\n" + row + "\n")
        (error,) = result["row_errors"]
        assert (result["accepted"], error["row"], error["column"]) == (False, 2, column)
        assert told in error["text"]

    def test_a_municipality_may_be_named(self, town: None) -> None:
        assert run("crime-statistics", HEAD + "trollhättan;2020;total;1;1;\n")["created"] == 1
        assert StatisticSeries.objects.get().area_code == "1488"

    @pytest.mark.parametrize("file_format", ["csv", "xlsx", "json"])
    def test_an_export_changes_nothing(self, file_format: str) -> None:
        run("crime-statistics", YEARS)
        run("crime-statistics", QUARTERS)
        run(
            "crime-statistics", HEAD + "1488;1995;total;XX;;\n1488;1994;total;..;;\n1488;1993;total;0;0,5;1\n"
        )
        exported = run_export("crime-statistics", file_format)
        result = run("crime-statistics", exported, name=f"x.{file_format}")
        assert (result["rows"], result["unchanged"], result["warnings"]) == (327, 327, [])

    def test_an_export_may_be_of_one_municipality(self) -> None:
        run("crime-statistics", QUARTERS)
        assert len(json.loads(run_export("crime-statistics", municipality="1485"))) == 48


rows_of_numbers = st.dictionaries(
    st.tuples(
        st.sampled_from(["1488", "1485"]), st.integers(1990, 2030), st.sampled_from(["total", "person"])
    ),
    st.tuples(
        st.one_of(st.integers(0, 10**8), st.sampled_from(["XX", ".."])),
        st.one_of(st.just(""), st.decimals(0, 10**6, places=3)),
        st.sampled_from(["", "1"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_numbers, file_format=st.sampled_from(["csv", "xlsx", "json"]))
def test_any_numbers_survive_export_and_import(rows: dict[Any, Any], file_format: str) -> None:
    StatisticSeries.objects.all().delete()
    lines = [
        f"{code};{year};{key};{n};{str(rate).replace('.', ',')};{mark}"
        for (code, year, key), (n, rate, mark) in rows.items()
    ]
    assert run("crime-statistics", HEAD + "\n".join(lines))["created"] == len(rows)
    before = list(
        StatisticValue.objects.values_list("series__key", "period", "value", "rate_per_100k", "status")
    )
    result = run("crime-statistics", run_export("crime-statistics", file_format), name=f"x.{file_format}")
    assert (result["updated"], result["unchanged"], result["file_errors"]) == (0, len(rows), [])
    after = list(
        StatisticValue.objects.values_list("series__key", "period", "value", "rate_per_100k", "status")
    )
    assert after == before


CROSS_TABLE = """Anmälda brott, antal och per 100&nbsp;000 inv
;År;;År;;
;2025;;2026 prel.;;
;Antal;/100&nbsp;000&nbsp;inv;Antal;/100&nbsp;000&nbsp;inv;
Anmälda brott
Trollhättan kommun;;;;;
Totalt antal brott;5&nbsp;905;9&nbsp;986;6&nbsp;000;10&nbsp;100;
&nbsp;&nbsp;Brott mot brottsbalken;..;..;..;..;
&nbsp;&nbsp;3-7 kap. Brott mot person;1&nbsp;500;2&nbsp;500;..;..;
Brott mot narkotikastrafflagen;100;200;110;210;
Brott mot vapenlagen;10;20;11;21;
"""
QUARTER_TABLE = """Anmälda brott
;2026 prel.;;2026 prel.;;
;Kvartal 1;;Kvartal 2;;
;Antal;/100&nbsp;000&nbsp;inv;Antal;/100&nbsp;000&nbsp;inv;
Trollhättan kommun (Västra Götalands län);;;;;
Totalt antal brott;1491;2516;1391;2347;
"""
TEXT_FILE = """Region;Brott;År;Period;Antal;/100 000 inv
Trollhättan kommun;Totalt antal brott;År;2025;5&nbsp;905;9986;
Trollhättan kommun;Totalt antal brott;2026 prel.;Aug;498;800;
Trollhättan kommun;Brott mot brottsbalken;År;2025;..;..;
"""


class TestBrasOwnExports:
    def values(self) -> set[tuple[Any, ...]]:
        return set(
            StatisticValue.objects.values_list("series__key", "period", "value", "rate_per_100k", "status")
        )

    def test_the_cross_table_is_read_through_its_headings(self, town: None) -> None:
        result = run("crime-statistics", CROSS_TABLE.encode("latin-1"))
        assert (result["created"], result["file_errors"], result["row_errors"]) == (5, [], [])
        assert self.values() == {
            ("bra-total-1488-year", "2025", 5905, 9986, "FINAL"),
            ("bra-total-1488-year", "2026", 6000, 10100, "PRELIMINARY"),
            ("bra-person-1488-year", "2025", 1500, 2500, "FINAL"),
            ("bra-drugs_weapons-1488-year", "2025", 110, 220, "FINAL"),
            ("bra-drugs_weapons-1488-year", "2026", 121, 231, "PRELIMINARY"),
        }

    def test_quarters_are_put_together_from_two_rows(self, town: None) -> None:
        run("crime-statistics", QUARTER_TABLE.encode("latin-1"))
        assert self.values() == {
            ("bra-total-1488-quarter", "2026K1", 1491, 2516, "PRELIMINARY"),
            ("bra-total-1488-quarter", "2026K2", 1391, 2347, "PRELIMINARY"),
        }

    def test_the_text_file_is_read_too(self, town: None) -> None:
        run("crime-statistics", TEXT_FILE.encode("latin-1"))
        assert self.values() == {
            ("bra-total-1488-year", "2025", 5905, 9986, "FINAL"),
            ("bra-total-1488-month", "2026M08", 498, 800, "PRELIMINARY"),
        }

    def test_half_a_sum_is_left_out_and_told(self, town: None) -> None:
        half = "\n".join(line for line in CROSS_TABLE.splitlines() if "vapenlagen" not in line)
        result = run("crime-statistics", half.encode("latin-1"))
        assert result["created"] == 3
        assert "Båda behövs" in result["warnings"][0]

    def test_an_unknown_offence_is_told(self, town: None) -> None:
        result = run("crime-statistics", (CROSS_TABLE + "9 kap. Bedrägeri;5;6;7;8;\n").encode("latin-1"))
        assert (result["created"], "Bedrägeri" in result["warnings"][0]) == (5, True)


class TestPopulation:
    @pytest.mark.parametrize(
        ("name", "n"),
        [("befolkning-trollhattan-2025", 34), ("befolkning-regso-2025", 544), ("befolkning-deso-2025", 1088)],
    )
    def test_each_level_is_read_and_sums_to_the_same(self, name: str, n: int) -> None:
        assert run("population", DATA / f"{name}.csv")["created"] == n
        assert run("population", DATA / f"{name}.csv")["unchanged"] == n
        assert sum(PopulationCount.objects.values_list("n", flat=True)) == 59_204

    def test_scbs_own_answer_gives_the_same_rows(self) -> None:
        run("population", DATA / "befolkning-deso-2025.csv")
        result = run("population", DATA / "scb-pxwebapi2-tab6574-deso-1488.json")
        assert (result["rows"], result["unchanged"]) == (1088, 1088)

    def test_it_can_be_asked_for_by_sex_and_age(self) -> None:
        run("population", DATA / "befolkning-trollhattan-2025.csv")
        found = queries.population_of("1488")
        assert found is not None
        assert (found.year, found.total, found.by_age["80+"]) == (2025, 59_204, 3617)
        assert sum(found.by_sex.values()) == found.total
        assert list(found.by_age)[:2] == ["0-4", "5-9"]
        assert [cell["text"] for cell in found.rows[-1]] == [
            "Alla åldrar",
            "29\u202f349",
            "29\u202f855",
            "59\u202f204",
        ]
        assert len(found.headers) == len(found.rows[0])
        assert queries.population_of("1488", year=1999) is None
        assert queries.populations_of(["1488", "1489"]) == {"1488": 59_204}

    @pytest.mark.parametrize("file_format", ["csv", "xlsx", "json"])
    def test_an_export_changes_nothing(self, file_format: str) -> None:
        for name in ("trollhattan", "regso", "deso"):
            run("population", DATA / f"befolkning-{name}-2025.csv")
        result = run("population", run_export("population", file_format), name=f"x.{file_format}")
        assert (result["rows"], result["unchanged"]) == (1666, 1666)

    def test_english_headings_and_wordings_are_known(self) -> None:
        text = "municipality;Sex;Age;Count;Year\n1488;women;80-;10;2025\n1488;Män;0–4 år;11;2025\n"
        assert run("population", text)["created"] == 2
        assert set(PopulationCount.objects.values_list("sex", "age_band", "age_from", "n")) == {
            (Sex.FEMALE, "80+", 80, 10),
            (Sex.MALE, "0-4", 0, 11),
        }

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (";man;0-4;1;2025", "kommunkod"),
            ("148;man;0-4;1;2025", "kommunkod"),
            ("1488;totalt;0-4;1;2025", "kon"),
            ("1488;man;9-5;1;2025", "alder"),
            ("1488;man;alla;1;2025", "alder"),
            ("1488;man;0-4;;2025", "antal"),
            ("1488;man;0-4;1;25", "ar"),
        ],
    )
    def test_a_faulty_row_names_its_column(self, row: str, column: str) -> None:
        result = run("population", f"kommunkod;kon;alder;antal;ar\n{row}\n")
        assert [error["column"] for error in result["row_errors"]] == [column]

    def test_an_area_that_did_not_exist_is_not_an_empty_one(self) -> None:
        years = [(2019, 0), (2025, 3)]
        rows = "".join(f"1488R001;{sex};0-4;{n};{year}\n" for year, n in years for sex in ("man", "kvinna"))
        result = run("population", f"regsokod;kon;alder;antal;ar\n{rows}")
        assert (result["created"], "2019" in result["warnings"][0]) == (2, True)

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: d.pop("value"),
            lambda d: d.update(value=[1]),
            lambda d: d.update(size=[1, 1, 1, 1, 1]),
            lambda d: d.update(id=["Region"]),
            lambda d: d.update({"class": "collection"}),
            lambda d: d.update(dimension=[]),
        ],
    )
    def test_another_dataset_is_refused(self, change: Callable[[dict[str, Any]], object]) -> None:
        document = json.loads((DATA / "scb-pxwebapi2-tab6574-deso-1488.json").read_text())
        change(document)
        result = run("population", json.dumps(document), name="x.json")
        assert "JSON-stat 2" in result["file_errors"][0]


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "datetime": "2026-02-14 6:18:08 +01:00",
        "name": "14 februari 04.53, Brand, Trollhättan",
        "summary": "Brand i lägenhetshus.",
        "url": "/aktuellt/handelser/2026/februari/14/x/",
        "type": "Brand",
        "location": {"name": "Västra Götalands län", "gps": "58.252793,13.059643"},
    } | changes


def feed(*events: Any) -> str:
    return json.dumps(list(events))


@pytest.mark.usefixtures("town")
class TestPoliceEvents:
    def test_the_feed_is_read_in_whole_and_a_second_run_adds_nothing(self) -> None:
        assert run("police-events", FEED, municipality="1488")["created"] == 151
        assert run("police-events", FEED, municipality="1488")["unchanged"] == 151

    def test_both_shapes_of_the_feed_are_matched(self) -> None:
        old = event(
            id=2,
            name="28 mars 17:03, Trafikolycka, smitning från",
            location={"name": "Trollhättan", "gps": "x"},
        )
        assert run("police-events", feed(event(), old), name="x.json")["created"] == 2
        assert {item.external_id: item.event_text for item in queries.news("1488", 5)} == {
            "1": "14 februari 04.53",
            "2": "28 mars 17:03",
        }

    def test_events_elsewhere_are_told_but_not_stored(self) -> None:
        result = run("police-events", feed(event(), event(id=2, name="1 mars 1.00, Rån, Ale")), name="x.json")
        assert (result["rows"], result["stored"]) == (2, 1)
        assert result["warnings"] == ["1 händelse gäller en annan plats och lagrades inte."]

    def test_a_feed_without_any_of_ours_is_accepted_and_empty(self) -> None:
        result = run("police-events", feed(event(name="1 mars 1.00, Rån, Ale")), name="x.json")
        assert (result["accepted"], result["stored"]) == (True, 0)

    def test_an_hour_without_its_nought_is_an_instant(self) -> None:
        earlier = event(id=2, datetime="2026-02-13 18:00:00 +01:00")
        run("police-events", feed(earlier, event()), name="x.json")
        newest, older = queries.news("1488", 5)
        assert newest.published_at == datetime(2026, 2, 14, 5, 18, 8, tzinfo=UTC)
        assert older.external_id == "2"

    def test_no_coordinate_is_kept_or_given_out(self) -> None:
        run("police-events", FEED)
        assert not {field.name for field in NewsItem._meta.fields} & {"gps", "lat", "lon", "point"}
        assert b"gps" not in run_export("police-events")
        assert b"58.28" not in run_export("police-events")

    def test_a_link_leads_only_to_the_police(self) -> None:
        run(
            "police-events",
            feed(event(), event(id=2, url="//ond.example/x"), event(id=3, url="javascript:x")),
            name="x.json",
        )
        assert {item.external_id: item.url for item in queries.news_of("1488")} == {
            "1": "https://polisen.se/aktuellt/handelser/2026/februari/14/x/",
            "2": "",
            "3": "",
        }

    def test_an_event_that_stands_twice_is_read_once(self) -> None:
        result = run("police-events", feed(event(), event(summary="Äldre")), name="x.json")
        assert (result["rows"], result["created"]) == (2, 1)
        assert NewsItem.objects.get().summary == "Brand i lägenhetshus."

    def test_it_may_be_packed_and_exported_without_a_change(self) -> None:
        packed = gzip.compress(FEED.read_bytes())
        assert run("police-events", packed, name="x.json.gz")["created"] == 151
        result = run("police-events", run_export("police-events"), name="x.json")
        assert (result["rows"], result["unchanged"]) == (151, 151)

    @pytest.mark.parametrize(
        ("changes", "column"),
        [
            ({"id": None}, "id"),
            ({"datetime": "i går"}, "datetime"),
            ({"datetime": "2026-02-30 6:18:08 +01:00"}, "datetime"),
            ({"name": ""}, "name"),
            ({"type": 3}, "type"),
            ({"summary": "a\u202eb"}, "summary"),
        ],
    )
    def test_a_faulty_event_names_its_field(self, changes: dict[str, Any], column: str) -> None:
        result = run("police-events", feed(event(**changes)), name="x.json")
        assert [error["column"] for error in result["row_errors"]] == [column]

    def test_another_document_is_refused(self) -> None:
        assert "lista" in run("police-events", "{}", name="x.json")["file_errors"][0]
        assert run("police-events", "[3]", name="x.json")["row_errors"][0]["row"] == 1

    def test_a_municipality_without_a_name_cannot_be_looked_for(self) -> None:
        assert "namn är okänt" in run("police-events", FEED, municipality="0180")["file_errors"][0]


def test_a_value_must_agree_with_its_status() -> None:
    from django.db import IntegrityError

    run("crime-statistics", HEAD + "1488;2020;total;1;1;\n")
    with pytest.raises(IntegrityError, match="value_agrees_with_its_status"):
        StatisticValue.objects.update(value=None)


def test_the_rates_are_kept_exactly() -> None:
    run("crime-statistics", HEAD + "1488;2020;total;1;1234,567;\n")
    value = StatisticValue.objects.get()
    assert (value.rate_per_100k, value.status) == (Decimal("1234.567"), ValueStatus.FINAL)
