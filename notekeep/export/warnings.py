"""What a person should know of an export though it stops nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.export.source_map import Origin

_SUBJECT = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""What a warning is about: in quotes, as a tag or a slug. Two that differ in nothing else are of
one kind."""
_PLACE = re.compile(r"^.*?(?:, line \d+)?: |, and \d+ more like it$")
"""The note that a text is about, and how often it holds there."""


class ExportWarning(NamedTuple):
    """One warning, and the line it is about."""

    origin: Origin
    what: str

    def __str__(self) -> str:
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


class WarningList:
    """Warnings in order, each once."""

    def __init__(self) -> None:
        self._known: dict[ExportWarning, None] = {}

    def __iter__(self) -> Iterator[ExportWarning]:
        return iter(self._known)

    def add(self, origin: Origin, what: str) -> None:
        """Note a warning."""
        self._known.setdefault(ExportWarning(origin, what))


def warning_kind(text: str) -> str:
    """Return what a text says, whatever it is about."""
    return _SUBJECT.sub("…", text)


def group_warnings(warnings: Iterable[ExportWarning]) -> list[str]:
    """Return warnings as text, those of one kind about one note in one line with their number."""
    groups: dict[tuple[str, str], list[ExportWarning]] = {}
    for one in warnings:
        groups.setdefault((one.origin.path, warning_kind(one.what)), []).append(one)
    return [
        f"{first}, and {len(more)} more like it" if more else str(first)
        for first, *more in groups.values()
    ]


def condense_warnings(texts: Sequence[str], most: int) -> list[str]:
    """Return texts of many notes for a person: at most so many, or one of each kind.

    The commonest kinds come first.
    """
    if len(texts) <= most:
        return list(texts)
    kinds: dict[str, list[str]] = {}
    for text in texts:
        kinds.setdefault(warning_kind(_PLACE.sub("", text)), []).append(text)
    shown = sorted(kinds.values(), key=len, reverse=True)[:most]
    lines = [
        f"{first}; {len(more)} more in other notes" if more else first for first, *more in shown
    ]
    left = len(texts) - sum(map(len, shown))
    return [*lines, f"and {left} other notices"] if left else lines
