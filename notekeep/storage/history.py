"""History: the versions of all notes, the steps that wrote them, undo and redo.

`transaction` applies and inverts steps; `recovery` finishes steps after a crash.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import NamedTuple

from notekeep.errors import NotekeepError, NotFound
from notekeep.locks import hold_lock_file
from notekeep.storage import recovery, scan
from notekeep.storage.atomic import write_conflict_copy
from notekeep.storage.content import Digest, OutsideVersion
from notekeep.storage.durability import Flush, StrPath, write_file
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import open_place, remove_empty_folders
from notekeep.storage.operation_log import (
    ChangeRecord,
    StepRecord,
    Version,
    list_past_paths,
    list_versions,
    make_step_id,
)
from notekeep.storage.operations import MAX_STORED_BYTES
from notekeep.storage.stores import Stores
from notekeep.storage.transaction import Transaction, UndoableStep, invert, stacks

ROUND_BYTES = 64 << 20
"""The maximum size of versions by other programs to store in one call: more is a checkout."""

MIN_AGE_DAYS = 90
"""Versions younger than this are not pruned."""

MAX_BYTES = 500 << 20
"""The total size in bytes up to which nothing is pruned."""

PRUNED_MARK = "pruned"
"""A file whose modification time is the time of the last pruning."""

SETTLE_SECONDS = 2.0
"""Seconds that other programs have to close a replaced file."""

_HOUR, _DAY = 3600.0, 86_400.0
_FEW = 8  # flushing so few files is faster than flushing the whole disk


class ListedStep(NamedTuple):
    """A step in the list of steps."""

    record: StepRecord
    undone: bool


class History(Stores):
    """The history of one vault. Methods that write raise NotekeepError if they fail."""

    def step(
        self,
        verb: str,
        label: str,
        *,
        root: StrPath,
        whole: bool = False,
        in_site: bool = False,
        logged: bool = True,
        request: str = "",
    ) -> Transaction:
        """Begin a step: its changes are applied at the end of the `with` and undone together.

        `label` describes it for `undo`, as in "tag +read on 3 notes". If a change of a `whole` step
        fails, none is made. With `in_site`, the root is a site. A step that is not `logged` cannot
        be undone. `request` is the id of an entry from a phone.
        """
        place = os.path.realpath(root) if in_site else ""
        record = StepRecord(
            make_step_id(), time.time(), verb, label, (), root=place, request=request
        )
        return Transaction(self, root, record, whole=whole, logged=logged)

    def records(self) -> list[StepRecord]:
        """Read the whole log, oldest first."""
        with explain_errors(self.log.path, "read"):
            return self.log.steps()

    def steps(self) -> list[ListedStep]:
        """List the steps, newest first, without undos, redos and changes by other programs."""
        records = self.records()
        undone: set[str] = set()
        for record in records:
            if record.undoes:
                undone.add(record.undoes)
            elif record.redoes:
                undone.discard(record.redoes)
        return [
            ListedStep(record, record.id in undone)
            for record in reversed(records)
            if not (record.undoes or record.redoes or record.is_outside)
        ]

    def versions(self, path: str) -> list[Version]:
        """List the versions of a note that are still in history, newest first."""
        return [one for one in list_versions(self.records(), path) if self.blobs.has(one.digest)]

    def find_removed(self, paths: Iterable[str]) -> set[str]:
        """Return the paths whose last change was a move or deletion by notekeep."""
        removed: dict[str, bool] = {}
        for record in self.records():
            for change in record.changes if not record.root else ():
                removed[change.path] = change.kind in {"move", "trash"}
                if change.to:
                    removed[change.to] = False
        return {path for path in paths if removed.get(path)}

    def find_moved(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the new paths of notes that notekeep moved away from these paths."""
        old_paths, places = set(paths), dict[str, str]()
        for record in self.records():
            for change in record.changes if not record.root else ():
                if change.kind != "move":
                    continue
                for first, place in places.items():
                    if place == change.path:
                        places[first] = change.to
                if change.path in old_paths:
                    places[change.path] = change.to
        return places

    # Undo and redo for the steps of all processes.

    def undo(self, root: StrPath, step: str = "") -> StepRecord:
        """Undo the newest step, or the step with the id `step`.

        Raises Conflict and changes nothing if later changes cannot be merged.
        """
        with self._lock_undo():
            undo, _ = stacks(self.records())
            found = [one for one in undo if step in ("", one.origin.id)]
            if not found:
                message = "That step is already undone." if step else "There is nothing to undo."
                raise NotFound(message)
            return self._reverse(root, found[-1], is_undo=True)

    def redo(self, root: StrPath) -> StepRecord:
        """Redo the last undone step; raise NotFound if there are newer steps."""
        with self._lock_undo():
            _, redo = stacks(self.records())
            if not redo:
                raise NotFound("There is nothing to redo.")
            return self._reverse(root, redo[-1], is_undo=False)

    def _reverse(self, root: StrPath, one: UndoableStep, *, is_undo: bool) -> StepRecord:
        place = one.last.root or os.fspath(root)
        verb = "undo" if is_undo else "redo"
        shown = one.origin.label or one.origin.verb
        record = StepRecord(
            make_step_id(),
            time.time(),
            verb,
            f"{verb} {shown}",
            (),
            root=one.last.root,
            undoes=one.origin.id if is_undo else "",
            redoes="" if is_undo else one.origin.id,
        )
        step = Transaction(self, place, record, whole=True)
        with explain_errors(shown, "undone" if is_undo else "redone"):
            step.operations = invert(one.last, place, self.blobs)
            step.commit()
        remove_empty_folders(place, one.last.folders)
        return one.origin

    def _lock_undo(self) -> AbstractContextManager[None]:
        return hold_lock_file(os.path.join(self.folder, "undo.lock"))

    # Versions by other programs, for `history` and `restore`; `undo` only reverts notekeep's own
    # steps. A version that is overwritten before the next sweep is lost.

    def record_outside_versions(self, found: Sequence[OutsideVersion]) -> list[str]:
        """Store versions by other programs; return the paths of the new ones."""
        with explain_errors(self.folder, "added to"):
            room = ROUND_BYTES
            foreign: list[OutsideVersion] = []
            for one in self._drop_own(found):
                room -= len(one.data)
                if room < 0:
                    break
                foreign.append(one)
            with Flush(at_once=len(foreign) <= _FEW) as flush:
                for one in foreign:
                    self.blobs.store(one.data, flush=flush)
                flush.wait()
            self.record_outside([(one.path, one.before or None, one.digest) for one in foreign])
        return [one.path for one in foreign]

    def record_version(self, path: str, data: bytes) -> None:
        """Store unsaved text as a version of a note."""
        with explain_errors(self.folder, "added to"):
            self.record_outside([(path, None, self.blobs.store(data))])

    def _drop_own(self, found: Sequence[OutsideVersion]) -> list[OutsideVersion]:
        """Drop versions that notekeep wrote; read the whole log only if necessary."""
        unknown = [one for one in found if len(one.data) <= MAX_STORED_BYTES]
        stored = {one.path for one in unknown if self.blobs.has(one.digest)}
        if not stored:
            return unknown
        last = self.log.last()
        own = set(_written([last] if last else [])) | set(_written(self.journal.records()))
        if any(one.path in stored and (one.path, one.digest) not in own for one in unknown):
            newest = dict(_written(self.log.steps()))
            own |= {(path, digest) for path, digest in newest.items() if path in stored}
        return [one for one in unknown if (one.path, one.digest) not in own]

    # Maintenance.

    def recover(self, root: StrPath) -> list[StepRecord]:
        """Finish interrupted steps and check replaced files. Called when the history is opened."""
        if not os.path.isdir(self.folder):
            return []
        with explain_errors(self.folder, "used"):
            with self.log.locked():
                pass  # raise early if history is not writable
            found = recovery.finish_steps(self, root)
            self.check_displaced(root)
        return found

    def sweep_temps(
        self, root: StrPath, temps: Iterable[str] | None = None, *, min_age: float = _HOUR
    ) -> list[str]:
        """Move temporary files left by a crash from the vault into history; return their paths.

        `temps` are their vault paths, as reported by a sweep. Files changed less than `min_age`
        seconds ago may still be in use and stay.
        """
        swept: list[str] = []
        for path in scan.sweep(root, {}).temps if temps is None else temps:
            with suppress(OSError, NotekeepError), open_place(root, path, follow=False) as place:
                found = place.stat()
                if abs(time.time() - max(found.st_mtime, found.st_ctime)) < min_age:
                    continue
                recovery.move_to_history(self, place)
                swept.append(path)
        return swept

    def check_displaced(self, root: StrPath, *, min_age: float = SETTLE_SECONDS) -> list[str]:
        """Make conflict copies of late writes into replaced files; return their paths.

        A long-running process calls it every few seconds, and at the end with a `min_age` of 0.
        """
        copies: list[str] = []

        def store_late(path: str, old: Digest, data: bytes) -> None:
            if not path:  # find the note that last had the old content
                steps = (step for step in reversed(self.log.steps()) if not step.root)
                changes = (change for step in steps for change in step.changes)
                path = next((one.to or one.path for one in changes if one.before == old), "")
            digest = self.blobs.store(data)
            if path:
                with suppress(OSError, NotekeepError), open_place(root, path) as place:
                    copies.append(write_conflict_copy(place, data))
                    return
            self.record_outside([(path or f"late-{digest}", None, digest)])

        self.displaced.check(min_age, store_late)
        return copies

    def close(self) -> None:
        """Close open files. The history remains usable."""
        self.displaced.close()

    def prune_daily(self, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
        """Prune at most once a day; return the number of bytes freed."""
        moment = time.time() if now is None else now
        mark = os.path.join(self.folder, PRUNED_MARK)
        with explain_errors(self.folder, "pruned"):
            with suppress(FileNotFoundError):
                # `abs`: a time in the future, set by a wrong clock, must not stop pruning.
                if abs(moment - os.stat(mark).st_mtime) < _DAY:
                    return 0
            if not os.path.isdir(self.blobs.folder):
                return 0
            freed = self.prune(now=moment, max_bytes=max_bytes)
            write_file(mark, b"")
            os.utime(mark, (moment, moment))
        return freed

    def prune(self, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
        """Remove old versions, oldest first, down to a size; return the number of bytes freed.

        The last version of each day stays, and the last version of each note, even a deleted one.
        """
        edge = (time.time() if now is None else now) - MIN_AGE_DAYS * _DAY
        blobs = sorted(self.blobs, key=lambda blob: blob.stored)
        total = sum(blob.size for blob in blobs)
        if total <= max_bytes:
            return 0
        freed = 0
        with self.log.locked():  # so that no new step uses a removed version
            needed = _find_needed(self.log.steps(), edge) | self._in_journal()
            for blob in blobs:
                if total - freed <= max_bytes:
                    break
                found = self.blobs.find(blob.digest) if blob.digest not in needed else None
                if found is not None and found.stored < edge:
                    self.blobs.remove(blob.digest)
                    freed += blob.size
        return freed

    def forget(self, path: str) -> int:
        """Remove all versions, names and labels of a note; return the number of versions.

        The note itself stays, and so do versions shared with other notes. Its steps can no longer
        be undone.
        """
        names = list_past_paths(self.log.steps(), path)
        dropped: set[Digest] = set()
        needed = self._in_journal()

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

        with explain_errors(self.folder, "changed"):
            self.log.rewrite(without)
            dropped -= needed
            for digest in dropped:
                self.blobs.remove(digest)
            self.displaced.forget(dropped)
        return len(dropped)

    def _in_journal(self) -> set[Digest]:
        changes = (change for record in self.journal.records() for change in record.changes)
        return {digest for change in changes for digest in _digests(change)}


def _find_needed(records: Sequence[StepRecord], edge: float) -> set[Digest]:
    """Return the versions to keep: recent ones, the last of each day, and the last of each note."""
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
                needed.add(change.before)  # by another program, the last of that day
            newest = change.after or change.before
            if newest is not None:
                last_of_day[path, day] = newest
                last[path] = newest
            if change.to:
                last[f"{record.root}/{change.to}"] = last.get(path, "")
    return needed | set(last_of_day.values()) | set(last.values())


def _digests(change: ChangeRecord) -> set[Digest]:
    return {digest for digest in (change.before, change.after) if digest}


def _written(records: Iterable[StepRecord]) -> Iterator[tuple[str, Digest]]:
    for record in records:
        for change in record.changes:
            if change.after is not None and not record.root:
                yield change.to or change.path, change.after
