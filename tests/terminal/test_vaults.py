"""Vaults on a real terminal: the first one within a minute, and going from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.terminal import Terminal

    Start = Callable[..., Terminal]

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

QUIT = "\x11"
ESCAPE = "\x1b"
CTRL_N = "\x0e"


def test_from_nothing_to_a_first_note_that_is_found(start: Start, home: Path) -> None:
    vault = home / "notes"
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.until("Create a vault")
        terminal.send("c")
        terminal.until("The folder is created")
        terminal.send("\r")
        terminal.until("Nothing due today.", "Quick note")
        terminal.send("n")
        terminal.until("enter create")
        terminal.send("My first note\r")
        terminal.until("Created inbox/My first note.md", "esc save")
        terminal.send("Basil wants #water.")
        terminal.until("unsaved")
        terminal.send(ESCAPE)
        terminal.until("Last changed", "enter open")
        # The tag stands in the sidebar of Browse; what was written is found.
        terminal.send("gb")
        terminal.until("t tags")
        terminal.send("b")
        terminal.until("Kinds", "water")
        terminal.send(ESCAPE)
        terminal.send("/basil")
        terminal.until("Results", "ctrl+s save search", "Basil wants #water.")
        terminal.send(QUIT)
        assert terminal.wait() == 0
    text = (vault / "inbox/My first note.md").read_text()
    assert text.startswith("---\ntitle: My first note\n")
    assert text.rstrip().endswith("Basil wants #water.")


def test_another_vault_opens_in_the_same_terminal_and_each_keeps_its_place(
    start: Start, tmp_path: Path
) -> None:
    other = tmp_path / "garden"
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("gv")
        terminal.until("Open another vault", "Another folder")
        terminal.send("\r")
        terminal.until("uses it without changes")
        # The folder beside this one is begun already.
        terminal.send("garden\r")
        terminal.until("garden", "Nothing due today.")
        terminal.send(CTRL_N)
        terminal.until("Quick note")
        terminal.send("sow\r")
        terminal.until("Saved to daily/2026-11-24.md")
        assert "sow" in (other / "daily/2026-11-24.md").read_text()
        # Back again, on the screen that was left.
        terminal.send("gv")
        terminal.until("Open another vault", "notes")
        terminal.send("\r")
        terminal.until("9 notes")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert terminal.settings() == terminal.before
