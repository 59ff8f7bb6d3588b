"""Edits of a note's text, made in its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused, UsageError
from notekeep.markdown.clean import clean_line
from notekeep.markdown.edits import apply
from notekeep.markdown.split import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.markdown.edits import Edit
    from notekeep.markdown.note import Note
    from notekeep.markdown.problem import Problem


def require_utf8(text: str, what: str) -> None:
    """See to it that typed text is one that a note can hold and a file be named by.

    Args:
        text: The text; bytes of another encoding came as surrogates.
        what: What it is, for the message.

    Raises:
        UsageError: It holds bytes that are not UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(
            f"{what} is not UTF-8: {clean_line(text)}",
            "notes are UTF-8; set your terminal to it, or convert what you pass with iconv",
        ) from None


def unread(problem: Problem) -> Refused:
    """The refusal of an edit in a note that could not be read whole, with the place in it."""
    return Refused(problem.message, problem.hint, line=problem.line, column=problem.column)


def edit_body(note: Note, data: bytes, edits: Sequence[Edit]) -> bytes:
    """A file with edits of its body made; its front matter and all else stay as they are.

    Args:
        note: The note, as read from the bytes.
        data: The bytes.
        edits: Places count characters of the note's body.

    Raises:
        Refused: The body is not UTF-8, so that what is not edited could not be kept.
    """
    if not edits:
        return data
    if note.problem is not None and note.problem.code == "not-utf8":
        raise unread(note.problem)
    return data[: split(data).body] + apply(note.body, edits).encode("utf-8")
