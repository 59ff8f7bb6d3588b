"""What the readers of saved links share: addresses that can be kept, and when they were saved."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from notekeep.importing.records import Bookmark, Loss, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ADDRESS = re.compile(r"(?i)https?://[^\s/]")


def make_bookmark(
    url: str, title: str, saved: str, tags: Iterable[str], place: str
) -> Iterator[Bookmark | Loss]:
    """Yield a line for an address, or a loss for what is none, such as a script."""
    if not _ADDRESS.match(url):
        yield Loss("links that are no web addresses", place=place)
        return
    named = "" if title == url else clean_line(title)
    yield Bookmark(clean_line(url), named, saved, tuple(filter(None, map(clean_line, tags))))


def unix_day(value: object) -> str:
    """Return the day of seconds, milliseconds or microseconds since 1970; "" for none."""
    text = clean_line(value)
    if not text.isdecimal() or len(text) > 17:
        return ""
    seconds = int(text)
    while seconds > 1 << 33:
        seconds //= 1000
    if seconds == 0:
        return ""
    # In UTC, so that two devices write the same line.
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def plain_text(text: object) -> str:
    """Return a text of a cell, of several lines."""
    return clean_text(text).strip()
