"""A table into lines: columns share the width, and a cell that is too long is wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.render.pieces import Line, Piece, cells, pad, with_role, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.tui.render.glyphs import Glyphs

_NARROWEST = 3


def table_lines(
    rows: Sequence[Sequence[Line]], aligns: Sequence[str], width: int, glyphs: Glyphs
) -> list[tuple[int, Line]]:
    """Return the lines of a table, each with the number of the row it belongs to.

    Args:
        rows: The cells of each row; the first row is the header.
        aligns: "left", "center", "right" or "" for each column.
        width: How many cells a line may take.
        glyphs: The characters to draw with.
    """
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return []
    gap = Piece(f" {glyphs.column} ", "faint")
    widths = _widths(rows, columns, width - 3 * (columns - 1))
    lines: list[tuple[int, Line]] = []
    for number, row in enumerate(rows):
        full = [*row, *([[]] * (columns - len(row)))]
        wrapped = [wrap(cell, widths[index]) for index, cell in enumerate(full)]
        for depth in range(max(len(cell) for cell in wrapped)):
            line: Line = []
            for index, cell in enumerate(wrapped):
                content = cell[depth] if depth < len(cell) else []
                align = aligns[index] if index < len(aligns) else ""
                line.extend([gap] if index else [])
                line.extend(_aligned(content, widths[index], align))
            lines.append((number, with_role(line, "table-head") if number == 0 else line))
        if number == 0:
            joint = f"{glyphs.rule}{glyphs.crossing}{glyphs.rule}"
            lines.append((0, [Piece(joint.join(glyphs.rule * size for size in widths), "faint")]))
    return lines


def _widths(rows: Sequence[Sequence[Line]], columns: int, room: int) -> list[int]:
    """Give each column what it needs; when that is too much, take from the widest first."""
    widths = [
        max([_NARROWEST, *(cells(row[index]) for row in rows if index < len(row))])
        for index in range(columns)
    ]
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(range(columns), key=widths.__getitem__)
        second = max((size for index, size in enumerate(widths) if index != widest), default=0)
        excess = sum(widths) - room
        step = min(excess, max(1, widths[widest] - max(second, _NARROWEST)))
        widths[widest] = max(_NARROWEST, widths[widest] - step)
    return widths


def _aligned(content: Line, width: int, align: str) -> Line:
    missing = max(0, width - cells(content))
    before = {"right": missing, "center": missing // 2}.get(align, 0)
    return pad([Piece(" " * before), *content] if before else content, width)
