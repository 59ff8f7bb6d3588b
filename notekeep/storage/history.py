"""Composes log, blobs, journal; begins steps."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.storage.blobs import Blobs
from notekeep.storage.displaced_files import SETTLE_SECONDS, DisplacedFiles
from notekeep.storage.durability import Flush, close
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.journal import Journal
from notekeep.storage.operation_log import ChangeRecord, OperationLog, StepRecord, make_step_id
from notekeep.storage.operations import MAX_HELD_BYTES
from notekeep.storage.private_files import hold_lock, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from notekeep.storage.content import Digest
    from notekeep.storage.open_folder import OpenPlace
    from notekeep.storage.operation_log import Version
    from notekeep.storage.recovery import RecoveredStep, SweptFile
    from notekeep.storage.transaction import Transaction


# History: every version of every note, the steps that made them, and the way back.
#
# It lives outside the vault, so that it survives what happens to the vault, and is never needed
# to read a note. This is the surface of it for the rest of notekeep; what a step does is in
# `commit`, how it is taken back in `undo`, what a start repairs in `recover`.


class ListedStep(NamedTuple):
    """A step as a person sees it in the list of steps.

    Attributes:
        record: The step.
        undone: Whether it is taken back at the moment.
    """

    record: StepRecord
    undone: bool


class History:
    """The history of one vault.

    Attributes:
        folder: Where it lies: the vault's own folder among the state of the person.
        blobs: The contents.
        ledger: The log of steps.
        journal: Steps that are being made.
        aside: Old files that were just replaced.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = os.fspath(folder)
        self.blobs = Blobs(os.path.join(self.folder, "blobs"))
        self.ledger = OperationLog(self.folder)
        self.journal = Journal(os.path.join(self.folder, "journal"))
        self.aside = DisplacedFiles(os.path.join(self.folder, "aside"))

    def keep(self, data: bytes, *, flush: Flush | None = None) -> Digest:
        """Keep a content; when this returns, it is on the disk.

        Args:
            data: The content.
            flush: When given, it is on the disk only after its next wait.

        Returns:
            Its digest.

        Raises:
            OSError: It could not be kept.
        """
        return self.blobs.keep(data, flush=flush)

    def blob(self, digest: Digest) -> bytes:
        """Give a content back.

        Raises:
            NotFound: It is not, or no longer, in history.
            Failure: It is damaged or cannot be read.
        """
        return self.blobs.read(digest)

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
        from notekeep.storage.transaction import Transaction

        return Transaction(self, root, verb, label, whole=whole, elsewhere=elsewhere)

    def records(self) -> list[StepRecord]:
        """Read the whole log, oldest first."""
        with explain_errors(self.ledger.path, "read"):
            return self.ledger.steps()

    def steps(self, limit: int | None = None) -> list[ListedStep]:
        """List the steps a person made, newest first, undos and redos not among them.

        Args:
            limit: At most so many.
        """
        from notekeep.storage.undo import stacks

        records = self.records()
        undone = {one.origin.id for one in stacks(records)[1]}
        lost = _undone_for_good(records, undone)
        own = [
            ListedStep(record, record.id in undone or record.id in lost)
            for record in reversed(records)
            if not (record.undoes or record.redoes or record.is_outside)
        ]
        return own if limit is None else own[:limit]

    def undo(self, root: Path | str, n: int = 1) -> list[StepRecord]:
        """Take back the newest `n` steps; see `undo.undo_steps`."""
        from notekeep.storage.undo import undo_steps

        return undo_steps(self, root, n)

    def redo(self, root: Path | str) -> StepRecord:
        """Do the step again that was taken back last; see `undo.redo_step`."""
        from notekeep.storage.undo import redo_step

        return redo_step(self, root)

    def versions(self, path: str) -> list[Version]:
        """List the versions of a note that history still holds, newest first.

        Args:
            path: The note, as a vault path; its earlier names are followed.
        """
        from notekeep.storage.operation_log import list_versions

        return [one for one in list_versions(self.records(), path) if self.blobs.has(one.digest)]

    def restore(self, root: Path | str, path: str, digest: Digest) -> Digest:
        """Give a note the content of one of its versions, as a step that can be undone.

        Args:
            root: The vault.
            path: The note; one that is gone is made again.
            digest: The version.

        Returns:
            The digest of what the note holds then.

        Raises:
            NotFound: The version is not in history.
            Conflict: Another program saved the note at the same moment.
        """
        from notekeep.storage.content import read_file

        data = self.blob(digest)
        with self.step("restore", f"restore {path}", root=root) as step:
            try:
                _, now = read_file(os.path.join(os.fspath(root), path))
            except NotFound:
                step.create(path, data, any_name=True)
            else:
                step.edit(path, data, now, keep_ours=False)
        return digest

    def saw(self, found: Iterable[tuple[str, Digest]]) -> None:
        """Note contents that other programs gave to files; there is nothing to undo in it.

        Args:
            found: Vault paths with digests that were kept.
        """
        changes = tuple(ChangeRecord("seen", path, None, digest) for path, digest in found)
        if changes:
            self.ledger.append(StepRecord(make_step_id(), time.time(), "seen", "", changes))

    def record_changed_outside(self, found: Iterable[tuple[str, bytes]]) -> None:
        """Keep what other programs gave to files, all with one wait for the disk.

        Args:
            found: Vault paths with contents, as a refresh reads them.

        Raises:
            NotekeepError: It could not be kept.
        """
        from notekeep.storage.durability import Flush

        with explain_errors(self.folder, "added to"), Flush() as flush:
            kept = [(path, self.keep(data, flush=flush)) for path, data in found]
            flush.wait()
        self.saw(kept)

    def saw_outside(self, met: Sequence[OutsideVersion]) -> list[str]:
        """Keep what other programs wrote into notes, as a refresh meets it; see `outside`.

        Returns:
            The notes that have a version more.

        Raises:
            NotekeepError: It could not be kept.
        """
        return record_outside_versions(self, met)

    def recover(self, root: Path | str) -> list[RecoveredStep]:
        """Finish what a crash cut short; every start calls it.

        Files that an earlier process replaced are looked at again as well: see `settle`.

        Args:
            root: The vault.

        Returns:
            What was finished; see `recover.recover`.

        Raises:
            NotekeepError: History could not be read or added to.
        """
        from notekeep.storage.recovery import recover

        if not os.path.isdir(self.folder):
            return []
        with explain_errors(self.folder, "used"):
            found = recover(self, root)
            self.settle(root)
        return found

    def sweep_temps(
        self, root: Path | str, temps: Iterable[str] | None = None, *, min_age: float = 3600.0
    ) -> list[SweptFile]:
        """Move old unfinished files of the vault into history; see `recover.sweep_temps`."""
        from notekeep.storage.recovery import sweep_temps

        return sweep_temps(self, root, temps, min_age=min_age)

    def settle(self, root: Path | str, *, min_age: float = SETTLE_SECONDS) -> list[str]:
        """Look again at the files that were replaced some seconds ago; see `aside.Aside`.

        `recover` does it at a start; whoever lives long does it every few seconds, and with a
        `min_age` of 0 at the end.

        Returns:
            Conflict copies made of what was written into them late, as vault paths.
        """
        return self.aside.settle(self, root, min_age)

    def close(self) -> None:
        """Let go of everything that is held open; the history can still be used."""
        self.aside.close()

    def prune(self, *, now: float | None = None) -> int:
        """Let old versions go when there are too many; see `prune.prune`."""
        from notekeep.storage.blobs import prune_versions

        with explain_errors(self.folder, "pruned"):
            return prune_versions(self, now=now)

    def prune_daily(self, *, now: float | None = None) -> int:
        """Let old versions go, once a day at most; for quiet moments: see `prune.prune_daily`."""
        from notekeep.storage.blobs import prune_daily

        with explain_errors(self.folder, "pruned"):
            return prune_daily(self, now=now)

    def forget(self, path: str) -> int:
        """Remove every trace of a note from history; see `prune.forget`."""
        from notekeep.storage.blobs import forget_versions

        with explain_errors(self.folder, "changed"):
            return forget_versions(self, path)

    def displace(self, place: OpenPlace, name: str, digest: Digest) -> None:
        """Put a file aside that was just replaced; see `aside.Aside.put`."""
        self.aside.put(place, name, digest)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from taking back the same step at the same time.

        Raises:
            Failure: Another one has been at it for too long.
        """
        make_folder(self.folder)
        path = os.path.join(self.folder, "undo.lock")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            with hold_lock(fd, path):
                yield
        finally:
            close(fd)


def _undone_for_good(records: list[StepRecord], redoable: set[str]) -> set[str]:
    """Give the steps that were taken back and that a newer step keeps from being done again."""
    undone: set[str] = set()
    for record in records:
        if record.undoes:
            undone.add(record.undoes)
        elif record.redoes:
            undone.discard(record.redoes)
    return undone - redoable


# What other programs did to notes, taken into history when a refresh meets it.
#
# Nothing of it can be undone by `undo`, which knows only notekeep's own steps; it is there for
# `history` and `restore`. A note whose change was not met, because it changed again before
# anybody looked, has no version for it.


ROUND_BYTES = 64 << 20
"""How much one call keeps: more at once is a checkout or a backup brought back, not writing."""

_FEW = 8  # a wait for each of so many is shorter than one for the whole disk


class OutsideVersion(NamedTuple):
    """A content that was met in a note.

    Attributes:
        path: The note, as a vault path.
        data: What it holds.
        digest: The digest of that.
        before: The digest of what it held when notekeep read it last; None or "" when that is
            not known.
    """

    path: str
    data: bytes
    digest: Digest
    before: Digest | None


def record_outside_versions(history: History, met: Sequence[OutsideVersion]) -> list[str]:
    """Keep those contents that another program wrote.

    A content that notekeep wrote itself is in its log, or in the journal of a step that is being
    made by another process.

    Args:
        history: Where they are kept.
        met: What a refresh read.

    Returns:
        The notes that have a version more.

    Raises:
        NotekeepError: They could not be kept.
    """
    with explain_errors(history.folder, "added to"):
        foreign = list(_within(_foreign(history, met), ROUND_BYTES))
        if not foreign:
            return []
        with ExitStack() as stack:
            flush = stack.enter_context(Flush()) if len(foreign) > _FEW else None
            for one in foreign:
                history.keep(one.data, flush=flush)
            if flush is not None:
                flush.wait()
        changes = tuple(
            ChangeRecord("seen", one.path, one.before or None, one.digest) for one in foreign
        )
        history.ledger.append(StepRecord(make_step_id(), time.time(), "seen", "", changes))
    return [one.path for one in foreign]


def _foreign(history: History, met: Sequence[OutsideVersion]) -> list[OutsideVersion]:
    """Leave out what notekeep wrote; the whole log is read only when its end does not tell."""
    unknown = [one for one in met if len(one.data) <= MAX_HELD_BYTES]
    held = {one.path for one in unknown if history.blobs.has(one.digest)}
    if not held:
        return unknown
    last = history.ledger.last()
    own = _written([last] if last else []) | _written(history.journal.records())
    if any(one.path in held and (one.path, one.digest) not in own for one in unknown):
        newest: dict[str, Digest] = {}
        for record in history.ledger.steps():
            if not record.root:
                newest.update(_written_by(record))
        own |= {(path, digest) for path, digest in newest.items() if path in held}
    return [one for one in unknown if (one.path, one.digest) not in own]


def _written(records: Iterable[StepRecord]) -> set[tuple[str, Digest]]:
    return {pair for record in records if not record.root for pair in _written_by(record)}


def _written_by(record: StepRecord) -> Iterable[tuple[str, Digest]]:
    """Give the notes of a step, each with what it held after it."""
    for change in record.changes:
        if change.after is not None:
            yield change.to or change.path, change.after


def _within(met: Iterable[OutsideVersion], most: int) -> Iterable[OutsideVersion]:
    """Give as many as have room, in their order."""
    for one in met:
        most -= len(one.data)
        if most < 0:
            return
        yield one
