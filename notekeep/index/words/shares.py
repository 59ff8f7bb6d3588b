"""What each word of a query adds to the score of a note, and in which field: for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.words.query import AllOf, AnyOf, Leaf
from notekeep.index.words.schema import BOOSTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.index.words.query import Plan
    from notekeep.index.words.score import Scorer


def shares(
    plan: Plan | None, scorer: Scorer, notes: Sequence[int]
) -> list[list[tuple[str, str, float]]]:
    """Return for each note the terms that it has, the field, and what that adds; most first.

    Args:
        plan: What was asked.
        scorer: Scores one word in one field.
        notes: Numbers of the notes.
    """
    found: dict[int, list[tuple[str, str, float]]] = {note: [] for note in notes}
    within = frozenset(notes)
    for leaf in _leaves(plan):
        for field in (field for field in leaf.fields if BOOSTS[field]):
            for way in leaf.ways:
                term = " ".join(term for _, term in way.steps)
                for note, score in scorer.way(field, way, within).items():
                    found[note].append((term, field, score))
    return [sorted(found[note], key=lambda one: (-one[2], one)) for note in notes]


def _leaves(plan: Plan | None) -> Iterator[Leaf]:
    match plan:
        case Leaf():
            yield plan
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            return
