"""Lays out tables: columns share the width, and long cells wrap.

If the columns do not fit, each row becomes a list of its cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    add_role,
    line_text,
    line_width,
    pad_line,
    wrap_line,
)

_MIN_COLUMN = 3
_MAX_WHOLE_WORD = 12  # shorter words are not broken to widen another column


def table_lines(
    rows: Sequence[Sequence[StyledLine]], aligns: Sequence[str], width: int, glyphs: Glyphs
) -> list[tuple[int, StyledLine]]:
    """Return the lines of a table, each with the number of its row."""
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return []
    gap = Piece("   ")
    room = width - 3 * (columns - 1)
    least = _least(rows, columns)
    if sum(least) > room:
        return _listed(rows, width, glyphs)
    widths = _widths(rows, least, room)
    lines: list[tuple[int, StyledLine]] = []
    for number, row in enumerate(rows):
        full = [*row, *([[]] * (columns - len(row)))]
        wrapped = [wrap_line(cell, widths[index]) for index, cell in enumerate(full)]
        for depth in range(max(len(cell) for cell in wrapped)):
            line: StyledLine = []
            for index, cell in enumerate(wrapped):
                content = cell[depth] if depth < len(cell) else []
                align = aligns[index] if index < len(aligns) else ""
                line += [gap] if index else []
                missing = max(0, widths[index] - line_width(content))
                before = {"right": missing, "center": missing // 2}.get(align, 0)
                line += pad_line(
                    [Piece(" " * before), *content] if before else content, widths[index]
                )
            lines.append((number, add_role(line, "table-head") if number == 0 else line))
        if number == 0:
            total = sum(widths) + 3 * (columns - 1)
            lines.append((0, [Piece(glyphs.rule * total, "rule")]))
    return lines


def _least(rows: Sequence[Sequence[StyledLine]], columns: int) -> list[int]:
    """Return the width of the longest word in each column."""
    least = [_MIN_COLUMN] * columns
    for row in rows:
        for index, cell in enumerate(row):
            # Text in scripts without blanks can be broken anywhere.
            words = [word for word in line_text(cell).split() if cell_len(word) == len(word)]
            longest = max(map(len, words), default=0)
            least[index] = max(least[index], min(longest, _MAX_WHOLE_WORD))
    return least


def _widths(rows: Sequence[Sequence[StyledLine]], least: Sequence[int], room: int) -> list[int]:
    widths = [
        max([narrowest, *(line_width(row[index]) for row in rows if index < len(row))])
        for index, narrowest in enumerate(least)
    ]
    while (excess := sum(widths) - room) > 0:
        can = [index for index, narrowest in enumerate(least) if widths[index] > narrowest]
        if not can:
            break
        widest = max(can, key=widths.__getitem__)
        second = max((widths[index] for index in can if index != widest), default=0)
        step = min(excess, max(1, widths[widest] - max(second, least[widest])))
        widths[widest] -= step
    return widths


def _listed(
    rows: Sequence[Sequence[StyledLine]], width: int, glyphs: Glyphs
) -> list[tuple[int, StyledLine]]:
    head, lines = rows[0], []
    for number, row in enumerate(rows[1:], 1):
        if number > 1:
            lines.append((number, [Piece(glyphs.rule * min(width, 8), "rule")]))
        for index, cell in enumerate(row):
            if not line_text(cell).strip():
                continue
            name = add_role(head[index], "muted") if index < len(head) else []
            named = [*name, Piece(": ", "muted")] if line_text(name).strip(": ") else []
            lines += [(number, line) for line in wrap_line([*named, *cell], width)]
    return lines
