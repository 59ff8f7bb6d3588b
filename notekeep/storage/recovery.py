"""What a start does after a crash: finishes steps that were cut short, and sweeps up.

Nothing here asks a person. A step in the journal was meant and checked, and both contents of each
file are in history: it is finished, file by file, wherever a file still is what it was. Unfinished
files are only removed when history holds what is in them: after a crash between an exchange and the
check of what came out, one may be all there is of another program's save.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage import atomic, scan
from notekeep.storage.content import Digest, digest_of, read_stable
from notekeep.storage.durability import close
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.filesystem import explain_os_error
from notekeep.storage.open_folder import digest_at, open_place, path_exists
from notekeep.storage.operations import remove_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from notekeep.storage.journal import JournalEntry
    from notekeep.storage.operation_log import ChangeRecord, StepRecord
    from notekeep.storage.stores import Stores

HOUR = 3600.0


@dataclass(slots=True)
class RecoveredStep:
    """A step that a crash cut short: what of it is done now, and why other files were left."""

    record: StepRecord
    done: list[ChangeRecord] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SweptFile:
    """An unfinished file that was moved into history.

    Attributes:
        path: Where it was, as a vault path.
        digest: What it held, as a version in history.
        known: Whether history held that before: then it was only what a save left over.
    """

    path: str
    digest: Digest
    known: bool


def finish_steps(stores: Stores, root: Path | str) -> list[RecoveredStep]:
    """Finish the steps whose makers are gone, oldest first.

    A file that somebody else has changed since is left, and a step in a site that is not there
    waits until it is.
    """
    found: list[RecoveredStep] = []
    for entry in stores.journal.lock_abandoned():
        place = _place_of(entry, root)
        if not place:
            entry.leave()
            continue
        recovered = RecoveredStep(entry.record)
        for change in entry.record.changes:
            try:
                _finish(stores, place, change, entry.record)
            except OSError as error:
                explained = explain_os_error(error, change.path, "finished")
                recovered.left[change.path] = explained.message
            except NotekeepError as error:
                recovered.left[change.path] = error.message
            else:
                recovered.done.append(change)
        _log(stores, entry, recovered)
        _clear_temps(stores, place, entry.record)
        entry.finish()
        found.append(recovered)
    _void_unmade(stores, root)
    return found


def _place_of(entry: JournalEntry, root: Path | str) -> str:
    """Return the folder in which a step goes on, also of a vault that moved; "" for a lost site."""
    if os.path.isdir(entry.root):
        return entry.root
    return "" if entry.record.root else os.fspath(root)


def _finish(stores: Stores, root: str, change: ChangeRecord, record: StepRecord) -> None:
    if change.kind == "edit":
        _finish_edit(stores, root, change, record)
    elif change.kind == "new":
        digest = digest_at(root, change.path)
        if digest is None and change.after is not None:
            data = stores.blobs.read(change.after)
            atomic.place_new_file(
                root, atomic.stage_new_file(root, change.path, data, any_name=True)
            )
        elif digest != change.after:
            raise _changed_since(change.path)
    elif change.kind in {"move", "trash"}:
        _finish_move(root, change, in_site=bool(record.root))


def _finish_move(root: str, change: ChangeRecord, *, in_site: bool) -> None:
    here, there = (path_exists(root, path) for path in (change.path, change.to))
    if change.to:
        if here and not there:
            atomic.move_file(change.path, change.to, root=root, any_name=True)
        elif here or not there:
            raise _changed_since(change.path)
    elif here and in_site:
        remove_file(root, change.path, change.before)
    elif here:
        raise Conflict(f"'{change.path}' was not deleted before the crash.", "Delete it.")


def _finish_edit(stores: Stores, root: str, change: ChangeRecord, record: StepRecord) -> None:
    if change.before is None or change.after is None:
        return
    digest = digest_at(root, change.path)
    moved = {one.path: one.to for one in record.changes if one.to}
    if digest is None and change.path in moved:
        is_done = digest_at(root, moved[change.path]) == change.after
        digest = change.after if is_done else None
    if digest == change.after:
        return
    new = stores.blobs.read(change.after)
    if digest == change.before:
        staged = atomic.stage(root, change.path, new, digest, stores)
        if staged is not None:
            atomic.exchange_staged(root, staged, stores)
        return
    with open_place(root, change.path) as place:
        if digest is None or place.stat().st_nlink < 2:
            raise _changed_since(change.path)
        fd = place.open(place.name, os.O_RDWR)
        try:  # a write in place that was cut short
            now = read_stable(fd, change.path)
            if not atomic.is_own_write(now, stores.blobs.read(change.before), new):
                raise _changed_since(change.path)
            stores.blobs.store(now)
            atomic.overwrite(fd, new)
        finally:
            close(fd)


def _changed_since(path: str) -> Conflict:
    return Conflict(f"'{path}' has been changed since by another program.", "Look at it.")


def _log(stores: Stores, entry: JournalEntry, recovered: RecoveredStep) -> None:
    """Add a finished step to the log, unless it got there before the crash."""
    if not entry.logged or any(one.id == entry.record.id for one in stores.log.steps()):
        return
    record = replace(entry.record, changes=tuple(recovered.done))
    if recovered.done or record.undoes or record.redoes:
        stores.log.append(record)


def _clear_temps(stores: Stores, root: str, record: StepRecord) -> None:
    """Remove what a step left unfinished beside its files: what it replaced, or began to write."""
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


def _void_unmade(stores: Stores, root: Path | str) -> None:
    """Revoke the last step in the log if it was recorded and never made.

    Who makes a single change locks the log meanwhile, so here nobody is at it any more.
    """
    with stores.log.locked():
        last = stores.log.last()
        if last is None or len(last.changes) != 1:
            return
        with suppress(OSError, NotekeepError):
            if _is_unmade(last, last.root or os.fspath(root)):
                stores.log.void(last.id)


def _is_unmade(step: StepRecord, place: str) -> bool:
    """Tell whether the only change of a step never happened.

    A note may also be as before because another program deleted it or put its old text back, which
    it did after the step was recorded: what the step wrote stays a version then.
    """
    (change,) = step.changes
    if change.kind == "edit":
        if digest_at(place, change.path) != change.before:
            return False
        with open_place(place, change.path) as file:
            return file.stat().st_ctime <= step.time
    if change.kind == "new":
        if path_exists(place, change.path):
            return False
        with open_place(place, change.path, follow=False) as file:
            return os.stat(file.folder).st_mtime <= step.time
    if change.kind == "seen" or not (change.to or step.root):
        return False
    return path_exists(place, change.path) and not path_exists(place, change.to)


def sweep_temps(
    stores: Stores,
    root: Path | str,
    temps: Iterable[str] | None = None,
    *,
    min_age: float = HOUR,
) -> list[SweptFile]:
    """Move the unfinished files that a crash left in the vault into history.

    `temps` are their vault paths, as a sweep reports them. Files changed less than `min_age`
    seconds ago are left: somebody may be at work. So is what cannot be read or removed.
    """
    if temps is None:
        temps = scan.sweep(root, {}).temps
    swept: list[SweptFile] = []
    for path in temps:
        with suppress(OSError, NotekeepError), open_place(root, path, follow=False) as place:
            found = place.stat()
            if abs(time.time() - max(found.st_mtime, found.st_ctime)) < min_age:
                continue
            data = place.read()
            digest = digest_of(data)
            known = not data or stores.blobs.has(digest)
            if not known:
                stores.blobs.store(data)
                stores.record_outside([(path, None, digest)])
            place.unlink(place.name)
            swept.append(SweptFile(path, digest, known))
    return swept


def check_displaced(stores: Stores, root: Path | str, min_age: float) -> list[str]:
    """Make conflict copies of what was written late into files that were replaced; list them."""
    copies: list[str] = []

    def store_late(path: str, old: Digest, data: bytes) -> None:
        path = path or _note_of(stores, old)
        digest = stores.blobs.store(data)
        if path:
            with suppress(OSError, NotekeepError), open_place(root, path) as place:
                copies.append(atomic.write_conflict_copy(place, data))
                return
        stores.record_outside([(path or f"late-{digest}", None, digest)])

    stores.displaced.check(min_age, store_late)
    return copies


def _note_of(stores: Stores, digest: Digest) -> str:
    """Find which note last held a content that a step replaced; "" when no step did."""
    for record in reversed(stores.log.steps()):
        for change in record.changes:
            if change.before == digest and not record.root:
                return change.to or change.path
    return ""
