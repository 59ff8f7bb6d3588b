"""A unified diff as lines: what is added and removed in its colour, broken between words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.tui.render.pieces import Line, Piece, cells, chop, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROLES = {"+": "added", "-": "removed", "@": "hunk"}
_WORD = re.compile(r"\S+\s*|\s+")


def patch_rows(diff: Iterable[str], width: int) -> Iterator[Line]:
    """Yield the lines of a diff; what a line is goes on under its first letter, not its sign.

    Args:
        diff: Its lines, clean and without newlines.
        width: Cells.
    """
    for source in diff:
        text = source.expandtabs(4)
        role = _ROLES.get(text[:1], "muted")
        if cells([Piece(text)]) <= width:
            yield [Piece(text, role)]
            continue
        sign = text[:1]
        for row in _broken(text[1:], max(1, width - 1)):
            yield [Piece(sign + row, role)]
            sign = " "


def _broken(text: str, width: int) -> Iterator[str]:
    """Yield a text in rows that end behind a blank where there is one; no character is lost."""
    row = ""
    for word in _WORD.findall(text):
        if row and cells([Piece(row + word.rstrip())]) > width:
            yield row.rstrip()
            row = ""
        row += word
        if cells([Piece(row.rstrip())]) > width:
            *whole, rest = chop([Piece(row)], width)
            yield from map(plain, whole)
            row = plain(rest)
    yield row
