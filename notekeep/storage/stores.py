"""What the history of a vault consists of on the disk, and how old versions are removed from it.

It lies outside the vault, so that it survives what happens to the vault, and is never needed to
read a note. Pruning thins, it does not cut off: of each day's versions of a note the last one
stays, and the last version of every note stays for ever, because for a deleted note it is all there
is.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.storage.blobs import Blobs
from notekeep.storage.displaced_files import DisplacedFiles
from notekeep.storage.journal import Journal
from notekeep.storage.operation_log import (
    ChangeRecord,
    OperationLog,
    StepRecord,
    list_past_paths,
    make_step_id,
)
from notekeep.storage.private_files import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from notekeep.storage.content import Digest

KEPT_DAYS = 90
"""Versions younger than so many days stay."""

MAX_BYTES = 500 << 20
"""As long as all versions together are not larger, all stay."""

MARK = "pruned"
"""The file whose time says when history was pruned last."""

_DAY = 86_400.0


class Stores:
    """What a save writes besides the note.

    Attributes:
        folder: Where it lies: the vault's own folder among the state of the person.
        blobs: The contents.
        log: The steps.
        journal: Steps that are being made.
        displaced: Old files that were just replaced.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = os.fspath(folder)
        self.blobs = Blobs(os.path.join(self.folder, "blobs"))
        self.log = OperationLog(self.folder)
        self.journal = Journal(os.path.join(self.folder, "journal"))
        self.displaced = DisplacedFiles(os.path.join(self.folder, "aside"))

    def record_outside(self, changes: Sequence[tuple[str, Digest | None, Digest]]) -> None:
        """Log contents that other programs gave to files: path, digest before if known, digest."""
        records = tuple(ChangeRecord("seen", *change) for change in changes)
        if records:
            self.log.append(StepRecord(make_step_id(), time.time(), "seen", "", records))


def prune_daily(stores: Stores, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
    """Prune unless that was done within a day: listing every version is not for every start."""
    moment = time.time() if now is None else now
    mark = os.path.join(stores.folder, MARK)
    with suppress(FileNotFoundError):
        # Whichever way the clock was set: a mark from the future must not stop it for years.
        if abs(moment - os.stat(mark).st_mtime) < _DAY:
            return 0
    if not os.path.isdir(stores.blobs.folder):
        return 0
    freed = prune_versions(stores, now=now, max_bytes=max_bytes)
    write_file(mark, b"")
    os.utime(mark, (moment, moment))
    return freed


def prune_versions(stores: Stores, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
    """Remove old versions, the oldest first, down to a size; gives how many bytes were freed."""
    edge = (time.time() if now is None else now) - KEPT_DAYS * _DAY
    blobs = sorted(stores.blobs, key=lambda blob: blob.stored)
    total = sum(blob.size for blob in blobs)
    if total <= max_bytes:
        return 0
    freed = 0
    with stores.log.locked():  # so that no step records a version while it goes
        needed = _needed(stores.log.steps(), edge) | _in_journal(stores)
        for blob in blobs:
            if total - freed <= max_bytes:
                break
            if blob.digest not in needed and stores.blobs.stored(blob.digest) < edge:
                freed += stores.blobs.remove(blob.digest)
    return freed


def _needed(records: Sequence[StepRecord], edge: float) -> set[Digest]:
    """What must stay: what is young, the last of each day, and the last of each note."""
    needed: set[Digest] = set()
    last_of_day: dict[tuple[str, str], Digest] = {}
    last: dict[str, Digest] = {}
    for record in records:
        day = time.strftime("%Y-%m-%d", time.gmtime(record.time))
        for change in record.changes:
            path = f"{record.root}/{change.path}"
            if record.time >= edge:
                needed |= _digests(change)
            if change.before is not None and last.get(path) != change.before:
                needed.add(change.before)  # another day's last, written by another program
            newest = change.after or change.before
            if newest is not None:
                last_of_day[path, day] = newest
                last[path] = newest
            if change.to:
                last[f"{record.root}/{change.to}"] = last.get(path, "")
    return needed | set(last_of_day.values()) | set(last.values())


def _in_journal(stores: Stores) -> set[Digest]:
    """What a step in the journal still needs."""
    changes = (change for record in stores.journal.records() for change in record.changes)
    return {digest for change in changes for digest in _digests(change)}


def _digests(change: ChangeRecord) -> set[Digest]:
    return {digest for digest in (change.before, change.after) if digest}


def forget_versions(stores: Stores, path: str) -> int:
    """Remove every version of a note, with its names and the labels of its steps.

    The note itself stays, as does what other notes share with it; the names it had before are
    forgotten as well. Steps on it can no longer be undone. Gives how many versions were removed.
    """
    names = list_past_paths(stores.log.steps(), path)
    dropped: set[Digest] = set()
    needed = _in_journal(stores)

    def without(record: StepRecord) -> StepRecord | None:
        rest = []
        for change in record.changes:
            if not record.root and (change.path in names or change.to in names):
                dropped.update(_digests(change))
            else:
                needed.update(_digests(change))
                rest.append(change)
        if len(rest) == len(record.changes):
            return record
        return replace(record, label=record.verb, changes=tuple(rest)) if rest else None

    stores.log.rewrite(without)
    gone = dropped - needed
    for digest in gone:
        stores.blobs.remove(digest)
    stores.displaced.forget(gone)
    return len(gone)
