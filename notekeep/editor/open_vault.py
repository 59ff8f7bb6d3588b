"""A vault with open notes: its index follows the files, and the words to complete follow the index.

The index is updated at the start and after each change of a file, in a thread. A large change is
indexed by another process, as in the interface.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.indexing_process import IndexingProcess
from notekeep.catalog.name_lookup import resolve_link
from notekeep.catalog.records import Row
from notekeep.errors import NotekeepError
from notekeep.notes.link_repair import NearNames
from notekeep.notes.workspace import Workspace
from notekeep.services.completion import CompletionWords
from notekeep.storage.watch import watch
from notekeep.vault import Vault

log = logging.getLogger(__name__)

REPORT_SECONDS = 2.0
"""Seconds between reports while another process is indexing."""

_END_SECONDS = 2.0


class OpenVault:
    """A vault, kept up to date until it is closed."""

    def __init__(self, vault: Vault, changed: Callable[[OpenVault], None]) -> None:
        """`changed` is called in another thread after the index changed."""
        self.vault = vault
        self.workspace: Workspace = vault.workspace
        self.catalog: Catalog = vault.catalog
        self._changed = changed
        self._words: tuple[int, CompletionWords] | None = None  # with the generation
        self._near: tuple[int, NearNames] | None = None
        self._shown = -1  # the generation of the catalog that the editor knows
        self._reported = time.monotonic()
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._process = IndexingProcess(vault.root)
        self._watcher = threading.Thread(target=self._watch, name="watching", daemon=True)
        self._watcher.start()

    @property
    def root(self) -> str:
        """The folder of the vault."""
        return self.vault.root

    @property
    def is_indexed(self) -> bool:
        """Whether the vault was indexed before; else every link would look broken."""
        return self.catalog.meta("reader") is not None

    @property
    def words(self) -> CompletionWords:
        """The words to complete, as of the last change of the index."""
        is_starting = self._shown < 0  # later, the words are read again in the background
        if self._words is None or (is_starting and self._words[0] != self.catalog.generation):
            self._words = self.catalog.generation, CompletionWords.of(self.vault.search)
        return self._words[1]

    def resolve(self, target: str, source: str) -> Row | None:
        """Return the note that a link in the note `source` leads to."""
        return resolve_link(self.catalog, target, source)

    def near_names(self) -> NearNames:
        """Return the names of all notes, to find the one that is closest to a misspelled name."""
        generation = self.catalog.generation
        if self._near is None or self._near[0] != generation:
            self._near = generation, NearNames(self.catalog.names())
        return self._near[1]

    def refresh(self) -> None:
        """Update the index from the files, and report a change."""
        with self._refreshing, _logged():
            refreshed = self.vault.indexing.refresh(words=False, defer=True)
            if refreshed.deferred and not self._stop.is_set():
                self._process.follow(self._progress)
                self.vault.indexing.refresh(words=False, defer=True)
        self._report()

    def stop(self) -> None:
        """Stop watching and indexing, without waiting for the end."""
        self._stop.set()
        self._process.stop()

    def close(self) -> None:
        """Stop, and check recently replaced files one last time."""
        self.stop()
        self._watcher.join(_END_SECONDS)
        if self.vault.has_opened_history:
            self.vault.history.store.check_displaced(self.root, min_age=0)
            self.vault.history.store.close()

    def _watch(self) -> None:
        self.refresh()
        for _ in watch(self.root, stop=self._stop):
            self.refresh()

    def _progress(self, _done: int, _total: int) -> None:
        """Report what another process has indexed so far, but not after each note."""
        if time.monotonic() - self._reported > REPORT_SECONDS:
            self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        with _logged():
            generation = self.catalog.generation
            if generation == self._shown or self._stop.is_set():
                return
            self._words = generation, CompletionWords.of(self.vault.search)
            self._shown = generation
            self._changed(self)


@contextmanager
def _logged() -> Iterator[None]:
    """Log an error of the background work; the next change of a file tries again."""
    try:
        yield
    except NotekeepError as error:
        log.warning("%s %s", error.message, error.hint)
    except Exception:
        log.exception("The index was not updated.")
