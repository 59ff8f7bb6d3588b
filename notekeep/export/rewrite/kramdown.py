"""Layout for kramdown, Jekyll's engine: blocks set apart, code and lists marked as it reads them.

It nests lists as CommonMark does, so lines stay where they are.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from notekeep.export.rewrite.older import heading, html_block, language, numbering, set_apart
from notekeep.markdown.nodes import containers

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

_BAR = re.compile(r"(?<!\\)\|")
_RUN = re.compile(r"[`~]+")
_BRACKET = re.compile(r"\d{1,9}(\))")


def rewrite(work: Work) -> None:
    """Lay a body out for kramdown."""
    for fence in work.tree.find("fence"):
        _fence(work, fence)
    for node in work.tree.find("heading"):
        heading(work, node)
    for block in work.tree.find("html_block"):
        html_block(work, block)
    for node in work.tree.find("code_span", "image"):
        if work.free(node):
            _within_lines(work, node)
    for item in work.tree.find("item"):
        match = _BRACKET.match(work.passage.text, item.start)
        if match is not None:
            work.put(match.start(1), match.end(1), ".", "lists are numbered with dots on this site")
    _apart(work)
    numbering(work)


def _within_lines(work: Work, node: Node) -> None:
    """Guard what kramdown misreads within a line: bars in a picture's words, blank code."""
    source = work.tree.source(node)
    if node.kind == "code_span" and not node.content.strip():
        text = f"<code>{'&#32;' * len(node.content)}</code>"
        work.replace(node, text, "code of blanks is no code to the site's engine")
    elif node.kind == "image" and not node.inside("cell"):
        for match in _BAR.finditer(source):
            at = node.start + match.start()
            work.put(at, at, "\\", "a bar in a picture's words makes no table")


def _fence(work: Work, fence: Node) -> None:
    """Give a fence a plain first line, and an end if it has none."""
    text, lines = work.passage.text, work.tree.lines
    run = _RUN.match(text, fence.start)
    mark = run[0] if run else "```"
    end = lines[fence.first].end
    opening = f"{mark}{language(fence)}"
    if text[fence.start : end] != opening:
        work.put(fence.start, end, opening, "a fence names its language only on this site")
    line = lines[fence.first]
    if line.content is not None and line.content < fence.start and not containers(fence):
        work.put(line.content, fence.start, "", "a fence begins at the margin on this site")
    last = lines[fence.last - 1]
    closing = text[last.content or last.start : last.end].strip()
    if fence.last - fence.first < 2 or not closing.startswith(mark) or closing.strip(mark[0]):
        marks = work.marks(fence.last - 1)
        work.put(last.end, last.end, f"\n{marks}{mark}", "a fence has an end on this site")


def _apart(work: Work) -> None:
    """Set neighbours apart that the engine would read as one or not read at all."""
    for parent in work.tree.find("root", "quote", "item", "footnote"):
        for block, following in pairwise(parent.children):
            line = work.tree.lines[following.first]
            further = work.marks(following.first)[: following.start - line.start]
            set_apart(work, block, following, further, joins=block.kind == following.kind == "list")
