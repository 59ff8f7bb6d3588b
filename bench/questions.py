"""Generates the graded questions about the public collections from their texts and a fixed seed.

No search engine is involved: a question is used only if the texts determine which notes answer it.
Paraphrases are written by hand, in `tests/search/questions.toml`.

    python -m bench.questions CLONES

overwrites `tests/search/collections.jsonl`. `CLONES` is the folder for `bench.public_notes.write`.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bench.judge import COLLECTED, CollectionQuestion
from bench.public_notes import COLLECTIONS, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SEED = 27
MAX_ANSWERS = 3
"""A question with more answers is not used."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,4} +(.+?)[ #]*$", re.MULTILINE)
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_WORD = re.compile(r"[^\W\d_]+")
_JAPANESE = re.compile(r"[\u4e00-\u9fff]{2,6}|[\u30a1-\u30fa\u30fc]{3,}")
_SIGN = re.compile(r"[^\w\s]")
_VERSION = re.compile(r"\b([A-Z][a-z]{3,}) v?(\d+\.\d+(?:\.\d+)?)\b")
_UMLAUTS = str.maketrans(
    {umlaut: f"{letter}e" for umlaut, letter in zip("äöüÄÖÜ", "aouAOU", strict=True)}
)


class Page(NamedTuple):
    """The text of a note.

    Attributes:
        path: The path in the vault.
        title: The title from front matter, or the first heading.
        headings: The title and the headings, without markup.
        prose: The text without front matter, comments and code blocks.
        code: The lines of code blocks, and inline code.
        raw: The file without comments.
    """

    path: str
    title: str
    headings: tuple[str, ...]
    prose: str
    code: tuple[str, ...]
    raw: str


def read(root: Path) -> list[Page]:
    """Read all notes of a vault."""
    return [
        _page(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for path in sorted(root.rglob("*.md"))
    ]


def _page(path: str, text: str) -> Page:
    raw = _COMMENT.sub("", text)
    matter = _FRONT_MATTER.match(raw)
    body = raw[matter.end() :] if matter else raw
    code = [line.strip() for fence in _FENCE.finditer(body) for line in _lines_inside(fence[0])]
    prose = _FENCE.sub("", body)
    headings = [_plain(heading) for heading in _HEADING.findall(prose)]
    field = matter and re.search(r"^title: *[\"']?(.+?)[\"']?$", matter[1], re.MULTILINE)
    title = _plain(field[1]) if field else next(iter(headings), "")
    return Page(
        path,
        title,
        tuple(dict.fromkeys([title, *headings])),
        re.sub(r"\{\{.*?\}\}", "", prose),
        (*code, *_INLINE_CODE.findall(prose)),
        raw,
    )


def _lines_inside(fence: str) -> list[str]:
    return fence.splitlines()[1:-1]


def _plain(heading: str) -> str:
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[`*\\]|\{\{.*?\}\}", "", linked).strip()


class Generator:
    """Generates the questions about one collection.

    Args:
        over: The name of the collection.
        language: The language of the notes.
        pages: The notes.
        dice: The random numbers.
    """

    def __init__(self, over: str, language: str, pages: list[Page], dice: Random) -> None:
        self._over = over
        self._language = language
        self._pages = pages
        self._dice = dice
        self._words = {page.path: frozenset(_words(page.raw)) for page in pages}
        self._spread = Counter(word for words in self._words.values() for word in words)
        headings = Counter(
            heading for page in pages for heading in {_fold(heading) for heading in page.headings}
        )
        self._unique_headings = {
            page.path: [heading for heading in page.headings if headings[_fold(heading)] == 1]
            for page in pages
        }

    def questions(self, counts: Mapping[str, int]) -> Iterator[CollectionQuestion]:
        """Yield up to `counts` questions of each kind."""
        kinds: dict[str, Callable[[], Iterator[tuple[str, tuple[str, ...]]]]] = {
            "known words": self._known_words,
            "first sentence": self._first_sentences,
            "words far apart": self._distant_words,
            "typo": self._typos,
            "beginning": self._beginnings,
            "symbol": self._symbols,
            "date, version": self._dates_and_versions,
            "pasted": self._pasted,
            "accents": self._accents,
            "CJK": self._japanese,
        }
        for kind, count in counts.items():
            by_text: dict[str, tuple[str, ...]] = {}
            for text, answers in kinds[kind]():
                if len(by_text) == count:
                    break
                by_text.setdefault(text, answers)
            for text, answers in by_text.items():
                yield CollectionQuestion(self._over, kind, text, kind == "beginning", answers)

    def _shuffled(self) -> list[Page]:
        return self._dice.sample(self._pages, len(self._pages))

    def _known_words(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield headings that are unique to a note."""
        for page in self._shuffled():
            headings = [
                heading
                for heading in self._unique_headings[page.path]
                if 2 <= len(_as_query(heading).split()) <= 7
            ]
            if headings:
                yield _as_query(self._dice.choice(headings)), (page.path,)

    def _first_sentences(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield four words of a first sentence that occur together in no other note."""
        for page in self._shuffled():
            words = [word for word in _words(_first_sentence(page)) if len(word) >= 4]
            places = range(len(words))
            if len(words) < 6:
                continue
            picked = [words[place] for place in sorted(self._dice.sample(places, 4))]
            if self._only(picked) == page.path:
                yield " ".join(picked), (page.path,)

    def _distant_words(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield a rare word each from the title, the first and the last third of a note."""
        for page in self._shuffled():
            words = _words(page.prose)
            third = len(words) // 3
            parts = (_words(page.title), words[:third], words[-third:])
            if third < 20:
                continue
            picked = [self._rare(part) for part in parts]
            if all(picked) and len(set(picked)) == 3 and self._only(picked) == page.path:
                yield " ".join(picked), (page.path,)

    def _typos(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield titles with a typo in a word of five letters or more."""
        for page, title in self._titles():
            words = title.split()
            long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
            if len(words) >= 2 and long:
                at = self._dice.choice(long)
                typo = self._add_typo(words[at])
                if typo != words[at] and typo not in self._spread:
                    yield " ".join([*words[:at], typo, *words[at + 1 :]]), (page.path,)

    def _beginnings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield titles that end in the middle of the last word."""
        titles = list(self._titles())
        for page, title in titles:
            last = title.split()[-1]
            if len(title.split()) >= 2 and len(last) >= 5 and last.isalpha():
                text = title[: len(title) - len(last) // 2]
                if sum(other.startswith(text) for _, other in titles) == 1:
                    yield text, (page.path,)

    def _symbols(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield code with signs, from inline code or code blocks."""
        for page in self._shuffled():
            pieces = [
                token
                for piece in page.code
                for token in piece.split()
                if 4 <= len(token) <= 28 and _is_symbol(token)
            ]
            if pieces:
                symbol = self._dice.choice(pieces)
                if answers := self._notes_with(symbol):
                    yield symbol, answers

    def _dates_and_versions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield dates from front matter and versions from titles in turn, then from texts."""
        dates: dict[str, list[str]] = defaultdict(list)
        versions: dict[str, list[str]] = defaultdict(list)
        for page in self._pages:
            if found := re.search(r"^date: '?(\d{4}-\d\d-\d\d)", page.raw, re.MULTILINE):
                dates[found[1]].append(page.path)
            for version in re.findall(r"\d+\.\d+\.\d+", page.title):
                versions[version].append(page.path)
        in_texts = [
            (f"{name} {version}", answers)
            for page in self._shuffled()
            for name, version in _VERSION.findall(page.prose)
            if (answers := self._notes_with(f"{name} {version}", f"{name} v{version}"))
        ]
        groups = [
            self._dice.sample(
                [(key, tuple(paths)) for key, paths in group.items() if len(paths) <= MAX_ANSWERS],
                sum(len(paths) <= MAX_ANSWERS for paths in group.values()),
            )
            for group in (dates, versions)
        ]
        for round_ in zip(*groups, strict=False):
            yield from round_
        yield from in_texts

    def _pasted(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield lines of code or output, and parts of sentences with their signs, in turn."""
        for number, page in enumerate(self._shuffled()):
            if number % 2:
                pieces = [line for line in page.code if 20 <= len(line) <= 80 and " " in line]
            else:
                pieces = _sentence_pieces(page, self._dice)
            pieces = [
                piece for piece in pieces if _SIGN.search(piece) and len(_WORD.findall(piece)) >= 3
            ]
            if pieces:
                pasted = self._dice.choice(pieces)
                if answers := self._notes_with(pasted):
                    yield pasted, answers

    def _accents(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield headings without accents; every second in German with "e" for umlauts."""
        for number, page in enumerate(self._shuffled()):
            queries = [
                query
                for heading in self._unique_headings[page.path]
                if (query := _as_query(heading)) != _without_accents(query)
                and len(query.split()) <= 7
            ]
            if queries:
                query = self._dice.choice(queries)
                if number % 2 and self._language == "de":
                    query = query.translate(_UMLAUTS)
                yield _without_accents(query), (page.path,)

    def _japanese(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield unique headings, and pairs of words that only one note contains, in turn."""
        paths: dict[str, set[str]] = defaultdict(set)
        for page in self._pages:
            for word in _JAPANESE.findall(page.prose):
                paths[word].add(page.path)
        for number, page in enumerate(self._shuffled()):
            if number % 2:
                headings = [
                    heading
                    for heading in self._unique_headings[page.path]
                    if _JAPANESE.search(heading)
                ]
                if headings:
                    yield _as_query(self._dice.choice(headings)), (page.path,)
                continue
            words = sorted(
                {word for word in _JAPANESE.findall(page.prose) if 2 <= len(paths[word]) <= 8}
            )
            if len(words) >= 2:
                pair = self._dice.sample(words, 2)
                both = {
                    other.path for other in self._pages if all(word in other.prose for word in pair)
                }
                if both == {page.path}:
                    yield " ".join(pair), (page.path,)

    def _titles(self) -> Iterator[tuple[Page, str]]:
        """Yield titles that are unique to a note, as queries."""
        for page in self._shuffled():
            title = _as_query(page.title)
            if page.title in self._unique_headings[page.path] and len(title.split()) <= 8:
                yield page, title

    def _only(self, words: Iterable[str]) -> str | None:
        """Return the only note that contains all the words, or None."""
        wanted = set(words)
        found = [path for path, words in self._words.items() if wanted <= words]
        return found[0] if len(found) == 1 else None

    def _rare(self, words: list[str]) -> str:
        """Return one of the words that is in few notes, or ""."""
        limit = max(3, len(self._pages) // 20)
        rare = [word for word in words if len(word) >= 4 and 2 <= self._spread[word] <= limit]
        return self._dice.choice(rare) if rare else ""

    def _notes_with(self, *texts: str) -> tuple[str, ...]:
        """Return the notes that contain one of the texts, or () if more than `MAX_ANSWERS` do."""
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts))
        found = [page.path for page in self._pages if pattern.search(page.raw)]
        return tuple(found) if len(found) <= MAX_ANSWERS else ()

    def _add_typo(self, word: str) -> str:
        at = self._dice.randrange(1, len(word) - 1)
        letter = self._dice.choice("abcdefghiklmnoprstu")
        return self._dice.choice(
            [
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at] + word[at:],
            ]
        )


def _is_symbol(token: str) -> bool:
    """Whether a piece of code has a sign, at most three words, and balanced brackets."""
    words = _WORD.findall(token)
    return (
        _SIGN.search(token[1:]) is not None
        and len(words) <= 3
        and max(map(len, words), default=0) >= 3
        and "://" not in token
        and not re.search(r"['\"`,;{}|]|[:=([.]$", token)
        and all(token.count(left) == token.count(right) for left, right in ("()", "[]"))
    )


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _as_query(heading: str) -> str:
    """Return a heading as users type it: in lower case and without signs."""
    return " ".join(re.sub(r"[^\w\s'\u2019-]|_", " ", heading).lower().split())


def _fold(heading: str) -> str:
    return _without_accents(_as_query(heading))


def _without_accents(text: str) -> str:
    if _JAPANESE.search(text):
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _paragraphs(page: Page) -> list[str]:
    """Return the paragraphs of prose, each as one line, without the targets of links."""
    blocks = (" ".join(block.split()) for block in page.prose.split("\n\n"))
    texts = [block for block in blocks if len(block) > 60 and block[0].isalpha()]
    return [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text) for text in texts]


def _first_sentence(page: Page) -> str:
    first = next(iter(_paragraphs(page)), "")
    return re.split(r"(?<=[.!?:]) ", first, maxsplit=1)[0]


def _sentence_pieces(page: Page, dice: Random) -> list[str]:
    """Return six to ten consecutive words of each line."""
    lines = [line.split() for line in page.prose.splitlines() if line[:1].isalpha()]
    pieces = []
    for words in lines:
        length = dice.randrange(6, 11)
        if len(words) > length:
            start = dice.randrange(len(words) - length)
            pieces.append(" ".join(words[start : start + length]))
    return pieces


COUNTS = {
    "til": {
        "known words": 12,
        "first sentence": 12,
        "words far apart": 10,
        "typo": 12,
        "beginning": 12,
        "symbol": 24,
        "date, version": 8,
        "pasted": 16,
    },
    "node-blog": {"symbol": 4, "date, version": 20, "pasted": 6},
    "mdn-de": {
        "known words": 8,
        "first sentence": 8,
        "words far apart": 10,
        "typo": 8,
        "beginning": 8,
        "pasted": 4,
        "accents": 18,
    },
    "rust-fr": {"known words": 4, "typo": 4, "beginning": 4, "symbol": 4, "accents": 8},
    "rust-ja": {"CJK": 26},
}
"""The number of questions of each kind; fewer if the texts do not have as many."""


def generate(name: str, language: str, root: Path) -> list[CollectionQuestion]:
    """Return the questions about one collection, with its notes in `root`."""
    generator = Generator(name, language, read(root), Random(f"{SEED} {name}"))
    return list(generator.questions(COUNTS[name]))


def main(clones: Path) -> None:
    """Write the questions about all collections."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for collection in COLLECTIONS:
            root = Path(folder, collection.name)
            write(collection, clones, root)
            questions = generate(collection.name, collection.language, root)
            lines += [
                json.dumps(question._asdict(), ensure_ascii=False) + "\n" for question in questions
            ]
    COLLECTED.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
