"""Pictures without what a camera or an editor wrote into them: place, device, names, comments.

Nothing is decoded and saved again: the parts of the file that hold metadata are left out and the
rest is kept to the byte, so a picture loses no quality and one without metadata is not touched.
The orientation stays, as a picture without it would lie on its side; colour profiles stay too.
"""

from __future__ import annotations

import io
import struct
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.assets import suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

_JPEG_DROPPED = frozenset({0xED, 0xFE, *range(0xE3, 0xED), 0xEF})
"""APP3 to APP12, Photoshop's APP13, APP15 and comments; APP1 is looked into, APP14 is colour."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
_WEBP_DROPPED = {b"EXIF": 0x08, b"XMP ": 0x04}
_ORIENTATION = 0x0112
_RESAVED = {"tif": "TIFF", "tiff": "TIFF", "avif": "AVIF", "heic": "HEIF", "heif": "HEIF"}


def strip_metadata(name: str, data: bytes) -> bytes:
    """Return a file without metadata; of a kind that has none, or that is no picture, itself.

    Raises:
        Refused: It is a picture of a kind that can hold a place, and cannot be read.
    """
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if suffix(name) in _RESAVED:
        return _resaved(name, data)
    return data


def _jpeg(data: bytes) -> bytes:
    kept = [data[:2]]
    changed = False
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at:end]
        if marker == 0xE1:
            small = _orientation_only(data, segment)
            changed = changed or small != segment
            kept.append(small)
        elif marker in _JPEG_DROPPED or (marker == 0xE2 and segment[4:15] != b"ICC_PROFILE"):
            changed = True
        else:
            kept.append(segment)
        at = end
    # After the picture's end a phone may append whole further files (motion, depth, previews).
    stop = _jpeg_end(data, at)
    changed = changed or stop < len(data)
    return b"".join([*kept, data[at:stop]]) if changed else data


def _jpeg_end(data: bytes, scan: int) -> int:
    """Return where the picture that begins with this scan ends."""
    at = scan
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker in {0x00, 0xFF} or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _orientation_only(data: bytes, segment: bytes) -> bytes:
    """Return what is left of an APP1 segment: an orientation that is not the ordinary one."""
    if not segment[4:].startswith(b"Exif\0\0"):
        return b""
    from PIL import Image

    try:
        with _quietly(), Image.open(io.BytesIO(data)) as image:
            orientation = image.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError):
        return b""
    if orientation not in range(2, 9):
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what Pillow says about damaged metadata to itself: it is thrown away in any case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _chunks(data: bytes, start: int, order: str, extra: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and bytes of each chunk of a PNG or WebP."""
    at = start
    while at + 8 <= len(data):
        if extra:
            size = struct.unpack_from(order + "I", data, at)[0]
            name = data[at + 4 : at + 8]
        else:
            name = data[at : at + 4]
            size = struct.unpack_from(order + "I", data, at + 4)[0]
            size += size % 2
        end = at + 8 + size + extra
        yield name, data[at:end]
        at = end
        if name == b"IEND":
            return


def _png(data: bytes) -> bytes:
    chunks = [chunk for name, chunk in _chunks(data, 8, ">", 4) if name not in _PNG_DROPPED]
    clean = data[:8] + b"".join(chunks)
    return data if len(clean) == len(data) else clean


def _webp(data: bytes) -> bytes:
    kept, flags = [], 0
    for name, chunk in _chunks(data, 12, "<", 0):
        if name in _WEBP_DROPPED:
            flags |= _WEBP_DROPPED[name]
        else:
            kept.append(chunk)
    if not flags:
        return data
    if kept and kept[0].startswith(b"VP8X"):
        head = bytearray(kept[0])
        head[8] &= ~flags & 0xFF
        kept[0] = bytes(head)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _resaved(name: str, data: bytes) -> bytes:
    """Return a picture whose format has its metadata spread all over, decoded and saved again."""
    from PIL import Image, ImageOps

    try:
        with _quietly(), Image.open(io.BytesIO(data)) as image:
            upright = ImageOps.exif_transpose(image)
            clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
            out = io.BytesIO()
            clean.save(out, _RESAVED[suffix(name)])
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise Refused(
            f"{name}: it cannot be read, so nothing says whether it holds a place or a name",
            "save it as PNG, JPEG or WebP",
        ) from error
    return out.getvalue()
