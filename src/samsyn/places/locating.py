"""
Which areas a place lies in.

A point lies in the RegSO and the DeSO whose outline covers it. A place without a boundary, and an area that is no
RegSO or DeSO itself, lies in the smallest area that surely contains it: better too large than wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import shape

from samsyn.core.models import ImportedFile
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area

# Two outlines of one border differ by what drawing and simplifying did: about 30 metres, in degrees.
_SLACK = 0.0003


class Located(NamedTuple):
    """The codes of the areas that a place lies in; empty where none surely contains it."""

    regso_code: str = ""
    deso_code: str = ""


@dataclass(frozen=True, slots=True)
class _Level:
    codes: np.ndarray[Any, Any]
    outlines: np.ndarray[Any, Any]
    tree: shapely.STRtree

    @classmethod
    def of(cls, areas: Sequence[Area]) -> _Level:
        outlines = np.array([shape(area.geometry) for area in areas], dtype=object)
        shapely.prepare(outlines)
        return cls(np.array([area.code for area in areas], dtype=object), outlines, shapely.STRtree(outlines))

    def covering(self, points: np.ndarray[Any, Any]) -> list[str]:
        """Return for each point the area that covers it; of two that share a border, the first by code."""
        found = [""] * len(points)
        if len(self.codes):
            # Areas are sorted by code, so going backwards leaves the first in place.
            at, area = self.tree.query(points, predicate="intersects")
            for point, place in sorted(zip(at.tolist(), area.tolist(), strict=True), reverse=True):
                found[point] = self.codes[place]
        return found

    def containing(self, outline: Any) -> str:
        """Return the area that contains an outline but for the slack of drawing, or nothing."""
        inner = outline.buffer(-_SLACK)
        if not len(self.codes) or inner.is_empty:
            return ""
        found = self.tree.query(inner, predicate="covered_by")
        return str(self.codes[min(found.tolist())]) if len(found) else ""


@dataclass(frozen=True, slots=True)
class AreaIndex:
    """A municipality's RegSO and DeSO, ready to be asked of many points at once."""

    regso: _Level
    deso: _Level

    @property
    def is_empty(self) -> bool:
        """Tell whether no areas are read in."""
        return not len(self.regso.codes) and not len(self.deso.codes)

    def locate(self, lons: Sequence[float], lats: Sequence[float]) -> list[Located]:
        """Return the areas of each point, in the same order."""
        points: Any = shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
        return [Located(*codes) for codes in zip(self.regso.covering(points), self.deso.covering(points), strict=True)]

    def locate_area(self, area: Area) -> Located:
        """Return the smallest RegSO and DeSO that surely contain an area."""
        if area.level == AreaLevel.DESO:
            return Located(area.parent_code, area.code)
        if area.level == AreaLevel.REGSO:
            return Located(area.code)
        if area.level == AreaLevel.MUNICIPALITY:
            return Located()
        outline = shape(area.geometry)
        return Located(self.regso.containing(outline), self.deso.containing(outline))


def index_of(municipality_code: str) -> AreaIndex:
    """Return a municipality's index; it is built anew when areas have been read in since."""
    last = ImportedFile.objects.filter(kind="areas").values_list("pk", "sha256", "imported_at").first()
    return _kept(municipality_code, last) if last else _build(municipality_code)


def _build(municipality_code: str) -> AreaIndex:
    areas = Area.objects.filter(
        municipality_code=municipality_code, level__in=[AreaLevel.REGSO, AreaLevel.DESO]
    ).order_by("code")
    by_level: dict[str, list[Area]] = {AreaLevel.REGSO: [], AreaLevel.DESO: []}
    for area in areas:
        by_level[area.level].append(area)
    return AreaIndex(_Level.of(by_level[AreaLevel.REGSO]), _Level.of(by_level[AreaLevel.DESO]))


@lru_cache(maxsize=32)
def _kept(municipality_code: str, last_import: tuple[Any, ...]) -> AreaIndex:
    return _build(municipality_code)
