"""What makes one change of a file whole, durable, and nobody's loss.

A new file is written beside the old one, flushed, and exchanged with it; then what came out is
checked. So at any moment, also at a power cut, the file is the old or the new one, and what another
program saved in between becomes a conflict copy: no byte of it is lost. `operations.py` makes the
changes of a step of this.
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
from notekeep.storage.durability import AT_ONCE, Flush, StrPath, closed_after, sync_file, write_all
from notekeep.storage.file_names import TEMP_PREFIX, conflict_name, find_original
from notekeep.storage.filesystem import explain_errors, explain_os_error
from notekeep.storage.open_folder import NameTaken, OpenPlace, open_place
from notekeep.storage.renames import (
    FolderEntry,
    UnsupportedRename,
    exchange,
    rename_over,
    rename_to_free,
)
from notekeep.storage.stores import Stores

_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_MANY = 1000  # names tried for a conflict copy; a second holds fewer

GONE = "was deleted or moved by another program"
CHANGED = "was changed by another program at the same time"


def exchange_checked(
    place: OpenPlace, temp: str, before: Digest
) -> tuple[FolderEntry | None, str | None]:
    """Put a new file in place; give where the old one is now, and the conflict copy it became.

    It becomes one when it is not what it was `before`. Where there is nothing to exchange, the new
    file is the conflict copy, and Conflict is raised.
    """
    try:
        try:
            old = exchange(place.entry(temp), place.entry())
        except UnsupportedRename:
            return None, _replace_checked(place, temp, before)
    except FileNotFoundError:
        raise _staged_is_copy(place, temp, GONE) from None
    except (OSError, NotekeepError):
        place.unlink(temp)
        raise
    durability.reach_failpoint("swapped")
    content = _read(place, old.name)
    if content is None:
        content = _read(place, old.name)  # one that cannot be read counts as another's
    if content is not None and digest_of(content) == before:
        return old, None
    try:  # what another program saved is renamed, not copied: it may still be writing
        return old, place.sibling_path(_name_copy(place, old.name))
    except OSError as error:
        explained = explain_os_error(
            error, place.shown, "saved next to the version of another program"
        )
        explained.hint = (
            f"Its version is in '{place.sibling_path(old.name)}'. Copy it. {explained.hint}"
        )
        raise explained from error


def _replace_checked(place: OpenPlace, temp: str, before: Digest) -> str | None:
    """Rename over the file where nothing can be exchanged: a second check narrows the window."""
    # It is held open over the rename, so that what is written into it at that moment is found.
    with closed_after(place.open(place.name, READ_FLAGS)) as fd:
        if digest_of(read_stable(fd, place.shown)) != before:
            raise _staged_is_copy(place, temp, CHANGED)
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
    flush: Flush = AT_ONCE,
) -> str:
    """Write a new file with the metadata of `like`; return its name, relative to the place.

    It is written beside the place, or in the folder `staging` of the root.
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
    """Copy a stream into a new file beside a place; return its name and its digest."""
    with _new_temp(place, 0o666) as (name, fd), source() as stream:
        digest = copy_stream(stream, lambda chunk: write_all(fd, chunk))
        flush.sync_file(fd)
    return name, digest


@contextmanager
def _new_temp(place: OpenPlace, mode: int, staging: str = "") -> Iterator[tuple[str, int]]:
    """Give the name and descriptor of a new file for a place; an error removes it again."""
    name = temp_name(place, staging)
    with closed_after(place.open(name, _NEW_FLAGS, mode)) as fd:
        try:
            yield name, fd
        except BaseException:
            place.unlink(name)
            raise


def temp_name(place: OpenPlace, staging: str = "") -> str:
    """Make the name of a temporary file: beside a place, or in the folder `staging` of the root."""
    name = os.urandom(6).hex()
    if staging:
        folder = "../" * place.path.count("/") + staging
        there = os.stat(os.path.join(place.folder, folder))
        # A folder of a site may be on another disk, to which nothing can be renamed.
        if there.st_dev == os.stat(place.folder).st_dev:
            return f"{folder}/{name}"
    return TEMP_PREFIX + name


# Conflict copies: the losing side of a save, beside the note.


def add_conflict_copy(root: StrPath, path: StrPath, data: bytes) -> str:
    """Write a version of a note, which need not be there, as its conflict copy; return its path."""
    shown = os.fspath(path)
    with explain_errors(shown, "copied"), open_place(root, shown) as place:
        return write_conflict_copy(place, data)


def write_conflict_copy(place: OpenPlace, data: bytes, like: int | None = None) -> str:
    """Write a conflict copy unless the same is there already; return its path below the root."""
    for name in place.names():
        if find_original(name) == place.name and _read(place, name) == data:
            return place.sibling_path(name)
    temp = write_temp(place, data, like=like)
    try:
        name = _name_copy(place, temp)
    except BaseException:
        place.unlink(temp)
        raise
    AT_ONCE.sync_folder(place.fd)
    return place.sibling_path(name)


def _name_copy(place: OpenPlace, source: str) -> str:
    when = time.strftime("%Y-%m-%d %H%M%S")
    for number in range(1, _MANY):
        name = conflict_name(place.name, when, number)
        try:
            rename_to_free(place.entry(source), place.entry(name))
        except FileExistsError:
            continue
        return name
    raise OSError(errno.EEXIST, "no free name for a conflict copy", place.shown)


def _staged_is_copy(place: OpenPlace, temp: str, what: str) -> Conflict:
    copy = place.sibling_path(_name_copy(place, temp))
    AT_ONCE.sync_folder(place.fd)
    return ours_is_copy_error(place.shown, what, copy)


def ours_is_copy_error(shown: str, what: str, copy: str) -> Conflict:
    """Make the error for a save whose own version became the conflict copy."""
    hint = "Compare them with `notekeep conflicts`."
    return Conflict(f"'{shown}' {what}; your version is in '{copy}'.", hint, copy=copy)


def check_new_name(place: OpenPlace, *, any_name: bool, source: OpenPlace | None = None) -> None:
    """Refuse a name that does not travel, or that another file than `source` or a twin has."""
    if not any_name:
        file_names.check_portable(place.name)
    own = source.name if source is not None and source.folder == place.folder else ""
    for twin in file_names.find_twins(place.names(), place.name):
        if twin != own:
            raise name_taken_error(place, twin)


def name_taken_error(place: OpenPlace, twin: str) -> NameTaken:
    """Make the error for a new file whose name, or a twin of it, is there."""
    if twin == place.name:
        return NameTaken(f"'{place.shown}' already exists.", "Choose another name.")
    return NameTaken(
        f"Cannot create '{place.shown}': '{place.sibling_path(twin)}' exists, which is the same"
        " name on Windows and macOS.",
        "Choose another name.",
    )


# Another name or folder for a file, and never the name of another file. The bytes are not touched;
# links to the file in other notes are not either.


def move_file(
    path: StrPath,
    to: StrPath,
    *,
    root: StrPath,
    flush: Flush = AT_ONCE,
    any_name: bool = False,
) -> None:
    """Rename or move a file or a link; `any_name` allows a name that does not travel."""
    with explain_errors(os.fspath(path), "moved"), open_place(root, path, follow=False) as source:
        source.stat()
        with open_place(root, to, follow=False, make=True) as target:
            try:
                check_new_name(target, any_name=any_name, source=source)
                _rename(source, target)
            except FileExistsError:
                raise name_taken_error(target, target.name) from None
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
    """Tell whether the disk takes both names for one file, as APFS and NTFS do."""
    if source.name == target.name:
        return True
    try:
        return os.path.samestat(source.stat(), target.stat())
    except FileNotFoundError:
        return False


def _respell(source: OpenPlace, target: OpenPlace) -> None:
    """Change only how a name is spelt, where the disk takes both spellings for one."""
    rename_over(source.entry(), target.entry())
    if target.name in target.names():
        return
    # The file system ignores such a rename: it is led over a third name, that of a visible note,
    # so that a power cut in between hides nothing.
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
        AT_ONCE.sync_folder(target.fd)
        if read_stable(fd, source.shown) != data:
            raise Conflict(
                f"'{source.shown}' was changed by another program during the move.",
                f"Its old version is in '{target.shown}'. Compare both.",
            )
    source.unlink(source.name)


# Writing into a file that has several names: exchanged for a new one, it would lose them. Such a
# write can be torn by a power cut. The journal says what it was to be, and history holds the old
# and the new content; the next start completes it.


class TornWrite(Failure):
    """A file holds a part of the new content, and the old one could not be put back."""


def write_in_place(place: OpenPlace, before: Digest, data: bytes, stores: Stores) -> None:
    """Give a file a new content without a new inode."""
    with closed_after(place.open(place.name, os.O_RDWR)) as fd:
        if digest_of(read_stable(fd, place.shown)) != before:
            copy = write_conflict_copy(place, data, fd)
            raise ours_is_copy_error(place.shown, CHANGED, copy)
        try:
            overwrite(fd, data)
        except OSError as error:
            _write_back(fd, place, stores.blobs.read(before), data, error)
            raise
        durability.reach_failpoint("swapped")


def overwrite(fd: int, data: bytes) -> None:
    """Write a content into an open file from its start, having made sure there is room for it."""
    size = os.fstat(fd).st_size
    if len(data) > size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, size, len(data) - size)
    os.lseek(fd, 0, os.SEEK_SET)
    write_all(fd, data)
    os.ftruncate(fd, len(data))  # last: until then, the end of the old content is still there
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
    """Tell whether nothing but our own write in place, cut short anywhere, made a content.

    That is the start of the new one, the rest of the old one, zeros where room was made.
    """
    if now == new:
        return True
    shorter = min(len(now), len(new))
    cut = next((at for at in range(shorter) if now[at] != new[at]), shorter)
    padded = old + bytes(max(0, len(new) - len(old)))
    return len(now) >= len(old) and now[cut:] == padded[cut : len(now)]


# What a file is besides its bytes: mode, owner, access list, tags. A file written anew belongs to
# whoever wrote it and has their defaults; a note that was private or shared with a group must stay
# so. Times are left to the system: a saved note is a changed note.

_COPYFILE_ACL, _COPYFILE_XATTR = 1 << 0, 1 << 2  # copyfile.h on macOS

# Labels that only the system or its administrator may set come with the folder by themselves.
_SYSTEM_LABELS = ("security.", "trusted.")
_NOT_OURS = frozenset({errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


def copy_metadata(source: int, target: int) -> None:
    """Give a new file the mode, owner and attributes of the one it will replace.

    Where the group cannot be kept, the group loses what everybody else has not: the letters in a
    mode must never let in somebody they did not let in before.
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
