"""Sweeps and file events, brought to screens: the catalog follows the files, screens the catalog.

A sweep runs at the start, when asked, after what is written here, and after each hint that
another program changed a file. What a sweep finds is news, and so is a catalog that somebody else
brought on: another notekeep, or a search here that read what it met. What notekeep writes itself
is in the catalog and on the screens already when the hint comes, so no screen is drawn twice.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from notekeep.catalog import indexing_process
from notekeep.catalog.indexing_process import Pace
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
    from notekeep.catalog.indexer import Refreshed
    from notekeep.tui.navigation import Navigation
    from notekeep.tui.program import Program

FEW_NOTES = 50
"""Of more notes than this the full text is brought on by a process of its own: in a thread of this
one they would hold up every key, and take a dozen megabytes."""
QUIET_SECONDS = 1.0
"""Seconds after a change before the full text takes it in: by then nobody waits for it."""
EVENT_PAUSE = 0.1  # seconds between a hint and its sweep: our own writes are in the catalog by then
RETRY_SECONDS = 0.5
"""Seconds until a sweep is tried again that could not be made, or had to leave notes for later."""
SETTLE_SECONDS = 5.0
"""How often replaced files are looked at again, for what was written into them late."""
_END_SECONDS = 2.0


class _SweepCancelled(BaseException):
    """The person left while the vault was being read.

    What is in the index by then stays there, and the next start goes on from it. It is no
    Exception, so that nothing on the way takes it for a fault that there is another way around.
    """


class VaultUpdates:
    """Keeps the index of a vault up to date while a program shows it, and gives up at its end."""

    def __init__(self, app: Program, navigation: Navigation, shown: int | None) -> None:
        """Prepare; `shown` is the generation of the catalog that the screens show, if known."""
        self._app, self._navigation = app, navigation
        app.vault.indexing.words_at_once = FEW_NOTES
        self._shown = app.vault.catalog.generation if shown is None else shown
        self._pace = Pace(thousands)
        self._has_left = threading.Event()
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

    def _is_news(self, refreshed: Refreshed) -> bool:
        # Files that were only touched, or looked at again because they were new, are no news.
        removed = len(refreshed.changes.removed) > len(refreshed.held)
        return removed or bool(refreshed.indexed or refreshed.logs) or self.is_behind

    # Sweeps that were asked for, and after what was written here.

    def sweep(self) -> None:
        """Look for what changed since notekeep looked last, and say how far that is."""
        self._app.post_message(WorkStatus("Checking for changed notes"))
        in_background(self._app, self._refresh, self._swept, group="sweep", failed=self._cannot)

    def catch_up(self) -> None:
        """Take what was written here into the full text too, when nothing else is asked."""
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
        """Give up the sweep that is going on: the person leaves."""
        self._has_left.set()
        if self._process is not None:
            self._process.stop()

    def _refresh(self) -> Refreshed | None:
        vault = self._app.vault
        self._pace = Pace(thousands)
        try:
            refreshed = vault.indexing.refresh(defer=True, progress=self._progress)
            if refreshed.deferred:
                self._follow_process()
                return None
        except _SweepCancelled:
            return None
        if vault.full_text.should_merge:
            indexing_process.start_indexing(vault.root)
        return refreshed

    def _follow_process(self) -> None:
        """Have a process take in what was left, and tell of it."""
        # Who comes meanwhile leaves it to the one that follows: each would keep a thread until it
        # is done, and there are few, which notes are read in.
        if self._has_left.is_set() or not self._following.acquire(blocking=False):
            return
        try:
            self._app.post_message(VaultChanged())
            vault = self._app.vault
            self._process = indexing_process.IndexingProcess(vault.root)
            if self._has_left.is_set():  # who left before there was one stopped none
                return
            is_done = self._process.follow(self._progress)
            if is_done and not vault.indexing.refresh(defer=True).deferred:
                self._app.post_message(VaultChanged())
        finally:
            self._following.release()
            self._end_status()

    def _progress(self, done: int, total: int) -> None:
        # Called in the thread that refreshes: a message is all it may make.
        if self._has_left.is_set():
            raise _SweepCancelled
        # A few notes are there before anybody has read how far they are.
        if total > FEW_NOTES:
            text = f"Indexing {self._pace.describe(done, total)}"
            self._app.post_message(IndexingStatus(done / total, text))

    def _end_status(self) -> None:
        """Say that all is indexed; not while the process that is followed still is at it."""
        if not self._following.locked():
            self._app.post_message(WorkStatus(""))
            self._app.post_message(IndexingStatus(None))

    def _swept(self, refreshed: Refreshed | None) -> None:
        """End a sweep, and have the screens show what was new in it."""
        self._end_status()
        if refreshed is None:
            return
        if self._is_news(refreshed):
            self._app.post_message(VaultChanged())
        elif (browse := self._navigation.browse) is not None and browse.pane.typed:
            browse.pane.again()  # the full text may have more notes, though the catalog has not

    def _cannot(self, error: NotekeepError) -> None:
        self._end_status()
        show_error(self._app, error)

    # What other programs do: a thread waits for hints and sweeps the vault after each.

    def _watch(self) -> None:
        from notekeep.storage.watch import watch

        for _ in watch(self._app.vault.root, stop=self._stop_watching):
            pause = EVENT_PAUSE
            while not self._stop_watching.wait(pause) and not self._sweep_quietly():
                pause = RETRY_SECONDS

    def _sweep_quietly(self) -> bool:
        """Take in what changed; return whether all of it was, so that it is over."""
        # What is being written here is not in the catalog yet.
        if any(
            worker.group.endswith(WRITE_GROUP) and not worker.is_finished
            for worker in list(self._app.workers)
        ):
            return False
        try:
            refreshed = self._app.vault.indexing.refresh(words=False)
            news = self._is_news(refreshed)
        except NotekeepError:
            return False  # what is wrong is said when the person asks for something
        except Exception as error:  # noqa: BLE001 - one fault must not end the watching
            log_internal_error(error)
            return True
        if news and not self._stop_watching.is_set():
            # Posting a message is all that this thread may do to the interface.
            self._app.post_message(VaultChanged())
        return not refreshed.pending

    # Files that were replaced, and are still open in another program.

    def close(self) -> None:
        """End, and look a last time at files that were replaced a moment ago."""
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
