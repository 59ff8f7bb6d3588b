"""Cuts a body into blocks, line by line, and sees which containers each line stands in.

Containers (quotes, list items, footnotes) lie on a stack as CommonMark describes it
(spec.commonmark.org/0.31.2, appendix "A parsing strategy"); one leaf is open at a time. What a
leaf makes of its lines is in leaves.py and paragraph.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from notekeep.markdown.leaves import OPENERS, Indented, Raw, open_leaf
from notekeep.markdown.lines import consume, is_rule, measure
from notekeep.markdown.paragraph import Page, Paragraph, Table
from notekeep.markdown.quotes import OpenQuote
from notekeep.markdown.spans import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.spans import Body

_BULLET: Final = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|\Z)")
_BULLETS: Final = "-*+0123456789"
_FOOTNOTE: Final = re.compile(r"\[\^[^\] \n]+\]:")
_TASK: Final = re.compile(r"\[(.)\][ \t]+(\S.*)\Z")
_RULERS: Final = "|:-"
_UNDERLINES: Final = "=-"


class Scanner:
    """Reads the lines of a body once, from the first to the last."""

    def __init__(self, text: str) -> None:
        """Prepare to read `text`, whose only line ends are newlines."""
        self._page = Page(text)
        self._text = text
        # What keeps a line inside: 0 stands for a quote's `>`, else an item's indentation.
        self._stack: list[int] = []
        self._leaf: Raw | Indented | Paragraph | Table | None = None
        # Whether the innermost item has nothing in it yet: its first blank line ends it.
        self._hollow = False
        self._quote: OpenQuote | None = None
        self._quote_depth = 0
        # Where the line being read goes on after its last `>`; -1 when it has none.
        self._marked = -1

    def run(self, until: Callable[[Body], bool] | None = None) -> Body:
        """Read every line, or as far as what was found is enough, and return what was found."""
        text = self._text
        page = self._page
        size = len(text)
        at = 0
        while at < size:
            end = text.find("\n", at)
            if end < 0:
                end = size
            self._read(at, end)
            if until is not None and until(page.body):
                return page.body
            page.line += 1
            at = end + 1
        self._close_to(0)
        return page.body

    def _read(self, start: int, end: int) -> None:
        """Read one line: see which containers it stays in, then what it is in there."""
        stack = self._stack
        if not stack:
            if self._read_plain(start, end) or self._read_item(start, end):
                return
        elif len(stack) == 1 and stack[0] and self._read_item(start, end):
            return
        depth, at, column, first, first_column = self._enter(start, end)
        leaf = self._leaf
        if isinstance(leaf, Raw) and depth == len(self._stack):
            leaf.read(first, first_column - column, end)
            if leaf.done:
                self._close_leaf()
        elif first < end:
            self._open(depth, at, column, first, first_column, end)
        elif depth < len(self._stack) or not isinstance(leaf, Indented):
            self._close_to(depth)
        if self._quote is not None:
            self._quote.add(self._text[max(first, self._marked) : end], end)

    def _read_plain(self, start: int, end: int) -> bool:
        """Read a line outside all containers that is empty or begins with a letter, as most do."""
        leaf = self._leaf
        if leaf is not None and not isinstance(leaf, Paragraph):
            return False
        if start == end:
            if leaf is not None:
                leaf.close()
                self._leaf = None
        elif not self._text[start].isalpha():
            return False
        elif leaf is None:
            self._leaf = Paragraph(self._page, (start, end), quoted=False)
        else:
            leaf.grow((start, end), deep=False)
        return True

    def _read_item(self, start: int, end: int) -> bool:
        """Read a line like `- words`, outside all containers or after another such line.

        Nearly every item is one: the long way would come to the same, by looking for all else that
        a line can be.
        """
        text = self._text
        first = start + 2
        leaf = self._leaf
        if first >= end or text[start] not in "-*+" or text[start + 1] != " ":
            return False
        if leaf is not None and not isinstance(leaf, Paragraph):
            return False
        sign = text[first]
        if sign == "[":
            if text.startswith("[^", first):
                return False
        elif not sign.isalpha():
            return False
        if leaf is not None:
            leaf.close()
        self._hollow = False
        self._stack[:] = (2,)
        if sign == "[":
            self._add_task(start, first, end)
        self._leaf = Paragraph(self._page, (first, end), quoted=False)
        return True

    def _enter(self, start: int, end: int) -> tuple[int, int, int, int, int]:
        """See how many containers a line stays in, and where it stands inside them.

        Returns:
            The number of containers; where the line begins in them, and its column; where its
            text begins, and its column.
        """
        text = self._text
        at, column = start, 0
        first, first_column = measure(text, start, 0, end)
        depth = 0
        self._marked = -1
        for indent in self._stack:
            if not indent:
                if first >= end or first_column - column > 3 or text[first] != ">":
                    break
                at, column = self._after_quote_mark(first, first_column, end)
                first, first_column = measure(text, at, column, end)
            elif first < end:
                if first_column - column < indent:
                    break
                at, column = consume(text, at, column, column + indent)
            elif self._hollow and depth == len(self._stack) - 1:
                break
            depth += 1
        return depth, at, column, first, first_column

    def _open(
        self, depth: int, at: int, column: int, first: int, first_column: int, end: int
    ) -> None:
        """Open what begins on this line: containers, then a leaf; or continue the leaf there is.

        Args:
            depth: How many containers the line stays in.
            at: Where the line begins inside them.
            column: The column of `at`.
            first: Where its text begins.
            first_column: The column of `first`.
            end: Where the line ends.
        """
        text = self._text
        fresh = False
        while first < end:
            whole = depth == len(self._stack)
            deep = first_column - column >= 4
            # A paragraph goes on even where its containers do not: the lazy lines of CommonMark.
            ongoing = not fresh and (
                isinstance(self._leaf, Paragraph)
                or (isinstance(self._leaf, Table) and whole and not deep)
            )
            if deep:
                self._read_deep(depth, first, end, ongoing=ongoing, whole=whole)
                return
            sign = text[first]
            if sign == ">":
                self._close_to(depth)
                at, column = self._push_quote(first, first_column, end)
            elif sign in _BULLETS and (
                place := self._push_item(
                    depth, column, first, first_column, end, closed=ongoing and whole
                )
            ):
                at, column = place
            elif sign == "[" and (
                note := self._push_footnote(depth, first, first_column, end, ongoing=ongoing)
            ):
                at, column = note
            else:
                self._read_leaf(depth, first, end, ongoing=ongoing, whole=whole)
                return
            depth += 1
            fresh = True
            first, first_column = measure(text, at, column, end)

    def _close_to(self, depth: int) -> None:
        """Close the open leaf, and the containers beyond `depth`."""
        self._close_leaf()
        self._hollow = False
        if len(self._stack) > depth:
            if self._quote is not None and depth <= self._quote_depth:
                if quote := self._quote.close():
                    self._page.body.quotes.append(quote)
                self._quote = None
            del self._stack[depth:]

    def _close_leaf(self) -> None:
        if self._leaf is not None:
            self._leaf.close()
            self._leaf = None

    # Containers

    def _after_quote_mark(self, first: int, column: int, end: int) -> tuple[int, int]:
        """Skip a `>` and the blank that belongs to it."""
        at, column = first + 1, column + 1
        self._marked = at
        if at < end and self._text[at] in " \t":
            return consume(self._text, at, column, column + 1)
        return at, column

    def _push_quote(self, first: int, column: int, end: int) -> tuple[int, int]:
        if self._quote is None:
            self._quote = OpenQuote(first, self._page.line)
            self._quote_depth = len(self._stack)
        self._stack.append(0)
        return self._after_quote_mark(first, column, end)

    def _push_item(
        self, depth: int, column: int, first: int, first_column: int, end: int, *, closed: bool
    ) -> tuple[int, int] | None:
        """Open a list item, if one begins here; return where what is in it begins.

        `closed` says that the line would otherwise continue the paragraph or table it is in. In
        the middle of a paragraph "1986. A great year" is no list, and neither is a lone dash.
        """
        text = self._text
        match = _BULLET.match(text, first, end)
        if match is None or (text[first] in "*-" and is_rule(text[first:end])):
            return None
        after = match.end()
        after_column = first_column + after - first
        inner, inner_column = measure(text, after, after_column, end)
        empty = inner >= end
        late = empty or (match[1] is not None and int(match[1]) != 1)
        if late and closed and isinstance(self._leaf, Paragraph):
            return None
        gap = inner_column - after_column
        padding = 1 if empty or gap > 4 else gap
        self._close_to(depth)
        self._stack.append(after_column + padding - column)
        if empty:
            self._hollow = True
            return end, inner_column
        if gap <= 4 and text[inner] == "[":
            self._add_task(first, inner, end)
        return consume(text, after, after_column, after_column + padding)

    def _add_task(self, first: int, inner: int, end: int) -> None:
        match = _TASK.match(self._text, inner, end)
        if match:
            words = match[2].rstrip()
            stop = self._page.trimmed(first, end)
            task = Task(first, stop, self._page.line, match[1], inner + 1, words)
            self._page.body.tasks.append(task)

    def _push_footnote(
        self, depth: int, first: int, column: int, end: int, *, ongoing: bool
    ) -> tuple[int, int] | None:
        if ongoing and isinstance(self._leaf, Table):
            return None
        match = _FOOTNOTE.match(self._text, first, end)
        if match is None:
            return None
        self._close_to(depth)
        self._stack.append(4)
        return measure(self._text, match.end(), column + match.end() - first, end)

    # Leaves

    def _read_deep(self, depth: int, first: int, end: int, *, ongoing: bool, whole: bool) -> None:
        """Read a line set in by four columns: a paragraph goes on, anything else is code."""
        leaf = self._leaf
        if ongoing and isinstance(leaf, Paragraph):
            leaf.grow((first, end), deep=True)
        elif isinstance(leaf, Indented) and whole:
            leaf.grow(end)
        else:
            self._close_to(depth)
            self._leaf = Indented(self._page, first, end)

    def _read_leaf(self, depth: int, first: int, end: int, *, ongoing: bool, whole: bool) -> None:
        """Read a line that opens no container."""
        text = self._text
        page = self._page
        leaf = self._leaf
        sign = text[first]
        if ongoing and whole and isinstance(leaf, Paragraph):
            if sign in _RULERS and (table := leaf.ruled(first, end)):
                self._leaf = table
                return
            if sign in _UNDERLINES and leaf.underlined(first, end):
                self._leaf = None
                return
        opened = open_leaf(page, first, end, ongoing=ongoing) if sign in OPENERS else None
        if opened is not None:
            self._close_to(depth)
            self._leaf = opened
            if opened.done:
                self._close_leaf()
        elif not ongoing:
            self._close_to(depth)
            self._leaf = Paragraph(page, (first, end), quoted=self._quote is not None)
        elif isinstance(leaf, Paragraph):
            leaf.grow((first, end), deep=not whole)
        elif isinstance(leaf, Table):
            leaf.read_row(first, end, page.line)
