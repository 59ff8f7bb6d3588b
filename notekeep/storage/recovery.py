"""Finish steps that a crash interrupted, automatically at the next start.

A step in the journal has been checked, and the old and new version of each file are in history. So
the step is finished, except for files that have changed since.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace

from notekeep.errors import NotekeepError
from notekeep.storage import atomic
from notekeep.storage.content import Digest, digest_of, read_stable
from notekeep.storage.durability import FLUSH_NOW, StrPath, closed_after
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.open_folder import OpenPlace, digest_at, open_place, path_exists
from notekeep.storage.operation_log import STAGING, ChangeRecord, StepRecord
from notekeep.storage.operations import Edit, New, remove_file
from notekeep.storage.stores import Stores


def finish_steps(stores: Stores, root: StrPath) -> list[StepRecord]:
    """Finish the steps of dead processes, oldest first; return them with their changes.

    Files that have changed since are not touched. Steps in a missing site stay in the journal.
    """
    finished: list[StepRecord] = []
    for entry in stores.journal.lock_abandoned():
        place = entry.root
        if not os.path.isdir(place):  # the vault was moved, or the site is lost
            place = "" if entry.record.root else os.fspath(root)
        if not place:
            entry.release()
            continue
        if entry.record.verb == STAGING:
            _clear_staging(stores, place, entry.record.folders[0])
            entry.finish()
            continue
        try:
            done = _finish_changes(stores, place, entry.record)
        except atomic.TornWrite:
            entry.release()
            continue
        record = replace(entry.record, changes=tuple(done))
        is_empty = not (record.changes or record.undoes or record.redoes)
        # It may already have been logged before the crash.
        is_new = all(one.id != record.id for one in stores.log.steps())
        if entry.logged and not is_empty and is_new:
            stores.log.append(record)
        _clear_temps(stores, place, entry.record)
        entry.finish()
        finished.append(record)
    return finished


def _finish_changes(stores: Stores, root: str, record: StepRecord) -> list[ChangeRecord]:
    done: list[ChangeRecord] = []
    for change in record.changes:
        try:
            if _finish(stores, root, change, record):
                done.append(change)
        except atomic.TornWrite:
            raise
        except (OSError, NotekeepError):
            continue
    return done


def _finish(stores: Stores, root: str, change: ChangeRecord, record: StepRecord) -> bool:
    if change.kind == "edit":
        return _finish_edit(stores, root, change, record)
    if change.kind == "new":
        digest = digest_at(root, change.path)
        if digest is None and change.after is not None:
            if not stores.blobs.has(change.after):
                return _rename_temp(root, change, record.staging)
            data = stores.blobs.read(change.after)
            new = New(change.path, data, any_name=True)
            new.prepare(root, stores, FLUSH_NOW)
            new.apply(root, stores, FLUSH_NOW)
            return True
        return digest == change.after
    if change.kind in {"move", "trash"}:
        return _finish_move(root, change)
    return True


def _rename_temp(root: str, change: ChangeRecord, staging: str) -> bool:
    """Rename the temporary file of a new file that is not in history."""
    folder = staging or os.path.dirname(change.path)
    for name in os.listdir(os.path.join(root, folder)):
        path = os.path.join(folder, name)
        is_temp = bool(staging) or name.startswith(TEMP_PREFIX)
        if is_temp and digest_at(root, path) == change.after:
            atomic.move_file(path, change.path, root=root, any_name=True)
            return True
    return False


def _finish_move(root: str, change: ChangeRecord) -> bool:
    is_at_old, is_at_new = (path_exists(root, path) for path in (change.path, change.to))
    if is_at_old and change.to and not is_at_new:
        atomic.move_file(change.path, change.to, root=root, any_name=True)
        return True
    if is_at_old and not change.to:
        remove_file(root, change.path, change.before)
        return True
    return not is_at_old and (is_at_new or not change.to)


def _finish_edit(stores: Stores, root: str, change: ChangeRecord, record: StepRecord) -> bool:
    if change.before is None or change.after is None:
        return True
    digest = digest_at(root, change.path)
    moved = {one.path: one.to for one in record.changes if one.to}
    if digest is None and change.path in moved:
        return digest_at(root, moved[change.path]) == change.after
    if digest == change.after:
        return True
    new = stores.blobs.read(change.after)
    if digest == change.before:
        edit = Edit(change.path, new, digest)
        if edit.prepare(root, stores, FLUSH_NOW):
            edit.apply(root, stores, FLUSH_NOW)
        return True
    with open_place(root, change.path) as place:
        if digest is None or place.stat().st_nlink < 2:
            return False
        with closed_after(place.open(place.name, os.O_RDWR)) as fd:
            try:  # an interrupted in-place write
                now = read_stable(fd, change.path)
                is_ours = atomic.is_own_write(now, stores.blobs.read(change.before), new)
                if is_ours:
                    stores.blobs.store(now)
                    atomic.overwrite(fd, new)
            except OSError as error:
                raise atomic.TornWrite(f"'{change.path}' could not be completed.") from error
    return is_ours


def _clear_temps(stores: Stores, root: str, record: StepRecord) -> None:
    folders: dict[str, list[Digest]] = {}
    for change in record.changes:
        digests = [digest for digest in (change.before, change.after) if digest]
        folders.setdefault(os.path.dirname(change.path), []).extend(digests)
    for folder, digests in folders.items():
        with suppress(OSError, NotekeepError):
            names = os.listdir(os.path.join(root, folder))
            for name in (name for name in names if name.startswith(TEMP_PREFIX)):
                with open_place(root, os.path.join(folder, name), follow=False) as place:
                    data = place.read()
                    if any(stores.blobs.read(digest).startswith(data) for digest in digests):
                        place.unlink(name)


def _clear_staging(stores: Stores, root: str, folder: str) -> None:
    """Move the files of a step's staging folder to history, and remove the folder."""
    with suppress(OSError, NotekeepError):
        for name in os.listdir(os.path.join(root, folder)):
            with open_place(root, os.path.join(folder, name), follow=False) as place:
                if name == ".gitignore":
                    place.unlink(name)
                else:
                    move_to_history(stores, place)
        os.rmdir(os.path.join(root, folder))


def move_to_history(stores: Stores, place: OpenPlace) -> None:
    """Store a temporary file in history, and remove it.

    After a crash between an exchange and its check, it may be the only copy of another program's
    save.
    """
    data = place.read()
    digest = digest_of(data)
    if data and not stores.blobs.has(digest):
        stores.blobs.store(data)
        stores.record_outside([(place.path, None, digest)])
    place.unlink(place.name)
