"""Finds what stands inside a line or paragraph: links, tags, code, comments; skips math and HTML.

One pass from left to right, as CommonMark (spec.commonmark.org/0.31.2, section 6) gives each sign
its precedence: an escape, a code span or an HTML tag takes what is in it away from all else.
Blocks, and what a paragraph is, are the business of blocks.py.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, ClassVar, Final

from notekeep.markdown.spans import Body, Code, Comment, InlineTag, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A wiki link's target has no bracket; its text may have single ones.
WIKI: Final = r"\[\[(?P<target>[^\[\]\n|]++)(?:\|(?P<text>(?:[^\[\]\n]|\[(?!\[)|\](?!\]))*+))?\]\]"
# Obsidian's tag: no ASCII punctuation but - _ /, none of Unicode's general punctuation, and here
# none of the full-width signs that end a clause in Chinese and Japanese.
_TAG: Final = re.compile(
    r"#([^\u2000-\u206F\u2E00-\u2E7F\u3000-\u3003\u3008-\u3011\u3014-\u301F"
    r"\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F"
    r"'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++)"
)
_WIKI: Final = re.compile(WIKI)
SIGNS: Final = re.compile(r"[`<\[$%#]")
"""What a run without any of has nothing to find in."""

_NEXT: Final = re.compile(r"[\\`<\[\]$%#]")
_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TICKS: Final = re.compile(r"`+")
_VALUE: Final = r"(?:[^\"'=<>`\x00-\x20]++|'[^']*+'|\"[^\"]*+\")"
_ATTRIBUTE: Final = rf"(?:\s+[a-zA-Z_:][a-zA-Z0-9:._-]*+(?:\s*+=\s*+{_VALUE})?)"
OPEN_TAG: Final = rf"<[A-Za-z][A-Za-z0-9-]*+{_ATTRIBUTE}*+\s*+/?>"
CLOSE_TAG: Final = r"</[A-Za-z][A-Za-z0-9-]*+\s*+>"
_HTML: Final = re.compile(
    rf"{OPEN_TAG}|{CLOSE_TAG}|<!--(?:-?>|(?:[^-]|-[^-]|--[^>])*+-->)|<\?.*?\?>|<![A-Za-z][^>]*+>"
    r"|<!\[CDATA\[.*?\]\]>",
    re.DOTALL,
)
_AUTOLINK: Final = re.compile(
    r"<(?:[a-zA-Z][a-zA-Z0-9+.\-]{1,31}:[^<>\x00-\x20]*+|[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]++@[a-zA-Z0-9.-]++)>"
)
_SPACE: Final = r"[ \t\n]*+"
_ANGLED: Final = re.compile(r"<((?:[^<>\\\n]|\\.)*+)>")
_TITLE: Final = re.compile(
    r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)", re.DOTALL
)
_BLANKS: Final = re.compile(_SPACE)
_BARE: Final = re.compile(r"[^\\()\x00-\x20\x7f]++|\\(?:[^ \n]|(?=\n|\Z))|[()]")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]+:|//")
"""How an address begins that leads out of the vault; one letter and a colon is a drive."""


class Run:
    """Text that is read as one: a paragraph, a heading, a cell.

    Attributes:
        text: The text that offsets of the run count; the whole body, or the lines of a paragraph
            of a quote without their `>`.
        start: Where the run begins in `text`.
        end: Where it ends.
        is_whole: Whether `text` is the body, so that offsets are those of the body.
    """

    __slots__ = ("_at", "_first", "_lines", "_shifts", "end", "is_whole", "start", "text")

    def __init__(self, text: str, start: int, end: int, first: int, lines: Sequence[int]) -> None:
        """A run that stands in the body as it is.

        Args:
            text: The body.
            start: Where it begins.
            end: Where it ends.
            first: The number of its first line.
            lines: Where each of its lines begins, in the body.
        """
        self.text = text
        self.start = start
        self.end = end
        self.is_whole = True
        self._first = first
        self._lines = lines
        self._at: list[int] = []
        self._shifts: list[int] = []

    @classmethod
    def joined(cls, text: str, parts: Sequence[tuple[int, int]], first: int) -> Run:
        """A run made of the parts of lines that are left without the marks of their quote."""
        run = cls("\n".join(text[s:e] for s, e in parts), 0, 0, first, [s for s, _ in parts])
        at = 0
        for start, end in parts:
            run._at.append(at)
            run._shifts.append(start - at)
            at += end - start + 1
        run.end = max(0, at - 1)
        run.is_whole = False
        return run

    def place(self, offset: int) -> int:
        """The offset in the body of an offset of this run."""
        if not self._at:
            return offset
        return offset + self._shifts[bisect_right(self._at, offset) - 1]

    def line(self, place: int) -> int:
        """The line on which an offset of the body stands."""
        return self._first + max(0, bisect_right(self._lines, place) - 1)


def scan(run: Run, body: Body) -> None:
    """Find what stands in a run and add it to `body`."""
    _Scan(run, body).go()


class _Scan:
    """One pass over one run."""

    def __init__(self, run: Run, body: Body) -> None:
        self.run = run
        self.text = run.text
        self.end = run.end
        self.body = body
        self.openers: list[tuple[int, bool]] = []
        # Openers of links below this depth are closed: a link holds no link.
        self.spent = 0
        self.free = run.start
        self.ticks: dict[int, list[int]] | None = None
        self.absent: dict[str, int] = {}

    def go(self) -> None:
        """Go from sign to sign; each says where the next may stand."""
        at = self.run.start
        find = _NEXT.search
        read = self._READ
        text, end = self.text, self.end
        while match := find(text, at, end):
            # What stands before `at` belongs to the sign before, such as the "!" of "\\![".
            self.free = at
            at = read[match[0]](self, match.start())

    def _span(self, start: int, end: int) -> tuple[int, int, int]:
        if self.run.is_whole:
            return start, end, self.run.line(start)
        place = self.run.place(start)
        return place, self.run.place(end - 1) + 1, self.run.line(place)

    def _escape(self, at: int) -> int:
        return at + 2 if self.text[at + 1 : at + 2] in _PUNCTUATION else at + 1

    def _tag(self, at: int) -> int:
        if at > self.run.start and not self.text[at - 1].isspace():
            return at + 1
        match = _TAG.match(self.text, at, self.end)
        if match is None:
            return at + 1
        name = match[1].rstrip("/")
        if name and not name.isdigit():
            start, end, line = self._span(at, at + 1 + len(name))
            self.body.tags.append(InlineTag(start, end, line, name))
        return match.end()

    def _open(self, at: int) -> int:
        """Read a wiki link; or remember the bracket, which a destination may make a link."""
        embed = at > self.free and self.text[at - 1] == "!"
        start = at - 1 if embed else at
        match = _WIKI.match(self.text, at, self.end) if self.text[at + 1 : at + 2] == "[" else None
        if match is None:
            self.openers.append((start, embed))
            return at + 1
        target = match["target"]
        if match["text"] is not None and target.endswith("\\"):
            target = target[:-1]  # a pipe in a table is escaped
        name, _, fragment = target.partition("#")
        heading, block = split_fragment(fragment)
        if not embed:
            self.spent = len(self.openers)
        span = self._span(start, match.end())
        words = (match["text"] or "").strip()
        link = Link(*span, name.strip(), heading, block, words, embed=embed, wiki=True)
        self.body.links.append(link)
        return match.end()

    def _close(self, at: int) -> int:
        """Close the innermost bracket; it is a link if a destination follows."""
        at += 1
        if not self.openers:
            return at
        opener, image = self.openers.pop()
        if not image and len(self.openers) < self.spent:
            self.spent = len(self.openers)
            return at
        self.spent = min(self.spent, len(self.openers))
        tail = destination(self.text, at, self.end)
        if tail is None:
            return at
        end, target = tail
        if not image:
            self.spent = len(self.openers)
        label = self.text[opener + (2 if image else 1) : at - 1]
        if link := vault_link(self._span(opener, end), target, label, embed=image):
            self.body.links.append(link)
        return end

    def _code(self, at: int) -> int:
        if self.ticks is None:
            self.ticks = {}
            for ticks in _TICKS.finditer(self.text, self.run.start, self.end):
                self.ticks.setdefault(len(ticks[0]), []).append(ticks.start())
        opened = _TICKS.match(self.text, at, self.end)
        after = opened.end() if opened else at + 1
        length = after - at
        closers = self.ticks.get(length, [])
        index = bisect_left(closers, after)
        if index == len(closers):
            return after
        end = closers[index] + length
        self.body.code.append(Code(*self._span(at, end), fenced=False, inline=True))
        return end

    def _angle(self, at: int) -> int:
        match = _AUTOLINK.match(self.text, at, self.end)
        if match is None and self._may_close(at):
            match = _HTML.match(self.text, at, self.end)
            if match and match[0].startswith("<!--"):
                self.body.comments.append(Comment(*self._span(at, match.end()), html=True))
        return match.end() if match else at + 1

    def _may_close(self, at: int) -> bool:
        """Whether what a tag, comment or declaration ends with follows at all."""
        head = self.text[at : at + 9]
        if head.startswith("<!--"):
            closer = ">" if head.startswith(("<!-->", "<!--->")) else "-->"
        elif head == "<![CDATA[":
            closer = "]]>"
        else:
            closer = "?>" if head.startswith("<?") else ">"
        if closer not in self.absent:
            self.absent[closer] = self.text.rfind(closer, self.run.start, self.end)
        return self.absent[closer] > at

    def _comment(self, at: int) -> int:
        if not self.text.startswith("%%", at, self.end):
            return at + 1
        end = self.text.find("%%", at + 2, self.end)
        if end < 0:
            return at + 2
        self.body.comments.append(Comment(*self._span(at, end + 2), html=False))
        return end + 2

    def _math(self, at: int) -> int:
        """Skip `$...$` and `$$...$$`; a price is no math: no blank inside, no digit outside."""
        text, end = self.text, self.end
        double = text.startswith("$$", at)
        mark = "$$" if double else "$"
        if (
            at + 1 >= end
            or text[at + 1].isspace()
            or (at > self.run.start and text[at - 1].isdigit())
        ):
            return at + 1
        close = at + len(mark)
        while True:
            close = text.find(mark, close, end)
            if close < 0:
                return at + 1
            if not _is_escaped(text, close):
                break
            close += 1
        last = close + len(mark)
        if text[last - 2 if double else close - 1].isspace() or (
            last < end and text[last].isdigit()
        ):
            return at + 1
        return last if close > at + len(mark) else at + 1

    _READ: ClassVar[dict[str, Callable[[_Scan, int], int]]] = {
        "\\": _escape,
        "`": _code,
        "<": _angle,
        "[": _open,
        "]": _close,
        "$": _math,
        "%": _comment,
        "#": _tag,
    }


def destination(text: str, at: int, end: int) -> tuple[int, str] | None:
    """Read `(target "title")` at `at`: one past its `)` and the target, or None."""
    if not text.startswith("(", at, end):
        return None
    at = _skip_blanks(text, at + 1, end)
    found = target_at(text, at, end)
    if found is None:
        target = ""
    else:
        at, target = found
        after = _skip_blanks(text, at, end)
        if after > at and (title := _TITLE.match(text, after, end)):
            after = _skip_blanks(text, title.end(), end)
        at = after
    return (at + 1, target) if text.startswith(")", at, end) else None


def target_at(text: str, at: int, end: int) -> tuple[int, str] | None:
    """Read a link's destination, in angle brackets or bare: one past it and its text, or None."""
    if text.startswith("<", at, end):
        angled = _ANGLED.match(text, at, end)
        return (angled.end(), _unescaped(angled[1])) if angled else None
    start = at
    depth = 0
    while match := _BARE.match(text, at, end):
        if match[0] == "(":
            depth += 1
            if depth > 32:
                return None
        elif match[0] == ")":
            if depth == 0:
                break
            depth -= 1
        at = match.end()
    if at == start or depth:
        return None
    return at, _unescaped(text[start:at])


def vault_link(span: tuple[int, int, int], target: str, label: str, *, embed: bool) -> Link | None:
    """A Markdown link as a Link, or None when it leads out of the vault.

    Args:
        span: Where it starts and ends, and on which line.
        target: Its destination as written, without angle brackets and escapes.
        label: What is shown for it.
        embed: Whether it is an image.
    """
    if SCHEME.match(target):
        return None
    path, _, fragment = target.partition("#")
    heading, block = split_fragment(_decoded(fragment))
    if not (path or fragment):
        return None
    return Link(*span, _decoded(path), heading, block, label, embed=embed, wiki=False)


def split_fragment(fragment: str) -> tuple[str, str]:
    """Cut what follows `#` into a heading and a block id, one of them empty.

    `Note#Chapter#Section` leads to the section within the chapter: the last part counts.
    """
    fragment = fragment.strip()
    if fragment.startswith("^"):
        return "", fragment[1:]
    return fragment, ""


def _decoded(target: str) -> str:
    """A destination with `%20` and its kin as the characters they stand for."""
    if "%" not in target:
        return target
    from urllib.parse import unquote

    return unquote(target)


def _unescaped(target: str) -> str:
    """A destination without its backslashes, and with its entities as what they stand for."""
    if "&" in target:
        from html import unescape

        target = _ENTITY.sub(lambda entity: unescape(entity[0]), target)
    return _ESCAPE.sub(r"\1", target) if "\\" in target else target


def _skip_blanks(text: str, at: int, end: int) -> int:
    match = _BLANKS.match(text, at, end)
    return match.end() if match else at


def _is_escaped(text: str, at: int) -> bool:
    """Whether an odd number of backslashes stands before `at`."""
    first = at
    while first > 0 and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1
