"""A town's own colours can be read by everybody, whatever it chooses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.ui import colours
from samsyn.ui.tests.test_styles import THEMES

ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = pytest.mark.parametrize("theme", [colours.LIGHT, colours.DARK], ids=["light", "dark"])


@pytest.mark.parametrize(("name", "theme"), [("light", colours.LIGHT), ("dark", colours.DARK)])
def test_the_grounds_are_those_of_the_tokens(name: str, theme: colours.Ground) -> None:
    tokens = THEMES[name]
    assert (theme.ground, theme.fog) == (tokens["ground"], tokens["fog"])
    assert tokens["on-action"] in theme.inks


@pytest.mark.parametrize(("name", "theme"), [("light", colours.LIGHT), ("dark", colours.DARK)])
def test_our_own_colour_is_safe(name: str, theme: colours.Ground) -> None:
    assert colours.faults(THEMES[name]["action"], theme) == []


@GROUNDS
@given(colour=ANY)
def test_the_nearest_safe_colour_is_safe_whatever_was_chosen(theme: colours.Ground, colour: str) -> None:
    found = colours.nearest_safe(colour, theme)
    assert colours.faults(found, theme) == []
    assert colours.contrast(found, theme.ground) >= 4.5
    assert colours.contrast(found, theme.fog) >= 4.5
    assert colours.contrast(found, colours.soft(found, theme)) >= 4.5
    assert colours.contrast(colours.ink_on(found, theme), found) >= 4.5


@GROUNDS
@given(colour=ANY)
def test_a_safe_colour_is_kept_as_it_is(theme: colours.Ground, colour: str) -> None:
    if not colours.faults(colour, theme):
        assert colours.nearest_safe(colour, theme) == colour


@GROUNDS
def test_the_nearest_one_is_near(theme: colours.Ground) -> None:
    for colour in ("#777777", "#2e8b57", "#e60073", "#8a5300"):
        found = colours.nearest_safe(colour, theme)
        # One step nearer to what was asked for is no longer safe.
        lightness, wanted = colours._oklab(found)[0], colours._oklab(colour)[0]
        if found != colour:
            nearer = colours._at_lightness(colour, lightness + (0.02 if wanted > lightness else -0.02))
            assert colours.faults(nearer, theme), (colour, found, nearer)


def test_the_hue_is_kept() -> None:
    red, green, blue = colours._channels(colours.nearest_safe("#ffcc00", colours.LIGHT))
    assert red > green > blue


@pytest.mark.parametrize(
    ("colour", "theme", "surfaces"),
    [
        ("#ffff00", colours.LIGHT, {"ground", "fog", "soft"}),
        ("#0b4d68", colours.DARK, {"ground", "fog", "soft"}),
        ("#767676", colours.LIGHT, {"fog", "soft"}),
    ],
)
def test_it_says_on_which_surface_the_colour_fails(colour: str, theme: colours.Ground, surfaces: set[str]) -> None:
    assert {fault.surface for fault in colours.faults(colour, theme)} == surfaces


@pytest.mark.parametrize("written", ["0B4D68", " #0b4d68 ", "#0B4d68"])
def test_a_colour_may_be_written_in_several_ways(written: str) -> None:
    assert colours.normal(written) == "#0b4d68"


def test_three_digits_are_short_for_six() -> None:
    assert colours.normal("#08f") == "#0088ff"


@pytest.mark.parametrize("written", ["", "röd", "#12345", "#12345g", "#1234567", "red;}", "#\uff10b4d68"])
def test_anything_else_is_no_colour(written: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(written)}$"):
        colours.normal(written)


@given(light=ANY, dark=ANY)
def test_the_style_sheet_holds_colours_and_nothing_else(light: str, dark: str) -> None:
    text = colours.style_sheet(
        colours.nearest_safe(light, colours.LIGHT), colours.nearest_safe(dark, colours.DARK)
    )
    values = re.findall(r"--color-[\w-]+: ([^;]+);", text)
    assert len(values) == 18
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in values)
    assert text.count("{") == text.count("}")
