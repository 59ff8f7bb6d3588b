"""Notes and questions as plain data for every engine.

Imports only the standard library, because an engine may run in a separate environment.
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
"""The fields of every index and their weights. `quotes` repeats words of the body for queries that
search only quotes; ordinary questions search the other fields."""

SEARCHED = tuple(name for name in TEXTS if name != "quotes")

HITS = 20


class NoteData(TypedDict):
    """A note: its path, the texts of its fields, and a day as a number like 20260131."""

    path: str
    day: int
    texts: dict[str, str]


class Question(NamedTuple):
    """A question for an engine.

    Attributes:
        kind: "word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day" or "key".
        words: The words. The last word of a "prefix" or "key" is a prefix.
        tag: The one-word tag that notes must have, for "tag".
        days: The first and last day, for "day".
    """

    kind: str
    words: tuple[str, ...]
    tag: str = ""
    days: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, kind: str, words: list[str], tag: str, days: list[int]) -> Question:
        """Create a question from its JSON form."""
        first, last = days
        return cls(kind, tuple(words), tag, (first, last))
