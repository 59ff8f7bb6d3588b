"""What other programs do to the vault, brought to the screens while they are looked at.

A thread waits for hints and sweeps the vault after each; only what the sweep finds counts. What
notekeep writes itself is in the catalog already when the hint comes, so nothing is found and no
screen is drawn twice.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.tui.jobs import in_background, say
from notekeep.tui.messages import VaultChanged

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.tui.app import NotekeepApp

PAUSE = 0.1
"""Seconds between a hint and its sweep: our own writes are in the catalog by then."""
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

        vault = self._app.vault
        for _ in watch(vault.root, stop=self._stop):
            if self._stop.wait(PAUSE):
                return
            try:
                found = vault.refresh(words=False).changes
            except NotekeepError:
                continue  # the next sweep, or the person's own, says what is wrong
            if found and not self._stop.is_set():
                # Posting a message is all that this thread may do to the interface.
                self._app.post_message(VaultChanged())

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
