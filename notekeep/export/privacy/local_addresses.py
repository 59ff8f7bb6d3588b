"""Addresses that only work on this machine: `file:///…`, and links to local programs.

They reveal folders on the user's machine, so only web schemes are exported. The address of a file
in the vault is treated as a link to that file. Other addresses are replaced with the link text, or
with the last part of the path. `metadata.py` strips pictures in `data:` addresses.
"""

from __future__ import annotations

import html
import os
import re
from urllib.parse import unquote

from notekeep.export.references import escape_text
from notekeep.export.source_map import MappedText, SourceEdit, remove_lines
from notekeep.markdown.outline import SCHEME_PATTERN
from notekeep.markdown.tree import Span

LOCAL_ADDRESS_REASON = "removed an address on this machine"

_NOT_WEB = r"(?!(?:https?|mailto|tel):|data:image/)"
"""Excludes addresses that may be exported."""
_LOCAL = re.compile(rf"{_NOT_WEB}[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LOCAL_IN_TEXT = re.compile(rf"\b{_NOT_WEB}[a-z][a-z0-9+-]+:/[^\s<>\[\]()\"']*", re.IGNORECASE)
_LOCAL_IN_ATTRIBUTE = re.compile(
    rf"{_LOCAL_IN_TEXT.pattern}|url\([\"']?{_LOCAL.pattern}[^)]*\)?", re.IGNORECASE
)
"""A local address in the value of an attribute, for example of a style."""
_ATTRIBUTE = re.compile(r"\s([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_IGNORED_IN_ADDRESS = re.compile(r"[\0-\x20]")
_ADDRESSES = frozenset(
    {
        *("href", "xlink:href", "src", "srcset", "poster", "data", "cite", "action", "formaction"),
        *("longdesc", "background", "data-href", "data-src"),
    }
)


def is_local(address: str) -> bool:
    """Whether an address might only work on this machine."""
    return _LOCAL.match(_IGNORED_IN_ADDRESS.sub("", address)) is not None


def is_local_attribute(name: str, value: str) -> bool:
    """Whether an attribute of HTML or SVG contains a local address."""
    text = html.unescape(value)
    is_address = name.lower() in _ADDRESSES
    return _LOCAL_IN_ATTRIBUTE.search(text) is not None or (is_address and is_local(text))


def vault_path_of_address(address: str, root: str) -> str:
    """Return the vault path of a `file:` address; "" if it is not in the vault."""
    scheme, _, rest = address.strip().partition(":")
    if scheme.lower() != "file":
        return ""
    place = unquote(re.sub(r"^//(?:localhost)?(?=/)", "", rest))
    real, base = os.path.realpath(place), os.path.realpath(root)
    if not real.startswith(base + os.sep):
        return ""
    return os.path.relpath(real, base).replace(os.sep, "/")


def strip_local_addresses(text: str) -> str:
    """Replace each local address in a text with the last part of its path."""
    return _LOCAL_IN_TEXT.sub(lambda match: last_part(match[0]), text)


def strip_style_addresses(text: str) -> str:
    """Return a style sheet without local addresses."""
    return _LOCAL_IN_ATTRIBUTE.sub("", text)


def has_local_address(text: str) -> bool:
    """Whether a text contains a local address."""
    return ":/" in text and _LOCAL_IN_TEXT.search(text) is not None


def remove_local_addresses(passage: MappedText, span: Span) -> list[SourceEdit]:
    """Return the edits that remove local addresses from text, HTML or a definition."""
    match span.kind:
        case "autolink" if is_local(span.info):
            name = escape_text(last_part(span.info))
            return [SourceEdit(span.start, span.end, name, LOCAL_ADDRESS_REASON)]
        case "text":
            found = _LOCAL_IN_TEXT.finditer(passage.text, span.start, span.end)
            return [
                SourceEdit(*match.span(), escape_text(last_part(match[0])), LOCAL_ADDRESS_REASON)
                for match in found
            ]
        case "html" | "html_block":
            text = passage.text[span.start : span.end]
            places = [
                found.span()
                for found in _ATTRIBUTE.finditer(text)
                if is_local_attribute(found[1], found[2] or found[3] or found[4] or "")
            ]
            places += [found.span() for found in _LOCAL_IN_ATTRIBUTE.finditer(text)]
            at = span.start
            return [SourceEdit(at + a, at + b, "", LOCAL_ADDRESS_REASON) for a, b in places]
        case "definition" if is_local(span.info) or not (
            SCHEME_PATTERN.match(span.info) or span.info.startswith(("#", "/"))
        ):
            # Reference links already contain the address.
            reason = "removed the target of a vault link"
            first, last = passage.line_of(span.start), passage.line_of(span.end) + 1
            return [remove_lines(passage, first, last, reason)]
    return []


def last_part(address: str) -> str:
    """Return the last part of the path of an address."""
    return unquote(re.split(r"[/\\=]", address.rstrip("/"))[-1])
