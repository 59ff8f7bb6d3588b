"""The list of drafts and posts, each with its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.posts import PostRow, post_line
from notekeep.tui.render.rows import gutter
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.tui.render.glyphs import Glyphs


class PostList(ListView):
    """Drafts and posts, one to a row."""

    BINDINGS = bindings("list", by_screen=ALL)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._rows: Sequence[PostRow] = ()
        self.site = 0
        """Which of the sites' states is written out."""
        self.marked: set[str] = set()
        self.nothing: Sequence[Line] = ()
        """What is shown where there are no posts."""

    @property
    def row(self) -> PostRow | None:
        """The post under the cursor, or None in an empty list."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[PostRow], keep: str | None = None) -> None:
        """Show posts, with the cursor on the note `keep` when it is among them."""
        self._rows = rows
        places = [number for number, row in enumerate(rows) if row.path == keep]
        self.rows_changed(places[0] if places else min(self.cursor, max(0, len(rows) - 1)))

    def show_states(self, rows: Sequence[PostRow]) -> None:
        """Show the same posts in other states; the cursor stays."""
        self._rows = rows
        self.lines_changed()

    def go_to(self, path: str) -> None:
        """Put the cursor on a note's post when it is listed."""
        for number, row in enumerate(self._rows):
            if row.path == path:
                self.move_to(number)
                return

    def toggle_mark(self) -> None:
        """Mark the post under the cursor, or unmark it, and go on to the next."""
        if (row := self.row) is not None:
            self.marked ^= {row.path}
            self.is_moved = True
            self.lines_changed()
            self.move_to(self.cursor + 1)

    def row_count(self) -> int:
        return len(self._rows) or len(self.nothing)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows)

    def draw_row(self, row: int, width: int) -> list[Line]:
        if not self._rows:
            return [[Piece("  "), *self.nothing[row]]]
        post = self._rows[row]
        head = gutter(self._glyphs, here=row == self.cursor, marked=post.path in self.marked)
        return [[*head, *post_line(post, width - 2, self._glyphs, self.site)]]
