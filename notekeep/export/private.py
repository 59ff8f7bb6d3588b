"""What of a note never leaves the vault, taken out before anything else is done to it.

Comments and private parts (`source_map.py`), `[!private]` callouts, sections whose heading has the
tag `#private`, blocks that only the vault can answer (Dataview and its kin), and footnotes and link
definitions that nothing else refers to.

A mark that is right but for case and blanks hides. One that is misspelt, or stands where it has no
meaning, is refused: somebody thought that it hides something. Code is never a mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.consent import PRIVATE_MARK, fold_mark, is_like_private, may_mention_private
from notekeep.export.references import unused_definitions
from notekeep.export.source_map import (
    MappedText,
    SourceChange,
    SourceEdit,
    remove_lines,
    strip_comments,
)

if TYPE_CHECKING:
    from notekeep.export.source_map import Origin
    from notekeep.markdown.nodes import Node

_TAG = re.compile(r"[#\uff03]([\w\u00ad\u200b-\u200f\u2060-]+)")
_APART_TAG = re.compile(r"(?<!\S)#[ \t]+(\w+)[ \t]*$", re.MULTILINE)
_CALLOUT = re.compile(r"\[!([^\]\n]*)\]")
_CALLOUT_BEGUN = re.compile(r"\[[ \t]*!([^\]\n]*)(\]?)")
_BRACKETS = re.compile(r"!?\[([^\]\n]*)\]")
_LETTERS = re.compile(r"[^\W\d_]+")
_OPENING = frozenset("\0([<\"'“«*_~|,;:")
"""What can stand before a tag that is meant as one."""
_HTML_CODE = re.compile(
    r"<(pre|code|kbd|samp|script|style|textarea)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_HTML_HEADING = re.compile(r"<h([1-6])\b.*?(?:</h\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_MASKED = re.compile(r"[^\n]+")
_VAULT_BLOCKS = frozenset(
    {"base", "button", "dataview", "dataviewjs", "meta-bind", "query", "tasks"}
)


class PublicBody(NamedTuple):
    """A note's body without what is private.

    Attributes:
        passage: What is left.
        removed: The text of each private thing, for the audit.
        changes: What was taken out, by line.
    """

    passage: MappedText
    removed: list[str]
    changes: list[SourceChange]


def strip_private(passage: MappedText) -> PublicBody:
    """Take out all that is private.

    Raises:
        Refused: Something private is not closed, or marked where the mark has no meaning.
    """
    removed: list[str] = []
    changes: list[SourceChange] = []
    while True:
        passage, comments, cut = strip_comments(passage)
        removed += comments
        changes += cut
        spans = _private_spans(passage) or unused_definitions(passage)
        splices: list[SourceEdit] = []
        for span in spans:
            splice = _removal(passage, *span)
            if not splices or splice.start >= splices[-1].end:
                removed.append(passage.text[splice.start : splice.end])
                splices.append(splice)
        if not splices:
            break
        changes += passage.changes(splices)
        passage = passage.splice(splices)  # which may be read in another way now
    _refuse_other_marks(passage)
    return PublicBody(passage, removed, changes)


def _private_spans(passage: MappedText) -> list[tuple[Node, int, str]]:
    """Return first node, line after the last, and reason of each private block, in order."""
    spans: list[tuple[Node, int, str]] = []
    for node in passage.tree.find("quote", "heading", "fence"):
        if node.kind == "quote" and _is_private_callout(passage, node):
            spans.append((node, node.last, "a private callout stays in the vault"))
        elif node.kind == "heading" and _has_private_tag(node):
            spans.append((node, _section_end(node), "a private section stays in the vault"))
        elif node.kind == "fence" and _vault_block(node):
            spans.append((node, node.last, f"a {node.info.split()[0]} block means nothing outside"))
    return sorted(spans, key=lambda span: (span[0].first, -span[1]))


def _is_private_callout(passage: MappedText, quote: Node) -> bool:
    first = _first_words(quote)
    mark = None if first is None else _CALLOUT.match(passage.text, first.start)
    return mark is not None and fold_mark(mark[1].partition("|")[0]) == PRIVATE_MARK


def _first_words(quote: Node) -> Node | None:
    """Return the paragraph that a quote's first line begins."""
    first = next(iter(quote.children), None)
    is_there = first is not None and first.kind == "paragraph" and first.first == quote.first
    return first if is_there else None


def _has_private_tag(heading: Node) -> bool:
    words = f" {_words(heading)}"
    tags = _TAG.finditer(words)
    return any(
        words[tag.start() - 1].isspace() and _tag_name(tag[1]) == PRIVATE_MARK for tag in tags
    )


def _words(node: Node) -> str:
    """Return the words of a heading in which a tag can stand: code and escapes are none."""
    match node.kind:
        case "text":
            return node.content
        case "soft_break" | "hard_break":
            return " "
    return "".join(map(_words, node.children)) or "\0"


def _tag_name(tag: str) -> str:
    return fold_mark(tag).strip("-_")


def _vault_block(fence: Node) -> bool:
    words = fence.info.strip("{}. ").split()
    return bool(words) and words[0].lower() in _VAULT_BLOCKS


def _section_end(heading: Node) -> int:
    """Return the line after a section: the next heading that is not below this one."""
    parent = heading.parent
    if parent is None:
        return heading.last
    for sibling in parent.children:
        if (
            sibling.kind == "heading"
            and sibling.first > heading.first
            and sibling.level <= heading.level
        ):
            return sibling.first
    return parent.last


def _removal(passage: MappedText, node: Node, last: int, reason: str) -> SourceEdit:
    tree = passage.tree
    line = tree.lines[node.first]
    if not passage.text[line.start : node.start].strip("> \t"):
        return remove_lines(passage, node.first, last, reason)
    # It begins behind a list's mark, which stays.
    end = tree.lines[last - 1].end
    return SourceEdit(node.start, max(end, node.start), "", reason)


def _refuse_other_marks(passage: MappedText) -> None:
    """Refuse marks that hide nothing: misspelt ones, and those where nothing can be hidden."""
    if not may_mention_private(passage.text):
        return
    words, headings = _readable(passage)
    found = [mark for mark in _CALLOUT_BEGUN.finditer(words) if _means_private(mark)]
    found += [
        mark
        for quote in passage.tree.find("quote")
        if (first := _first_words(quote))
        if (mark := _BRACKETS.match(words, first.start))
        if _is_like_private(fold_mark(mark[1]))
    ]
    for tag in _TAG.finditer(words):
        in_heading = any(start <= tag.start() < end for start, end in headings)
        if _is_stray_tag(words[tag.start() - 1 : tag.start()], tag[1], in_heading=in_heading):
            found.append(tag)
    for start, end in headings:
        tag_apart = _APART_TAG.search(words, start, end)
        if tag_apart and _is_like_private(fold_mark(tag_apart[1])):
            found.append(tag_apart)
    if found:
        start, end = min(mark.span() for mark in found)
        raise _hides_nothing(passage.text[start : min(end, start + 40)], passage.origin(start))


def _is_like_private(word: str) -> bool:
    return word == PRIVATE_MARK or is_like_private(word)


def _means_private(mark: re.Match[str]) -> bool:
    """Whether one of the words of a callout's mark is like PRIVATE, or begins with it."""
    words = _LETTERS.findall(fold_mark(mark[1]))
    # Where the mark does not end, the words of the text follow it.
    return any(
        word.startswith(PRIVATE_MARK) or _is_like_private(word)
        for word in (words if mark[2] else words[:1])
    )


def _is_stray_tag(before: str, tag: str, *, in_heading: bool) -> bool:
    name = _tag_name(tag)
    if before == "{":  # an id, as `## Private methods {#private}` gives one
        return False
    if in_heading:
        return _is_like_private(name) or name.startswith(PRIVATE_MARK)
    return _is_like_private(name) and (not before.strip() or before in _OPENING)


def _readable(passage: MappedText) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with all that is no words of a reader masked, and where headings are."""
    text, tree = passage.text, passage.tree
    pieces, at = [], 0
    headings = [(node.start, node.end) for node in tree.find("heading")]
    for node in tree.find("text", "html_block"):
        shown = text[node.start : node.end]
        if node.kind == "html_block":
            spans = _HTML_HEADING.finditer(shown)
            headings += [(node.start + one.start(), node.start + one.end()) for one in spans]
            shown = _HTML_CODE.sub(lambda match: _masked(match[0]), shown)
        pieces += [_masked(text[at : node.start]), shown]
        at = node.end
    return "".join([*pieces, _masked(text[at:])]), headings


def _masked(text: str) -> str:
    return _MASKED.sub(lambda match: "\0" * len(match[0]), text)


def _hides_nothing(mark: str, origin: Origin) -> Refused:
    path, line = origin
    return Refused(
        f"{path}: {mark.strip()} on line {line} hides nothing as it is, and it seems meant to",
        "begin a callout with [!private], put #private behind a heading, or write %% private %%"
        " before and %% /private %% after; if nothing is to be hidden, write it as code",
        line=line,
    )
