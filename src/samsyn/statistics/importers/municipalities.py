"""Municipalities by name, as sources that lack codes call them."""

from __future__ import annotations

from samsyn.core.importing.headings import plain
from samsyn.organisations.models import Municipality
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area

WHOLE_COUNTRY = "00"  # SCB's code


def codes_by_name() -> dict[str, str]:
    """Return `{name as compared: code}` for the municipalities whose area or work is on this installation."""
    areas = Area.objects.filter(level=AreaLevel.MUNICIPALITY).values_list("name", "code")
    own = Municipality.objects.values_list("name", "code")
    return {plain(name): code for name, code in [*areas, *own]} | {
        "hela landet": WHOLE_COUNTRY,
        "riket": WHOLE_COUNTRY,
    }
