"""
A municipality's logo: whatever was sent is made anew as a small PNG.

Only what the picture shows is kept. What is no picture, or draws itself by code as SVG does, is refused.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from samsyn.core.errors import DomainError

MAX_BYTES = 1_000_000
MAX_SIDE_PX = 6_000
MAX_PIXELS = 16_000_000
# Shown at a third of this; the rest is for screens with small dots.
WIDTH_PX, HEIGHT_PX = 720, 216
FORMATS = ("PNG", "JPEG", "WEBP")


class LogoRefused(DomainError):
    """The file is no picture that can be shown as a logo."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew."""

    png: bytes
    width_px: int
    height_px: int


def make(raw: bytes) -> Picture:
    """
    Return a logo as a small PNG without anything hidden.

    :raises LogoRefused: too large, of another kind, or broken
    """
    if len(raw) > MAX_BYTES:
        raise LogoRefused(_("Filen är större än 1 MB. Spara logotypen mindre och försök igen."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                # The header says the size; nothing is decoded until that has been looked at.
                if max(image.size) > MAX_SIDE_PX or image.width * image.height > MAX_PIXELS:
                    raise LogoRefused(_("Bilden är för stor. Spara den högst 6 000 pixlar bred och försök igen."))
                if min(image.size) < 16:
                    raise LogoRefused(_("Bilden är för liten. Den ska vara minst 16 pixlar hög och bred."))
                image.load()
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as fault:
        raise LogoRefused(
            _("Filen kan inte läsas som en bild. Spara logotypen som PNG, JPEG eller WebP och försök igen.")
        ) from fault
    except Image.DecompressionBombError as fault:
        raise LogoRefused(_("Bilden är för stor. Spara den högst 6 000 pixlar bred och försök igen.")) from fault
    # On a fresh sheet: what a file may carry beside its picture has no way across.
    sheet = Image.new("RGBA", upright.size)
    sheet.paste(upright)
    sheet.thumbnail((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), sheet.width, sheet.height)
