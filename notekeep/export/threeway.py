"""Two versions of a file that come from one: where each changed it, and both changes together.

What was written last is the base. One side is the site, where a person changed the file by hand;
the other is the note, of which an export makes something else by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep.export.bases import plain_ends
from notekeep.files.merge import matches, merge

if TYPE_CHECKING:
    from collections.abc import Iterator

Side = Literal["same", "site", "note", "both", "clash"]
"""Who changed a stretch of lines: nobody, one side, both alike, or both in different ways."""

_AROUND = 2
"""Lines shown before and after a change."""


class Stretch(NamedTuple):
    """Some lines of the base and what each side made of them.

    Attributes:
        side: Who changed them.
        line: The first of them in the site's file, counted from 1.
        base: As they were written last.
        site: As they are in the site.
        note: As an export would write them.
    """

    side: Side
    line: int
    base: list[str]
    site: list[str]
    note: list[str]


def stretches(base: bytes, site: bytes, note: bytes) -> list[Stretch]:
    """Compare three versions, line by line, in order."""
    old, left, right = (_lines(data) for data in (base, site, note))
    in_site, in_note = matches(old, left), matches(old, right)
    found: list[Stretch] = []
    at = at_site = at_note = 0
    for anchor in [*sorted(in_site.keys() & in_note.keys()), len(old)]:
        to_site, to_note = in_site.get(anchor, len(left)), in_note.get(anchor, len(right))
        parts = old[at:anchor], left[at_site:to_site], right[at_note:to_note]
        if any(parts):
            _add(found, at_site + 1, parts)
        if anchor < len(old):
            line = [old[anchor]]
            _add(found, to_site + 1, (line, line, line))
        at, at_site, at_note = anchor + 1, to_site + 1, to_note + 1
    return found


def merged(base: bytes, site: bytes, note: bytes) -> bytes | None:
    """Return both changes together, with the line ends of the site's file.

    Returns:
        The text; None when both changed the same lines, or lines that touch.
    """
    found = merge(*map(plain_ends, (base, site, note)))
    if found is None or plain_ends(site) == site:
        return found
    return found.replace(b"\n", b"\r\n")


def three_way_diff(path: str, base: bytes, site: bytes, note: bytes) -> Iterator[str]:
    """Yield what both sides changed, as lines of a diff; unchanged lines around them for place."""
    yield f"--- {path}, as it was written last"
    yield f"+++ {path}, in the site and from the note"
    found = stretches(base, site, note)
    heads = {
        "site": "changed in the site",
        "note": "changed in the note",
        "both": "changed alike in both",
        "clash": "changed in both",
    }
    for number, one in enumerate(found):
        if one.side == "same":
            before = number and found[number - 1].side != "same"
            after = number + 1 < len(found) and found[number + 1].side != "same"
            yield from (f" {line}" for line in _context(one.base, bool(before), after))
            continue
        yield f"@@ line {one.line}: {heads[one.side]} @@"
        yield from (f"-{line}" for line in one.base)
        if one.side == "clash":
            yield from (f"+site: {line}" for line in one.site)
            yield from (f"+note: {line}" for line in one.note)
        else:
            yield from (f"+{line}" for line in (one.note if one.side == "note" else one.site))


def _context(lines: list[str], before: bool, after: bool) -> list[str]:  # noqa: FBT001 - two ends
    """Return the lines next to a change: those behind the one before, those ahead of the next."""
    head = lines[:_AROUND] if before else []
    rest = lines[len(head) :]
    return [*head, *(rest[-_AROUND:] if after else [])]


def _add(found: list[Stretch], line: int, parts: tuple[list[bytes], ...]) -> None:
    base, site, note = (
        [part.decode("utf-8", "replace").rstrip("\n") for part in lines] for lines in parts
    )
    side: Side = "clash"
    if site == note:
        side = "same" if site == base else "both"
    elif site == base:
        side = "note"
    elif note == base:
        side = "site"
    if found and side == "same" == found[-1].side:
        for known, more in zip(found[-1][2:], (base, site, note), strict=True):
            known.extend(more)
    else:
        found.append(Stretch(side, line, base, site, note))


def _lines(data: bytes) -> list[bytes]:
    return plain_ends(data).splitlines(keepends=True)
