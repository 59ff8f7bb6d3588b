"""Atomic, durable changes to one file that never lose a save by another program.

The new content is written to a temporary file, flushed, and exchanged with the old file; then the
old file is checked. So even after a power cut the file has either the old or the new content, and a
save by another program in between becomes a conflict copy. `operations.py` builds on this module.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from notekeep.errors import Conflict, Failure, NotekeepError
from notekeep.storage import durability, file_names
from notekeep.storage.content import (
    READ_FLAGS,
    Digest,
    Source,
    copy_stream,
    digest_of,
    read_stable,
)
from notekeep.storage.durability import (
    FLUSH_NOW,
    Flush,
    StrPath,
    closed_after,
    sync_file,
    write_all,
)
from notekeep.storage.file_names import TEMP_PREFIX, conflict_name, find_original
from notekeep.storage.filesystem import explain_errors, explain_os_error
from notekeep.storage.open_folder import NameExists, OpenPlace, open_place
from notekeep.storage.renames import (
    FolderEntry,
    UnsupportedRename,
    exchange,
    rename_over,
    rename_to_free,
)
from notekeep.storage.stores import Stores

_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_MAX_COPIES = 1000  # conflict copies of a file within one second

DELETED = "was deleted or moved by another program"
CHANGED = "was changed by another program at the same time"


def exchange_checked(
    place: OpenPlace, temp: str, before: Digest, *, keep_ours: bool
) -> tuple[FolderEntry | None, str | None]:
    """Exchange a file with a new one; return the entry of the old file and its conflict copy.

    There is a conflict copy if the old file's digest is not `before`. If the file no longer exists,
    Conflict is raised; with `keep_ours` the new file then becomes a conflict copy.
    """
    try:
        try:
            old = exchange(place.entry(temp), place.entry())
        except UnsupportedRename:
            return None, _replace_checked(place, temp, before, keep_ours=keep_ours)
    except FileNotFoundError:
        raise _reject_staged(place, temp, DELETED, keep_ours=keep_ours) from None
    except (OSError, NotekeepError):
        place.unlink(temp)
        raise
    durability.reach_failpoint("swapped")
    content = _read(place, old.name)
    if content is None:
        content = _read(place, old.name)  # an unreadable file counts as changed
    if content is not None and digest_of(content) == before:
        return old, None
    try:  # renamed, not copied: the other program may still be writing
        return old, place.sibling_path(_name_copy(place, old.name))
    except OSError as error:
        explained = explain_os_error(
            error, place.shown, "saved next to the version of another program"
        )
        explained.hint = (
            f"Its version is in '{place.sibling_path(old.name)}'. Copy it. {explained.hint}"
        )
        raise explained from error


def _replace_checked(place: OpenPlace, temp: str, before: Digest, *, keep_ours: bool) -> str | None:
    """Rename over a file that cannot be exchanged; check it right before and after."""
    # It stays open during the rename, so that a write at that moment is detected.
    with closed_after(place.open(place.name, READ_FLAGS)) as fd:
        if digest_of(read_stable(fd, place.shown)) != before:
            raise _reject_staged(place, temp, CHANGED, keep_ours=keep_ours)
        rename_over(place.entry(temp), place.entry())
        durability.reach_failpoint("swapped")
        late = read_stable(fd, place.shown)
        return None if digest_of(late) == before else write_conflict_copy(place, late, fd)


def _read(place: OpenPlace, name: str) -> bytes | None:
    try:
        return place.read(name)
    except (OSError, NotekeepError):
        return None


def write_temp(
    place: OpenPlace,
    data: bytes,
    *,
    like: int | None = None,
    staging: str = "",
    flush: Flush = FLUSH_NOW,
) -> str:
    """Write a temporary file with the metadata of `like`; return its name, relative to the place.

    It is in the same folder as the file, or in `staging`, a folder below the root.
    """
    with _new_temp(place, 0o600 if like is not None else 0o666, staging) as (name, fd):
        durability.reach_failpoint("created")
        write_all(fd, data)
        durability.reach_failpoint("written")
        if like is not None:
            copy_metadata(like, fd)
        flush.sync_file(fd)
        durability.reach_failpoint("synced")
    return name


def copy_temp(place: OpenPlace, source: Source, *, flush: Flush) -> tuple[str, Digest]:
    """Copy a stream to a temporary file in the same folder; return its name and digest."""
    with _new_temp(place, 0o666) as (name, fd), source() as stream:
        digest = copy_stream(stream, lambda chunk: write_all(fd, chunk))
        flush.sync_file(fd)
    return name, digest


@contextmanager
def _new_temp(place: OpenPlace, mode: int, staging: str = "") -> Iterator[tuple[str, int]]:
    name = temp_name(place, staging)
    with closed_after(place.open(name, _NEW_FLAGS, mode)) as fd:
        try:
            yield name, fd
        except BaseException:
            place.unlink(name)
            raise


def temp_name(place: OpenPlace, staging: str = "") -> str:
    """Return a new temporary name in the same folder, or in `staging`, a folder below the root."""
    name = os.urandom(6).hex()
    if staging:
        folder = "../" * place.path.count("/") + staging
        there = os.stat(os.path.join(place.folder, folder))
        # A folder of a site may be on another disk, and files cannot be renamed across disks.
        if there.st_dev == os.stat(place.folder).st_dev:
            return f"{folder}/{name}"
    return TEMP_PREFIX + name


# Conflict copies, in the same folder as the note.


def add_conflict_copy(root: StrPath, path: StrPath, data: bytes) -> str:
    """Write `data` as a conflict copy of a note, which need not exist; return its path."""
    shown = os.fspath(path)
    with explain_errors(shown, "copied"), open_place(root, shown) as place:
        return write_conflict_copy(place, data)


def write_conflict_copy(place: OpenPlace, data: bytes, like: int | None = None) -> str:
    """Write a conflict copy unless an equal one exists; return its path below the root."""
    for name in place.names():
        if find_original(name) == place.name and _read(place, name) == data:
            return place.sibling_path(name)
    temp = write_temp(place, data, like=like)
    try:
        name = _name_copy(place, temp)
    except BaseException:
        place.unlink(temp)
        raise
    FLUSH_NOW.sync_folder(place.fd)
    return place.sibling_path(name)


def _name_copy(place: OpenPlace, source: str) -> str:
    when = time.strftime("%Y-%m-%d %H%M%S")
    for number in range(1, _MAX_COPIES):
        name = conflict_name(place.name, when, number)
        try:
            rename_to_free(place.entry(source), place.entry(name))
        except FileExistsError:
            continue
        return name
    raise OSError(errno.EEXIST, "no free name for a conflict copy", place.shown)


def _reject_staged(place: OpenPlace, temp: str, what: str, *, keep_ours: bool) -> Conflict:
    if not keep_ours:
        place.unlink(temp)
        return outdated_error(place.shown, what)
    copy = place.sibling_path(_name_copy(place, temp))
    FLUSH_NOW.sync_folder(place.fd)
    return ours_is_copy_error(place.shown, what, copy)


def outdated_error(shown: str, what: str) -> Conflict:
    """Return the error for an outdated change, which can be planned again."""
    where = "Find the file" if what == DELETED else "Check it"
    return Conflict(f"'{shown}' {what}.", f"{where}, then try again.")


def ours_is_copy_error(shown: str, what: str, copy: str) -> Conflict:
    """Return the error for a save whose content became a conflict copy."""
    hint = "Compare them with `notekeep conflicts`."
    return Conflict(f"'{shown}' {what}; your version is in '{copy}'.", hint, copy=copy)


def check_new_name(place: OpenPlace, *, any_name: bool, source: OpenPlace | None = None) -> None:
    """Raise Refused if a new name is not portable, or has a twin other than `source`."""
    if not any_name:
        file_names.check_portable(place.name)
    own = source.name if source is not None and source.folder == place.folder else ""
    for twin in file_names.find_twins(place.names(), place.name):
        if twin != own:
            raise name_exists_error(place, twin)


def name_exists_error(place: OpenPlace, twin: str) -> NameExists:
    """Return the error for a new file whose name has a twin."""
    if twin == place.name:
        return NameExists(f"'{place.shown}' already exists.", "Choose another name.")
    return NameExists(
        f"Cannot create '{place.shown}': '{place.sibling_path(twin)}' exists, which is the same"
        " name on Windows and macOS.",
        "Choose another name.",
    )


# Rename or move a file without overwriting another one. Links to it in notes do not change.


def move_file(
    path: StrPath,
    to: StrPath,
    *,
    root: StrPath,
    flush: Flush = FLUSH_NOW,
    any_name: bool = False,
) -> None:
    """Rename or move a file or a link; `any_name` allows names that are not portable."""
    with explain_errors(os.fspath(path), "moved"), open_place(root, path, follow=False) as source:
        source.stat()
        with open_place(root, to, follow=False, make=True) as target:
            try:
                check_new_name(target, any_name=any_name, source=source)
                _rename(source, target)
            except FileExistsError:
                raise name_exists_error(target, target.name) from None
            durability.reach_failpoint("swapped")
            flush.sync_folder(target.fd)
            flush.sync_folder(source.fd)
            durability.reach_failpoint("settled")


def _rename(source: OpenPlace, target: OpenPlace) -> None:
    if source.folder == target.folder and _is_same_file(source, target):
        _respell(source, target)
        return
    try:
        rename_to_free(source.entry(), target.entry())
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_to_disk(source, target)


def _is_same_file(source: OpenPlace, target: OpenPlace) -> bool:
    """Whether both names are the same file on this disk, as on APFS and NTFS."""
    if source.name == target.name:
        return True
    try:
        return os.path.samestat(source.stat(), target.stat())
    except FileNotFoundError:
        return False


def _respell(source: OpenPlace, target: OpenPlace) -> None:
    """Change the case or Unicode form of a name on a disk where both are the same file."""
    rename_over(source.entry(), target.entry())
    if target.name in target.names():
        return
    # The file system ignored the rename, so rename twice. The name in between is not hidden, so
    # that the note stays visible after a power cut.
    stem, dot, suffix = target.name.rpartition(".")
    between = source.entry(f"{stem or suffix} {os.urandom(3).hex()}{dot if stem else ''}{suffix}")
    rename_to_free(source.entry(), between)
    rename_to_free(between, target.entry())


def _copy_to_disk(source: OpenPlace, target: OpenPlace) -> None:
    with closed_after(source.open(source.name, READ_FLAGS)) as fd:
        data = read_stable(fd, source.shown)
        temp = write_temp(target, data, like=fd)
        try:
            rename_to_free(target.entry(temp), target.entry())
        except BaseException:
            target.unlink(temp)
            raise
        FLUSH_NOW.sync_folder(target.fd)
        if read_stable(fd, source.shown) != data:
            raise Conflict(
                f"'{source.shown}' was changed by another program during the move.",
                f"Its old version is in '{target.shown}'. Compare both.",
            )
    source.unlink(source.name)


# Writing into a file with several hard links, which an exchange would break. A power cut can
# interrupt such a write; the next start completes it from the journal and history.


class TornWrite(Failure):
    """A file contains part of the new content, and the old content could not be restored."""


def write_in_place(
    place: OpenPlace, before: Digest, data: bytes, stores: Stores, *, keep_ours: bool
) -> None:
    """Replace the content of a file, but not its inode."""
    with closed_after(place.open(place.name, os.O_RDWR)) as fd:
        if digest_of(read_stable(fd, place.shown)) != before:
            if not keep_ours:
                raise outdated_error(place.shown, CHANGED)
            copy = write_conflict_copy(place, data, fd)
            raise ours_is_copy_error(place.shown, CHANGED, copy)
        try:
            overwrite(fd, data)
        except OSError as error:
            _write_back(fd, place, stores.blobs.read(before), data, error)
            raise
        durability.reach_failpoint("swapped")


def overwrite(fd: int, data: bytes) -> None:
    """Overwrite an open file from the start, after allocating space."""
    size = os.fstat(fd).st_size
    if len(data) > size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, size, len(data) - size)
    os.lseek(fd, 0, os.SEEK_SET)
    write_all(fd, data)
    # Truncated last, so that a torn write keeps the end of the old content.
    os.ftruncate(fd, len(data))
    sync_file(fd)


def _write_back(fd: int, place: OpenPlace, old: bytes, new: bytes, why: OSError) -> None:
    try:
        if is_own_write(read_stable(fd, place.shown), old, new):
            overwrite(fd, old)
    except (OSError, NotekeepError):
        explained = explain_os_error(why, place.shown, "saved")
        raise TornWrite(
            explained.message, "It will be completed when notekeep starts next."
        ) from why


def is_own_write(now: bytes, old: bytes, new: bytes) -> bool:
    """Whether the current content is the result of our own interrupted in-place write.

    It then consists of the start of the new content, the rest of the old one, and padding zeros.
    """
    if now == new:
        return True
    shorter = min(len(now), len(new))
    cut = next((at for at in range(shorter) if now[at] != new[at]), shorter)
    padded = old + bytes(max(0, len(new) - len(old)))
    return len(now) >= len(old) and now[cut:] == padded[cut : len(now)]


# Metadata of a file: mode, owner, access list, tags. A new file has the user's defaults, but a
# private note must stay private, and a note shared with a group must stay shared. Times are not
# copied, because the note has changed.

_COPYFILE_ACL, _COPYFILE_XATTR = 1 << 0, 1 << 2  # copyfile.h on macOS

# Attributes that only the system may set; a new file inherits them from its folder.
_SYSTEM_LABELS = ("security.", "trusted.")
_NOT_OURS = frozenset({errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


def copy_metadata(source: int, target: int) -> None:
    """Copy mode, owner and attributes from a file to its replacement.

    If the group cannot be copied, the new group gets no more rights than others: a save must not
    give anyone new access.
    """
    if sys.platform == "win32":
        return  # ReplaceFileW does it
    old = os.fstat(source)
    mode = stat.S_IMODE(old.st_mode)
    if not _copy_owner(target, old):
        mode = (mode & ~0o070) | ((mode & 0o007) << 3) & mode
    os.fchmod(target, mode)
    if sys.platform == "darwin":
        _copy_darwin(source, target)
    else:
        _copy_attributes(source, target)


def _copy_owner(target: int, old: os.stat_result) -> bool:
    """Copy owner and group as far as permitted; False if the group differs."""
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
    """Copy extended attributes, including POSIX access lists."""
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
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.fcopyfile(source, target, None, _COPYFILE_ACL | _COPYFILE_XATTR):
        number = ctypes.get_errno()
        if number not in _NOT_OURS:
            raise OSError(number, os.strerror(number))
