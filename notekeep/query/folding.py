"""Text and names made comparable: whole, without case, accents and width. Pure."""

from __future__ import annotations

import re
import unicodedata

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
FIRST_POINT, LAST_POINT = "\u0591", "\u0670"

# The dots that make Cyrillic ie io are mostly not written.
CYRILLIC_IE, DIAERESIS = "\u0435", "\u0308"


def is_unicode(text: str) -> bool:
    """Whether text is whole: bytes that are no UTF-8 come as halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_unicode(text: str) -> str:
    """Return the text, as long as it was, with a replacement mark for each half of a character."""
    if is_unicode(text):
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def fold_letters(text: str) -> str:
    """Return the text in lower case, without accents, in one form for each width."""
    if text.isascii():
        return text.lower()
    lower = unicodedata.normalize("NFKD", text).casefold()  # what is taken apart may be capital: ℠
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
    return (
        base <= LAST_LETTER_WITH_ACCENTS
        or FIRST_POINT <= mark <= LAST_POINT
        or (base == CYRILLIC_IE and mark == DIAERESIS)
    )


def fold_text(text: str) -> str:
    """Return the text as comparisons see it: `Café` and `CAFÉ ` are both `cafe`."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Word by word, as most are ASCII; a sign such as ¨ becomes a blank.
    return " ".join(" ".join(map(fold_letters, text.split())).split())


def fold_key(name: str) -> str:
    """Return a field's name as it is compared: `Read Date`, `read_date`, `readDate` are one."""
    return re.sub(r"[\s_-]+", "", name.casefold())
