"""
The photo store: a picture is made anew from what was sent, and nothing else of it is kept.

Size is looked at before anything is decoded. The picture is turned upright, its colours are set in sRGB, and it is
written as a JPEG of its own: no position, camera, thumbnail, comment or trailing bytes can follow. Names are random
with 256 bits. Who may see a picture is decided by what it belongs to: each app says so once with `serves`.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from samsyn.core.errors import DomainError
from samsyn.core.models import Photo

if TYPE_CHECKING:
    from PIL import Image

# Whoever asks is a person or nobody; what a person is, this layer does not know.
CanSee = Callable[[Any, str], bool]

MAX_BYTES = 12_000_000
MAX_PIXELS = 60_000_000
MAX_SIDE_PX = 2_400
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ORPHANS_STAY = timedelta(days=1)
# What phones and programs send instead of a picture that we read, by how the file begins.
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})


class BadPhoto(DomainError):
    """A file that is no picture we can take, and what to do."""


_SERVED: dict[str, CanSee] = {}


def serves(owner_type: str, can_see: CanSee) -> None:
    """
    Enter who may see the pictures of a kind of thing: `can_see(user, owner_id)`.

    :raises ValueError: the kind is already entered
    """
    if owner_type in _SERVED:
        raise ValueError(f"Pictures of {owner_type} are entered twice")
    _SERVED[owner_type] = can_see


def can_see(user: Any, photo: Photo) -> bool:
    """Tell whether a person may see a picture. One that belongs to nothing yet is seen by nobody."""
    rule = _SERVED.get(photo.owner_type)
    return rule is not None and bool(photo.owner_id) and rule(user, photo.owner_id)


def path_of(name: str) -> Path:
    """Return where a picture's file lies."""
    return Path(settings.MEDIA_ROOT) / "photos" / name[:2] / f"{name}.jpg"


def _refuse_by_beginning(data: bytes) -> None:
    head = data[:512].lstrip()
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise BadPhoto(
            _("Bilden är i formatet HEIC eller AVIF, som inte kan tas emot. Spara den som JPEG och försök igen.")
        )
    if head[:1] == b"<":
        raise BadPhoto(_("SVG och webbsidor tas inte emot som bilder. Spara bilden som JPEG eller PNG."))
    if data.startswith(b"%PDF"):
        raise BadPhoto(_("Filen är en PDF. Spara sidan som bild, eller fotografera den."))


def _opened(data: bytes) -> Image.Image:
    """
    Return a picture of which only the header is read, if its size is one that we decode.

    :raises BadPhoto: it is not
    """
    from PIL import Image

    # Our own limit is looked at below, before anything is decoded; the library's would be a warning.
    Image.MAX_IMAGE_PIXELS = None
    if not data:
        raise BadPhoto(_("Bilden är tom. Välj den igen."))
    if len(data) > MAX_BYTES:
        raise BadPhoto(_("Bilden är större än 12 megabyte. Minska den och försök igen."))
    _refuse_by_beginning(data)
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Exception:  # the library raises whatever a broken header happens to raise
        raise BadPhoto(_("Filen är ingen bild som kan läsas. Spara den som JPEG eller PNG och försök igen.")) from None
    width, height = picture.size
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        raise BadPhoto(_("Bilden har för många bildpunkter. Minska den till högst 60 miljoner."))
    if picture.format in {"GIF", "PNG", "WEBP"} and getattr(picture, "is_animated", False):
        raise BadPhoto(_("Rörliga bilder tas inte emot. Skicka en stillbild."))
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return a picture with its colours in sRGB, transparent parts white."""
    from PIL import Image, ImageCms

    profile = picture.info.get("icc_profile")
    if picture.mode in {"P", "PA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode.startswith("I"):  # sixteen bits a point
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            target = ImageCms.createProfile("sRGB")
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
            return turned if turned is not None else picture.convert("RGB")
        except Exception:  # noqa: S110 - a broken profile: the colours are then taken as they stand
            pass
    if picture.mode in {"RGBA", "LA", "La", "RGBa"}:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _upright(picture: Image.Image) -> Image.Image:
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # broken notes about the camera: the picture stands as it is
        return picture


def remade(data: bytes) -> tuple[bytes, int, int]:
    """
    Return a new JPEG of what was sent, and its width and height.

    :raises BadPhoto: too large, moving, of another kind, or broken
    """
    from PIL import Image

    picture = _opened(data)
    try:
        # A JPEG is decoded at a lower size at once where that is enough: memory follows what is kept.
        picture.draft("RGB" if picture.mode != "CMYK" else None, (MAX_SIDE_PX, MAX_SIDE_PX))
        picture.load()
        upright = _upright(picture)
        upright.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.LANCZOS)
        coloured = _in_srgb(upright)
        # A new picture has none of the old one's notes: position, camera, comments, profile.
        clean = Image.new("RGB", coloured.size)
        clean.paste(coloured)
        out = io.BytesIO()
        clean.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    except Exception:  # as above: a picture breaks in as many ways as there are decoders
        raise BadPhoto(_("Bilden är trasig. Ta den igen, eller spara den på nytt som JPEG.")) from None
    return out.getvalue(), clean.width, clean.height


def store(data: bytes, *, municipality_code: str, now: datetime) -> Photo:
    """
    Keep a picture that belongs to nothing yet; `attach` gives it an owner within a day, or it is dropped.

    :raises BadPhoto: it cannot be taken
    """
    made, width, height = remade(data)
    name = secrets.token_urlsafe(32)
    _write(path_of(name), made)
    return Photo.objects.create(
        name=name,
        municipality_code=municipality_code,
        width_px=width,
        height_px=height,
        n_bytes=len(made),
        sha256=hashlib.sha256(made).hexdigest(),
        stored_at=now,
    )


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by this account alone."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_suffix(f".{secrets.token_hex(4)}.part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    half.replace(target)


def attach(names: Sequence[str], *, owner_type: str, owner_id: str, municipality_code: str) -> None:
    """
    Give stored pictures their owner, within the transaction of the act that they were sent for.

    :raises BadPhoto: one is gone, or already belongs to something
    """
    if owner_type not in _SERVED:
        raise ValueError(f"Nobody has said who may see pictures of {owner_type}")
    wanted = set(names)
    free = Photo.objects.filter(name__in=wanted, municipality_code=municipality_code, owner_type="", owner_id="")
    if wanted and free.update(owner_type=owner_type, owner_id=owner_id) != len(wanted):
        raise BadPhoto(_("En bild finns inte kvar. Välj bilderna igen."))


def of(owner_type: str, owner_id: str) -> list[Photo]:
    """Return the pictures of something, in the order they were stored."""
    return list(Photo.objects.filter(owner_type=owner_type, owner_id=owner_id))


def drop_orphans(*, now: datetime) -> int:
    """Remove pictures that belong to nothing after a day, and files without a row. For the schedule."""
    old = Photo.objects.filter(owner_type="", stored_at__lt=now - ORPHANS_STAY)
    n = 0
    for photo in old:
        # The row first: a picture that somebody attaches at this moment keeps its file.
        if Photo.objects.filter(pk=photo.pk, owner_type="").delete()[0]:
            path_of(photo.name).unlink(missing_ok=True)
            n += 1
    limit = (now - ORPHANS_STAY).timestamp()
    for file in (Path(settings.MEDIA_ROOT) / "photos").glob("*/*"):
        if file.stat().st_mtime < limit and not Photo.objects.filter(name=file.name.split(".")[0]).exists():
            file.unlink(missing_ok=True)
            n += 1
    return n
