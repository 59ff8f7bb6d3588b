"""Math: TeX so written that the page holds exactly it, whether the engine knows math or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.export.mathml import to_mathml
from notekeep.export.rewrite.work import lone

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

_COMMONMARK = re.compile(r"[\\`*_\[\]<&~|'\"^]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.|=(?==)|(?<==)=|:")
_PYTHON = re.compile(r"[\\`*_\[\]]")
_PYTHON_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;", "|": "&#124;"}
_LINE_START = re.compile(r"^(\d*)([#>+-]|(?<=\d)[.)])", re.MULTILINE)
_BLOCK_START = re.compile(r"(?:[#>+*-]|\d+[.)])(?:\s|$)|>|[=-]+$|```|~~~|<[A-Za-z/!?]")
_TAGLIKE = re.compile(r"<(?=[A-Za-z/!?])")
_COMMENT = re.compile(r"(?<!\\)%")


def rewrite(work: Work) -> None:
    """Write every formula as the engine leaves it alone."""
    if work.dialect.math.mathml:
        _tell_unread(work)
    for node in work.tree.find("math", "math_double", "math_block"):
        if not work.free(node):
            continue
        math = work.dialect.math
        if node.kind == "math_block":
            _block(work, node)
            continue
        marks = math.inline if node.kind == "math" else math.display
        tex = node.content
        if node.inside("cell") or work.dialect.engine == "kramdown":
            # A bar ends a cell, and to kramdown it makes a table of a paragraph.
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip()
        if node.kind == "math_double" and not math.within and not lone(node):
            marks, tex = math.inline, rf"\displaystyle {tex}"
        text = _written(work, tex, marks)
        if node.kind == "math" and marks == math.display:
            text = _within_a_line(work, node, text)
        if text != work.tree.source(node):
            work.replace(node, text, "math is written as the site reads it")


def _tell_unread(work: Work) -> None:
    """Tell in one line which formulas the page shows as TeX."""
    found = work.tree.find("math", "math_double", "math_block")
    unread = [one for one in found if not to_mathml(one.content, display=one.kind != "math")]
    if unread:
        shown = " ".join(unread[0].content.split())[:40]
        more = f", and {len(unread) - 1} more" if len(unread) > 1 else ""
        work.remark(unread[0], f"shown as TeX, as a macro in it is not known: {shown!r}{more}")


def _within_a_line(work: Work, node: Node, text: str) -> str:
    """Tell an engine that has one mark for both that a formula is within a line.

    kramdown takes one that is all of a paragraph for display; a backslash before it says no.
    """
    paragraph = node.parent
    if paragraph is None or paragraph.kind != "paragraph" or paragraph.children[0] is not node:
        return text
    # The vault's parser would see a block here, whatever follows.
    work.loose.append((paragraph.start, paragraph.end))
    return f"\\{text}" if lone(node) else text


def _written(work: Work, tex: str, marks: tuple[str, str]) -> str:
    tex = _parted(work, tex)
    if work.dialect.math.raw:
        return marks[0] + tex + marks[1]
    return escape(marks[0] + tex + marks[1], python_markdown=work.dialect.engine == "python")


def _parted(work: Work, tex: str) -> str:
    """Part with blanks, which TeX does not see, what a template or a browser would act on."""
    if work.dialect.guard_marks:
        marks = (f"{re.escape(m[0])}(?={re.escape(m[1:])})" for m in work.dialect.guard_marks)
        tex = re.sub("|".join(marks), r"\g<0> ", tex)
    if work.dialect.math.raw and not work.dialect.math.blocks:
        tex = _TAGLIKE.sub("< ", tex)  # such engines pass TeX through as HTML
    return tex


def escape(tex: str, *, python_markdown: bool) -> str:
    """Return TeX so that an engine without math shows exactly it."""
    if not python_markdown:
        return _COMMONMARK.sub(r"\\\g<0>", tex)
    for char, entity in _PYTHON_ENTITIES.items():
        tex = tex.replace(char, entity)
    return _PYTHON.sub(r"\\\g<0>", tex)


def _block(work: Work, node: Node) -> None:
    lines = [line.strip() for line in node.content.strip().split("\n")]
    math = work.dialect.math
    if math.raw:
        kept = _joined([line for line in lines if line], apart=math.blocks)
        if not math.blocks and node.inside("quote") and not any(map(_COMMENT.search, kept)):
            # Where math stands within paragraphs only, the marks of the quote would be TeX.
            text = _written(work, " ".join(kept), math.display)
            work.replace(node, text, "math is written as the site reads it")
            return
        same = [_parted(work, line) for line in kept] == lines
        if math.display == ("$$", "$$") and same:
            return
        text = _written(work, "\n" + "\n".join(kept) + "\n", math.display)
    else:
        text = _written(work, "\n" + "\n".join(filter(None, lines)) + "\n", math.display)
        # A line of TeX must not begin a list, a quote or a heading.
        text = _LINE_START.sub(r"\1\\\2", text)
    marks = work.marks(node.first)
    reason = "math is written as the site reads it"
    work.replace(node, text.replace("\n", "\n" + marks), reason)


def _joined(lines: list[str], *, apart: bool) -> list[str]:
    """Join lines that would begin a list, a quote or a heading to the line before.

    An engine that knows math within paragraphs only looks for these first. TeX reads a line's end
    as a blank, unless the line ends in a comment.
    """
    if apart:
        return lines
    joined = lines[:1]
    for line in lines[1:]:
        if not _BLOCK_START.match(line):
            joined.append(line)
        elif _COMMENT.search(joined[-1]):
            joined.append("{}" + line)
        else:
            joined[-1] += " " + line
    return joined
