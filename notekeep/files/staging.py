"""The two halves of a save: writing the new file beside the old one, and exchanging the two.

Between the halves nothing of the note has changed, so a change of many files writes all of them
first, waits for the disk once, and exchanges them then. Whatever comes out of an exchange and is
not what was expected is another program's save, and becomes a conflict copy: no byte of it is lost.
Which changes belong together is the business of `notekeep.files.commit`.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.files import points
from notekeep.files.conflicts import conflict_name, conflict_of
from notekeep.files.content import READ_FLAGS, Digest, digest_of, not_a_file, read_stable
from notekeep.files.durable import close, sync_file, write_all
from notekeep.files.folder import Place, locate
from notekeep.files.metadata import carry_over
from notekeep.files.paths import TEMP_PREFIX
from notekeep.files.reasons import changed, explain
from notekeep.files.rename import Entry, Unsupported, exchange, rename_free, rename_over

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.files.durable import Flush
    from notekeep.files.history import History

_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_COMPARE = "Compare the two with `notekeep conflicts`."
_MANY = 1000  # names tried for a conflict copy; a second holds fewer


@dataclass(slots=True)
class Staged:
    """A new version of a file, written beside it and not yet in its place.

    Attributes:
        path: The file, below its root.
        temp: The name of the new version in the same folder; "" for a file that has several names
            (hard links) and is written in place.
        before: The digest the file had, and must still have.
        after: The digest it will have.
        data: The new content, for a file that is written in place.
    """

    path: str
    temp: str
    before: Digest
    after: Digest
    data: bytes = b""


def stage(
    root: Path | str,
    path: Path | str,
    data: bytes,
    expected: Digest | None,
    history: History | None,
    *,
    keep_ours: bool = True,
    flush: Flush | None = None,
) -> Staged | None:
    """Check a file, keep what it holds, and write its new version beside it.

    Args:
        root: The vault or site.
        path: The file, as `folder.locate` takes it.
        data: What it shall hold.
        expected: The digest of the content the change was made from; None takes what is there.
        history: Where the old content is kept; None keeps none.
        keep_ours: Whether the new content becomes a conflict copy when the file is another.
        flush: When given, what is written is on the disk only after its next wait.

    Returns:
        What `swap` puts in place; None when the file holds the new content already.

    Raises:
        Conflict: The file changed since, or is gone.
        Refused: It may not be written, or is no file of the root.
        OSError: The system could not do it. The file is as it was.
    """
    try:
        place = locate(root, path)
    except FileNotFoundError:
        raise _gone(None, os.fspath(path), data, history, keep_ours=keep_ours) from None
    with place:
        try:
            fd = place.open(place.name, READ_FLAGS)
        except FileNotFoundError:
            raise _gone(place, place.shown, data, history, keep_ours=keep_ours) from None
        try:
            found = _writable(fd, place)
            old = read_stable(fd, place.shown)
            before, after = digest_of(old), digest_of(data)
            if before == after:
                return None
            if expected is not None and before != expected:
                raise _changed(place, data, history, fd if keep_ours else None)
            if history is not None:
                history.keep(old, flush=flush)
            points.reached("kept")
            if found.st_nlink > 1:
                if history is None:
                    raise Refused(
                        f"'{place.shown}' has other names (hard links), and without history it"
                        " cannot be changed safely.",
                        "Make it a file of its own.",
                    )
                return Staged(place.path, "", before, after, data)
            temp = write_temp(place, data, like=fd, flush=flush)
            return Staged(place.path, temp, before, after)
        finally:
            close(fd)


def swap(
    root: Path | str, staged: Staged, history: History | None, *, flush: Flush | None = None
) -> str | None:
    """Put a staged version in the place of the file.

    Args:
        root: As for `stage`.
        staged: What it returned.
        history: Where the file that comes out is put aside.
        flush: When given, the exchange is on the disk only after its next wait.

    Returns:
        The path of the conflict copy that keeps what another program saved in the meantime; None
        when none did.

    Raises:
        Conflict: The file is gone, or it changed and the file system cannot exchange; the new
            version is a conflict copy then.
        OSError: The system could not do it. The file is the old or the new one.
    """
    with locate(root, staged.path, follow=False) as place:  # links were followed by `stage`
        if not staged.temp:
            from notekeep.files.hardlinks import write_in_place

            return write_in_place(root, place, staged, history)
        out, copy = _exchange(place, staged)
        points.reached("checked")
        try:
            if flush is None:
                place.sync()
            elif place.fd is not None:
                flush.later(place.fd)
            points.reached("settled")
        finally:
            if out is not None and copy is None:
                _let_go(place, out, staged.before, history)
        return copy


def discard(root: Path | str, staged: Staged) -> None:
    """Remove a staged version that will not be put in place."""
    if staged.temp:
        with locate(root, staged.path, follow=False) as place:
            place.unlink(staged.temp)


def write_temp(
    place: Place, data: bytes, *, like: int | None = None, flush: Flush | None = None
) -> str:
    """Write a new file beside a place under a temporary name, whole and on the disk.

    Args:
        place: Where.
        data: What it holds.
        like: The open file whose mode, owner and attributes it gets; None for those of a new file.
        flush: When given, it is on the disk only after its next wait.

    Returns:
        Its name in the folder.

    Raises:
        OSError: It could not be written; nothing is left of it.
    """
    name = TEMP_PREFIX + os.urandom(6).hex()
    fd = place.open(name, _NEW_FLAGS, 0o600 if like is not None else 0o666)
    try:
        points.reached("created")
        write_all(fd, data)
        points.reached("written")
        if like is not None:
            carry_over(like, fd)
        if flush is None:
            sync_file(fd)
        else:
            flush.later(fd)
        points.reached("synced")
    except BaseException:
        place.unlink(name)
        raise
    finally:
        close(fd)
    return name


def keep_copy(place: Place, data: bytes, like: int | None = None) -> str:
    """Write the losing side of a conflict beside a note, unless the same copy is there already.

    Returns:
        The copy's path below the root.

    Raises:
        OSError: It could not be written.
    """
    for name in place.names():
        if conflict_of(name) == place.name and _content(place, name) == data:
            return place.beside(name)
    temp = write_temp(place, data, like=like)
    try:
        name = _name_copy(place, temp)
    except BaseException:
        place.unlink(temp)
        raise
    place.sync()
    return place.beside(name)


def _name_copy(place: Place, source: str) -> str:
    """Rename a file of the folder to the name of a conflict copy of the place."""
    when = time.strftime("%Y-%m-%d %H%M%S")
    for number in range(1, _MANY):
        name = conflict_name(place.name, when, number)
        try:
            rename_free(place.entry(source), place.entry(name))
        except FileExistsError:
            continue
        return name
    raise OSError(errno.EEXIST, "no name is free for a conflict copy", place.shown)


def _exchange(place: Place, staged: Staged) -> tuple[Entry | None, str | None]:
    """Exchange, and look at what came out.

    Returns:
        Where the old file is, if it is anywhere, and the path of the conflict copy it became.
    """
    new, old = place.entry(staged.temp), place.entry()
    try:
        out = exchange(new, old)
    except Unsupported:
        return None, _replace_checked(place, staged)
    except FileNotFoundError:
        raise _ours_beside(place, staged.temp, "was deleted or moved by another program") from None
    except OSError:
        place.unlink(staged.temp)
        raise
    points.reached("swapped")
    content = _content(place, out.name)
    if content is None:
        content = _content(place, out.name)  # one that cannot be read counts as another's
    if content is not None and digest_of(content) == staged.before:
        return out, None
    return out, _theirs_beside(place, out.name)


def _replace_checked(place: Place, staged: Staged) -> str | None:
    """Rename over the file where nothing can be exchanged: a second look narrows the window.

    The old file is held open over the rename, so that what a program writes into it at that moment
    is still found.
    """
    try:
        fd = place.open(place.name, READ_FLAGS)
    except FileNotFoundError:
        raise _ours_beside(place, staged.temp, "was deleted or moved by another program") from None
    except OSError:
        place.unlink(staged.temp)
        raise
    try:
        if digest_of(read_stable(fd, place.shown)) != staged.before:
            raise _ours_beside(place, staged.temp, "was changed by another program meanwhile")
        try:
            rename_over(place.entry(staged.temp), place.entry())
        except OSError:
            place.unlink(staged.temp)
            raise
        points.reached("swapped")
        late = read_stable(fd, place.shown)
        return None if digest_of(late) == staged.before else keep_copy(place, late, fd)
    finally:
        close(fd)


def _content(place: Place, name: str) -> bytes | None:
    """Read a file of the folder; None for anything that cannot be read or is no file."""
    try:
        fd = place.open(name, READ_FLAGS)
    except OSError:
        return None
    try:
        return read_stable(fd, name)
    except (OSError, NotekeepError):
        return None
    finally:
        close(fd)


def _let_go(place: Place, out: Entry, digest: Digest, history: History | None) -> None:
    """Put the old file aside: an editor that has it open may still be writing into it."""
    if history is None:
        place.unlink(out.name)
    else:
        history.put_aside(place, out.name, digest)
    points.reached("done")


def _writable(fd: int, place: Place) -> os.stat_result:
    """Check that a file may be written, by its mode and not only by what the system lets pass."""
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        raise not_a_file(place.shown)
    if not found.st_mode & 0o222 or not os.access(place.entry().path, os.W_OK):
        raise Refused(
            f"'{place.shown}' is read-only.",
            "Make it writable first; notekeep does not change permissions behind your back.",
        )
    return found


def _theirs_beside(place: Place, name: str) -> str:
    """Make what another program saved a conflict copy, by renaming it: it may still be writing."""
    try:
        return place.beside(_name_copy(place, name))
    except OSError as error:
        told = explain(error, place.shown, "kept beside another program's version")
        told.hint = f"Its version is in '{place.beside(name)}': copy it. {told.hint}"
        raise told from error


def _ours_beside(place: Place, temp: str, what: str) -> NotekeepError:
    """Make the staged version a conflict copy, and the error that says so."""
    copy = place.beside(_name_copy(place, temp))
    place.sync()
    return changed(place.shown, f"{what}; your version is in '{copy}'", _COMPARE, copy)


def _changed(place: Place, data: bytes, history: History | None, like: int | None) -> NotekeepError:
    """Make the error for a file that is not what the change was made from."""
    what = "was changed by another program since it was read"
    if like is None:
        return changed(place.shown, what, "Look at it, then do it again.")
    return _kept_somewhere(place, data, history, what, like)


def _gone(
    place: Place | None, shown: str, data: bytes, history: History | None, *, keep_ours: bool
) -> NotekeepError:
    """Make the error for a file that is no longer there."""
    what = "was deleted or moved by another program"
    if not keep_ours:
        return changed(shown, what, "Look where it went, then do it again.")
    return _kept_somewhere(place, data, history, what, None, shown=shown)


def _kept_somewhere(
    place: Place | None,
    data: bytes,
    history: History | None,
    what: str,
    like: int | None,
    *,
    shown: str = "",
) -> NotekeepError:
    """Keep a content whose file is not what it should be: beside it, else in history.

    Raises:
        OSError: It could be kept nowhere; whoever called still has it.
    """
    shown = place.shown if place else shown
    copy = None
    try:
        if place is not None:
            copy = keep_copy(place, data, like)
    except OSError:
        if history is None:
            raise
    if copy is None:
        if history is None:
            return changed(shown, what, "Save your version under another name.")
        digest = history.keep(data)
        return changed(
            shown, f"{what}; your version is kept in history", f"It is the version {digest}."
        )
    return changed(shown, f"{what}; your version is in '{copy}'", _COMPARE, copy)
