"""What a search answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.index.rows import Row
    from notekeep.index.snippet import Snippet


class Hit(NamedTuple):
    """A note that was found.

    Attributes:
        row: The note.
        score: How well it fits; only good for comparing hits of one answer. 0 for facts alone.
        snippet: The passage that shows best why.
        line: The line of the file, from 1, of the first word in the passage; None when there is
            none.
        heading: The heading that the passage stands under, or "".
        why: The conditions that it meets, in words; only when that was asked for.
    """

    row: Row
    score: float
    snippet: Snippet
    line: int | None = None
    heading: str = ""
    why: tuple[str, ...] = ()


class Found(NamedTuple):
    """An answer.

    Attributes:
        total: How many notes match in all.
        hits: The first of them, best first or in the order that was asked for.
        explanation: How the query was read and what each hit meets, when that was asked for.
        remarks: What a person should know about the answer, a sentence each.
    """

    total: int
    hits: list[Hit]
    explanation: str = ""
    remarks: tuple[str, ...] = ()
