"""File systems: network disks and synced folders, and messages for system errors."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from notekeep.errors import Failure, NotekeepError, NotFound, Refused

# Network disks and synced folders. Index and history must be on a local disk: SQLite's write-ahead
# log needs shared memory, which network disks lack, and a sync program may copy a database during a
# write.

_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
        *("davfs", "drvfs", "ncpfs", "vboxsf", "prl_fs", "vmhgfs", "virtiofs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs2", "fuse.vmhgfs-fuse"),
        *("fuse.ceph", "fuse.s3fs", "fuse.gvfsd-fuse"),
    )
)
"""The types of network file systems, as Linux names them."""

_SYNCED_NAMES = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "icloud drive": "iCloud",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pclouddrive": "pCloud",
    "cloudstorage": "a cloud",
}
"""The folders of sync programs, by case-folded name."""

_ACCOUNT = r"(dropbox|onedrive|googledrive)(?: - |-| \()"
"""The start of a folder name that includes an account, as in `OneDrive - Company`."""

_SYNCED_MARKS = {".stfolder": "Syncthing", ".dropbox.cache": "Dropbox"}
"""Files that sync programs put into their top folder."""

MOUNTS = "/proc/self/mountinfo"
"""The list of mounts, on Linux only."""

_MOUNT = r"\S+ \S+ \S+ \S+ (\S+) .*? - (\S+) "
_OCTAL = r"\\([0-7]{3})"


def remote_reason(folder: str) -> str:
    """Return "on another machine", "in a folder synced by …", or "" for a local folder."""
    place = os.path.realpath(folder)
    if sys.platform == "win32" and place.startswith("\\\\"):
        return "on another machine"
    kind = file_system(place)
    if kind in _NETWORK:
        return f"on another machine ({kind})"
    while place:
        name = os.path.basename(place).casefold()
        account = re.match(_ACCOUNT, name)
        program = _SYNCED_NAMES.get(account[1] if account else name)
        if program:
            return f"in a folder synced by {program}"
        for mark, owner in _SYNCED_MARKS.items():
            if os.path.lexists(os.path.join(place, mark)):
                return f"in a folder synced by {owner}"
        above = os.path.dirname(place)
        place = above if above != place else ""
    return ""


def file_system(place: str) -> str:
    """Return the file system type of a resolved path, or "" if unknown."""
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.readlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        if found := re.match(_MOUNT, line):
            point = re.sub(_OCTAL, lambda byte: chr(int(byte[1], 8)), found[1])
            inside = place == point or place.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, found[2]
    return kind


def is_remote(place: str) -> bool:
    """Whether other machines may write to a resolved path without an event on this one."""
    kind = file_system(place)
    return kind in _NETWORK or kind.startswith("fuse.")


# Messages for system errors: the file, the reason, the remedy.

_NO_SPACE = ("the disk is full", "Free some space, then try again.")
_TOO_MANY_FILES = ("too many files are open", "Close some programs, then try again.")
_NOT_ALLOWED = (
    "you do not have permission to change it or its folder",
    "Check its owner and permissions. notekeep does not change them.",
)
_DISK = ("the disk reported an error", "Copy what matters elsewhere, then check the disk.")
_DISCONNECTED = ("the drive does not respond", "Is the drive or the network share connected?")

_FAILURES = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: ("your disk quota is used up", "Free some space, then try again."),
    errno.EFBIG: ("it would exceed the file size limit", "Raise the limit or split the file."),
    errno.EMFILE: _TOO_MANY_FILES,
    errno.ENFILE: _TOO_MANY_FILES,
    errno.EIO: _DISK,
    errno.ENXIO: _DISCONNECTED,
    errno.ENODEV: _DISCONNECTED,
    errno.ENOTCONN: _DISCONNECTED,
    errno.ESTALE: _DISCONNECTED,
    errno.EHOSTDOWN: _DISCONNECTED,
    errno.ETIMEDOUT: _DISCONNECTED,
}
_REFUSALS = {
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: ("its disk is mounted read-only", "Mount it for writing, then try again."),
    errno.ENAMETOOLONG: ("its name or path is too long", "Shorten the name."),
    errno.EISDIR: ("it is a folder", "Use the path of a file."),
    errno.ENOTDIR: ("part of its path is a file, not a folder", "Use another path."),
    errno.ELOOP: (
        "a link on its path leads in a circle or away from where it should",
        "Replace the link with a file or a folder.",
    ),
    errno.EILSEQ: ("its disk does not allow such a name", "Choose another name."),
}


def explain_os_error(error: OSError, path: str, action: str) -> NotekeepError:
    """Return the error to show for an `OSError`; `action` is a participle, such as "saved"."""
    number = error.errno or 0
    kind: type[NotekeepError] = Failure
    if number == errno.ENOENT:
        kind, reason, hint = NotFound, "it does not exist", "It may have been moved or deleted."
    elif number in _REFUSALS:
        kind, (reason, hint) = Refused, _REFUSALS[number]
        if (reason, hint) == _NOT_ALLOWED and action in ("read", "listed"):
            reason = "you do not have permission to read it"
    elif number in _FAILURES:
        reason, hint = _FAILURES[number]
    else:
        reason, hint = (error.strerror or str(error)).rstrip("."), "Try again."
    return kind(f"'{os.fspath(path)}' could not be {action}: {reason}.", hint)


@contextmanager
def explain_errors(path: str, action: str) -> Iterator[None]:
    """Convert an `OSError` inside the `with` block; see `explain_os_error`."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, path, action) from error
