"""Edits of text by place: collected first, then made all at once, from the last to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Edit(NamedTuple):
    """Text that replaces what stands from `start` to `end`.

    Attributes:
        start: The first character that goes.
        end: One past the last; `start` itself to insert.
        text: What comes in its place.
        reason: Why, in a few words, for a preview of the edits.
        line: The line it is on, counted from 0.
    """

    start: int
    end: int
    text: str
    reason: str = ""
    line: int = 0


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Make all edits; those that insert at one place keep their order.

    Raises:
        ValueError: Two of them overlap, or one lies outside the text.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}:{edit.end} overlaps another or the text's end")
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    parts.append(text[done:])
    return "".join(parts)
