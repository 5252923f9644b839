"""The numbers and the picture in docs/algorithms/suppression.md are those the code gives."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from samsyn.analysis.suppress import TOTAL, audit, cell_key, protect, release, round_to_base, small_counts
from samsyn.analysis.tests.example_town import YEARS, table

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "algorithms" / "suppression.md").read_text(encoding="utf-8")


def shown_table(name: str) -> list[list[str]]:
    """The data rows of the table after its marker."""
    block = PAGE.split(f"<!-- table: {name} -->")[1].strip().partition("\n\n")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    return [line for line in lines if not set("".join(line)) <= set(":- ")][1:]


TOWN = table()
TABLES = release([TOWN])
NEEDS = small_counts(TABLES)
FOUND = protect(TABLES, NEEDS)


def rows(values: np.ndarray) -> list[list[str]]:
    kinds = [*TOWN.dimensions["kind"], TOTAL]
    result = []
    for kind in kinds:
        cells = [values[TABLES.index(cell_key(kind=kind, year=year))] for year in (*YEARS, TOTAL)]
        result.append([kind, *("–" if np.isnan(cell) else f"{cell:g}" for cell in cells)])
    return result


def test_the_published_example() -> None:
    assert shown_table("example") == rows(FOUND.shown())
    assert len(FOUND.primary) == 10
    assert [TABLES.values[i] for i in FOUND.secondary] == [8]
    assert f"Of {len(TABLES)} cells {int(FOUND.hidden.sum())} are hidden, for a cost of {FOUND.cost:.2f}." in PAGE


def test_what_can_be_worked_out_of_it() -> None:
    alone = [i in NEEDS for i in range(len(TABLES))]
    before = {each.position: each for each in audit(TABLES, alone, NEEDS).intervals}
    after = {each.position: each for each in audit(TABLES, FOUND.hidden, NEEDS).intervals}
    expected = []
    for i, each in before.items():
        about = dict(TABLES.keys[i])
        numbers = (each.low, each.high, after[i].low, after[i].high)
        expected.append([f"{about['kind']} {about['year']}", *(f"{number:g}" for number in numbers)])
    assert shown_table("intervals") == expected


def test_the_rounded_example() -> None:
    assert shown_table("rounded") == rows(round_to_base(TABLES, base=5, rng=np.random.default_rng(1)).values)


def test_bras_figures_are_never_small() -> None:
    file = Path(__file__).parent / "data" / "bra-anmalda-brott-trollhattan-ar.csv"
    with file.open(encoding="utf-8") as lines:
        smallest = min(int(row["count"]) for row in csv.DictReader(lines, delimiter=";"))
    assert f"the smallest of them since 1996 is {smallest}." in PAGE


def test_the_picture_is_made_from_the_code() -> None:
    code = "import sys; sys.path.insert(0, 'scripts'); import suppression_picture as p; sys.stdout.write(p.draw())"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    published = (ROOT / "docs" / "images" / "suppression.svg").read_text(encoding="utf-8")
    assert made == published, "Run: python scripts/suppression_picture.py"
