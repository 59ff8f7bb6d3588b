"""A Markdown page as a tree, for the export rewriters.

Every `start` and `end` is an offset in the whole text: `text[node.start:node.end]` is the source of
the node. A block starts after the markers of its containers (`> `, list indentation) and
ends at the end of its last line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.tree import CODE_KINDS, ParsedPage, Span

CONTAINER_NODES: Final = frozenset({"quote", "item", "footnote", "admonition"})
"""Blocks whose lines have markers; "admonition" is a quote that a rewriter converts."""

MATH: Final = frozenset({"math", "math_double", "math_block"})
LITERAL_NODES: Final = CODE_KINDS | MATH | {"html_block", "html"}
"""Nodes whose text is not Markdown."""


@dataclass(slots=True, eq=False)
class Node:
    """A block or inline element of a body."""

    # Blocks: root, paragraph, heading, list, item, quote, fence, code_block, table, row, cell,
    # rule, html_block, math_block, footnote, definition (of a link). Inline: text, code_span, em,
    # strong, strike, mark, link, image, autolink, wikilink, math, math_double, html, footnote_ref,
    # soft_break, hard_break, special (an escape or entity)
    kind: str
    start: int
    end: int
    first: int  # first line, from 0
    last: int  # last line + 1
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    # the text of a leaf: code without fence and indentation, TeX without dollar signs, HTML source,
    # the escaped character
    content: str = ""
    # the info string of a fence, the destination of a link or image, the label of a footnote or
    # definition, the target of a wiki link, the delimiter of a list
    info: str = ""
    title: str = ""  # of a link; the text after the `|` of a wiki link
    level: int = 0  # of a heading
    embed: bool = False  # a wiki link with `!`
    tight: bool = False  # a list without blank lines between items

    def walk(self) -> Iterator[Node]:
        """Yield the node and its descendants, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def above(self) -> Iterator[Node]:
        """Yield the ancestors, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def inside(self, *kinds: str) -> bool:
        """Whether the node has an ancestor of one of these kinds."""
        return any(node.kind in kinds for node in self.above())

    def plain(self) -> str:
        """Return the text without markup."""
        if self.kind in {"soft_break", "hard_break"}:
            return " "
        if self.kind in {"text", "special", "code_span", "math", "math_double"}:
            return self.content
        if self.kind == "wikilink":
            return self.title or self.info
        return "".join(child.plain() for child in self.children)


class SourceLine(NamedTuple):
    """A line of the text."""

    start: int
    end: int  # without the newline
    # where the text of the innermost block starts, after the markers of its containers; None for
    # lines outside of blocks, which are mostly blank
    content: int | None
    leaf: Node | None  # the innermost block, or None


@dataclass
class Tree:
    """A text as a tree."""

    text: str
    root: Node
    starts: list[int]  # the start of each line

    @cached_property
    def lines(self) -> list[SourceLine]:
        """All lines."""
        return _LineReader(self).read()

    @cached_property
    def nodes(self) -> list[Node]:
        """All nodes, in order."""
        found, stack = list[Node](), [self.root]
        while stack:
            node = stack.pop()
            found.append(node)
            stack += node.children[::-1]
        return found

    @cached_property
    def _by_kind(self) -> dict[str, list[Node]]:
        known: dict[str, list[Node]] = {}
        for node in self.nodes:
            known.setdefault(node.kind, []).append(node)
        return known

    def find(self, *kinds: str) -> list[Node]:
        """Return the nodes of these kinds, in order."""
        found = [self._by_kind[kind] for kind in kinds if kind in self._by_kind]
        if len(found) > 1:
            return [node for node in self.nodes if node.kind in kinds]
        return found[0][:] if found else []

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, from 0."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def source(self, node: Node) -> str:
        """Return the source of a node."""
        return self.text[node.start : node.end]


_KINDS: Final = {"highlight": "mark", "embed": "wikilink", "note": "footnote_ref"}
_WORDS: Final = frozenset({"text", "comment"})

_BREAKS: Final = frozenset({"soft_break", "hard_break"})

_LEAVES: Final = frozenset(
    {"paragraph", "heading", "fence", "code_block", "html_block", "math_block", "rule"}
    | {"definition", "table"}
)
_QUOTES: Final = frozenset({"quote", "admonition"})
_BLOCKS: Final = _LEAVES | CONTAINER_NODES | {"list", "row"}
_ATX: Final = re.compile(r"#{1,6}")
_SPACES: Final = re.compile(" *")
_ITEM_MARK: Final = re.compile(r"(?:[-+*]|\d{1,9}[.)])")
_NOTE_MARK: Final = re.compile(r"\[\^[^\]]+\]:")


def parse_tree(text: str) -> Tree:
    """Parse a text."""
    return build_tree(parse_markdown(text))


def build_tree(page: ParsedPage) -> Tree:
    """Convert the spans of a page."""
    return _Builder(page).build()


class _Builder:
    def __init__(self, page: ParsedPage) -> None:
        self.text = text = page.text
        self.spans = page.structure
        self.starts = page.starts
        self.ends = _line_ends(text, self.starts)
        self.root = Node("root", 0, len(text), 0, len(self.starts))

    def build(self) -> Tree:
        here: list[Node] = [self.root]
        broken: Node | None = None
        for span in self.spans:
            del here[span.depth + 1 :]
            parent = here[-1]
            if broken is not None:
                broken.end = max(broken.end, span.start)  # a break extends to the next text
                broken = None
            node = self._node(span, parent)
            if node.kind == "text" and (before := parent.children) and before[-1].kind == "text":
                known = before[-1]  # text that was split at an extension
                if known.end == node.start:
                    known.end, known.content = node.end, known.content + node.content
                    here.append(known)
                    continue
            if node.kind in _BREAKS:
                self._begin_break(node, parent)
                broken = node
            parent.children.append(node)
            here.append(node)
        return Tree(self.text, self.root, self.starts)

    def _begin_break(self, node: Node, parent: Node) -> None:
        """Extend a line break over the spaces and tabs before it."""
        while node.start > parent.start and self.text[node.start - 1] in " \t":
            node.start -= 1
        if parent.children and parent.children[-1].kind == "text":
            words = parent.children[-1]
            words.end = min(words.end, node.start)
            words.content = self.text[words.start : words.end]
            if not words.content:
                parent.children.pop()

    def _node(self, span: Span, parent: Node) -> Node:
        if span.kind in _BLOCKS:
            node = self._block(span, parent)
            self._describe_block(node, span)
            return node
        kind = "text" if span.kind in _WORDS else _KINDS.get(span.kind, span.kind)
        node = Node(kind, span.start, span.end, parent.first, parent.last, parent)
        self._describe_inline(node, span)
        return node

    def _block(self, span: Span, parent: Node) -> Node:
        first = last = bisect_right(self.starts, span.start) - 1
        if span.end > self.ends[first]:
            # The parser may end a list after the markers of the next line.
            blank = " \t\n>" if span.kind in {"list", "item", "footnote"} else " \t\n"
            end = span.start + len(self.text[span.start : span.end].rstrip(blank))
            last = bisect_right(self.starts, max(span.start, end - 1)) - 1
        while last > first and not self.text[self.starts[last] : self.ends[last]].strip(" \t>"):
            last -= 1
        return Node(span.kind, span.start, self.ends[last], first, last + 1, parent)

    def _describe_block(self, node: Node, span: Span) -> None:
        match span.kind:
            case "fence" | "code_block" | "html_block" | "math_block":
                node.info, node.content = span.info, span.words
            case "footnote":
                node.info = span.info
            case "definition":
                node.info, node.content, node.title = span.words, span.info, span.title
            case "heading":
                atx = _ATX.match(self.text, span.start)
                node.level = int(span.info)
                node.info = atx[0] if atx else "=-"[node.level - 1]
            case "list" | "item":
                mark = _ITEM_MARK.match(self.text, span.start)
                node.tight = span.kind == "list"
                node.info = (mark[0][-1] if node.tight else mark[0][:-1]) if mark else ""
            case "paragraph" if span.title != "tight":
                item = node.parent
                if item and item.kind == "item" and item.parent:
                    item.parent.tight = False

    def _describe_inline(self, node: Node, span: Span) -> None:
        match span.kind:
            case "text" | "comment":
                node.content = self.text[span.start : span.end]
            case "code_span" | "html":
                node.content = span.words
            case "math":
                in_cell = node.inside("cell")  # where pipes are escaped
                node.content = span.words.replace("\\|", "|") if in_cell else span.words
                node.kind = "math_double" if span.title else "math"
            case "footnote_ref":
                node.info = span.info
            case "link" | "image":
                node.info, node.title = span.info, span.title
                node.content = span.words if span.kind == "image" else ""
            case "autolink":
                node.info, node.content = span.info, self.text[span.start + 1 : span.end - 1]
            case "wikilink" | "embed":
                node.info, node.title = span.info, span.words
                node.embed = span.kind == "embed"
            case "special":
                node.content, node.info = span.words, self.text[span.start : span.end]
            case "cell":
                words = self.text[span.start : span.end]
                node.start = span.start + len(words) - len(words.lstrip(" \t"))
                node.end = max(node.start, span.start + len(words.rstrip(" \t")))


class _LineReader:
    """Finds the innermost block of each line, and where its text starts."""

    def __init__(self, tree: Tree) -> None:
        self.text = tree.text
        self.leaves_in_order = [node for node in tree.nodes if node.kind in _LEAVES]
        self.starts = tree.starts
        self.ends = _line_ends(tree.text, tree.starts)
        self.contents: list[int | None] = [None] * len(self.starts)
        self.leaves: list[Node | None] = [None] * len(self.starts)
        self._indents: dict[Node, int] = {}

    def read(self) -> list[SourceLine]:
        for leaf in self.leaves_in_order:
            self._claim(leaf)
        return [*map(SourceLine, self.starts, self.ends, self.contents, self.leaves)]

    def _claim(self, node: Node) -> None:
        holders = containers(node)
        for number in range(node.first, node.last):
            start = self.starts[number]
            if holders or self.text.startswith("\t", start):
                start = self._content(holders, number)
            self.contents[number], self.leaves[number] = start, node

    def _content(self, holders: Sequence[Node], number: int) -> int:
        """Return where the text of a line starts, after the markers of its containers."""
        at, column = self._after_markers(holders, number)
        start, start_column = _past_blanks(self.text, at, column, self.ends[number])
        deeper = start_column - column
        while deeper > 0 and start > self.starts[number] and self.text[start - 1] == " ":
            start -= 1
            deeper -= 1
        return start

    def _after_markers(self, holders: Sequence[Node], number: int) -> tuple[int, int]:
        """Return the offset and column after the container markers of a line."""
        text, end = self.text, self.ends[number]
        at, column = self.starts[number], 0
        for holder in holders:
            first, first_column = _past_blanks(text, at, column, end)
            if holder.kind in _QUOTES:
                if first_column - column > 3 or not text.startswith(">", first, end):
                    return first, first_column
                at, column = first + 1, first_column + 1
                if at < end and text[at] in " \t":
                    at, column = _consume(text, at, column, column + 1, end)
            elif number == holder.first:
                base = column
                at, column = self._after_marker(holder, first_column)
                self._indents[holder] = column - base if holder.kind == "item" else 4
            else:
                width = self._indent(holder)
                if first_column - column < width:
                    return first, first_column  # a lazy continuation line
                at, column = _consume(text, at, column, column + width, end)
        return at, column

    def _after_marker(self, holder: Node, column: int) -> tuple[int, int]:
        """Return the offset and column after the marker of an item or footnote."""
        text, end = self.text, self.ends[holder.first]
        pattern = _ITEM_MARK if holder.kind == "item" else _NOTE_MARK
        match = pattern.match(text, holder.start)
        after = match.end() if match else holder.start
        column += after - holder.start
        if holder.kind != "item":
            return after, column
        inner, inner_column = _past_blanks(text, after, column, end)
        if inner >= end or inner_column - column > 4:
            return _consume(text, after, column, column + 1, end)
        return inner, inner_column

    def _indent(self, holder: Node) -> int:
        """Return the indentation of an item or footnote, in columns."""
        if holder not in self._indents:
            self._after_markers([*containers(holder), holder], holder.first)
        return self._indents.get(holder, 4)


def _line_ends(text: str, starts: Sequence[int]) -> list[int]:
    return [*(start - 1 for start in starts[1:]), len(text)]


def containers(node: Node) -> list[Node]:
    """Return the quotes, items and footnotes around a node, outermost first."""
    return [above for above in node.above() if above.kind in CONTAINER_NODES][::-1]


def _past_blanks(text: str, at: int, column: int, end: int) -> tuple[int, int]:
    """Return the offset and column after spaces and tabs."""
    spaces = _SPACES.match(text, at, end)
    while spaces:
        column += spaces.end() - at
        at = spaces.end()
        if not text.startswith("\t", at, end):
            break
        column += 4 - column % 4
        at += 1
        spaces = _SPACES.match(text, at, end)
    return at, column


def _consume(text: str, at: int, column: int, goal: int, end: int) -> tuple[int, int]:
    """Return the offset and column at a column, or before a tab that crosses it."""
    while at < end and column < goal and text[at] in " \t":
        width = 4 - column % 4 if text[at] == "\t" else 1
        if column + width > goal:
            break
        column += width
        at += 1
    return at, max(column, goal)
