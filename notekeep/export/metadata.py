"""Metadata of pictures and documents: what may leave, stripped or refused."""

from __future__ import annotations

import base64
import binascii
import io
import logging
import re
import shlex
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from notekeep.errors import INSTALL_IMAGES, Refused
from notekeep.export.assets import suffix
from notekeep.export.references import is_local_attribute, strip_style_addresses
from notekeep.export.source_map import MappedText, SourceEdit

Facts = Iterator[tuple[str, str]]
"""The name of a fact, as the format has it, and what it says."""


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
_UNSEEN = ("metadata", "desc", "script")
_DATA = re.compile(r"(?<=\")data:[^\"]*|(?<=')data:[^']*|\bdata:image/[^\s\"'<>()]*", re.IGNORECASE)
"""An address that holds a file."""
_INSTRUCTION = re.compile(rb"<\?(?!xml\s)|<!|\0")
"""What begins an instruction, a comment or a document type, or is UTF-16, which hides them."""
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


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
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        marker = data[at + 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a byte that only fills
            end = at + 1
        segment = data[at:end]
        if marker == 0xE1:
            kept.append(_orientation_only(data, segment))
        else:
            is_drawn = not 0xE0 <= marker <= 0xEF and marker != 0xFE
            name = _JPEG_KEPT.get(marker)
            if is_drawn or (name and segment.startswith(name, 4)):
                kept.append(segment)
        at = end
    # After the picture's end a phone may append whole further files (motion, depth, previews).
    clean = b"".join([*kept, data[at : _jpeg_end(data, at)]])
    return data if clean == data else clean


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
    _need_pillow()
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


def _need_pillow() -> None:
    """Refuse what cannot be checked; a location must not leave because a library is missing."""
    try:
        import PIL  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise Refused(
            "a picture cannot be checked for locations and names without Pillow", INSTALL_IMAGES
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence what a library says about damaged metadata: that is thrown away in any case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _png(_name: str, data: bytes) -> bytes:
    kept = [data[:8]]
    at, name = 8, b""
    while at + 8 <= len(data) and name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    clean = b"".join(kept)
    return data if clean == data else clean


def _webp(_name: str, data: bytes) -> bytes:
    kept = []
    at, is_whole = 12, True
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size + size % 2
        if name in _WEBP_KEPT:
            kept.append(data[at:end])
        else:
            is_whole = False
        at = end
    if is_whole:
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
    try:
        # expat itself limits how far entities grow; comments are not part of what it gives.
        root = ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _unreadable(name, "save it as plain SVG, or as PNG") from error
    # Comments, instructions and document types are not in the tree.
    changed = _INSTRUCTION.search(data) is not None
    for element in root.iter():
        for child in [one for one in element if not _is_drawn(one.tag) or _tag(one) in _UNSEEN]:
            _remove(element, child)
            changed = True
        if _tag(element) == "style" and (element.text or "") != (
            clean := _style(element.text or "")
        ):
            element.text, changed = clean, True
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


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _style(text: str) -> str:
    """Return a style sheet without comments and without addresses of this machine."""
    return strip_style_addresses(_STYLE_COMMENT.sub("", text))


def _is_drawn(tag: str) -> bool:
    return not tag.startswith("{") or tag[1:].partition("}")[0] in _DRAWN.values()


def _remove(element: ET.Element, child: ET.Element) -> None:
    at = list(element).index(child)
    if child.tail and at:
        element[at - 1].tail = (element[at - 1].tail or "") + child.tail
    elif child.tail:
        element.text = (element.text or "") + child.tail
    element.remove(child)


def _attribute(name: str, key: str, value: str) -> str | None:
    """Return what an attribute is to be; None for one that draws nothing."""
    # `data-…` and `on…` are for scripts; diagrams.net keeps its whole document in `content`.
    local = key.rpartition("}")[2]
    if not _is_drawn(key) or local.startswith(("data-", "on")) or local == "content":
        return None
    if value.strip().lower().startswith("data:"):
        return strip_data_address(name, value.strip()) or None
    return None if is_local_attribute(local, value) else value


def strip_data_address(name: str, address: str) -> str:
    """Return an address that holds a picture, without metadata; "" if it holds anything else."""
    head, _, body = address.partition(",")
    kind, *how = head.lower().removeprefix("data:image/").split(";")
    if not head.lower().startswith("data:image/"):
        return ""
    data = unquote_to_bytes(body)
    if "base64" in how:
        try:
            data = base64.b64decode(data)
        except binascii.Error as error:
            raise _unreadable(name, "save it as plain SVG, or as PNG") from error
    clean = strip_metadata(f"{name}.{kind.partition('+')[0]}", data)
    if clean == data:
        return address
    return f"data:image/{kind};base64,{base64.b64encode(clean).decode()}"


def strip_data_addresses(passage: MappedText) -> list[SourceEdit]:
    """Return the edits that strip the pictures in addresses of a note's text."""
    edits = []
    spans = passage.find("image", "definition", "html", "html_block")
    for span in spans if "data:" in passage.text.lower() else ():
        for one in _DATA.finditer(passage.text, span.start, span.end):
            clean = strip_data_address(passage.origin(span.start).path, one[0])
            if clean != one[0]:
                reason = "removed metadata from a picture in an address"
                edits.append(SourceEdit(*one.span(), clean, reason))
    return edits


def _resaved(name: str, data: bytes) -> bytes:
    """Return a picture whose format has its metadata spread all over, decoded and saved again."""
    _need_pillow()
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
    return Refused(f"{name}: cannot be checked for locations and names", way_out)


# Files that are not pictures: recordings, films, PDF, Office. Such a file is not changed, as that
# could break it: places and names in it are told. Only headers and lists of facts are read, never
# sound or picture, and all of it where it lies in memory.

_PLACE = re.compile(r"\xa9xyz|loci|locat|gps|latitude|longitude|\bgeo|\bcity", re.IGNORECASE)
_AUTHOR = re.compile(
    r"\xa9(?:aut|art|wrt)|author|artist|creator|performer|composer|contact|modifiedby|manager"
    r"|company|^(?:TP[1-4]|TPE[1-4]|TCM|TXT|TCOM|TEXT|TENC|TOPE)$",
    re.IGNORECASE,
)
_LARGEST_UNPACKED = 256 * 1024 * 1024
_EXIF = re.compile(rb"(?:Exif\0\0|eXIf|EXIF.{4})(?=II\*\0|MM\0\*)", re.DOTALL)
_EXIF_BYTES = 65536
_XMP_FACT = re.compile(
    rb"\b((?:exif:GPSL(?:at|ong)itude|photoshop:City|Iptc4xmpCore:Location)\b)"
    rb"\s*(?:=\s*[\"']|>)([^\"'<]+)"
)
_XMP_CREATOR = re.compile(rb"<(dc:creator)>\s*<rdf:\w+>\s*<rdf:li[^>]*>([^<]+)")
_OFFICE_FACT = re.compile(
    rb"<(?:dc|cp|meta)?:?(creator|lastModifiedBy|initial-creator|Manager|Company|author)\b[^>]*>"
    rb"([^<]+)<"
)
_OFFICE_AUTHOR = re.compile(rb"\b(?:w\d*:)(author)=\"([^\"]+)\"")


def check_unstripped(files: Mapping[str, bytes]) -> list[str]:
    """Return what to know of files that leave with all that is in them; refuse places."""
    problems: dict[str, str] = {}
    named: list[str] = []
    unknown: list[str] = []
    for path, data in files.items():
        read = _find_reader(path, data)
        facts = list(_embedded(data))
        try:
            facts += read(data) if read else ()
        except Exception:  # noqa: BLE001 - a library makes anything at all of a broken file
            problems[path] = f"{path} could not be checked for locations and names"
        places = (f"{key} {_shown(value)}" for key, value in facts if value and _PLACE.search(key))
        if found := ", ".join(dict.fromkeys(places)):
            problems[path] = f"{path} contains a location: {found}"
        authors = (_shown(value) for key, value in facts if value.strip() and _AUTHOR.search(key))
        if found := ", ".join(dict.fromkeys(authors)):
            named.append(f"{path} ({found})")
        if read is None:
            unknown.append(path)
    if problems:
        ways = " ".join(f"--keep-metadata {shlex.quote(path)}" for path in problems)
        raise Refused(
            "; ".join(problems.values()),
            f"to export it anyway, add {ways}, or list it in `keep_metadata` of [export] in"
            " .notekeep/config.toml",
        )
    return [
        *([f"files contain names of people: {', '.join(named)}"] if named else []),
        *([f"not checked for locations and names: {', '.join(unknown)}"] if unknown else []),
    ]


def _shown(value: str) -> str:
    return " ".join(value.replace("\0", " ").split())[:80]


def _find_reader(name: str, data: bytes) -> Callable[[bytes], Facts] | None:
    """Return the reader that a file is for: by how it begins, else by its name."""
    if b"%PDF-" in data[:1024]:
        return _pdf
    if data[4:8] in {b"ftyp", b"moov", b"mdat", b"wide"}:
        return _mp4
    for start, read in ((b"ID3", _mp3), (b"fLaC", _flac), (b"OggS", _ogg)):
        if data.startswith(start):
            return read
    if data.startswith(b"PK\3\4") and (b"[Content_Types].xml" in data or b"meta.xml" in data):
        return _office
    ending = suffix(name)
    return next((read for read, endings in _ENDINGS.items() if ending in endings.split()), None)


def _embedded(data: bytes) -> Facts:
    """Yield what EXIF and XMP say, wherever they stand in a file."""
    for match in _EXIF.finditer(data):
        yield from _exif(data[match.end() : match.end() + _EXIF_BYTES])
    for pattern in (_XMP_FACT, _XMP_CREATOR) if b"<rdf:" in data else ():
        for match in pattern.finditer(data):
            yield match[1].decode(), match[2].decode("utf-8", "replace")


def _exif(tiff: bytes) -> Facts:
    _need_pillow()
    from PIL import Image

    exif = Image.Exif()
    try:
        with _quietly():
            exif.load(b"Exif\0\0" + tiff)
            place = exif.get_ifd(0x8825)
            yield "artist", str(exif.get(0x013B, ""))
            if 2 in place and 4 in place:
                yield "GPS", " ".join(_degrees(place, tag) for tag in (2, 4))
    except (OSError, ValueError, SyntaxError, TypeError, ArithmeticError, struct.error):
        return


def _degrees(place: dict[int, object], tag: int) -> str:
    said = place[tag]
    parts = said if isinstance(said, tuple) else (said,)
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    return f"{degrees:.4f}{place.get(tag - 1, '')}"


# MP4, M4A and QuickTime: boxes within boxes.

_NESTED = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta", b"moof"})
_TRACKS = {b"gpmd": "track (GoPro)", b"camm": "track (camera motion)"}


def _mp4(data: bytes) -> Facts:
    found = list(_walk(data, 0, len(data)))
    if not any(kind in {b"mvhd", b"mvex"} for kind, _, _ in found):
        raise ValueError("no movie data")
    names: list[str] = []
    for kind, start, end in found:
        body = data[start:end] if kind not in {b"mdat", b"free", b"skip"} else b""
        if kind == b"keys":
            names = [
                data[a:b].decode("utf-8", "replace") for _, a, b in _boxes(data, start + 8, end)
            ]
        elif kind == b"ilst":
            yield from _items(data, start, end, names)
        elif kind == b"loci":
            # 3GPP's box of a place: its name, then its coordinates.
            name, _, rest = body[6:].partition(b"\0")
            longitude, latitude = (part / 65536 for part in struct.unpack_from(">ii", rest, 1))
            yield "loci", f"{_text(name)} {latitude:.4f} {longitude:.4f}"
        elif kind in {b"auth", b"perf"}:
            yield "author", _text(body[6:])
        elif kind == b"stsd":
            yield from (("GPS", said) for mark, said in _TRACKS.items() if body[12:16] == mark)
            if body[12:16] == b"mebx" and b"location" in body:
                yield "GPS", "track"
        elif kind.startswith(b"\xa9"):
            yield kind.decode("latin-1"), _text(body[4:])


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box, and where what it holds begins and ends."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        elif size == 0:
            size = end - at
        if at + size < start or at + size > end:
            raise ValueError("invalid box size")
        yield kind, start, at + size
        at += size


def _walk(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield every box that holds no others."""
    for kind, start, stop in _boxes(data, at, end):
        if kind not in _NESTED:
            yield kind, start, stop
            continue
        # In MP4 four bytes stand before what `meta` holds, in QuickTime none.
        skipped = 4 if kind == b"meta" and data[start + 4 : start + 8] != b"hdlr" else 0
        yield from _walk(data, start + skipped, stop)


def _items(data: bytes, at: int, end: int, names: list[str]) -> Facts:
    for kind, start, stop in _boxes(data, at, end):
        number = int.from_bytes(kind, "big")
        key = names[number - 1] if 0 < number <= len(names) else kind.decode("latin-1")
        for inner, a, b in _boxes(data, start, stop):
            if inner == b"name":
                key = _text(data[a + 4 : b])
            elif inner == b"data":
                yield key, _text(data[a + 8 : b])


def _text(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


# Sound with lists of facts.


def _mp3(data: bytes) -> Facts:
    if data.startswith(b"TAG", len(data) - 128):
        yield "artist", data[len(data) - 95 : len(data) - 65].decode("latin-1").strip("\0 ")
    if not data.startswith(b"ID3"):
        return
    version, flags = data[3], data[5]
    body = data[10 : 10 + _sevens(data[6:10])]
    is_parted = bool(flags & 0x80)  # a zero behind each 0xFF: in all, or since 2.4 in each frame
    if is_parted and version < 4:
        body = body.replace(b"\xff\0", b"\xff")
    at = 0
    if flags & 0x40 and version > 2:
        at = _sevens(body[:4]) if version > 3 else 4 + int.from_bytes(body[:4], "big")
    long = 4 if version > 2 else 3
    head = 10 if version > 2 else 6
    while at + head <= len(body) and body[at]:
        name = body[at : at + long].decode("latin-1")
        length = body[at + long : at + 2 * long]
        size = _sevens(length) if version > 3 else int.from_bytes(length, "big")
        frame = body[at + head : at + head + size]
        said = _encoded(frame.replace(b"\xff\0", b"\xff") if is_parted else frame)
        at += head + size
        if name in {"TXXX", "TXX"}:
            name, _, said = said.partition("\0")
            yield name, said
        elif name.startswith("T"):
            yield name, said


def _sevens(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def _encoded(data: bytes) -> str:
    coding = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(data[0] if data else 0)
    return data[1:].decode(coding or "latin-1", "replace").replace("\ufeff", "")


def _flac(data: bytes) -> Facts:
    at, is_last = 4, False
    while not is_last:
        head, size = data[at], int.from_bytes(data[at + 1 : at + 4], "big")
        is_last = bool(head & 0x80)
        if head & 0x7F == 4:
            yield from _comments(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at > len(data):
        raise ValueError("invalid block size")


def _ogg(data: bytes) -> Facts:
    marks = (b"\3vorbis", b"OpusTags", b"\x81theora")
    packets, at = [b""], 0
    while len(packets) < 8 and data.startswith(b"OggS", at):
        sizes = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(sizes)
        for size in sizes:
            packets[-1] += data[at : at + size]
            at += size
            if size < 255:
                packets.append(b"")
    found = [(mark, packet) for packet in packets for mark in marks if packet.startswith(mark)]
    if not found:
        raise ValueError("no comment block")
    for mark, packet in found:
        yield from _comments(packet[len(mark) :])


def _comments(data: bytes) -> Facts:
    """Yield the comments of Vorbis: lengths are little-endian, each is `KEY=words`."""
    at = 4 + int.from_bytes(data[:4], "little")
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        key, _, said = data[at + 4 : at + 4 + size].decode("utf-8", "replace").partition("=")
        yield key, said
        at += 4 + size


# Documents.


def _pdf(data: bytes) -> Facts:
    with _quietly():
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise ValueError("it is encrypted")
        len(reader.pages)
        if (facts := reader.metadata) is not None:
            wanted = [key for key in facts if key == "/Author" or _PLACE.search(key)]
            yield from ((key.lstrip("/"), str(facts[key])) for key in wanted)
        said = reader.root_object.get("/Metadata")
        if said is not None:
            yield from _embedded(said.get_object().get_data())


def _office(data: bytes) -> Facts:
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for one in packed.infolist():
            ending = suffix(one.filename)
            if ending not in {"xml", "opf", "jpg", "jpeg", "png", "tif", "tiff", "webp"}:
                continue
            unpacked += one.file_size
            if unpacked > _LARGEST_UNPACKED:
                raise ValueError("too large to check")
            part = packed.read(one)
            if ending not in {"xml", "opf"}:
                yield from _embedded(part)
                continue
            for pattern in (_OFFICE_FACT, _OFFICE_AUTHOR):
                for match in pattern.finditer(part):
                    yield match[1].decode(), match[2].decode("utf-8", "replace")


_ENDINGS: dict[Callable[[bytes], Facts], str] = {
    _mp4: "mp4 m4a m4b m4v mov qt 3gp 3g2",
    _mp3: "mp3",
    _flac: "flac",
    _ogg: "ogg oga ogv opus",
    _pdf: "pdf",
    _office: "docx docm dotx xlsx xlsm xltx pptx pptm ppsx potx odt ott ods odp odg epub",
}
