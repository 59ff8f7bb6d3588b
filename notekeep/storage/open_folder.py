"""Open folders of a vault, so that a link cannot redirect a write out of the vault.

Another program may replace a folder with a link after its path was checked. So folders are opened
one after the other from the root, links are rejected, and all calls use names relative to the open
folder. Windows has no such calls, so the checked path is used there.
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
from notekeep.storage.durability import FLUSH_NOW, Flush, StrPath, close, closed_after
from notekeep.storage.renames import FolderEntry, remove_entry

_DIR_FD = os.open in os.supports_dir_fd
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NameExists(Refused):
    """The name of a new file, or a twin of it, already exists."""


class OpenPlace(NamedTuple):
    """A name in an open folder below a root."""

    path: str  # below the root, with links followed
    shown: str  # as requested, for errors
    folder: str
    name: str
    new_folders: list[str]  # below the root, outermost first
    fd: int | None  # of the folder; None on Windows

    def entry(self, name: str = "") -> FolderEntry:
        """Return a name in the folder, for the functions of `renames`."""
        return FolderEntry(self.fd, self.folder, name or self.name)

    def sibling_path(self, name: str) -> str:
        """Return the path of another name in the folder, relative to the root."""
        above = self.shown.replace(os.sep, "/").rpartition("/")[0]
        return f"{above}/{name}" if above else name

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open a file in the folder, but not a link; return its descriptor."""
        where, at = self.entry(name).at
        return os.open(where, flags | _NO_FOLLOW | getattr(os, "O_BINARY", 0), mode, **at)

    def read(self, name: str = "") -> bytes:
        """Read a file in the folder; see `read_stable`."""
        with closed_after(self.open(name or self.name, READ_FLAGS)) as fd:
            return read_stable(fd, self.shown)

    def stat(self, name: str = "") -> os.stat_result:
        """Return the `stat` of a name in the folder, without following links."""
        where, at = self.entry(name).at
        return os.stat(where, follow_symlinks=False, **at)

    def unlink(self, name: str) -> None:
        """Remove a file in the folder, if it exists."""
        remove_entry(self.entry(name))

    def names(self) -> list[str]:
        """List the names in the folder."""
        return os.listdir(self.folder if self.fd is None else self.fd)


@contextmanager
def open_place(
    root: StrPath,
    path: StrPath,
    *,
    follow: bool = True,
    make: bool = False,
    flush: Flush = FLUSH_NOW,
) -> Iterator[OpenPlace]:
    """Open the folder of a path until the end of the `with` block.

    The path is relative to the root, or absolute and inside it. With `follow`, a link is resolved.
    With `make`, missing folders are created if their names are portable, and removed again after an
    error in the block.
    """
    base = os.path.realpath(root)
    given = os.fspath(path)
    inside = file_names.vault_path(root, given) if os.path.isabs(given) else given
    parts = file_names.split_path(inside)
    if not parts:
        raise Refused(f"'{given}' is a folder.", "Use the path of a file.")
    parts = _follow_links(base, parts, inside, follow=follow)
    new_folders: list[str] = []
    fd = None
    try:
        walk = _walk if _DIR_FD else _walk_by_path
        fd = walk(base, parts[:-1], new_folders, make=make, flush=flush)
        folder = os.path.join(base, *parts[:-1])
        yield OpenPlace("/".join(parts), inside, folder, parts[-1], new_folders, fd)
    except BaseException:
        remove_empty_folders(base, new_folders)
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


def _walk(
    base: str, parts: Sequence[str], new_folders: list[str], *, make: bool, flush: Flush
) -> int:
    fd = os.open(base, _FOLDER_FLAGS)
    try:
        for depth, part in enumerate(parts):
            try:
                below = os.open(part, _FOLDER_FLAGS | _NO_FOLLOW, dir_fd=fd)
            except FileNotFoundError:
                if not make:
                    raise
                if _make_folder(fd, part):
                    new_folders.append("/".join(parts[: depth + 1]))
                flush.sync_folder(fd)
                below = os.open(part, _FOLDER_FLAGS | _NO_FOLLOW, dir_fd=fd)
            close(fd)
            fd = below
    except BaseException:
        close(fd)
        raise
    return fd


def _walk_by_path(
    base: str, parts: Sequence[str], new_folders: list[str], *, make: bool, flush: Flush
) -> None:
    """Create missing folders on a system without calls relative to a folder."""
    del flush
    place = base
    for depth, part in enumerate(parts):
        above, place = place, os.path.join(place, part)
        if make and not os.path.isdir(place):
            _check_new_folder(os.listdir(above), part)
            with suppress(FileExistsError):
                os.mkdir(place)
                new_folders.append("/".join(parts[: depth + 1]))


# An export may create thousands of folders in one folder. Listing it each time would be slow, so
# its names are cached until its stamp changes.
_listed: tuple[tuple[int, ...], set[str]] = (), set()


def _make_folder(fd: int, name: str) -> bool:
    """Create a folder in an open one; return False if another program has just created it."""
    global _listed  # noqa: PLW0603 - a cache for the whole process
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
    if now[2] == stamp[2] + 1:  # no other program created a folder
        keys.add(key)
        _listed = now, keys
    return True


def _stamp(fd: int) -> tuple[int, ...]:
    found = os.fstat(fd)
    return found.st_dev, found.st_ino, found.st_nlink, found.st_mtime_ns, found.st_ctime_ns


def _check_new_folder(names: Sequence[str], part: str) -> None:
    file_names.check_portable(part)
    for twin in file_names.find_twins(names, part):
        if twin != part:
            raise NameExists(
                f"Cannot create the folder '{part}': '{twin}' exists, which is the same"
                " name on Windows and macOS.",
                f"Use '{twin}'.",
            )


def remove_empty_folders(root: StrPath, new_folders: Sequence[str]) -> None:
    """Remove the new folders if they are empty."""
    for folder in reversed(new_folders):
        with suppress(OSError):
            os.rmdir(os.path.join(os.fspath(root), *folder.split("/")))


def content_at(root: StrPath, path: str) -> bytes | None:
    """Return the content of a file, following links; None if it does not exist."""
    try:
        with open_place(root, path) as place:
            return place.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest_at(root: StrPath, path: str) -> Digest | None:
    """Return the digest of a file, following links; None if it does not exist."""
    try:
        with (
            open_place(root, path) as place,
            closed_after(place.open(place.name, READ_FLAGS)) as fd,
        ):
            return digest_stable(fd, place.shown)
    except (FileNotFoundError, NotADirectoryError):
        return None


def path_exists(root: StrPath, path: str) -> bool:
    """Whether a path exists, even as a broken link; False for ""."""
    if not path:
        return False
    try:
        with open_place(root, path, follow=False) as place:
            place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
