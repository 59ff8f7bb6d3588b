"""What a row of the scorecard is, what running it comes to, and the table of all of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADS = ("test", "size", "lost", "damaged", "refused", "time", "")
TOLD = 20
"""So many faults of a row are told; the rest are counted."""


@dataclass(slots=True)
class Result:
    """What a row found.

    Attributes:
        lost: How many texts were in no file, conflict copy, trash or history any more.
        damaged: How many were there and not what they had to be.
        refused: How many changes were refused, which is safe but no help.
        count: How many cases were tried.
        size: What was tried, in words, such as "5,000 notes x 9 edits".
        skipped: Why the row could not be run here; empty when it was.
        faults: What was wrong, for whoever has to find out why.
        seconds: How long it took.
    """

    lost: int = 0
    damaged: int = 0
    refused: int = 0
    count: int = 0
    size: str = ""
    skipped: str = ""
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, damaged or otherwise wrong."""
        return not (self.lost or self.damaged or self.faults)

    def lose(self, what: str) -> None:
        """Count a text that is gone."""
        self.lost += 1
        self.fault(f"lost: {what}")

    def damage(self, what: str) -> None:
        """Count a text that is not what it had to be."""
        self.damaged += 1
        self.fault(f"damaged: {what}")

    def fault(self, what: str) -> None:
        """Note anything else that must not be."""
        if len(self.faults) < TOLD:
            self.faults.append(what)

    def expect(self, holds: object, what: str) -> None:
        """Note what must not be, when a condition does not hold."""
        if not holds:
            self.fault(what)


class Sizes(NamedTuple):
    """How large a row is run: in seconds for every check, in minutes, and before a release."""

    check: int
    full: int
    release: int


class Row(NamedTuple):
    """A row of the scorecard.

    Attributes:
        id: "R1" to "R18".
        title: What it asks, in a few words.
        sizes: How large it is run; what the number counts is the row's own.
        run: Runs it at a size, in an empty folder that is its own.
        alone: Whether it measures time, so that nothing else may run beside it.
    """

    id: str
    title: str
    sizes: Sizes
    run: Callable[[int, Path], Result]
    alone: bool = False


def timed(row: Row, size: int, folder: Path) -> Result:
    """Run a row and note how long it took."""
    began = time.perf_counter()
    result = row.run(size, folder)
    result.seconds = time.perf_counter() - began
    return result


def render(lines: list[tuple[str, Result]]) -> str:
    """The table of results by the names of their rows; Markdown, and readable as it is."""
    rows = [HEADS, *(_cells(name, result) for name, result in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    left = {0, 1, 6}
    drawn = [
        "| "
        + " | ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    ruler = "|".join(
        "-" * (width + 2) if column in left else "-" * (width + 1) + ":"
        for column, width in enumerate(widths)
    )
    return "\n".join([drawn[0], f"|{ruler}|", *drawn[1:]])


def _cells(name: str, result: Result) -> tuple[str, ...]:
    if result.skipped:
        return (name, f"not run: {result.skipped}", "", "", "", "", "-")
    return (
        name,
        result.size,
        str(result.lost),
        str(result.damaged),
        str(result.refused),
        f"{result.seconds:.1f} s",
        "✓" if result.passed else "✗",
    )
