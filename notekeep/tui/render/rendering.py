"""A note drawn little by little: its first screen at once, the rest when there is time.

Sections that are folded are not drawn at all until they are opened.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean
from notekeep.tui.render.around import NOTHING, Around
from notekeep.tui.render.blocks import Block, definitions, footnote_name, heading_level, split
from notekeep.tui.render.document import Drawn, Frame, draw, ends_with_heading, with_fold
from notekeep.tui.render.foot import KEYS, Foot, foot_lines
from notekeep.tui.render.rows import note_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.markdown.note import Note
    from notekeep.markdown.spans import Quote
    from notekeep.tui.render.glyphs import Glyphs

LONGEST_BODY = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""


class Section(NamedTuple):
    """What a heading stands above.

    Attributes:
        key: What folds it.
        level: The level of its heading.
        end: The block after its last.
        size: How many lines of text it has.
    """

    key: str
    level: int
    end: int
    size: int


class Rendering:
    """The lines of one note at one width.

    Attributes:
        path: The note's path.
        note: The note.
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
        self.note = note
        self.width = width
        self.around = around
        self._frame = Frame(max(8, width), glyphs, around=around)
        body = clean(note.body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n"))
        self._references = definitions(body)
        self._blocks = split(body)
        self._sections = sections(self._blocks)
        self._foot = foot
        self._first_line = note.body_line
        self._body_lines = body.count("\n") + 1
        self._quotes: dict[int, Quote] | None = None
        head = note_head(note, max(8, width), glyphs)
        self.lines: list[Drawn] = [Drawn(line, -1) for line in [*head, []]]
        self._next = 0
        if self._blocks and _says_title(self._blocks[0], note.title):
            self._next = 1
            self._sections.pop(0, None)
        self._close = True
        self._cache: dict[int, list[Drawn]] = {}
        self._folded = set(around.toggled)
        # Where each block begins, and whether it belongs close to what stands before it.
        self._starts: dict[int, tuple[int, bool]] = {}

    @property
    def done(self) -> bool:
        """Whether the whole note is drawn."""
        return self._next > len(self._blocks)

    def draw_lines(self, count: int) -> None:
        """Draw until there are at least `count` lines, or no more to draw."""
        while not self.done and len(self.lines) < count:
            self._draw_next()

    def draw_for(self, seconds: float) -> None:
        """Draw for about as long; a single block is always drawn whole."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self._draw_next()

    def file_line(self, source: int) -> int:
        """Return the line of the file, from 1, that a line of the body is."""
        return self._first_line + source + 1

    def line_of(self, line: int) -> int:
        """Return the first line that shows line `line` of the file, from 1, drawing up to it.

        What it is folded away in is opened.
        """
        source = line - 1 - self._first_line
        if source < 0:
            return 0
        self._open_around(source)
        while self._next < len(self._blocks) and self._blocks[self._next].line <= source:
            self._draw_next()
        best, at = 0, -1
        for index, drawn in enumerate(self.lines):
            if at < drawn.source <= source:
                best, at = index, drawn.source
        return best

    def _draw_next(self) -> None:
        index = self._next
        self._starts[index] = len(self.lines), self._close
        drawn = self._cache.get(index)
        if drawn is None:
            drawn = self._cache[index] = self._drawn(index)
        section = self._sections.get(index)
        is_folded = section is not None and section.key in self.around.toggled
        self._next = section.end if section is not None and is_folded else index + 1
        if not drawn:
            return
        if not self._close or (index == len(self._blocks) and self.lines[-1].line):
            self.lines.append(Drawn([], self.lines[-1].source))
        self.lines.extend(drawn)
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
        drawn = draw(block, self._frame.narrower(2), self._references)
        hidden = section.size if section.key in self.around.toggled else 0
        return [*drawn[:-1], with_fold(drawn[-1], section.key, self._frame, hidden)]

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
            start = min(self._starts, default=0)
            self._redraw_from(start, 0)

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
        for index in self._sections:
            self._cache.pop(index, None)
        if self._sections:
            self._redraw_from(min(self._sections), seen)
        return fold

    def section_at(self, line: int) -> tuple[str, int] | None:
        """Return the key of the section that a line of `lines` is in, and its heading's line."""
        found = None
        for index, section in self._sections.items():
            start = self._starts.get(index)
            if start is not None and section.size and start[0] <= max(line, self._head_end()):
                found = section.key, self._first_shown(index)
        return found

    def _head_end(self) -> int:
        """Return the line at which the text begins, below the head."""
        return min((start for start, _ in self._starts.values()), default=0)

    def _first_shown(self, index: int) -> int:
        start, close = self._starts[index]
        return start if close else start + 1

    def _block_of(self, key: str) -> int | None:
        if key in KEYS:
            return len(self._blocks)
        if key.startswith("callout "):
            return self._block_at(int(key.removeprefix("callout ")))
        return next((i for i, section in self._sections.items() if section.key == key), None)

    def _block_at(self, source: int) -> int | None:
        """Return the last block that begins at or before a line of the body."""
        low, high = 0, len(self._blocks)
        while low < high:
            middle = (low + high) // 2
            if self._blocks[middle].line <= source:
                low = middle + 1
            else:
                high = middle
        return low - 1 if low else None

    def _open_around(self, source: int) -> None:
        target = self._block_at(source)
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
            for index in inside:
                self._cache.pop(index, None)
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
        if index not in self._starts or self._starts[index][0] > len(self.lines):
            return
        start, self._close = self._starts[index]
        del self.lines[start:]
        self._starts = {block: at for block, at in self._starts.items() if block < index}
        self._next = index
        # What was drawn before costs nothing to bring back.
        while not self.done and (len(self.lines) < seen or self._next in self._cache):
            self._draw_next()

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

    def quote_at(self, source: int) -> Quote | None:
        """Return the quote that begins at a line of the body, as the note's reader found it."""
        if self._quotes is None:
            spans = self.note.spans
            self._quotes = {quote.line: quote for quote in (spans.quotes if spans else ())}
        return self._quotes.get(source)


def sections(blocks: Sequence[Block]) -> dict[int, Section]:
    """Return the section of each block that is a heading, by the number of the block."""
    found: dict[int, Section] = {}
    open_: list[tuple[int, int]] = []
    begun: dict[int, int] = {}
    counted: dict[str, int] = {}
    total = 0

    def close(level: int, end: int) -> None:
        while open_ and open_[-1][1] >= level:
            index, _ = open_.pop()
            found[index] = found[index]._replace(end=end, size=total - begun[index])

    for index, block in enumerate(blocks):
        text = block.text
        level = heading_level(text) if text[0] == "#" or "\n" in text else 0
        if level:
            close(level, index)
            counted[text] = counted.get(text, 0) + 1
            found[index] = Section(f"heading {counted[text]} {text}", level, len(blocks), 0)
            open_.append((index, level))
        total += text.count("\n") + 1
        begun[index] = total
    close(0, len(blocks))
    return found


def _says_title(block: Block, title: str) -> bool:
    """Tell whether a block is only the note's title, which already stands above it."""
    return block.text.startswith("# ") and block.text[2:].strip() == title.strip()
