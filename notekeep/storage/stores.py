"""The history of a vault on disk: blobs, log, journal, and recently replaced files.

It is outside the vault and never needed to read a note. A blob is one version of a file, stored as
a plain file with its digest as the name: it is readable without notekeep, stored only once, and
damage is detected. The log maps notes and times to blobs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from notekeep.errors import Failure, NotekeepError, NotFound
from notekeep.storage.content import READ_FLAGS, Digest, digest_of, read_stable
from notekeep.storage.durability import (
    FLUSH_NOW,
    Flush,
    StrPath,
    close,
    closed_after,
    make_folder,
    write_file,
)
from notekeep.storage.open_folder import OpenPlace
from notekeep.storage.operation_log import (
    ChangeRecord,
    Journal,
    OperationLog,
    StepRecord,
    make_step_id,
)

_HEX = frozenset("0123456789abcdef")


class Blob(NamedTuple):
    """A stored version of a file."""

    digest: Digest
    size: int  # in bytes
    stored: float  # when it was last stored, in seconds since 1970


class Blobs:
    """The blobs in a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def store(self, data: bytes, *, flush: Flush = FLUSH_NOW) -> Digest:
        """Store `data` and return its digest; raise OSError on failure."""
        digest = digest_of(data)
        path = self._path(digest)
        if _is_whole(path, data):
            with suppress(OSError):
                os.utime(path)
            return digest
        make_folder(os.path.dirname(path), flush=flush)
        write_file(path, data, flush=flush)
        return digest

    def read(self, digest: Digest) -> bytes:
        """Return the content of a blob; raise NotFound if it is missing, Failure if damaged."""
        try:
            with open(self._path(digest), "rb") as file:
                data = file.read()
        except (FileNotFoundError, ValueError):
            raise NotFound(f"The version {digest} is not in history.") from None
        except OSError as error:
            raise Failure(f"Cannot read the version {digest} from history: {error}.") from error
        if digest_of(data) != digest:
            raise Failure(
                f"The version {digest} in history is damaged.",
                f"The rest of it is in '{self._path(digest)}'. Check the disk.",
            )
        return data

    def has(self, digest: Digest) -> bool:
        """Whether a blob exists."""
        return self.find(digest) is not None

    def find(self, digest: Digest) -> Blob | None:
        """Return a blob, or None if it does not exist."""
        try:
            found = os.stat(self._path(digest))
        except FileNotFoundError:
            return None
        return Blob(digest, found.st_size, found.st_mtime)

    def remove(self, digest: Digest) -> None:
        """Remove a blob, if it exists."""
        with suppress(FileNotFoundError):
            os.unlink(self._path(digest))

    def __iter__(self) -> Iterator[Blob]:
        try:
            folders = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return
        for folder in folders:
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                os.scandir(os.path.join(self.folder, folder)) as found,
            ):
                for entry in found:
                    if not entry.name.startswith("."):
                        stat = entry.stat()
                        yield Blob(folder + entry.name, stat.st_size, stat.st_mtime)

    def _path(self, digest: Digest) -> str:
        if len(digest) != 32 or not set(digest) <= _HEX:
            raise NotFound(f"'{digest}' is not the name of a version.")
        return os.path.join(self.folder, digest[:2], digest[2:])


def _is_whole(path: str, data: bytes) -> bool:
    """Whether a blob exists and is complete: a power cut may leave a file of zeros."""
    try:
        if os.stat(path).st_size != len(data):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except OSError:
        return False


# Recently replaced files: an editor that opened a note before a save may still write to the old
# file. So the old file is moved to the history folder and checked later, by this process or the
# next; late writes become a conflict copy. If history is on another disk, the file is kept open
# instead.

_MAX_OPEN = 64  # a process may open only a few hundred files


class OpenFile(NamedTuple):
    """A replaced file on a different disk than history."""

    fd: int
    digest: Digest  # of its content when it was replaced
    since: float  # when it was replaced, in seconds of the monotonic clock
    path: str  # of the note


class DisplacedFiles:
    """The replaced files, in a folder; a name contains digest, time and a random part."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._open: list[OpenFile] = []

    def add(self, place: OpenPlace, name: str, digest: Digest) -> None:
        """Move the old file of a note, now named `name`, out of the vault."""
        moment = time.time_ns() // 1_000_000
        target = os.path.join(self.folder, f"{digest}-{moment:012x}-{os.urandom(3).hex()}")
        try:
            make_folder(self.folder)
            if place.fd is None:
                os.rename(place.entry(name).path, target)
            else:
                os.rename(name, target, src_dir_fd=place.fd)
        except OSError:
            self._hold_open(place, name, digest)
        else:
            with suppress(OSError):
                os.chmod(target, 0o600)  # an open descriptor can still write

    def check(self, min_age: float, store_late: Callable[[str, Digest, bytes], None]) -> None:
        """Check and remove the files that were replaced at least `min_age` seconds ago.

        `store_late` is called for late writes with the note's path ("" if unknown), the digest of
        the old content, and the new content. If it raises, the file stays.
        """
        for file in list(self._open):
            is_old = time.monotonic() - file.since >= min_age
            if is_old and _is_checked(file.fd, file.digest, file.path, store_late):
                self._open.remove(file)
                close(file.fd)
        now = time.time()
        for name in self._names():
            digest, moment, _ = name.split("-")
            if abs(now - int(moment, 16) / 1000) < min_age:
                continue
            path = os.path.join(self.folder, name)
            with suppress(OSError):
                with closed_after(os.open(path, READ_FLAGS)) as fd:
                    is_checked = _is_checked(fd, digest, "", store_late)
                if is_checked:
                    os.unlink(path)

    def forget(self, digests: set[Digest]) -> None:
        """Remove the files that had one of these contents."""
        for name in self._names():
            if name.partition("-")[0] in digests:
                os.unlink(os.path.join(self.folder, name))

    def close(self) -> None:
        """Close the open files, so that their disk can be unmounted."""
        while self._open:
            close(self._open.pop().fd)

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if name.count("-") == 2)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _hold_open(self, place: OpenPlace, name: str, digest: Digest) -> None:
        with suppress(OSError):
            fd = place.open(name, READ_FLAGS)
            place.unlink(name)
            self._open.append(OpenFile(fd, digest, time.monotonic(), place.path))
        if len(self._open) <= _MAX_OPEN:
            return
        for file in list(self._open):  # close the files without a late write
            with suppress(OSError, NotekeepError):
                if digest_of(read_stable(file.fd, file.path)) == file.digest:
                    self._open.remove(file)
                    close(file.fd)


def _is_checked(
    fd: int, digest: Digest, path: str, store_late: Callable[[str, Digest, bytes], None]
) -> bool:
    try:
        data = read_stable(fd, path)
        if digest_of(data) != digest:
            store_late(path, digest, data)
    except (OSError, NotekeepError):
        return False
    return True


class Stores:
    """The parts of a history that a save writes to."""

    def __init__(self, folder: StrPath) -> None:
        self.folder = os.fspath(folder)
        self.blobs = Blobs(os.path.join(self.folder, "blobs"))
        self.log = OperationLog(self.folder)
        self.journal = Journal(os.path.join(self.folder, "journal"))
        self.displaced = DisplacedFiles(os.path.join(self.folder, "aside"))

    def record_outside(self, changes: Sequence[tuple[str, Digest | None, Digest]]) -> None:
        """Log versions by other programs, each as path, previous digest (or None) and digest."""
        records = tuple(ChangeRecord("seen", *change) for change in changes)
        if records:
            self.log.append(StepRecord(make_step_id(), time.time(), "seen", "", records))
