"""A body as a tree: what the parser makes, and what every rewriter reads.

Every `start` and `end` counts characters of the whole text, so that `text[node.start:node.end]` is
the node as written; for a block it runs from its first character behind the marks of what it
stands in (`> `, a list's indent) to the end of its last line. `first` and `last` are lines of the
text, counted from 0, `last` excluded.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CONTAINERS: Final = frozenset({"quote", "item", "footnote", "admonition"})
"""Blocks whose marks stand before each line of what is in them; the last is a quote that a
rewriter makes one."""

CODE: Final = frozenset({"fence", "code_block", "code_span"})
MATH: Final = frozenset({"math", "math_double", "math_block"})
LITERAL: Final = CODE | MATH | {"html_block", "html"}
"""Nodes whose text is not Markdown."""


@dataclass(slots=True, eq=False)
class Node:
    """One thing in a body, block or inline.

    Attributes:
        kind: Blocks: root, paragraph, heading, list, item, quote, fence, code_block, table, row,
            cell, rule, html_block, math_block, footnote, definition (of a link). Inline: text,
            code_span, em, strong, strike, mark, link, image, autolink, wikilink, math,
            math_double, html, footnote_ref, soft_break, hard_break, special (an escape or entity).
        content: The text of a leaf as it reads: code without fence and indent, TeX without
            dollars, HTML as written, what an escape stands for.
        info: A fence's language line, a link's or image's destination, a footnote's or
            definition's label, a wikilink's target, a list's delimiter.
        title: A link's title; a wikilink's text after the bar.
        level: A heading's level.
        embed: Whether a wikilink has `!` before it.
        tight: Whether a list has no blank lines between its items.
    """

    kind: str
    start: int
    end: int
    first: int
    last: int
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    content: str = ""
    info: str = ""
    title: str = ""
    level: int = 0
    embed: bool = False
    tight: bool = False

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, in order of appearance."""
        yield self
        for child in self.children:
            yield from child.walk()

    def above(self) -> Iterator[Node]:
        """Yield what the node stands in, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def inside(self, *kinds: str) -> bool:
        """Whether it stands in a node of one of these kinds."""
        return any(node.kind in kinds for node in self.above())

    def plain(self) -> str:
        """Return its words as a reader sees them, without any mark."""
        if self.kind in {"soft_break", "hard_break"}:
            return " "
        if self.kind in {"text", "special", "code_span", "math", "math_double"}:
            return self.content
        if self.kind == "wikilink":
            return self.title or self.info
        return "".join(child.plain() for child in self.children)


class Line(NamedTuple):
    """One line of the text.

    Attributes:
        start: Its first character.
        end: One past its last, the newline not counted.
        content: Where the text begins that belongs to the innermost block, behind the marks of
            all that the block stands in; None on lines of no block (blank ones, mostly).
        leaf: The block whose line it is, or None.
    """

    start: int
    end: int
    content: int | None
    leaf: Node | None


_start = itemgetter(0)


@dataclass(slots=True)
class Page:
    r"""A parsed text.

    Attributes:
        text: The source; "\n" ends a line.
        root: The tree.
        lines: One for each line of the text.
    """

    text: str
    root: Node
    lines: list[Line]
    _nodes: list[Node] | None = field(default=None, repr=False)
    _by_kind: dict[str, list[Node]] | None = field(default=None, repr=False)

    @property
    def nodes(self) -> list[Node]:
        """All nodes in order of appearance: the tree is made once, and read many times."""
        if self._nodes is None:
            self._nodes = nodes_of([self.root])
        return self._nodes

    def find(self, *kinds: str) -> list[Node]:
        """Return the nodes of these kinds, in order of appearance."""
        known = self._by_kind
        if known is None:
            known = self._by_kind = {}
            for node in self.nodes:
                known.setdefault(node.kind, []).append(node)
        found = [known[kind] for kind in kinds if kind in known]
        if len(found) > 1:
            return [node for node in self.nodes if node.kind in kinds]
        return found[0][:] if found else []

    def select(self, wanted: Callable[[Node], bool]) -> list[Node]:
        """Return the nodes that `wanted` is true of, in order of appearance."""
        return [node for node in self.nodes if wanted(node)]

    def line_of(self, offset: int) -> int:
        """Return the line that a character stands in, counted from 0."""
        return max(0, bisect_right(self.lines, offset, key=_start) - 1)

    def source(self, node: Node) -> str:
        """Return a node as written."""
        return self.text[node.start : node.end]


def nodes_of(tops: Iterable[Node]) -> list[Node]:
    """Return some nodes and all below them, in order of appearance."""
    found: list[Node] = []
    stack = [*tops][::-1]
    while stack:
        node = stack.pop()
        found.append(node)
        if node.children:
            stack += node.children[::-1]
    return found


def is_diagram(fence: Node) -> bool:
    """Whether a fence holds a Mermaid diagram."""
    return fence.info.split()[:1] == ["mermaid"]


def containers(node: Node) -> list[Node]:
    """Return the quotes, list items and footnotes that a node stands in, outermost first."""
    return [above for above in node.above() if above.kind in CONTAINERS][::-1]
