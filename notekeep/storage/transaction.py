"""A step: changes to one or more files that `undo` reverts together.

The order makes it safe. First, everything is checked, stored in history, written to temporary files
and flushed. Then the step is written to the journal. Only then are the files exchanged and the step
logged. If the process dies in between, `recovery` finishes the step from the journal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import NamedTuple, Self

from notekeep.errors import Conflict, NotekeepError, Refused
from notekeep.storage import durability
from notekeep.storage.atomic import TornWrite
from notekeep.storage.content import Source
from notekeep.storage.durability import FLUSH_NOW, Flush, StrPath
from notekeep.storage.filesystem import explain_errors, explain_os_error
from notekeep.storage.open_folder import content_at, digest_at, path_exists, remove_empty_folders
from notekeep.storage.operation_log import STAGING, ChangeRecord, StepRecord
from notekeep.storage.operations import Edit, Move, New, Operation, Remove, move_to_trash
from notekeep.storage.stores import Blobs, Stores


class Transaction:
    """The changes of one step; created by `History.step` and used as a context manager.

    Changes are collected, with the current paths of the files, and applied at the end of the `with`
    block: new files first, then edits, moves and deletions.
    """

    def __init__(
        self,
        stores: Stores,
        root: StrPath,
        record: StepRecord,
        *,
        whole: bool = False,
        logged: bool = True,
    ) -> None:
        self._stores = stores
        self._root = os.fspath(root)
        self._begun = record  # without changes
        self.id = record.id
        self._whole = whole
        self._logged = logged
        self.operations: list[Operation] = []
        self.done: list[ChangeRecord] = []  # applied, in order
        self.failed: dict[str, NotekeepError] = {}  # by path; those files were not changed
        # Conflict copies by path, for saves by other programs during the exchange.
        self.copies: dict[str, str] = {}
        self.folders: list[str] = []  # new folders
        # Called with each path before its file is written; False stops the step there.
        self.should_continue: Callable[[str], bool] = lambda _: True
        self.is_stopped = False

    def edit(self, path: str, data: bytes, expected: str | None, *, keep_ours: bool = True) -> None:
        """Replace the content of a file; `expected` is its digest before, or None for any.

        Without `keep_ours`, no conflict copy is created if the file has changed. Use this for
        changes that can be planned again, such as a tag.
        """
        self.operations.append(Edit(path, data, expected, keep_ours=keep_ours))

    def create(self, path: str, data: bytes, *, any_name: bool = False) -> None:
        """Create a file; `any_name` allows names that are not portable, for restored files."""
        self.operations.append(New(path, data, any_name=any_name))

    def copy(self, path: str, source: Source) -> None:
        """Create a file from a stream, which may be too large for memory."""
        self.operations.append(New(path, source=source))

    def move(self, path: str, to: str, *, any_name: bool = False) -> None:
        """Rename or move a file; the arguments are those of `atomic.move_file`."""
        self.operations.append(Move(path, to, any_name=any_name))

    def trash(self, path: str) -> str:
        """Move a file to the trash and return its new path; in a site, remove it."""
        if self._begun.root:
            self.operations.append(Remove(path))
            return ""
        move = move_to_trash(self._root, path, self.operations)
        self.operations.append(move)
        return move.to

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.commit()

    def commit(self) -> None:
        """Apply the changes. Called at the end of the `with` block.

        Raises NotekeepError if the only change, or any change of a `whole` step, failed. Raises
        Conflict if another program saved during the only change: the change is applied, and the
        other version becomes a conflict copy.
        """
        self.operations.sort(key=lambda operation: operation.order)
        first = self.operations[0] if self.operations else None
        is_single = len(self.operations) == 1
        shown, action = (first.path, first.action) if first else (self._root, "changed")
        with (
            explain_errors(shown, action),
            Flush(at_once=is_single) as flush,
            self._staging() if self._begun.staging and first else nullcontext(),
        ):
            ready = self._prepare(flush)
            if self.failed and (self._whole or is_single):
                self._discard(ready)
            elif ready:
                self._commit(ready, flush, is_single=is_single)
            else:
                self._log_done()
        if self.failed and (self._whole or is_single):
            raise next(iter(self.failed.values()))
        if is_single and self.copies:
            path, copy = next(iter(self.copies.items()))
            raise Conflict(
                f"'{path}' was saved by another program at the same moment; its version is in"
                f" '{copy}'.",
                "Compare them with `notekeep conflicts`.",
                copy=copy,
            )

    @contextmanager
    def _staging(self) -> Iterator[None]:
        """Create a folder in a site for temporary files.

        It is added to the journal first, so that the next start removes it after a crash. Until
        then, its own `.gitignore` keeps it out of commits.
        """
        folder = self._begun.staging
        record = replace(self._begun, id=f"{self.id}.{STAGING}", verb=STAGING, folders=(folder,))
        entry = self._stores.journal.begin(record, os.path.realpath(self._root), logged=False)
        ignoring = os.path.join(self._root, folder, ".gitignore")
        try:
            os.mkdir(os.path.dirname(ignoring), 0o700)
            with open(ignoring, "w", encoding="ascii") as file:
                file.write("*\n")
            yield
        finally:
            with suppress(OSError):  # the next start removes it
                os.unlink(ignoring)
                os.rmdir(os.path.dirname(ignoring))
                entry.finish()
            entry.release()

    def _prepare(self, flush: Flush) -> list[Operation]:
        """Check everything and write temporary files; return the operations to apply."""
        ready: list[Operation] = []
        try:
            for operation in self.operations:
                if not self.should_continue(operation.path):
                    self.is_stopped = True
                    break
                operation.staging = self._begun.staging
                try:
                    if operation.prepare(self._root, self._stores, flush):
                        ready.append(operation)
                except OSError as error:
                    explained = explain_os_error(error, operation.path, operation.action)
                    self.failed[operation.path] = explained
                except NotekeepError as error:
                    self.failed[operation.path] = error
        except BaseException:
            self._discard(ready)
            raise
        edited = {one.change.path: one.change.after for one in ready if one.change.kind == "edit"}
        for operation in ready:
            change = operation.change
            digest = edited.get(change.path)
            if change.kind in {"move", "trash"} and digest:  # applied after the edit
                after = None if change.kind == "trash" else digest
                operation.change = replace(change, before=digest, after=after)
        return ready

    def _commit(self, ready: Sequence[Operation], flush: Flush, *, is_single: bool) -> None:
        self.folders += dict.fromkeys(
            folder for operation in ready for folder in operation.new_folders
        )
        record = self._record([operation.change for operation in ready])
        try:
            self._stores.log.check_format()
            flush.wait()
            entry = self._stores.journal.begin(
                record, os.path.realpath(self._root), logged=self._logged
            )
        except BaseException:
            self._discard(ready)
            raise
        durability.reach_failpoint("journaled")
        try:
            self._apply_all(ready, flush, is_undone=self._whole and not is_single)
            flush.wait()
            durability.reach_failpoint("settled")
            self._log_done()
            durability.reach_failpoint("logged")
        except BaseException:
            entry.release()
            raise
        entry.finish()
        durability.reach_failpoint("done")

    def _apply_all(self, ready: Sequence[Operation], flush: Flush, *, is_undone: bool) -> None:
        for number, operation in enumerate(ready):
            try:
                self._apply(operation, flush)
            except TornWrite:
                raise  # recovery completes it from the journal
            except NotekeepError as error:
                self.failed[operation.path] = error
                remove_empty_folders(self._root, operation.new_folders)
                if is_undone:
                    self._discard(ready[number + 1 :])
                    self._undo_done()
                    return

    def _apply(self, operation: Operation, flush: Flush) -> None:
        was_done = operation.is_applied(self._root)  # by another step since `_prepare`
        try:
            copy = operation.apply(self._root, self._stores, flush)
        except BaseException as error:
            if not was_done and operation.is_applied(self._root):
                self.done.append(operation.change)
            if isinstance(error, OSError):
                raise explain_os_error(error, operation.path, operation.action) from error
            raise
        self.done.append(operation.change)
        if copy is not None:
            self.copies[operation.path] = copy

    def _undo_done(self) -> None:
        back = Transaction(self._stores, self._root, self._begun)
        back.operations = invert(self._record(self.done), self._root, self._stores.blobs)
        back.operations.sort(key=lambda operation: operation.order)
        for operation in back._prepare(FLUSH_NOW):
            back._apply(operation, FLUSH_NOW)
        for path, error in back.failed.items():
            self.failed.setdefault(path, error)
        self.done.clear()

    def _discard(self, operations: Sequence[Operation]) -> None:
        for operation in operations:
            operation.discard(self._root)

    def _log_done(self) -> None:
        """Log the changes; an undo is also logged without changes."""
        is_reversal = bool(self._begun.undoes or self._begun.redoes)
        if self._logged and (self.done or (is_reversal and not self.failed)):
            self._stores.log.append(self._record(self.done))

    def _record(self, changes: Sequence[ChangeRecord]) -> StepRecord:
        return replace(
            self._begun, time=time.time(), changes=tuple(changes), folders=tuple(self.folders)
        )


# Undo and redo. A step is undone by another step with the opposite changes, and redo undoes the
# undo. So both are as safe as any step, and the log shows what can be undone. If a file has changed
# since, a three-way merge removes the change from it; if that fails, nothing is changed.

_CHECK_HISTORY = "Nothing was changed. Check it with `notekeep history`."
_IN_A_SITE = (
    "Nothing was changed. `notekeep export pull` copies your edits in the site to the note. To undo"
    " the export anyway, first restore the file as the export wrote it, or delete it"
    " if the export made it."
)


class UndoableStep(NamedTuple):
    """A step that can be undone or redone."""

    origin: StepRecord  # the original step
    last: StepRecord  # the step to reverse next: its last undo or redo, or `origin`


def stacks(records: Sequence[StepRecord]) -> tuple[list[UndoableStep], list[UndoableStep]]:
    """Return the steps that can be undone and those that can be redone, the next one last."""
    undo: list[UndoableStep] = []
    redo: list[UndoableStep] = []
    for record in records:
        if record.undoes or record.redoes:
            source, target = (undo, redo) if record.undoes else (redo, undo)
            for one in reversed(source):
                if one.origin.id == (record.undoes or record.redoes):
                    source.remove(one)
                    target.append(UndoableStep(one.origin, record))
                    break
        elif not record.is_outside:
            undo.append(UndoableStep(record, record))
            redo.clear()
    return undo, redo


def invert(record: StepRecord, root: str, blobs: Blobs) -> list[Operation]:
    """Return the opposite of a step's changes at current paths; raise Conflict if impossible."""
    moved = {change.path: change.to for change in record.changes if change.to}
    operations: list[Operation] = []
    try:
        for change in reversed(record.changes):
            path = moved.get(change.path, change.path)
            inverse: Operation | None = None
            if change.kind == "edit" and record.verb == "sync" and change.after is None:
                raise Refused(
                    f"The sync of {record.label} cannot be undone: history did not keep {path}.",
                    "Nothing was changed. `git revert` can undo commits.",
                )
            if change.kind == "edit":
                inverse = _invert_edit(root, change, path, blobs)
            elif change.kind == "new" and _exists_unchanged(root, change, path):
                trashed = not record.root  # a site has no trash
                inverse = move_to_trash(root, path, operations) if trashed else Remove(path)
            elif change.kind in {"move", "trash"}:
                inverse = _invert_move(root, change, blobs)
            operations += [inverse] if inverse is not None else []
    except Conflict as error:
        if record.root:  # a site has no trash, and no `notekeep history`
            error.hint = _IN_A_SITE
        raise
    return operations


def _invert_edit(root: str, change: ChangeRecord, path: str, blobs: Blobs) -> Operation | None:
    digest = digest_at(root, path)
    if digest is None:
        raise Conflict(f"Cannot undo the change: '{path}' no longer exists.", _CHECK_HISTORY)
    if digest == change.before or change.before is None or change.after is None:
        return None
    before = blobs.read(change.before)
    if digest == change.after:
        return Edit(path, before, digest, keep_ours=False)
    from notekeep.markdown.text_merge import merge_texts  # rarely needed

    merged = merge_texts(blobs.read(change.after), content_at(root, path) or b"", before)
    if merged is None:
        raise Conflict(
            f"'{path}' has changed since in the same lines, so the change cannot be undone.",
            _CHECK_HISTORY,
        )
    return Edit(path, merged, digest, keep_ours=False)


def _exists_unchanged(root: str, change: ChangeRecord, path: str) -> bool:
    digest = digest_at(root, path)
    if digest is not None and digest != change.after:
        raise Conflict(
            f"'{path}' has changed since it was created.",
            f"`notekeep rm` moves it to the trash. {_CHECK_HISTORY}",
        )
    return digest is not None


def _invert_move(root: str, change: ChangeRecord, blobs: Blobs) -> Operation | None:
    is_at_new, is_at_old = path_exists(root, change.to), path_exists(root, change.path)
    if is_at_old and not _is_same_file(root, change):
        if is_at_new or digest_at(root, change.path) != change.before:
            raise Conflict(
                f"'{change.path}' exists again, so the moved file cannot be moved back.",
                _CHECK_HISTORY,
            )
        return None
    if is_at_new:
        return Move(change.to, change.path, any_name=True)
    if change.kind == "trash" and change.before is not None:
        return New(change.path, blobs.read(change.before), any_name=True)
    raise Conflict(f"'{change.to}' no longer exists, so it cannot be moved back.", _CHECK_HISTORY)


def _is_same_file(root: str, change: ChangeRecord) -> bool:
    if not change.to:
        return False
    with suppress(OSError):
        return os.path.samefile(os.path.join(root, change.path), os.path.join(root, change.to))
    return False
