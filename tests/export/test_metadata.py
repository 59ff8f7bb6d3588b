"""Pictures lose what a camera wrote into them, and nothing else."""

from __future__ import annotations

import base64
import io
import struct
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.PngImagePlugin import PngInfo

from notekeep.errors import Refused
from notekeep.export import metadata
from notekeep.export.metadata import check_unstripped

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Exif


def strip_metadata(name: str, data: bytes) -> bytes:
    """Return a file as it is exported."""
    clean = metadata.strip_metadata(name, data)
    return data if clean is None else clean


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


def gif() -> bytes:
    """Two frames with a comment, XMP, text for nobody, and something behind the end."""
    frames = [picture().convert("P"), picture().rotate(90).convert("P")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=3, duration=100)
    data = out.getvalue()
    start = data.index(b"!\xff\x0bNETSCAPE2.0")
    xmp = b"!\xff\x0bXMP DataXMP\x06CANARY\x00"
    text = b"!\x01\x0c" + bytes(12) + b"\x06CANARY\x00"
    added = b"!\xfe\x06CANARY\x00" + xmp + text
    return data[:start] + added + data[start:] + b"CANARY"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


WITH_METADATA = {
    "moving.gif": gif(),
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
    assert strip_metadata(f"x.{kind.lower()}", data) == data


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_stays_upright(orientation: int) -> None:
    clean = strip_metadata("p.jpg", saved("JPEG", exif=exif(orientation)))
    assert CANARY not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert dict(image.getexif()) == {0x0112: orientation}


def monitor_profile(version: int) -> bytes:
    """The profile of a monitor with a wide gamut (Display P3), with its names in many places."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(one * 65536) for one in values))

    curve = b"curv" + struct.pack(">4xIH", 1, round(2.2 * 256))
    name = b"desc" + struct.pack(">4xI", 15) + b"CANARY-monitor\0" + bytes(78)
    tags = {
        b"desc": name,
        b"cprt": b"text\0\0\0\0CANARY\0",
        b"dmnd": name,
        b"dmdd": name,
        b"mmod": b"mmod\0\0\0\0CANARY",
        b"vcgt": b"vcgt\0\0\0\0CANARY",
        b"MSCP": b"text\0\0\0\0CANARY\0",
        b"bkpt": b"text\0\0\0\0CANARY\0",
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body = struct.pack(">I", len(tags)), b""
    for tag, value in tags.items():
        table += struct.pack(">4sII", tag, 132 + 12 * len(tags) + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = struct.pack(">I4sI", 132 + 12 * len(tags) + len(body), b"CANA", version << 24)
    head += b"mntrRGB XYZ " + struct.pack(">6H", 2024, 5, 6, 7, 8, 9) + b"acspRY01"
    head += bytes(4) + b"CANARY-1" + bytes(12) + struct.pack(">3i", 63190, 65536, 54061)
    return (head + b"CANARY" + bytes(128))[:128] + table + body


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_colour_profile_keeps_the_colours_and_not_the_name_of_a_monitor(
    kind: str, version: int
) -> None:
    from PIL import ImageCms

    srgb = ImageCms.createProfile("sRGB")
    how = {"lossless": True} if kind == "WEBP" else {}
    profile = monitor_profile(version)
    clean = strip_metadata(f"p.{kind.lower()}", saved(kind, icc_profile=profile, **how))
    with Image.open(io.BytesIO(clean)) as image:
        kept = image.info["icc_profile"]
        assert strip_metadata(f"p.{kind.lower()}", clean) == clean
        before, after = (
            ImageCms.profileToProfile(image, io.BytesIO(one), srgb) for one in (profile, kept)
        )
        assert before is not None
        assert after is not None
        assert after.tobytes() == before.tobytes()
        assert after.tobytes() != image.tobytes()
        if kind != "JPEG":
            assert image.convert("RGB").tobytes() == picture().tobytes()
    for canary in (b"CANA", b"RY01", struct.pack(">2H", 2024, 5)):
        assert canary in profile
        assert canary not in kept


def test_a_large_colour_profile_in_many_segments_stays_whole() -> None:
    profile = monitor_profile(2)
    count = int.from_bytes(profile[128:132], "big")
    curve = b"curv" + struct.pack(">4xI", 60000) + bytes(120000)
    at = 132 + 12 * (count - 1)  # the last tag, bTRC
    large = (
        profile[:at] + struct.pack(">4sII", b"bTRC", len(profile), len(curve)) + profile[at + 12 :]
    )
    clean = strip_metadata("p.jpg", saved("JPEG", icc_profile=large + curve))
    with Image.open(io.BytesIO(clean)) as image:
        assert curve in image.info["icc_profile"]
    assert CANARY not in clean


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("profile", [b"CANARY", monitor_profile(2)[:140] + b"CANARY"])
def test_a_colour_profile_that_cannot_be_read_goes(kind: str, profile: bytes) -> None:
    clean = strip_metadata(f"p.{kind.lower()}", saved(kind, icc_profile=profile))
    with Image.open(io.BytesIO(clean)) as image:
        assert "icc_profile" not in image.info
        assert image.size == picture().size
    assert CANARY not in clean


def test_what_a_phone_appends_to_a_photo_goes() -> None:
    data = saved("JPEG")
    assert strip_metadata("p.jpg", data + b"\0\0ftypmp42 CANARY video") == data


@pytest.mark.parametrize(
    "added",
    [
        segment(0xE2, b"MPF\0CANARY"),
        segment(0xE2, b"FPXR\0CANARY"),
        segment(0xE0, b"JFXX\0CANARY thumbnail"),
        segment(0xEE, b"Ducky CANARY"),
        segment(0xEB, b"JP\0\1CANARY provenance"),
        segment(0xFE, b"CANARY"),
    ],
    ids=["mpf", "flashpix", "thumbnail", "app14", "app11", "comment"],
)
def test_jpeg_keeps_only_segments_that_change_its_look(added: bytes) -> None:
    plain = saved("JPEG")
    assert strip_metadata("p.jpg", plain[:2] + added + plain[2:]) == plain


def test_png_keeps_only_chunks_that_change_its_look() -> None:
    plain = saved("PNG")
    with_more = plain[:33] + chunk(b"caBX", b"CANARY") + chunk(b"prVt", b"CANARY") + plain[33:]
    assert strip_metadata("p.png", with_more) == plain


def test_webp_keeps_only_chunks_that_change_its_look() -> None:
    plain = saved("WEBP", xmp=b"x", lossless=True)
    body = plain[8:] + b"C2PA" + struct.pack("<I", 6) + b"CANARY"
    clean = strip_metadata("p.webp", b"RIFF" + struct.pack("<I", len(body)) + body)
    assert b"CANARY" not in clean
    assert strip_metadata("p.webp", clean) == clean


def test_gif_keeps_its_loop_and_its_frames() -> None:
    with Image.open(io.BytesIO(strip_metadata("moving.gif", gif()))) as image:
        assert isinstance(image, GifImageFile)
        assert (image.n_frames, image.info["loop"], image.info["duration"]) == (2, 3, 100)


SVG = "http://www.w3.org/2000/svg"
PHOTO = base64.b64encode(saved("JPEG", exif=exif(6))).decode()
DRAWING = f"""<?xml version="1.0"?>
<?editor CANARY?>
<!DOCTYPE svg [<!ENTITY n "CANARY">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
 xmlns:i="http://ns.adobe.com/AdobeIllustrator/10.0/"
 inkscape:export-filename="/home/CANARY/x.png" sodipodi:docname="CANARY.svg"
 content="&lt;mxfile agent=&quot;CANARY&quot;/&gt;" viewBox="0 0 9 9">
<title>Shown</title><desc>CANARY</desc>
<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">CANARY</rdf:RDF></metadata>
<sodipodi:namedview inkscape:window-width="CANARY"/><i:pgf>CANARY</i:pgf>
<style><![CDATA[ .a > b {{ fill: red }} ]]></style>
<g inkscape:label="CANARY" data-name="CANARY" id="g"><path d="M0 0L9 9" class="a"/></g>
<text>be<!-- CANARY -->fore<desc>CANARY</desc> after</text>
<text><tspan>one</tspan> two<desc>CANARY</desc> three</text>
<image xlink:href="data:image/jpeg;base64,{PHOTO}" width="4"/>
</svg>
"""


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_svg_loses_what_its_editor_keeps_for_itself(coding: str) -> None:
    clean = strip_metadata("drawn.svg", DRAWING.encode(coding)).decode()
    assert "CANARY" not in clean
    assert "Shown" in clean
    assert 'd="M0 0L9 9"' in clean
    assert ".a &gt; b { fill: red }" in clean
    assert "<text>before after</text>" in clean
    assert "<text><tspan>one</tspan> two three</text>" in clean
    inside = base64.b64decode(clean.partition("base64,")[2].partition('"')[0])
    with Image.open(io.BytesIO(inside)) as image:
        assert dict(image.getexif()) == {0x0112: 6}


def test_svg_in_another_encoding_loses_its_comments() -> None:
    data = f'<svg xmlns="{SVG}"><!-- CANARY --><path d="M0 0"/></svg>'.encode("utf-16")
    clean = strip_metadata("d.svg", data).decode()
    assert "CANARY" not in clean
    assert 'd="M0 0"' in clean


def test_svg_without_metadata_keeps_every_byte() -> None:
    data = f'<svg xmlns="{SVG}"><title>A</title><path d="M0 0"/></svg>'.encode()
    assert strip_metadata("d.svg", data) == data


@pytest.mark.parametrize(
    "data", [b"<svg><g></svg>", b"", b'<?xml version="1.0" encoding="x"?><svg/>']
)
def test_svg_that_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match=r"d\.svg"):
        strip_metadata("d.svg", data)


def test_a_broken_photo_is_no_crash() -> None:
    data = saved("JPEG", exif=exif(6))
    for cut in range(2, len(data), 37):
        strip_metadata("p.jpg", data[:cut])
    for kind in ("drawn.png", "small.webp", "moving.gif"):
        for cut in range(0, len(WITH_METADATA[kind]), 23):
            strip_metadata(kind, WITH_METADATA[kind][:cut])


def test_a_picture_that_cannot_be_read_and_may_hold_a_place_is_refused() -> None:
    with pytest.raises(Refused, match=r"p\.tiff"):
        strip_metadata("p.tiff", b"II*\0nonsense")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7 anything")
    assert strip_metadata("x.pdf", path.read_bytes()) == path.read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_photo_is_refused_without_pillow_and_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    data, plain = saved(kind, exif=exif(6)), saved("PNG")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Refused, match="locations and names without Pillow") as refused:
        strip_metadata(f"photo.{kind.lower()}", data)
    assert refused.value.hint == "Install it: pip install 'notekeep[images]'."
    assert strip_metadata("drawn.png", plain) == plain


def test_location_in_another_file_is_not_missed_without_pillow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = b"unknown" + exif().tobytes()
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Refused, match="without Pillow"):
        check_unstripped({"recording.bin": data})
