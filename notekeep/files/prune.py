"""Letting versions go: the old ones when there are too many, and all of one note when asked.

Pruning thins, it does not cut off: of each day's versions of a note the last one stays, and the
last version of every note stays for ever, because for a deleted note it is all there is.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.files.private import write_file
from notekeep.files.versions import names_of

if TYPE_CHECKING:
    from notekeep.files.content import Digest
    from notekeep.files.history import History
    from notekeep.files.ledger import StepRecord

DAYS = 90
"""Versions younger than so many days stay."""

BYTES = 500 << 20
"""As long as all versions together are not larger, all stay."""


MARK = "pruned"
"""The file whose time says when history was looked at last."""

_DAY = 86_400.0


def prune_daily(history: History, *, now: float | None = None, max_bytes: int = BYTES) -> int:
    """Prune unless that was done within a day: listing every version is not for every start.

    Args:
        history: The log and the contents.
        now: The time, in seconds since 1970.
        max_bytes: As for `prune`.

    Returns:
        How many bytes were freed.

    Raises:
        OSError: A version could not be removed.
    """
    moment = time.time() if now is None else now
    mark = os.path.join(history.folder, MARK)
    with suppress(FileNotFoundError):
        # Whichever way the clock was set: a mark from the future must not stop it for years.
        if abs(moment - os.stat(mark).st_mtime) < _DAY:
            return 0
    if not os.path.isdir(history.blobs.folder):
        return 0
    freed = prune(history, now=now, max_bytes=max_bytes)
    write_file(mark, b"")
    os.utime(mark, (moment, moment))
    return freed


def prune(
    history: History, *, now: float | None = None, days: int = DAYS, max_bytes: int = BYTES
) -> int:
    """Remove old versions, the oldest first, until history is small enough or no more may go.

    Args:
        history: The log and the contents.
        now: The time, in seconds since 1970.
        days: The age under which versions stay.
        max_bytes: The size of all versions up to which all stay.

    Returns:
        How many bytes were freed.

    Raises:
        OSError: A version could not be removed.
    """
    edge = (time.time() if now is None else now) - days * 86_400
    blobs = sorted(history.blobs, key=lambda blob: blob.kept)
    total = sum(blob.size for blob in blobs)
    if total <= max_bytes:
        return 0
    freed = 0
    with history.ledger.held():  # so that no step notes a version while it goes
        kept = _kept(history.records(), edge) | _pending(history)
        for blob in blobs:
            if total - freed <= max_bytes:
                break
            if blob.digest not in kept and history.blobs.kept(blob.digest) < edge:
                freed += history.blobs.remove(blob.digest)
    return freed


def _kept(records: list[StepRecord], edge: float) -> set[Digest]:
    """Give what must stay: what is young, the last of each day, and the last of each note."""
    kept: set[Digest] = set()
    last_of_day: dict[tuple[str, str], Digest] = {}
    last: dict[str, Digest] = {}
    for record in records:
        day = time.strftime("%Y-%m-%d", time.gmtime(record.time))
        for change in record.changes:
            path = f"{record.root}/{change.path}"
            digests = {change.before, change.after} - {None}
            if record.time >= edge:
                kept |= {digest for digest in digests if digest}
            if change.before is not None and last.get(path) != change.before:
                kept.add(change.before)  # another day's last, written by another program
            newest = change.after or change.before
            if newest is not None:
                last_of_day[path, day] = newest
                last[path] = newest
            if change.to:
                last[f"{record.root}/{change.to}"] = last.get(path, "")
    return kept | set(last_of_day.values()) | set(last.values())


def _pending(history: History) -> set[Digest]:
    """Give what a step in the journal still needs."""
    return {
        digest
        for record in history.journal.records()
        for change in record.changes
        for digest in (change.before, change.after)
        if digest
    }


def forget(history: History, path: str) -> int:
    """Remove every version of a note from history, with its names and the labels of its steps.

    The note itself stays, as does what other notes share with it. Steps on it can no longer be
    undone.

    Args:
        history: The log and the contents.
        path: The note, as a vault path; the names it had before are forgotten as well.

    Returns:
        How many versions were removed.

    Raises:
        OSError: Something could not be removed.
    """
    names = names_of(history.records(), path)
    dropped: set[Digest] = set()
    needed = _pending(history)

    def without(record: StepRecord) -> StepRecord | None:
        stays = []
        for change in record.changes:
            digests = {digest for digest in (change.before, change.after) if digest}
            if not record.root and (change.path in names or change.to in names):
                dropped.update(digests)
            else:
                needed.update(digests)
                stays.append(change)
        if len(stays) == len(record.changes):
            return record
        return replace(record, label=record.verb, changes=tuple(stays)) if stays else None

    history.ledger.rewrite(without)
    gone = dropped - needed
    for digest in gone:
        history.blobs.remove(digest)
    history.aside.forget(gone)
    return len(gone)
