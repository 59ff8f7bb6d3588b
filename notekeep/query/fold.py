"""Text and names made comparable: without case, accents and width. Pure."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
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
