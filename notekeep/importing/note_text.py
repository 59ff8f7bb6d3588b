"""The text of a note during an import: blocks with ids, and edits by offset.

A passage is a block quote with its id on a separate line below. The reader's note is a paragraph
that ends with the same id and `-n`. All other bytes of the note stay unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from notekeep.importing.formats.reading import letters_of
from notekeep.markdown.fields.field_changes import FieldChange, apply_changes
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import Schema
from notekeep.markdown.outline import BodyFacts, read_body
from notekeep.markdown.text_edit import TextEdit, apply, find_section, line_start
from notekeep.notes.capture import QUOTE_SECTIONS, plan_add_to_quotes
from notekeep.notes.plan import encode

ID_PATTERN = r"\^([a-z]{2}-[a-z2-7]{8}(?:-n)?)[ \t]*$"
_ID_LINE = re.compile(rf"^(.*?)(?:^|[ \t]+){ID_PATTERN}")
_ANY_ID = re.compile(r"(?:^|[ \t])\^[A-Za-z0-9-]+[ \t]*$")
_ID_BELOW = re.compile(r"\s*\n[ \t]*\^[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"\s*#[ \t][^\r\n]*(?:\r\n|\n|\r)?")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")


class IdBlock(NamedTuple):
    """A block with an id: `text` is from `start` to `end`, and the id ends at `id_end`."""

    start: int
    end: int
    id_end: int
    text: str


class PlannedNote:
    """A note whose changes are planned. Offsets refer to the original body."""

    def __init__(self, path: str, before: bytes | None, data: bytes) -> None:
        self.path = path
        self.before = before
        parts = split_frontmatter(data)
        self._head = data[: parts.body]
        self.eol = parts.eol.decode("ascii")
        self.body = data[parts.body :].decode("utf-8", "surrogateescape")
        self._edits: list[TextEdit] = []
        self.quotes: list[str] = []  # blocks to add at the end of the quotes
        self._sections: list[str] = []

    @property
    def data(self) -> bytes:
        """The note without pending edits to its body."""
        return self._head + encode(self.body)

    @cached_property
    def facts(self) -> BodyFacts:
        """The headings, quotes and links of the body."""
        return read_body(self.body)

    @cached_property
    def letters(self) -> str:
        """The letters and digits of the body, to search it without punctuation."""
        return letters_of(self.body)

    @cached_property
    def blocks(self) -> dict[str, IdBlock]:
        """The first block with each imported id."""
        found: dict[str, IdBlock] = {}
        lines = self.body.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        for number, line in enumerate(lines):
            if "^" not in line:
                continue
            match = _ID_LINE.match(line.rstrip("\r\n"))
            if match is None or match[2] in found:
                continue
            first, last = _block_lines(lines, number, is_alone=not match[1].strip())
            start = starts[first]
            end = starts[number] + len(match[1]) if match[1].strip() else starts[last]
            text = self.body[start:end].rstrip()
            id_end = starts[number] + len(line)
            found[match[2]] = IdBlock(start, start + len(text), id_end, text)
        return found

    @cached_property
    def text_start(self) -> int:
        """The offset of the text below the title."""
        title = _TITLE.match(self.body)
        return title.end() if title else 0

    @cached_property
    def section(self) -> tuple[int, int] | None:
        """The start and end of the section for quotes, as in `quote`; None if there is none."""
        spans = (find_section(self.body, self.facts, name) for name in QUOTE_SECTIONS)
        return next(filter(None, spans), None)

    @cached_property
    def chapter_level(self) -> int:
        """The level of chapter headings: one below the heading of the quotes."""
        if self.section is None:
            levels = [heading.level for heading in self.facts.headings]
            return min(min(levels[1:] if levels[:1] == [1] else levels, default=2) + 1, 6)
        levels = [found.level for found in self.facts.headings if found.start < self.section[0]]
        return min(levels[-1] + 1, 6) if levels else 3

    def heading_above(self, at: int, words: str) -> int:
        """Return the start of the heading directly above an offset, or the offset itself."""
        above = self.body[:at].rstrip()
        start = line_start(self.body, len(above))
        found = _HEADING.match(above[start:])
        return start if found and found[2].strip() == words else at

    def heading_of(self, at: int) -> str:
        """Return the last heading before an offset in the quotes; "" for none."""
        start = self.section[0] if self.section else len(self.body)
        words = [found.text for found in self.facts.headings if start <= found.start < at]
        return words[-1] if words else ""

    def other_id(self, start: int, end: int) -> str:
        """Return the id in a quote, or on the line below it; "" for none."""
        found = _ANY_ID.search(self.body[start:end]) or _ID_BELOW.match(self.body, end)
        return found[0].strip().lstrip("^") if found else ""

    # Edits

    def set_fields(self, changes: Sequence[FieldChange], schema: Schema, kind: str) -> None:
        """Change the front matter. Raises Refused if it cannot be edited."""
        data = apply_changes(self.data, changes, schema, kind)
        self._head = data[: split_frontmatter(data).body]

    def replace(self, block: IdBlock, text: str) -> None:
        """Replace the text of a block, but not its id."""
        self._edits.append(TextEdit(block.start, block.end, self._lines(text)))

    def insert_before(self, at: int, block: str) -> None:
        """Insert a block before the block that starts at an offset."""
        above = self.body[line_start(self.body, max(0, at - 1)) : at]
        gap = "\n" if above.strip() else ""
        self._edits.append(TextEdit(at, at, self._lines(f"{gap}{block}\n\n")))

    def insert_after(self, at: int, block: str) -> None:
        """Insert a block after the block that ends at an offset."""
        ended = "" if at and self.body[at - 1] in "\r\n" else "\n"
        rest = self.body[at:]
        gap = "\n" if rest.strip() and not re.match(r"[ \t]*(\r|\n)", rest) else ""
        if not ended:
            self._edits.append(TextEdit(at, at, self._lines(f"\n{block}\n{gap}")))
        else:
            self._edits.append(TextEdit(at, at, self._lines(f"\n\n{block}{gap}")))

    def add_section(self, heading: str, text: str) -> None:
        """Add a section at the end of the note."""
        self._sections.append(f"## {heading}\n\n{text.strip()}".strip())

    def replace_from(self, start: int, text: str) -> None:
        """Replace the body from an offset to its end."""
        self._edits.append(TextEdit(start, len(self.body), self._lines(text)))

    def add_lines(self, lines: Sequence[str]) -> None:
        """Add lines below the last line, or below the title if there is no text."""
        end = len(self.body.rstrip())
        gap = "\n" if end <= self.text_start else ""
        lines = "".join(f"\n{line}" for line in lines)
        self._edits.append(TextEdit(end, end, self._lines(gap + lines)))

    def remove(self, block: IdBlock) -> None:
        """Remove a block with its id and the blank line below it."""
        end = block.id_end
        blank = re.compile(r"[ \t]*(?:\r\n|\n|\r)").match(self.body, end)
        self._edits.append(TextEdit(block.start, blank.end() if blank else end, ""))

    def _lines(self, text: str) -> str:
        return text if self.eol == "\n" else text.replace("\n", self.eol)

    def result(self) -> bytes:
        """Return the edited note."""
        body = apply(self.body, self._edits)
        data = self._head + encode(body)
        if self.quotes:
            block = "\n\n".join(self.quotes)
            data = plan_add_to_quotes(self.path, data, block).changes[0].after or data
        if self._sections:
            lines = self._lines("\n\n".join(self._sections) + "\n")
            end = self._lines("\n" if data.endswith((b"\n", b"\r")) else "\n\n")
            data += encode(end + lines)
        return data


def _block_lines(lines: list[str], number: int, *, is_alone: bool) -> tuple[int, int]:
    """Return the lines [first, last) of the block whose id is on a line."""
    last = number
    if is_alone:
        while last > 0 and not lines[last - 1].strip():
            last -= 1
        if last == 0 or _ANY_ID.search(lines[last - 1].rstrip("\r\n")):
            return number, number
        is_quote = lines[last - 1].lstrip(" ").startswith(">")
    else:
        is_quote = False
    first = last
    while first > 0 and _is_same_block(lines[first - 1], is_quote=is_quote):
        first -= 1
    return first, last


def _is_same_block(line: str, *, is_quote: bool) -> bool:
    plain = line.strip()
    if is_quote:
        return plain.startswith(">")
    if plain.startswith(">") or _HEADING.match(plain):
        return False
    return bool(plain) and not _ANY_ID.search(line.rstrip("\r\n"))
