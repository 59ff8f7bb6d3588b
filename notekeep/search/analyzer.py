"""Text into terms: chunks, folded words, pairs of CJK characters, stop words, stems.

There is one definition of what a text's terms are, `Analyzer.terms`: the index is written with it
and queries are read with it, so they cannot differ. Knows Whoosh's stemmers, loaded when a language
is first used, and nothing of its index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeAlias

from notekeep.query.folding import fold_letters

# mypy: untyped-calls-exclude="whoosh"

# Function words only. The usual longer lists hold "will", "can", "not", "own" and "now", and a
# search for "less is more" or "will power" should find what it says.
ENGLISH_STOPS = """
    a an and are as at be been but by for from had has have he her his i if in into is it its my
    of on or our she so than that the their them then there these they this those to was we were
    which with you your
"""

# More words that say nothing in a question. Notes are indexed with them, so that a phrase and a
# query of nothing else find them; a search of other words goes without.
ENGLISH_QUESTION_WORDS = """
    about also am any because can could did do does how just me might should some too until us very
    what when where whether while who whom whose why would
"""

STEM_LETTERS = 24
"""Longer words are codes and keys, not language."""

BREAK = "\x01"
"""Stands between two headings, tags or quotes, so that no phrase reaches from one into another."""

BREAK_WIDTH = 16
"""How many places a break takes: more than any phrase has stop words in a row."""

STOP_WORD_PLACE = ""
"""Holds the place of a word that is not indexed: `lord of the rings` keeps its distances."""

TERM_LETTERS = 64
"""A term is cut here: what is longer is data, not a word."""

CHUNK_LETTERS = 10_000
"""Of a chunk longer than any text has, only the beginning is read: to find words in a line of
millions of letters, a regular expression needs hundreds of bytes for each."""

MAX_CACHED_CHUNKS = 100_000
"""About 25 MB; nearly all chunks of a text are among so many common ones."""

# Scripts written without blanks between words, and Korean, whose words carry their endings: both
# are found by pairs of characters.
PAIRED_SCRIPTS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Han
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul
)

# Marks that belong to the letter before them, though a regular expression's \w knows none.
COMBINING_MARKS = (
    "\u0300-\u036f"  # accents written apart, as macOS names files
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u064b-\u065f\u0670"  # Arabic points
    "\u0900-\u0963\u0966-\u0dff"  # Indic vowels
)

_CONTRACTED = re.compile("['\u2019](?:s|ll|re|ve|d|m)$", re.IGNORECASE)

WordKind: TypeAlias = Literal["word", "pair", "last", "mark"]


class Language(NamedTuple):
    """How a language is read. With `elides` an apostrophe parts two words, as in `l'homme`.

    `stops` are not indexed; `question_words` are, but a search can do without.
    """

    code: str
    stem: Callable[[str], str] | None
    stops: frozenset[str]
    question_words: frozenset[str]
    elides: bool


class Word(NamedTuple):
    """A word of a text, before stop words and stems.

    "word" has a stem. "pair" is two characters of a script without blanks; "last" is the last
    character of such a run, so that a single one is found too. "mark" belongs to a name, as "++"
    does to C.
    """

    text: str  # folded, without apostrophes
    start: int
    end: int
    kind: WordKind


class TermPosition(NamedTuple):
    """A term and where it stands: `position` counts words, `start` and `end` characters."""

    term: str
    position: int
    start: int
    end: int


class ForeignText(str):
    """A text in another language than its index; `Analyzer.terms` hands it on to the right one."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> ForeignText:  # noqa: PYI034 - never subclassed
        """Mark a text with its language."""
        made = super().__new__(cls, text)
        made.language = language
        return made


def base_language(code: str) -> str:
    """Return "pt" for "pt-BR" and "de" for "de_AT.UTF-8"."""
    return code.strip().replace("_", "-").replace(".", "-").partition("-")[0].lower()[:3]


@cache
def get_language(code: str) -> Language:
    """Return the language of a code; an unknown one has neither stemmer nor stop words."""
    from whoosh.lang import NoStemmer, NoStopWords, stemmer_for_language, stopwords_for_language

    stops = frozenset(ENGLISH_STOPS.split())
    if code != "en":
        try:
            stops = frozenset(map(fold_letters, stopwords_for_language(code)))
        except NoStopWords:
            stops = frozenset()
    question_words = frozenset(ENGLISH_QUESTION_WORDS.split() if code == "en" else ())
    try:
        stem = _careful(stemmer_for_language(code))
    except NoStemmer:
        stem = None
    return Language(code, stem, stops, question_words, elides=code in {"fr", "it", "ca"})


def _careful(stemmer: Callable[[str], str]) -> Callable[[str], str]:
    """A stemmer that leaves data alone and loses no word."""

    @lru_cache(maxsize=MAX_CACHED_CHUNKS)  # `Word`, `words,` and `(word)` have one stem
    def stem(word: str) -> str:
        if not 3 <= len(word) <= STEM_LETTERS or not word.isalpha():
            return word
        return fold_letters(stemmer(word)) or word

    return stem


class _Patterns(NamedTuple):
    chunk: re.Pattern[str]
    token: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """What finds words; compiled when it is first asked for, in six milliseconds."""
    letter = f"[^\\W_{PAIRED_SCRIPTS}] | [{COMBINING_MARKS}]"
    return _Patterns(
        re.compile(f"[\\w{COMBINING_MARKS}\u3099\u309a\u2019.+#'{BREAK}-]+"),
        re.compile(
            f"""
            (?P<paired> [{PAIRED_SCRIPTS}]+ )
          | (?P<mark>
                (?<! [^\\W_] ) (?<! \\. ) \\. (?= [^\\W\\d_] )          # .NET
              | (?<= [^\\W_] ) \\+\\+ (?! \\+ )                         # C++
              | (?<! [^\\W_][A-Za-z] ) (?<= [A-Za-z] ) \\# (?! [^\\W_] )  # C#
            )
          | (?P<joined> (?<! [\\w-] ) [A-Za-z] - [A-Za-z]{{2,}}         # e-mail, t-shirt
              | (?<! [\\w.] ) [A-Za-z] (?: \\. [A-Za-z] )+ (?! \\w ) )  # A.I., U.S.A.
          | (?P<word> (?: {letter} )+ (?: ['\u2019] (?: {letter} )+ )* )
            """,
            re.VERBOSE,
        ),
    )


def find_chunks(text: str) -> list[str]:
    """Return the runs of characters that may belong together (`node.js`, `C++`), in order."""
    return _patterns().chunk.findall(text.replace("_", " "))


class Analyzer:
    """The analyzer of one language. Make it with `get_analyzer`, so that its cache is shared."""

    def __init__(self, code: str) -> None:
        self.language = get_language(code)
        self._chunk_terms = lru_cache(maxsize=MAX_CACHED_CHUNKS)(self._read_chunk)

    def __reduce__(self) -> tuple[Any, ...]:  # Whoosh pickles the schema with every commit
        return get_analyzer, (self.language.code,)

    def __call__(self, value: str, **_options: Any) -> Any:
        """Whoosh wants an analyzer that can be called, but our format asks for `terms`."""
        raise NotImplementedError

    def terms(self, text: str) -> list[str]:
        """Return the term at each position of a text; STOP_WORD_PLACE where none is indexed."""
        if isinstance(text, ForeignText):
            return get_analyzer(text.language).terms(str(text))
        return list(chain.from_iterable(map(self._chunk_terms, find_chunks(text))))

    def _read_chunk(self, chunk: str) -> tuple[str, ...]:
        if chunk == BREAK:
            return (STOP_WORD_PLACE,) * BREAK_WIDTH
        return tuple(map(self.term_of, self.words(chunk[:CHUNK_LETTERS])))

    def term(self, word: str) -> str:
        """Return the term of a folded word: its stem, or STOP_WORD_PLACE."""
        if word in self.language.stops:
            return STOP_WORD_PLACE
        stem = self.language.stem
        return stem(word) if stem else word

    def term_of(self, word: Word) -> str:
        """Return the term under which a word stands in the index, or STOP_WORD_PLACE."""
        return self.term(word.text) if word.kind == "word" else word.text

    def words(self, chunk: str) -> list[Word]:
        """Return the words of a chunk, before stop words and stems."""
        if chunk.isalpha() and chunk.isascii():  # as nearly all are; no pattern has to look at it
            return [Word(fold_letters(chunk)[:TERM_LETTERS], 0, len(chunk), "word")]
        matches = _patterns().token.finditer(chunk)
        return [word for match in matches for word in _split(match, self.language)]

    def places(self, text: str, only: frozenset[str] | None = None) -> list[TermPosition]:
        """Return where all terms, or `only` some, stand in a text."""
        # Few terms are found ten times as fast: only chunks that hold one are taken apart.
        found: list[TermPosition] = []
        position = 0
        first = {letter for term in only or () for letter in (term[0], term[0].upper())}
        for match in _patterns().chunk.finditer(text.replace("_", " ")):
            chunk = match[0]
            if first and chunk[0] not in first and chunk.isascii() and chunk.rstrip(".").isalnum():
                position += 1  # one word; its stem begins as it does, and need not be worked out
                continue
            terms = self._chunk_terms(chunk)
            if only is None or not only.isdisjoint(terms):
                start = match.start()
                words = self.words(chunk[:CHUNK_LETTERS])  # a break has terms but no words
                for at, (term, word) in enumerate(zip(terms, words, strict=False), position):
                    if term and (only is None or term in only):
                        found.append(TermPosition(term, at, start + word.start, start + word.end))
            position += len(terms)
        return found


@cache
def get_analyzer(code: str) -> Analyzer:
    """Return the one analyzer of a language."""
    return Analyzer(code)


def _split(match: re.Match[str], language: Language) -> Iterator[Word]:
    start, end = match.span()
    text = match.group()
    kind = match.lastgroup
    if kind == "mark":
        yield Word(text, start, end, "mark")
    elif kind == "paired":
        folded = unicodedata.normalize("NFKC", text)
        for at in range(len(folded) - 1):
            first = min(start + at, end - 1)  # a letter may be folded into two
            yield Word(folded[at : at + 2], first, min(first + 2, end), "pair")
        yield Word(folded[-1], end - 1, end, "last")
    elif kind == "joined":
        bare = fold_letters(re.sub("[-.]", "", text))
        yield Word(bare, start, end, "mark" if bare in language.stops else "word")  # I.T. is no it
    elif language.elides:
        for part in re.finditer("[^'\u2019]+", text):
            folded = fold_letters(part.group())[:TERM_LETTERS]
            yield Word(folded, start + part.start(), start + part.end(), "word")
    else:
        bare = _CONTRACTED.sub("", text).replace("'", "").replace("\u2019", "")
        yield Word(fold_letters(bare)[:TERM_LETTERS], start, end, "word")
