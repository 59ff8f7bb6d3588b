"""Places in a body that links point at: headings by their words, blocks by their `^id`."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from notekeep.export.slugs import make_slug

if TYPE_CHECKING:
    from notekeep.markdown.nodes import Node, Tree

BLOCK_ID = re.compile(r"(?:^|[ \t]+)\^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*$")
_UNSPOKEN = re.compile(r"[^\w]+|_")


def same_words(text: str) -> str:
    """Return a heading as links compare it: without case, marks and punctuation.

    Obsidian leaves `#^|[]` out of a link to a heading, and Markdown links have it with dashes.
    """
    return _UNSPOKEN.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def find_heading(tree: Tree, words: str) -> Node | None:
    """Return the first heading with these words."""
    wanted = same_words(words)
    headings = tree.find("heading")
    return next((node for node in headings if same_words(heading_words(node)) == wanted), None)


def heading_words(heading: Node) -> str:
    """Return a heading's words, without a block id."""
    return BLOCK_ID.sub("", heading.plain())


def anchor_id(words: str) -> str:
    """Return the id that a heading or block gets in a page, however its generator makes ids."""
    return make_slug(words, words)


class Marked(NamedTuple):
    """A block id: the block it marks, and the span of its mark."""

    name: str
    block: Node
    start: int
    end: int


def block_ids(tree: Tree) -> list[Marked]:
    """Return the block ids of a body, in order.

    An id at the end of a list item's own words marks the item, one alone in a paragraph marks the
    block before it, any other its own block.
    """
    found: list[Marked] = []
    if "^" not in tree.text:
        return found
    for node in tree.find("paragraph", "heading"):
        last = node.children[-1] if node.children else None
        if last is None or last.kind != "text":
            continue
        match = BLOCK_ID.search(tree.source(last))
        if match is None:
            continue
        start = last.start + match.start()
        if match[0].startswith("^") and last is not node.children[0]:
            before = node.children[-2]
            if before.kind not in {"soft_break", "hard_break"}:
                continue
            start = before.start
        found.append(Marked(match[1], _marked_block(node, start), start, last.end))
    return found


def _marked_block(node: Node, mark: int) -> Node:
    parent = node.parent
    if parent is None:
        return node
    if mark == node.start:
        at = parent.children.index(node)
        return parent.children[at - 1] if at else node
    if parent.kind == "item" and parent.children[0] is node:
        return parent
    return node


def find_block(tree: Tree, name: str) -> Node | None:
    """Return the block with an id, compared without case as Obsidian does."""
    wanted = name.casefold()
    return next((m.block for m in block_ids(tree) if m.name.casefold() == wanted), None)
