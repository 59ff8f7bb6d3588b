"""Finds similar notes by links, tags, people and works, words, and meaning if it is indexed.

Words of the title come before rare words. Each kind of similarity adds a limited score, so that
none outweighs the others. Links, tags and names count more if few notes share them.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from notekeep.catalog.records import Row, load_path, store_path
from notekeep.query.folding import fold_text
from notekeep.query.tree import Or, Term
from notekeep.search.meaning import MeaningIndex
from notekeep.search.results import NEAR_IN_MEANING, FileStart
from notekeep.search.text_filter import SearchSources

PERSON_FIELDS = ("author", "host", "guest", "show", "series", "genre", "source", "sources")
"""Fields that describe the subject of a note; a shared status or publisher does not."""

LINK_WEIGHT, COLINK_WEIGHT, TAG_WEIGHT, PERSON_WEIGHT, WORD_WEIGHT = 1.0, 0.8, 0.7, 0.6, 0.8
TITLE_WEIGHT = 1.5
MEANING_WEIGHT = 0.8
"""Maximum score of each kind."""

MAX_RARE_WORDS = 24
"""Number of rare words of a note to search for."""

MAX_SHARE = 0.1
"""Maximum share of notes that contain a rare word; in a small vault, at least FEW_NOTES notes."""

FEW_NOTES = 3

MAX_CANDIDATES = 40
"""Maximum number of notes with rare words to check."""

MAX_NEAR = 10
"""Maximum number of notes near in meaning."""

MAX_SHARING_NOTES = 1_000
"""Properties that more notes share are ignored."""

MAX_SHARED_PROPERTIES = 100
"""Maximum number of shared properties of each kind, rarest first."""

ROWS_AT_ONCE = 50
"""Number of notes to look up at once."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_ADDRESS = re.compile(r"\w+://[^\s)>\]]+")


class RelatedNote(NamedTuple):
    """A similar note: its score, above 0, and the reasons, strongest first."""

    row: Row
    score: float
    why: tuple[str, ...]


def find_related(
    sources: SearchSources, path: str, *, limit: int = 10, meaning: MeaningIndex | None = None
) -> list[RelatedNote]:
    """Return the notes similar to one note, best first."""
    related = _RelatedScores(sources, path)
    related.add_by_words()
    if meaning is not None:
        related.add_by_meaning(meaning)
    best = sorted(related.scores, key=lambda other: (-related.scores[other], other))
    found: list[RelatedNote] = []
    for start in range(0, len(best), ROWS_AT_ONCE):
        part = best[start : start + ROWS_AT_ONCE]
        rows = sources.catalog.rows_of(map(load_path, part))
        for other in part:
            if row := rows.get(load_path(other)):
                why = tuple(dict.fromkeys(related.why[other]))
                found.append(RelatedNote(row, related.scores[other], why))
        if len(found) >= limit:
            break
    return found[:limit]


class _RelatedScores:
    def __init__(self, sources: SearchSources, path: str) -> None:
        self._sources, self.catalog = sources, sources.catalog
        self.path = store_path(path)
        self.scores: dict[str, float] = defaultdict(float)
        self.why: dict[str, list[str]] = defaultdict(list)
        self._all = max(2, self.catalog.count())
        self._linked()
        self._add(COLINK_WEIGHT, self._colinked())
        self._add(TAG_WEIGHT, self._tagged())
        self._add(PERSON_WEIGHT, self._named())

    def _add(self, worth: float, found: Iterable[tuple[str, str, float]]) -> None:
        """Add one kind of similarity: other note, reason, weight."""
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
        for why, own_end, other_end in ends:
            # The columns are constants; the path is in the values.
            sql = (
                f"SELECT DISTINCT o.path FROM notes n JOIN links l ON l.{own_end} = n.id"  # noqa: S608 - see above
                f" JOIN notes o ON o.id = l.{other_end} WHERE n.path = ? AND o.id <> n.id"
            )
            for (other,) in self.catalog.ask(sql, (self.path,)):
                self.scores[other] = LINK_WEIGHT
                self.why[other].append(why)

    def _colinked(self) -> Iterator[tuple[str, str, float]]:
        yield from self._shared(
            "both link to {}",
            "SELECT DISTINCT t.id, t.title AS name,"
            " (SELECT count(DISTINCT note) FROM links WHERE found = t.id) AS sharing"
            " FROM notes n JOIN links l ON l.note = n.id JOIN notes t ON t.id = l.found"
            " WHERE n.path = ?",
            "SELECT DISTINCT o.path FROM links m JOIN notes o ON o.id = m.note"
            " WHERE m.found = ? AND o.role = 'note'",
        )
        yield from self._shared(
            "{} links to both",
            "SELECT DISTINCT s.id, s.title AS name,"
            " (SELECT count(DISTINCT found) FROM links WHERE note = s.id) AS sharing"
            " FROM notes n JOIN links l ON l.found = n.id JOIN notes s ON s.id = l.note"
            " WHERE n.path = ? AND s.id <> n.id",
            "SELECT DISTINCT o.path FROM links m JOIN notes o ON o.id = m.found WHERE m.note = ?",
        )

    def _tagged(self) -> Iterator[tuple[str, str, float]]:
        return self._shared(
            "#{}",
            "SELECT a.tag, a.name, (SELECT count(*) FROM tags WHERE tag = a.tag) AS sharing"
            " FROM notes n JOIN tags a ON a.note = n.id WHERE n.path = ?",
            "SELECT o.path FROM tags b JOIN notes o ON o.id = b.note WHERE b.tag = ?",
        )

    def _named(self) -> Iterator[tuple[str, str, float]]:
        return self._shared(
            "same {}",
            "SELECT DISTINCT a.key, a.text, a.key || ': ' || a.text AS name,"
            " (SELECT count(DISTINCT note) FROM fields WHERE key = a.key AND text = a.text)"
            " AS sharing FROM notes n JOIN fields a ON a.note = n.id WHERE n.path = ?"
            " AND a.text <> '' AND a.key IN (SELECT value FROM json_each(?))",
            "SELECT DISTINCT o.path FROM fields b JOIN notes o ON o.id = b.note"
            " WHERE b.key = ? AND b.text = ? AND o.role = 'note'",
            '["' + '","'.join(PERSON_FIELDS) + '"]',
        )

    def _shared(
        self, why: str, things: str, sharers: str, *values: object
    ) -> Iterator[tuple[str, str, float]]:
        """Yield other notes, the reason with the shared property, and its weight, rarest first."""
        # `things` selects keys, `name` and `sharing` (the number of notes) for each property of the
        # note; `sharers` selects the paths of the notes with these keys.
        few_share = f"SELECT * FROM ({things}) WHERE sharing <= ? ORDER BY sharing, name LIMIT ?"  # noqa: S608 - see above
        bounds = (MAX_SHARING_NOTES, MAX_SHARED_PROPERTIES)
        for *keys, name, sharing in self.catalog.ask(few_share, (self.path, *values, *bounds)):
            for (other,) in self.catalog.ask(sharers, keys):
                if other != self.path:
                    # The weight is 1 if two of many notes share the property, 0 if all do.
                    weight = math.log(self._all / sharing) / math.log(self._all / 2 + 1)
                    yield other, why.format(name), max(0.0, weight)

    def add_by_words(self) -> None:
        """Add notes with the same words in the title, and notes with the same rare words."""
        path, words = load_path(self.path), self._sources.words
        row = self.catalog.row(path)
        in_title = _letter_words(row.title) if row else []
        counts = Counter(_body_words(self._sources.text(path)))
        known = words.count_notes({*counts, *in_title})

        def by_rarity(word: str) -> tuple[bool, float, str]:
            rarity = math.log(1 + self._all / max(1, known[word]))
            return word not in in_title, -counts[word] * rarity, word

        candidates = (word for word in known if not words.is_stop_word(word))
        # Exact counts are slow, so only the first candidates are counted.
        known = words.frequencies(sorted(candidates, key=by_rarity)[: 4 * MAX_RARE_WORDS])
        most = max(FEW_NOTES, self._all * MAX_SHARE)
        rare = sorted((word for word in known if known[word] <= most), key=by_rarity)
        del rare[MAX_RARE_WORDS:]
        titled = [Term(word, "title") for word in rare if word in in_title]
        for worth, terms in ((TITLE_WEIGHT, titled), (WORD_WEIGHT, [*map(Term, rare)])):
            if terms:
                self._add_similar(path, worth, terms, rare)

    def _add_similar(self, path: str, worth: float, terms: list[Term], rare: list[str]) -> None:
        scores = self._sources.words.scores(Or(tuple(terms)), limit=MAX_CANDIDATES + 1)
        scores.pop(path, None)
        top = max(scores.values(), default=0.0)
        for other, row in self.catalog.rows_of(scores).items():
            stored = store_path(other)
            self.scores[stored] += worth * scores[other] / top if top else 0.0
            there = {*_letter_words(" ".join((row.title, *row.aliases)))}
            there.update(_body_words(self._sources.text(other)))
            if both := [word for word in rare if word in there][:3]:
                self.why[stored].append(f"mentions {', '.join(both)}")

    def add_by_meaning(self, meaning: MeaningIndex) -> None:
        """Add notes with a passage near in meaning to the whole note."""
        near = meaning.similar(load_path(self.path), MAX_NEAR)
        for other in near:
            stored = store_path(other.path)
            self.scores[stored] += MEANING_WEIGHT * other.likeness / near[0].likeness
            self.why[stored].append(NEAR_IN_MEANING)


def _body_words(text: FileStart | None) -> list[str]:
    return _letter_words(_ADDRESS.sub(" ", text.whole[text.body :])) if text else []


def _letter_words(text: str) -> list[str]:
    return [fold_text(word) for word in _WORD.findall(text)]
