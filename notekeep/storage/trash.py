"""The vault's trash: deleted files, in `.trash/` under their old path, as in Obsidian."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import NamedTuple

from notekeep.storage.durability import StrPath
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import open_place
from notekeep.storage.operations import MAX_STORED_BYTES, TRASH
from notekeep.storage.stores import Stores


class TrashedFile(NamedTuple):
    """A file in the trash."""

    path: str  # the vault path, in the trash
    old_path: str  # the old path, perhaps with a number added to the name
    size: int  # in bytes
    deleted: float  # in seconds since 1970


def list_trash(root: StrPath) -> list[TrashedFile]:
    """List the files in the trash, most recently deleted first."""
    found: list[TrashedFile] = []
    base = os.path.join(os.fspath(root), TRASH)
    for folder, folders, names in os.walk(base):
        files = [name for name in names if not name.startswith(TEMP_PREFIX)]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for place in (os.path.join(folder, name) for name in (*files, *links)):
            with suppress(FileNotFoundError):
                status = os.lstat(place)
                old_path = place[len(base) + 1 :].replace(os.sep, "/")
                found.append(
                    TrashedFile(f"{TRASH}/{old_path}", old_path, status.st_size, status.st_ctime)
                )
    return sorted(found, key=lambda one: (-one.deleted, one.path))


def empty_trash(root: StrPath, stores: Stores) -> list[str]:
    """Delete the files in the trash and return their paths; their versions stay in history."""
    removed: list[str] = []
    for one in list_trash(root):
        with explain_errors(one.path, "removed"), open_place(root, one.path, follow=False) as place:
            if one.size <= MAX_STORED_BYTES and stat.S_ISREG(place.stat().st_mode):
                digest = stores.blobs.store(place.read())
                stores.record_outside([(original_path(stores, one.path), None, digest)])
            place.unlink(place.name)
        removed.append(one.path)
    base = os.path.join(os.fspath(root), TRASH)
    for folder, _, _ in os.walk(base, topdown=False):
        with suppress(OSError):
            if folder != base:
                os.rmdir(folder)
    return removed


def original_path(stores: Stores, path: str) -> str:
    """Return the old path of a file in the trash, from the log or from its path."""
    for record in reversed(stores.log.steps()):
        for change in reversed(record.changes):
            if change.to == path and not record.root:
                return change.path
    return path[len(TRASH) + 1 :]
