"""
Draw the pictures of the methods' pages: `.venv/bin/python -m scripts.analysis_pictures`.

They are SVG written by hand, from the same real figures that the pages tell of, so that they can be read in a diff.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from samsyn.analysis.outbreak import farrington
from samsyn.analysis.scan import Metric, Period, scan

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
EVENTS = ROOT / "src" / "samsyn" / "analysis" / "tests" / "data" / "police-events-2025.csv"
QUARTERS = ROOT / "src" / "samsyn" / "demo" / "data" / "bra-anmalda-brott-kvartal.csv"

LABELS_BELOW = {"Mölndal"}
INK, QUIET, MARK, PAPER = "#1f2933", "#9aa5b1", "#b4451f", "#ffffff"


def svg(width: int, height: int, title: str, parts: list[str]) -> str:
    """Return a picture with its description, in a font that every machine has."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="{INK}">'
    )
    background = f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
    return "\n".join((head, f"<title>{title}</title>", background, *parts, "</svg>\n"))


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def scan_picture() -> str:
    """The county's municipalities as dots by number of events, and the likeliest circles of the year."""
    names: list[str] = []
    where: list[tuple[float, float]] = []
    rows = list(csv.DictReader(EVENTS.open(encoding="utf-8"), delimiter=";"))
    for row in rows:
        if row["area"] not in names and row["area"] != "Västra Götalands län":
            names.append(row["area"])
            where.append((float(row["lon"]), float(row["lat"])))
    counts = np.zeros((len(names), 52), int)
    for row in rows:
        if row["area"] in names:
            counts[names.index(row["area"]), int(row["week"]) - 1] += int(row["count"])
    found = scan(counts, where, period=Period.RETROSPECTIVE, metric=Metric.GREAT_CIRCLE, max_window=8, seed=1)
    points = np.array(where)
    west, south = points.min(axis=0) - 0.25
    _, north = points.max(axis=0) + 0.15
    km = 4.6

    def place(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * 111.2 * np.cos(np.radians(58)) * km / 1.6, 50 + (north - lat) * 111.2 * km / 1.6

    parts = [
        text(16, 26, "The police&#8217;s events in Västra Götaland, 2025: the three likeliest circles, none reliable")
    ]
    for name, (lon, lat), n in zip(names, where, counts.sum(axis=1), strict=True):
        x, y = place(lon, lat)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{1.2 * np.sqrt(n):.1f}" fill="{QUIET}" opacity="0.75"/>')
        if n >= 39:
            radius = 1.2 * np.sqrt(n)
            parts.append(text(x, y + radius + 14 if name in LABELS_BELOW else y - radius - 4, name, "middle"))
    notes_x, notes_y = 400, int(place(west, south)[1]) - 80
    for number, cluster in enumerate(found.clusters[:3], start=1):
        x, y = place(*where[cluster.centre])
        radius = max(9.0, cluster.radius * km / 1.6 + 6)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="none" stroke="{MARK}" stroke-width="2"/>'
        )
        parts.append(text(x + radius + 4, y + 4, str(number), colour=MARK))
        window = (
            f"week {cluster.first + 1}"
            if cluster.first == cluster.last
            else f"weeks {cluster.first + 1}–{cluster.last + 1}"
        )
        line = f"{number}: {window}, {cluster.cases} events, {cluster.expected:.1f} expected, p = {cluster.p:.2f}"
        parts.append(text(notes_x, notes_y + 20 * number, line, colour=MARK))
    bottom = place(west, south)[1]
    return svg(760, int(bottom) + 20, "Circles found by the scan statistic, 2025", parts)


def outbreak_picture() -> str:
    """Trollhättan's quarters with what was expected of each and the threshold."""
    series = [
        (row["period"], int(row["count"]))
        for row in csv.DictReader(QUARTERS.open(encoding="utf-8"), delimiter=";")
        if row["kommun"] == "1488" and row["period"] >= "2015"
    ]
    counts = np.array([count for _, count in series])
    n_evaluated = len(counts) - 16
    found = farrington(counts, periods_per_year=4, half_window=0, n_excluded=2, n_evaluated=n_evaluated)
    low, high = 800.0, max(counts.max(), np.nanmax(found.threshold)) + 100

    def place(i: int, value: float) -> tuple[float, float]:
        return 60 + i * 690 / (len(counts) - 1), 340 - (value - low) * 280 / (high - low)

    def line(values: np.ndarray, first: int, colour: str, dash: str = "") -> str:
        points = " ".join("{:.1f},{:.1f}".format(*place(first + i, value)) for i, value in enumerate(values))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'

    parts = [text(16, 26, "Reported offences in Trollhättan by quarter (Brå): counts, expectation and threshold")]
    for value in range(1000, int(high), 400):
        y = place(0, value)[1]
        parts += [
            f'<line x1="60" x2="750" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e7eb"/>',
            text(52, y + 4, str(value), "end"),
        ]
    parts += [
        text(place(i, low)[0], 360, period[:4], "middle")
        for i, (period, _) in enumerate(series)
        if period.endswith("K1") and int(period[:4]) % 2
    ]
    first = len(counts) - n_evaluated
    parts += [line(found.expected[0], first, QUIET), line(found.threshold[0], first, MARK, "6 4")]
    for i, count in enumerate(counts):
        x, y = place(i, count)
        is_alarm = i >= first and found.verdicts[0][i - first].value == "ALARM"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if is_alarm else 3.5}" fill="{MARK if is_alarm else INK}"/>'
        )
    parts += [
        text(70, 58, "● counted"),
        text(160, 58, "— expected from earlier years", colour=QUIET),
        text(370, 58, "- - highest count without an alarm", colour=MARK),
    ]
    return svg(770, 380, "Reported offences in Trollhättan with expectation and threshold", parts)


if __name__ == "__main__":
    for name, picture in (("scan", scan_picture()), ("outbreak", outbreak_picture())):
        (IMAGES / f"analysis-{name}.svg").write_text(picture, encoding="utf-8")
        print(f"docs/images/analysis-{name}.svg")
