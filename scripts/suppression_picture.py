"""
Draw docs/images/suppression.svg: the worked example of docs/algorithms/suppression.md.

    python scripts/suppression_picture.py

Left the table as it is published, right what an outsider can still work out of each hidden cell, before and after the
further cell was hidden. Black on white with two greys, so that it can be printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from samsyn.analysis.suppress import TOTAL, audit, cell_key, protect, release, small_counts
from samsyn.analysis.tests.example_town import YEARS, table

PICTURE = ROOT / "docs" / "images" / "suppression.svg"
LEFT, TOP, LINE, COLUMN = 24, 76, 34, 66
SCALE, BARS = 26, 620


def text(x: float, y: float, words: str, *, anchor: str = "start", style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{words}</text>'


def draw() -> str:
    """Return the picture."""
    town = table()
    tables = release([town])
    needs = small_counts(tables)
    found = protect(tables, needs)
    alone = [i in needs for i in range(len(tables))]
    before = {each.position: each for each in audit(tables, alone, needs).intervals}
    after = {each.position: each for each in audit(tables, found.hidden, needs).intervals}
    kinds = [*town.dimensions["kind"], TOTAL]
    columns = [*YEARS, TOTAL]
    strong, small = ' font-weight="600"', ' font-size="13"'
    parts = [
        text(LEFT, 30, "Så publiceras tabellen", style=strong),
        text(BARS - 130, 30, "Vad en utomstående kan räkna ut", style=strong),
    ]
    for c, year in enumerate(columns):
        parts.append(text(LEFT + 160 + c * COLUMN, TOP - 18, year, anchor="end", style=small))
    for r, kind in enumerate(kinds):
        y = TOP + r * LINE
        parts.append(text(LEFT, y + 5, kind))
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + 366}" y1="{y + 15}" y2="{y + 15}" stroke="#ccc"/>')
        for c, year in enumerate(columns):
            i = tables.index(cell_key(kind=kind, year=year))
            x = LEFT + 160 + c * COLUMN
            if found.hidden[i]:
                fill = "url(#hatch)" if i in found.secondary else "#ddd"
                parts.append(f'<rect x="{x - 42}" y="{y - 13}" width="48" height="25" fill="{fill}" stroke="#666"/>')
                parts.append(text(x - 18, y + 5, "–", anchor="middle"))
            else:
                parts.append(text(x, y + 5, f"{tables.values[i]:g}", anchor="end"))
    bottom = TOP + len(before) * LINE - 18
    for value in (0, 4, 8):
        x = BARS + value * SCALE
        parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 12}" y2="{bottom}" stroke="#ccc"/>')
        parts.append(text(x, TOP - 18, f"{value}", anchor="middle", style=small))
    for r, i in enumerate(before):
        y = TOP + r * LINE
        key = dict(tables.keys[i])
        parts.append(text(BARS - 14, y + 4, f"{key['kind']} {key['year']}", anchor="end", style=small))
        for interval, offset, colour in ((before[i], -5, "#999"), (after[i], 4, "#222")):
            high = interval.high or 0.0
            parts.append(
                f'<rect x="{BARS + interval.low * SCALE:g}" y="{y + offset:g}" rx="2"'
                f' width="{(high - interval.low) * SCALE:g}" height="6" fill="{colour}"/>'
            )
    foot = max(bottom, TOP + len(kinds) * LINE) + 18
    for x, fill, words in (
        (LEFT, "#ddd", "antal 1–4, döljs alltid"),
        (LEFT + 200, "url(#hatch)", "döljs för de andras skull"),
    ):
        parts.append(f'<rect x="{x}" y="{foot - 12}" width="22" height="15" fill="{fill}" stroke="#666"/>')
        parts.append(text(x + 30, foot, words, style=small))
    for x, fill, words in (
        (BARS - 130, "#999", "om bara små antal döljs"),
        (BARS + 84, "#222", "så som tabellen publiceras"),
    ):
        parts.append(f'<rect x="{x}" y="{foot - 8}" width="22" height="6" fill="{fill}"/>')
        parts.append(text(x + 30, foot, words, style=small))
    width, height = BARS + 310, foot + 22
    body = "\n".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"
 font-family="Source Sans 3, Arial, sans-serif" font-size="15" fill="#111" role="img">
<title>Polisens händelser i Trollhättan 2023–2025: den publicerade tabellen, och vad som kan räknas ut</title>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#666" stroke-width="2"/>
</pattern></defs>
<rect width="{width}" height="{height}" fill="#fff"/>
{body}
</svg>
"""


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
