"""Leaves whose lines mean nothing to the index: code, HTML, math, comments; and rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from notekeep.markdown.inline import CLOSE_TAG, OPEN_TAG
from notekeep.markdown.lines import is_rule
from notekeep.markdown.spans import Code, Comment, Heading

if TYPE_CHECKING:
    from notekeep.markdown.paragraph import Page

OPENERS: Final = "`~<%$#-*_"
"""What a leaf other than a paragraph begins with."""

_ATX: Final = re.compile(r"#{1,6}(?=[ \t]|\Z)")
_FENCE: Final = re.compile(r"(?:(`{3,})(?![^\n]*`)|~{3,})")
_MATH_END: Final = re.compile(r"\$\$[ \t]*$", re.MULTILINE)
_HTML_MARKED: Final = (
    (r"<(?:script|pre|style|textarea)(?=\s|>|\Z)", r"</(?:script|pre|style|textarea)>"),
    (r"<!--", r"-->"),
    (r"<\?", r"\?>"),
    (r"<![A-Za-z]", r">"),
    (r"<!\[CDATA\[", r"\]\]>"),
)
_HTML_PAIRS: Final = tuple(
    (re.compile(opener, re.IGNORECASE), re.compile(closer, re.IGNORECASE))
    for opener, closer in _HTML_MARKED
)
_HTML_NAMED: Final = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd"
    r"|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]"
    r"|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup"
    r"|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)"
    r"(?=\s|/?>|\Z)",
    re.IGNORECASE,
)
_HTML_ALONE: Final = re.compile(rf"(?:{OPEN_TAG}|{CLOSE_TAG})\s*\Z")


class Raw:
    """A leaf that takes every line there is until it is done, whatever the line says.

    Attributes:
        done: Whether its last line was read.
    """

    __slots__ = ("done", "end", "first", "page", "start")

    def __init__(self, page: Page, start: int, end: int) -> None:
        """A leaf that begins on the line being read, at `start`; the line ends at `end`."""
        self.page = page
        self.start = start
        self.end = end
        self.first = page.line
        self.done = False

    def read(self, first: int, indent: int, end: int) -> None:
        """Take one more line: where its text begins and ends, and how far it is indented."""
        raise NotImplementedError

    def close(self) -> None:
        """Add what the leaf was to the body; most are nothing to it."""


class Indented:
    """Code set in by four columns; the first line that is not ends it."""

    __slots__ = ("_end", "_first", "_page", "_start")

    def __init__(self, page: Page, start: int, end: int) -> None:
        """Code that begins on the line being read, at `start`; the line ends at `end`."""
        self._page = page
        self._start = start
        self._end = end
        self._first = page.line

    def grow(self, end: int) -> None:
        """Take one more line, which ends at `end`."""
        self._end = end

    def close(self) -> None:
        """Add the code."""
        self._page.body.code.append(Code(self._start, self._end, self._first, fenced=False))


class Fence(Raw):
    """Code between lines of three or more backticks or tildes."""

    __slots__ = ("_mark",)

    def __init__(self, page: Page, start: int, end: int, mark: str) -> None:
        """Code whose first line begins with `mark`."""
        super().__init__(page, start, end)
        self._mark = mark

    def read(self, first: int, indent: int, end: int) -> None:
        """Take a line, the last if it is as many marks or more, and nothing else."""
        self.end = end
        line = self.page.text[first:end].rstrip(" \t")
        self.done = indent < 4 and line.startswith(self._mark) and not line.strip(self._mark[0])

    def close(self) -> None:
        """Add the code."""
        self.page.body.code.append(Code(self.start, self.end, self.first, fenced=True))


class Html(Raw):
    """HTML on lines of its own, up to what closes it, or to a blank line."""

    __slots__ = ("_closer",)

    def __init__(self, page: Page, start: int, end: int, closer: re.Pattern[str] | None) -> None:
        """HTML that `closer` ends; None for a blank line."""
        super().__init__(page, start, end)
        self._closer = closer
        if closer is not None:
            self.read(start, 0, end)

    def read(self, first: int, indent: int, end: int) -> None:  # noqa: ARG002 - as all leaves
        """Take a line, and see whether it closes the block."""
        if self._closer is None:
            self.done = first >= end
        else:
            self.done = self._closer.search(self.page.text, first, end) is not None
        if first < end:
            self.end = end

    def close(self) -> None:
        """Add the block if it is a comment."""
        if self.page.text.startswith("<!--", self.start):
            self.page.body.comments.append(Comment(self.start, self.end, self.first, html=True))


class Math(Raw):
    """Math between `$$` and `$$`."""

    __slots__ = ()

    def read(self, first: int, indent: int, end: int) -> None:  # noqa: ARG002 - as all leaves
        """Take a line, the last if it ends with `$$`."""
        self.done = self.page.text[first:end].rstrip(" \t").endswith("$$")


class CommentBlock(Raw):
    """A `%%` comment over several lines, up to the next `%%`, or to the end, as in Obsidian."""

    __slots__ = ()

    def read(self, first: int, indent: int, end: int) -> None:  # noqa: ARG002 - as all leaves
        """Take a line, the last if `%%` is in it."""
        close = self.page.text.find("%%", first, end)
        self.done = close >= 0
        self.end = close + 2 if self.done else end

    def close(self) -> None:
        """Add the comment."""
        self.page.body.comments.append(Comment(self.start, self.end, self.first, html=False))


class OneLine(Raw):
    """What ends on the line where it begins: a rule, a heading, math."""

    __slots__ = ()

    def __init__(self, page: Page, start: int, end: int) -> None:
        """A leaf that is already done."""
        super().__init__(page, start, end)
        self.done = True


class Atx(OneLine):
    """A heading of the form `## Words ##`."""

    __slots__ = ("_level",)

    def __init__(self, page: Page, start: int, end: int, level: int) -> None:
        """A heading of so many marks."""
        super().__init__(page, start, end)
        self._level = level

    def close(self) -> None:
        """Add the heading, and what stands in it."""
        page = self.page
        inner = self.start + self._level
        words = page.text[inner : self.end].strip(" \t")
        bare = words.rstrip("#")
        if bare != words and (not bare or bare[-1] in " \t"):
            words = bare.rstrip(" \t")
        stop = page.trimmed(self.start, self.end)
        page.body.headings.append(Heading(self.start, stop, self.first, self._level, words))
        page.scan([(inner, self.end)], self.first)
        page.read_block_id(inner, self.end, self.first)


def open_leaf(page: Page, first: int, end: int, *, ongoing: bool) -> Raw | None:
    """The leaf that a line begins with a sign of its own; None when it is mere text.

    Args:
        page: Where it stands.
        first: Where the line's text begins, its containers aside.
        end: Where it ends.
        ongoing: Whether the line would otherwise continue a paragraph or a table.
    """
    text = page.text
    sign = text[first]
    if sign in "`~":
        fence = _FENCE.match(text, first, end)
        return Fence(page, first, end, fence[0]) if fence else None
    if sign == "<":
        return _open_html(page, first, end, ongoing=ongoing)
    if sign == "%":
        # A comment that ends on its line is part of a paragraph.
        opens = text.startswith("%%", first) and text.find("%%", first + 2, end) < 0
        return CommentBlock(page, first, end) if opens else None
    if sign == "$" and not ongoing:
        return _open_math(page, first, end)
    if sign == "#" and (marks := _ATX.match(text, first, end)):
        return Atx(page, first, end, len(marks[0]))
    return OneLine(page, first, end) if sign in "-*_" and is_rule(text[first:end]) else None


def _open_html(page: Page, first: int, end: int, *, ongoing: bool) -> Html | None:
    text = page.text
    for opener, closer in _HTML_PAIRS:
        if opener.match(text, first, end):
            return Html(page, first, end, closer)
    if _HTML_NAMED.match(text, first, end) or (not ongoing and _HTML_ALONE.match(text, first, end)):
        return Html(page, first, end, None)
    return None


def _open_math(page: Page, first: int, end: int) -> Raw | None:
    line = page.text[first:end].strip(" \t")
    if not line.startswith("$$"):
        return None
    if len(line) > 3 and "$$" in line[2:]:
        return OneLine(page, first, end) if line.endswith("$$") else None
    if page.no_more_math or not _MATH_END.search(page.text, end):
        page.no_more_math = True
        return None
    return Math(page, first, end)
