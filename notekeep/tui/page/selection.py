"""What can be chosen in a text: links, tasks, folds, passages; and where somebody left off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.styled_text import FOLD_LINK

if TYPE_CHECKING:
    from notekeep.tui.page.drawn_lines import CopyPassage, DrawnLine
    from notekeep.tui.page.page import NoteRendering


class Selectable(NamedTuple):
    """What is chosen in a text: a link, a task, a fold, or a passage to copy."""

    source: int  # the line of the body it stands on
    link: str  # what it leads to or does; "" for a passage
    passage: CopyPassage | None = None


def find_selectables(
    lines: Sequence[DrawnLine], row: int, *, passages: bool
) -> Iterator[Selectable]:
    """Yield what begins in line `row`: `passages` and headings, or else links and tasks."""
    drawn = lines[row]
    if passages and drawn.passage is not None:
        before = lines[row - 1].passage if row else None
        if before is None or before[:2] != drawn.passage[:2]:
            yield Selectable(drawn.passage.line, "", drawn.passage)
    for link in dict.fromkeys(piece.link for piece in drawn.line if piece.link):
        is_heading = link.startswith(f"{FOLD_LINK}heading ")
        if is_heading == passages:
            yield Selectable(drawn.source, link)


def selectable_row(lines: Sequence[DrawnLine], stop: Selectable) -> int | None:
    """Return the first line that a stop is on, or None when it is not shown."""
    for row, drawn in enumerate(lines):
        if stop.passage is not None:
            if drawn.passage is not None and drawn.passage[:2] == stop.passage[:2]:
                return row
        elif drawn.source == stop.source and any(piece.link == stop.link for piece in drawn.line):
            return row
    return None


def next_selectable(
    lines: Sequence[DrawnLine], start: int, step: int, chosen: Selectable | None, *, passages: bool
) -> tuple[int, Selectable] | None:
    """Return the line of the next stop from line `start` on, and the stop; -1 goes backwards."""
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


class ReadingPlace(NamedTuple):
    """Where a note was left, as a line of the file: in another width the text has other lines."""

    line: int  # the line of the file, from 1, that was seen first
    part: float = 0.0  # how far down in that, which may be a long paragraph: from 0 to 1
    is_sought: bool = False  # whether somebody was led to that line, which is not the top


def find_reading_place(rendering: NoteRendering, top: int) -> ReadingPlace:
    """Return the place in a note whose first line on the screen is `top`."""
    lines = rendering.lines
    # What stands below the text has no line of its own.
    row = min(top, len(lines) - 1)
    while row > 0 and lines[row].source < 0:
        row -= 1
    first, count = _lines_of_paragraph(lines, row)
    line = rendering.file_line(lines[row].source)
    return ReadingPlace(line, (row - first) / count)


def find_reading_row(rendering: NoteRendering, row: int, part: float) -> int:
    """Return the line that is `part` of the way down in what line `row` belongs to."""
    first, count = _lines_of_paragraph(rendering.lines, row)
    return first + round(part * count)


def _lines_of_paragraph(lines: Sequence[DrawnLine], row: int) -> tuple[int, int]:
    """Return the first of the lines that come from the same line of the file, and how many."""
    source, first, last = lines[row].source, row, row
    while first > 0 and lines[first - 1].source == source:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].source == source:
        last += 1
    return first, last + 1 - first
