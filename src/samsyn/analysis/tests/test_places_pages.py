"""The worked numbers in docs/algorithms/hotspots.md and rounds.md are those the code gives, and the pictures too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts import place_examples as examples

from samsyn.analysis.hotspots import Fdr, Spot
from samsyn.analysis.route import check_route

DOCS = Path(__file__).parents[4] / "docs"
HOTSPOTS, ROUNDS = ((DOCS / "algorithms" / name).read_text(encoding="utf-8") for name in ("hotspots.md", "rounds.md"))


def table(page: str, name: str) -> list[list[str]]:
    """The cells of the table after its marker, without its heading."""
    block = page.split(f"<!-- table: {name} -->")[1].strip().partition("\n\n")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    return [line for line in lines if not set("".join(line)) <= set(":- ")][1:]


def shown(*values: float, decimals: tuple[int, ...]) -> list[str]:
    return [f"{value:.{places}f}" for value, places in zip(values, decimals, strict=True)]


def test_where_the_young_live() -> None:
    rates, found = examples.young_by_area()
    assert f"{100 * rates.mean:.1f} percent of all" in HOTSPOTS.replace("\n", " ")
    for (method, fdr), result in found.items():
        if (method, fdr) != ("Gi*", Fdr.BH):
            assert set(result.spots) == {Spot.NOT_BEYOND_CHANCE}
    result, deso = found["Gi*", Fdr.BH], examples.town("deso")
    rows = table(HOTSPOTS, "young")
    assert [row[0].split()[0] for row in rows] == [
        deso.codes[area] for area, spot in enumerate(result.spots) if spot is not Spot.NOT_BEYOND_CHANCE
    ]
    for row in rows:
        area = deso.codes.index(row[0].split()[0])
        numbers = (100 * rates.raw[area], result.z[area], result.p[area], result.p_adjusted[area])
        assert row[1:5] == shown(*numbers, decimals=(1, 2, 4, 3))
        assert row[5] == result.spots[area].value.lower()


def test_what_equal_risk_gives() -> None:
    rows = table(HOTSPOTS, "even")
    for row, result in zip(rows, examples.even_spread().values(), strict=True):
        numbers = (result.expected_gini, result.expected_low, result.expected_high, 100 * result.expected_share_in_top)
        assert row[1:] == [str(result.n_events), *shown(*numbers, decimals=(2, 2, 2, 0))]


def test_where_hosts_stand() -> None:
    plan, codes = examples.hosts(), examples.town("deso").codes
    assert plan.is_optimal
    for row, choice in zip(table(ROUNDS, "hosts"), (plan.best, plan.greedy, *plan.alternatives), strict=True):
        assert row[1] == f"{100 * choice.covered:.1f}"
        assert row[2] == ", ".join(codes[stop.stop] for stop in choice.stops)
    for row, stop in zip(table(ROUNDS, "why"), plan.best.stops, strict=True):
        reason = stop.reasons[0]
        assert row[:1] + row[3:4] == [codes[stop.stop], reason.source]
        assert row[1:3] + row[4:] == shown(
            100 * stop.covered, 100 * stop.only_here, 100 * reason.share, decimals=(1, 1, 1)
        )


def test_the_rounds_of_an_evening() -> None:
    stops, teams, _, travel = examples.stops_and_teams()
    plan = examples.rounds()
    assert len(stops) == 15
    assert sum(stop.people == 2 for stop in stops) == 3
    for row, rounds in zip(table(ROUNDS, "rounds"), (plan.best, *plan.alternatives), strict=True):
        assert check_route(rounds, stops, teams, travel) == ()
        assert rounds.unvisited == {}
        assert row[1:] == shown(rounds.travel_s / 60, 100 * rounds.legs_shared, decimals=(1, 0))


@pytest.mark.parametrize(
    ("name", "draw"),
    [("analysis-hotspots.svg", examples.draw_hotspots), ("analysis-rounds.svg", examples.draw_rounds)],
)
def test_the_pictures_are_those_the_script_draws(
    name: str, draw: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "IMAGES", tmp_path)
    assert callable(draw)
    draw()
    drawn, kept = ((folder / name).read_text(encoding="utf-8") for folder in (tmp_path, DOCS / "images"))
    # The last bit of a projection may differ between machines; a tenth of a unit is not seen.
    numbers = re.compile(r"\d+\.\d+")
    assert numbers.sub("#", drawn) == numbers.sub("#", kept)
    for one, other in zip(numbers.findall(drawn), numbers.findall(kept), strict=True):
        assert float(one) == pytest.approx(float(other), abs=0.11)
