"""Where a folder lies: on a disk of this machine, on another one, or in a synced folder.

Index and history are for one machine. SQLite's write-ahead log needs memory that processes share,
which no network has, and a program that syncs a folder copies a database in the middle of a write.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
        *("davfs", "drvfs", "vboxsf", "prl_fs", "fuse.sshfs", "fuse.rclone", "fuse.glusterfs"),
        *("fuse.davfs2", "fuse.vmhgfs-fuse", "fuse.ceph", "fuse.s3fs", "fuse.gvfsd-fuse"),
    )
)
"""Types of file systems, as Linux names them, whose files are on another machine."""

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
"""How the folders are called that programs make for what they sync, folded."""

_ACCOUNT = re.compile(r"(dropbox|onedrive|googledrive)(?: - |-| \()")
"""How such a name begins that goes on with an account: `OneDrive - Company`."""

_SYNCED_MARKS = {".stfolder": "Syncthing", ".dropbox.cache": "Dropbox"}
"""What programs leave in the topmost folder that they sync."""

MOUNTS = "/proc/self/mountinfo"
"""The list of what is mounted; only Linux keeps one."""

_MOUNT = re.compile(r"\S+ \S+ \S+ \S+ (\S+) .*? - (\S+) ")
_OCTAL = re.compile(r"\\([0-7]{3})")


def elsewhere(folder: str) -> str:
    """Tell why a folder is not just on this machine.

    Args:
        folder: The folder; it need not exist yet.

    Returns:
        Where it lies, to be read after "lies"; empty for a disk of this machine.
    """
    place = os.path.realpath(folder)
    if sys.platform == "win32" and place.startswith("\\\\"):
        return "on another machine"
    kind = file_system(place)
    if kind in _NETWORK:
        return f"on another machine ({kind})"
    for above in _above(place):
        name = os.path.basename(above).casefold()
        account = _ACCOUNT.match(name)
        program = _SYNCED_NAMES.get(account[1] if account else name)
        if program:
            return f"in a folder that {program} keeps in sync"
        for mark, owner in _SYNCED_MARKS.items():
            if os.path.lexists(os.path.join(above, mark)):
                return f"in a folder that {owner} keeps in sync"
    return ""


def _above(place: str) -> Iterator[str]:
    """Give a folder and those above it."""
    while place:
        yield place
        up = os.path.dirname(place)
        if up == place:
            return
        place = up


def file_system(place: str) -> str:
    """Give the type of the file system that a real path is on; "" where the system tells none."""
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.readlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        if found := _MOUNT.match(line):
            point = _OCTAL.sub(lambda byte: chr(int(byte[1], 8)), found[1])
            inside = place == point or place.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, found[2]
    return kind
