"""Append one line to a file, atomically and durably. Check-ins use it.

This is the only write to a vault that bypasses `atomic.py`: the line is added under a lock, in one
write, and flushed before the call returns. This module imports only light modules, because most
others take longer to import than a check-in takes to run.
"""

from __future__ import annotations

import errno
import os
from stat import S_ISREG

from notekeep.errors import Failure, Refused
from notekeep.locks import hold_lock
from notekeep.storage.durability import (
    FLUSH_NOW,
    StrPath,
    closed_after,
    make_folder,
    read_all,
    sync_file,
    write_all,
)
from notekeep.storage.file_names import is_within, outside_error
from notekeep.storage.filesystem import explain_os_error

_ATTEMPTS = 20
_START = 1 << 16  # the number of bytes to search for the file's line ending
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def append_line(
    path: StrPath, line: str, header: str | None = None, *, root: StrPath | None = None
) -> None:
    """Append a line to a file and flush it.

    If another program replaces the file at the same time, the line is appended to the new file too.
    After an error, the file contains no part of the line, unless the message warns about it.

    A new file starts with `header`; missing folders are created. Links on the path must not lead
    out of `root`; without a root, the file must not be a link.
    """
    if "\n" in line or "\r" in line:
        raise ValueError("a log line cannot contain a line break")
    place = os.fspath(path)
    text = line.encode("utf-8", "replace")
    head = (header or "").encode("utf-8", "replace")
    if head and not head.endswith(b"\n"):
        head += b"\n"
    try:
        if root is not None:
            base, real = os.path.realpath(root), os.path.realpath(place)
            if not is_within(real, base) or real == base:
                raise outside_error(place)
        make_folder(os.path.dirname(place) or ".", 0o777)
        for attempt in range(_ATTEMPTS):
            if _append(place, text, head, follow=root is not None, again=attempt > 0):
                return
    except OSError as error:
        raise explain_os_error(error, place, "added to") from error
    raise Failure(
        f"'{place}' could not be changed: another program keeps replacing it.",
        "Wait until it is done, then try again.",
    )


def _append(place: str, text: bytes, head: bytes, *, follow: bool, again: bool) -> bool:
    """Append once; return False if the file at the path is no longer the opened one."""
    fd, is_new = _open(place, follow=follow)
    with closed_after(fd):
        stat = os.fstat(fd)
        if not S_ISREG(stat.st_mode):
            raise Refused(f"'{place}' is not a file.", "Move it away.")
        with hold_lock(fd, place):
            size = os.fstat(fd).st_size
            if not _is_current(fd, place):
                return False
            os.lseek(fd, 0, os.SEEK_SET)
            if not (again and text in read_all(fd, size).splitlines()):
                _write(fd, place, size, _line_bytes(fd, size, text, head), is_new=is_new)
            try:
                return _is_current(fd, place)
            except OSError:
                return True  # the line is on disk; only this check failed


def _open(place: str, *, follow: bool) -> tuple[int, bool]:
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    for _ in range(_ATTEMPTS):
        try:
            return os.open(place, flags), False
        except FileNotFoundError:
            try:
                return os.open(place, flags | os.O_CREAT | os.O_EXCL, 0o666), True
            except FileExistsError:
                if os.path.islink(place):
                    raise OSError(errno.ELOOP, "a broken link", place) from None
    raise OSError(errno.EIO, "it keeps disappearing", place)


def _is_current(fd: int, place: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(place))
    except FileNotFoundError:
        return False


def _line_bytes(fd: int, size: int, text: bytes, head: bytes) -> bytes:
    """Return the bytes to append: the line with the file's line ending."""
    if size == 0:
        return head + text + b"\n"
    os.lseek(fd, max(0, size - 2), os.SEEK_SET)
    last = os.read(fd, 2)
    if last.endswith(b"\n"):
        return text + (b"\r\n" if last == b"\r\n" else b"\n")
    os.lseek(fd, 0, os.SEEK_SET)
    end = b"\r\n" if b"\r\n" in os.read(fd, _START) else b"\n"
    return end + text + end


def _write(fd: int, place: str, size: int, piece: bytes, *, is_new: bool) -> None:
    try:
        write_all(fd, piece)
        sync_file(fd)
        if size == 0:
            FLUSH_NOW.sync_folder_at(os.path.dirname(place))
    except OSError:
        _remove_partial_write(fd, place, size, piece, is_new=is_new)
        raise


def _remove_partial_write(fd: int, place: str, size: int, piece: bytes, *, is_new: bool) -> None:
    """Remove a partial write, unless another program has written after it without a lock."""
    try:
        os.lseek(fd, size, os.SEEK_SET)
        added = os.read(fd, len(piece) + 1)
        if piece.startswith(added):
            os.ftruncate(fd, size)
            if is_new and size == 0 and _is_current(fd, place):
                os.unlink(place)
    except OSError as error:
        raise Failure(
            f"'{place}' could not be changed, and may end with part of the line: "
            f"{error.strerror or error}.",
            "Check the end of the file, and the disk.",
        ) from error
