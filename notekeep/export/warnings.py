"""What a person should know of an export though it stops nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.export.source_map import Origin

_SUBJECT = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""What a warning is about: in quotes, as a tag or a slug. Two that differ in nothing else are of
one kind."""


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


def group_warnings(warnings: Iterable[ExportWarning]) -> list[str]:
    """Return warnings as text, those of one kind about one note in one line with their number."""
    groups: dict[tuple[str, str], list[ExportWarning]] = {}
    for one in warnings:
        groups.setdefault((one.origin.path, _SUBJECT.sub("…", one.what)), []).append(one)
    return [
        f"{first}, and {len(more)} more like it" if more else str(first)
        for first, *more in groups.values()
    ]
