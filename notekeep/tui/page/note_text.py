"""The text of a note, read once, as blocks that are drawn one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.outline import BodyFacts, extract_facts
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import clean, plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.markdown.tree import Span

MAX_BODY_LENGTH = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""


class NoteBlock(NamedTuple):
    """An outermost block of a text."""

    spans: Sequence[Span]  # the block itself, and what is in it
    line: int  # its first line, counted from 0
    height: int  # how many lines it has
    level: int  # of the heading that it is, 1 to 6, or 0

    @property
    def span(self) -> Span:
        return self.spans[0]


def group_spans(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Return each of the outermost spans with what is in it."""
    if not spans:
        return []
    depth = spans[0].depth
    starts = [number for number, span in enumerate(spans) if span.depth == depth]
    return [spans[start:end] for start, end in pairwise([*starts, len(spans)])]


class NoteText:
    """A body, made safe to show and parsed; its lines are counted from 0."""

    def __init__(self, body: str) -> None:
        text = clean(body[:MAX_BODY_LENGTH].replace("\r\n", "\n").replace("\r", "\n"))
        self.page = parse_markdown(text)
        groups = group_spans(self.page.spans)
        self.blocks = [self._block(group) for group in groups if group[0].kind != "definition"]
        self.headings: dict[int, str] = {}
        """The numbers of the blocks that are headings, each with the key that folds its section."""
        counts: Counter[str] = Counter()
        for number, block in enumerate(self.blocks):
            if block.level:
                words = text[block.span.start : block.span.end].strip()
                counts[words] += 1
                self.headings[number] = f"heading {counts[words]} {words}"

    def _block(self, spans: Sequence[Span]) -> NoteBlock:
        kind, start, end, _, info, *_ = spans[0]
        height = self.page.text[start:end].rstrip().count("\n") + 1
        level = int(info) if kind == "heading" else 0
        return NoteBlock(spans, self.page.line_of(start), height, level)

    @property
    def line_count(self) -> int:
        return len(self.page.starts)

    def says_first(self, title: str) -> bool:
        """Tell whether the text begins with its title as a heading of level 1."""
        is_heading = bool(self.blocks) and self.blocks[0].level == 1
        return is_heading and plain_text(self.blocks[0].span.words) == plain_text(title)

    def block_at(self, line: int) -> int | None:
        """Return the number of the last block that begins at or before a line."""
        number = bisect_right(self.blocks, line, key=lambda block: block.line) - 1
        return number if number >= 0 else None

    # Sections: a heading and all blocks below it up to the next of its level.

    def can_fold(self, number: int) -> bool:
        """Tell whether a block is a heading with something below it."""
        if number not in self.headings or number + 1 == len(self.blocks):
            return False
        return not 0 < self.blocks[number + 1].level <= self.blocks[number].level

    def section_end(self, heading: int) -> int:
        """Return the block after the last of a section."""
        level = self.blocks[heading].level
        after = range(heading + 1, len(self.blocks))
        return next((n for n in after if 0 < self.blocks[n].level <= level), len(self.blocks))

    # What stands where.

    def find(self, kind: str, name: str) -> int | None:
        """Return the line of a footnote, or of what refers to it first (`footnote_ref`)."""
        found = (
            self.page.line_of(span.start) for span in self.page.find(kind) if span.info == name
        )
        return next(found, None)

    @cached_property
    def _facts(self) -> BodyFacts:
        return extract_facts(self.page)

    def quote_at(self, line: int) -> tuple[str, str] | None:
        """Return the words and the locator of the quote that begins at a line."""
        found = (quote for quote in self._facts.quotes if quote.line == line)
        return next(((quote.text, quote.locator) for quote in found), None)

    def task_at(self, line: int) -> str:
        """Return what the task on a line says, or ""."""
        return next((task.text for task in self._facts.tasks if task.line == line), "")
