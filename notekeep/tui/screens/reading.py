"""A note read for the preview, in a thread: nothing here touches a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.rows import Backlink, LinkRow
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.rendering import Rendering
    from notekeep.vault import Vault

FIRST_LINES = 120
"""Lines that are drawn before the note is shown: more than a tall screen."""


class ReadNote(NamedTuple):
    """A note, ready to be shown."""

    rendering: Rendering
    links: Sequence[LinkRow]
    backlinks: Sequence[Backlink]


def read_note(vault: Vault, path: str, width: int, glyphs: Glyphs) -> ReadNote:
    """Read a note and draw its beginning.

    Raises:
        NotekeepError: It is gone, or cannot be read.
    """
    from notekeep.tui.render.rendering import Rendering

    note = vault.read(path)
    links = vault.catalog.links(path)
    backlinks = vault.catalog.backlinks(path)
    rendering = Rendering(note, width, glyphs, _about(links, backlinks, glyphs))
    rendering.draw_lines(FIRST_LINES)
    return ReadNote(rendering, links, backlinks)


def _about(links: Sequence[LinkRow], backlinks: Sequence[Backlink], glyphs: Glyphs) -> list[Line]:
    """Say how many links lead out of a note and into it; a click lists them."""
    broken = sum(link.state == "broken" for link in links)
    leading = sum(link.path is not None for link in links)
    line: Line = []
    if leading or broken:
        count = plural(leading + broken, "link")
        line.append(Piece(f"{glyphs.arrow} {count}", "faint", "action:links"))
    if broken:
        line.append(Piece(f" ({broken} broken)", "warn", "action:links"))
    if backlinks:
        gap = "   " if line else ""
        line.append(Piece(f"{gap}{plural(len(backlinks), 'backlink')}", "faint", "action:links"))
    return [line] if line else []
