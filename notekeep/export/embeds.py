"""Finds headings and blocks that links point to, and resolves embeds.

Each note is first prepared in its own context (without private parts, with numbered links), so that
an embed can be cut out as plain text. To avoid clashes, footnote labels are prefixed with the name
of their note, and reference links become inline links.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import takewhile
from typing import NamedTuple

from notekeep.export.references import Fragment, destination, fold_label, quote_title
from notekeep.export.source_map import TEASER_COMMENT, MappedText, SourceEdit, dedent_lines
from notekeep.markdown.nodes import Node, Tree
from notekeep.markdown.text_edit import normalize_heading
from notekeep.markdown.tree import Span

MAX_EMBED_DEPTH = 6
BLOCK_ID = re.compile(r"(?:^|[ \t]+)\^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*$")

_MAYBE_EMPTY = re.compile(
    r"^ {0,3}#{1,6}(?:[ \t][^\n]*)?\n?\s*(?:#|\[|<!--|(?:[-*_][ \t]*){3}|\Z)", re.MULTILINE
)
"""A heading followed by a heading, a definition, a rule or the end of the text."""


def find_heading(tree: Tree, words: str) -> Node | None:
    """Return the first heading with these words."""
    normalized = normalize_heading(words)
    headings = tree.find("heading")
    return next(
        (node for node in headings if normalize_heading(heading_words(node)) == normalized), None
    )


def heading_words(heading: Node) -> str:
    """Return the text of a heading, without a block id."""
    return BLOCK_ID.sub("", heading.plain())


class BlockMark(NamedTuple):
    """A block id: its block, and the span of the mark."""

    name: str
    block: Node
    start: int
    end: int


def block_ids(tree: Tree) -> list[BlockMark]:
    """Return the block ids of a body, in order.

    An id at the end of a list item's text marks the item. At the end of a quote, or on the line
    below, it marks the quote. Alone in a paragraph, it marks the previous block. Any other id marks
    its own block.
    """
    found: list[BlockMark] = []
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
        found.append(BlockMark(match[1], _marked_block(node, start), start, last.end))
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
    while parent is not None and parent.kind == "quote" and parent.children[-1] is node:
        node, parent = parent, parent.parent
    return node


def extract_fragment(passage: MappedText, fragment: Fragment, title: str) -> MappedText | None:
    """Return a part of a prepared note, or None if it does not exist."""
    tree = passage.tree
    if fragment.heading:
        heading = find_heading(tree, fragment.heading)
        if heading is None or heading.parent is None:
            return None
        siblings = heading.parent.children
        after = siblings[siblings.index(heading) + 1 :]
        below = takewhile(lambda n: n.kind != "heading" or n.level > heading.level, after)
        return _cut_out(passage, [heading, *below])
    if fragment.block:
        block_id = fragment.block.casefold()  # Obsidian ignores the case of ids
        marks = (mark for mark in block_ids(tree) if mark.name.casefold() == block_id)
        return next((_cut_out(passage, [mark.block]) for mark in marks), None)
    blocks = list(tree.root.children)
    if blocks and is_title(blocks[0], title):
        blocks = blocks[1:]
    return _cut_out(passage, blocks)


def extract_teaser(passage: MappedText) -> MappedText | None:
    """Return the text before the author's teaser mark, without footnotes; None without a mark."""
    blocks = passage.tree.root.children
    for number, block in enumerate(blocks):
        if any(node.kind == "html_block" and is_teaser_end(node) for node in block.walk()):
            part = _cut_out(passage, blocks[: number if is_teaser_end(block) else number + 1])
            if part is None:
                return None
            notes = part.tree.find("footnote", "footnote_ref")
            outer = [node for node in notes if not node.inside("footnote")]
            return part.splice(SourceEdit(node.start, node.end, "", "") for node in outer)
    return None


def is_teaser_end(node: Node) -> bool:
    """Whether a node is the teaser mark of a draft."""
    return node.content.strip() == TEASER_COMMENT


def is_title(node: Node, title: str) -> bool:
    """Whether a block is a heading of level 1 with the text of the title."""
    return node.kind == "heading" and node.level == 1 and _is_same(heading_words(node), title)


def _is_same(heading: str, title: str) -> bool:
    return normalize_heading(heading) == normalize_heading(title)


def find_empty_headings(passage: MappedText, title: str, linked: Collection[str]) -> list[Span]:
    """Return the headings whose section has no text, not even in a subsection.

    The title and `linked` headings are not included.
    """
    if not _MAYBE_EMPTY.search(passage.text):
        return []  # no need to parse the text
    blocks = [span for span in passage.page.structure if span.depth == 0]
    found = []
    following = 0  # the level of the next heading; 7 if text precedes it
    for number in range(len(blocks) - 1, -1, -1):
        block = blocks[number]
        if block.kind == "heading":
            level = int(block.info)
            words = BLOCK_ID.sub("", block.words)
            has_title = not number and level == 1 and _is_same(words, title)
            names = [words, block.words[len(words) :].strip()]  # text and `^id`
            is_linked = any(_is_same(name, link) for name in names for link in linked if name)
            if has_title or following > level or is_linked:
                following = level
            else:
                found.append(block)
        elif (
            block.kind not in {"footnote", "definition", "rule"}
            and passage.text[block.start : block.end].strip() != TEASER_COMMENT
        ):
            following = 7
    return found[::-1]


def _cut_out(passage: MappedText, blocks: list[Node]) -> MappedText | None:
    """Return adjacent blocks without container marks, and the footnotes that they use."""
    blocks = [node for node in blocks if node.kind not in {"footnote", "definition"}]
    if not blocks:
        return None
    first, last = blocks[0].first, max(node.last for node in blocks)
    lines, origins = dedent_lines(passage, blocks[0], first, last)
    for note in _used_footnotes(passage.tree, first, last):
        more, more_origins = dedent_lines(passage, note, note.first, note.last)
        lines += ["", *more]
        origins += [more_origins[0], *more_origins]
    return _inline_links(MappedText("\n".join(lines), origins), passage.tree)


def _used_footnotes(tree: Tree, first: int, last: int) -> list[Node]:
    """Return the footnotes used between two lines, directly or through other footnotes."""
    notes = {node.info: node for node in tree.find("footnote")}
    used: dict[str, Node] = {}

    def follow(start: int, end: int) -> None:
        for ref in tree.find("footnote_ref"):
            note = notes.get(ref.info)
            if note is None or ref.info in used or not start <= tree.line_of(ref.start) < end:
                continue
            if first <= note.first < last:
                continue
            used[ref.info] = note
            follow(note.first, note.last)

    follow(first, last)
    return list(used.values())


def _inline_links(passage: MappedText, note_tree: Tree) -> MappedText:
    """Convert reference links to inline links: their definitions may be outside the part."""
    definitions = {fold_label(node.info): node for node in note_tree.find("definition")}
    if not definitions:
        return passage
    # With the definitions appended, the part parses as it does in the note.
    tail = "".join(
        f"\n\n[{n.info}]: {destination(n.content)}{quote_title(n.title)}"
        for n in definitions.values()
    )
    widened = MappedText(
        passage.text + tail, [*passage.origins, *[passage.origins[-1]] * tail.count("\n")]
    )
    edits = []
    for node in widened.tree.find("link", "image"):
        source = widened.tree.source(node)
        if node.start >= len(passage.text) or source.endswith(")"):
            continue
        address = f"{destination(node.info)}{quote_title(node.title)}"
        if node.kind == "image":
            edits.append(SourceEdit(node.start, node.end, f"![{node.content}]({address})", ""))
        else:
            close = node.children[-1].end if node.children else node.start + 1
            edits.append(SourceEdit(close, node.end, f"]({address})", ""))
    edits.append(SourceEdit(len(passage.text), len(widened.text), "", ""))
    own = [n for n in widened.tree.find("definition") if n.start < len(passage.text)]
    edits += [SourceEdit(node.start, node.end, "", "") for node in own]
    return widened.splice(edits)


def _without_bullet(part: MappedText) -> MappedText:
    """Return the content of a part that is a single list item, without its bullet."""
    blocks = part.tree.root.children
    if len(blocks) != 1 or blocks[0].kind != "list" or len(blocks[0].children) != 1:
        return part
    item = blocks[0].children[0]
    if not item.children:
        return part
    lines, origins = dedent_lines(part, item.children[0], item.first, item.last)
    return MappedText("\n".join(lines), origins)


def prefix_footnotes(passage: MappedText, name: str) -> MappedText:
    """Make the footnote labels of an embedded part unique, and remove block ids."""
    tree = passage.tree
    edits = []
    for node in tree.find("footnote", "footnote_ref"):
        start = node.start + len("[^")
        edits.append(SourceEdit(start, start + len(node.info), f"{name}-{node.info}", ""))
    edits += [SourceEdit(mark.start, mark.end, "", "") for mark in block_ids(tree)]
    return passage.splice(edits)


def place_embed(passage: MappedText, embed: Span, part: MappedText) -> list[SourceEdit] | None:
    """Return the edits that replace an embed with a part; None if the part does not fit.

    An embed alone on its line is replaced by the part's blocks. Each line gets the prefix of the
    embed's containers, such as `>`. An embed within a line can only become a single paragraph.
    """
    tree = passage.tree
    number = tree.line_of(embed.start)
    line = tree.lines[number]
    content = line.start if line.content is None else line.content
    before = passage.text[content : embed.start]
    after = passage.text[embed.end : line.end]
    if before.strip() or after.strip():
        blocks = part.tree.root.children
        if len(blocks) != 1 or blocks[0].kind != "paragraph":
            return None
        words = " ".join(part.text.split())
        return [SourceEdit(embed.start, embed.end, words, "replaced an embed with its content")]
    if line.leaf is None or line.leaf.kind != "paragraph":
        return None
    if line.leaf.parent is not None and line.leaf.parent.kind == "item":
        part = _without_bullet(part)
    marks = passage.text[line.start : content]
    quoting = re.sub(r"[^>\s]", " ", marks)
    lines = part.text.strip("\n").split("\n")
    skipped = len(part.text) - len(part.text.lstrip("\n"))
    text = "\n".join(lines[:1] + [(quoting + row).rstrip() for row in lines[1:]])
    origins = tuple(part.origins[skipped : skipped + len(lines)])
    blank = quoting.rstrip()
    edits = [SourceEdit(content, line.end, text, "replaced an embed with its content", origins)]
    if line.leaf.first < number:
        edits.insert(0, SourceEdit(line.start, line.start, blank + "\n", ""))
    if number + 1 < line.leaf.last:
        edits.append(SourceEdit(line.end, line.end, "\n" + blank, ""))
    return edits


def place_block(passage: MappedText, block: Node, text: str, reason: str) -> SourceEdit:
    """Return the edit that replaces a block. Each line gets the prefix of its containers."""
    start, end = passage.starts[block.first], passage.line_end(block.last - 1)
    marks = passage.text[start : block.start]
    quoting = re.sub(r"[^>\s]", " ", marks)
    first, *rows = text.split("\n")
    lines = [marks + first, *(quoting + row for row in rows)]
    # A table needs blank lines around it, but not after a list bullet.
    if not (marks.strip("> \t") or passage.blank(block.first - 1)):
        lines.insert(0, quoting)
    if not passage.blank(block.last):
        lines.append(quoting)
    return SourceEdit(start, end, "\n".join(line.rstrip() for line in lines), reason)
