"""Math: TeX so written that the page holds exactly it, whether the engine knows math or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.export.nodes import Node
    from notekeep.export.rewrite.work import Work

_COMMONMARK = re.compile(r"[\\`*_\[\]<&~|'\"^]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.|=(?==)|(?<==)=|:")
_PYTHON = re.compile(r"[\\`*_\[\]]")
_PYTHON_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;", "|": "&#124;"}
_LINE_START = re.compile(r"^(\d*)([#>+-]|(?<=\d)[.)])", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")


def rewrite(work: Work) -> None:
    """Write every formula as the engine leaves it alone."""
    for node in work.page.find("math", "math_double", "math_block"):
        if not work.free(node):
            continue
        math = work.dialect.math
        if node.kind == "math_block":
            _block(work, node)
            continue
        marks = math.inline if node.kind == "math" else math.display
        tex = node.content
        if node.inside("cell"):
            tex = tex.replace("|", r"\vert ")
        text = _written(work, tex, marks)
        if text != work.page.source(node):
            work.replace(node, text, "math is written as the site reads it")


def _written(work: Work, tex: str, marks: tuple[str, str]) -> str:
    if work.dialect.guard_marks:
        tex = re.sub(r"\{(?=\{[<%])", "{ ", tex)
    if work.dialect.math.raw:
        return marks[0] + tex + marks[1]
    return escape(marks[0] + tex + marks[1], python_markdown=work.dialect.python_markdown)


def escape(tex: str, *, python_markdown: bool) -> str:
    """Return TeX so that an engine without math shows exactly it."""
    if not python_markdown:
        return _COMMONMARK.sub(r"\\\g<0>", tex)
    for char, entity in _PYTHON_ENTITIES.items():
        tex = tex.replace(char, entity)
    return _PYTHON.sub(r"\\\g<0>", tex)


def _block(work: Work, node: Node) -> None:
    lines = [line.strip() for line in node.content.strip().split("\n")]
    tex = "\n".join(line for line in lines if line)
    math = work.dialect.math
    source = work.page.source(node)
    if math.raw and math.display == ("$$", "$$") and not _BLANK_LINES.search(source):
        return
    text = _written(work, f"\n{tex}\n", math.display)
    if not math.raw:
        # A line of TeX must not begin a list, a quote or a heading.
        text = _LINE_START.sub(r"\1\\\2", text)
    marks = work.marks(node.first)
    reason = "math is written as the site reads it"
    work.replace(node, text.replace("\n", "\n" + marks), reason)
