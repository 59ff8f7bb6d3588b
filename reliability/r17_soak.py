"""R17: a day of use in a minute: what a process holds does not grow, and nothing is lost.

The clock is made: it shows a day while the row runs. The interface is used on a terminal without a
pause, so that it never has the time to tidy up at leisure.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import random
import select
import shutil
import signal
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from notekeep.errors import NotekeepError
from reliability import house
from reliability.board import Result, Row, Sizes
from tests.support.random_notes import random_notes

with contextlib.suppress(ModuleNotFoundError):  # Windows has no terminals of this kind
    import fcntl
    import pty
    import termios

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault

NOTES = 1500
GROWTH = 1.1
EACH = 5
"""Events between two measurements."""

SETTLING, WARM = 0.3, 40
"""The share of the time in which caches may still fill, and the events at least."""

SAMPLES = 9
"""Measurements that are taken at least, however slow the machine: three early, three late."""

QUERIES = ("habit", '"the note"', "type:book", "is:broken", "sort:modified", "work* -read", "#book")
KEYS = ("/", "\x15", *"habit", "\r", "\r", "/", "\x15", *"book", "\r", "\r")
"""A round in the interface: twice a search and its best note.

There is no escape in it: on a busy machine the next key overtakes it, and the two are one with alt.
"""

ROUNDS, WARM_ROUNDS = 120, 40
"""How often at least, and how often before memory is measured: caches fill."""

ROUND_GROWTH = 0.05
"""Megabytes that a round may leave; a search makes 0.28 of garbage, which has to be collected."""

SAMPLE = Path(__file__).parents[1] / "vault"
BEGINNING = dt.datetime(2026, 11, 24, 5)  # noqa: DTZ001 - a person's clock has no zone
DAY = 86_400


def run(size: int, folder: Path, meddle: Callable[[], object] | None = None) -> Result:
    """Use one vault for `size` seconds, in which a day passes.

    Args:
        size: The seconds.
        folder: Where.
        meddle: What else happens at each event, to see that it would be noticed.
    """
    result = Result()
    root = house.write(folder / "notes")
    for number, data in enumerate(random_notes(17, NOTES if size >= 10 else NOTES // 10)):
        (root / f"note {number}.md").write_bytes(data)
    vault = house.open_house(root, folder / "home")
    vault.indexing.refresh()
    chance = random.Random(17)
    written: dict[str, bytes] = {}
    began, events = time.monotonic(), 0
    samples: list[tuple[float, int]] = []
    with patch.dict(os.environ):
        while (spent := time.monotonic() - began) < size or len(samples) < SAMPLES:
            now = BEGINNING + dt.timedelta(seconds=DAY * min(1.0, spent / size))
            os.environ["NOTEKEEP_NOW"] = now.isoformat(timespec="seconds")
            _event(result, chance, vault, root, written)
            events += 1
            if meddle is not None:
                meddle()
            if spent > size * SETTLING and events > WARM and not events % EACH:
                vault.full_text.close()  # what a query keeps open is let go first
                samples.append(_held())
    _steady(result, samples)
    _nothing_lost(result, vault, root, written)
    house.close(vault)
    rounds = max(ROUNDS, 10 * min(size, 60))
    grown = use_interface(folder, rounds)
    is_steady = grown < ROUND_GROWTH * (rounds - WARM_ROUNDS)
    result.expect(is_steady, f"{rounds} searches in the interface took {grown:.0f} MB")
    result.size = f"24 h in {size} s, {events:,} events, {rounds} searches"
    return result


def _steady(result: Result, samples: list[tuple[float, int]]) -> None:
    """Compare the least that was held early with the least that was held late."""
    third = max(1, len(samples) // 3)
    early, late = samples[:third], samples[-third:]
    if not samples:
        return
    memory = min(held for held, _ in early), min(held for held, _ in late)
    files = min(count for _, count in early), min(count for _, count in late)
    result.expect(memory[1] < memory[0] * GROWTH, f"{memory[0]:.0f} MB became {memory[1]:.0f} MB")
    result.expect(files[1] <= files[0], f"{files[0]} open files became {files[1]}")


def _held() -> tuple[float, int]:
    """Megabytes of memory that this process has, and how many files it has open."""
    gc.collect()
    return _memory("self"), len(os.listdir("/proc/self/fd"))


def _memory(process: int | str) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def use_interface(folder: Path, rounds: int, program: str = "-m notekeep") -> float:
    """Search the sample vault and open a note, so often; return the megabytes that it took."""
    root = shutil.copytree(SAMPLE, folder / "sample")
    env = {**os.environ, "TERM": "xterm-256color", "NOTEKEEP_HOME": str(folder / "app")}
    child, fd = pty.fork()
    if child == 0:
        words = [sys.executable, *program.split(" ", 1), "--vault", str(root)]
        os.execve(words[0], words, env)  # noqa: S606 - no shell is meant
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    before = 0.0
    try:
        _read_for(fd, 3.0)
        for number in range(rounds):
            if number == WARM_ROUNDS:
                before = _memory(child)
            for key in KEYS:
                os.write(fd, key.encode("ascii"))
                _read_for(fd, 0.03)
        return _memory(child) - before
    finally:
        os.kill(child, signal.SIGTERM)
        with suppress(OSError):  # how a terminal says that the program is gone
            _read_for(fd, 10.0)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(fd)


def _read_for(fd: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            os.read(fd, 1 << 16)


def _event(
    result: Result, chance: random.Random, vault: Vault, root: Path, written: dict[str, bytes]
) -> None:
    """One thing that somebody does, or another program."""
    name = f"note {chance.randrange(100)}.md"
    kind = chance.random()
    try:
        if kind < 0.25:
            data = next(random_notes(chance.randrange(10**6), 1)) + b"\nkept %d\n" % len(written)
            (root / name).write_bytes(data)
            written[name] = data
        elif kind < 0.5:
            vault.indexing.refresh()
        elif kind < 0.6:
            vault.search.search(chance.choice(QUERIES))
            vault.search.suggest(chance.choice("abcdef"))
        elif kind < 0.7:
            vault.search.rows(chance.choice(QUERIES), limit=50)
            vault.overview()
        elif kind < 0.8:
            vault.habits.check_in("meditate", chance.choice(["done", "skip", "clear"]))
            vault.habits.views()
        elif kind < 0.9:
            _verb(chance, vault, name, written)
        else:
            vault.history.store.check_displaced(root, min_age=0)
            vault.history.store.steps()
    except NotekeepError:
        result.refused += 1


def _verb(chance: random.Random, vault: Vault, name: str, written: dict[str, bytes]) -> None:
    """Change a note, and take it back."""
    before = vault.workspace.read(name)
    vault.indexing.refresh(words=False)
    if chance.random() < 0.5:
        done = vault.notes.tag([name], [f"t{chance.randrange(9)}"])
    else:
        done = vault.notes.add("one more line", name)
    if done.step:
        vault.history.undo()
    if name in written and vault.workspace.read(name) == before:
        written[name] = before


def _nothing_lost(result: Result, vault: Vault, root: Path, written: dict[str, bytes]) -> None:
    contents = house.contents(root)
    for name, data in written.items():
        if data not in contents:
            result.lose(name)
    log = "".join(path.read_text("utf-8") for path in root.glob("habits/log/*.md"))
    if not log.startswith("# Habit log") or "2026-11-22 meditate: done" not in log:
        result.lose("lines of the habit log")
    if wrong := house.untrue(vault):
        result.fault(f"the index differs in {wrong}")


ROW = Row("R17", "a day of use: memory, files, notes", Sizes(3, 60, 86_400), run)
