"""notekeep stopped and gone on with: by ctrl+z and `fg` in a shell, and by bare signals."""

from __future__ import annotations

import shlex
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.programs import needed
from tests.support.terminal import Terminal
from tests.terminal.conftest import environment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Start = Callable[..., Terminal]

pytestmark = pytest.mark.terminal


@pytest.fixture
def shell(root: Path, home: Path) -> Terminal:
    """A shell with job control, that has notekeep as `nk`."""
    bash = needed("bash")
    run = shlex.join([sys.executable, "-m", "notekeep"])
    rc = home / "rc"
    rc.write_text(f"PS1='ready> '\nalias nk={shlex.quote(run)}\n")
    return Terminal([bash, "--rcfile", str(rc), "-i"], environment_of(root, home))


QUIT = "\x11"
STOP = "\x1a"


def shows_browse(terminal: Terminal) -> None:
    """Wait for all of Browse: its first line, a note, and its last line."""
    terminal.until("9 notes", "Atomic Habits", "? help")


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(shell: Terminal) -> None:
    with shell as terminal:
        terminal.until("ready>")
        was = terminal.settings()
        terminal.send("nk\r")
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        shows_browse(terminal)
        terminal.send(STOP)
        terminal.until("Stopped", "ready>")
        # The shell's own line editor sets the terminal while it reads; a program sees it as it was.
        terminal.send("clear; stty -a | grep -o ' icanon' | tr -d ' '\r")
        terminal.until("icanon")
        terminal.send("clear\r")
        terminal.until_gone("icanon")
        terminal.send("fg\r")
        shows_browse(terminal)
        terminal.send("/phone")
        terminal.until("/ phone", "1 of 9 notes")
        terminal.send(QUIT)
        terminal.until("ready>")
        terminal.quiet()
        assert terminal.settings() == was


def test_in_the_editor_ctrl_z_takes_back_what_was_typed(shell: Terminal) -> None:
    with shell as terminal:
        terminal.until("ready>")
        terminal.send("nk\r")
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        shows_browse(terminal)
        terminal.send("eXYZ")
        terminal.until("XYZ", "unsaved")
        terminal.send(STOP)
        terminal.until_gone("XYZ")
        assert "Stopped" not in terminal.text


@pytest.mark.slow
def test_who_is_stopped_unasked_comes_back_whole(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        shows_browse(terminal)
        terminal.signal(signal.SIGSTOP)
        terminal.quiet()
        terminal.forget()
        terminal.signal(signal.SIGCONT)
        shows_browse(terminal)
        terminal.send("/phone")
        terminal.until("/ phone", "1 of 9 notes")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert terminal.settings() == terminal.before


def test_where_there_is_no_shell_nothing_is_stopped(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send(STOP)
        terminal.until("There is no shell to return to")
        terminal.send("gb")
        shows_browse(terminal)
