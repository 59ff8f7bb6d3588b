"""Leaves whose text is read for what stands in it: paragraphs, headings, tables.

A paragraph may turn out to be the title of an underlined heading, or a table's head, or the
definitions of links; which one is known when its last line is.
"""

from __future__ import annotations

import re
from typing import Final

from notekeep.markdown import inline
from notekeep.markdown.lines import cut_cells, table_ruler
from notekeep.markdown.spans import BlockId, Body, Heading, Timestamp

_SETEXT: Final = re.compile(r"(?:=+|-+)[ \t]*\Z")
_TIMESTAMP: Final = re.compile(
    r"(?:\[.\][ \t]+)?(\[(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)\])(?:\([^)\s]*\))?[ \t]*(.*)"
)
_BLOCK_ID: Final = re.compile(r"\^([A-Za-z0-9-]+)[ \t]*\Z")
_REFERENCE: Final = re.compile(r"\[((?:[^\[\]\\]|\\.)++)\]:[ \t]*+\n?[ \t]*+", re.DOTALL)
_REFERENCE_TITLE: Final = re.compile(
    r"(?:[ \t]++\n?[ \t]*+|\n[ \t]*+)"
    r"(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))[ \t]*+(?:\n|\Z)",
    re.DOTALL,
)
_LINE_END: Final = re.compile(r"[ \t]*+(?:\n|\Z)")

Part = tuple[int, int]
"""What a line holds, without the marks of its containers: where it starts and ends."""


class Page:
    """What all leaves of one body share.

    Attributes:
        text: The body; its only line ends are newlines.
        body: What was found so far.
        line: The number of the line being read.
        no_more_math: Whether no line that could end a block of math follows.
    """

    __slots__ = ("body", "line", "no_more_math", "text")

    def __init__(self, text: str) -> None:
        """A page on which nothing was read yet."""
        self.text = text
        self.body = Body()
        self.line = 0
        self.no_more_math = False

    def scan(self, parts: list[Part], line: int, *, quoted: bool = False) -> None:
        """Find what stands in text that goes over some lines, of which `line` is the first."""
        start, end = parts[0][0], parts[-1][1]
        if not inline.SIGNS.search(self.text, start, end):
            return
        if quoted and len(parts) > 1:
            run = inline.Run.joined(self.text, parts, line)
        else:
            run = inline.Run(self.text, start, end, line, [first for first, _ in parts])
        inline.scan(run, self.body)

    def read_block_id(self, start: int, end: int, line: int) -> None:
        """Find the id that ends a block, of which this is the last line."""
        at = self.text.rfind("^", start, end)
        if at < 0 or (at > start and self.text[at - 1] not in " \t"):
            return
        if match := _BLOCK_ID.match(self.text, at, end):
            self.body.blocks.append(BlockId(at, match.end(1), line, match[1]))

    def trimmed(self, start: int, end: int) -> int:
        """Where a line ends without the blanks at its end."""
        while end > start and self.text[end - 1] in " \t":
            end -= 1
        return end


class Paragraph:
    """Lines of text."""

    __slots__ = ("_deep", "_first", "_page", "_parts", "_quoted")

    def __init__(self, page: Page, part: Part, *, quoted: bool) -> None:
        """A paragraph that begins with `part` on the line being read.

        Args:
            page: Where it stands.
            part: Its first line.
            quoted: Whether it stands in a quote, so that `>` may stand between its lines.
        """
        self._page = page
        self._parts = [part]
        self._first = page.line
        self._quoted = quoted
        # Whether the last line is one that could not begin a block of its own.
        self._deep = False

    def grow(self, part: Part, *, deep: bool) -> None:
        """Take one more line; `deep` when it is indented, or lazy."""
        self._parts.append(part)
        self._deep = deep

    def close(self) -> None:
        """Read the paragraph, now that all of it is there."""
        page = self._page
        text = page.text
        parts = self._parts
        line = self._first
        if text[parts[0][0]] == "[":
            parts = self._take_references()
            if not parts:
                return
            line += len(self._parts) - len(parts)
        for number, (start, end) in enumerate(parts, line):
            if text[start] == "[":
                _read_timestamp(page, start, end, number)
        page.scan(parts, line, quoted=self._quoted)
        start, end = parts[-1]
        if text.find("^", start, end) >= 0:
            page.read_block_id(start, end, line + len(parts) - 1)

    def underlined(self, first: int, end: int) -> bool:
        """Take a line of `===` or `---` as making this a heading; False when there is no text."""
        if not _SETEXT.match(self._page.text, first, end):
            return False
        parts = self._take_references()
        if not parts:
            return False
        page = self._page
        line = page.line - len(parts)
        words = " ".join(page.text[start:stop].strip(" \t") for start, stop in parts)
        level = 1 if page.text[first] == "=" else 2
        page.body.headings.append(
            Heading(parts[0][0], page.trimmed(first, end), line, level, words)
        )
        page.scan(parts, line, quoted=self._quoted)
        page.read_block_id(*parts[-1], page.line - 1)
        return True

    def ruled(self, first: int, end: int) -> Table | None:
        """Take a line like `|---|---|` as making the last line a table's head."""
        start, stop = self._parts[-1]
        text = self._page.text
        if self._deep or text.find("|", start, stop) < 0:
            return None
        columns = table_ruler(text[first:end])
        if not columns or len(cut_cells(text, start, stop)) != columns:
            return None
        del self._parts[-1]
        if self._parts:
            self.close()
        table = Table(self._page, columns)
        table.read_row(start, stop, self._page.line - 1)
        return table

    def _take_references(self) -> list[Part]:
        """Take the definitions of links away from the beginning; return the lines that are left."""
        parts = self._parts
        page = self._page
        if page.text[parts[0][0]] != "[":
            return parts
        joined = "\n".join(page.text[start:end] for start, end in parts)
        at = taken = 0
        while joined.startswith("[", at):
            end = self._take_reference(joined, at, taken)
            if not end:
                break
            taken += joined.count("\n", at, end) + (end == len(joined))
            at = end
        return parts[taken:]

    def _take_reference(self, joined: str, at: int, taken: int) -> int:
        """Read one definition, after `taken` lines; return where it ends, 0 when it is none."""
        match = _REFERENCE.match(joined, at)
        if match is None or not match[1].strip():
            return 0
        found = inline.target_at(joined, match.end(), len(joined))
        if found is None:
            return 0
        stop, target = found
        rest = _REFERENCE_TITLE.match(joined, stop) or _LINE_END.match(joined, stop)
        if rest is None:
            return 0
        last = taken + joined.count("\n", at, rest.end() - joined.endswith("\n", at, rest.end()))
        span = (self._parts[taken][0], self._parts[last][1], self._first + taken)
        if link := inline.vault_link(span, target, match[1], embed=False):
            self._page.body.links.append(link)
        return rest.end()


class Table:
    """Rows of cells under a head."""

    __slots__ = ("_columns", "_page")

    def __init__(self, page: Page, columns: int) -> None:
        """A table of so many columns."""
        self._page = page
        self._columns = columns

    def read_row(self, start: int, end: int, line: int) -> None:
        """Find what stands in the cells of a row; cells beyond the head's are not shown."""
        for cell in cut_cells(self._page.text, start, end)[: self._columns]:
            self._page.scan([cell], line)

    def close(self) -> None:
        """Nothing is left to do: each row was read when it came."""


def _read_timestamp(page: Page, start: int, end: int, line: int) -> None:
    match = _TIMESTAMP.match(page.text, start, end)
    if match:
        mark, hours, minutes, seconds, words = match.groups()
        total = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        at = match.start(1)
        page.body.timestamps.append(Timestamp(at, at + len(mark), line, total, words.rstrip()))
