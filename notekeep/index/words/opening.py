"""The newest commit of an index, kept open; and who is to blame when it cannot be used."""

from __future__ import annotations

import contextlib
import errno
import threading
from typing import TYPE_CHECKING, NoReturn

from notekeep.errors import Failure, NotekeepError
from notekeep.index.words.folder import Folder, Reached, Unusable
from notekeep.index.words.language import short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notekeep.index.words.snapshot import Snapshot

NOT_THE_INDEX = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE}


class Replaced(Unusable):
    """Another process put a newer index in the place of the one that was being read."""


class OpenIndex:
    """An index, opened when it is first asked and again when there is a newer commit.

    Attributes:
        folder: Where the index is; `<folder>.new` and `<folder>.lock` stand beside it.
        language: Two letters, or "" for none.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = short(language)
        self._folder = Folder(folder)
        self._turn = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._state: tuple[int, int | None] = (0, None)
        self._damaged: tuple[int, int | None] | None = None

    @property
    def generation(self) -> int | None:
        """The catalog's generation up to which the index holds everything; None: build it."""
        reached = self._reached()
        return reached.generation if reached else None

    @property
    def count(self) -> int:
        """How many notes the index holds; 0 when it cannot be used."""
        reached = self._reached()
        return reached.notes if reached else 0

    def close(self) -> None:
        """Let go of the index's files; the next question opens them again."""
        with self._turn:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = None

    def _reached(self) -> Reached | None:
        if not self._folder.is_ours(self.language) or self._folder.state() == self._damaged:
            return None
        return self._folder.reached()

    def _current(self) -> Snapshot:
        """Return the newest commit, opened anew when there is a newer one."""
        from notekeep.index.words.snapshot import Snapshot

        state = self._folder.state()
        if state == self._damaged:
            raise Unusable("The search index is damaged", "It is built again at the next refresh")
        if self._snapshot is None or state != self._state:
            try:
                self._snapshot = Snapshot.open(self._folder, self.language, self._snapshot)
            except Unusable as error:
                if self._folder.state() != state:
                    raise _replaced() from error
                self._damaged = state
                raise
            self._state = state
        return self._snapshot

    @contextlib.contextmanager
    def _blaming_index(self, state: tuple[int, int | None]) -> Iterator[None]:
        """Turn what a damaged index raises, which may be anything, into Unusable.

        What the system refuses (no space, no permission) says nothing about the index, and neither
        does a file that is gone because another process put a newer index in its place.

        Args:
            state: The state of the index that is read or changed.

        Raises:
            Replaced: The index is another by now.
        """
        try:
            yield
        except NotekeepError:
            raise
        except Exception as error:
            if self._folder.state() != state:
                self.close()
                raise _replaced() from error
            self._blame(error, state)

    def _blame(self, error: Exception, state: tuple[int, int | None]) -> NoReturn:
        if isinstance(error, OSError):
            if error.errno not in NOT_THE_INDEX:
                self._damaged = state
            raise Failure(
                f"The search index could not be used: {error.strerror or error}",
                "Notes are not affected; the index is a cache and can be deleted",
            ) from error
        self._damaged = state
        raise Unusable(
            f"The search index is damaged ({type(error).__name__}: {error})",
            "It is built again at the next refresh",
        ) from error


def _replaced() -> Replaced:
    return Replaced("The search index was replaced while it was read", "Ask again")
