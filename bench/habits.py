"""Twenty habits over ten years: rebuilds, statistics, a check-in, and a key in the week view.

The log is generated from a seed and has 73,000 lines. CPU times are compared with reading the same
files and splitting their lines at spaces, the minimum for any reader.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench import measure
from bench.generate import write_habits
from bench.minimal_app import Minimal
from bench.table import Line
from notekeep.__main__ import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import App

    from bench.ground import Ground
    from notekeep.tracking.tracker import HabitIndex

YEARS = 11
"""Habits have a line on 90% of the days, so eleven years contain ten years of lines."""
SPLIT = "the same files read and split"
APPEND = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(fd, b"- 2026-11-24 meditate: 10 min @21:15\\n")
os.fsync(fd)
"""
KEYS = 25


def bench(ground: Ground) -> list[Line]:
    """Time everything that affects the speed of habits."""
    collect_rarely()  # like the app
    root = ground.folder / "habits-vault"
    root.mkdir()
    (root / ".notekeep").mkdir()
    write_habits(root, random.Random(1), YEARS)
    logs = sorted((root / "habits/log").iterdir())
    split = _cpu(lambda: [line.split() for log in logs for line in log.read_text().split("\n")])
    index = _index(ground, root)
    rebuild = _cpu(lambda: _build(index), times=3)
    statistics_time = _cpu(lambda: _compute_statistics(index))
    month = logs[-1]
    text = month.read_text("utf-8")
    month_split = _cpu(lambda: [line.split() for line in month.read_text("utf-8").split("\n")])
    month_read = _cpu(lambda: _change(month, text, index))
    index.close()
    check_in, bare = _check_in(ground, root)
    month.write_text(text, "utf-8")
    ours, theirs = asyncio.run(_key_latency(ground, root))
    return [
        Line("rebuild, CPU", rebuild, SPLIT, split),
        Line("all statistics of all habits, CPU", statistics_time, SPLIT, split),
        Line("a changed month, CPU", month_read, "that file read and split", month_split),
        Line("a check-in, CPU", check_in.cpu, "python -c pass", bare[0].cpu, 8.0),
        Line("a check-in with fsync", check_in.wall, "append and fsync in Python", bare[1].wall),
        Line("a key in the week view until painted", ours, "a key in a minimal app", theirs),
    ]


def _build(index: HabitIndex) -> None:
    index.close()
    shutil.rmtree(index.places.cache)
    os.mkdir(index.places.cache)
    index.refresh()


def _index(ground: Ground, root: Path) -> HabitIndex:
    from notekeep import config
    from notekeep.settings import VaultSettings
    from notekeep.tracking.tracker import HabitIndex

    cache, state = ground.folder / "habits-cache", ground.folder / "habits-state"
    cache.mkdir()
    state.mkdir()
    settings = VaultSettings()
    return HabitIndex(config.VaultPlaces(str(root), "id", str(cache), str(state), settings))


def _compute_statistics(index: HabitIndex) -> None:
    """Compute streak, rate, recoveries, strength and best weekdays of every habit."""
    from notekeep.habits.measures import rate, recovery, streak, strength
    from notekeep.habits.stats import best_weekdays, count_weekdays

    for habit in index.known():
        line = index.timeline(habit)
        streak(line)
        rate(line)
        recovery(line)
        best_weekdays(count_weekdays(line))
        strength(habit.definition, index.days(habit), line)


def _change(month: Path, text: str, index: HabitIndex) -> None:
    """Change one line of a month and refresh the index."""
    is_changed = ": skip" in month.read_text("utf-8")
    month.write_text(text if is_changed else text.replace(": done", ": skip", 1), "utf-8")
    index.refresh()


def _check_in(ground: Ground, root: Path) -> tuple[measure.Cost, tuple[measure.Cost, measure.Cost]]:
    words = ("-m", "notekeep", "--vault", str(root), "habit", "meditate", "10min")
    check_in = measure.python(*words, env=ground.env)
    measure.run(check_in)
    start_up = measure.python("-c", "pass", env=ground.env)
    append = measure.python("-c", APPEND, str(ground.folder / "appended"), env=ground.env)
    ours, bare, bare_append = measure.best(check_in, start_up, append, times=15)
    return ours, (bare, bare_append)


async def _key_latency(ground: Ground, root: Path) -> tuple[float, float]:
    """Return the median seconds from a key to its paint, in the week view and in a minimal app."""
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    os.environ["NOTEKEEP_HOME"] = ground.env["NOTEKEEP_HOME"]
    vault = Vault.open(root)
    vault.indexing.refresh()

    class Text(Minimal):
        def on_key(self) -> None:
            self.query_one("Static").refresh()

    ours = await _key_to_paint(NotekeepApp(vault, "habits"))
    return ours, await _key_to_paint(Text())


async def _key_to_paint(app: App[Any]) -> float:
    """Return the median seconds from a key to its paint."""
    from textual.events import Key

    painted = asyncio.Event()
    # Textual calls the hook after each paint. Set it on the instance: a subclass in this file would
    # look for style sheets in this folder.
    vars(app)["post_display_hook"] = painted.set
    took = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(1)
        for number in range(KEYS):
            painted.clear()
            event = Key("down" if number % 10 < 5 else "up", None)
            event.set_sender(app)
            start = time.perf_counter()
            app.post_message(event)
            await asyncio.wait_for(painted.wait(), 10)
            took.append(time.perf_counter() - start)
            await pilot.pause(0.2)
    return statistics.median(took)


def _cpu(action: Callable[[], object], times: int = 5) -> float:
    """Return the best CPU time of several runs of an action in this process."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)
