"""A note read for the preview: in a thread, and its neighbours while nobody waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background
from notekeep.tui.render.pieces import ACTION_LINK, Line, Piece
from notekeep.tui.render.words import plural
from notekeep.tui.widgets.preview import Key, Preview

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.errors import NotekeepError
    from notekeep.index.rows import Backlink, LinkRow, Row
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.matching import Matcher
    from notekeep.tui.render.rendering import Rendering
    from notekeep.tui.screens.base import VaultScreen
    from notekeep.vault import Vault

FIRST_LINES = 120
"""Lines that are drawn before a note is shown: more than a tall screen."""

_TO_LINKS = ACTION_LINK + "links"


class Reader:
    """Brings notes into the preview of a screen.

    Attributes:
        row: The note that is shown, or that will be when it is read.
    """

    def __init__(self, screen: VaultScreen, preview: Preview) -> None:
        self.row: Row | None = None
        self._screen = screen
        self._preview = preview
        self._matcher: Matcher | None = None
        self._line: int | None = None
        self._neighbours: Sequence[Row] = ()

    def show(
        self,
        row: Row | None,
        *,
        matcher: Matcher | None = None,
        line: int | None = None,
        neighbours: Iterable[Row | None] = (),
    ) -> None:
        """Show a note: at once when it was drawn before, else when it is read.

        Args:
            row: The note; None leaves what is shown.
            matcher: What to mark in its text.
            line: The line of the file to begin at, counted from 1; None is where it was left.
            neighbours: Notes to read ahead, likeliest first.
        """
        self.row, self._matcher, self._line = row, matcher, line
        self._neighbours = [other for other in neighbours if other is not None]
        self.again()

    def again(self) -> None:
        """Show the same note, in the width that the preview has by now."""
        row, preview = self.row, self._preview
        if row is None or not preview.is_on_screen:
            return
        key = Key(row.path, row.mtime_ns, preview.text_width)
        known = preview.known(key)
        if known is not None:
            self._present(known)
            return
        in_background(
            self._screen,
            partial(read_note, self._screen.vault, row.path, key.width, self._screen.glyphs),
            partial(self._was_read, key),
            group="preview",
            exclusive=True,
            failed=self._cannot,
        )

    def _was_read(self, key: Key, rendering: Rendering) -> None:
        self._preview.keep(key, rendering)
        if self.row is not None and self.row.path == key.path:
            self._present(rendering)

    def _present(self, rendering: Rendering) -> None:
        self._preview.show(rendering, matcher=self._matcher, line=self._line)
        self._line = None
        self._read_ahead()

    def _read_ahead(self) -> None:
        width = self._preview.text_width
        for row in self._neighbours:
            key = Key(row.path, row.mtime_ns, width)
            if self._preview.known(key) is None:
                in_background(
                    self._screen,
                    partial(read_note, self._screen.vault, row.path, width, self._screen.glyphs),
                    partial(self._was_read_ahead, key),
                    group="ahead",
                    exclusive=True,
                    failed=lambda _error: None,
                )
                return

    def _was_read_ahead(self, key: Key, rendering: Rendering) -> None:
        self._preview.keep(key, rendering)
        self._read_ahead()

    def _cannot(self, error: NotekeepError) -> None:
        lines: list[Line] = [[], [Piece(clean_line(error.message), "warn")]]
        if error.hint:
            lines.append([Piece(clean_line(error.hint), "muted")])
        self._preview.say(*lines)


def read_note(vault: Vault, path: str, width: int, glyphs: Glyphs) -> Rendering:
    """Read a note and draw its beginning; touches no widget, so that a thread may do it.

    Raises:
        NotekeepError: It is gone, or cannot be read.
    """
    from notekeep.tui.render.rendering import Rendering

    note = vault.read(path)
    links = vault.catalog.links(path)
    backlinks = vault.catalog.backlinks(path)
    rendering = Rendering(note, width, glyphs, _about(links, backlinks, glyphs))
    rendering.draw_lines(FIRST_LINES)
    return rendering


def _about(links: Sequence[LinkRow], backlinks: Sequence[Backlink], glyphs: Glyphs) -> list[Line]:
    """Say how many links lead out of a note and into it; a click lists them."""
    broken = sum(link.state == "broken" for link in links)
    leading = sum(link.path is not None for link in links)
    line: Line = []
    if leading or broken:
        count = plural(leading + broken, "link")
        line.append(Piece(f"{glyphs.arrow} {count}", "faint", _TO_LINKS))
    if broken:
        line.append(Piece(f" ({broken} broken)", "warn", _TO_LINKS))
    if backlinks:
        gap = "   " if line else ""
        line.append(Piece(f"{gap}{plural(len(backlinks), 'backlink')}", "faint", _TO_LINKS))
    return [line] if line else []
