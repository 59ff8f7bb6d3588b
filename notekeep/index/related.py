"""Notes that are about the same, without any model: links, tags, people and works, telling words.

Each kind of kinship adds to a score between 0 and 1 of its own, so that none drowns the others; a
link, tag or name that many notes share says little, and counts by how few share it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from notekeep.index.rows import load_path, store_path
from notekeep.index.snippet import read_text
from notekeep.query.fold import fold
from notekeep.query.tree import Or, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.index.words import Words

NAMES = ("author", "host", "guest", "show", "series", "genre", "source", "sources")
"""Fields whose value says what a note is about; a shared status or publisher does not."""

LINKED, TOGETHER, TAGGED, NAMED, WORDED = 1.0, 0.8, 0.7, 0.6, 0.8
"""What the strongest kinship of each kind is worth: a link, links in common, tags, names, words."""

TELLING = 24
"""How many words of a note are looked for in others."""

LOOKED_AT = 40
"""How many notes with such words are looked at."""

_WORD = re.compile(r"[^\W\d_]{4,}")


class Related(NamedTuple):
    """A note that is about the same.

    Attributes:
        row: The note.
        score: How much, above 0; only good for comparing notes of one answer.
        why: What both have in common, most telling first, in a few words each.
    """

    row: Row
    score: float
    why: tuple[str, ...]


def related(
    catalog: Catalog, words: Words | None, root: str, path: str, *, limit: int = 10
) -> list[Related]:
    """Find notes about the same as one note, best first.

    Args:
        catalog: The vault's facts.
        words: Its words; None leaves telling words out.
        root: The vault.
        path: The note.
        limit: How many at most.

    Raises:
        Unusable: There is no words index.
    """
    kin = _Kin(catalog, store_path(path))
    if words is not None:
        kin.worded(words, root, path)
    rows = catalog.rows_of(load_path(other) for other in kin.scores)
    best = sorted(
        (other for other in kin.scores if load_path(other) in rows),
        key=lambda other: (-kin.scores[other], other),
    )
    return [
        Related(rows[load_path(other)], kin.scores[other], tuple(dict.fromkeys(kin.why[other])))
        for other in best[:limit]
    ]


class _Kin:
    """What is known of the kin of one note, by path as the catalog stores it."""

    def __init__(self, catalog: Catalog, path: str) -> None:
        self.catalog, self.path = catalog, path
        self.scores: dict[str, float] = defaultdict(float)
        self.why: dict[str, list[str]] = defaultdict(list)
        self._all = max(2, catalog.count())
        self._linked()
        self._add(TOGETHER, self._together())
        self._add(TAGGED, self._tagged())
        self._add(NAMED, self._named())

    def _ask(self, sql: str, *values: object) -> list[tuple[str, str, int]]:
        """Ask for others, what they share with the note, and how many share it."""
        return self.catalog.ask(sql, (self.path, *values))

    def _weight(self, sharing: int) -> float:
        """How much a thing says that so many notes share: 1 for two of many, 0 for all."""
        return max(0.0, math.log(self._all / sharing) / math.log(self._all / 2 + 1))

    def _add(self, worth: float, found: Iterable[tuple[str, str, float]]) -> None:
        """Add one kind of kinship: other note, what is shared, how much that says."""
        sums: dict[str, float] = defaultdict(float)
        shared: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for other, what, weight in found:
            sums[other] += weight
            shared[other].append((-weight, what))
        for other, total in sums.items():
            if total > 0:
                self.scores[other] += worth * total / (total + 1)
                self.why[other] += [what for _, what in sorted(shared[other])]

    def _linked(self) -> None:
        ends = (("is linked from here", "note", "found"), ("links here", "found", "note"))
        for why, here, there in ends:
            # The columns are this module's own; the path is in the values.
            sql = (
                f"SELECT DISTINCT o.path FROM notes n JOIN links l ON l.{here} = n.id"  # noqa: S608 - see above
                f" JOIN notes o ON o.id = l.{there} WHERE n.path = ? AND o.id <> n.id"
            )
            for (other,) in self.catalog.ask(sql, (self.path,)):
                self.scores[other] = LINKED
                self.why[other].append(why)

    def _together(self) -> Iterator[tuple[str, str, float]]:
        both = self._ask(
            "SELECT o.path, t.title, (SELECT count(DISTINCT note) FROM links WHERE found = t.id)"
            " FROM notes n JOIN links l ON l.note = n.id JOIN notes t ON t.id = l.found"
            " JOIN links m ON m.found = t.id JOIN notes o ON o.id = m.note"
            " WHERE n.path = ? AND o.id <> n.id AND o.role = 'note' GROUP BY o.id, t.id"
        )
        yield from ((other, f"both link to {title}", self._weight(n)) for other, title, n in both)
        beside = self._ask(
            "SELECT o.path, s.title, (SELECT count(DISTINCT found) FROM links WHERE note = s.id)"
            " FROM notes n JOIN links l ON l.found = n.id JOIN notes s ON s.id = l.note"
            " JOIN links m ON m.note = s.id JOIN notes o ON o.id = m.found"
            " WHERE n.path = ? AND o.id <> n.id AND s.id <> n.id GROUP BY o.id, s.id"
        )
        yield from (
            (other, f"{title} links to both", self._weight(max(2, n))) for other, title, n in beside
        )

    def _tagged(self) -> Iterator[tuple[str, str, float]]:
        found = self._ask(
            "SELECT o.path, a.name, (SELECT count(*) FROM tags WHERE tag = a.tag)"
            " FROM notes n JOIN tags a ON a.note = n.id JOIN tags b ON b.tag = a.tag"
            " JOIN notes o ON o.id = b.note WHERE n.path = ? AND o.id <> n.id"
        )
        yield from ((other, f"#{name}", self._weight(n)) for other, name, n in found)

    def _named(self) -> Iterator[tuple[str, str, float]]:
        found = self._ask(
            "SELECT DISTINCT o.path, a.key || char(31) || a.text,"
            " (SELECT count(DISTINCT note) FROM fields WHERE key = a.key AND text = a.text)"
            " FROM notes n JOIN fields a ON a.note = n.id"
            " JOIN fields b ON b.key = a.key AND b.text = a.text"
            " JOIN notes o ON o.id = b.note WHERE n.path = ? AND o.id <> n.id AND o.role = 'note'"
            " AND a.text <> '' AND a.key IN (SELECT value FROM json_each(?))",
            '["' + '","'.join(NAMES) + '"]',
        )
        for other, both, sharing in found:
            key, text = both.split("\x1f")
            yield other, f"same {key}: {text}", self._weight(sharing)

    def worded(self, words: Words, root: str, path: str) -> None:
        """Add notes that use the same telling words."""
        text = read_text(root, path)
        telling = _telling(text.whole[text.body :], words) if text else []
        if not telling:
            return
        scores = words.scores(Or(tuple(map(Term, telling))), limit=LOOKED_AT + 1)
        scores.pop(path, None)
        top = max(scores.values(), default=0.0)
        for other, score in scores.items():
            stored = store_path(other)
            self.scores[stored] += WORDED * score / top if top else 0.0
            self.why[stored] += _said(root, other, telling)


def _telling(text: str, words: Words) -> list[str]:
    """The words that a text says most; of those it says alike, the long ones tell more."""
    counts = Counter(fold(word) for word in _WORD.findall(text))
    ordered = sorted(counts, key=lambda word: (-counts[word] * math.log(len(word)), word))
    # What even an empty text has is a word that the index leaves out.
    said = (word for word in ordered if not words.matcher(Term(word)).holds(""))
    return list(islice(said, TELLING))


def _said(root: str, path: str, telling: list[str]) -> list[str]:
    """What a note says of the telling words, as one reason."""
    text = read_text(root, path)
    if text is None:
        return []
    there = {fold(word) for word in _WORD.findall(text.whole[text.body :])}
    both = [word for word in telling if word in there][:3]
    return [f"says {', '.join(both)}"] if both else []
