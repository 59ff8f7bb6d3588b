"""History: every version of every note, the steps that made them, and the way back.

This is the surface of it for the rest of notekeep. What a step does is in `transaction`, how it is
inverted in `undo`, what a start repairs in `recovery`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.storage import recovery
from notekeep.storage.displaced_files import SETTLE_SECONDS
from notekeep.storage.durability import Flush
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import remove_empty_folders
from notekeep.storage.operation_log import list_versions
from notekeep.storage.operations import MAX_STORED_BYTES
from notekeep.storage.private_files import hold_lock_file
from notekeep.storage.stores import Stores, forget_versions, prune_daily
from notekeep.storage.transaction import Transaction
from notekeep.storage.undo import UndoableStep, invert, stacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from notekeep.storage.content import Digest
    from notekeep.storage.operation_log import StepRecord, Version

ROUND_BYTES = 64 << 20
"""How much of what other programs wrote one call stores: more at once is a checkout or a backup
brought back, not writing."""

_FEW = 8  # to wait for each of so many takes less time than to wait for the whole disk


class ListedStep(NamedTuple):
    """A step as a person sees it in the list of steps."""

    record: StepRecord
    undone: bool


class OutsideVersion(NamedTuple):
    """A content that was found in a note."""

    path: str
    data: bytes
    digest: Digest
    before: Digest | None  # what it held when notekeep read it last; None or "" if not known


class History(Stores):
    """The history of one vault. Methods that write raise NotekeepError when they cannot."""

    def step(
        self,
        verb: str,
        label: str,
        *,
        root: Path | str,
        whole: bool = False,
        elsewhere: bool = False,
    ) -> Transaction:
        """Begin a step: changes that belong together and are undone together.

        Args:
            verb: What is done, in one word.
            label: What is done, for a person: "tag +read on 3 notes".
            root: The vault, or the site that an export writes to.
            whole: Whether nothing is done when one of the changes cannot be, as for a rename and
                the links that follow it. Else the others are done.
            elsewhere: Whether the root is not the vault.

        Returns:
            A context manager; the changes are made at its end.
        """
        return Transaction(self, root, verb, label, whole=whole, elsewhere=elsewhere)

    def records(self) -> list[StepRecord]:
        """Read the whole log, oldest first."""
        with explain_errors(self.log.path, "read"):
            return self.log.steps()

    def steps(self, limit: int | None = None) -> list[ListedStep]:
        """List the steps a person made, newest first, undos and redos not among them."""
        records = self.records()
        undone: set[str] = set()
        for record in records:
            if record.undoes:
                undone.add(record.undoes)
            elif record.redoes:
                undone.discard(record.redoes)
        own = [
            ListedStep(record, record.id in undone)
            for record in reversed(records)
            if not (record.undoes or record.redoes or record.is_outside)
        ]
        return own[:limit]

    def versions(self, path: str) -> list[Version]:
        """List the versions of a note that history still holds, newest first."""
        return [one for one in list_versions(self.records(), path) if self.blobs.has(one.digest)]

    # Undo and redo: newest first, whatever process made the steps.

    def undo(self, root: Path | str, count: int = 1) -> list[StepRecord]:
        """Undo the newest steps and return them, newest first; fewer when there are no more.

        Raises:
            NotFound: There is nothing to undo.
            Conflict: A file changed since in a way that cannot be merged, or is gone; that step and
                those before it are as they were, newer ones are undone.
        """
        done: list[StepRecord] = []
        for _ in range(count):
            with self._lock_undo():
                undo, _ = stacks(self.records())
                if not undo:
                    break
                self._reverse(root, undo[-1], is_undo=True)
                done.append(undo[-1].origin)
        if not done:
            raise NotFound("There is nothing to undo.")
        return done

    def undo_step(self, root: Path | str, step: str) -> StepRecord:
        """Undo one step by the id it was first made with, whatever was done since.

        Raises:
            NotFound: It is undone already, or there is no such step.
            Conflict: As for `undo`; nothing was changed.
        """
        with self._lock_undo():
            undo, _ = stacks(self.records())
            one = next((one for one in undo if one.origin.id == step), None)
            if one is None:
                raise NotFound("That step is undone already.")
            self._reverse(root, one, is_undo=True)
            return one.origin

    def redo(self, root: Path | str) -> StepRecord:
        """Redo the step that was undone last.

        Raises:
            NotFound: Nothing was undone, or something was done since.
            Conflict: As for `undo`.
        """
        with self._lock_undo():
            _, redo = stacks(self.records())
            if not redo:
                raise NotFound("There is nothing to do again.")
            self._reverse(root, redo[-1], is_undo=False)
            return redo[-1].origin

    def _reverse(self, root: Path | str, one: UndoableStep, *, is_undo: bool) -> None:
        place = one.last.root or os.fspath(root)
        verb = "undo" if is_undo else "redo"
        shown = one.origin.label or one.origin.verb
        step = Transaction(
            self,
            place,
            verb,
            f"{verb} {shown}",
            whole=True,
            elsewhere=bool(one.last.root),
            undoes=one.origin.id if is_undo else "",
            redoes="" if is_undo else one.origin.id,
        )
        with explain_errors(shown, "undone" if is_undo else "done again"):
            step.operations = invert(one.last, place, self.blobs)
            step.commit()
        remove_empty_folders(place, one.last.folders)

    @contextmanager
    def _lock_undo(self) -> Iterator[None]:
        """Keep other processes from undoing the same step at the same time."""
        lock = os.path.join(self.folder, "undo.lock")
        with hold_lock_file(lock, lock):
            yield

    # What other programs did to notes. Nothing of it can be undone by `undo`, which knows only
    # notekeep's own steps; it is there for `history` and `restore`. A note whose change was not
    # found, because it changed again before the next sweep, has no version for it.

    def record_outside_versions(self, found: Sequence[OutsideVersion]) -> list[str]:
        """Store those contents that another program wrote, as a refresh finds them.

        A content that notekeep wrote itself is in its log, or in the journal of a step that is
        being made by another process.

        Returns:
            The notes that have a version more.
        """
        with explain_errors(self.folder, "added to"):
            foreign = list(_fit(self._foreign(found), ROUND_BYTES))
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

    def recover(self, root: Path | str) -> list[StepRecord]:
        """Finish what a crash cut short; every start calls it.

        Files that an earlier process replaced are checked again as well: see `check_displaced`.
        """
        if not os.path.isdir(self.folder):
            return []
        with explain_errors(self.folder, "used"):
            found = recovery.finish_steps(self, root)
            self.check_displaced(root)
        return found

    def sweep_temps(
        self,
        root: Path | str,
        temps: Iterable[str] | None = None,
        *,
        min_age: float = recovery.HOUR_SECONDS,
    ) -> list[str]:
        """Move old unfinished files of the vault into history; see `recovery.sweep_temps`."""
        return recovery.sweep_temps(self, root, temps, min_age=min_age)

    def check_displaced(self, root: Path | str, *, min_age: float = SETTLE_SECONDS) -> list[str]:
        """Make conflict copies of what was written late into files that were replaced.

        `recover` does it at a start; a process that lives long does it every few seconds, and with
        a `min_age` of 0 at the end.
        """
        return recovery.check_displaced(self, root, min_age)

    def close(self) -> None:
        """Close everything that is held open; the history can still be used."""
        self.displaced.close()

    def prune_daily(self) -> int:
        """Remove old versions when there are too many, once a day at most; for quiet moments."""
        with explain_errors(self.folder, "pruned"):
            return prune_daily(self)

    def forget(self, path: str) -> int:
        """Remove every trace of a note from history; see `stores.forget_versions`."""
        with explain_errors(self.folder, "changed"):
            return forget_versions(self, path)


def _written(records: Iterable[StepRecord]) -> Iterator[tuple[str, Digest]]:
    """Yield the notes of steps in the vault, each with what it held after."""
    for record in records:
        for change in record.changes:
            if change.after is not None and not record.root:
                yield change.to or change.path, change.after


def _fit(found: Iterable[OutsideVersion], room: int) -> Iterator[OutsideVersion]:
    """Yield as many as have room, in their order."""
    for one in found:
        room -= len(one.data)
        if room < 0:
            return
        yield one
