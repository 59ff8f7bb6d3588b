"""The operations of a step, each in two phases: `prepare` can fail early, `apply` writes."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import ExitStack, suppress

from notekeep.errors import Conflict, NotekeepError, Refused
from notekeep.storage import atomic, durability, file_names
from notekeep.storage.content import READ_FLAGS, Digest, Source, digest_of, read_stable
from notekeep.storage.durability import FLUSH_NOW, Flush, close
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import digest_at, open_place, path_exists, remove_empty_folders
from notekeep.storage.operation_log import ChangeKind, ChangeRecord
from notekeep.storage.renames import rename_to_free
from notekeep.storage.stores import Stores

MAX_STORED_BYTES = 8 << 20
"""A larger file is not copied into history when it is created, moved or trashed."""

TRASH = ".trash"
"""The vault's trash, which Obsidian also uses. Files keep their paths in it."""

_ACTIONS = {"new": "made", "edit": "saved", "move": "moved", "trash": "deleted"}
"""The kinds of changes in the order of a step, each with its participle for error messages."""


class Operation:
    """One change of a step. `change` is its log record, which `prepare` completes."""

    def __init__(self, path: str, kind: ChangeKind = "trash", to: str = "") -> None:
        self.path = path
        self.change = ChangeRecord(kind, path, to=to)
        self.new_folders: list[str] = []
        self.is_last = False  # whether it is applied after all others
        self.staging = ""  # the folder for temporary files; "" for the folder of the file
        self._temp = ""  # the temporary file after `prepare`, if it needs one

    @property
    def order(self) -> int:
        """The position in a step."""
        return len(_ACTIONS) if self.is_last else list(_ACTIONS).index(self.change.kind)

    @property
    def action(self) -> str:
        """The participle for error messages."""
        return _ACTIONS[self.change.kind]

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Check it and write temporary files; return False if there is nothing to do."""
        raise NotImplementedError

    def apply(self, root: str, stores: Stores, flush: Flush) -> str | None:
        """Apply it; return the path of the conflict copy, if any."""
        raise NotImplementedError

    def is_applied(self, root: str) -> bool:
        """Whether the change is on disk; `apply` may have failed later, during the flush."""
        change = self.change
        with suppress(OSError, NotekeepError):
            if change.kind in {"new", "edit"}:
                return digest_at(root, change.path) == change.after
            is_there = not change.to or path_exists(root, change.to)
            return is_there and not path_exists(root, change.path)
        return False

    def discard(self, root: str) -> None:
        """Remove the temporary file and new folders."""
        with suppress(OSError, NotekeepError):
            if self._temp:
                with open_place(root, self.change.path, follow=False) as place:
                    place.unlink(self._temp)
        remove_empty_folders(root, self.new_folders)


class New(Operation):
    """A new file, unless its name or a twin exists.

    Its content is `data`, or a stream, which is not stored in history.
    """

    def __init__(
        self,
        path: str,
        data: bytes = b"",
        *,
        source: Source | None = None,
        any_name: bool = False,
    ) -> None:
        super().__init__(path, "new")
        self._data = data
        self._source = source
        self._any_name = any_name

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Write it to a temporary file; create missing folders."""
        if self._source is None and len(self._data) <= MAX_STORED_BYTES:
            stores.blobs.store(self._data, flush=flush)
        with open_place(root, self.path, follow=False, make=True, flush=flush) as place:
            atomic.check_new_name(place, any_name=self._any_name)
            if self._source is None:
                digest = digest_of(self._data)
                self._temp = atomic.write_temp(place, self._data, staging=self.staging, flush=flush)
            else:
                self._temp, digest = atomic.copy_temp(place, self._source, flush=flush)
            self.new_folders = place.new_folders
            self.change = ChangeRecord("new", place.path, None, digest)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Rename the temporary file; if that fails, remove it."""
        del stores
        with open_place(root, self.change.path, follow=False) as place:
            try:
                atomic.check_new_name(place, any_name=True)
                rename_to_free(place.entry(self._temp), place.entry())
            except BaseException as error:
                self.discard(root)
                if isinstance(error, FileExistsError):
                    raise atomic.name_exists_error(place, place.name) from None
                raise
            durability.reach_failpoint("swapped")
            flush.sync_folder(place.fd)
            durability.reach_failpoint("settled")


class Edit(Operation):
    """New content for an existing file, which keeps its links, mode, owner and attributes."""

    def __init__(
        self, path: str, data: bytes, expected: Digest | None, *, keep_ours: bool = True
    ) -> None:
        super().__init__(path, "edit")
        self._data = data
        self._expected = expected
        self._keep_ours = keep_ours
        self._before: Digest = ""

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Check the file, store both versions in history, and write a temporary file."""
        with ExitStack() as stack:
            try:
                place = stack.enter_context(open_place(root, self.path))
                fd = place.open(place.name, READ_FLAGS)
            except FileNotFoundError:
                raise self._reject(root, stores, atomic.DELETED) from None
            stack.callback(close, fd)
            old = read_stable(fd, place.shown)
            # Also check the mode, because root may write to any file.
            if not os.fstat(fd).st_mode & 0o222 or not os.access(place.entry().path, os.W_OK):
                raise Refused(
                    f"'{place.shown}' is read-only.",
                    "Make it writable first. notekeep does not change permissions.",
                )
            before, after = digest_of(old), digest_of(self._data)
            if before == after:
                return False
            if self._expected not in (None, before):
                what = "was changed by another program"
                raise self._reject(root, stores, what, like=fd)
            stores.blobs.store(old, flush=flush)
            durability.reach_failpoint("kept")
            self._before = before
            self.change = ChangeRecord("edit", place.path, before, after)
            stores.blobs.store(self._data, flush=flush)
            if os.fstat(fd).st_nlink == 1:
                self._temp = atomic.write_temp(
                    place, self._data, like=fd, staging=self.staging, flush=flush
                )
            return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> str | None:
        """Exchange the files; return the conflict copy of a save in between, if any."""
        # `prepare` followed links.
        with open_place(root, self.change.path, follow=False) as place:
            if not self._temp:  # the file has several hard links
                atomic.write_in_place(
                    place, self._before, self._data, stores, keep_ours=self._keep_ours
                )
                return None
            old, copy = atomic.exchange_checked(
                place, self._temp, self._before, keep_ours=self._keep_ours
            )
            durability.reach_failpoint("checked")
            try:
                flush.sync_folder(place.fd)
                durability.reach_failpoint("settled")
            finally:
                if old is not None and copy is None:
                    stores.displaced.add(place, old.name, self._before)
                    durability.reach_failpoint("done")
            return copy

    def _reject(self, root: str, stores: Stores, what: str, *, like: int | None = None) -> Conflict:
        """Return the error for a changed file; store our content as a conflict copy or version."""
        if not self._keep_ours:
            return atomic.outdated_error(self.path, what)
        with suppress(OSError), open_place(root, self.path) as place:
            copy = atomic.write_conflict_copy(place, self._data, like)
            return atomic.ours_is_copy_error(place.shown, what, copy)
        digest = stores.blobs.store(self._data)
        return Conflict(
            f"'{self.path}' {what}; your version is saved in history.",
            f"It is the version {digest}.",
        )


class Move(Operation):
    """A new path for a file, in the vault or in its trash."""

    def __init__(
        self, path: str, to: str, *, kind: ChangeKind = "move", any_name: bool = False
    ) -> None:
        super().__init__(path, kind, to)
        self.to = to
        self._any_name = any_name

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Check both paths, and store the content of a file to be trashed."""
        if self.path == self.to:
            return False
        kind = self.change.kind
        with open_place(root, self.path, follow=False) as source:
            digest = None  # for a link, a folder or a large file
            found = source.stat()
            if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_STORED_BYTES:
                data = source.read()
                digest = digest_of(data)
                if kind == "trash":
                    stores.blobs.store(data, flush=flush)
            with open_place(root, self.to, follow=False, make=True) as target:
                atomic.check_new_name(target, any_name=self._any_name, source=source)
                self.new_folders = target.new_folders
                after = None if kind == "trash" else digest
                self.change = ChangeRecord(kind, source.path, digest, after, target.path)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Move the file."""
        del stores
        atomic.move_file(self.path, self.to, root=root, flush=flush, any_name=self._any_name)


def move_to_trash(root: str, path: str, operations: Collection[Operation]) -> Move:
    """Return the operation that moves a file to a free path in the trash."""
    target = f"{TRASH}/{'/'.join(file_names.split_path(path))}"
    with explain_errors(path, "deleted"):
        target = file_names.free_path(root, target, [one.change.to for one in operations])
    return Move(path, target, kind="trash", any_name=True)


class Remove(Operation):
    """The removal of a file from a site. A site has no trash, so undo restores it from history."""

    def prepare(self, root: str, stores: Stores, flush: Flush) -> bool:
        """Store its content, whatever its size, because it is the only copy."""
        with open_place(root, self.path, follow=False) as place:
            digest = stores.blobs.store(place.read(), flush=flush)
            self.change = ChangeRecord("trash", place.path, digest)
        return True

    def apply(self, root: str, stores: Stores, flush: Flush) -> None:
        """Remove the file."""
        del stores
        remove_file(root, self.change.path, self.change.before, self.staging, flush=flush)


def remove_file(
    root: str, path: str, digest: Digest | None, staging: str = "", *, flush: Flush = FLUSH_NOW
) -> None:
    """Remove a file if it has the expected content."""
    # It is checked under a temporary name, so that a last-moment save can be restored.
    with open_place(root, path, follow=False) as place:
        temp = atomic.temp_name(place, staging)
        rename_to_free(place.entry(), place.entry(temp))
        if digest_of(place.read(temp)) != digest:
            rename_to_free(place.entry(temp), place.entry())
            raise Conflict(
                f"'{path}' was changed by another program during the removal.",
                "It was not removed. Check it, then try again.",
            )
        place.unlink(temp)
        flush.sync_folder(place.fd)
