"""Rewrites inline syntax: highlights, breaks, raw HTML, and characters that need an escape."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter, itemgetter

from notekeep.export.references import escape_text
from notekeep.export.rewrite.dialect import RewriteJob, blank_line
from notekeep.markdown.nodes import Node

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*>")
_BREAKS = frozenset({"soft_break", "hard_break"})
_start = attrgetter("start")
_MARKS = ("mark", "strike", "soft_break", "hard_break", "autolink", "code_span")
_WEB = re.compile(r"(?:https?|ftps?)://|[^\s:/]+@", re.IGNORECASE)
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]\*|\*[\u2e80-\u9fff\uac00-\ud7af]")
_STARS = re.compile(r"(?<![\s*])\*{1,2}(?!\*)|(?<!\*)\*{1,2}(?![\s*])")
_EMPHASIS = {"em": 1, "strong": 2}
_AS_MARKDOWN = {
    **dict.fromkeys(("b", "strong", "mark"), "**"),
    **dict.fromkeys(("i", "em", "cite", "var"), "*"),
    **dict.fromkeys(("s", "del", "strike"), "~~"),
    **dict.fromkeys(("kbd", "code", "samp", "tt"), "`"),
}


def rewrite_marks(job: RewriteJob, *, keep_breaks: bool) -> None:
    """Rewrite the vault's inline marks for the engine."""
    dialect = job.dialect
    if not dialect.html:
        _html_as_markdown(job)
    if dialect.engine == "commonmark" and _WIDE.search(job.passage.text):
        _write_wide_emphasis(job)
    for node in job.tree.find(*_MARKS):
        if not job.is_free(node):
            continue
        if node.kind == "mark" and dialect.mark != "equals":
            _highlight(job, node)
        elif node.kind == "strike" and not dialect.strike:
            length = 2 if job.tree.source(node).startswith("~~") else 1
            _wrap(job, node, length, ("<del>", "</del>"), "strikethrough")
        elif node.kind in _BREAKS:
            _break(job, node, keep=keep_breaks)
        elif node.kind == "autolink" and dialect.engine != "commonmark":
            _expand_autolink(job, node)
        elif node.kind == "code_span" and dialect.engine != "commonmark" and node.inside("cell"):
            _unescape_pipes(job, node)


def _write_wide_emphasis(job: RewriteJob) -> None:
    """Write emphasis next to CJK characters as tags, because CommonMark does not parse it."""
    text = job.passage.text
    for block in job.tree.find("paragraph", "heading", "cell"):
        stars: list[tuple[int, int]] = []
        found: list[tuple[int, int]] = []  # paired by CommonMark, correctly or not
        for node in block.children:
            if node.kind == "text":
                stars += [match.span() for match in _STARS.finditer(text, node.start, node.end)]
            elif node.kind in _EMPHASIS:
                length = _EMPHASIS[node.kind]
                found += [(node.start, node.start + length), (node.end - length, node.end)]
        if not any(_WIDE.search(text, max(0, start - 1), end + 1) for start, end in stars):
            continue
        stars = sorted(stars + found)
        pairs = [*zip(stars[::2], stars[1::2], strict=False)]
        if len(stars) % 2 or any(a[1] - a[0] != b[1] - b[0] for a, b in pairs):
            continue
        job.unguarded.append((block.start, block.end))
        if not job.dialect.html:
            job.remark(block, "The site shows the asterisks of emphasis here.")
            continue
        for opening, closing in pairs:
            tag = "em" if opening[1] - opening[0] == 1 else "strong"
            job.put(*opening, f"<{tag}>", "wrote emphasis as HTML")
            job.put(*closing, f"</{tag}>")


def _highlight(job: RewriteJob, node: Node) -> None:
    # kramdown only parses Markdown in an unknown tag with this attribute.
    has_marks = any(n.kind != "text" for n in node.children)
    parsed = job.dialect.engine == "kramdown" and has_marks
    opening = '<mark markdown="span">' if parsed else "<mark>"
    marks = (opening, "</mark>") if job.dialect.mark == "html" else ("**", "**")
    _wrap(job, node, 2, marks, "a highlight")


def _wrap(job: RewriteJob, node: Node, length: int, marks: tuple[str, str], what: str) -> None:
    job.put(node.start, node.start + length, marks[0], f"wrote {what} as {marks[0]}")
    job.put(node.end - length, node.end, marks[1])


def _break(job: RewriteJob, node: Node, *, keep: bool) -> None:
    """Write a line break. Text after a picture is its caption, and stays on its own line."""
    end = job.tree.text.index("\n", node.start)
    shown = _pictures_before(node)
    siblings = node.parent.children if node.parent else []
    if shown and shown[0] in job.html_pictures and shown[0] is siblings[0]:
        # A tag alone on a line would make the whole paragraph HTML.
        marks = job.marks(job.tree.line_of(node.start))
        job.put(node.start, node.end, blank_line(marks), "put a caption on its own line")
    elif node.kind == "soft_break" and job.dialect.breaks:
        if not (keep or shown):
            job.put(node.start, node.end, " ", "joined lines that the site would break")
    elif node.kind == "soft_break" and (keep or shown):
        job.put(node.start, end, job.dialect.hard_break[:-1], "kept a line break")
    elif job.dialect.engine == "python" and job.tree.text[node.start : end].endswith("\\"):
        # A backslash at the end of a line is a break only in CommonMark.
        reason = "wrote a line break with two spaces"
        job.put(node.start, end, job.dialect.hard_break[:-1], reason)


def _pictures_before(node: Node) -> list[Node]:
    """Return the pictures of the line before a break, if it contains nothing else."""
    siblings = node.parent.children if node.parent else []
    line: list[Node] = []
    for at in range(bisect_left(siblings, node.start, key=_start) - 1, -1, -1):
        if siblings[at].kind in _BREAKS:
            break
        if siblings[at].kind != "text" or siblings[at].content.strip():
            line.append(siblings[at])
    return line[::-1] if all(map(_is_picture, line)) else []


def _is_picture(node: Node) -> bool:
    return node.kind == "image" or (
        node.kind == "link" and [child.kind for child in node.children] == ["image"]
    )


def _expand_autolink(job: RewriteJob, node: Node) -> None:
    """Write an autolink in full, unless it is a web or mail address, which the engine links."""
    if not _WEB.match(node.content):
        text = f"[{escape_text(node.content)}](<{node.content}>)"
        job.replace(node, text, "made an address a link")


def _unescape_pipes(job: RewriteJob, node: Node) -> None:
    source = job.tree.source(node)
    for match in re.finditer(r"\\(?=\|)", source):
        at = node.start + match.start()
        job.put(at, at + 1, "", "removed a backslash before | in code in a table")
        # In CommonMark, an unescaped bar ends the cell. In this engine, it does not.
        table = next(above for above in node.above() if above.kind == "table")
        job.unguarded.append((table.start, table.end))


def _html_as_markdown(job: RewriteJob) -> None:
    """Write HTML as Markdown where possible, for an engine that drops raw HTML."""
    opened: dict[Node | None, list[tuple[Node, str]]] = {}
    for node in job.tree.find("html"):
        match = _TAG.fullmatch(node.content)
        if match is None or not job.is_free(node):
            continue
        name = match[2].lower()
        if name == "br":
            _html_break(job, node)
            continue
        mark = _AS_MARKDOWN.get(name)
        if mark is None:
            job.remark(node, f"The site drops raw HTML. Removed the tag <{match[1]}{name}>.")
            continue
        stack = opened.setdefault(node.parent, [])
        if not match[1]:
            stack.append((node, name))
        elif stack and stack[-1][1] == name:
            start, _ = stack.pop()
            reason = f"the site drops raw HTML: wrote <{name}> as {mark}"
            job.replace(start, mark, reason)
            job.replace(node, mark)
            job.unguarded.append((start.start, node.end))
    for node in job.tree.find("html_block"):
        if job.is_free(node) and not node.content.startswith("<!--"):
            job.remark(node, "The site drops raw HTML. Removed this block.")


def _html_break(job: RewriteJob, node: Node) -> None:
    if node.inside("cell", "heading"):
        job.replace(node, " ", "the site drops raw HTML: replaced <br> with a space")
        return
    siblings = node.parent.children if node.parent else []
    following = siblings[siblings.index(node) + 1 :][:1]
    if following and following[0].kind in _BREAKS:
        job.claimed.add(following[0])
        text = job.dialect.hard_break[:-1]
    else:
        text = job.dialect.hard_break + job.marks(job.tree.line_of(node.start))
    job.replace(node, text, "wrote <br> as a line break")


# Plain text: characters that are special only to a generator.

_URL = re.compile(r"https?://[^\s<>\[\]]+", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{(?=\{[<%])")
_DOLLAR = re.compile(r"\$")
_ATTRIBUTES = re.compile(r"\{(?=[^{}\n]*\}[ \t]*$)")
_TAGLIKE = re.compile(r"<(?=[A-Za-z/!?])")
_LINKLIKE = re.compile(r"\](?=\()")
_CLOSING = re.compile(r"#(?=#*$)")
_ABBREVIATION = re.compile(r"\*(?=\[[^\]\n]+\]:)")
_DEFINITION = re.compile(r"[ ]{0,3}:(?=[ ])")
_HEADING = re.compile(r"#{1,6}")
_TILDE = re.compile(r"(?:^|(?<=[^\s~]))~(?!~)")
_EMOJI = re.compile(r":(?=[a-z+-][\w+-]*:)")
_MAYBE_SPECIAL = re.compile(r"[{}$<\]#*|:~.)](?<!(?<!\d)[.)])")
"""Every match of these patterns, and all template syntax, contains one of these characters.

A dot or bracket counts only after a digit. `re` is fast with a set at the start of a pattern."""
_PIPE = re.compile(r"\|")
_KRAMDOWN_ATTRIBUTES = re.compile(r"\{(?=:)")
_NUMBER = re.compile(r"\d+(?=[.)](?:\s|$))")
# Characters that a backslash can escape. Before other characters, a backslash is visible.
_ESCAPES = {
    "python": frozenset("\\`*_{}[]()>#+-.!|"),
    "kramdown": frozenset("\\.*_+`<>()[]{}#!:|\"'$=-~"),
}
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "~": "&#126;", "|": "&#124;", ":": "&#58;"}


def escape_prose(job: RewriteJob) -> None:
    """Escape plain text, except parts that another rewriter replaces."""
    replaced = sorted((edit.start, edit.end) for edit in job.edits if edit.start < edit.end)
    for node in job.tree.find("text", "special"):
        text = job.tree.text
        is_plain = node.kind == "text" and not _MAYBE_SPECIAL.search(text, node.start, node.end)
        if is_plain or not job.is_free(node):
            continue
        first = bisect_right(replaced, node.start, key=itemgetter(1))
        edited = replaced[first : bisect_left(replaced, (node.end, 0))]
        if node.kind == "text":
            _ProseRun(job, node, edited).guard()
        elif not edited:
            _special(job, node)


def _special(job: RewriteJob, node: Node) -> None:
    if not node.info.startswith("\\"):
        return
    char = node.content
    if char == "$" and job.dialect.math.dollar:
        job.replace(node, job.dialect.math.dollar)
    elif char not in _ESCAPES.get(job.dialect.engine, char):
        reason = "removed a backslash that the generator would show"
        job.replace(node, _ENTITIES.get(char, char), reason)


class _ProseRun:
    """Escapes a text node. The first rule for a character wins."""

    def __init__(self, job: RewriteJob, node: Node, edited: list[tuple[int, int]]) -> None:
        self.job = job
        self.node = node
        self.text = job.tree.source(node)
        self.edited = [(start - node.start, end - node.start) for start, end in edited]

    def guard(self) -> None:
        dialect = self.job.dialect
        if not dialect.bare_urls and not self.node.inside("link"):
            self._urls()
        self._templates()
        if dialect.math.dollar:
            self._each(_DOLLAR, dialect.math.dollar, "escaped a dollar sign")
        if dialect.single_tilde and "~" in self.text:
            self._tildes()
        if dialect.emoji:
            self._each(_EMOJI, self._escaped(":"), "escaped a colon that would start an emoji")
        if dialect.engine == "python":
            self._guard_html_and_links()
            self._python_markdown()
        elif dialect.engine == "kramdown":
            self._guard_html_and_links()
            self._kramdown()
        elif dialect.heading_ids and self._ends_heading():
            self._each(_ATTRIBUTES, "\\{", "escaped braces at the end of a heading")
        if dialect.definitions and self._starts_line() and (match := _DEFINITION.match(self.text)):
            reason = "escaped a colon at the start of a line"
            self._put(match.end() - 1, match.end(), self._escaped(":"), reason)

    def _tildes(self) -> None:
        """Escape tildes if the block contains several, which would form a mark."""
        parent = self.node.parent
        if parent is not None and self.job.tree.source(parent).count("~") > 1:
            self._each(_TILDE, self._escaped("~"), "escaped a tilde")

    def _escaped(self, char: str) -> str:
        """Return an escaped character. For Python-Markdown, it is an entity."""
        return _ENTITIES[char] if self.job.dialect.engine == "python" else f"\\{char}"

    def _templates(self) -> None:
        reason = "escaped template syntax"
        if self.job.dialect.guard_prose is not None:
            for start, end, text in self.job.dialect.guard_prose(self.text):
                self._put(start, end, text, reason)
        elif self.job.dialect.guard_marks:
            self._each(_TEMPLATE, "{\\", reason)

    def _guard_html_and_links(self) -> None:
        if self._starts_line() and _ABBREVIATION.match(self.text):
            self._put(0, 0, "\\", "escaped text that would be an abbreviation")
        self._each(_TAGLIKE, "&lt;", "escaped text that would be a tag")
        self._each(_LINKLIKE, "\\]", "escaped text that would be a link")
        if self._ends_heading():
            self._each(_CLOSING, "\\#", "escaped # at the end of a heading")

    def _kramdown(self) -> None:
        if not self.node.inside("cell"):
            self._each(_PIPE, "\\|", "escaped a | that would make a table")
        self._each(_KRAMDOWN_ATTRIBUTES, "\\{", "escaped braces that would be attributes")
        is_after_break = self._previous() is not None and self._starts_line()
        if is_after_break and (match := _NUMBER.match(self.text)):
            reason = "escaped a number that would start a list"
            self._put(match.end(), match.end(), "\\", reason)

    def _python_markdown(self) -> None:
        if self._starts_line() and self._block() == "paragraph" and _HEADING.match(self.text):
            self._put(0, 0, "\\", "escaped a tag that would be a heading")
        before = self._previous()
        is_attached = before is not None and before.kind not in _BREAKS
        if self.text.startswith("{") and (is_attached or self._starts_line()):
            self._put(0, 1, "\\{", "escaped braces that would be attributes")
        if self._ends_block():
            self._each(_ATTRIBUTES, "\\{", "escaped braces that would be attributes")

    def _urls(self) -> None:
        for match in _URL.finditer(self.text):
            url = _trim_url(match[0])
            reason = "made an address a link"
            self._put(match.start(), match.start() + len(url), f"<{url}>", reason)

    def _each(self, pattern: re.Pattern[str], text: str, reason: str) -> None:
        for match in pattern.finditer(self.text):
            self._put(match.start(), match.end(), text, reason)

    def _put(self, start: int, end: int, text: str, reason: str) -> None:
        if any((start < stop and end > begin) or start == begin for begin, stop in self.edited):
            return
        self.edited.append((start, end))
        self.job.put(self.node.start + start, self.node.start + end, text, reason)

    def _block(self) -> str:
        kinds = (above.kind for above in self.node.above())
        return next(kind for kind in kinds if kind in {"paragraph", "heading", "cell", "root"})

    def _previous(self) -> Node | None:
        siblings = self.node.parent.children if self.node.parent else []
        at = bisect_left(siblings, self.node.start, key=_start)
        return siblings[at - 1] if at else None

    def _starts_line(self) -> bool:
        before = self._previous()
        if before is not None:
            return before.kind in _BREAKS
        return self.node.parent is not None and self.node.parent.kind in {"paragraph", "heading"}

    def _ends_block(self) -> bool:
        parent = self.node.parent
        return (
            parent is not None
            and parent.kind in {"paragraph", "heading"}
            and parent.children[-1] is self.node
        )

    def _ends_heading(self) -> bool:
        return self._block() == "heading" and self._ends_block()


def _trim_url(url: str) -> str:
    """Remove trailing punctuation from an address, as in GFM."""
    while url[-1] in "?!.,:*_~'\";" or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url
