"""The sections of a text, as blocks under headings, and where what is drawn of it begins."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.blocks import Block, heading_level

if TYPE_CHECKING:
    from collections.abc import Sequence


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
