"""When a screen is painted: at once for a key, else a frame after it was painted last.

After a pause Textual paints at once too, but what changes next waits for the second frame after
that: a key that came right after a note was painted waited for 17 ms in which nothing was done.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual.screen import UPDATE_PERIOD
from textual.timer import Timer

from notekeep.tui.answering import is_answering, last_paint

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

LAYOUT = 2
"""Frames that are waited for before what a screen consists of is laid out again: what opens asks
for it in several steps, each of which takes longer than a key."""


class Frames(Timer):
    """The timer that has a screen painted after it was resumed, and is paused by that."""

    _active: asyncio.Event  # type: ignore[assignment] # as it is; Textual's is read as nothing

    def __init__(self, screen: Screen[Any], paint: Callable[[], None]) -> None:
        """Make the timer.

        Args:
            screen: What is painted.
            paint: Paints it.
        """
        super().__init__(screen, UPDATE_PERIOD, name="screen_update", callback=paint, pause=True)
        self._screen = screen
        self._is_due = asyncio.Event()

    def resume(self) -> None:
        """Have the screen painted."""
        super().resume()
        if not self._wait():
            self._is_due.set()

    def _wait(self) -> float:
        """Return for how many seconds a paint has to wait."""
        frames = LAYOUT if self._screen._layout_required else 1  # noqa: SLF001 - nothing else tells
        if frames == 1 and is_answering(self._screen.app):
            return 0.0
        next_frame = last_paint(self._screen.app) + frames * UPDATE_PERIOD
        return max(0.0, next_frame - time.monotonic())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._active.wait()
            if wait := self._wait():
                alarm = loop.call_later(wait, self._is_due.set)
                await self._is_due.wait()
                alarm.cancel()
            self._is_due.clear()
            # A paint pauses this too; but a program that ends paints nothing, and this would go
            # round for ever.
            self.pause()
            # Also when it was painted otherwise meanwhile, as what is laid out is: what is to be
            # done after a paint waits for the end of this.
            await self._tick(next_timer=loop.time(), count=0)
