"""Makes the graded questions over the public collections, from the texts alone and by fixed dice.

No search engine is asked. A question is kept only where the texts say which notes answer it, so
that a grade is never what a search found. Paraphrases are written by hand (`tests/search/
questions.toml`).

    python -m bench.questions CLONES

writes `tests/search/collections.jsonl` anew; `CLONES` is the folder of `bench.public_notes.write`.
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

from bench.judge import COLLECTED, Asked
from bench.public_notes import COLLECTIONS, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SEED = 27
MANY = 3
"""More notes than these are no answer to one question."""

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
    """A note as text.

    Attributes:
        path: Its path in the vault.
        title: Its title in front matter, else its first heading.
        headings: Its headings without marks, the title included.
        prose: Its text without front matter, comments and code.
        code: The pieces of code in it: whole lines, and what stands between backticks.
        raw: All of it but the comments.
    """

    path: str
    title: str
    headings: tuple[str, ...]
    prose: str
    code: tuple[str, ...]
    raw: str


def read(root: Path) -> list[Page]:
    """All notes of a vault."""
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
    named = matter and re.search(r"^title: *[\"']?(.+?)[\"']?$", matter[1], re.MULTILINE)
    title = _plain(named[1]) if named else next(iter(headings), "")
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


class Maker:
    """Questions over one collection.

    Args:
        over: Its name.
        language: The language of its notes.
        pages: Its notes.
        dice: Decides what is asked.
    """

    def __init__(self, over: str, language: str, pages: list[Page], dice: Random) -> None:
        self._over = over
        self._language = language
        self._pages = pages
        self._dice = dice
        self._words = {page.path: frozenset(_words(page.raw)) for page in pages}
        self._spread = Counter(word for words in self._words.values() for word in words)
        headings = Counter(
            heading for page in pages for heading in {_folded(one) for one in page.headings}
        )
        self._own = {
            page.path: [one for one in page.headings if headings[_folded(one)] == 1]
            for page in pages
        }

    def make(self, wanted: Mapping[str, int]) -> Iterator[Asked]:
        """As many questions of each kind as are wanted, or as the texts have."""
        kinds: dict[str, Callable[[], Iterator[tuple[str, tuple[str, ...]]]]] = {
            "known words": self._known_words,
            "first sentence": self._first_sentences,
            "words far apart": self._words_apart,
            "typo": self._typos,
            "beginning": self._beginnings,
            "symbol": self._symbols,
            "date, version": self._dates_and_versions,
            "pasted": self._pasted,
            "accents": self._accents,
            "CJK": self._japanese,
        }
        for kind, count in wanted.items():
            asked: dict[str, tuple[str, ...]] = {}
            for text, answers in kinds[kind]():
                if len(asked) == count:
                    break
                asked.setdefault(text, answers)
            for text, answers in asked.items():
                yield Asked(self._over, kind, text, kind == "beginning", answers)

    def _shuffled(self) -> list[Page]:
        return self._dice.sample(self._pages, len(self._pages))

    def _known_words(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A heading that one note has."""
        for page in self._shuffled():
            headings = [one for one in self._own[page.path] if 2 <= len(_asked(one).split()) <= 7]
            if headings:
                yield _asked(self._dice.choice(headings)), (page.path,)

    def _first_sentences(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Four words of the first sentence that no other note has all of."""
        for page in self._shuffled():
            words = [word for word in _words(_first_sentence(page)) if len(word) >= 4]
            places = range(len(words))
            if len(words) < 6:
                continue
            picked = [words[place] for place in sorted(self._dice.sample(places, 4))]
            if self._only(picked) == page.path:
                yield " ".join(picked), (page.path,)

    def _words_apart(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A word of the title, a rare one of the first third, and one of the last."""
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
        """A title with one slip in a word of five letters or more."""
        for page, title in self._titles():
            words = title.split()
            long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
            if len(words) >= 2 and long:
                at = self._dice.choice(long)
                slipped = self._slip(words[at])
                if slipped != words[at] and slipped not in self._spread:
                    yield " ".join([*words[:at], slipped, *words[at + 1 :]]), (page.path,)

    def _beginnings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A title whose last word is half typed."""
        titles = list(self._titles())
        for page, title in titles:
            last = title.split()[-1]
            if len(title.split()) >= 2 and len(last) >= 5 and last.isalpha():
                text = title[: len(title) - len(last) // 2]
                if sum(other.startswith(text) for _, other in titles) == 1:
                    yield text, (page.path,)

    def _symbols(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Code with signs, as it stands between backticks or in a line of code."""
        for page in self._shuffled():
            pieces = [
                token
                for piece in page.code
                for token in piece.split()
                if 4 <= len(token) <= 28 and _is_symbol(token)
            ]
            if pieces:
                symbol = self._dice.choice(pieces)
                if answers := self._having(symbol):
                    yield symbol, answers

    def _dates_and_versions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """By turns: a day of front matter, the version of a title, one of the text."""
        dates: dict[str, list[str]] = defaultdict(list)
        titled: dict[str, list[str]] = defaultdict(list)
        for page in self._pages:
            if found := re.search(r"^date: '?(\d{4}-\d\d-\d\d)", page.raw, re.MULTILINE):
                dates[found[1]].append(page.path)
            for version in re.findall(r"\d+\.\d+\.\d+", page.title):
                titled[version].append(page.path)
        told = [
            (f"{name} {version}", answers)
            for page in self._shuffled()
            for name, version in _VERSION.findall(page.prose)
            if (answers := self._having(f"{name} {version}", f"{name} v{version}"))
        ]
        groups = [
            self._dice.sample(
                [(key, tuple(paths)) for key, paths in group.items() if len(paths) <= MANY],
                sum(len(paths) <= MANY for paths in group.values()),
            )
            for group in (dates, titled)
        ]
        for round_ in zip(*groups, strict=False):
            yield from round_
        yield from told

    def _pasted(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """By turns: a line of code or output as it is, and a piece of a sentence with its signs."""
        for number, page in enumerate(self._shuffled()):
            if number % 2:
                pieces = [line for line in page.code if 20 <= len(line) <= 80 and " " in line]
            else:
                pieces = _sentence_pieces(page, self._dice)
            pieces = [one for one in pieces if _SIGN.search(one) and len(_WORD.findall(one)) >= 3]
            if pieces:
                pasted = self._dice.choice(pieces)
                if answers := self._having(pasted):
                    yield pasted, answers

    def _accents(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A heading without its accents; by turns, German umlauts with an e."""
        for number, page in enumerate(self._shuffled()):
            headings = [
                asked
                for one in self._own[page.path]
                if (asked := _asked(one)) != _without_accents(asked) and len(asked.split()) <= 7
            ]
            if headings:
                asked = self._dice.choice(headings)
                if number % 2 and self._language == "de":
                    asked = asked.translate(_UMLAUTS)
                yield _without_accents(asked), (page.path,)

    def _japanese(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """By turns: a heading that one note has, and two words that only one has both of."""
        having: dict[str, set[str]] = defaultdict(set)
        for page in self._pages:
            for word in _JAPANESE.findall(page.prose):
                having[word].add(page.path)
        for number, page in enumerate(self._shuffled()):
            if number % 2:
                headings = [one for one in self._own[page.path] if _JAPANESE.search(one)]
                if headings:
                    yield _asked(self._dice.choice(headings)), (page.path,)
                continue
            words = sorted(
                {word for word in _JAPANESE.findall(page.prose) if 2 <= len(having[word]) <= 8}
            )
            if len(words) >= 2:
                one, two = self._dice.sample(words, 2)
                both = {
                    other.path for other in self._pages if one in other.prose and two in other.prose
                }
                if both == {page.path}:
                    yield f"{one} {two}", (page.path,)

    def _titles(self) -> Iterator[tuple[Page, str]]:
        """The titles that one note has, as they are asked."""
        for page in self._shuffled():
            title = _asked(page.title)
            if page.title in self._own[page.path] and len(title.split()) <= 8:
                yield page, title

    def _only(self, words: Iterable[str]) -> str | None:
        """The only note that has all the words, if there is one."""
        wanted = set(words)
        found = [path for path, words in self._words.items() if wanted <= words]
        return found[0] if len(found) == 1 else None

    def _rare(self, words: list[str]) -> str:
        """One of the words that some notes have and most have not, or ""."""
        most = max(3, len(self._pages) // 20)
        rare = [word for word in words if len(word) >= 4 and 2 <= self._spread[word] <= most]
        return self._dice.choice(rare) if rare else ""

    def _having(self, *texts: str) -> tuple[str, ...]:
        """The notes that have one of the texts as it is, or none where that is many."""
        whole = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts))
        found = [page.path for page in self._pages if whole.search(page.raw)]
        return tuple(found) if len(found) <= MANY else ()

    def _slip(self, word: str) -> str:
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
    """Whether a piece of code has a sign within, one to three words, and no half bracket."""
    words = _WORD.findall(token)
    return (
        _SIGN.search(token[1:]) is not None
        and len(words) <= 3
        and max(map(len, words), default=0) >= 3
        and "://" not in token
        and not re.search(r"['\"`,;{}|]|[:=([.]$", token)
        and all(token.count(one) == token.count(two) for one, two in ("()", "[]"))
    )


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _asked(heading: str) -> str:
    """A heading as somebody types it: small letters, no signs."""
    return " ".join(re.sub(r"[^\w\s'\u2019-]|_", " ", heading).lower().split())


def _folded(heading: str) -> str:
    return _without_accents(_asked(heading))


def _without_accents(text: str) -> str:
    if _JAPANESE.search(text):
        return text
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _paragraphs(page: Page) -> list[str]:
    """The paragraphs of prose, each as one line, without links' addresses."""
    blocks = (" ".join(block.split()) for block in page.prose.split("\n\n"))
    texts = [block for block in blocks if len(block) > 60 and block[0].isalpha()]
    return [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text) for text in texts]


def _first_sentence(page: Page) -> str:
    first = next(iter(_paragraphs(page)), "")
    return re.split(r"(?<=[.!?:]) ", first, maxsplit=1)[0]


def _sentence_pieces(page: Page, dice: Random) -> list[str]:
    """Six to ten words in a row of a line, as they stand there."""
    lines = [line.split() for line in page.prose.splitlines() if line[:1].isalpha()]
    pieces = []
    for words in lines:
        length = dice.randrange(6, 11)
        if len(words) > length:
            start = dice.randrange(len(words) - length)
            pieces.append(" ".join(words[start : start + length]))
    return pieces


WANTED = {
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
"""How many questions of each kind; where texts have fewer, all they have."""


def make(name: str, language: str, root: Path) -> list[Asked]:
    """The questions over one collection, whose notes are in a folder."""
    maker = Maker(name, language, read(root), Random(f"{SEED} {name}"))
    return list(maker.make(WANTED[name]))


def main(clones: Path) -> None:
    """Write the questions over all collections."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for collection in COLLECTIONS:
            root = Path(folder, collection.name)
            write(collection, clones, root)
            asked = make(collection.name, collection.language, root)
            lines += [json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in asked]
    COLLECTED.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
