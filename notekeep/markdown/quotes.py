"""What a block quote says, and where it says it is from."""

from __future__ import annotations

import re
from typing import Final

from notekeep.markdown.spans import Quote

_CALLOUT: Final = re.compile(r"\[!([\w-]+)(?:\|[^\]]*)?\][+-]?")
_QUOTES: Final = frozenset(("quote", "cite"))
_BLOCK_ID: Final = re.compile(r"(?:(?<=\s)|\A)\^[A-Za-z0-9-]+\s*\Z")
_CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}"
_LOCATOR: Final = re.compile(
    r"\s*(?:\(((?:pp?|locs?|ch|chap|chapter|page|pages|location|§)\.?\s*[\w.:–-]+(?:\s*[-–,]\s*\d+)*"  # noqa: RUF001 - ranges are written with a dash
    rf"|{_CLOCK})\)|\[({_CLOCK})\])\s*\Z",
    re.IGNORECASE,
)


class OpenQuote:
    """An outermost quote that is being read, line by line."""

    __slots__ = ("_at", "_end", "_line", "_parts")

    def __init__(self, at: int, line: int) -> None:
        """A quote whose first `>` stands at `at`, on line `line`."""
        self._at = at
        self._end = at
        self._line = line
        self._parts: list[str] = []

    def add(self, part: str, end: int) -> None:
        """Take a line, without its marks; `end` is where it ends in the body."""
        self._parts.append(part.strip())
        self._end = end

    def close(self) -> Quote | None:
        """The quote that was read; None for another kind of callout, or without words."""
        parts = self._parts
        if parts and (callout := _CALLOUT.match(parts[0])):
            if callout[1].casefold() not in _QUOTES:
                return None
            parts = parts[1:]
        text = _BLOCK_ID.sub("", "\n".join(parts).strip()).rstrip()
        locator = ""
        if found := _LOCATOR.search(text):
            locator = found[1] or found[2]
            text = text[: found.start()].rstrip()
        if not text:
            return None
        return Quote(self._at, self._end, self._line, text, locator)
