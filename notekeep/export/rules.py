"""The parser of a vault's Markdown: CommonMark, tables, math, footnotes, and what Obsidian adds.

Every token it makes says where it stands in the source: `meta["facts"]` of a block has one Facts
for each of its lines, `meta["at"]` of an inline token has its span in the inline text. `parse.py`
makes a tree of them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.markdown.links import WIKI

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_WIKILINK = re.compile(rf"(?P<embed>!?){WIKI}")
_MARK = re.compile(r"==(?=[^\s=])(.+?)(?<=[^\s=])==(?!=)", re.DOTALL)

_MATH = re.compile(
    r"\$\$((?:[^\\$]|\\.|\$(?!\$))+)\$\$|\$(?![\s$])((?:[^\\$]|\\.)+)(?<!\s)\$(?!\d)", re.DOTALL
)


class Facts(NamedTuple):
    """Where a line's own text begins for the block that holds it.

    Attributes:
        content: Behind the marks of all containers; spaces beyond their indent come after it.
        text: The first character that is no space.
        end: One past the last character of the line.
    """

    content: int
    text: int
    end: int


@cache
def parser() -> MarkdownIt:
    """Return the parser, which is built once: it holds no state of any text."""
    from notekeep.export.quick import hasten

    md = located()
    hasten(md)
    return md


def located() -> MarkdownIt:
    """Return a new parser that says where its tokens stand, as slow as it is made."""
    md = engine().disable("text_join")
    # An address that no page may have is one all the same, and has to be dealt with.
    md.validateLink = _any_address  # type: ignore[method-assign]  # how the parser is told
    _locate(md)
    return md


def engine() -> MarkdownIt:
    """Return a new engine that reads a vault's Markdown, and can render it too."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    dollarmath_plugin(md, allow_labels=False)
    md.inline.ruler.at("math_inline", _math)
    footnote_plugin(md, inline=True, move_to_end=False)
    md.inline.ruler.before("link", "wikilink", _wikilink)
    md.inline.ruler.before("emphasis", "mark", _mark)
    return md


def _any_address(url: str) -> bool:
    del url
    return True


def _wikilink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
    match = _WIKILINK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("wikilink", "", 0)
        token.info = match["target"]
        token.content = match["text"] or ""
        token.meta = {"embed": bool(match["embed"])}
    state.pos = match.end()
    return True


def _mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
    match = _MARK.match(state.src, state.pos, state.posMax)
    if match is None or "\n\n" in match[0]:
        return False
    if not silent:
        end = state.posMax
        state.push("mark_open", "mark", 1).markup = "=="
        state.pos, state.posMax = match.start(1), match.end(1)
        state.md.inline.tokenize(state)
        state.pos, state.posMax = match.end(1), end
        state.push("mark_close", "mark", -1).markup = "=="
    state.pos = match.end()
    return True


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
    """`$x$` and `$$x$$`; a price is no math: no blank inside, no digit around."""
    match = _MATH.match(state.src, state.pos, state.posMax)
    if match is None or (state.pos and state.src[state.pos - 1].isdigit()):
        return False
    if not silent:
        kind = "math_inline" if match[1] is None else "math_inline_double"
        state.push(kind, "math", 0).content = match[1] or match[2]
    state.pos = match.end()
    return True


def _locate(md: MarkdownIt) -> None:
    """Have every rule of the parser say where its tokens stand."""
    for rule in list(md.inline.ruler.__rules__):
        if rule.name not in {"text", "emphasis", "strikethrough", "mark"}:
            md.inline.ruler.at(rule.name, _located_inline(rule.fn))
    for block_rule in list(md.block.ruler.__rules__):
        located = _located_block(block_rule.name, block_rule.fn)
        md.block.ruler.at(block_rule.name, located, {"alt": block_rule.alt})


def _located_inline(rule: Callable[[StateInline, bool], bool]) -> Any:
    def located(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser's signature
        start, known = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            for token in state.tokens[known:]:
                # Plain text is literal, so its place follows from its neighbours'.
                if token.type != "text":
                    token.meta.setdefault("at", (start, state.pos))
        return found

    return located


def _located_block(name: str, rule: Callable[[StateBlock, int, int, bool], bool]) -> Any:
    def located(
        state: StateBlock,
        start: int,
        end: int,
        silent: bool,  # noqa: FBT001  # the parser's signature
    ) -> bool:
        known = len(state.tokens)
        found = rule(state, start, end, silent)
        if not found or silent:
            return found
        if name == "reference":
            facts = _facts(state, start, state.line)
            state.env.setdefault("definitions", []).append((start, state.line, facts))
        for token in state.tokens[known:]:
            if token.map is not None and "facts" not in token.meta:
                token.meta["facts"] = _facts(state, *token.map)
        return found

    return located


def _facts(state: StateBlock, first: int, last: int) -> list[Facts]:
    facts = []
    for line in range(first, last):
        text = state.bMarks[line] + state.tShift[line]
        content = text
        surplus = state.sCount[line] - state.blkIndent
        while surplus > 0 and content > state.bMarks[line] and state.src[content - 1] == " ":
            content -= 1
            surplus -= 1
        facts.append(Facts(content, min(text, state.eMarks[line]), state.eMarks[line]))
    return facts
