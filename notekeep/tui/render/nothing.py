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


def still_indexing(share: float) -> Line:
    """Return how far an index is that has nothing to show yet.

    Args:
        share: How much of it is there, from 0 to 1.
    """
    return [Piece(f"Still indexing, {min(99, int(100 * share))} %", "title")]


def nothing_indexed(typed: str, share: float) -> list[Line]:
    """Return what is said when nothing was found in what is indexed so far.

    Args:
        typed: What was searched for.
        share: How much of the index is there, from 0 to 1.
    """
    about = [Piece("Nothing yet for ", "muted"), Piece(clean_line(typed), "title")]
    return [[], still_indexing(share), about, [], hint("esc", "clears the search")]


def looking_for(typed: str) -> list[Line]:
    """Return what is said while a search goes on whose answer a key waits for."""
    return [[], [Piece("Looking for ", "muted"), Piece(clean_line(typed), "title")]]


def nothing_yet(indexed: float | None) -> list[Line]:
    """Return what is said of a vault without notes, or of which none is indexed yet.

    Args:
        indexed: How much of the index is there while it is built, from 0 to 1, or None.
    """
    if indexed is not None:
        return [[], still_indexing(indexed)]
    return [
        [],
        [Piece("No notes here yet.", "title")],
        [],
        hint("n", "makes the first one"),
        hint("?", "shows what else there is"),
    ]
