"""The kinds of change a step is made of, each in two halves: what can fail early, and the act."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from notekeep.errors import NotekeepError
from notekeep.files import paths
from notekeep.files.content import READ_FLAGS, digest_of, read_stable
from notekeep.files.durable import close
from notekeep.files.folder import Place, locate, unmake_folders
from notekeep.files.ledger import Change, Kind
from notekeep.files.look import digest_at, is_there
from notekeep.files.move import rename
from notekeep.files.newfile import (
    StagedNew,
    check_free,
    discard_new,
    place_new,
    stage_new,
)
from notekeep.files.staging import Staged, discard, stage, swap

if TYPE_CHECKING:
    from notekeep.files.durable import Flush
    from notekeep.files.history import History

KEPT_BYTES = 8 << 20
"""A file larger than this is not copied into history when it is new, moved or trashed."""


class Item(Protocol):
    """One change of a step.

    Attributes:
        path: The file, as the step was told.
        order: Where it comes in a step.
        action: What it does, as errors tell it: "saved".
        change: What it does, as the log tells it; complete once it is prepared.
        made: The folders that were made for it.
    """

    path: str
    order: ClassVar[int]
    action: str
    change: Change
    made: list[str]

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Check it and write what it needs beside the file; False when there is nothing to do."""

    def apply(self, root: str, flush: Flush | None) -> str | None:
        """Do it; gives the conflict copy of another program's save, if there is one."""

    def happened(self, root: str) -> bool:
        """Tell whether it is done although `apply` failed: while waiting for the disk, say.

        Raises:
            NotekeepError: That cannot be told.
            OSError: That cannot be told.
        """

    def discard(self, root: str) -> None:
        """Remove what was prepared."""


class New:
    """A new file."""

    order: ClassVar[int] = 0
    action = "made"

    def __init__(self, path: str, data: bytes, *, any_name: bool) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = Change("new", path)
        self._data = data
        self._any_name = any_name
        self._staged = StagedNew(path, "")

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Write it under a temporary name."""
        self._staged = stage_new(root, self.path, self._data, flush=flush, any_name=self._any_name)
        self.made = self._staged.made
        try:
            digest = digest_of(self._data)
            if len(self._data) <= KEPT_BYTES:
                history.keep(self._data, flush=flush)
        except BaseException:
            self.discard(root)
            raise
        self.change = Change("new", self._staged.path, None, digest)
        return True

    def apply(self, root: str, flush: Flush | None) -> None:
        """Give it its name."""
        place_new(root, self._staged, flush=flush)

    def happened(self, root: str) -> bool:
        """Tell whether it has its name."""
        return digest_at(root, self.change.path) == self.change.after

    def discard(self, root: str) -> None:
        """Remove it and the folders made for it."""
        if self._staged.temp:
            discard_new(root, self._staged)


class Edit:
    """A new content for a file."""

    order: ClassVar[int] = 1
    action = "saved"

    def __init__(self, path: str, data: bytes, expected: str | None, *, keep_ours: bool) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = Change("edit", path)
        self._data = data
        self._expected = expected
        self._keep_ours = keep_ours
        self._staged: Staged | None = None
        self._history: History | None = None

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Keep the old content and write the new one beside it."""
        self._history = history
        self._staged = stage(
            root,
            self.path,
            self._data,
            self._expected,
            history,
            keep_ours=self._keep_ours,
            flush=flush,
        )
        if self._staged is None:
            return False
        try:
            history.keep(self._data, flush=flush)
        except BaseException:
            self.discard(root)
            raise
        self.change = Change("edit", self._staged.path, self._staged.before, self._staged.after)
        return True

    def apply(self, root: str, flush: Flush | None) -> str | None:
        """Exchange the two."""
        return swap(root, self._staged, self._history, flush=flush) if self._staged else None

    def happened(self, root: str) -> bool:
        """Tell whether the new content is in place."""
        return digest_at(root, self.change.path) == self.change.after

    def discard(self, root: str) -> None:
        """Remove the new content."""
        if self._staged is not None:
            with suppress(OSError, NotekeepError):
                discard(root, self._staged)


class Move:
    """Another name for a file, in the vault or in its trash."""

    order: ClassVar[int]

    def __init__(self, kind: Kind, path: str, to: str, *, any_name: bool) -> None:
        self.path = path
        self.to = to
        self.made: list[str] = []
        self.change = Change(kind, path, to=to)
        self.order = 3 if kind == "trash" else 2  # type: ignore[misc]
        self.action = "deleted" if kind == "trash" else "moved"
        self._any_name = any_name

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Check both names, and keep the content of what goes to the trash."""
        if self.path == self.to:
            return False
        with locate(root, self.path, follow=False) as source:
            digest = _digest(source, history, flush, keep=self.change.kind == "trash")
            with locate(root, self.to, follow=False, make=True) as target:
                self.made = target.made
                try:
                    if not self._any_name:
                        paths.check_travels(target.name)
                    check_free(target, but=source.name if source.folder == target.folder else "")
                except BaseException:
                    unmake_folders(root, self.made)
                    raise
                after = None if self.change.kind == "trash" else digest
                self.change = Change(self.change.kind, source.path, digest, after, target.path)
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice that the file holds something else when its turn comes: an edit before it."""
        if digest is not None:
            after = None if self.change.kind == "trash" else digest
            self.change = replace(self.change, before=digest, after=after)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Rename it."""
        rename(self.path, self.to, root=root, flush=flush, any_name=self._any_name)

    def happened(self, root: str) -> bool:
        """Tell whether it has its new name only."""
        return is_there(root, self.change.to) and not is_there(root, self.change.path)

    def discard(self, root: str) -> None:
        """Remove the folders that were made for it."""
        unmake_folders(root, self.made)


class SystemTrash:
    """A file that goes to the trash of the system, from where the system brings it back."""

    order: ClassVar[int] = 3
    action = "deleted"

    def __init__(self, path: str) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = Change("trash", path)

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Keep its content: what the system's trash holds is out of our reach."""
        with locate(root, self.path, follow=False) as source:
            digest = _digest(source, history, flush, keep=True)
            self.change = Change("trash", source.path, digest)
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice of an edit before it."""
        if digest is not None:
            self.change = replace(self.change, before=digest)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Hand it to the system."""
        from send2trash import send2trash

        with locate(root, self.path, follow=False) as source:
            source.stat()
            send2trash(source.entry().path)
            if flush is None:
                source.sync()
            elif source.fd is not None:
                flush.later(source.fd)

    def happened(self, root: str) -> bool:
        """Tell whether it is gone."""
        return not is_there(root, self.change.path)

    def discard(self, root: str) -> None:
        """Nothing was prepared in the vault."""


def _digest(source: Place, history: History, flush: Flush | None, *, keep: bool) -> str | None:
    """Name the content of what is moved, and keep it on request.

    Returns:
        The digest; None for a link, a folder, and a file that is too large to be kept.
    """
    found = source.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > KEPT_BYTES:
        return None
    fd = source.open(source.name, READ_FLAGS)
    try:
        data = read_stable(fd, source.shown)
    finally:
        close(fd)
    return history.keep(data, flush=flush) if keep else digest_of(data)
