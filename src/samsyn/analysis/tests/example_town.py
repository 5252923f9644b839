"""The worked example of docs/algorithms/suppression.md: what the police told of in Trollhättan, by kind and year."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from samsyn.analysis.suppress import CrossTable

FILE = Path(__file__).parent / "data" / "polisen-handelser-trollhattan.csv"
YEARS = ("2023", "2024", "2025")
KINDS = {
    "trafikolycka": ("Trafikolycka",),
    "brand": ("Brand",),
    "stöld": ("Stöld",),
    "misshandel": ("Misshandel",),
    "rån": ("Rån",),
    "vapen": ("Knivlagen", "Vapenlagen"),
}
OTHER = "annat"


def table() -> CrossTable:
    """Return the table of kinds and whole years."""
    kinds = (*KINDS, OTHER)
    values = np.zeros((len(kinds), len(YEARS)))
    with FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["year"] in YEARS:
                found = [kind for kind, starts in KINDS.items() if row["type"].startswith(starts)]
                values[kinds.index(found[0] if found else OTHER), YEARS.index(row["year"])] += int(row["count"])
    return CrossTable(dimensions={"kind": kinds, "year": YEARS}, values=values)
