# mypy: untyped-calls-exclude="whoosh"
"""The fields of the words index, what each is worth, and how positions are stored."""

from __future__ import annotations

from array import array
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from whoosh.fields import ID, TEXT, Schema
from whoosh.formats import Positions

from notekeep.index.rows import tag_keys
from notekeep.index.words.analyzer import BREAK, ForeignText, analyzer
from notekeep.index.words.language import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.words.document import WordDoc

BOOSTS = {
    "title": 3.0,
    "aliases": 2.0,
    "tags": 2.0,
    "headings": 1.5,
    "matter": 1.0,
    "body": 1.0,
    "quotes": 1.0,
    "marks": 0.0,
}
"""What a word is worth where it stands. "quotes" holds words of the body a second time. "marks"
holds terms that are no words: one for each tag and each tag above it, so that a tag and a word meet
without asking the catalog, and one for the note's language where that is not the vault's."""

SCOPES: dict[str, tuple[str, ...]] = {
    "any": ("title", "aliases", "tags", "headings", "matter", "body"),
    "title": ("title", "aliases"),
    "body": ("body",),
    "heading": ("headings",),
    "tag": ("tags",),
    "quote": ("quotes",),
}
"""The fields in which each scope of the query language looks."""

WIDE = 0xFFFF
"""Positions from here on need 32 bits; as the first of 16 it says that all of them have them."""


WIDE_MARK = b"\xff\xff"


class PackedPositions(Positions):
    """Positions as an array of 16-bit numbers, or 32-bit ones after the mark 0xFFFF.

    Whoosh's own format pickles a list for every posting, which takes a quarter of a build. The
    byte order is the machine's: the index is a local cache, and its folder says which order it has.
    """

    def encode(self, poslist: Sequence[int]) -> bytes:
        """Return rising positions as bytes."""
        if poslist[-1] < WIDE:
            return array("H", poslist).tobytes()
        return WIDE_MARK + array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Return the positions."""
        if valuestring[:2] == WIDE_MARK:
            return array("I", valuestring[2:]).tolist()
        return self.narrow(valuestring).tolist()

    def narrow(self, valuestring: bytes) -> array[int]:
        """Return the positions of one value or several, none of which begins with the mark."""
        return array("H", valuestring)

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many positions there are."""
        if valuestring[:2] == WIDE_MARK:
            return (len(valuestring) - 2) // 4
        return len(valuestring) // 2


@cache
def schema(language: str) -> Schema:
    """Return the schema of an index in a language."""
    shared = analyzer(language)
    # The path is not stored but kept as a column: a whole column is read at once.
    fields: dict[str, Any] = {"path": ID(unique=True, sortable=True)}
    for name in BOOSTS:
        fields[name] = TEXT(analyzer=shared)
        fields[name].format = PackedPositions()
    return Schema(**fields)


def values(doc: WordDoc, language: str) -> dict[str, str]:
    """Return the keyword arguments with which a Whoosh writer adds a note.

    Half a surrogate pair, which no UTF-8 can hold, becomes a question mark.
    """
    foreign = short(doc.language)
    foreign = "" if foreign == language else foreign
    texts = {
        "title": doc.title,
        "aliases": _joined(doc.aliases),
        "headings": _joined(doc.headings),
        "tags": _joined(doc.tags),
        "quotes": _joined(doc.quotes),
        "matter": _joined(doc.matter),
        "body": doc.body,
    }
    found = {"path": doc.path}
    for name, text in texts.items():
        if text:
            clean = _utf8(text)
            found[name] = ForeignText(clean, foreign) if foreign else clean
    marks = [tag_term(key) for key in tag_keys(doc.tags)]
    if foreign:
        marks.append(language_term(foreign))
    if marks:
        found["marks"] = " ".join(marks)
    return found


def language_term(code: str) -> str:
    """Return the term of all notes that are in a language; its digit keeps it from being a word."""
    return f"lang0{code}"


def tag_term(key: str) -> str:
    """Return the term of all notes with a tag or one below it, given as the catalog compares it."""
    return f"tag0{blake2b(key.encode(errors='replace'), digest_size=8).hexdigest()}"


def _joined(texts: tuple[str, ...]) -> str:
    return f" {BREAK} ".join(texts)


def _utf8(text: str) -> str:
    if text.isascii():
        return text
    return text.encode(errors="replace").decode()
