"""History: every version of every note, the steps that made them, and the way back.

It lives outside the vault, so that it survives what happens to the vault, and is never needed to
read a note. This is the surface of it for the rest of notekeep; what a step does is in `commit`,
how it is taken back in `undo`, what a start repairs in `recover`.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.files.aside import SETTLED, Aside
from notekeep.files.blobs import Blobs
from notekeep.files.durable import close
from notekeep.files.journal import Journal
from notekeep.files.ledger import Change, Ledger, StepRecord, new_id
from notekeep.files.locks import locked
from notekeep.files.private import make_folder
from notekeep.files.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from notekeep.files.commit import Step
    from notekeep.files.content import Digest
    from notekeep.files.durable import Flush
    from notekeep.files.folder import Place
    from notekeep.files.outside import Seen
    from notekeep.files.recover import Recovered, Swept
    from notekeep.files.versions import Version


class Listed(NamedTuple):
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
        self.ledger = Ledger(self.folder)
        self.journal = Journal(os.path.join(self.folder, "journal"))
        self.aside = Aside(os.path.join(self.folder, "aside"))

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
    ) -> Step:
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
        from notekeep.files.commit import Step

        return Step(self, root, verb, label, whole=whole, elsewhere=elsewhere)

    def records(self) -> list[StepRecord]:
        """Read the whole log, oldest first."""
        with explained(self.ledger.path, "read"):
            return self.ledger.steps()

    def steps(self, limit: int | None = None) -> list[Listed]:
        """List the steps a person made, newest first, undos and redos not among them.

        Args:
            limit: At most so many.
        """
        from notekeep.files.undo import stacks

        records = self.records()
        undone = {one.origin.id for one in stacks(records)[1]}
        lost = _undone_for_good(records, undone)
        own = [
            Listed(record, record.id in undone or record.id in lost)
            for record in reversed(records)
            if not (record.undoes or record.redoes or record.is_outside)
        ]
        return own if limit is None else own[:limit]

    def undo(self, root: Path | str, n: int = 1) -> list[StepRecord]:
        """Take back the newest `n` steps; see `undo.undo_steps`."""
        from notekeep.files.undo import undo_steps

        return undo_steps(self, root, n)

    def redo(self, root: Path | str) -> StepRecord:
        """Do the step again that was taken back last; see `undo.redo_step`."""
        from notekeep.files.undo import redo_step

        return redo_step(self, root)

    def versions(self, path: str) -> list[Version]:
        """List the versions of a note that history still holds, newest first.

        Args:
            path: The note, as a vault path; its earlier names are followed.
        """
        from notekeep.files.versions import versions_of

        return [one for one in versions_of(self.records(), path) if self.blobs.has(one.digest)]

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
        from notekeep.files.content import read

        data = self.blob(digest)
        with self.step("restore", f"restore {path}", root=root) as step:
            try:
                _, now = read(os.path.join(os.fspath(root), path))
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
        changes = tuple(Change("seen", path, None, digest) for path, digest in found)
        if changes:
            self.ledger.append(StepRecord(new_id(), time.time(), "seen", "", changes))

    def saw_changed(self, found: Iterable[tuple[str, bytes]]) -> None:
        """Keep what other programs gave to files, all with one wait for the disk.

        Args:
            found: Vault paths with contents, as a refresh reads them.

        Raises:
            NotekeepError: It could not be kept.
        """
        from notekeep.files.durable import Flush

        with explained(self.folder, "added to"), Flush() as flush:
            kept = [(path, self.keep(data, flush=flush)) for path, data in found]
            flush.wait()
        self.saw(kept)

    def saw_outside(self, met: Sequence[Seen]) -> list[str]:
        """Keep what other programs wrote into notes, as a refresh meets it; see `outside`.

        Returns:
            The notes that have a version more.

        Raises:
            NotekeepError: It could not be kept.
        """
        from notekeep.files.outside import take_in

        return take_in(self, met)

    def recover(self, root: Path | str) -> list[Recovered]:
        """Finish what a crash cut short; every start calls it.

        Files that an earlier process replaced are looked at again as well: see `settle`.

        Args:
            root: The vault.

        Returns:
            What was finished; see `recover.recover`.

        Raises:
            NotekeepError: History could not be read or added to.
        """
        from notekeep.files.recover import recover

        if not os.path.isdir(self.folder):
            return []
        with explained(self.folder, "used"):
            found = recover(self, root)
            self.settle(root)
        return found

    def sweep_temps(
        self, root: Path | str, temps: Iterable[str] | None = None, *, min_age: float = 3600.0
    ) -> list[Swept]:
        """Move old unfinished files of the vault into history; see `recover.sweep_temps`."""
        from notekeep.files.recover import sweep_temps

        return sweep_temps(self, root, temps, min_age=min_age)

    def settle(self, root: Path | str, *, min_age: float = SETTLED) -> list[str]:
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
        from notekeep.files.prune import prune

        with explained(self.folder, "pruned"):
            return prune(self, now=now)

    def prune_daily(self, *, now: float | None = None) -> int:
        """Let old versions go, once a day at most; for quiet moments: see `prune.prune_daily`."""
        from notekeep.files.prune import prune_daily

        with explained(self.folder, "pruned"):
            return prune_daily(self, now=now)

    def forget(self, path: str) -> int:
        """Remove every trace of a note from history; see `prune.forget`."""
        from notekeep.files.prune import forget

        with explained(self.folder, "changed"):
            return forget(self, path)

    def put_aside(self, place: Place, name: str, digest: Digest) -> None:
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
            with locked(fd, path):
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
