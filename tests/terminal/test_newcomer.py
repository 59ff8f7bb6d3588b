"""A newcomer's first minutes: nothing is pressed that the screen does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.terminal import Terminal

    Start = Callable[..., Terminal]

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

ENTER, ESCAPE, F2, F3 = "\r", "\x1b", "\x1bOQ", "\x1bOR"


def first_note(terminal: Terminal, notes: Path) -> None:
    """Make a note and write into it."""
    terminal.until("Nothing due today", "n  New note")
    terminal.send("n")
    terminal.until("Title", "enter create")
    terminal.send("Kettles" + ENTER)
    terminal.until("# Kettles", "esc save")
    terminal.send("Boil only what you need.")
    terminal.until("Boil only what you need.", "unsaved")
    terminal.send(ESCAPE)
    terminal.until("Last changed", "Kettles")
    terminal.send(F2)
    terminal.until("t tags", "Boil only what you need.")
    assert "Boil only what you need." in (notes / "inbox/Kettles.md").read_text()


def tag(terminal: Terminal) -> None:
    """Give it a tag."""
    terminal.send("t")
    terminal.until("-tag removes, separate with spaces")
    terminal.send("kitchen" + ENTER)
    terminal.until("#kitchen", "u undo")


def search(terminal: Terminal) -> None:
    """Find it by a word."""
    terminal.send("/")
    terminal.until("enter results")
    terminal.send("boil")
    terminal.until("best match", "Boil only what you need.")
    # What was saved is in the full text by now, or is taken in, and that is over at once.
    terminal.until_gone("Indexing")
    terminal.send(ESCAPE)
    terminal.until("esc clear")
    terminal.send(ESCAPE)
    terminal.until("enter open")


def habit(terminal: Terminal, notes: Path) -> None:
    """Make a habit and tick it."""
    terminal.send(F3)
    terminal.until("No habits yet", "a  add the first one")
    terminal.send("a")
    terminal.until("Schedule", "enter add")
    terminal.send("Stretch" + ENTER)
    terminal.until("0 of 1 done", "space done", "Stretch")
    terminal.send(" ")
    terminal.until("1 of 1 done")
    (log,) = (notes / "habits/log").glob("*.md")
    assert "2026-11-24 stretch" in log.read_text()


def draft(terminal: Terminal) -> None:
    """Turn the note into a draft."""
    terminal.send(F2)
    terminal.until("p publish")
    terminal.send("/kettles" + ENTER)
    terminal.until("1 of 2 notes", "p publish")
    terminal.send("p")
    terminal.until("No site folder yet.", "w write")
    terminal.send("w")
    terminal.until("The folder of your site.", "notes-drafts")
    terminal.send(ENTER)
    terminal.until("2 new", "w write", "Boil only what you need.")
    terminal.send("w")
    terminal.until("Written")


def test_from_an_empty_folder_to_a_draft(start: Start, home: Path) -> None:
    notes = home / "notes"
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.until("c  Create a vault")
        terminal.send("c")
        terminal.until("~/notes", "The folder is created", "enter")
        terminal.send(ENTER)
        first_note(terminal, notes)
        tag(terminal)
        search(terminal)
        habit(terminal, notes)
        draft(terminal)
        terminal.send("\x11")
        assert terminal.wait() == 0
    written = (home / "notes-drafts/kettles.md").read_text()
    assert "Boil only what you need." in written
    assert "kitchen" in written
