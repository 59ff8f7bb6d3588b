"""The order of what was found by words: their score, and what the score does not know.

The words index holds stems only, and knows no difference between a note that is called what was
typed and one that mentions it. Both are seen here, in the titles and in the text of the best hits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.index.rows import name_key
from notekeep.query.fold import fold
from notekeep.query.tree import And, Node, Or, Phrase, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from notekeep.index.rows import Row
    from notekeep.index.snippet import Text

LOOKED_AT = 50
"""How many of the best hits are looked at again."""


def asked_words(node: Node | None) -> list[str]:
    """The words that notes were asked for, as typed, in order."""
    match node:
        case Term(text, "any" | "title") | Phrase(text, "any" | "title"):
            return text.split()
        case And(parts) | Or(parts):
            return [word for part in parts for word in asked_words(part)]
    return []


def is_called(row: Row, name: str) -> bool:
    """Whether a note's title, alias or file name is exactly that, case and accents aside."""
    stem = row.path.rsplit("/", 1)[-1].removesuffix(".md")
    return bool(name) and fold(name) in map(fold, (row.title, stem, *row.aliases))


def ranked(
    rows: Sequence[Row],
    scores: Mapping[str, float],
    words: Sequence[str],
    text_of: Callable[[str], Text | None],
) -> list[tuple[Row, float]]:
    """Put the best hits in order.

    Args:
        rows: The notes, best score first.
        scores: The score of each.
        words: What was asked for, as typed.
        text_of: The text of a note.

    Returns:
        Notes with scores that say their order: first those that are called what was asked for, then
        those that have all words as they were typed, then those that have other forms of them.
    """
    name = " ".join(words)
    looks = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in words]
    step = max(scores.values(), default=0.0) + 1
    found: list[tuple[Row, float]] = []
    for at, row in enumerate(rows):
        score = scores[row.path]
        if is_called(row, name):
            score += 2 * step
        elif at < LOOKED_AT and looks and (text := text_of(row.path)):
            score += step * all(look.search(text.whole) or look.search(row.title) for look in looks)
        found.append((row, score))
    found.sort(key=lambda one: (-one[1], name_key(one[0].title), one[0].path))
    return found
