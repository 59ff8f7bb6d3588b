"""Text that knows which file and line each of its lines came from, and edits that say why.

A draft is cut, joined with embedded notes and rewritten for a generator in several passes. Every
pass hands on a `MappedText`, so that a message, a refusal or `--explain` can name the line that the
person wrote, whatever was done to it since.
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
"""How the end of a teaser is written in a draft, whatever the note used."""
TEASER_END_REASON = "where the teaser ends"
"""Why a mark of a teaser's end is written anew."""

_LINE_ENDS = re.compile("\n")
_SUBJECT = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""What a warning is about: in quotes, as a tag or a slug. Two that differ in nothing else are of
one kind."""


class Origin(NamedTuple):
    """Where a line came from: a note's path and its line in that file, counted from 1."""

    path: str
    line: int


class SourceEdit(NamedTuple):
    """One replacement of `text[start:end]`."""

    start: int
    end: int
    text: str
    reason: str  # why, as `--explain` prints it; an empty one is not worth telling
    # for text that came from another note, where each of its lines came from
    origins: tuple[Origin, ...] = ()


class SourceChange(NamedTuple):
    """What an edit did, in terms of the person's own file; `last` is 0 for a single line."""

    path: str
    line: int
    reason: str
    last: int = 0

    @property
    def lines(self) -> str:
        """Its lines, in words: `7` or `7-9`."""
        return f"{self.line}-{self.last}" if self.last else str(self.line)


class LineWarning(NamedTuple):
    """What a person should know of a line though it stops nothing."""

    origin: Origin
    what: str

    def __str__(self) -> str:
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


def group_warnings(warnings: Iterable[LineWarning]) -> list[str]:
    """Return warnings as text, those of one kind about one note in one line with their number."""
    groups: dict[tuple[str, str], list[LineWarning]] = {}
    for one in dict.fromkeys(warnings):
        groups.setdefault((one.origin.path, _SUBJECT.sub("…", one.what)), []).append(one)
    return [
        f"{first}, and {len(more)} more like it" if more else str(first)
        for first, *more in groups.values()
    ]


class MappedText:
    r"""A text and the origin of each of its lines; "\n" is its only line end."""

    def __init__(self, text: str, origins: Sequence[Origin]) -> None:
        self.text = text
        self.origins = origins

    @classmethod
    def of_note(cls, note: Note) -> MappedText:
        """Make the passage of a note's body."""
        return cls.of_file(note.path, note.body, note.body_line + 1)

    @classmethod
    def of_file(cls, path: str, text: str, first_line: int) -> MappedText:
        """Make the passage of a file's text, `first_line` being where that begins, from 1."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        numbers = range(first_line, first_line + text.count("\n") + 1)
        return cls(text, [*map(Origin, repeat(path), numbers)])

    @cached_property
    def page(self) -> ParsedPage:
        """The text, read once; refused when nothing says what in it is code or a comment."""
        page = parse_markdown(self.text)
        if page.problem:
            path = self.origins[0].path if self.origins else ""
            raise Refused(
                f"{path}: {page.problem}",
                "the other notes are not affected; please report this with the text of the note",
            )
        return page

    @cached_property
    def tree(self) -> Tree:
        """The text as a tree; made once."""
        return build_tree(self.page)

    def find(self, *kinds: str) -> list[Span]:
        """Return the spans of these kinds, in order of appearance."""
        wanted = frozenset(kinds)
        return [span for span in self.page.structure if span.kind in wanted]

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins, which an edit asks for and which needs no parser."""
        return [0, *(found.end() for found in _LINE_ENDS.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """Return the line that a character stands in, counted from 0."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def line_end(self, line: int) -> int:
        """Return one past the last character of a line, its newline not counted."""
        last = line + 1 == len(self.starts)
        return len(self.text) if last else self.starts[line + 1] - 1

    def blank(self, line: int) -> bool:
        """Whether a line holds nothing but the marks of quotes; true beyond the ends."""
        if not 0 <= line < len(self.starts):
            return True
        return not self.text[self.starts[line] : self.line_end(line)].strip("> \t")

    def origin(self, offset: int) -> Origin:
        """Return where the line of this character came from."""
        return self.origins[self.line_of(offset)]

    def changes(self, edits: Iterable[SourceEdit]) -> list[SourceChange]:
        """Return what the edits do, by line; those without a reason are left out."""
        return [self._change(edit) for edit in edits if edit.reason]

    def _change(self, edit: SourceEdit) -> SourceChange:
        start, end = edit.start, edit.end
        gone = self.text[start:end]
        begins = start == 0 or self.text[start - 1] == "\n"
        joins = gone.endswith("\n") and not edit.text.endswith("\n") and not begins
        if end < len(self.text) and not joins:
            end = max(start, end - 1)
        first, last = self.origin(start), self.origin(end)
        several = last.path == first.path and last.line > first.line
        return SourceChange(*first, edit.reason, last.line if several else 0)

    def forget(self) -> None:
        """Forget what was read of the text, which takes much room; it is read again when needed."""
        self.__dict__.pop("page", None)
        if (tree := self.__dict__.pop("tree", None)) is not None:
            for node in tree.nodes:
                node.parent = None  # else they hold each other until a collection

    def splice(self, edits: Iterable[SourceEdit]) -> MappedText:
        """Return the passage with these replacements made, those at one place in their order."""
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
        kept = self.text[start:end]
        line = self.line_of(start)
        if _at_line_start(pieces):
            origins[-1] = self.origins[line]
        pieces.append(kept)
        origins.extend(self.origins[line + 1 : line + 1 + kept.count("\n")])

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
    """Return removals in order, those trimmed that take the same blank line or space."""
    trimmed: list[SourceEdit] = []
    for edit in sorted(edits, key=attrgetter("start", "end")):
        start = max(edit.start, trimmed[-1].end) if trimmed else edit.start
        trimmed.append(edit._replace(start=start, end=max(start, edit.end)))
    return trimmed


def remove_lines(passage: MappedText, first: int, last: int, reason: str) -> SourceEdit:
    """Return the edit that takes lines [first, last) out, and a blank line that is then double.

    Blank lines around a block keep others apart, so one of them has to stay.
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
    """Return lines of a block without the marks of what it stands in, and their origins."""
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
