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

if TYPE_CHECKING:
    from collections.abc import Iterable

# A list this long is cut between two of its items: what is lost is only how its items are spaced.
LONG_BLOCK = 120

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*\Z")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:")
_NO_TEXT = re.compile(
    r"[ \t>|<]|\[\^|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|#{1,6}(?:[ \t]|$)|(?:-[ \t]*){3,}$"
)
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)([^\]\n]+)\]:[ \t]*(?:<([^>\n]*)>|(\S+))", re.MULTILINE)


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
    blocks: list[Block] = []
    lines = text.split("\n")
    start = 0
    fence = ""
    after_blank = False
    for number, line in enumerate(lines):
        if fence:
            if _closes(line, fence):
                fence = ""
            continue
        if not line.strip():
            after_blank = True
            continue
        if number > start and _begins(line, lines[start], number - start, after_blank=after_blank):
            _add(blocks, lines, start, number)
            start = number
        elif line.lstrip(" ")[0] in "=-" and _is_underline(
            lines, start, number, after_blank=after_blank
        ):
            _add(blocks, lines, start, number + 1)
            start = number + 1
        after_blank = False
        fence = _opens(line)
    _add(blocks, lines, start, len(lines))
    return blocks


class Blocks(Sequence[Block]):
    """The blocks of a body, kept as texts and numbers; see `lines` for why."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._lines: list[int] = []
        self._texts: list[str] = []
        for line, text in blocks:
            self._lines.append(line)
            self._texts.append(text)

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


def _add(blocks: list[Block], lines: list[str], start: int, end: int) -> None:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if start < end:
        blocks.append(Block(start, "\n".join(lines[start:end])))


def _opens(line: str) -> str:
    """Return what closes the fence that this line opens, or ""."""
    stripped = line.strip()
    if stripped[0] not in "`~$%":
        return ""
    match = _FENCE.match(line)
    if match is not None:
        mark = match[1]
        # A backtick fence has no backtick in its info string; one that has is code in a line.
        return "" if mark[0] == "`" and "`" in line[match.end() :] else mark
    for mark in ("$$", "%%"):
        if stripped.startswith(mark) and stripped.count(mark) == 1:
            return mark
    return ""


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    if fence[0] in "`~":
        return len(stripped) >= len(fence) and not stripped.strip(fence[0])
    return stripped.endswith(fence)


def _begins(line: str, first: str, length: int, *, after_blank: bool) -> bool:
    """Tell whether `line` begins a block after one of `length` lines that begins with `first`."""
    if line[0] == "#" or first[:1] == "#":
        if _HEADING.match(line):
            return after_blank or not first.startswith("<")
        if length == 1 and _HEADING.match(first):
            return True
    if line.startswith("[^") and _FOOTNOTE.match(line):
        return after_blank or _FOOTNOTE.match(first) is not None
    in_list = _ITEM.match(first) is not None
    if in_list and _ITEM.match(line):
        return length >= LONG_BLOCK
    return after_blank and line[0] not in " \t"


def _is_underline(lines: list[str], start: int, number: int, *, after_blank: bool) -> bool:
    """Tell whether a line makes a heading of the lines from `start` to before it."""
    if after_blank or number <= start or not _UNDERLINE.match(lines[number]):
        return False
    return not any(_NO_TEXT.match(line) or not line for line in lines[start:number])
