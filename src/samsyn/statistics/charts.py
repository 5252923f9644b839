"""
Charts over years, drawn on the server: one Vega-Lite grammar for the page and the paper.

The site's rules for content allow no style in a page, so colours are presentation attributes that name the
design's custom properties and follow day and night. What Vega gives is taken apart and put together again
from a short list of elements and attributes; nothing else of it reaches a page.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from samsyn.statistics.enums import Periodicity, ValueStatus
from samsyn.statistics.models import StatisticValue
from samsyn.statistics.periods import parse_period
from samsyn.statistics.queries import Recorded, recorded_crime
from samsyn.ui.formats import NARROW_SPACE, format_day, format_number

FONT = "Samsyn Text"
WIDE, NARROW = (600, 250), (300, 230)
MAX_LINES = 2
_ROOM_BELOW = 0.25  # of the highest number
_LETTER_PX = 8.0  # a letter of a line's name, at most
_STEPS = {Periodicity.YEAR: 1.0, Periodicity.QUARTER: 0.25, Periodicity.MONTH: 1 / 12}
# Brå gives whole numbers for 100,000. With fewer decimals they would be rounded twice: 784.7 would be 7.9.
_RATE_DECIMALS = 2
_FONTS = Path(__file__).resolve().parents[1] / "ui" / "pdf_fonts"
_VEGA_LITE = "6.4"
_SVG = "http://www.w3.org/2000/svg"

# Vega knows only colours, so each token goes through it as a colour that nobody would choose.
_INK, _QUIET, _HAIRLINE, _SECOND, _GROUND = "#a00001", "#a00002", "#a00003", "#a00004", "#a00005"
SCREEN: Mapping[str, str] = {
    _INK: "var(--color-text)",
    _QUIET: "var(--color-text-secondary)",
    _HAIRLINE: "var(--color-hairline)",
    _SECOND: "var(--color-key-edge)",
    _GROUND: "var(--color-ground)",
}
PAPER: Mapping[str, str] = {
    _INK: "#10272c",
    _QUIET: "#435a5f",
    _HAIRLINE: "#cdd9d7",
    _SECOND: "#0b4d68",
    _GROUND: "#ffffff",
}
_LOCALES: Mapping[str, Mapping[str, Any]] = {
    "sv": {
        "decimal": ",",
        "thousands": NARROW_SPACE,
        "grouping": [3],
        "currency": ["", ""],
        "minus": "\u2212",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
}
_PRELIMINARY = {"sv": "preliminär", "en": "preliminary"}

_ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan"})
_ATTRIBUTES = frozenset(
    {
        "d", "transform", "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap",
        "stroke-linejoin", "stroke-miterlimit", "font-family", "font-size", "font-weight", "text-anchor", "x",
        "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "opacity", "paint-order",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """
    A period's number, or None where there is none; a line is broken there.

    `year` is where the period begins, in years: 2020 for a year, 2020.25 for its second quarter.
    """

    year: float
    value: float | None
    is_preliminary: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the name that stands at its end."""

    label: str
    points: tuple[Point, ...]
    step: float = 1.0  # how long a period is, in years


@dataclass(frozen=True, slots=True)
class Break:
    """A time from which numbers cannot be compared with earlier ones, in years as a point's."""

    year: float
    text: str


class Picture(str):
    """
    An SVG element that was put together here from allowed parts, every text in it escaped.

    It is a text because templates turn anything else into one before they ask whether it is markup.
    """

    __slots__ = ()

    def __html__(self) -> str:
        """Tell templates that this is markup already."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in two widths, what must be read beside it, and the same numbers as a table."""

    title: str
    svg_wide: Picture
    svg_narrow: Picture
    notes: tuple[str, ...]
    headers: tuple[dict[str, Any], ...]
    rows: tuple[tuple[dict[str, Any], ...], ...]


def line_of(recorded: Recorded, *, label: str, per_1000: bool) -> Line:
    """Return a series as a line: numbers as counted, or for each thousand inhabitants."""
    points = []
    for value in recorded.values:
        number = value.rate_per_100k if per_1000 else value.value
        scaled = None if number is None else float(number) / (100 if per_1000 else 1)
        points.append(Point(_in_years(value.start_date), scaled, value.is_preliminary))
    return Line(label, tuple(points), _STEPS[Periodicity(recorded.series.periodicity)])


def _in_years(day: date) -> float:
    return day.year + (day.month - 1) / 12


def breaks_of(recorded: Sequence[Recorded], language: str = "sv") -> tuple[Break, ...]:
    """Return where series break, each once, named by the period: the sentence stands among the notes."""
    periods = {each.period for series in recorded for each in series.breaks}
    found = {(_in_years(parse_period(period).start_date), period) for period in periods}
    return tuple(Break(year, _shown_period(text, language)) for year, text in sorted(found))


def _without_holes(line: Line) -> list[Point]:
    """Return a line's points with the missing periods as points without a number."""
    by_place = {round(point.year / line.step): point for point in line.points}
    return [
        by_place.get(place, Point(place * line.step, None)) for place in range(min(by_place), max(by_place) + 1)
    ]


def _end_label(
    line: Line, *, is_upper: bool, highest: float, years_in_px: float, decimals: int, language: str
) -> dict[str, Any] | None:
    """Return where a line's name stands: over the highest, or under the lowest, of the points it is beside."""
    known = [point for point in line.points if point.value is not None]
    if not known:
        return None
    last = known[-1]
    mark = f" ({_PRELIMINARY.get(language, _PRELIMINARY['sv'])})" if last.is_preliminary else ""
    number = format_number(last.value or 0, decimals=decimals, language=language)
    text = f"{line.label} {number}{mark}"
    since = last.year - (len(text) + 1) * _LETTER_PX * years_in_px
    tail = [point.value for point in known if point.value is not None and (point.year >= since or point is last)]
    # Near the bottom there is no room for a name between the line and the axis.
    above = is_upper or min(tail) < _ROOM_BELOW * highest
    return {
        "year": last.year,
        "end": last.value,
        "at": max(tail) if above else min(tail),
        "above": above,
        "text": text,
        "is_preliminary": last.is_preliminary,
    }


def line_spec(
    lines: Sequence[Line],
    *,
    breaks: Sequence[Break] = (),
    size: tuple[int, int] = WIDE,
    decimals: int = 0,
    language: str = "sv",
) -> dict[str, Any]:
    """
    Return the Vega-Lite specification of one or two lines over time, the first solid and the second dashed.

    :raises ValueError: no line, more than two, or a line without points
    """
    if not 1 <= len(lines) <= MAX_LINES or not all(line.points for line in lines):
        raise ValueError("A chart has one or two lines with points")
    width, height = size
    years = [point.year for line in lines for point in line.points]
    first, last = min(years), max(years)
    step = 5 if (last - first) / 5 * 60 <= width else 10
    whole = range(math.ceil(first), math.floor(last) + 1)
    ticks = [year for year in whole if year % step == 0] or [whole[0], whole[-1]]
    x = {"field": "year", "type": "quantitative", "scale": {"domain": [first, last], "nice": False}}
    y = {"type": "quantitative", "scale": {"zero": True, "nice": 4}}
    layers: list[dict[str, Any]] = []
    for each in breaks:
        data = {"values": [{"year": each.year - lines[0].step / 2, "text": each.text}]}
        layers.append(
            {
                "data": data,
                "mark": {"type": "rule", "color": _QUIET, "strokeDash": [2, 3]},
                "encoding": {"x": x},
            }
        )
        # By the baseline: the names of the lines stand higher up.
        foot = {"expr": "height - 6"}
        note = {"type": "text", "color": _QUIET, "align": "left", "dx": 5, "baseline": "bottom", "y": foot}
        note |= {"fontSize": 14}
        layers.append({"data": data, "mark": note, "encoding": {"x": x, "text": {"field": "text"}}})
    highest = max((point.value for line in lines for point in line.points if point.value is not None), default=0.0)
    upper = max(range(len(lines)), key=lambda at: _last_value(lines[at]))
    for at, line in enumerate(lines):
        colour = _SECOND if at else _INK
        stroke = {"type": "line", "color": colour, "strokeWidth": 2.5, "strokeJoin": "round"}
        if at:
            stroke["strokeDash"] = [5, 4]
        points = [{"year": point.year, "value": point.value} for point in _without_holes(line)]
        layers.append(
            {"data": {"values": points}, "mark": stroke, "encoding": {"x": x, "y": {**y, "field": "value"}}}
        )
        early = [
            {"year": point.year, "value": point.value}
            for point in line.points
            if point.is_preliminary and point.value is not None
        ]
        if early:
            layers.append(_dots(early, colour, x, {**y, "field": "value"}, hollow=True))
        end = _end_label(
            line,
            is_upper=at == upper,
            highest=highest,
            years_in_px=(last - first) / width,
            decimals=decimals,
            language=language,
        )
        if end:
            if not end["is_preliminary"]:
                layers.append(_dots([end], colour, x, {**y, "field": "end"}, hollow=False))
            name = {
                "type": "text",
                "color": colour,
                "align": "right",
                "baseline": "bottom" if end["above"] else "top",
                "dx": 6,
                "dy": -10 if end["above"] else 10,
                "fontSize": 15,
                "fontWeight": 600,
            }
            layers.append(
                {
                    "data": {"values": [end]},
                    "mark": name,
                    "encoding": {"x": x, "y": {**y, "field": "at"}, "text": {"field": "text"}},
                }
            )
    axis = {"title": None, "labelFontSize": 14, "labelColor": _QUIET, "ticks": False, "domain": False}
    _set_axes(layers, {**axis, "values": ticks, "format": "d", "grid": False, "labelPadding": 8}, axis)
    return {
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "right": 10, "top": 8, "bottom": 4},
        "background": None,
        "layer": layers,
        "config": {"font": FONT, "view": {"stroke": None}},
    }


def _set_axes(layers: list[dict[str, Any]], x_axis: dict[str, Any], axis: dict[str, Any]) -> None:
    """Describe the axes in each layer alike, so that Vega has nothing to merge."""
    y_axis = {**axis, "tickCount": 4, "gridColor": _HAIRLINE, "gridWidth": 1, "labelPadding": 8}
    for layer in layers:
        encoding = layer["encoding"]
        encoding["x"] = {**encoding["x"], "axis": x_axis}
        if "y" in encoding:
            encoding["y"] = {**encoding["y"], "axis": y_axis}


def _last_value(line: Line) -> float:
    return next((point.value for point in reversed(line.points) if point.value is not None), 0.0)


def _dots(
    values: list[dict[str, Any]], colour: str, x: dict[str, Any], y: dict[str, Any], *, hollow: bool
) -> dict[str, Any]:
    mark = {"type": "point", "filled": True, "size": 60, "color": _GROUND if hollow else colour, "opacity": 1}
    if hollow:
        mark |= {"stroke": colour, "strokeWidth": 2}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y}}


@cache
def _vega() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(_FONTS))
    return vl_convert


def _copied(node: ElementTree.Element, colours: Mapping[str, str]) -> ElementTree.Element | None:
    """Return an element with what we allow of it and below it, or None."""
    name = node.tag.rpartition("}")[2]
    if name not in _ELEMENTS or node.get("opacity") == "0" or node.get("display") == "none":
        return None
    copy = ElementTree.Element(name)
    for attribute, value in node.attrib.items():
        if attribute in _ATTRIBUTES:
            copy.set(attribute, colours.get(value, value))
    copy.text = node.text if name in {"text", "tspan"} else None
    copy.extend(kept for child in node if (kept := _copied(child, colours)) is not None)
    if name == "g" and not len(copy):
        return None
    if name == "path" and (copy.get("fill"), copy.get("stroke")) == (None, None):
        return None
    return copy


@lru_cache(maxsize=256)
def _rendered(spec: str, title: str, description: str, language: str, is_for_paper: bool) -> str:
    drawn = _vega().vegalite_to_svg(
        json.loads(spec), vl_version=_VEGA_LITE, allowed_base_urls=[], format_locale=dict(_LOCALES[language])
    )
    root = _copied(ElementTree.fromstring(drawn), PAPER if is_for_paper else SCREEN)  # noqa: S314 - our own program's
    if root is None:
        raise ValueError("Vega gave no picture")
    identity = "chart-" + hashlib.sha256(f"{spec}{title}".encode()).hexdigest()[:10]
    root.set("xmlns", _SVG)
    root.set("role", "img")
    root.set("aria-labelledby", f"{identity}-title {identity}-desc")
    for at, (name, said) in enumerate((("title", title), ("desc", description))):
        told = ElementTree.Element(name, {"id": f"{identity}-{name}"})
        told.text = said
        root.insert(at, told)
    return ElementTree.tostring(root, encoding="unicode")


def render(
    spec: Mapping[str, Any],
    *,
    title: str,
    description: str,
    language: str = "sv",
    is_for_paper: bool = False,
) -> Picture:
    """Return a specification's picture, named and told for screen readers; the same twice is drawn once."""
    known = language if language in _LOCALES else "sv"
    return Picture(_rendered(json.dumps(spec, sort_keys=True), title, description, known, is_for_paper))


def _sentence(line: Line, language: str) -> str:
    """Tell a line's first and last number in words."""
    known = [point for point in line.points if point.value is not None]
    first, last = (
        format_number(point.value or 0, decimals=_RATE_DECIMALS, language=language)
        for point in (known[0], known[-1])
    )
    values = {"what": line.label, "first": first, "last": last}
    if line.step == 1:
        values |= {"from": f"{known[0].year:.0f}", "to": f"{known[-1].year:.0f}"}
        return _("%(what)s: %(first)s år %(from)s och %(last)s år %(to)s.") % values
    values |= {"from": _quarter(known[0], language), "to": _quarter(known[-1], language)}
    return _("%(what)s: %(first)s %(from)s och %(last)s %(to)s.") % values


def _quarter(point: Point, language: str) -> str:
    year = math.floor(point.year)
    return _shown_period(f"{year}K{round((point.year - year) * 4) + 1}", language)


def _shown_period(period: str, language: str) -> str:
    """Write a period's text for a reader: a quarter is 2020K1 in the sources, 2020Q1 in English."""
    return period.replace("K", "Q") if language == "en" else period


def _notes(recorded: Sequence[Recorded], language: str) -> tuple[str, ...]:
    """Return what must be known to read the numbers right, each sentence once."""
    notes = [
        *(f"{each.series.local.title}: {each.series.local.definition}" for each in recorded),
        *(str(each.series.local.direction_note) for each in recorded),
        *(
            f"{_shown_period(each.period, language)}: {each.local.text}"
            for series in recorded
            for each in series.breaks
        ),
    ]
    early = sorted({value.period for each in recorded for value in each.values if value.is_preliminary})
    if early:
        periods = ", ".join(_shown_period(period, language) for period in early)
        notes.append(_("Preliminära tal kan ändras: %(periods)s.") % {"periods": periods})
    for each in recorded:
        source = _("Källa: %(source)s.") % {"source": each.series.local.source_text}
        if each.series.extraction_date:
            day = format_day(each.series.extraction_date, language=language)
            source += " " + _("Hämtat %(day)s.") % {"day": day}
        notes.append(source)
    return tuple(dict.fromkeys(note for note in notes if note))


def _table(
    recorded: Sequence[Recorded], language: str
) -> tuple[tuple[dict[str, Any], ...], tuple[tuple[dict[str, Any], ...], ...]]:
    """Return the numbers as they were counted and for each thousand inhabitants, latest year first."""
    headers: list[dict[str, Any]] = [{"label": _("Period"), "number": False}]
    for each in recorded:
        headers.append({"label": _("%(what)s, antal") % {"what": each.series.local.title}, "number": True})
        headers.append({"label": _("per 1 000 invånare"), "number": True})
    by_period = [{value.period: value for value in each.values} for each in recorded]
    rows = []
    for period in sorted({period for values in by_period for period in values}, reverse=True):
        row: list[dict[str, Any]] = [{"text": _shown_period(period, language), "number": False}]
        for values in by_period:
            value = values.get(period)
            row.append({"text": _count_text(value, language), "number": True})
            row.append({"text": _rate_text(value, language), "number": True})
        rows.append(tuple(row))
    return tuple(headers), tuple(rows)


def _count_text(value: StatisticValue | None, language: str) -> str:
    """Write a number; hidden, missing and nought are three things."""
    if value is None:
        return _("saknas")
    if value.value is None:
        return str(ValueStatus(value.status).label)
    number = format_number(value.value, decimals=0, language=language)
    return f"{number} ({_PRELIMINARY[language]})" if value.is_preliminary else number


def _rate_text(value: StatisticValue | None, language: str) -> str:
    rate = value.rate_per_100k if value else None
    return "–" if rate is None else format_number(rate / 100, decimals=_RATE_DECIMALS, language=language)


def recorded_crime_figure(
    municipality_code: str,
    *,
    language: str = "sv",
    keys: Sequence[str] = ("person", "vandalism"),
    periodicity: Periodicity = Periodicity.YEAR,
) -> Figure | None:
    """Return a municipality's reported offences per thousand inhabitants; None before any are read in."""
    language = language if language in _LOCALES else "sv"
    recorded = [
        each
        for each in recorded_crime(municipality_code, keys, periodicity=periodicity)
        if any(v.rate_per_100k is not None for v in each.values)
    ]
    if not recorded:
        return None
    lines = [line_of(each, label=str(each.series.local.title), per_1000=True) for each in recorded]
    is_yearly = periodicity == Periodicity.YEAR
    names = [str(each.series.local.title) for each in recorded]
    what = names[0] if len(names) == 1 else _("%(one)s och %(other)s") % {"one": names[0], "other": names[1].lower()}
    title = (
        _("%(what)s: anmälda per 1 000 invånare och år, hela kommunen")
        if is_yearly
        else _("%(what)s: anmälda per 1 000 invånare och kvartal, hela kommunen")
    ) % {"what": what}
    description = " ".join(_sentence(line, language) for line in lines)
    headers, rows = _table(recorded, language)

    def drawn(size: tuple[int, int]) -> Picture:
        spec = line_spec(
            lines, breaks=breaks_of(recorded, language), size=size, decimals=_RATE_DECIMALS, language=language
        )
        return render(spec, title=title, description=description, language=language)

    return Figure(title, drawn(WIDE), drawn(NARROW), _notes(recorded, language), headers, rows)
