"""A long note in pieces that can be drawn one by one.

A preview shows its first screen at once and the rest when there is time, so a body is first cut,
cheaply and without parsing it, at blank lines where cutting changes nothing: never inside a fence,
a comment, display mathematics or a list. Headings and footnotes are blocks of their own, so that a
section can be folded and a footnote found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

# The package first: threads that begin with different parts of it would meet half of it.
import markdown_it  # noqa: F401 - see above
from markdown_it.common.html_blocks import block_names

if TYPE_CHECKING:
    from collections.abc import Iterator

# A list this long is cut between two of its items: what is lost is only how its items are spaced.
LONG_BLOCK = 120

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:")
_NO_TEXT = re.compile(
    r"[ \t>|<]|`{3}|~{3}|[:~][ \t]|\[[^\]]+\]:|\[\^"
    r"|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|#{1,6}(?:[ \t]|$)"
    r"|([-_*])(?:[ \t]*\1){2,}[ \t]*$"
)
# HTML that goes on over blank lines, as CommonMark counts it, and what ends it.
_RAW_END = "</>"
_RAW_ENDS = re.compile("</(?:pre|script|style|textarea)>", re.IGNORECASE)
_HTML = (
    (re.compile(r" {0,3}<(?:pre|script|style|textarea)(?=[ \t>]|$)", re.IGNORECASE), _RAW_END),
    (re.compile(" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(" {0,3}<![A-Za-z]"), ">"),
)
_HTML_NAME = re.compile(r" {0,3}</?([A-Za-z][A-Za-z0-9]*)(?:[ \t]|/?>|$)")
_HTML_ALONE = re.compile(r" {0,3}</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>[ \t]*$")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\]\n]+)\]:[ \t]*\n?[ \t]*(?:<([^>\n]*)>|(\S+))", re.MULTILINE
)


class Block(NamedTuple):
    """A part of a body that can be drawn alone.

    Attributes:
        line: Its first line, counted from 0 in the body.
        text: Its source, without the blank lines around it.
    """

    line: int
    text: str


def split(text: str) -> list[Block]:
    """Cut a body into blocks that can be drawn one by one, in order.

    The text of the blocks and the blank lines between them are the whole body: nothing is dropped.
    """
    return list(cut(text))


def cut(text: str) -> Iterator[Block]:
    """Yield the blocks of a body as `split` gives them, reading no further than is asked for."""
    return _Cutter(text.split("\n")).blocks()


class _Cutter:
    """One walk over the lines of a body, which knows what the line before left open."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._start = 0
        self._fence = ""
        self._is_formula = self._in_list = self._in_html = False

    def blocks(self) -> Iterator[Block]:
        after_blank = False
        for number, line in enumerate(self._lines):
            if self._fence:
                if not _closes(line, self._fence):
                    continue
                self._fence = ""
                if self._is_formula:
                    yield from self._until(number + 1)
            elif not line.strip():
                after_blank = True
            else:
                if after_blank:
                    # HTML goes on to a blank line, whatever else its lines look like.
                    self._in_html = False
                yield from self._cut_at(number, line, after_blank=after_blank)
                after_blank = False
        yield from self._until(len(self._lines))

    def _cut_at(self, number: int, line: str, *, after_blank: bool) -> Iterator[Block]:
        """Yield the block that this line ends, and take note of what it opens."""
        lines, start = self._lines, self._start
        length = number - start
        is_item = _ITEM.match(line) is not None
        if number == start:
            self._in_list = False
        elif is_item and self._in_list:
            if length >= LONG_BLOCK and line[0] not in " \t":
                yield from self._until(number)
        elif not self._in_html and _begins(line, lines[start], length, after_blank=after_blank):
            yield from self._until(number)
        elif line.lstrip(" ")[0] in "=-" and _is_underline(
            lines, start, number, after_blank=after_blank
        ):
            yield from self._until(number + 1)
            return
        self._in_list = self._in_list or is_item
        alone = after_blank or number == self._start
        self._in_html = self._in_html or _begins_html(line, alone=alone)
        self._fence = _opens(line, in_html=self._in_html)
        # A formula stands alone, also where it touches the text above or below.
        self._is_formula = self._fence == "$$" and not self._in_list
        if self._is_formula and number > self._start:
            yield from self._until(number)

    def _until(self, end: int) -> Iterator[Block]:
        """Yield what was not cut off yet of the lines before `end`, without blank ones around."""
        lines, start = self._lines, self._start
        self._start, self._in_list = end, False
        while start < end and not lines[start].strip():
            start += 1
        while end > start and not lines[end - 1].strip():
            end -= 1
        if start < end:
            yield Block(start, "\n".join(lines[start:end]))


class Blocks(Sequence[Block]):
    """The blocks of a body that are cut so far, kept as texts and numbers; see `lines` for why."""

    def __init__(self, text: str) -> None:
        self._lines: list[int] = []
        self._texts: list[str] = []
        self._rest: Iterator[Block] | None = cut(text)

    @property
    def is_whole(self) -> bool:
        """Whether all of the body is cut."""
        return self._rest is None

    def more(self) -> Block | None:
        """Cut off the next block; None when there is no more."""
        block = next(self._rest, None) if self._rest is not None else None
        if block is None:
            # With it goes the text.
            self._rest = None
            return None
        self._lines.append(block.line)
        self._texts.append(block.text)
        return block

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> Block: ...

    @overload
    def __getitem__(self, index: slice) -> list[Block]: ...

    def __getitem__(self, index: int | slice) -> Block | list[Block]:
        if isinstance(index, slice):
            return [Block(*both) for both in zip(self._lines[index], self._texts[index])]  # noqa: B905 - they are of one length
        return Block(self._lines[index], self._texts[index])

    def line(self, index: int) -> int:
        """Return the line of the body at which a block begins."""
        return self._lines[index]

    def at(self, line: int) -> int | None:
        """Return the number of the last block that begins at or before a line."""
        return (
            bisect_right(self._lines, line) - 1 if self._lines and line >= self._lines[0] else None
        )


def heading_level(text: str) -> int:
    """Return the level of the heading that a block is, 1 to 6, or 0 for any other block."""
    match = _HEADING.match(text)
    if match is not None:
        return 0 if "\n" in text else len(match[1])
    last = text.rpartition("\n")[2]
    if (
        last == text
        or not _UNDERLINE.match(last)
        or any(map(_NO_TEXT.match, text.split("\n")[:-1]))
    ):
        return 0
    return 1 if "=" in last else 2


def footnote_name(text: str) -> str:
    """Return the name of the footnote that a block is the text of, or ""."""
    match = _FOOTNOTE.match(text)
    return match[1] if match is not None else ""


def definitions(text: str) -> dict[str, str]:
    """Return where the reference links of a body (`[name]: https://…`) lead, by name in upper case.

    Blocks are parsed apart from each other, so what one defines for another is collected here.
    """
    if "]:" not in text:
        return {}
    found: dict[str, str] = {}
    for match in _DEFINITION.finditer(text):
        found.setdefault(" ".join(match[1].split()).upper(), match[2] or match[3] or "")
    return found


def _begins_html(line: str, *, alone: bool) -> bool:
    """Tell whether this line begins HTML that goes on to a blank line.

    Args:
        line: The line.
        alone: Whether no text stands right above it, so that any tag will do.
    """
    if line.lstrip(" ")[0] != "<" or any(pattern.match(line) for pattern, _ in _HTML):
        return False
    block = _HTML_NAME.match(line)
    if block is not None and block[1].lower() in block_names:
        return True
    return alone and _HTML_ALONE.match(line) is not None


def _opens(line: str, *, in_html: bool) -> str:
    """Return what closes the fence that this line opens, or ""."""
    stripped = line.strip()
    if in_html or stripped[0] not in "`~$%<":
        return ""
    if stripped[0] == "<":
        return _opens_html(line)
    match = _FENCE.match(line)
    if match is not None:
        mark = match[1]
        # A backtick fence has no backtick in its info string; one that has is code in a line.
        return "" if mark[0] == "`" and "`" in line[match.end() :] else mark
    for mark in ("$$", "%%"):
        if stripped.startswith(mark) and stripped.count(mark) == 1:
            return mark
    return ""


def _opens_html(line: str) -> str:
    """Return what closes the HTML that this line opens and that may hold blank lines, or ""."""
    for pattern, end in _HTML:
        match = pattern.match(line)
        if match is not None:
            return "" if _closes(line[match.end() :], end) else end
    return ""


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    if fence == _RAW_END:
        return _RAW_ENDS.search(line) is not None
    if fence[-1] == ">":
        return fence in line
    if fence[0] in "`~":
        return len(stripped) >= len(fence) and not stripped.strip(fence[0])
    return stripped.endswith(fence)


def _begins(line: str, first: str, length: int, *, after_blank: bool) -> bool:
    """Tell whether `line` begins a block after one of `length` lines that begins with `first`."""
    if line[0] == "#" or first[:1] == "#":
        if _HEADING.match(line):
            return True
        if length == 1 and _HEADING.match(first):
            return True
    if line.startswith("[^") and _FOOTNOTE.match(line):
        return after_blank or _FOOTNOTE.match(first) is not None
    # What a word means may stand below it with a blank line between.
    return after_blank and line[0] not in " \t" and not line.startswith((": ", "~ "))


def _is_underline(lines: list[str], start: int, number: int, *, after_blank: bool) -> bool:
    """Tell whether a line makes a heading of the lines from `start` to before it."""
    if after_blank or number <= start or not _UNDERLINE.match(lines[number]):
        return False
    return not any(_NO_TEXT.match(line) or not line for line in lines[start:number])
