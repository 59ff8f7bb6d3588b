"""Converts text to terms: chunks, folded words, pairs of CJK characters, stop words, stems.

The index and queries share `Analyzer.terms`, so they cannot differ. Whoosh's stemmers are loaded
when a language is first used.
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

# Function words only. Longer lists contain "will", "can", "not", "own" and "now", which "less is
# more" or "will power" need.
ENGLISH_STOPS = """
    a an and are as at be been but by for from had has have he her his i if in into is it its my
    of on or our she so than that the their them then there these they this those to was we were
    which with you your
"""

# Question words. Indexed for phrases; other searches ignore them.
ENGLISH_QUESTION_WORDS = """
    about also am any because can could did do does how just me might should some too until us very
    what when where whether while who whom whose why would
"""

STEM_LETTERS = 24
"""Longer words are codes or keys and are not stemmed."""

BREAK = "\x01"
"""Separates headings, tags and quotes, so that no phrase matches across them."""

BREAK_WIDTH = 16
"""Number of positions of a break: more than the longest run of stop words in a phrase."""

STOP_WORD_PLACE = ""
"""Stands for a stop word, so that the terms of `lord of the rings` keep their distances."""

PARTS = "\0"
"""Separates the terms of one position: a name such as `CamelCase`, then its parts."""

TERM_LETTERS = 64
"""Longer terms are truncated; they are data, not words."""

CHUNK_LETTERS = 10_000
"""Longer chunks are truncated, because matching needs a lot of memory for each word."""

MAX_CACHED_CHUNKS = 100_000
"""About 25 MB; covers nearly all chunks of a text."""

# Scripts without spaces, and Korean, whose words have endings: indexed by pairs.
PAIRED_SCRIPTS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Han
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul
)

# Marks that belong to the letter before them, although `\w` does not match them.
COMBINING_MARKS = (
    "\u0300-\u036f"  # separate accents, as in file names of macOS
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u064b-\u065f\u0670"  # Arabic points
    "\u0900-\u0963\u0966-\u0dff"  # Indic vowels
)

_CONTRACTED = re.compile("['\u2019](?:s|ll|re|ve|d|m)$", re.IGNORECASE)

_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")

# Does not match in "neue", "bauen" and "Quelle".
_UMLAUT = re.compile("(a|o|(?<![aeq])u)e")

WordKind: TypeAlias = Literal["word", "pair", "last", "mark"]


class Language(NamedTuple):
    """The rules of a language.

    `stops` are not indexed; `question_words` are indexed but optional in searches. If a language
    `elides`, an apostrophe separates words, as in `l'homme`.
    """

    code: str
    stem: Callable[[str], str] | None
    stops: frozenset[str]
    question_words: frozenset[str]
    elides: bool

    def fold_umlauts(self, word: str) -> str:
        """Convert a German word such as `fuer` to the indexed form of `für`."""
        return _UMLAUT.sub(r"\1", word) if self.code == "de" else word

    def is_stop(self, word: str) -> bool:
        """Whether a folded word is a stop word."""
        return word in self.stops or self.fold_umlauts(word) in self.stops


class Word(NamedTuple):
    """A word of a text, before stemming and the removal of stop words.

    A "word" has a stem. A "pair" is two characters of a script without spaces; "last" is the last
    character of such a run, for searches of one character. A "mark" belongs to a name, such as "++"
    in C++.
    """

    text: str  # folded, without apostrophes
    start: int
    end: int
    kind: WordKind


class TermPosition(NamedTuple):
    """A term in a text: `position` counts words, `start` and `end` characters."""

    term: str
    position: int
    start: int
    end: int


class ForeignText(str):
    """A text in a different language from its index; see `Analyzer.terms`."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> ForeignText:  # noqa: PYI034 - never subclassed
        """Create a text in a language."""
        made = super().__new__(cls, text)
        made.language = language
        return made


def base_language(code: str) -> str:
    """Return "pt" for "pt-BR" and "de" for "de_AT.UTF-8"."""
    return code.strip().replace("_", "-").replace(".", "-").partition("-")[0].lower()[:3]


@cache
def get_language(code: str) -> Language:
    """Return a language; unknown codes have no stemmer and no stop words."""
    from whoosh.lang import NoStemmer, NoStopWords, stemmer_for_language, stopwords_for_language

    stops = frozenset(ENGLISH_STOPS.split())
    if code != "en":
        try:
            stops = frozenset(map(fold_letters, stopwords_for_language(code)))
        except NoStopWords:
            stops = frozenset()
    question_words = frozenset(ENGLISH_QUESTION_WORDS.split() if code == "en" else ())
    try:
        stem = _skip_codes(stemmer_for_language(code))
    except NoStemmer:
        stem = None
    return Language(code, stem, stops, question_words, elides=code in {"fr", "it", "ca"})


def _skip_codes(stemmer: Callable[[str], str]) -> Callable[[str], str]:
    """Return a stemmer that leaves codes unchanged and never returns ""."""

    @lru_cache(maxsize=MAX_CACHED_CHUNKS)  # `Word`, `words,` and `(word)` have the same stem
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
    """Return the patterns for words, compiled at first use, which takes 6 ms."""
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
    """Return the runs of characters that may form words (`node.js`, `C++`), in order."""
    return _patterns().chunk.findall(text.replace("_", " "))


def split_camel(word: str) -> list[str]:
    """Return the folded parts of a word such as `CamelCase`; none for `iPhone`."""
    if word.islower() or not word.isascii():
        return []
    parts = [part.lower() for part in _CAMEL.split(word) if len(part) > 1]
    return parts if len(parts) > 1 else []


class Analyzer:
    """The analyzer of one language; use `get_analyzer` to share its cache."""

    def __init__(self, code: str) -> None:
        self.language = get_language(code)
        self._chunk_terms = lru_cache(maxsize=MAX_CACHED_CHUNKS)(self._read_chunk)

    def __reduce__(self) -> tuple[Any, ...]:  # Whoosh pickles the schema with every commit
        return get_analyzer, (self.language.code,)

    def __call__(self, value: str, **_options: Any) -> Any:
        """Not used: Whoosh requires a callable, but our format calls `terms`."""
        raise NotImplementedError

    def terms(self, text: str) -> list[str]:
        """Return the terms at each position of a text, joined by PARTS, or STOP_WORD_PLACE."""
        if isinstance(text, ForeignText):
            return get_analyzer(text.language).terms(str(text))
        return list(chain.from_iterable(map(self._chunk_terms, find_chunks(text))))

    def _read_chunk(self, chunk: str) -> tuple[str, ...]:
        if chunk == BREAK:
            return (STOP_WORD_PLACE,) * BREAK_WIDTH
        words = self.words(chunk[:CHUNK_LETTERS])
        return tuple(PARTS.join([self.term_of(word), *self._parts(chunk, word)]) for word in words)

    def _parts(self, chunk: str, word: Word) -> list[str]:
        terms = map(self.term, split_camel(chunk[word.start : word.end]))
        return [term for term in terms if term != STOP_WORD_PLACE]

    def term(self, word: str) -> str:
        """Return the stem of a folded word, or STOP_WORD_PLACE."""
        if word in self.language.stops:
            return STOP_WORD_PLACE
        stem = self.language.stem
        return stem(word) if stem else word

    def term_of(self, word: Word) -> str:
        """Return the index term of a word, or STOP_WORD_PLACE."""
        return self.term(word.text) if word.kind == "word" else word.text

    def words(self, chunk: str) -> list[Word]:
        """Return the words of a chunk, including stop words."""
        if chunk.isalpha() and chunk.isascii():  # nearly all chunks; no pattern is needed
            return [Word(fold_letters(chunk)[:TERM_LETTERS], 0, len(chunk), "word")]
        matches = _patterns().token.finditer(chunk)
        return [word for match in matches for word in _split(match, self.language)]

    def places(self, text: str, only: frozenset[str] | None = None) -> list[TermPosition]:
        """Return the positions of all terms in a text, or of those in `only`."""
        # With few terms, this is ten times as fast: only chunks that may contain one are analyzed.
        found: list[TermPosition] = []
        position = 0
        first = {letter for term in only or () for letter in (term[0], term[0].upper())}
        has_parts = _CAMEL.search(text) is not None
        for match in _patterns().chunk.finditer(text.replace("_", " ")):
            chunk = match[0]
            if (
                first
                and chunk[0] not in first
                and chunk.isascii()
                and chunk.rstrip(".").isalnum()
                and not (has_parts and _CAMEL.search(chunk))
            ):
                position += 1  # one word; its stem has the same first letter, so it cannot match
                continue
            terms = self._chunk_terms(chunk)
            whole = PARTS.join(terms).split(PARTS) if has_parts else terms
            if only is None or not only.isdisjoint(whole):
                start = match.start()
                words = self.words(chunk[:CHUNK_LETTERS])  # a break has terms but no words
                for at, (joined, word) in enumerate(zip(terms, words, strict=False), position):
                    found += [
                        TermPosition(term, at, start + word.start, start + word.end)
                        for term in joined.split(PARTS)
                        if term and (only is None or term in only)
                    ]
            position += len(terms)
        return found


@cache
def get_analyzer(code: str) -> Analyzer:
    """Return the shared analyzer of a language."""
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
            first = min(start + at, end - 1)  # NFKC may expand a letter to two
            yield Word(folded[at : at + 2], first, min(first + 2, end), "pair")
        yield Word(folded[-1], end - 1, end, "last")
    elif kind == "joined":
        bare = fold_letters(re.sub("[-.]", "", text))
        # I.T. is not the stop word "it"
        yield Word(bare, start, end, "mark" if bare in language.stops else "word")
    elif language.elides:
        for part in re.finditer("[^'\u2019]+", text):
            folded = fold_letters(part.group())[:TERM_LETTERS]
            yield Word(folded, start + part.start(), start + part.end(), "word")
    else:
        bare = _CONTRACTED.sub("", text).replace("'", "").replace("\u2019", "")
        yield Word(fold_letters(bare)[:TERM_LETTERS], start, end, "word")
