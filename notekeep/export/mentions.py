"""Names of private notes where no link is made of them: HTML attributes, inline Dataview, code.

A link in Markdown to a private note becomes words (`links.py`). These would go out as they are
written, so a note that has one is refused with its line. Plain words are no mention, not in code
either: a private note called "Notes" forbids nobody the word.
"""

from __future__ import annotations

import html
import re
from os.path import splitext
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notekeep.errors import Refused
from notekeep.markdown.links import WIKI
from notekeep.markdown.outline import SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.export.passage import Passage

_WIKILINK = re.compile(WIKI)
_TAG = re.compile(r"<[A-Za-z][^>]*>", re.DOTALL)
_ADDRESS = re.compile(
    r"\s(?:href|xlink:href|src|srcset|poster|data|cite|action|formaction|longdesc|background"
    r"|data-(?:href|src|link|path|file|note))\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\(\s*<?([^)>\n]+)")
_QUERY = re.compile(r"`+\s*\$?=(?P<inside>[^`]*)`")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")


def refuse_mentions(passage: Passage, hidden: Callable[[str], bool]) -> None:
    """Return when a note without its private parts names no private note where it would go out.

    Args:
        passage: The note.
        hidden: Whether a link's target is a note whose name must not be shown.

    Raises:
        Refused: It does.
    """
    text = passage.text
    if not ("[[" in text or "=" in text):
        return
    for node in passage.tree.find("html", "html_block", "code_span", "fence", "code_block"):
        source = text[node.start : node.end]
        targets = [*_named_in_html(source)] if node.kind.startswith("html") else []
        targets += _named_in_query(source) if node.kind == "code_span" else ()
        targets += ((link.start(), link["target"]) for link in _WIKILINK.finditer(source))
        for at, target in targets:
            if _leads_to_hidden(target, hidden):
                path, line = passage.origin(node.start + at)
                raise mentioned(path, line)


def mentions_hidden(value: str, hidden: Callable[[str], bool]) -> bool:
    """Whether a field's text names a private note in an address or in inline Dataview."""
    targets = [*_named_in_html(value), *_named_in_query(value)]
    targets += ((link.start(), unquote(link[1].split(" ")[0])) for link in _LINK.finditer(value))
    return any(_leads_to_hidden(target, hidden) for _, target in targets)


def mentioned(path: str, line: int) -> Refused:
    """Return the error for a note that names a private note on a line."""
    return Refused(
        f"{path}: line {line} names a private note in an address, a query or code,"
        " where it would go out",
        "make it a link in Markdown, which becomes words, or take the name away",
        line=line,
    )


def _named_in_html(text: str) -> Iterator[tuple[int, str]]:
    for tag in _TAG.finditer(text):
        for found in _ADDRESS.finditer(text, tag.start(), tag.end()):
            value = html.unescape(found[1] or found[2] or found[3] or "").strip()
            yield found.start() + 1, unquote(value)
            for one in value.split(","):  # as `srcset` has several, each with its width behind it
                yield found.start() + 1, unquote(one.strip().split(" ")[0])


def _named_in_query(text: str) -> Iterator[tuple[int, str]]:
    for query in _QUERY.finditer(text):
        for quoted in _QUOTED.finditer(query["inside"]):
            yield query.start(), quoted[1] or quoted[2] or ""
        for link in _WIKILINK.finditer(query["inside"]):
            yield query.start(), link["target"]


def _leads_to_hidden(target: str, hidden: Callable[[str], bool]) -> bool:
    """Whether an address leads to a hidden note, or to a file that has its name."""
    if SCHEME.match(target):
        return False
    name = re.split(r"[#?]", target, maxsplit=1)[0].strip()
    if not name:
        return False
    last = splitext(name.rsplit("/", 1)[-1])[0]
    # From the root it is a page of the person's own site, unless a note is right there.
    return hidden(name) or (not name.startswith("/") and bool(last) and hidden(last))
