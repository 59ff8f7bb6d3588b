"""Tables of figures, each next to the figure of a peer and their ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADS = ("test", "notekeep", "peer", "peer's figure", "ratio", "budget")


def seconds(value: float) -> str:
    """Format a time to two or three significant digits: `0.62 ms`, `81 ms`, `12.4 s`."""
    if value < 0.01:
        return f"{value * 1000:.2f} ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s"


def megabytes(value: float) -> str:
    """Format a number of bytes in megabytes."""
    return f"{value / 1e6:.1f} MB"


class Line(NamedTuple):
    """One comparison.

    Attributes:
        label: The description of the test.
        ours: The figure of notekeep, usually in seconds.
        peer: The name of the peer.
        theirs: The figure of the peer.
        budget: The highest allowed ratio, or None.
        show: The function that formats both figures.
    """

    label: str
    ours: float
    peer: str
    theirs: float
    budget: float | None = None
    show: Callable[[float], str] = seconds

    @property
    def ratio(self) -> float:
        """The figure of notekeep divided by the peer's; below 1 is better."""
        return self.ours / self.theirs


def render(lines: list[Line]) -> str:
    """Return lines as an aligned Markdown table."""
    return grid(HEADS, [_cells(line) for line in lines], left=(0, 2))


def grid(heads: Sequence[str], cells: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Return cells as an aligned Markdown table; columns in `left` are left-aligned."""
    rows = [heads, *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    aligned = [
        "| "
        + " | ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    ruler = "|" + "|".join(
        "-" * (width + 2) if column in left else "-" * (width + 1) + ":"
        for column, width in enumerate(widths)
    )
    return "\n".join([aligned[0], f"{ruler}|", *aligned[1:]])


def _cells(line: Line) -> tuple[str, ...]:
    is_over = line.budget is not None and line.ratio > line.budget
    budget = "" if line.budget is None else f"≤ {line.budget:g}{' ✗' if is_over else ''}"
    return (
        line.label,
        line.show(line.ours),
        line.peer,
        line.show(line.theirs),
        f"{line.ratio:.2f}" if line.ratio >= 0.1 else f"{line.ratio:.2g}",
        budget,
    )
