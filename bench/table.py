"""The table that a run prints: each figure beside its peer's, and the ratio of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADS = ("what", "notekeep", "peer", "its time", "ratio", "budget")


def seconds(value: float) -> str:
    """A time with three digits that matter: `0.62 ms`, `81 ms`, `12.4 s`."""
    if value < 0.01:
        return f"{value * 1000:.2f} ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s"


def megabytes(value: float) -> str:
    """A size, given in bytes."""
    return f"{value / 1e6:.1f} MB"


class Line(NamedTuple):
    """One comparison.

    Attributes:
        what: What was done.
        ours: Seconds it took notekeep.
        peer: Whom it is compared with.
        theirs: Seconds it took the peer.
        budget: The ratio that should not be exceeded; None where there is no budget.
        show: How both are written; they need not be times.
    """

    what: str
    ours: float
    peer: str
    theirs: float
    budget: float | None = None
    show: Callable[[float], str] = seconds

    @property
    def ratio(self) -> float:
        """Notekeep's time over the peer's: below 1 is faster."""
        return self.ours / self.theirs


def render(lines: list[Line]) -> str:
    """The lines as a Markdown table, which is a table on a terminal as well."""
    return grid(HEADS, [_cells(line) for line in lines], left=(0, 2))


def grid(heads: Sequence[str], cells: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Any cells as a Markdown table; the columns that are not on the left hold figures."""
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
        line.what,
        line.show(line.ours),
        line.peer,
        line.show(line.theirs),
        f"{line.ratio:.2f}" if line.ratio >= 0.1 else f"{line.ratio:.2g}",
        budget,
    )
