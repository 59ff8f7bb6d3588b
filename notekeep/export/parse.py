"""A body's text into a tree of nodes that know where they stand.

The parser gives blocks by line and inline text without any place; both are mapped back to
characters of the source here. Nothing here decides what to do with a node.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

# The package first: threads that begin with different parts of it would meet half of it.
import markdown_it  # noqa: F401 - see above
from markdown_it.common.utils import MD_TRIM_CHARS
from markdown_it.rules_block import StateBlock

from notekeep.export.nodes import CONTAINERS, Line, Node, Page
from notekeep.export.plainly import Blocks, add_pieces, pieces
from notekeep.export.quick import first_block
from notekeep.export.rules import Facts, parser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

_BLOCKS = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
    "tr_open": "row",
    "th_open": "cell",
    "td_open": "cell",
    "footnote_reference_open": "footnote",
    "fence": "fence",
    "code_block": "code_block",
    "hr": "rule",
    "html_block": "html_block",
    "math_block": "math_block",
}
_INLINE = {
    "text": "text",
    "text_special": "special",
    "code_inline": "code_span",
    "em_open": "em",
    "strong_open": "strong",
    "s_open": "strike",
    "mark_open": "mark",
    "link_open": "link",
    "image": "image",
    "wikilink": "wikilink",
    "math_inline": "math",
    "math_inline_double": "math_double",
    "html_inline": "html",
    "footnote_ref": "footnote_ref",
    "softbreak": "soft_break",
    "hardbreak": "hard_break",
}
_NESTING = CONTAINERS | {"list"}
_DELIMITED = {"em", "strong", "strike", "mark"}
_DEFINES = re.compile(r"(?<![^\\]\])\]:")
"""The end of a definition's label, in which a bracket is escaped: `[[Note]]:` ends none."""
_DEFINITION = re.compile(r"\s{0,3}\[((?:\\.|[^\]\\])+)\]:\s*(<[^>\n]*>|\S+)?(.*)", re.DOTALL)


def parse(text: str) -> Page:
    r"""Parse a body; "\n" must be its only line end."""
    page = _unread(text)
    builder = _Builder(page)
    if may_define(text) or "\0" in text:
        builder.read_all_by_rules()
        return page
    blocks = Blocks(page, builder.words)
    line, count = 0, len(page.lines)
    while line < count:
        after = blocks.read(line)
        line = builder.read_by_rules(line) if after == line else after
    return page


def may_define(text: str) -> bool:
    """Whether a text may define links or notes, which say what brackets anywhere in it mean."""
    return "]:" in text and _DEFINES.search(text) is not None


def parse_by_rules(text: str) -> Page:
    """Parse a body with the parser's rules alone, which is slower and gives the same."""
    page = _unread(text)
    _Builder(page, plainly=False).read_all_by_rules()
    return page


def _unread(text: str) -> Page:
    """Return the page of a text that nobody has read yet."""
    lines, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        lines.append(Line(start, end, None, None))
        start = end + 1
    return Page(text, Node("root", 0, len(text), 0, len(lines)), lines)


class _Columns(NamedTuple):
    """Places of words in the source, where these are several lines."""

    starts: Sequence[int]
    places: Sequence[int]

    @classmethod
    def of(cls, said: str, places: Sequence[int]) -> _Columns:
        """Return them for words whose lines begin at these places of the source."""
        starts, at = [], 0
        for line in said.split("\n"):
            starts.append(at)
            at += len(line) + 1
        return cls(starts, places)

    def place(self, offset: int) -> int:
        line = bisect_right(self.starts, offset) - 1
        return self.places[line] + offset - self.starts[line]


class _Builder:
    """Turns the parser's tokens into nodes."""

    def __init__(self, page: Page, *, plainly: bool = True) -> None:
        self.page = page
        self.plainly = plainly
        self.cells: list[list[int]] = []
        self.env: dict[str, Any] = {}

    def read_by_rules(self, line: int) -> int:
        """Read the block that begins on a line; returns the line after it."""
        state = self._state
        state.line = line
        first_block(parser(), state)
        self._take_tokens(state)
        return max(state.line, line + 1)

    def read_all_by_rules(self) -> None:
        """Read all blocks."""
        state = self._state
        parser().block.tokenize(state, 0, state.lineMax)
        self._take_tokens(state)
        for first, _, facts in self.env.get("definitions", []):
            _add_definition(self.page, first, facts)

    @cached_property
    def _state(self) -> StateBlock:
        text = self.page.text.replace("\0", "\ufffd")
        return StateBlock(text, parser(), self.env, [])

    def _take_tokens(self, state: StateBlock) -> None:
        tokens, state.tokens = state.tokens, []
        self._build(tokens)

    def _build(self, tokens: Sequence[Token]) -> None:
        here = self.page.root
        for token in tokens:
            if token.type == "inline":
                self._inline(here, token)
            elif token.nesting == -1:
                if token.type not in {"thead_close", "tbody_close"}:
                    here = _parent(here)
            elif token.type not in {"thead_open", "tbody_open", "footnote_anchor"}:
                node = self._block(here, token)
                if token.nesting == 1:
                    here = node

    def words(self, block: Node, said: str, places: Sequence[int]) -> None:
        """Read the words of a block, given where in the text each of their lines begins."""
        place = places[0].__add__ if len(places) == 1 else _Columns.of(said, places).place
        plainly = self.plainly and "references" not in self.env
        if plainly and (found := pieces(said)) is not None:
            add_pieces(block, found, place)
        else:
            self._words_by_rules(block, said, place)

    def _words_by_rules(self, block: Node, said: str, place: Callable[[int], int]) -> None:
        md = parser()
        tokens = md.inline.parse(said, md, self.env, [])
        _Inline(block, said, tokens, place).build()

    def _block(self, parent: Node, token: Token) -> Node:
        kind = _BLOCKS[token.type]
        if kind == "cell":
            first, last = parent.first, parent.last
            facts = []
        else:
            first, last = token.map or (parent.first, parent.last)
            facts = token.meta.get("facts", [])
        while len(facts) > 1 and facts[-1].text == facts[-1].end:
            facts = facts[:-1]
        start = facts[0].text if facts else parent.start
        end = facts[-1].end if facts else parent.end
        stop = first + len(facts) if facts else last
        node = Node(kind, start, max(start, end), first, stop, parent)
        if kind not in _NESTING and kind not in {"row", "cell"}:
            _claim(self.page, node, facts)
        node.content, node.info = token.content, token.info
        if kind == "heading":
            node.level = int(token.tag[1])
            node.info = token.markup
        elif kind == "list":
            node.info = token.markup
            node.tight = True
        elif kind == "paragraph" and not token.hidden and parent.kind == "item":
            _parent(parent).tight = False
        elif kind == "footnote":
            node.info = token.meta["label"]
        elif kind == "row":
            self.cells = _cells(self.page.text, node)
        elif kind == "cell" and self.cells:
            offsets = self.cells.pop(0)
            node.start, node.end = offsets[0], offsets[-1]
        parent.children.append(node)
        return node

    def _inline(self, parent: Node, token: Token) -> None:
        if not token.content:
            return
        if parent.kind == "cell":
            offsets = _cell_offsets(self.page.text, parent.start, parent.end)
            last = len(offsets) - 1
            self._words_by_rules(parent, token.content, lambda at: offsets[min(at, last)])
        else:
            self.words(parent, token.content, self._places(parent, token))

    def _places(self, parent: Node, token: Token) -> list[int]:
        """Return where in the text each line of a block's words begins."""
        text = self.page.text
        facts: list[Facts] = token.meta["facts"]
        while len(facts) > 1 and not text[facts[0].text : facts[0].end].strip(MD_TRIM_CHARS):
            facts = facts[1:]  # a line of blanks that are no spaces is no word of the block
        start = facts[0].text
        if parent.kind == "heading" and parent.info.startswith("#"):
            start += parent.level
        places = [_trimmed(text, start, facts[0].end)[0]]
        for fact, line in zip(facts[1:], token.content.split("\n")[1:], strict=False):
            places.append(fact.text - (len(line) - len(line.lstrip(" \t"))))
        return places


class _Inline:
    """Turns the tokens of a block's words into nodes.

    Tokens of plain text carry no place; as their text is literal, it follows from what stands
    before them, which `cursor` keeps.
    """

    def __init__(
        self, parent: Node, content: str, tokens: Sequence[Token], place: Callable[[int], int]
    ) -> None:
        self.parent = parent
        self.content = content
        self.tokens = tokens
        self.place = place
        self.cursor = 0

    def build(self) -> None:
        here = self.parent
        spans: list[tuple[int, int]] = []
        for token in self.tokens:
            if token.nesting == -1:
                here = self._close(here, token, spans.pop())
            elif here.kind == "autolink":
                here.content = token.content
            elif token.content or token.type != "text":
                kind = "autolink" if token.info == "auto" else _INLINE[token.type]
                start, end = self._span(kind, token)
                node = self._node(here, kind, token, start, end)
                self.cursor = end
                if token.nesting == 1:
                    spans.append((start, end))
                    here = node
                    if kind == "link":
                        self.cursor = start + 1

    def _span(self, kind: str, token: Token) -> tuple[int, int]:
        start = self.cursor
        if kind in _DELIMITED:
            return start, start + len(token.markup)
        if "at" in token.meta:
            at = token.meta["at"]
            # The spaces before a line's end belong to the break.
            return (min(start, at[0]) if kind.endswith("_break") else at[0]), at[1]
        # A new line of a paragraph may be indented; the parser drops those spaces.
        while not self.content.startswith(token.content, start) and start < len(self.content):
            start += 1
        return start, start + len(token.content)

    def _node(self, parent: Node, kind: str, token: Token, start: int, end: int) -> Node:
        place = self.place
        # A break reaches to the words after it, over the marks of what the line stands in.
        stop = place(end) if kind.endswith("_break") else place(end - 1) + 1
        node = Node(kind, place(start), stop, parent.first, parent.last, parent)
        node.content = token.content
        if kind in {"link", "image", "autolink"}:
            node.info = str(token.attrGet("src" if kind == "image" else "href") or "")
            node.title = str(token.attrGet("title") or "")
        elif kind == "wikilink":
            node.info, node.title, node.content = token.info, token.content, ""
            node.embed = bool(token.meta["embed"])
        elif kind == "footnote_ref":
            node.info = str(token.meta.get("label", ""))
        elif kind == "special":
            node.info = token.markup
        parent.children.append(node)
        return node

    def _close(self, here: Node, token: Token, span: tuple[int, int]) -> Node:
        if here.kind in {"autolink", "link"}:
            self.cursor = span[1]
        else:
            self.cursor += len(token.markup)
        here.end = self.place(self.cursor - 1) + 1
        return _parent(here)


def _parent(node: Node) -> Node:
    if node.parent is None:
        raise AssertionError(node.kind)
    return node.parent


def _cells(text: str, row: Node) -> list[list[int]]:
    """Return start and end of each cell of a table's row, as the parser splits it."""
    (start, end), cells, escaped = _trimmed(text, row.start, row.end), [], False
    for offset in range(start, end):
        if text[offset] == "|" and not escaped:
            cells.append([start, offset])
            start = offset + 1
        escaped = text[offset] == "\\"
    cells.append([start, end])
    if cells and cells[0][0] == cells[0][1]:
        cells.pop(0)
    if cells and cells[-1][0] == cells[-1][1]:
        cells.pop()
    return [[*_trimmed(text, *cell)] for cell in cells]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the blanks at both ends that the parser takes off."""
    said = text[start:end].lstrip(MD_TRIM_CHARS)
    return end - len(said), end - len(said) + len(said.rstrip(MD_TRIM_CHARS))


def _cell_offsets(text: str, start: int, end: int) -> list[int]:
    r"""Return where each character of a cell's text stands: `\|` is one character there."""
    offsets = [
        offset
        for offset in range(start, end)
        if not (text[offset] == "\\" and offset + 1 < end and text[offset + 1] == "|")
    ]
    return [*offsets, end]


def _add_definition(page: Page, first: int, facts: list[Facts]) -> None:
    start, end = facts[0].text, facts[-1].end
    match = _DEFINITION.match(page.text[start:end])
    if match is None:
        return
    parent = _innermost(page.root, first)
    node = Node("definition", start, end, first, first + len(facts), parent)
    node.info, node.content = match[1], (match[2] or "").strip("<>")
    node.title = match[3].strip()
    at = sum(1 for child in parent.children if child.first < first)
    parent.children.insert(at, node)
    _claim(page, node, facts)


def _innermost(root: Node, line: int) -> Node:
    here = root
    while True:
        for child in here.children:
            if child.kind in _NESTING and child.first <= line < child.last:
                here = child
                break
        else:
            return here


def _claim(page: Page, leaf: Node, facts: list[Facts]) -> None:
    """Note that these lines are the leaf's, and where its text begins on each."""
    for number, fact in enumerate(facts, leaf.first):
        start, end, _, _ = page.lines[number]
        page.lines[number] = Line(start, end, fact.content, leaf)
