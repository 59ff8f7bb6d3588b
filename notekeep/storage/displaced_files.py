"""Old files that were just replaced, kept a moment longer: somebody may still be writing into them.

An editor that opened a note before it was replaced writes into the old file and believes it saved.
So the old file is moved into history's folder rather than removed, and looked at again a little
later, by this process or the next: what has been written into it by then becomes a conflict copy.
Where history lies on another disk, the file is held open instead.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.storage.atomic import write_conflict_copy
from notekeep.storage.content import READ_FLAGS, Digest, digest_of, read_stable
from notekeep.storage.durability import close
from notekeep.storage.open_folder import OpenPlace, open_place
from notekeep.storage.private_files import make_folder

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.storage.history import History

_MOST_HELD = 64

SETTLE_SECONDS = 2.0
"""Seconds after which nobody writes into a file any more that has been replaced."""


@dataclass(slots=True)
class Held:
    """An old file on another disk than history, held open.

    Attributes:
        fd: The file.
        digest: What it held.
        since: When it was replaced, in seconds of the monotonic clock.
        path: The note it was; "" where only the log knows.
    """

    fd: int
    digest: Digest
    since: float
    path: str


class DisplacedFiles:
    """The old files put aside below a folder.

    Attributes:
        folder: Where they lie, each named after what it held, the moment, and something random.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._held: list[Held] = []

    def put(self, place: OpenPlace, name: str, digest: Digest) -> None:
        """Put an old file aside, whose content is in history already.

        Args:
            place: The note it was.
            name: Its name in the folder of the note.
            digest: What it held when it was replaced.
        """
        moment = time.time_ns() // 1_000_000
        target = os.path.join(self.folder, f"{digest}-{moment:012x}-{os.urandom(3).hex()}")
        try:
            make_folder(self.folder)
            if place.fd is None:
                os.rename(place.entry(name).path, target)
            else:
                os.rename(name, target, src_dir_fd=place.fd)
        except OSError:
            self._hold(place, name, digest)
        else:
            with suppress(OSError):
                os.chmod(target, 0o600)  # whoever has it open goes on writing all the same

    def settle(
        self, history: History, root: Path | str, min_age: float = SETTLE_SECONDS
    ) -> list[str]:
        """Look again at the files put aside, and let go of those nobody wrote into.

        Args:
            history: Which note a file was, and where late writes are kept.
            root: The vault.
            min_age: Files put aside less than so many seconds ago are left.

        Returns:
            The conflict copies made of what was written late, as paths below the root.
        """
        copies: list[str] = []
        for held in list(self._held):
            old_enough = time.monotonic() - held.since >= min_age
            if old_enough and _dealt_with(history, root, held, copies):
                self._held.remove(held)
                close(held.fd)
        now = time.time()
        for name in self._names():
            digest, moment, _ = name.split("-")
            if abs(now - int(moment, 16) / 1000) < min_age:
                continue
            file = os.path.join(self.folder, name)
            with suppress(OSError):
                fd = os.open(file, READ_FLAGS)
                try:
                    dealt_with = _dealt_with(history, root, Held(fd, digest, 0.0, ""), copies)
                finally:
                    close(fd)
                if dealt_with:
                    os.unlink(file)
        return copies

    def forget(self, digests: set[Digest]) -> None:
        """Remove the files that held certain contents."""
        for name in self._names():
            if name.partition("-")[0] in digests:
                os.unlink(os.path.join(self.folder, name))

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if name.count("-") == 2)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _hold(self, place: OpenPlace, name: str, digest: Digest) -> None:
        with suppress(OSError):
            fd = place.open(name, READ_FLAGS)
            place.unlink(name)
            self._held.append(Held(fd, digest, time.monotonic(), place.path))
        if len(self._held) > _MOST_HELD:
            self._let_go_unchanged()

    def close(self) -> None:
        """Let go of the files that are held open, so that their disk can be removed."""
        while self._held:
            close(self._held.pop().fd)

    def _let_go_unchanged(self) -> None:
        """Close the files nobody has written into so far: descriptors are few."""
        for held in list(self._held):
            with suppress(OSError, NotekeepError):
                if digest_of(read_stable(held.fd, held.path)) == held.digest:
                    self._held.remove(held)
                    close(held.fd)


def _dealt_with(history: History, root: Path | str, held: Held, copies: list[str]) -> bool:
    """Look whether an old file was written into, and keep what was; False if that failed."""
    try:
        data = read_stable(held.fd, held.path)
        if digest_of(data) != held.digest:
            copies += _keep_late(history, root, held.path or _note_of(history, held.digest), data)
    except (OSError, NotekeepError):
        return False
    return True


def _note_of(history: History, digest: Digest) -> str:
    """Find which note last held a content that a step replaced; "" when no step did."""
    for record in reversed(history.records()):
        for change in record.changes:
            if change.before == digest and not record.root:
                return change.to or change.path
    return ""


def _keep_late(history: History, root: Path | str, path: str, data: bytes) -> list[str]:
    """Keep what was written late: in history, and beside the note when it is known."""
    digest = history.keep(data)
    if path:
        with suppress(OSError, NotekeepError), open_place(root, path) as place:
            return [write_conflict_copy(place, data)]
    history.saw([(path or f"late-{digest}", digest)])
    return []
