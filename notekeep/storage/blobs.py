"""Contents by digest; pruning."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Failure, NotFound
from notekeep.storage.content import Digest, digest_of
from notekeep.storage.operation_log import list_past_paths
from notekeep.storage.private_files import make_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.storage.durability import Flush
    from notekeep.storage.history import History
    from notekeep.storage.operation_log import StepRecord


# Contents by their digest: every version of every note that notekeep has seen or written.
#
# A blob is a plain file named after what it holds, so it can be read without notekeep, is kept
# once however often it occurs, and tells by itself when it is damaged. Which blob was which note
# and when is in the log.


_HEX = frozenset("0123456789abcdef")


class Blob(NamedTuple):
    """A blob as it lies on disk: its digest, its size in bytes, when it was last kept (seconds)."""

    digest: Digest
    size: int
    kept: float


class Blobs:
    """The blobs below a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def keep(self, data: bytes, *, flush: Flush | None = None) -> Digest:
        """Keep a content; when this returns, it is on the disk.

        Args:
            data: The content.
            flush: When given, it is on the disk only after its next wait.

        Raises:
            OSError: It could not be kept.
        """
        digest = digest_of(data)
        path = self._path(digest)
        if self._is_whole(path, data):
            with suppress(OSError):
                os.utime(path)
            return digest
        make_folder(os.path.dirname(path), flush=flush)
        write_file(path, data, flush=flush)
        return digest

    def read(self, digest: Digest) -> bytes:
        """Give a content back.

        Raises:
            NotFound: It was never kept, or has been pruned or forgotten.
            Failure: It is damaged, or the system could not read it.
        """
        try:
            with open(self._path(digest), "rb") as file:
                data = file.read()
        except (FileNotFoundError, ValueError):
            raise NotFound(f"History does not hold the version {digest}.") from None
        except OSError as error:
            raise Failure(f"The version {digest} cannot be read from history: {error}.") from error
        if digest_of(data) != digest:
            raise Failure(
                f"The version {digest} in history is damaged.",
                f"What is left of it is in '{self._path(digest)}'. Check the disk.",
            )
        return data

    def has(self, digest: Digest) -> bool:
        """Tell whether a content is kept."""
        return os.path.exists(self._path(digest))

    def size(self, digest: Digest) -> int | None:
        """Tell how many bytes a content has; None when it is not kept."""
        try:
            return os.stat(self._path(digest)).st_size
        except FileNotFoundError:
            return None

    def kept(self, digest: Digest) -> float:
        """Tell when a content was last kept, in seconds since 1970; 0 when it is not there."""
        try:
            return os.stat(self._path(digest)).st_mtime
        except FileNotFoundError:
            return 0.0

    def remove(self, digest: Digest) -> int:
        """Remove a content.

        Returns:
            How many bytes it had.

        Raises:
            OSError: It is there and could not be removed.
        """
        path = self._path(digest)
        try:
            size = os.stat(path).st_size
            os.unlink(path)
        except FileNotFoundError:
            return 0
        return size

    def __iter__(self) -> Iterator[Blob]:
        try:
            shelves = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return
        for shelf in shelves:
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                os.scandir(os.path.join(self.folder, shelf)) as found,
            ):
                for entry in found:
                    if not entry.name.startswith("."):
                        stat = entry.stat()
                        yield Blob(shelf + entry.name, stat.st_size, stat.st_mtime)

    def _path(self, digest: Digest) -> str:
        """Give the file of a digest; anything else than a digest has none."""
        if len(digest) != 32 or not set(digest) <= _HEX:
            raise NotFound(f"'{digest}' is not the name of a version.")
        return os.path.join(self.folder, digest[:2], digest[2:])

    def _is_whole(self, path: str, data: bytes) -> bool:
        """Tell whether a content is there already, every byte: a power cut may leave a hollow."""
        try:
            if os.stat(path).st_size != len(data):
                return False
            with open(path, "rb") as file:
                return file.read() == data
        except OSError:
            return False


# Letting versions go: the old ones when there are too many, and all of one note when asked.
#
# Pruning thins, it does not cut off: of each day's versions of a note the last one stays, and
# the last version of every note stays for ever, because for a deleted note it is all there is.


DAYS = 90
"""Versions younger than so many days stay."""

BYTES = 500 << 20
"""As long as all versions together are not larger, all stay."""


MARK = "pruned"
"""The file whose time says when history was looked at last."""

_DAY = 86_400.0


def prune_daily(history: History, *, now: float | None = None, max_bytes: int = BYTES) -> int:
    """Prune unless that was done within a day: listing every version is not for every start.

    Args:
        history: The log and the contents.
        now: The time, in seconds since 1970.
        max_bytes: As for `prune`.

    Returns:
        How many bytes were freed.

    Raises:
        OSError: A version could not be removed.
    """
    moment = time.time() if now is None else now
    mark = os.path.join(history.folder, MARK)
    with suppress(FileNotFoundError):
        # Whichever way the clock was set: a mark from the future must not stop it for years.
        if abs(moment - os.stat(mark).st_mtime) < _DAY:
            return 0
    if not os.path.isdir(history.blobs.folder):
        return 0
    freed = prune_versions(history, now=now, max_bytes=max_bytes)
    write_file(mark, b"")
    os.utime(mark, (moment, moment))
    return freed


def prune_versions(
    history: History, *, now: float | None = None, days: int = DAYS, max_bytes: int = BYTES
) -> int:
    """Remove old versions, the oldest first, until history is small enough or no more may go.

    Args:
        history: The log and the contents.
        now: The time, in seconds since 1970.
        days: The age under which versions stay.
        max_bytes: The size of all versions up to which all stay.

    Returns:
        How many bytes were freed.

    Raises:
        OSError: A version could not be removed.
    """
    edge = (time.time() if now is None else now) - days * 86_400
    blobs = sorted(history.blobs, key=lambda blob: blob.kept)
    total = sum(blob.size for blob in blobs)
    if total <= max_bytes:
        return 0
    freed = 0
    with history.ledger.held():  # so that no step notes a version while it goes
        kept = _kept(history.records(), edge) | _pending(history)
        for blob in blobs:
            if total - freed <= max_bytes:
                break
            if blob.digest not in kept and history.blobs.kept(blob.digest) < edge:
                freed += history.blobs.remove(blob.digest)
    return freed


def _kept(records: list[StepRecord], edge: float) -> set[Digest]:
    """Give what must stay: what is young, the last of each day, and the last of each note."""
    kept: set[Digest] = set()
    last_of_day: dict[tuple[str, str], Digest] = {}
    last: dict[str, Digest] = {}
    for record in records:
        day = time.strftime("%Y-%m-%d", time.gmtime(record.time))
        for change in record.changes:
            path = f"{record.root}/{change.path}"
            digests = {change.before, change.after} - {None}
            if record.time >= edge:
                kept |= {digest for digest in digests if digest}
            if change.before is not None and last.get(path) != change.before:
                kept.add(change.before)  # another day's last, written by another program
            newest = change.after or change.before
            if newest is not None:
                last_of_day[path, day] = newest
                last[path] = newest
            if change.to:
                last[f"{record.root}/{change.to}"] = last.get(path, "")
    return kept | set(last_of_day.values()) | set(last.values())


def _pending(history: History) -> set[Digest]:
    """Give what a step in the journal still needs."""
    return {
        digest
        for record in history.journal.records()
        for change in record.changes
        for digest in (change.before, change.after)
        if digest
    }


def forget_versions(history: History, path: str) -> int:
    """Remove every version of a note from history, with its names and the labels of its steps.

    The note itself stays, as does what other notes share with it. Steps on it can no longer be
    undone.

    Args:
        history: The log and the contents.
        path: The note, as a vault path; the names it had before are forgotten as well.

    Returns:
        How many versions were removed.

    Raises:
        OSError: Something could not be removed.
    """
    names = list_past_paths(history.records(), path)
    dropped: set[Digest] = set()
    needed = _pending(history)

    def without(record: StepRecord) -> StepRecord | None:
        stays = []
        for change in record.changes:
            digests = {digest for digest in (change.before, change.after) if digest}
            if not record.root and (change.path in names or change.to in names):
                dropped.update(digests)
            else:
                needed.update(digests)
                stays.append(change)
        if len(stays) == len(record.changes):
            return record
        return replace(record, label=record.verb, changes=tuple(stays)) if stays else None

    history.ledger.rewrite(without)
    gone = dropped - needed
    for digest in gone:
        history.blobs.remove(digest)
    history.aside.forget(gone)
    return len(gone)
