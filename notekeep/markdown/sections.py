"""Parts of a body that a person names: the section below a heading, a task to tick."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from notekeep.markdown.edits import Edit
from notekeep.markdown.plain import plain

if TYPE_CHECKING:
    from notekeep.markdown.outline import Body, Heading, Task


def section_span(text: str, body: Body, heading: str) -> tuple[int, int] | None:
    """Where the section of a heading stands: from the line below it to the next of its level.

    Args:
        text: The body.
        body: What was found in it.
        heading: The heading's words; case, marks and Unicode form do not count. A chain such as
            `Week 47#Tuesday` finds the heading within the other.

    Returns:
        Its first character and one past its last; None when there is no such heading.
    """
    headings = [found for found in body.headings if is_outline(text, found)]
    start, end = 0, len(text)
    for name in heading.split("#"):
        wanted = _folded(name)
        inside = (found for found in headings if start <= found.start < end)
        hit = next((found for found in inside if _folded(found.text) == wanted), None)
        if hit is None:
            return None
        start = _next_line(text, hit.end)
        end = next(
            (
                after.start
                for after in headings
                if hit.start < after.start and after.level <= hit.level
            ),
            len(text),
        )
        end = _line_start(text, end) if end < len(text) else end
    return start, end


def block_end(text: str, name: str) -> int | None:
    """Where the mark `^name` of a block ends, or None when there is none.

    Args:
        text: The body, with a line feed at the end of its lines.
        name: The name.
    """
    found = re.search(rf"(?m)(?:^|[ \t])\^{re.escape(name)}[ \t]*$", text)
    return found.end() if found is not None else None


def line_of(text: str, body: Body, part: str) -> int | None:
    """The line of the body, from 0, that a link names; None when there is no such part.

    Args:
        text: The body, with a line feed at the end of its lines.
        body: What was found in it.
        part: What stands behind the `#`: a heading, or `^` and the name of a block.
    """
    if part.startswith("^"):
        end = block_end(text, part[1:])
        return text.count("\n", 0, end) if end is not None else None
    span = section_span(text, body, part)
    return len(text[: span[0]].splitlines()) - 1 if span is not None else None


def is_outline(text: str, heading: Heading) -> bool:
    """Whether a heading cuts the note into sections: it stands in no quote and no list."""
    return not text[_line_start(text, heading.start) : heading.start].strip(" ")


def toggle_task(task: Task) -> Edit:
    """The edit that ticks a task, or opens it again; nothing but its mark is touched."""
    mark, reason = (" ", "open") if task.done else ("x", "done")
    return Edit(task.mark_at, task.mark_at + len(task.mark), mark, reason, task.line)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", plain(text)).casefold()


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _next_line(text: str, at: int) -> int:
    for end in range(at, len(text)):
        if text[end] == "\n" or (text[end] == "\r" and text[end + 1 : end + 2] != "\n"):
            return end + 1
    return len(text)
