"""The vault's trash: what was deleted, kept in `.trash/` under the path it had.

Obsidian uses the same folder, so what either deletes the other can bring back. A file's path in the
trash says where it was; nothing else has to be remembered.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.storage import file_names
from notekeep.storage.content import READ_FLAGS, read_stable
from notekeep.storage.durability import close
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import open_place
from notekeep.storage.operations import MAX_HELD_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from notekeep.storage.history import History
    from notekeep.storage.open_folder import OpenPlace

TRASH = ".trash"


class TrashedFile(NamedTuple):
    """A file in the trash.

    Attributes:
        path: Where it is, as a vault path.
        was: Where it was, as far as its path says: a number for a taken name may be in it.
        size: Its size in bytes.
        deleted: When it was put there, in seconds since 1970.
    """

    path: str
    was: str
    size: int
    deleted: float


def trash_path(root: Path | str, path: str, taken: Collection[str] = ()) -> str:
    """Choose where in the trash a file goes.

    Args:
        root: The vault.
        path: The file, as a vault path.
        taken: Paths in the trash that are taken although nothing is there yet.

    Returns:
        A vault path in the trash that nothing has, also in another case or with other accents.
    """
    wanted = f"{TRASH}/{'/'.join(file_names.split_path(path))}"
    free = file_names.free_path(root, wanted)
    number = 2
    while free in taken:
        stem, dot, suffix = wanted.rpartition(".")
        numbered = f"{stem} {number}{dot}{suffix}" if "/" not in suffix else f"{wanted} {number}"
        free, number = file_names.free_path(root, numbered), number + 1
    return free


def list_trash(root: Path | str) -> list[TrashedFile]:
    """List the files in the trash, the last deleted first."""
    found: list[TrashedFile] = []
    base = os.path.join(os.fspath(root), TRASH)
    for place in _files(base):
        with suppress(FileNotFoundError):
            looks = os.lstat(place)
            was = place[len(base) + 1 :].replace(os.sep, "/")
            found.append(TrashedFile(f"{TRASH}/{was}", was, looks.st_size, looks.st_ctime))
    return sorted(found, key=lambda one: (-one.deleted, one.path))


def restore_from_trash(root: Path | str, history: History, path: str, to: str | None = None) -> str:
    """Bring a file back from the trash, as a step that can be undone.

    Args:
        root: The vault.
        history: Where the step is noted, and where the file's old path is looked up.
        path: The file in the trash, as a vault path.
        to: Where it goes; where it was, when not given.

    Returns:
        Where it is, as a vault path.

    Raises:
        NotFound: It is not in the trash.
        NameTaken: Something else has its place.
    """
    if not path.startswith(f"{TRASH}/"):
        raise NotFound(f"'{path}' is not in the trash.", "`notekeep trash` lists what is.")
    target = to or original_path(history, path)
    with history.step("restore", f"restore {target}", root=root) as step:
        step.move(path, target, any_name=True)
    return target


def empty_trash(root: Path | str, history: History, *, older_than: float = 0.0) -> list[str]:
    """Remove what is in the trash for good; the last version of a note stays in history.

    Args:
        root: The vault.
        history: Where the last versions are kept.
        older_than: Only what was deleted more than so many seconds ago.

    Returns:
        The vault paths of what was removed.

    Raises:
        NotekeepError: A file, or its last version for history, could not be read, kept or removed;
            those before it are gone.
    """
    removed: list[str] = []
    for one in list_trash(root):
        if time.time() - one.deleted < older_than:
            continue
        with explain_errors(one.path, "removed"), open_place(root, one.path, follow=False) as place:
            if one.size <= MAX_HELD_BYTES and stat.S_ISREG(place.stat().st_mode):
                _keep_last(history, place, one.path)
            place.unlink(place.name)
        removed.append(one.path)
    _remove_folders(os.path.join(os.fspath(root), TRASH))
    return removed


def _keep_last(history: History, place: OpenPlace, path: str) -> None:
    """Keep what a file in the trash holds, as a version of the note that it was."""
    fd = place.open(place.name, READ_FLAGS)
    try:
        digest = history.keep(read_stable(fd, path))
    finally:
        close(fd)
    history.saw([(original_path(history, path), digest)])


def original_path(history: History, path: str) -> str:
    """Give where a file in the trash was, from the log, else from its path."""
    for record in reversed(history.records()):
        for change in reversed(record.changes):
            if change.to == path and not record.root:
                return change.path
    return path[len(TRASH) + 1 :]


def _files(base: str) -> Iterator[str]:
    """List all files below a folder, links included and none followed."""
    stack = [base]
    while stack:
        try:
            with os.scandir(stack.pop()) as listing:
                entries = list(listing)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
            elif not entry.name.startswith(file_names.TEMP_PREFIX):
                yield entry.path


def _remove_folders(base: str) -> None:
    """Remove the empty folders below one."""
    folders = [base]
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as listing:
            folders += [one.path for one in listing if one.is_dir(follow_symlinks=False)]
    for folder in reversed(folders[1:]):
        with suppress(OSError):
            os.rmdir(folder)
