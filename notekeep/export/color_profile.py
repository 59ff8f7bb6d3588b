"""Color profiles in pictures (ICC.1:2022, sections 7.2 and 7.3), without device information.

The profile of a monitor contains its name, manufacturer, serial number and calibration time. Only
the data for color conversion is kept.
"""

from __future__ import annotations

import struct

_HEADER = 128
_BLANKED = ((4, 8), (40, 44), (48, 56), (80, 100))
"""Header fields: color module, platform, maker and model, creator and digest of the profile."""
_DATE = slice(24, 36)
_NO_DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_TAGS = frozenset(
    b"A2B0 A2B1 A2B2 A2B3 B2A0 B2A1 B2A2 B2A3 D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3 rXYZ gXYZ"
    b" bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad cicp".split()
)
_TYPES = frozenset(
    {b"XYZ ", b"curv", b"para", b"sf32", b"cicp", b"mft1", b"mft2", b"mAB ", b"mBA ", b"mpet"}
)


def reduce_profile(profile: bytes) -> bytes:
    """Return a profile with only the color conversion; empty for an unreadable profile."""
    header = bytearray(profile[:_HEADER])
    if len(profile) < _HEADER + 4 or header[36:40] != b"acsp":
        return b""
    for start, end in _BLANKED:
        header[start:end] = bytes(end - start)
    header[_DATE] = _NO_DATE
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    if _HEADER + 4 + 12 * count > len(profile):
        return b""
    tags: dict[bytes, bytes] = {}
    for number in range(count):
        tag, at, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * number)
        value = profile[at : at + size]
        if tag in _TAGS and value[:4] in _TYPES:
            tags[tag] = value
    if not tags:
        return b""
    tags = _required_texts(header[8]) | tags
    table, body = struct.pack(">I", len(tags)), b""
    places: dict[bytes, int] = {}  # equal values are stored once, for example the three curves
    for tag, value in tags.items():
        if value not in places:
            places[value] = _HEADER + 4 + 12 * len(tags) + len(body)
            body += value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", tag, places[value], len(value))
    reduced = header + table + body
    reduced[:4] = struct.pack(">I", len(reduced))
    return bytes(reduced)


def _required_texts(version: int) -> dict[bytes, bytes]:
    """Return an empty description and copyright, which every profile needs."""
    if version < 4:
        return {
            b"desc": b"desc" + struct.pack(">4xI", 1) + bytes(79),
            b"cprt": b"text" + bytes(5),
        }
    empty = b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", 0, 28)
    return {b"desc": empty, b"cprt": empty}
