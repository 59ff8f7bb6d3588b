"""Convert offsets in a text to positions of the protocol, and back.

The parser counts characters. The protocol counts lines, and in a line the units of an encoding:
UTF-16, unless editor and server agreed on another one. Only this module knows about it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Final

from lsprotocol import types

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def _utf8_length(char: str) -> int:
    return 1 + (char > "\x7f") + (char > "\u07ff") + (char > "\uffff")


def _utf16_length(char: str) -> int:
    return 1 + (char > "\uffff")


def _utf32_length(_char: str) -> int:
    return 1


_LENGTHS: Final[dict[str, Callable[[str], int]]] = {
    "utf-8": _utf8_length,
    "utf-16": _utf16_length,
    "utf-32": _utf32_length,
}


class TextPositions:
    """The lines of a text; offsets count its characters."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._length = _LENGTHS[encoding]
        ends = [found.span() for found in _LINE_END.finditer(text)]
        self._starts = [0, *(end for _, end in ends)]
        self._ends = [*(start for start, _ in ends), len(text)]  # without the line end

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; the last one may be empty."""
        return [self.text[start:end] for start, end in zip(self._starts, self._ends, strict=True)]

    def line_start(self, line: int) -> int:
        """Return the offset of the start of a line."""
        return self._starts[min(line, len(self._starts) - 1)]

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, from 0."""
        return bisect_right(self._starts, offset) - 1

    def column_of(self, offset: int) -> int:
        """Return the number of characters between the start of the line and an offset."""
        return offset - self._starts[self.line_of(offset)]

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position; a position after the end of a line is at its end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        line = self.text[start:end]
        if line.isascii():
            return start + min(position.character, end - start)
        units = [*accumulate(map(self._length, line), initial=0)]
        return min(start + bisect_left(units, position.character), end)

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset."""
        line = self.line_of(offset)
        before = self.text[self._starts[line] : min(offset, self._ends[line])]
        units = len(before) if before.isascii() else sum(map(self._length, before))
        return types.Position(line, units)

    def range(self, start: int, end: int) -> types.Range:
        """Return the range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def line_range(self, line: int, column: int = 0) -> types.Range:
        """Return the range of a line, counted from 0, from a column to its end."""
        line = min(max(line, 0), len(self._starts) - 1)
        end = self._ends[line]
        return self.range(min(self._starts[line] + column, end), end)
