"""Bringing the index up to date: at the start, when asked, and after what is written here."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.index import background
from notekeep.index.pace import Pace
from notekeep.tui.jobs import in_background, show_error
from notekeep.tui.messages import Indexing, VaultChanged, Working
from notekeep.tui.render.words import thousands
from notekeep.tui.textual_compat import release_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.errors import NotekeepError
    from notekeep.index.refresh import Refreshed
    from notekeep.tui.app import NotekeepApp

FEW = 50
"""Of more notes than this the full text is brought on by a process of its own: in this one they
would take a dozen megabytes, and the time of keys."""

QUIET = 1.0
"""Seconds after a change before the full text takes it in: by then nobody waits for it."""


class _Left(BaseException):
    """The person left while the vault was being read.

    What is in the index by then stays there, and the next start goes on from it. It is no
    Exception, so that nothing on the way takes it for a fault that there is another way around.
    """


class Sweeping:
    """Sweeps the vault of a program, and gives up at once when the person leaves.

    Many changed notes are taken in by a process of its own: in a thread of this one they would hold
    up every key.
    """

    def __init__(self, app: NotekeepApp, is_news: Callable[[Refreshed], bool]) -> None:
        """Prepare.

        Args:
            app: The program.
            is_news: Tells whether the screens may show less than what is known after a refresh.
        """
        self._app = app
        app.vault.words_at_once = FEW
        self._is_news = is_news
        self._left = threading.Event()
        self._pace = Pace(thousands)
        self._follower: background.Follower | None = None
        self._following = threading.Lock()

    def sweep(self) -> None:
        """Look for what changed since notekeep looked last, and say how far that is."""
        self._app.post_message(Working("Looking for changed notes"))
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
        except _Left:
            return None
        if vault.words.crowded:
            background.start(vault.root)
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
            vault, self._follower = self._app.vault, background.Follower(self._app.vault.root)
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
            raise _Left
        # A few notes are there before anybody has read how far they are.
        if total > FEW:
            text = f"Indexing {self._pace.said(done, total)}"
            self._app.post_message(Indexing(done / total, text))

    def _is_over(self) -> None:
        """Say that all is indexed; not while the process that is followed still is at it."""
        if self._following.locked():
            return
        self._app.post_message(Working(""))
        self._app.post_message(Indexing(None))

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
