"""Which blocks of a text an edit can change: only those are read again.

Where a block ends is decided by its own lines and the one below. So a text falls into windows at
blank lines, and after an edit every window that holds none of it reads as before. A window that
could reach out of itself when it is edited (by a fence that does not end, a definition of a link, a
note) is found out, and then the whole text is read.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from notekeep.export.nodes import Line, Node, Page
from notekeep.export.parse import may_define, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.passage import Splice


_ENDING = frozenset({"paragraph", "heading", "rule", "table", "quote", "fence", "html_block"})
"""Blocks that a blank line ends, or that have ended before it."""


class Window(NamedTuple):
    """A part of a text between blank lines, before and after it was edited.

    Attributes:
        start: Where it begins in the old text, always a line's start.
        end: Where it ended there.
        first: Its first line there.
        last: The line after its last.
        at: Where it begins in the new text.
        nodes: The blocks that were in it.
        splices: What was replaced in it, in order.
        page: The window's new text, parsed by itself.
    """

    start: int
    end: int
    first: int
    last: int
    at: int
    nodes: list[Node]
    splices: list[Splice]
    page: Page


def windows(page: Page, splices: Sequence[Splice], text: str) -> list[Window] | None:
    """Return what has to be read anew, in order, or None when that is all of a text.

    Args:
        page: The text before.
        splices: What is replaced in it, in order, none overlapping another.
        text: The text after.
    """
    if may_define(page.text) or may_define(text):
        return None  # what a definition means for others is told far from it
    found: list[Window] = []
    cuts = _cuts(page)
    shift = number = 0
    while number < len(splices):
        low = bisect_right(cuts, page.line_of(splices[number].start)) - 1
        start = page.lines[cuts[low]].start
        own: list[Splice] = []
        high, grown = low + 1, 0
        while number < len(splices):
            splice = splices[number]
            if own and page.line_of(splice.start) >= cuts[high]:
                break
            while cuts[high] <= page.line_of(splice.end) and high + 1 < len(cuts):
                high += 1
            own.append(splice)
            grown += len(splice.text) - (splice.end - splice.start)
            number += 1
        last = cuts[high]
        end = page.lines[last].start if last < len(page.lines) else len(page.text)
        new = parse(text[start + shift : end + shift + grown])
        nodes = [node for node in page.root.children if cuts[low] <= node.first < last]
        window = Window(start, end, cuts[low], last, start + shift, nodes, own, new)
        if not _is_closed(page, window):
            return None
        found.append(window)
        shift += grown
    return found


def patched(page: Page, found: Iterable[Window], text: str) -> Page:
    """Return the page of an edited text, made of the old page's nodes, which are used up."""
    new = Page(text, Node("root", 0, len(text), 0, 0), [])
    blocks, number, line, shift = page.root.children, 0, 0, 0
    for window in found:
        until = number
        while until < len(blocks) and blocks[until].first < window.first:
            until += 1
        _move(new, blocks[number:until], page.lines[line : window.first], shift, line)
        lines = window.page.lines
        if window.last < len(page.lines):
            lines = lines[:-1]  # what is behind the last newline is the next window's first line
        _move(new, window.page.root.children, lines, window.at, 0)
        number, line = until + len(window.nodes), window.last
        shift = window.at + len(window.page.text) - window.end
    _move(new, blocks[number:], page.lines[line:], shift, line)
    new.root.last = len(new.lines)
    return new


def _move(page: Page, blocks: list[Node], lines: list[Line], shift: int, first: int) -> None:
    """Put blocks and their lines behind what a page has, `first` being the first of the lines."""
    down = len(page.lines) - first
    for block in blocks:
        block.parent = page.root
    page.root.children += blocks
    if not shift and not down:
        page.lines += lines
        return
    stack = blocks[:]
    while stack:
        node = stack.pop()
        node.start += shift
        node.end += shift
        node.first += down
        node.last += down
        stack += node.children
    page.lines += [
        Line(start + shift, end + shift, None if content is None else content + shift, leaf)
        for start, end, content, leaf in lines
    ]


def _cuts(page: Page) -> list[int]:
    """Return the lines at which a window can begin, and the one after the last."""
    cuts, before = [0], None
    for node in page.root.children:
        if before is not None and _is_blank(page, node.first - 1):
            first = page.text[page.lines[node.first].start]
            if _ends(before, first):
                cuts.append(node.first)
        before = node
    cuts.append(len(page.lines))
    return cuts


def _is_blank(page: Page, line: int) -> bool:
    start, end, _, _ = page.lines[line]
    return not page.text[start:end].strip(" \t")


def _ends(block: Node, first: str) -> bool:
    """Whether a block ends at a blank line when the next one begins with a character."""
    if block.kind == "list":
        return first not in " \t-+*0123456789"
    return block.kind in _ENDING or (block.kind == "code_block" and first not in " \t")


def _is_closed(page: Page, window: Window) -> bool:
    """Whether neither the window's new text nor what is before it reaches out of its place."""
    blocks = window.page.root.children
    text = window.page.text
    if "$$" in text or "$$" in page.text[window.start : window.end]:
        return False  # the other `$$` of a formula may be anywhere
    above = [node for node in page.root.children if node.first < window.first][-1:]
    below = page.text[window.end : window.end + 1]
    if above and not _ends(above[0], text.lstrip("\n")[:1] or below or "x"):
        return False
    if not below:
        return True
    if not blocks:
        return not text.strip() and (not above or above[0].kind in _ENDING)
    return text.endswith("\n\n") and _ends(blocks[-1], below) and not _is_open(blocks[-1])


def _is_open(block: Node) -> bool:
    """Whether nothing closes a block that takes blank lines too, so that it takes all that follows.

    The block stands at the end of a text that ends with a blank line.
    """
    if block.kind == "fence":
        return block.last - block.first != block.content.count("\n") + 2
    return block.kind == "html_block" and block.content.endswith("\n\n")
