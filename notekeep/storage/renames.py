"""Safe renames on each system: exchange two files, or rename without overwriting.

An ordinary rename may overwrite a save by another program. An exchange preserves the old file, so
that it can be checked. Python has functions for neither, so the system calls are made through
ctypes; `UnsupportedRename` is raised if the system or file system does not support them. Where
possible, names are relative to open folders, so that replacing a folder with a link has no effect.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, TypeVar

_LINUX_NOREPLACE, _LINUX_EXCHANGE = 1, 2  # linux/fs.h
_DARWIN_SWAP, _DARWIN_EXCL = 2, 4  # sys/stdio.h
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})

# A virus scanner, an indexer or OneDrive has the file open.
_WINDOWS_BUSY = frozenset({5, 32, 33})
_WINDOWS_HALF_DONE = 1177  # ERROR_UNABLE_TO_MOVE_REPLACEMENT_2: only the old file was moved
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.0, 1.0)

_Result = TypeVar("_Result")


class UnsupportedRename(Exception):
    """The system or file system does not support this kind of rename; nothing was changed."""


class FolderEntry(NamedTuple):
    """A name in a folder."""

    fd: int | None  # of the open folder; None on Windows
    folder: str  # its path
    name: str

    @property
    def path(self) -> str:
        """The absolute path."""
        return os.path.join(self.folder, self.name)

    @property
    def at(self) -> tuple[str, dict[str, Any]]:
        """The arguments for functions of `os`: relative to the open folder, or the path."""
        return (self.path, {}) if self.fd is None else (self.name, {"dir_fd": self.fd})


def exchange(new: FolderEntry, old: FolderEntry) -> FolderEntry:
    """Exchange a new file with an old one; return the new entry of the old file."""
    if sys.platform == "win32":
        return retry_when_busy(lambda: _replace_with_backup(new, old))
    _rename_at(new, old, _DARWIN_SWAP if sys.platform == "darwin" else _LINUX_EXCHANGE)
    return new


def rename_new(source: FolderEntry, target: FolderEntry) -> None:
    """Rename a file atomically; raise FileExistsError if the new name exists."""
    if sys.platform == "win32":
        retry_when_busy(lambda: os.rename(source.path, target.path))  # it never overwrites here
        return
    _rename_at(source, target, _DARWIN_EXCL if sys.platform == "darwin" else _LINUX_NOREPLACE)


def rename_to_free(source: FolderEntry, target: FolderEntry) -> None:
    """Rename a file to an unused name, in the safest way that the file system supports."""
    try:
        rename_new(source, target)
    except UnsupportedRename:
        try:
            _link(source, target)  # it never overwrites
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without links (exFAT): reserve the name with an empty file first.
            where, at = target.at
            os.close(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, **at))
            rename_over(source, target)
        else:
            remove_entry(source)


def _link(source: FolderEntry, target: FolderEntry) -> None:
    if source.fd is None or target.fd is None:
        os.link(source.path, target.path)
    else:
        folders = {"src_dir_fd": source.fd, "dst_dir_fd": target.fd}
        os.link(source.name, target.name, **folders, follow_symlinks=False)


def remove_entry(entry: FolderEntry) -> None:
    """Remove a name, if it exists."""
    where, at = entry.at
    with suppress(FileNotFoundError):
        retry_when_busy(lambda: os.unlink(where, **at))


def rename_over(source: FolderEntry, target: FolderEntry) -> None:
    """Rename a file and overwrite the target, as a last resort and for notekeep's own files."""
    if source.fd is None or target.fd is None:
        retry_when_busy(lambda: os.replace(source.path, target.path))
    else:
        os.rename(source.name, target.name, src_dir_fd=source.fd, dst_dir_fd=target.fd)


def retry_when_busy(action: Callable[[], _Result]) -> _Result:
    """Run an action; on Windows, retry for four seconds while another program uses the file."""
    for pause in _PAUSES:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in _WINDOWS_BUSY:
                raise
        time.sleep(pause)
    return action()


def _rename_at(source: FolderEntry, target: FolderEntry, flag: int) -> None:
    call = _renamer()
    if call is None:
        raise UnsupportedRename
    while True:
        number = call(source, target, flag)
        if not number:
            return
        if number in _UNSUPPORTED:
            raise UnsupportedRename
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number), source.path, None, target.path)


@cache
def _renamer() -> Callable[[FolderEntry, FolderEntry, int], int] | None:
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    name = "renameatx_np" if sys.platform == "darwin" else "renameat2"
    try:
        function = getattr(library, name)
    except AttributeError:
        return None
    folder_and_name = (ctypes.c_int, ctypes.c_char_p)
    function.argtypes = (*folder_and_name, *folder_and_name, ctypes.c_uint)
    function.restype = ctypes.c_int

    def call(source: FolderEntry, target: FolderEntry, flag: int) -> int:
        old, new = os.fsencode(source.name), os.fsencode(target.name)
        failed = function(source.fd, old, target.fd, new, flag)
        return ctypes.get_errno() if failed else 0

    return call


def _replace_with_backup(new: FolderEntry, old: FolderEntry) -> FolderEntry:
    """Exchange with ReplaceFileW, which keeps access lists, streams and creation time."""
    import ctypes

    backup = old._replace(name=f"{new.name}-old")
    number = _replace_file(old.path, new.path, backup.path)
    if not number:
        return backup
    if number == _WINDOWS_HALF_DONE:  # the old file is the backup
        os.rename(backup.path, old.path)
    raise ctypes.WinError(number)  # type: ignore[attr-defined,unused-ignore]


def _replace_file(old: str, new: str, backup: str) -> int:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    names = [ctypes.c_wchar_p(name) for name in (old, new, backup)]
    done = kernel.ReplaceFileW(*names, 0, None, None)
    return 0 if done else int(ctypes.get_last_error())  # type: ignore[attr-defined,unused-ignore]
