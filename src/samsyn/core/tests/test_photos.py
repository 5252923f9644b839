"""Pictures: what is taken is made anew with nothing hidden kept; what is not is refused in a sentence."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from PIL import Image, ImageCms

from samsyn.core import photos
from samsyn.core.models import Photo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = b"GPS 58.2836 12.2858 Anna"


def gradient(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", size)
    picture.putdata([(x * 255 // size[0], y * 255 // size[1], 128) for y in range(size[1]) for x in range(size[0])])
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def with_gps(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = orientation, "Kamera", SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (58.0, 17.0, 1.0), 3: "E", 4: (12.0, 17.0, 9.0)})
    return saved(gradient(), exif=exif, comment=SECRET) + SECRET


def honest() -> dict[str, bytes]:
    """Pictures as phones, cameras and programs make them."""
    found = {f"upright {n}": with_gps(n) for n in range(1, 9)}
    for mode in ("RGB", "L", "CMYK", "1"):
        found[f"jpeg {mode}"] = saved(gradient(mode=mode))
    for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"):
        picture = gradient(mode="I").convert("I;16") if mode == "I;16" else gradient(mode=mode)
        found[f"png {mode}"] = saved(picture, "PNG")
    for mode in ("RGB", "RGBA"):
        for lossless in (True, False):
            found[f"webp {mode} {lossless}"] = saved(gradient(mode=mode), "WEBP", lossless=lossless)
    found["gif"] = saved(gradient(mode="P"), "GIF")
    for quality in (1, 30, 75, 95):
        for progressive in (True, False):
            found[f"quality {quality} {progressive}"] = saved(gradient(), quality=quality, progressive=progressive)
    for size in ((1, 1), (1, 500), (500, 1), (4000, 30), (30, 4000), (2400, 1800)):
        found[f"size {size}"] = saved(Image.new("RGB", size, "green"))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found["profile"] = saved(gradient(), icc_profile=profile)
    found["a broken profile"] = saved(gradient(), icc_profile=b"not a profile")
    found["text in png"] = saved(gradient(), "PNG", exif=b"Exif\x00\x00" + SECRET)
    return found


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


def broken() -> dict[str, bytes]:
    """Files that are no picture we can take: cut, bent, too large, moving, or something else altogether."""
    found: dict[str, bytes] = {
        "empty": b"",
        "a nought": b"\x00",
        "blanks": b" " * 500,
        "too many bytes": b"\xff\xd8" + b"x" * photos.MAX_BYTES,
    }
    jpeg, png, webp = saved(gradient()), saved(gradient(), "PNG"), saved(gradient(), "WEBP")
    for name, whole in (("jpeg", jpeg), ("png", png), ("webp", webp)):
        for part in range(1, 14):
            found[f"{name} cut at {part}"] = whole[: len(whole) * part // 20]
        for at in (0, 1, 2, 4, 8):
            found[f"{name} bent at {at}"] = (
                whole[:at] + bytes(255 - byte for byte in whole[at : at + 6]) + whole[at + 6 :]
            )
    for width, height in ((100_000, 100_000), (65_535, 65_535), (60_001, 1_000), (1, 2**31 - 1), (0, 10)):
        found[f"bomb {width} {height}"] = bomb(width, height)
    frames = [gradient(mode="P"), Image.new("P", (64, 48), 3)]
    found["moving gif"] = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    found["moving png"] = saved(gradient(), "PNG", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    found["moving webp"] = saved(gradient(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    for kind in ("BMP", "TIFF", "PPM", "ICO", "PDF"):
        found[kind] = saved(gradient(), kind)
    for brand in (b"heic", b"heix", b"mif1", b"avif", b"msf1"):
        found[f"ftyp {brand!r}"] = b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 40
    texts = {
        "svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>",
        "svg with a head": "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        "html": "<!doctype html><script>x()</script>",
        "csv": "id;namn\n1;Hus\n",
        "json": "{}",
        "postscript": "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(x) run\n",
        "shell": "#!/bin/sh\nrm -rf /\n",
        "xbm": "#define x_width 8\n#define x_height 8\nstatic char x_bits[] = {0};\n",
    }
    found.update({name: text.encode() for name, text in texts.items()})
    for start in (
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"Rar!",
        b"MZ\x90",
        b"\x7fELF",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"GIF89a",
        b"\xff\xd8\xff",
    ):
        found[f"begins as {start!r}"] = start + bytes(range(256)) * 4
    return found


HONEST, BROKEN = honest(), broken()


def test_the_corpus_has_a_hundred_pictures() -> None:
    assert len(HONEST) + len(BROKEN) >= 100


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_picture_is_made_anew(name: str) -> None:
    made, width, height = photos.remade(HONEST[name])
    picture = Image.open(io.BytesIO(made))
    picture.load()
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (width, height))
    assert max(picture.size) <= photos.MAX_SIDE_PX
    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(picture.info)
    assert SECRET not in made
    assert made.endswith(b"\xff\xd9"), "nothing may follow the picture"


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.filterwarnings("ignore::UserWarning")  # the library's own words about broken files
def test_a_broken_picture_is_refused_in_a_sentence(name: str) -> None:
    if "bent" in name or "cut" in name:
        # A bent checksum may still leave a picture; then it is a new one like any other.
        with contextlib.suppress(photos.BadPhoto):
            assert Image.open(io.BytesIO(photos.remade(BROKEN[name])[0])).format == "JPEG"
        return
    with pytest.raises(photos.BadPhoto) as refused:
        photos.remade(BROKEN[name])
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) > 20


def test_it_is_turned_upright() -> None:
    assert [photos.remade(with_gps(n))[1:] for n in (1, 3, 6, 8)] == [(64, 48), (64, 48), (48, 64), (48, 64)]


@pytest.mark.parametrize("name", ["bomb 100000 100000", "bomb 65535 65535", "too many bytes"])
def test_size_is_looked_at_before_decoding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(self: Any) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", decoded)
    with pytest.raises(photos.BadPhoto, match=r"bildpunkter|megabyte"):
        photos.remade(BROKEN[name])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def rule(may: bool) -> None:
        monkeypatch.setitem(photos._SERVED, "tests.thing", lambda user, owner_id: may)

    return rule


@pytest.mark.django_db
class TestStore:
    def test_names_are_long_and_files_for_this_account_alone(self) -> None:
        first, second = (photos.store(saved(gradient()), municipality_code="1488", now=NOW) for _n in range(2))
        assert len(first.name) == 43
        assert first.name != second.name
        assert stat.S_IMODE(photos.path_of(first.name).stat().st_mode) == 0o600

    def test_it_is_served_only_to_those_who_may_see_its_owner(self, shown: Callable[[bool], None]) -> None:
        shown(True)
        photo = photos.store(saved(gradient()), municipality_code="1488", now=NOW)
        url = f"/bilder/{photo.name}/"
        assert Client().get(url).status_code == 404, "it belongs to nothing yet"
        photos.attach([photo.name], owner_type="tests.thing", owner_id="1", municipality_code="1488")
        answer = Client().get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Disposition"].startswith('inline; filename="samsyn-')
        shown(False)
        hidden, absent = Client().get(url), Client().get("/bilder/finns-inte/")
        assert (hidden.status_code, hidden.content) == (404, absent.content)

    def test_a_picture_can_be_given_once_and_within_its_town(self, shown: Callable[[bool], None]) -> None:
        shown(True)
        photo = photos.store(saved(gradient()), municipality_code="1488", now=NOW)
        for code in ("1480", "1488", "1488"):
            try:
                photos.attach([photo.name], owner_type="tests.thing", owner_id=code, municipality_code=code)
            except photos.BadPhoto:
                continue
        photo.refresh_from_db()
        assert photo.owner_id == "1488"
        with pytest.raises(ValueError, match="Nobody has said"):
            photos.attach([photo.name], owner_type="tests.other", owner_id="1", municipality_code="1488")

    def test_a_kind_that_nobody_has_spoken_for_is_seen_by_nobody(self) -> None:
        assert not photos.can_see(AnonymousUser(), Photo(owner_type="tests.unknown", owner_id="1"))

    def test_what_belongs_to_nothing_is_dropped_after_a_day(self, shown: Callable[[bool], None]) -> None:
        shown(True)
        kept = photos.store(saved(gradient()), municipality_code="1488", now=NOW)
        photos.attach([kept.name], owner_type="tests.thing", owner_id="1", municipality_code="1488")
        orphan = photos.store(saved(gradient()), municipality_code="1488", now=NOW)
        for photo in (kept, orphan):
            os.utime(photos.path_of(photo.name), (NOW.timestamp(), NOW.timestamp()))
        assert photos.drop_orphans(now=NOW + timedelta(hours=23)) == 0
        assert photos.drop_orphans(now=NOW + timedelta(hours=25)) >= 1
        assert photos.path_of(kept.name).exists()
        assert not photos.path_of(orphan.name).exists()
        assert list(Photo.objects.all()) == [kept]
