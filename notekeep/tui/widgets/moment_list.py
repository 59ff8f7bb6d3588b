"""What happened, newest first, under the days it happened on."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.dates import short
from notekeep.tui.render.pieces import Line, Piece, cells, fit, spread
from notekeep.tui.render.rows import gutter
from notekeep.tui.widgets.dated import Dated
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.tui.render.glyphs import Glyphs

GAP = 2
LEAST = 6
"""Cells from which on a part of what is said besides is worth showing."""


class Moment(NamedTuple):
    """One row.

    Attributes:
        key: What it stands for.
        time: When it was, in seconds since 1970.
        left: What it is.
        right: What is said of it at the right edge.
        more: What is said of it besides, as far as there is room.
    """

    key: str
    time: float
    left: Line
    right: Line
    more: Sequence[Piece] = ()


class MomentList(Dated, ListView):
    """Moments with a cursor."""

    def __init__(self, glyphs: Glyphs, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs, self.today = glyphs, today
        self._rows: list[str | Moment] = []
        self.nothing: Sequence[Line] = ()
        """What is shown where nothing happened."""

    @property
    def key(self) -> str:
        """What the row under the cursor stands for, or ""."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else ""
        return row.key if isinstance(row, Moment) else ""

    def show(self, moments: Sequence[Moment], keep: str = "") -> None:
        """Show moments, with the cursor on the row `keep` stands for, or where it was."""
        self._rows = []
        day = ""
        for moment in moments:
            heading = day_of(moment.time, self.today)
            if heading != day:
                self._rows.append(heading)
                day = heading
            self._rows.append(moment)
        rows = enumerate(self._rows)
        places = (n for n, row in rows if isinstance(row, Moment) and row.key == keep)
        self.rows_changed(next(places, self.cursor))

    def row_count(self) -> int:
        return len(self._rows) or len(self.nothing)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows) and isinstance(self._rows[row], Moment)

    def draw_row(self, row: int, width: int) -> list[Line]:
        if not self._rows:
            return [[Piece("  "), *self.nothing[row]]]
        shown = self._rows[row]
        if isinstance(shown, str):
            return [[Piece("  "), Piece(shown, "section")]]
        head = gutter(self._glyphs, here=row == self.cursor)
        clock = Piece(f"{time.strftime('%H:%M', time.localtime(shown.time))}  ", "faint")
        left, right = [clock, *shown.left], [*shown.right, Piece(" ")]
        room = width - 2 - cells(left) - cells(right) - GAP
        if room < 0:
            right = []  # what it is comes before what is said of it
        if shown.more and room >= LEAST:
            left += fit(list(shown.more), room)
        return [[*head, *spread(left, right, width - 2, gap=GAP)]]


def day_of(seconds: float, today: date) -> str:
    """Tell the day of a moment as one says it."""
    day = date(*time.localtime(seconds)[:3])
    ago = (today - day).days
    if ago in {0, 1}:
        return ("Today", "Yesterday")[ago]
    return short(day, today)
