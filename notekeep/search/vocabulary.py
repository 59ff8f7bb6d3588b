"""Words for completion, patterns, near spellings."""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections import Counter
from heapq import merge, nlargest
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from notekeep.background import yield_to_ui
from notekeep.search.index_folder import remove_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from notekeep.catalog.documents import WordDoc
    from notekeep.search.analyzer import Analyzer


# Many words in one text of a file: as a list of strings they would take ten times the room.
#
# The text stays the bytes that it is on the disk, and a word becomes a string when it is asked
# for. UTF-8 sorts as the strings do.


PART = 200_000
"""Bytes of the text that are taken apart together, where all of it is looked at."""

_END = re.compile(b"\n")


class WordText:
    """Words parted by line ends, in order, of which seldom more than some are looked at.

    Args:
        data: The words in UTF-8; nothing is none.
    """

    def __init__(self, data: bytes | memoryview = b"") -> None:
        self._data = memoryview(data)

    def __iter__(self) -> Iterator[str]:
        for part in self.parts():
            yield from part

    def texts(self) -> Iterator[str]:
        """Yield the text, some words at a time, without the line end after the last of them."""
        start = 0
        while start < len(self._data):
            end = self._end(start + PART)
            yield self._text(start, end)
            start = end + 1

    def parts(self) -> Iterator[list[str]]:
        """Yield all words, some at a time."""
        for text in self.texts():
            yield text.split("\n")

    def beginning(self, letters: str) -> Iterator[str]:
        """Yield the words that begin so."""
        wanted = letters.encode()
        at = self._first(wanted)
        while at < len(self._data) and self._data[at : at + len(wanted)] == wanted:
            end = self._end(at)
            yield self._text(at, end)
            at = end + 1

    def ending(self, letters: str) -> list[str]:
        """Return the words that end so."""
        return [word for text in self.texts() for word in _ending(text, letters)]

    def _first(self, word: bytes) -> int:
        """Where the first word begins that does not come before this one."""
        low, high = 0, len(self._data)
        while low < high:
            at = self._end((low + high) // 2) + 1
            if at >= high:
                at = low
            end = self._end(at)
            if self._data[at:end].tobytes() < word:
                low = end + 1
            else:
                high = at
        return low

    def _end(self, at: int) -> int:
        """Where the word ends that this place is in, or before."""
        found = _END.search(self._data, at)
        return found.start() if found else len(self._data)

    def _text(self, start: int, end: int) -> str:
        # A byte that is damaged spoils one word, and no question.
        return str(self._data[start:end], "utf-8", "replace")


class WordList(WordText):
    """Words of which it is known where each stands, so that they have numbers."""

    def __init__(self, data: bytes | memoryview = b"") -> None:
        super().__init__(data)
        # The end of a word is the line end after it.
        last = [len(data) + 1] if len(data) else []
        self._ends = array("I", chain([0], (end.end() for end in _END.finditer(data)), last))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text(self._ends[at], self._ends[at + 1] - 1)

    def between(self, low: int, high: int) -> list[str]:
        """Return the words from one place to before another."""
        if low >= high:
            return []
        return self._text(self._ends[low], self._ends[high] - 1).split("\n")


def _ending(text: str, letters: str) -> list[str]:
    """Return the words of a text of words, parted by line ends, that end so."""
    found: list[str] = []
    wanted = letters + "\n"
    at = text.find(wanted)
    while at >= 0:
        end = at + len(letters)
        found.append(text[text.rfind("\n", 0, at) + 1 : end])
        at = text.find(wanted, end + 1)
    if text.endswith(letters):
        found.append(text[text.rfind("\n") + 1 :])
    return found


# The words of a vault as they are written, for completion, patterns and near spellings.
#
# The index holds stems, and "happin" does not complete to "happi". So the folded words are kept
# beside it, with how many notes have each. The counts only rank: a vocabulary that is a little
# old is still right, because what it proposes is looked up in the index.
#
# `vocabulary` is written by a build: a line of JSON, the common words, their counts as two
# arrays, the rare words. Words are sorted and parted by line ends. Rare are those that a single
# body has, and numbers: half of all, and seldom asked for, so that nobody looks where each
# begins. `vocabulary-new` takes the words of notes saved since, one a line, "+" before one of a
# title or tag.


FILE = "vocabulary"
NEW_FILE = "vocabulary-new"

NEW_LIMIT = 1_000_000
"""Bytes of new words after which they are written in with the others; some 500 saved notes."""

NEW_PART = 10_000
"""Bytes of them that are taken in at once: less than a millisecond."""

FIRST_LINE = 100
"""Bytes; it is shorter."""

WORD_LETTERS = 40
"""Longer ones are no words that anybody completes."""

HEADS = {"title", "aliases", "tags", "headings", "matter"}
"""Fields whose words are told from those of bodies: a title is what is mostly meant."""

LAST = "\U0010ffff"

SHORT = 5
"""Letters; too many words have the half of a shorter one in common."""

SUGGESTIONS = 5

KEPT_COMPLETIONS = 8
"""Answers that are kept: a question asks for the same ones again for each of its readings."""


class WordCounter:
    """Counts words while an index is built."""

    def __init__(self) -> None:
        self.heads: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()

    def add(self, field: str, chunks: Iterable[str]) -> None:
        """Count the chunks of one field of one note, each once."""
        if field == "body":
            self.bodies.update(set(chunks))
        elif field in HEADS:
            self.heads.update(set(chunks))

    def write(self, folder: Path, by: Analyzer) -> None:
        """Write the vocabulary of a new index."""
        heads, bodies = _by_word(self.heads, by), _by_word(self.bodies, by)
        words = sorted(heads.keys() | bodies.keys())
        _write(folder, ((word, heads[word] + bodies[word], heads[word]) for word in words))


class Vocabulary:
    """The words of one index, in memory."""

    def __init__(self, folder: Path) -> None:
        """Read the vocabulary of an index; a missing or damaged one is empty."""
        self._folder = folder
        self._clear()
        self._new: dict[str, int] = {}
        self._new_heads: set[str] = set()
        self._completed: dict[tuple[str, int, bool], list[str]] = {}
        self._read = 0
        self._main = _identity(folder / FILE)
        try:
            self._load(memoryview((folder / FILE).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            self._clear()
        self.refresh()

    def _clear(self) -> None:
        self._words, self._rare = WordList(), WordText()
        self._counts = self._heads = memoryview(b"").cast("I")

    def _load(self, data: memoryview) -> None:
        first = data[:FIRST_LINE].tobytes()
        start = first.index(b"\n") + 1
        said = json.loads(first[:start])
        number, size = int(said["words"]), int(said["bytes"])
        counts = start + size
        heads = counts + 4 * number
        rare = heads + 4 * number
        self._words = WordList(data[start:counts])
        self._counts = data[counts:heads].cast("I")
        self._heads = data[heads:rare].cast("I")
        self._rare = WordText(data[rare:])
        if not len(self._words) == len(self._counts) == len(self._heads) == number:
            raise ValueError("a vocabulary whose parts have different lengths")

    def refresh(self) -> bool:
        """Take in the words saved since; False when the whole vocabulary was written anew."""
        if _identity(self._folder / FILE) != self._main:
            return False
        try:
            with (self._folder / NEW_FILE).open("rb") as file:
                file.seek(self._read)
                while lines := file.readlines(NEW_PART):
                    yield_to_ui()
                    self._take_in(lines)
        except OSError:
            return self._read == 0
        return True

    def _take_in(self, lines: list[bytes]) -> None:
        self._completed.clear()
        for line in lines:
            if not line.endswith(b"\n"):
                return  # somebody is writing it; it is taken when it is whole
            self._read += len(line)
            word = line.decode(errors="replace").rstrip("\n")
            if word.startswith("+"):
                word = word[1:]
                self._new_heads.add(word)
            self._new[word] = self._new.get(word, 0) + 1

    def completions(self, beginning: str, limit: int, *, heads: bool = False) -> list[str]:
        """Return words that begin so, commonest first.

        Args:
            beginning: Folded.
            limit: About how many; some more, so that the words of titles are not left out.
            heads: Only words that stand in a title, alias, tag or heading.
        """
        asked = beginning, limit, heads
        found = self._completed.get(asked)
        if found is None:
            found = self._find_completions(beginning, limit, heads=heads)
            while len(self._completed) >= KEPT_COMPLETIONS:
                del self._completed[next(iter(self._completed))]
            self._completed[asked] = found
        return found

    def _find_completions(self, beginning: str, limit: int, *, heads: bool) -> list[str]:
        low, high = bisect_left(self._words, beginning), bisect_left(self._words, beginning + LAST)
        in_heads = [at for at in range(low, high) if self._heads[at]]
        best = nlargest(limit if heads else limit // 2, in_heads, self._heads.__getitem__)
        if not heads:
            best = nlargest(limit, range(low, high), self._counts.__getitem__) + best
        found = dict.fromkeys(self._words[at] for at in best)
        for word in self._new_heads if heads else self._new:
            if word.startswith(beginning):
                found[word] = None
        if not heads and len(found) < limit:
            rare = islice(self._rare.beginning(beginning), limit - len(found))
            found.update(dict.fromkeys(rare))
        return list(found)

    def matching(self, pattern: str, limit: int) -> list[str]:
        """Return words that match a folded pattern of `*` and `?`, commonest first."""
        source = _regex(pattern)
        whole = re.compile(source)
        fixed = re.split(r"[*?]", pattern, maxsplit=1)[0]
        low, high = bisect_left(self._words, fixed), bisect_left(self._words, fixed + LAST)
        fitting = map(whole.fullmatch, self._words.between(low, high))
        common = [at for at, fits in enumerate(fitting, low) if fits]
        found = dict.fromkeys(
            self._words[at] for at in nlargest(limit, common, self._counts.__getitem__)
        )
        found.update(dict.fromkeys(word for word in self._new if whole.fullmatch(word)))
        if len(found) < limit:
            in_rare = re.compile(f"^{source}$", re.MULTILINE)
            for text in self._rare.texts():
                found.update(dict.fromkeys(match.group() for match in in_rare.finditer(text)))
        return list(found)[:limit]

    def near(self, word: str, distance: int, limit: int) -> list[tuple[str, int]]:
        """Return other words at most so many edits away, nearest and then commonest first.

        An edit adds, drops or changes a letter, or swaps two neighbours.
        """
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        found: dict[str, int] = {}
        for words in self._maybe_near(word, distance):
            hits = extract(word, words, scorer=OSA.distance, score_cutoff=distance, limit=None)
            found.update((other, int(edits)) for other, edits, _ in hits if other != word)
        ranked = sorted(found, key=lambda other: (found[other], -self._count(other), other))
        return [(other, found[other]) for other in ranked[:limit]]

    def _maybe_near(self, word: str, distance: int) -> Iterator[list[str]]:
        """Yield all words that may be so near, and few others where that can be told.

        One edit leaves what is before the middle letter as it was, or what is behind it.
        """
        middle = len(word) // 2
        if distance > 1 or len(word) < SHORT:
            yield from self._words.parts()
            yield from self._rare.parts()
        else:
            before, behind = word[:middle], word[middle + 1 :]
            low, high = bisect_left(self._words, before), bisect_left(self._words, before + LAST)
            yield self._words.between(low, high)
            yield list(self._rare.beginning(before))
            yield self._words.ending(behind)
            yield self._rare.ending(behind)
        yield list(self._new)

    def suggestions(self, word: str) -> Iterator[str]:
        """Yield words that somebody who wrote this folded word may have meant, best first.

        The nearest, and of those the commonest. Words of one note only are no worse: with a common
        word in their place one who misspells a rare word would get it in half of the cases, with
        this in nine of ten, and one who misspells a common word loses nothing.
        """
        near = self.near(word, 1 if len(word) < 5 else 2, 100)
        yield from (other for other, _ in near if other.isalpha())

    def _count(self, word: str) -> int:
        at = bisect_left(self._words, word)
        common = at < len(self._words) and self._words[at] == word
        return (self._counts[at] if common else 0) + self._new.get(word, 0)

    def rewrite(self) -> None:
        """Write the new words in with the others; only while holding the lock."""
        _write(self._folder, self._counted())

    def _counted(self) -> Iterator[tuple[str, int, int]]:
        """Yield every word in order, with how often it is met, and how often in a title or tag.

        One after the other: all at once they would take twenty times the room of the file.
        """
        common = zip(self._words, self._counts, self._heads, strict=True)
        rare = ((word, 1, 0) for word in self._rare)
        new = ((word, self._new[word], word in self._new_heads) for word in sorted(self._new))
        by_word = groupby(merge(common, rare, new), key=itemgetter(0))
        for word, same in by_word:
            counts = list(same)
            yield word, sum(count for _, count, _ in counts), sum(heads for _, _, heads in counts)


def record_words(folder: Path, docs: Iterable[WordDoc], by: Analyzer) -> None:
    """Add the words of saved notes to an index's vocabulary; only while holding the lock."""
    lines: list[str] = []
    for doc in docs:
        yield_to_ui()
        above = (doc.title, *doc.aliases, *doc.tags, *doc.headings, *doc.matter)
        heads = _words(by, " ".join(above))
        lines += [f"+{word}\n" for word in sorted(heads)]
        lines += [f"{word}\n" for word in sorted(_words(by, doc.body) - heads)]
    with (folder / NEW_FILE).open("a", encoding="utf-8", errors="replace") as file:
        file.writelines(lines)
        size = file.tell()
    if size > NEW_LIMIT:
        Vocabulary(folder).rewrite()


def _regex(pattern: str) -> str:
    """Return a regular expression for `*` and `?` that never tries a place twice.

    What stands between two stars is found at its first place or not at all, so its group need not
    be looked into again; without that, a pattern of many stars takes hours.
    """
    first, *rest = (
        "".join("[^\n]" if letter == "?" else re.escape(letter) for letter in piece)
        for piece in re.sub(r"\*+", "*", pattern).split("*")
    )
    if not rest:
        return first
    *between, last = rest
    return "".join([first, *(f"(?>[^\n]*?{piece})" for piece in between), f"[^\n]*{last}"])


def _words(by: Analyzer, text: str) -> set[str]:
    return {word for chunk in set(by.chunks(text)) for word in _of_chunk(chunk, by)}


def _by_word(chunks: Counter[str], by: Analyzer) -> Counter[str]:
    counts: Counter[str] = Counter()
    for chunk, number in chunks.items():
        for word in _of_chunk(chunk, by):
            counts[word] += number
    return counts


def _of_chunk(chunk: str, by: Analyzer) -> Iterable[str]:
    plain = chunk.rstrip(".")
    if plain.isascii() and plain.isalnum():
        return (plain.lower(),) if len(plain) <= WORD_LETTERS else ()
    return (
        word.text
        for word in by.words(chunk)
        if word.kind in {"word", "pair"} and 0 < len(word.text) <= WORD_LETTERS
    )


def _write(folder: Path, counted: Iterable[tuple[str, int, int]]) -> None:
    """Write a vocabulary; each word with how often it is met, and how often in a title or tag."""
    common, rare = bytearray(), bytearray()
    counts, heads = array("I"), array("I")
    for word, count, in_heads in counted:
        yield_to_ui()
        if (in_heads or count > 1) and not word.isdecimal():
            common += word.encode() + b"\n"
            counts.append(count)
            heads.append(in_heads)
        else:
            rare += word.encode() + b"\n"
    text = memoryview(common)[:-1]
    path = folder / FILE
    beside = path.with_name(path.name + ".tmp")
    with beside.open("wb") as file:
        file.write(json.dumps({"words": len(counts), "bytes": len(text)}).encode() + b"\n")
        file.write(text)
        counts.tofile(file)
        heads.tofile(file)
        file.write(memoryview(rare)[:-1])
    beside.replace(path)
    remove_path(folder / NEW_FILE)


def _identity(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_ino, about.st_mtime_ns
