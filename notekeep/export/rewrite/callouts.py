"""Callouts, `> [!note] Title`, as quotes that begin with their title in bold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.export.anchors import BLOCK_ID

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node

MARK = re.compile(r"\[!([^\]|\n]+)(?:\|[^\]\n]*)?\]([+-]?)[ \t]*")
_ALERTS = frozenset({"[!note]", "[!tip]", "[!important]", "[!warning]", "[!caution]"})
_ADMONITIONS = {
    **dict.fromkeys(("summary", "tldr"), "abstract"),
    **dict.fromkeys(("info", "todo"), "info"),
    **dict.fromkeys(("tip", "hint", "important"), "tip"),
    **dict.fromkeys(("success", "check", "done"), "success"),
    **dict.fromkeys(("question", "help", "faq"), "question"),
    **dict.fromkeys(("warning", "caution", "attention"), "warning"),
    **dict.fromkeys(("failure", "fail", "missing"), "failure"),
    **dict.fromkeys(("danger", "error"), "danger"),
    "bug": "bug",
    "example": "example",
    "quote": "quote",
    "cite": "quote",
    "note": "note",
}
_NAMES = {"faq": "FAQ", "tldr": "TL;DR", "todo": "To do"}
_REASON = "a callout becomes a quote with a bold title"


def callout(page_text: str, quote: Node) -> re.Match[str] | None:
    """Return the mark that makes a quote a callout, or None for a plain quote."""
    first = quote.children[0] if quote.children else None
    if quote.kind != "quote" or first is None or first.kind != "paragraph":
        return None
    if first.first != quote.first or not first.children:
        return None
    return MARK.match(page_text, first.start, first.end)


def kind_name(kind: str) -> str:
    """Return the title of a callout that has none of its own."""
    name = kind.strip().lower()
    return _NAMES.get(name, name.replace("-", " ").capitalize())


def rewrite(work: Work) -> None:
    """Rewrite every callout that the engine does not know as it stands.

    It runs before the other rewriters, so that none of them edits within a mark that goes.
    """
    for quote in work.tree.find("quote"):
        match = callout(work.passage.text, quote)
        if match is None:
            continue
        paragraph = quote.children[0]
        title, rest = _title(work.tree.text, paragraph, match.end())
        if work.dialect.admonitions and not _opens_item(quote):
            continue  # the layout writes them
        bare = not title and match[0].strip().lower() in _ALERTS
        if work.dialect.alerts and bare and rest is not None:
            continue
        work.claimed.update(
            node
            for node in paragraph.walk()
            if node.start < match.end() and node.kind not in {"paragraph", "text"}
        )
        if not title:
            work.put(match.start(), match.end(2), f"**{kind_name(match[1])}**", _REASON)
        elif any(node.kind in {"strong", "soft_break"} for top in title for node in top.walk()):
            work.put(match.start(), match.end(), "", _REASON)
        else:
            work.put(match.start(), match.end(), "**", _REASON)
            end = title[-1].end - _trailing(work.tree.source(title[-1]))
            work.put(end, title[-1].end, "**")
        work.loose.append((paragraph.start, rest.start if rest else paragraph.end))
        if rest is not None:
            # The title was a line of the paragraph that follows; now it stands alone.
            marks = work.marks(work.tree.line_of(rest.start))
            work.replace(rest, f"\n{marks.rstrip()}\n{marks}", _REASON)


def _opens_item(quote: Node) -> bool:
    """Whether a quote is the first thing of a list item, where no admonition can stand."""
    parent = quote.parent
    return parent is not None and parent.kind == "item" and parent.children[0] is quote


def admonition(text: str, quote: Node, *, foldable: bool) -> str | None:
    """Return the line that begins an admonition in place of a callout; None for other quotes."""
    match = callout(text, quote)
    if match is None or _opens_item(quote):
        return None
    title, _ = _title(text, quote.children[0], match.end())
    words = text[match.end() : title[-1].end].strip() if title else ""
    kind = match[1].strip().lower()
    known = _ADMONITIONS.get(kind, kind if kind in _ADMONITIONS.values() else "note")
    mark = {"-": "???", "+": "???+"}.get(match[2], "!!!") if foldable else "!!!"
    return f'{mark} {known} "{words or kind_name(match[1])}"'


def _title(text: str, paragraph: Node, after: int) -> tuple[list[Node], Node | None]:
    """Return the nodes of the title, and the break that ends it if more than a block id follows."""
    title: list[Node] = []
    rest = None
    for node in paragraph.children:
        if node.kind in {"soft_break", "hard_break"}:
            rest = None if BLOCK_ID.fullmatch(text[node.end : paragraph.end]) else node
            break
        if node.end > after:
            title.append(node)
    if title and not BLOCK_ID.sub("", text[after : title[-1].end]).strip():
        title = []
    return title, rest


def _trailing(text: str) -> int:
    return len(text) - len(text.rstrip())
