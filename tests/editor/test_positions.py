"""Positions of the protocol are those of the bytes that the parser's spans have."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from notekeep.editor.positions import TextPositions
from notekeep.markdown.outline import BodyRange, InlineTag, Link, read_body

PIECES: Final = (
    *(
        "a",
        "Z",
        " ",
        "\t",
        "é",
        "e\u0301",
        "ß",
        "\u4f60",
        "👋",
        "👩\u200d🚀",
        "\u2028",
        "\x0b",
        "\x0c",
    ),
    *("\n", "\r\n", "\r", "\ufeff", "[[Note]]", "[[Ünder👋|x]]", "#tag", "# Title", "^id"),
)
"""Parts of texts in which characters, bytes and code units differ."""

TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def encoded_position(text: str, offset: int, encoding: str) -> types.Position:
    """The position of an offset, counted in the bytes of an encoding."""
    codec, size = CODECS[encoding]
    lines = re.split(r"\r\n|\n|\r", text[:offset])
    return types.Position(len(lines) - 1, len(lines[-1].encode(codec)) // size)


def is_inside_line_end(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n"


@given(text=TEXTS, encoding=st.sampled_from(sorted(CODECS)), data=st.data())
def test_position_and_offset_are_inverse(text: str, encoding: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    positions = TextPositions(text, encoding)
    if not is_inside_line_end(text, offset):
        assert positions.position(offset) == encoded_position(text, offset, encoding)
        assert positions.offset(positions.position(offset)) == offset


@given(text=TEXTS)
def test_range_of_a_link_or_tag_covers_its_source(text: str) -> None:
    facts, positions = read_body(text), TextPositions(text)
    lines = [line.encode("utf-16-le") for line in re.split(r"\r\n|\n|\r", text)]
    spans: list[Link | InlineTag | BodyRange] = [*facts.links, *facts.tags, *facts.blocks]
    for span in spans:
        place = positions.range(span.start, span.end)
        assert place.start.line == place.end.line == span.line
        source = lines[span.line][2 * place.start.character : 2 * place.end.character]
        assert source.decode("utf-16-le") == text[span.start : span.end]


@pytest.mark.parametrize(
    ("line", "character", "offset"),
    [
        (0, 1, 1),
        (0, 2, 2),  # in the middle of a pair of code units
        (0, 3, 2),
        (0, 99, 3),  # after the end of a line
        (1, 0, 5),
        (9, 0, 6),  # after the last line
    ],
)
def test_position_outside_a_text_is_at_the_nearest_place(
    line: int, character: int, offset: int
) -> None:
    assert TextPositions("a👋b\r\nc").offset(types.Position(line, character)) == offset


def test_range_of_a_line_has_no_line_end() -> None:
    positions = TextPositions("👋 a\r\nb")
    assert positions.line_range(0) == types.Range(types.Position(0, 0), types.Position(0, 4))
    assert positions.line_range(0, column=2).start == types.Position(0, 3)
    assert positions.line_range(7) == types.Range(types.Position(1, 0), types.Position(1, 1))
    assert positions.lines == ["👋 a", "b"]
