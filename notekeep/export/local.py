"""Addresses that only this machine understands: `file:///…`, and links back into the vault's app.

They tell the folders of a person's machine, so none of them leaves. One that leads to a file of the
vault is read as a link to that file; of any other the words stay, or the last part of its name.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notekeep.export.passage import Splice, whole_lines
from notekeep.export.refs import escape
from notekeep.markdown.outline import SCHEME

if TYPE_CHECKING:
    from notekeep.export.passage import Passage
    from notekeep.markdown.nodes import Node

REASON = "an address of this machine stays here"

_LOCAL = re.compile(r"(?:file|obsidian):", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:file|obsidian):/[^\s<>\[\]()\"']*", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\s[\w-]+\s*=\s*(?:\"\s*(?:file|obsidian):[^\"]*\"|'\s*(?:file|obsidian):[^']*'"
    r"|(?:file|obsidian):[^\s>]*)",
    re.IGNORECASE,
)


def is_local(address: str) -> bool:
    """Whether an address means something on this machine only."""
    return _LOCAL.match(address.strip()) is not None


def in_vault(address: str, root: str) -> str:
    """Return the path in the vault that a `file:` address leads to, from its root; "" for none."""
    scheme, _, rest = address.strip().partition(":")
    if scheme.lower() != "file":
        return ""
    place = unquote(re.sub(r"^//(?:localhost)?(?=/)", "", rest))
    real, base = os.path.realpath(place), os.path.realpath(root)
    if not real.startswith(base + os.sep):
        return ""
    return os.path.relpath(real, base).replace(os.sep, "/")


def without_local(text: str) -> str:
    """Return words with the last part of a name in place of each such address."""
    return _WRITTEN.sub(lambda match: _last_part(match[0]), text)


def has_local_words(text: str) -> bool:
    """Whether such an address is written anywhere in a text."""
    return ":/" in text and _WRITTEN.search(text) is not None


def kept_here(passage: Passage, node: Node) -> list[Splice]:
    """Return the splices that keep such addresses of words, HTML and definitions here."""
    match node.kind:
        case "autolink" if is_local(node.info):
            return [Splice(node.start, node.end, escape(_last_part(node.info)), REASON)]
        case "text":
            return [
                Splice(match.start(), match.end(), escape(_last_part(match[0])), REASON)
                for match in _WRITTEN.finditer(passage.text, node.start, node.end)
            ]
        case "html" | "html_block":
            return [
                Splice(match.start(), match.end(), "", REASON)
                for match in _ATTRIBUTE.finditer(passage.text, node.start, node.end)
            ]
        case "definition" if is_local(node.content) or not _leads_out(node.content):
            # Links that used it have their address in them by now.
            reason = "where a link of the vault leads stays in the vault"
            return [whole_lines(passage, node.first, node.last, reason)]
    return []


def _leads_out(address: str) -> bool:
    """Whether an address leads out of the vault, or to a place or page of the site."""
    return SCHEME.match(address) is not None or address.startswith(("#", "/"))


def _last_part(address: str) -> str:
    return unquote(re.split(r"[/\\=]", address.rstrip("/"))[-1])
