"""The log of finished steps, one line each, and the journal of unfinished steps.

A line contains paths and digests; the file contents are stored as blobs. The log is append-only:
later lines record whether a step was undone. Lines of an unknown kind are preserved, and a file in
a newer format is neither read nor changed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from notekeep.background import yield_to_ui
from notekeep.errors import Refused
from notekeep.locks import hold_lock_file, try_lock
from notekeep.storage.append import append_line
from notekeep.storage.content import Digest
from notekeep.storage.durability import (
    FLUSH_NOW,
    close,
    make_folder,
    open_temp,
    read_all,
    sync_file,
    write_all,
    write_file,
)

LOG_FORMAT = 1

_TAIL = 1 << 16  # longer than the line of a step with few changes

STAGING = "staging"
"""The verb of a journal entry for a step's staging folder."""

ChangeKind: TypeAlias = Literal["edit", "new", "move", "trash", "seen"]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """The change of one file in a step."""

    kind: ChangeKind  # `trash` is a deletion; `seen` is a version by another program
    path: str  # before the step, relative to its root
    before: str | None = None  # the digest; None for a new file, or if it was not read
    after: str | None = None  # the digest; None if it was not read
    to: str = ""  # the path after a move or in the trash; "" if it was removed from a site


REMOVED_PRIVATE_TEXT = ", which took out private text"
"""The end of the label of an export that needs a confirmation to be undone."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step in the log."""

    id: str  # sorts by time
    time: float  # in seconds since 1970
    verb: str  # one word: "edit", "tag", "rename", "undo"
    label: str  # the description that `undo` shows
    changes: tuple[ChangeRecord, ...]  # in the order of execution
    folders: tuple[str, ...] = ()  # new folders, outermost first
    root: str = ""  # the folder of its paths; "" for the vault
    undoes: str = ""  # the id of the step it undoes
    redoes: str = ""
    request: str = ""  # the id of an entry from a phone, so that it is not applied twice

    @property
    def is_outside(self) -> bool:
        """Whether it only records changes by other programs, which cannot be undone."""
        return bool(self.changes) and all(change.kind == "seen" for change in self.changes)

    @property
    def staging(self) -> str:
        """The folder in a site for its temporary files; "" for a step in the vault."""
        return f".notekeep-{self.id}" if self.root else ""


def make_step_id() -> str:
    """Return a new step id in hex: 48 bits of time in milliseconds and 40 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(5).hex()}"


def record_to_json(record: StepRecord) -> dict[str, Any]:
    """Convert a step to JSON data without empty fields."""
    data = _fields(record)
    data["changes"] = [_fields(change) for change in record.changes]
    return data


def _fields(record: StepRecord | ChangeRecord) -> dict[str, Any]:
    return {key: value for key in record.__slots__ if (value := getattr(record, key))}


def record_from_json(data: dict[str, Any]) -> StepRecord | None:
    """Convert JSON data to a step; return None if it is not a step in this format."""
    try:
        changes = tuple(ChangeRecord(**change) for change in data["changes"])
        known = {key: value for key, value in data.items() if key in StepRecord.__slots__}
        known["changes"] = changes
        known["folders"] = tuple(data.get("folders", ()))
        known.setdefault("label", "")
        return StepRecord(**known)
    except (KeyError, TypeError, AttributeError):
        return None


class OperationLog:
    """The log in a folder."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "log.jsonl")
        self.own: set[str] = set()  # the ids of steps that this process logged
        self._cache: tuple[tuple[int, int], list[StepRecord]] | None = None

    def check_format(self) -> None:
        """Raise Refused if a newer notekeep wrote the log."""
        with suppress(FileNotFoundError), open(self.path, "rb") as file:
            if int(_parse(file.readline()).get("format", LOG_FORMAT)) > LOG_FORMAT:
                raise Refused(
                    "The history of this vault was written by a newer notekeep.",
                    "Update notekeep on this machine. This version can still read your notes, but"
                    " not change them.",
                )

    def append(self, record: StepRecord) -> None:
        """Add a step; raise Refused if a newer notekeep wrote the log."""
        with self.locked():
            self.check_format()
            if not os.path.exists(self.path):
                first = json.dumps({"notekeep": "history", "format": LOG_FORMAT})
                write_file(self.path, f"{first}\n".encode())
            append_line(self.path, json.dumps(record_to_json(record)))
        self.own.add(record.id)

    def steps(self) -> list[StepRecord]:
        """Read all steps, oldest first; raise Refused if a newer notekeep wrote the log."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return []
        stamp = (found.st_size, found.st_ino)
        if self._cache is None or self._cache[0] != stamp:
            self.check_format()
            self._cache = None  # free the old list first
            records: list[StepRecord] = []
            void: set[str] = set()
            for line in self._lines():
                yield_to_ui()
                if "void" in line:  # version 0.1.0 logged steps before applying them
                    void.add(str(line["void"]))
                elif "changes" in line and (record := record_from_json(line)) is not None:
                    records.append(record)
            self._cache = (stamp, [record for record in records if record.id not in void])
        return list(self._cache[1])

    def count_damaged(self) -> int:
        """Count the unreadable lines; an empty file counts as one."""
        try:
            with open(self.path, "rb") as file:
                lines = [bool(_parse(line)) for line in file] or [False]
        except FileNotFoundError:
            return 0
        return lines.count(False)

    def last(self) -> StepRecord | None:
        """Read the last step; return None if its line is too long for a quick read."""
        try:
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, size - _TAIL))
                line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        except FileNotFoundError:
            return None
        data = _parse(line)
        return record_from_json(data) if "changes" in data else None

    def rewrite(self, change: Callable[[StepRecord], StepRecord | None]) -> None:
        """Replace each step with the result of `change`, or drop it for None; keep other lines."""
        if not os.path.exists(self.path):
            return
        with self.locked():
            lines: list[dict[str, Any]] = []
            for line in self._lines():
                record = record_from_json(line) if "changes" in line else None
                changed = change(record) if record is not None else None
                if record is None:
                    lines.append(line)
                elif changed is not None:
                    lines.append(record_to_json(changed))
            write_file(self.path, "".join(f"{json.dumps(line)}\n" for line in lines).encode())

    def locked(self) -> AbstractContextManager[None]:
        """Lock the log against other processes and threads; not reentrant."""
        return hold_lock_file(f"{self.path}.lock")

    def _lines(self) -> Iterator[dict[str, Any]]:
        with open(self.path, "rb") as file:  # line by line: parsed lines take ten times the memory
            yield from filter(None, map(_parse, file))


def _parse(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


class Version(NamedTuple):
    """A version of a note that notekeep wrote or read."""

    digest: Digest
    time: float  # when it was written, in seconds since 1970; for the oldest, when it was replaced
    verb: str  # of the step that wrote it; "" for the oldest, which predates the log
    label: str
    path: str  # the path of the note at that time


def list_versions(records: Sequence[StepRecord], path: str) -> list[Version]:
    """List the versions of a note, including earlier names, newest first, without repetitions."""
    found: list[Version] = []
    name = path
    for record in reversed(records):
        if record.root:
            continue
        for change in reversed(record.changes):
            if change.to == name:
                name = change.path
            if change.path == name:
                _add_versions(found, record, change)
    return found


def _add_versions(found: list[Version], record: StepRecord, change: ChangeRecord) -> None:
    if change.after is not None and change.kind != "move":
        version = Version(change.after, record.time, record.verb, record.label, change.path)
        if not found or found[-1].digest != change.after:
            found.append(version)
        elif not found[-1].verb:  # it was added as the "before" of the newer step
            found[-1] = version
    if change.before is not None and (not found or found[-1].digest != change.before):
        found.append(Version(change.before, record.time, "", "", change.path))


def list_past_paths(records: Sequence[StepRecord], path: str) -> set[str]:
    """Return all paths that a note has had, including those in the trash."""
    names = {path}
    for record in reversed(records):
        for change in reversed(record.changes):
            if not record.root and (change.to in names or change.path in names):
                names |= {change.path, change.to} - {""}
    return names


# The journal: changes are flushed to the journal before they are applied. An entry stays locked
# while its process runs; `recovery` finishes the entries that it can lock.

_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0)


class JournalEntry:
    """A journal entry. An entry with a descriptor is locked by this process."""

    def __init__(
        self, record: StepRecord, root: str, *, logged: bool, path: str = "", fd: int | None = None
    ) -> None:
        self._path = path
        self._fd = fd
        self.record = record
        self.root = root
        self.logged = logged

    def finish(self) -> None:
        """Remove the entry, because its changes are applied or undone."""
        if sys.platform == "win32":
            self.release()  # an open file cannot be removed there
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        self.release()

    def release(self) -> None:
        """Unlock the entry without removing it, so that the next start finishes it."""
        if self._fd is not None:
            close(self._fd)
            self._fd = None


class Journal:
    """The entries in a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def begin(self, record: StepRecord, root: str, *, logged: bool) -> JournalEntry:
        """Write an entry and flush it. A step that is not `logged` is not added to the log."""
        make_folder(self.folder)
        step = record_to_json(record)
        data = {"format": LOG_FORMAT, "root": root, "logged": logged, "step": step}
        path = os.path.join(self.folder, f"{record.id}.json")
        fd = _write_locked(path, json.dumps(data).encode())
        return JournalEntry(record, root, logged=logged, path=path, fd=fd)

    def lock_abandoned(self) -> Iterator[JournalEntry]:
        """Lock the entries of dead processes, oldest first, except those in a newer format."""
        for name in self._names():
            entry = self._lock(os.path.join(self.folder, name))
            if entry is not None:
                yield entry

    def records(self) -> list[StepRecord]:
        """Read the entries of all processes without locking them."""
        found: list[StepRecord] = []
        for name in self._names():
            with suppress(OSError), open(os.path.join(self.folder, name), "rb") as file:
                entry = _parse_entry(file.read())
                found += [entry.record] if entry else []
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
                entry = _parse_entry(read_all(fd, os.fstat(fd).st_size), path, fd)
        finally:
            if entry is None:
                close(fd)
        return entry


def _write_locked(path: str, data: bytes) -> int:
    """Write an entry, lock it before it gets its name, and return its descriptor."""
    if sys.platform == "win32":  # Windows cannot rename an open file, so lock it a moment later
        write_file(path, data)
        fd = os.open(path, _FLAGS)
        try_lock(fd)
        return fd
    fd, temp = open_temp(os.path.dirname(path))
    try:
        try_lock(fd)
        write_all(fd, data)
        sync_file(fd)
        os.rename(temp, path)
        FLUSH_NOW.sync_folder_at(os.path.dirname(path))
    except BaseException:
        close(fd)
        with suppress(OSError):
            os.unlink(temp)
        raise
    return fd


def _parse_entry(data: bytes, path: str = "", fd: int | None = None) -> JournalEntry | None:
    """Parse an entry; return None if it is in a newer format."""
    try:
        fields = json.loads(data)
        if fields["format"] != LOG_FORMAT:
            return None
        record = record_from_json(fields["step"])
        root, logged = str(fields["root"]), bool(fields["logged"])
        return JournalEntry(record, root, logged=logged, path=path, fd=fd) if record else None
    except (ValueError, KeyError, TypeError):
        return None
