"""What befalls a terminal: sizes that never rest, a signal, a fault of ours."""

from __future__ import annotations

import random
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.screens import tree
from tests.support.terminal import Terminal
from tests.terminal.conftest import environment_of
from tests.terminal.test_session import assert_restored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Start = Callable[..., Terminal]

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

QUIT = "\x11"
SIZES = [(20, 5), (1, 1), (300, 100), (80, 24), (40, 12), (120, 40), (2, 60), (200, 3), (7, 7)]
KEYS = ["j", "k", "\x1b", "gb", "gt", "gh", "gp", "?", "\x1b", "\t", "/", "G", "\x1b[6~", ":", "v"]

FAULTY = """
from notekeep.tui.screens.browse import BrowseScreen

def breaks(self):
    raise RuntimeError("broken on purpose")

BrowseScreen.action_zoom = breaks
from notekeep.__main__ import run
run()
"""
"""The program with an action that breaks."""


def test_a_storm_of_sizes_while_keys_are_pressed(start: Start, root: Path) -> None:
    before = tree(root)
    chance = random.Random("storm")
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        for _ in range(60):
            terminal.resize(*chance.choice(SIZES))
            terminal.send(chance.choice(KEYS))
            terminal.read(0.01)
        # Whatever is open by then is left, and what is shown is what the last size has room for.
        terminal.resize(100, 30)
        terminal.quiet()
        for _ in range(4):
            terminal.send("\x1b")
            terminal.quiet()
        terminal.send("\x1bOQ")
        terminal.until("F1 Today  F2 Browse", "? help  ctrl+p commands")
        # The head and the foot are where the last size has them, whatever is between.
        head, *_, foot = terminal.text.split("\n")
        assert head.startswith(" notes   F1 Today  F2 Browse")
        assert foot.endswith("? help  ctrl+p commands")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    # Keys that tick a habit were none of them.
    assert tree(root) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_editor_leaves_terminal_and_text(
    number: int, start: Start, root: Path
) -> None:
    note = root / "books/Deep Work.md"
    before = note.read_bytes()
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes", "Water", "enter open")
        terminal.send("Gkk")
        terminal.until("Depth needs hours")
        terminal.send("e")
        terminal.until("esc save")
        terminal.send("Typed and not saved.")
        terminal.until("Typed and not saved.")
        terminal.signal(number)
        assert terminal.wait() in {128 + number, -number}
        assert_restored(terminal)
    assert note.read_bytes() == before
    with start() as terminal:
        terminal.until("Unsaved text", "books/Deep Work.md")
        terminal.send("\x1b" + QUIT)
        assert terminal.wait() == 0


STUCK = """
import time
from notekeep.tui import vault_updates
vault_updates.VaultUpdates._refresh = lambda _self: time.sleep(60)
from notekeep.__main__ import run
run()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_app_while_a_thread_is_busy(number: int, root: Path, home: Path) -> None:
    with Terminal([sys.executable, "-c", STUCK], environment_of(root, home)) as terminal:
        terminal.until("Habits 0 of 2", "Checking for changed notes")
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert_restored(terminal)


def test_a_fault_of_ours_gives_the_terminal_back_and_says_what_it_was(
    root: Path, home: Path
) -> None:
    environment = environment_of(root, home)
    before = tree(root)
    with Terminal([sys.executable, "-c", FAULTY], environment) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes", "enter open")
        terminal.send("z")
        assert terminal.wait() != 0
        assert_restored(terminal)
        assert b"broken on purpose" in terminal.raw
    assert tree(root) == before
