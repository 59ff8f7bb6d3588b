"""What a person should know though it stops nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.passage import Origin

_NAMED = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""What a remark is about: in quotes, as a tag or a slug. Two that differ in nothing else are of one
kind."""
_PLACE = re.compile(r"^.*?(?:, line \d+)?: |, and \d+ more like it$")
"""The note that a text is about, and how often it holds there."""


class Remark(NamedTuple):
    """One remark, and the line it is about if it is about one."""

    origin: Origin | None
    what: str

    def __str__(self) -> str:
        if self.origin is None:
            return self.what
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


class Remarks:
    """Remarks in order, each once."""

    def __init__(self) -> None:
        self._known: dict[Remark, None] = {}

    @property
    def all(self) -> list[Remark]:
        """All of them, in order."""
        return list(self._known)

    def add(self, origin: Origin | None, what: str) -> None:
        """Note a remark."""
        self._known.setdefault(Remark(origin, what))


def kind_of(text: str) -> str:
    """Return what a text says, whatever it is about."""
    return _NAMED.sub("…", text)


def grouped(remarks: Iterable[Remark]) -> list[str]:
    """Return remarks as text, those of one kind about one note in one line with their number."""
    groups: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        path = "" if remark.origin is None else remark.origin.path
        groups.setdefault((path, kind_of(remark.what)), []).append(remark)
    return [
        f"{first}, and {len(more)} more like it" if more else str(first)
        for first, *more in groups.values()
    ]


def condensed(texts: Sequence[str], most: int) -> list[str]:
    """Return texts for a person: all, or one of each kind, the commonest first.

    Args:
        texts: Notices as `grouped` writes them, of many notes.
        most: How many there may be before only one of each kind is told, and how many of these.
    """
    if len(texts) <= most:
        return list(texts)
    kinds: dict[str, list[str]] = {}
    for text in texts:
        kinds.setdefault(kind_of(_PLACE.sub("", text)), []).append(text)
    shown = sorted(kinds.values(), key=len, reverse=True)[:most]
    lines = [
        f"{first}; {len(more)} more in other notes" if more else first for first, *more in shown
    ]
    left = len(texts) - sum(map(len, shown))
    return [*lines, f"and {left} other notices"] if left else lines
