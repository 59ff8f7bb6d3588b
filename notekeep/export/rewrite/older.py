"""What engines from before CommonMark share: headings, HTML and code as they want them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

APART = "<!-- -->"
"""What keeps two lists or quotes from becoming one: a comment that shows nothing."""

_LANGUAGE = re.compile(r"\{?\s*\.?([\w#.+-]+)")
_HTML_BLOCK = re.compile(
    r"<(address|article|aside|blockquote|center|details|div|figure|footer|header|main|nav|section)\b",
    re.IGNORECASE,
)


def language(fence: Node) -> str:
    """Return the language of a fence, without whatever else its first line says."""
    match = _LANGUAGE.match(fence.info.strip())
    return match[1] if match else ""


def heading(work: Work, node: Node) -> None:
    """A heading begins at the margin, and one that is underlined has one line."""
    line = work.tree.lines[node.first]
    if not node.children:
        work.replace(node, "", "an empty heading would be shown as its mark")
        return
    if node.info.startswith("#") and line.content is not None and line.content < node.start:
        work.put(line.content, node.start, "", "a heading begins at the margin on this site")
    if node.last - node.first <= 2 or node.info.startswith("#"):
        return
    tree, text = work.tree, work.passage.text
    lines = [tree.lines[n] for n in range(node.first, node.last - 1)]
    words = " ".join(text[line.content or line.start : line.end].strip() for line in lines)
    reason = "a heading stands on one line on this site"
    work.replace(node, f"{'#' * node.level} {words}", reason)


def html_block(work: Work, block: Node) -> None:
    """Markdown between HTML blocks is Markdown only when the outer one says so."""
    match = _HTML_BLOCK.match(block.content)
    if match is None or "markdown=" in block.content:
        return
    name = match[1]
    opened = len(re.findall(rf"<{name}\b", block.content, re.IGNORECASE))
    closed = len(re.findall(rf"</{name}\s*>", block.content, re.IGNORECASE))
    siblings = block.parent.children if block.parent else []
    if opened > closed and block is not siblings[-1]:
        at = block.start + match.end()
        work.put(at, at, ' markdown="1"', "Markdown within HTML has to be asked for on this site")


def set_apart(work: Work, block: Node, following: Node, further: str, *, joins: bool) -> None:
    """Set two neighbours apart that the engine would read as one or not read at all.

    Args:
        work: The body at hand.
        block: The first.
        following: The second.
        further: The marks of a line between them.
        joins: Whether a blank line alone would not keep them apart.
    """
    close = following.first == block.last and not work.passage.blank(following.first - 1)
    parent = block.parent
    opens = parent is not None and parent.kind == "item"
    nested = opens and block.kind == "paragraph" and following.kind == "list"
    text = f"{further.rstrip()}\n" if close and not nested else ""
    if joins:
        text += f"{further}{APART}\n{further.rstrip()}\n"
    if text:
        start = work.tree.lines[following.first].start
        work.put(start, start, text, "blocks stand apart on this site")


def numbering(work: Work) -> None:
    """Tell of lists whose first number will not be shown."""
    for node in work.tree.find("list"):
        first = node.children[0].info if node.children else ""
        if node.info in {".", ")"} and first not in {"", "1"}:
            work.remark(node, f"the list begins with {first}; the site numbers it from 1")
