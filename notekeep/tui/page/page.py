"""A note drawn little by little: its first screen at once, the rest when there is time.

Blocks are cut off the text just before they are drawn, so that the first screen of a long note
costs as little as that of a short one. What is folded is not drawn until it is opened.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.background import yield_to_ui
from notekeep.tui.page.blocks import draw
from notekeep.tui.page.drawn_lines import (
    NO_SURROUNDINGS,
    DrawContext,
    DrawnLine,
    NoteSurroundings,
    add_fold_mark,
)
from notekeep.tui.page.note_footer import FOOTER_FOLDS, NoteFooter, footer_lines
from notekeep.tui.page.note_text import BodyBlock, NoteText
from notekeep.tui.render.note_rows import note_head
from notekeep.tui.render.styled_text import line_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.note import Note
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.note_rows import LetterMatcher

LARGE = 6_000
"""Characters of a block from which on to draw it takes longer than a key should wait."""
HUGE = 60_000
"""Characters of a block from which on to draw it takes longer than a person should wait."""


class PredrawnBlock(NamedTuple):
    """A block that was drawn before its turn: its number, its lines, and what was folded then."""

    block: int
    lines: list[DrawnLine]
    folded: frozenset[str]


class _DrawnBlock(NamedTuple):
    """Where a block begins, and whether close to what stands before it, without an empty line."""

    block: int
    row: int
    is_close: bool


class NoteRendering:
    """The lines of one note at one width.

    Attributes:
        path: The note's path.
        note: The note, without its text.
        text: Its text.
        width: The width it is drawn for.
        around: What its text needs that is not in it.
        lines: What is drawn so far.
    """

    def __init__(
        self,
        note: Note,
        width: int,
        glyphs: Glyphs,
        around: NoteSurroundings = NO_SURROUNDINGS,
        foot: NoteFooter | None = None,
    ) -> None:
        self.path = note.path
        self.note = replace(note, body="", spans=None)
        self.width = width
        self.around = around
        self.text = NoteText(note.body)
        self._frame = DrawContext(max(8, width), glyphs, around=around)
        self._foot = foot
        self._first_line = note.body_line
        head = note_head(note, max(8, width), glyphs)
        self.lines = [DrawnLine(line, -1) for line in [*head, []]]
        self._next = 0
        if self.text.cut_to(1) and _says_title(self.text.blocks[0], note.title):
            self._next = 1
            self.text.headings.pop(0, None)
        self._is_close = True
        self._cache: dict[int, list[DrawnLine]] = {}
        self._folded = set(around.toggled)
        self._drawn: list[_DrawnBlock] = []

    @property
    def done(self) -> bool:
        return self.text.is_cut and self._next > len(self.text.blocks)

    def draw_lines(self, count: int, *, largest: float = inf) -> None:
        """Draw until there are `count` lines, or up to a block of over `largest` characters."""
        while not self.done and len(self.lines) < count and not self._is_next_over(largest):
            self._draw_next()

    def draw_for(self, seconds: float, is_enough: Callable[[], bool] | None = None) -> None:
        """Draw for about as long, or until it is enough, or `is_next_slow`."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end and not (is_enough and is_enough()):
            if self.is_next_slow:
                return
            self._draw_next()

    @property
    def is_next_slow(self) -> bool:
        """Whether the next block takes long to draw, which is left to `predraw_block`."""
        return self._is_next_over(LARGE)

    def _is_next_over(self, size: float) -> bool:
        """Tell whether the next block is longer than `size` characters, and not drawn yet."""
        # What follows a block says how it is drawn.
        self.text.cut_to(self._next + 2)
        blocks = self.text.blocks[self._next : self._next + 1]
        return any(len(block.text) > size for block in blocks) and self._next not in self._cache

    def predraw_block(self) -> PredrawnBlock:
        """Draw the next block and only that; nothing is changed: a thread may do it."""
        folded = frozenset(self.around.toggled)
        return PredrawnBlock(self._next, self._draw_block(self._next), folded)

    def add_predrawn(self, ahead: PredrawnBlock) -> None:
        """Use what was drawn ahead, unless a fold was opened or closed meanwhile."""
        if ahead.folded == self.around.toggled:
            self._cache[ahead.block] = ahead.lines

    def _draw_next(self) -> None:
        yield_to_ui()
        index, text = self._next, self.text
        # What comes after it says how a block is drawn: a heading above nothing has no fold.
        text.cut_to(index + 2)
        key = text.headings.get(index, "")
        is_folded = key in self.around.toggled
        end = text.section_end(index) if is_folded else index + 1
        if end is None:
            text.cut_more()
            return
        self._drawn.append(_DrawnBlock(index, len(self.lines), self._is_close))
        self._next = end
        drawn = self._cache.get(index)
        if drawn is None:
            drawn = self._cache[index] = self._draw_block(index)
        if not drawn:
            return
        if not self._is_close or (index == len(text.blocks) and self.lines[-1].line):
            self.lines.append(DrawnLine([], self.lines[-1].source))
        self.lines.extend(drawn)
        if text.can_fold(index):
            hidden = text.blocks[index + 1 : end]
            count = sum(block.text.count("\n") + 1 for block in hidden)
            self.lines[-1] = add_fold_mark(drawn[-1], key, self._frame, count)
        # Folded headings stand together, as a table of contents does.
        self._is_close = self._is_next_close(index, drawn[-1])

    def _is_next_close(self, index: int, last: DrawnLine) -> bool:
        """Tell whether what follows a block stands right below it."""
        if index >= len(self.text.blocks):
            return False
        block, *after = self.text.blocks[index : index + 2]
        # Of an empty heading there is nothing to see.
        if last.line[0].role.startswith("heading ") if last.line else block.level:
            return True
        is_next = after and after[0].line == block.line + block.text.count("\n") + 1
        return bool(after and (after[0].goes_on or (is_next and after[0].footnote)))

    def _draw_block(self, index: int) -> list[DrawnLine]:
        if index == len(self.text.blocks):
            return self._draw_footer()
        # Room for the mark is kept, so that nothing moves when the section is folded.
        frame = self._frame.narrower(2) if self.text.can_fold(index) else self._frame
        return draw(self.text.blocks[index], frame, self.text.references)

    def _draw_footer(self) -> list[DrawnLine]:
        if self._foot is None:
            return []
        lines = footer_lines(self._foot, self.width, self._frame.glyphs, self.around.toggled)
        return [DrawnLine(line, self.text.line_count + number) for number, line in enumerate(lines)]

    # Lines of the file, counted from 1.

    def file_line(self, source: int) -> int:
        """Return the line of the file that a line of the body is."""
        return self._first_line + source + 1

    def _source(self, line: int) -> int:
        return line - 1 - self._first_line

    def footnote_line(self, name: str) -> int | None:
        """Return the line of the file at which the text of a footnote stands."""
        source = self.text.footnote(name)
        return self.file_line(source) if source is not None else None

    def reference_line(self, name: str) -> int | None:
        """Return the line of the file at which a footnote is referred to first."""
        source = self.text.reference(name)
        return self.file_line(source) if source is not None else None

    def knows(self, line: int) -> bool:
        """Tell whether it is known in which block and section a line of the file is."""
        return self.text.knows(self._source(line))

    def reaches(self, line: int) -> bool:
        """Tell whether a line of the file is drawn if it is not folded away."""
        is_next = self.text.cut_to(self._next + 1)
        return not is_next or self.text.blocks[self._next].line > self._source(line)

    def unfold_to(self, line: int) -> None:
        """Open what a line of the file is folded away in."""
        while not self.knows(line):
            self.text.cut_more()
        target = self.text.block_at(self._source(line))
        if target is None:
            return
        inside = []
        for heading, key in self.text.headings.items():
            if heading < target and key in self.around.toggled:
                end = self.text.section_end(heading)
                if end is None or target < end:
                    inside.append(heading)
        self.around.toggled.difference_update(self.text.headings[each] for each in inside)
        block = self.text.blocks[target]
        if block.is_quote and self._source(line) > block.line:
            self._open_callout(target)
        if inside:
            self._redraw_from(inside[0], 0)

    def _open_callout(self, index: int) -> None:
        key = f"callout {self.text.blocks[index].line}"
        closed = self._frame.glyphs.closed
        rows = draw(self.text.blocks[index], self._frame, {})
        pieces = (piece for row in rows for piece in row.line)
        if any(piece.link.endswith(key) and closed in piece.text for piece in pieces):
            self.around.toggled.symmetric_difference_update({key})
            self._redraw_from(index, 0)

    def line_of(self, line: int, matcher: LetterMatcher | None = None) -> int:
        """Return the first of `lines` that shows a line of the file, drawing up to it.

        What it is folded away in is opened. Of a long paragraph it is the line in which `matcher`
        finds something, else about as far down as `line` is in the paragraph.
        """
        source = self._source(line)
        if source < 0:
            return 0
        self.unfold_to(line)
        while not self.reaches(line):
            self._draw_next()
        block = self.text.block_at(source)
        at = self._last_drawn(block) if block is not None else -1
        if block is None or at < 0:
            return 0
        first, end = self._drawn[at].row, len(self.lines)
        if at + 1 < len(self._drawn):
            end = self._drawn[at + 1].row
        shown = {row: self.lines[row].source for row in range(first, end)}
        begin = max((each for each in shown.values() if each <= source), default=-1)
        if begin < 0:
            # What says nothing, as `</div>` does, has no line.
            return min(first, len(self.lines) - 1)
        rows = [row for row, each in shown.items() if each == begin]
        after_block = self.text.blocks[block].line + self.text.blocks[block].text.count("\n") + 1
        after = min((each for each in shown.values() if each > begin), default=after_block)
        wanted = rows[0] + (source - begin) * len(rows) / max(1, after - begin)
        if matcher is not None:
            found = [row for row in rows if matcher.spans(line_text(self.lines[row].line))]
            rows = found or rows
        return min(rows, key=lambda row: abs(row - wanted))

    def _last_drawn(self, block: int) -> int:
        """Return which is the last drawn block at or before one, or -1."""
        return bisect_right(self._drawn, block, key=lambda drawn: drawn.block) - 1

    # Folds.

    def refold(self) -> None:
        """Draw anew when folds were changed since, at another width or in another rendering."""
        if self._folded != self.around.toggled:
            self._cache.clear()
            if self._drawn:
                self._redraw_from(self._drawn[0].block, 0)

    def toggle(self, key: str, seen: int) -> None:
        """Fold or open what a key stands for, and draw `seen` lines."""
        index = self._block_of(key)
        if index is not None:
            self.around.toggled.symmetric_difference_update({key})
            self._redraw_from(index, seen)

    def _block_of(self, key: str) -> int | None:
        if key in FOOTER_FOLDS:
            return len(self.text.blocks)
        if key.startswith("callout "):
            return self.text.block_at(int(key.removeprefix("callout ")))
        return next((index for index, each in self.text.headings.items() if each == key), None)

    def toggle_all(self, seen: int) -> bool:
        """Fold every section, or open all when one is folded; tell whether they are folded now."""
        self.text.cut_all()
        keys = {key for index, key in self.text.headings.items() if self.text.can_fold(index)}
        fold = not keys & self.around.toggled
        if fold:
            self.around.toggled.update(keys)
        else:
            self.around.toggled.difference_update(keys)
        if self.text.headings:
            self._redraw_from(min(self.text.headings), seen)
        return fold

    def section_at(self, line: int) -> tuple[str, int] | None:
        """Return the key of the section that a line of `lines` is in, and its heading's line."""
        # From above the text, the first section is as near as any.
        at = max(0, bisect_right(self._drawn, line, key=lambda drawn: drawn.row) - 1)
        for drawn in reversed(self._drawn[: at + 1]):
            if self.text.can_fold(drawn.block):
                return self.text.headings[drawn.block], drawn.row + (not drawn.is_close)
        return None

    def _redraw_from(self, index: int, seen: int) -> None:
        self._folded = set(self.around.toggled)
        self._cache.pop(index, None)
        at = self._last_drawn(index)
        if at < 0 or self._drawn[at].block != index:
            return
        _, row, self._is_close = self._drawn[at]
        del self._drawn[at:], self.lines[row:]
        self._next = index
        self.draw_lines(seen)


def _says_title(block: BodyBlock, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
