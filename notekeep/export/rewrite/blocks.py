"""Blocks: tasks, rules that would make headings, diagrams, and where the teaser ends."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.comments import TEASER
from notekeep.export.passage import whole_lines
from notekeep.markdown.nodes import CONTAINERS

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

_TASK = re.compile(r"\[(.)\](?=[ \t])")
_SIGNS = {" ": "☐", "x": "☑", "X": "☑", "-": "☒"}
_NO_END = "this mark ends no teaser on the site"
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)


def is_diagram(fence: Node) -> bool:
    """Whether a fence holds a Mermaid diagram."""
    return fence.info.split()[:1] == ["mermaid"]


def tasks(work: Work) -> None:
    """Write task marks that the engine would show as brackets as signs."""
    for item in work.tree.find("item"):
        first = item.children[0] if item.children else None
        if first is None or first.kind != "paragraph":
            continue
        words = first.children[0] if first.children else first
        match = _TASK.match(work.passage.text, words.start, words.end)
        if match is None or words.kind != "text" or (work.dialect.task_lists and match[1] in " xX"):
            continue
        sign = _SIGNS.get(match[1], "☐")
        work.put(match.start(), match.end(), sign, "a task's box is written as a sign")


def rules(work: Work) -> None:
    """Keep `---` right under a paragraph a rule: Markdown makes a heading of the two.

    A longer line of dashes is how headings are underlined, and stays.
    """
    for heading in work.tree.find("heading"):
        line = work.tree.lines[heading.last - 1]
        start = line.start if line.content is None else line.content
        if heading.info == "-" and work.passage.text[start : line.end].strip() == "---":
            blank = work.marks(heading.last - 1).rstrip()
            work.put(line.start, line.start, blank + "\n", "a rule under a paragraph is no heading")
            work.loose.append((heading.start, line.end))


def fences(work: Work) -> None:
    """Give indented code a fence where the engine takes it for words."""
    if work.dialect.indented_code:
        return
    for code in work.tree.find("code_block"):
        line = work.tree.lines[code.first]
        at = line.start if line.content is None else line.content
        further = work.marks(code.first)[: at - line.start]
        runs = [len(run) for run in re.findall(r"`+", code.content)]
        mark = "`" * max(3, *(length + 1 for length in runs), 3)
        rows = [mark, *code.content.rstrip("\n").split("\n"), mark]
        text = "\n".join(rows[:1] + [(further + row).rstrip() for row in rows[1:]])
        work.claimed.add(code)
        work.put(at, code.end, text, "code has a fence on this site")


def diagrams(work: Work) -> None:
    """Write Mermaid diagrams as the element that its script looks for."""
    if not work.dialect.mermaid_pre:
        return
    for fence in work.tree.find("fence"):
        if not is_diagram(fence) or fence.inside(*CONTAINERS):
            continue
        text = html.escape(fence.content.rstrip("\n"), quote=False)
        for mark in work.dialect.guard_marks:
            text = text.replace(mark, f"&#{ord(mark[0])};{mark[1:]}")
        reason = "a diagram is written as the element that Mermaid reads"
        work.replace(fence, f'<pre class="mermaid">\n{text}\n</pre>', reason)


def teaser(work: Work) -> None:
    """End the teaser where the person said, else behind the first paragraph of prose."""
    marks = [n for n in work.tree.find("html_block", "html") if _MORE.fullmatch(n.content.strip())]
    more = work.dialect.more
    if marks:
        first = marks[0]
        top = _top(first)
        stays = bool(more) and top is first
        for mark in marks[1:] if stays else marks:
            _drop(work, mark)
        if stays:
            work.replace(first, more, "" if more == TEASER else "where the teaser ends")
        else:
            _behind(work, top, more)
        _before_code(work, first)
    elif more and work.dialect.default_teaser:
        paragraph = _first_prose(work)
        if paragraph is not None:
            _behind(work, paragraph, more)
            _before_code(work, paragraph)


def _drop(work: Work, mark: Node) -> None:
    """Take a mark out, with its line and a blank line that would then be double."""
    work.claimed.add(mark)
    blank = work.passage.blank(mark.first - 1) or work.passage.blank(mark.last)
    if mark.kind == "html_block" and blank:
        work.splices.append(whole_lines(work.passage, mark.first, mark.last, _NO_END))
    else:
        work.put(mark.start, mark.end, "", _NO_END)


def _behind(work: Work, block: Node, more: str) -> None:
    """End the teaser behind a block, or behind what is left of it where its last line goes."""
    if more:
        last = block.last - 1
        while last > block.first and (work.passage.blank(last) or _goes(work, last)):
            last -= 1
        end = work.tree.lines[last].end
        work.put(end, end, f"\n\n{more}", "where the teaser ends")


def _goes(work: Work, line: int) -> bool:
    leaf = work.tree.lines[line].leaf
    return leaf is not None and leaf.kind == "html_block" and leaf in work.claimed


def _top(node: Node) -> Node:
    while node.parent is not None and node.parent.kind != "root":
        node = node.parent
    return node


def _first_prose(work: Work) -> Node | None:
    """Return the first paragraph of words, if anything follows it."""
    blocks = [
        node
        for node in work.tree.root.children
        if node.kind not in {"footnote", "definition"} and work.free(node)
    ]
    for node in blocks[:-1]:
        picture = bool(node.children) and node.children[0].kind == "image"
        if node.kind == "paragraph" and not picture:
            return node
    return None


def _before_code(work: Work, teaser_end: Node) -> None:
    """Refuse code before the teaser's end that holds the very mark: it would be cut there."""
    more = work.dialect.more
    if not more or not work.dialect.more_in_code:
        return
    for code in work.tree.find("fence", "code_block", "code_span"):
        if code.start < teaser_end.start and more in code.content:
            path, line = work.passage.origin(code.start)
            raise Refused(
                f"{path}: the code on line {line} holds {more}, where the site would cut the post",
                "put %% more %% before it, or write the mark in another way",
                line=line,
            )
