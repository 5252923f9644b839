"""
Draw docs/images/survey-estimates.svg: what 1,417 self-selected answers are worth.

    python scripts/survey_estimates_picture.py

All numbers come from `samsyn.analysis.estimate.effective_size`.
"""

import sys
from pathlib import Path
from typing import Any

import vl_convert

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from samsyn.analysis.estimate import effective_size

ANSWERS = 1_417
BY_CHANCE = 525
TOWNS = {48_507: "Trollhättan, 48,507 aged 16 or over", 485_070: "a town ten times as large"}
SHOWN = (0.005, 0.01, 0.02, 0.05, 0.1)
# Okabe and Ito's colours, which all kinds of colour vision can tell apart.
COLOURS = ["#0072b2", "#d55e00"]


def rows() -> list[dict[str, Any]]:
    """Return the two curves."""
    correlations = [0.003 * (0.12 / 0.003) ** (step / 60) for step in range(61)]
    return [
        {"rho": rho, "worth": effective_size(ANSWERS, people, rho), "town": name}
        for people, name in TOWNS.items()
        for rho in correlations
        if effective_size(ANSWERS, people, rho) >= 1
    ]


def marks() -> list[dict[str, Any]]:
    """Return the points that the page's table names."""
    people, name = next(iter(TOWNS.items()))
    worth = [(rho, effective_size(ANSWERS, people, rho)) for rho in SHOWN]
    return [{"rho": rho, "worth": each, "label": f"{each:,.0f}", "town": name} for rho, each in worth]


def spec() -> dict[str, Any]:
    """Return the drawing in Vega-Lite."""
    x = {
        "field": "rho",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [0.003, 0.12]},
        "axis": {
            "title": "correlation between answering and the answer (nobody knows it)",
            "values": list(SHOWN),
            "format": "~g",
            "grid": False,
        },
    }
    y = {
        "field": "worth",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [1, 2000], "nice": False},
        "axis": {"title": "worth so many answers drawn by chance", "values": [1, 10, 100, 1000], "format": ",d"},
    }
    colour = {
        "field": "town",
        "type": "nominal",
        "scale": {"domain": list(TOWNS.values()), "range": COLOURS},
        "legend": {"title": None, "orient": "top", "labelLimit": 400},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 620,
        "height": 320,
        "background": "white",
        "config": {
            "font": "sans-serif",
            "axis": {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 13},
            "view": {"stroke": None},
        },
        "layer": [
            {
                "data": {"values": [{"worth": BY_CHANCE}]},
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": "#555555"},
                "encoding": {"y": {"field": "worth", "type": "quantitative"}},
            },
            {
                "data": {
                    "values": [{"worth": BY_CHANCE, "rho": 0.12, "label": f"{BY_CHANCE} answers drawn by chance"}]
                },
                "mark": {"type": "text", "align": "right", "dy": -8, "fontSize": 13, "color": "#555555"},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
            {
                "data": {"values": rows()},
                "mark": {"type": "line", "strokeWidth": 2.5, "clip": True},
                "encoding": {"x": x, "y": y, "color": colour},
            },
            {
                "data": {"values": marks()},
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": colour},
            },
            {
                "data": {"values": marks()},
                "mark": {"type": "text", "align": "left", "dx": 7, "dy": -7, "fontSize": 13},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
        ],
    }


if __name__ == "__main__":
    target = ROOT / "docs" / "images" / "survey-estimates.svg"
    target.write_text(vl_convert.vegalite_to_svg(spec()), encoding="utf-8")
    print(target.relative_to(ROOT))
