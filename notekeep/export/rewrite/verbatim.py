"""Rewrites code and TeX so that the page shows them unchanged."""

from __future__ import annotations

import re
from string import punctuation

from notekeep.export.html_pages import to_mathml
from notekeep.export.rewrite.dialect import Replacements, RewriteJob, is_alone
from notekeep.markdown.nodes import Node

# Template syntax in code.

_ZOLA = re.compile(
    r"\{\{\s*[A-Za-z_][\w.:]*\s*\([^{}]*\)\s*\}\}"
    r"|\{%\s*(?:[A-Za-z_][\w.:]*\s*\([^{}]*\)|end)\s*%\}"
)
_CODE_REASON = "escaped template syntax in code"
_HUGO = re.compile(r"\{\{(?:<.*?(>\}\}|\Z)|%.*?(%\}\}|\Z))", re.DOTALL)
_NUNJUCKS = re.compile(r"\{(?=[{%#])|#(?=\})")


def guard_code(job: RewriteJob) -> None:
    """Escape template syntax in code and raw HTML."""
    guard = job.dialect.guard_code
    for node in job.tree.find("fence", "code_block", "code_span"):
        if job.dialect.as_html and node.kind == "code_span" and job.is_free(node):
            _write_as_tag(job, node)
        if guard is None or not job.is_free(node):
            continue
        source = job.tree.source(node)
        changes = guard(source)
        if changes is None:
            marks = " or ".join(job.dialect.guard_marks)
            raise job.refuse_code(
                node,
                f"has {marks} without its end, which breaks the generator even in code",
                "Complete it, or change it.",
            )
        for start, end, text in changes:
            job.put(node.start + start, node.start + end, text, _CODE_REASON)
    for node in job.tree.find("html", "html_block"):
        for mark in job.dialect.guard_marks if job.is_free(node) else ():
            for match in re.finditer(f"(?={re.escape(mark)})", job.tree.source(node)):
                at = node.start + match.start()
                sign = f"&#{ord(mark[0])};"
                job.put(at, at + 1, sign, "escaped template syntax in HTML")


def _write_as_tag(job: RewriteJob, node: Node) -> None:
    """Write code with template syntax as HTML, for engines that run templates first."""
    if not any(mark in node.content for mark in job.dialect.guard_marks):
        return
    signs = (f"&#{ord(c)};" if c.isascii() and c in punctuation else c for c in node.content)
    job.replace(node, f"<code>{''.join(signs)}</code>", _CODE_REASON)


def guard_for_nikola(source: str) -> Replacements:
    """Escape code for Nikola: a shortcode writes the first brace of `{{%`."""
    found = re.finditer(r"\{\{%", source)
    return [(m.start(), m.start() + 1, "{{% raw %}}{{{% /raw %}}") for m in found]


def guard_for_hugo(source: str) -> Replacements | None:
    """Escape code for Hugo, which shows `{{</* x */>}}` as `{{< x >}}`."""
    changes: Replacements = []
    for match in _HUGO.finditer(source):
        if not (match[1] or match[2]):
            return None
        changes += [
            (match.start() + 3, match.start() + 3, "/*"),
            (match.end() - 3, match.end() - 3, "*/"),
        ]
    return changes


def guard_for_liquid(source: str) -> Replacements:
    """Escape text for Liquid, which parses `{{` and `{%` everywhere. A tag writes them instead."""
    found = re.finditer(r"\{[{%]", source)
    return [(match.start(), match.end(), f"{{{{ '{match[0]}' }}}}") for match in found]


def guard_for_nunjucks(source: str) -> Replacements:
    """Escape prose for Nunjucks: the first character of `{{`, `{%`, `{#` and `#}` is an entity."""
    found = _NUNJUCKS.finditer(source)
    return [(match.start(), match.end(), f"&#{ord(match[0])};") for match in found]


def guard_for_zola(source: str) -> Replacements:
    """Escape text for Zola, which parses calls in braces everywhere.

    It shows `{{/* x() */}}` as `{{ x() }}`, and ignores braces without a call.
    """
    changes: Replacements = []
    for match in _ZOLA.finditer(source):
        changes.append((match.start() + 2, match.start() + 2, "/*"))
        changes.append((match.end() - 2, match.end() - 2, "*/"))
    return changes


# TeX.

_COMMONMARK = re.compile(r"[\\`*_\[\]<&~|'\"^]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.|=(?==)|(?<==)=|:")
_PYTHON = re.compile(r"[\\`*_\[\]]")
_PYTHON_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;", "|": "&#124;"}
_LINE_START = re.compile(r"^(\d*)([#>+-]|(?<=\d)[.)])", re.MULTILINE)
_BLOCK_START = re.compile(r"(?:[#>+*-]|\d+[.)])(?:\s|$)|>|[=-]+$|```|~~~|<[A-Za-z/!?]")
_TAGLIKE = re.compile(r"<(?=[A-Za-z/!?])")
_COMMENT = re.compile(r"(?<!\\)%")
_MATH_REASON = "wrote math for the site"


def rewrite_formulas(job: RewriteJob) -> None:
    """Write every formula so that the engine does not change it."""
    if job.dialect.math.mathml:
        _warn_about_unknown_macros(job)
    for node in job.tree.find("math", "math_double", "math_block"):
        if not job.is_free(node):
            continue
        math = job.dialect.math
        if node.kind == "math_block":
            _rewrite_block(job, node)
            continue
        marks = math.inline if node.kind == "math" else math.display
        tex = node.content
        if node.inside("cell") or job.dialect.engine == "kramdown":
            # A bar ends a cell. In kramdown, it also turns a paragraph into a table.
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip()
        if node.kind == "math_double" and not math.within and not is_alone(node):
            marks, tex = math.inline, rf"\displaystyle {tex}"
        text = _write_tex(job, tex, marks)
        if node.kind == "math" and marks == math.display:
            text = _keep_in_line(job, node, text)
        if text != job.tree.source(node):
            job.replace(node, text, _MATH_REASON)


def _warn_about_unknown_macros(job: RewriteJob) -> None:
    found = job.tree.find("math", "math_double", "math_block")
    unknown = [node for node in found if not to_mathml(node.content, display=node.kind != "math")]
    if unknown:
        shown = " ".join(unknown[0].content.split())[:40]
        more = f", and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        job.remark(unknown[0], f"Shown as TeX because of an unknown macro: {shown!r}{more}.")


def _keep_in_line(job: RewriteJob, node: Node, text: str) -> str:
    """Mark a formula as inline for kramdown, which uses the same marks for both kinds."""
    paragraph = node.parent
    if paragraph is None or paragraph.kind != "paragraph" or paragraph.children[0] is not node:
        return text
    # The vault's parser would find a block here.
    job.unguarded.append((paragraph.start, paragraph.end))
    return f"\\{text}" if is_alone(node) else text


def _write_tex(job: RewriteJob, tex: str, marks: tuple[str, str]) -> str:
    tex = _break_marks(job, tex)
    if job.dialect.math.raw:
        return marks[0] + tex + marks[1]
    return escape_tex(marks[0] + tex + marks[1], python_markdown=job.dialect.engine == "python")


def _break_marks(job: RewriteJob, tex: str) -> str:
    """Insert spaces, which TeX ignores, into template syntax and tags."""
    for mark in job.dialect.guard_marks:
        if mark in tex:
            tex = re.sub(f"{re.escape(mark[0])}(?={re.escape(mark[1:])})", r"\g<0> ", tex)
    if job.dialect.math.raw and not job.dialect.math.blocks:
        tex = _TAGLIKE.sub("< ", tex)  # such engines pass TeX through as HTML
    return tex


def escape_tex(tex: str, *, python_markdown: bool) -> str:
    """Escape TeX for an engine without math."""
    if not python_markdown:
        return _COMMONMARK.sub(r"\\\g<0>", tex)
    for char, entity in _PYTHON_ENTITIES.items():
        tex = tex.replace(char, entity)
    return _PYTHON.sub(r"\\\g<0>", tex)


def _rewrite_block(job: RewriteJob, node: Node) -> None:
    lines = [line.strip() for line in node.content.strip().split("\n")]
    rows = [line for line in lines if line]
    math = job.dialect.math
    marks = job.marks(node.first)
    if math.raw:
        rows = _join_lines(rows, apart=math.blocks)
        if not math.blocks and node.inside("quote") and not any(map(_COMMENT.search, rows)):
            # In inline math, the marks of the quote would become part of the TeX.
            job.replace(node, _write_tex(job, " ".join(rows), math.display), _MATH_REASON)
            return
        if math.display == ("$$", "$$") and [_break_marks(job, line) for line in rows] == lines:
            return
    text = _write_tex(job, "\n" + "\n".join(rows) + "\n", math.display)
    if not math.raw:
        # A line of TeX must not start a list, a quote or a heading.
        text = _LINE_START.sub(r"\1\\\2", text)
    job.replace(node, text.replace("\n", "\n" + marks), _MATH_REASON)


def _join_lines(lines: list[str], *, apart: bool) -> list[str]:
    """Join a line that would start a list, a quote or a heading with the line before it."""
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
