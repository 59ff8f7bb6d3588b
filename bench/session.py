"""A session with the interface in a real terminal, run without pauses.

    python -m bench.session REPORT VAULT SITE

It browses, searches, previews, edits, ticks and exports for about ten minutes, and presses each key
as soon as the previous key is painted, while another program changes a thousand files. The results
go into REPORT as JSON: see `SessionResult`. Keys are posted as events, because `pilot.press` waits
longer than a paint.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.__main__ import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.pilot import Pilot

TICK = 0.005
"""Seconds between checks of the event loop; a later check means that the loop was blocked."""
TIMEOUT_SECONDS = 0.06
"""Seconds to wait for the paint after a key; some keys paint nothing."""
PREVIEW_SECONDS = 10.0
"""Seconds to wait for a note to appear in the preview."""
CHANGED_FILES = 1_000
HOPS = 60
ROUNDS = 2
WORDS = ("type:book", "rating>=4", "the", "learning", "tag:", "is:private", "modified:last-week")
QUERIES = 7
SETTLED = 1.0


class SessionResult(NamedTuple):
    """The results of a session: times in seconds, memory in bytes.

    Attributes:
        keys: The time from each key in the list to its paint.
        hops: The time from each key to the paint of the next note in the preview.
        stalls: The longest wall time that the event loop was blocked, by part of the session.
        work: The longest CPU time of the event loop's thread between checks, by part.
        start: Memory after the start, when the app is idle.
        browsed: Memory after browsing, before the first search.
        rounds: Memory after each round.
        seconds: The duration of the session.
    """

    keys: list[float]
    hops: list[float]
    stalls: dict[str, float]
    work: dict[str, float]
    start: int
    browsed: int
    rounds: list[int]
    seconds: float


def memory() -> int:
    """Return the private memory of this process in bytes, without mapped files."""
    found = re.search(r"RssAnon:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) * 1024 if found else 0


class Session:
    """Presses the keys of a session and measures the app."""

    def __init__(self, app: App[Any], root: str) -> None:
        self._app = app
        self._root = root
        self._painted = asyncio.Event()
        self._part = "start"
        self._stalls: dict[str, float] = {}
        self._work: dict[str, float] = {}
        self._watching: asyncio.Task[None] | None = None
        # Set the hook on the instance; see `bench.habits`.
        vars(app)["post_display_hook"] = self._painted.set

    # Monitoring.

    async def _watch(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            part = self._part
            late, worked = time.perf_counter() - wall - TICK, time.thread_time() - cpu
            self._stalls[part] = max(late, self._stalls.get(part, 0.0))
            self._work[part] = max(min(worked, late + TICK), self._work.get(part, 0.0))

    # Keys.

    async def press(self, *keys: str) -> list[float]:
        """Press keys, each when the previous key is painted; return the time of each."""
        return [await self._press(key) for key in keys]

    async def _press(self, key: str, is_done: Callable[[], bool] = lambda: True) -> float:
        """Press a key; return the time until the first paint with `is_done` true."""
        from textual.events import Key

        self._painted.clear()
        event = Key(key, key if len(key) == 1 else " " if key == "space" else None)
        event.set_sender(self._app)
        start = time.perf_counter()
        self._app.post_message(event)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._painted.wait()
                while not is_done():  # the paint had another cause
                    self._painted.clear()
                    await self._painted.wait()
        return time.perf_counter() - start

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def _until(self, condition: Callable[[], bool], seconds: float = PREVIEW_SECONDS) -> None:
        deadline = time.perf_counter() + seconds
        while not condition() and time.perf_counter() < deadline:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.001)

    async def _wait_until_idle(self, seconds: float = SETTLED) -> None:
        """Wait until no worker has run for `seconds`."""
        quiet = time.perf_counter()
        deadline = quiet + 60
        while time.perf_counter() - quiet < seconds and time.perf_counter() < deadline:
            if any(worker.is_running for worker in self._app.workers):
                quiet = time.perf_counter()
            await asyncio.sleep(0.02)

    # Parts of the session.

    async def run(self) -> SessionResult:
        """Run the session and return its results."""
        started = time.perf_counter()
        self._watching = asyncio.create_task(self._watch())
        await self._wait_until_idle()
        start = memory()
        await self.press("f2", "home")
        await self._wait_until_idle(0.3)
        keys = await self._keys()
        hops = await self._hops()
        browsed = memory()
        changing = subprocess.Popen(  # noqa: ASYNC220 - only starting it blocks
            [sys.executable, "-m", "bench.disturb", self._root, str(CHANGED_FILES)]
        )
        rounds = []
        for number in range(ROUNDS):
            await self._round(number)
            self._part = "quiet"
            await self._wait_until_idle()
            rounds.append(memory())
        changing.wait()
        self._watching.cancel()
        seconds = time.perf_counter() - started
        return SessionResult(keys, hops, self._stalls, self._work, start, browsed, rounds, seconds)

    async def _keys(self) -> list[float]:
        self._part = "browse"
        took = []
        screen: Any = self._app.screen
        notes = screen.notes
        for number in range(HOPS):
            key = "down" if number % 20 < 15 else "up"
            took.append(await self._press(key, partial(_has_moved, notes, notes.cursor)))
            await asyncio.sleep(0.02)
        return took

    async def _hops(self) -> list[float]:
        """Go to notes that are not preloaded, and wait until each is painted."""
        self._part = "hop"
        took = []
        screen: Any = self._app.screen
        notes = screen.notes
        for _ in range(HOPS):
            goal = min(notes.cursor + 3, notes.note_count - 1)
            start = time.perf_counter()
            await self.press("down", "down", "down")
            await self._until(partial(_shows, screen, goal))
            self._painted.clear()
            screen.preview.refresh()
            await asyncio.wait_for(self._painted.wait(), PREVIEW_SECONDS)
            took.append((time.perf_counter() - start) / 3)
            await asyncio.sleep(0.03)
        return took

    async def _round(self, number: int) -> None:
        """Use every part of the interface once."""
        self._part = "browse"
        await self.press("f2", "home", *["pagedown"] * 15, *["down"] * 30, "end", "home")
        self._part = "search"
        for query in range(QUERIES):
            await self.press("slash")
            await self.type(WORDS[(number + query) % len(WORDS)])
            await asyncio.sleep(0.2)
            await self.press("enter", *["down"] * 5, "escape", "escape")
        self._part = "preview"
        await self.press("home", *["down"] * (number + 3), "enter", *["space"] * 6, "escape")
        self._part = "edit"
        await self.press("e")
        await self.type(" a line written while the files change")
        await self.press("enter")
        await asyncio.sleep(0.3)
        await self.press("escape")
        await asyncio.sleep(0.5)
        self._part = "tick"
        await self.press("f3")
        await asyncio.sleep(0.2)
        await self.press("down", "space", "down", "x", *["down"] * 5, "u")
        self._part = "today"
        await self.press("f1")
        await asyncio.sleep(0.2)
        await self.press(*["down"] * 8)
        self._part = "export"
        await self.press("f2", "p")
        await asyncio.sleep(0.5)
        await self.press("a")
        await asyncio.sleep(0.5)
        await self.press("w")
        await asyncio.sleep(0.5)
        await self.press("escape", "f2")
        self._part = "switch"
        await self.press("ctrl+o")
        await self.type("the")
        await self.press("down", "escape")


def _has_moved(notes: Any, row: int) -> bool:
    """Whether the cursor of a list is on another row than `row`."""
    return bool(notes.cursor != row)


def _shows(screen: Any, row: int) -> bool:
    """Whether the cursor is on a row and the preview shows its note."""
    notes = screen.notes
    return notes.cursor == row and (notes.row is None or screen.preview.path == notes.row.path)


def prepare(root: str, site: str) -> None:
    """Connect a vault to a site, and make the app start with the list of notes."""
    from notekeep.config import Places
    from notekeep.tui import location
    from notekeep.vault import Vault

    settings = Path(Places.for_machine().config, "config.toml")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        f'[sites]\n"{os.path.realpath(root)}" = {{ dir = "{site}", target = "hugo" }}\n', "utf-8"
    )
    vault = Vault.open(root)
    location.save_place(
        vault.places.state, location.LastPlace(day=vault.today().isoformat(), screen="browse")
    )


def main(report: str, root: str, site: str) -> None:
    """Run the session in a vault with a site, and write the results to a file."""
    from notekeep.tui.launch import launch
    from notekeep.vault import Vault

    results: list[SessionResult] = []

    async def session(pilot: Pilot[Any]) -> None:
        results.append(await Session(pilot.app, root).run())
        pilot.app.exit()

    prepare(root, site)
    collect_rarely()
    launch(Vault.open(root), prelude=False, auto_pilot=session)
    Path(report).write_text(json.dumps(results[0]._asdict() if results else None), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
