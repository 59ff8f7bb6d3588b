"""Unlinked mentions: where notes say another note's name without linking to it.

The words index says which notes to look at; where a name stands is found in the text, so that
nothing inside a link, code, a comment or an address counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.index.rows import sort_key
from notekeep.markdown.resolve import stem_of
from notekeep.query.tree import Or, Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.index.words import Words
    from notekeep.markdown.note import Note

SHORTEST = 3
"""Names with fewer letters are said by chance."""

_WEB = re.compile(r"(?:https?|ftp|mailto|file):\S+|www\.\S+")
_BEFORE, _AFTER = 50, 90


class Mention(NamedTuple):
    """A name said in a note's text.

    Attributes:
        path: The note that says it.
        title: That note's title.
        line: The line of the file, from 1.
        text: The line, or the part of a long one around the name.
        start: Where the name begins, in characters of the note's body.
        end: One past its last character.
    """

    path: str
    title: str
    line: int
    text: str
    start: int
    end: int


def names_of(row: Row) -> list[str]:
    """The names under which a note may be mentioned: title, aliases and file name."""
    stem = stem_of(row.path)
    names = dict.fromkeys([row.title, *row.aliases, stem])
    return [name for name in names if sum(map(str.isalpha, name)) >= SHORTEST]


def mentions(
    catalog: Catalog, words: Words, row: Row, read: Callable[[str], Note | None]
) -> list[Mention]:
    """Find where other notes say a note's name without linking it, by title, then line.

    Args:
        catalog: The vault's facts.
        words: Its words.
        row: The note that may be mentioned.
        read: Reads a note by its path; None when it is gone.

    Raises:
        Unusable: There is no words index.
    """
    names = names_of(row)
    if not names:
        return []
    found = words.scores(Or(tuple(map(Phrase, names))))
    found.pop(row.path, None)
    there = sorted(
        catalog.rows_of(found).values(), key=lambda other: (sort_key(other.title), other.path)
    )
    pattern = _pattern(names)
    return [
        mention
        for other in there
        if (note := read(other.path)) is not None
        for mention in _in_note(other, note, pattern)
    ]


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names as whole words, the longest first, blanks aside.

    Case counts for a name of one word only: "Clear" is a person, and "clear" is not.
    """
    spelt = sorted(set(names), key=lambda name: (-len(name), name))
    ways = map(_way, map(str.split, spelt))
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")


def _way(parts: list[str]) -> str:
    words = r"\s+".join(map(re.escape, parts))
    return f"(?i:{words})" if len(parts) > 1 else words


def _in_note(row: Row, note: Note, pattern: re.Pattern[str]) -> Iterator[Mention]:
    if note.spans is None:
        return
    spans, body = note.spans, note.body
    taken = [(link.start, link.end) for link in spans.links]
    taken += [(code.start, code.end) for code in spans.code]
    taken += [(comment.start, comment.end) for comment in spans.comments]
    taken += [match.span() for match in _WEB.finditer(body)]
    for match in pattern.finditer(body):
        start, end = match.span()
        if any(begin < end and start < stop for begin, stop in taken):
            continue
        line = note.body_line + body.count("\n", 0, start) + 1
        yield Mention(row.path, row.title, line, _around(body, start, end), start, end)


def _around(body: str, start: int, end: int) -> str:
    """The line of a name, or the part of it around the name."""
    begin = body.rfind("\n", 0, start) + 1
    stop = body.find("\n", end)
    stop = len(body) if stop < 0 else stop
    first, last = max(begin, start - _BEFORE), min(stop, end + _AFTER)
    text = body[first:last].strip()
    return f"{'…' if first > begin else ''}{text}{'…' if last < stop else ''}"
