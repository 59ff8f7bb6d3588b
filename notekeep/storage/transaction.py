"""A step: changes of one or many files that belong together, done whole or told one by one.

The order is what makes it safe. Everything is checked, kept in history and written beside the files
first; the disk is waited for once; then the step is noted, a single change in the log, several in
the journal; only then do files get exchanged. Whoever dies in between leaves a note that
`notekeep.storage.recovery` reads.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from notekeep.errors import NotekeepError
from notekeep.storage import durability
from notekeep.storage.durability import Flush
from notekeep.storage.filesystem import explain_errors, explain_os_error
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id
from notekeep.storage.operations import Edit, Move, New, Removal, SystemTrash
from notekeep.storage.trash import trash_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from notekeep.storage.history import History
    from notekeep.storage.operations import Operation


class Transaction:
    """Changes that `undo` takes back together; made by `History.step`, used as a context manager.

    Inside the `with`, changes are only noted, by the paths that the files have then. They are made
    at its end, unless an exception ends it: new files first, then edits, moves, and the trash.

    Attributes:
        id: Its name in the log.
        done: What was done, in order.
        failed: Why a file was left as it was, by its path. Empty when the step is whole.
        copies: Conflict copies of what other programs saved while files were exchanged, by the path
            of the file; the step itself is done.
        folders: The folders that were made.
    """

    def __init__(
        self,
        history: History,
        root: Path | str,
        verb: str,
        label: str,
        *,
        whole: bool,
        elsewhere: bool,
        undoes: str = "",
        redoes: str = "",
    ) -> None:
        self._history = history
        self._root = os.fspath(root)
        self._verb = verb
        self._label = label
        self._whole = whole
        self._elsewhere = elsewhere
        self._undoes = undoes
        self._redoes = redoes
        self._items: list[Operation] = []
        self.id = make_step_id()
        self.done: list[ChangeRecord] = []
        self.failed: dict[str, NotekeepError] = {}
        self.copies: dict[str, str] = {}
        self.folders: list[str] = []

    def edit(self, path: str, data: bytes, expected: str | None, *, keep_ours: bool = True) -> None:
        """Give a file a new content; the arguments are those of `save.replace`."""
        self._items.append(Edit(path, data, expected, keep_ours=keep_ours))

    def create(self, path: str, data: bytes, *, any_name: bool = False) -> None:
        """Make a new file; the arguments are those of `save.create`.

        Args:
            path: Where.
            data: What it holds.
            any_name: Whether the name may be one that does not travel, as when a file comes back.
        """
        self._items.append(New(path, data, any_name=any_name))

    def move(self, path: str, to: str, *, any_name: bool = False) -> None:
        """Give a file another name; the arguments are those of `move.rename`."""
        self._items.append(Move("move", path, to, any_name=any_name))

    def trash(self, path: str, *, system: bool = False) -> str:
        """Move a file to the vault's trash, or to the system's.

        In a folder that is not the vault there is no trash: the file is removed, and history has
        what it held.

        Args:
            path: The file.
            system: Whether it goes to the system's trash; undoing makes it again from history.

        Returns:
            Where it will be in the vault's trash; "" where it goes elsewhere.

        Raises:
            NotekeepError: The trash cannot be looked at.
        """
        if system:
            self._items.append(SystemTrash(path))
            return ""
        if self._elsewhere:
            self._items.append(Removal(path))
            return ""
        taken = {item.to for item in self._items if isinstance(item, Move)}
        with explain_errors(path, "deleted"):
            to = trash_path(self._root, path, taken)
        self._items.append(Move("trash", path, to, any_name=True))
        return to

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.commit()

    def commit(self) -> None:
        """Make the changes; the end of the `with` does it.

        Raises:
            NotekeepError: The only change, or one of a step that is whole, could not be made;
                nothing was done. Or the only change met another program's save at the same moment:
                then it is done, and the other version is a conflict copy.
        """
        items = sorted(self._items, key=lambda item: item.order)
        single = len(items) == 1
        shown, action = (items[0].path, items[0].action) if items else (self._root, "changed")
        with explain_errors(shown, action), Flush() as flush:
            shared = None if single else flush
            ready = self._prepare(items, shared)
            if self.failed and (self._whole or single):
                self._discard(ready)
                raise next(iter(self.failed.values()))
            if single:
                self._do_one(ready)
            elif ready:
                self._do_many(ready, flush)
            elif self._undoes or self._redoes:
                self._history.ledger.append(self._record([]))
        if single and self.copies:
            from notekeep.storage.atomic import saved_over

            raise saved_over(*next(iter(self.copies.items())))

    def _prepare(self, items: Sequence[Operation], flush: Flush | None) -> list[Operation]:
        """Check and write everything beside the files; gives what there is to do."""
        ready: list[Operation] = []
        try:
            for item in items:
                try:
                    if item.prepare(self._root, self._history, flush):
                        ready.append(item)
                except OSError as error:
                    self.failed[item.path] = explain_os_error(error, item.path, item.action)
                except NotekeepError as error:
                    self.failed[item.path] = error
        except BaseException:
            self._discard(ready)
            raise
        edited = {item.change.path: item.change.after for item in ready if isinstance(item, Edit)}
        for item in ready:
            if isinstance(item, (Move, Removal, SystemTrash)):
                item.follow(edited.get(item.change.path))
        return ready

    def _do_one(self, ready: Sequence[Operation]) -> None:
        """Make the only change: the log says it before it happens, and takes it back if not."""
        if not ready:
            if self._undoes or self._redoes:
                self._history.ledger.append(self._record([]))
            return
        item = ready[0]
        self.folders += item.made
        try:
            self._note_and_apply(item)
        except BaseException:
            self._discard(ready)
            raise

    def _note_and_apply(self, item: Operation) -> None:
        """Note a change and make it, keeping the log from others in between."""
        ledger = self._history.ledger
        with ledger.held():
            ledger.append(self._record([item.change]))
            durability.reach_failpoint("journaled")
            try:
                self._apply(item, None)
            except BaseException:
                if not self.done:
                    ledger.void(self.id)
                raise
        durability.reach_failpoint("logged")

    def _do_many(self, ready: Sequence[Operation], flush: Flush) -> None:
        """Make several changes, journaled first, with one wait for the disk before and after."""
        for item in ready:
            self.folders += [folder for folder in item.made if folder not in self.folders]
        record = self._record([item.change for item in ready])
        try:
            flush.wait()
            entry = self._history.journal.begin(record, os.path.realpath(self._root), logged=True)
        except BaseException:
            self._discard(ready)
            raise
        durability.reach_failpoint("journaled")
        try:
            self._apply_all(ready, flush)
            flush.wait()
            durability.reach_failpoint("settled")
            if self.done or self._undoes or self._redoes:
                self._history.ledger.append(self._record(self.done))
            durability.reach_failpoint("logged")
        except BaseException:
            entry.leave()
            raise
        entry.finish()
        durability.reach_failpoint("done")
        if self._whole and self.failed:
            raise next(iter(self.failed.values()))

    def _apply_all(self, ready: Sequence[Operation], flush: Flush) -> None:
        """Exchange one file after the other; a whole step that fails midway is taken back."""
        for number, item in enumerate(ready):
            try:
                self._apply(item, flush)
            except NotekeepError as error:
                self.failed[item.path] = error
                if self._whole:
                    self._discard(ready[number + 1 :])
                    self._take_back()
                    return

    def _apply(self, item: Operation, flush: Flush | None) -> None:
        was_done = self._happened(item)  # by another step, since this one was prepared
        try:
            copy = item.apply(self._root, flush)
        except BaseException as error:
            if not was_done and self._happened(item):
                self.done.append(item.change)
            if isinstance(error, OSError):
                raise explain_os_error(error, item.path, item.action) from error
            raise
        self.done.append(item.change)
        if copy is not None:
            self.copies[item.path] = copy

    def _happened(self, item: Operation) -> bool:
        with suppress(OSError, NotekeepError):
            return item.happened(self._root)
        return False

    def _take_back(self) -> None:
        """Undo what a whole step did before one of its changes failed."""
        from notekeep.storage.undo import add_inverse

        back = Transaction(
            self._history, self._root, "", "", whole=False, elsewhere=self._elsewhere
        )
        add_inverse(self._history, self._root, self._record(self.done), back)
        items = sorted(back._items, key=lambda item: item.order)
        for item in back._prepare(items, None):
            back._apply(item, None)
        for path, error in back.failed.items():
            self.failed.setdefault(path, error)
        self.done.clear()

    def _discard(self, items: Sequence[Operation]) -> None:
        for item in items:
            item.discard(self._root)

    def _record(self, changes: Sequence[ChangeRecord]) -> StepRecord:
        return StepRecord(
            self.id,
            time.time(),
            self._verb,
            self._label,
            tuple(changes),
            tuple(self.folders),
            os.path.realpath(self._root) if self._elsewhere else "",
            self._undoes,
            self._redoes,
        )
