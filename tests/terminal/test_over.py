"""History, steps and conflicts on a real terminal, by keys and by mouse."""

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
BOOK = "books/Deep Work.md"
COPY = "books/Deep Work.sync-conflict-20261120-101112-ABCDEFG.md"


def click(terminal: Terminal, text: str) -> None:
    """Click on a text of the screen, as a terminal tells it."""
    terminal.until(text)
    lines = terminal.text.split("\n")
    row = next(number for number, line in enumerate(lines) if text in line)
    place = f"{lines[row].index(text) + 2};{row + 1}"
    terminal.send(f"\x1b[<0;{place}M\x1b[<0;{place}m")


def test_a_version_is_found_restored_and_taken_back(start: Start, root: Path) -> None:
    note = root / BOOK
    before = note.read_bytes()
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("/phone")
        terminal.until("1 of 9 notes", "Depth needs hours")
        terminal.send("\r")
        terminal.until("enter open")
        terminal.send("t")
        terminal.until("-tag removes, separate with spaces.")
        terminal.send("slow\r")
        terminal.until("Tagged 1 note")
        tagged = note.read_bytes()
        assert tagged != before
        terminal.send("H")
        terminal.until("Deep Work · 2 versions", "tag ● +slow", "+ tags: [attention, work, slow]")
        terminal.send("j")
        terminal.until("+ tags: [attention, work]")
        click(terminal, "r restore")
        terminal.until("Restored books/Deep Work.md", "3 versions")
        assert note.read_bytes() == before
        terminal.send("u")
        terminal.until("Undid: restore")
        assert note.read_bytes() == tagged
        # Step by step, all that was done here.
        terminal.send(ESCAPE)
        terminal.until("enter open")
        terminal.send("gs")
        terminal.until("2 steps · 1 undone")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert terminal.settings() == terminal.before


def test_a_conflict_is_settled_and_taken_back(start: Start, root: Path) -> None:
    note, copy = root / BOOK, root / COPY
    before = note.read_bytes()
    theirs = before.replace(b"without a phone", b"with no phone")
    copy.write_bytes(theirs)
    with start() as terminal:
        terminal.until("Habits 0 of 2", "copy of books/Deep Work.md")
        click(terminal, "! 1")
        terminal.until("1  the note", "2  the copy", "hours with no")
        terminal.send("2")
        terminal.until("Kept the copy", "No conflicts.")
        assert note.read_bytes() == theirs
        assert not copy.exists()
        terminal.send("u")
        terminal.until("2  the copy")
        assert note.read_bytes() == before
        assert copy.read_bytes() == theirs
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert terminal.settings() == terminal.before


def test_what_a_crash_leaves_unsaved_is_offered_at_the_next_start(start: Start, root: Path) -> None:
    import signal

    note = root / BOOK
    before = note.read_bytes()
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("/phone")
        terminal.until("1 of 9 notes", "Depth needs hours")
        terminal.send("\r")
        terminal.until("enter open")
        terminal.send("e")
        terminal.until("esc save")
        terminal.send("typed ")
        terminal.until("typed Depth", "unsaved")
        terminal.signal(signal.SIGTERM)
        terminal.wait()
    assert note.read_bytes() == before
    with start() as terminal:
        terminal.until("Unsaved text", BOOK)
        terminal.send("\r")
        terminal.until("typed Depth", "esc save")
        terminal.send(ESCAPE)
        terminal.until("enter open")
        terminal.send(QUIT)
        assert terminal.wait() == 0
    assert note.read_bytes() == before.replace(b"Depth needs", b"typed Depth needs")
