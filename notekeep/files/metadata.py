"""What a file is besides its bytes: mode, owner, access list, tags. A save carries it over.

A file written anew belongs to whoever wrote it and has their defaults; a note that was private or
shared with a group must stay so. Times are left to the system: a saved note is a changed note.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress

_COPYFILE_ACL, _COPYFILE_XATTR = 1 << 0, 1 << 2  # copyfile.h on macOS

# Labels that only the system or its administrator may set come with the folder by themselves.
_SYSTEM_LABELS = ("security.", "trusted.")
_NOT_OURS = frozenset({errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


def carry_over(source: int, target: int) -> None:
    """Give a new file the mode, owner and attributes of the one it will replace.

    Where the group cannot be kept, the group loses what everybody else has not: the letters in a
    mode must never let in somebody they did not let in before.

    Args:
        source: The old file, opened.
        target: The new file, opened for writing.

    Raises:
        OSError: Something that should have been carried over could not be, such as an access list
            for want of space.
    """
    if sys.platform == "win32":
        return  # ReplaceFileW does it
    old = os.fstat(source)
    mode = stat.S_IMODE(old.st_mode)
    if not _give(target, old):
        mode = (mode & ~0o070) | ((mode & 0o007) << 3) & mode
    os.fchmod(target, mode)
    if sys.platform == "darwin":
        _copy_darwin(source, target)
    else:
        _copy_attributes(source, target)


def _give(target: int, old: os.stat_result) -> bool:
    """Give a file the old one's owner and group as far as we may; False if the group is another."""
    if sys.platform == "win32":
        return True
    new = os.fstat(target)
    if new.st_uid != old.st_uid:
        with suppress(PermissionError):
            os.fchown(target, old.st_uid, -1)
    if new.st_gid != old.st_gid:
        try:
            os.fchown(target, -1, old.st_gid)
        except PermissionError:
            return False
    return True


def _copy_attributes(source: int, target: int) -> None:
    """Copy extended attributes; POSIX access lists are among them."""
    if sys.platform != "linux":
        return
    try:
        names = os.listxattr(source)
    except OSError as error:
        if error.errno in _NOT_OURS:
            return
        raise
    for name in names:
        try:
            os.setxattr(target, name, os.getxattr(source, name))
        except OSError as error:
            if error.errno == errno.ENODATA:
                continue
            if error.errno not in _NOT_OURS or not name.startswith(_SYSTEM_LABELS):
                raise


def _copy_darwin(source: int, target: int) -> None:
    """Copy access list, tags and Finder's information by copyfile(3)."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.fcopyfile(source, target, None, _COPYFILE_ACL | _COPYFILE_XATTR):
        number = ctypes.get_errno()
        if number not in _NOT_OURS:
            raise OSError(number, os.strerror(number))
