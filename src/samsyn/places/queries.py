"""Reads of areas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import NotFound
from samsyn.core.models import ImportedFile
from samsyn.places import maps
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area, AreaQuerySet

CLOSE_UP_PADDING = 36.0


def _all() -> AreaQuerySet:
    return AreaQuerySet(Area)


def area_by_code(code: str) -> Area:
    """
    Return an area.

    :raises NotFound: no such area is read in
    """
    area = _all().filter(code=code).first()
    if area is None:
        raise NotFound(_("Området finns inte. Välj ett område i listan."))
    return area


def regso_of(municipality_code: str) -> AreaQuerySet:
    """Return a municipality's RegSO in Swedish alphabetical order."""
    return _all().at_level(AreaLevel.REGSO).in_municipality(municipality_code).alphabetical()


def deso_of(municipality_code: str) -> AreaQuerySet:
    """Return a municipality's DeSO by their RegSO's name and then their code."""
    return _all().at_level(AreaLevel.DESO).in_municipality(municipality_code).alphabetical()


def deso_in(regso_code: str) -> AreaQuerySet:
    """Return the DeSO that a RegSO consists of."""
    return _all().at_level(AreaLevel.DESO).filter(parent_code=regso_code).order_by("code")


def municipality_area(municipality_code: str) -> Area | None:
    """Return a municipality's own outline, if it is read in."""
    return _all().at_level(AreaLevel.MUNICIPALITY).filter(code=municipality_code).first()


def numbered_regso(municipality_code: str) -> list[tuple[int, Area]]:
    """
    Return a municipality's RegSO, without outlines, with the numbers that map and list share, 1 first.

    The order is alphabetical and nothing else, so a number is never a rank.
    """
    return list(enumerate(regso_of(municipality_code).without_geometry(), start=1))


def map_of(municipality_code: str) -> maps.MapPicture | None:
    """Return a municipality's RegSO as a map in the order of their numbers; None before they are read in."""
    # Outlines change only by an import, and each import that changes something leaves a line.
    last = ImportedFile.objects.filter(kind="areas").values_list("pk", "sha256", "imported_at").first()
    return _drawn(municipality_code, last) if last else _draw(municipality_code)


def _draw(municipality_code: str) -> maps.MapPicture | None:
    areas = list(regso_of(municipality_code))
    if not areas:
        return None
    town = {area.code for area in maps.dense_part(areas)}
    # Some room round a close-up lets the areas that go on outside it be seen and numbered.
    return maps.draw(areas, focus=town, padding=maps.PADDING if len(town) == len(areas) else CLOSE_UP_PADDING)


@lru_cache(maxsize=64)
def _drawn(municipality_code: str, last_import: tuple[Any, ...]) -> maps.MapPicture | None:
    return _draw(municipality_code)
