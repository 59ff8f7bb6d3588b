"""A file that goes from a folder that is not the vault: a site has no trash, history is its trash.

What a file held is kept in history before it goes, so undoing makes it again. It is looked at once
more under another name, so that what another program saved at the last moment is put back.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from notekeep.errors import Conflict
from notekeep.files.content import READ_FLAGS, digest_of, not_a_file, read_stable
from notekeep.files.durable import close
from notekeep.files.folder import locate
from notekeep.files.ledger import Change
from notekeep.files.look import is_there
from notekeep.files.paths import TEMP_PREFIX
from notekeep.files.rename import rename_free

if TYPE_CHECKING:
    from notekeep.files.content import Digest
    from notekeep.files.durable import Flush
    from notekeep.files.folder import Place
    from notekeep.files.history import History


class Removal:
    """A file that is removed; see `items.Item`."""

    order: ClassVar[int] = 3
    action = "removed"

    def __init__(self, path: str) -> None:
        self.path = path
        self.made: list[str] = []
        self.change = Change("trash", path)

    def prepare(self, root: str, history: History, flush: Flush | None) -> bool:
        """Keep what it holds, whatever its size: nothing else brings it back."""
        with locate(root, self.path, follow=False) as place:
            data = _read(place, place.name)
            self.change = Change("trash", place.path, history.keep(data, flush=flush))
        return True

    def follow(self, digest: str | None) -> None:
        """Take notice of an edit before it."""
        if digest is not None:
            self.change = replace(self.change, before=digest)

    def apply(self, root: str, flush: Flush | None) -> None:
        """Remove it."""
        remove(root, self.change.path, self.change.before, flush=flush)

    def happened(self, root: str) -> bool:
        """Tell whether it is gone."""
        return not is_there(root, self.change.path)

    def discard(self, root: str) -> None:
        """Nothing was prepared beside it."""


def remove(root: str, path: str, digest: Digest | None, *, flush: Flush | None = None) -> None:
    """Remove a file that holds what is expected.

    Args:
        root: The folder that must not be left.
        path: The file.
        digest: What it holds, which history has.
        flush: When given, it is gone for good only after its next wait.

    Raises:
        Conflict: It holds something else; it is as it was.
        OSError: It could not be removed.
    """
    with locate(root, path, follow=False) as place:
        aside = f"{TEMP_PREFIX}{os.urandom(6).hex()}"
        rename_free(place.entry(), place.entry(aside))
        if digest_of(_read(place, aside)) != digest:
            rename_free(place.entry(aside), place.entry())
            raise Conflict(
                f"'{path}' was changed by another program while it was removed.",
                "It is as it was. Look at it, then do it again.",
            )
        place.unlink(aside)
        if flush is None:
            place.sync()
        elif place.fd is not None:
            flush.later(place.fd)


def _read(place: Place, name: str) -> bytes:
    if not stat.S_ISREG(place.stat(name).st_mode):
        raise not_a_file(place.shown)
    fd = place.open(name, READ_FLAGS)
    try:
        return read_stable(fd, place.shown)
    finally:
        close(fd)
