"""A post's slug: what its address ends with, and the name of its file in the site.

A slug is chosen once and then frozen in the manifest, so nothing here depends on which other notes
are exported: two that want the same one are both refused.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from notekeep.errors import Refused
from notekeep.markdown.note import title_slug
from notekeep.storage.file_names import portability_problem

LONGEST = 80
"""Characters; cut at a word. Addresses are read aloud and file names have limits."""

_TAKEN = frozenset({"index", "_index", "404"})
"""Names of pages that every site has."""

_SPELT_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
_PATHLIKE = re.compile(r"[/\\\0]|^\.\.?$|^[A-Za-z]:|[\r\n]")
_ADDRESS = re.compile(r"[^\W_][\w.~-]{0,119}")


def make_slug(title: str, path: str) -> str:
    """Return the slug of a title, Latin without accents; without letters, a name of the path."""
    plain = _without_accents(title).lower().translate(_SPELT_OUT)
    stem = title_slug(plain) if any(char.isalnum() for char in plain) else ""
    if len(stem) > LONGEST:
        stem = stem[: LONGEST + 1].rpartition("-")[0] or stem[:LONGEST]
    if not stem:
        stem = "note-" + hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-note" if stem in _TAKEN or portability_problem(stem) else stem


def read_slug(value: object, path: str) -> str | None:
    """Return the slug that a note's `slug:` gives, or None when it gives none."""
    if value is None or isinstance(value, bool) or not str(value).strip():
        return None
    text = unicodedata.normalize("NFC", str(value).strip())
    if _PATHLIKE.search(text):
        raise Refused(
            f"{path}: slug: {text!r} is a path, not a slug",
            "use only letters, digits and dashes",
        )
    if problem := portability_problem(text):
        raise Refused(f"{path}: slug: {text[:60]!r} {problem}", "choose another slug")
    if not _ADDRESS.fullmatch(text) or text in _TAKEN:
        raise Refused(
            f"{path}: slug: {text[:60]!r} is not valid in an address",
            f"write slug: {make_slug(text, path)}",
        )
    return text


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    kept = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFKD", char)
        latin = parts[0].isascii() or unicodedata.name(parts[0], "").startswith("LATIN")
        kept.append("".join(p for p in parts if not unicodedata.combining(p)) if latin else char)
    return "".join(kept)
