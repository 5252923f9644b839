"""What a benchmark has found, and how it is printed and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `at_most` or `at_least` is its goal, if it has one."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met; empty without a goal."""
        if self.at_most is not None:
            return "met" if self.value <= self.at_most else "NOT MET"
        if self.at_least is not None:
            return "met" if self.value >= self.at_least else "NOT MET"
        return ""


def print_table(figures: Sequence[Figure]) -> None:
    """Print name, value, goal, and whether it was met."""
    rows = [("name", "value", "", "goal", "")]
    rows += [(each.name, f"{each.value:,.2f}", each.unit, each.goal, each.verdict) for each in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for name, value, unit, goal, verdict in rows:
        left = (name.ljust(widths[0]), value.rjust(widths[1]), unit.ljust(widths[2]), goal.ljust(widths[3]))
        print("  ".join((*left, verdict)).rstrip())


def write(name: str, figures: Sequence[Figure], details: dict[str, Any]) -> None:
    """Keep the figures, and all that they were computed from, as JSON."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {"figures": [asdict(each) | {"verdict": each.verdict} for each in figures], "details": details}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
