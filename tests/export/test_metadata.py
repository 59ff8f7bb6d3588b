"""Pictures lose what a camera wrote into them, and nothing else."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from notekeep.errors import Refused
from notekeep.export.metadata import strip_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Exif

CANARY = b"CANARY"


def picture() -> Image.Image:
    image = Image.new("RGB", (16, 12))
    image.putdata(
        [(x * 15 % 256, y * 20 % 256, (x * y) % 256) for y in range(12) for x in range(16)]
    )
    return image


def exif(orientation: int = 1) -> Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "CANARY-camera"
    made.get_ifd(0x8825)[1] = "N"
    made.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    return made


def saved(kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, kind, **how)
    return out.getvalue()


def text_chunks() -> PngInfo:
    info = PngInfo()
    info.add_text("Author", "CANARY")
    info.add_itxt("Comment", "CANARY", zip=False)
    return info


WITH_METADATA = {
    "photo.jpg": saved("JPEG", exif=exif(), comment=b"CANARY"),
    "drawn.png": saved("PNG", exif=exif(), pnginfo=text_chunks()),
    "small.webp": saved("WEBP", exif=exif(), xmp=b"<x:xmpmeta>CANARY</x:xmpmeta>", lossless=True),
    "scan.tiff": saved("TIFF", exif=exif()),
}


@pytest.mark.parametrize("name", WITH_METADATA)
def test_metadata_goes_and_every_pixel_stays(name: str) -> None:
    data = WITH_METADATA[name]
    clean = strip_metadata(name, data)
    assert CANARY in data
    assert CANARY not in clean
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(clean)) as after:
        assert after.size == before.size
        assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
        assert not after.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_a_picture_without_metadata_keeps_every_byte(kind: str) -> None:
    data = saved(kind)
    assert strip_metadata(f"x.{kind.lower()}", data) is data


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_stays_upright(orientation: int) -> None:
    clean = strip_metadata("p.jpg", saved("JPEG", exif=exif(orientation)))
    assert CANARY not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert dict(image.getexif()) == {0x0112: orientation}


def test_a_colour_profile_stays() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = strip_metadata("p.jpg", saved("JPEG", exif=exif(), icc_profile=profile))
    with Image.open(io.BytesIO(clean)) as image:
        assert image.info["icc_profile"] == profile


def test_what_a_phone_appends_to_a_photo_goes() -> None:
    data = saved("JPEG")
    assert strip_metadata("p.jpg", data + b"\0\0ftypmp42 CANARY video") == data


def test_a_broken_photo_is_no_crash() -> None:
    data = saved("JPEG", exif=exif(6))
    for cut in range(2, len(data), 37):
        strip_metadata("p.jpg", data[:cut])
    for kind in ("drawn.png", "small.webp"):
        for cut in range(0, len(WITH_METADATA[kind]), 23):
            strip_metadata(kind, WITH_METADATA[kind][:cut])


def test_a_picture_that_cannot_be_read_and_may_hold_a_place_is_refused() -> None:
    with pytest.raises(Refused, match=r"p\.tiff"):
        strip_metadata("p.tiff", b"II*\0nonsense")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7 anything")
    assert strip_metadata("x.pdf", path.read_bytes()) == path.read_bytes()
