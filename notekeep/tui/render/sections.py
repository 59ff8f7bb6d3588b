"""The sections of a text, as blocks under headings, and where what is drawn of it begins."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.tui.render.blocks import Block


class Section(NamedTuple):
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


class Sections:
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

    def __iter__(self) -> Iterator[Section]:
        return map(self._section, range(len(self._blocks)))

    def add(self, block: Block) -> None:
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

    def at(self, block: int) -> Section | None:
        """Return the section whose heading a block is."""
        at = bisect_left(self._blocks, block)
        return self._section(at) if at < len(self._blocks) and self._blocks[at] == block else None

    def before(self, block: int) -> Iterator[Section]:
        """Yield the sections whose headings stand at or before a block, the nearest first."""
        return map(self._section, range(bisect_right(self._blocks, block) - 1, -1, -1))

    def named(self, key: str) -> Section | None:
        """Return the section that a key folds."""
        return self._section(self._keys.index(key)) if key in self._keys else None

    def drop_first(self) -> None:
        """Forget the first section: its heading is not shown."""
        for numbers in (self._blocks, self._levels, self._before, self._after, self._ends):
            del numbers[0]
        del self._keys[0]
        self._open = [at - 1 for at in self._open if at]

    def _section(self, at: int) -> Section:
        end = self._ends[at]
        size = (self._total if end < 0 else self._after[at]) - self._before[at]
        return Section(self._blocks[at], self._keys[at], None if end < 0 else end, size)


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
