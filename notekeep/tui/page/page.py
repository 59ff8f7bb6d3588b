"""A note rendered as lines: blocks are drawn once, then laid out according to the folds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from notekeep.background import yield_to_ui
from notekeep.catalog.name_lookup import Mention
from notekeep.catalog.records import Backlink, LinkRow
from notekeep.markdown.note import Note
from notekeep.markdown.outline import BodyFacts, extract_facts
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import clean, clean_line, plain_text
from notekeep.markdown.tree import Span
from notekeep.tui.page.blocks import callout_key, draw_block, is_closed_callout
from notekeep.tui.page.page_lines import (
    DrawContext,
    NoteSurroundings,
    PageLine,
    add_fold_mark,
    add_rule,
    group_spans,
)
from notekeep.tui.render.formatting import thousands
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.note_rows import note_head
from notekeep.tui.render.styled_text import (
    FOLD_LINK,
    LINE_LINK,
    FindSpans,
    Piece,
    StyledLine,
    fit_line,
    flow_lines,
    line_text,
)

RULED_LEVEL = 2  # headings up to this level are followed by a rule
MAX_BODY_LENGTH = 2_000_000  # characters of a body to show
EMPTY_NOTE = "Empty note. Press e to edit it."


class NoteBlock(NamedTuple):
    """A top-level block of a text."""

    spans: Sequence[Span]  # the block, then its content
    line: int  # its first line, counted from 0
    height: int  # in lines
    level: int  # 1 to 6 for a heading, else 0

    @property
    def span(self) -> Span:
        return self.spans[0]


class NoteText:
    """A sanitized, parsed body; its lines are counted from 0."""

    def __init__(self, body: str) -> None:
        text = clean(body[:MAX_BODY_LENGTH].replace("\r\n", "\n").replace("\r", "\n"))
        self.page = parse_markdown(text)
        groups = group_spans(self.page.spans)
        self.blocks = [self._block(group) for group in groups if group[0].kind != "definition"]
        self.headings: dict[int, str] = {}
        """The fold key of each heading, by block number."""
        counts: Counter[str] = Counter()
        for number, block in enumerate(self.blocks):
            if block.level:
                words = text[block.span.start : block.span.end].strip()
                counts[words] += 1
                self.headings[number] = f"heading {counts[words]} {words}"

    def _block(self, spans: Sequence[Span]) -> NoteBlock:
        span = spans[0]
        height = self.page.text[span.start : span.end].rstrip().count("\n") + 1
        level = int(span.info) if span.kind == "heading" else 0
        return NoteBlock(spans, self.page.line_of(span.start), height, level)

    @property
    def line_count(self) -> int:
        return len(self.page.starts)

    @cached_property
    def has_words(self) -> bool:
        return not all(block.level for block in self.blocks)

    def starts_with_title(self, title: str) -> bool:
        is_heading = bool(self.blocks) and self.blocks[0].level == 1
        return is_heading and plain_text(self.blocks[0].span.words) == plain_text(title)

    def block_at(self, line: int) -> int | None:
        number = bisect_right(self.blocks, line, key=lambda block: block.line) - 1
        return number if number >= 0 else None

    # A section is a heading and the blocks up to the next heading of the same or a higher level.

    def can_fold(self, number: int) -> bool:
        if number not in self.headings or number + 1 == len(self.blocks):
            return False
        return not 0 < self.blocks[number + 1].level <= self.blocks[number].level

    def section_end(self, heading: int) -> int:
        level = self.blocks[heading].level
        after = range(heading + 1, len(self.blocks))
        return next((n for n in after if 0 < self.blocks[n].level <= level), len(self.blocks))

    @cached_property
    def _facts(self) -> BodyFacts:
        return extract_facts(self.page)

    def quote_at(self, line: int) -> tuple[str, str] | None:
        found = (quote for quote in self._facts.quotes if quote.line == line)
        return next(((quote.text, quote.locator) for quote in found), None)

    def task_at(self, line: int) -> str:
        return next((task.text for task in self._facts.tasks if task.line == line), "")


LINKS_FOLD, BACKLINKS_FOLD, OUTLINE_FOLD = "foot links", "foot backlinks", "foot outline"
MENTIONS_FOLD = "foot mentions"
LINK_MENTIONS = "L links them."


class NoteFooter(NamedTuple):
    """The links, backlinks, unlinked mentions and headings of a note."""

    links: Sequence[LinkRow]
    backlinks: Sequence[Backlink]
    outline: Sequence[tuple[int, int, str]]  # line of the file (from 1), level and text
    mentions: Sequence[Mention] = ()  # loaded after the note is shown


def footer_lines(
    foot: NoteFooter, width: int, glyphs: Glyphs, opened: Container[str]
) -> list[StyledLine]:
    """Return the footer of a note: a line with the counts, then the expanded lists."""
    links = [link for link in foot.links if link.state in ("ok", "ambiguous", "broken", "web")]
    broken = sum(link.state == "broken" for link in links)
    outline = foot.outline if len(foot.outline) > 1 else ()
    headings = [[Piece("  "), *line] for line in outline_lines(outline)]
    sections = (
        (LINKS_FOLD, "Links", len(links), [*map(_link, links)]),
        (BACKLINKS_FOLD, "Backlinks", len(foot.backlinks), [*_backlinks(foot.backlinks)]),
        (MENTIONS_FOLD, "Mentions", len(foot.mentions), [*_mentions(foot.mentions)]),
        (OUTLINE_FOLD, "Outline", len(outline), headings),
    )
    heads: list[StyledLine] = []
    for key, name, count, _ in sections:
        if count:
            mark = glyphs.open if key in opened else glyphs.closed
            role = "foot-open" if key in opened else "foot"
            heads.append([Piece(f"{mark} {name}\xa0{thousands(count)}", role, FOLD_LINK + key)])
            if key == LINKS_FOLD and broken:
                heads[-1].append(Piece(f"\xa0({broken} broken)", "warn", FOLD_LINK + key))
    if not heads:
        return []
    lines: list[StyledLine] = [
        [Piece(glyphs.rule * width, "rule")],
        *flow_lines(heads, width, [Piece("   ")]),
    ]
    for key, _, count, rows in sections:
        if key in opened and count:
            lines += [[], *rows]
    return [fit_line(line, width, glyphs.ellipsis) for line in lines]


def outline_lines(outline: Sequence[tuple[int, int, str]]) -> list[StyledLine]:
    """Return the headings of a note, indented by level."""
    top = min((level for _, level, _ in outline), default=0)
    lines = []
    for line, level, text in outline:
        words = Piece(clean_line(text), "link-quiet", f"{LINE_LINK}{line}")
        lines.append([Piece("  " * (level - top)), words])
    return lines


def _link(link: LinkRow) -> StyledLine:
    target = link.target if link.state == "web" else f"[[{clean_line(link.target)}]]"
    line = [Piece("  "), Piece(clean_line(link.text or link.target), "link-quiet", target)]
    if link.state in ("broken", "ambiguous"):
        line.append(Piece(f"  {link.state}", "warn" if link.state == "broken" else "faint"))
    return line


def _backlinks(backlinks: Sequence[Backlink]) -> Iterator[StyledLine]:
    titles = {link.source: clean_line(link.title) for link in backlinks}
    counts = Counter(link.source for link in backlinks)
    for source, count in counts.items():
        line = [Piece("  "), Piece(titles[source], "link-quiet", f"[[{clean_line(source)}]]")]
        if count > 1:
            line.append(Piece(f"  {count}×", "faint"))  # noqa: RUF001 - times
        yield line


def _mentions(mentions: Sequence[Mention]) -> Iterator[StyledLine]:
    for mention in mentions:
        title = Piece(clean_line(mention.title), "link-quiet", f"[[{clean_line(mention.path)}]]")
        yield [Piece("  "), title, Piece(f"  {clean_line(mention.text)}", "muted")]
    yield [Piece(f"  {LINK_MENTIONS}", "muted")]


class _PlacedBlock(NamedTuple):
    """A block and the row at which it starts."""

    block: int
    row: int
    is_close: bool  # whether no blank line precedes it


class NoteRendering:
    """The lines of one note at one width, without folded blocks.

    Attributes:
        note: The note, without its text.
        head_height: The number of lines of the title band, which is wider than the text.
    """

    def __init__(
        self,
        note: Note,
        width: int,
        glyphs: Glyphs,
        around: NoteSurroundings | None = None,
        foot: NoteFooter | None = None,
        *,
        text: NoteText | None = None,
    ) -> None:
        self.path = note.path
        self.note = replace(note, body="", spans=BodyFacts())
        self.width = width
        self.around = around = around or NoteSurroundings()
        self.text = text or NoteText(note.body)
        self._frame = DrawContext(max(8, width), glyphs, around=around, page=self.text.page)
        self._foot = foot
        self._first_line = note.body_line
        head = note_head(note, max(8, width), glyphs, around.label)
        self.head_height = len(head)
        self._head = [PageLine(line, -1) for line in [*head, []]]
        if not note.body.strip():
            self._head.append(PageLine([Piece(EMPTY_NOTE, "muted")], -1))
        # Skip a first heading that only repeats the title.
        self._first = int(self.text.starts_with_title(note.title))
        self.lines: list[PageLine] = []
        # The last block is the footer.
        self._blocks = [self._draw_block(number) for number in range(len(self.text.blocks) + 1)]
        # A heading without visible text, such as only a block ID, has no line for a fold mark.
        headings = self.text.headings.items()
        self.text.headings = {number: key for number, key in headings if self._blocks[number]}
        self._place_blocks()

    @cached_property
    def outline(self) -> list[tuple[int, StyledLine]]:
        """The headings, with their lines in the file."""
        outline = self._foot.outline if self._foot is not None else ()
        return list(zip((line for line, *_ in outline), outline_lines(outline), strict=True))

    def _draw_block(self, number: int) -> list[PageLine]:
        yield_to_ui()
        text = self.text
        if number < self._first:
            return []
        if number < len(text.blocks):
            if text.has_words and text.blocks[number].level and not text.can_fold(number):
                return []  # an empty section of a template
            # Reserve space for the fold mark, so that folding does not rewrap the heading.
            frame = self._frame.narrower(2) if text.can_fold(number) else self._frame
            rows = draw_block(text.blocks[number].spans, frame)
            # A paragraph may contain only the ID of the block above.
            return rows if any(piece.text for line in rows for piece in line.line) else []
        if self._foot is None:
            return []
        foot = footer_lines(self._foot, self.width, self._frame.glyphs, self.around.toggled)
        return [PageLine(line, at) for at, line in enumerate(foot, text.line_count)]

    def _place_blocks(self) -> None:
        text, lines = self.text, list(self._head)
        self._placed: list[_PlacedBlock] = []
        number, is_close = self._first, True
        while number <= len(text.blocks):
            key = text.headings.get(number, "")
            end = text.section_end(number) if key in self.around.toggled else number + 1
            self._placed.append(_PlacedBlock(number, len(lines), is_close))
            if rows := self._blocks[number]:
                if not is_close or (number == len(text.blocks) and lines[-1].line):
                    lines.append(PageLine([], lines[-1].source))
                lines += rows
                if text.can_fold(number):
                    hidden = sum(block.height for block in text.blocks[number + 1 : end])
                    lines[-1] = add_fold_mark(rows[-1], key, self._frame, hidden)
                if number < len(text.blocks) and 0 < text.blocks[number].level <= RULED_LEVEL:
                    lines[-1] = add_rule(lines[-1], self._frame)
                is_close = self._is_next_close(number)
            number = end
        self.lines[:] = lines

    def _is_next_close(self, number: int) -> bool:
        """Whether no blank line follows: after a heading, or before an adjacent footnote."""
        blocks = self.text.blocks[number : number + 2]
        if len(blocks) < 2 or blocks[0].level:
            return bool(blocks and blocks[0].level)
        block, after = blocks
        return after.span.kind == "footnote" and after.line == block.line + block.height

    # Line numbers of the file, counted from 1.

    def file_line(self, source: int) -> int:
        return self._first_line + source + 1

    def _source(self, line: int) -> int:
        return line - 1 - self._first_line

    def find_line(self, kind: str, name: str) -> int | None:
        page = self.text.page
        found = (page.line_of(span.start) for span in page.find(kind) if span.info == name)
        return next(map(self.file_line, found), None)

    def _unfold_to(self, line: int) -> None:
        source, toggled = self._source(line), self.around.toggled
        target = self.text.block_at(source)
        if target is None:
            return
        block = self.text.blocks[target]
        keys = {
            key
            for heading, key in self.text.headings.items()
            if key in toggled and heading < target < self.text.section_end(heading)
        }
        if source > block.line and is_closed_callout(block.span, block.line, toggled):
            keys.add(callout_key(block.line))
        if keys:
            self.toggle(*keys)

    def reveal_line(self, line: int, find: FindSpans | None = None) -> int:
        """Unfold a line of the file and return its row in `lines`.

        In a long paragraph, this is the nearest row that matches `find`, or else the row at about
        the same relative position.
        """
        source = self._source(line)
        if source < 0:
            return 0
        self._unfold_to(line)
        number = self.text.block_at(source)
        if number is None:
            return 0
        # The last visible block at or before the line.
        at = bisect_right(self._placed, number, key=lambda placed: placed.block) - 1
        if at < 0:
            return 0
        first, end = self._placed[at].row, len(self.lines)
        if at + 1 < len(self._placed):
            end = self._placed[at + 1].row
        shown = {row: self.lines[row].source for row in range(first, end)}
        begin = max((each for each in shown.values() if each <= source), default=-1)
        if begin < 0:
            # A block such as `</div>` has no visible line.
            return min(first, len(self.lines) - 1)
        rows = [row for row, each in shown.items() if each == begin]
        block = self.text.blocks[number]
        after = min(
            (each for each in shown.values() if each > begin), default=block.line + block.height
        )
        estimate = rows[0] + (source - begin) * len(rows) / max(1, after - begin)
        if find is not None:
            found = [row for row in rows if find(line_text(self.lines[row].line))]
            rows = found or rows
        return min(rows, key=lambda row: abs(row - estimate))

    def toggle(self, *keys: str) -> None:
        self.around.toggled.symmetric_difference_update(keys)
        marks = {FOLD_LINK + key for key in keys}
        for number, rows in enumerate(self._blocks):
            if any(piece.link in marks for row in rows for piece in row.line):
                self._blocks[number] = self._draw_block(number)
        self._place_blocks()

    def show_mentions(self, mentions: Sequence[Mention]) -> None:
        """Add the unlinked mentions of the note to its footer."""
        if self._foot is not None:
            self._foot = self._foot._replace(mentions=mentions)
            self._blocks[-1] = self._draw_block(len(self.text.blocks))
            self._place_blocks()

    def toggle_all(self) -> None:
        """Fold all sections, or unfold all if one is folded."""
        keys = {key for number, key in self.text.headings.items() if self.text.can_fold(number)}
        if keys & self.around.toggled:
            self.around.toggled.difference_update(keys)
        else:
            self.around.toggled.update(keys)
        self._place_blocks()

    def section_at(self, line: int) -> tuple[str, int] | None:
        """Return the fold key of the section at `line`, and the row of its heading."""
        # Lines above the text count as part of the first section.
        at = max(0, bisect_right(self._placed, line, key=lambda placed: placed.row) - 1)
        for placed in reversed(self._placed[: at + 1]):
            if self.text.can_fold(placed.block):
                return self.text.headings[placed.block], placed.row + (not placed.is_close)
        return None
