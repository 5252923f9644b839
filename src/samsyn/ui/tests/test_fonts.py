from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

UI = Path(__file__).resolve().parents[1]
FONTS = sorted([*(UI / "static" / "ui" / "fonts").glob("*.woff2"), *(UI / "pdf_fonts").glob("*.ttf")])
LETTERS = "ABCÅÄÖåäöéüČĆŽŠĐčćžšđ0123456789 –−→←’”%…\u00a0\u202f"


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.name)
def test_a_font_has_the_signs_our_texts_need(path: Path) -> None:
    assert [letter for letter in LETTERS if ord(letter) not in TTFont(path).getBestCmap()] == []


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.name)
def test_a_changed_font_does_not_carry_the_reserved_name(path: Path) -> None:
    names = TTFont(path)["name"].names

    own = [str(name) for name in names if name.nameID in {1, 3, 4, 6, 16, 25}]
    assert [name for name in own if "Source" in name] == []
    assert {name.nameID for name in names} >= {0, 13}


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.name)
def test_figures_of_a_font_are_equally_wide_where_tables_need_it(path: Path) -> None:
    font = TTFont(path)
    cmap, widths = font.getBestCmap(), font["hmtx"]
    advances = [widths[cmap[ord(figure)]][0] for figure in "0123456789"]
    equal = (
        max(advances) - min(advances) <= font["head"].unitsPerEm / 500
    )  # the italic's zero is a unit narrower
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}

    assert equal or "tnum" in features


def test_the_licences_lie_beside_the_fonts() -> None:
    for folder in {path.parent for path in FONTS}:
        assert len(list(folder.glob("*-OFL.txt"))) == 2
