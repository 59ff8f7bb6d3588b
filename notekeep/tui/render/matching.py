"""Which letters of a title or a passage are the ones that were looked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from notekeep.query.tree import And, Fuzzy, Line, Not, Or, Phrase, Prefix, Section, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.query.tree import Node, Query


class Matcher:
    """Finds the beginnings of words that were looked for, whatever their case or accents."""

    def __init__(self, words: Iterable[str]) -> None:
        longest_first = sorted({flat(word) for word in words if word}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})") if pattern else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in `text` something was found: first character, one past the last."""
        if self._pattern is None:
            return []
        return [match.span() for match in self._pattern.finditer(flat(text))]


def matcher_of(query: Query) -> Matcher:
    """Return what finds the words of a query; facts such as `type:book` have none."""
    return Matcher(_words(query.root)) if query.root is not None else Matcher(())


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _words(part)
    elif isinstance(node, Section | Line):
        yield from _words(node.node)
    elif isinstance(node, Term | Phrase | Prefix | Fuzzy):
        yield from re.findall(r"\w+", node.text)
    elif isinstance(node, Not):
        return


def flat(text: str) -> str:
    """Return `text` without case and accents, character by character, so that places are kept."""
    if text.isascii():
        return text.lower()
    return "".join(_flat_character(char) for char in text)


def _flat_character(char: str) -> str:
    if char.isascii():
        return char.lower()
    folded = normalize("NFKD", char)[0].lower()
    return folded if len(folded) == 1 else char
