"""Selectable parts of a note (links, tasks, folds, passages), and reading positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.styled_text import FOLD_LINK

if TYPE_CHECKING:
    from notekeep.tui.page.page import NoteRendering
    from notekeep.tui.page.page_lines import CopyPassage, PageLine


class Selectable(NamedTuple):
    """A link, a task, a fold, or a passage to copy."""

    source: int  # its line in the body
    link: str  # its target or action; "" for a passage
    passage: CopyPassage | None = None


def find_selectables(
    lines: Sequence[PageLine], row: int, *, passages: bool
) -> Iterator[Selectable]:
    """Yield the selectable parts of a line: passages and headings, or else links and tasks."""
    line = lines[row]
    passage, before = line.passage, lines[row - 1].passage if row else None
    if passages and passage is not None and not passage.is_same(before):
        yield Selectable(passage.line, "", passage)
    for link in dict.fromkeys(piece.link for piece in line.line if piece.link):
        is_heading = link.startswith(f"{FOLD_LINK}heading ")
        if is_heading == passages:
            yield Selectable(line.source, link)


def selectable_row(lines: Sequence[PageLine], stop: Selectable) -> int | None:
    """Return the first line of a selectable, or None if it is not shown."""
    for row, line in enumerate(lines):
        if stop.passage is not None:
            if stop.passage.is_same(line.passage):
                return row
        elif line.source == stop.source and any(piece.link == stop.link for piece in line.line):
            return row
    return None


def next_selectable(
    lines: Sequence[PageLine], start: int, step: int, chosen: Selectable | None, *, passages: bool
) -> tuple[int, Selectable] | None:
    """Return the next selectable from line `start` with its line; `step` -1 searches backwards."""
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
    """A position in a note as a line of the file, which does not depend on the width."""

    line: int  # the first visible line of the file, from 1
    part: float = 0.0  # the fraction of that line above the view, from 0 to 1
    is_target: bool = False  # whether it is the target of a link or search, shown below the top


def find_reading_place(rendering: NoteRendering, top: int) -> ReadingPlace:
    """Return the reading position when `top` is the first visible line."""
    lines = rendering.lines
    row = min(top, len(lines) - 1)
    while row > 0 and lines[row].source < 0:
        row -= 1
    first, count = _lines_of_paragraph(lines, row)
    line = rendering.file_line(lines[row].source)
    return ReadingPlace(line, (row - first) / count)


def find_reading_row(rendering: NoteRendering, row: int, part: float) -> int:
    """Return the line that is `part` of the way down in the paragraph of line `row`."""
    first, count = _lines_of_paragraph(rendering.lines, row)
    return first + round(part * count)


def _lines_of_paragraph(lines: Sequence[PageLine], row: int) -> tuple[int, int]:
    """Return the first row that shows the same line of the file, and how many rows do."""
    source, first, last = lines[row].source, row, row
    while first > 0 and lines[first - 1].source == source:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].source == source:
        last += 1
    return first, last + 1 - first
