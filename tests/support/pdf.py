"""PDF files with a little text, and with annotations."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def pdf_file(*pages: str, password: str = "") -> bytes:
    """Return a PDF file with a line of text on each page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(width=400, height=400)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 300 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


class Mark(NamedTuple):
    """An annotation. Marked text is written on its page, in a line of its own."""

    text: str = ""
    note: str = ""
    kind: str = "Highlight"
    page: int = 1
    name: str = ""
    color: tuple[float, ...] = (1.0, 0.0, 0.0)
    parent: str = ""  # the name of the annotation that it replies to
    more: tuple[tuple[str, str], ...] = ()


_SIZE = 10
_GLYPH = 0.6 * _SIZE  # Courier


def write_annotated_pdf(
    path: Path, marks: Sequence[Mark], *, title: str = "", author: str = "", pages: int = 1
) -> Path:
    """Write a PDF file in which each mark covers its text between the words before and after."""
    writer = PdfWriter()
    facts = {"/Title": title, "/Author": author}
    writer.add_metadata({name: value for name, value in facts.items() if value})
    font = _dictionary(Type="/Font", Subtype="/Type1", BaseFont="/Courier")
    font[NameObject("/Encoding")] = NameObject("/WinAnsiEncoding")
    made: dict[str, Any] = {}
    for number in range(1, pages + 1):
        page = writer.add_blank_page(width=2000, height=1000)
        lines: list[bytes] = []
        listed = ArrayObject()
        for at, mark in enumerate(mark for mark in marks if mark.page == number):
            y = 900 - at * 20
            start = 20 + len("before ") * _GLYPH
            end = start + len(mark.text) * _GLYPH
            if mark.text:
                words = f"before {mark.text} after".encode("cp1252", "replace").hex()
                lines.append(b"BT /F1 %d Tf 20 %d Td <%b> Tj ET" % (_SIZE, y, words.encode()))
            item = _dictionary(Type="/Annot", Subtype=f"/{mark.kind}")
            item[NameObject("/Rect")] = _numbers(start, y - 2, end, y + 8)
            if mark.text:
                quad = (start, y + 8, end, y + 8, start, y - 2, end, y - 2)
                item[NameObject("/QuadPoints")] = _numbers(*quad)
            item[NameObject("/C")] = _numbers(*mark.color)
            texts = {"NM": mark.name, "Contents": mark.note, **dict(mark.more)}
            for name, text in texts.items():
                if text:
                    item[NameObject(f"/{name}")] = TextStringObject(text)
            if mark.parent:
                item[NameObject("/IRT")] = made[mark.parent]
            made[mark.name] = writer._add_object(item)
            listed.append(made[mark.name])
        content = DecodedStreamObject()
        content.set_data(b"\n".join(lines))
        page[NameObject("/Contents")] = writer._add_object(content)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Annots")] = listed
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write(path)
    return path


def _dictionary(**facts: str) -> DictionaryObject:
    return DictionaryObject(
        {NameObject(f"/{name}"): NameObject(value) for name, value in facts.items()}
    )


def _numbers(*numbers: float) -> ArrayObject:
    return ArrayObject([FloatObject(number) for number in numbers])
