"""Blocks drawn in turn; lines known by source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, overload

from notekeep.background import yield_to_ui
from notekeep.markdown.outline import read_body
from notekeep.markdown.sanitize import clean
from notekeep.tui.page.blocks import BlockSequence, BodyBlock, draw, find_definitions
from notekeep.tui.page.drawn_lines import (
    NO_SURROUNDINGS,
    CopyPassage,
    DrawContext,
    DrawnLine,
    NoteSurroundings,
    add_fold_mark,
)
from notekeep.tui.page.note_footer import FOOTER_FOLDS, NoteFooter, footer_lines
from notekeep.tui.render.note_rows import note_head
from notekeep.tui.render.styled_text import Piece, line_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from notekeep.markdown.note import Note
    from notekeep.markdown.outline import BodyFacts
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.note_rows import LetterMatcher


# The sections of a text, as blocks under headings, and where what is drawn of it begins.


class TextSection(NamedTuple):
    """What a heading stands above.

    Attributes:
        block: The number of its heading among the blocks.
        key: What folds it.
        end: The block after its last; None while blocks are still added to it.
        size: How many lines of text it has so far.
    """

    block: int
    key: str
    end: int | None
    size: int


class SectionOutline:
    """The sections of a text whose blocks become known one by one.

    A long text has thousands, so they are kept as numbers; see `lines` for why.
    """

    def __init__(self) -> None:
        self._blocks: list[int] = []
        self._keys: list[str] = []
        self._levels: list[int] = []
        # Lines of text before the section's first, and with its last, -1 while it is open.
        self._before: list[int] = []
        self._after: list[int] = []
        self._ends: list[int] = []
        self._open: list[int] = []
        self._counted: dict[str, int] = {}
        self._count = 0
        self._total = 0

    def __iter__(self) -> Iterator[TextSection]:
        return map(self._section, range(len(self._blocks)))

    def add(self, block: BodyBlock) -> None:
        """Take note of the block that comes after all others."""
        text, level = block.text, block.level
        if level:
            self._close(level)
            self._open.append(len(self._blocks))
            self._counted[text] = self._counted.get(text, 0) + 1
            self._blocks.append(self._count)
            self._keys.append(f"heading {self._counted[text]} {text}")
            self._levels.append(level)
            self._ends.append(-1)
            self._after.append(-1)
        self._total += text.count("\n") + 1
        if level:
            self._before.append(self._total)
        self._count += 1

    def finish(self) -> None:
        """Take note that there are no more blocks."""
        self._close(0)

    def _close(self, level: int) -> None:
        while self._open and self._levels[self._open[-1]] >= level:
            at = self._open.pop()
            self._ends[at], self._after[at] = self._count, self._total

    def at(self, block: int) -> TextSection | None:
        """Return the section whose heading a block is."""
        at = bisect_left(self._blocks, block)
        return self._section(at) if at < len(self._blocks) and self._blocks[at] == block else None

    def before(self, block: int) -> Iterator[TextSection]:
        """Yield the sections whose headings stand at or before a block, the nearest first."""
        return map(self._section, range(bisect_right(self._blocks, block) - 1, -1, -1))

    def named(self, key: str) -> TextSection | None:
        """Return the section that a key folds."""
        return self._section(self._keys.index(key)) if key in self._keys else None

    def drop_first(self) -> None:
        """Forget the first section: its heading is not shown."""
        for numbers in (self._blocks, self._levels, self._before, self._after, self._ends):
            del numbers[0]
        del self._keys[0]
        self._open = [at - 1 for at in self._open if at]

    def _section(self, at: int) -> TextSection:
        end = self._ends[at]
        size = (self._total if end < 0 else self._after[at]) - self._before[at]
        return TextSection(self._blocks[at], self._keys[at], None if end < 0 else end, size)


class Starts:
    """Where each block that is drawn begins, in order, so that long texts are not walked through.

    A block belongs close to what stands before it, or has an empty line above.
    """

    def __init__(self) -> None:
        self._blocks: list[int] = []
        self._rows: list[int] = []
        self._close: list[bool] = []

    @property
    def first_row(self) -> int:
        """The line at which the first block begins; 0 when there is none."""
        return self._rows[0] if self._rows else 0

    @property
    def first_block(self) -> int:
        """The first block that is drawn; 0 when there is none."""
        return self._blocks[0] if self._blocks else 0

    def add(self, block: int, row: int, *, close: bool) -> None:
        """Take note of a block that comes after all others."""
        self._blocks.append(block)
        self._rows.append(row)
        self._close.append(close)

    def cut(self, block: int) -> tuple[int, bool] | None:
        """Forget a block and all after it; returns where it began and whether close, if known."""
        at = self._at(block)
        if at is None:
            return None
        begun = self._rows[at], self._close[at]
        del self._blocks[at:], self._rows[at:], self._close[at:]
        return begun

    def row(self, block: int) -> int | None:
        """Return the first line of a block, or None when it is not drawn."""
        at = self._at(block)
        return self._rows[at] + (not self._close[at]) if at is not None else None

    def block_at(self, row: int) -> int | None:
        """Return the block that a line is of, or None above the first."""
        at = bisect_right(self._rows, row) - 1
        return self._blocks[at] if at >= 0 else None

    def span(self, block: int) -> tuple[int, int | None] | None:
        """Return the lines of the last block that is drawn at or before one, the blank one too.

        Returns:
            The first, and the one past the last, or None for the end; None before the first block.
        """
        at = bisect_right(self._blocks, block) - 1
        if at < 0:
            return None
        return self._rows[at], self._rows[at + 1] if at + 1 < len(self._rows) else None

    def _at(self, block: int) -> int | None:
        at = bisect_left(self._blocks, block)
        return at if at < len(self._blocks) and self._blocks[at] == block else None


# A note's body as its blocks and sections, known as far as anybody asked.
#
# The first screen of a long note needs its first blocks only, so the others are cut off when
# there is time, and before that only for what cannot do without: a fold that reaches far, a
# footnote.


LONGEST_BODY = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""

CUT = 16
"""Blocks that are cut off at a time where none of them is drawn."""


class NoteText:
    """A body, clean, cut into blocks little by little.

    Attributes:
        blocks: The blocks that are known.
        sections: The sections of these.
        references: The body's link definitions, as `blocks.definitions` gives them.
        line_count: How many lines it has.
    """

    def __init__(self, body: str) -> None:
        text = clean(body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n"))
        self.references = find_definitions(text)
        self.line_count = text.count("\n") + 1
        self.blocks = BlockSequence(text)
        self.sections = SectionOutline()

    @property
    def is_cut(self) -> bool:
        """Whether all of its blocks and sections are known."""
        return self.blocks.is_whole

    def know(self, count: int) -> bool:
        """Cut until `count` blocks are known, or there are no more; tell whether there are."""
        while len(self.blocks) < count and not self.is_cut:
            block = self.blocks.more()
            if block is None:
                self.sections.finish()
            else:
                self.sections.add(block)
        return len(self.blocks) >= count

    def cut_more(self) -> None:
        """Cut a few blocks more."""
        self.know(len(self.blocks) + CUT)

    def cut_all(self) -> None:
        """Cut whatever is left."""
        while not self.is_cut:
            self.cut_more()

    def cut_for(self, seconds: float, enough: Callable[[], bool] | None = None) -> None:
        """Cut for about as long, or until it is enough."""
        end = perf_counter() + seconds
        while not self.is_cut and perf_counter() < end and not (enough and enough()):
            self.cut_more()

    def knows(self, source: int) -> bool:
        """Tell whether it is known in which block and section a line is, counted from 0."""
        count = len(self.blocks)
        return self.is_cut or (count > 0 and self.blocks.line(count - 1) > source)

    # What stands where; lines are counted from 0.

    def footnote(self, name: str) -> int | None:
        """Return the line at which the text of a footnote stands."""
        self.cut_all()
        for block in self.blocks:
            if block.footnote == name:
                return block.line
        return None

    def reference(self, name: str) -> int | None:
        """Return the line at which a footnote is referred to first."""
        self.cut_all()
        mark = f"[^{name}]"
        for block in self.blocks:
            if block.footnote != name and mark in block.text:
                return block.line + block.text[: block.text.index(mark)].count("\n")
        return None

    def quote_at(self, source: int) -> tuple[str, str] | None:
        """Return the words and the locator of the quote that begins at a line."""
        begin, spans = self._spans_at(source)
        found = (quote for quote in spans.quotes if begin + quote.line == source)
        quote = next(found, None)
        return (quote.text, quote.locator) if quote is not None else None

    def task_at(self, source: int) -> str:
        """Return what the task on a line says, or ""."""
        begin, spans = self._spans_at(source)
        return next((task.text for task in spans.tasks if begin + task.line == source), "")

    def _spans_at(self, source: int) -> tuple[int, BodyFacts]:
        """Look through the block with a line; returns its first line and what it holds.

        All of a long body holds many small things, of which few are ever asked for.
        """
        at = self.blocks.at(source)
        block = self.blocks[at] if at is not None else BodyBlock(0, "")
        return block.line, read_body(block.text)


# The lines of a long text, kept so that they cost neither much memory nor time.
#
# Python looks now and then through everything that could hold a circle, and a note of a megabyte
# is a quarter of a million small things: a tenth of a second in which no key is answered. Plain
# tuples of texts and numbers are left out of that, so lines are kept as these, and made again
# when looked at.


StoredLines: TypeAlias = tuple[tuple[tuple[str, ...], ...], int, "tuple[object, ...] | None"]
"""A line as it is kept: its pieces, its source, its passage."""


def store_lines(drawn: Iterable[DrawnLine]) -> tuple[StoredLines, ...]:
    """Return lines as they are kept."""
    return tuple(
        (
            tuple(tuple(piece) for piece in row.line),
            row.source,
            tuple(row.passage) if row.passage is not None else None,
        )
        for row in drawn
    )


def _made(kept: StoredLines) -> DrawnLine:
    pieces, source, passage = kept
    line = [Piece(*piece) for piece in pieces]
    return DrawnLine(line, source, CopyPassage._make(passage) if passage is not None else None)


class Lines(Sequence[DrawnLine]):
    """Lines that are made when they are looked at."""

    def __init__(self) -> None:
        self._kept: list[StoredLines] = []

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> DrawnLine: ...

    @overload
    def __getitem__(self, index: slice) -> list[DrawnLine]: ...

    def __getitem__(self, index: int | slice) -> DrawnLine | list[DrawnLine]:
        if isinstance(index, slice):
            return [_made(kept) for kept in self._kept[index]]
        return _made(self._kept[index])

    def __iter__(self) -> Iterator[DrawnLine]:
        return map(_made, self._kept)

    def add(self, kept: Iterable[StoredLines]) -> None:
        """Add lines that are kept already."""
        self._kept.extend(kept)

    def cut(self, start: int) -> None:
        """Take out the lines from `start` on."""
        del self._kept[start:]

    def source(self, index: int) -> int:
        """Return the line of the body that a line comes from."""
        return self._kept[index][1]

    def sources(self) -> Iterator[int]:
        """Yield the line of the body that each line comes from."""
        return (kept[1] for kept in self._kept)

    def first_with(self, link: str, source: int) -> int | None:
        """Return the first line with a link, of those from a line of the body."""
        for index, (pieces, at, _) in enumerate(self._kept):
            if source == at and any(piece[2] == link for piece in pieces):
                return index
        return None

    def first_of(self, passage: CopyPassage) -> int | None:
        """Return the first line of a passage."""
        for index, (_, _, kept) in enumerate(self._kept):
            if kept is not None and kept[:2] == passage[:2]:
                return index
        return None


# A note drawn little by little: its first screen at once, the rest when there is time.
#
# What is drawn next is cut off the text before that, so that the first screen of a long note
# costs as little as that of a short one. Sections that are folded are not drawn at all until
# they are opened.


LARGE = 6_000
"""Characters of a block from which on to draw it takes longer than a key should wait."""
HUGE = 60_000
"""Characters of a block from which on to draw it takes longer than a person should wait."""


class PredrawnBlock(NamedTuple):
    """A block that was drawn before its turn: its number, its lines, and what was folded then."""

    block: int
    lines: tuple[StoredLines, ...]
    folded: frozenset[str]


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
        self._frame = DrawContext(max(8, width), glyphs, around=around)
        self.text = NoteText(note.body)
        self._foot = foot
        self._first_line = note.body_line
        head = note_head(note, max(8, width), glyphs)
        self.lines = Lines()
        self.lines.add(store_lines(DrawnLine(line, -1) for line in [*head, []]))
        self._next = 0
        if self.text.know(1) and _says_title(self.text.blocks[0], note.title):
            self._next = 1
            self.text.sections.drop_first()
        self._close = True
        self._cache: dict[int, tuple[StoredLines, ...]] = {}
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
        """Draw for about as long, or until it is enough, or `is_next_slow`."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end and not (enough and enough()):
            if self.is_next_slow:
                return
            self._draw_next()

    def draw_first(self, count: int) -> None:
        """Draw `count` lines as `draw_lines` does, but no further than to a block that is huge."""
        while not self.done and len(self.lines) < count and not self._is_next(HUGE):
            self._draw_next()

    @property
    def is_next_slow(self) -> bool:
        """Whether the next block takes long to draw, which is left to `predraw_block`."""
        return self._is_next(LARGE)

    def _is_next(self, size: int) -> bool:
        """Tell whether the next block is longer than `size` characters, and not drawn yet."""
        index = self._next
        # What follows a block says how it is drawn.
        self.text.know(index + 2)
        blocks = self.text.blocks
        is_large = index < len(blocks) and len(blocks[index].text) > size
        return is_large and index not in self._cache

    def predraw_block(self) -> PredrawnBlock:
        """Draw the next block and only that, for `take`; nothing is changed: a thread may do it."""
        index, folded = self._next, frozenset(self.around.toggled)
        return PredrawnBlock(
            index, store_lines(self._drawn(index, self.text.sections.at(index))), folded
        )

    def take(self, ahead: PredrawnBlock) -> None:
        """Take what was drawn ahead, unless a fold was opened or closed meanwhile."""
        if ahead.folded == self.around.toggled:
            self._cache[ahead.block] = ahead.lines

    def file_line(self, source: int) -> int:
        """Return the line of the file, from 1, that a line of the body is."""
        return self._first_line + source + 1

    def unfold_to(self, line: int) -> None:
        """Open what line `line` of the file, from 1, is folded away in."""
        while not self.knows(line):
            self.text.cut_more()
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

    def line_of(self, line: int, matcher: LetterMatcher | None = None) -> int:
        """Return the first line that shows line `line` of the file, from 1, drawing up to it.

        What it is folded away in is opened. Of a long paragraph it is the line in which `matcher`
        finds something, else about as far down as `line` is in the paragraph.
        """
        source = line - 1 - self._first_line
        if source < 0:
            return 0
        self.unfold_to(line)
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

    def _nearest(
        self, rows: list[int], source: int, end: int, matcher: LetterMatcher | None
    ) -> int:
        """Return which of the lines of one paragraph is nearest to a line of the body."""
        begin = self.lines.source(rows[0])
        if begin == source and end == source + 1 and matcher is None:
            return rows[0]
        wanted = rows[0] + (source - begin) * len(rows) / max(1, end - begin)
        found = [row for row in rows if matcher and matcher.spans(line_text(self.lines[row].line))]
        return min(found or rows, key=lambda row: abs(row - wanted))

    def _draw_next(self) -> None:
        yield_to_ui()
        index = self._next
        # What comes after it says how a block is drawn: a heading above nothing has no fold.
        self.text.know(index + 2)
        section = self.text.sections.at(index)
        is_folded = section is not None and section.key in self.around.toggled
        if section is not None and section.end is None and is_folded:
            self.text.cut_more()
            return
        self._starts.add(index, len(self.lines), close=self._close)
        drawn = self._cache.get(index)
        if drawn is None:
            drawn = self._cache[index] = store_lines(self._drawn(index, section))
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
            lines.add(store_lines([add_fold_mark(last, section.key, self._frame, hidden)]))
        # Folded headings stand together, as a table of contents does.
        self._close = self._goes_on(index, drawn[-1])

    def _goes_on(self, index: int, last: StoredLines) -> bool:
        """Tell whether what follows a block stands right below it."""
        if index >= len(self.text.blocks):
            return False
        block = self.text.blocks[index]
        after = self.text.blocks[index + 1] if index + 1 < len(self.text.blocks) else block
        is_next = after.line == block.line + block.text.count("\n") + 1
        # Of an empty heading there is nothing to see.
        is_heading = last[0][0][1].startswith("heading ") if last[0] else block.level
        return bool(is_heading) or after.goes_on or (is_next and bool(after.footnote))

    def _drawn(self, index: int, section: TextSection | None) -> list[DrawnLine]:
        if index == len(self.text.blocks):
            return self._drawn_foot()
        block = self.text.blocks[index]
        if section is None or not section.size:
            return draw(block, self._frame, self.text.references)
        # Room for the mark is kept, so that nothing moves when the section is folded.
        return draw(block, self._frame.narrower(2), self.text.references)

    def _drawn_foot(self) -> list[DrawnLine]:
        if self._foot is None:
            return []
        lines = footer_lines(self._foot, self.width, self._frame.glyphs, self.around.toggled)
        return [DrawnLine(line, self.text.line_count + number) for number, line in enumerate(lines)]

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
        self.text.cut_all()
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
        if key in FOOTER_FOLDS:
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


def _says_title(block: BodyBlock, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
