"""Taking steps back and doing them again, newest first, whatever process made them.

A step is taken back by the opposite changes, made as a step of their own; doing it again takes that
one back. So both are as safe as any other step, and the log alone says what can be undone. Where a
file has changed since, the change is taken out of what the file is now by a three-way merge; where
that cannot be done, nothing is.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Conflict, NotFound
from notekeep.markdown.text_merge import merge_texts
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import content_at, digest_at, path_exists, remove_empty_folders
from notekeep.storage.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from notekeep.storage.history import History
    from notekeep.storage.operation_log import ChangeRecord, StepRecord

_LOOK = "Look at it with `notekeep history`; nothing was changed."
_IN_A_SITE = (
    "Nothing was changed. `notekeep export pull` brings what you changed there into the note. To"
    " undo the export nevertheless, first put the file back as the export wrote it, or delete it"
    " if the export made it."
)


class UndoableStep(NamedTuple):
    """A step that can be taken back, or done again.

    Attributes:
        origin: The step as it was first made.
        last: The step, undo or redo that was made last of it: what is to be reversed.
    """

    origin: StepRecord
    last: StepRecord


def stacks(records: Sequence[StepRecord]) -> tuple[list[UndoableStep], list[UndoableStep]]:
    """Read from the log what can be undone and what can be done again.

    Args:
        records: All steps, oldest first.

    Returns:
        The steps to undo and those to redo, each with the next one last. A new step empties the
        second list.
    """
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


def undo_steps(history: History, root: Path | str, count: int = 1) -> list[StepRecord]:
    """Take back the newest steps.

    Args:
        history: The log and the contents.
        root: The vault, for steps that were made in it.
        count: How many.

    Returns:
        The steps taken back, newest first; fewer than `count` when there are no more.

    Raises:
        NotFound: There is nothing to undo.
        Conflict: A file changed since in a way that cannot be merged, or is gone; that step and
            those before it are as they were, newer ones are taken back.
    """
    done: list[StepRecord] = []
    for _ in range(count):
        with history.alone():
            undo, _ = stacks(history.records())
            if not undo:
                break
            _reverse(history, root, undo[-1], is_undo=True)
            done.append(undo[-1].origin)
    if not done:
        raise NotFound("There is nothing to undo.")
    return done


def undo_step_by_id(history: History, root: Path | str, step: str) -> None:
    """Take one step back by its id, whatever was done since by others.

    Raises:
        NotFound: There is no such step to take back.
        Conflict: As for `undo_steps`.
    """
    with history.alone():
        undo, _ = stacks(history.records())
        found = next((one for one in undo if one.origin.id == step), None)
        if found is None:
            raise NotFound("That step is not there any more.")
        _reverse(history, root, found, is_undo=True)


def undo_one(history: History, root: Path | str, step: str) -> StepRecord:
    """Take back one step, whatever was done since.

    Args:
        history: The log and the contents.
        root: The vault, for a step that was made in it.
        step: The id of the step as it was first made.

    Raises:
        NotFound: It is taken back already, or there is no such step.
        Conflict: As for `undo_steps`; nothing was changed.
    """
    with history.alone():
        undo, _ = stacks(history.records())
        one = next((one for one in undo if one.origin.id == step), None)
        if one is None:
            raise NotFound("That step is taken back already.")
        _reverse(history, root, one, is_undo=True)
        return one.origin


def redo_step(history: History, root: Path | str) -> StepRecord:
    """Do the step again that was taken back last.

    Raises:
        NotFound: There is nothing to do again: nothing was undone, or something was done since.
        Conflict: As for `undo_steps`.
    """
    with history.alone():
        _, redo = stacks(history.records())
        if not redo:
            raise NotFound("There is nothing to do again.")
        _reverse(history, root, redo[-1], is_undo=False)
        return redo[-1].origin


def _reverse(history: History, root: Path | str, one: UndoableStep, *, is_undo: bool) -> None:
    place = one.last.root or os.fspath(root)
    verb = "undo" if is_undo else "redo"
    shown = one.origin.label or one.origin.verb
    step = Transaction(
        history,
        place,
        verb,
        f"{verb} {shown}",
        whole=True,
        elsewhere=bool(one.last.root),
        undoes=one.origin.id if is_undo else "",
        redoes="" if is_undo else one.origin.id,
    )
    with explain_errors(shown, "undone" if is_undo else "done again"):
        add_inverse(history, place, one.last, step)
        step.commit()
    remove_empty_folders(place, list(one.last.folders))


def add_inverse(history: History, root: Path | str, record: StepRecord, step: Transaction) -> None:
    """Put the opposite of a step's changes into another step.

    Args:
        history: The contents.
        root: The folder of the step.
        record: What is to be reversed.
        step: Where the opposite changes go; paths are those the files have now.

    Raises:
        Conflict: A file cannot be put back.
        NotFound: History no longer holds what a file was.
    """
    now = {change.path: change.to for change in record.changes if change.to}
    try:
        for change in reversed(record.changes):
            if change.kind == "edit":
                _invert_edit(history, root, change, now.get(change.path, change.path), step)
            elif change.kind == "new":
                _invert_new(root, change, now.get(change.path, change.path), step)
            elif change.kind in {"move", "trash"}:
                _invert_move(history, root, change, step)
    except Conflict as error:
        if record.root:  # history and the trash know nothing of the files of a site
            error.hint = _IN_A_SITE
        raise


def _invert_edit(
    history: History, root: Path | str, change: ChangeRecord, path: str, step: Transaction
) -> None:
    found = content_at(root, path)
    if found is None:
        raise Conflict(f"'{path}' is gone, so its change cannot be taken back.", _LOOK)
    data, digest = found
    if digest == change.before or change.before is None or change.after is None:
        return
    if digest == change.after:
        step.edit(path, history.blob(change.before), digest, keep_ours=False)
        return
    merged = merge_texts(history.blob(change.after), data, history.blob(change.before))
    if merged is None:
        raise Conflict(
            f"'{path}' has been changed since in the same lines, so its change cannot be taken"
            " back.",
            _LOOK,
        )
    step.edit(path, merged, digest, keep_ours=False)


def _invert_new(root: Path | str, change: ChangeRecord, path: str, step: Transaction) -> None:
    found = content_at(root, path)
    if found is None:
        return
    if found[1] != change.after:
        raise Conflict(
            f"'{path}' has been changed since it was made.",
            f"`notekeep rm` moves it to the trash. {_LOOK}",
        )
    step.trash(path)


def _invert_move(
    history: History, root: Path | str, change: ChangeRecord, step: Transaction
) -> None:
    there, here = path_exists(root, change.to), path_exists(root, change.path)
    if here and not _is_respelt(root, change):
        if there or digest_at(root, change.path) != change.before:
            raise Conflict(
                f"'{change.path}' is there again, so what was moved away cannot go back.", _LOOK
            )
        return
    if there:
        step.move(change.to, change.path, any_name=True)
    elif change.kind == "trash" and change.before is not None:
        step.create(change.path, history.blob(change.before), any_name=True)
    else:
        raise Conflict(f"'{change.to}' is gone, so it cannot be moved back.", _LOOK)


def _is_respelt(root: Path | str, change: ChangeRecord) -> bool:
    """Tell whether both paths are one file on this disk, spelt in two ways."""
    if not change.to:
        return False
    base = os.fspath(root)
    with suppress(OSError):
        return os.path.samefile(os.path.join(base, change.path), os.path.join(base, change.to))
    return False
