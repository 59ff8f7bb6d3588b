"""Keeps the index and the screens up to date: sweeps, file events, late writes.

A sweep, which checks the vault for changes, runs at the start, on request, after writes of the app,
and after each file event. Screens reload if it finds changes, or if another process or a search
updated the catalog. Writes of the app are in the catalog and on the screens before their event
arrives, so they do not cause a second reload.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from notekeep.catalog import indexing_process
from notekeep.catalog.indexing_process import Progress
from notekeep.errors import NotekeepError
from notekeep.tui.messages import IndexingStatus, VaultChanged, WorkStatus
from notekeep.tui.render.formatting import thousands
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    log_internal_error,
    report_error,
    show_error,
    show_message,
)

if TYPE_CHECKING:
    from notekeep.catalog.indexer import RefreshResult
    from notekeep.tui.navigation import Navigation
    from notekeep.tui.program import Program

FEW_NOTES = 50
"""More changed notes than this are indexed by another process, because a thread would delay every
key and use about 12 MB."""
QUIET_SECONDS = 1.0  # seconds between a write and its indexing
EVENT_PAUSE = 0.1  # seconds between an event and its sweep, so that own writes reach the catalog
RETRY_SECONDS = 0.5  # seconds until a failed or incomplete sweep is repeated
SETTLE_SECONDS = 5.0  # seconds between checks of replaced files for late writes
_END_SECONDS = 2.0


class _SweepCancelled(BaseException):
    """The user quit during a sweep; the next start continues from the index.

    Not an Exception, so that no intermediate handler catches it.
    """


class VaultUpdates:
    """Updates the index and the screens while the app runs."""

    def __init__(self, app: Program, navigation: Navigation, shown: int | None) -> None:
        """`shown` is the catalog generation that the screens show, if known."""
        self._app, self._navigation = app, navigation
        app.vault.indexing.words_at_once = FEW_NOTES
        self._shown = app.vault.catalog.generation if shown is None else shown
        self._index_progress = Progress(thousands)
        self._is_quitting = threading.Event()
        self._process: indexing_process.IndexingProcess | None = None
        self._following = threading.Lock()
        self._stop_watching = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        self.sweep()
        self._app.set_interval(SETTLE_SECONDS, self._check_displaced)
        self._watcher = threading.Thread(target=self._watch, name="watching", daemon=True)
        self._watcher.start()

    def mark_shown(self) -> None:
        self._shown = self._app.vault.catalog.generation

    @property
    def is_behind(self) -> bool:
        return self._app.vault.catalog.generation != self._shown

    def _is_news(self, refreshed: RefreshResult) -> bool:
        # Touched files, and new files that were read twice, have not changed.
        removed = len(refreshed.changes.removed) > len(refreshed.unconfirmed)
        return removed or bool(refreshed.indexed or refreshed.logs) or self.is_behind

    def sweep(self) -> None:
        """Check the vault for changes and show the progress."""
        self._app.post_message(WorkStatus("Checking for changed notes"))
        refresh = partial(self._refresh, is_sweep=True)
        in_background(self._app, refresh, self._swept, group="sweep", failed=self._cannot)

    def catch_up(self) -> None:
        """Index the app's own writes, QUIET_SECONDS after the last write."""
        in_background(
            self._app,
            self._refresh,
            self._swept,
            group="catch-up",
            exclusive=True,
            pause=QUIET_SECONDS,
            failed=lambda _error: self._end_status(),
        )

    def stop_sweep(self) -> None:
        """Cancel the running sweep when the user quits."""
        self._is_quitting.set()
        if self._process is not None:
            self._process.stop()

    def _refresh(self, *, is_sweep: bool = False) -> RefreshResult | None:
        vault = self._app.vault
        self._index_progress = Progress(thousands)
        try:
            refreshed = vault.indexing.refresh(defer=True, progress=self._progress)
            if refreshed.deferred:
                self._follow_process()
                return None
        except _SweepCancelled:
            return None
        # Word vectors are computed after a sweep, and not after each write.
        if vault.is_indexing_due if is_sweep else vault.indexing.needs_process:
            indexing_process.start_indexing(vault.root)
        return refreshed

    def _follow_process(self) -> None:
        """Index the remaining notes in another process and show its progress."""
        # Only one thread follows the process, because the number of threads is limited.
        if self._is_quitting.is_set() or not self._following.acquire(blocking=False):
            return
        try:
            self._app.post_message(VaultChanged())
            vault = self._app.vault
            self._process = indexing_process.IndexingProcess(vault.root)
            if self._is_quitting.is_set():  # may be set after the check above
                return
            is_done = self._process.follow(self._progress)
            if is_done and not vault.indexing.refresh(defer=True).deferred:
                self._app.post_message(VaultChanged())
        finally:
            self._following.release()
            self._end_status()

    def _progress(self, done: int, total: int) -> None:
        # Called in another thread, so it may only post messages.
        if self._is_quitting.is_set():
            raise _SweepCancelled
        if total > FEW_NOTES:
            text = f"Indexing {self._index_progress.describe(done, total)}"
            self._app.post_message(IndexingStatus(done / total, text))

    def _end_status(self) -> None:
        """Clear the progress unless the other process is still running."""
        if not self._following.locked():
            self._app.post_message(WorkStatus(""))
            self._app.post_message(IndexingStatus(None))

    def _swept(self, refreshed: RefreshResult | None) -> None:
        """Clear the status, and reload the screens if the sweep found changes."""
        self._end_status()
        if refreshed is None:
            return
        if self._is_news(refreshed):
            self._app.post_message(VaultChanged())
        elif (browse := self._navigation.browse) is not None and browse.pane.typed:
            # The full-text index may have more notes even if the catalog has not changed.
            browse.pane.reload()

    def _cannot(self, error: NotekeepError) -> None:
        self._end_status()
        show_error(self._app, error)

    def _watch(self) -> None:
        from notekeep.storage.watch import watch

        for _ in watch(self._app.vault.root, stop=self._stop_watching):
            pause = EVENT_PAUSE
            while not self._stop_watching.wait(pause) and not self._sweep_quietly():
                pause = RETRY_SECONDS

    def _sweep_quietly(self) -> bool:
        """Update the catalog; return whether it is complete."""
        # Writes in progress are not in the catalog yet.
        if any(
            worker.group.endswith(WRITE_GROUP) and not worker.is_finished
            for worker in list(self._app.workers)
        ):
            return False
        try:
            refreshed = self._app.vault.indexing.refresh(words=False)
            news = self._is_news(refreshed)
        except NotekeepError:
            return False  # the next request of the user will report it
        except Exception as error:  # noqa: BLE001 - a bug must not stop the watcher
            log_internal_error(error)
            return True
        if news and not self._stop_watching.is_set():
            # This thread may only post messages.
            self._app.post_message(VaultChanged())
        return not refreshed.pending

    def close(self) -> None:
        """Stop watching, and check recently replaced files for late writes a last time."""
        self._stop_watching.set()
        if self._watcher is not None:
            self._watcher.join(_END_SECONDS)
        vault = self._app.vault
        if vault.has_opened_history:
            vault.history.store.check_displaced(vault.root, min_age=0)
            vault.history.store.close()

    def _check_displaced(self) -> None:
        app, vault = self._app, self._app.vault
        if not vault.has_opened_history:
            return

        def show(copies: list[str]) -> None:
            for copy in copies:
                show_message(app, f"A late change by another program is in {copy}")
            if copies:
                app.post_message(VaultChanged())

        in_background(
            app,
            lambda: vault.history.store.check_displaced(vault.root),
            show,
            group="settle",
            failed=partial(report_error, app),
        )
