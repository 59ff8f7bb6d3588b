"""Open the app on a vault as a person would: search, read the note, complete a habit, quit.

    python app_tour.py VAULT

It runs in the environment that is checked, so it imports only notekeep.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from notekeep import Vault
from notekeep.tui.app import NotekeepApp

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60
"""A safety limit: each step takes less than a second."""


async def _tour(vault: Vault) -> None:
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:

        async def until(condition: Callable[[], bool], what: str) -> None:
            end = time.monotonic() + SECONDS
            while not condition():
                if time.monotonic() > end:
                    raise SystemExit(f"the app did not show {what}")
                await pilot.pause(0.05)

        def shows(text: str) -> bool:
            lines = app.screen._compositor.render_strips()  # noqa: SLF001 - what the screen shows
            return any(text in strip.text for strip in lines)

        await until(lambda: shows("Atomic Habits"), "the note")
        await pilot.press("slash", *"every action")
        await until(lambda: shows("Every action"), "the quote as a result of the search")
        await pilot.press("escape", "f3")
        await until(lambda: shows("Meditate"), "the habit")
        await pilot.press("ctrl+q")


asyncio.run(_tour(Vault.open(sys.argv[1])))
