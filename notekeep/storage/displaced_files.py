"""Old files that were just replaced, kept a moment longer: somebody may still be writing into them.

An editor that opened a note before it was replaced writes into the old file and believes it saved.
So the old file is moved into history's folder rather than removed, and checked a little later, by
this process or the next: what has been written into it by then becomes a conflict copy. Where
history lies on another disk, the file is held open instead.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.storage.content import READ_FLAGS, Digest, digest_of, read_stable
from notekeep.storage.durability import close
from notekeep.storage.private_files import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.storage.open_folder import OpenPlace

_MOST_OPEN = 64


class OpenFile(NamedTuple):
    """An old file on another disk than history, held open."""

    fd: int
    digest: Digest  # what it held
    since: float  # when it was replaced, in seconds of the monotonic clock
    path: str  # the note it was


class DisplacedFiles:
    """The old files below a folder, named after what each held, the moment, and a random part."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._open: list[OpenFile] = []

    def add(self, place: OpenPlace, name: str, digest: Digest) -> None:
        """Move the old file of a note, now called `name`, out of the vault."""
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
                os.chmod(target, 0o600)  # whoever has it open goes on writing all the same

    def check(self, min_age: float, store_late: Callable[[str, Digest, bytes], None]) -> None:
        """Remove the old files that were replaced at least `min_age` seconds ago.

        `store_late` gets note ("" where it is not known), digest of the old content, and what was
        written late; the file stays when it raises.
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
                fd = os.open(path, READ_FLAGS)
                try:
                    is_checked = _is_checked(fd, digest, "", store_late)
                finally:
                    close(fd)
                if is_checked:
                    os.unlink(path)

    def forget(self, digests: set[Digest]) -> None:
        """Remove the files that held certain contents."""
        for name in self._names():
            if name.partition("-")[0] in digests:
                os.unlink(os.path.join(self.folder, name))

    def close(self) -> None:
        """Close the files that are held open, so that their disk can be removed."""
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
        if len(self._open) > _MOST_OPEN:
            self._close_unchanged()

    def _close_unchanged(self) -> None:
        """Close the files nobody has written into so far: descriptors are few."""
        for file in list(self._open):
            with suppress(OSError, NotekeepError):
                if digest_of(read_stable(file.fd, file.path)) == file.digest:
                    self._open.remove(file)
                    close(file.fd)


def _is_checked(
    fd: int, digest: Digest, path: str, store_late: Callable[[str, Digest, bytes], None]
) -> bool:
    """Store what was written late into an old file; False if that failed."""
    try:
        data = read_stable(fd, path)
        if digest_of(data) != digest:
            store_late(path, digest, data)
    except (OSError, NotekeepError):
        return False
    return True
