"""Folder held open; no link leads out."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from notekeep.errors import Refused
from notekeep.storage import file_names
from notekeep.storage.content import READ_FLAGS, Digest, digest_of, read_stable
from notekeep.storage.durability import close, sync_folder
from notekeep.storage.renames import FolderEntry, remove_entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from notekeep.storage.durability import Flush


# A place in a vault, held open: what is done there cannot be led out of the vault meanwhile.
#
# A path is checked at one moment and used at another; in between, somebody may put a link in the
# place of a folder. So the way is walked part by part from the vault, no part of it may be a
# link, and everything that follows is done by names relative to the folder that was opened.
# Windows has no such calls; there the checked path is used.


_DIR_FD = os.open in os.supports_dir_fd
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


_MAYBE_LINK = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
"""How systems say that what was to be opened as a folder is a link."""


class NameTaken(Refused):
    """A new file cannot have this name: it, or a twin of it in case or accents, is there."""


class OpenPlace:
    """A name in an open folder below a root.

    Attributes:
        path: The path below the root with links followed, "/"-separated.
        shown: The path as the person knows it, for errors.
        folder: The folder on disk.
        fd: The folder, opened; None on Windows.
        name: The name in it.
        made: The folders that were made on the way, relative to the root, outermost first.
    """

    __slots__ = ("fd", "folder", "made", "name", "path", "shown")

    def __init__(
        self, root: str, parts: Sequence[str], shown: str, made: list[str], fd: int | None
    ) -> None:
        self.path = "/".join(parts)
        self.shown = shown
        self.folder = os.path.join(root, *parts[:-1])
        self.name = parts[-1]
        self.made = made
        self.fd = fd

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self.fd is not None:
            close(self.fd)
            self.fd = None

    def entry(self, name: str = "") -> FolderEntry:
        """Give a name in the folder in the form that renames take."""
        return FolderEntry(self.fd, self.folder, name or self.name)

    def beside(self, name: str) -> str:
        """Give the path below the root of another name in the folder."""
        above = self.shown.replace(os.sep, "/").rpartition("/")[0]
        return f"{above}/{name}" if above else name

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open a file of the folder; a link of that name is an error."""
        where, at = self._at(name)
        flags |= NO_FOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        return os.open(where, flags, mode, **at)

    def stat(self, name: str = "") -> os.stat_result:
        """Look at a name of the folder, at a link itself."""
        where, at = self._at(name or self.name)
        return os.stat(where, follow_symlinks=False, **at)

    def unlink(self, name: str) -> None:
        """Remove a file of the folder; that it is gone already is no error."""
        remove_entry(self.entry(name))

    def names(self) -> list[str]:
        """List the folder."""
        return os.listdir(self.folder if self.fd is None else self.fd)

    def sync(self) -> None:
        """Wait until the names in the folder are on the disk."""
        sync_folder(self.fd)

    def _at(self, name: str) -> tuple[str, dict[str, Any]]:
        if self.fd is None:
            return os.path.join(self.folder, name), {}
        return name, {"dir_fd": self.fd}


def open_place(
    root: Path | str,
    path: Path | str,
    *,
    follow: bool = True,
    make: bool = False,
    flush: Flush | None = None,
) -> OpenPlace:
    """Open the folder a path lies in.

    Args:
        root: The folder that must not be left: a vault or a site.
        path: Relative to the root, or absolute and inside it.
        follow: Whether a path that is itself a link stands for what it leads to.
        make: Whether missing folders are made, under names that travel.
        flush: When given, folders that are made are on the disk only after its next wait.

    Raises:
        Refused: The path leads out of the root, or is the root.
        NameTaken: A folder to be made has a twin in case or accents.
        OSError: A folder is missing or cannot be opened.
    """
    base = _real(os.fspath(root))
    given = os.fspath(path)
    inside = file_names.vault_path(root, given) if os.path.isabs(given) else given
    parts = file_names.split_path(inside)
    if not parts:
        raise Refused(f"'{given}' is a folder.", "Give the path of a file.")
    made: list[str] = []
    walk = _walk if _DIR_FD else _walk_by_path
    try:
        fd = _straight(base, parts, made, follow=follow, make=make, flush=flush)
        if fd is None:
            parts = _followed(base, parts, inside, follow=follow)
            fd = walk(base, parts[:-1], made, make=make, flush=flush)
    except BaseException:
        remove_empty_folders(base, made)
        raise
    return OpenPlace(base, parts, inside, made, fd)


_own_real: set[str] = set()
"""Roots without a link on the way to them, which is asked once: whatever is done below one is done
from the folder that is opened, and stays there if its way becomes another."""


def _real(root: str) -> str:
    """Return where a root lies, links followed."""
    if root in _own_real:
        return root
    real = os.path.realpath(root)
    if real == root:
        _own_real.add(root)
    return real


def _straight(
    base: str,
    parts: Sequence[str],
    made: list[str],
    *,
    follow: bool,
    make: bool,
    flush: Flush | None,
) -> int | None:
    """Open the folder of a path with no link in it, as nearly all are; None where one may be.

    That it has none shows while its folders are opened, so that nothing has to be followed before.
    """
    if not _DIR_FD:
        return None
    try:
        fd = _walk(base, parts[:-1], made, make=make, flush=flush)
    except OSError as error:
        if error.errno in _MAYBE_LINK:
            return None
        raise
    if follow and _is_link(fd, parts[-1]):
        close(fd)
        return None
    return fd


def _is_link(fd: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _followed(base: str, parts: list[str], inside: str, *, follow: bool) -> list[str]:
    """Return the parts of a path with its links followed.

    Raises:
        Refused: They lead out of the root, or to it.
    """
    base = os.path.realpath(base)
    spelt = os.path.join(base, *parts)
    if follow:
        real = os.path.realpath(spelt)
    else:
        real = os.path.join(os.path.realpath(os.path.dirname(spelt)), parts[-1])
    if not file_names.is_within(real, base) or real == base:
        raise file_names.outside(inside)
    return real[len(base) :].strip(os.sep).split(os.sep)


def remove_empty_folders(root: Path | str, made: list[str]) -> None:
    """Remove folders that were made for a file which is not there, as long as they are empty."""
    for folder in reversed(made):
        with suppress(OSError):
            os.rmdir(os.path.join(os.fspath(root), *folder.split("/")))


def _walk(
    base: str, parts: Sequence[str], made: list[str], *, make: bool, flush: Flush | None
) -> int:
    """Open one folder after the other, none of them through a link."""
    fd = os.open(base, _FOLDER_FLAGS)
    try:
        for depth, part in enumerate(parts):
            try:
                below = os.open(part, _FOLDER_FLAGS | NO_FOLLOW, dir_fd=fd)
            except FileNotFoundError:
                if not make:
                    raise
                known = _Names.of(fd)
                if not known.is_free(part):
                    _check_new_folder(os.listdir(fd), part)
                with suppress(FileExistsError):
                    os.mkdir(part, 0o777, dir_fd=fd)
                    made.append("/".join(parts[: depth + 1]))
                    known.add(fd, part)
                if flush is None:
                    sync_folder(fd)
                else:
                    flush.later(fd)
                below = os.open(part, _FOLDER_FLAGS | NO_FOLLOW, dir_fd=fd)
            close(fd)
            fd = below
    except BaseException:
        close(fd)
        raise
    return fd


def _walk_by_path(
    base: str, parts: Sequence[str], made: list[str], *, make: bool, flush: Flush | None
) -> int | None:
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
    return None


class _Names:
    """The names of a folder, as systems compare them that know no case.

    A folder in which hundreds are made is listed once and not for each: as long as it looks as it
    did after the last one was made, nobody else has changed it.
    """

    _last: ClassVar[_Names | None] = None

    def __init__(self, fd: int) -> None:
        self._stamp = _stamp(fd)
        self._keys = {file_names.name_key(name) for name in os.listdir(fd)}

    @classmethod
    def of(cls, fd: int) -> _Names:
        """Return the names of an open folder."""
        known = cls._last
        if known is None or not known.is_of(fd):
            known = cls._last = cls(fd)
        return known

    def is_of(self, fd: int) -> bool:
        """Whether these are the names of an open folder, and nothing was changed there since."""
        return self._stamp == _stamp(fd)

    def is_free(self, name: str) -> bool:
        """Whether a name travels, and neither it nor a twin of it is there."""
        return (
            not file_names.portability_problem(name) and file_names.name_key(name) not in self._keys
        )

    def add(self, fd: int, name: str) -> None:
        """Note that a name was made."""
        before, now = self._stamp, _stamp(fd)
        self._keys.add(file_names.name_key(name))
        # Where somebody else made a folder at the same time, all are listed again.
        self._stamp = now if now.links == before.links + 1 else before


class _Stamp(NamedTuple):
    """What a folder looks like: another when a name in it was made, removed or changed."""

    device: int
    inode: int
    links: int
    modified_ns: int
    changed_ns: int


def _stamp(fd: int) -> _Stamp:
    found = os.fstat(fd)
    return _Stamp(found.st_dev, found.st_ino, found.st_nlink, found.st_mtime_ns, found.st_ctime_ns)


def _check_new_folder(names: Sequence[str], part: str) -> None:
    """Refuse a folder that would not travel, or would be one with another on another system."""
    file_names.check_portable(part)
    for twin in file_names.twins(names, part):
        if twin != part:
            raise NameTaken(
                f"The folder '{part}' cannot be made: it is there as '{twin}', which is the same"
                " name on Windows and macOS.",
                f"Use '{twin}'.",
            )


# What is at a path of a vault now: the questions that undoing and recovering ask.


def content_at(root: Path | str, path: str) -> tuple[bytes, Digest] | None:
    """Read what a file holds, links followed.

    Returns:
        Its content and digest; None when nothing is there.

    Raises:
        NotekeepError: It is no file, lies outside the root, or keeps changing.
        OSError: It cannot be read.
    """
    try:
        with open_place(root, path) as place:
            fd = place.open(place.name, READ_FLAGS)
            try:
                data = read_stable(fd, path)
            finally:
                close(fd)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return data, digest_of(data)


def digest_at(root: Path | str, path: str) -> Digest | None:
    """Name what a file holds; None when nothing is there. Raises as `content_at` does."""
    found = content_at(root, path)
    return found[1] if found else None


def path_exists(root: Path | str, path: str) -> bool:
    """Tell whether a path has anything, a dead link too; "" has nothing.

    Raises:
        Refused: The path lies outside the root.
        OSError: It cannot be looked at.
    """
    if not path:
        return False
    try:
        with open_place(root, path, follow=False) as place:
            place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
