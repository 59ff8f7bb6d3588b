"""Writing into a file that has several names: exchanged for a new one, it would lose them.

Such a write can be torn by a power cut, so it is in the journal first, with the old and the new
content in history; the next start completes it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.files import points
from notekeep.files.content import digest_of, read_stable
from notekeep.files.durable import close, sync_file, write_all
from notekeep.files.ledger import Change, StepRecord, new_id
from notekeep.files.reasons import changed
from notekeep.files.staging import keep_copy

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.files.folder import Place
    from notekeep.files.history import History
    from notekeep.files.staging import Staged


def write_in_place(
    root: Path | str, place: Place, staged: Staged, history: History | None
) -> str | None:
    """Give a file a new content without giving it a new inode.

    Args:
        root: The vault or site.
        place: The file.
        staged: What it shall hold.
        history: Where the old content is already kept, and the new one is first.

    Returns:
        The path of the conflict copy that keeps what another program wrote at the same moment; None
        when none did.

    Raises:
        Refused: There is no history to make it safe.
        Conflict: The file changed since it was staged; the new content is a conflict copy then.
        OSError: The system could not do it; the file is as it was, or the journal says how to go
            on.
    """
    if history is None:
        raise Refused(f"'{place.shown}' has other names.", "Make it a file of its own.")
    history.keep(staged.data)
    change = Change("edit", staged.path, staged.before, staged.after)
    record = StepRecord(new_id(), time.time(), "save", "", (change,))
    fd = place.open(place.name, os.O_RDWR)
    try:
        entry = history.journal.begin(record, os.path.realpath(root), logged=False)
        points.reached("journaled")
        try:
            copy = _write(fd, place, staged)
        except BaseException:
            if _restore(fd, place, staged, history):
                entry.finish()
            else:
                entry.leave()
            raise
        entry.finish()
        points.reached("done")
        return copy
    finally:
        close(fd)


def _write(fd: int, place: Place, staged: Staged) -> str | None:
    old = read_stable(fd, place.shown)
    if digest_of(old) != staged.before:
        copy = keep_copy(place, staged.data, fd)
        raise changed(
            place.shown,
            f"was changed by another program meanwhile; your version is in '{copy}'",
            "Compare the two with `notekeep conflicts`.",
            copy,
        )
    overwrite(fd, staged.data)
    points.reached("swapped")
    return None


def overwrite(fd: int, data: bytes) -> None:
    """Write a content into an open file from its start, having made sure there is room for it.

    The length is cut last: until then, the end of the old content is still there.
    """
    size = os.fstat(fd).st_size
    if len(data) > size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, size, len(data) - size)
    os.lseek(fd, 0, os.SEEK_SET)
    write_all(fd, data)
    os.ftruncate(fd, len(data))
    sync_file(fd)


def _restore(fd: int, place: Place, staged: Staged, history: History) -> bool:
    """Put the old content back after a failure; False when the journal has to do it later."""
    try:
        old = history.blob(staged.before)
        if is_ours(read_stable(fd, place.shown), old, staged.data):
            overwrite(fd, old)
    except (OSError, NotekeepError):
        return False
    return True


def is_ours(now: bytes, old: bytes, new: bytes) -> bool:
    """Tell whether nothing but our own write in place, cut short anywhere, made a content.

    Args:
        now: What is there: the start of the new content, then the rest of the old one, then zeros
            where room was made for more; or one of the two whole.
        old: The content before.
        new: The content that was written.
    """
    if now == new:
        return True
    shorter = min(len(now), len(new))
    cut = next((at for at in range(shorter) if now[at] != new[at]), shorter)
    padded = old + bytes(max(0, len(new) - len(old)))
    return len(now) >= len(old) and now[cut:] == padded[cut : len(now)]
