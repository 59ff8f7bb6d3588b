"""What a search answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.index.rows import Row
    from notekeep.index.snippet import Snippet


class Why(NamedTuple):
    """Why a note was found, and why it stands where it does.

    Attributes:
        conditions: The conditions that it meets, in words.
        words: The words in it that were hit, as they stand there.
        fields: What each word adds to the score of the words in each field: the term as the index
            has it, the field, the score.
        parts: What its score is made of: the score of its words, and each lift of that.
        called: Whether it comes first because it is called what was asked for.
    """

    conditions: tuple[str, ...]
    words: tuple[str, ...] = ()
    fields: tuple[tuple[str, str, float], ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    called: bool = False


class Hit(NamedTuple):
    """A note that was found.

    Attributes:
        row: The note.
        score: How well it fits; only good for comparing hits of one answer. 0 for facts alone.
        snippet: The passage that shows best why.
        line: The line of the file, from 1, of the first word in the passage; None when there is
            none.
        headings: The headings that the passage stands under, the outermost first.
        why: Why it was found; only when that was asked for.
    """

    row: Row
    score: float
    snippet: Snippet
    line: int | None = None
    headings: tuple[str, ...] = ()
    why: Why | None = None

    @property
    def heading(self) -> str:
        """The heading right above the passage, or ""."""
        return self.headings[-1] if self.headings else ""


class Found(NamedTuple):
    """An answer.

    Attributes:
        total: How many notes match in all.
        hits: The first of them, best first or in the order that was asked for.
        explanation: How the query was read and what each hit meets, when that was asked for.
        remarks: What a person should know about the answer, a sentence each.
        instead: The query that this answers, where the one that was asked found nothing; else "".
    """

    total: int
    hits: list[Hit]
    explanation: str = ""
    remarks: tuple[str, ...] = ()
    instead: str = ""
