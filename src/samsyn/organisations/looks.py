"""How a municipality's pages look beside Samsyn's own: its colours and its logo, with the addresses they stand at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse

from samsyn.organisations.models import Logo, Municipality
from samsyn.ui.colours import style_sheet

# Shown at a third of its dots' size, so that it is sharp on screens with small ones.
SHOWN_HEIGHT_PX = 44


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style sheet and its checksum."""

    text: str
    digest: str


@lru_cache(maxsize=512)
def _sheet(light: str, dark: str) -> Sheet:
    text = style_sheet(light, dark)
    return Sheet(text, hashlib.sha256(text.encode()).hexdigest()[:16])


def sheet_of(municipality: Municipality) -> Sheet | None:
    """Return the municipality's own colours as a style sheet; None if it has none."""
    if not municipality.accent_light or not municipality.accent_dark:
        return None
    return _sheet(municipality.accent_light, municipality.accent_dark)


def looks_of(municipality: Municipality) -> dict[str, Any]:
    """Return what the frame of a page needs: the address of the colours, and the logo with its size."""
    sheet = sheet_of(municipality)
    logo: Logo | None = getattr(municipality, "logo", None)
    return {
        "colours_url": reverse("organisations:colours", args=[sheet.digest]) if sheet else "",
        "town_logo": _shown(logo) if logo else None,
    }


def _shown(logo: Logo) -> dict[str, Any]:
    height = min(SHOWN_HEIGHT_PX, logo.height_px)
    return {
        "url": reverse("organisations:logo", args=[logo.digest]),
        "alt": logo.alt_text,
        "height": height,
        "width": round(logo.width_px * height / logo.height_px),
    }
