"""Code: kept to the byte, though a generator looks for its template syntax in it."""

from __future__ import annotations

import re
from string import punctuation
from typing import TYPE_CHECKING

from notekeep.errors import Refused

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

_ZOLA = re.compile(
    r"\{\{\s*[A-Za-z_][\w.:]*\s*\([^{}]*\)\s*\}\}"
    r"|\{%\s*(?:[A-Za-z_][\w.:]*\s*\([^{}]*\)|end)\s*%\}"
)
_NUNJUCKS = re.compile(r"\{(?=[{%#])|#(?=\})")


def rewrite(work: Work) -> None:
    """Make template syntax in code and raw HTML harmless.

    Raises:
        Refused: Some of it cannot be written in a way that the generator leaves alone.
    """
    guard = work.dialect.guard_code
    for node in work.tree.find("fence", "code_block", "code_span"):
        if work.dialect.as_html and node.kind == "code_span" and work.free(node):
            _as_tag(work, node)
        if guard is None or not work.free(node):
            continue
        source = work.tree.source(node)
        changes = guard(source)
        if changes is None:
            raise _impossible(work, node)
        for start, end, text in changes:
            reason = "template syntax in code is shown, not run"
            work.put(node.start + start, node.start + end, text, reason)
    for node in work.tree.find("html", "html_block"):
        for mark in work.dialect.guard_marks if work.free(node) else ():
            at = work.passage.text.find(mark, node.start, node.end)
            while at >= 0:
                work.put(
                    at, at + 1, f"&#{ord(mark[0])};", "template syntax in HTML is shown, not run"
                )
                at = work.passage.text.find(mark, at + 1, node.end)


def _as_tag(work: Work, node: Node) -> None:
    """Write code with template syntax as HTML, for an engine that runs templates before it."""
    if not any(mark in node.content for mark in work.dialect.guard_marks):
        return
    signs = (f"&#{ord(c)};" if c.isascii() and c in punctuation else c for c in node.content)
    reason = "template syntax in code is shown, not run"
    work.replace(node, f"<code>{''.join(signs)}</code>", reason)


def _impossible(work: Work, node: Node) -> Refused:
    marks = " or ".join(work.dialect.guard_marks)
    path, line = work.passage.origin(node.start)
    return Refused(
        f"{path}: the code on line {line} has {marks} without its end,"
        " and the site's generator stops at that even in code",
        "complete it, or write it in another way",
        line=line,
    )


def nikola(source: str) -> list[tuple[int, int, str]]:
    """Guard code for Nikola, which reads `{{%` wherever it stands and wants it to be complete.

    The first brace is written by a shortcode of its own, so that the three never meet.
    """
    changes = []
    at = source.find("{{%")
    while at >= 0:
        changes.append((at, at + 1, "{{% raw %}}{{{% /raw %}}"))
        at = source.find("{{%", at + 1)
    return changes


def hugo(source: str) -> list[tuple[int, int, str]] | None:
    """Guard code for Hugo, which shows `{{</* x */>}}` as `{{< x >}}`.

    Returns:
        What to put where, or None when a shortcode has no end: that cannot be written.
    """
    changes: list[tuple[int, int, str]] = []
    at = 0
    while True:
        starts = [found for mark in ("{{<", "{{%") if (found := source.find(mark, at)) >= 0]
        if not starts:
            return changes
        start = min(starts)
        end = source.find(">}}" if source[start + 2] == "<" else "%}}", start + 3)
        if end < 0:
            return None
        changes.append((start + 3, start + 3, "/*"))
        changes.append((end, end, "*/"))
        at = end + 3


def liquid(source: str) -> list[tuple[int, int, str]]:
    """Guard text for Liquid, which reads `{{` and `{%` wherever they stand: each writes itself."""
    changes: list[tuple[int, int, str]] = []
    at = 0
    while True:
        starts = [found for mark in ("{{", "{%") if (found := source.find(mark, at)) >= 0]
        if not starts:
            return changes
        start = min(starts)
        mark = source[start : start + 2]
        changes.append((start, start + 2, f"{{{{ '{mark}' }}}}"))
        at = start + 2


def entities(source: str) -> list[tuple[int, int, str]]:
    """Guard prose for Nunjucks, which reads `{{`, `{%`, `{#` and `#}`: the first is an entity."""
    found = _NUNJUCKS.finditer(source)
    return [(match.start(), match.end(), f"&#{ord(match[0])};") for match in found]


def zola(source: str) -> list[tuple[int, int, str]]:
    """Guard text for Zola, which reads calls in braces wherever they stand, and comments in them.

    `{{/* x() */}}` is shown as `{{ x() }}`; braces without a call are nothing to it.
    """
    changes: list[tuple[int, int, str]] = []
    for match in _ZOLA.finditer(source):
        changes.append((match.start() + 2, match.start() + 2, "/*"))
        changes.append((match.end() - 2, match.end() - 2, "*/"))
    return changes
