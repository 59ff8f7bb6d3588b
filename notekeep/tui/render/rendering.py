"""A note drawn little by little: its first screen at once, the rest when there is time.

Sections that are folded are not drawn at all until they are opened.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean
from notekeep.tui.render.around import NOTHING, Around
from notekeep.tui.render.blocks import Block, Blocks, definitions, footnote_name, split
from notekeep.tui.render.document import draw, ends_with_heading
from notekeep.tui.render.drawn import Drawn, Frame, with_fold
from notekeep.tui.render.foot import KEYS, Foot, foot_lines
from notekeep.tui.render.lines import Kept, Lines, keep
from notekeep.tui.render.pieces import plain
from notekeep.tui.render.rows import note_head
from notekeep.tui.render.sections import Starts, sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.note import Note
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.matching import Matcher

LONGEST_BODY = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""


class Rendering:
    """The lines of one note at one width.

    Attributes:
        path: The note's path.
        note: The note, without its text.
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
        # What a reader finds in a long body are many small things; only these are needed of them.
        spans = note.spans
        self.note = replace(note, body="", spans=None)
        self._tasks = {task.line: task.text for task in (spans.tasks if spans else ())}
        self._quotes = {
            one.line: (one.text, one.locator) for one in (spans.quotes if spans else ())
        }
        self.width = width
        self.around = around
        self._frame = Frame(max(8, width), glyphs, around=around)
        body = clean(note.body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n"))
        self._references = definitions(body)
        self._blocks = Blocks(split(body))
        self._sections = sections(self._blocks)
        self._foot = foot
        self._first_line = note.body_line
        self._body_lines = body.count("\n") + 1
        head = note_head(note, max(8, width), glyphs)
        self.lines = Lines()
        self.lines.add(keep(Drawn(line, -1) for line in [*head, []]))
        self._next = 0
        if self._blocks and _says_title(self._blocks[0], note.title):
            self._next = 1
            self._sections.pop(0, None)
        self._close = True
        self._cache: dict[int, tuple[Kept, ...]] = {}
        self._folded = set(around.toggled)
        self._headings = list(self._sections)
        self._starts = Starts()

    @property
    def done(self) -> bool:
        """Whether the whole note is drawn."""
        return self._next > len(self._blocks)

    def draw_lines(self, count: int) -> None:
        """Draw until there are at least `count` lines, or no more to draw."""
        while not self.done and len(self.lines) < count:
            self._draw_next()

    def draw_for(self, seconds: float, enough: Callable[[], bool] | None = None) -> None:
        """Draw for about as long, or until it is enough; a single block is always drawn whole."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end and not (enough and enough()):
            self._draw_next()

    def file_line(self, source: int) -> int:
        """Return the line of the file, from 1, that a line of the body is."""
        return self._first_line + source + 1

    def open_to(self, line: int) -> None:
        """Open what line `line` of the file, from 1, is folded away in."""
        source = line - 1 - self._first_line
        if source >= 0:
            self._open_around(source)

    def reaches(self, line: int) -> bool:
        """Tell whether line `line` of the file, from 1, is drawn if it is not folded away."""
        source = line - 1 - self._first_line
        return self._next >= len(self._blocks) or self._blocks.line(self._next) > source

    def line_of(self, line: int, matcher: Matcher | None = None) -> int:
        """Return the first line that shows line `line` of the file, from 1, drawing up to it.

        What it is folded away in is opened. Of a long paragraph it is the line in which `matcher`
        finds something, else about as far down as `line` is in the paragraph.
        """
        source = line - 1 - self._first_line
        if source < 0:
            return 0
        self._open_around(source)
        while not self.reaches(line):
            self._draw_next()
        block = self._blocks.at(source)
        span = self._starts.span(block) if block is not None else None
        if span is None:
            return 0
        rows = range(span[0], len(self.lines) if span[1] is None else span[1])
        sources = [self.lines.source(row) for row in rows]
        at = max((one for one in sources if one <= source), default=-1)
        if at < 0:
            return rows[0]
        same = [row for row, one in zip(rows, sources, strict=True) if one == at]
        return self._nearest(same, source, self._end_of(at, sources, block), matcher)

    def _end_of(self, at: int, sources: list[int], block: int | None) -> int:
        """Return the line of the body after what begins at line `at` of a block."""
        after = min((one for one in sources if one > at), default=None)
        if after is not None:
            return after
        if block is None:
            return at + 1
        return self._blocks.line(block) + self._blocks[block].text.count("\n") + 1

    def _nearest(self, rows: list[int], source: int, end: int, matcher: Matcher | None) -> int:
        """Return which of the lines of one paragraph is nearest to a line of the body."""
        begin = self.lines.source(rows[0])
        if begin == source and end == source + 1 and matcher is None:
            return rows[0]
        wanted = rows[0] + (source - begin) * len(rows) / max(1, end - begin)
        found = [row for row in rows if matcher and matcher.spans(plain(self.lines[row].line))]
        return min(found or rows, key=lambda row: abs(row - wanted))

    def _draw_next(self) -> None:
        index = self._next
        self._starts.add(index, len(self.lines), close=self._close)
        drawn = self._cache.get(index)
        if drawn is None:
            drawn = self._cache[index] = keep(self._drawn(index))
        section = self._sections.get(index)
        is_folded = section is not None and section.key in self.around.toggled
        self._next = section.end if section is not None and is_folded else index + 1
        if not drawn:
            return
        lines = self.lines
        if not self._close or (index == len(self._blocks) and lines[-1].line):
            lines.add([((), lines.source(-1), None)])
        lines.add(drawn)
        if section is not None and section.size:
            last = lines[-1]
            lines.cut(len(lines) - 1)
            hidden = section.size if is_folded else 0
            lines.add(keep([with_fold(last, section.key, self._frame, hidden)]))
        # Folded headings stand together, as a table of contents does.
        self._close = self._goes_on(index)

    def _goes_on(self, index: int) -> bool:
        """Tell whether what follows a block stands right below it."""
        if index >= len(self._blocks):
            return False
        block = self._blocks[index]
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else block
        is_next = after.line == block.line + block.text.count("\n") + 1
        return ends_with_heading(block) or (is_next and bool(footnote_name(after.text)))

    def _drawn(self, index: int) -> list[Drawn]:
        if index == len(self._blocks):
            return self._drawn_foot()
        block, section = self._blocks[index], self._sections.get(index)
        if section is None or not section.size:
            return draw(block, self._frame, self._references)
        # Room for the mark is kept, so that nothing moves when the section is folded.
        return draw(block, self._frame.narrower(2), self._references)

    def _drawn_foot(self) -> list[Drawn]:
        if self._foot is None:
            return []
        lines = foot_lines(self._foot, self.width, self._frame.glyphs, self.around.toggled)
        return [Drawn(line, self._body_lines + number) for number, line in enumerate(lines)]

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
        keys = {section.key for section in self._sections.values() if section.size}
        fold = not keys & self.around.toggled
        if fold:
            self.around.toggled.update(keys)
        else:
            self.around.toggled.difference_update(keys)
        if self._sections:
            self._redraw_from(min(self._sections), seen)
        return fold

    def section_at(self, line: int) -> tuple[str, int] | None:
        """Return the key of the section that a line of `lines` is in, and its heading's line."""
        # From above the text, the first section is as near as any.
        block = self._starts.block_at(max(line, self._starts.first_row))
        if block is None:
            return None
        for at in range(bisect_right(self._headings, block) - 1, -1, -1):
            index = self._headings[at]
            row = self._starts.row(index)
            if row is not None and self._sections[index].size:
                return self._sections[index].key, row
        return None

    def _block_of(self, key: str) -> int | None:
        if key in KEYS:
            return len(self._blocks)
        if key.startswith("callout "):
            return self._blocks.at(int(key.removeprefix("callout ")))
        return next((i for i, section in self._sections.items() if section.key == key), None)

    def _open_around(self, source: int) -> None:
        target = self._blocks.at(source)
        if target is None:
            return
        block = self._blocks[target]
        inside = [
            index
            for index, section in self._sections.items()
            if index < target < section.end and section.key in self.around.toggled
        ]
        for index in inside:
            self.around.toggled.discard(self._sections[index].key)
        if block.text.startswith(">") and source > block.line:
            self._open_callout(target)
        if inside:
            self._redraw_from(inside[0], 0)

    def _open_callout(self, index: int) -> None:
        key = f"callout {self._blocks[index].line}"
        is_closed = any(
            piece.link.endswith(key) and self._frame.glyphs.closed in piece.text
            for row in draw(self._blocks[index], self._frame, {})
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

    # Footnotes and quotes.

    def footnote_line(self, name: str) -> int | None:
        """Return the line of the file at which the text of a footnote stands."""
        for block in self._blocks:
            if block.text.startswith("[^") and footnote_name(block.text) == name:
                return self.file_line(block.line)
        return None

    def reference_line(self, name: str) -> int | None:
        """Return the line of the file at which a footnote is referred to first."""
        mark = f"[^{name}]"
        for block in self._blocks:
            if mark in block.text and footnote_name(block.text) != name:
                before = block.text[: block.text.index(mark)]
                return self.file_line(block.line + before.count("\n"))
        return None

    def quote_at(self, source: int) -> tuple[str, str] | None:
        """Return the words and the locator of the quote that begins at a line of the body."""
        return self._quotes.get(source)

    def task_at(self, source: int) -> str:
        """Return what the task on a line of the body says, or ""."""
        return self._tasks.get(source, "")


def _says_title(block: Block, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
