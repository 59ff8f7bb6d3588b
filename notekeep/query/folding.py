"""Text and names made comparable: whole, without case, accents and width. Pure."""

from __future__ import annotations

import re
import unicodedata


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


def fold_text(text: str) -> str:
    """Return the text as comparisons see it: `Café` and `CAFÉ` are both `cafe`.

    NFKD, then case-folded, without combining marks; runs of blanks count as one.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def fold_key(name: str) -> str:
    """Return a field's name as it is compared: `Read Date`, `read_date`, `readDate` are one."""
    return re.sub(r"[\s_-]+", "", name.casefold())
