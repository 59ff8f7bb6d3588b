"""New, Edit, Move, Trash, Remove: plain values with checks."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage import file_names
from notekeep.storage.atomic import (
    StagedEdit,
    StagedNewFile,
    check_name_free,
    discard,
    discard_new_file,
    exchange_staged,
    move_file,
    place_new_file,
    stage,
    stage_new_file,
)
from notekeep.storage.content import READ_FLAGS, digest_of, not_a_file, read_stable
from notekeep.storage.durability import close
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.open_folder import (
    OpenPlace,
    digest_at,
    open_place,
    path_exists,
    remove_empty_folders,
)
from notekeep.storage.operation_log import ChangeKind, ChangeRecord
from notekeep.storage.renames import rename_to_free

if TYPE_CHECKING:
    from notekeep.storage.content import Digest
    from notekeep.storage.durability import Flush
    from notekeep.storage.history import History


# The kinds of change a step is made of, each in two halves: what can fail early, and the act.


MAX_HELD_BYTES = 8 << 20
"""A file larger than this is not copied into history when it is new, moved or trashed."""


class Operation(Protocol):
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
    change: ChangeRecord
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
        self.change = ChangeRecord("new", path)
        self._data = data
        self._any_name = any_name
        self._staged = StagedNewFile(path, "")

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Write it under a temporary name."""
        self._staged = stage_new_file(
            root, self.path, self._data, flush=flush, any_name=self._any_name
        )
        self.made = self._staged.made
        try:
            digest = digest_of(self._data)
            if len(self._data) <= MAX_HELD_BYTES:
                history.keep(self._data, flush=flush)
        except BaseException:
            self.discard(root)
            raise
        self.change = ChangeRecord("new", self._staged.path, None, digest)
        return True

    def apply(self, root: str, flush: Flush | None) -> None:
        """Give it its name."""
        place_new_file(root, self._staged, flush=flush)

    def happened(self, root: str) -> bool:
        """Tell whether it has its name."""
        return digest_at(root, self.change.path) == self.change.after

    def discard(self, root: str) -> None:
        """Remove it and the folders made for it."""
        if self._staged.temp:
            discard_new_file(root, self._staged)


class Edit:
    """A new content for a file."""

    order: ClassVar[int] = 1
    action = "saved"

    def __init__(self, path: str, data: bytes, expected: str | None, *, keep_ours: bool) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = ChangeRecord("edit", path)
        self._data = data
        self._expected = expected
        self._keep_ours = keep_ours
        self._staged: StagedEdit | None = None
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
        self.change = ChangeRecord(
            "edit", self._staged.path, self._staged.before, self._staged.after
        )
        return True

    def apply(self, root: str, flush: Flush | None) -> str | None:
        """Exchange the two."""
        return (
            exchange_staged(root, self._staged, self._history, flush=flush)
            if self._staged
            else None
        )

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

    def __init__(self, kind: ChangeKind, path: str, to: str, *, any_name: bool) -> None:
        self.path = path
        self.to = to
        self.made: list[str] = []
        self.change = ChangeRecord(kind, path, to=to)
        self.order = 3 if kind == "trash" else 2  # type: ignore[misc]
        self.action = "deleted" if kind == "trash" else "moved"
        self._any_name = any_name

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Check both names, and keep the content of what goes to the trash."""
        if self.path == self.to:
            return False
        with open_place(root, self.path, follow=False) as source:
            digest = _digest(source, history, flush, keep=self.change.kind == "trash")
            with open_place(root, self.to, follow=False, make=True) as target:
                self.made = target.made
                try:
                    if not self._any_name:
                        file_names.check_portable(target.name)
                    check_name_free(
                        target, but=source.name if source.folder == target.folder else ""
                    )
                except BaseException:
                    remove_empty_folders(root, self.made)
                    raise
                after = None if self.change.kind == "trash" else digest
                self.change = ChangeRecord(
                    self.change.kind, source.path, digest, after, target.path
                )
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice that the file holds something else when its turn comes: an edit before it."""
        if digest is not None:
            after = None if self.change.kind == "trash" else digest
            self.change = replace(self.change, before=digest, after=after)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Rename it."""
        move_file(self.path, self.to, root=root, flush=flush, any_name=self._any_name)

    def happened(self, root: str) -> bool:
        """Tell whether it has its new name only."""
        return path_exists(root, self.change.to) and not path_exists(root, self.change.path)

    def discard(self, root: str) -> None:
        """Remove the folders that were made for it."""
        remove_empty_folders(root, self.made)


class SystemTrash:
    """A file that goes to the trash of the system, from where the system brings it back."""

    order: ClassVar[int] = 3
    action = "deleted"

    def __init__(self, path: str) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = ChangeRecord("trash", path)

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Keep its content: what the system's trash holds is out of our reach."""
        with open_place(root, self.path, follow=False) as source:
            digest = _digest(source, history, flush, keep=True)
            self.change = ChangeRecord("trash", source.path, digest)
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice of an edit before it."""
        if digest is not None:
            self.change = replace(self.change, before=digest)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Hand it to the system."""
        from send2trash import send2trash

        with open_place(root, self.path, follow=False) as source:
            source.stat()
            send2trash(source.entry().path)
            if flush is None:
                source.sync()
            elif source.fd is not None:
                flush.later(source.fd)

    def happened(self, root: str) -> bool:
        """Tell whether it is gone."""
        return not path_exists(root, self.change.path)

    def discard(self, root: str) -> None:
        """Nothing was prepared in the vault."""


def _digest(source: OpenPlace, history: History, flush: Flush | None, *, keep: bool) -> str | None:
    """Name the content of what is moved, and keep it on request.

    Returns:
        The digest; None for a link, a folder, and a file that is too large to be kept.
    """
    found = source.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_HELD_BYTES:
        return None
    fd = source.open(source.name, READ_FLAGS)
    try:
        data = read_stable(fd, source.shown)
    finally:
        close(fd)
    return history.keep(data, flush=flush) if keep else digest_of(data)


# A file that goes from a folder that is not the vault: a site has no trash, history is its
# trash.
#
# What a file held is kept in history before it goes, so undoing makes it again. It is looked at
# once more under another name, so that what another program saved at the last moment is put
# back.


class Removal:
    """A file that is removed; see `items.Item`."""

    order: ClassVar[int] = 3
    action = "removed"

    def __init__(self, path: str) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = ChangeRecord("trash", path)

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Keep what it holds, whatever its size: nothing else brings it back."""
        with open_place(root, self.path, follow=False) as place:
            data = _read(place, place.name)
            self.change = ChangeRecord("trash", place.path, history.keep(data, flush=flush))
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice of an edit before it."""
        if digest is not None:
            self.change = replace(self.change, before=digest)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Remove it."""
        remove_file(root, self.change.path, self.change.before, flush=flush)

    def happened(self, root: str) -> bool:
        """Tell whether it is gone."""
        return not path_exists(root, self.change.path)

    def discard(self, root: str) -> None:
        """Nothing was prepared beside it."""


def remove_file(root: str, path: str, digest: Digest | None, *, flush: Flush | None = None) -> None:
    """Remove a file that holds what is expected.

    Args:
        root: The folder that must not be left.
        path: The file.
        digest: What it holds, which history has.
        flush: When given, it is gone for good only after its next wait.

    Raises:
        Conflict: It holds something else; it is as it was.
        OSError: It could not be removed.
    """
    with open_place(root, path, follow=False) as place:
        aside = f"{TEMP_PREFIX}{os.urandom(6).hex()}"
        rename_to_free(place.entry(), place.entry(aside))
        if digest_of(_read(place, aside)) != digest:
            rename_to_free(place.entry(aside), place.entry())
            raise Conflict(
                f"'{path}' was changed by another program while it was removed.",
                "It is as it was. Look at it, then do it again.",
            )
        place.unlink(aside)
        if flush is None:
            place.sync()
        elif place.fd is not None:
            flush.later(place.fd)


def _read(place: OpenPlace, name: str) -> bytes:
    if not stat.S_ISREG(place.stat(name).st_mode):
        raise not_a_file(place.shown)
    fd = place.open(name, READ_FLAGS)
    try:
        return read_stable(fd, place.shown)
    finally:
        close(fd)
