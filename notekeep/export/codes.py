"""Where the code and formulas of a text are, while its comments are found one after the other.

A comment can open code, or close it, for all that stands behind it, so the text is read without
those that were found. Most comments stand where no code can be, whatever else the text holds: the
marks around them tell that, and no parser is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.export.nodes import CODE, MATH, nodes_of
from notekeep.export.parse import parse
from notekeep.export.passage import Splice
from notekeep.export.windows import patched, windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.export.nodes import Node, Page
    from notekeep.export.passage import Passage

_SOUGHT = CODE | MATH
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_WRITTEN = re.compile(r"[^\n]")


class Codes:
    """The code and formulas of a text, parts of which may be hidden."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self._text = passage.text
        self._page: Page | None = None
        self._unread: list[Splice] = []  # what was hidden since the page was read
        self._nodes: list[Node] = []

    def hide(self, spans: Iterable[tuple[int, int]]) -> None:
        """Take the text from now on as if some spans, given in order, were blank."""
        pieces, at = [], 0
        for start, end in spans:
            blank = _WRITTEN.sub(" ", self._text[start:end])
            self._unread.append(Splice(start, end, blank, ""))
            pieces += [self._text[at:start], blank]
            at = end
        self._text = "".join([*pieces, self._text[at:]])

    def around(self, offset: int) -> Node | None:
        """Return the code or formula that the mark of a comment stands in, or None."""
        if not may_be_code(self._text, offset):
            return None
        self._read()
        return next((node for node in self._nodes if node.start <= offset < node.end), None)

    def _read(self) -> None:
        if self._page is None and not self._unread:
            self._know(self._passage.page)
        elif self._page is None:
            self._know(parse(self._text))
        elif self._unread:
            self._read_again(self._page)
        self._unread = []

    def _read_again(self, page: Page) -> None:
        """Read anew what the spans that were hidden since can change."""
        found = windows(page, self._unread, self._text)
        if found is None:
            self._know(parse(self._text))
            return
        self._passage.give_up_page()  # whose nodes the page may be made of
        self._page = patched(page, found, self._text)
        for window in found:
            gone = range(window.start, window.end)
            self._nodes = [node for node in self._nodes if node.start not in gone]
            new = nodes_of(window.page.root.children)
            self._nodes += [node for node in new if node.kind in _SOUGHT]

    def _know(self, page: Page) -> None:
        self._page = page
        self._nodes = page.find(*_SOUGHT)


def may_be_code(text: str, offset: int) -> bool:
    """Whether the mark of a comment could stand in code or in a formula, by what is around it.

    Never false where a parser finds it to be so; where it is true, a parser has to be asked.
    """
    for opening in ("```", "~~~", "$$"):  # what they open may end far behind, or nowhere
        if text.find(opening, 0, offset) >= 0:
            return True
    line = text.rfind("\n", 0, offset) + 1
    if text.find("    ", line, offset) >= 0 or text.find("\t", line, offset) >= 0:
        return True
    return any(_is_between(text, mark, offset) for mark in "`$")


def _is_between(text: str, mark: str, offset: int) -> bool:
    """Whether a mark stands before an offset and behind it, with no blank line between."""
    before, behind = text.rfind(mark, 0, offset), text.find(mark, offset)
    if before < 0 or behind < 0:
        return False
    return _BLANK_LINE.search(text, before, behind) is None
