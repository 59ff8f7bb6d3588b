"""What every engine is given: notes and questions as plain data.

Imports nothing but the standard library, because an engine may have an environment of its own.
"""

from __future__ import annotations

from typing import NamedTuple, TypedDict

TEXTS = {
    "title": 3.0,
    "aliases": 2.0,
    "tags": 2.0,
    "headings": 1.5,
    "matter": 1.0,
    "body": 1.0,
    "quotes": 1.0,
}
"""The fields of every engine's index, and what a word in them is worth. Quotes are words of the
body a second time, for whoever asks for quotes only; a question looks into the others."""

ASKED = tuple(name for name in TEXTS if name != "quotes")

HITS = 20


class Given(TypedDict):
    """A note as the engines get it: the texts of its fields, its path, and a day as 20260131."""

    path: str
    day: int
    texts: dict[str, str]


class Question(NamedTuple):
    """One question.

    Attributes:
        kind: "word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day" or "key".
        words: Its words; of a "prefix" and a "key" the last one is a beginning. None after a "key"
            that ends in a blank.
        tag: For "tag", the tag that notes must have, of one word.
        days: For "day", the first and the last day.
    """

    kind: str
    words: tuple[str, ...]
    tag: str = ""
    days: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, kind: str, words: list[str], tag: str, days: list[int]) -> Question:
        """Make a question of what JSON made of it."""
        first, last = days
        return cls(kind, tuple(words), tag, (first, last))
