"""Metadata of pictures and documents: what may leave, stripped or refused."""

from __future__ import annotations

import base64
import binascii
import io
import re
import shlex
import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.assets import suffix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree.ElementTree import Element


# Pictures: only the parts that draw them are kept, to the byte where the format allows it, so a
# picture loses no quality and one without metadata is not touched. The orientation stays, as a
# picture without it would lie on its side; colour profiles stay too.

_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of the segments for applications, and of comments, those that change how a picture looks."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL"
    b" fcTL fdAT".split()
)
_WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_FLAGS = 0x08 | 0x04
"""What the header says of EXIF and of XMP."""
_GIF_KEPT = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"})
"""How often a GIF is repeated, and its colours."""
_ORIENTATION = 0x0112
_RESAVED = {"tif": "TIFF", "tiff": "TIFF", "avif": "AVIF", "heic": "HEIF", "heif": "HEIF"}

_SVG = "http://www.w3.org/2000/svg"
_DRAWN = {
    "": _SVG,
    "xlink": "http://www.w3.org/1999/xlink",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "html": "http://www.w3.org/1999/xhtml",
    "math": "http://www.w3.org/1998/Math/MathML",
}
"""The languages that a browser draws an SVG by, and the prefixes that they get."""
_UNSEEN = frozenset({f"{{{_SVG}}}metadata", f"{{{_SVG}}}desc", "metadata", "desc"})
_DATA_IMAGE = re.compile(r"\s*data:image/([\w.+-]+);base64,(.*)", re.DOTALL)


def can_strip(name: str, data: bytes) -> bool:
    """Return whether a file is a picture that `strip_metadata` takes metadata out of."""
    return _cleaner(name, data) is not None


def strip_metadata(name: str, data: bytes) -> bytes:
    """Return a file without metadata; of a kind that has none, or that is no picture, itself."""
    clean = _cleaner(name, data)
    return data if clean is None else clean(name, data)


def _cleaner(name: str, data: bytes) -> Callable[[str, bytes], bytes] | None:
    if data.startswith(b"\xff\xd8"):
        return _jpeg
    if data.startswith(_PNG):
        return _png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return _gif
    if suffix(name) == "svg":
        return _svg
    if suffix(name) in _RESAVED:
        return _resaved
    return None


def _jpeg(_name: str, data: bytes) -> bytes:
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
        elif _is_kept(marker, segment):
            kept.append(segment)
        else:
            changed = True
        at = end
    # After the picture's end a phone may append whole further files (motion, depth, previews).
    stop = _jpeg_end(data, at)
    changed = changed or stop < len(data)
    return b"".join([*kept, data[at:stop]]) if changed else data


def _is_kept(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return marker in _JPEG_KEPT and segment.startswith(_JPEG_KEPT[marker], 4)
    return True


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


def _png(_name: str, data: bytes) -> bytes:
    chunks = [chunk for name, chunk in _chunks(data, 8, ">", 4) if name in _PNG_KEPT]
    clean = data[:8] + b"".join(chunks)
    return data if len(clean) == len(data) else clean


def _webp(_name: str, data: bytes) -> bytes:
    chunks = list(_chunks(data, 12, "<", 0))
    kept = [chunk for name, chunk in chunks if name in _WEBP_KEPT]
    if len(kept) == len(chunks):
        return data
    if kept and kept[0].startswith(b"VP8X"):
        head = bytearray(kept[0])
        head[8] &= ~_WEBP_FLAGS & 0xFF
        kept[0] = bytes(head)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(_name: str, data: bytes) -> bytes:
    at = 13 + _colours(data[10:11])
    kept = [data[:at]]
    while at < len(data):
        start = at
        if data[at] == 0x2C:
            at = _behind_blocks(data, at + 11 + _colours(data[at + 9 : at + 10]))
        elif data[at] == 0x21:
            at = _behind_blocks(data, at + 2)
        else:
            break
        label, application = data[start + 1 : start + 2], data[start + 3 : start + 14]
        is_timing = label == b"\xf9"
        if data[start] == 0x2C or is_timing or (label == b"\xff" and application in _GIF_KEPT):
            kept.append(data[start:at])
    clean = b"".join([*kept, b";"])
    return data if clean == data else clean


def _colours(flags: bytes) -> int:
    """Return how long the table of colours is that a picture of a GIF begins with."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _svg(name: str, data: bytes) -> bytes:
    """Return a drawing without comments and without what its editor keeps in it for itself."""
    from xml.etree import ElementTree as ET

    try:
        # expat itself limits how far entities grow; comments are not part of what it gives.
        root = ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _unreadable(name, "save it as plain SVG, or as PNG") from error
    # Comments, instructions and document types are not in the tree; UTF-16 hides them from here.
    changed = data.count(b"<?") > data.startswith(b"<?xml") or b"<!" in data or b"\0" in data
    for element in root.iter():
        for child in [one for one in element if not _is_drawn(one.tag) or one.tag in _UNSEEN]:
            _remove(element, child)
            changed = True
        for key, value in list(element.attrib.items()):
            said = _attribute(name, key, value)
            if said is None:
                del element.attrib[key]
            else:
                element.attrib[key] = said
            changed = changed or said != value
    if not changed:
        return data
    for prefix, space in _DRAWN.items():
        ET.register_namespace(prefix, space)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _is_drawn(tag: str) -> bool:
    return not tag.startswith("{") or tag[1:].partition("}")[0] in _DRAWN.values()


def _remove(element: Element, child: Element) -> None:
    at = list(element).index(child)
    if child.tail and at:
        element[at - 1].tail = (element[at - 1].tail or "") + child.tail
    elif child.tail:
        element.text = (element.text or "") + child.tail
    element.remove(child)


def _attribute(name: str, key: str, value: str) -> str | None:
    """Return what an attribute is to be; None for one that draws nothing."""
    # `data-…` is for scripts; diagrams.net keeps its whole document in `content`.
    if not _is_drawn(key) or key.startswith("data-") or key == "content":
        return None
    if match := _DATA_IMAGE.match(value):
        try:
            inside = base64.b64decode(match[2])
        except binascii.Error as error:
            raise _unreadable(name, "save it as plain SVG, or as PNG") from error
        kind = match[1].partition("+")[0]
        clean = strip_metadata(f"{name}.{kind}", inside)
        if clean != inside:
            return f"data:image/{match[1]};base64,{base64.b64encode(clean).decode()}"
    return value


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
        raise _unreadable(name, "save it as PNG, JPEG or WebP") from error
    return out.getvalue()


def _unreadable(name: str, way_out: str) -> Refused:
    return Refused(
        f"{name}: it cannot be read, so nothing says whether it holds a place or a name", way_out
    )


# Files that are not pictures: recordings, films, PDF, Office. Such a file is not changed, as that
# could break it: places in it refuse the note, and names of authors are told.

_ENDINGS = {
    "recording": "mp4 m4a m4b m4v mov qt 3gp 3g2 mp3 flac ogg oga ogv opus",
    "pdf": "pdf",
    "office": "docx docm dotx xlsx xlsm xltx pptx pptm ppsx potx odt ott ods odp odg epub",
}
_PLACE = r"locat|gps|latitude|longitude|\bgeo|\bcity"
_RECORDING_PLACES = (
    (rb"[+-]\d\d\.\d{2,}[+-]\d{2,3}\.\d{2,}[+\-.\d]*/?", ""),  # as phones write coordinates
    (rb"\xa9xyz.{2,24}?([+-]\d[\d.+-]*/?)", "\xa9xyz "),
    (rb"\0\0..loci\0{4}", "loci"),  # 3GPP's box
    (rb"stsd.{12}(?:gpmd|camm)", "a track of GPS"),
    (rb"mebx.{,4096}?location", "a track of places"),
    # Fields that somebody named so: QuickTime's and iTunes', ID3's, those of FLAC and Ogg.
    (rb"mdta[\w.-]{,60}?(?i:%b)[\w.-]*" % _PLACE.encode(), ""),
    (rb"name\0{4}[\w .-]{,60}?(?i:%b)[\w .-]*" % _PLACE.encode(), ""),
    (rb"TXX.{,20}?(?i:%b).{,80}" % _PLACE.encode(), ""),
    (rb"\0\0(?=\w)[\w -]{,20}(?i:%b)[\w -]{,20}=[^\0]{,80}" % _PLACE.encode(), ""),
)
"""What a place looks like in the bytes of a recording, and how it is told; "" for as it is."""
_LARGEST_UNPACKED = 256 * 1024 * 1024
_EXIF = re.compile(rb"(?:Exif\0\0|eXIf|EXIF.{4})(?=II\*\0|MM\0\*)", re.DOTALL)
_EXIF_BYTES = 65536
_XMP_PLACE = re.compile(
    rb"\b(?:exif:GPSL(?:at|ong)itude|photoshop:City|Iptc4xmpCore:Location)\b"
    rb"\s*(?:=\s*[\"']|>)([^\"'<]+)"
)
_XMP_CREATOR = re.compile(rb"<dc:creator>\s*<rdf:\w+>\s*<rdf:li[^>]*>([^<]+)")
_OFFICE_AUTHOR = re.compile(
    rb"<(?:(?:dc|cp|meta):)?(?:creator|lastModifiedBy|initial-creator|Manager|Company|author)\b[^>]*>"
    rb"([^<]+)<|\bw\d*:author=\"([^\"]+)\""
)


@dataclass(slots=True)
class Inspection:
    """What a file says besides what it is there for; a known kind can still be broken."""

    places: dict[str, None] = field(default_factory=dict)
    authors: dict[str, None] = field(default_factory=dict)
    is_known: bool = True
    is_broken: bool = False

    def add_places(self, *texts: str) -> None:
        """Add places in their order, each once and on one line."""
        self.places.update(dict.fromkeys(filter(None, map(_shown, texts))))

    def add_authors(self, *texts: str) -> None:
        """Add names likewise."""
        self.authors.update(dict.fromkeys(filter(None, map(_shown, texts))))


def inspect(name: str, data: bytes) -> Inspection:
    """Return the places and the names of people in a file that is not a picture."""
    found = Inspection()
    kind = _kind(name, data)
    _add_embedded(data, found)
    try:
        if kind == "recording":
            _check_whole(name, data)
            found.add_places(*_places_of_recording(data))
        elif kind == "pdf":
            _add_pdf(data, found)
        elif kind == "office":
            _add_office(data, found)
    except Exception:  # noqa: BLE001 - a library makes anything at all of a broken file
        found.is_broken = True
    found.is_known = bool(kind)
    return found


def check_unstripped(files: Mapping[str, bytes]) -> list[str]:
    """Return what to know of files that leave with all that is in them; refuse places."""
    found = {path: inspect(path, data) for path, data in files.items()}
    problems = {
        path: f"{path} holds a place: {', '.join(one.places)}"
        if one.places
        else f"{path} could not be inspected for places and names"
        for path, one in found.items()
        if one.places or one.is_broken
    }
    if problems:
        ways = " ".join(f"--keep-metadata {shlex.quote(path)}" for path in problems)
        raise Refused(
            "; ".join(problems.values()),
            f"to let it leave as it is, add {ways}, or name it in `keep_metadata` of [export] in"
            " .notekeep/config.toml",
        )
    named = [f"{path} ({', '.join(one.authors)})" for path, one in found.items() if one.authors]
    unknown = [path for path, one in found.items() if not one.is_known]
    return [
        *([f"files name people: {', '.join(named)}"] if named else []),
        *([f"not inspected for places and names: {', '.join(unknown)}"] if unknown else []),
    ]


def _shown(text: str) -> str:
    return " ".join("".join(char for char in text if char.isprintable()).split())[:80]


def _kind(name: str, data: bytes) -> str:
    """Return what sort of file it is: by how it begins, else by its name."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[4:8] in {b"ftyp", b"moov", b"mdat", b"wide"} or data.startswith(
        (b"ID3", b"fLaC", b"OggS")
    ):
        return "recording"
    if data.startswith(b"PK\3\4") and (b"[Content_Types].xml" in data or b"meta.xml" in data):
        return "office"
    return next((kind for kind, endings in _ENDINGS.items() if suffix(name) in endings.split()), "")


def _check_whole(name: str, data: bytes) -> None:
    """Raise where the part of a recording that holds its metadata is not there as a whole."""
    if data.startswith(b"fLaC"):
        at, is_last = 4, False
        while not is_last:
            is_last = bool(data[at] & 0x80)
            at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if at > len(data):
            raise ValueError("a block does not fit")
    elif data.startswith(b"OggS"):
        if not re.search(rb"\x03vorbis|OpusTags|\x81theora", data):
            raise ValueError("no comments in it")
    elif not data.startswith(b"ID3") and suffix(name) != "mp3":
        _check_boxes(data)


def _check_boxes(data: bytes) -> None:
    at, kinds = 0, set()
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        size = size or len(data) - at
        if size < 8 or at + size > len(data):
            raise ValueError("a box does not fit")
        kinds.add(kind)
        at += size
    if b"moov" not in kinds:
        raise ValueError("no movie in it")


def _places_of_recording(data: bytes) -> Iterator[str]:
    """Yield the places in a recording: its metadata lies in it as plain text.

    Text of two bytes a character becomes readable without its zeros and marks of order.
    """
    plain = data.translate(None, b"\0\xff\xfe")
    for pattern, told in _RECORDING_PLACES:
        for text in (data, plain):
            if match := re.search(pattern, text, re.DOTALL):
                groups = match.re.groups
                said = match[groups].decode("utf-8", "replace") if groups or not told else ""
                yield told + said
                break


def _add_embedded(data: bytes, found: Inspection) -> None:
    """Add what EXIF and XMP say, wherever they stand in a file."""
    for match in _EXIF.finditer(data):
        _add_exif(data[match.end() : match.end() + _EXIF_BYTES], found)
    if b"<rdf:" in data or b"<x:xmpmeta" in data:
        found.add_places(*(text.decode("utf-8", "replace") for text in _XMP_PLACE.findall(data)))
        found.add_authors(*(text.decode("utf-8", "replace") for text in _XMP_CREATOR.findall(data)))


def _add_exif(tiff: bytes, found: Inspection) -> None:
    from PIL import Image

    exif = Image.Exif()
    try:
        with _quietly():
            exif.load(b"Exif\0\0" + tiff)
            place = exif.get_ifd(0x8825)
            found.add_authors(str(exif.get(0x013B, "")))
            if 2 in place and 4 in place:
                found.add_places(" ".join(_degrees(place, tag) for tag in (2, 4)))
    except (OSError, ValueError, SyntaxError, TypeError, ArithmeticError, struct.error):
        return


def _degrees(place: dict[int, object], tag: int) -> str:
    said = place[tag]
    parts = said if isinstance(said, tuple) else (said,)
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    return f"{degrees:.4f}{place.get(tag - 1, '')}"


def _add_pdf(data: bytes, found: Inspection) -> None:
    import logging

    with _quietly():
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise ValueError("it is encrypted")
        len(reader.pages)
        for key, value in (reader.metadata or {}).items():
            if key == "/Author":
                found.add_authors(str(value))
            elif re.search(_PLACE, key, re.IGNORECASE):
                found.add_places(str(value))
        said = reader.root_object.get("/Metadata")
        if said is not None:
            _add_embedded(said.get_object().get_data(), found)


def _add_office(data: bytes, found: Inspection) -> None:
    import zipfile

    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for one in packed.infolist():
            ending = suffix(one.filename)
            if ending not in {"xml", "opf", "jpg", "jpeg", "png", "tif", "tiff", "webp"}:
                continue
            unpacked += one.file_size
            if unpacked > _LARGEST_UNPACKED:
                raise ValueError("too large to look through")
            part = packed.read(one)
            if ending not in {"xml", "opf"}:
                _add_embedded(part, found)
                continue
            for match in _OFFICE_AUTHOR.finditer(part):
                found.add_authors((match[1] or match[2]).decode("utf-8", "replace"))
