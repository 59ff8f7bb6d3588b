"""Folds text and names for comparison, ignoring case, accents and width."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose, but that are often typed as plain letters.
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

# Below this code point, combining marks are accents, which are often omitted; above it (Cyrillic й,
# Indic vowels, Japanese voicing) they form different letters.
LAST_LETTER_WITH_ACCENTS = "\u03ff"

# Hebrew and Arabic points are rare in texts and rarer in searches.
FIRST_POINT, LAST_POINT = "\u0591", "\u0670"

# The two dots of Cyrillic io are usually omitted.
CYRILLIC_IE, DIAERESIS = "\u0435", "\u0308"


def is_unicode(text: str) -> bool:
    """Whether text contains no lone surrogates, which represent invalid bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_unicode(text: str) -> str:
    """Replace lone surrogates with U+FFFD, without changing the length."""
    if is_unicode(text):
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def fold_letters(text: str) -> str:
    """Return text in lower case, without accents and full-width forms."""
    if text.isascii():
        return text.lower()
    # a decomposed character may be upper case: ℠
    lower = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", lower).translate(LETTERS)
    characters: list[str] = []
    base = ""
    for character in apart:
        if not unicodedata.combining(character):
            base = character
        elif _is_dropped(character, base):
            continue
        characters.append(character)
    return unicodedata.normalize("NFC", "".join(characters))


def _is_dropped(mark: str, base: str) -> bool:
    return (
        base <= LAST_LETTER_WITH_ACCENTS
        or FIRST_POINT <= mark <= LAST_POINT
        or (base == CYRILLIC_IE and mark == DIAERESIS)
    )


def fold_text(text: str) -> str:
    """Return text for comparison: `Café` and `CAFÉ ` both become `cafe`."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Fold word by word, because most words are ASCII. Symbols such as ¨ become spaces.
    return " ".join(" ".join(map(fold_letters, text.split())).split())


def fold_key(name: str) -> str:
    """Return a field name for comparison: `Read Date`, `read_date` and `readDate` are equal."""
    return re.sub(r"[\s_-]+", "", name.casefold())
