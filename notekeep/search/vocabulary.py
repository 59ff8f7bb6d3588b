"""The words of a vault as written, for completion, patterns and spelling.

The index contains stems, and "happin" cannot be completed to "happi". So the folded words are
stored next to it, with the number of notes for each. The counts are used only for ranking and may
be outdated.

A build writes `vocabulary`: a line of JSON, the sorted words, one per line, and two arrays: the
number of notes with the word, and with the word in a title, tag or heading. `vocabulary-new`
contains the words of notes saved since, one per line, with "+" for words in titles or tags.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import nlargest
from itertools import chain
from typing import TYPE_CHECKING

from notekeep import cache_files
from notekeep.background import yield_to_ui
from notekeep.search.analyzer import Analyzer, find_chunks, split_camel
from notekeep.search.index_folder import remove_path

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.catalog.documents import WordDoc

VOCABULARY_FILE = "vocabulary"
NEW_WORDS_FILE = "vocabulary-new"

MAX_NEW_BYTES = 1_000_000
"""Bytes of new words before they are merged; about 500 saved notes."""

NEW_PART = 10_000
"""Bytes of new words to read at once, which takes less than a millisecond."""

PART_WORDS = 10_000
"""Number of words to decode between yields to the interface."""

WORD_LETTERS = 40
"""Longer words are not completed."""

MIN_SPELLING_LETTERS = 4
"""Shorter words are similar to too many others."""

TWO_EDIT_LETTERS = 8
"""Words of this length or longer may have two edits."""

LAST_CHARACTER = "\U0010ffff"


class WordCounter:
    """Counts words during a build, separately for bodies and other fields."""

    def __init__(self, by: Analyzer) -> None:
        self._by = by
        self._heads: Counter[str] = Counter()
        self._bodies: Counter[str] = Counter()

    def add(self, doc: WordDoc) -> None:
        """Count the chunks of a note; `write` splits each distinct chunk into words."""
        for texts in ((doc.title,), doc.aliases, doc.tags, doc.headings, doc.matter):
            self._heads.update(set(find_chunks(" ".join(texts))))
        self._bodies.update(set(find_chunks(" ".join((doc.body, *doc.attached)))))

    def write(self, folder: Path) -> None:
        """Write the vocabulary of a new index."""
        heads, bodies = self._count(self._heads), self._count(self._bodies)
        words = sorted(heads.keys() | bodies.keys())
        counts = [heads[word] + bodies[word] for word in words]
        _write(folder, words, counts, [heads[word] for word in words])

    def _count(self, chunks: Counter[str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for chunk, number in chunks.items():
            for word in _words_of(chunk, self._by):
                counts[word] += number
        return counts


class WordList:
    """Sorted words in one string; separate strings would take six times the memory."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        # Offsets of the words, and the end.
        self._starts = array("I", [0, *(line.end() for line in re.finditer(b"\n", text))])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> str:
        return self._decode(at, at + 1)

    def parts(self, low: int = 0, high: int | None = None) -> Iterator[list[str]]:
        """Yield words from `low` to `high` in batches."""
        high = len(self) if high is None else high
        for begin in range(low, high, PART_WORDS):
            yield_to_ui()
            yield self._decode(begin, min(begin + PART_WORDS, high)).split("\n")

    def _decode(self, low: int, high: int) -> str:
        # A damaged byte affects one word only.
        return self._text[self._starts[low] : self._starts[high] - 1].decode(errors="replace")


class Vocabulary:
    """The words of one index, in memory; empty if the file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new: dict[str, int] = {}
        self._new_heads: set[str] = set()
        self._new_in_order: list[str] = []
        self._read = 0
        self._main = _identity(folder / VOCABULARY_FILE)
        self._words = WordList(b"")
        self._counts = self._heads = array("I")
        try:
            data = (folder / VOCABULARY_FILE).read_bytes()
            self._words, self._counts, self._heads = _parse(data)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # there are no completions, but whole words still work
        self.refresh()

    def refresh(self) -> bool:
        """Read new words; False if the vocabulary was rebuilt."""
        if _identity(self._folder / VOCABULARY_FILE) != self._main:
            return False
        try:
            with (self._folder / NEW_WORDS_FILE).open("rb") as file:
                file.seek(self._read)
                while lines := file.readlines(NEW_PART):
                    yield_to_ui()
                    self._add_new(lines)
        except OSError:
            return self._read == 0
        return True

    def _add_new(self, lines: list[bytes]) -> None:
        for line in lines:
            if not line.endswith(b"\n"):
                return  # still being written
            self._read += len(line)
            word = line.decode(errors="replace").rstrip("\n")
            if word.startswith("+"):
                word = word[1:]
                self._new_heads.add(word)
            self._new[word] = self._new.get(word, 0) + 1

    def completions(self, beginning: str, limit: int, *, heads: bool = False) -> list[str]:
        """Return words with a prefix, most frequent first; `heads`: only from titles and tags."""
        low, high = _range(self._words, beginning)
        in_heads = [at for at in range(low, high) if self._heads[at]]
        if heads:
            best = nlargest(limit, in_heads, self._heads.__getitem__)
        else:
            others = [at for at in range(low, high) if not self._heads[at]]
            best = nlargest(limit, in_heads + others, self._counts.__getitem__)
            best += nlargest(limit // 2, in_heads, self._heads.__getitem__)
        found = dict.fromkeys(self._words[at] for at in best)
        if len(self._new_in_order) < len(self._new):
            self._new_in_order = sorted(self._new)
        low, high = _range(self._new_in_order, beginning)
        new = self._new_in_order[low:high]
        found.update((word, None) for word in new if not heads or word in self._new_heads)
        return list(found)

    def matching(self, pattern: str, limit: int) -> list[str]:
        """Return words that match a folded pattern of `*` and `?`, most frequent first."""
        fits = _matcher(pattern)
        low, high = _range(self._words, re.split(r"[*?]", pattern, maxsplit=1)[0])
        words = chain.from_iterable(self._words.parts(low, high))
        common = [at for at, word in enumerate(words, low) if fits(word)]
        best = nlargest(limit, common, self._counts.__getitem__)
        found = dict.fromkeys(self._words[at] for at in best)
        found.update(dict.fromkeys(filter(fits, self._new)))
        return list(found)[:limit]

    def near(self, word: str, distance: int, limit: int) -> list[tuple[str, int]]:
        """Return words within an edit distance, nearest first."""
        found: dict[str, int] = {}
        for words in chain(self._words.parts(), [self._new.keys()]):
            found |= near_words(word, words, distance)
        found.pop(word, None)
        ranked = sorted(found, key=lambda other: (found[other], -self.count(other), other))
        return [(other, found[other]) for other in ranked[:limit]]

    def suggestions(self, word: str) -> Iterator[str]:
        """Yield likely corrections of a folded word, best first.

        They start with the same letter and are one edit away, or two for long words. Their
        frequency is ignored: this corrects nine in ten misspelt rare words instead of half, and
        common words equally well.
        """
        if len(word) >= MIN_SPELLING_LETTERS:
            near = self.near(word, 1 if len(word) < TWO_EDIT_LETTERS else 2, 100)
            yield from (other for other, _ in near if other.isalpha() and other[0] == word[0])

    def count(self, word: str) -> int:
        """Return the approximate number of notes with a folded word."""
        at = bisect_left(self._words, word)
        known = at < len(self._words) and self._words[at] == word
        return (self._counts[at] if known else 0) + self._new.get(word, 0)

    def rewrite(self) -> None:
        """Merge the new words into the file. The caller must hold the lock."""
        known = list(chain.from_iterable(self._words.parts()))
        heads = Counter(dict(zip(known, self._heads, strict=True)))
        heads.update(self._new_heads)
        words = sorted({*known, *self._new})
        _write(self._folder, words, [*map(self.count, words)], [heads[word] for word in words])


def near_words(word: str, known: Collection[str], distance: int) -> dict[str, int]:
    """Return known words within an edit distance; swapping adjacent letters is one edit."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    hits = extract(word, known, scorer=OSA.distance, score_cutoff=distance, limit=None)
    return {other: int(edits) for other, edits, _ in hits}


def record_words(folder: Path, docs: Iterable[WordDoc], by: Analyzer) -> None:
    """Add the words of saved notes to an index's vocabulary. The caller must hold the lock."""
    lines: list[str] = []
    for doc in docs:
        yield_to_ui()
        texts = (doc.title, *doc.aliases, *doc.tags, *doc.headings, *doc.matter)
        heads = _words_in(" ".join(texts), by)
        lines += [f"+{word}\n" for word in sorted(heads)]
        lines += [
            f"{word}\n"
            for word in sorted(_words_in(" ".join((doc.body, *doc.attached)), by) - heads)
        ]
    with (folder / NEW_WORDS_FILE).open("a", encoding="utf-8", errors="replace") as file:
        file.writelines(lines)
        size = file.tell()
    if size > MAX_NEW_BYTES:
        Vocabulary(folder).rewrite()


def _range(words: WordList | list[str], beginning: str) -> tuple[int, int]:
    low = bisect_left(words, beginning)
    return low, bisect_left(words, beginning + LAST_CHARACTER, low)


def _words_in(text: str, by: Analyzer) -> set[str]:
    return {word for chunk in set(find_chunks(text)) for word in _words_of(chunk, by)}


def _words_of(chunk: str, by: Analyzer) -> Iterable[str]:
    words = by.words(chunk)
    parts = (part for word in words for part in split_camel(chunk[word.start : word.end]))
    return (
        word
        for word in chain((w.text for w in words if w.kind in {"word", "pair"}), parts)
        if 0 < len(word) <= WORD_LETTERS
    )


def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Return a match function for `*` and `?` that never backtracks."""
    # The text between two stars only needs to match at its first position, so its group is atomic;
    # otherwise, patterns with many stars would take hours.
    first, *rest = (
        "".join("." if letter == "?" else re.escape(letter) for letter in piece)
        for piece in re.sub(r"\*+", "*", pattern).split("*")
    )
    if rest:
        *between, last = rest
        first = "".join([first, *(f"(?>.*?{piece})" for piece in between), f".*{last}"])
    return re.compile(first, re.DOTALL).fullmatch


def _parse(data: bytes) -> tuple[WordList, array[int], array[int]]:
    start = data.index(b"\n") + 1
    sizes = json.loads(data[:start])
    number, end = int(sizes["words"]), start + int(sizes["bytes"])
    numbers = array("I", data[end:])
    words = WordList(data[start:end])
    if not len(words) == number == len(numbers) // 2:
        raise ValueError("vocabulary with parts of different lengths")
    return words, numbers[:number], numbers[number:]


def _write(folder: Path, words: list[str], counts: list[int], heads: list[int]) -> None:
    text = "".join(f"{word}\n" for word in words).encode(errors="replace")
    sizes = json.dumps({"words": len(words), "bytes": len(text)}).encode()
    numbers = array("I", [*counts, *heads]).tobytes()
    cache_files.write_cache_file(str(folder), VOCABULARY_FILE, sizes + b"\n" + text + numbers)
    remove_path(folder / NEW_WORDS_FILE)


def _identity(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_ino, about.st_mtime_ns
