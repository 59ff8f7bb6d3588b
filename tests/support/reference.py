"""The same reading of a body by another parser: markdown-it-py, with Obsidian's additions as rules.

Slow and written without a look at notekeep's scanner; what both find must be the same.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_WIKI = re.compile(r"(!?)\[\[([^\[\]\n|]+)(?:\|((?:[^\[\]\n]|\[(?!\[)|\](?!\]))*))?\]\]")


class Found(NamedTuple):
    """What a parser found in a body, in forms that both can give."""

    headings: list[tuple[int, int, str]]
    blocks: list[tuple[str, int, int]]
    spans: list[str]
    links: list[tuple[str, str, str]]


def read(text: str) -> Found:
    """Read a body with markdown-it-py."""
    env: dict[str, Any] = {}
    tokens = _parser().parse(text, env)
    found = Found([], [], [], [])
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            words = " ".join(tokens[index + 1].content.split())
            found.headings.append((token.map[0], int(token.tag[1]), words))
        elif token.type in ("fence", "code_block") and token.map:
            kind = "fence" if token.type == "fence" else "indented"
            found.blocks.append((kind, token.map[0], token.map[1]))
    inner = [token.children or [] for token in tokens if token.type == "inline"]
    notes = env.get("footnotes", {}).get("list", {}).values()
    for children in inner + [
        note["tokens"][0].children or [] if note.get("tokens") else [] for note in notes
    ]:
        for token in _walk(children):
            _add(token, found)
    found.links.extend(
        ("md", *_cut(href)) for ref in _references(env) if (href := _local(ref["href"])).strip("#")
    )
    found.spans.sort()
    found.links.sort()
    return found


def _add(token: Token, found: Found) -> None:
    if token.type == "code_inline":
        found.spans.append(words(token.content))
    elif token.type == "wikilink":
        found.links.append(("wiki", *_cut(token.content)))
    elif token.type in ("link_open", "image") and "label" not in token.meta:
        href = _local(str(token.attrGet("href" if token.type == "link_open" else "src") or ""))
        if href.strip("#") and token.markup != "autolink":
            found.links.append(("md", *_cut(href)))


def words(code: str) -> str:
    """The words of a code span, whatever blanks, quote marks and escaped pipes its lines have."""
    return " ".join(code.replace("\\|", "|").replace(">", " ").split())


def _references(env: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from env.get("references", {}).values()
    yield from env.get("duplicate_refs", [])


def _walk(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.children:
            yield from _walk(token.children)


def _cut(target: str) -> tuple[str, str]:
    """A target and its fragment, a block's without its sign."""
    name, _, fragment = target.partition("#")
    return name.strip(), fragment.strip().removeprefix("^")


def _local(href: str) -> str:
    """A destination inside the vault, decoded; empty for one outside."""
    return "" if re.match(r"[a-zA-Z][a-zA-Z0-9+.\-]+:|//", href) else unquote(href)


@cache
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": 1000, "store_labels": True}).enable(["table"])
    dollarmath_plugin(
        md, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    footnote_plugin(md, inline=True, move_to_end=False)
    md.inline.ruler.before("link", "wikilink", _wikilink)
    md.inline.ruler.before("link", "comment", _comment)
    alt = ["paragraph", "reference", "blockquote", "list"]
    # A footnote ends a quote's lazy lines as it ends a paragraph.
    md.block.ruler.at("footnote_def", footnote_def, {"alt": alt})
    md.block.ruler.before("fence", "comment", _comment_block, {"alt": alt})
    return md


def _wikilink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    match = _WIKI.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        target = match[2]
        if match[3] is not None and target.endswith("\\"):
            target = target[:-1]
        state.push("wikilink", "", 0).content = target.strip()
    state.pos = match.end()
    return True


def _comment(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    if not state.src.startswith("%%", state.pos, state.posMax):
        return False
    end = state.src.find("%%", state.pos + 2, state.posMax)
    if end < 0:
        return False
    if not silent:
        state.push("comment", "", 0)
    state.pos = end + 2
    return True


def _comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    first = state.bMarks[start] + state.tShift[start]
    line = state.src[first : state.eMarks[start]]
    if state.is_code_block(start) or not line.startswith("%%") or "%%" in line[2:]:
        return False
    if silent:
        return True
    last = start + 1
    while last < end:
        begin = state.bMarks[last] + state.tShift[last]
        if begin < state.eMarks[last] and state.sCount[last] < state.blkIndent:
            break
        last += 1
        if "%%" in state.src[begin : state.eMarks[last - 1]]:
            break
    state.line = last
    state.push("comment", "", 0).map = [start, last]
    return True
