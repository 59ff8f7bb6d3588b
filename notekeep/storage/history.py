"""History: every version of every note, the steps that made them, and the way back.

What a step does, and its opposite, is in `transaction`, what a start repairs in `recovery`.
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
"""How much of what other programs wrote one call stores: more at once is a checkout or a backup
brought back, not writing."""

KEPT_DAYS = 90
"""Versions younger than so many days stay."""

MAX_BYTES = 500 << 20
"""As long as all versions together are not larger, all stay."""

PRUNED_MARK = "pruned"
"""The file whose time says when history was pruned last."""

SETTLE_SECONDS = 2.0
"""Seconds after which nobody writes into a file any more that has been replaced."""

_HOUR, _DAY = 3600.0, 86_400.0
_FEW = 8  # to wait for each of so many takes less time than to wait for the whole disk


class ListedStep(NamedTuple):
    """A step as a person sees it in the list of steps."""

    record: StepRecord
    undone: bool


class History(Stores):
    """The history of one vault. Methods that write raise NotekeepError when they cannot."""

    def step(
        self,
        verb: str,
        label: str,
        *,
        root: StrPath,
        whole: bool = False,
        elsewhere: bool = False,
        logged: bool = True,
        request: str = "",
    ) -> Transaction:
        """Begin a step, changes that are undone together; they are made at the end of its `with`.

        `label` is what a person reads: "tag +read on 3 notes". Of a `whole` step nothing is done
        when one of the changes cannot be, as for a rename and the links that follow it; else the
        others are. `elsewhere` says that the root is a site and not the vault. One that is not
        `logged` cannot be undone. `request` is the id of what was sent from elsewhere, such as a
        phone.
        """
        place = os.path.realpath(root) if elsewhere else ""
        record = StepRecord(
            make_step_id(), time.time(), verb, label, (), root=place, request=request
        )
        return Transaction(self, root, record, whole=whole, logged=logged)

    def records(self) -> list[StepRecord]:
        """Read the whole log, oldest first."""
        with explain_errors(self.log.path, "read"):
            return self.log.steps()

    def steps(self) -> list[ListedStep]:
        """List the steps a person made, newest first, undos and redos not among them."""
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
        """List the versions of a note that history still holds, newest first."""
        return [one for one in list_versions(self.records(), path) if self.blobs.has(one.digest)]

    def find_removed(self, paths: Iterable[str]) -> set[str]:
        """Pick the paths from which notekeep itself moved or deleted a note, and put none since."""
        removed: dict[str, bool] = {}
        for record in self.records():
            for change in record.changes if not record.root else ():
                removed[change.path] = change.kind in {"move", "trash"}
                if change.to:
                    removed[change.to] = False
        return {path for path in paths if removed.get(path)}

    def find_moved(self, paths: Iterable[str]) -> dict[str, str]:
        """Return where notes are by now that notekeep moved away from these paths."""
        wanted, places = set(paths), dict[str, str]()
        for record in self.records():
            for change in record.changes if not record.root else ():
                if change.kind != "move":
                    continue
                for first, place in places.items():
                    if place == change.path:
                        places[first] = change.to
                if change.path in wanted:
                    places[change.path] = change.to
        return places

    # Undo and redo: newest first, whatever process made the steps.

    def undo(self, root: StrPath) -> StepRecord:
        """Undo the newest step; Conflict, and no change, where a later one cannot be merged."""
        with self._lock_undo():
            undo, _ = stacks(self.records())
            if not undo:
                raise NotFound("There is nothing to undo.")
            return self._reverse(root, undo[-1], is_undo=True)

    def undo_step(self, root: StrPath, step: str) -> StepRecord:
        """Undo one step by the id it was first made with, whatever was done since."""
        with self._lock_undo():
            undo, _ = stacks(self.records())
            one = next((one for one in undo if one.origin.id == step), None)
            if one is None:
                raise NotFound("That step is already undone.")
            return self._reverse(root, one, is_undo=True)

    def redo(self, root: StrPath) -> StepRecord:
        """Redo the step that was undone last; NotFound when something was done since."""
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

    # What other programs did to notes. Nothing of it can be undone by `undo`, which knows only
    # notekeep's own steps; it is there for `history` and `restore`. A note whose change was not
    # found, because it changed again before the next sweep, has no version for it.

    def record_outside_versions(self, found: Sequence[OutsideVersion]) -> list[str]:
        """Store those contents that another program wrote, as a refresh finds; list the notes."""
        with explain_errors(self.folder, "added to"):
            room = ROUND_BYTES
            foreign: list[OutsideVersion] = []
            for one in self._foreign(found):
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
        """Store a content as a version of a note, although the note itself does not hold it."""
        with explain_errors(self.folder, "added to"):
            self.record_outside([(path, None, self.blobs.store(data))])

    def _foreign(self, found: Sequence[OutsideVersion]) -> list[OutsideVersion]:
        """Leave out what notekeep wrote; the whole log is read only when its end does not tell."""
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

    # Upkeep.

    def recover(self, root: StrPath) -> list[StepRecord]:
        """Finish what a crash cut short, and check replaced files again; every start calls it."""
        if not os.path.isdir(self.folder):
            return []
        with explain_errors(self.folder, "used"):
            with self.log.locked():
                pass  # a history that cannot be written is named before a change is begun
            found = recovery.finish_steps(self, root)
            self.check_displaced(root)
        return found

    def sweep_temps(
        self, root: StrPath, temps: Iterable[str] | None = None, *, min_age: float = _HOUR
    ) -> list[str]:
        """Move the unfinished files that a crash left in the vault into history; list them.

        `temps` are their vault paths, as a sweep reports them. Files changed less than `min_age`
        seconds ago are left: somebody may be at work.
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
        """Make conflict copies of what was written late into replaced files; list them.

        A process that lives long does it every few seconds, and with a `min_age` of 0 at the end.
        """
        copies: list[str] = []

        def store_late(path: str, old: Digest, data: bytes) -> None:
            if not path:  # the note that held the old content last
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
        """Close everything that is held open; the history can still be used."""
        self.displaced.close()

    def prune_daily(self, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
        """Remove old versions when there are too many, once a day at most; return the bytes."""
        moment = time.time() if now is None else now
        mark = os.path.join(self.folder, PRUNED_MARK)
        with explain_errors(self.folder, "pruned"):
            with suppress(FileNotFoundError):
                # A mark from the future, by a clock that was wrong, must not stop it for years.
                if abs(moment - os.stat(mark).st_mtime) < _DAY:
                    return 0
            if not os.path.isdir(self.blobs.folder):
                return 0
            freed = self.prune(now=moment, max_bytes=max_bytes)
            write_file(mark, b"")
            os.utime(mark, (moment, moment))
        return freed

    def prune(self, *, now: float | None = None, max_bytes: int = MAX_BYTES) -> int:
        """Remove old versions, the oldest first, down to a size; return how many bytes were freed.

        The last version of each day stays, and that of every note for ever: of a deleted note it is
        all there is.
        """
        edge = (time.time() if now is None else now) - KEPT_DAYS * _DAY
        blobs = sorted(self.blobs, key=lambda blob: blob.stored)
        total = sum(blob.size for blob in blobs)
        if total <= max_bytes:
            return 0
        freed = 0
        with self.log.locked():  # so that no step records a version while it goes
            needed = _needed(self.log.steps(), edge) | self._in_journal()
            for blob in blobs:
                if total - freed <= max_bytes:
                    break
                found = self.blobs.find(blob.digest) if blob.digest not in needed else None
                if found is not None and found.stored < edge:
                    self.blobs.remove(blob.digest)
                    freed += blob.size
        return freed

    def forget(self, path: str) -> int:
        """Remove every version of a note, its names and the labels of its steps; return how many.

        The note itself stays, and what others share with it. Steps on it can no longer be undone.
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
            gone = dropped - needed
            for digest in gone:
                self.blobs.remove(digest)
            self.displaced.forget(gone)
        return len(gone)

    def _in_journal(self) -> set[Digest]:
        changes = (change for record in self.journal.records() for change in record.changes)
        return {digest for change in changes for digest in _digests(change)}


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


def _digests(change: ChangeRecord) -> set[Digest]:
    return {digest for digest in (change.before, change.after) if digest}


def _written(records: Iterable[StepRecord]) -> Iterator[tuple[str, Digest]]:
    for record in records:
        for change in record.changes:
            if change.after is not None and not record.root:
                yield change.to or change.path, change.after
