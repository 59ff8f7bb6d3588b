"""The versions of one note, followed through its renames.

A version is a content that a note had at some moment, as far as notekeep wrote it or saw it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.files.content import Digest
    from notekeep.files.ledger import Change, StepRecord


class Version(NamedTuple):
    """A content that a note had.

    Attributes:
        digest: Its name in history.
        time: When the note got it, in seconds since 1970; for the oldest one, when it lost it.
        verb: The step that gave it; "" for the oldest, which was there before notekeep.
        label: That step, for a person.
        path: What the note was called then.
    """

    digest: Digest
    time: float
    verb: str
    label: str
    path: str


def versions_of(records: Sequence[StepRecord], path: str) -> list[Version]:
    """List the versions of a note, newest first.

    Args:
        records: The log, oldest first.
        path: What the note is called, or was called last.

    Returns:
        The versions; two neighbours are never equal.
    """
    found: list[Version] = []
    name = path
    for record in reversed(records):
        if record.root:
            continue
        for change in reversed(record.changes):
            if change.to == name:
                name = change.path
            if change.path == name:
                _add(found, record, change)
    return found


def names_of(records: Sequence[StepRecord], path: str) -> set[str]:
    """Give every path a note had, also in the trash."""
    names = {path}
    for record in reversed(records):
        for change in reversed(record.changes):
            if not record.root and (change.to in names or change.path in names):
                names |= {change.path, change.to} - {""}
    return names


def _add(found: list[Version], record: StepRecord, change: Change) -> None:
    """Add what a change says of a note's content after and before it."""
    if change.after is not None and change.kind != "move":
        version = Version(change.after, record.time, record.verb, record.label, change.path)
        if not found or found[-1].digest != change.after:
            found.append(version)
        elif not found[-1].verb:  # what the newer step only knew as "before"
            found[-1] = version
    if change.before is not None and (not found or found[-1].digest != change.before):
        found.append(Version(change.before, record.time, "", "", change.path))
