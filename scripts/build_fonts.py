"""
Build the fonts that Samsyn ships: WOFF2 for the browser, static TTF for PDF.

Run it after a new version of a `fontpkg-*` package: `python scripts/build_fonts.py`. The result is committed,
so nobody needs this script to run Samsyn, and the same input gives the same bytes.

The families get names of our own. Both come under the SIL Open Font License 1.1, and the licence of Source
Sans reserves the name "Source": a changed copy (a subset is one) may not carry it. Copyright and licence stay
in the name table and as text files beside the fonts.
"""

import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib import instancer

UI = Path(__file__).resolve().parents[1] / "src" / "samsyn" / "ui"
WEB = UI / "static" / "ui" / "fonts"
PDF = UI / "pdf_fonts"

NARROW_SPACE = 0x202F
NO_BREAK_HYPHEN = 0x2011
NO_VARIATION = 0xFFFFFFFF

# Swedish, English, Finnish, Bosnian in Latin script and Somali, with the signs our own texts and figures use.
CHARACTERS = [
    *range(0x0020, 0x007F),
    *range(0x00A0, 0x0180),
    *range(0x0218, 0x021C),
    0x2009,  # thin space
    *range(0x2010, 0x2016),  # hyphens and dashes
    *range(0x2018, 0x201F),  # quotation marks
    *(0x2020, 0x2022, 0x2026, NARROW_SPACE, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A),
    *(0x20AC, 0x2122),
    *range(0x2190, 0x2194),  # arrows
    *(0x2212, 0x2248, 0x2260, 0x2264, 0x2265),  # true minus and comparisons
]

FEATURES = [
    "calt",
    "case",
    "ccmp",
    "kern",
    "liga",
    "locl",
    "lnum",
    "mark",
    "mkmk",
    "pnum",
    "rvrn",
    "sups",
    "tnum",
]


@dataclass(frozen=True)
class Source:
    """One font file of an installed package, and what we call our copy."""

    package: str
    file: str
    family: str
    stem: str
    pinned: dict[str, float]
    weights: tuple[int, int]
    statics: tuple[int, ...]
    italic: bool = False


SOURCES = [
    Source(
        package="fontpkg_geologica",
        file="Geologica[CRSV,SHRP,slnt,wght].ttf",
        family="Samsyn Display",
        stem="samsyn-display",
        pinned={"CRSV": 0, "SHRP": 0, "slnt": 0},
        weights=(400, 680),
        statics=(400, 560, 600),
    ),
    Source(
        package="fontpkg_source_sans_3",
        file="SourceSans3[wght].ttf",
        family="Samsyn Text",
        stem="samsyn-text",
        pinned={},
        weights=(400, 700),
        statics=(400, 600),
    ),
    Source(
        package="fontpkg_source_sans_3",
        file="SourceSans3-Italic[wght].ttf",
        family="Samsyn Text",
        stem="samsyn-text-italic",
        pinned={},
        weights=(400, 700),
        statics=(400,),
        italic=True,
    ),
]


def open_source(source: Source) -> TTFont:
    """Open the package's font, with the two signs that Swedish figures need added if they are missing."""
    font = TTFont(str(files(source.package) / "files" / source.file), recalcTimestamp=False)
    cmap = font.getBestCmap()
    if NO_BREAK_HYPHEN not in cmap:
        map_character(font, NO_BREAK_HYPHEN, cmap[ord("-")])
    if NARROW_SPACE not in cmap:
        add_blank(font, "uni202F", advance=font["hmtx"][cmap[ord(" ")]][0] // 2)
        map_character(font, NARROW_SPACE, "uni202F")
    return font


def map_character(font: TTFont, character: int, glyph: str) -> None:
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[character] = glyph


def add_blank(font: TTFont, name: str, *, advance: int) -> None:
    """Add an empty glyph whose width is the same at every weight."""
    font.ensureDecompiled()  # the tables must be read with the old number of glyphs
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = Glyph()
    font["hmtx"][name] = (advance, 0)
    if "gvar" in font:
        font["gvar"].variations[name] = []
    advances = font["HVAR"].table.AdvWidthMap if "HVAR" in font else None
    if advances is not None:
        advances.mapping[name] = NO_VARIATION


def subset(font: TTFont) -> None:
    if "gvar" in font:
        # The instancer drops glyphs that no longer vary; the subsetter expects every glyph.
        font["gvar"].variations = {
            name: font["gvar"].variations.get(name, []) for name in font.getGlyphOrder()
        }
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.hinting = False
    options.drop_tables += ["DSIG", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)


def rename(font: TTFont, *, family: str, style: str, weight: int, italic: bool) -> None:
    """Give the font our names, and leave copyright, designer and licence as they were."""
    table = font["name"]
    kept = {0, 8, 9, 11, 12, 13, 14}
    axes = {axis.axisNameID for axis in font["fvar"].axes} if "fvar" in font else set()
    table.names = [
        record for record in table.names if record.nameID in kept | axes and record.platformID == 3
    ]
    postscript = f"{family}-{style}".replace(" ", "")
    for name_id, text in {
        1: family,
        2: style,
        3: f"{postscript};samsyn",
        4: f"{family} {style}",
        6: postscript,
        16: family,
        17: style,
    }.items():
        table.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0b1100001) | (0b1 if italic else 0b1000000)
    font["head"].macStyle = 0b10 if italic else 0
    font["head"].modified = font["head"].created
    # Instances and style attributes only name the original's styles; browsers and typst read fvar and OS/2.
    if "fvar" in font:
        font["fvar"].instances = []
    if "STAT" in font:
        del font["STAT"]


def build_web(source: Source) -> Path:
    font = open_source(source)
    low, high = source.weights
    font = instancer.instantiateVariableFont(font, {**source.pinned, "wght": (low, low, high)})
    subset(font)
    rename(
        font,
        family=source.family,
        style="Italic" if source.italic else "Regular",
        weight=low,
        italic=source.italic,
    )
    font.flavor = "woff2"
    path = WEB / f"{source.stem}.woff2"
    font.save(path)
    return path


def build_static(source: Source, weight: int) -> Path:
    font = open_source(source)
    font = instancer.instantiateVariableFont(font, {**source.pinned, "wght": weight})
    subset(font)
    style = "Italic" if source.italic else ("Regular" if weight == 400 else f"W{weight}")
    rename(font, family=source.family, style=style, weight=weight, italic=source.italic)
    path = PDF / f"{source.stem}-{weight}.ttf"
    font.save(path)
    return path


def main() -> None:
    for folder in (WEB, PDF):
        folder.mkdir(parents=True, exist_ok=True)
        for source in SOURCES:
            licence = str(files(source.package) / "LICENSE")
            shutil.copyfile(licence, folder / f"{source.family.lower().replace(' ', '-')}-OFL.txt")
    for source in SOURCES:
        for path in [build_web(source), *(build_static(source, weight) for weight in source.statics)]:
            print(f"{path.relative_to(UI)}  {path.stat().st_size / 1024:.1f} kB")


if __name__ == "__main__":
    main()
