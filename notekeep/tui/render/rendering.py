"""A note drawn little by little: its first screen at once, the rest when there is time.

What is drawn next is cut off the text before that, so that the first screen of a long note costs as
little as that of a short one. Sections that are folded are not drawn at all until they are opened.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.giving_way import give_way
from notekeep.tui.render.around import NOTHING, Around
from notekeep.tui.render.document import draw
from notekeep.tui.render.drawn import Drawn, Frame, with_fold
from notekeep.tui.render.foot import KEYS, Foot, foot_lines
from notekeep.tui.render.lines import Kept, Lines, keep
from notekeep.tui.render.pieces import plain
from notekeep.tui.render.rows import note_head
from notekeep.tui.render.sections import Section, Starts
from notekeep.tui.render.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.note import Note
    from notekeep.tui.render.blocks import Block
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.matching import Matcher

LARGE = 6_000
"""Characters of a block from which on to draw it takes longer than a key should wait."""
HUGE = 60_000
"""Characters of a block from which on to draw it takes longer than a person should wait."""


class Ahead(NamedTuple):
    """A block that was drawn before its turn: its number, its lines, and what was folded then."""

    block: int
    lines: tuple[Kept, ...]
    folded: frozenset[str]


class Rendering:
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
        around: Around = NOTHING,
        foot: Foot | None = None,
    ) -> None:
        """Begin to draw a note.

        Args:
            note: The note.
            width: How many cells a line may take.
            glyphs: The characters to draw with.
            around: What its text needs that is not in it.
            foot: What stands below its text.
        """
        self.path = note.path
        self.note = replace(note, body="", spans=None)
        self.width = width
        self.around = around
        self._frame = Frame(max(8, width), glyphs, around=around)
        self.text = Text(note.body)
        self._foot = foot
        self._first_line = note.body_line
        head = note_head(note, max(8, width), glyphs)
        self.lines = Lines()
        self.lines.add(keep(Drawn(line, -1) for line in [*head, []]))
        self._next = 0
        if self.text.know(1) and _says_title(self.text.blocks[0], note.title):
            self._next = 1
            self.text.sections.drop_first()
        self._close = True
        self._cache: dict[int, tuple[Kept, ...]] = {}
        self._folded = set(around.toggled)
        self._starts = Starts()

    @property
    def done(self) -> bool:
        """Whether the whole note is drawn."""
        return self.text.is_cut and self._next > len(self.text.blocks)

    def draw_lines(self, count: int) -> None:
        """Draw until there are at least `count` lines, or no more to draw."""
        while not self.done and len(self.lines) < count:
            self._draw_next()

    def draw_for(self, seconds: float, enough: Callable[[], bool] | None = None) -> None:
        """Draw for about as long, or until it is enough, or `is_held_up`."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end and not (enough and enough()):
            if self.is_held_up:
                return
            self._draw_next()

    def draw_first(self, count: int) -> None:
        """Draw `count` lines as `draw_lines` does, but no further than to a block that is huge."""
        while not self.done and len(self.lines) < count and not self._is_next(HUGE):
            self._draw_next()

    @property
    def is_held_up(self) -> bool:
        """Whether the next block takes long to draw, which is left to `draw_ahead`."""
        return self._is_next(LARGE)

    def _is_next(self, size: int) -> bool:
        """Tell whether the next block is longer than `size` characters, and not drawn yet."""
        index = self._next
        # What follows a block says how it is drawn.
        self.text.know(index + 2)
        blocks = self.text.blocks
        is_large = index < len(blocks) and len(blocks[index].text) > size
        return is_large and index not in self._cache

    def draw_ahead(self) -> Ahead:
        """Draw the next block and only that, for `take`; nothing is changed: a thread may do it."""
        index, folded = self._next, frozenset(self.around.toggled)
        return Ahead(index, keep(self._drawn(index, self.text.sections.at(index))), folded)

    def take(self, ahead: Ahead) -> None:
        """Take what was drawn ahead, unless a fold was opened or closed meanwhile."""
        if ahead.folded == self.around.toggled:
            self._cache[ahead.block] = ahead.lines

    def file_line(self, source: int) -> int:
        """Return the line of the file, from 1, that a line of the body is."""
        return self._first_line + source + 1

    def open_to(self, line: int) -> None:
        """Open what line `line` of the file, from 1, is folded away in."""
        while not self.knows(line):
            self.text.know_more()
        source = line - 1 - self._first_line
        if source >= 0:
            self._open_around(source)

    def knows(self, line: int) -> bool:
        """Tell whether it is known in which block and section line `line` of the file is."""
        return self.text.knows(line - 1 - self._first_line)

    def reaches(self, line: int) -> bool:
        """Tell whether line `line` of the file, from 1, is drawn if it is not folded away."""
        source = line - 1 - self._first_line
        return not self.text.know(self._next + 1) or self.text.blocks.line(self._next) > source

    def line_of(self, line: int, matcher: Matcher | None = None) -> int:
        """Return the first line that shows line `line` of the file, from 1, drawing up to it.

        What it is folded away in is opened. Of a long paragraph it is the line in which `matcher`
        finds something, else about as far down as `line` is in the paragraph.
        """
        source = line - 1 - self._first_line
        if source < 0:
            return 0
        self.open_to(line)
        while not self.reaches(line):
            self._draw_next()
        block = self.text.blocks.at(source)
        span = self._starts.span(block) if block is not None else None
        if span is None:
            return 0
        rows = range(span[0], len(self.lines) if span[1] is None else span[1])
        sources = [self.lines.source(row) for row in rows]
        at = max((one for one in sources if one <= source), default=-1)
        if at < 0:
            # What says nothing, as `</div>` does, has no line.
            return min(span[0], len(self.lines) - 1)
        same = [row for row, one in zip(rows, sources, strict=True) if one == at]
        return self._nearest(same, source, self._end_of(at, sources, block), matcher)

    def _end_of(self, at: int, sources: list[int], block: int | None) -> int:
        """Return the line of the body after what begins at line `at` of a block."""
        after = min((one for one in sources if one > at), default=None)
        if after is not None:
            return after
        if block is None:
            return at + 1
        return self.text.blocks.line(block) + self.text.blocks[block].text.count("\n") + 1

    def _nearest(self, rows: list[int], source: int, end: int, matcher: Matcher | None) -> int:
        """Return which of the lines of one paragraph is nearest to a line of the body."""
        begin = self.lines.source(rows[0])
        if begin == source and end == source + 1 and matcher is None:
            return rows[0]
        wanted = rows[0] + (source - begin) * len(rows) / max(1, end - begin)
        found = [row for row in rows if matcher and matcher.spans(plain(self.lines[row].line))]
        return min(found or rows, key=lambda row: abs(row - wanted))

    def _draw_next(self) -> None:
        give_way()
        index = self._next
        # What comes after it says how a block is drawn: a heading above nothing has no fold.
        self.text.know(index + 2)
        section = self.text.sections.at(index)
        is_folded = section is not None and section.key in self.around.toggled
        if section is not None and section.end is None and is_folded:
            self.text.know_more()
            return
        self._starts.add(index, len(self.lines), close=self._close)
        drawn = self._cache.get(index)
        if drawn is None:
            drawn = self._cache[index] = keep(self._drawn(index, section))
        self._next = section.end if section is not None and section.end and is_folded else index + 1
        if not drawn:
            return
        lines = self.lines
        if not self._close or (index == len(self.text.blocks) and lines[-1].line):
            lines.add([((), lines.source(-1), None)])
        lines.add(drawn)
        if section is not None and section.size:
            last = lines[-1]
            lines.cut(len(lines) - 1)
            hidden = section.size if is_folded else 0
            lines.add(keep([with_fold(last, section.key, self._frame, hidden)]))
        # Folded headings stand together, as a table of contents does.
        self._close = self._goes_on(index, drawn[-1])

    def _goes_on(self, index: int, last: Kept) -> bool:
        """Tell whether what follows a block stands right below it."""
        if index >= len(self.text.blocks):
            return False
        block = self.text.blocks[index]
        after = self.text.blocks[index + 1] if index + 1 < len(self.text.blocks) else block
        is_next = after.line == block.line + block.text.count("\n") + 1
        # Of an empty heading there is nothing to see.
        is_heading = last[0][0][1].startswith("heading ") if last[0] else block.level
        return bool(is_heading) or after.goes_on or (is_next and bool(after.footnote))

    def _drawn(self, index: int, section: Section | None) -> list[Drawn]:
        if index == len(self.text.blocks):
            return self._drawn_foot()
        block = self.text.blocks[index]
        if section is None or not section.size:
            return draw(block, self._frame, self.text.references)
        # Room for the mark is kept, so that nothing moves when the section is folded.
        return draw(block, self._frame.narrower(2), self.text.references)

    def _drawn_foot(self) -> list[Drawn]:
        if self._foot is None:
            return []
        lines = foot_lines(self._foot, self.width, self._frame.glyphs, self.around.toggled)
        return [Drawn(line, self.text.line_count + number) for number, line in enumerate(lines)]

    # Folds.

    def refold(self) -> None:
        """Draw anew when folds were changed since, at another width or in another rendering."""
        if self._folded != self.around.toggled:
            self._cache.clear()
            self._redraw_from(self._starts.first_block, 0)

    def toggle(self, key: str, seen: int) -> None:
        """Fold or open what a key stands for.

        Args:
            key: As a piece gives it that links to `FOLD_LINK` and a key.
            seen: How many lines have to be there afterwards.
        """
        index = self._block_of(key)
        if index is None:
            return
        self.around.toggled.symmetric_difference_update({key})
        self._redraw_from(index, seen)

    def toggle_all(self, seen: int) -> bool:
        """Fold every section, or open all when one is folded; tell whether they are folded now."""
        self.text.know_all()
        keys = {section.key for section in self.text.sections if section.size}
        fold = not keys & self.around.toggled
        if fold:
            self.around.toggled.update(keys)
        else:
            self.around.toggled.difference_update(keys)
        first = next(iter(self.text.sections), None)
        if first is not None:
            self._redraw_from(first.block, seen)
        return fold

    def section_at(self, line: int) -> tuple[str, int] | None:
        """Return the key of the section that a line of `lines` is in, and its heading's line."""
        # From above the text, the first section is as near as any.
        block = self._starts.block_at(max(line, self._starts.first_row))
        if block is None:
            return None
        for section in self.text.sections.before(block):
            row = self._starts.row(section.block)
            if row is not None and section.size:
                return section.key, row
        return None

    def _block_of(self, key: str) -> int | None:
        if key in KEYS:
            return len(self.text.blocks)
        if key.startswith("callout "):
            return self.text.blocks.at(int(key.removeprefix("callout ")))
        section = self.text.sections.named(key)
        return section.block if section is not None else None

    def _open_around(self, source: int) -> None:
        target = self.text.blocks.at(source)
        if target is None:
            return
        block = self.text.blocks[target]
        inside = [
            section
            for section in self.text.sections
            if section.block < target
            and (section.end is None or target < section.end)
            and section.key in self.around.toggled
        ]
        self.around.toggled.difference_update(section.key for section in inside)
        if block.is_quote and source > block.line:
            self._open_callout(target)
        if inside:
            self._redraw_from(inside[0].block, 0)

    def _open_callout(self, index: int) -> None:
        key = f"callout {self.text.blocks[index].line}"
        is_closed = any(
            piece.link.endswith(key) and self._frame.glyphs.closed in piece.text
            for row in draw(self.text.blocks[index], self._frame, {})
            for piece in row.line
        )
        if is_closed:
            self.around.toggled.symmetric_difference_update({key})
            self._redraw_from(index, 0)

    def _redraw_from(self, index: int, seen: int) -> None:
        self._folded = set(self.around.toggled)
        self._cache.pop(index, None)
        begun = self._starts.cut(index)
        if begun is None:
            return
        start, self._close = begun
        self.lines.cut(start)
        self._next = index
        self.draw_lines(seen)

    # Footnotes.

    def footnote_line(self, name: str) -> int | None:
        """Return the line of the file at which the text of a footnote stands."""
        source = self.text.footnote(name)
        return self.file_line(source) if source is not None else None

    def reference_line(self, name: str) -> int | None:
        """Return the line of the file at which a footnote is referred to first."""
        source = self.text.reference(name)
        return self.file_line(source) if source is not None else None


def _says_title(block: Block, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
