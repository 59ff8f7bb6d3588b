"""Text that records the source of each line, and edits with reasons.

A draft is rewritten in several passes. Each pass returns a `MappedText`, so that messages and
`--explain` can name the original line in the note.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

from notekeep.errors import Refused
from notekeep.markdown.nodes import Node, Tree, build_tree
from notekeep.markdown.note import Note
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.tree import ParsedPage, Span

TEASER_COMMENT = "<!-- more -->"
"""Marks the end of the teaser in a draft."""
TEASER_END_REASON = "where the teaser ends"

_LINE_ENDS = re.compile("\n")
_SUBJECT = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""The subject of a warning. Warnings that differ only in their subjects are combined."""


class Origin(NamedTuple):
    """The source of a line: a note's path, and the line number in that file, from 1."""

    path: str
    line: int


class SourceEdit(NamedTuple):
    """One replacement of `text[start:end]`."""

    start: int
    end: int
    text: str
    reason: str  # for `--explain`, which omits edits without a reason
    origins: tuple[Origin, ...] = ()  # the origin of each line of text from another note


class SourceChange(NamedTuple):
    """A change to lines of a note; `last` is 0 for a single line."""

    path: str
    line: int
    reason: str
    last: int = 0

    @property
    def lines(self) -> str:
        """The lines as text: `7` or `7-9`."""
        return f"{self.line}-{self.last}" if self.last else str(self.line)


class LineWarning(NamedTuple):
    """A warning about a line of a note."""

    origin: Origin
    what: str

    def __str__(self) -> str:
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


def group_warnings(warnings: Iterable[LineWarning]) -> list[str]:
    """Return warnings as text. Similar warnings about a note are combined and counted."""
    groups: dict[tuple[str, str], list[LineWarning]] = {}
    for warning in dict.fromkeys(warnings):
        key = (warning.origin.path, _SUBJECT.sub("…", warning.what))
        groups.setdefault(key, []).append(warning)
    return [
        f"{first} And {len(more)} more like it." if more else str(first)
        for first, *more in groups.values()
    ]


class MappedText:
    r"""A text and the origin of each line; "\n" is the only line end."""

    def __init__(self, text: str, origins: Sequence[Origin]) -> None:
        self.text = text
        self.origins = origins

    @classmethod
    def of_note(cls, note: Note) -> MappedText:
        """Return the body of a note."""
        return cls.of_file(note.path, note.body, note.body_line + 1)

    @classmethod
    def of_file(cls, path: str, text: str, first_line: int) -> MappedText:
        """Return text of a file that starts on line `first_line`, from 1."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        numbers = range(first_line, first_line + text.count("\n") + 1)
        return cls(text, [*map(Origin, repeat(path), numbers)])

    @cached_property
    def page(self) -> ParsedPage:
        """The parsed text. Raises Refused if the parser fails: comments could not be removed."""
        page = parse_markdown(self.text)
        if page.problem:
            path = self.origins[0].path if self.origins else ""
            raise Refused(
                f"{path}: {page.problem}",
                "The other notes are not affected. Please report this with the text of the note.",
            )
        return page

    @cached_property
    def tree(self) -> Tree:
        """The parsed text as a tree."""
        return build_tree(self.page)

    def find(self, *kinds: str) -> list[Span]:
        """Return the spans of these kinds, in order of appearance."""
        selected = frozenset(kinds)
        return [span for span in self.page.structure if span.kind in selected]

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line."""
        return [0, *(found.end() for found in _LINE_ENDS.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, from 0."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def line_end(self, line: int) -> int:
        """Return the offset of the end of a line, without its newline."""
        last = line + 1 == len(self.starts)
        return len(self.text) if last else self.starts[line + 1] - 1

    def blank(self, line: int) -> bool:
        """Whether a line is empty except for quote marks; true outside the text."""
        if not 0 <= line < len(self.starts):
            return True
        return not self.text[self.starts[line] : self.line_end(line)].strip("> \t")

    def origin(self, offset: int) -> Origin:
        """Return the origin of the line at an offset."""
        return self.origins[self.line_of(offset)]

    def changes(self, edits: Iterable[SourceEdit]) -> list[SourceChange]:
        """Return the edits with a reason, as changes to lines."""
        return [self._change(edit) for edit in edits if edit.reason]

    def _change(self, edit: SourceEdit) -> SourceChange:
        start, end = edit.start, edit.end
        removed = self.text[start:end]
        begins = start == 0 or self.text[start - 1] == "\n"
        joins = removed.endswith("\n") and not edit.text.endswith("\n") and not begins
        if end < len(self.text) and not joins:
            end = max(start, end - 1)
        first, last = self.origin(start), self.origin(end)
        several = last.path == first.path and last.line > first.line
        return SourceChange(*first, edit.reason, last.line if several else 0)

    def forget(self) -> None:
        """Free the memory of the parsed text. It is parsed again when needed."""
        self.__dict__.pop("page", None)
        if (tree := self.__dict__.pop("tree", None)) is not None:
            for node in tree.nodes:
                node.parent = None  # breaks reference cycles

    def splice(self, edits: Iterable[SourceEdit]) -> MappedText:
        """Apply edits. Edits at the same offset are applied in order."""
        ordered = sorted(edits, key=attrgetter("start", "end"))
        if not ordered:
            return self
        pieces: list[str] = []
        origins = [self.origins[0]]
        at = 0
        for edit in ordered:
            if edit.start < at:
                raise ValueError(f"two edits overlap at {edit.start}: {edit.reason}")
            self._keep(at, edit.start, pieces, origins)
            self._insert(edit, pieces, origins)
            at = edit.end
        self._keep(at, len(self.text), pieces, origins)
        return MappedText("".join(pieces), origins)

    def _keep(self, start: int, end: int, pieces: list[str], origins: list[Origin]) -> None:
        if start == end:
            return
        text = self.text[start:end]
        line = self.line_of(start)
        if _at_line_start(pieces):
            origins[-1] = self.origins[line]
        pieces.append(text)
        origins.extend(self.origins[line + 1 : line + 1 + text.count("\n")])

    def _insert(self, edit: SourceEdit, pieces: list[str], origins: list[Origin]) -> None:
        lines = edit.text.count("\n")
        if edit.origins:
            if _at_line_start(pieces):
                origins[-1] = edit.origins[0]
            origins.extend(edit.origins[1 : lines + 1])
        elif lines:
            origins.extend([self.origin(edit.start)] * lines)
        if edit.text:
            pieces.append(edit.text)


def _at_line_start(pieces: list[str]) -> bool:
    return not pieces or pieces[-1].endswith("\n")


def separate_removals(edits: Iterable[SourceEdit]) -> list[SourceEdit]:
    """Sort removals, and trim overlaps such as a shared blank line or space."""
    trimmed: list[SourceEdit] = []
    for edit in sorted(edits, key=attrgetter("start", "end")):
        start = max(edit.start, trimmed[-1].end) if trimmed else edit.start
        trimmed.append(edit._replace(start=start, end=max(start, edit.end)))
    return trimmed


def remove_lines(passage: MappedText, first: int, last: int, reason: str) -> SourceEdit:
    """Return the edit that removes lines [first, last), and one of two adjacent blank lines.

    The other blank line still separates the blocks.
    """
    starts = passage.starts
    if passage.blank(first - 1) and last < len(starts) and passage.blank(last):
        last += 1
    end = starts[last] if last < len(starts) else len(passage.text)
    start = starts[first]
    if end == len(passage.text) and not passage.text.endswith("\n") and first:
        start -= 1
    return SourceEdit(start, end, "", reason)


def dedent_lines(
    passage: MappedText, node: Node, first: int, last: int
) -> tuple[list[str], list[Origin]]:
    """Return lines of a block without container marks, and their origins."""
    tree = passage.tree
    width = node.start - tree.lines[first].start
    lines = []
    for number in range(first, last):
        start, end = tree.lines[number].start, tree.lines[number].end
        line = passage.text[start:end]
        if number == first or not line[:width].strip("> \t"):
            lines.append(line[width:])
        else:
            lines.append(line.lstrip("> \t"))
    return lines, list(passage.origins[first:last])
