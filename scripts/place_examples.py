"""
Work the examples of docs/algorithms/hotspots.md and rounds.md, and draw their pictures.

    .venv/bin/python -m scripts.place_examples

Everything is real: SCB's areas and inhabitants of Trollhättan and Brå's yearly figures, from the demo's data. What the
police publish has the middle of the municipality as its place and is not used. The same input gives the same files.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from samsyn.analysis.cover import CoverPlan, DemandSource, cover_within, plan_cover
from samsyn.analysis.hotspots import (
    Concentration,
    Fdr,
    LocalStatistics,
    SmoothedRates,
    Spot,
    local_g_star,
    local_moran,
    measure_concentration,
    neighbours_touching,
    smooth_rates,
)
from samsyn.analysis.route import RoutePlan, RouteStop, Team, plan_route, travel_between

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "samsyn" / "demo" / "data"
IMAGES = ROOT / "docs" / "images"

HOUR = 3600
YOUNG = ("15-19", "20-24")
OLD = ("65-69", "70-74", "75-79", "80+")
TOLERANCE_M = 60.0
"""Inner borders are generalised by about 40 metres; neighbours may be parted by that much."""


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Areas in the order of their codes, in metres of SWEREF 99 TM."""

    codes: list[str]
    names: list[str]
    outlines: list[Any]
    points: np.ndarray
    young: np.ndarray
    old: np.ndarray
    people: np.ndarray


@cache
def town(kind: str) -> Town:
    """Return Trollhättan's DeSO or RegSO with their inhabitants on 31 December 2025."""
    file = "deso-2025-trollhattan.geojson" if kind == "deso" else "regso-2025-trollhattan-simplified.geojson"
    features = json.loads((DATA / file).read_text(encoding="utf-8"))["features"]
    features.sort(key=lambda feature: feature["properties"][f"{kind}kod"])
    to_metres = Transformer.from_crs(4326, 3006, always_xy=True)
    ages: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with (DATA / f"befolkning-{kind}-2025.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            ages[row[f"{kind}kod"]][row["alder"]] += int(row["antal"])

    def inhabitants(bands: Iterable[str]) -> np.ndarray:
        return np.array(
            [sum(ages[feature["properties"][f"{kind}kod"]][band] for band in bands) for feature in features]
        )

    points = [
        to_metres.transform(each["properties"]["label_lon"], each["properties"]["label_lat"]) for each in features
    ]
    return Town(
        codes=[feature["properties"][f"{kind}kod"] for feature in features],
        names=[feature["properties"]["regsonamn"] for feature in features],
        outlines=[
            shapely.transform(
                shapely.geometry.shape(each["geometry"]),
                lambda corners: np.column_stack(to_metres.transform(corners[:, 0], corners[:, 1])),
            )
            for each in features
        ],
        points=np.array(points),
        young=inhabitants(YOUNG),
        old=inhabitants(OLD),
        people=inhabitants(next(iter(ages.values()))),
    )


@cache
def young_by_area() -> tuple[SmoothedRates, dict[tuple[str, Fdr], LocalStatistics]]:
    """Return where people of 15 to 24 live closer together than chance would put them, by method and adjustment."""
    deso = town("deso")
    rates = smooth_rates(deso.young, deso.people)
    near = neighbours_touching(deso.outlines, tolerance_m=TOLERANCE_M)
    return rates, {
        (name, fdr): method(rates.deviates, near, rng=np.random.default_rng(1), permutations=99_999, fdr=fdr)
        for name, method in (("Gi*", local_g_star), ("local Moran", local_moran))
        for fdr in Fdr
    }


@cache
def even_spread() -> dict[str, Concentration]:
    """Return what reported offences of 2025 would look like if every inhabitant ran the same risk."""
    deso = town("deso")
    with (DATA / "bra-anmalda-brott-trollhattan-ar.csv").open(encoding="utf-8", newline="") as stream:
        counts = {
            row["key"]: int(row["count"]) for row in csv.DictReader(stream, delimiter=";") if row["period"] == "2025"
        }
    answer = {}
    for key in ("burglary", "vandalism", "theft"):
        # Where they happened is not published by area; what chance gives hangs on their number alone.
        events = np.zeros(len(deso.codes), int)
        events[0] = counts[key]
        answer[key] = measure_concentration(events, risk=deso.people, rng=np.random.default_rng(1), simulations=9_999)
    return answer


@cache
def hosts() -> CoverPlan:
    """Return where three pairs of hosts have the most young and old inhabitants within 700 metres."""
    deso = town("deso")
    sources = [
        DemandSource(name="15-24 years", amounts=deso.young[:, None]),
        DemandSource(name="65 years and older", amounts=deso.old[:, None]),
    ]
    cover = cover_within(deso.points, deso.points, 1_000)
    return plan_cover(sources, cover, hosts_per_slot=3, variety=0.1, n_alternatives=4, rng=np.random.default_rng(1))


def stops_and_teams() -> tuple[list[RouteStop], list[Team], np.ndarray, np.ndarray]:
    """Return one stop in each RegSO but the base's, two cars, the points and the travel times."""
    regso = town("regso")
    base = int(np.argmin(((regso.points - np.median(regso.points, axis=0)) ** 2).sum(axis=1)))
    others = [number for number in range(len(regso.codes)) if number != base]
    stops = [
        RouteStop(
            name=regso.names[number],
            why=f"{regso.people[number]} inhabitants, visited once a week",
            earliest=18 * HOUR,
            latest=22 * HOUR,
            service_s=900,
            people=2 if number % 5 == 0 else 1,
        )
        for number in others
    ]
    resting: dict[str, Any] = {"break_s": 1800, "break_earliest": 19 * HOUR, "break_latest": 21 * HOUR}
    teams = [
        Team(name="car 1", start=18 * HOUR, end=23 * HOUR, people=2, **resting),
        Team(name="car 2", start=18 * HOUR, end=23 * HOUR, people=1, **resting),
    ]
    points = regso.points[[base, *others]]
    return stops, teams, points, travel_between(points, speed_km_h=40)


@cache
def rounds() -> RoutePlan:
    """Return a week's round to all districts, with three others nearly as short."""
    stops, teams, _, travel = stops_and_teams()
    return plan_route(
        stops, teams, travel, rng=np.random.default_rng(1), iterations=800, variety=0.05, n_alternatives=3
    )


# The pictures. Colours are those of the pages' light theme, strong enough to print.
HOT, COLD, GOLD, PLAIN, LINE, INK = "#b5461f", "#2f6690", "#a87900", "#eceae4", "#8a8a82", "#22262b"
WAYS = ("#2f6690", "#b5461f")
WIDTH = 720


class Picture:
    """A drawing in metres, north up, as SVG."""

    def __init__(self, shapes: Sequence[Any], title: str, description: str) -> None:
        bounds = np.array([shape.bounds for shape in shapes])
        self.west, self.south = bounds[:, 0].min(), bounds[:, 1].min()
        self.scale = WIDTH / (bounds[:, 2].max() - self.west)
        self.map_height = (bounds[:, 3].max() - self.south) * self.scale
        self.title, self.description = title, description
        self.lines: list[str] = []
        self.legend: list[tuple[str, str]] = []

    def at(self, point: Any) -> tuple[float, float]:
        """Return where a point lies in the drawing."""
        return (point[0] - self.west) * self.scale, self.map_height - (point[1] - self.south) * self.scale

    def area(self, shape: Any, fill: str) -> None:
        """Draw an outline; detail finer than half a unit is left out."""
        simple = shape.simplify(0.5 / self.scale)
        parts = simple.geoms if simple.geom_type == "MultiPolygon" else [simple]
        path = "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*self.at(corner)) for corner in ring.coords[:-1]) + "Z"
            for part in parts
            for ring in (part.exterior, *part.interiors)
        )
        self.lines.append(f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="#fff" stroke-width="1"/>')

    def way(self, points: Iterable[Any], colour: str) -> None:
        """Draw straight lines from point to point."""
        places = " ".join("{:.1f},{:.1f}".format(*self.at(point)) for point in points)
        self.lines.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2.5"/>')

    def dot(self, point: Any, radius: float, fill: str, ring: str = "none", text: str = "") -> None:
        """Draw a dot, with a letter in it if wanted."""
        x, y = self.at(point)
        self.lines.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{ring}" stroke-width="2"/>'
        )
        if text:
            self.lines.append(
                f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" fill="#fff">'
                f"{escape(text)}</text>"
            )

    def save(self, name: str) -> str:
        """Write the file and return its content."""
        height = self.map_height + 16 + 22 * len(self.legend)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif">',
            f"<title>{escape(self.title)}</title>",
            f"<desc>{escape(self.description)}</desc>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
            *self.lines,
        ]
        for number, (colour, text) in enumerate(self.legend):
            top = self.map_height + 12 + 22 * number
            lines += [
                f'<rect x="4" y="{top:.0f}" width="14" height="14" fill="{colour}"/>',
                f'<text x="26" y="{top + 12:.0f}" font-size="14" fill="{INK}">{escape(text)}</text>',
            ]
        content = "\n".join([*lines, "</svg>\n"])
        (IMAGES / name).write_text(content, encoding="utf-8")
        return content


def draw_hotspots() -> None:
    """Draw where people of 15 to 24 live close together."""
    _, found = young_by_area()
    shapes = town("deso").outlines
    picture = Picture(
        shapes,
        "Inhabitants of 15 to 24 in Trollhättan, DeSO 2025",
        "Map of the areas, with those that Gi* finds by Benjamini and Hochberg's adjustment marked.",
    )
    colours = {Spot.HOT: HOT, Spot.COLD: COLD}
    for shape, spot in zip(shapes, found["Gi*", Fdr.BH].spots, strict=True):
        picture.area(shape, colours.get(spot, PLAIN))
    picture.legend = [
        (HOT, "more inhabitants of 15–24 around here than chance gives (by BH; none by BY)"),
        (COLD, "fewer than chance gives (by BH; none by BY)"),
        (PLAIN, "not beyond chance"),
    ]
    picture.save("analysis-hotspots.svg")


def draw_rounds() -> None:
    """Draw the hosts' places and the week's round."""
    stops, _, points, _ = stops_and_teams()
    shapes = town("regso").outlines
    picture = Picture(shapes, "A week's round in Trollhättan", "Map of the districts with two cars' ways.")
    for shape in shapes:
        picture.area(shape, PLAIN)
    for each in rounds().best.rounds:
        places = [0, *(0 if visit.stop is None else visit.stop + 1 for visit in each.visits), 0]
        picture.way([points[place] for place in places], WAYS[each.team])
    for number, stop in enumerate(stops):
        picture.dot(points[number + 1], 6, INK if stop.people == 2 else LINE, "#fff")
    for chosen in hosts().best.stops:
        picture.dot(town("deso").points[chosen.stop], 9, "none", GOLD)
    picture.dot(points[0], 9, INK, "#fff", "B")
    picture.legend = [
        (WAYS[0], "car 1, two people"),
        (WAYS[1], "car 2, one person"),
        (INK, "B: base and break; small dark dots: stops that need two people; grey dots: stops for one"),
        (GOLD, "rings: where three pairs of hosts reach the most inhabitants of 15–24 and 65+"),
    ]
    picture.save("analysis-rounds.svg")


def main() -> None:
    """Print the examples' numbers and draw the pictures."""
    deso = town("deso")
    rates, found = young_by_area()
    print(f"young: {rates.mean:.4f} of all, between {rates.between:.6f}")
    for (name, fdr), result in found.items():
        for number, spot in enumerate(result.spots):
            if spot is not Spot.NOT_BEYOND_CHANCE:
                print(
                    name, fdr, deso.codes[number], deso.names[number], spot.value, f"{100 * rates.raw[number]:.1f} %",
                    f"z {result.z[number]:.2f} p {result.p[number]:.5f} adjusted {result.p_adjusted[number]:.4f}",
                )  # fmt: skip
    for key, even in even_spread().items():
        print(key, even)
    plan = hosts()
    print(f"hosts: best {plan.best.covered:.4f}, greedy {plan.greedy.covered:.4f}")
    for choice in (plan.best, *plan.alternatives):
        print(f"  {choice.covered:.4f}", [(deso.codes[stop.stop], stop.in_plans) for stop in choice.stops])
    for stop in plan.best.stops:
        print(
            "  ", deso.codes[stop.stop], deso.names[stop.stop], f"{stop.covered:.3f} {stop.only_here:.3f}", stop.reasons
        )
    laid = rounds()
    print(
        f"rounds: {laid.best.travel_s} s", [(each.travel_s, round(each.legs_shared, 2)) for each in laid.alternatives]
    )
    stops, _, _, _ = stops_and_teams()
    for each in laid.best.rounds:
        print("  team", each.team, each.leave_base, each.back_at_base)
        for visit in each.visits:
            print("   ", "break" if visit.stop is None else stops[visit.stop].name, visit.start, visit.detour_s)
    print("  unvisited", laid.best.unvisited)
    draw_hotspots()
    draw_rounds()


if __name__ == "__main__":
    main()
