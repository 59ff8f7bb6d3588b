"""Edits by offset; sections and tasks; edits of a body in the bytes of its file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.errors import Problem, Refused, UsageError
from notekeep.markdown.frontmatter_block import split_frontmatter
from notekeep.markdown.sanitize import clean_line, plain_text

if TYPE_CHECKING:
    from notekeep.markdown.note import Note
    from notekeep.markdown.outline import BodyFacts, Task

_EOL: Final = re.compile(r"\r\n|\n|\r")
_UNSPOKEN: Final = re.compile(r"[^\w]+|_")


class TextEdit(NamedTuple):
    """Replaces the text from `start` to `end`; `line` is counted from 0."""

    start: int
    end: int
    text: str
    reason: str = ""
    line: int = 0


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """Apply edits, those at one place in order; ValueError if two overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}:{edit.end} overlaps another or the text's end")
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    parts.append(text[done:])
    return "".join(parts)


def normalize_heading(text: str) -> str:
    """Return a heading as links compare it: without case, marks and punctuation."""
    # Obsidian writes a link to "What: a, b?" as [[Note#What a, b]].
    return _UNSPOKEN.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def find_section(
    text: str, body: BodyFacts, heading: str, *, exact: bool = False
) -> tuple[int, int] | None:
    """Return the span of a section: from the line below its heading to the next one of its level.

    Case, marks and Unicode form are ignored; also punctuation, unless `exact` or another heading
    matches with it. A chain such as `Week 47#Tuesday` finds the heading within the other. None if
    there is no such heading.
    """
    # Headings in quotes and lists do not start sections.
    headings = [
        one for one in body.headings if not text[line_start(text, one.start) : one.start].strip(" ")
    ]
    start, end = 0, len(text)
    for name in heading.split("#"):
        folded = _folded(name)
        inside = [found for found in headings if start <= found.start < end]
        hit = next((found for found in inside if _folded(found.text) == folded), None)
        if hit is None and not exact and (folded := normalize_heading(folded)):
            like = (one for one in inside if normalize_heading(_folded(one.text)) == folded)
            hit = next(like, None)
        if hit is None:
            return None
        start = next_line(text, hit.end)
        later = (one for one in headings if hit.start < one.start and one.level <= hit.level)
        after = next(later, None)
        end = line_start(text, after.start) if after is not None else len(text)
    return start, end


def find_line(text: str, body: BodyFacts, part: str) -> int | None:
    """Return the line, from 0, of a heading or `^block` in a link, or None."""
    if part.startswith("^"):
        found = re.search(rf"(?m)(?:^|[ \t])\^{re.escape(part[1:])}[ \t]*$", text)
        return text.count("\n", 0, found.end()) if found is not None else None
    span = find_section(text, body, part)
    return len(text[: span[0]].splitlines()) - 1 if span is not None else None


def toggle_task(task: Task) -> TextEdit:
    """Return the edit that completes or reopens a task."""
    mark, reason = (" ", "open") if task.done else ("x", "done")
    return TextEdit(task.mark_at, task.mark_at + len(task.mark), mark, reason, task.line)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", plain_text(text)).casefold()


def line_start(text: str, at: int) -> int:
    """Return the start of the line of an offset."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def next_line(text: str, at: int) -> int:
    """Return the start of the next line."""
    match = _EOL.search(text, at)
    return match.end() if match else len(text)


def require_utf8(text: str, what: str) -> None:
    """Refuse input with invalid bytes; `what` names it in the message."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(
            f"{what[:1].upper()}{what[1:]} is not UTF-8: {clean_line(text)}",
            "Use UTF-8 in your terminal, or convert the text with iconv.",
        ) from None


def unread(problem: Problem) -> Refused:
    """Return the refusal to edit a note with a problem."""
    return Refused(problem.message, problem.hint, line=problem.line, column=problem.column)


def edit_body(note: Note, data: bytes, edits: Sequence[TextEdit]) -> bytes:
    """Apply edits to a body, or refuse if the rest would change."""
    if not edits:
        return data
    if note.problem is not None and note.problem.code == "not-utf8":
        raise unread(note.problem)
    return data[: split_frontmatter(data).body] + apply(note.body, edits).encode("utf-8")
