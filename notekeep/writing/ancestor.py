"""What two versions of a note come from, as far as history can know it.

History has the versions that notekeep wrote or met, not those that only other programs saw. A base
that is newer than the point at which both parted would take what one side wrote before for
something that the other took out. So a version counts only where the other side shows that it knew
it; any other gives no more than the lines that it shares with that side.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from notekeep.files.merge import lines_of, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.files.history import History
    from notekeep.files.versions import Version

_NOT_FIRST = frozenset({"", "seen", "restore"})
"""Verbs of an oldest version that had others before it."""


def base_of(history: History, versions: Sequence[Version], mine: bytes, theirs: bytes) -> bytes:
    """Find the text to merge from, so that nothing which one side wrote is taken out.

    Args:
        history: The contents.
        versions: The versions of the note, newest first.
        mine: What the note holds.
        theirs: The other version.

    Returns:
        A version that both come from; else lines that both have, seen from which the other version
        only added some.
    """
    known = [history.blob(version.digest) for version in versions]
    for newer, older in pairwise(known):
        added = _said(newer) - _said(older)
        if added and added <= _said(theirs):
            return newer
    if not known:
        return shared(mine, theirs)
    oldest = known[-1]
    return oldest if versions[-1].verb not in _NOT_FIRST else shared(oldest, theirs)


def shared(one: bytes, other: bytes) -> bytes:
    """The lines that two texts have in common, in order."""
    lines = lines_of(one)
    return b"".join(lines[index] for index in sorted(matches(lines, lines_of(other))))


def _said(data: bytes) -> set[bytes]:
    """The lines of a text that say something."""
    return {line.strip() for line in data.split(b"\n")} - {b""}
