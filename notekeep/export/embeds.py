"""`![[Note]]`, `![[Note#Heading]]` and `![[Note#^block]]`: what they show, put in their place.

Each note is prepared in its own context first (private parts out, links numbered from where they
are written), so what is embedded can be cut out as plain text. Labels of footnotes get the name of
the note they came from, and link definitions are resolved, so that nothing clashes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.export.anchors import block_ids, find_block, find_heading, heading_words, same_words
from notekeep.export.comments import TEASER
from notekeep.export.passage import Passage, Splice, dedented
from notekeep.export.refs import destination, quoted_title

if TYPE_CHECKING:
    from notekeep.markdown.nodes import Node, Tree

DEPTH = 6
"""How deep notes may show notes that show notes."""


class Fragment(NamedTuple):
    """Which part of which note: all of it, a section, or a block."""

    path: str
    heading: str = ""
    block: str = ""

    def __str__(self) -> str:
        name = self.path.rsplit("/", 1)[-1].removesuffix(".md")
        part = f"#{self.heading}" if self.heading else f"#^{self.block}" if self.block else ""
        return name + part


def cut(passage: Passage, fragment: Fragment, title: str) -> Passage | None:
    """Return a part of a prepared note as a passage of its own, or None when it is not there."""
    tree = passage.tree
    if fragment.heading:
        heading = find_heading(tree, fragment.heading)
        if heading is None or heading.parent is None:
            return None
        return _taken(passage, [heading, *_below(heading)])
    if fragment.block:
        block = find_block(tree, fragment.block)
        return None if block is None else _taken(passage, [block])
    blocks = list(tree.root.children)
    if blocks and is_title(blocks[0], title):
        blocks = blocks[1:]
    return _taken(passage, blocks)


def cut_teaser(passage: Passage) -> Passage | None:
    """Return what stands before the author's mark of a teaser's end, without footnotes.

    Returns:
        None where there is no mark, or nothing before it.
    """
    blocks = passage.tree.root.children
    for number, block in enumerate(blocks):
        if any(node.kind == "html_block" and ends_teaser(node) for node in block.walk()):
            part = _taken(passage, blocks[: number if ends_teaser(block) else number + 1])
            return None if part is None else _without_footnotes(part)
    return None


def ends_teaser(node: Node) -> bool:
    """Whether a node is the mark of a teaser's end, as a draft has it."""
    return node.content.strip() == TEASER


def _without_footnotes(part: Passage) -> Passage:
    nodes = part.tree.find("footnote", "footnote_ref")
    outer = [node for node in nodes if not node.inside("footnote")]
    return part.splice(Splice(node.start, node.end, "", "") for node in outer)


def is_title(node: Node, title: str) -> bool:
    """Whether a block is the first heading and says what the title says."""
    return (
        node.kind == "heading"
        and node.level == 1
        and same_words(heading_words(node)) == same_words(title)
    )


def _below(heading: Node) -> list[Node]:
    siblings = heading.parent.children if heading.parent else []
    after = siblings[siblings.index(heading) + 1 :]
    taken = []
    for node in after:
        if node.kind == "heading" and node.level <= heading.level:
            break
        taken.append(node)
    return taken


def _taken(passage: Passage, blocks: list[Node]) -> Passage | None:
    """Return blocks that stand next to each other, without the marks of what they stand in.

    Notes of footnotes that the blocks refer to come along from wherever they stand.
    """
    blocks = [node for node in blocks if node.kind not in {"footnote", "definition"}]
    if not blocks:
        return None
    first, last = blocks[0].first, max(node.last for node in blocks)
    lines, origins = dedented(passage, blocks[0], first, last)
    notes = _notes_of(passage.tree, first, last)
    for note in notes:
        more, from_where = dedented(passage, note, note.first, note.last)
        lines += ["", *more]
        origins += [from_where[0], *from_where]
    return _inlined(Passage("\n".join(lines), origins), passage.tree)


def _notes_of(tree: Tree, first: int, last: int) -> list[Node]:
    """Return the footnotes that these lines refer to, and those that they refer to."""
    notes = {node.info: node for node in tree.find("footnote")}
    wanted: dict[str, Node] = {}

    def follow(start: int, end: int) -> None:
        for ref in tree.find("footnote_ref"):
            note = notes.get(ref.info)
            if note is None or ref.info in wanted or not start <= tree.line_of(ref.start) < end:
                continue
            if first <= note.first < last:
                continue
            wanted[ref.info] = note
            follow(note.first, note.last)

    follow(first, last)
    return list(wanted.values())


def _inlined(passage: Passage, whole: Tree) -> Passage:
    """Write links with a definition in full: the definition may stand outside of the part."""
    definitions = {_label(node.info): node for node in whole.find("definition")}
    if not definitions:
        return passage
    # Definitions are put behind the part, so that it parses as it did where it stood.
    tail = "".join(
        f"\n\n[{n.info}]: {destination(n.content)}{quoted_title(n.title)}"
        for n in definitions.values()
    )
    widened = Passage(
        passage.text + tail, [*passage.origins, *[passage.origins[-1]] * tail.count("\n")]
    )
    splices = []
    for node in widened.tree.find("link", "image"):
        source = widened.tree.source(node)
        if node.start >= len(passage.text) or source.endswith(")"):
            continue
        address = f"{destination(node.info)}{quoted_title(node.title)}"
        if node.kind == "image":
            splices.append(Splice(node.start, node.end, f"![{node.content}]({address})", ""))
        else:
            close = node.children[-1].end if node.children else node.start + 1
            splices.append(Splice(close, node.end, f"]({address})", ""))
    end = len(widened.text)
    splices.append(Splice(len(passage.text), end, "", ""))
    own = [n for n in widened.tree.find("definition") if n.start < len(passage.text)]
    splices += [Splice(node.start, node.end, "", "") for node in own]
    return widened.splice(splices)


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()


def _without_bullet(part: Passage) -> Passage:
    """Return what a single list item holds, for a place that has a bullet of its own."""
    blocks = part.tree.root.children
    if len(blocks) != 1 or blocks[0].kind != "list" or len(blocks[0].children) != 1:
        return part
    item = blocks[0].children[0]
    if not item.children:
        return part
    lines, origins = dedented(part, item.children[0], item.first, item.last)
    return Passage("\n".join(lines), origins)


def prefixed(passage: Passage, name: str) -> Passage:
    """Give the footnotes of an embedded part labels that no other part has, and drop block ids."""
    tree = passage.tree
    splices = []
    for node in tree.find("footnote", "footnote_ref"):
        start = node.start + len("[^")
        splices.append(Splice(start, start + len(node.info), f"{name}-{node.info}", ""))
    splices += [Splice(mark.start, mark.end, "", "") for mark in block_ids(tree)]
    return passage.splice(splices)


def placed(passage: Passage, embed: Node, part: Passage) -> list[Splice] | None:
    """Return the splices that put an embedded part where its embed stands.

    An embed that is alone on its line is replaced by the part's blocks, with the marks of what it
    stands in before each line. One within a line takes a part of a single paragraph only.

    Returns:
        The splices, or None when the part does not fit.
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
        return [Splice(embed.start, embed.end, words, "an embed becomes what it shows")]
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
    splices = [Splice(content, line.end, text, "an embed becomes what it shows", origins)]
    if line.leaf.first < number:
        splices.insert(0, Splice(line.start, line.start, blank + "\n", ""))
    if number + 1 < line.leaf.last:
        splices.append(Splice(line.end, line.end, "\n" + blank, ""))
    return splices
