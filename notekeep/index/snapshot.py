"""The catalog as it is at one moment, for whoever asks many questions that belong together.

A plan of an export asks for notes one by one while other threads and programs may write. A link
that led to a plain note a moment ago must not be judged by what is known of another one by now.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NoReturn, Self

from notekeep.errors import Failure
from notekeep.index.catalog import Catalog

if TYPE_CHECKING:
    from notekeep.index.store import Reader


class Snapshot(Catalog):
    """The catalog of one vault from `with` on until its end, whoever writes meanwhile.

    It reads through a connection of its own, so that nobody waits for its turn. Where the catalog
    has no write-ahead log (see `schema.journal_mode`), who writes waits for the end of it, and a
    refresh leaves what it found for the next one after a while.

    Raises:
        Failure: On any question, where the file cannot be read. A damaged one is not answered from
            an empty catalog, to which no note would be private.
    """

    def __enter__(self) -> Self:
        reader = self._reader()
        with reader.lock:
            try:
                connection = self._connection(reader)
                connection.execute("BEGIN")
                # The moment is that of the first question, not that of BEGIN.
                connection.execute("SELECT count(*) FROM meta").fetchone()
            except sqlite3.DatabaseError as error:
                self._recover(error)
            if self.rebuilt:
                self._fail()
        return self

    def _reader(self) -> Reader:
        """The one reader: the moment is the same for all threads."""
        return self._of_others

    def _recover(self, error: sqlite3.DatabaseError) -> NoReturn:
        """Put an empty catalog in the place of a damaged one, and answer nothing from it."""
        super()._recover(error)
        self._fail()

    def _fail(self) -> NoReturn:
        self.close()
        raise Failure(f"{self._path}: was damaged and has been set aside.", "Do it again.")
