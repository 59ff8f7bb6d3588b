"""Prints the annotations of a PDF file from standard input, as a child process of `formats/pdf.py`.

The first line is the document, each further line an annotation, in JSON. A highlight contains no
text, so its text is found by the places of the glyphs. Text in forms and scans is not found.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from notekeep.catalog import pdf_text

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MARKS = ("Highlight", "Underline", "Squiggly", "StrikeOut")
_NOT_USERS = ("Link", "Popup", "Widget", "Screen", "PrinterMark", "TrapNet", "Watermark")
_DEFAULT_WIDTH = 0.5
"""Width of a glyph in ems, if the font does not contain it and it is not a letter."""
_USUAL_WIDTHS = {
    **dict.fromkeys(b" ijl.,;:!|'I", 0.26),
    **dict.fromkeys(b"ftr()[]-/", 0.31),
    **dict.fromkeys(b"ABCDEFGHJKLNOPQRSTUVXYZ", 0.68),
    **dict.fromkeys(b"mwMW", 0.83),
}
"""Usual widths in the standard fonts, which files do not contain."""
_BASELINE_TO_CENTER = 0.25
_MAX_GLYPHS = 200_000
"""Maximum number of glyphs on a page."""
_UNIT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_Matrix = tuple[float, ...]
_Box = tuple[float, float, float, float]
_Glyph = tuple[float, float]  # its center
_Show = tuple[int, list[tuple[bytes, _Glyph, float]]]  # operation, codes with center and advance


def read_annotations(source: BinaryIO) -> Iterator[str]:
    """Yield a line of JSON for the document and for each annotation of the user."""
    from pypdf import PdfReader

    reader = PdfReader(source)
    facts: Any = reader.metadata or {}
    number = reader.trailer.get("/ID")
    yield json.dumps(
        {
            "id": _hex(number[0]) if number else "",
            **{name: _text(facts.get(f"/{name.title()}")) for name in ("title", "author")},
            "doi": _text(facts.get("/doi") or facts.get("/WPS-ARTICLEDOI")),
        }
    )
    labels: Sequence[str] = ()
    for number, page in enumerate(reader.pages):
        found = [item for item in _annotations(page) if _kind(item) not in ("", *_NOT_USERS)]
        if not found:
            continue
        labels = labels or _labels(reader)
        label = labels[number] if number < len(labels) else str(number + 1)
        texts = _Texts(page, reader)
        for item in found:
            yield json.dumps({"page": number + 1, "label": label, **_convert(item, texts)})


def _labels(reader: PdfReader) -> Sequence[str]:
    try:
        return reader.page_labels
    except Exception:  # noqa: BLE001 - pypdf raises many types; then pages are counted
        return ()


def _annotations(page: PageObject) -> list[Any]:
    listed: Any = page.get("/Annots")
    listed = listed.get_object() if listed is not None else []
    found = [item.get_object() for item in listed] if isinstance(listed, list) else []
    return [item for item in found if isinstance(item, dict)]


def _kind(item: Any) -> str:
    return str(item.get("/Subtype") or "").removeprefix("/")


def _convert(item: Any, texts: _Texts) -> dict[str, Any]:
    kind = _kind(item)
    box = _numbers(item, "/Rect")[:4]
    quads = _numbers(item, "/QuadPoints")
    boxes = [_bounds(quads[at : at + 8]) for at in range(0, len(quads) - 7, 8)]
    parent = item.get("/IRT")
    parent = parent.get_object() if parent is not None else None
    return {
        "kind": kind,
        "name": _text(item.get("/NM")),
        "text": texts.find(boxes) if kind in _MARKS else "",
        "note": _text(item.get("/Contents")),
        "color": _color(_numbers(item, "/C")),
        "at": _time(_text(item.get("/CreationDate") or item.get("/M"))),
        "by": _text(item.get("/T")),
        "order": [-round(box[3] if len(box) == 4 else 0), round(box[0] if box else 0)],
        "state": _text(item.get("/State")),
        "parent": None if not isinstance(parent, dict) else _place(parent),
        "place": _place(item),
    }


def _place(item: Any) -> str:
    """Return what identifies an annotation on its page."""
    return _text(item.get("/NM")) or f"{_kind(item)} {_numbers(item, '/Rect')}"


def _numbers(item: Any, name: str) -> list[float]:
    values: Any = item.get(name)
    values = values.get_object() if values is not None else []
    try:
        return [float(value.get_object()) for value in values]
    except (TypeError, ValueError, AttributeError):
        return []


def _text(value: Any) -> str:
    value = value.get_object() if hasattr(value, "get_object") else value
    return value if isinstance(value, str) else ""


def _hex(value: Any) -> str:
    value = value.get_object()
    data = value.original_bytes if hasattr(value, "original_bytes") else bytes(value)
    return str(data.hex())


def _color(parts: list[float]) -> str:
    if len(parts) == 1:
        parts *= 3
    if len(parts) != 3 or not all(0 <= part <= 1 for part in parts):
        return ""
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _time(text: str) -> str:
    found = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?", text)
    if not found:
        return ""
    day = "-".join(found.groups()[:3])
    return f"{day}T{found[4]}:{found[5]}" if found[4] else day


def _bounds(corners: Sequence[float]) -> _Box:
    return min(corners[::2]), min(corners[1::2]), max(corners[::2]), max(corners[1::2])


# The text of a part of a page


class _Texts:
    """The glyphs of a page. Only the glyphs in an area are kept, and pypdf decodes them."""

    def __init__(self, page: PageObject, reader: PdfReader) -> None:
        self._page = page
        self._reader = reader
        self._operations: list[tuple[Any, bytes]] | None = None
        self._shows: list[_Show] = []

    def find(self, boxes: Sequence[_Box]) -> str:
        """Return the text in areas; "" if there is none."""
        from pypdf.generic import (
            ArrayObject,
            ByteStringObject,
            ContentStream,
            FloatObject,
            NameObject,
        )

        if not boxes:
            return ""
        if self._operations is None:
            self._operations = self._read()
        operations = list(self._operations)
        is_found = False
        for at, glyphs in self._shows:
            parts = ArrayObject()
            run = b""
            for code, center, advance in glyphs:
                if code and any(_is_in(box, center) for box in boxes):
                    run += code
                    continue
                if run:
                    parts.append(ByteStringObject(run))
                run = b""
                parts.append(FloatObject(advance))
            if run:
                parts.append(ByteStringObject(run))
            is_found |= any(isinstance(part, bytes) for part in parts)
            operations[at] = ([parts], b"TJ")
        if not is_found:
            return ""
        stream = ContentStream(None, self._reader)
        stream.operations = operations
        original = self._page["/Contents"]
        self._page[NameObject("/Contents")] = stream
        text = self._page.extract_text()
        self._page[NameObject("/Contents")] = original
        lines = (" ".join(line.split()) for line in text.split("\n"))
        joined = "\n".join(filter(None, lines))
        return re.sub(r"(?<=[^\W\d_])[-\u00ad]\n(?=[a-zß-ÿ])", "", joined).replace("\n", " ")

    def _read(self) -> list[tuple[Any, bytes]]:
        """Return the operations of the page, without other pages' forms, and find the glyphs."""
        from pypdf.generic import ContentStream

        contents = self._page.get("/Contents")
        if contents is None:
            return []
        stream = ContentStream(contents.get_object(), self._reader, "bytes")
        state = _State(_fonts(self._page))
        found: list[tuple[Any, bytes]] = []
        count = 0
        for operands, operator in stream.operations:
            if operator in (b"'", b'"'):
                if operator == b'"' and len(operands) >= 3:
                    state.apply(b"Tw", operands[:1])
                    state.apply(b"Tc", operands[1:2])
                state.apply(b"T*", [])
                found.append(([], b"T*"))
                operands, operator = [operands[-1]], b"Tj"  # noqa: PLW2901 - the same as these
            if operator in (b"Tj", b"TJ") and operands and count < _MAX_GLYPHS:
                items = operands[0] if isinstance(operands[0], list) else [operands[0]]
                glyphs = list(state.show(items))
                count += len(glyphs)
                self._shows.append((len(found), glyphs))
            else:
                state.apply(operator, operands)
            if operator != b"Do":
                found.append((operands, operator))
        return found


def _is_in(box: _Box, center: _Glyph) -> bool:
    return box[0] <= center[0] <= box[2] and box[1] <= center[1] <= box[3]


class _Font:
    """The widths of a font, in ems, by code."""

    def __init__(self, facts: Any) -> None:
        self.size = 2 if str(facts.get("/Subtype")) == "/Type0" else 1
        self._widths: dict[int, float] = {}
        self._default = _DEFAULT_WIDTH
        if "Courier" in str(facts.get("/BaseFont")):
            self._default = 0.6
        elif self.size == 1 and "/Widths" not in facts:
            self._widths.update(_USUAL_WIDTHS)
        scale = 0.001
        if self.size == 2:
            facts = facts["/DescendantFonts"].get_object()[0].get_object()
            self._default = _number(facts.get("/DW"), 1000) * scale
            self._read_ranges(facts.get("/W"), scale)
            return
        if str(facts.get("/Subtype")) == "/Type3":
            scale = (_numbers(facts, "/FontMatrix") or [scale])[0]
        first = int(_number(facts.get("/FirstChar"), 0))
        for code, width in enumerate(_numbers(facts, "/Widths"), first):
            self._widths[code] = width * scale

    def _read_ranges(self, listed: Any, scale: float) -> None:
        """Read `[1 [500 600] 7 9 400]`: a code with widths, or two codes with one width."""
        items = [item.get_object() for item in listed.get_object()] if listed is not None else []
        at = 0
        while at + 1 < len(items):
            first = int(_number(items[at], 0))
            if isinstance(items[at + 1], list):
                widths = [_number(item, 1000) * scale for item in items[at + 1]]
                self._widths.update(enumerate(widths, first))
                at += 2
            elif at + 2 < len(items):
                last = min(int(_number(items[at + 1], 0)), first + 65_535)
                width = _number(items[at + 2], 1000) * scale
                self._widths.update(dict.fromkeys(range(first, last + 1), width))
                at += 3
            else:
                break

    def width(self, code: bytes) -> float:
        return self._widths.get(int.from_bytes(code, "big"), self._default)


def _fonts(page: PageObject) -> dict[str, _Font]:
    resources: Any = page.get("/Resources")
    listed: Any = resources.get_object().get("/Font") if resources is not None else None
    found: dict[str, _Font] = {}
    for name, font in listed.get_object().items() if listed is not None else ():
        try:
            found[str(name)] = _Font(font.get_object())
        except (AttributeError, TypeError, ValueError, LookupError):
            continue  # its glyphs have the default width
    return found


def _number(value: Any, default: float) -> float:
    value = value.get_object() if hasattr(value, "get_object") else value
    return float(value) if isinstance(value, int | float) else default


class _State:
    """The state of the text operators: matrices, font, size and spacing."""

    def __init__(self, fonts: dict[str, _Font]) -> None:
        self._fonts = fonts
        self._font = _Font({})
        self._graphics: _Matrix = _UNIT
        self._line: _Matrix = _UNIT
        self._text: _Matrix = _UNIT
        self._facts = {b"Tc": 0.0, b"Tw": 0.0, b"Tz": 100.0, b"TL": 0.0, b"Ts": 0.0, b"Tf": 1.0}
        self._saved: list[tuple[_Matrix, _Font, dict[bytes, float]]] = []

    def apply(self, operator: bytes, operands: Sequence[Any]) -> None:
        numbers = [_number(item, 0) for item in operands]
        if operator == b"q":
            self._saved.append((self._graphics, self._font, dict(self._facts)))
        elif operator == b"Q" and self._saved:
            self._graphics, self._font, self._facts = self._saved.pop()
        elif operator == b"cm" and len(numbers) == 6:
            self._graphics = _multiply(numbers, self._graphics)
        elif operator == b"Tf" and len(numbers) == 2:
            self._font = self._fonts.get(str(operands[0])) or _Font({})
            self._facts[b"Tf"] = numbers[1]
        elif operator in self._facts and numbers:
            self._facts[operator] = numbers[0]
        else:
            self._move(operator, numbers)

    def _move(self, operator: bytes, numbers: list[float]) -> None:
        if operator == b"BT":
            self._line = _UNIT
        elif operator == b"Tm" and len(numbers) == 6:
            self._line = tuple(numbers)
        elif operator in (b"Td", b"TD") and len(numbers) == 2:
            if operator == b"TD":
                self._facts[b"TL"] = -numbers[1]
            self._line = _multiply((1, 0, 0, 1, *numbers), self._line)
        elif operator == b"T*":
            self._line = _multiply((1, 0, 0, 1, 0, -self._facts[b"TL"]), self._line)
        else:
            return
        self._text = self._line

    def show(self, items: Sequence[Any]) -> Iterator[tuple[bytes, _Glyph, float]]:
        """Yield the code, center and advance of each glyph; the code is b"" for a gap."""
        size, scale = self._facts[b"Tf"], self._facts[b"Tz"] / 100
        for item in items:
            if isinstance(item, int | float):
                self._advance(-float(item) / 1000 * size * scale)
                yield b"", (0, 0), float(item)
                continue
            data = item if isinstance(item, bytes) else getattr(item, "original_bytes", b"")
            for at in range(0, len(data), self._font.size):
                code = data[at : at + self._font.size]
                width = self._font.width(code)
                place = _multiply(
                    (1, 0, 0, 1, width * size * scale / 2, size * _BASELINE_TO_CENTER),
                    _multiply(self._text, self._graphics),
                )
                spacing = self._facts[b"Tc"] + (self._facts[b"Tw"] if code == b" " else 0)
                self._advance((width * size + spacing) * scale)
                yield code, (place[4], place[5]), -(width + spacing / (size or 1)) * 1000

    def _advance(self, x: float) -> None:
        self._text = _multiply((1, 0, 0, 1, x, 0), self._text)


def _multiply(one: Sequence[float], other: Sequence[float]) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        *(a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


if __name__ == "__main__":
    sys.exit(pdf_text.run(read_annotations))
