"""A note as HTML for the page: its links lead to notes, its pictures to files of the vault."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from notekeep.export.html_pages import to_html
from notekeep.markdown.parser import parse_markdown
from notekeep.notes.capture import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from notekeep.markdown.tree import Span
    from notekeep.vault import Vault


def note_html(vault: Vault, path: str) -> str:
    """Return the text of a note as clean HTML."""
    body = vault.search.read(path).body
    parts: list[str] = []
    at = 0
    for span in parse_markdown(body).spans:
        if span.start < at:
            continue
        if span.kind in ("wikilink", "embed"):
            parts += [body[at : span.start], _link(span, path)]
        elif span.kind == "image" and ":" not in span.info:
            parts += [body[at : span.start], _picture(span.info, span.words, path)]
        else:
            continue
        at = span.end
    return to_html("".join([*parts, body[at:]]))


def _link(span: Span, path: str) -> str:
    target = span.info.partition("#")[0].strip()
    if span.kind == "embed" and target.lower().endswith(PICTURE_SUFFIXES):
        return _picture(target, span.words, path)
    words = html.escape(span.words or span.info)
    return f'<a href="{quote(target)}">{words}</a>' if target else words


def _picture(target: str, words: str, path: str) -> str:
    address = "/files?" + urlencode({"name": target, "from": path}, errors="surrogateescape")
    return f'<img src="{html.escape(address)}" alt="{html.escape(words or target)}">'
