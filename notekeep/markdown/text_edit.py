"""Edits by offset, sections, and edits of a body within its file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.errors import Problem, Refused, UsageError
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.sanitize import clean_line, plain_text

if TYPE_CHECKING:
    from notekeep.markdown.note import Note
    from notekeep.markdown.outline import BodyFacts, Heading

_EOL: Final = re.compile(r"\r\n|\n|\r")
_PUNCTUATION: Final = re.compile(r"[^\w]+|_")


class TextEdit(NamedTuple):
    """Replaces the text from `start` to `end`; `line` counts from 0."""

    start: int
    end: int
    text: str
    reason: str = ""
    line: int = 0


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """Apply edits; those at the same position in order. Raises ValueError if two overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}:{edit.end} overlaps another or the text's end")
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    parts.append(text[done:])
    return "".join(parts)


class LineEdit(NamedTuple):
    """The edits of one line of a file, or of several lines that an edit spans."""

    path: str  # vault-relative
    line: int  # from 1
    start: int  # its offset in the text of the file; edits use the same offsets
    before: str
    after: str
    edits: tuple[TextEdit, ...]

    @property
    def spans(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The changed parts of the line, before and after."""
        before, after, shift = [], [], -self.start
        for edit in self.edits:
            before.append((edit.start - self.start, edit.end - self.start))
            after.append((edit.start + shift, edit.start + shift + len(edit.text)))
            shift += len(edit.text) - (edit.end - edit.start)
        return before, after


def edits_by_line(path: str, text: str, edits: Iterable[TextEdit]) -> list[LineEdit]:
    """Group the edits of a file, which do not overlap, by line."""
    found: list[LineEdit] = []
    number, counted, first, last = 1, 0, 0, -1
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        group = [edit]
        if edit.start <= last:
            group = [*found.pop().edits, edit]
        else:
            first = line_start(text, edit.start)
            number, counted = number + len(_EOL.findall(text, counted, first)), first
        last = first + len(text[first : next_line(text, edit.end)].rstrip("\r\n"))
        moved = [one._replace(start=one.start - first, end=one.end - first) for one in group]
        before = text[first : max(last, edit.end)]
        found.append(LineEdit(path, number, first, before, apply(before, moved), tuple(group)))
    return found


def normalize_heading(text: str) -> str:
    """Normalize a heading for comparison with links, without case, markup and punctuation."""
    # Obsidian writes a link to "What: a, b?" as [[Note#What a, b]].
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def find_section(
    text: str, body: BodyFacts, heading: str, *, exact: bool = False
) -> tuple[int, int] | None:
    """Return the span of a section: the text between its heading and the next of its level.

    Case, markup and Unicode form are ignored; punctuation too, unless `exact` is set or a heading
    matches exactly. A path such as `Week 47#Tuesday` finds a heading within the section of another.
    Returns None if there is no such heading.
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


def find_heading_text(text: str, heading: Heading) -> tuple[int, int] | None:
    """Return the span of the text of a heading; None if it is empty or on several lines."""
    source = text[heading.start : heading.end]
    marks = 0 if "\n" in source else len(source) - len(source.lstrip("#"))
    start = text.find(heading.text, heading.start + marks, heading.end)
    return (start, start + len(heading.text)) if heading.text and start >= 0 else None


def find_line(text: str, body: BodyFacts, part: str) -> int | None:
    """Return the line, from 0, of the heading or `^block` of a link, or None."""
    if part.startswith("^"):
        found = re.search(rf"(?m)(?:^|[ \t])\^{re.escape(part[1:])}[ \t]*$", text)
        return text.count("\n", 0, found.end()) if found is not None else None
    span = find_section(text, body, part)
    return len(text[: span[0]].splitlines()) - 1 if span is not None else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", plain_text(text)).casefold()


def line_start(text: str, at: int) -> int:
    """Return the start of the line that contains an offset."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def next_line(text: str, at: int) -> int:
    """Return the start of the next line."""
    match = _EOL.search(text, at)
    return match.end() if match else len(text)


def line_end(text: str) -> str:
    """Return the first line end of a text, or a line feed."""
    match = _EOL.search(text)
    return match[0] if match else "\n"


def require_utf8(text: str, what: str) -> None:
    """Refuse input with invalid bytes; `what` names it in the message."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(
            f"{what[:1].upper()}{what[1:]} is not UTF-8: {clean_line(text)}",
            "Use UTF-8 in your terminal, or convert the text with iconv.",
        ) from None


def refuse_unreadable(problem: Problem) -> Refused:
    """Return the error for an edit of an unreadable note."""
    return Refused(problem.message, problem.hint, line=problem.line, column=problem.column)


def edit_body(note: Note, data: bytes, edits: Sequence[TextEdit]) -> bytes:
    """Apply edits to a body, or refuse if the file is not valid UTF-8."""
    if not edits:
        return data
    if note.problem is not None and note.problem.code == "not-utf8":
        raise refuse_unreadable(note.problem)
    return data[: split_frontmatter(data).body] + apply(note.body, edits).encode("utf-8")


def edit_lines(data: bytes, lines: Iterable[LineEdit]) -> bytes:
    """Apply the edits of lines to a file, or refuse if the file has changed since."""
    text = data.decode()
    edits: list[TextEdit] = []
    for line in lines:
        if not text.startswith(line.before, line.start):
            raise Refused("The note has changed since it was searched.", "Try again.")
        edits += line.edits
    return apply(text, edits).encode()
