"""A note's body as its blocks and sections, known as far as anybody asked.

The first screen of a long note needs its first blocks only, so the others are cut off when there is
time, and before that only for what cannot do without: a fold that reaches far, a footnote.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean
from notekeep.markdown.outline import read_body
from notekeep.tui.render.blocks import Block, Blocks, definitions
from notekeep.tui.render.sections import Sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.outline import Body

LONGEST_BODY = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""

CUT = 16
"""Blocks that are cut off at a time where none of them is drawn."""


class Text:
    """A body, clean, cut into blocks little by little.

    Attributes:
        blocks: The blocks that are known.
        sections: The sections of these.
        references: The body's link definitions, as `blocks.definitions` gives them.
        line_count: How many lines it has.
    """

    def __init__(self, body: str) -> None:
        text = clean(body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n"))
        self.references = definitions(text)
        self.line_count = text.count("\n") + 1
        self.blocks = Blocks(text)
        self.sections = Sections()

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

    def know_more(self) -> None:
        """Cut a few blocks more."""
        self.know(len(self.blocks) + CUT)

    def know_all(self) -> None:
        """Cut whatever is left."""
        while not self.is_cut:
            self.know_more()

    def cut_for(self, seconds: float, enough: Callable[[], bool] | None = None) -> None:
        """Cut for about as long, or until it is enough."""
        end = perf_counter() + seconds
        while not self.is_cut and perf_counter() < end and not (enough and enough()):
            self.know_more()

    def knows(self, source: int) -> bool:
        """Tell whether it is known in which block and section a line is, counted from 0."""
        count = len(self.blocks)
        return self.is_cut or (count > 0 and self.blocks.line(count - 1) > source)

    # What stands where; lines are counted from 0.

    def footnote(self, name: str) -> int | None:
        """Return the line at which the text of a footnote stands."""
        self.know_all()
        for block in self.blocks:
            if block.footnote == name:
                return block.line
        return None

    def reference(self, name: str) -> int | None:
        """Return the line at which a footnote is referred to first."""
        self.know_all()
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

    def _spans_at(self, source: int) -> tuple[int, Body]:
        """Look through the block with a line; returns its first line and what it holds.

        All of a long body holds many small things, of which few are ever asked for.
        """
        at = self.blocks.at(source)
        block = self.blocks[at] if at is not None else Block(0, "")
        return block.line, read_body(block.text)
