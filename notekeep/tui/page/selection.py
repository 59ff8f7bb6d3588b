"""Links, tasks, folds to choose; reading place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.styled_text import FOLD_LINK, PICTURE_LINK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.tui.page.drawn_lines import CopyPassage, DrawnLine
    from notekeep.tui.page.page import Lines, NoteRendering


# What can be chosen in a text, in order: links, tasks and folds, or headings and passages.


class Selectable(NamedTuple):
    """What is chosen in a text: a link, a task, a fold, or a passage to copy.

    Attributes:
        source: The line of the body it stands on.
        link: What it leads to or does; "" for a passage.
        passage: The passage, where it is one.
    """

    source: int
    link: str
    passage: CopyPassage | None = None


def find_selectables(
    lines: Sequence[DrawnLine], row: int, *, passages: bool
) -> Iterator[Selectable]:
    """Yield what can be chosen in a line and begins there.

    Args:
        lines: The lines of a rendering.
        row: Which of them.
        passages: Headings and what can be copied whole, and not links and tasks.
    """
    drawn = lines[row]
    if passages and drawn.passage is not None:
        before = lines[row - 1].passage if row else None
        if before is None or before[:2] != drawn.passage[:2]:
            yield Selectable(drawn.passage.line, "", drawn.passage)
    for link in dict.fromkeys(piece.link for piece in drawn.line if piece.link):
        is_heading = link.startswith(f"{FOLD_LINK}heading ")
        is_drawn = link.startswith(PICTURE_LINK) and not link.startswith(f"{PICTURE_LINK}0:0:")
        if is_heading == passages and not is_drawn:
            yield Selectable(drawn.source, link)


def selectable_row(lines: Lines, stop: Selectable) -> int | None:
    """Return the first line that a stop is on, or None when it is not shown."""
    if stop.passage is not None:
        return lines.first_of(stop.passage)
    return lines.first_with(stop.link, stop.source)


def next_selectable(
    lines: Sequence[DrawnLine], start: int, step: int, chosen: Selectable | None, *, passages: bool
) -> tuple[int, Selectable] | None:
    """Return the line of the next stop, and the stop.

    Args:
        lines: The lines of a rendering.
        start: The line to begin at: that of what is chosen, where it is seen.
        step: 1 for forwards, -1 for backwards.
        chosen: What is chosen, and therefore not the next.
        passages: As in `find_selectables`.
    """
    for row in range(start, len(lines) if step > 0 else -1, step):
        stops = list(find_selectables(lines, row, passages=passages))
        if step < 0:
            stops.reverse()
        if row == start and chosen in stops:
            stops = stops[stops.index(chosen) + 1 :]
        for stop in stops:
            if stop != chosen:
                return row, stop
    return None


# Where in a note somebody left off, told so that it is found again in another width.
#
# In another width a text has other lines, so the place is a line of the file and a part of it.


class ReadingPlace(NamedTuple):
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


def find_reading_place(rendering: NoteRendering, top: int) -> ReadingPlace:
    """Return the place in a note whose first line on the screen is `top`."""
    # What stands below the text has no line of its own.
    row = min(top, len(rendering.lines) - 1)
    while row > 0 and rendering.lines.source(row) < 0:
        row -= 1
    first, count = _together(rendering, row)
    line = rendering.file_line(rendering.lines.source(row))
    return ReadingPlace(top, rendering.width, line, (row - first) / count)


def find_reading_row(rendering: NoteRendering, row: int, part: float) -> int:
    """Return the line that is `part` of the way down in what line `row` belongs to."""
    first, count = _together(rendering, row)
    return first + int(part * count)


def _together(rendering: NoteRendering, row: int) -> tuple[int, int]:
    """Return the first of the lines that come from the same line of the file, and how many."""
    lines = rendering.lines
    source, first, last = lines.source(row), row, row
    while first > 0 and lines.source(first - 1) == source:
        first -= 1
    while last + 1 < len(lines) and lines.source(last + 1) == source:
        last += 1
    return first, last + 1 - first
