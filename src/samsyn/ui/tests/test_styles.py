"""The style sheets keep what the design promises: contrasts, one file with colours, logical properties."""

import re
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[1]
CSS = UI / "static" / "ui" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")

COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\(", re.IGNORECASE)
NAMED = re.compile(r":\s*(?:[\w\s.%-]*\s)?(?:white|black|red|yellow|blue|green|gr[ae]y)\s*[;}]")
PHYSICAL = re.compile(
    r"^\s*(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height))"
    r"\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)",
    re.MULTILINE,
)


def sheets() -> list[Path]:
    return sorted(CSS.rglob("*.css"))


def colours(selector: str) -> dict[str, str]:
    """Read the tokens that stand under a selector."""
    start = TOKENS.index(selector + " {")
    block = TOKENS[start : TOKENS.index("}", start)]
    return dict(re.findall(r"--color-([\w-]+):\s*([^;]+);", block))


THEMES = {"light": colours('[data-theme="light"]'), "dark": colours('\n[data-theme="dark"]')}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = ["text", "text-secondary", "action", "thread", "met", "late", "uncertain", "not-met", "error"]
TEXT_PAIRS = [
    *[(front, back) for front in TEXT for back in ("ground", "fog")],
    ("text", "fog-strong"),
    ("text", "action-soft"),
    ("action", "action-soft"),
    ("on-action", "action"),
    ("on-key", "key"),
    ("on-help", "help"),
    ("on-slab", "slab"),
    *[(f"on-scale-{step}", f"scale-{step}") for step in range(1, 6)],
]
EDGE_PAIRS = [
    ("edge", "ground"),
    ("edge", "fog"),
    ("bar", "fog-strong"),
    ("key-edge", "ground"),
    ("help", "slab"),
    ("help", "text"),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_stands_out(theme: str, front: str, back: str) -> None:
    tokens = THEMES[theme]

    assert contrast(tokens[front], tokens[back]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), EDGE_PAIRS)
def test_edges_stand_out(theme: str, front: str, back: str) -> None:
    # At night the ring outside the yellow one is light; yellow then stands against what it surrounds.
    if theme == "dark" and (front, back) == ("help", "text"):
        back = "ground"
    tokens = THEMES[theme]

    assert contrast(tokens[front], tokens[back]) >= 3


@pytest.mark.parametrize(
    ("theme", "front", "measured"),
    [
        ("light", "text", 15.6),
        ("light", "text-secondary", 7.3),
        ("light", "thread", 6.3),
        ("dark", "text", 16.5),
        ("dark", "thread", 7.3),
        ("dark", "edge", 5.8),
    ],
)
def test_contrasts_are_those_that_were_measured_when_the_colours_were_chosen(
    theme: str, front: str, measured: float
) -> None:
    tokens = THEMES[theme]

    assert contrast(tokens[front], tokens["ground"]) == pytest.approx(measured, abs=0.06)


def test_day_and_night_have_the_same_tokens() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()
    assert len(THEMES["light"]) > 30


def test_night_is_the_same_by_the_system_and_by_choice() -> None:
    assert colours('  :root:not([data-theme="light"])') == THEMES["dark"]


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.name)
def test_only_the_token_file_knows_colours(sheet: Path) -> None:
    if sheet.name == "tokens.css":
        return
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not COLOUR.findall(text)
    assert not NAMED.findall(text)


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.name)
def test_every_token_that_is_used_exists(sheet: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", TOKENS))

    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text(encoding="utf-8"))) <= defined


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.name)
def test_properties_are_logical_so_that_right_to_left_works(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not PHYSICAL.findall(text)


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.name)
def test_classes_carry_the_prefix(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert [name for name in re.findall(r"\.([a-z][\w-]*)", text) if not name.startswith("samsyn-")] == []


def test_no_text_is_smaller_than_fourteen_pixels() -> None:
    sizes = [
        float(size)
        for sheet in sheets()
        for size in re.findall(
            r"(?:font-size|--size-[\w-]+):\s*(?:min\()?([\d.]+)rem", sheet.read_text(encoding="utf-8")
        )
    ]

    assert len(sizes) > 30
    assert min(sizes) >= 14 / 16
