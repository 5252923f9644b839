"""
Colours of one's own, checked so that everybody can read what is written in them. Pure.

A municipality chooses one colour for links and buttons by day and one by night. Each must stand out from every ground
that text in it stands on, by WCAG's contrast of at least 4.5 to 1. When a colour that passes is sought the hue is kept;
only lightness is moved, in the OKLab space, where equal steps look equally large.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

LEAST_CONTRAST = 4.5
_HEX = re.compile(r"#[0-9a-f]{6}")
_SOFTNESS = 0.12
_STEPS = 1000

Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """A theme's surfaces, as tokens.css has them, and the two inks that can be written on a coloured key."""

    ground: str
    fog: str
    inks: tuple[str, ...]


LIGHT = Ground(ground="#ffffff", fog="#eef3f2", inks=("#ffffff", "#10272c"))
DARK = Ground(ground="#0a1618", fog="#122225", inks=("#06222d", "#ffffff"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A pair that cannot be told apart well enough: text on what, by which contrast."""

    front: str
    back: str
    surface: str
    contrast: float


def normal(colour: str) -> str:
    """
    Return a colour as `#rrggbb` in small letters.

    :raises ValueError: it is no such colour

    >>> normal(" 0B4D68 ")
    '#0b4d68'
    """
    text = "#" + colour.strip().lower().removeprefix("#")
    if len(text) == 4:
        text = "#" + "".join(letter * 2 for letter in text[1:])
    if not _HEX.fullmatch(text):
        raise ValueError(colour)
    return text


def _channels(colour: str) -> Channels:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _hex(channels: Channels) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, channel)) * 255):02x}" for channel in channels)


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance, 0 for black and 1 for white."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """
    Return WCAG's contrast between two colours, from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"), 1)
    21.0
    """
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def blend(front: str, back: str, share: float) -> str:
    """Return `back` with a share of `front` in it."""
    pairs = zip(_channels(front), _channels(back), strict=True)
    red, green, blue = (a * share + b * (1 - share) for a, b in pairs)
    return _hex((red, green, blue))


def soft(accent: str, theme: Ground) -> str:
    """Return the ground of a chosen row: a breath of the accent."""
    return blend(accent, theme.ground, _SOFTNESS)


def ink_on(accent: str, theme: Ground) -> str:
    """Return what is written on a key of the accent's colour: the ink that stands out most."""
    return max(theme.inks, key=lambda ink: contrast(ink, accent))


def faults(accent: str, theme: Ground) -> list[Fault]:
    """Return the pairs that lack contrast if links and keys have the accent's colour; empty when it is safe."""
    ink = ink_on(accent, theme)
    pairs = [
        (accent, theme.ground, "ground"),
        (accent, theme.fog, "fog"),
        (accent, soft(accent, theme), "soft"),
        (ink, accent, "key"),
    ]
    found = [Fault(front, back, surface, contrast(front, back)) for front, back, surface in pairs]
    return [fault for fault in found if fault.contrast < LEAST_CONTRAST]


def _oklab(colour: str) -> Channels:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Channels:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _at_lightness(colour: str, lightness: float) -> str:
    """Return a colour of the same hue at another lightness, as strong as a screen can show it."""
    _old, a, b = _oklab(colour)
    strength = 1.0
    while strength > 0:
        linear = _from_oklab(lightness, a * strength, b * strength)
        if all(-0.0005 <= channel <= 1.0005 for channel in linear):
            break
        strength -= 0.02
    else:
        linear = _from_oklab(lightness, 0.0, 0.0)
    red, green, blue = (_encoded(channel) for channel in linear)
    return _hex((red, green, blue))


def nearest_safe(colour: str, theme: Ground) -> str:
    """
    Return the colour itself if it is safe, else the one of the same hue whose lightness has to be moved least.

    >>> nearest_safe("#0b4d68", LIGHT)
    '#0b4d68'
    """
    if not faults(colour, theme):
        return colour
    start = _oklab(colour)[0]
    for step in range(1, _STEPS + 1):
        for lightness in (start - step / _STEPS, start + step / _STEPS):
            if 0 <= lightness <= 1:
                found = _at_lightness(colour, lightness)
                if not faults(found, theme):
                    return found
    raise AssertionError("Black or white is always safe")  # pragma: no cover


def style_sheet(light: str, dark: str) -> str:
    """
    Return the custom properties that give a municipality's pages its colours, on the screen only.

    Both colours must be safe; nothing else than colours ever stands in the text.
    """
    day = (
        f"--color-action: {light}; --color-on-action: {ink_on(light, LIGHT)}; "
        f"--color-action-soft: {soft(light, LIGHT)}; "
        f"--color-key: {light}; --color-key-edge: {light}; --color-on-key: {ink_on(light, LIGHT)};"
    )
    # The large keys stay deep at night, so that they do not light up a face; only their edge is the town's.
    night = (
        f"--color-action: {dark}; --color-on-action: {ink_on(dark, DARK)}; --color-action-soft: {soft(dark, DARK)}; "
        f"--color-key-edge: {dark};"
    )
    return (
        "@media screen {\n"
        f':root, [data-theme="light"] {{ {day} }}\n'
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {night} --color-key: #15526c; '
        "--color-on-key: #ffffff; } }\n"
        f'[data-theme="dark"] {{ {night} --color-key: #15526c; --color-on-key: #ffffff; }}\n'
        "}\n"
    )
