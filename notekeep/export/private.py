"""What of a note never leaves the vault, taken out before anything else is done to it.

Comments and private parts (`comments.py`), `[!private]` callouts, sections whose heading has the
tag `#private`, and blocks that only the vault can answer (Dataview and its kin). A mark that stands
where it has no meaning is refused: somebody thought that it hides something.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.comments import strip_comments
from notekeep.export.nodes import LITERAL
from notekeep.export.passage import Change, Passage, Splice, whole_lines

if TYPE_CHECKING:
    from notekeep.export.nodes import Node

_PRIVATE_TAG = re.compile(r"(?<![^\s])#private(?![\w-])", re.IGNORECASE)
_PRIVATE_CALLOUT = re.compile(r"\[!private(?:\|[^\]]*)?\]", re.IGNORECASE)
_BEGUN = ("#p", "#P", "[!p", "[!P")
"""How both begin, which is quicker to look for."""
_VAULT_BLOCKS = frozenset(
    {"base", "button", "dataview", "dataviewjs", "meta-bind", "query", "tasks"}
)


class Stripped(NamedTuple):
    """A note's body without what is private.

    Attributes:
        passage: What is left.
        removed: The text of each private thing, for the audit.
        changes: What was taken out, by line.
    """

    passage: Passage
    removed: list[str]
    changes: list[Change]


def strip_private(passage: Passage) -> Stripped:
    """Take out all that is private.

    Raises:
        Refused: Something private is not closed, or marked where the mark has no meaning.
    """
    removed: list[str] = []
    changes: list[Change] = []
    while True:
        passage, comments, cut = strip_comments(passage)
        removed += comments
        changes += cut
        splices: list[Splice] = []
        for span in _private_spans(passage):
            splice = _removal(passage, *span)
            if not splices or splice.start >= splices[-1].end:
                removed.append(passage.text[splice.start : splice.end])
                splices.append(splice)
        if not splices:
            break
        changes += passage.changes(splices)
        passage = passage.splice(splices)  # which may be read in another way now
    _refuse_stray_marks(passage)
    return Stripped(passage, removed, changes)


def _private_spans(passage: Passage) -> list[tuple[Node, int, str]]:
    """Return first node, line after the last, and reason of each private block, in order."""
    spans: list[tuple[Node, int, str]] = []
    for node in passage.page.find("quote", "heading", "fence"):
        if node.kind == "quote" and _is_private_callout(passage, node):
            spans.append((node, node.last, "a private callout stays in the vault"))
        elif node.kind == "heading" and _PRIVATE_TAG.search(node.plain()):
            spans.append((node, _section_end(node), "a private section stays in the vault"))
        elif node.kind == "fence" and _vault_block(node):
            spans.append((node, node.last, f"a {node.info.split()[0]} block means nothing outside"))
    return sorted(spans, key=lambda span: (span[0].first, -span[1]))


def _is_private_callout(passage: Passage, quote: Node) -> bool:
    first = next(iter(quote.children), None)
    return (
        first is not None
        and first.kind == "paragraph"
        and first.first == quote.first
        and _PRIVATE_CALLOUT.match(passage.text, first.start) is not None
    )


def _vault_block(fence: Node) -> bool:
    words = fence.info.split()
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


def _removal(passage: Passage, node: Node, last: int, reason: str) -> Splice:
    page = passage.page
    line = page.lines[node.first]
    if not passage.text[line.start : node.start].strip("> \t"):
        return whole_lines(passage, node.first, last, reason)
    # It begins behind a list's mark, which stays.
    end = page.lines[last - 1].end
    return Splice(node.start, max(end, node.start), "", reason)


def _refuse_stray_marks(passage: Passage) -> None:
    if not any(begun in passage.text for begun in _BEGUN):
        return
    for node in passage.page.find("text"):
        for mark in (_PRIVATE_CALLOUT, _PRIVATE_TAG):
            match = mark.search(passage.text, node.start, node.end)
            if match is None or node.inside(*LITERAL):
                continue
            path, line = passage.origin(match.start())
            raise Refused(
                f"{path}: {match[0].strip()} on line {line} hides nothing where it stands,"
                " and it seems meant to",
                "begin a callout of its own with [!private], put #private behind a heading,"
                " or write %% private %% before and %% /private %% after",
                line=line,
            )
