"""Twenty habits over ten years: rebuilding, counting, one check-in, and a key on the week.

The log is made from a seed and has 73,000 lines. Figures of the processor are beside what it takes
to read the same files and cut their lines at the blanks, which is the least any reader does.
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
"""Nine days of ten have a line, so eleven years have the lines of ten."""
SPLIT = "the same files read and split"
APPEND = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(fd, b"- 2026-11-24 meditate: 10 min @21:15\\n")
os.fsync(fd)
"""
KEYS = 25


def bench(ground: Ground) -> list[Line]:
    """Everything that the speed of habits is made of."""
    collect_rarely()  # as the program itself does
    root = ground.folder / "habits-vault"
    root.mkdir()
    (root / ".notekeep").mkdir()
    write_habits(root, random.Random(1), YEARS)
    logs = sorted((root / "habits/log").iterdir())
    split = _cpu(lambda: [line.split() for log in logs for line in log.read_text().split("\n")])
    index = _index(ground, root)
    rebuild = _cpu(lambda: _build(index), times=3)
    counted = _cpu(lambda: _count(index))
    month = logs[-1]
    text = month.read_text("utf-8")
    one = _cpu(lambda: [line.split() for line in month.read_text("utf-8").split("\n")])
    again = _cpu(lambda: _change(month, text, index))
    index.close()
    quick, bare = _check_in(ground, root)
    month.write_text(text, "utf-8")
    ours, theirs = asyncio.run(_paints(ground, root))
    return [
        Line("rebuild, CPU", rebuild, SPLIT, split),
        Line("all statistics of all habits, CPU", counted, SPLIT, split),
        Line("a month read again, CPU", again, "that file read and split", one),
        Line("a check-in, CPU", quick.cpu, "python -c pass", bare[0].cpu, 8.0),
        Line("a check-in with fsync", quick.wall, "an append with fsync in Python", bare[1].wall),
        Line("a key on the week until it is painted", ours, "a key on one line of text", theirs),
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


def _count(index: HabitIndex) -> None:
    """Streaks, rates, recoveries, strength and best weekday of every habit."""
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
    """Change one line of a month and take it in."""
    is_changed = ": skip" in month.read_text("utf-8")
    month.write_text(text if is_changed else text.replace(": done", ": skip", 1), "utf-8")
    index.refresh()


def _check_in(ground: Ground, root: Path) -> tuple[measure.Cost, tuple[measure.Cost, measure.Cost]]:
    words = ("-m", "notekeep", "--vault", str(root), "habit", "meditate", "10min")
    check_in = measure.python(*words, env=ground.env)
    measure.run(check_in)
    nothing = measure.python("-c", "pass", env=ground.env)
    append = measure.python("-c", APPEND, str(ground.folder / "appended"), env=ground.env)
    ours, bare, bare_append = measure.best(check_in, nothing, append, times=15)
    return ours, (bare, bare_append)


async def _paints(ground: Ground, root: Path) -> tuple[float, float]:
    """Seconds from a key to the paint it causes, at the median: the week, and one line of text."""
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
    """The median of the seconds from a key to the paint that it causes."""
    from textual.events import Key

    painted = asyncio.Event()
    # Textual calls it after each paint; of an object its own comes before that of its class, whose
    # style sheets lie beside the file it was written in.
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
    """The least processor time of some runs of something in this process."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)
