"""Strips metadata from pictures, and refuses other files that contain locations."""

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
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from notekeep.errors import INSTALL_IMAGES, Refused
from notekeep.export.assets import suffix
from notekeep.export.color_profile import reduce_profile
from notekeep.export.privacy.local_addresses import is_local_attribute, strip_style_addresses
from notekeep.export.source_map import MappedText, SourceEdit

# Pictures: only the image data is copied, byte for byte where the format allows it, so that
# pictures lose no quality, and pictures without metadata stay unchanged. The orientation and the
# color conversion of a color profile are copied too.

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs acTL"
    b" fcTL fdAT".split()
)
_WEBP_CHUNKS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
"""The header flags for optional chunks."""
_JPEG_PROFILE = b"ICC_PROFILE\0"
_JPEG_PROFILE_BYTES = 65519
_MAX_PROFILE = 16 * 1024 * 1024
_GIF_EXTENSIONS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
"""Extensions with the number of repeats. Browsers ignore color profiles in GIF."""
_ORIENTATION = 0x0112
_GPS = 0x8825  # tag of the block with the location
_RESAVED = {"tif": "TIFF", "tiff": "TIFF", "avif": "AVIF", "heic": "HEIF", "heif": "HEIF"}

_SVG = "http://www.w3.org/2000/svg"
_NAMESPACES = {
    "": _SVG,
    "xlink": "http://www.w3.org/1999/xlink",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "html": "http://www.w3.org/1999/xhtml",
    "math": "http://www.w3.org/1998/Math/MathML",
}
"""The XML namespaces that browsers draw, by prefix."""
_INVISIBLE = ("metadata", "desc", "script")
_DATA = re.compile(r"(?<=\")data:[^\"]*|(?<=')data:[^']*|\bdata:image/[^\s\"'<>()]*", re.IGNORECASE)
"""An address that contains a file."""
_INSTRUCTION = re.compile(rb"<\?(?!xml\s)|<!|\0")
"""The start of an instruction, comment or document type, or NUL, as in UTF-16."""
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def strip_metadata(name: str, data: bytes) -> bytes | None:
    """Return a picture without metadata; None for other files."""
    if data.startswith(b"\xff\xd8"):
        return _strip_jpeg(data)
    if data.startswith(_PNG):
        return _strip_png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _strip_webp(data)
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return _strip_gif(data)
    if suffix(name) == "svg":
        return _strip_svg(name, data)
    if suffix(name) in _RESAVED:
        return _resave(name, data)
    return None


def _strip_jpeg(data: bytes) -> bytes:
    parts = [data[:2]]
    profile: dict[int, bytes] = {}  # its segments, by number
    at, place = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        marker = data[at + 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # padding
            end = at + 1
        segment = data[at:end]
        if marker == 0xE1:
            parts.append(_orientation_only(data, segment))
        elif marker == 0xE2 and segment.startswith(_JPEG_PROFILE, 4):
            place = place if profile else len(parts)
            profile[int.from_bytes(segment[16:17], "big")] = segment[18:]
        else:
            parts.append(_visible_segment(segment))
        at = end
    parts[place:place] = _profile_segments(b"".join(profile[number] for number in sorted(profile)))
    # Phones append other files (motion, depth, previews) to a picture.
    return b"".join([*parts, *_scans(data, at)])


def _visible_segment(segment: bytes) -> bytes:
    """Return the part of a segment that affects how the picture looks."""
    marker = segment[1]
    if marker == 0xE0 and segment.startswith(b"JFIF\0", 4):  # without its thumbnail
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"
    if marker == 0xEE and segment.startswith(b"Adobe", 4):
        return b"\xff\xee\0\x0e" + segment[4:16]
    return segment if marker < 0xE0 or marker == 0xFF else b""


def _profile_segments(profile: bytes) -> list[bytes]:
    """Return the segments of a JPEG picture that contain a color profile."""
    reduced = reduce_profile(profile)
    starts = range(0, len(reduced), _JPEG_PROFILE_BYTES)
    bodies = [
        _JPEG_PROFILE + bytes([number, len(starts)]) + reduced[at : at + _JPEG_PROFILE_BYTES]
        for number, at in enumerate(starts, 1)
    ]
    return [b"\xff\xe2" + (len(body) + 2).to_bytes(2, "big") + body for body in bodies]


def _scans(data: bytes, at: int) -> Iterator[bytes]:
    """Yield the scans of a picture, and the necessary segments between them."""
    start = at
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            yield data[start:]
            return
        marker = data[at + 1]
        if marker == 0xD9:
            yield data[start : at + 2]
            return
        if marker in {0x00, 0xFF} or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker >= 0xE0:
            yield data[start:at]
            start = end
        at = end


def _orientation_only(data: bytes, segment: bytes) -> bytes:
    """Return an APP1 segment with only the orientation; empty for the default orientation."""
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
    """Refuse pictures that cannot be checked for locations because Pillow is missing."""
    try:
        import PIL  # noqa: F401 - only to test that it is installed
    except ImportError as error:
        raise Refused(
            "A picture cannot be checked for locations and names without Pillow.",
            f"Install it: {INSTALL_IMAGES}.",
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence library warnings about damaged metadata, which is discarded anyway."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _strip_png(data: bytes) -> bytes:
    parts = [data[:8]]
    at, name = 8, b""
    while at + 8 <= len(data) and name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if name == b"iCCP":
            parts.append(_png_profile(data[at + 8 : end - 4]))
        elif name in _PNG_CHUNKS:
            parts.append(data[at:end])
        at = end
    return b"".join(parts)


def _png_profile(body: bytes) -> bytes:
    """Return a chunk with a color profile; empty if it is unreadable."""
    packed = body.partition(b"\0")[2][1:]  # skips the profile's name, which may be the monitor's
    try:
        reduced = reduce_profile(zlib.decompressobj().decompress(packed, _MAX_PROFILE))
    except zlib.error:
        return b""
    if not reduced:
        return b""
    chunk = b"iCCPicc\0\0" + zlib.compress(reduced)
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def _strip_webp(data: bytes) -> bytes:
    parts = []
    at, copied = 12, set()
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size + size % 2
        chunk = data[at:end]
        if name == b"ICCP":
            reduced = reduce_profile(data[at + 8 : at + 8 + size])
            chunk = struct.pack("<4sI", name, len(reduced)) + reduced if reduced else b""
        if name in _WEBP_CHUNKS and chunk:
            parts.append(chunk)
            copied.add(name)
        at = end
    if parts and parts[0].startswith(b"VP8X"):
        head = bytearray(parts[0])
        for name, flag in _WEBP_FLAGS.items():
            head[8] &= 0xFF if name in copied else ~flag & 0xFF
        parts[0] = bytes(head)
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _strip_gif(data: bytes) -> bytes:
    at = 13 + _color_table_size(data[10:11])
    parts = [data[:at]]
    while at < len(data):
        start = at
        if data[at] == 0x2C:
            at = _skip_blocks(data, at + 11 + _color_table_size(data[at + 9 : at + 10]))
        elif data[at] == 0x21:
            at = _skip_blocks(data, at + 2)
        else:
            break
        label, application = data[start + 1 : start + 2], data[start + 3 : start + 14]
        is_timing = label == b"\xf9"
        if (
            data[start] == 0x2C
            or is_timing
            or (label == b"\xff" and application in _GIF_EXTENSIONS)
        ):
            parts.append(data[start:at])
    return b"".join([*parts, b";"])


def _color_table_size(flags: bytes) -> int:
    """Return the length of the color table at the beginning of a GIF picture."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _skip_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _strip_svg(name: str, data: bytes) -> bytes:
    """Return a drawing without comments and editor data."""
    try:
        # expat limits the expansion of entities, and drops comments.
        root = ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _unreadable(name, "Save it as plain SVG, or as PNG.") from error
    # Comments, instructions and document types are not in the tree.
    changed = _INSTRUCTION.search(data) is not None
    for element in root.iter():
        for child in [
            child for child in element if not _is_visible(child.tag) or _tag(child) in _INVISIBLE
        ]:
            _remove(element, child)
            changed = True
        if _tag(element) == "style" and element.text:
            clean = strip_style_addresses(_STYLE_COMMENT.sub("", element.text))
            changed = changed or clean != element.text
            element.text = clean
        for key, value in list(element.attrib.items()):
            clean_value = _strip_attribute(name, key, value)
            if clean_value is None:
                del element.attrib[key]
            else:
                element.attrib[key] = clean_value
            changed = changed or clean_value != value
    if not changed:
        return data
    for prefix, space in _NAMESPACES.items():
        ET.register_namespace(prefix, space)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_visible(tag: str) -> bool:
    return not tag.startswith("{") or tag[1:].partition("}")[0] in _NAMESPACES.values()


def _remove(element: ET.Element, child: ET.Element) -> None:
    at = list(element).index(child)
    if child.tail and at:
        element[at - 1].tail = (element[at - 1].tail or "") + child.tail
    elif child.tail:
        element.text = (element.text or "") + child.tail
    element.remove(child)


def _strip_attribute(name: str, key: str, value: str) -> str | None:
    """Return the cleaned value of an attribute; None if it does not affect drawing."""
    # `data-…` and `on…` are for scripts; diagrams.net stores its whole document in `content`.
    local = key.rpartition("}")[2]
    if not _is_visible(key) or local.startswith(("data-", "on")) or local == "content":
        return None
    if value.strip().lower().startswith("data:"):
        return strip_data_address(name, value.strip()) or None
    return None if is_local_attribute(local, value) else value


def strip_data_address(name: str, address: str) -> str:
    """Return a data address of a picture without metadata; "" for other data."""
    head, _, body = address.partition(",")
    kind, *how = head.lower().removeprefix("data:image/").split(";")
    if not head.lower().startswith("data:image/"):
        return ""
    data = unquote_to_bytes(body)
    if "base64" in how:
        try:
            data = base64.b64decode(data)
        except binascii.Error as error:
            raise _unreadable(name, "Save it as plain SVG, or as PNG.") from error
    clean = strip_metadata(f"{name}.{kind.partition('+')[0]}", data)
    if clean is None or clean == data:
        return address
    return f"data:image/{kind};base64,{base64.b64encode(clean).decode()}"


def strip_data_addresses(passage: MappedText) -> list[SourceEdit]:
    """Return the edits that strip metadata of pictures in addresses."""
    edits = []
    spans = passage.find("image", "definition", "html", "html_block")
    for span in spans if "data:" in passage.text.lower() else ():
        for match in _DATA.finditer(passage.text, span.start, span.end):
            clean = strip_data_address(passage.origin(span.start).path, match[0])
            if clean != match[0]:
                reason = "removed metadata from a picture in an address"
                edits.append(SourceEdit(*match.span(), clean, reason))
    return edits


def _resave(name: str, data: bytes) -> bytes:
    """Decode and save a picture again, for formats with metadata in many places."""
    _need_pillow()
    from PIL import Image, ImageOps

    try:
        with _quietly(), Image.open(io.BytesIO(data)) as image:
            upright = ImageOps.exif_transpose(image)
            clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
            out = io.BytesIO()
            profile = reduce_profile(image.info.get("icc_profile") or b"")
            options = {"icc_profile": profile} if profile else {}
            clean.save(out, _RESAVED[suffix(name)], **options)
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise _unreadable(name, "Save it as PNG, JPEG or WebP.") from error
    return out.getvalue()


def _unreadable(name: str, hint: str) -> Refused:
    return Refused(f"{name}: Cannot check the picture for locations and names.", hint)


# Other files: audio, video, PDF and Office files. They are not changed, because that could break
# them. A file with a location is refused. The bytes are searched for locations, because parsers
# would miss those in damaged or unusual files. PDF and Office files are unpacked, and names in them
# are reported.

_LOCATIONS = re.compile(
    # coordinates as written by cameras, and metadata keys for locations
    rb"(?P<coordinates>[+-]\d\d\.\d{2,}[+-]\d{3}\.\d{2,}(?:[+-][\d.]+)?/?)"
    rb"|(?:\b|_)(?i:location|gps\w*|latitude|longitude)(?:=|\0)(?P<fact>[ -~]{3,80})"
    rb"|<(?:\w+:)?(?i:gps\w*|location\w*|latitude|longitude)>\s*(?P<element>[^<\s][^<]*)"
    rb"|\x45\xa3[\x80-\xff](?P<tag>(?:[A-Z]+_)?(?i:location|gps|latitude|longitude))"
    rb"|(?P<xml><(?:gpx|kml|trkpt|wpt)\b)|(?P<json>\"coordinates\"\s*:)|(?m:^(?P<card>GEO[:;]))"
)
_VIDEO_LOCATIONS = re.compile(rb"(?<=\xa9)xyz|loci|gpmd|camm|location\.ISO6709")
"""Boxes and tracks with locations. In other files, these bytes may occur by chance."""
_ENDS = 4 * 1024 * 1024
"""Bytes to search at the start and the end of a file, where metadata is stored."""
_PACKED_EXIF = b"brobExif"
_MAX_UNPACKED = 256 * 1024 * 1024
_EXIF = re.compile(rb"(?:Exif\0\0|eXIf|E(?:XIF|xif).{4})(?=II\*\0|MM\0\*)", re.DOTALL)
_EXIF_BYTES = 65536
_XMP_LOCATION = re.compile(
    rb"\b(?:exif:GPSL(?:at|ong)itude|photoshop:City|Iptc4xmpCore:Location)\b\s*(?:=\s*[\"']|>)([^\"'<]+)"
)
_XMP_CREATOR = re.compile(rb"<dc:creator>\s*<rdf:\w+>\s*<rdf:li[^>]*>([^<]+)")
_OFFICE_NAMES = (
    re.compile(
        rb"<(?:dc|cp|meta)?:?(?:creator|lastModifiedBy|initial-creator|Manager|Company|author)\b[^>]*>"
        rb"([^<]+)<"
    ),
    re.compile(rb"\b(?:w\d*:)author=\"([^\"]+)\""),
)
_OFFICE_CHANGES = re.compile(rb"<w:(?:ins|del|moveFrom|comment)\b")
_DOCUMENTS = frozenset(
    {
        *("pdf", "docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "ppsx", "potx"),
        *("odt", "ott", "ods", "odp", "odg", "epub"),
    }
)


def check_unstripped(files: Mapping[str, bytes]) -> list[str]:
    """Return warnings about files that are exported with their metadata; refuse locations."""
    problems: dict[str, str] = {}
    cause: Exception | None = None
    named: list[str] = []
    unknown: list[str] = []
    for path, data in files.items():
        is_office = data.startswith(b"PK\3\4") and (
            b"[Content_Types].xml" in data or b"meta.xml" in data
        )
        is_document = suffix(path) in _DOCUMENTS or _is_pdf(data) or is_office
        try:
            parts = list(_unpack(data)) if is_document else [data]
            places = dict.fromkeys(_text(at) for part in parts for at in _find_locations(part))
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - libraries raise any exception for a damaged file
            problems[path] = f"{path} could not be checked for locations and names: {error}."
            cause = error
            continue
        if found := ", ".join(filter(None, places)):
            problems[path] = f"{path} contains a location: {found}."
        names = dict.fromkeys(_text(name) for part in parts for name in _find_names(part))
        if is_document and names:
            named.append(f"{path} ({', '.join(names)})")
        if not is_document:
            unknown.append(path)
    if problems:
        options = " ".join(f"--keep-metadata {shlex.quote(path)}" for path in problems)
        raise Refused(
            " ".join(problems.values()),
            f"To export it anyway, add {options}, or list it in `keep_metadata` of [export] in"
            " .notekeep/config.toml.",
        ) from cause
    return [
        *([f"Files contain names of people: {', '.join(named)}."] if named else []),
        *([f"Not checked for names of people: {', '.join(unknown)}."] if unknown else []),
    ]


def _text(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").replace("\0", " ").split())[:80]


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


def _find_locations(data: bytes) -> Iterator[bytes]:
    if _PACKED_EXIF in data[:_ENDS]:
        raise ValueError("its EXIF is compressed")
    for match in _EXIF.finditer(data):
        yield _exif_location(data[match.end() : match.end() + _EXIF_BYTES])
    yield from _XMP_LOCATION.findall(data)
    is_video = data[4:8] in {b"ftyp", b"moov", b"mdat", b"wide"}
    for part in _video_metadata(data) if is_video else (data[:_ENDS], data[_ENDS:][-_ENDS:]):
        yield from _VIDEO_LOCATIONS.findall(part) if is_video else ()
        for text in (part, part.replace(b"\0", b"")):  # also UTF-16
            yield from (match[match.lastindex or 0] for match in _LOCATIONS.finditer(text))


def _video_metadata(data: bytes) -> Iterator[bytes]:
    """Yield the outer boxes of MP4 and QuickTime files, without audio and video data."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        end = at + size if size >= 8 else len(data)
        if kind not in {b"mdat", b"free", b"skip"}:
            yield data[at:end]
        at = end


def _exif_location(tiff: bytes) -> bytes:
    """Return the coordinates in an EXIF block; empty for none. Raises ValueError if unreadable."""
    _need_pillow()
    from PIL import Image

    exif = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns about parts that it cannot read
            exif.load(b"Exif\0\0" + tiff)
            place = exif.get_ifd(_GPS)
            is_read = bool(exif) and (bool(place) or _GPS not in exif)
            found = " ".join(_degrees(place, tag) for tag in (2, 4) if tag in place).encode()
    except (OSError, ValueError, SyntaxError, TypeError, ArithmeticError, struct.error, Warning):
        is_read, found = False, b""
    if not is_read:
        raise ValueError("its EXIF cannot be read")
    return found


def _degrees(place: dict[int, object], tag: int) -> str:
    value = place[tag]
    parts = value if isinstance(value, tuple) else (value,)
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    return f"{degrees:.4f}{place.get(tag - 1, '')}"


def _find_names(data: bytes) -> Iterator[bytes]:
    yield from _XMP_CREATOR.findall(data)
    for pattern in _OFFICE_NAMES:
        yield from pattern.findall(data)
    if _OFFICE_CHANGES.search(data):
        yield b"comments or tracked changes"


def _unpack(data: bytes) -> Iterator[bytes]:
    """Yield a document and its unpacked parts with metadata."""
    yield data
    if _is_pdf(data):
        yield from _unpack_pdf(data)
        return
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for file in packed.infolist():
            if suffix(file.filename) in {"xml", "opf", "jpg", "jpeg", "png", "tif", "tiff", "webp"}:
                unpacked += file.file_size
                if unpacked > _MAX_UNPACKED:
                    raise ValueError("it is too large when unpacked")
                yield packed.read(file)


def _unpack_pdf(data: bytes) -> Iterator[bytes]:
    with _quietly():
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise ValueError("it is encrypted")
        len(reader.pages)
        if reader.metadata is not None and reader.metadata.author:
            yield f"<dc:creator>{reader.metadata.author}<".encode()
        xmp = reader.root_object.get("/Metadata")
        if xmp is not None:
            yield xmp.get_object().get_data()
