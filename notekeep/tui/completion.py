"""What may be meant by what is being typed: a note, a tag, a key of the front matter."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.vault import Vault

MOST = 20
"""How many answers are offered, one after the other."""

_LINK = re.compile(r"\[\[([^\[\]|#\n]+)\Z")
_TAG = re.compile(r"(?:^|(?<=[\s(,]))#([^\s#.,;:!?()\[\]]+)\Z")
_KEY = re.compile(r"\A([^\W\d][\w-]*)\Z")
_FENCE = "---"


class Offer(NamedTuple):
    """What may be meant.

    Attributes:
        start: The column at which it begins.
        text: What would stand from there to the cursor.
        rest: What is missing of it: what is shown behind the cursor.
    """

    start: int
    text: str
    rest: str


class Words:
    """Words of one kind, found by their beginning whatever its case."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({(word.casefold(), word) for word in words if "\n" not in word})

    def beginning(self, typed: str) -> Iterator[str]:
        """Yield each longer word that begins so."""
        folded = typed.casefold()
        for key, word in self._words[bisect_left(self._words, (folded, "")) :]:
            if not key.startswith(folded):
                return
            # Folding may change the length of a word; then nobody can say what is missing.
            if len(key) == len(word) and len(word) > len(typed):
                yield word


class Completer:
    """Knows the titles, tags and keys of a vault at one moment."""

    def __init__(
        self, titles: Iterable[str] = (), tags: Iterable[str] = (), keys: Iterable[str] = ()
    ) -> None:
        self._titles, self._tags, self._keys = Words(titles), Words(tags), Words(keys)

    @classmethod
    def of(cls, vault: Vault) -> Completer:
        """Ask a vault; touches no widget, so that a thread may do it."""
        names = vault.catalog.names()
        titles = [name for _, title, aliases in names for name in (title, *aliases)]
        kinds = vault.schema.kinds.values()
        keys = {key for kind in kinds for key in kind.fields} | set(vault.catalog.field_names())
        return cls(titles, vault.tags(), keys)

    def offers(self, lines: Sequence[str], row: int, column: int) -> list[Offer]:
        """Give what could be meant at the cursor, best first; nothing where nothing is named.

        Args:
            lines: The text.
            row: The line of the cursor, from 0.
            column: Its column, from 0.
        """
        before, behind = lines[row][:column], lines[row][column:]
        if link := _LINK.search(before):
            end = "" if behind.startswith("]]") else "]]"
            return _offers(self._titles, link, end)
        if behind[:1].isalnum():
            return []
        if in_front_matter(lines, row):
            key = _KEY.search(before)
            end = "" if behind.lstrip().startswith(":") else ": "
            return _offers(self._keys, key, end) if key else []
        if tag := _TAG.search(before):
            return _offers(self._tags, tag, "")
        return []


def in_front_matter(lines: Sequence[str], row: int) -> bool:
    """Tell whether a line stands between the two fences at the top."""
    if row == 0 or lines[0].rstrip() != _FENCE:
        return False
    return all(line.rstrip() not in {_FENCE, "..."} for line in lines[1:row])


def _offers(words: Words, typed: re.Match[str], end: str) -> list[Offer]:
    """Give the words that begin as what was typed, the shortest first, as it takes least to say."""
    start, length = typed.start(1), len(typed[1])
    found = sorted(islice(words.beginning(typed[1]), 10 * MOST), key=len)[:MOST]
    return [Offer(start, f"{word}{end}", f"{word[length:]}{end}") for word in found]
