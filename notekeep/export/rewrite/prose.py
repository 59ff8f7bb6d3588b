"""Plain words: characters that mean nothing in a vault and something to a generator."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

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
_BREAKS = frozenset({"soft_break", "hard_break"})
_MEANING = re.compile(r"[{}$<\]#*|:]|\d[.)]")
"""What every one of these patterns, and every template's syntax, has in it: most words do not."""
_PIPE = re.compile(r"\|")
_KRAMDOWN_ATTRIBUTES = re.compile(r"\{(?=:)")
_NUMBER = re.compile(r"\d+(?=[.)](?:\s|$))")
# What an engine takes a backslash before; before any other the backslash would be seen.
_ESCAPES = {
    "python": frozenset("\\`*_{}[]()>#+-.!|"),
    "kramdown": frozenset("\\.*_+`<>()[]{}#!:|\"'$=-~"),
}
_INSTEAD = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "~": "&#126;", "|": "&#124;", ":": "&#58;"}


def rewrite(work: Work) -> None:
    """Guard every run of words; what another rewriter replaces of it is no longer there."""
    replaced = sorted((one.start, one.end) for one in work.splices if one.start < one.end)
    for node in work.tree.find("text", "special"):
        if not work.free(node):
            continue
        first = bisect_right(replaced, node.start, key=itemgetter(1))
        taken = replaced[first : bisect_left(replaced, (node.end, 0))]
        if node.kind == "special":
            if not taken:
                _special(work, node)
        elif _MEANING.search(work.tree.text, node.start, node.end):
            _Words(work, node, taken).guard()


def _special(work: Work, node: Node) -> None:
    """An escape that the engine does not know would show its backslash."""
    if not node.info.startswith("\\"):
        return
    char = node.content
    if char == "$" and work.dialect.math.dollar:
        work.replace(node, work.dialect.math.dollar)
    elif char not in _ESCAPES.get(work.dialect.engine, char):
        reason = "the generator does not know this escape"
        work.replace(node, _INSTEAD.get(char, char), reason)


class _Words:
    """One run of words. The first rule that touches a character has it."""

    def __init__(self, work: Work, node: Node, taken: list[tuple[int, int]]) -> None:
        self.work = work
        self.node = node
        self.text = work.tree.source(node)
        self.taken = [(start - node.start, end - node.start) for start, end in taken]

    def guard(self) -> None:
        dialect = self.work.dialect
        if not dialect.bare_urls and not self.node.inside("link"):
            self._urls()
        self._templates()
        if dialect.math.dollar:
            self._each(_DOLLAR, dialect.math.dollar, "a dollar in prose is no math")
        if dialect.engine == "python":
            self._old_markdown()
            self._python_markdown()
        elif dialect.engine == "kramdown":
            self._old_markdown()
            self._kramdown()
        elif dialect.heading_ids and self._ends_heading():
            self._each(_ATTRIBUTES, "\\{", "braces at a heading's end are shown")
        if dialect.definitions and self._starts_line() and (match := _DEFINITION.match(self.text)):
            colon = "&#58;" if dialect.engine == "python" else "\\:"
            self._put(match.end() - 1, match.end(), colon, "a colon begins no definition")

    def _templates(self) -> None:
        reason = "template syntax in prose is shown, not run"
        if self.work.dialect.guard_prose is not None:
            for start, end, text in self.work.dialect.guard_prose(self.text):
                self._put(start, end, text, reason)
        elif self.work.dialect.guard_marks:
            self._each(_TEMPLATE, "{\\", reason)

    def _old_markdown(self) -> None:
        """What engines from before CommonMark see and CommonMark does not."""
        if self._starts_line() and _ABBREVIATION.match(self.text):
            self._put(0, 0, "\\", "this is no abbreviation")
        self._each(_TAGLIKE, "&lt;", "this is no tag")
        self._each(_LINKLIKE, "\\]", "this is no link")
        if self._ends_heading():
            self._each(_CLOSING, "\\#", "hashes at a heading's end are shown")

    def _kramdown(self) -> None:
        if not self.node.inside("cell"):
            self._each(_PIPE, "\\|", "a bar in prose makes no table")
        self._each(_KRAMDOWN_ATTRIBUTES, "\\{", "braces here are no attributes")
        if self._previous() is not None and self._starts_line():
            match = _NUMBER.match(self.text)
            if match is not None:
                self._put(
                    match.end(), match.end(), "\\", "a number at a line's start begins no list"
                )

    def _python_markdown(self) -> None:
        if self._starts_line() and self._block() == "paragraph" and _HEADING.match(self.text):
            self._put(0, 0, "\\", "a tag at a line's start is no heading")
        before = self._previous()
        clings = before is not None and before.kind not in _BREAKS
        if self.text.startswith("{") and (clings or self._starts_line()):
            self._put(0, 1, "\\{", "braces here are no attributes")
        if self._ends_block():
            self._each(_ATTRIBUTES, "\\{", "braces here are no attributes")

    def _urls(self) -> None:
        for match in _URL.finditer(self.text):
            url = _trimmed(match[0])
            reason = "the generator links no bare address"
            self._put(match.start(), match.start() + len(url), f"<{url}>", reason)

    def _each(self, pattern: re.Pattern[str], text: str, reason: str) -> None:
        for match in pattern.finditer(self.text):
            self._put(match.start(), match.end(), text, reason)

    def _put(self, start: int, end: int, text: str, reason: str) -> None:
        if any((start < stop and end > begin) or start == begin for begin, stop in self.taken):
            return
        self.taken.append((start, end))
        self.work.put(self.node.start + start, self.node.start + end, text, reason)

    def _block(self) -> str:
        kinds = (above.kind for above in self.node.above())
        return next(kind for kind in kinds if kind in {"paragraph", "heading", "cell", "root"})

    def _previous(self) -> Node | None:
        siblings = self.node.parent.children if self.node.parent else []
        at = bisect_left(siblings, self.node.start, key=attrgetter("start"))
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


def _trimmed(url: str) -> str:
    """Cut what ends the sentence, not the address: GFM's rule for addresses without marks."""
    while True:
        if url[-1] in "?!.,:*_~'\";" or (url[-1] == ")" and url.count(")") > url.count("(")):
            url = url[:-1]
        else:
            return url
