"""Git's marks of a merge that nobody finished: where they stand, and the sides between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

OPENING: Final = "<<<<<<< "

_LINES: Final = r"(?:(?!<{7} |\|{7}|={7}\r?$|>{7} )[^\n]*\n)*+"
_HUNK: Final = re.compile(
    rf"^<{{7}} [^\n]*\n(?P<ours>{_LINES})(?:\|{{7}}[^\n]*\n(?P<base>{_LINES}))?"
    rf"={{7}}\r?\n(?P<theirs>{_LINES})>{{7}} [^\n]*(?:\n|\Z)",
    re.MULTILINE,
)


class Hunk(NamedTuple):
    """One place where both sides stand.

    Attributes:
        start: The first character of the opening mark.
        end: One past the closing mark's line.
        ours: The first side.
        theirs: The second side.
        base: What both come from, where git wrote it down; else None.
    """

    start: int
    end: int
    ours: str
    theirs: str
    base: str | None


class Marked(NamedTuple):
    """A note's file and what stands in it between marks.

    Attributes:
        text: The file, odd bytes as surrogates.
        body: Where in it the body begins.
        hunks: The conflicts, in order.
    """

    text: str
    body: int
    hunks: list[Hunk]


def hunks(text: str, code: Collection[tuple[int, int]] = ()) -> list[Hunk]:
    """Find the marks in a text.

    Args:
        text: A whole file.
        code: Spans of code, in which marks are an example and no conflict.
    """
    if OPENING not in text:
        return []
    return [
        Hunk(found.start(), found.end(), found["ours"], found["theirs"], found["base"])
        for found in _HUNK.finditer(text)
        if not any(start <= found.start() < end for start, end in code)
    ]


def hunks_of(data: bytes) -> Marked:
    """Find the marks in a note, but for those that its code shows as an example.

    Args:
        data: The note's bytes.
    """
    from notekeep.markdown.outline import read_body
    from notekeep.markdown.split import split

    text = data.decode("utf-8", "surrogateescape")
    body = len(data[: split(data).body].decode("utf-8", "surrogateescape"))
    if OPENING not in text:
        return Marked(text, body, [])
    # In the body of a `Note` one U+FFFD may stand for several bytes: its places are not those here.
    code = [(span.start + body, span.end + body) for span in read_body(text[body:]).code]
    return Marked(text, body, hunks(text, code))


def side(text: str, found: Collection[Hunk], name: str) -> str:
    """A text with one side in the place of each conflict.

    Args:
        text: The file.
        found: Its conflicts, in order.
        name: "ours", "theirs", "base", or "both" for one side after the other.
    """
    parts: list[str] = []
    done = 0
    for hunk in found:
        chosen = {
            "ours": hunk.ours,
            "theirs": hunk.theirs,
            "base": hunk.base or "",
            "both": hunk.ours + hunk.theirs,
        }[name]
        parts += (text[done : hunk.start], chosen)
        done = hunk.end
    return "".join([*parts, text[done:]])
