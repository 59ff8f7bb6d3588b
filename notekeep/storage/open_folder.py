"""A place in a vault, held open: what is done there cannot be led out of the vault meanwhile.

A path is checked at one moment and used at another; in between, somebody may put a link in the
place of a folder. So the way is walked part by part from the vault, no part of it may be a link,
and everything that follows is done by names relative to the folder that was opened. Windows has no
such calls; there the checked path is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate
from typing import NamedTuple

from notekeep.errors import Refused
from notekeep.storage import file_names
from notekeep.storage.content import READ_FLAGS, Digest, digest_stable, read_stable
from notekeep.storage.durability import AT_ONCE, Flush, StrPath, close, closed_after
from notekeep.storage.renames import FolderEntry, remove_entry

_DIR_FD = os.open in os.supports_dir_fd
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NameTaken(Refused):
    """A new file cannot have this name: it, or a twin of it in case or accents, is there."""


class OpenPlace(NamedTuple):
    """A name in an open folder below a root."""

    path: str  # below the root, with links followed
    shown: str  # as the person knows it, for errors
    folder: str
    name: str
    made: list[str]  # the folders made on the way, below the root, outermost first
    fd: int | None  # the folder, opened; None on Windows

    def entry(self, name: str = "") -> FolderEntry:
        """Give a name in the folder in the form that renames take."""
        return FolderEntry(self.fd, self.folder, name or self.name)

    def sibling_path(self, name: str) -> str:
        """Give the path below the root of another name in the folder."""
        above = self.shown.replace(os.sep, "/").rpartition("/")[0]
        return f"{above}/{name}" if above else name

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open a file of the folder; a link of that name is an error."""
        where, at = self.entry(name).at
        return os.open(where, flags | _NO_FOLLOW | getattr(os, "O_BINARY", 0), mode, **at)

    def read(self, name: str = "") -> bytes:
        """Read a file of the folder as it was at one moment."""
        with closed_after(self.open(name or self.name, READ_FLAGS)) as fd:
            return read_stable(fd, self.shown)

    def stat(self, name: str = "") -> os.stat_result:
        """Ask about a name of the folder; about a link itself."""
        where, at = self.entry(name).at
        return os.stat(where, follow_symlinks=False, **at)

    def unlink(self, name: str) -> None:
        """Remove a file of the folder; that it is gone already is no error."""
        remove_entry(self.entry(name))

    def names(self) -> list[str]:
        """List the folder."""
        return os.listdir(self.folder if self.fd is None else self.fd)


@contextmanager
def open_place(
    root: StrPath,
    path: StrPath,
    *,
    follow: bool = True,
    make: bool = False,
    flush: Flush = AT_ONCE,
) -> Iterator[OpenPlace]:
    """Open the folder a path lies in, until the end of the `with`.

    The path is relative to the root, or absolute and inside it. With `follow`, a link stands for
    what it leads to; with `make`, missing folders are made, under names that travel, and removed
    again where the `with` ends with an error.
    """
    base = os.path.realpath(root)
    given = os.fspath(path)
    inside = file_names.vault_path(os.fspath(root), given) if os.path.isabs(given) else given
    parts = file_names.split_path(inside)
    if not parts:
        raise Refused(f"'{given}' is a folder.", "Use the path of a file.")
    parts = _follow_links(base, parts, inside, follow=follow)
    made: list[str] = []
    fd = None
    try:
        fd = (_walk if _DIR_FD else _walk_by_path)(base, parts[:-1], made, make=make, flush=flush)
        folder = os.path.join(base, *parts[:-1])
        yield OpenPlace("/".join(parts), inside, folder, parts[-1], made, fd)
    except BaseException:
        remove_empty_folders(base, made)
        raise
    finally:
        if fd is not None:
            close(fd)


def _follow_links(base: str, parts: list[str], inside: str, *, follow: bool) -> list[str]:
    places = [*accumulate([base, *(parts if follow else parts[:-1])], os.path.join)]
    if not any(map(os.path.islink, places[1:])):
        return parts
    spelt = os.path.join(base, *parts)
    if follow:
        real = os.path.realpath(spelt)
    else:
        real = os.path.join(os.path.realpath(os.path.dirname(spelt)), parts[-1])
    if not file_names.is_within(real, base) or real == base:
        raise file_names.outside_error(inside)
    return real[len(base) :].strip(os.sep).split(os.sep)


def _walk(base: str, parts: Sequence[str], made: list[str], *, make: bool, flush: Flush) -> int:
    fd = os.open(base, _FOLDER_FLAGS)
    try:
        for depth, part in enumerate(parts):
            try:
                below = os.open(part, _FOLDER_FLAGS | _NO_FOLLOW, dir_fd=fd)
            except FileNotFoundError:
                if not make:
                    raise
                if _make_folder(fd, part):
                    made.append("/".join(parts[: depth + 1]))
                flush.sync_folder(fd)
                below = os.open(part, _FOLDER_FLAGS | _NO_FOLLOW, dir_fd=fd)
            close(fd)
            fd = below
    except BaseException:
        close(fd)
        raise
    return fd


def _walk_by_path(
    base: str, parts: Sequence[str], made: list[str], *, make: bool, flush: Flush
) -> None:
    """Make missing folders where the system has no calls relative to a folder."""
    del flush
    place = base
    for depth, part in enumerate(parts):
        above, place = place, os.path.join(place, part)
        if make and not os.path.isdir(place):
            _check_new_folder(os.listdir(above), part)
            with suppress(FileExistsError):
                os.mkdir(place)
                made.append("/".join(parts[: depth + 1]))


# An export makes a folder for each of thousands of posts in one folder. To list that for each would
# take longer than all else, so the names of the last one are remembered for as long as its stamp
# says that nobody else changed it.
_listed: tuple[tuple[int, ...], set[str]] = (), set()


def _make_folder(fd: int, name: str) -> bool:
    """Make a folder in an open one; False when another program just made it."""
    global _listed  # noqa: PLW0603 - the names of one folder for the whole process
    stamp = _stamp(fd)
    if _listed[0] != stamp:
        _listed = stamp, {file_names.name_key(one) for one in os.listdir(fd)}
    keys, key = _listed[1], file_names.name_key(name)
    if key in keys or file_names.portability_problem(name):
        _check_new_folder(os.listdir(fd), name)
    try:
        os.mkdir(name, 0o777, dir_fd=fd)
    except FileExistsError:
        return False
    now = _stamp(fd)
    if now[2] == stamp[2] + 1:  # else others made folders at the same time: all are listed again
        keys.add(key)
        _listed = now, keys
    return True


def _stamp(fd: int) -> tuple[int, ...]:
    """What a folder looks like: another when a name in it was made, removed or changed."""
    found = os.fstat(fd)
    return found.st_dev, found.st_ino, found.st_nlink, found.st_mtime_ns, found.st_ctime_ns


def _check_new_folder(names: Sequence[str], part: str) -> None:
    """Refuse a folder that would not travel, or would be one with another on another system."""
    file_names.check_portable(part)
    for twin in file_names.find_twins(names, part):
        if twin != part:
            raise NameTaken(
                f"Cannot create the folder '{part}': '{twin}' exists, which is the same"
                " name on Windows and macOS.",
                f"Use '{twin}'.",
            )


def remove_empty_folders(root: StrPath, made: Sequence[str]) -> None:
    """Remove folders that were made for a file which is not there, as long as they are empty."""
    for folder in reversed(made):
        with suppress(OSError):
            os.rmdir(os.path.join(os.fspath(root), *folder.split("/")))


def content_at(root: StrPath, path: str) -> bytes | None:
    """Read what a file holds now, links followed; None when nothing is there."""
    try:
        with open_place(root, path) as place:
            return place.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest_at(root: StrPath, path: str) -> Digest | None:
    """Name what a file holds now; None when nothing is there."""
    try:
        with (
            open_place(root, path) as place,
            closed_after(place.open(place.name, READ_FLAGS)) as fd,
        ):
            return digest_stable(fd, place.shown)
    except (FileNotFoundError, NotADirectoryError):
        return None


def path_exists(root: StrPath, path: str) -> bool:
    """Tell whether a path has anything, a dead link too; "" has nothing."""
    if not path:
        return False
    try:
        with open_place(root, path, follow=False) as place:
            place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
