"""The changes a step is made of, each in two halves: what can fail early, and the act."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage import atomic, file_names, open_folder
from notekeep.storage.content import Digest, digest_of
from notekeep.storage.durability import AT_ONCE, Flush
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import OpenPlace, open_place
from notekeep.storage.operation_log import ChangeKind, ChangeRecord
from notekeep.storage.renames import rename_to_free

if TYPE_CHECKING:
    from collections.abc import Collection

    from notekeep.storage.stores import Stores

MAX_STORED_BYTES = 8 << 20
"""A file larger than this is not copied into history when it is new, moved or trashed."""

TRASH = ".trash"
"""The vault's trash, which Obsidian uses as well. A file's path in it says where it was."""

_ACTIONS = {"new": "made", "edit": "saved", "move": "moved", "trash": "deleted"}
"""What each kind of change does, as errors say it, in the order in which a step does them."""


class Operation:
    """One change of a step.

    `change` is what it does, for the log, complete once it is prepared; `made` are the folders that
    were made for it.
    """

    def __init__(self, path: str, kind: ChangeKind = "trash", to: str = "") -> None:
        self.path = path
        self.change = ChangeRecord(kind, path, to=to)
        self.made: list[str] = []

    @property
    def order(self) -> int:
        """Return when it comes in a step."""
        return list(_ACTIONS).index(self.change.kind)

    @property
    def action(self) -> str:
        """Return what it does, as errors say it."""
        return _ACTIONS[self.change.kind]

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Check it and write what it needs beside the file; False when there is nothing to do."""
        raise NotImplementedError

    def apply(self, root: str, stores: Stores, flush: Flush) -> str | None:
        """Do it; gives the conflict copy of another program's save, if there is one."""
        raise NotImplementedError

    def is_applied(self, root: str) -> bool:
        """Ask the disk whether it is done, perhaps although `apply` failed while it was flushed."""
        change = self.change
        if change.kind in {"new", "edit"}:
            return open_folder.digest_at(root, change.path) == change.after
        is_there = not change.to or open_folder.path_exists(root, change.to)
        return is_there and not open_folder.path_exists(root, change.path)

    def discard(self, root: str) -> None:
        """Remove what was prepared."""
        open_folder.remove_empty_folders(root, self.made)


class New(Operation):
    """A new file."""

    def __init__(self, path: str, data: bytes, *, any_name: bool = False) -> None:
        super().__init__(path, "new")
        self._data = data
        self._any_name = any_name
        self._staged: atomic.StagedNewFile | None = None

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Write it under a temporary name."""
        self._staged = atomic.stage_new_file(
            root, self.path, self._data, flush=flush, any_name=self._any_name
        )
        self.made = self._staged.made
        self.change = ChangeRecord("new", self._staged.path, None, digest_of(self._data))
        try:
            if len(self._data) <= MAX_STORED_BYTES:
                stores.blobs.store(self._data, flush=flush)
        except BaseException:
            self.discard(root)
            raise
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Give it its name."""
        del stores
        if self._staged is not None:
            atomic.place_new_file(root, self._staged, flush=flush)

    def discard(self, root: str) -> None:
        """Remove it and the folders made for it."""
        if self._staged is not None:
            atomic.discard_new_file(root, self._staged)


class Edit(Operation):
    """A new content for a file."""

    def __init__(
        self, path: str, data: bytes, expected: Digest | None, *, keep_ours: bool = True
    ) -> None:
        super().__init__(path, "edit")
        self._data = data
        self._expected = expected
        self._keep_ours = keep_ours
        self._staged: atomic.StagedEdit | None = None

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Store the old content and write the new one beside it."""
        self._staged = atomic.stage(
            root,
            self.path,
            self._data,
            self._expected,
            stores,
            keep_ours=self._keep_ours,
            flush=flush,
        )
        if self._staged is None:
            return False
        try:
            stores.blobs.store(self._data, flush=flush)
        except BaseException:
            self.discard(root)
            raise
        staged = self._staged
        self.change = ChangeRecord("edit", staged.path, staged.before, staged.after)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> str | None:
        """Exchange the two."""
        return (
            atomic.exchange_staged(root, self._staged, stores, flush=flush)
            if self._staged
            else None
        )

    def discard(self, root: str) -> None:
        """Remove the new content."""
        if self._staged is not None:
            with suppress(OSError, NotekeepError):
                atomic.discard_staged(root, self._staged)


class Move(Operation):
    """Another name for a file, in the vault or in its trash."""

    def __init__(
        self, path: str, to: str, *, kind: ChangeKind = "move", any_name: bool = False
    ) -> None:
        super().__init__(path, kind, to)
        self.to = to
        self._any_name = any_name

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Check both names, and store the content of what goes to the trash."""
        if self.path == self.to:
            return False
        kind = self.change.kind
        with open_place(root, self.path, follow=False) as source:
            digest = _store_small(source, stores if kind == "trash" else None, flush)
            with open_place(root, self.to, follow=False, make=True) as target:
                self.made = target.made
                try:
                    atomic.check_new_name(target, any_name=self._any_name, source=source)
                except BaseException:
                    self.discard(root)
                    raise
                after = None if kind == "trash" else digest
                self.change = ChangeRecord(kind, source.path, digest, after, target.path)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Rename it."""
        del stores
        atomic.move_file(self.path, self.to, root=root, flush=flush, any_name=self._any_name)


def move_to_trash(root: str, path: str, operations: Collection[Operation]) -> Move:
    """Make the move of a file to a path of the trash that neither the disk nor the step takes."""
    taken = {operation.change.to for operation in operations}
    wanted = f"{TRASH}/{'/'.join(file_names.split_path(path))}"
    with explain_errors(path, "deleted"):
        free = file_names.free_path(root, wanted)
        number = 2
        while free in taken:
            stem, dot, suffix = wanted.rpartition(".")
            numbered = f"{stem} {number}{dot}{suffix}"
            if "/" in suffix:
                numbered = f"{wanted} {number}"
            free, number = file_names.free_path(root, numbered), number + 1
    return Move(path, free, kind="trash", any_name=True)


class SystemTrash(Operation):
    """A file that goes to the trash of the system, from where the system brings it back."""

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Store its content: what the system's trash holds is out of our reach."""
        with open_place(root, self.path, follow=False) as source:
            self.change = ChangeRecord("trash", source.path, _store_small(source, stores, flush))
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Hand it to the system."""
        from send2trash import send2trash

        del stores
        with open_place(root, self.path, follow=False) as source:
            source.stat()
            send2trash(source.entry().path)
            flush.sync_folder(source.fd)


class Remove(Operation):
    """A file that goes from a site, which has no trash: undoing makes it again from history."""

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Store what it holds, whatever its size: nothing else brings it back."""
        with open_place(root, self.path, follow=False) as place:
            digest = stores.blobs.store(place.read(), flush=flush)
            self.change = ChangeRecord("trash", place.path, digest)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Remove it."""
        del stores
        remove_file(root, self.change.path, self.change.before, flush=flush)


def remove_file(root: str, path: str, digest: Digest | None, *, flush: Flush = AT_ONCE) -> None:
    """Remove a file that holds what is expected.

    It is checked under another name, so that what another program saved at the last moment is put
    back.
    """
    with open_place(root, path, follow=False) as place:
        temp = f"{file_names.TEMP_PREFIX}{os.urandom(6).hex()}"
        rename_to_free(place.entry(), place.entry(temp))
        if digest_of(place.read(temp)) != digest:
            rename_to_free(place.entry(temp), place.entry())
            raise Conflict(
                f"'{path}' was changed by another program while it was removed.",
                "It is as it was. Look at it, then do it again.",
            )
        place.unlink(temp)
        flush.sync_folder(place.fd)


def _store_small(source: OpenPlace, stores: Stores | None, flush: Flush) -> Digest | None:
    """Name and store the content of what is moved; None for a link, a folder, a large file."""
    found = source.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_STORED_BYTES:
        return None
    data = source.read()
    return stores.blobs.store(data, flush=flush) if stores is not None else digest_of(data)
