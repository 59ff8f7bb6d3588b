"""Text to terms: fold, stem, stop words, languages."""

from __future__ import annotations

import re
import unicodedata
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

from whoosh.analysis.acore import Composable, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


# Languages: how a word is stemmed, and which words say nothing. The stemmers are Whoosh's own.
#
# A language nobody knows is one without stemmer and without stop words.


# mypy: untyped-calls-exclude="whoosh"


# Function words only. The usual longer lists hold "will", "can", "not", "own" and "now", and a
# search for "less is more" or "will power" should find what it says.
ENGLISH_STOPS = """
    a an and are as at be been but by for from had has have he her his i if in into is it its my
    of on or our she so than that the their them then there these they this those to was we were
    which with you your
"""

# Letters that Unicode does not take apart, but that people type as plain ones.
LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ß": "ss",
        "\u0131": "i",  # Turkish i without a dot
    }
)

# Below this code point a combining mark is an accent that people leave out; above it (Cyrillic й,
# Indic vowels, Japanese voicing) it makes another letter.
LAST_LETTER_WITH_ACCENTS = "\u03ff"

# Hebrew and Arabic points are written in few texts and typed in fewer searches.
FIRST_POINT = "\u0591"
LAST_POINT = "\u0670"

CYRILLIC_IE = "\u0435"
DOTS = "\u0308"
"""The dots that make Cyrillic ie io are mostly not written."""

STEM_LETTERS = 24
"""Longer words are codes and keys, not language."""

ENDINGS = {
    "en": (
        "s",
        "y",
        "e",
        "i",
        "ed",
        "ing",
        "ion",
        "al",
        "ful",
        "er",
        "ator",
        "ism",
        "ic",
        "ant",
        "ent",
        "ll",
    ),
}
"""By language, the endings without which its stemmer leaves a word as it is: so end the suffixes of
its steps. Half of all words have none, and need not be put through the stemmer."""


class Language(NamedTuple):
    """One language.

    Attributes:
        code: Two letters, or "" for none.
        stem: The stem of a folded word, or None.
        stops: Folded words that are not indexed.
        elides: Whether an apostrophe parts two words (`l'homme`) rather than joining one (`don't`).
        keeps_beginnings: Whether a stem of four letters has the first two of its word, and a longer
            one the first three; Finnish takes out what is doubled.
    """

    code: str
    stem: Callable[[str], str] | None
    stops: frozenset[str]
    elides: bool
    keeps_beginnings: bool


def fold_word(word: str) -> str:
    """Return the word as it is compared: lower case, without accents, one form for each width."""
    if word.isascii():
        return word.lower()
    lower = unicodedata.normalize("NFKD", word).casefold()  # what is taken apart may be capital: ℠
    apart = unicodedata.normalize("NFKD", lower).translate(LETTERS)
    kept: list[str] = []
    base = ""
    for character in apart:
        if not unicodedata.combining(character):
            base = character
        elif _is_left_out(character, base):
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_left_out(mark: str, base: str) -> bool:
    """Whether people leave a mark out where it belongs to this letter."""
    return (
        base <= LAST_LETTER_WITH_ACCENTS
        or FIRST_POINT <= mark <= LAST_POINT
        or (base == CYRILLIC_IE and mark == DOTS)
    )


def base_language(code: str) -> str:
    """Return "pt" for "pt-BR" and "de" for "de_AT.UTF-8"."""
    return code.strip().replace("_", "-").replace(".", "-").partition("-")[0].lower()[:3]


@cache
def get_language(code: str) -> Language:
    """Return the language of a code from `short`; an unknown one is no error."""
    stops = ENGLISH_STOPS.split() if code == "en" else map(fold_word, _stop_words(code))
    return Language(
        code,
        _stemmer(code),
        frozenset(stops),
        elides=code in {"fr", "it", "ca"},
        keeps_beginnings=code != "fi",
    )


def _stemmer(code: str) -> Callable[[str], str] | None:
    from whoosh.lang import NoStemmer, stemmer_for_language

    try:
        whole: Callable[[str], str] = stemmer_for_language(code)
    except NoStemmer:
        return None
    endings = ENDINGS.get(code, ("",))

    def stem(word: str) -> str:
        if not 3 <= len(word) <= STEM_LETTERS or not word.isalpha():
            return word
        if not word.endswith(endings):
            return word
        return fold_word(whole(word)) or word

    return stem


def _stop_words(code: str) -> frozenset[str]:
    from whoosh.lang import NoStopWords, stopwords_for_language

    try:
        words: frozenset[str] = stopwords_for_language(code)
    except NoStopWords:
        return frozenset()
    return words


# Text into terms: chunks, folded words, pairs of CJK characters, stop words, stems.
#
# There is one definition of what a text's terms are, `Analyzer.lay`. Whoosh's writer meets it as
# a stream of tokens, the bulk writer and the queries as a plain list, so they cannot differ.
#
# A chunk is a run of characters that may belong together (`node.js`, `well-known`, `C++`); what
# it means is worked out once and kept, so that a vault costs little more than its distinct
# chunks.


# mypy: untyped-calls-exclude="whoosh"


BREAK = "\x01"
"""Stands between two headings, tags or quotes, so that no phrase reaches from one into another."""

BREAK_WIDTH = 16
"""How many places a break takes: more than any phrase has stop words in a row."""

STOP_WORD_PLACE = ""
"""Holds the place of a word that is not indexed: `lord of the rings` keeps its distances."""

TERM_LETTERS = 64
"""A term is cut here: what is longer is data, not a word."""

CHUNK_LETTERS = 10_000
"""Of a chunk longer than any text has, only the beginning is looked at: to find words in a line of
millions of letters, a regular expression needs hundreds of bytes for each."""

KEPT_CHUNKS = 20_000
"""About 3 MB: nine of ten chunks of a text are among the commonest."""

MANY_CHUNKS = 400_000
"""About 60 MB, while an index is built; 10,000 notes have some 300,000 distinct chunks."""

# Scripts written without blanks between words, and Korean, whose words carry their endings: both
# are found by pairs of characters.
PAIRED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Han
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul
)

# Marks that belong to the letter before them, though a regular expression's \w knows none.
MARKS = (
    "\u0300-\u036f"  # accents written apart, as macOS names files
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u064b-\u065f\u0670"  # Arabic points
    "\u0900-\u0963\u0966-\u0dff"  # Indic vowels
)

_NOT_IN_CHUNKS = {
    code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in f".+#'-{BREAK}")
}


class _Signs(NamedTuple):
    """How chunks and words are found in a text."""

    chunk: re.Pattern[str]
    token: re.Pattern[str]


@cache
def _signs(*, plain: bool) -> _Signs:
    """Return what finds words; that for ASCII alone is made in a fifth of the time.

    Args:
        plain: Whether the text is ASCII.
    """
    letter = "[A-Za-z0-9]" if plain else f"[^\\W_{PAIRED}] | [{MARKS}]"
    paired = "" if plain else f"(?P<paired> [{PAIRED}]+ ) |"
    return _Signs(
        re.compile(
            f"[A-Za-z0-9.+#'{BREAK}-]+" if plain else f"[\\w{MARKS}\u3099\u309a.+#'\u2019{BREAK}-]+"
        ),
        re.compile(
            f"""
            {paired}
            (?P<mark>
                (?<! [^\\W_] ) (?<! \\. ) \\. (?= [^\\W\\d_] )          # .NET
              | (?<= [^\\W_] ) \\+\\+ (?! \\+ )                         # C++
              | (?<! [^\\W_][A-Za-z] ) (?<= [A-Za-z] ) \\# (?! [^\\W_] )  # C#
            )
          | (?P<joined> (?<! [\\w-] ) [A-Za-z] - [A-Za-z]{{2,}} )       # e-mail, t-shirt
          | (?P<word> (?: {letter} )+ (?: ['\u2019] (?: {letter} )+ )* )
            """,
            re.VERBOSE,
        ),
    )


_CONTRACTED = re.compile("['\u2019](?:s|ll|re|ve|d|m)$", re.IGNORECASE)


Kind: TypeAlias = Literal["word", "pair", "last", "mark"]


class Word(NamedTuple):
    """A word of a text, before stop words and stems.

    Attributes:
        text: What it is compared as: folded, without apostrophes.
        start: Where it stands in its chunk or text.
        end: One past its last character.
        kind: "word" has a stem. "pair" is two characters of a script without blanks; "last" is the
            last character of such a run, so that a single one is found too. "mark" belongs to a
            name, as "++" does to C.
    """

    text: str
    start: int
    end: int
    kind: Kind


class ForeignText(str):
    """A text in another language than its index; every analyzer hands it on to the right one."""

    __slots__ = ("language",)

    def __new__(cls, text: str, language: str) -> ForeignText:  # noqa: PYI034 - never subclassed
        """Mark a text with its language."""
        made = super().__new__(cls, text)
        made.language = language
        return made

    language: str


class TermPosition(NamedTuple):
    """A term and where it stands: `position` counts words, `start` and `end` characters."""

    term: str
    position: int
    start: int
    end: int


class Analyzer(Composable):
    """The analyzer of one language. Make it with `analyzer`, so that its cache is shared."""

    is_morph = True

    def __init__(self, code: str) -> None:
        self.language = get_language(code)
        self._terms = _Chunks(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return analyzer, (self.language.code,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Analyzer) and other.language.code == self.language.code

    def __hash__(self) -> int:
        return hash(self.language.code)

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        """Yield Whoosh's tokens, always the same object with another text and place."""
        token = Token(**options)
        token.boost = 1.0
        token.stopped = False
        for position, term in enumerate(self.terms(value), options.get("start_pos", 0)):
            if term:
                token.text = term
                token.pos = position
                yield token

    def terms(self, text: str) -> list[str]:
        """Return the term at each position of a text; HOLE where the word is not indexed."""
        by = analyzer(text.language) if isinstance(text, ForeignText) else self
        return by.lay(by.chunks(text))

    def chunks(self, text: str) -> list[str]:
        """Return the runs of characters in which words are looked for, in order."""
        if text.isascii():
            # A table and a split take half the time of the regular expression.
            return text.translate(_NOT_IN_CHUNKS).split()
        return _signs(plain=False).chunk.findall(text.replace("_", " "))

    def lay(self, chunks: Iterable[str]) -> list[str]:
        """Return the term at each position of a text that was cut into chunks."""
        return list(chain.from_iterable(map(self._terms.__getitem__, chunks)))

    def term(self, word: str) -> str:
        """Return the term of a folded word: its stem, or HOLE for a stop word."""
        if word in self.language.stops:
            return STOP_WORD_PLACE
        stem = self.language.stem
        return stem(word) if stem else word

    def words(self, chunk: str) -> list[Word]:
        """Return the words of a chunk or of a whole text, before stop words and stems."""
        token = _signs(plain=chunk.isascii()).token
        return [word for match in token.finditer(chunk) for word in _split(match, self.language)]

    def places(self, text: str, only: frozenset[str] | None = None) -> list[TermPosition]:
        """Return the indexed terms of a text, or `only` some of them, with their places in it.

        Looking for few terms is ten times as fast: only chunks that hold one are taken apart.
        """
        found: list[TermPosition] = []
        position = 0
        first = {letter for term in only or () for letter in (term[0], term[0].upper())}
        for match in _signs(plain=text.isascii()).chunk.finditer(text.replace("_", " ")):
            chunk = match.group()
            if first and chunk[0] not in first and _is_plain(chunk):
                position += 1  # a stem begins as its word does, and need not be worked out
                continue
            terms = self._terms[chunk]
            if only is None or not only.isdisjoint(terms):
                start = match.start()
                for at, (term, word) in enumerate(
                    zip(
                        terms, self.words(chunk[:CHUNK_LETTERS]), strict=False
                    )  # a break has no words
                ):
                    if term and (only is None or term in only):
                        found.append(
                            TermPosition(term, position + at, start + word.start, start + word.end)
                        )
            position += len(terms)
        return found

    def indexed(self, word: Word) -> str:
        """Return the term under which a word stands in the index, or HOLE."""
        return self.term(word.text) if word.kind == "word" else word.text


class _Chunks(dict[str, tuple[str, ...]]):
    """What each chunk seen so far means; begun anew when they are too many."""

    most: ClassVar[int] = KEPT_CHUNKS

    def __init__(self, owner: Analyzer) -> None:
        super().__init__()
        self._owner = owner

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        owner = self._owner
        plain = chunk.rstrip(".")
        if chunk == BREAK:
            terms: tuple[str, ...] = (STOP_WORD_PLACE,) * BREAK_WIDTH
        elif plain.isascii() and plain.isalnum() and len(plain) <= TERM_LETTERS:
            # Nearly all chunks are one plain word, which needs no regular expression.
            folded = plain.lower()
            terms = (owner.term(folded),) if folded == chunk else self[folded]
        else:
            terms = tuple(map(owner.indexed, owner.words(chunk[:CHUNK_LETTERS])))
        if len(self) >= _Chunks.most:
            self.clear()
        self[chunk] = terms
        return terms


def _is_plain(chunk: str) -> bool:
    """Whether a chunk is one word of letters and digits of ASCII, perhaps with a full stop."""
    return chunk.isascii() and chunk.rstrip(".").isalnum()


@contextmanager
def cache_all_chunks() -> Iterator[None]:
    """Keep what nearly every chunk of a vault means, while all of its notes are read."""
    _Chunks.most = MANY_CHUNKS
    try:
        yield
    finally:
        _Chunks.most = KEPT_CHUNKS


@cache
def analyzer(code: str) -> Analyzer:
    """Return the one analyzer of a language."""
    return Analyzer(code)


def _split(match: re.Match[str], of: Language) -> Iterator[Word]:
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
        yield Word(fold_word(text.replace("-", "")), start, end, "word")
    elif of.elides:
        for part in re.finditer("[^'\u2019]+", text):
            folded = fold_word(part.group())[:TERM_LETTERS]
            yield Word(folded, start + part.start(), start + part.end(), "word")
    else:
        bare = _CONTRACTED.sub("", text).replace("'", "").replace("\u2019", "")
        yield Word(fold_word(bare)[:TERM_LETTERS], start, end, "word")
