"""What other programs do to the vault, brought to the screens while they are looked at.

A thread waits for hints and sweeps the vault after each. What the sweep finds is news, and so is a
catalog that somebody else brought on: another notekeep, or a search here that read what it met.
What notekeep writes itself is in the catalog and on the screens already when the hint comes, so no
screen is drawn twice.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.tui.jobs import WRITING, in_background, log_fault, say
from notekeep.tui.messages import VaultChanged

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.index.indexer import Refreshed
    from notekeep.tui.app import NotekeepApp

PAUSE = 0.1
"""Seconds between a hint and its sweep: our own writes are in the catalog by then."""
AGAIN = 0.5
"""Seconds until a sweep is tried again that could not be made, or had to leave notes for later."""
SETTLE_SECONDS = 5.0
"""How often replaced files are looked at again, for what was written into them late."""
_END_SECONDS = 2.0


class Watching:
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
        from notekeep.files.watch import watch

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
            log_fault(error)
            return True
        if news and not self._stop.is_set():
            # Posting a message is all that this thread may do to the interface.
            self._app.post_message(VaultChanged())
        return not refreshed.pending

    def _is_writing(self) -> bool:
        """Whether something is being written here, and is not in the catalog yet."""
        return any(
            worker.group.endswith(WRITING) and not worker.is_finished
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
            say(self._app, f"What another program wrote late is in {copy}")
        if copies:
            self._app.post_message(VaultChanged())
