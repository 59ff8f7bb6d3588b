"""What can be undone and redone, and the operations that do it.

A step is undone by the opposite changes, made as a step of their own; redoing it undoes that one.
So both are as safe as any other step, and the log alone says what can be undone. Where a file has
changed since, the change is taken out of what the file is now by a three-way merge; where that
cannot be done, nothing is.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Conflict
from notekeep.markdown.text_merge import merge_texts
from notekeep.storage.content import digest_of
from notekeep.storage.open_folder import content_at, digest_at, path_exists
from notekeep.storage.operations import Edit, Move, New, Operation, Remove, move_to_trash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.storage.operation_log import ChangeRecord, StepRecord
    from notekeep.storage.stores import Blobs

_LOOK = "Look at it with `notekeep history`; nothing was changed."
_IN_A_SITE = (
    "Nothing was changed. `notekeep export pull` brings what you changed there into the note. To"
    " undo the export nevertheless, first put the file back as the export wrote it, or delete it"
    " if the export made it."
)


class UndoableStep(NamedTuple):
    """A step as it was first made, and what was made last of it: what is to be reversed."""

    origin: StepRecord
    last: StepRecord


def stacks(records: Sequence[StepRecord]) -> tuple[list[UndoableStep], list[UndoableStep]]:
    """Read from the log what can be undone, and what redone; the next one is the last."""
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
    """Return the opposite of a step's changes, for the paths of now; Conflict if there is none."""
    moved = {change.path: change.to for change in record.changes if change.to}
    operations: list[Operation] = []
    try:
        for change in reversed(record.changes):
            path = moved.get(change.path, change.path)
            inverse: Operation | None = None
            if change.kind == "edit":
                inverse = _invert_edit(root, change, path, blobs)
            elif change.kind == "new" and _is_as_made(root, change, path):
                trashed = not record.root  # a site has no trash
                inverse = move_to_trash(root, path, operations) if trashed else Remove(path)
            elif change.kind in {"move", "trash"}:
                inverse = _invert_move(root, change, blobs)
            operations += [inverse] if inverse is not None else []
    except Conflict as error:
        if record.root:  # history and the trash know nothing of the files of a site
            error.hint = _IN_A_SITE
        raise
    return operations


def _invert_edit(root: str, change: ChangeRecord, path: str, blobs: Blobs) -> Operation | None:
    data = content_at(root, path)
    if data is None:
        raise Conflict(f"'{path}' is gone, so its change cannot be undone.", _LOOK)
    digest = digest_of(data)
    if digest == change.before or change.before is None or change.after is None:
        return None
    before = blobs.read(change.before)
    if digest == change.after:
        return Edit(path, before, digest, keep_ours=False)
    merged = merge_texts(blobs.read(change.after), data, before)
    if merged is None:
        raise Conflict(
            f"'{path}' has been changed since in the same lines, so its change cannot be undone.",
            _LOOK,
        )
    return Edit(path, merged, digest, keep_ours=False)


def _is_as_made(root: str, change: ChangeRecord, path: str) -> bool:
    digest = digest_at(root, path)
    if digest is not None and digest != change.after:
        raise Conflict(
            f"'{path}' has been changed since it was made.",
            f"`notekeep rm` moves it to the trash. {_LOOK}",
        )
    return digest is not None


def _invert_move(root: str, change: ChangeRecord, blobs: Blobs) -> Operation | None:
    there, here = path_exists(root, change.to), path_exists(root, change.path)
    if here and not _is_respelt(root, change):
        if there or digest_at(root, change.path) != change.before:
            raise Conflict(
                f"'{change.path}' is there again, so what was moved away cannot go back.", _LOOK
            )
        return None
    if there:
        return Move(change.to, change.path, any_name=True)
    if change.kind == "trash" and change.before is not None:
        return New(change.path, blobs.read(change.before), any_name=True)
    raise Conflict(f"'{change.to}' is gone, so it cannot be moved back.", _LOOK)


def _is_respelt(root: str, change: ChangeRecord) -> bool:
    if not change.to:
        return False
    with suppress(OSError):
        return os.path.samefile(os.path.join(root, change.path), os.path.join(root, change.to))
    return False
