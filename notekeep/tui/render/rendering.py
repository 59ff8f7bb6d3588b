"""A note drawn little by little: its first screen at once, the rest when there is time."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean
from notekeep.tui.render.blocks import Block, definitions, split
from notekeep.tui.render.document import Drawn, Frame, draw, ends_with_heading
from notekeep.tui.render.rows import note_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.markdown.note import Note
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.pieces import Line

LONGEST_BODY = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""


class Rendering:
    """The lines of one note at one width.

    Attributes:
        path: The note's path.
        width: The width it is drawn for.
        lines: What is drawn so far.
    """

    def __init__(self, note: Note, width: int, glyphs: Glyphs, about: Sequence[Line] = ()) -> None:
        """Begin to draw a note.

        Args:
            note: The note.
            width: How many cells a line may take.
            glyphs: The characters to draw with.
            about: Lines that stand between the note's head and its text.
        """
        self.path = note.path
        self.width = width
        self._frame = Frame(max(8, width), glyphs)
        body = clean(note.body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n"))
        self._references = definitions(body)
        self._blocks = split(body)
        self._first_line = note.body_line
        self._next = 0
        self._close = True
        head = [*note_head(note, max(8, width), glyphs), *about]
        self.lines: list[Drawn] = [Drawn(line, -1) for line in head]
        self.lines.append(Drawn([], -1))
        if self._blocks and _says_title(self._blocks[0], note.title):
            self._next = 1

    @property
    def done(self) -> bool:
        """Whether the whole note is drawn."""
        return self._next >= len(self._blocks)

    def draw_lines(self, count: int) -> None:
        """Draw until there are at least `count` lines, or no more to draw."""
        while not self.done and len(self.lines) < count:
            self._draw_next()

    def draw_for(self, seconds: float) -> None:
        """Draw for about as long; a single block is always drawn whole."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self._draw_next()

    def line_of(self, line: int) -> int:
        """Return the first line that shows line `line` of the file, from 1, drawing up to it."""
        source = line - 1 - self._first_line
        while not self.done and self._blocks[self._next].line <= source:
            self._draw_next()
        best, at = 0, -1
        for index, drawn in enumerate(self.lines):
            if at < drawn.source <= source:
                best, at = index, drawn.source
        return best

    def _draw_next(self) -> None:
        block = self._blocks[self._next]
        self._next += 1
        drawn = draw(block, self._frame, self._references)
        if not drawn:
            return
        if not self._close:
            self.lines.append(Drawn([], self.lines[-1].source))
        self.lines.extend(drawn)
        self._close = ends_with_heading(block)


def _says_title(block: Block, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
