"""What a single line says of itself: its indentation, and whether it is a rule or a table's ruler.

Indentation counts columns, with a tab reaching to the next multiple of four; a tab may belong to
a list item with its first columns and to what is in the item with the rest.
"""

from __future__ import annotations

import re
from typing import Final

_INDENT: Final = re.compile(r"[ \t]*")
_RULER: Final = re.compile(r"[|:-][|: \t-]+\Z")
_RULER_CELL: Final = re.compile(r":?-+:?\Z")


def measure(text: str, at: int, column: int, end: int) -> tuple[int, int]:
    """Skip blanks from `at`, which stands at `column`; return where they end, and its column."""
    match = _INDENT.match(text, at, end)
    stop = match.end() if match else at
    if stop == at:
        return at, column
    if text.find("\t", at, stop) < 0:
        return stop, column + stop - at
    for char in text[at:stop]:
        column = column + 1 if char == " " else column // 4 * 4 + 4
    return stop, column


def consume(text: str, at: int, column: int, target: int) -> tuple[int, int]:
    """Skip blanks up to a column; a tab beyond it stays, with the rest of its width."""
    while column < target:
        if text[at] == "\t":
            following = column // 4 * 4 + 4
            if following > target:
                return at, target
            column = following
        else:
            column += 1
        at += 1
    return at, column


def is_rule(line: str) -> bool:
    """Whether a line that begins with `-`, `*` or `_` is a thematic break."""
    signs = line.replace(" ", "").replace("\t", "")
    return len(signs) >= 3 and signs.count(signs[0]) == len(signs)


def table_ruler(line: str) -> int:
    """How many columns a line like `|---|:-:|` rules; 0 when it is none."""
    if not _RULER.match(line) or (line[0] == "-" and line[1] in " \t"):
        return 0
    cells = [cell.strip(" \t") for cell in line.split("|")]
    inner = [cell for cell in cells if cell]
    if any(not cell for cell in cells[1:-1]) or not all(_RULER_CELL.match(cell) for cell in inner):
        return 0
    return len(inner)


def cut_cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the cells of a table's row stand, cut at each `|` that no backslash precedes."""
    while start < end and text[start] in " \t":
        start += 1
    while end > start and text[end - 1] in " \t":
        end -= 1
    cells: list[tuple[int, int]] = []
    first = start
    at = text.find("|", start, end)
    while at >= 0:
        if at == start or text[at - 1] != "\\":
            cells.append((first, at))
            first = at + 1
        at = text.find("|", at + 1, end)
    cells.append((first, end))
    if cells[0][0] == cells[0][1]:
        del cells[0]
    if cells and cells[-1][0] == cells[-1][1]:
        del cells[-1]
    return cells
