"""A check-in that is killed: what was acknowledged is there, and nothing is there in half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from notekeep.habits.log import parse_file

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("NOTEKEEP_HABIT_KILLS", "20"))
"""How many processes are killed."""

CHECK_IN = """
import sys
from notekeep import config
from notekeep.tracking.tracker import HabitIndex

root, cache, state = sys.argv[1:]
index = HabitIndex(config.VaultPlaces(root, "id", cache, state, config.VaultSettings()))
while True:
    print(index.check_in("water", "1 glass").line, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_every_acknowledged_line_survives_a_kill(notebook: Any) -> None:
    chance = random.Random(7)
    acknowledged: list[str] = []
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", CHECK_IN, *notebook.places[:1], *notebook.places[2:4]],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        count = chance.randint(1, 9)
        acknowledged += [process.stdout.readline().rstrip("\n") for _ in range(count)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line for line in process.stdout.read().split("\n") if line]
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
    text = (notebook.root / "habits/log/2026-11.laptop.md").read_text()
    lines = text.splitlines()
    assert set(acknowledged) <= set(lines)
    assert text.endswith("\n")
    found = parse_file(text)
    assert [placed.text for placed in found if placed.line.entry] == lines[2:]
    assert not any(placed.line.report for placed in found)
    index = notebook.index()
    index.refresh()
    after = index.view(index.find("water")).today.amount
    assert after == f"{len(lines) - 2} glass"
    notebook.places = notebook.places._replace(cache=str(notebook.root.parent / "anew"))
    index = notebook.index()
    index.refresh()
    assert index.view(index.find("water")).today.amount == after
