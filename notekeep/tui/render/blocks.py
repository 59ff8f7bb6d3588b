"""A long note in pieces that can be drawn one by one.

A preview shows its first screen at once and the rest when there is time, so a body is first cut,
cheaply and without parsing it, at blank lines where cutting changes nothing: never inside a fence,
a comment, display mathematics or a list.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# A list this long is cut between two of its items: what is lost is only how its items are spaced.
LONG_BLOCK = 120

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
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
        after_blank = False
        fence = _opens(line)
    _add(blocks, lines, start, len(lines))
    return blocks


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
    match = _FENCE.match(line)
    if match is not None:
        mark = match[1]
        # A backtick fence has no backtick in its info string; one that has is code in a line.
        return "" if mark[0] == "`" and "`" in line[match.end() :] else mark
    stripped = line.strip()
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
    in_list = _ITEM.match(first) is not None
    if in_list and _ITEM.match(line):
        return length >= LONG_BLOCK
    return after_blank and line[0] not in " \t"
