"""What an empty list says: what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.pieces import Piece

if TYPE_CHECKING:
    from notekeep.tui.render.pieces import Line


def hint(key: str, text: str) -> Line:
    """Return a key and what it does."""
    return [Piece(f"{key:>6}", "key"), Piece(f"  {text}", "muted")]


def nothing_for(typed: str) -> list[Line]:
    """Return what is said when a search found nothing."""
    about = [Piece("Nothing for ", "muted"), Piece(clean_line(typed), "title")]
    makes = hint("enter", "makes a note of it")
    return [[], about, [], makes, hint("esc", "clears the search")]


def looking_for(typed: str) -> list[Line]:
    """Return what is said while a search goes on whose answer a key waits for."""
    return [[], [Piece("Looking for ", "muted"), Piece(clean_line(typed), "title")]]


def nothing_yet(*, is_reading: bool) -> list[Line]:
    """Return what is said of a vault without notes, or that is being read."""
    if is_reading:
        return [[], [Piece("Reading the vault …", "muted")]]
    return [
        [],
        [Piece("No notes here yet.", "title")],
        [],
        hint("n", "makes the first one"),
        hint("?", "shows what else there is"),
    ]
