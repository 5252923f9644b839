import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

import samsyn
from samsyn.core.importing import run_import
from samsyn.statistics import charts
from samsyn.statistics.charts import Break, Line, Point
from samsyn.statistics.models import StatisticValue

DATA = Path(samsyn.__file__).parent / "demo" / "data"
RISING = Line("Brott mot person", tuple(Point(2015 + n, 20.0 + n) for n in range(6)))
FALLING = Line("Skadegörelse", tuple(Point(2015 + n, 9.25 - n, n == 5) for n in range(6)))


def drawn(*lines: Line, title: str = "Titel", language: str = "sv", **how: object) -> str:
    spec = charts.line_spec(lines, decimals=1, language=language, **how)  # type: ignore[arg-type]  # passed on
    return charts.render(spec, title=title, description="Beskrivning", language=language)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")]


def test_the_lines_are_named_at_their_ends_with_their_last_number() -> None:
    found = texts(drawn(RISING, FALLING))
    assert "Brott mot person 25,0" in found
    assert "Skadegörelse 4,3 (preliminär)" in found


def test_english_numbers_have_a_point() -> None:
    assert "Brott mot person 25.0" in texts(drawn(RISING, language="en"))


def test_nothing_in_the_picture_needs_what_the_rules_for_content_forbid() -> None:
    svg = drawn(RISING, FALLING, breaks=[Break(2018, "Ny räkning")])
    assert not re.search(r"style|script|href|<image|on\w+=", svg)
    assert {
        node.tag.rpartition("}")[2] for node in ElementTree.fromstring(svg).iter()
    } <= charts._ELEMENTS | {
        "title",
        "desc",
    }


def test_colours_follow_day_and_night() -> None:
    svg = drawn(RISING, FALLING)
    assert "var(--color-text)" in svg
    assert not re.search(r"#[0-9a-f]{6}", svg)


def test_on_paper_colours_are_colours() -> None:
    spec = charts.line_spec([RISING])
    assert "var(" not in charts.render(spec, title="t", description="d", is_for_paper=True)


def test_screen_readers_get_the_title_and_the_description_escaped() -> None:
    svg = drawn(RISING, title='<b onload="x">')
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    told = {node.get("id"): node.text for node in root if node.get("id")}
    assert [told[each] for each in ids] == ['<b onload="x">', "Beskrivning"]
    assert "<b" not in svg


def test_the_second_line_is_dashed_and_a_missing_year_breaks_a_line() -> None:
    holed = Line("A", (Point(2015, 1.0), Point(2016, 2.0), Point(2018, 3.0), Point(2019, 4.0)))
    spec = charts.line_spec([holed, FALLING])
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert ["strokeDash" in layer["mark"] for layer in lines] == [False, True]
    assert {"year": 2017, "value": None} in lines[0]["data"]["values"]


def test_a_template_writes_the_picture_as_markup_and_its_texts_escaped() -> None:
    page = Template("{{ picture }}").render(Context({"picture": drawn(RISING, title="<b>")}))
    assert page.startswith("<svg ")
    assert "&lt;b&gt;" in page


def test_the_same_picture_is_drawn_once() -> None:
    charts._rendered.cache_clear()
    assert drawn(RISING) == drawn(RISING)
    assert charts._rendered.cache_info().misses == 1


@pytest.mark.parametrize("lines", [[], [RISING, FALLING, RISING], [Line("tom", ())]])
def test_other_than_one_or_two_lines_is_a_fault(lines: list[Line]) -> None:
    with pytest.raises(ValueError, match="one or two"):
        charts.line_spec(lines)


@pytest.mark.django_db
class TestRecordedCrime:
    def test_there_is_none_before_the_file_is_read_in(self) -> None:
        assert charts.recorded_crime_figure("1488") is None

    def test_the_figure_has_two_widths_the_notes_and_the_numbers(self) -> None:
        run_import(
            "crime-statistics",
            DATA / "bra-anmalda-brott-trollhattan-ar.csv",
            now=datetime(2026, 11, 22, tzinfo=UTC),
            options={"extraction_date": "2026-11-22"},
        )
        StatisticValue.objects.filter(period="2025").update(status="PRELIMINARY")
        figure = charts.recorded_crime_figure("1488")
        assert figure is not None
        assert "Skadegörelse 7,85 (preliminär)" in texts(figure.svg_wide)
        assert figure.svg_wide != figure.svg_narrow
        assert [cell["text"] for cell in figure.rows[0]][3:] == ["464 (preliminär)", "7,85"]
        assert len(figure.rows) == 30
        assert {len(row) for row in figure.rows} == {len(figure.headers)}
        told = " ".join(figure.notes)
        for part in ("platsen för brottet", "Preliminära tal", "Brå", "Hämtat 22 november 2026"):
            assert part in told
