"""Where in a note somebody left off, told so that it is found again in another width.

In another width a text has other lines, so the place is a line of the file and a part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.tui.render.rendering import Rendering


class Place(NamedTuple):
    """Where a note was left.

    Attributes:
        top: The first line that was seen.
        width: The width in which it has that number.
        line: The line of the file, from 1, that it shows.
        part: How far down in that, which may be a long paragraph: from 0 to 1.
        is_sought: Whether somebody was led to that line, and it is not the first that was seen.
    """

    top: int
    width: int
    line: int
    part: float = 0.0
    is_sought: bool = False


def place_at(rendering: Rendering, top: int) -> Place:
    """Return the place in a note whose first line on the screen is `top`."""
    # What stands below the text has no line of its own.
    row = min(top, len(rendering.lines) - 1)
    while row > 0 and rendering.lines.source(row) < 0:
        row -= 1
    first, count = _together(rendering, row)
    line = rendering.file_line(rendering.lines.source(row))
    return Place(top, rendering.width, line, (row - first) / count)


def row_at(rendering: Rendering, row: int, part: float) -> int:
    """Return the line that is `part` of the way down in what line `row` belongs to."""
    first, count = _together(rendering, row)
    return first + int(part * count)


def _together(rendering: Rendering, row: int) -> tuple[int, int]:
    """Return the first of the lines that come from the same line of the file, and how many."""
    lines = rendering.lines
    source, first, last = lines.source(row), row, row
    while first > 0 and lines.source(first - 1) == source:
        first -= 1
    while last + 1 < len(lines) and lines.source(last + 1) == source:
        last += 1
    return first, last + 1 - first
