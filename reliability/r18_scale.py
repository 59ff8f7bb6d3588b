"""R18: a vault of many notes opens to a list at once, and the interface is never held up."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.vault import Vault
from reliability import house
from reliability.board import Result, Row, Sizes
from reliability.interface import settled
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Callable

STALL = 0.1
"""Seconds for which the interface may not answer."""

TICK = 0.005
FIRST = 200
KINDS = 1000
"""So many different notes there are; each is there many times, under a title of its own."""


USUAL = 14_000
"""The size of a large vault of one person."""


def allowed(count: int) -> float:
    """Seconds that opening to a usable list may take: 0.5 up to USUAL notes, 1.5 up to 100,000."""
    return 0.5 if count <= USUAL else 1.5 if count <= 100_000 else 10.0


def open_list(root: Path) -> int:
    """Open a vault that is indexed, and read what the first screen shows."""
    vault = Vault.open(root)
    found = len(vault.search.rows(limit=FIRST).rows)
    vault.catalog.close()
    return found


def run(size: int, folder: Path, opener: Callable[[Path], int] = open_list) -> Result:
    """Make and index `size` notes, open them, look for changes, and use the interface.

    More than USUAL notes are tried after USUAL ones.
    """
    result = Result(count=size)
    counts = [USUAL, size] if size > USUAL else [size]
    result.size = "; ".join(
        _one_size(result, folder / str(count), count, opener) for count in counts
    )
    return result


def _one_size(result: Result, root: Path, count: int, opener: Callable[[Path], int]) -> str:
    _write(root, count)
    vault = Vault.open(root)
    began = time.perf_counter()
    vault.indexing.refresh()
    indexed = time.perf_counter() - began
    vault.catalog.close()
    times = []
    for _ in range(3):
        began = time.perf_counter()
        result.expect(opener(root) == min(count, FIRST), "the first page is not full")
        times.append(time.perf_counter() - began)
    result.expect(min(times) < allowed(count), f"{min(times):.2f} s to a list of {count:,} notes")
    while vault.indexing.refresh().changes.modified:
        pass  # files of the last two seconds are read again, as they could change unnoticed
    swept = min(_timed(vault.indexing.refresh) for _ in range(3))
    bare = min(_timed(lambda: _look(root)) for _ in range(3))
    for number in range(0, count, max(1, count // 50)):
        (root / f"{number % 100}/{number}.md").write_bytes(b"# Changed\n")
    stall = asyncio.run(_longest_stall(root))
    result.expect(stall < STALL, f"the interface did not answer for {stall * 1000:.0f} ms")
    house.close(vault)
    return (
        f"{count:,} notes: index {indexed:.1f} s, open {min(times) * 1000:.0f} ms,"
        f" refresh of nothing {swept * 1000:.0f} ms (a bare look at all files {bare * 1000:.0f}),"
        f" stall {stall * 1000:.0f} ms"
    )


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _look(folder: Path) -> None:
    """List all files and look at each, and do nothing with what is seen."""
    with os.scandir(folder) as listing:
        for entry in listing:
            if entry.is_dir(follow_symlinks=False):
                _look(Path(entry.path))
            else:
                entry.stat(follow_symlinks=False)


def _write(root: Path, size: int) -> None:
    bodies = list(random_notes(18, min(size, KINDS)))
    for number in range(100):
        (root / str(number)).mkdir(parents=True)
    for number in range(size):
        data = bodies[number % len(bodies)] + b"\n\n## Part %d\n" % number
        (root / f"{number % 100}/{number}.md").write_bytes(data)


async def _longest_stall(root: Path) -> float:
    """Start the interface while notes have changed, press keys, and measure its longest silence.

    The processor time of its own thread counts, so that a busy machine does no harm.
    """
    from notekeep.tui.app import NotekeepApp

    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            began = time.thread_time()
            await asyncio.sleep(TICK)
            longest = max(longest, time.thread_time() - began)

    app = NotekeepApp(Vault.open(root), "browse")
    gc.collect()
    gc.freeze()  # as the program does once it is started
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("j")
        beating = asyncio.create_task(beat())
        for key in ("j", "j", "pagedown", "slash", "n", "o", "t", "escape", "escape", "G", "home"):
            await pilot.press(key)
        await settled(app)
        beating.cancel()
        await pilot.press("ctrl+q")
    gc.unfreeze()
    return longest


ROW = Row("R18", "many notes", Sizes(500, 100_000, 1_000_000), run, alone=True)
