"""What a start does after a crash: finishes steps that were cut short, and sweeps up.

Nothing here asks a person. A step in the journal was meant and checked, and both contents of each
file are in history: it is finished, file by file, wherever a file still is what it was. Unfinished
files are only removed when history holds what is in them: after a crash between an exchange and the
look at what came out, one may be all there is of another program's save.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage import scan
from notekeep.storage.atomic import (
    exchange_staged,
    is_own_write,
    move_file,
    overwrite,
    place_new_file,
    stage,
    stage_new_file,
)
from notekeep.storage.content import READ_FLAGS, digest_of, read_stable
from notekeep.storage.durability import close
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.filesystem import explain_os_error
from notekeep.storage.open_folder import digest_at, open_place, path_exists
from notekeep.storage.operations import remove_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from notekeep.storage.history import History
    from notekeep.storage.journal import JournalEntry
    from notekeep.storage.open_folder import OpenPlace
    from notekeep.storage.operation_log import ChangeRecord, StepRecord

HOUR = 3600.0


@dataclass(slots=True)
class RecoveredStep:
    """A step that a crash cut short.

    Attributes:
        record: The step.
        done: What of it is done now.
        left: Why a file was left as it is, by path.
    """

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
    digest: str
    known: bool


def recover(history: History, root: Path | str) -> list[RecoveredStep]:
    """Finish the steps whose makers are gone.

    Args:
        history: The journal and the contents.
        root: The vault; steps made elsewhere know where.

    Returns:
        What was finished, oldest first. A file that somebody else has changed since is left, and a
        step in a site that is not there waits until it is.

    Raises:
        NotekeepError: The journal could not be read, or the log not be added to.
    """
    found: list[RecoveredStep] = []
    for entry in history.journal.lock_abandoned():
        place = _place_of(entry, root)
        if not place:
            entry.leave()
            continue
        recovered = RecoveredStep(entry.record)
        for change in entry.record.changes:
            try:
                _finish(history, place, change, entry)
            except OSError as error:
                recovered.left[change.path] = explain_os_error(
                    error, change.path, "finished"
                ).message
            except NotekeepError as error:
                recovered.left[change.path] = error.message
            else:
                recovered.done.append(change)
        _log(history, entry, recovered)
        _clear_temps(history, place, entry.record)
        entry.finish()
        found.append(recovered)
    _void_unmade(history, root)
    return found


def _place_of(entry: JournalEntry, root: Path | str) -> str:
    """Give the folder in which a step goes on, also of a vault that moved; "" for a site away."""
    if os.path.isdir(entry.root):
        return entry.root
    return "" if entry.record.root else os.fspath(root)


def _void_unmade(history: History, root: Path | str) -> None:
    """Take the last step back out of the log if it was noted and never made.

    Whoever makes a single change holds the log meanwhile, so here nobody is at it any more.
    """
    with history.ledger.held():
        last = history.ledger.last()
        if last is None or len(last.changes) != 1:
            return
        with suppress(OSError, NotekeepError):
            if _is_unmade(last, last.root or os.fspath(root)):
                history.ledger.void(last.id)


def _is_unmade(step: StepRecord, place: str) -> bool:
    """Tell whether the only change of a step never happened.

    A note may also be as before because another program deleted it or put its old text back, which
    it did after the step was noted: what the step wrote stays a version then.

    Raises:
        NotekeepError: That cannot be told.
        OSError: That cannot be told.
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


def _log(history: History, entry: JournalEntry, recovered: RecoveredStep) -> None:
    """Add a finished step to the log, unless it got there before the crash."""
    from dataclasses import replace

    if not entry.logged or any(one.id == entry.record.id for one in history.records()):
        return
    record = replace(entry.record, changes=tuple(recovered.done))
    if recovered.done or record.undoes or record.redoes:
        history.ledger.append(record)


def _clear_temps(history: History, root: str, record: StepRecord) -> None:
    """Remove what a step left unfinished beside its files: what it replaced, or began to write."""
    folders: dict[str, list[str]] = {}
    for change in record.changes:
        digests = [digest for digest in (change.before, change.after) if digest]
        folders.setdefault(os.path.dirname(change.path), []).extend(digests)
    for folder, digests in folders.items():
        with suppress(OSError, NotekeepError):
            names = os.listdir(os.path.join(root, folder))
            for name in (name for name in names if name.startswith(TEMP_PREFIX)):
                with open_place(root, os.path.join(folder, name), follow=False) as place:
                    data = _content(place)
                    if any(history.blob(digest).startswith(data) for digest in digests):
                        place.unlink(name)


def _content(place: OpenPlace) -> bytes:
    fd = place.open(place.name, READ_FLAGS)
    try:
        return read_stable(fd, place.shown)
    finally:
        close(fd)


def _finish(history: History, root: str, change: ChangeRecord, entry: JournalEntry) -> None:
    if change.kind == "edit":
        _finish_edit(history, root, change, entry)
    elif change.kind == "new":
        digest = digest_at(root, change.path)
        if digest is None and change.after is not None:
            place_new_file(
                root, stage_new_file(root, change.path, history.blob(change.after), any_name=True)
            )
        elif digest != change.after:
            raise _left(change.path)
    elif change.kind in {"move", "trash"}:
        _finish_move(root, change, elsewhere=bool(entry.record.root))


def _finish_move(root: str, change: ChangeRecord, *, elsewhere: bool) -> None:
    here, there = (path_exists(root, path) for path in (change.path, change.to))
    if change.to:
        if here and not there:
            move_file(change.path, change.to, root=root, any_name=True)
        elif here or not there:
            raise _left(change.path)
    elif here and elsewhere:
        remove_file(root, change.path, change.before)
    elif here:
        raise Conflict(f"'{change.path}' was not deleted before the crash.", "Delete it.")


def _finish_edit(history: History, root: str, change: ChangeRecord, entry: JournalEntry) -> None:
    if change.before is None or change.after is None:
        return
    moved = {one.path: one.to for one in entry.record.changes if one.to}
    digest = digest_at(root, change.path)
    if digest is None and change.path in moved:
        digest = digest_at(root, moved[change.path])
        if digest == change.after:
            return
    if digest == change.after:
        return
    if digest == change.before:
        staged = stage(root, change.path, history.blob(change.after), digest, history)
        if staged is not None:
            exchange_staged(root, staged, history)
        return
    with open_place(root, change.path) as place:
        if digest is None or place.stat().st_nlink < 2:
            raise _left(change.path)
        fd = place.open(place.name, os.O_RDWR)
        try:
            now = read_stable(fd, change.path)
            old, new = history.blob(change.before), history.blob(change.after)
            if not is_own_write(now, old, new):
                raise _left(change.path)
            history.keep(now)
            overwrite(fd, new)
        finally:
            close(fd)


def _left(path: str) -> Conflict:
    return Conflict(f"'{path}' has been changed since by another program.", "Look at it.")


def sweep_temps(
    history: History,
    root: Path | str,
    temps: Iterable[str] | None = None,
    *,
    min_age: float = HOUR,
) -> list[SweptFile]:
    """Move the unfinished files that a crash left in the vault into history.

    Args:
        history: Where they go.
        root: The vault.
        temps: Their vault paths, as a sweep reports them; looked for when not given.
        min_age: Files changed less than so many seconds ago are left: somebody may be at work.

    Returns:
        What was swept. A file that cannot be read or removed stays for the next time.
    """
    if temps is None:
        temps = scan.sweep(root, {}).temps
    swept: list[SweptFile] = []
    for path in temps:
        with suppress(OSError, NotekeepError), open_place(root, path, follow=False) as place:
            found = place.stat()
            if abs(time.time() - max(found.st_mtime, found.st_ctime)) < min_age:
                continue
            data = _content(place)
            digest = digest_of(data)
            known = not data or history.blobs.has(digest)
            if not known:
                history.keep(data)
                history.saw([(path, digest)])
            place.unlink(place.name)
            swept.append(SweptFile(path, digest, known))
    return swept
