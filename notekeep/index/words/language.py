# mypy: untyped-calls-exclude="whoosh"
"""Languages: how a word is stemmed, and which words say nothing. The stemmers are Whoosh's own.

A language nobody knows is one without stemmer and without stop words.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

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


def short(code: str) -> str:
    """Return "pt" for "pt-BR" and "de" for "de_AT.UTF-8"."""
    return code.strip().replace("_", "-").replace(".", "-").partition("-")[0].lower()[:3]


@cache
def language(code: str) -> Language:
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
