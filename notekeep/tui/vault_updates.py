"""Sweeps and file events, brought to screens."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.catalog import indexer
from notekeep.catalog.indexer import Pace
from notekeep.errors import NotekeepError
from notekeep.tui.messages import IndexingStatus, VaultChanged, WorkStatus
from notekeep.tui.render.formatting import thousands
from notekeep.tui.textual_compat import release_memory
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    log_internal_error,
    show_error,
    show_message,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from notekeep.catalog.indexer import Refreshed
    from notekeep.tui.app import NotekeepApp


# Bringing the index up to date: at the start, when asked, and after what is written here.


FEW = 50
"""Of more notes than this the full text is brought on by a process of its own: in this one they
would take a dozen megabytes, and the time of keys."""

QUIET = 1.0
"""Seconds after a change before the full text takes it in: by then nobody waits for it."""


class _SweepCancelled(BaseException):
    """The person left while the vault was being read.

    What is in the index by then stays there, and the next start goes on from it. It is no
    Exception, so that nothing on the way takes it for a fault that there is another way around.
    """


class VaultSweeps:
    """Sweeps the vault of a program, and gives up at once when the person leaves.

    Many changed notes are taken in by a process of its own: in a thread of this one they would hold
    up every key.
    """

    def __init__(self, app: NotekeepApp, is_news: Callable[[Refreshed], bool]) -> None:
        self._app = app
        app.vault.words_at_once = FEW
        self._is_news = is_news
        self._left = threading.Event()
        self._pace = Pace(thousands)
        self._follower: indexer.IndexingProcess | None = None
        self._following = threading.Lock()

    def sweep(self) -> None:
        """Look for what changed since notekeep looked last, and say how far that is."""
        self._app.post_message(WorkStatus("Looking for changed notes"))
        in_background(self._app, self._refresh, self._swept, group="sweep", failed=self._cannot)

    def catch_up(self, then: Callable[[], None]) -> None:
        """Take what was written here into the full text too, when nothing else is asked."""
        in_background(
            self._app,
            self._refresh,
            lambda refreshed: self._caught_up(refreshed, then),
            group="catch-up",
            exclusive=True,
            pause=QUIET,
            failed=lambda _error: self._is_over(),
        )

    def stop(self) -> None:
        """Give up what is going on."""
        self._left.set()
        if self._follower is not None:
            self._follower.stop()

    def _refresh(self) -> Refreshed | None:
        vault = self._app.vault
        self._pace = Pace(thousands)
        try:
            refreshed = vault.refresh(defer=True, progress=self._progress)
            if refreshed.deferred:
                self._follow()
                return None
        except _SweepCancelled:
            return None
        if vault.words.should_merge:
            indexer.start_indexing(vault.root)
        return refreshed

    def _follow(self) -> None:
        """Have a process take in what was left, and tell of it.

        Who comes meanwhile leaves it to the one that follows: each would keep a thread until it is
        done, and there are few, which notes are read in.
        """
        if self._left.is_set() or not self._following.acquire(blocking=False):
            return
        try:
            self._app.post_message(VaultChanged())
            vault, self._follower = self._app.vault, indexer.IndexingProcess(self._app.vault.root)
            if self._left.is_set():  # who left before there was one stopped none
                return
            if self._follower.follow(self._progress) and not vault.refresh(defer=True).deferred:
                self._app.post_message(VaultChanged())
        finally:
            # Sweeps and new lists had their peak meanwhile; what is free of it goes back.
            release_memory()
            self._following.release()
            self._is_over()

    def _progress(self, done: int, total: int) -> None:
        # Called in the thread that refreshes: a message is all it may make.
        if self._left.is_set():
            raise _SweepCancelled
        # A few notes are there before anybody has read how far they are.
        if total > FEW:
            text = f"Indexing {self._pace.said(done, total)}"
            self._app.post_message(IndexingStatus(done / total, text))

    def _is_over(self) -> None:
        """Say that all is indexed; not while the process that is followed still is at it."""
        if self._following.locked():
            return
        self._app.post_message(WorkStatus(""))
        self._app.post_message(IndexingStatus(None))

    def _swept(self, refreshed: Refreshed | None) -> None:
        self._is_over()
        if refreshed is not None and self._is_news(refreshed):
            self._app.post_message(VaultChanged())

    def _caught_up(self, refreshed: Refreshed | None, then: Callable[[], None]) -> None:
        self._is_over()
        if refreshed is not None and self._is_news(refreshed):
            self._app.post_message(VaultChanged())
        else:
            then()

    def _cannot(self, error: NotekeepError) -> None:
        self._is_over()
        show_error(self._app, error)


# What other programs do to the vault, brought to the screens while they are looked at.
#
# A thread waits for hints and sweeps the vault after each. What the sweep finds is news, and so
# is a catalog that somebody else brought on: another notekeep, or a search here that read what
# it met. What notekeep writes itself is in the catalog and on the screens already when the hint
# comes, so no screen is drawn twice.


PAUSE = 0.1
"""Seconds between a hint and its sweep: our own writes are in the catalog by then."""
AGAIN = 0.5
"""Seconds until a sweep is tried again that could not be made, or had to leave notes for later."""
SETTLE_SECONDS = 5.0
"""How often replaced files are looked at again, for what was written into them late."""
_END_SECONDS = 2.0


class VaultWatch:
    """Watches the vault of a program from its first frame to its end."""

    def __init__(self, app: NotekeepApp) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._settling: Timer | None = None
        self._told = 0

    def told(self, generation: int | None = None) -> None:
        """Note that the screens show the vault as the catalog knows it by now, or knew it then."""
        known = self._app.vault.catalog.generation if generation is None else generation
        self._told = known

    @property
    def is_behind(self) -> bool:
        """Whether the catalog knows more than the screens show."""
        return self._app.vault.catalog.generation != self._told

    def is_news(self, refreshed: Refreshed) -> bool:
        """Tell whether screens may show less than what is known after a refresh.

        Files that were only touched, or looked at again because they were new, are no news.
        """
        removed = bool(refreshed.changes.removed) and not refreshed.held
        found = removed or bool(refreshed.indexed or refreshed.logs)
        return found or self.is_behind

    def start(self) -> None:
        """Begin; the first frame is out."""
        if self._thread is None and not self._stop.is_set():
            self._settling = self._app.set_interval(SETTLE_SECONDS, self._settle)
            self._thread = threading.Thread(target=self._watch, name="watching", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, and look a last time at files that were replaced a moment ago."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)
        if self._has_history:
            vault = self._app.vault
            vault.history.settle(vault.root, min_age=0)
            vault.history.close()

    def _watch(self) -> None:
        from notekeep.storage.watch import watch

        for _ in watch(self._app.vault.root, stop=self._stop):
            pause = PAUSE
            while not self._stop.wait(pause) and not self._sweep():
                pause = AGAIN

    def _sweep(self) -> bool:
        """Take in what changed; returns whether all of it was, so that it is over."""
        if self._is_writing():
            return False
        try:
            refreshed = self._app.vault.refresh(words=False)
            news = self.is_news(refreshed)
        except NotekeepError:
            return False  # what is wrong is said when the person asks for something
        except Exception as error:  # noqa: BLE001 - one fault must not end the watching
            log_internal_error(error)
            return True
        if news and not self._stop.is_set():
            # Posting a message is all that this thread may do to the interface.
            self._app.post_message(VaultChanged())
        return not refreshed.pending

    def _is_writing(self) -> bool:
        """Whether something is being written here, and is not in the catalog yet."""
        return any(
            worker.group.endswith(WRITE_GROUP) and not worker.is_finished
            for worker in list(self._app.workers)
        )

    @property
    def _has_history(self) -> bool:
        """Whether history was opened: nobody opens it to look whether there is something to do."""
        return "history" in vars(self._app.vault)

    def _settle(self) -> None:
        if self._has_history:
            vault = self._app.vault
            in_background(
                self._app,
                lambda: vault.history.settle(vault.root),
                self._settled,
                group="settle",
                failed=lambda _error: None,
            )

    def _settled(self, copies: list[str]) -> None:
        for copy in copies:
            show_message(self._app, f"What another program wrote late is in {copy}")
        if copies:
            self._app.post_message(VaultChanged())
