"""What is about to happen to several files, on the disk before it does, so that it can be finished.

An entry is locked by the process that made it for as long as that lives; one that another process
can lock was left by a process that died. `recovery` finishes it.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from notekeep.storage import operation_log
from notekeep.storage.durability import AT_ONCE, close, read_all, sync_file, write_all
from notekeep.storage.private_files import make_folder, open_temp, try_lock, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.storage.operation_log import StepRecord

_FLAGS = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class JournalEntry:
    """One entry, locked by this process. Of one that is not `logged`, the log will say nothing."""

    def __init__(self, path: str, fd: int, record: StepRecord, root: str, *, logged: bool) -> None:
        self._path = path
        self._fd: int | None = fd
        self.record = record
        self.root = root
        self.logged = logged

    def finish(self) -> None:
        """Remove the entry: everything in it is done or undone."""
        if sys.platform == "win32":
            self.leave()  # what is open cannot be removed there
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        self.leave()

    def leave(self) -> None:
        """Unlock the entry without removing it: the next start takes care of it."""
        if self._fd is not None:
            close(self._fd)
            self._fd = None


class Journal:
    """The entries in a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def begin(self, record: StepRecord, root: str, *, logged: bool) -> JournalEntry:
        """Write an entry; when this returns, it is on the disk."""
        make_folder(self.folder)
        data = {
            "format": operation_log.LOG_FORMAT,
            "root": root,
            "logged": logged,
            "step": operation_log.record_to_json(record),
        }
        path = os.path.join(self.folder, f"{record.id}.json")
        write = _write_then_lock if sys.platform == "win32" else _write_locked
        fd = write(path, json.dumps(data).encode())
        return JournalEntry(path, fd, record, root, logged=logged)

    def lock_abandoned(self) -> Iterator[JournalEntry]:
        """Lock the entries whose makers are gone, oldest first; not those of a newer format."""
        for name in self._names():
            entry = self._lock(os.path.join(self.folder, name))
            if entry is not None:
                yield entry

    def records(self) -> list[StepRecord]:
        """Read all entries, of whichever process, without locking them."""
        found: list[StepRecord] = []
        for name in self._names():
            with suppress(OSError), open(os.path.join(self.folder, name), "rb") as file:
                parsed = _parse(file.read())
                found += [parsed[0]] if parsed else []
        return found

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(".json"))
        except FileNotFoundError:
            return []

    def _lock(self, path: str) -> JournalEntry | None:
        try:
            fd = os.open(path, _FLAGS)
        except FileNotFoundError:
            return None
        entry = None
        try:
            if try_lock(fd) and os.path.exists(path):
                parsed = _parse(read_all(fd, os.fstat(fd).st_size))
                if parsed:
                    entry = JournalEntry(path, fd, parsed[0], parsed[1], logged=parsed[2])
        finally:
            if entry is None:
                close(fd)
        return entry


def _write_locked(path: str, data: bytes) -> int:
    """Write an entry that is locked before it has its name; gives it, open."""
    fd, temp = open_temp(os.path.dirname(path))
    try:
        try_lock(fd)
        write_all(fd, data)
        sync_file(fd)
        os.rename(temp, path)
        AT_ONCE.sync_folder_at(os.path.dirname(path))
    except BaseException:
        close(fd)
        with suppress(OSError):
            os.unlink(temp)
        raise
    return fd


def _write_then_lock(path: str, data: bytes) -> int:
    """Do the same on Windows, which renames nothing that is open: it is locked a moment later."""
    write_file(path, data)
    fd = os.open(path, _FLAGS)
    try_lock(fd)
    return fd


def _parse(data: bytes) -> tuple[StepRecord, str, bool] | None:
    """Read an entry as step, root, and whether it is logged; None for one of a newer format."""
    try:
        fields = json.loads(data)
        if fields["format"] != operation_log.LOG_FORMAT:
            return None
        record = operation_log.record_from_json(fields["step"])
        return (record, str(fields["root"]), bool(fields["logged"])) if record else None
    except (ValueError, KeyError, TypeError):
        return None
