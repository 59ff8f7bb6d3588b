"""A zip archive that may come from anybody, read into memory without being unpacked.

Nothing of it is ever written to the disk, so no name in it can lead anywhere. An archive with a
name that tries to, a link, two entries of one name, entries that share bytes, or more than any
export holds is refused whole: its other entries deserve no more trust.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Failure, Refused
from notekeep.files.paths import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL_HEADER = 30
_SMALL = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_HINT = "make the export anew with the program it comes from"


class Limits(NamedTuple):
    """What an archive may hold.

    Attributes:
        entries: How many entries.
        size: How many bytes all of them may have, unpacked.
        ratio: How often an entry of more than a megabyte may be as large unpacked as packed.
    """

    entries: int = 100_000
    size: int = 2 << 30
    ratio: int = 100


def read_zip(path: str, wanted: Callable[[str], bool], limits: Limits) -> dict[str, bytes]:
    """Read the wanted files of an archive.

    Args:
        path: The archive.
        wanted: Which names are read; what is not wanted is checked and never unpacked.
        limits: What it may hold.

    Returns:
        The contents by their names, which are relative and have "/" between their parts.

    Raises:
        Refused: It is damaged, or not what an honest program writes; the message says why.
        Failure: It cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as opened:
            entries = opened.infolist()
            _check(path, entries, limits)
            found: dict[str, bytes] = {}
            room = limits.size
            for entry in entries:
                if entry.is_dir() or not wanted(entry.filename):
                    continue
                found[entry.filename] = _read(opened, entry, path, room)
                room -= len(found[entry.filename])
            return found
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror or error}") from error
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
        *(RuntimeError, ValueError, MemoryError),
    ) as error:
        raise Refused(f"{path}: the archive is damaged: {error}", _HINT) from error


def _check(path: str, entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse what no honest archive has, before anything of it is unpacked."""
    if len(entries) > limits.entries:
        raise Refused(f"{path}: the archive has {len(entries)} entries", _HINT)
    total = sum(entry.file_size for entry in entries)
    if total > limits.size:
        raise Refused(f"{path}: the archive holds {total} bytes", _HINT)
    seen: set[str] = set()
    for entry in entries:
        reason = _name_problem(entry.orig_filename) or _kind_problem(entry, limits)
        key = name_key(entry.filename.rstrip("/"))
        if not reason and key in seen:
            reason = "is there twice"
        if reason:
            raise Refused(f"{path}: '{entry.orig_filename}' in the archive {reason}", _HINT)
        seen.add(key)
    _check_places(path, entries)


def _name_problem(name: str) -> str:
    """Why a name is none that stays within a folder, to be read after it; "" when it does."""
    if "\\" in name or "\0" in name:
        return "holds a character that no name may have"
    if name.startswith("/") or _DRIVE.match(name):
        return "names a place outside of the archive"
    if ".." in name.split("/"):
        return "leads out of the archive"
    return "" if name.strip("/. ") else "has no name"


def _kind_problem(entry: zipfile.ZipInfo, limits: Limits) -> str:
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 1:
        return "needs a password"
    if entry.file_size > max(_SMALL, entry.compress_size * limits.ratio):
        return f"is more than {limits.ratio} times as large as it is packed"
    return ""


def _check_places(path: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes, which is how a small archive becomes a very large one."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refused(f"{path}: entries of the archive share their bytes", _HINT)
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, room: int) -> bytes:
    """Unpack one entry; one that holds more than it says is refused before all of it is there."""
    with opened.open(entry) as file:
        data = file.read(min(entry.file_size, room) + 1)
    if len(data) > entry.file_size or len(data) > room:
        raise Refused(f"{path}: '{entry.filename}' in the archive is larger than it says", _HINT)
    return data
