r"""What of a text says by its first characters what it is, read without the parser's rules.

Most blocks are a paragraph, a heading, a flat list or a quote between blank lines, and most lines
hold words, links and a bold word at most. These are read here by a pattern each, straight into
nodes. Whatever could be anything else is none of these patterns' business, and is left to the
parser; a test holds both ways equal over random texts.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

# The package first: threads that begin with different parts of it would meet half of it.
import markdown_it  # noqa: F401 - see above
from markdown_it.common.utils import MD_TRIM_CHARS

from notekeep.export.nodes import Line, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.nodes import Page

_BEGINS = r"(?:[^\s$`~>#|:=<\-+*_0-9]|\*{1,2}+[^\s*]|_{1,2}+[^\s_]|[0-9]++[^0-9.)\n])"
"""How a line begins that neither begins a block nor ends a paragraph, whatever follows it."""
_LINE = rf"{_BEGINS}[^\n]*+(?:\n|\Z)"
_BEFORE_BLANK = r"(?=[ \t]*+(?:\n|\Z))"

_BLANKS = re.compile(r"(?:[ \t]*+\n)++")
_PARAGRAPH = re.compile(rf"(?:{_LINE})++{_BEFORE_BLANK}")
_QUOTE = re.compile(rf"(?:> {_LINE})++{_BEFORE_BLANK}")
_LIST = re.compile(
    rf"([-+*]) {_LINE}(?:(?:[ \t]*+\n)*+\1 {_LINE})*+(?=(?:[ \t]*+\n)++[^\s\-+*0-9]|[ \t\n]*+\Z)"
)
_HEADING = re.compile(r"(#{1,6}+)[ ]++([^\s#](?:[^\n]*[^\s#])?)[ ]*+(?:\n|\Z)")
_COMMENT = re.compile(r"<!--[^\n]*?-->[^\n]*+(?:\n|\Z)")
_FENCE = re.compile(r"(`{3,}+|~{3,}+)([^`\n]*+)\n")

_PLAIN = r"[^\n$&*<\[\\\]_`!=~^]"
_WORD = r"[^\W_]"
_RUN = (
    rf"(?:{_PLAIN}++|!(?!\[)|=(?!=)|~(?!~)|\^(?!\[)|(?<={_WORD})_(?={_WORD})"
    # Brackets without an address behind them, and those of a template, are words.
    rf"|<(?=\s)|\[(?![\[^]){_PLAIN}*+\](?:(?![\[(])|\((?=\{{[{{%][<%]? [a-z])))++"
)
_ADDRESS = r"(?:nk[0-9a-f]++:|https?://)?[a-zA-Z0-9/._#-]++"
"""Addresses that stay as they are written when an engine normalizes them."""
_PIECE = re.compile(
    rf"(?P<text>{_RUN})"
    r"|(?P<wikilink>(?P<embed>!?)\[\[(?P<target>[^\[\]\n|]++)"
    r"(?:\|(?P<label>(?:[^\[\]\n]|\[(?!\[)|\](?!\]))*+))?\]\])"
    rf"|(?P<link>\[(?P<words>{_PLAIN}++)\]\((?P<address>{_ADDRESS})\))"
    rf"|(?P<image>!\[(?P<alt>{_PLAIN}*+)\]\((?P<source>{_ADDRESS})\))"
    r"|(?P<soft_break>(?<! )\n(?![ \t]))"
    r"|(?P<code_span>(?<!`)`(?P<code>[^`\n]++)`(?!`))"
    rf"|(?P<strong>\*\*(?P<bold>{_WORD}(?:{_PLAIN}*{_WORD})?)\*\*(?!\*))"
    rf"|(?P<em>\*(?P<leaning>{_WORD}(?:{_PLAIN}*{_WORD})?)\*(?!\*))"
)
"""Pieces of a line that mean the same whatever stands around them, where nothing else is there."""


class Blocks:
    """Reads the blocks of a text that say by themselves what they are.

    Attributes:
        page: The page to be filled.
        words: Reads the words of a block: the block, the words, and the places of their lines.
    """

    def __init__(self, page: Page, words: Callable[[Node, str, list[int]], None]) -> None:
        self.page = page
        self.words = words

    def read(self, line: int) -> int:
        """Read the block that begins on a line of its own, or the blank lines there.

        Returns:
            The line after it, or the same when it is for the parser to say what begins there.
        """
        text, at = self.page.text, self.page.lines[line].start
        if at == len(text):
            return line + 1
        match text[at]:
            case "\n" | " " | "\t":
                blank = _BLANKS.match(text, at)
                return line + text.count("\n", at, blank.end()) if blank else line
            case "#":
                return self._heading(line, _HEADING.match(text, at))
            case ">":
                return self._quote(line, _QUOTE.match(text, at))
            case "`" | "~":
                return self._fence(line, _FENCE.match(text, at))
            case "-" | "+":
                return self._list(line, _LIST.match(text, at))
            case "<":
                return self._comment(line, _COMMENT.match(text, at))
            case "*" if found := _LIST.match(text, at):
                return self._list(line, found)
        found = _PARAGRAPH.match(text, at)
        return line if found is None else self._paragraph(self.page.root, line, found, 0)

    def _paragraph(self, parent: Node, line: int, found: re.Match[str], marks: int) -> int:
        """Read a paragraph, each of whose lines has so many characters of marks before it."""
        last = self._after(line, found)
        self._words("paragraph", parent, line, last, marks)
        return last

    def _words(self, kind: str, parent: Node, line: int, last: int, marks: int) -> Node:
        text, lines = self.page.text, self.page.lines
        node = Node(kind, lines[line].start + marks, lines[last - 1].end, line, last, parent)
        parent.children.append(node)
        places: list[int] = []
        for number in range(line, last):
            start, end, _, _ = lines[number]
            lines[number] = Line(start, end, start + marks, node)
            places.append(start + marks)
        if marks and last - line > 1:
            said = "\n".join(text[lines[n].start + marks : lines[n].end] for n in range(line, last))
        else:
            said = text[node.start : node.end]
        self.words(node, said.rstrip(MD_TRIM_CHARS), places)
        return node

    def _after(self, line: int, found: re.Match[str]) -> int:
        """Return the line after a block that was found to begin on a line."""
        ended = found.string.endswith("\n", found.start(), found.end())
        return line + found.string.count("\n", found.start(), found.end()) + (not ended)

    def _heading(self, line: int, found: re.Match[str] | None) -> int:
        if found is None:
            return line
        start, end, _, _ = self.page.lines[line]
        node = Node("heading", start, end, line, line + 1, self.page.root)
        node.info, node.level = found[1], len(found[1])
        self.page.root.children.append(node)
        self.page.lines[line] = Line(start, end, start, node)
        self.words(node, found[2], [found.start(2)])
        return line + 1

    def _quote(self, line: int, found: re.Match[str] | None) -> int:
        if found is None:
            return line
        last = self._after(line, found)
        quote = self._container("quote", self.page.root, line, last)
        self._words("paragraph", quote, line, last, 2)
        return last

    def _list(self, line: int, found: re.Match[str] | None) -> int:
        if found is None:
            return line
        last = self._after(line, found)
        node = self._container("list", self.page.root, line, last)
        node.info, node.tight = found[1], True
        for number in range(line, last):
            if self.page.text[self.page.lines[number].start] != found[1]:
                node.tight = False  # a blank line
                continue
            item = self._container("item", node, number, number + 1)
            self._words("paragraph", item, number, number + 1, 2)
        return last

    def _container(self, kind: str, parent: Node, line: int, last: int) -> Node:
        lines = self.page.lines
        node = Node(kind, lines[line].start, lines[last - 1].end, line, last, parent)
        parent.children.append(node)
        return node

    def _comment(self, line: int, found: re.Match[str] | None) -> int:
        if found is None:
            return line
        node = self._container("html_block", self.page.root, line, line + 1)
        node.content = found[0]
        self._claim(node)
        return line + 1

    def _fence(self, line: int, found: re.Match[str] | None) -> int:
        if found is None:
            return line
        closing = _closing(found[1]).search(found.string, found.end())
        if closing is None or "\t" in found.string[found.end() : closing.end()]:
            return line
        last = line + found.string.count("\n", found.start(), closing.end()) + 1
        node = self._container("fence", self.page.root, line, last)
        node.content, node.info = found.string[found.end() : closing.start()], found[2]
        self._claim(node)
        return last

    def _claim(self, leaf: Node) -> None:
        """Note that lines are a block's, whose text begins with each of them."""
        for number in range(leaf.first, leaf.last):
            start, end, _, _ = self.page.lines[number]
            self.page.lines[number] = Line(start, end, start, leaf)


@cache
def _closing(mark: str) -> re.Pattern[str]:
    """Return what ends a fence."""
    return re.compile(rf"^[ ]{{0,3}}{mark}{mark[0]}*+[ \t]*$", re.MULTILINE)


def pieces(said: str) -> list[re.Match[str]] | None:
    """Return the pieces that a block's words are made of; None when that is not plain to see."""
    found: list[re.Match[str]] = []
    at, end, match = 0, len(said), _PIECE.match
    while at < end:
        piece = match(said, at)
        if piece is None:
            return None
        found.append(piece)
        at = piece.end()
    return found


def add_pieces(block: Node, found: list[re.Match[str]], place: Callable[[int], int]) -> None:
    """Make nodes of the pieces of a block's words.

    Args:
        block: The block.
        found: Its pieces.
        place: Returns where in the text a character of the words stands.
    """
    for piece in found:
        kind = piece.lastgroup or ""
        start, end = piece.span()
        node = Node(kind, place(start), 0, block.first, block.last, block)
        # A break reaches to the words after it, over the marks of what the line stands in.
        node.end = place(end) if kind == "soft_break" else place(end - 1) + 1
        block.children.append(node)
        match kind:
            case "text":
                node.content = piece[0]
            case "wikilink":
                node.info, node.title = piece["target"], piece["label"] or ""
                node.embed = bool(piece["embed"])
            case "link":
                node.info = piece["address"]
                _add_words(node, piece, "words", place)
            case "image":
                node.info, node.content = piece["source"], piece["alt"]
            case "code_span":
                node.content = _code(piece["code"])
            case "strong":
                _add_words(node, piece, "bold", place)
            case "em":
                _add_words(node, piece, "leaning", place)


def _add_words(node: Node, piece: re.Match[str], name: str, place: Callable[[int], int]) -> None:
    start, end = piece.span(name)
    words = Node("text", place(start), place(end - 1) + 1, node.first, node.last, node)
    words.content = piece[name]
    node.children.append(words)


def _code(said: str) -> str:
    """Return code without the one blank on both sides that keeps it from its marks."""
    if said[0] == said[-1] == " " and said.strip(" "):
        return said[1:-1]
    return said
