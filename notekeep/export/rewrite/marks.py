"""Marks within a line: highlights, strikes, line breaks, raw HTML, code in tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING

from notekeep.export.refs import escape

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*>")
_start = attrgetter("start")
_MARKS = ("mark", "strike", "soft_break", "hard_break", "autolink", "code_span")
_WEB = re.compile(r"(?:https?|ftps?)://|[^\s:/]+@", re.IGNORECASE)
_AS_MARKDOWN = {
    **dict.fromkeys(("b", "strong", "mark"), "**"),
    **dict.fromkeys(("i", "em", "cite", "var"), "*"),
    **dict.fromkeys(("s", "del", "strike"), "~~"),
    **dict.fromkeys(("kbd", "code", "samp", "tt"), "`"),
}


def rewrite(work: Work, *, keep_breaks: bool) -> None:
    """Write the marks of a vault as the engine knows them."""
    dialect = work.dialect
    if not dialect.html:
        _html_as_markdown(work)
    for node in work.tree.find(*_MARKS):
        if not work.free(node):
            continue
        if node.kind == "mark" and dialect.mark != "equals":
            _highlight(work, node)
        elif node.kind == "strike" and not dialect.strike:
            length = 2 if work.tree.source(node).startswith("~~") else 1
            _wrap(work, node, length, ("<del>", "</del>"), "struck out text")
        elif node.kind in {"soft_break", "hard_break"}:
            _break(work, node, keep=keep_breaks)
        elif node.kind == "autolink" and dialect.engine != "commonmark":
            _full_link(work, node)
        elif node.kind == "code_span" and not dialect.code_pipes and node.inside("cell"):
            _bare_pipes(work, node)


def _highlight(work: Work, node: Node) -> None:
    """Write a highlight; kramdown reads Markdown in a tag that it does not know when told to."""
    told = work.dialect.engine == "kramdown" and any(n.kind != "text" for n in node.children)
    opening = '<mark markdown="span">' if told else "<mark>"
    marks = (opening, "</mark>") if work.dialect.mark == "html" else ("**", "**")
    _wrap(work, node, 2, marks, "a highlight")


def _wrap(work: Work, node: Node, length: int, marks: tuple[str, str], what: str) -> None:
    work.put(node.start, node.start + length, marks[0], f"{what} is written {marks[0]}")
    work.put(node.end - length, node.end, marks[1])


def _newline(work: Work, node: Node) -> int:
    """Return where the line of a break ends."""
    return work.tree.text.index("\n", node.start)


def _break(work: Work, node: Node, *, keep: bool) -> None:
    """Write a line's end; what follows a picture is its caption or credit and keeps its line."""
    end = _newline(work, node)
    shown = _pictures_before(node)
    if shown and shown[0] in work.tags and shown[0] is _first(node):
        # A tag alone on a line would make HTML of the whole paragraph.
        marks = work.marks(work.tree.line_of(node.start))
        work.put(node.start, node.end, f"\n{marks.rstrip()}\n{marks}", "a caption has its own line")
    elif node.kind == "soft_break" and work.dialect.breaks:
        if not (keep or shown):
            work.put(node.start, node.end, " ", "a line's end would be shown as a line break")
    elif node.kind == "soft_break" and (keep or shown):
        work.put(node.start, end, work.dialect.hard_break[:-1], "a line break is kept")
    elif work.dialect.engine == "python" and work.tree.text[node.start : end].endswith("\\"):
        # A backslash at a line's end is a break in CommonMark and a backslash elsewhere.
        reason = "the generator breaks a line at two spaces"
        work.put(node.start, end, work.dialect.hard_break[:-1], reason)


def _first(node: Node) -> Node | None:
    return node.parent.children[0] if node.parent else None


def _pictures_before(node: Node) -> list[Node]:
    """Return the pictures of the line that a break ends, if the line holds nothing else."""
    siblings = node.parent.children if node.parent else []
    line: list[Node] = []
    for at in range(bisect_left(siblings, node.start, key=_start) - 1, -1, -1):
        if siblings[at].kind in {"soft_break", "hard_break"}:
            break
        line.append(siblings[at])
    line.reverse()
    shown = [sibling for sibling in line if sibling.kind != "text" or sibling.content.strip()]
    return shown if all(_is_picture(sibling) for sibling in shown) else []


def _is_picture(node: Node) -> bool:
    return node.kind == "image" or (
        node.kind == "link" and [child.kind for child in node.children] == ["image"]
    )


def _full_link(work: Work, node: Node) -> None:
    """Python-Markdown links `<address>` for the web and for mail only."""
    if not _WEB.match(node.content):
        text = f"[{escape(node.content)}](<{node.content}>)"
        work.replace(node, text, "the generator does not link such an address by itself")


def _bare_pipes(work: Work, node: Node) -> None:
    source = work.tree.source(node)
    for match in re.finditer(r"\\(?=\|)", source):
        at = node.start + match.start()
        work.put(at, at + 1, "", "code in a table needs no backslash before |")
        # CommonMark reads a cell's end there, this engine does not.
        table = next(above for above in node.above() if above.kind == "table")
        work.loose.append((table.start, table.end))


def _html_as_markdown(work: Work) -> None:
    """The engine drops raw HTML: what has a mark of its own gets it, the rest is told."""
    opened: dict[Node | None, list[tuple[Node, str]]] = {}
    for node in work.tree.find("html"):
        match = _TAG.fullmatch(node.content)
        if match is None or not work.free(node):
            continue
        name = match[2].lower()
        if name == "br":
            _html_break(work, node)
            continue
        mark = _AS_MARKDOWN.get(name)
        if mark is None:
            work.remark(node, f"the site drops raw HTML, and so the tag <{match[1]}{name}>")
            continue
        stack = opened.setdefault(node.parent, [])
        if not match[1]:
            stack.append((node, name))
        elif stack and stack[-1][1] == name:
            start, _ = stack.pop()
            reason = f"the site drops raw HTML: <{name}> is written {mark}"
            work.replace(start, mark, reason)
            work.replace(node, mark)
            work.loose.append((start.start, node.end))
    for node in work.tree.find("html_block"):
        if work.free(node) and not node.content.startswith("<!--"):
            work.remark(node, "the site drops raw HTML, and so this block")


def _html_break(work: Work, node: Node) -> None:
    siblings = node.parent.children if node.parent else []
    at = siblings.index(node) + 1
    if node.inside("cell", "heading"):
        work.replace(node, " ", "the site drops raw HTML: <br> is a space here")
        return
    follows = siblings[at] if at < len(siblings) else None
    if follows is not None and follows.kind in {"soft_break", "hard_break"}:
        work.claimed.add(follows)
        work.replace(node, work.dialect.hard_break[:-1], "<br> is written as a line break")
        return
    line = work.tree.line_of(node.start)
    work.replace(
        node, work.dialect.hard_break + work.marks(line), "<br> is written as a line break"
    )
