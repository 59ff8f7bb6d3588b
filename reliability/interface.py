"""The interface driven without a terminal."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual.worker import WorkerCancelled

if TYPE_CHECKING:
    from notekeep.tui.app import NotekeepApp


async def settled(app: NotekeepApp) -> None:
    """Wait until nothing is done in the background; work that a later key replaced is no matter."""
    while any(not worker.is_finished for worker in app.workers):
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
